# What a profile opens no more is closed with the next statement: plans that
# were made while it was open, and cursors over them, end with it.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql("SELECT agentsandbox.create_profile('p'); CREATE TABLE t (a int); GRANT SELECT ON t TO p");
my $c = open_conversation('p');

# Opens, makes plans in all ways, closes, and tries each way in a session of its own.
sub narrowed
{
	my ($option, $open, $closed, $query) = @_;
	my %ways = (
		'an SQL prepared statement' => sub { $_[0]->query('EXECUTE p') },
		'a protocol prepared statement' => sub { $_[0]->bind('', 's'); $_[0]->execute('', 0); $_[0]->sync },
		'an open cursor' => sub { $_[0]->query('FETCH 1 c') },
		'a suspended portal' => sub { $_[0]->execute('portal', 1); $_[0]->sync },
		'the same in a transaction' => sub { $_[0]->query('EXECUTE p') },
		'the query' => sub { $_[0]->query($query) });

	for my $way (sort keys %ways)
	{
		sql("SELECT agentsandbox.alter_profile('p', $option => $open)");
		my $w = Wire->connect($c);
		$w->query("PREPARE p AS $query");
		$w->query('EXECUTE p') for 1 .. 7;    # until the plan is a generic one
		$w->parse('s', $query);
		$w->bind('', 's');
		$w->execute('', 0);
		is(@{ $w->sync->{rows} }, 3, "$option: seen while it is open");
		if ($way =~ /cursor|portal|transaction/)
		{
			$w->query('BEGIN');
			$w->query("DECLARE c CURSOR FOR $query");
			$w->query('FETCH 1 c');
			$w->bind('portal', 's');
			$w->execute('portal', 1);
			$w->sync;
		}
		sql("SELECT agentsandbox.alter_profile('p', $option => $closed)");
		my $r = $ways{$way}->($w);
		ok(@{ $r->{errors} } && !@{ $r->{rows} }, "$option: refused to $way") or diag(explain($r));
		like($r->{errors}[0]{C} // '', qr/^(?:42501|40001)$/, '... as not allowed, or to be run again');
		$w->finish;
	}
	return;
}

narrowed('information_schema', 'true', 'false', 'SELECT table_name FROM information_schema.columns LIMIT 3');
narrowed('mode', "'observe'", "'enforce'", 'SELECT pg_advisory_lock_shared(1) FROM generate_series(1, 3)');

# what changes otherwise ends nothing
my $w = Wire->connect($c);
$w->query('PREPARE p AS SELECT 1');
$w->query('BEGIN');
$w->query('DECLARE c CURSOR FOR SELECT generate_series(1, 3)');
$w->query('FETCH 1 c');
sql("SELECT agentsandbox.alter_profile('p', information_schema => true, statements_per_minute => 5000)");
is($w->query('FETCH 1 c')->{rows}[0][0], '2', 'a cursor outlives what opens more');
is($w->query('EXECUTE p')->{rows}[0][0], '1', '... and so does a prepared statement');

done_testing();
