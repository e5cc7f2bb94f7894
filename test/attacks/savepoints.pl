# Exhausting the server's lock table: every savepoint that something was written
# under holds a lock on its own transaction id, and they can be nested.
# with-cluster: --conf 'max_locks_per_transaction = 32' --conf 'max_connections = 20'
use strict;
use warnings;
use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p');
	CREATE TABLE t (a int);
	GRANT SELECT, INSERT, UPDATE ON t TO p;
	SQL
my @open;
my $refused = 0;
for (1 .. 2)
{
	my $w = Wire->connect(open_conversation('p'));
	push @open, $w;
	$w->query('BEGIN');
	for (1 .. 40)
	{
		my $r = $w->query('SAVEPOINT s; INSERT INTO t VALUES (1);' x 100);
		next if !@{ $r->{errors} };
		is($r->{errors}[0]{C}, '54000', 'nesting ends at a limit');
		$refused++;
		last;
	}
}
is($refused, 2, '... in each conversation');
cmp_ok(sql("SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid'"), '<', 600, 'they hold some locks only');
is(sql(join ' ', 'BEGIN;', (map { "CREATE TABLE x$_ (a int);" } 1 .. 50), 'SELECT 1; ROLLBACK'), '1', 'and there is room for others');

my $r = $open[0]->query('ROLLBACK TO s; RELEASE s; RELEASE s; SAVEPOINT s; INSERT INTO t VALUES (1)');
is_deeply($r->{errors}, [], 'those that are released make room');
$_->query('ROLLBACK') for @open;
$r = $open[0]->query('BEGIN;' . 'SAVEPOINT s; INSERT INTO t VALUES (1); RELEASE s;' x 500 . 'ROLLBACK');
is_deeply($r->{errors}, [], 'one after another there can be many');
done_testing();
