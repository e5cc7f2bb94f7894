# The gateway program itself: its options, its configuration, its signals, and
# what it takes from its environment (nothing).
use strict;
use warnings;
use Test::More;

use AgentSandbox;
use GatewayTest;
use JSON::PP ();

# ---- options ----

my ($version) = do { local (@ARGV, $/) = 'agentsandbox.control'; <> } =~ /default_version\s*=\s*'([^']+)'/;
my ($status, $out, $err) = run_gateway('--version');
is("$status:$out", "0:agentsandbox-gateway $version\n", '--version gives the one version');
($status, $out, $err) = run_gateway('--help');
is($status, 0, '--help succeeds');
like($out, qr/--config FILE.*--check.*--help.*--version/s, '... and names the options');
for my $arguments ([], ['--check'], ['--config'], ['--no-such'], [ '--config', 'x', 'y' ])
{
	($status, $out, $err) = run_gateway(@$arguments);
	is($status, 2, "usage error: @$arguments");
	like($err, qr/agentsandbox-gateway/, '... with a message');
}

# ---- --check ----

sub check { return run_gateway('--check', '--config', write_file($_[0])) }

my $good = '{"methods": {"m": {"url": "https://api.example.com"}}}';
($status, $out, $err) = check($good);
is("$status:$out$err", "0:configuration is valid; methods: 1\n", '--check accepts');
($status, $out, $err) = check('{"methods": {"m": {"url": "https://api.example.com", "tls_verify": false}}}');
is($status, 1, '--check refuses an unknown key');
like($err, qr{event=configuration_refused reason="/methods/m/tls_verify: unknown key"$}, '... and names its path');
($status, $out, $err) = run_gateway('--check', '--config', '/nonexistent');
like($err, qr/No such file/, '--check of a missing file');
is($status, 1, '... fails');
my $secret = 'top-secret-value-1';
chmod 0644, (my $open = write_file($secret));
($status, $out, $err) = check(qq({"methods": {"m": {"url": "https://h", "headers": {"A": {"file": "$open"}}}}}));
like($err, qr{/methods/m/headers/A: secret file .* may be used by others \(mode 0644\)}, 'a secret that others may read is refused');
unlike($err, qr/\Q$secret/, '... and not shown');

# The example of the documentation is valid, and needs its secrets.
my $document = do { local (@ARGV, $/) = 'docs/gateway.md'; <> };
my @examples = $document =~ /^```json\n(.*?)^```/gms;
is(scalar @examples, 1, 'docs/gateway.md has an example');
for my $example (@examples)
{
	($status, $out, $err) = check($example);
	like($err, qr{reason="/database/password: environment variable \\"GATEWAY_PASSWORD\\" is not set"}, '... which needs its secrets');
	local @ENV{qw(GATEWAY_PASSWORD MAIL_API_KEY)} = ('password', 'an-api-key');
	($status, $out, $err) = check($example);
	is("$status:$out$err", "0:configuration is valid; methods: 2\n", '... and is accepted with them');
}

# ---- the environment ----

my $http = start_http();
prepare_methods(qw(one two slow hang));
mkdir(my $home = write_file('') . '.home');
open my $netrc, '>', "$home/.netrc" or die;
print $netrc "machine 127.0.0.1 login netrc-user password netrc-password\n";
close $netrc;
@ENV{qw(HOME http_proxy HTTP_PROXY all_proxy https_proxy)} = ($home, ('http://127.0.0.1:1') x 4);

my $rotating = write_file("first-secret-value\n");
my %method = (
	one => handler($http, path => '/echo/one', headers => { 'X-Key' => { file => $rotating } }),
	slow => handler($http, path => '/slow/1'),
	hang => handler($http, path => '/hang', timeout_seconds => 60));
my $gateway = start_gateway(poll_seconds => 0.5, methods => \%method);
is(outcome(add_call('one', '{}'))->{status}, 'completed', 'a proxy in the environment is ignored');
my ($request) = $http->requests;
ok(!exists $request->{headers}{authorization}, 'a .netrc is ignored');
delete @ENV{qw(http_proxy HTTP_PROXY all_proxy https_proxy)};

# ---- SIGHUP ----

$gateway->configure(methods => { one => { url => 'nonsense' } });
$gateway->signal('HUP');
ok($gateway->wait_for_log(qr{level=error event=reload_failed reason="/methods/one/url: must start with}),
	'a bad new file is logged');
is(outcome(add_call('one', '{}'))->{status}, 'completed', '... and the old one kept');

my $unknown = add_call('two', '{}');
open my $file, '>', $rotating or die;
print $file "second-secret-value\n";
close $file;
$method{two} = handler($http, path => '/echo/two', headers => { 'X-Key' => { file => $rotating } });
my $running = add_call('slow', '{}');
ok(poll_until("SELECT status FROM agentsandbox.remoteprocedurecalls WHERE id = '$running'", 'claimed'), 'a call is in flight');
$gateway->configure(poll_seconds => 0.5, methods => \%method);
$gateway->signal('HUP');
ok($gateway->wait_for_log(qr/event=reloaded/), 'a good new file is taken');
is(outcome($unknown)->{status}, 'completed', 'a method that was not configured waited until it was');
($request) = grep { $_->{path} eq '/echo/two' } $http->requests;
is($request->{headers}{'x-key'}, 'second-secret-value', 'secrets are read again');
is(outcome($running)->{status}, 'completed', 'a call in flight is not disturbed');
is(outcome($running)->{attempt}, 1, '... nor repeated');

# ---- SIGTERM ----

$running = add_call('slow', '{}');
ok($gateway->wait_for_log(qr/event=reloaded/) &&
	  poll_until("SELECT status FROM agentsandbox.remoteprocedurecalls WHERE id = '$running'", 'claimed'), 'a call is in flight');
$gateway->signal('TERM');
ok($gateway->wait_for_log(qr/event=draining calls=1/), 'SIGTERM starts the end');
my $late = add_call('one', '{}');
is($gateway->wait_for_end, 0, '... which is a success');
is(outcome($running)->{status}, 'completed', 'the call in flight was finished');
is(sql("SELECT status FROM agentsandbox.remoteprocedurecalls WHERE id = '$late'"), 'ready', 'none was claimed after');

$gateway = start_gateway(methods => \%method, drain_seconds => 0.2);
is(outcome($late)->{status}, 'completed', 'what waited was done by the next process');
$running = add_call('hang', '{}');
ok(poll_until("SELECT status FROM agentsandbox.remoteprocedurecalls WHERE id = '$running'", 'claimed'), 'a call hangs');
is($gateway->stop, 0, 'draining ends in time');
is(sql("SELECT status FROM agentsandbox.remoteprocedurecalls WHERE id = '$running'"),
	'ready', 'the call was given back');
like($gateway->log, qr{event=call_failed call=\S+ method=hang attempt=1 class=interrupted status=ready}, '... as interrupted');

# ---- a database that does not let it in ----

my $wrong = write_file("not-the-password\n");
delete $method{hang};
$gateway = start_gateway(methods => \%method, password_file => $wrong);
ok($gateway->wait_for_log(qr/event=database_down .*retry_ms=\d+\n.*event=database_down/s), 'it tries again and again');
$gateway->configure(methods => \%method);
$gateway->signal('HUP');
ok($gateway->wait_for_log(qr/event=database_up/), '... and takes a corrected password from a reload');
is($gateway->stop, 0, 'stopped');
unlike($gateway->log, qr/not-the-password|the-password-of-the-gateway|-secret-value/, 'no password is logged');

done_testing();
