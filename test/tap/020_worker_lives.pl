# Workers come and go with the extension and stand in nobody's way.
# with-cluster: --conf 'agentsandbox.max_databases = 3'
use strict;
use warnings;

use AgentSandbox;
use PsqlSession;
use Test::More;
use Time::HiRes qw(sleep time);

# these databases come and go
$ENV{PGDATABASE} = 'postgres';
my $one = { dbname => 'one' };

my $worker_of = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker' AND datname = '%s'";
my $pid_of = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker' AND datname = '%s'";
my $label_of = "SELECT count(*) FROM pg_shseclabel s JOIN pg_database d ON d.oid = s.objoid WHERE s.classoid = 'pg_database'::regclass AND d.datname = '%s'";

# CREATE and DROP EXTENSION
sql('CREATE DATABASE one');
sql_as($one, 'CREATE EXTENSION agentsandbox');
poll_is(sprintf($worker_of, 'one'), 1, 'a second database gets its worker', 1);
poll_is(sprintf($worker_of, 'sandbox'), 1, 'the first keeps its own');
sql_as($one, 'BEGIN; DROP EXTENSION agentsandbox; ROLLBACK');
is(sql(sprintf($worker_of, 'one')), 1, 'a DROP EXTENSION rolled back changes nothing');
sql_as($one, 'DROP EXTENSION agentsandbox');
poll_is(sprintf($worker_of, 'one'), 0, 'the worker leaves when the extension is dropped', 2);
poll_is(sprintf($label_of, 'one'), 0, 'the label of the database has gone');
sql_as($one, 'CREATE EXTENSION agentsandbox');
poll_is(sprintf($worker_of, 'one'), 1, 'it comes back with the extension', 3);

# statements that need the database for themselves
is((psql(conninfo(), 'CREATE DATABASE copy TEMPLATE one'))[0], 0, 'a database with a worker can be copied');
poll_is(sprintf($worker_of, 'one'), 1, 'its worker comes back');
is(sql(sprintf($worker_of, 'copy')), 0, 'a copy is not enabled by itself');
is((psql(conninfo(), 'ALTER DATABASE one RENAME TO two'))[0], 0, 'it can be renamed');
poll_is(sprintf($worker_of, 'two'), 1, 'its worker comes back');
is((psql(conninfo(), 'DROP DATABASE two'))[0], 0, 'it can be dropped');
is(sql(q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker')),
	1, 'and its worker has gone');

# template1 is copied by who names none, and a template by whoever may make databases
sql_as({ dbname => 'template1' }, 'CREATE EXTENSION agentsandbox');
poll_is(sprintf($worker_of, 'template1'), 1, 'template1 gets a worker too');
is((psql(conninfo(), 'CREATE DATABASE two'))[0], 0, 'a database can be made with template1 in use');
poll_is(sprintf($worker_of, 'template1'), 1, 'its worker comes back');
sql(q(CREATE ROLE maker LOGIN CREATEDB PASSWORD 'maker'));
is((psql(conninfo({ role => 'maker', password => 'maker' }), 'CREATE DATABASE three TEMPLATE DEFAULT'))[0], 0, 'also by a user who does not own template1');
sql("DROP DATABASE $_") for qw(two three);
sql_as({ dbname => 'template1' }, 'DROP EXTENSION agentsandbox');
poll_is(sprintf($worker_of, 'template1'), 0, 'and without the extension no worker');
unlike(server_log(), qr/FATAL/, 'nothing of this ends with FATAL');

# somebody who may not do such things does not disturb the worker
sql(q(CREATE ROLE nobody_special LOGIN CREATEDB));
my $pid = sql(sprintf($pid_of, 'sandbox'));
refused(undef, "SET ROLE nobody_special;\nDROP DATABASE sandbox", '42501', 'DROP DATABASE by a stranger is refused');
is(sql(sprintf($pid_of, 'sandbox')), $pid, 'and does not disturb the worker');

# a worker that is ended or reads its configuration again
sql("SELECT pg_terminate_backend($pid)");
poll_is(sprintf($worker_of, 'sandbox') . " AND pid <> $pid", 1, 'a worker that was ended is replaced by a new one', 5);
$pid = sql(sprintf($pid_of, 'sandbox'));
sql('SELECT pg_reload_conf()');
my $launcher = sql(q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox launcher'));
sql("SELECT pg_terminate_backend($launcher)");
poll_is("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox launcher' AND pid <> $launcher",
	1, 'a launcher that was ended is replaced', 5);
is(sql(sprintf($pid_of, 'sandbox')), $pid, 'and does not disturb the worker');
sql("SELECT pg_terminate_backend($pid)");
poll_is(sprintf($worker_of, 'sandbox') . " AND pid <> $pid", 1, 'the new launcher cares for it', 5);

# more databases than workers
sql("CREATE DATABASE $_") for qw(three four five);
sql_as({ dbname => $_ }, 'CREATE EXTENSION agentsandbox') for qw(three four five);
poll_is(q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'),
	3, 'agentsandbox.max_databases bounds the workers');
is(scalar(() = server_log() =~ /more than 3 databases have the extension/g), 1, 'which is said once');
sql('DROP DATABASE three');
poll_is(q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'),
	3, 'a place that becomes free is taken');

# the owner of a database cannot steer the worker by the database's settings
sql(q(ALTER DATABASE sandbox SET search_path = public;
	ALTER DATABASE sandbox SET default_transaction_read_only = on;
	ALTER DATABASE sandbox SET statement_timeout = 1;
	ALTER DATABASE sandbox SET exit_on_error = on;
	ALTER DATABASE sandbox SET role = nobody_special));
my $unlimited = '-c role=none -c statement_timeout=0';
if (sql("SELECT count(*) FROM pg_settings WHERE name = 'transaction_timeout'"))
{
	sql('ALTER DATABASE sandbox SET transaction_timeout = 1');
	$unlimited .= ' -c transaction_timeout=0';
}

# restart
system($ENV{AGENTSANDBOX_PG_CTL} . ' restart -s -w -m fast >/dev/null') == 0 or die 'restart failed';
poll_is(q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'),
	3, 'after a restart all workers are there', 3);
$pid = sql(sprintf($pid_of, 'sandbox'));
my $locker = PsqlSession->new(conninfo({ dbname => 'sandbox' }, options => $unlimited));
ok(defined $locker->run('BEGIN READ WRITE; LOCK TABLE agentsandbox.remoteprocedurecalls'), 'a table is locked');
# the worker looks at everything when it reads its configuration
sql('SELECT pg_reload_conf()');
my $deadline = time + 30;
sleep 0.02 until server_log() =~ /a session keeps locked what the worker needs|agentsandbox worker .* lock timeout/ || time > $deadline;
is(sql(sprintf($pid_of, 'sandbox')), $pid, 'a worker that waits in vain goes on, whatever the database sets');
$locker->close;
my $start = time;
system($ENV{AGENTSANDBOX_PG_CTL} . ' stop -s -w -m fast >/dev/null') == 0 or die 'stop failed';
cmp_ok(time - $start, '<', 3, 'a fast shutdown does not wait for workers');
unlike(server_log(), qr/PANIC|TRAP|ERROR:  (?!must be owner)/, 'no worker failed');

done_testing();
