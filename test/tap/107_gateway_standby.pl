# A gateway that is connected to a standby goes to work when that is promoted.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use File::Basename qw(dirname);
use GatewayTest;
use Test::More;

my $http = start_http();
prepare_methods('echo');

# the server's files are those of the user it runs as
my $config = $ENV{PG_CONFIG} // 'pg_config';
chomp(my $bin = qx($config --bindir));
my $standby = dirname($ENV{PGDATA}) . '/standby';
my $port = $ENV{PGPORT} + 1;
my $as = $> == 0 ? 'runuser -u postgres --' : '';
is(system("$as $bin/pg_basebackup -h $ENV{PGHOST} -p $ENV{PGPORT} -U postgres -D $standby -R -c fast"), 0, 'a standby is made');
is(system("$as $bin/pg_ctl -D $standby -o '-p $port' -w -t 30 -s -l $standby/log start"), 0, '... and started');

my $primary = $ENV{PGPORT};
$ENV{PGPORT} = $port;
my $gateway = start_gateway(poll_seconds => 3600, methods => { echo => handler($http, path => '/echo') });
ok($gateway->wait_for_log(qr/event=listen_refused/), 'the gateway cannot listen to it');
ok($gateway->wait_for_log(qr/event=claim_refused/), '... nor claim');
is(system("$as $bin/pg_ctl -D $standby -w -s promote"), 0, 'it is promoted');
is(outcome(add_call('echo', '{}'))->{status}, 'completed', 'calls are performed');
is(outcome(add_call('echo', '{}'), 10)->{status}, 'completed', '... also those that come later');
unlike($gateway->log, qr/event=database_down/, '... over the same connection');
is($gateway->stop, 0, 'stopped');

system("$as $bin/pg_ctl -D $standby -m fast -s stop");
$ENV{PGPORT} = $primary;

done_testing();
