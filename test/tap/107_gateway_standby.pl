# A gateway that is connected to a standby goes to work when that is promoted.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use GatewayTest;
use Test::More;

my $http = start_http();
prepare_methods('echo');

my ($pg_ctl, $primary) = start_standby();
my $gateway = start_gateway(poll_seconds => 3600, methods => { echo => handler($http, path => '/echo') });
ok($gateway->wait_for_log(qr/event=listen_refused/), 'the gateway cannot listen to it');
ok($gateway->wait_for_log(qr/event=claim_refused/), '... nor claim');
is($pg_ctl->('promote'), 0, 'it is promoted');
is(outcome(add_call('echo', '{}'))->{status}, 'completed', 'calls are performed');
is(outcome(add_call('echo', '{}'), 10)->{status}, 'completed', '... also those that come later');
unlike($gateway->log, qr/event=database_down/, '... over the same connection');
is($gateway->stop, 0, 'stopped');

$pg_ctl->('-m fast stop');
$ENV{PGPORT} = $primary;

done_testing();
