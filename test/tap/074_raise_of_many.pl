# A raise costs the same however many calls of the conversation are not judged
# yet: others wait for its end.  What these calls carry is known nonetheless.
# with-cluster: --conf 'autovacuum = off' --conf 'agentsandbox.raise_timeout = 60s'
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use Test::More;
use Wire;

my $calls = 'agentsandbox.RemoteProcedureCalls';
my $n = 3000;

sql(<<'SQL');
SELECT agentsandbox.create_profile('clerk');
SELECT agentsandbox.create_method('ask', 'true', 'true', accepts => '{}');
SELECT agentsandbox.allow_method('clerk', 'ask');
CREATE TABLE secret AS SELECT 1 AS a;
SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
GRANT SELECT ON secret TO clerk;
SQL
my $c = open_conversation('clerk');
my @wires = map { Wire->connect($c) } 1 .. 3;
my $submit = q(INSERT INTO RemoteProcedureCalls (method) SELECT 'ask' FROM generate_series(1, %d));

# the worker comes to the raise first, and to the calls then
my $worker = stop_worker();
$wires[0]->query(sprintf $submit, $n);
$wires[1]->query('BEGIN');
$wires[1]->query(sprintf $submit, 1);
$wires[2]->message('Q', "SELECT a FROM secret\0");
poll_is("SELECT count(*) FROM pg_stat_activity WHERE usename = '$c->{role}' AND query LIKE '%secret' AND wait_event_type = 'Extension'", 1, 'a session waits for its labels');
kill CONT => $worker;
is($wires[2]->collect->{rows}[0][0], '1', 'they are raised');
$wires[1]->query('COMMIT');
$wires[2]->query(sprintf $submit, 1);
poll_is("SELECT string_agg(concat_ws(' ', labels, status, n), ', ' ORDER BY labels) FROM (SELECT labels, status, count(*) AS n FROM $calls GROUP BY 1, 2) c",
	"{} ready $n, {private} refused 2", 'calls carry what their conversation had when they were committed');

# the worker tells what it changed when it wakes, at most once a second
poll_is("SELECT pg_reload_conf(), n_tup_upd >= $n FROM pg_stat_user_tables WHERE relname = 'remoteprocedurecalls'", 't|t', 'it has told what it changed');
cmp_ok(sql(q(SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'remoteprocedurecalls')), '<', 2 * $n, 'no call was changed by the raise');

done_testing();
