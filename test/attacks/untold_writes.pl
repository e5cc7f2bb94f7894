# Writing where nobody tells of rows until it is done: COPY, and locks on rows, by
# a query, a cursor or a portal that is run in parts.  Of the cursor nobody told
# at all.
use strict;
use warnings;
use AgentSandbox;
use IO::Select;
use Test::More;
use Wire;

sql(<<~'SQL');
	CREATE TABLE t (id int PRIMARY KEY, b text);
	ALTER TABLE t ALTER b SET STORAGE EXTERNAL;
	CREATE TABLE big AS SELECT g AS id FROM generate_series(1, 1000000) g;
	CREATE INDEX ON big (id);
	SELECT agentsandbox.create_profile('p', bytes_changed_total => 2000000, allow_copy => true);
	GRANT SELECT, INSERT ON t TO p;
	GRANT SELECT, UPDATE ON big TO p;
	SQL
sub position { return sql(q(SELECT pg_current_wal_insert_lsn() - '0/0')) }
sub code { my ($r) = @_; return $r->{errors}[0] ? $r->{errors}[0]{C} : 'ok' }
my ($row, $before) = ("\t" . 'x' x 5000 . "\n");

# rows of a COPY, until there is an answer
my $w = Wire->connect(open_conversation('p'));
my $answers = IO::Select->new($w->{socket});
$before = position();
$w->message('Q', "COPY t FROM STDIN\0");
$w->collect('G');
my $sent = 0;
while ($sent < 40_000)
{
	$w->message('d', $sent++ . $row);
	last if $sent % 100 == 0 && $answers->can_read(0);
}
$w->message('c', '');
is(code($w->collect), '57014', 'a COPY that writes without end is cancelled');
cmp_ok(position() - $before, '<', 100_000_000, '... soon after it may not write more');
is(code($w->query("INSERT INTO t VALUES (-1, 'x')")), '53400', '... nor may what follows');
$w->finish;

# rows of a query
$w = Wire->connect(open_conversation('p'));
$before = position();
is(code($w->query('SELECT count(*) FROM (SELECT id FROM big FOR UPDATE) AS locked')), '57014', 'a query that locks without end is cancelled');
cmp_ok(position() - $before, '<', 40_000_000, '... soon after it may not write more');
is(code($w->query('SELECT 1')), 'ok', '... and reading goes on');
$w->finish;

# ... some at a time, the lock taken back each time
my $locks = 'SELECT id FROM big WHERE id > %1$d AND id <= %1$d + 2000 FOR UPDATE';
my %ways = (
	'a query' => sub { $w->query($_[0]) },
	'a cursor' => sub { $w->query("DECLARE c CURSOR FOR $_[0]"); my $r = $w->query('FETCH 1 FROM c'); return @{ $r->{errors} } ? $r : $w->query('MOVE ALL FROM c') },
	'a portal' => sub { $w->parse('', $_[0]); $w->bind('portal', ''); $w->execute('portal', 1); $w->execute('portal', 0); $w->sync });
for my $way (sort keys %ways)
{
	$w = Wire->connect(open_conversation('p'));
	my ($n, $code) = (0, 'ok');
	for (; $n < 50 && $code eq 'ok'; $n++)
	{
		$w->query('BEGIN');
		$code = code($ways{$way}->(sprintf $locks, 2000 * $n));
		$w->query('ROLLBACK');
	}
	like($code, qr/^(?:53400|57014)$/, "what $way locks counts");
	cmp_ok($n, '>', 5, '... as much as it writes');
	$w->finish;
}

# what stays within the limit
$w = Wire->connect(open_conversation('p'));
$w->query('BEGIN');
$w->query('DECLARE c CURSOR FOR SELECT id FROM big ORDER BY id FOR UPDATE');
is($w->query('FETCH 2 FROM c')->{rows}[1][0], '2', 'a cursor that locks some rows works');
is(code($w->query('COMMIT')), 'ok', '... to its end');
$w->message('Q', "COPY t FROM STDIN\0");
$w->collect('G');
sql('SELECT pg_sleep(0.3)');
$w->message('d', "100000$row");
$w->message('c', '');
is(code($w->collect), 'ok', 'a short COPY of a slow client works');
is($w->query('SELECT count(*) FROM t WHERE id = 100000')->{rows}[0][0], '1', '... and did so');
$w->finish;
done_testing();
