# The planner looks for conditions that all AND lists have which OR combines, by
# comparing each with all of the others, and does not look for interrupts.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	CREATE TABLE t (a int);
	INSERT INTO t VALUES (7);
	SELECT agentsandbox.create_profile('p', search_path => 'public', statement_time => '2 s');
	GRANT SELECT, DELETE ON t TO p;
	SQL
my $c = open_conversation('p');

my $n = 5000;
my ($p, $q) = map { '(' . join(' AND ', map { "a<>$_" } $_ .. $_ + $n) . ')' } 1, 100000;
my ($np, $nq) = map { '(' . join(' OR ', map { "a=$_" } $_ .. $_ + $n) . ')' } 1, 100000;
my $rows = join ', ', map { "($_, $_)" } 1 .. 500;
my $sums = join ', ', map { "a + $_" } 1 .. 500;
refused($c, $_, '54000', substr($_, 0, 40) . ' ... ' . substr($_, -40))
  for "SELECT 1 FROM t WHERE $p OR $q", "SELECT 1 FROM t WHERE a = 1 AND ($p OR $q)", "SELECT 1 FROM t GROUP BY a HAVING $p OR $q",
  "SELECT 1 FROM t WHERE NOT $np OR NOT $nq", "SELECT 1 FROM t WHERE NOT CASE WHEN true THEN $np END OR NOT CASE WHEN true THEN $nq END",
  "SELECT 1 FROM t JOIN t u USING (a) WHERE $p OR $q", "SELECT 1 FROM t JOIN (SELECT 1) u ON $p OR $q",
  "SELECT 1 FROM (SELECT $p AS p, $q AS q FROM t) s WHERE p OR q", "DELETE FROM t WHERE coalesce($p) OR coalesce($q)", "MERGE INTO t USING (SELECT 1) u ON $p OR $q WHEN MATCHED THEN DELETE",
  (map { "SELECT 1 FROM t WHERE $_" } "(a, a) NOT IN ($rows) OR $q", "NOT (a, a) IN ($rows) OR a NOT IN ($sums)", "(a > 1 AND (a, a) NOT IN ($rows)) OR a = 2");

is(sql_as($c, 'SELECT a FROM t WHERE ' . join ' OR ', map { "(a = $_ AND a < 10)" } 1 .. 2000), '7', 'many alternatives');
is(sql_as($c, 'SELECT a FROM t WHERE a < 10 AND (' . join(' OR ', map { "a = $_" } 1 .. 2000) . ')'), '7', '... besides a condition');
is(sql_as($c, 'SELECT a FROM t WHERE ' . join ' AND ', map { "a <> $_" } 1000 .. 3000), '7', 'many conditions');
is(sql_as($c, 'SELECT a FROM t WHERE a IN (' . join(', ', 1 .. 5000) . ') OR ' . join ' AND ', map { "a <> $_" } 1000 .. 1099), '7', '... or some of them');
is(sql_as($c, "SELECT a FROM t WHERE $_"), '7', substr $_, 0, 30)
  for "(a, a) IN ($rows)", "a = 7 AND (a, a) IN ($rows)", "(a, a + 1) NOT IN ($rows)", "NOT (a, a + 1) IN ($rows)", "a NOT IN ($sums) AND a = 7", "a = 7 OR (a, a) IN ($rows)";
is(sql_as($c, "SELECT t.a FROM t JOIN t u ON t.a = u.a AND (t.a, u.a) IN ($rows)"), '7', 'in a join');
is(sql_as($c, "BEGIN; MERGE INTO t USING (SELECT 1) u ON a = 7 AND $_ WHEN MATCHED THEN DELETE; SELECT count(*) FROM t; ROLLBACK"), '0', 'in MERGE')
  for join(' AND ', map { "a <> $_" } 1000 .. 3000), '(' . join(' OR ', map { "a = $_" } 1 .. 2000) . ')';
done_testing();
