# Pooled connections: entering by token, leaving, and what must not stay behind.
use strict;
use warnings;

use lib 'test/lib';
use AgentSandbox;
use PsqlSession;
use Test::More;
use Wire;

sql(<<'SQL');
SELECT agentsandbox.create_profile('agent');
CREATE TABLE item (rep int, name text);
INSERT INTO item SELECT n % 10, 'item ' || n FROM generate_series(1, 100) n;
SELECT agentsandbox.protect('item', 'rep', 'rep');
GRANT SELECT, INSERT ON item TO agent;
CREATE ROLE pool LOGIN PASSWORD 'pool';
GRANT agentsandbox_pool TO pool;
CREATE FUNCTION scratch(note text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	CREATE TEMP TABLE IF NOT EXISTS scratch (t text);
	INSERT INTO scratch VALUES (note);
	PERFORM pg_advisory_lock(42);
	RETURN (SELECT string_agg(t, ' ') FROM scratch) || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid());
END $$;
GRANT EXECUTE ON FUNCTION scratch TO agent;
SQL
my $pool = { role => 'pool', password => 'pool' };
my $a = open_conversation('agent', '{"rep": 3}');
my $b = open_conversation('agent', '{"rep": 4}');
my $who = 'SELECT agentsandbox.context(\'rep\')';
my $seen = 'SELECT min(rep), max(rep), count(*) FROM public.item';

# One connection of the pool role, one list of statements: what each printed,
# or the SQLSTATE of its error; "refused" where the object is hidden or not granted.
sub talk
{
	my ($conninfo, @statements) = @_;
	my $script = "\\set VERBOSITY sqlstate\n\\set ON_ERROR_STOP 0\n\\o /dev/null\n";
	$script .= "\\o\n$_;\n\\o /dev/null\n\\echo -- :SQLSTATE\n" for @statements;
	my ($status, $out, $err) = psql($conninfo, $script);
	my @answers = map { s/^\n//r } split /-- (?=\w{5}(?:\n|$))/, $out;
	my $first = shift @answers // '';
	my @result;
	for my $answer (@answers)
	{
		my ($state, $rest) = $answer =~ /^(\w{5})\n?(.*)$/s;
		push @result, $state eq '00000' ? $first =~ s/\s+$//r : $state =~ /^42(501|P01|883)$/ ? 'refused' : $state;
		$first = $rest;
	}
	return \@result;
}

sub pooled { return talk(conninfo($pool), @_); }

sub enter
{
	my ($c, $options) = @_;
	return "SELECT agentsandbox.enter('$c->{token}'" . ($options // '') . ')';
}
my $leave = 'SELECT agentsandbox.leave()';

# the pool role can do nothing
is_deeply(pooled($seen), ['refused'], 'the pool role sees nothing');

# ... and is told what is wrong, but not in a conversation
my $outside = 'The session is in no conversation: use agentsandbox.enter() first.';
my $missing = 'SELECT FROM nosuch';
sub hints { return [ (psql(conninfo($pool), join "\n", '\set ON_ERROR_STOP 0', map { "$_;" } @_))[2] =~ /^HINT:  (.*)$/mg ] }
is_deeply(hints($seen, 'SELECT public.scratch($$a$$)', 'SELECT now()', 'CREATE TABLE x ()', 'SHOW work_mem', 'SELECT oid FROM pg_authid'), [ ($outside) x 6 ], 'refusals outside a conversation');
is_deeply(hints(enter($a), $missing, $leave, $missing, 'BEGIN', enter($a, ', true'), 'COMMIT', $missing),
	[ 'agentsandbox.tables lists the relations that can be used.', $outside, $outside ], '... in it, and after it');

# in and out, twice, one after the other
is_deeply(
	pooled(enter($a), $who, $seen, $leave, $seen, enter($b), $who, $seen, $leave, $leave, $seen),
	[ $a->{conversation}, '3', '3|3|10', '', 'refused', $b->{conversation}, '4', '4|4|10', '', '', 'refused' ],
	'two conversations, one after the other, on one connection');

# what the last one knows, nobody learns who comes before somebody has entered
sub told { my ($name, @before) = @_; return (psql(conninfo($pool), "\\set ON_ERROR_STOP 0\n" . join ";\n", @before, "SELECT nosuch FROM public.$name"))[2] =~ s/\b$name\b/NAME/gr }
for my $way ([ enter($a), $leave ], [ enter($a), 'DISCARD ALL' ], [ enter($a), 'RESET ROLE' ],
	(map { [ 'BEGIN', enter($a, ', true'), $_ ] } 'COMMIT', 'ROLLBACK', 'SELECT 1/0; ROLLBACK'))
{
	is(told('item', @$way), told('imet', @$way), "names after $way->[-1]");
}

# a function's temporary table, and a lock
is_deeply(
	pooled(enter($a), "SELECT public.scratch('a')", "SELECT public.scratch('a')", $leave, enter($b), "SELECT public.scratch('b')"),
	[ $a->{conversation}, 'a1', 'a a1', '', $b->{conversation}, 'b1' ],
	'what a function keeps in the session is gone with the conversation');
is_deeply(
	pooled('BEGIN', enter($a, ', true'), "SELECT public.scratch('a')", 'COMMIT', 'BEGIN', enter($b, ', true'), "SELECT public.scratch('b')", 'COMMIT'),
	[ '', $a->{conversation}, 'a1', '', '', $b->{conversation}, 'b1', '' ],
	'... also where it is entered for a transaction');
is_deeply(pooled(enter($a), enter($b), $who), [ $a->{conversation}, 'refused', '3' ], 'entering twice is refused');

# a wrong token
is_deeply(pooled("SELECT agentsandbox.enter('x')", 'SELECT agentsandbox.enter(\'\')', 'SELECT agentsandbox.enter(NULL)', $seen),
	[ '28000', '28000', '22004', 'refused' ], 'a wrong token opens nothing');

# what an agent may send in the middle only gets it out
for my $way ('DISCARD ALL', 'RESET ROLE', 'SET ROLE NONE', 'RESET SESSION AUTHORIZATION', 'SET SESSION AUTHORIZATION DEFAULT')
{
	my $got = pooled(enter($a), $way, $seen);
	ok($got->[2] eq 'refused' || ($got->[1] eq 'refused' && $got->[2] eq '3|3|10'),
		"$way leaves, or is refused and changes nothing")
	  or diag(explain($got));
	$got = pooled(enter($a), $way, $leave, enter($b), $who, $seen);
	is_deeply([ @$got[ 3 .. 5 ] ], [ $b->{conversation}, '4', '4|4|10' ], "after $way another can enter");
}
is_deeply(pooled(enter($a), "SET ROLE \"$b->{role}\"", "SET SESSION AUTHORIZATION \"$b->{role}\"", 'SET ROLE pool', 'SET ROLE postgres', $who),
	[ $a->{conversation}, 'refused', 'refused', 'refused', 'refused', '3' ], 'no way into another role');

# transactions: entering is undone by ROLLBACK, leaving never
is_deeply(pooled('BEGIN', enter($a), $who, 'ROLLBACK', $seen),
	[ '', $a->{conversation}, '3', '', 'refused' ], 'ROLLBACK undoes entering');
is_deeply(pooled('BEGIN', enter($a), 'COMMIT', $who, 'BEGIN', 'SELECT 1/0', 'ROLLBACK', $who),
	[ '', $a->{conversation}, '', '3', '', '22012', '', '3' ], 'COMMIT keeps it; a later error and ROLLBACK too');
is_deeply(pooled('BEGIN', 'SAVEPOINT s', enter($a), 'ROLLBACK TO s', $seen, 'ROLLBACK', $seen),
	[ '', '', $a->{conversation}, '', 'refused', '', 'refused' ], 'ROLLBACK TO undoes entering');
is_deeply(pooled('BEGIN', 'SAVEPOINT s', enter($a), 'RELEASE s', 'SAVEPOINT s', 'SELECT 1/0', 'ROLLBACK TO s', $who, 'COMMIT', $who),
	[ '', '', $a->{conversation}, '', '', '22012', '', '3', '', '3' ], 'RELEASE keeps it');
is_deeply(pooled(enter($a), 'BEGIN', $leave, 'ROLLBACK', $who, $leave, $seen),
	[ $a->{conversation}, '', '25001', '', '3', '', 'refused' ], 'a transaction belongs to one conversation');
is_deeply(pooled(enter($a), "$leave, (SELECT 1 / count(*) FROM item WHERE false)", $seen), [ $a->{conversation}, '22012', 'refused' ], 'leaving is not undone');

# local: for one transaction
is_deeply(pooled(enter($a, ', local => true'), $seen), [ '25P01', 'refused' ], 'local needs a transaction');
is_deeply(
	pooled('BEGIN', enter($a, ', local => true'), $who, 'COMMIT', $seen,
		'BEGIN', enter($b, ', local => true'), $who, 'ROLLBACK', $seen,
		'BEGIN', enter($a, ', true'), 'SELECT 1/0', 'COMMIT', $seen,
		'BEGIN', enter($b, ', true'), 'COMMIT AND CHAIN', $seen, 'ROLLBACK', $seen),
	[ '', $a->{conversation}, '3', '', 'refused',
		'', $b->{conversation}, '4', '', 'refused',
		'', $a->{conversation}, '22012', '', 'refused',
		'', $b->{conversation}, '', 'refused', '', 'refused' ],
	'local ends with the transaction, however it ends');

# the limit counts pooled sessions and others alike
{
	poll_is('SELECT count(*) FROM agentsandbox.sessions()', '0', 'nobody is connected');
	sql("SELECT agentsandbox.alter_profile('agent', connection_limit => 2)");
	my ($direct, $more) = map { PsqlSession->new(conninfo($_)) } $a, $pool;
	is($direct->run('SELECT 1'), '1', 'one session of a conversation');
	is($more->run(enter($a)), $a->{conversation}, '... and a pooled one');
	is_deeply(pooled(enter($a), $seen, enter($b)), [ '53300', 'refused', $b->{conversation} ], '... are as many as there can be');
	refused($a, 'SELECT 1', qr/too many sessions of this conversation/, '... of the other kind too');
	is($more->run($leave), '', 'one that has left');
	is_deeply(pooled(enter($a), $leave, 'BEGIN', enter($a, ', true'), 'ROLLBACK', enter($a)),
		[ $a->{conversation}, '', '', $a->{conversation}, '', $a->{conversation} ], '... makes room for others');
	sql("SELECT agentsandbox.alter_profile('agent', connection_limit => 10)");
}

# nothing of one serves the next
is_deeply(
	pooled(enter($a), "PREPARE q AS $seen", 'EXECUTE q', 'SET TimeZone = \'Asia/Tokyo\'', 'SET DateStyle = \'SQL\'', $leave,
		enter($b), 'EXECUTE q', 'SHOW TimeZone', 'SHOW DateStyle', "PREPARE q AS $seen", 'EXECUTE q'),
	[ $a->{conversation}, '', '3|3|10', '', '', '',
		$b->{conversation}, '26000', sql('SHOW TimeZone'), sql('SHOW DateStyle'), '', '4|4|10' ],
	'prepared statements and settings end with leaving');
is_deeply(
	pooled('BEGIN', enter($a, ', true'), "PREPARE q AS $seen", 'SET TimeZone = \'Asia/Tokyo\'', "DECLARE c CURSOR FOR $seen", 'COMMIT',
		'BEGIN', enter($b, ', true'), 'SHOW TimeZone', 'SAVEPOINT s', 'EXECUTE q', 'ROLLBACK TO s', 'FETCH c'),
	[ '', $a->{conversation}, '', '', '', '', '', $b->{conversation}, sql('SHOW TimeZone'), '', '26000', '', '34000' ],
	'and with the transaction');
is_deeply(
	pooled(enter($a), 'SET TimeZone = \'Asia/Tokyo\'', "$leave, (SELECT 1 / count(*) FROM item WHERE false)", enter($b), 'SHOW TimeZone'),
	[ $a->{conversation}, '', '22012', $b->{conversation}, sql('SHOW TimeZone') ],
	'a leave whose transaction fails leaves no setting to the next');

# the slot tells whom the connection serves
is_deeply(
	pooled(enter($a), "\\! psql -XqAt -U postgres -c \"SELECT pooled, conversation FROM agentsandbox.sessions()\"", $leave,
		"\\! psql -XqAt -U postgres -c \"SELECT pooled, conversation FROM agentsandbox.sessions()\""),
	[ $a->{conversation}, "t|$a->{conversation}", '', 't|' ], 'sessions() knows');

# tokens
my $once = sql("SELECT agentsandbox.rotate_token('$b->{conversation}', single_use => true)");
is_deeply(pooled(enter($b)), ['28000'], 'a rotated token is void');
$b->{token} = $once;
is_deeply(pooled('BEGIN', enter($b)), [ '', '25001' ], 'one for a single use not in a transaction that could be rolled back');
for my $rows (0, 1)
{
	my $w = Wire->connect($pool);
	for my $statement (enter($b), $seen, 'SELECT 1/0')
	{
		$w->parse('', $statement);
		$w->bind('', '', []);
		$w->execute('', $rows);
	}
	is_deeply([ map { @$_ } @{ $w->sync->{rows} } ], [ $b->{conversation} ],
		'... nor in a pipeline that fails after it, ' . ($rows ? 'by a portal that is left open' : 'at once'));
	$w->finish;
}
is_deeply(pooled(enter($b), $who, $leave, enter($b)), [ $b->{conversation}, '4', '', '28000' ], 'it is good once');
is(sql("SELECT agentsandbox.revoke_tokens('$a->{conversation}')"), '1', 'revoke_tokens tells how many');
is_deeply(pooled(enter($a)), ['28000'], 'a revoked token is void');
refused(undef, "SELECT agentsandbox.rotate_token('00000000-0000-0000-0000-000000000000')", '55000', 'no token for what does not exist');

# not by anybody else, and not by a detour
refused($a, enter($b), qr/ERROR:  42883/, 'a conversation cannot enter another');
$b->{token} = sql("SELECT agentsandbox.rotate_token('$b->{conversation}')");
refused(undef, enter($b), '42501', 'nor can an administrator');

# a named statement would leave the unnamed one of whoever was there before
{
	local $ENV{PGPASSWORD} = 'pool';
	my $script = "$ENV{PGDATA}/enter.sql";
	open my $out, '>', $script or die "$script: $!";
	print $out enter($b), ";\n";
	close $out;
	my %said = map { $_ => scalar qx(pgbench -n -M $_ -t 1 -f $script -U pool 2>&1) } qw(simple extended prepared);
	like($said{simple}, qr{processed: 1/1}, 'a simple query enters');
	like($said{extended}, qr{processed: 1/1}, 'so does an unnamed statement');
	like($said{prepared}, qr/named prepared statement/, 'a named one does not');
}

# closed
$a->{token} = sql("SELECT agentsandbox.rotate_token('$a->{conversation}')");
my $closing = pooled(enter($a), "\\! psql -XqAt -U postgres -c \"SELECT agentsandbox.close_conversation('$a->{conversation}')\"", $who);
isnt($closing->[2], '3', 'a closed conversation ends in a pooled connection too');
is_deeply(pooled(enter($a)), ['28000'], 'and cannot be entered');

# expired, before the worker has closed it
my $worker = stop_worker();
my $brief = open_conversation('agent', '{"rep": 3}', '2 s');
my @sessions = map { Wire->connect($_) } $brief, $pool;
$sessions[1]->query(enter($brief));
is($_->query($who)->{rows}[0][0], '3', 'a session of a conversation that will expire') for @sessions;
poll_is("SELECT state, expires_at < clock_timestamp() FROM agentsandbox.conversations WHERE id = '$brief->{conversation}'", 'open|t', 'it has expired and is open still');
is($_->query($who)->{errors}[0]{C}, 'AS003', '... but does nothing any more') for @sessions;
is_deeply(pooled(enter($brief), $seen), [ 'AS003', 'refused' ], '... and cannot be entered');
refused($brief, $who, qr/FATAL: .*password authentication failed/, '... nor log in');
sql("ALTER ROLE $brief->{role} VALID UNTIL 'infinity'");
refused($brief, $who, qr/FATAL: .*the conversation has expired/, '... for want of a password alone');
kill CONT => $worker;

done_testing();
