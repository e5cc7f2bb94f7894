# What the operator takes away is gone from the next statement on, also for
# prepared statements and plans of sessions that have it; from a cursor that is
# open no further row is read.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<'SQL');
SELECT agentsandbox.create_profile('agent', allow_explain => true, allow_copy => true, allow_call => true);
CREATE TABLE t (a int, b text, c text);
INSERT INTO t SELECT g, 'b', 'c' FROM generate_series(1, 100) g;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 2 * $1; END';
CREATE FUNCTION sql_twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
CREATE PROCEDURE nothing() LANGUAGE plpgsql AS 'BEGIN END';
CREATE VIEW v AS SELECT a FROM t;
CREATE SCHEMA s;
CREATE TABLE s.u (a int);
GRANT USAGE ON SCHEMA s TO agent;
GRANT SELECT ON t, v, s.u TO agent;
GRANT INSERT, UPDATE, DELETE ON t TO agent;
GRANT EXECUTE ON FUNCTION twice(int), sql_twice(int) TO agent;
GRANT EXECUTE ON PROCEDURE nothing() TO agent;
SQL
my $c = open_conversation('agent');
my $w;

sub code { my ($r) = @_; return $r->{errors}[0] ? $r->{errors}[0]{C} : 'ok' }

# What stands in $take holds for a statement however it was prepared before,
# in a transaction or outside, and what stands in $give brings it back.
sub taken
{
	my ($statement, $take, $give, $like, $name) = @_;
	for my $block (0, 1)
	{
		$w = Wire->connect($c);
		$w->query('BEGIN') if $block;
		my $where = $block ? ', in a transaction' : '';
		$w->query("PREPARE q AS $statement");
		$w->parse('x', $statement);
		$w->sync;
		for (1 .. 6)    # until the plan is a generic one
		{
			$w->query('EXECUTE q');
			$w->bind('', 'x');
			$w->execute('');
			$w->sync;
		}
		$w->bind('', 'x');
		$w->execute('');
		is(code($w->sync), 'ok', "$name$where: works before");
		$w->query('SAVEPOINT s') if $block;
		sql($take);
		for my $way (
			[ 'simple', sub { $w->query($statement) } ],
			[ 'EXECUTE', sub { $w->query('EXECUTE q') } ],
			[ 'Bind and Execute', sub { $w->bind('', 'x'); $w->execute(''); $w->sync } ])
		{
			my ($how, $do) = @$way;
			my $r = $do->();
			like(code($r), $like, "$name$where: refused, $how") or diag(explain($r));
			is(scalar @{ $r->{rows} }, 0, "$name$where: no row, $how");
			$w->query('ROLLBACK TO s') if $block;
		}
		$w->query('ROLLBACK') if $block;
		sql($give);
		is(code($w->query($statement)), 'ok', "$name$where: works again");
		$w->finish;
	}
	return;
}

my $refused = qr/^42(?:501|P01|883|703)$/;
taken('SELECT a FROM t LIMIT 1', 'REVOKE SELECT ON t FROM agent', 'GRANT SELECT ON t TO agent', $refused, 'SELECT');
taken('SELECT b FROM t LIMIT 1', 'REVOKE SELECT ON t FROM agent; GRANT SELECT (a) ON t TO agent',
	'REVOKE SELECT (a) ON t FROM agent; GRANT SELECT ON t TO agent', $refused, 'SELECT of a column');
taken('SELECT a FROM v LIMIT 1', 'REVOKE SELECT ON v FROM agent', 'GRANT SELECT ON v TO agent', $refused, 'a view');
taken('INSERT INTO t VALUES (0)', 'REVOKE INSERT ON t FROM agent', 'GRANT INSERT ON t TO agent', $refused, 'INSERT');
taken('UPDATE t SET b = b WHERE a = 1', 'REVOKE UPDATE ON t FROM agent', 'GRANT UPDATE ON t TO agent', $refused, 'UPDATE');
taken('SELECT a FROM s.u', 'REVOKE SELECT ON s.u FROM agent', 'GRANT SELECT ON s.u TO agent', $refused, 'another schema');
taken('SELECT twice(1)', 'REVOKE EXECUTE ON FUNCTION twice(int) FROM agent', 'GRANT EXECUTE ON FUNCTION twice(int) TO agent',
	$refused, 'a function');
taken('SELECT sql_twice(a) FROM t LIMIT 1', 'REVOKE EXECUTE ON FUNCTION sql_twice(int) FROM agent',
	'GRANT EXECUTE ON FUNCTION sql_twice(int) TO agent', $refused, 'an inlined function');
taken('SELECT a FROM t LIMIT 1', "UPDATE agentsandbox.profiles SET rows_changed = 1; ALTER ROLE agent RENAME TO agent2; REVOKE SELECT ON t FROM agent2",
	'ALTER ROLE agent2 RENAME TO agent; GRANT SELECT ON t TO agent; SELECT agentsandbox.alter_profile($$agent$$, rows_changed => 1000)',
	$refused, 'a profile of another name');

# a function that is made anew is another one
$w = Wire->connect($c);
$w->query('PREPARE q AS SELECT twice(1)');
$w->query('EXECUTE q') for 1 .. 6;
sql(q{DROP FUNCTION twice(int); CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 666'});
like(code($w->query('EXECUTE q')), $refused, 'a function dropped and made again was not granted');
sql('GRANT EXECUTE ON FUNCTION twice(int) TO agent');
is($w->query('EXECUTE q')->{rows}[0][0], '666', 'until it is');

# options and limits of the profile
for my $option ([ 'allow_explain', 'EXPLAIN SELECT 1' ], [ 'allow_copy', 'COPY (SELECT 1) TO STDOUT' ], [ 'allow_call', 'CALL nothing()' ])
{
	my ($name, $statement) = @$option;
	is(code($w->query($statement)), 'ok', "$name is allowed");
	sql("SELECT agentsandbox.alter_profile('agent', $name => false)");
	is(code($w->query($statement)), '42501', 'and then is not');
	sql("SELECT agentsandbox.alter_profile('agent', $name => true)");
	is(code($w->query($statement)), 'ok', 'and is again');
}
is(code($w->query('SELECT a FROM t LIMIT 20')), 'ok', 'twenty rows');
sql("SELECT agentsandbox.alter_profile('agent', rows_returned => 10)");
is(code($w->query('SELECT a FROM t LIMIT 20')), '54000', 'are too many for a lower limit');
sql("SELECT agentsandbox.alter_profile('agent', rows_returned => 1000, statement_time => '200 ms')");
is(code($w->query('SELECT count(*) FROM generate_series(1, 100000000)')), '57014', 'a shorter time');
sql("SELECT agentsandbox.alter_profile('agent', statement_time => '10 s')");

# a method
sql(q{SELECT agentsandbox.create_method('m', '{"type": "object"}', '{}'), agentsandbox.allow_method('agent', 'm')});
is($w->query('SELECT method FROM agentsandbox.methods')->{rows}[0][0], 'm', 'a method');
sql(q{SELECT agentsandbox.disallow_method('agent', 'm')});
is(scalar @{ $w->query('SELECT method FROM agentsandbox.methods')->{rows} }, 0, 'is gone');

# open cursors
for my $way (
	[ 'DECLARE', sub { $w->query('DECLARE k CURSOR FOR SELECT a FROM t') }, sub { $w->query('FETCH 5 FROM k') } ],
	[ 'portal', sub { $w->parse('y', 'SELECT a FROM t'); $w->bind('k', 'y'); $w->sync }, sub { $w->execute('k', 5); $w->sync } ])
{
	my ($how, $open, $fetch) = @$way;
	for my $loss (
		[ 'REVOKE', 'REVOKE SELECT ON t FROM agent', 'GRANT SELECT ON t TO agent' ],
		[ 'a new policy', 'ALTER TABLE t ENABLE ROW LEVEL SECURITY', 'ALTER TABLE t DISABLE ROW LEVEL SECURITY' ])
	{
		my ($name, $take, $give) = @$loss;
		$w->query('DEALLOCATE ALL');
		$w->query('BEGIN');
		$open->();
		is(scalar @{ $fetch->()->{rows} }, 5, "$how: some rows");
		# a policy needs the lock that the cursor holds
		if ($name eq 'REVOKE')
		{
			sql($take);
			my $r = $fetch->();
			like(code($r), $refused, "$how: after $name no more");
			is(scalar @{ $r->{rows} }, 0, "$how: none at all");
			sql($give);
		}
		else
		{
			my ($status, $out, $err) = psql(conninfo(undef, options => '-c lock_timeout=200ms'), $take);
			like($err, qr/lock timeout/, "$how: $name waits for its end");
		}
		$w->query('ROLLBACK');
	}
}

# the conversation itself
$w->query('BEGIN');
$w->query('DECLARE k CURSOR FOR SELECT a FROM t');
sql("SELECT agentsandbox.close_conversation('$c->{conversation}')");
my $r = $w->query('FETCH 1 FROM k');
is(scalar @{ $r->{rows} }, 0, 'a closed conversation reads no further row');
ok($r->{gone} || code($r) =~ /^(?:57P01|28000|42501)$/, 'its session is over');

done_testing();
