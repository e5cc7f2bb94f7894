# Existence oracle: what is hidden is answered, byte for byte, as what does not
# exist.  Each template is sent with a name that is hidden and with one of the
# same length that nothing has; the answers may differ in nothing else.
# The server logs nothing of its own accord, which must not matter.
# with-cluster: --conf 'log_min_messages = panic'
use strict;
use warnings;

use AgentSandbox;
use FindBin;
use Test::More;
use Wire;

sql(slurp("$FindBin::Bin/names_setup.sql"));

my %missing = (
	'app.hidden' => 'app.mising', 'closed.hidden' => 'closer.hidden', 'app.public_' => 'app.publik_', 'app.hidindex' => 'app.hidinddx',
	'app.hidseq' => 'app.hidsek', 'app.hidtype' => 'app.hidtipe', 'closed.hidtype' => 'closer.hidtype', 'app.hiddom' => 'app.hiddon', 'app.hidname' => 'app.hidnane',
	'app.hidfunc' => 'app.hidfonc', 'closed.hidfunc' => 'closer.hidfunc', 'app.hidrows' => 'app.hidraws', 'app.hidagg' => 'app.hidogg',
	'app.hidproc' => 'app.hidprac', 'app.hidtwo' => 'app.hidtwa', 'app.hidmethod' => 'app.hidmethot', 'app.hidinner' => 'app.hidinnen', 'app.<<<<' => 'app.<<>>', 'hidden' => 'hidder', 'hidcol' => 'hidkol', 'hidkey' => 'hidkei', 'hidrole' => 'hidrule', 'app.hidconf' => 'app.hidkonf', 'closed.hidconf' => 'closer.hidconf', 'closed.<<<<' => 'closer.<<<<', 'closed' => 'closer',
	'hidtype' => 'hidtipe', 'hidfunc' => 'hidfonc', 'hidany' => 'hidamy', 'hidrow' => 'hidraw', 'hidtext' => 'hidtexd', 'hidproc' => 'hidprac', 'hidagg' => 'hidogg', 'hidrows' => 'hidraws',
	'app.hidcoll' => 'app.hidkoll', 'closed.hidcoll' => 'closer.hidcoll', 'hidcoll' => 'hidkoll', 'app.hidops' => 'app.hidopz');

my @relations = ('app.hidden', 'closed.hidden', 'app.public_', 'app.hidindex', 'app.hidseq', 'hidden');
my @types = ('app.hidtype', 'closed.hidtype', 'app.hiddom', 'app.hidden', 'closed.hidden');
my @functions = ('app.hidfunc', 'closed.hidfunc', 'app.hidrows', 'app.hidagg', 'app.hidproc', 'app.hidtwo');
my @attempts = (
	(map { my $t = $_; map { [ $t, $_ ] } @relations }
		  'SELECT * FROM %s', 'SELECT nosuch FROM %s', 'SELECT id + true FROM %s', 'SELECT hidcol FROM %s h', 'TABLE %s', 'SELECT 1 FROM ONLY %s',
		'SELECT nosuchtable.* FROM nosuchtable, %s', 'SELECT * FROM %s, nosuchtable', 'SELECT (SELECT max(nosuch) FROM %s)', 'SELECT nosuchfunction() FROM %s',
		'SELECT nosuchfunction(), * FROM own, %s', 'WITH x AS (SELECT * FROM %s) SELECT nosuch FROM x', 'SELECT * FROM own NATURAL JOIN %s',
		'SELECT * FROM own JOIN %s USING (id, nosuch)', 'INSERT INTO %s VALUES (1)', 'INSERT INTO %s VALUES (1, 2, 3, 4, 5, 6, 7, 8, 9)',
		'INSERT INTO %s (nosuch) VALUES (1)', 'INSERT INTO own (id) SELECT nosuch FROM %s', 'UPDATE %s SET nosuch = 1', 'UPDATE own SET name = nosuch FROM %s',
		'DELETE FROM %s', 'DELETE FROM own USING %s WHERE nosuch', 'MERGE INTO %s USING own ON true WHEN MATCHED THEN DO NOTHING',
		'MERGE INTO own USING %s ON nosuch WHEN MATCHED THEN DELETE', 'COPY %s TO STDOUT', 'COPY %s FROM STDIN', 'COPY %s (nosuch) TO STDOUT',
		'COPY (SELECT nosuch FROM %s) TO STDOUT', 'PREPARE a AS SELECT nosuch FROM %s', 'EXPLAIN SELECT nosuch FROM %s',
		'DECLARE c CURSOR FOR SELECT nosuch FROM %s', 'SELECT * INTO x FROM %s', 'CREATE TABLE x AS SELECT nosuch FROM %s', 'LOCK %s', 'ANALYZE %s',
		'SELECT 1; SELECT nosuch FROM %s', 'SELECT * FROM %s FOR UPDATE OF nosuch', 'SELECT * FROM %s TABLESAMPLE nosuch (1)',
		'WITH h AS (SELECT 1) SELECT (WITH hidden AS (SELECT 1 AS a) SELECT a FROM hidden), nosuch FROM %s', "SELECT '%s'::regclass",
		"SELECT nextval('%s')", "SELECT to_regclass('%s')", "SELECT to_regtype('%s')", "SELECT '%s'::text::regtype", "SELECT has_schema_privilege(split_part('%s', '.', 1), 'USAGE')", "SELECT to_regtype('%s.id%TYPE')", "SELECT '%s'::text::regclass", "SELECT pg_get_serial_sequence('%s', 'id')", "SELECT '%s'::regclass::oid", "SELECT 'x' FROM own WHERE '%s'::regclass = 1",
		"SELECT has_table_privilege('%s', 'SELECT')", "SELECT pg_relation_size('%s')", "SELECT currtid2('%s', '(0,1)')",
		'SELECT %s.id FROM own', 'SELECT %s.* FROM own', 'SELECT %s.hidcol FROM own o', 'SELECT nosuch.id, %s.id FROM own'),
	(map { [ $_, 'hidden' ] } 'SELECT id FROM own FOR UPDATE OF %s', 'SELECT 1 FROM (SELECT 1) s FOR SHARE OF s, %s NOWAIT'),
	# what a statement changes is no common table expression, whatever that is called
	(map { [ $_, 'hidden' ] } 'WITH %s AS (SELECT 1) INSERT INTO %s SELECT 1', 'WITH %s AS (SELECT 1) UPDATE %s SET a = 1', 'WITH %s AS (SELECT 1) UPDATE %s SET hidcol = 1', 'WITH %s AS (SELECT 1) DELETE FROM %s WHERE a = 1',
		'WITH %s AS (SELECT 1) DELETE FROM %s RETURNING *', 'WITH %s AS (SELECT 1) MERGE INTO %s USING own ON nosuch WHEN MATCHED THEN DO NOTHING', 'WITH %s AS (SELECT 1), x AS (DELETE FROM %s WHERE nosuch) SELECT * FROM %s'),
	(map { my $t = $_; map { [ $t, $_ ] } @types }
		  'SELECT NULL::%s', "SELECT 'nosuch'::%s", 'SELECT CAST(1 AS %s)', 'SELECT NULL::%s[]', 'SELECT NULL::%s + nosuch', "SELECT * FROM json_to_record('{}') AS x (a %s)",
		'PREPARE a (%s) AS SELECT 1', 'SELECT $1::%s', "SELECT json_populate_record(NULL::%s, '{}')", 'SELECT 1 FROM own WHERE id::%s IS NULL', "SELECT '%s'::regtype",
		"SELECT %s 'a'", "SELECT COALESCE(pg_typeof(1), '%s')", "SELECT pg_typeof(1) UNION SELECT '%s[]'", "SELECT CASE WHEN true THEN '%s(1)' ELSE pg_typeof(1) END",
		"SELECT pg_typeof(1) = '%s'::regtype", "SELECT '%s(1)'::regtype"),
	# where the server's own walker of the text does not go
	(map { my $t = $_; map { [ $t, $_ ] } @types }
		  (map { "WITH RECURSIVE r(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM r) CYCLE a SET c TO $_ USING p SELECT 1 FROM r" } "%s 'x' DEFAULT %s 'y'", "1 DEFAULT %s 'a'", "%s(1) 'a' DEFAULT 1"),
		"SELECT * FROM XMLTABLE('x' PASSING '<a/>' COLUMNS n FOR ORDINALITY, a %s)", "SELECT * FROM XMLTABLE('x' PASSING nosuch COLUMNS a %s)", "SELECT XMLSERIALIZE(CONTENT '<a/>' AS %s)"),
	(map { my $t = $_; map { [ $t, $_ ] } 'app.hidfunc', 'closed.hidfunc', 'app.hidmethod', 'app.hidinner' }
		  'SELECT * FROM own TABLESAMPLE %s (1)', 'SELECT id FROM own TABLESAMPLE %s (1)', 'SELECT nosuch FROM own TABLESAMPLE %s (1)', 'SELECT id FROM own TABLESAMPLE %s (1) REPEATABLE (nosuch)'),
	(map { my $t = $_; map { [ $t, $_ ] } @functions }
		  'SELECT %s()', 'SELECT %s(1)', 'SELECT %s(nosuch)', "SELECT %s('a', 'b', 'c')", 'SELECT * FROM %s()', 'SELECT * FROM %s() AS (a int)', 'SELECT %s(1) OVER ()',
		'SELECT %s(DISTINCT 1)', 'SELECT %s(*)', 'CALL %s()', 'CALL %s(nosuch)', 'SELECT id FROM own ORDER BY %s(id)', "SELECT '%s'::regproc", 'SELECT 1 LIMIT %s()',
		'VALUES (%s())', 'SELECT %s(a => 1)', "SELECT COALESCE(typinput, '%s') FROM pg_type"),
	# values that look like names
	(map { [ $_, 'hidtype' ] } q(SELECT '{%s}'::json), q(SELECT ('{%s}' || repeat(' ', 2))::json), q(SELECT 'hidtype %s'::jsonpath), q(SELECT '%s'::int), q(SELECT ('%s' || '')::int), q(SELECT '%s'::date)),
	# functions in the notation of columns
	(map { my $t = $_; map { [ $t, $_ ] } 'hidfunc', 'hidany', 'hidproc', 'hidagg', 'hidrows', 'hidtext' }
		  'SELECT (1).%s', 'SELECT (1).%s + true', 'SELECT 1 + true, (1).%s', 'SELECT (1).%s, 1 + true', "SELECT ('x'::text).%s", "SELECT ('x').%s", 'SELECT (id).%s FROM own', 'SELECT 1 WHERE (1).%s',
		'SELECT ((1).%s).%s', 'SELECT (paired()).%s', 'SELECT (paired()).%s + true', 'SELECT (ROW(1, 2)).%s', 'SELECT ((SELECT 1)).%s', 'SELECT abs((1).%s)', 'SELECT x.%s FROM generate_series(1, 2) x',
		"SELECT * FROM agentsandbox.preview('SELECT (1).%s')", 'SELECT does($$SELECT (1).%s$$)', 'SELECT does($$SELECT x.%s FROM generate_series(1, 2) x$$)', 'INSERT INTO own (id) VALUES ((1).%s)',
		'PREPARE a AS SELECT (1).%s', 'PREPARE a (int) AS SELECT ($1).%s', 'SELECT (ARRAY[1])[1].%s', 'SELECT (now()).%s[1]'),
	(map { my $t = $_; map { [ $t, $_ ] } 'hidany', 'hidrow' }
		  'SELECT o.%s FROM open o', 'SELECT (o).%s FROM open o', 'SELECT open.%s FROM open', 'SELECT app.open.%s FROM open', 'SELECT o.%s + true FROM open o', 'SELECT (o).%s + true FROM open o',
		'SELECT id FROM open o WHERE o.%s', 'SELECT o.%s, 1 + true FROM open o', 'SELECT 1 + true, o.%s FROM open o', 'SELECT o.%s, nosuch FROM open o', 'SELECT nosuch, o.%s FROM open o',
		'SELECT s.%s FROM (SELECT 1 AS a) s', 'SELECT p.%s FROM paired() p', 'WITH c AS (SELECT 1 AS a) SELECT c.%s FROM c', 'SELECT v.%s FROM (VALUES (1)) v', 'SELECT o.%s FROM (open o JOIN own USING (id)) o', 'SELECT (SELECT o.%s) FROM open o',
		"SELECT * FROM agentsandbox.preview('SELECT s.%s FROM (SELECT 1 AS a) s')", 'SELECT does($$SELECT s.%s FROM (SELECT 1 AS a) s$$)', 'SELECT does($$SELECT o.%s FROM open o$$)', 'UPDATE own SET name = o.%s FROM open o'),
	(map { [ $_, 'app.<<<<' ] } 'SELECT 1 OPERATOR(%s) 2', "SELECT 'a' OPERATOR(%s) true", 'SELECT id FROM own ORDER BY id USING OPERATOR(%s)',
		'SELECT 1 OPERATOR(%s) ANY (ARRAY[1])', 'SELECT 1 OPERATOR(%s) ANY (SELECT 1)', 'SELECT OPERATOR(%s) 1'),
	(map { [ $_, 'hidcol' ] } 'SELECT %s FROM own', 'SELECT own.%s FROM own', 'SELECT o.%s FROM own o', 'SELECT app.own.%s FROM own', 'SELECT %s + 1 FROM own', 'SELECT id FROM own WHERE %s IS NULL',
		'SELECT id FROM own ORDER BY %s', 'SELECT id FROM own GROUP BY id, %s', 'SELECT max(%s) FROM own', 'SELECT id, %s FROM own GROUP BY id', 'SELECT count(*) FILTER (WHERE %s) FROM own',
		'INSERT INTO own (id, %s) VALUES (1, 2)', 'UPDATE own SET %s = 1', 'UPDATE own SET name = %s', "UPDATE own SET name = '' RETURNING %s", "INSERT INTO own (id) VALUES (1) RETURNING %s",
		'INSERT INTO own (id) VALUES (1) ON CONFLICT (%s) DO NOTHING', 'INSERT INTO own (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = excluded.%s', 'DELETE FROM own WHERE %s IS NULL',
		'SELECT * FROM own a JOIN own b USING (%s)', 'SELECT nosuch, %s FROM own', 'SELECT %s, nosuch FROM own', 'COPY own (%s) TO STDOUT', 'COPY own (%s) FROM STDIN',
		'MERGE INTO own USING (SELECT 1 AS a) s ON id = a WHEN MATCHED AND %s IS NULL THEN DO NOTHING', 'SELECT lower(%s, 1) FROM own', 'SELECT id FROM own WHERE (id, %s) = (1, 2)',
		'SELECT (o).%s FROM own o', 'SELECT (own).%s + 1 FROM own', 'SELECT %s(o) FROM own o', 'SELECT ((o)).%s.x FROM own o', 'SELECT (SELECT (o).%s) FROM own o', 'SELECT (excluded).%s FROM own excluded',
		'INSERT INTO own (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET %s = 1', 'INSERT INTO own (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET (name, %s) = (1, 2)',
		'MERGE INTO own USING (SELECT 1 AS a) s ON id = a WHEN MATCHED THEN UPDATE SET %s = 1', 'MERGE INTO own USING (SELECT 1 AS a) s ON id = a WHEN NOT MATCHED THEN INSERT (id, %s) VALUES (1, 2)'),
	(map { [ $_, 'hidcol' ] } 'COPY own (id) TO STDOUT WITH (FORMAT csv, FORCE_QUOTE (%s))', 'COPY own (id) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (%s))', 'COPY own (id) FROM STDIN CSV FORCE NULL id, %s'),
	[ 'INSERT INTO own (id) VALUES (1) ON CONFLICT ON CONSTRAINT %s DO NOTHING', 'hidkey' ],
	(map { [ "SELECT * FROM agentsandbox.preview('$_')", 'hidcol' ] } 'SELECT %s FROM own', 'SELECT own.%s FROM own', 'SELECT (o).%s FROM own o', 'UPDATE own SET %s = 1', 'INSERT INTO own (id, %s) VALUES (1, 2)', 'SELECT 1 FROM own a JOIN own b USING (%s)'),
	(map { my $t = $_; map { [ "SELECT * FROM agentsandbox.preview('$t')", $_ ] } @relations } "SELECT nextval(''%s'')", "SELECT ''x'' FROM own WHERE ''%s''::regclass = 1", 'SELECT nosuch FROM %s'),
	(map { my $t = $_; map { [ $t, $_ ] } 'app.hidconf', 'closed.hidconf' } "SELECT to_tsvector('%s', 'a')", "SELECT '%s'::regconfig", "SET default_text_search_config = '%s'"),
	# the schema of a literal, whatever its type
	(map { [ $_, 'closed' ] } q(SELECT COALESCE(typinput, '"%s" . hidfunc') FROM pg_type), q(SELECT COALESCE(typinput, 'sandbox.%s.hidfunc') FROM pg_type),
		q(SELECT COALESCE(typinput, '%s.nosuch') FROM pg_type), q(SELECT to_tsvector('"%s".hidconf', 'a')), q(SELECT ts_lexize('%s.hiddict', 'a')),
		q(SELECT COALESCE(procedure, '%s.hidfunc(int)') FROM named), q(SELECT COALESCE(procedure, '%s.hidfunc(app.hidtype)') FROM named),
		q(SELECT COALESCE(operator, '%s.<<<<') FROM named), q(SELECT COALESCE(coll, '%s.hidcoll') FROM named)),
	[ q(SELECT COALESCE(typinput, 'sandbox.%s') FROM pg_type), 'app.hidfunc' ],
	(map { my $t = $_; map { [ $t, $_ ] } 'app.hidcoll', 'closed.hidcoll', 'hidcoll' } 'SELECT name COLLATE %s FROM own', 'SELECT id FROM own ORDER BY name COLLATE %s',
		"SELECT 'a' < 'b' COLLATE %s", 'SELECT id COLLATE %s FROM own', 'SELECT nosuch COLLATE %s FROM own', 'SELECT nosuch, name COLLATE %s FROM own', 'SELECT NULL::text COLLATE %s IS NULL',
		"SELECT * FROM json_to_record('{}') AS x(a text COLLATE %s)", "SELECT * FROM json_to_record('{}') AS x(a int COLLATE %s)",
		'INSERT INTO own (id) VALUES (1) ON CONFLICT (id COLLATE %s) DO NOTHING', 'INSERT INTO own (id) VALUES (1) ON CONFLICT (name COLLATE %s) DO NOTHING',
		"SELECT '%s'::regcollation", "SELECT * FROM agentsandbox.preview('SELECT name COLLATE %s FROM own')", 'WITH RECURSIVE r AS (SELECT name COLLATE %s FROM own UNION ALL SELECT * FROM r) SELECT 1'),
	(map { [ $_, 'app.hidops' ] } 'INSERT INTO own (id) VALUES (1) ON CONFLICT (id %s) DO NOTHING', 'INSERT INTO own (id) VALUES (1) ON CONFLICT (nosuch %s) DO NOTHING'),
	# literals that the server makes names, with something wrong behind them
	(map { my $t = $_; map { [ $t, $_ ] } 'app.hidden', 'closed.hidden', 'hidden', 'app.hidseq' }
		  "SELECT oid::regclass IN ('%s'), nosuch FROM pg_class", "SELECT 1 FROM pg_class WHERE oid::regclass IN ('own', '%s') AND nosuch = 1", "SELECT '%s' IN (oid::regclass), nosuch FROM pg_class",
		"SELECT COALESCE(oid::regclass, '%s'), nosuch FROM pg_class", "SELECT COALESCE(oid::regclass, ('%s')), 1 + true FROM pg_class", "SELECT COALESCE(oid::regclass, '%s'::unknown), hidcol FROM pg_class, own",
		"SELECT CASE WHEN true THEN '%s' ELSE oid::regclass END, nosuch FROM pg_class", "SELECT GREATEST(oid::regclass, '%s'), nosuch FROM pg_class", "SELECT ARRAY['%s', oid::regclass], nosuch FROM pg_class",
		"SELECT array_append(ARRAY[oid::regclass], '%s'), nosuch FROM pg_class", "SELECT lag(oid::regclass, 1, '%s') OVER (), nosuch FROM pg_class", "SELECT lag(default_value => '%s', value => oid::regclass) OVER (), nosuch FROM pg_class",
		"SELECT ARRAY[oid::regclass] @> '{%s}', nosuch FROM pg_class", "SELECT ARRAY[oid::regclass] || '{%s}', nosuch FROM pg_class", "SELECT '{%s}' = ANY (SELECT ARRAY[oid::regclass] FROM pg_class), nosuch",
		"SELECT CASE ARRAY[oid::regclass] WHEN '{%s}' THEN 1 END, nosuch FROM pg_class", "SELECT rank('%s') WITHIN GROUP (ORDER BY oid::regclass), nosuch FROM pg_class", "SELECT rank(oid::regclass) WITHIN GROUP (ORDER BY '%s'), nosuch FROM pg_class GROUP BY oid", "COPY kept FROM STDIN WHERE relation IN ('%s') AND nosuch", "COPY kept FROM STDIN WHERE COALESCE(relation, '%s') IS NULL AND 1 + true",
		"SELECT oid::regclass, 1 + true FROM pg_class UNION SELECT '%s', 1", "SELECT '%s', 1 UNION (SELECT 'own', 2 UNION SELECT oid::regclass, nosuch FROM pg_class)", "SELECT * FROM (VALUES ('%s'), ('own'::regclass)) AS v(a), nosuch", "SELECT a, nosuch FROM (VALUES ('own'::regclass), ('%s')) AS v(a)",
		"WITH RECURSIVE r(a, b) AS (SELECT '%s', 1 UNION ALL SELECT oid::regclass, nosuch FROM pg_class, r) SELECT 1 FROM r",
		"SELECT COALESCE(a, '%s'), nosuch FROM (SELECT oid::regclass AS a FROM pg_class) AS s", "SELECT COALESCE(b, '%s'), nosuch FROM (SELECT oid::regclass FROM pg_class) AS s(b)", "WITH c(b) AS (SELECT oid::regclass FROM pg_class) SELECT COALESCE(b, '%s'), nosuch FROM c",
		"SELECT COALESCE(relation, '%s'), nosuch FROM kept", "SELECT COALESCE((k).relation, '%s'), nosuch FROM kept k", "SELECT COALESCE(b, '%s'), nosuch FROM kept AS k(a, b)", "SELECT COALESCE(b, '%s'), nosuch FROM (SELECT * FROM kept) AS k(a, b)",
		"SELECT COALESCE(b, '%s'), nosuch FROM (kept JOIN own USING (id)) AS j(a, b)", "SELECT k IN ('(1,%s,)'), nosuch FROM kept k", "SELECT COALESCE(k, '(1,,{%s})'), nosuch FROM kept k",
		"SELECT COALESCE(a, '%s'), nosuch FROM pg_partition_ancestors(NULL) AS a", "SELECT takes(1, '%s'), nosuch", "SELECT takes(r => '%s', a => nosuch)", "SELECT * FROM takes(1, '%s'), nosuch", "SELECT ('own'::regclass).takes, COALESCE(oid::regclass, '%s') FROM pg_class, nosuch",
		"INSERT INTO kept VALUES (1, '%s', nosuch)", "INSERT INTO kept (relation, relations) SELECT '%s', nosuch", "INSERT INTO kept (relation, relations) SELECT 'own', '{}' UNION SELECT '%s', nosuch", "INSERT INTO kept VALUES (1, 'own'), (nosuch, '%s')",
		"INSERT INTO kept (relations[1]) VALUES ('%s') RETURNING nosuch", "INSERT INTO kept (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING relation IN ('%s'), nosuch", "UPDATE kept SET relation = '%s', id = nosuch", "UPDATE kept SET (relation, id) = ('%s', nosuch)",
		"UPDATE kept SET relation = '%s' WHERE nosuch", "MERGE INTO kept USING own ON true WHEN MATCHED THEN UPDATE SET relation = '%s', id = nosuch", "MERGE INTO kept USING own ON true WHEN NOT MATCHED THEN INSERT VALUES (1, '%s', nosuch)",
		"WITH RECURSIVE r(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM r) CYCLE a SET c TO '%s' DEFAULT 'own'::regclass USING p SELECT nosuch FROM r",
		"PREPARE a AS SELECT oid::regclass IN ('%s'), nosuch FROM pg_class", "SELECT does(\$\$SELECT COALESCE(oid::regclass, '%s'), nosuch FROM pg_class\$\$)"),
	(map { my $t = $_; map { [ $t, $_ ] } 'app.hidtype', 'closed.hidtype', 'app.hidden' } "SELECT pg_typeof(1) IN ('%s'), nosuch", "SELECT pg_typeof(1) IN ('int4', '%s[]'), 1 + true", "SELECT COALESCE(oid::regtype, '%s'), nosuch FROM pg_type"),
	(map { my $t = $_; map { [ $t, $_ ] } 'app.hidfunc', 'closed.hidfunc' } "SELECT COALESCE(typinput, '%s'), nosuch FROM pg_type", "SELECT typinput IN ('%s'), 1 + true FROM pg_type", "SELECT COALESCE(procedure, '%s()'), nosuch FROM named"),
	(map { my $t = $_; map { [ $t, $_ ] } 'app.hidconf', 'closed.hidconf' } "SELECT to_tsvector('%s', nosuch) FROM own", "SELECT to_tsvector('%s', name), nosuch FROM own", "SELECT ts_headline('%s', name, to_tsquery('english', 'a')), nosuch FROM own"),
	[ "SELECT COALESCE(coll, '%s'), nosuch FROM named", 'app.hidcoll' ], [ "SELECT COALESCE(operator, '%s'), nosuch FROM named", 'app.<<<<' ],
	(map { [ $_, 'hidrole' ] } "SELECT relacl @> '{%s=r/postgres}', nosuch FROM pg_class", "SELECT COALESCE(relacl, '{%s=r/postgres}'), nosuch FROM pg_class"),
	(map { [ $_, 'hidrole' ] } "SELECT relacl @> '%s=r/postgres', nosuch FROM pg_class", "SELECT relacl[1] = '%s=r/postgres', nosuch FROM pg_class", "SELECT '%s=r/postgres' = ANY (relacl), nosuch FROM pg_class", "SELECT CASE relacl[1] WHEN '%s=r/postgres' THEN 1 END, nosuch FROM pg_class",
		"SELECT '%s=r/postgres' IN (SELECT relacl[1] FROM pg_class), nosuch", "SELECT relacl + 'group %s=r/postgres', nosuch FROM pg_class"),
	# ... by an operator that was granted
	(map { my $t = $_; map { [ $t, $_ ] } 'app.hidden', 'closed.hidden', 'hidden' } "SELECT id #=# '%s', nosuch FROM own", "SELECT id OPERATOR(app.#=#) '%s', 1 + true FROM own", "SELECT id #=# ANY (ARRAY['%s']), id #=# '%s' FROM own WHERE nosuch"),
	# ... and beside a hidden type that has them
	(map { [ $_, 'app.hidname' ] } "SELECT COALESCE('x', NULL::%s), nosuch", "SELECT COALESCE('x', %s(1)), nosuch", "SELECT 'x' IN (CAST('y' AS %s))"),
	(map { [ $_, 'closed' ] } "SELECT COALESCE(oid::regnamespace, '%s'), nosuch FROM pg_namespace", "SELECT COALESCE(typinput, '%s.nosuch'), nosuch FROM pg_type"),
	# names of types in literals are parsed, too
	(map { my $t = $_; map { [ $t, $_ ] } @relations } "SELECT regtype '{' FROM %s", "SELECT 1 FROM %s WHERE COALESCE(pg_typeof(1), '5=r') IS NULL", "SELECT '%s' IN (oid::regclass) OR regtype 'a.' IS NULL FROM pg_class", q(SELECT does($$SELECT regtype '{' FROM %s$$))),
	# what the server comes to first
	(map { my $t = $_; map { [ $t, $_ ] } @types } 'SELECT (nosuch + o.nosuch)::%s FROM own o', 'SELECT nosuch, o.nosuch, NULL::%s FROM own o'),
	# inside a function
	(map { my $t = $_; map { [ $t, $_ ] } @relations } "SELECT counts('%s')", 'SELECT does($$SELECT nosuch FROM %s$$)', 'SELECT does($$SELECT 1 + true FROM %s$$)', q(SELECT does($$SELECT 'x'::int FROM %s$$)),
		'SELECT does($$INSERT INTO %s VALUES (1, 2, 3, 4, 5)$$)', q(SELECT does($$SELECT '%s'::regclass$$)), 'SELECT does($$SELECT FROM own, %s$$)', 'SELECT does($$COPY %s FROM STDIN$$)',
		'SELECT does($$PREPARE a AS SELECT FROM %s$$)', 'SELECT does($$SELECT * FROM agentsandbox.preview(\'SELECT FROM %s\')$$)'),
	(map { [ 'SELECT does($$SELECT NULL::%s$$)', $_ ] } @types), (map { [ 'SELECT does($$SELECT %s()$$)', $_ ] } @functions), [ 'SELECT does($$SELECT 1 OPERATOR(%s) 2$$)', 'app.<<<<' ],
	(map { [ $_, 'hidcol' ] } 'SELECT does($$SELECT %s FROM own$$)', 'SELECT does($$SELECT 1 FROM own a JOIN own b USING (%s)$$)', 'SELECT does($$INSERT INTO own (%s) VALUES (1)$$)', 'SELECT does($$SELECT (o).%s FROM own o$$)'),
	[ 'SELECT does($$INSERT INTO own (id) VALUES (1) ON CONFLICT ON CONSTRAINT %s DO NOTHING$$)', 'hidkey' ],
	[ 'SELECT does($$SELECT name COLLATE %s FROM own$$)', 'app.hidcoll' ],
	(map { [ $_, 'hidrole' ] } 'SET ROLE %s', "SELECT '%s'::regrole", 'SET SESSION AUTHORIZATION %s', 'GRANT %s TO p', "SELECT pg_has_role('%s', 'USAGE')", "SELECT '%s=r'::aclitem"));

my $agent = open_conversation('p');
my $w = Wire->connect($agent);

# All that an answer says, the name in question replaced
sub answer
{
	my ($r, $name) = @_;
	my @said = map { my $e = $_; join ' ', map { "$_=$e->{$_}" } sort keys %$e } @{ $r->{errors} };
	my $said = join "\n", $r->{types}, @{ $r->{tags} }, @{ $r->{columns} }, (map { join '|', map { $_ // '' } @$_ } @{ $r->{rows} }), @said;
	my ($bare) = $name =~ /([^.]*)$/;
	$said =~ s/\Q$name\E/NAME/g;
	$said =~ s/\Q$bare\E/BARE/g;
	return $said;
}

my $worked = 0;
for my $attempt (@attempts)
{
	my ($template, $hidden) = @$attempt;
	for my $prepared (0, 1)
	{
		next if $prepared && $template =~ /;|COPY/;
		my @answers = map {
			my $name = $_;
			my $statement = $template =~ s/%s/$name/gr;
			my $r;
			if ($prepared)
			{
				$w->parse('', $statement);
				$w->message('D', "S\0");
				$r = $w->sync;
			}
			else
			{
				$r = $w->query($statement);
				$w->copy_fail if $r->{types} =~ /G/;
			}
			# these answer NULL
			$worked++ if !@{ $r->{errors} } && !$prepared && $template !~ /to_reg|::text::reg|_privilege|serial_sequence/;
			answer($r, $name);
		} $hidden, $missing{$hidden};
		is($answers[0], $answers[1], ($prepared ? 'described: ' : '') . ($template =~ s/%s/$hidden/r));
	}
}
is($worked, 0, 'none of them worked');

# what is no name of the catalog's is answered as the server does
like($w->query('SELECT x.id FROM own')->{errors}[0]{M}, qr/^missing FROM-clause entry for table "x"$/, 'a name that FROM does not have');
like($w->query('SELECT own.id FROM own o')->{errors}[0]{H}, qr/Perhaps you meant to reference the table alias "o"/, '... with what it has');

is($w->query('SELECT name FROM own FOR UPDATE OF open')->{errors}[0]{M}, 'relation "open" in FOR UPDATE clause not found in FROM clause', '... to lock it');

is($w->query('SELECT o.nosuch FROM open o')->{errors}[0]{M}, 'column o.nosuch does not exist', 'a column that a table does not have');
is($w->query('SELECT s.nosuch FROM (SELECT 1 AS a) s')->{errors}[0]{M}, 'column s.nosuch does not exist', '... or a subquery');
is($w->query('SELECT o.id, o.paired FROM open o')->{errors}[0]{M}, 'column o.paired does not exist', '... or for which a function is none');
is_deeply($w->query("SELECT (paired()).a, (o).id, o.name, ('x').upper, (o.name).lower FROM open o")->{errors}, [], 'columns, and functions in their notation, work');
is_deeply($w->query("SELECT * FROM agentsandbox.preview('WITH open AS (SELECT id AS x FROM open) SELECT (paired()).a, open.x FROM open')")->{errors}, [], '... and can be previewed');
is($w->query('SELECT (o).id + true, o.name, p.a FROM open o, paired() p')->{errors}[0]{M}, 'operator does not exist: integer + boolean', '... and what is wrong besides is told');

# a literal that cannot have been looked up, or is known, is not to blame for what is wrong besides it
like($w->query($_)->{errors}[0]{M}, qr/^column "nosuch" does not exist$/, $_)
	for "SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relname LIKE 'a%' AND oid = 'own'::regclass AND nosuch", "SELECT oid::regclass IN ('own', 'app.own', '5'), nosuch FROM pg_class", "SELECT to_tsvector('english', name), nosuch FROM own",
		"SELECT oid::regclass::text IN ('a', 'b'), COALESCE(relname, 'x'), nosuch FROM pg_class", "SELECT CASE WHEN relkind = 'r' THEN 'table' ELSE 'other' END, oid::regclass, nosuch FROM pg_class", "SELECT oid::regclass || 'x', nosuch FROM pg_class",
		"SELECT CASE WHEN pg_typeof(id)::text = 'integer' THEN 'a' ELSE 'b' END, nosuch FROM own", "SELECT id FROM own WHERE name IN ('a', 'b') AND nosuch", "SELECT date_trunc('month', now()), COALESCE(name, 'none'), nosuch FROM own",
		"SELECT 'table' AS kind, oid::regclass::text FROM pg_class UNION ALL SELECT 'other', name FROM own WHERE nosuch", "INSERT INTO own (id, name) VALUES (1, 'a'), (nosuch, 'b')";
$w->parse('', q(SELECT id FROM own WHERE name ILIKE '%' || $1 || '%' AND name = COALESCE(name, 'x') AND date_trunc('month', $2::timestamp) > now() AND nosuch));
like($w->sync->{errors}[0]{M}, qr/^column "nosuch" does not exist$/, '... nor one beside a parameter');
{
	my @answers = map { $w->parse('', "SELECT COALESCE(\$1, '$_'), nosuch", 2205); answer($w->sync, $_) } 'app.hidden', 'app.mising';
	is($answers[0], $answers[1], 'a parameter of type regclass beside a literal');
	@answers = map { $w->parse('', "SELECT oid::regtype, (o).nosuch FROM pg_type, own o, $_", 2205); answer($w->sync, $_) } 'app.hidden', 'app.mising';
	is($answers[0], $answers[1], '... of which none is used');
}

# a collation that has no effect is gone before it can be judged: docs/covert-channels.md
is($w->query("SELECT ('5' COLLATE $_->[0])::int")->{errors}[0]{C} // '', $_->[1], "a guessed collation: $_->[0]") for [ 'app.hidother', '' ], [ 'app.hidothen', '42704' ];

# a column keeps the collation that it has, and the server's can be named
is_deeply($w->query(q(SELECT count(*), max(a), min(name COLLATE "C") FROM sorted, own WHERE a < 'x'))->{errors}, [], 'a column is compared by its own collation');
is_deeply($w->query(q(SELECT name COLLATE "C", name COLLATE pg_catalog."default" FROM own ORDER BY name COLLATE "de-x-icu"))->{errors}, [], "the server's collations can be named");
is_deeply($w->query(q(INSERT INTO own (id) VALUES (7) ON CONFLICT (id int4_ops) DO NOTHING))->{errors}, [], '... and its operator classes');
unlike($w->query('SELECT a < b FROM sorted')->{errors}[0]{M} // 'none', qr/hid/, 'an error about collations names none that the agent did not');

is_deeply($w->query($_)->{errors}, [], $_) for 'SELECT id FROM own TABLESAMPLE bernoulli (50)', 'COPY own (name) TO STDOUT WITH (FORMAT csv, FORCE_QUOTE (name))', 'COPY open TO STDOUT WITH (FORMAT csv, FORCE_QUOTE *)',
	q(WITH own AS (SELECT 8 AS id) INSERT INTO own (id) SELECT id FROM own WHERE id < 8), q(WITH own AS (SELECT 8 AS id) UPDATE own SET name = 'x' WHERE id = 8),
	q(WITH RECURSIVE r(a) AS (SELECT 1 UNION ALL SELECT a FROM r) CYCLE a SET c TO text 'x' DEFAULT text 'y' USING p SELECT a, c FROM r);

# in functions, too
is_deeply($w->query(q(SELECT counts('own'), does('SELECT count(*) FROM agentsandbox.tables')))->{errors}, [], 'a function executes what it is given');
like($w->query(q(SELECT does('SELECT 1 FROM')))->{errors}[0]{M}, qr/^syntax error at end of input/, '... and tells how the text is wrong');
is($w->query(q(SELECT does('SELECT 1 / id FROM (VALUES (0)) AS v (id)')))->{errors}[0]{M}, 'division by zero', '... and what went wrong when it was executed');
done_testing();
