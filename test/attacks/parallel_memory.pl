# Parallel workers are as many as the profile allows, none by default.  Their
# memory: they are processes of their own, which inherit no limit.  The leader does nothing here but collect.
# with-cluster: --conf 'parallel_leader_participation = off' --conf 'parallel_setup_cost = 0' --conf 'parallel_tuple_cost = 0' --conf 'min_parallel_table_scan_size = 0'
use strict;
use warnings;
use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	CREATE TABLE t AS SELECT repeat('a', 100) AS v FROM generate_series(1, 10000);
	ANALYZE t;
	SELECT agentsandbox.create_profile('p', parallel_workers => 2, memory_bytes => 67108864, allow_explain => true);
	SELECT agentsandbox.create_profile('zero', allow_explain => true), agentsandbox.create_profile('one', parallel_workers => 1, allow_explain => true);
	GRANT SELECT ON t TO p, zero, one;
	SQL
my $c = open_conversation('p');

my $query = 'SELECT count(*) FROM t WHERE length(repeat(v, %d)) < 0';
like(sql_as($c, 'EXPLAIN (ANALYZE, COSTS off) ' . sprintf $query, 10), qr/Workers Launched: [12]/, 'there are workers');
is(sql_as($c, sprintf $query, 1000), '0', 'they have some memory');
refused($c, sprintf($query, 1_000_000), '53200', '... but no more than the session');

# one worker alone would be no faster than none
sql('ALTER SYSTEM SET parallel_leader_participation = on');
sql('SELECT pg_reload_conf()');
poll_is('SHOW parallel_leader_participation', 'on', 'the leader works, too');
sub planned { return sql_as(open_conversation($_[0]), 'EXPLAIN (COSTS off) ' . sprintf $query, 10) =~ /Workers Planned: (\d+)/ ? $1 : 0 }
is(planned('p'), 2, 'as many workers are planned as are allowed');
is(planned('one'), 1, '... be it one');
is(planned('zero'), 0, '... and none unless they are');
# a worker of a pooled connection would not know what was entered
sql(q(CREATE ROLE pooler LOGIN PASSWORD 'pooler' IN ROLE agentsandbox_pool));
my $w = Wire->connect({ role => 'pooler', password => 'pooler' });
$w->query("SELECT agentsandbox.enter('$c->{token}')");
is($w->query(sprintf $query, 1)->{rows}[0][0], '0', 'a pooled connection is answered without workers');
sql(q(SELECT agentsandbox.alter_profile('p', parallel_workers => 1)));
is($w->query(sprintf $query, 1)->{rows}[0][0], '0', '... also when the profile changes');
$w->finish;
done_testing();
