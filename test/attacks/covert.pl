# What two conversations of one profile, with different tenants, can tell each
# other: channels that the corpus does not try.  docs/covert-channels.md lists
# all; those that are open are reproduced here, so that the list stays true,
# and their rates are printed.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use IPC::Run ();
use Test::More;
use Time::HiRes qw(time);

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', rows_changed_total => 1000000);
	-- larger than a quarter of the shared buffers: scans would be synchronized
	CREATE TABLE big AS SELECT g, repeat('x', 200) AS x FROM generate_series(1, 100000) g;
	CREATE TABLE notes (tenant text NOT NULL DEFAULT agentsandbox.context('tenant'), id int, body text, PRIMARY KEY (tenant, id));
	CREATE TABLE keyed (code text PRIMARY KEY, tenant text NOT NULL DEFAULT agentsandbox.context('tenant'));
	CREATE TABLE numbered (id bigserial PRIMARY KEY, tenant text NOT NULL DEFAULT agentsandbox.context('tenant'));
	SELECT agentsandbox.protect('notes', 'tenant', 'tenant'), agentsandbox.protect('keyed', 'tenant', 'tenant'),
	       agentsandbox.protect('numbered', 'tenant', 'tenant');
	GRANT SELECT ON big TO p;
	GRANT SELECT, INSERT, UPDATE, DELETE ON notes, keyed, numbered TO p;
	GRANT USAGE ON SEQUENCE numbered_id_seq TO p;
	SQL
my ($one, $two) = map { open_conversation('p', qq({"tenant": "$_"})) } qw(one two);

# A session that has run this and stays open.
sub start
{
	my ($who, $sql) = @_;
	my %run = (in => "$sql\n\\echo ready\n", out => '');
	$run{handle} = IPC::Run::start([ qw(psql -XqAt), conninfo($who) ], '<', \$run{in}, '>', \$run{out}, IPC::Run::timeout(60));
	IPC::Run::pump($run{handle}) until $run{out} =~ /ready/;
	return $run{handle};
}

# Statements a second of somebody
sub rate
{
	my ($who, $n, $statement) = @_;
	my $start = time;
	psql(conninfo($who), "\\set ON_ERROR_STOP off\n" . join '', map { $statement->($_) . ";\n" } 1 .. $n);
	return sprintf '%.0f', $n / (time - $start);
}

note 'closed';
my $scan = "BEGIN; DECLARE c CURSOR FOR SELECT * FROM big; MOVE 50000 FROM c;";
my $reader = start(undef, $scan);
isnt(sql('SELECT g FROM big LIMIT 1'), '1', 'where a scan starts tells where another is, outside the sandbox');
$reader->kill_kill;
$reader = start($one, $scan);
is(sql_as($two, 'SELECT g FROM big LIMIT 1'), '1', 'it does not in the sandbox');
$reader->kill_kill;

sql_as($one, "INSERT INTO notes (id, body) SELECT g, 'one' FROM generate_series(1, 100) g");
sql_as($two, "INSERT INTO notes (id, body) VALUES (1, 'two')");
refused($two, 'SELECT id FROM notes TABLESAMPLE BERNOULLI (50) REPEATABLE (1)', '42501', 'a repeatable sample tells where rows lie');
refused($two, 'SELECT id FROM notes TABLESAMPLE SYSTEM (50)', '42501', 'so does a sample of blocks');
is(sql_as($two, 'SELECT count(*) FROM notes TABLESAMPLE BERNOULLI (100)'), '1', 'a sample that depends on chance alone works');
is(sql_as($two, 'SELECT count(*) > 0 FROM big TABLESAMPLE SYSTEM (50) REPEATABLE (7)'), 't', 'and any of a table all of which can be seen');
refused($two, 'SELECT relname FROM pg_class TABLESAMPLE SYSTEM (50)', '42501', '... but not of a catalog, of which rows are hidden');

refused($two, "BEGIN ISOLATION LEVEL SERIALIZABLE", '42501', 'predicate locks reach over rows that cannot be seen');
refused($two, "SET default_transaction_isolation = 'serializable'", '42501', '... by any way');
for my $relation (qw(refusals usage conversations conversation_records profiles))
{
	refused($two, "SELECT * FROM agentsandbox.$relation", '42P01', "what others do is not told: $relation");
}
refused($two, 'SELECT count(*) FROM agentsandbox.sessions()', '42883', '... nor by sessions()');
refused($two, "SELECT pg_column_size(body) FROM notes", '42501', '... nor how rows are stored');

my $holder = start($one, 'BEGIN; SELECT FROM notes FOR UPDATE;');
is(sql_as($two, "SELECT id, body FROM notes FOR UPDATE $_"), '1|two', "whether another has its rows locked is not told by $_") for 'NOWAIT', 'SKIP LOCKED';
$holder->kill_kill;

refused($two, "COMMENT ON ROLE $two->{role} IS 'bit'", '42501', 'a role cannot be commented on');
refused($two, "ALTER ROLE $two->{role} SET search_path = 'bit'", '42501', '... nor given a setting');
refused($two, "ALTER ROLE $two->{role} RENAME TO bit", '42501', '... nor renamed');
is(sql_as($two, 'SELECT rolname FROM pg_roles'), '', '... nor seen');

my ($first, $second) = map { [ sort split /\n/, sql_as($_, q(INSERT INTO RemoteProcedureCalls (method) SELECT 'none' FROM generate_series(1, 20) RETURNING id)) ] } $one, $two;
cmp_ok($first->[-1], 'gt', $second->[0], 'ids of calls do not rise with time');
cmp_ok($first->[0], 'lt', $second->[-1], '... nor fall');

note 'open: unique keys that tenants share';
sql_as($one, "INSERT INTO keyed (code) VALUES ('bit-1')");
refused($two, "INSERT INTO keyed (code) VALUES ('bit-1')", '23505', 'a key that another has is a bit');
is((psql(conninfo($two), "INSERT INTO keyed (code) VALUES ('bit-2')"))[0], 0, '... and one that nobody has');
note 'figure: bits a second by keys that tenants share: ', rate($two, 1000, sub { "INSERT INTO keyed (code) VALUES ('bit-1')" });

note 'open: numbers from a sequence that column defaults share';
my $before = sql_as($two, 'INSERT INTO numbered DEFAULT VALUES RETURNING id');
sql_as($one, 'INSERT INTO numbered SELECT FROM generate_series(1, 42)');
is(sql_as($two, 'INSERT INTO numbered DEFAULT VALUES RETURNING id') - $before - 1, 42, 'the gap is what another inserted');
note 'figure: observations a second of a sequence that tenants share: ', rate($two, 1000, sub { 'INSERT INTO numbered DEFAULT VALUES RETURNING id' });

note 'open: a lock on a table that is hidden, known by the wait alone';
sql(q(CREATE TABLE hidden (id int); SELECT agentsandbox.alter_profile('p', lock_wait => '300 ms')));
my $locker = start(undef, 'BEGIN; LOCK TABLE hidden;');
my $asked = time;
my $answer = refused($two, 'SELECT * FROM hidden', '42P01', 'it is answered as if there were none');
cmp_ok(time - $asked, '>', 0.3, '... but late');
is($answer =~ s/hidden/NAME /gr, refused($two, 'SELECT * FROM nosuch', '42P01', 'that there is none') =~ s/nosuch/NAME /gr, '... in the same words');
$locker->kill_kill;

note 'open: the order of rows where tenants share the pages of a table';
for my $bit (0, 1)
{
	sql(<<~'SQL');
		DROP TABLE IF EXISTS pages;
		CREATE TABLE pages (tenant text NOT NULL DEFAULT agentsandbox.context('tenant'), id int, body text);
		ALTER TABLE pages ALTER body SET STORAGE EXTERNAL;
		SELECT agentsandbox.protect('pages', 'tenant', 'tenant');
		GRANT SELECT, INSERT, UPDATE ON pages TO p;
		SQL
	sql_as($one, "INSERT INTO pages (id, body) VALUES (0, repeat('a', 1900))");
	sql_as($one, "UPDATE pages SET body = repeat('b', 1900)");
	sql_as($two, "INSERT INTO pages (id, body) VALUES (1, repeat('c', 1900))");
	sql_as($one, "UPDATE pages SET body = repeat('d', 1900)") if $bit;
	sql_as($two, "SELECT count(*) FROM pages");
	sql_as($two, "INSERT INTO pages (id, body) VALUES (2, 'small')");
	is(sql_as($two, "SELECT string_agg(id::text, '') FROM pages"), $bit ? '21' : '12', "the order tells the bit $bit");
}

note 'open: the shape of a plan, by the order of rows, where statistics are of all tenants';
# so few rows that ANALYZE samples every one: what it estimates is no matter of chance
for my $frequent (0, 1)
{
	sql(<<~"SQL");
		DROP TABLE IF EXISTS ill;
		CREATE TABLE ill (tenant text NOT NULL DEFAULT agentsandbox.context('tenant'), what text, more text);
		INSERT INTO ill SELECT 'one', CASE WHEN g % 10 < $frequent THEN 'rare' ELSE 'flu' || g % 5 END, repeat('x', 50) FROM generate_series(1, 20000) g;
		CREATE INDEX ON ill (what);
		CREATE INDEX ON ill (tenant);
		SELECT agentsandbox.protect('ill', 'tenant', 'tenant');
		GRANT SELECT, INSERT ON ill TO p;
		SQL
	sql_as($two, "INSERT INTO ill (what) VALUES ('rare2'), ('rare1')");
	sql('ANALYZE ill');
	is(sql_as($two, "SELECT string_agg(right(what, 1), '') FROM (SELECT what FROM ill WHERE what >= 'rare' AND what < 'rarf') i"),
		$frequent ? '21' : '12', 'the order tells whether another tenant has ' . ($frequent ? 'many' : 'none'));
}

done_testing();
