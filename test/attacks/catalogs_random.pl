# Catalogs at random: of two databases with the same objects one has many more,
# of which the agent can reach none.  What it asks of the catalogs, and whatever
# goes wrong, both answer alike but for the numbers of objects.  Where the order
# of rows, or which of them fails first, is the plan's, nothing is asked that
# tells it (docs/covert-channels.md).  SEED and STATEMENTS choose others, and how
# many.
# with-cluster: --conf 'autovacuum = off'
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

my $seed = $ENV{SEED} // 1;
my $statements = $ENV{STATEMENTS} // 600;
srand $seed;

my @databases = map { { dbname => "database$_" } } 1, 2;
for my $n (1, 2)
{
	sql("CREATE DATABASE database$n");
	sql_as($databases[ $n - 1 ], <<~"SQL");
		CREATE EXTENSION agentsandbox;
		SELECT agentsandbox.create_profile('profile$n', search_path => 'app', statements_per_minute => 100000000, information_schema => true);
		CREATE SCHEMA app;
		GRANT USAGE ON SCHEMA app TO profile$n;
		CREATE TYPE app.mood AS ENUM ('good', 'bad');
		CREATE TYPE app.pair AS (a int, b text);
		CREATE DOMAIN app.positive AS int CHECK (VALUE > 0);
		GRANT USAGE ON TYPE app.mood, app.pair, app.positive TO profile$n;
		CREATE TABLE app.own (id int PRIMARY KEY, name text DEFAULT 'x', feeling app.mood, day date, n app.positive, hidcol int, CHECK (id > 0), UNIQUE (name, day));
		COMMENT ON TABLE app.own IS 'of one''s own';
		COMMENT ON COLUMN app.own.name IS 'what it is called';
		CREATE INDEX own_day ON app.own (day);
		GRANT SELECT (id, name, feeling, day, n), UPDATE (name) ON app.own TO profile$n;
		CREATE TABLE app.refers (id int REFERENCES app.own, parted date NOT NULL) PARTITION BY RANGE (parted);
		CREATE TABLE app.refers_2026 PARTITION OF app.refers FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
		GRANT SELECT ON app.refers, app.refers_2026 TO profile$n;
		CREATE VIEW app.seen AS SELECT id, name FROM app.own;
		GRANT SELECT ON app.seen TO profile$n;
		CREATE FUNCTION app.adds(a int, b int DEFAULT 1, OUT c int) LANGUAGE sql AS 'SELECT a + b';
		GRANT EXECUTE ON FUNCTION app.adds TO profile$n;
		CREATE SEQUENCE app.numbers;
		GRANT USAGE ON SEQUENCE app.numbers TO profile$n;
		CREATE SCHEMA shut;
		CREATE TABLE shut.there (id int PRIMARY KEY);
		SQL
}
sql_as($databases[1], <<~'SQL');
	CREATE SCHEMA more;
	COMMENT ON SCHEMA more IS 'HIDDEN';
	CREATE TYPE more.hidtype AS ENUM ('HIDDEN');
	CREATE TYPE app.hidpair AS (a int, m app.mood);
	CREATE DOMAIN more.hiddomain AS app.mood DEFAULT 'good' CHECK (VALUE <> 'bad');
	CREATE TYPE app.hidrange AS RANGE (SUBTYPE = int);
	CREATE FUNCTION app.adds(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE FUNCTION app.hidfunction(app.mood, VARIADIC int[]) RETURNS app.pair LANGUAGE sql AS 'SELECT NULL::app.pair';
	CREATE FUNCTION more.adds(int) RETURNS SETOF app.own LANGUAGE sql AS 'TABLE app.own';
	CREATE AGGREGATE app.hidaggregate (int) (SFUNC = int4pl, STYPE = int);
	CREATE OPERATOR more.=== (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);
	CREATE TABLE more.refers (id int PRIMARY KEY REFERENCES app.own, m app.mood DEFAULT 'bad', p app.pair, n app.positive);
	CREATE TABLE app.hidden (LIKE app.own INCLUDING ALL);
	ALTER TABLE app.hidden ADD FOREIGN KEY (id) REFERENCES app.own ON DELETE CASCADE, ADD FOREIGN KEY (id) REFERENCES shut.there;
	COMMENT ON TABLE app.hidden IS 'HIDDEN';
	COMMENT ON COLUMN app.own.hidcol IS 'HIDDEN';
	CREATE INDEX hidexpression ON app.own (lower(name));
	CREATE INDEX hidpartial ON app.own (name) WHERE hidcol > 0;
	CREATE UNIQUE INDEX hidunique ON app.own (hidcol);
	ALTER TABLE app.own ADD CONSTRAINT hidcheck CHECK (hidcol <> 5), ADD CONSTRAINT hidforeign FOREIGN KEY (hidcol) REFERENCES shut.there;
	COMMENT ON CONSTRAINT hidcheck ON app.own IS 'HIDDEN';
	CREATE STATISTICS more.hidstatistics ON id, name FROM app.own;
	CREATE POLICY hidpolicy ON app.hidden USING (true);
	CREATE FUNCTION more.hidtrigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE TRIGGER hidtrigger BEFORE INSERT ON app.hidden FOR EACH ROW EXECUTE FUNCTION more.hidtrigger();
	CREATE VIEW app.hidview AS SELECT * FROM app.own;
	CREATE MATERIALIZED VIEW app.hidmaterialized AS SELECT 1 AS a;
	CREATE TABLE app.refers_2027 PARTITION OF app.refers FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
	CREATE TABLE app.hidchild () INHERITS (app.own);
	CREATE SEQUENCE app.hidsequence OWNED BY app.own.hidcol;
	CREATE COLLATION app.hidcollation FROM "C";
	CREATE CAST (app.pair AS app.hidpair) WITH INOUT;
	CREATE TEXT SEARCH CONFIGURATION app.hidconfiguration (COPY = simple);
	CREATE EXTENSION postgres_fdw SCHEMA more;
	CREATE SERVER hidserver FOREIGN DATA WRAPPER postgres_fdw;
	CREATE FOREIGN TABLE app.hidforeign (id int) SERVER hidserver;
	ALTER DEFAULT PRIVILEGES IN SCHEMA more GRANT SELECT ON TABLES TO PUBLIC;
	GRANT SELECT ON more.refers, app.hidden TO PUBLIC;
	GRANT SELECT (hidcol) ON app.own TO PUBLIC;
	SELECT lo_create(0);
	SQL

my @conversations = map {
	my %c = %{ $databases[ $_ - 1 ] };
	@c{qw(role password)} = split /\|/, sql_as($databases[ $_ - 1 ], "SELECT role, password FROM agentsandbox.open_conversation('profile$_')");
	\%c
} 1, 2;

# The columns of what can be read, which is the same in both
my @relations = (map({ "pg_catalog.$_" } qw(pg_class pg_attribute pg_type pg_proc pg_namespace pg_constraint pg_index pg_description pg_attrdef pg_inherits pg_enum pg_range pg_am pg_database pg_roles)),
	map({ "information_schema.$_" } qw(tables columns views schemata key_column_usage table_constraints referential_constraints routines parameters domains column_privileges table_privileges sequences element_types)),
	map({ "agentsandbox.$_" } qw(tables columns methods)));
my %columns = map { my $r = $_; $r => [ split /\|/, sql_as($databases[0], "SELECT string_agg(quote_ident(attname), '|') FROM pg_attribute WHERE attrelid = '$r'::regclass AND attnum > 0 AND NOT attisdropped") ] } @relations;
@relations = grep { (psql(conninfo($conversations[0]), "SELECT FROM $_ LIMIT 0"))[0] == 0 } @relations;
cmp_ok(scalar @relations, '>', 20, 'catalogs can be read');

sub pick { return $_[ rand @_ ] }

my %grammar = (
	text => [ ('<column>') x 5, "('<name>')", "format_type(<number>, NULL)", "obj_description(<number>, 'pg_class')", 'col_description(<number>, 2)', 'pg_get_constraintdef(<number>)', 'pg_get_indexdef(<number>)', 'pg_get_expr(NULL, <number>)', 'pg_get_viewdef(<number>::oid)', 'pg_get_function_arguments(<number>)', 'pg_get_function_result(<number>)',
		'((<number>)::regclass)::text', '((<number>)::regtype)::text', '((<number>)::regnamespace)::text', "to_regclass('<name>')::text", "to_regtype('<name>')::text", "('<name>'::text::regclass)::text", 'upper(<text>)', '(<text> || <text>)', 'CASE WHEN <condition> THEN <text> ELSE <text> END', 'COALESCE(<text>, <text>)',
		'(SELECT max(<text>) FROM <item> WHERE <condition>)', 'pg_table_is_visible(<number>)::text', 'pg_type_is_visible(<number>)::text', "has_table_privilege(<number>, 'SELECT')::text", "has_column_privilege(<number>, '<name>', 'SELECT')::text", "has_schema_privilege(<number>, 'USAGE')::text", "has_table_privilege('<name>', 'SELECT')::text", "pg_get_serial_sequence('<name>', 'id')", 'pg_get_userbyid(<number>)', 'shobj_description(<number>, \'pg_database\')', 'pg_relation_is_publishable(<number>::regclass)::text' ],
	name => [qw(own app.own hidden app.hidden more.refers mood app.hidtype hidcol id adds hidsequence numbers refers app.refers_2027 shut.there app hidpair pg_class int4 seen hidview)],
	condition => [ '<text> IS NULL', '<text> IS NOT NULL', '<text> = <text>', '<text> = <text>', "<text> LIKE '%<name>%'", '<text> ~ \'hid|own|more\'', '(<condition> AND <condition>)', '(<condition> OR <condition>)', 'NOT (<condition>)', 'EXISTS (SELECT 1 FROM <item> WHERE <condition>)', '<number> IN (SELECT <number> FROM <item> WHERE <condition>)', "length(<text>) > 5", '<number> = <number>', '<number> > 16000' ],
	aggregate => [ 'count(*)', 'count(<text>)', 'max(<text>)', 'count(DISTINCT <text>)', "string_agg(<text>, ',' ORDER BY <text>)", 'count(*) FILTER (WHERE <condition>)', 'bool_or(<condition>)' ],
	statement => [ ('SELECT <text>, <text> FROM <item> WHERE <condition>') x 3, ('SELECT <text>, <text> FROM <item> JOIN <item> ON <condition> WHERE <condition>') x 2, 'SELECT <text> FROM <item> LEFT JOIN <item> ON <number> = <number>', 'SELECT <aggregate>, <aggregate> FROM <item> WHERE <condition>', 'SELECT <text>, count(*) FROM <item> GROUP BY 1', 'SELECT <aggregate> FROM <item> JOIN <item> ON <number> = <number>', 'SELECT DISTINCT <text> FROM <item>',
		'SELECT * FROM <item>', 'SELECT * FROM <item> WHERE <condition>', 'WITH w AS MATERIALIZED (SELECT <text> AS x FROM <item>) SELECT count(*), max(x) FROM w', 'SELECT <text> FROM <item> EXCEPT SELECT <text> FROM <item>', 'SELECT x FROM (SELECT <text> AS x FROM <item> FULL JOIN <item> ON <number> = <number>) s WHERE x IS NULL' ],
);
my %shortest = (text => '<column>', condition => '<text> IS NOT NULL', number => '<column>');

# Symbols that depend on what stands in FROM are left until that is known
my @scope;
my $aliases;

sub made
{
	my ($symbol, $depth) = @_;
	return "\0$symbol\0" if $symbol =~ /^(?:column|number)$/;
	if ($symbol eq 'item')
	{
		my $relation = pick(@relations);
		my $alias = 't' . ++$aliases;
		push @scope, [ $alias, $relation ];
		return "$relation AS $alias";
	}
	my $text = $depth > 4 && $shortest{$symbol} ? $shortest{$symbol} : pick(@{ $grammar{$symbol} });
	return $text =~ s/<(\w+)>/made($1, $depth + 1)/ger;
}

sub resolved
{
	my ($symbol) = @_;
	my ($alias, $relation) = @{ pick(@scope) };
	return "($alias." . pick(@{ $columns{$relation} }) . ')::text' if $symbol eq 'column';
	for (1 .. 10)
	{
		($alias, $relation) = @{ pick(@scope) };
		my @numbers = grep { /^(?:oid|.*(?:relid|typid|namespace|type|objoid|parent|indid|owner))$/ && $_ !~ /^(?:typtype|contype)$/ } @{ $columns{$relation} };
		return "$alias." . pick(@numbers) if @numbers && $relation =~ /^pg_catalog/;
	}
	return '1259';
}

sub answer
{
	my ($w, $statement) = @_;
	my $r = $w->query($statement);
	my @rows = sort map { join '|', map { my $v = $_ // 'NULL'; $v =~ s/(?:conversation_[0-9a-f]+|database[12]|profile[12])/NAME/gi; $v =~ s/\d{5,}/OID/g; $v } @$_ } @{ $r->{rows} };
	my @said = map { my $e = $_; join ' ', map { "$_=$e->{$_}" } sort keys %$e } @{ $r->{errors} };
	s/\d{5,}/OID/g for @said;
	return join "\n", @{ $r->{tags} }, @{ $r->{columns} }, @rows, @said;
}

my @sessions = map { Wire->connect($_, database => $_->{dbname}) } @conversations;
my ($different, %codes) = (0);
for (1 .. $statements)
{
	(@scope, $aliases) = ();
	my $statement = made('statement', 0);
	$statement =~ s/\0(\w+)\0/resolved($1)/ge;
	my @answers = map { answer($_, $statement) } @sessions;
	my ($code) = $answers[0] =~ /\bC=(\w+)/;
	$codes{ $code // 'none' }++;
	next if $answers[0] eq $answers[1];
	$different++;
	my @lines = map { [ split /\n/ ] } @answers;
	my ($line) = grep { ($lines[0][$_] // '') ne ($lines[1][$_] // '') } 0 .. $#{ $lines[0] } + @{ $lines[1] };
	diag("$statement\n", map { ($_->[$line] // 'no more') . "\n" } @lines) if $different <= 5;
}
cmp_ok($codes{none} // 0, '>', $statements / 4, 'many are no errors') or diag(explain(\%codes));
is($different, 0, "objects that are hidden make no difference (seed $seed)");
note(join ', ', map { "$_ $codes{$_}" } sort { $codes{$b} <=> $codes{$a} } keys %codes);
done_testing();
