# Which partitions a table has, and so which tenants there are: the server looks
# for the partition of a row before policies say that there may be no such row.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p');
	CREATE TABLE t (id int, tenant text) PARTITION BY LIST (tenant);
	CREATE TABLE t_one PARTITION OF t FOR VALUES IN ('one');
	CREATE TABLE t_two PARTITION OF t FOR VALUES IN ('two') PARTITION BY RANGE (id);
	CREATE TABLE t_two_first PARTITION OF t_two FOR VALUES FROM (0) TO (100);
	SELECT agentsandbox.protect('t', 'tenant', 'tenant');
	CREATE TABLE open (LIKE t) PARTITION BY LIST (tenant);
	CREATE TABLE open_one PARTITION OF open FOR VALUES IN ('one');
	CREATE VIEW v AS SELECT id, tenant FROM t;
	ALTER VIEW v SET (security_invoker = on);
	GRANT SELECT, INSERT, UPDATE ON t, open, v TO p;
	SQL
my ($c, $newcomer) = map { open_conversation('p', qq({"tenant": "$_"})) } qw(one three);
sql_as($c, q(INSERT INTO t VALUES (1, 'one'), (2, 'one'); INSERT INTO open VALUES (1, 'one')));

for my $attempt (
	q(INSERT INTO t VALUES (%2$d, '%1$s')), q(INSERT INTO v VALUES (%2$d, '%1$s')), q(UPDATE t SET tenant = '%1$s', id = %2$d), q(UPDATE v SET tenant = '%1$s', id = %2$d WHERE id = 1),
	q(MERGE INTO t USING (SELECT 1) s ON id = 1 WHEN MATCHED THEN UPDATE SET tenant = '%1$s', id = %2$d),
	q(MERGE INTO t USING (SELECT 1) s ON id = 9 WHEN NOT MATCHED THEN INSERT VALUES (%2$d, '%1$s')),
	q(WITH w AS (INSERT INTO t VALUES (%2$d, '%1$s') RETURNING id) SELECT * FROM w))
{
	my $there = refused($c, sprintf($attempt, 'two', 1), '42501', "$attempt: a tenant that there is");
	is(refused($c, sprintf($attempt, 'nine', 1), '42501', '... one that there is not'), $there, '... are answered alike');
	is(refused($c, sprintf($attempt, 'two', 100), '42501', '... one without a partition of its own'), $there, '... too');
}
refused($newcomer, q(INSERT INTO t VALUES (1, 'three')), '42501', 'so is an own row for which there is none');

is(sql_as($c, q(UPDATE t SET id = 3 WHERE id = 2 RETURNING id, tenant)), '3|one', 'own rows can be written');
like(refused($c, q(INSERT INTO open VALUES (1, 'nine')), '23514', 'without policies it is told that there is no partition'),
	qr/no partition of relation "open" found for row/, '... as such');
done_testing();
