# A standby has the labels that were raised, raises none, and keeps them when it
# is promoted.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use File::Basename qw(dirname);
use Test::More;

sql(<<~'SQL');
	CREATE TABLE secret (v text);
	INSERT INTO secret VALUES ('s');
	CREATE TABLE known (v text);
	INSERT INTO known VALUES ('k');
	CREATE TABLE public_t (v text);
	SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE known IS 'untrusted';
	SELECT agentsandbox.create_profile('p');
	GRANT SELECT ON secret, known TO p;
	GRANT INSERT ON public_t TO p;
	SQL
my $c = open_conversation('p');
is(sql_as($c, 'SELECT v FROM known'), 'k', 'a label is raised on the primary server');

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
is(sql('SELECT pg_is_in_recovery()'), 't', 'it is a standby');
is(sql_as($c, 'SELECT v FROM known'), 'k', 'what the conversation has read it reads there');
my $err = refused($c, 'SELECT v FROM secret', 'AS005', 'what is new is refused');
like($err, qr/HINT:  This is a standby server/, '... with the reason');

is(system("$as $bin/pg_ctl -D $standby -w -s promote"), 0, 'it is promoted');
is(sql_as($c, 'SELECT labels FROM agentsandbox.my_limits()'), '{untrusted}', 'the labels are still there');
refused($c, q(INSERT INTO public_t VALUES ('x')), '42501', '... and hold');
is(sql_as($c, 'SELECT v FROM secret'), 's', 'its own worker raises more');
is(sql_as($c, 'SELECT labels FROM agentsandbox.my_limits()'), '{private,untrusted}', '... for good');
system("$as $bin/pg_ctl -D $standby -m fast -s stop");
$ENV{PGPORT} = $primary;
is(sql_as($c, 'SELECT labels FROM agentsandbox.my_limits()'), '{untrusted}', 'the primary server knows nothing of that');

done_testing();
