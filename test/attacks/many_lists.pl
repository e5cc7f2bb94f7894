# A B-tree that is searched by several lists is searched for each combination of
# their elements, and the server does not look for interrupts in between: not
# even an administrator gets rid of such a session.  The planner takes to it where
# it estimates lists as short, or so many combinations that no number holds them.
use strict;
use warnings;
use AgentSandbox;
use Test::More;
use Time::HiRes qw(time);
use Wire;

sql(<<~'SQL');
	CREATE TABLE t (a int, b int, c text, PRIMARY KEY (a, b));
	INSERT INTO t SELECT i, i, i FROM generate_series(1, 20000) i;
	CREATE TABLE parts (a int PRIMARY KEY) PARTITION BY RANGE (a);
	CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (10000);
	INSERT INTO parts SELECT generate_series(1, 9999);
	ANALYZE;
	SELECT agentsandbox.create_profile('p', search_path => 'public', statement_time => '500 ms');
	GRANT SELECT, UPDATE, DELETE ON t, parts TO p;
	SQL
my $c = open_conversation('p');
my $w = Wire->connect($c);

# Is it over soon, however it ends, and the session ready for the next one?
sub ends
{
	my ($name, $do) = @_;
	my $start = time;
	ok(eval { $do->() }, "$name ends");
	cmp_ok(time - $start, '<', 2.5, '... in time');
	is($w->query('SELECT 1')->{rows}[0][0], 1, '... and the session goes on');
	return;
}

my $list = join ',', 1 .. 200;
my $same = join ' AND ', map { "a = ANY ('{$list}')" } 1 .. 300;
ends('lists for one column', sub { $w->query("SELECT 1 FROM t WHERE $same") });
ends('... with others', sub { $w->query("SELECT 1 FROM t WHERE $same OR (b = 1 AND $same)") });
ends('... in ON', sub { $w->query("SELECT 1 FROM t JOIN t u ON t.b = u.b AND " . $same =~ s/\ba\b/t.a/gr) });
ends('... of a partition', sub { $w->query("SELECT 1 FROM parts WHERE $same") });
ends('... of rows to change', sub { $w->query("UPDATE t SET c = 'x' WHERE $same AND b = 0") });
ends('... of subqueries one in another', sub { $w->query('SELECT 1 FROM ' . '(SELECT * FROM ' x 150 . 't' . " WHERE a = ANY ('{$list}') AND a = ANY ('{$list}')) s" x 150) });
my $long = join ',', map { -$_ } 1 .. 20000;
my $computed = '((SELECT array_agg(-i) FROM generate_series(1, 20000) i)::int[])';
ends('long lists for two columns', sub { $w->query("SELECT 1 FROM t WHERE a = ANY ('{$long}') AND b = ANY ('{$long}')") });
ends('... that are computed', sub { $w->query("SELECT 1 FROM t WHERE a = ANY $computed AND b = ANY $computed") });
ends('... that come from rows', sub { $w->query("SELECT 1 FROM (VALUES $computed) s (x) JOIN t ON a = ANY (x) AND b = ANY (x)") });
ends('... that are parameters', sub {
	$w->parse('q', 'SELECT 1 FROM t WHERE a = ANY ($1::int[]) AND b = ANY ($2::int[])');
	for (1 .. 6) { $w->bind('', 'q', [ ('{7}') x 2 ]); $w->execute('', 0) }
	$w->bind('', 'q', [ ("{$long}") x 2 ]); $w->execute('', 0);
	$w->sync
});
is($w->query('SELECT count(*) FROM t WHERE a = ANY (array_fill(1, ARRAY[2000000]))')->{errors}[0]{C}, '54000', 'a list of millions is refused');

note 'and what is honest';
$w->query("SET statement_timeout = '500ms'");
is($w->query("SELECT count(*) FROM t WHERE a IN ($list) AND b IN ($list)")->{rows}[0][0], 200, 'two lists');
is($w->query("SELECT count(*) FROM t WHERE a IN ($list) AND $same")->{rows}[0][0], 200, 'many lists');
is($w->query("SELECT count(*) FROM parts WHERE a IN ($list) AND a IN ($list) AND a IN ($list)")->{rows}[0][0], 200, '... of a partition');
is($w->query("SELECT count(x) FROM (VALUES (1), (2)) s (i) LEFT JOIN LATERAL (SELECT coalesce(i + a) AS x FROM t WHERE a IN ($list)"
	. " AND a IN ($list) AND a IN ($list)) u ON true")->{rows}[0][0], 400, '... of what a lateral subquery computes');
is($w->query("SELECT c FROM t WHERE a = 7 AND b = ANY ('{$list}')")->{rows}[0][0], 7, 'a list and a value');
done_testing();
