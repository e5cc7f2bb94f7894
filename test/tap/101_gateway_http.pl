# The gateway against an HTTP server that is honest on some paths and hostile
# on others: what arrives there, what the agent gets to see, what is logged.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);

use AgentSandbox;
use GatewayTest;
use JSON::PP ();

my $true = JSON::PP::true;
keep_session();
my $http = start_http('--answer', '{"number": 12345678901234567890.10, "accepted": true}');
my $secret = 'correct-horse-battery-staple';
my $secret_file = write_file("$secret\n");

# method => [handler, arguments, wanted outcome, attempts]
my %soon = (timeout_seconds => 1);
my $handler = sub { handler($http, timeout_seconds => 20, path => @_) };
my %case = (
	answer => [ $handler->('/answer'), '{}', '{"number": 12345678901234567890.10, "accepted": true}' ],
	wrapped => [ $handler->('/answer', response => 'wrapped'), '{}',
		'{"body": {"number": 12345678901234567890.10, "accepted": true}, "status": 200}' ],
	empty => [ $handler->('/empty'), '{}', 'null' ],
	dots => [ $handler->('/echo/{name}'), '{"name": ".."}', undef, 'arguments' ],
	missing => [ $handler->('/echo/{name}'), '{"nam": "x"}', undef, 'arguments' ],
	object => [ $handler->('/echo/{name}'), '{"name": {}}', undef, 'arguments' ],
	body_missing => [ $handler->('/echo', body => { template => { to => '{mail}' } }), '{}', undef, 'arguments' ],
	status_400 => [ $handler->('/status/400'), '{}', undef, 'http', 400, 1 ],
	status_404 => [ $handler->('/status/404'), '{}', undef, 'http', 404, 1 ],
	status_408 => [ $handler->('/status/408'), '{}', undef, 'http', 408, 3 ],
	status_429 => [ $handler->('/status/429'), '{}', undef, 'http', 429, 3 ],
	status_500 => [ $handler->('/status/500'), '{}', undef, 'http', 500, 3 ],
	flaky => [ $handler->('/flaky/2'), '{}', qr/"path": "\/flaky\/2"/, undef, undef, 3 ],
	redirect => [ $handler->('/redirect'), '{}', undef, 'redirect', 302, 1 ],
	hang => [ $handler->('/hang', %soon), '{}', undef, 'timeout', undef, 3 ],
	hang_body => [ $handler->('/hang-body', %soon), '{}', undef, 'timeout', undef, 3 ],
	trickle => [ $handler->('/trickle', %soon), '{}', undef, 'timeout', undef, 3 ],
	reset => [ $handler->('/reset'), '{}', undef, 'network', undef, 3 ],
	close => [ $handler->('/close'), '{}', undef, 'network', undef, 3 ],
	short => [ $handler->('/short'), '{}', undef, 'network', undef, 3 ],
	long => [ $handler->('/long'), '{}', '{"a": true}', undef, undef, 1 ],
	huge => [ $handler->('/huge'), '{}', undef, 'response_too_large', undef, 1 ],
	chunked => [ $handler->('/chunked'), '{}', undef, 'response_too_large', undef, 1 ],
	coded => [ $handler->('/coded'), '{}', undef, 'protocol', undef, 3 ],
	many_headers => [ $handler->('/many-headers'), '{}', undef, 'response_too_large', undef, 1 ],
	garbage => [ $handler->('/garbage'), '{}', undef, 'protocol', undef, 3 ],
	html => [ $handler->('/html'), '{}', undef, 'content_type', undef, 1 ],
	untyped => [ $handler->('/untyped'), '{}', undef, 'content_type', undef, 1 ],
	text => [ $handler->('/raw?hello'), '{}', undef, 'invalid_json', 200, 1 ],
	two_values => [ $handler->('/raw?%7B%7D%7B%7D'), '{}', undef, 'invalid_json', 200, 1 ],
	nul => [ $handler->('/raw?%22%5Cu0000%22'), '{}', undef, 'invalid_json', 200, 1 ],
	surrogate => [ $handler->('/raw?%22%5Cud800%22'), '{}', undef, 'invalid_json', 200, 1 ],
	utf8 => [ $handler->('/raw?%22%FF%22'), '{}', undef, 'invalid_json', 200, 1 ],
	number => [ $handler->('/raw?1e400000'), '{}', undef, 'invalid_json', undef, 1 ],
	deep => [ $handler->('/raw?' . '%5B' x 600 . '%5D' x 600), '{}', undef, 'invalid_json', 200, 1 ],
	wrap_break => [ $handler->('/raw?1%7D,%7B', response => 'wrapped'), '{}', undef, 'invalid_json', 200, 1 ],
	small_limit => [ $handler->('/answer', max_response_bytes => 10), '{}', undef, 'response_too_large', undef, 1 ],
	no_server => [ { %{ $handler->('/') }, url => 'http://127.0.0.1:1' }, '{}', undef, 'connect', undef, 3 ],
	tls_to_http => [ { %{ $handler->('/') }, url => "https://127.0.0.1:$http->{port}" }, '{}', undef, 'tls', undef, 3 ],
	private => [ { %{ $handler->('/echo/private') }, allow_private_addresses => JSON::PP::false }, '{}',
		undef, 'refused_address', undef, 1 ],
	private_name => [ { %{ $handler->('/echo/private') }, url => "http://localhost:$http->{port}",
			allow_private_addresses => JSON::PP::false }, '{}', undef, 'refused_address', undef, 1 ],
	private_decimal => [ { %{ $handler->('/echo/private') }, url => "http://2130706433:$http->{port}",
			allow_private_addresses => JSON::PP::false }, '{}', undef, 'refused_address', undef, 1 ],
	mapped => [ { %{ $handler->('/echo/private') }, url => "http://[::ffff:127.0.0.1]:$http->{port}" }, '{}',
		undef, 'refused_address', undef, 1 ],
	metadata => [ { %{ $handler->('/latest/meta-data') }, url => 'http://169.254.169.254' }, '{}',
		undef, 'refused_address', undef, 1 ],
	unspecified => [ { %{ $handler->('/echo/private') }, url => "http://0.0.0.0:$http->{port}" }, '{}',
		undef, 'refused_address', undef, 1 ],
	secret_echo => [ $handler->('/headers', headers => { Authorization => { prefix => 'Bearer ', file => $secret_file } }),
		'{}', undef, 'secret_in_response', 200, 1 ],
);

prepare_methods(sort keys %case, qw(bytes path body custom get));
my $gateway = start_gateway(
	concurrency => 64,
	poll_seconds => 0.5,
	log_level => 'debug',
	methods => {
		(map { $_ => $case{$_}[0] } keys %case),
		bytes => handler($http, path => '/echo/bytes'),
		path => handler($http, path => '/echo/{name}/{a.b}?q={q}', verb => 'GET'),
		body => handler($http, path => '/echo/body', verb => 'PUT', body => { template => {
			to => '{mail}', amount => '{amount}', all => [ '{nested}', 'text' ], fixed => $true } }),
		custom => handler($http, path => '/echo/custom', verb => 'DELETE', headers => {
			'X-Key' => { file => $secret_file }, 'X-Text' => 'a: "b"' }),
		get => handler($http, path => '/echo/get', verb => 'POST', body => 'none'),
		time_limit => handler($http, path => '/slow/20', timeout_seconds => 60),
	});

my %call = map { $_ => add_call($_, $case{$_}[1]) } sort keys %case;
for my $name (sort keys %case)
{
	my (undef, undef, $response, $class, $status, $attempts) = @{ $case{$name} };
	my $got = outcome($call{$name});
	if (defined $response)
	{
		my $text = sql("SELECT response FROM agentsandbox.remoteprocedurecalls WHERE id = '$call{$name}'");
		ref $response ? like($text, $response, "$name: answered") : is($text, $response, "$name: answered");
	}
	else
	{
		is_deeply($got->{failure}, { class => $class, $status ? (http_status => $status) : () }, "$name: fails as $class");
		is($got->{status}, 'failed', "$name: failed");
	}
	is($got->{attempt}, $attempts, "$name: $attempts attempts") if defined $attempts;
}

# What arrives at the server
my $outside = sub { sql("SELECT outside_id FROM agentsandbox.remoteprocedurecalls WHERE id = '$_[0]'") };
my $arrived = sub {
	my ($id) = @_;
	outcome($id);
	my $key = $outside->($id);
	my ($request) = grep { ($_->{headers}{'idempotency-key'} // '') eq $key } $http->requests;
	return $request;
};

my $arguments = '{"a": 1.10, "b": "é\"\\\\/", "big": 12345678901234567890, "c": [1, {"d": null}]}';
my $id = add_call('bytes', $arguments);
my $request = $arrived->($id);
is($request->{method}, 'POST', 'POST by default');
is($request->{headers}{'content-type'}, 'application/json', 'the arguments are sent as JSON');
is($request->{headers}{accept}, 'application/json', 'Accept says what is accepted');
like($request->{headers}{'user-agent'}, qr{^agentsandbox-gateway/\d}, 'the program names itself');
ok(!exists $request->{headers}{'accept-encoding'}, 'no content coding is asked for');
isnt($id, $request->{headers}{'idempotency-key'}, 'the id that the agent knows stays inside');
is($request->{body}, q({"a":1.1,"b":") . "\x{e9}" . q(\"\\\\/","big":12345678901234567890,"c":[1,{"d":null}]}),
	'the body is the canonical arguments, byte for byte');

$request = $arrived->(add_call('path', '{"a": {"b": 12345678901234567890}, "name": "a/b ?#é%", "q": "x&y=../z"}'));
is($request->{path}, '/echo/a%2Fb%20%3F%23%C3%A9%25/12345678901234567890?q=x%26y%3D..%2Fz', 'values are percent-encoded');
is($request->{method} . $request->{body}, 'GET', 'a GET without a body');

$request = $arrived->(add_call('body', '{"mail": "a\",\"admin\":true,\"", "amount": 100000000000000000000.01, "nested": {"x": []}}'));
is($request->{method}, 'PUT', 'the configured verb');
is($request->{body}, '{"all":[{"x":[]},"text"],"amount":100000000000000000000.01,"fixed":true,"to":"a\",\"admin\":true,\""}',
	'the body template holds JSON values');

$request = $arrived->(add_call('custom', '{}'));
is($request->{headers}{'x-key'}, $secret, 'a header from a secret file');
is($request->{headers}{'x-text'}, 'a: "b"', 'a header from the configuration');
is($request->{method} . $request->{body}, 'DELETE', 'a DELETE without a body');
ok(!exists $request->{headers}{'content-type'}, '... and without a content type');

$request = $arrived->(add_call('get', '{"a": 1}'));
is($request->{body}, '', 'no body where the configuration says so');

ok(!(grep { $_->{path} =~ m{private|redirected|smuggled|meta-data} } $http->requests),
	'no request reached a refused address or followed a redirect');

# A connection that a handler with a wider policy left open is no way around the policy.
outcome(add_call('bytes', '{}'));
is(outcome(add_call('private', '{}'))->{failure}{class}, 'refused_address', 'an open connection does not help');
ok(!(grep { $_->{path} eq '/echo/private' } $http->requests), '... no request was sent over it');

# TLS: openssl serves one file, its certificate is for localhost.
my ($certificate, $tls_port, $tls, $tls_output) = start_tls();
add_method("tls_$_", max_attempts => 1) for qw(ok ca name);
my %tls = (allow_private_addresses => $true, verb => 'GET', path => '/response');
local $ENV{SSLKEYLOGFILE} = "$certificate.keys";
my $second = start_gateway(poll_seconds => 0.5, methods => {
	tls_ok => { %tls, url => "https://localhost:$tls_port", ca_file => $certificate },
	tls_ca => { %tls, url => "https://localhost:$tls_port" },
	tls_name => { %tls, url => "https://127.0.0.1:$tls_port", ca_file => $certificate } });
is(outcome(add_call('tls_ca', '{}'))->{failure}{class}, 'tls', 'an unknown authority is refused');
is(outcome(add_call('tls_name', '{}'))->{failure}{class}, 'tls', 'a certificate for another name is refused');
is_deeply(outcome(add_call('tls_ok', '{}'))->{response}, { tls => $true }, 'TLS with the configured authority');
is($second->stop, 0, 'stopped');
ok(!-e "$certificate.keys", 'no keys of connections are written down, whatever the environment says');
kill TERM => $tls;

# The call's own limit is shorter than the handler's.
add_method('time_limit', time_limit => "'500 ms'", max_attempts => 1);
my $before = time;
is(outcome(add_call('time_limit', '{}'))->{failure}{class}, 'timeout', "the method's time limit ends the transfer");
cmp_ok(time - $before, '<', 10, '... in time');

is($gateway->stop, 0, 'SIGTERM ends the program');
my $log = $gateway->log;
like($log, qr/event=call_completed call=[0-9a-f-]{36} method=answer attempt=1 http_status=200 status=completed ms=\d+$/m, 'a success is logged');
like($log, qr/level=warning event=call_failed call=[0-9a-f-]{36} method=html attempt=1 class=content_type status=failed/, 'a failure is logged');
unlike($log, qr/\Q$secret\E|the-password-of-the-gateway/, 'no secret is logged');
unlike($log, qr/admin|12345678901234567890|inner/, 'no arguments and no responses are logged');
is((grep { !/^ts=\S+Z level=\w+ event=\w+( \w+=("([^"\\]|\\.)*"|[^\s"=]+))*$/ } split /\n/, $log), 0, 'every line is logfmt');

done_testing();

# Starts openssl s_server: (certificate file, port, process)
sub start_tls
{
	my $certificate = write_file('');
	my ($path, $name) = $certificate =~ m{(.*)/(.*)};
	my $key = write_file('');
	system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
		  . " -addext subjectAltName=DNS:localhost -keyout $key -out $certificate 2>/dev/null") == 0 or die 'openssl';
	open my $file, '>', "$path/response" or die;
	print $file "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"tls\": true}";
	close $file;
	my $pid = open my $output, '-|', "cd $path && exec openssl s_server -accept 127.0.0.1:0 -cert $certificate -key $key -HTTP" or die;
	while (my $line = <$output>)
	{
		return ($certificate, $1, $pid, $output) if $line =~ /^ACCEPT .*:(\d+)/;
	}
	die 'openssl s_server did not start';
}
