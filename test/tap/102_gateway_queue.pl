# The gateway and its database: batches, leases, several gateways, a gateway
# that dies, a database that restarts.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time usleep);

use AgentSandbox;
use GatewayTest;

my $calls = 'agentsandbox.remoteprocedurecalls';
my $http = start_http();
my %method = (
	echo => handler($http, path => '/echo'),
	number => handler($http, path => '/raw?1e400000'),
	slow => handler($http, path => '/slow/2'),
	longer => handler($http, path => '/slow/4'),
	hang => handler($http, path => '/hang', timeout_seconds => 60),
	later => handler($http, path => '/status/503?retry=2'));
prepare_methods(sort keys %method);

sub performed
{
	my %count;
	$count{ $_->{headers}{'idempotency-key'} }++ for $http->requests;
	return \%count;
}

sub cpu_ticks
{
	my ($pid) = @_;
	open my $in, '<', "/proc/$pid/stat" or return 0;
	my @field = split ' ', <$in>;
	return $field[13] + $field[14];
}

sub is_idle
{
	my ($gateway, $name) = @_;
	my $before = cpu_ticks($gateway->pid);
	my $end = time + 1;
	wait_until(sub { time > $end });
	cmp_ok(cpu_ticks($gateway->pid) - $before, '<=', 5, $name);
}

# ---- batches; the notification alone brings the calls ----

my $gateway = start_gateway(poll_seconds => 3600, concurrency => 8, methods => \%method);
ok($gateway->wait_for_log(qr/event=database_up/), 'connected');
my @id = add_calls('echo', map { "{\"n\": $_}" } 1 .. 100);
poll_is("SELECT count(*) FROM $calls WHERE method = 'echo' AND status = 'completed'", 100, 'a hundred calls, eight at a time');
is(scalar(grep { $_ == 1 } values %{ performed() }), 100, 'each was performed once');
is_idle($gateway, 'no busy loop when there is nothing to do');

# One response that the database cannot store undoes a batch; only it fails.
@id = add_calls('number', '{}');
push @id, add_calls('echo', ('{}') x 30);
push @id, add_calls('number', '{}');
is(outcome($_)->{status}, $_ eq $id[0] || $_ eq $id[-1] ? 'failed' : 'completed', 'alone') for $id[0], @id[ 1, 15, 30 ], $id[-1];
poll_is("SELECT count(*) FROM $calls WHERE method = 'echo' AND status = 'completed'", 130, 'the others of its batch are completed');
is(outcome($id[0])->{failure}{class}, 'invalid_json', 'it fails as invalid JSON');
is(outcome($id[0])->{attempt}, 1, '... finally');
$gateway->stop;

# ---- Retry-After ----

$gateway = start_gateway(poll_seconds => 0.2, lease_seconds => 1, methods => \%method);
my $start = time;
my $later = outcome(add_call('later', '{}'), 60);
is_deeply($later->{failure}, { class => 'http', http_status => 503 }, 'Retry-After');
cmp_ok(time - $start, '>=', 4, '... is honoured between three attempts');

# ---- leases ----

my $long = outcome(add_call('longer', '{}'));
is("$long->{status} $long->{attempt}", 'completed 1', 'a lease shorter than the call is extended');

my $another = open_conversation('gateway_test');
my ($lost) = add_calls($another, 'hang', '{}');
ok(poll_until("SELECT status FROM $calls WHERE id = '$lost'", 'claimed'), 'a call is in flight');
sql("SELECT agentsandbox.close_conversation('$another->{conversation}')");
ok($gateway->wait_for_log(qr/event=call_lost .*reason="lease is over" performed=no/), 'it notices that the lease is not its own any more');
is($gateway->stop, 0, 'and has nothing left to wait for');

# ---- two gateways, one of which dies ----

my @two = map { start_gateway(poll_seconds => 0.2, lease_seconds => 1, concurrency => 4, methods => \%method) } 1, 2;
$_->wait_for_log(qr/event=database_up/) for @two;
@id = add_calls('slow', ('{}') x 16);
ok(wait_until(sub { 2 == grep { $_->log =~ /event=call_completed/ } @two }), 'two gateways share the work');
poll_is("SELECT count(*) FROM $calls WHERE method = 'slow' AND status = 'completed' AND attempt = 1", 16, 'each call is claimed once');
is(scalar(grep { $_ != 1 } @{ performed() }{ map { sql("SELECT outside_id FROM $calls WHERE id = '$_'") } @id }), 0,
	'... and performed once');

@id = add_calls('slow', ('{}') x 4);
poll_is("SELECT count(*) FROM $calls WHERE method = 'slow' AND status = 'claimed'", 4, 'four calls are in flight');
$two[0]->signal('KILL');
$two[0]->wait_for_end;
poll_is("SELECT count(*) FROM $calls WHERE method = 'slow' AND status = 'completed'", 20, 'a killed gateway loses no call');
$two[1]->stop;

# ---- the database restarts under it ----

$gateway = start_gateway(poll_seconds => 3600, methods => \%method);
$gateway->wait_for_log(qr/event=database_up/);
@id = add_calls('slow', ('{}') x 10);
poll_is("SELECT count(*) FROM $calls WHERE method = 'slow' AND status = 'claimed'", 10, 'ten calls are in flight');
sql('SELECT pg_switch_wal()');    # a claim by itself need not survive a crash
is(system("$ENV{AGENTSANDBOX_PG_CTL} stop -s -m immediate"), 0, 'the database crashes');
ok($gateway->wait_for_log(qr/event=database_down/), '... which the gateway sees');
my $before = scalar $http->requests;
my $list = join ', ', map { "'$_'" } @id;
$start = time;
wait_until(sub { time - $start > 3 });    # until long after the last response
is_idle($gateway, 'no busy loop without a database');
is(system("$ENV{AGENTSANDBOX_PG_CTL} start -s -w"), 0, 'the database is back');
poll_is("SELECT count(*) FROM $calls WHERE method = 'slow' AND status = 'completed' AND attempt = 1 AND id IN ($list)", 10,
	'all responses are reported to the new server');
is(scalar $http->requests, $before, 'without performing any call again');
is(outcome(add_call('echo', '{"after": "restart"}'))->{status}, 'completed', 'it listens again');
is($gateway->stop, 0, 'stopped');

# ---- defaults of the role that a gateway cannot work with ----

sql("ALTER ROLE gateway_service SET $_") for 'default_transaction_read_only = on', "default_transaction_isolation = 'serializable'",
  "idle_session_timeout = '200ms'", 'lock_timeout = 1', 'client_min_messages = debug1';
$gateway = start_gateway(poll_seconds => 3600, methods => \%method);
ok($gateway->wait_for_log(qr/event=database_up/), 'connected with unusual defaults');
my $quiet = time + 0.5;
wait_until(sub { time > $quiet });
is(outcome(add_call('echo', '{}'))->{status}, 'completed', 'calls are performed all the same');
unlike($gateway->log, qr/event=database_down/, '... and the connection is kept');
sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'agentsandbox-gateway'");
ok($gateway->wait_for_log(qr/event=database_says severity=FATAL message="terminating connection due to administrator command"/),
	'what the server says becomes a line of the log');
is(outcome(add_call('echo', '{}'))->{status}, 'completed', 'and it goes on');
unlike($gateway->log, qr/^(?!ts=)/m, 'nothing else is written');
sql('ALTER ROLE gateway_service RESET ALL');
is($gateway->stop, 0, 'stopped');

done_testing();
