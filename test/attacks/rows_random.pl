# Rows that policies hide, at random: two copies of some tables differ in what a
# conversation cannot see, rows of other tenants and columns that are not
# granted.  Whatever it does, whatever goes wrong, both answer alike, and what it
# can see stays the same.  Plans and the order of rows depend on how much is
# hidden (docs/covert-channels.md), so that is the same here; values differ.
# SEED and STATEMENTS choose others, and how many.
# with-cluster: --conf 'autovacuum = off'
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

my $seed = $ENV{SEED} // 1;
my $statements = $ENV{STATEMENTS} // 2000;
srand $seed;

# In the second copy values of other tenants are such that any expression below
# fails on one of them, and those of hidden columns such that a key or check does.
sql("SELECT agentsandbox.create_profile('p$_', search_path => 's$_', statements_per_minute => 100000000, rows_changed_total => 100000000)") for 1, 2;
for my $copy (1, 2)
{
	sql(<<~"SQL");
		CREATE SCHEMA s$copy;
		GRANT USAGE ON SCHEMA s$copy TO p$copy;
		SET search_path = s$copy;
		CREATE TABLE account (tenant int, id int, name text CHECK (name <> 'no'), amount int NOT NULL, born date, data jsonb, secret text, PRIMARY KEY (tenant, id), UNIQUE (tenant, name), CHECK (length(secret) < 1000));
		CREATE TABLE entry (tenant int, id int, account int, amount int, body text, secret int, PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, account) REFERENCES account ON DELETE CASCADE ON UPDATE CASCADE);
		CREATE TABLE part (tenant int, id int, amount int, secret text, PRIMARY KEY (tenant, id)) PARTITION BY LIST (tenant);
		CREATE TABLE part_7 PARTITION OF part FOR VALUES IN (7);
		CREATE TABLE part_others PARTITION OF part DEFAULT;
		CREATE INDEX ON account (amount);
		CREATE INDEX ON entry ((body || 'x'));
		INSERT INTO account SELECT 7, n, 'name ' || n, n % 5 + 1, date '2026-01-01' + n, jsonb_build_object('a', n), 'secret $copy' FROM generate_series(1, 20) n;
		INSERT INTO account SELECT 8, n, lpad(CASE WHEN $copy = 2 THEN n || 'x' ELSE n::text END, 7, '0'), CASE WHEN $copy = 2 THEN 0 ELSE n END, CASE WHEN $copy = 2 THEN 'infinity' ELSE date '2026-01-01' END, jsonb_build_object('a', CASE WHEN $copy = 2 THEN 'x' ELSE '1' END), 'secret' FROM generate_series(1, 1000) n;
		INSERT INTO entry SELECT 7, n, n % 20 + 1, n % 7 + 1, n::text, $copy FROM generate_series(1, 60) n;
		INSERT INTO entry SELECT 8, n, n % 10 + 1, CASE WHEN $copy = 2 THEN 0 ELSE 3 END, CASE WHEN $copy = 2 THEN 'x' ELSE '1' END, 0 FROM generate_series(1, 1000) n;
		INSERT INTO part SELECT t, n, CASE WHEN t = 7 THEN n WHEN $copy = 2 THEN 0 ELSE 1 END, '$copy' FROM (VALUES (7), (8), (9)) v(t), generate_series(1, 10) n;
		CREATE VIEW seen WITH (security_barrier, security_invoker) AS SELECT tenant, id, amount, body FROM entry WHERE amount > 0;
		GRANT SELECT (tenant, id, name, amount, born, data), INSERT (tenant, id, name, amount, born, data), UPDATE (tenant, id, name, amount, born, data), DELETE ON account TO p$copy;
		GRANT SELECT (tenant, id, account, amount, body), INSERT (tenant, id, account, amount, body), UPDATE (id, account, amount, body), DELETE ON entry TO p$copy;
		GRANT SELECT (tenant, id, amount), INSERT (tenant, id, amount), UPDATE (id, amount, tenant), DELETE ON part TO p$copy;
		GRANT SELECT ON seen TO p$copy;
		SELECT agentsandbox.protect(t::regclass, 'tenant', 'tenant') FROM unnest('{account,entry,part}'::text[]) t;
		SQL
}

my %grammar = (
	column => [ 'a.id', 'a.amount', 'e.amount', 'e.id', 'e.account', 'p.amount', 'p.id', 'a.tenant', 's.amount' ],
	number => [ '<column>', '<column>', '<column>', '<constant>', '(<number> + <number>)', '(<number> * <number>)', '(10 / <number>)', '(<number> % <number>)', 'length(<text>)', '(<text>)::int', 'COALESCE(<number>, 0)', 'CASE WHEN <condition> THEN <number> ELSE <number> END', "(a.data->>'a')::int", 'a.born - current_date + 9000',
		'(SELECT max(x.amount) FROM <table> x WHERE x.id = <number>)', '(SELECT 100 / x.amount FROM <table> x ORDER BY x.id LIMIT 1)', '2147483647 + <number>', 'sqrt(<number>)::int', 'width_bucket(<number>, 1, 5, <number>)', "(a.data->'a'->>0)::int" ],
	constant => [qw(0 1 2 3 5 7 8 20 21 60 100 NULL -1)],
	text => [ 'a.name', 'e.body', "'name 5'", '(<text> || <text>)', '(<number>)::text', 'upper(<text>)', 'substr(<text>, <number>)', 'repeat(<text>, <number>)', "a.data::text", 'to_char(a.born, <text>)' ],
	condition => [ '<number> = <number>', '<number> > <number>', '<number> IN (<number>, <number>)', '<text> = <text>', "<text> LIKE 'name%'", 'NOT (<condition>)', '(<condition> AND <condition>)', '(<condition> OR <condition>)', 'EXISTS (SELECT 1 FROM <table> x WHERE x.id = <number>)', '<number> IN (SELECT x.amount FROM <table> x WHERE x.id > <number>)', '<number> IS NULL',
		'a.tenant = 8', 'a.born > current_date', "a.data \@> '{\"a\": 3}'", '<number> BETWEEN <number> AND <number>', '10 / a.amount > 1', 'e.body::int > 3', '10 / p.amount > 0' ],
	table => [qw(account entry part seen)],
	aggregate => [ 'count(*)', 'sum(<number>)', 'max(<text>)', 'avg(<number>)', "string_agg(<text>, ',' ORDER BY a.id, e.id, p.id, s.id)", 'count(*) FILTER (WHERE <condition>)', 'array_agg(DISTINCT <number>)', 'percentile_disc(0.5) WITHIN GROUP (ORDER BY <number>)' ],
	from => [ 'account a JOIN entry e ON e.account = a.id JOIN part p ON p.id = e.amount JOIN seen s ON s.id = e.id', 'account a LEFT JOIN entry e ON e.account = a.id AND <condition1> LEFT JOIN part p ON p.id = a.id LEFT JOIN seen s ON s.id = a.id', 'account a JOIN entry e USING (tenant) JOIN part p ON p.id = e.id JOIN seen s ON s.id = a.id', '(SELECT * FROM account ORDER BY id LIMIT 3) a, (SELECT * FROM entry ORDER BY id LIMIT 4) e, (SELECT * FROM part ORDER BY id LIMIT 3) p, (SELECT * FROM seen ORDER BY id LIMIT 3) s' ],
	condition1 => [ 'a.amount > 2', '10 / a.amount > 2', 'e.body::int > 10', 'e.amount = 1' ],
	order => [ '1', '1, 2', '2 DESC' ],
	query => [ ('SELECT <number>, <text> FROM <from> WHERE <condition>') x 3, 'SELECT <aggregate>, <aggregate> FROM <from> WHERE <condition>', 'SELECT <number>, <aggregate> FROM <from> GROUP BY 1 HAVING <aggregate> IS NOT NULL', 'SELECT <number>, rank() OVER (ORDER BY <number>) FROM <from> WHERE <condition>', 'SELECT DISTINCT <number> FROM <from>', 'SELECT id FROM account WHERE id = <constant> FOR UPDATE',
		'WITH w AS (SELECT <number> AS n FROM <from>) SELECT count(*), max(n) FROM w WHERE n > <constant>', 'SELECT 10 / amount FROM <table>', 'SELECT <constant> / amount, id FROM <table> WHERE id = <constant>', 'SELECT x.id FROM <table> x WHERE x.tenant = 8 OR x.amount = <constant>', 'SELECT 1 / (amount - <constant>) FROM <table> WHERE id = <constant>', 'SELECT count(*) FROM entry WHERE body::int > <constant>' ],
	returning => [ '', ' RETURNING id', ' RETURNING 10 / amount', ' RETURNING tenant, amount' ],
	tenant => [ '7', '7', '7', '8', 'NULL', '9' ],
	conflict => [ '', '', ' ON CONFLICT DO NOTHING', ' ON CONFLICT (tenant, id) DO UPDATE SET amount = excluded.amount', ' ON CONFLICT (tenant, id) DO UPDATE SET amount = 10 / excluded.amount, id = excluded.id + <constant>' ],
	write => [ "INSERT INTO account (tenant, id, name, amount) VALUES (<tenant>, <constant>, 'name <constant>', <constant>)<conflict><returning>", 'INSERT INTO entry (tenant, id, account, amount, body) VALUES (<tenant>, <constant>, <constant>, <constant>, <constant>)<conflict><returning>', 'INSERT INTO part (tenant, id, amount) VALUES (<tenant>, <constant>, <constant>)<conflict><returning>',
		'UPDATE account SET amount = 10 / amount WHERE id = <constant><returning>', 'UPDATE account SET id = <constant> WHERE id = <constant><returning>', 'UPDATE account SET tenant = <tenant> WHERE id = <constant>', "UPDATE account SET name = 'no' WHERE amount = <constant>", 'UPDATE entry SET account = <constant> WHERE 10 / amount = <constant><returning>', 'UPDATE entry e SET amount = a.amount FROM account a WHERE a.id = e.account AND 10 / a.amount > <constant>',
		'UPDATE part SET tenant = <tenant> WHERE id = <constant><returning>', 'DELETE FROM entry WHERE id = <constant><returning>', 'DELETE FROM account WHERE id = <constant> AND 10 / amount > 1<returning>', 'DELETE FROM part WHERE amount = <constant>', 'MERGE INTO account t USING entry e ON t.id = e.account AND e.id = <constant> WHEN MATCHED THEN UPDATE SET amount = e.amount WHEN NOT MATCHED AND e.id = <constant> THEN INSERT (tenant, id, name, amount) VALUES (<tenant>, e.id, e.body, 10 / e.amount)' ],
	statement => [ ('<query>') x 4, '<write>', 'WITH w AS (<write1>) SELECT count(*) FROM w' ],
	write1 => [ 'UPDATE account SET amount = amount % 5 + 1 WHERE id = <constant> RETURNING id', 'DELETE FROM entry WHERE id = <constant> RETURNING 10 / amount', 'INSERT INTO entry (tenant, id, account, amount) SELECT tenant, id + 100, id, amount FROM account WHERE id = <constant> RETURNING id' ],
);
my %shortest = (number => '<constant>', text => "'x'", condition => 'true');

sub made
{
	my ($symbol, $depth) = @_;
	my $text = $depth > 4 && $shortest{$symbol} ? $shortest{$symbol} : $grammar{$symbol}[ rand @{ $grammar{$symbol} } ];
	return $text =~ s/<(\w+)>/made($1, $depth + 1)/ger;
}

# All that is said, rows in an order of their own
sub answer
{
	my ($w, $statement) = @_;
	my $r = $w->query($statement);
	my @rows = sort map { join '|', map { $_ // 'NULL' } @$_ } @{ $r->{rows} };
	my @said = map { my $e = $_; join ' ', map { "$_=$e->{$_}" } sort keys %$e } @{ $r->{errors} };
	return join "\n", @{ $r->{tags} }, @{ $r->{columns} }, @rows, @said;
}

my @sessions = map { Wire->connect(open_conversation("p$_", '{"tenant": 7}')) } 1, 2;
my ($different, %codes) = (0);
for my $n (1 .. $statements)
{
	my $statement = made('statement', 0);
	my @answers = map { answer($_, $statement) } @sessions;
	my ($code) = $answers[0] =~ /\bC=(\w+)/;
	$codes{ $code // 'none' }++;
	if ($statement =~ /(?:INSERT|UPDATE|DELETE|MERGE) /)
	{
		$answers[$_] .= "\n" . answer($sessions[$_], 'SELECT 1, id, amount, name FROM account UNION ALL SELECT 2, id, amount, body FROM entry UNION ALL SELECT 3, id, amount, NULL FROM part') for 0, 1;
	}
	next if $answers[0] eq $answers[1];
	$different++;
	my @lines = map { [ split /\n/ ] } @answers;
	my ($line) = grep { ($lines[0][$_] // '') ne ($lines[1][$_] // '') } 0 .. $#{ $lines[0] } + @{ $lines[1] };
	diag("$statement\n", map { ($_->[$line] // 'no more') . "\n" } @lines) if $different <= 5;
}
cmp_ok(scalar keys %codes, '>', 5, 'answers of several kinds') or diag(explain(\%codes));
cmp_ok($codes{none}, '>', $statements / 4, 'of which many are no errors');
is($different, 0, "rows and columns that are hidden make no difference (seed $seed)");
is(sql("SELECT count(*) FROM s$_.account WHERE tenant = 8"), 1000, 'other tenants keep theirs') for 1, 2;
note(join ', ', map { "$_ $codes{$_}" } sort { $codes{$b} <=> $codes{$a} } keys %codes);
done_testing();
