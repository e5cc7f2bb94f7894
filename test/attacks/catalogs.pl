# The catalogs and functions by which tools describe tables tell nothing of what
# is hidden: by rows, by conditions that fail on rows, by numbers, or by types
# that show names.
use strict;
use warnings;

use AgentSandbox;
use PsqlSession;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app', statements_per_minute => 100000);
	CREATE SCHEMA app;
	CREATE SCHEMA shut;
	COMMENT ON SCHEMA shut IS 'HIDDEN';
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TYPE app.hidtype AS ENUM ('HIDDEN');
	COMMENT ON TYPE app.hidtype IS 'HIDDEN';
	CREATE FUNCTION app.hidfunction() RETURNS int LANGUAGE sql RETURN 1;
	CREATE TABLE app.hidden (id int PRIMARY KEY, owner int UNIQUE, kind app.hidtype);
	COMMENT ON TABLE app.hidden IS 'HIDDEN';
	COMMENT ON COLUMN app.hidden.id IS 'HIDDEN';
	CREATE TABLE app.own (id int PRIMARY KEY, name text DEFAULT 'HIDDEN', hidcol int UNIQUE, day date,
	    CONSTRAINT hidcheck CHECK (id >= app.hidfunction()),
	    CONSTRAINT hidexclusion EXCLUDE USING gist (daterange(day, day) WITH &&),
	    CONSTRAINT hidforeign FOREIGN KEY (id) REFERENCES app.hidden, CONSTRAINT hidhalf FOREIGN KEY (hidcol) REFERENCES app.own (id));
	COMMENT ON COLUMN app.own.hidcol IS 'HIDDEN';
	COMMENT ON CONSTRAINT hidcheck ON app.own IS 'HIDDEN';
	CREATE INDEX hidexpression ON app.own (lower(name));
	CREATE INDEX hidpartial ON app.own (name) WHERE hidcol > 0;
	CREATE INDEX hidincluding ON app.own (name) INCLUDE (hidcol);
	CREATE COLLATION shut.hidcollation (locale = 'C');
	CREATE INDEX hidcollated ON app.own (name COLLATE shut.hidcollation);
	CREATE OPERATOR CLASS shut.hidclass FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4 (int);
	CREATE INDEX hidclassed ON app.own USING hash (id shut.hidclass);
	CREATE INDEX known ON app.own (name);
	CREATE TABLE app.refers (id int PRIMARY KEY REFERENCES app.own);
	CREATE TABLE app.lone (a int, hidcol int UNIQUE);
	GRANT SELECT (a) ON app.lone TO p;
	CREATE TABLE shut.elsewhere (id int PRIMARY KEY);
	CREATE SEQUENCE app.hidsequence;
	CREATE VIEW app.seen AS SELECT id, 'HIDDEN' AS h FROM app.hidden;
	CREATE POLICY hidpolicy ON app.own USING (true);
	CREATE STATISTICS app.hidstatistics ON id, name FROM app.own;
	CREATE FUNCTION app.hidtrigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE TRIGGER hidtrigger BEFORE INSERT ON app.own FOR EACH ROW EXECUTE FUNCTION app.hidtrigger();
	CREATE TYPE app.base;
	CREATE FUNCTION app.hidin(cstring) RETURNS app.base LANGUAGE internal IMMUTABLE STRICT AS 'textin';
	CREATE FUNCTION app.hidout(app.base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
	CREATE TYPE app.base (INPUT = app.hidin, OUTPUT = app.hidout, LIKE = text);
	GRANT USAGE ON TYPE app.base TO p;
	CREATE FUNCTION app.mine(what app.base DEFAULT 'HIDDEN', OUT n int) LANGUAGE sql AS 'SELECT 1 /* HIDDEN */';
	GRANT EXECUTE ON FUNCTION app.mine TO p;
	CREATE FUNCTION shut.mine() RETURNS int LANGUAGE sql RETURN 1;
	GRANT EXECUTE ON FUNCTION shut.mine() TO p;
	CREATE TYPE app.pair AS (a int, b text);
	CREATE TYPE app.hidpair AS (a int);
	GRANT USAGE ON TYPE app.pair TO p;
	CREATE PUBLICATION hidpublication FOR TABLE app.hidden;
	GRANT SELECT (id, name, day) ON app.own TO p;
	GRANT SELECT (id) ON app.seen TO p;
	-- granted, but its schema is not
	GRANT SELECT ON shut.elsewhere TO p;
	SQL
my $agent = open_conversation('p');
my $w = Wire->connect($agent);

# Rows: everything that can be read of each catalog, and by SELECT * where that is allowed
my @catalogs = split /\n/, sql(q{SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1});
my $read = 0;
for my $catalog (@catalogs)
{
	my @columns = split /\n/, sql(qq{SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = 'pg_catalog.$catalog'::regclass AND attnum > 0});
	my @open = grep { !@{ $w->query("SELECT $_ FROM pg_catalog.$catalog WHERE false")->{errors} } } @columns;
	next if !@open;
	$read++;
	my $list = join ', ', @open;
	unlike(sql_as($agent, "SELECT $list FROM pg_catalog.$catalog"), qr/(?<!aut)hid|shut|refers|HIDDEN|conversation_[0-9a-f]|agentsandbox_/, "$catalog: no row of what is hidden");
	# a condition sees no more rows than the answer has
	my ($status, $out, $err) = psql(conninfo($agent), "SELECT count(*) FROM (SELECT $list FROM pg_catalog.$catalog) AS r WHERE 1 / CASE WHEN concat_ws(' ', $list) ~ '(?<!aut)hid|shut|refers|HIDDEN' THEN 0 ELSE 1 END = 1");
	is($status, 0, '... nor to a condition') or diag($err);
	refused($agent, "SELECT count(*) FROM pg_catalog.$catalog TABLESAMPLE BERNOULLI (50)", qr{42501|0A000: TABLESAMPLE}, '... nor to a sample');
}
cmp_ok($read, '>', 15, "$read catalogs can be read");

# What tools need is there
is(sql_as($agent, q{SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), '; ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'own'::regclass}),
	'own_pkey PRIMARY KEY (id)', 'keys of known columns');
is(sql_as($agent, q{SELECT string_agg(indexrelid::regclass || ': ' || pg_get_indexdef(indexrelid), '; ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = 'own'::regclass}),
	'known: CREATE INDEX known ON app.own USING btree (name); own_pkey: CREATE UNIQUE INDEX own_pkey ON app.own USING btree (id)', 'indexes of known columns');
is(sql_as($agent, q{SELECT count(*), count(relowner), count(reltuples), count(relchecks) FROM pg_class WHERE relname = 'own'}), '1|0|0|0', 'columns that tools name are null');
is(sql_as($agent, q{SELECT relname, relhasindex FROM pg_class WHERE relname IN ('own', 'lone', 'seen') ORDER BY 1}), "lone|f\nown|t\nseen|f", 'whether there are known indexes');
is(sql_as($agent, q{SELECT to_regclass('own'), to_regclass('app.own')::oid = 'own'::regclass, 'own'::text::regclass}), 'own|t|own', 'names to numbers');
is(sql_as($agent, q{SELECT relnamespace::regnamespace, oid::regclass, reltype::regtype::text FROM pg_class WHERE relname = 'agent'}), '', 'numbers to names, of nothing');
is(sql_as($agent, q{SELECT relnamespace::regnamespace, oid::regclass FROM pg_class WHERE relname = 'own'}), 'app|own', 'numbers to names');

is(sql_as($agent, q{SELECT to_regtype('text'), to_regtype('pg_catalog.int4[]'), to_regtype('numeric(3, 1)')::oid, to_regtype('own')}), 'text|integer[]|1700|', 'types by name');
is(sql_as($agent, "SELECT to_regtype('$_')"), '', "not the type $_") for 'hidtype', 'app.hidtype', 'app.hidtype[]', 'shut.elsewhere', 'nosuch.nosuch', 'app.hidden', 'a.b.c';
refused($agent, "SELECT to_regtype('$_')", '42601', "not the name of a type: $_") for 'int4)', 'own.id%TYPE', 'hidden.id%TYPE';

is(sql_as($agent, "SELECT '$_'::text::regtype"), '', "... nor $_ by a cast") for 'hidtype', 'shut.elsewhere';
is(sql_as($agent, q{SELECT 'own'::text::regclass, current_database() || '.app.own' = 'x', (current_database() || '.app.own')::regclass, has_table_privilege('own', 'UPDATE'), has_schema_privilege('app', 'USAGE'), 'int4'::text::regtype}),
	'own|f|own|f|t|integer', 'names that tools make up');

# what the server has judged again when it executes it
sql(q{SELECT agentsandbox.alter_profile('p', allow_explain => true)});
for my $query ('SELECT relname, relowner FROM pg_class', "SELECT to_regclass('own'), 'own'::text::regclass, 'int4'::text::regtype", 'SELECT oid::regclass, oid::regtype::text FROM pg_constraint',
	"SELECT format_type(23, NULL), obj_description('own'::regclass, 'pg_class'), a FROM pg_partition_ancestors('own') AS a")
{
	like(sql_as($agent, "EXPLAIN $query"), qr/cost/, "EXPLAIN $query");
	is(sql_as($agent, "BEGIN; DECLARE c CURSOR FOR $query; FETCH ALL FROM c; COMMIT"), sql_as($agent, $query), 'DECLARE of the same');
	is(sql_as($agent, "PREPARE q AS $query; EXECUTE q; EXECUTE q"), join("\n", grep { length } (sql_as($agent, $query)) x 2), 'EXECUTE of the same');
}

# information_schema, where the profile opens it: expressions can name what is hidden
sql(q{SELECT agentsandbox.create_profile('i', search_path => 'app', information_schema => true); GRANT USAGE ON SCHEMA app TO i; GRANT SELECT (id, name) ON app.own TO i; GRANT SELECT ON app.seen TO i});
my $informed = open_conversation('i');
is(sql_as($informed, q{SELECT string_agg(column_name || coalesce(column_default, ''), ' ' ORDER BY column_name) FROM information_schema.columns WHERE table_name = 'own'}), 'id name', 'no defaults in information_schema');
is(sql_as($informed, q{SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = 'app'}), 'seen|', '... nor views');
for my $view (qw(columns constraint_column_usage key_column_usage table_constraints tables views))
{
	# the name of a key of known columns is in errors, too; what it refers to is not
	unlike(sql_as($informed, "SELECT * FROM information_schema.$view"), qr/hid(?!foreign)|shut|refers|HIDDEN/, "information_schema.$view: nothing hidden");
}

# The surface says of which columns the agent sees nulls only, and it is so
my @null = split /\n/, sql(q{SELECT identity FROM agentsandbox.surface('i') WHERE class = 'column' AND privilege = 'SELECT' AND notes = 'always null' ORDER BY identity});
is(join(' ', grep { /^information_schema/ } @null), 'information_schema.columns.column_default information_schema.columns.generation_expression information_schema.views.view_definition', 'which are null in information_schema');
cmp_ok(scalar(@null), '>', 40, 'many are in catalogs');
is(join(' ', grep { /^(.*)[.](.*)$/ && sql_as($informed, "SELECT count($2) FROM $1") ne '0' } @null), '', 'all of them are null');
sql(q{GRANT SELECT (column_default) ON information_schema.columns TO i});
is(sql(q{SELECT count(*) FROM agentsandbox.surface('i') WHERE class = 'column' AND identity = 'information_schema.columns.column_default' AND notes = 'always null'}), '0', 'the surface does not say so of one that is granted by name');
is(sql_as($informed, q{SELECT count(column_default) > 0 FROM information_schema.columns}), 't', '... which is not null');
sql(q{REVOKE SELECT (column_default) ON information_schema.columns FROM i});
is(sql_as($informed, q{SELECT count(column_default) FROM information_schema.columns}), '0', '... until it is revoked');

# The views that people look around with
is(sql_as($agent, q{SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'app' ORDER BY 1}), "lone|\nown|", 'pg_tables');
is(sql_as($agent, q{SELECT viewname, definition FROM pg_views WHERE schemaname = 'app'}), 'seen|', 'pg_views');
is(sql_as($agent, q{SELECT string_agg(indexname || ' ' || indexdef, '; ' ORDER BY indexname) FROM pg_indexes WHERE tablename = 'own'}),
	'known CREATE INDEX known ON app.own USING btree (name); own_pkey CREATE UNIQUE INDEX own_pkey ON app.own USING btree (id)', 'pg_indexes');
is(sql_as($agent, q{SELECT count(*) FROM pg_matviews}), '0', 'pg_matviews');
is(sql_as($agent, q{SELECT count(i.*) > 0, count((SELECT indcheckxmin)) FROM pg_index i}), 't|0', 'all of pg_index');

# Functions are the server's and those that were granted; of a number that a column has no more is told
is(sql_as($agent, q{SELECT pronamespace::regnamespace, proname, pg_get_function_arguments(oid), pg_get_function_identity_arguments(oid), pg_get_function_result(oid), pg_function_is_visible(oid), pg_get_functiondef(oid) FROM pg_proc WHERE proname IN ('mine', 'hidfunction', 'hidin')}),
	'app|mine|what base, OUT n integer|what base, OUT n integer|integer|t|', 'functions that were granted');
is(sql_as($agent, q{SELECT typname, typinput, typreceive, typoutput, typsend FROM pg_type WHERE typname IN ('base', 'int4') ORDER BY 1}), "base||||\nint4|int4in|int4recv|int4out|int4send", 'functions of types');
is(sql_as($agent, q{SELECT typinput::oid, typinput::text, (SELECT typinput) FROM pg_type WHERE typname = 'base'}), '||', '... not by number either');
refused($agent, q{SELECT (SELECT t FROM pg_type t WHERE typname = 'base')::text}, '42501', '... nor in a row');

is(sql_as($agent, q{SELECT string_agg(c.relname || '.' || attname || ' ' || atttypid::regtype, ', ' ORDER BY attnum) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_type t ON t.typrelid = c.oid WHERE c.relkind = 'c' AND attnum > 0}), 'pair.a integer, pair.b text', 'what a composite type that was granted is made of');

# By number: what is hidden is answered as what does not exist
my %number = map { /^(\S+) (\d+)$/ } split /\n/, sql(<<~'SQL');
	SELECT relname || ' ' || oid FROM pg_class WHERE relname IN ('hidden', 'elsewhere', 'hidsequence', 'hidexpression', 'hidpartial', 'hidincluding', 'hidcollated', 'hidclassed', 'own_hidcol_key', 'hidden_pkey', 'refers', 'hidpair')
	UNION ALL SELECT conname || ' ' || oid FROM pg_constraint WHERE conname IN ('hidcheck', 'hidexclusion', 'hidforeign', 'hidhalf', 'own_hidcol_key', 'refers_id_fkey')
	UNION ALL SELECT typname || ' ' || oid FROM pg_type WHERE typname IN ('hidtype', '_hidtype', 'hidden', 'hidpair')
	UNION ALL SELECT nspname || ' ' || oid FROM pg_namespace WHERE nspname = 'shut'
	UNION ALL SELECT proname || ' ' || oid FROM pg_proc WHERE proname IN ('hidfunction', 'hidtrigger', 'hidin')
	UNION ALL SELECT stxname || ' ' || oid FROM pg_statistic_ext
	UNION ALL SELECT rolname || ' ' || oid FROM pg_authid WHERE rolname = 'postgres'
	SQL
cmp_ok(scalar keys %number, '>', 15, 'numbers to ask for');
my @asked = (
	'format_type(%s, NULL)', 'format_type(%s, 5)', '(%s)::oid::regclass', '(%s)::oid::regtype', '(%s)::oid::regnamespace', '(%s)::oid::regclass::text', '(%s)::oid::regtype::text', '(%s)::oid::regnamespace::text',
	'pg_get_constraintdef(%s)', 'pg_get_constraintdef(%s, true)', 'pg_get_indexdef(%s)', 'pg_get_indexdef(%s, 1, true)', 'pg_get_viewdef(%s)', 'pg_get_viewdef(%s, true)', 'pg_get_userbyid(%s)', 'pg_get_partkeydef(%s)', "has_table_privilege(%s, 'SELECT')", "has_schema_privilege(%s, 'USAGE')",
	"obj_description(%s, 'pg_class')", "obj_description(%s, 'pg_type')", "obj_description(%s, 'pg_namespace')", "obj_description(%s, 'pg_constraint')", "obj_description(%s, 'pg_proc')", 'col_description(%s, 1)',
	'col_description(%s, 3)', 'pg_table_is_visible(%s)', 'pg_type_is_visible(%s)', 'pg_get_statisticsobjdef_columns(%s)', 'pg_function_is_visible(%s)', 'pg_get_function_arguments(%s)', 'pg_get_function_identity_arguments(%s)', 'pg_get_function_result(%s)', 'pg_get_functiondef(%s)',
	'obj_description(%s)', "shobj_description(%s, 'pg_authid')", "has_any_column_privilege(%s, 'SELECT')", "has_column_privilege(%s, 1::smallint, 'SELECT')", "has_table_privilege(current_user, %s, 'SELECT')", "has_schema_privilege(current_user, %s, 'USAGE')", "has_any_column_privilege(current_user, %s, 'SELECT')",
	"has_column_privilege(current_user, %s, 1::smallint, 'SELECT')", "has_database_privilege(%s, 'CONNECT')", "agentsandbox.known_object('pg_proc'::regclass, %s)", "agentsandbox.known_object('pg_class'::regclass, %s)", "agentsandbox.known_object('pg_class'::regclass, %s, 1)");
for my $form (@asked)
{
	my $all = join ', ', map { 'coalesce((' . sprintf($form, $number{$_}) . ")::text, 'nothing')" } sort keys %number;
	is(sql_as($agent, "SELECT DISTINCT answer FROM unnest(ARRAY[$all]) answer"), sql_as($agent, 'SELECT coalesce((' . sprintf($form, 4000000000) . ")::text, 'nothing')"), "$form tells of nothing hidden");
}
is(sql_as($agent, q{SELECT col_description('own'::regclass, 3)}), '', 'nor of a column');
# By name: what is hidden, or of another role, is answered as what does not exist
is(sql_as($agent, "SELECT $_"), '', "nothing of $_")
	for (map { ("has_table_privilege($_, 'SELECT')", "has_any_column_privilege($_, 'SELECT')", "has_column_privilege($_, 'id', 'SELECT')") } "current_user, 'hidden'", "'hidden'", "'nosuch'", "'shut.elsewhere'", "current_user, 'shut.elsewhere'", "'postgres', 'own'", "'nosuch', 'own'"),
	(map { "has_schema_privilege($_, 'USAGE')" } "current_user, 'shut'", "'shut'", "'nosuch'", "'postgres', 'app'"), (map { "to_regnamespace('$_')" } 'shut', 'nosuch'), "has_database_privilege('postgres', 'CONNECT')", "has_database_privilege('nosuch', 'CONNECT')", "has_database_privilege('postgres', current_database(), 'CONNECT')",
	"has_column_privilege('own', 'hidcol', 'SELECT')", "has_column_privilege('own', 'nosuch', 'SELECT')", "has_column_privilege('own', 3::smallint, 'SELECT')";
is(sql_as($agent, q{SELECT has_table_privilege(current_user, 'own', 'UPDATE'), has_table_privilege(current_user, 'own'::regclass, 'SELECT'), has_any_column_privilege(current_user, 'app.own', 'SELECT'), has_any_column_privilege('own'::regclass, 'INSERT'), has_column_privilege('own', 'name', 'SELECT'), has_column_privilege(current_user, 'own', 'name', 'UPDATE'), has_schema_privilege(current_user, 'app', 'USAGE'), has_database_privilege(current_database(), 'CONNECT'), has_database_privilege(current_user, current_database(), 'CREATE'), to_regnamespace('app')}),
	'f|f|t|f|t|f|t|t|f|app', 'what is known, by its name');
# the column asked about is the column answered about
is(sql_as($agent, q{SELECT count(col_description('own'::regclass, (random() * 4)::int)) FROM generate_series(1, 2000)}), '0', '... however it is asked');
is(sql_as($agent, sprintf q{SELECT count(obj_description(%s, CASE WHEN random() < 0.5 THEN 'pg_class' ELSE 'pg_type' END)) FROM generate_series(1, 2000)}, $number{hidden}), '0', '... by whatever catalog');

# the catalog asked about is the catalog answered about, though another argument changes what it is taken from
sql(q{COMMENT ON TABLE app.own IS 'mine'});
is(sql_as($agent, sprintf q{SET search_path = 'type'; SELECT obj_description(CASE WHEN set_config('search_path', 'class', false) = 'class' THEN %s END, ('pg_' || current_setting('search_path'))::name)},
	sql(q{SELECT 'app.own'::regclass::oid})), 'mine', 'arguments are evaluated once');

# Only these types, and only from numbers
like(sql_as($agent, "SELECT x, $_ FROM (SELECT oid::regclass AS x FROM pg_class WHERE relname = 'own') AS s"), qr{^own[|](?:own)?$}, "what a subquery puts out of such a type, $_")
	for '(SELECT x)', '(VALUES (x))', '(WITH c AS (SELECT x) SELECT x FROM c)', '(SELECT a FROM pg_partition_ancestors(x) AS a)', '(SELECT max(j.x::text) FROM ((SELECT x) AS a JOIN (SELECT x) AS b USING (x)) AS j)';
sql(q{CREATE TABLE app.numbers AS SELECT 'app.hidden'::regclass AS x; CREATE FUNCTION app.number() RETURNS regclass LANGUAGE sql AS $$SELECT 'app.hidden'::regclass$$;
	CREATE FUNCTION app.numbers() RETURNS SETOF regclass LANGUAGE sql AS $$SELECT 'app.hidden'::regclass$$;
	GRANT SELECT ON app.numbers TO p; GRANT EXECUTE ON FUNCTION app.number(), app.numbers() TO p});
refused($agent, "SELECT $_", '42501', "not a column or function of such a type: $_")
	for 'x FROM numbers', 's.x FROM (SELECT x FROM numbers) AS s', 'j.x FROM (numbers JOIN numbers AS n USING (x)) AS j', '(SELECT n.x) FROM numbers AS n', 'n FROM numbers() AS n', 's.n FROM (SELECT number() AS n) AS s', 's.n FROM ROWS FROM (pg_partition_ancestors(1), numbers()) AS s(m, n)', 'n FROM number() AS n',
	'1 WHERE 1 IN (SELECT x FROM numbers)', 'x FROM (SELECT CASE WHEN true THEN x END AS x FROM numbers) AS s', '(n).x FROM numbers AS n', 's.x FROM (SELECT * FROM numbers) AS s',
	"1 WHERE $number{hidden} IN (SELECT number())", 'c.x FROM (WITH c AS (SELECT x FROM numbers) SELECT * FROM c) AS c';
is(sql_as($agent, sprintf q{SELECT string_agg(a::text, ' ') FROM (SELECT pg_partition_ancestors(%s)) AS s(a)}, $_), '', 'of what is hidden nothing is a partition') for "$number{hidden}::oid::regclass";
is(sql_as($agent, q{SELECT '{own,app.seen}'::regclass[], relname = ANY ('{own}') FROM pg_class WHERE oid = ANY ('{own,pg_class}'::regclass[]) AND reltype <> ALL ('{int,text}'::regtype[]) AND relname = 'own'}), '{own,seen}|t', 'names of what is known, in a list');
refused($agent, "SELECT '$_", '42501', "not in a list: '$_") for "{own,hidden}'::regclass[]", "{own,nosuch}'::regclass[]", "{own,NULL}'::regclass[]", "{int,app.hidtype}'::regtype[]", "{int,nosuch}'::regtype[]", "{app,shut}'::regnamespace[]", "{app,nosuch}'::regnamespace[]", "{postgres}'::regrole[]", "{{own},{shut.elsewhere}}'::regclass[]";
refused($agent, "SELECT (quote_ident('own') || '')::regclass, nosuch FROM pg_class", '42703', 'a cast of a computed name is not to blame');
refused($agent, "SELECT ${_}::regclass, nosuch FROM pg_class", '42501', "... unless a name may be looked up: $_") for "('hidden')", "('none')", "('hidden'::unknown)", "('none'::unknown)", "(ARRAY['none'])[1]", "('none' COLLATE \"C\")";
# A name that is the argument of a call is looked up before what stands behind it is found to be wrong
for my $form ("pg_relation_size('%s')", "pg_catalog.pg_relation_size('%s', 'main')", "pg_partition_ancestors('%s')", "nextval('%s')", "pg_table_size('%s')", "regclass('%s')", "regclass('%s')::regclass", "pg_catalog.regclass('%s')::text", "coalesce(nextval('%s'), 1)")
{
	my @answers = map { my ($status, $out, $err) = psql(conninfo($agent), "SELECT " . sprintf($form, $_) . ", nosuch FROM own"); $err =~ s/\Q$_\E/NAME/gr } 'hidden', 'nosuch', 'app.hidden', 'app.nosuch', 'shut.elsewhere', 'shut.nosuch';
	is(join('', grep { s/ *\^//r ne $answers[0] =~ s/ *\^//r } @answers[0, 1]), '', "$form: a hidden relation does not exist");
	is($answers[2], $answers[3], '... in its schema');
	like($answers[$_], qr/42501/, "... $_") for 0 .. 5;
	refused($agent, "SELECT " . sprintf($form, 'own') . ", nosuch FROM own", '42703', '... but the name of a known one is not to blame');
}
refused($agent, 'SELECT $1::regclass', '42501', 'no parameter');
refused($agent, "SELECT $number{hidfunction}::oid::regproc", '42501', 'no function');
refused($agent, "SELECT $number{postgres}::oid::regrole", '42501', 'no role');
refused($agent, "SELECT $number{hidden}::regclass", '42501', 'no cast from other numbers');
refused($agent, "SELECT 'own'::regclass::text::regclass::oid::regtype::regclass", qr/42846|42501/, 'no cast between them');

# A parameter that is to be a name is a text, which the same cast takes
my %name = ('SELECT format_type(oid, NULL) FROM pg_type WHERE oid = $1::regtype' => { text => 'text', 'int[]' => 'integer[]', map { $_ => undef } 'hidtype', 'app.hidtype', 'nosuch', 'shut.elsewhere', 'own', '' },
	'SELECT relname FROM pg_class WHERE oid = $1::regclass' => { own => 'own', 'app.seen' => 'seen', map { $_ => undef } 'hidden', 'app.hidden', 'nosuch', 'shut.elsewhere', 'nosuch.nosuch', '1259' });
for my $query (sort keys %name)
{
	for my $name (sort keys %{ $name{$query} })
	{
		my $expected = $name{$query}{$name};
		my $r = $w->extended($query, $name);
		my $as_text = $w->extended($query =~ s/\$1::/\$1::text::/r, $name);
		is(join('', map { @$_ } @{ $r->{rows} }), $expected // '', "$query, '$name'");
		is("@{[ map { qq($_->{C} $_->{M}) } @{ $r->{errors} } ]}", "@{[ map { qq($_->{C} $_->{M}) } @{ $as_text->{errors} } ]}", '... as of a text');
	}
}
$w->parse('', 'SELECT relname FROM pg_class WHERE oid = $1::regclass AND $2::regtype IS NULL AND $3 < 5');
$w->describe('S', '');
is("@{ $w->sync->{params} }", '25 25 23', 'it is described as one');
$w->parse('kept', 'SELECT relname FROM pg_class WHERE oid = $1::regclass');
$w->sync;
sql('CREATE TABLE app.unrelated (); DROP TABLE app.unrelated; ALTER TABLE app.own ALTER COLUMN day DROP NOT NULL; ANALYZE app.own');
for my $n (1 .. 7)
{
	$w->bind('', 'kept', [ $n == 4 ? 'hidden' : 'own' ]);
	$w->execute('', 0);
	is(join('', map { @$_ } @{ $w->sync->{rows} }), $n == 4 ? '' : 'own', "a prepared one, time $n");
}
refused($agent, $_, '42501', "not in $_") for 'PREPARE name AS SELECT $1::regclass', 'PREPARE name (regtype) AS SELECT 1';

# ... and no further: of one column that was granted, not for the others
sql(q{GRANT SELECT (name) ON pg_settings TO p; GRANT SELECT (schemaname) ON pg_tables TO p; GRANT SELECT (tgname) ON pg_trigger TO p});
is(sql_as($agent, 'SELECT count(*), count(setting) FROM pg_settings'), '1|1', 'a grant of one column of a view opens no rows');
is(sql_as($agent, q{SELECT count(*) FROM pg_tables WHERE tablename = 'hidden'}), '0', '... of tables neither');
is(sql_as($agent, q{SELECT count(*) > 0, count(tgrelid) FROM pg_trigger}), 't|0', '... and of a catalog without rows for the one only');
sql(q{REVOKE SELECT (name) ON pg_settings FROM p; REVOKE SELECT (schemaname) ON pg_tables FROM p; REVOKE SELECT (tgname) ON pg_trigger FROM p});

# The arguments of EXECUTE are analyzed twice, the second time where no gate sees them
my $described = "PREPARE told (text) AS SELECT \$1";
for my $argument ("$number{hidden}::oid::regclass::text", "upper($number{hidtype}::oid::regtype::text)", "(ARRAY[$number{shut}::oid::regnamespace::text])[1]", "format_type($number{hidtype}, NULL)", "obj_description($number{hidden}, 'pg_class')", "'hidden'::text::regclass::text", "'hidtype'::text::regtype::text",
	"to_regtype('hidtype')::text", "to_regclass('hidden')::text", "has_table_privilege('hidden', 'SELECT')::text")
{
	refused($agent, "$described; EXECUTE told($argument)", '42501', "no argument of EXECUTE: $argument");
}
is(sql_as($agent, "$described; EXECUTE told('own'::regclass::text)"), 'own', 'but what is known by its name');
refused($agent, "$described; EXECUTE told(format_type(23, NULL))", qr/function format_type is not allowed\nHINT:  A conversation can call agentsandbox[.]format_type[(][)] instead[.]/, 'the hint names the function that can be called');
is(sql_as($agent, "$described; EXECUTE told(agentsandbox.format_type(23, NULL))"), 'integer', '... and it can');
poll_is(q{SELECT count(*) > 0 FROM agentsandbox.refusals WHERE object = 'format_type'}, 't', 'it is recorded');
is(sql(q{SELECT count(*) FROM agentsandbox.suggestions('p') WHERE suggestion LIKE '%format_type%'}), '0', 'nobody suggests to grant the one that tells of everything');

# ... those of CALL once
sql(q{CREATE PROCEDURE app.says(t text, INOUT said text) LANGUAGE plpgsql AS 'BEGIN said := coalesce(t, ''nothing''); END'; GRANT EXECUTE ON PROCEDURE app.says TO p; SELECT agentsandbox.alter_profile('p', allow_call => true)});
$agent = open_conversation('p');
is(sql_as($agent, "CALL app.says($_, NULL)"), 'nothing', "argument of CALL: $_") for "$number{hidden}::oid::regclass::text", "to_regclass('hidden')::text", "'hidtype'::text::regtype::text", "format_type($number{hidtype}, NULL)";
is(sql_as($agent, "CALL app.says('own'::text::regclass::text, NULL)"), 'own', '... of what is known');

# Queries that are analyzed again when they are executed, or only previewed
sql(q{SELECT agentsandbox.alter_profile('p', allow_explain => true)});
my $describing = q{SELECT relname, c.oid::regclass, relnamespace::regnamespace::text, format_type(23, NULL) IS NULL FROM pg_class c LEFT JOIN pg_roles ON pg_roles.oid = relowner WHERE relname = 'own'};
$agent = open_conversation('p');
like(sql_as($agent, "EXPLAIN $describing"), qr/pg_class/, 'EXPLAIN of a query that describes');
is(sql_as($agent, "BEGIN; DECLARE c CURSOR FOR $describing; FETCH ALL FROM c; COMMIT"), 'own|own|app|f', 'a cursor of one');
is(sql_as($agent, "SELECT raises FROM agentsandbox.preview(\$\$$describing\$\$)"), '{}', 'a preview of one');
refused($agent, 'SELECT oid::regclass, nosuch FROM pg_class', '42703', 'what is wrong with one is told');
refused($agent, "SELECT pg_get_triggerdef('own'::regclass)", qr{function pg_get_triggerdef is not allowed}, '... and not what is right');
is(sql_as($agent, q{SELECT raises FROM agentsandbox.preview('SELECT ''app.own''::regclass')}), '{}', '... nor in a preview');
refused($agent, "SELECT '$_'::regclass, nosuch FROM pg_class", '42501', "but not of the name $_") for 'hidden', 'none', 'shut.elsewhere', 'shut.none';

# An operator's grant by name counts as it says
sql(q{GRANT SELECT (relowner) ON pg_class TO p; GRANT SELECT ON pg_trigger TO p});
is(sql_as($agent, q{SELECT count(*), count(relowner), count(reltuples) FROM pg_class WHERE relname = 'own'}), '1|1|0', 'a column that was granted by name is not null');
is(sql_as($agent, q{SELECT count(*) FROM pg_trigger WHERE tgname = 'hidtrigger'}), '1', 'a catalog that was granted by name has its rows');
sql(q{REVOKE SELECT (relowner) ON pg_class FROM p; REVOKE SELECT ON pg_trigger FROM p});
is(sql_as($agent, q{SELECT count(*), count(relowner) FROM pg_class WHERE relname = 'own'}), '1|0', '... until it is revoked');
is(sql_as($agent, 'SELECT count(*) FROM pg_trigger'), '0', '... as the rows are');

sql('GRANT SELECT ON pg_settings TO p');
cmp_ok(sql_as($agent, 'SELECT count(*) FROM pg_settings'), '>', 100, 'a view that was granted by name has its rows');
sql('REVOKE SELECT ON pg_settings FROM p');
is(sql_as($agent, 'SELECT count(*) FROM pg_settings'), '1', '... until it is revoked');

# What would be refused is done in observe mode, also what a subquery has not
sql(q{SELECT agentsandbox.alter_profile('p', mode => 'observe')});
is(sql_as($agent, 'SELECT c.tableoid::regclass, count(c.ctid) > 0 FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid GROUP BY 1'), 'pg_class|t', 'system columns of a catalog in observe mode');
is(sql_as($agent, 'SELECT count(*) FROM pg_class TABLESAMPLE SYSTEM (0)'), '0', '... and a sample');
sql(q{SELECT agentsandbox.alter_profile('p', mode => 'enforce')});
$agent = open_conversation('p');
refused($agent, 'SELECT ctid FROM pg_class', '42501', '... but not otherwise');

# Nor does a lock on it: what looked into it would wait, and fail if it is dropped then
my $locker = PsqlSession->new(conninfo(undef));
$locker->run('BEGIN');
$locker->run('LOCK TABLE app.hidden');
my $count = 'SELECT count(*) ' . join ' ', map { "+ (SELECT count(*) FROM $_)" } qw(pg_attribute pg_class pg_constraint pg_description pg_enum pg_index pg_namespace pg_type);
is((psql(conninfo(open_conversation('p')), "$count, format_type($number{hidden}, NULL), pg_get_indexdef($number{hidden_pkey})"))[0], 0, 'no wait for the lock on a hidden relation');
$locker->close;

# The pool role computes nothing, so it describes nothing
my $pool = { role => 'pool', password => 'pool' };
sql(q{CREATE ROLE pool LOGIN PASSWORD 'pool' IN ROLE agentsandbox_pool});
refused($pool, $_, '42501', "pool role: $_") for 'SELECT format_type(23, NULL)', 'SELECT 1259::oid::regclass', q{SELECT to_regclass('pg_class')}, 'SELECT relname FROM pg_class LIMIT (SELECT 1)';

done_testing();
