# The wire protocol, message by message: no message and no order of messages
# is a way around the gates or the limits.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Time::HiRes qw(time);
use Wire;

sql(<<'SQL');
SELECT agentsandbox.create_profile('agent', rows_returned => 50, statement_time => '5 s', value_bytes => 100000, statement_bytes => 100000);
SELECT agentsandbox.create_profile('hasty', rows_returned => 50, statements_per_minute => 30);
SELECT agentsandbox.create_profile('copier', allow_copy => true, rows_returned => 50, rows_changed => 20);
CREATE TABLE notes (id int PRIMARY KEY, tenant text DEFAULT agentsandbox.context('tenant'), body text);
INSERT INTO notes SELECT g, 'mine', 'note ' || g FROM generate_series(1, 40) g;
INSERT INTO notes SELECT 100 + g, 'theirs', 'THEIRS' FROM generate_series(1, 40) g;
SELECT agentsandbox.protect('notes', 'tenant', 'tenant');
GRANT SELECT, INSERT, DELETE ON notes TO agent, copier;
CREATE TABLE secrets (id int, secret_column text);
INSERT INTO secrets VALUES (1, 'SECRET');
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1';
CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
GRANT EXECUTE ON FUNCTION twice(int), shout(text) TO agent;
CREATE FUNCTION secret_step(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
	RAISE NOTICE 'step %', $1 USING DETAIL = 'of secret_step', HINT = 'Go on.', TABLE = 'secrets'; RAISE INFO 'info'; RETURN $1; END $$;
CREATE VIEW steps AS SELECT id, secret_step(id) AS step FROM generate_series(1, 1) id;
GRANT SELECT ON steps TO agent;
CREATE FUNCTION peek() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT secret_column FROM secrets';
SQL
my $c = open_conversation('agent', '{"tenant": "mine"}');
my $copier = open_conversation('copier', '{"tenant": "mine"}');

sub oid { return sql("SELECT '$_[0]'::regprocedure::oid") }
sub state_of { my ($r) = @_; return $r->{errors}[0] ? $r->{errors}[0]{C} : '' }

sub all_text
{
	my ($r) = @_;
	return join "\n", $r->{copied}, @{ $r->{tags} }, @{ $r->{columns} },
		(map { my $row = $_; map { $_ // '' } @$row } @{ $r->{rows} }),
		map { values %$_ } @{ $r->{errors} }, @{ $r->{notices} };
}

# startup packets
for my $packet (
	[ { options => '-c log_statement=none' }, qr/log_statement/ ],
	[ { options => '-c search_path=pg_temp' }, qr/search_path/ ],
	[ { options => '-c session_preload_libraries=' }, qr/session_preload_libraries/ ],
	[ { options => '-O' }, qr{"-O"} ],
	[ { options => '-P' }, qr{"-P"} ],
	[ { options => '-c statement_timeout=0' }, qr/statement_timeout/ ],
	[ { options => '-c agentsandbox.max_arguments_bytes=1' }, qr/agentsandbox\.max_arguments_bytes/ ],
	[ { 'request.jwt.claims' => 'x' }, qr/request\.jwt\.claims/ ],
	[ { work_mem => '1GB' }, qr/work_mem/ ],
	[ { row_security => 'off' }, qr/row_security/ ],
	[ { role => 'postgres' }, qr/role/ ],
	[ { session_authorization => 'postgres' }, qr/session_authorization/ ],
	[ { replication => 'true' }, qr/replication/ ],
	[ { replication => 'database' }, qr/replication/ ],
	[ { database => 'postgres' }, qr/database/ ])
{
	my ($startup, $like) = @$packet;
	my $refused = eval { Wire->connect($c, %$startup); 'accepted' } // $@;
	like($refused, qr/^(?:28000|42501|0A000).*$like/s, "startup refused: @{[ %$startup ]}");
}
my $w = Wire->connect($c, DateStyle => 'German', extra_float_digits => '2', TimeZone => 'Asia/Tokyo', client_encoding => 'UTF8',
	application_name => 'tell you what', statement_timeout => '2000');
is_deeply($w->query('SHOW DateStyle; SHOW TimeZone; SHOW statement_timeout')->{rows}, [ ['German, DMY'], ['Asia/Tokyo'], ['2s'] ],
	'harmless settings in the packet hold');
is($w->query('SHOW application_name')->{rows}[0][0], $c->{role}, 'its name is not its own to choose');
$w->finish;

# fastpath: the function gate without a statement
$w = Wire->connect($c);
is($w->fastpath(oid('int4pl(int,int)'), [ 3, 4 ])->{value}, '7', 'fastpath: a listed function is called');
is($w->fastpath(oid('twice(int)'), [21])->{value}, '42', 'fastpath: a granted one too');
is(state_of($w->fastpath(oid('jsonb_contains(jsonb,jsonb)'), [ '[1]', '[1]' ])), '42501', 'fastpath: a search without a bound is not');
is(state_of($w->fastpath(oid($_), [ ('x') x tr/,// , 'x' ])), '42501', "... nor one whose arguments could be of any length: $_")
	for 'agentsandbox.bounded_jsonb_contains(jsonb,jsonb)', 'upper(text)', 'shout(text)', 'length(bpchar)', 'array_ndims(anyarray)';
my $fastpath = sql(<<'SQL');
SELECT string_agg(p.oid || ' ' || p.oid::regprocedure || ' ' || pronargs || ' ' || (proretset OR prokind <> 'f')::int, E'\n')
FROM pg_proc p
WHERE p.oid NOT IN (SELECT f.function FROM agentsandbox.server_functions() f) AND p.oid <> 'twice(int)'::regprocedure
    AND NOT EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 'agentsandbox_agent'::regrole)
SQL
my ($called, %codes, @accepted) = 0;
for my $line (split /\n/, $fastpath)
{
	my ($oid, $name, $nargs) = $line =~ /^(\d+) (.*) (\d+) \d$/;
	my $r = $w->fastpath($oid, [ (undef) x $nargs ]);
	$called++;
	$codes{ state_of($r) || 'none' }++;
	push @accepted, $name if !@{ $r->{errors} };
	if ($r->{gone})
	{
		push @accepted, "$name ended the session";
		$w = Wire->connect($c);
	}
}
is(substr("@accepted", 0, 300), '', "fastpath: each of $called other functions is refused");
cmp_ok($called, '>', 1000, 'they are many');
is_deeply([ grep { !/^(?:42501|42883|0A000)$/ } keys %codes ], [], 'with the SQLSTATE of a refusal') or diag(explain(\%codes), "@accepted");
is($w->query('SELECT 1')->{rows}[0][0], '1', 'the session is none the worse for it');
is(state_of($w->fastpath(oid('peek()'), [])), state_of($w->fastpath(999999, [])), 'a hidden function is answered as one that does not exist');
$w->query('BEGIN');
$w->query('SELECT nonsense');
is(state_of($w->fastpath(oid('int4pl(int,int)'), [ 1, 1 ])), '25P02', 'fastpath: not in a failed transaction');
$w->query('ROLLBACK');

# Parse and Describe tell nothing of what is hidden
for my $sql ('SELECT * FROM %s', 'SELECT secret_column FROM %s', 'INSERT INTO %s VALUES ($1)', 'SELECT x FROM %s AS x', 'DELETE FROM %s',
	'UPDATE %s SET secret_column = $1', 'TABLE %s', 'SELECT NULL::%s', 'SELECT * FROM json_populate_record(NULL::%s, $1)')
{
	my @answers;
	for my $name (qw(secrets nothings))
	{
		$w->parse('', sprintf $sql, $name);
		$w->describe('S', '');
		my $r = $w->sync;
		my $text = all_text($r);
		$text =~ s/\b(?:nothings|secrets)\b/NAME/g;
		# where in the server it was found out
		push @answers, join ' ', $r->{types}, map { "$_->{C} $_->{M}" } @{ $r->{errors} };
		$answers[-1] =~ s/\b(?:nothings|secrets)\b/NAME/g;
		is_deeply([ @{ $r->{columns} }, @{ $r->{params} } ], [], "Parse, Describe of $name tell nothing: $sql");
	}
	is($answers[0], $answers[1], "a hidden relation is answered as one that does not exist: $sql");
}

# what a function that a view uses says is heard, where it is not
$w->query("SET client_min_messages = 'notice'");
my $said = $w->query('SELECT step FROM steps');
is_deeply([ map { "$_->{S} $_->{M}" } @{ $said->{notices} } ], [ 'NOTICE step 1', 'INFO info' ], 'notices of functions reach the client');
is($said->{notices}[0]{H}, 'Go on.', 'with their hint');
unlike(all_text($said), qr/secret/, 'but tell no name of a hidden function');
unlike(server_log(), qr/(?:NOTICE:  step 1|INFO:  info)/, 'nor do they fill the log');

# suspended portals
$w->query('BEGIN');
$w->parse('q', 'SELECT id FROM notes ORDER BY id');
$w->bind('p', 'q');
$w->execute('p', 10) for 1 .. 3;
my $r = $w->sync;
is(scalar @{ $r->{rows} }, 30, 'a portal is read in parts');
is($r->{types}, '12' . (('D' x 10) . 's') x 3 . 'Z', 'and suspended in between');
sql('REVOKE SELECT ON notes FROM agent');
$w->execute('p', 10);
$r = $w->sync;
is(state_of($r) . ' ' . @{ $r->{rows} }, '42501 0', 'after a REVOKE a suspended portal returns no row');
sql('GRANT SELECT ON notes TO agent');
$w->query('ROLLBACK');

# each Execute counts as a statement, in rows, bytes, time and number
my $hasty = Wire->connect(open_conversation('hasty'));
$hasty->query('BEGIN');
$hasty->parse('', 'SELECT g FROM generate_series(1, 1000) g');
$hasty->bind('many', '');
$hasty->execute('many', 51);
$r = $hasty->sync;
is(state_of($r) . ' ' . @{ $r->{rows} }, '54000 50', 'the limit of rows holds for an Execute');
$hasty->query('ROLLBACK');
$hasty->query('BEGIN');
$hasty->parse('', 'SELECT g FROM generate_series(1, 1000) g');
$hasty->bind('many', '');
$hasty->execute('many', 1) for 1 .. 100;
$r = $hasty->sync;
is(state_of($r), '53400', 'and Executes in one pipeline count as so many statements');
cmp_ok(scalar @{ $r->{rows} }, '<=', 30, 'up to the limit');
$hasty->query('ROLLBACK');
$hasty->finish;
my $hasty_fast = Wire->connect(open_conversation('hasty'));
my @fast = map { state_of($hasty_fast->fastpath(oid('int4pl(integer,integer)'), [ 1, 2 ])) } 1 .. 100;
is(scalar(grep { $_ eq '' } @fast), 30, 'and so do fastpath messages');
$hasty_fast->finish;

# pipelines
$w->parse('', 'SELECT 1'); $w->bind('', ''); $w->execute('');
$w->parse('', 'SELECT * FROM secrets'); $w->bind('', ''); $w->execute('');
$w->parse('', "INSERT INTO notes (id, body) VALUES (1000, 'skipped')"); $w->bind('', ''); $w->execute('');
$r = $w->sync;
is($r->{types}, '12DCEZ', 'after an error a pipeline is skipped up to its Sync');
is(state_of($r), '42P01', 'the error is the refusal');
is(sql('SELECT count(*) FROM notes WHERE id = 1000'), '0', 'nothing after it was done');
$w->parse('', "INSERT INTO notes (id, body) VALUES (1001, 'x')"); $w->bind('', ''); $w->execute('');
$w->parse('', 'SELECT pg_sleep(0)'); $w->bind('', ''); $w->execute('');
$w->message('S', '');
$w->parse('', 'SELECT 2'); $w->bind('', ''); $w->execute('');
$w->message('S', '');
is(state_of($w->collect), '42501', 'two segments: the first fails');
is($w->collect->{rows}[0][0], '2', 'the second works');
is(sql('SELECT count(*) FROM notes WHERE id = 1001'), '0', 'the first was rolled back');

# a message with many statements
$r = $w->query("SELECT 1; INSERT INTO notes (id, body) VALUES (1002, 'x'); SELECT lo_create(0); SELECT 3");
is_deeply([ $r->{rows}, $r->{types} ], [ [ ['1'] ], 'TDCCEZ' ], 'a message of many statements ends at the one that is refused');
is(sql('SELECT count(*) FROM notes WHERE id = 1002'), '0', 'and takes back what was done');
for my $before ('COMMIT', 'SELECT 1', 'BEGIN', 'ROLLBACK')
{
	my @answers = map { my $name = $_; join ' ', map { my $m = "$_->{C} $_->{M}"; $m =~ s/\Q$name\E/NAME/; $m }
		@{ $w->query("$before; SELECT * FROM $name")->{errors} }, @{ $w->query('ROLLBACK')->{errors} } }
	  qw(secrets nothings);
	is($answers[0], $answers[1], "$before first helps nothing") or diag(explain(\@answers));
	like($answers[0], qr/^42/, 'it is refused');
	$w->query('ROLLBACK');
}
is(state_of($w->query('BEGIN; COMMIT AND CHAIN; ROLLBACK AND CHAIN; LOCK TABLE notes')), '42501', 'nor do chains of transactions');
$w->query('ROLLBACK');
is($w->query('')->{types}, 'IZ', 'an empty message');
is($w->query(';;  ; ')->{types}, 'IZ', 'and one of nothing but semicolons');
is(state_of($w->query('SELECT ' . ('1,' x 60000) . '1')), '54000', 'a text longer than the limit');
is(state_of($w->extended('SELECT length($1)', 'x' x 150000)), '54000', 'a parameter longer than the limit');

# binary results and parameters
$w->parse('', 'SELECT id, body FROM notes WHERE id = $1', 23);
$w->bind('', '', [ pack 'N', 7 ], [1], 1);
$w->execute('');
$r = $w->sync;
is_deeply($r->{rows}, [ [ pack('N', 7), 'note 7' ] ], 'binary parameters and results');
$w->parse('', 'SELECT count(*) FROM notes');
$w->bind('', '', [], [1]);
$w->execute('');
is(unpack('q>', $w->sync->{rows}[0][0]), 40, 'no row of the other tenant is counted');
for my $type (qw(regclass regproc regrole regtype regnamespace))
{
	for my $oid (sql("SELECT 'secrets'::regclass::oid"), 1, 4294967294)
	{
		$w->parse('', "SELECT \$1::$type", sql("SELECT '$type'::regtype::oid"));
		$w->bind('', '', [ pack 'N', $oid ], [0], 1);
		$w->execute('');
		unlike(all_text($w->sync), qr/secrets|boolin|postgres/, "a binary $type tells no name for $oid");
	}
}
is(state_of($w->extended("SELECT 1 WHERE \$1 = 'x'::text AND false", "\xff")), '22021', 'invalid text in a parameter');

# prepared statements
for my $refused ('SELECT pg_sleep(1)', 'SELECT pg_backend_pid()', 'LISTEN x', 'CREATE TEMP TABLE t ()', "DO ''", 'SET ROLE postgres', 'VACUUM')
{
	$r = $w->extended($refused);
	is(state_of($r), '42501', "in the extended protocol: $refused");
	$r = $w->query("PREPARE bad AS $refused; EXECUTE bad");
	like(state_of($r), qr/^42(?:501|601)$/, "and as PREPARE: $refused");
	$w->query('DEALLOCATE ALL');
}

# COPY
is(state_of($w->query('COPY notes TO STDOUT')), '42501', 'COPY needs the profile to allow it');
is(state_of($w->query('COPY notes (id, body) FROM STDIN')), '42501', 'both ways');
$w->message('d', "1\tx\n");
$w->message('c', '');
is($w->query('SELECT 1')->{rows}[0][0], '1', 'CopyData out of place is ignored');

my $v = Wire->connect($copier);
$r = $v->query('COPY notes (id, body) TO STDOUT');
is(() = $r->{copied} =~ /\n/g, 40, 'COPY TO STDOUT returns the own rows');
unlike(all_text($r), qr/THEIRS/, 'and no other');
is(() = $v->query('COPY (SELECT body FROM notes LIMIT 3) TO STDOUT')->{copied} =~ /note/g, 3, 'COPY of a query too');
like(state_of($v->query('COPY (SELECT g FROM generate_series(1, 60) g) TO STDOUT')), qr/^54/, 'the limit of rows holds for COPY');
like(state_of($v->query($_)), qr/^42(?:501|P01)$/, "refused: $_")
	for 'COPY secrets TO STDOUT', 'COPY (SELECT * FROM secrets) TO STDOUT', 'COPY (SELECT pg_sleep(0)) TO STDOUT', 'COPY pg_authid TO STDOUT',
	"COPY notes TO '/tmp/x'", "COPY notes TO PROGRAM 'true'", "COPY notes FROM '/etc/passwd'", "COPY notes FROM PROGRAM 'id'", 'COPY secrets FROM STDIN';

sub copy_in
{
	my ($statement, @chunks) = @_;
	my $first = $v->query($statement);
	return $first if index($first->{types}, 'G') < 0;
	$v->message('d', $_) for @chunks;
	$v->message('c', '');
	return $v->collect;
}
sql('CREATE TABLE bulk (a int, b text); GRANT SELECT, INSERT ON bulk TO copier');
is($v->query('COPY bulk FROM STDIN')->{types}, 'G', 'COPY FROM STDIN asks for data');
is(state_of($v->copy_fail), '57014', 'CopyFail ends it');
is(copy_in('COPY bulk FROM STDIN', "1\tx\n", "2\t", "y\n")->{tags}[0], 'COPY 2', 'COPY FROM STDIN');
like(state_of(copy_in('COPY bulk FROM STDIN', map { "$_\tx\n" } 1 .. 50)), qr/^54/, 'the limit of changed rows holds for it');
is(sql('SELECT count(*) FROM bulk'), '2', 'nothing stays of what went over');
is(state_of(copy_in('COPY bulk FROM STDIN', "x\ty\n")), '22P02', 'bad data is an error');
sql('REVOKE INSERT ON bulk FROM copier');
is(state_of($v->query('COPY bulk FROM STDIN')), '42501', 'COPY FROM needs INSERT');
$v->finish;

# cancel requests
# long enough, and without temporary files
my $burn = 'SELECT count(*) FROM generate_series(1, 3000) a, generate_series(1, 3000) b, generate_series(1, 3000) c';
sub canceled
{
	my ($pid, $key) = @_;
	$w->message('Q', "$burn\0");
	poll_until("SELECT count(*) FROM pg_stat_activity WHERE pid = $w->{pid} AND state = 'active'", '1', 10);
	my $start = time;
	$w->cancel($pid, $key);
	my $answer = $w->collect('Z', 30);
	return (state_of($answer), time - $start);
}
my ($code, $took) = canceled();
is($code, '57014', 'a cancel request with the key works');
cmp_ok($took, '<', 3, 'at once');
($code, $took) = canceled($w->{pid}, $w->{key} ^ 0x5a5a5a5a);
cmp_ok($took, '>', 3.5, 'with a wrong key it does nothing: the time limit ends the statement');
my $other = Wire->connect($copier);
($code, $took) = canceled($other->{pid}, $w->{key});
cmp_ok($took, '>', 3.5, 'nor does it with another process');
is($other->query('SELECT 1')->{rows}[0][0], '1', 'which is untouched');

# garbage
for my $garbage ([ 'B', '' ], [ 'P', "x\0" ], [ 'E', '' ], [ 'D', 'Zx' ], [ 'C', 'Zx' ], [ 'F', '' ], [ 'Q', 'no end' ])
{
	my $x = Wire->connect($c);
	$x->message(@$garbage);
	$x->message('S', '') if $garbage->[0] ne 'Q' && $garbage->[0] ne 'F';
	$r = $x->collect('Z');
	is(state_of($r), '08P01', "a bad message of type $garbage->[0] is a protocol error");
}
my $x = Wire->connect($c);
$x->raw('Q' . pack 'N', 0x7ffffff0);
$r = $x->collect;
ok($r->{gone}, 'a message longer than the server takes ends the session');
$x = Wire->connect($c);
$x->raw('!' . pack 'N', 4);
$r = $x->collect;
is(state_of($r), '08P01', 'so does an unknown type of message');
is(sql_as($c, 'SELECT 1'), '1', 'the server lives');

done_testing();
