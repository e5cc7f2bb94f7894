# Workers come and go with the extension and stand in nobody's way.
# with-cluster: --conf 'agentsandbox.max_databases = 3'
use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

sub psql
{
	my ($database, $sql) = @_;
	my $pid = open(my $out, '-|', 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $database, '-c', $sql)
	  or die "psql: $!";
	my $text = join '', <$out>;
	close $out;
	chomp $text;
	return $text;
}

sub becomes
{
	my ($database, $sql, $expected, $name, $seconds) = @_;
	my $deadline = time + ($seconds // 10);
	my $got;
	until (defined $got && $got eq $expected)
	{
		$got = psql($database, $sql);
		last if $got eq $expected || time > $deadline;
		sleep 0.02;
	}
	return is($got, $expected, $name);
}

my $worker_of = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker' AND datname = '%s'";
my $pid_of = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker' AND datname = '%s'";
my $label_of = "SELECT count(*) FROM pg_shseclabel s JOIN pg_database d ON d.oid = s.objoid WHERE s.classoid = 'pg_database'::regclass AND d.datname = '%s'";

sub log_text
{
	open(my $log, '<', $ENV{AGENTSANDBOX_SERVER_LOG}) or die "log: $!";
	local $/;
	return <$log>;
}

# CREATE and DROP EXTENSION
psql('postgres', 'CREATE DATABASE one');
my $start = time;
psql('one', 'CREATE EXTENSION agentsandbox');
becomes('postgres', sprintf($worker_of, 'one'), 1, 'a second database gets its worker', 1);
becomes('postgres', sprintf($worker_of, 'sandbox'), 1, 'the first keeps its own');
psql('one', 'BEGIN; DROP EXTENSION agentsandbox; ROLLBACK');
is(psql('postgres', sprintf($worker_of, 'one')), 1, 'a DROP EXTENSION rolled back changes nothing');
psql('one', 'DROP EXTENSION agentsandbox');
becomes('postgres', sprintf($worker_of, 'one'), 0, 'the worker leaves when the extension is dropped', 2);
becomes('postgres', sprintf($label_of, 'one'), 0, 'the label of the database has gone');
psql('one', 'CREATE EXTENSION agentsandbox');
becomes('postgres', sprintf($worker_of, 'one'), 1, 'it comes back with the extension', 3);

# statements that need the database for themselves
psql('postgres', 'CREATE DATABASE copy TEMPLATE one');
is($?, 0, 'a database with a worker can be copied');
becomes('postgres', sprintf($worker_of, 'one'), 1, 'its worker comes back');
is(psql('postgres', sprintf($worker_of, 'copy')), 0, 'a copy is not enabled by itself');
psql('postgres', 'ALTER DATABASE one RENAME TO two');
is($?, 0, 'it can be renamed');
becomes('postgres', sprintf($worker_of, 'two'), 1, 'its worker comes back');
psql('postgres', 'DROP DATABASE two');
is($?, 0, 'it can be dropped');
is(psql('postgres', q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker')),
	1, 'and its worker has gone');
unlike(log_text(), qr/FATAL/, 'nothing of this ends with FATAL');

# somebody who may not do such things does not disturb the worker
psql('postgres', q(CREATE ROLE nobody_special LOGIN CREATEDB));
my $pid = psql('postgres', sprintf($pid_of, 'sandbox'));
{
	local $ENV{PGOPTIONS} = '-c role=nobody_special';
	psql('postgres', 'DROP DATABASE sandbox');
}
isnt($?, 0, 'DROP DATABASE by a stranger is refused');
is(psql('postgres', sprintf($pid_of, 'sandbox')), $pid, 'and does not disturb the worker');

# a worker that is ended or reads its configuration again
psql('postgres', "SELECT pg_terminate_backend($pid)");
becomes('postgres', sprintf($worker_of, 'sandbox'), 1, 'a worker that was ended is replaced', 5);
isnt(psql('postgres', sprintf($pid_of, 'sandbox')), $pid, 'by a new one');
$pid = psql('postgres', sprintf($pid_of, 'sandbox'));
psql('postgres', 'SELECT pg_reload_conf()');
psql('postgres', q(SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'agentsandbox launcher'));
becomes('postgres', q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox launcher'),
	1, 'a launcher that was ended is replaced', 5);
is(psql('postgres', sprintf($pid_of, 'sandbox')), $pid, 'and does not disturb the worker');
psql('postgres', "SELECT pg_terminate_backend($pid)");
becomes('postgres', sprintf($worker_of, 'sandbox'), 1, 'the new launcher cares for it', 5);

# more databases than workers
psql('postgres', "CREATE DATABASE $_") for qw(three four five);
psql($_, 'CREATE EXTENSION agentsandbox') for qw(three four five);
becomes('postgres', q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'),
	3, 'agentsandbox.max_databases bounds the workers');
is(scalar(() = log_text() =~ /more than 3 databases have the extension/g), 1, 'which is said once');
psql('postgres', 'DROP DATABASE three');
becomes('postgres', q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'),
	3, 'a place that becomes free is taken');

# the owner of a database cannot steer the worker by the database's settings
psql('postgres', q(ALTER DATABASE sandbox SET search_path = public;
	ALTER DATABASE sandbox SET default_transaction_read_only = on;
	ALTER DATABASE sandbox SET statement_timeout = 1;
	ALTER DATABASE sandbox SET role = nobody_special));

# restart
system($ENV{AGENTSANDBOX_PG_CTL} . ' restart -s -w -m fast >/dev/null') == 0 or die 'restart failed';
becomes('postgres', q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'),
	3, 'after a restart all workers are there', 3);
$start = time;
system($ENV{AGENTSANDBOX_PG_CTL} . ' stop -s -w -m fast >/dev/null') == 0 or die 'stop failed';
cmp_ok(time - $start, '<', 3, 'a fast shutdown does not wait for workers');
unlike(log_text(), qr/PANIC|TRAP|ERROR:  (?!must be owner)/, 'no worker failed');

done_testing();
