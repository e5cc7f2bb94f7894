# Columns that a statement means without naming them: what the server says of
# them would tell the names, types and number of those that are hidden.  Two
# tables are alike but for what is hidden, and so must the answers be.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app', allow_copy => true);
	CREATE SCHEMA app;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TYPE app.hidtype AS ENUM ('a');
	CREATE TABLE app.one (id int PRIMARY KEY, name text, hidone text CONSTRAINT hidone_key UNIQUE, rank int);
	CREATE TABLE app.two (id int PRIMARY KEY, name text, hidtwo app.hidtype, hidfour json, hidfive int);
	CREATE TABLE app.open (id int PRIMARY KEY, name text);
	GRANT SELECT (id, name), INSERT (id, name), UPDATE (name) ON app.one, app.two TO p;
	GRANT SELECT, INSERT, UPDATE, DELETE ON app.open TO p;
	SQL
my $w = Wire->connect(open_conversation('p'));

sub answer
{
	my ($query, $table) = @_;
	my $r = $w->query($query =~ s/%s/$table/gr);
	$w->copy_fail if $r->{types} =~ /G/;
	my $said = join ' ', $r->{types}, map { my $e = $_; map { "$_=$e->{$_}" } sort keys %$e } @{ $r->{errors} };
	return $said =~ s/\b$table\b/TABLE/gr;
}

my @queries = (
	# all of a table
	'SELECT * FROM %s', 'TABLE %s', 'SELECT %s.* FROM %s', 'SELECT o.* FROM %s o', 'SELECT *, count(*) FROM %s', 'SELECT * FROM %s GROUP BY 1, 2', 'SELECT o.* FROM %s o GROUP BY id, name',
	'SELECT * FROM %s UNION SELECT 1', q{SELECT * FROM %s UNION SELECT 1, 'a', true, 1}, q{SELECT 1, 'a', 1, true UNION SELECT * FROM %s}, 'SELECT DISTINCT * FROM %s', 'SELECT * FROM %s ORDER BY 4', 'SELECT * FROM %s ORDER BY 5',
	'SELECT * FROM %s GROUP BY 1, 2, 3, 4', 'SELECT * FROM (SELECT * FROM %s) s GROUP BY 1', 'WITH s AS (SELECT * FROM %s) SELECT nosuch FROM s', 'SELECT * FROM open, %s GROUP BY 1, 2, 3, 4', 'SELECT * FROM open JOIN %s USING (id) GROUP BY id',
	q{SELECT ROW(t.*) = ROW(1, 'a', true, 1) FROM %s t}, 'SELECT (1, 2, 3) IN (SELECT * FROM %s)', 'SELECT (SELECT * FROM %s)', q{SELECT (1, 'a', true, 1) = (SELECT * FROM %s)}, 'SELECT ARRAY(SELECT * FROM %s)', 'INSERT INTO open SELECT * FROM %s',
	'INSERT INTO open (id, name) SELECT * FROM %s', 'UPDATE open SET (id, name) = (SELECT * FROM %s)', 'SELECT s.c + true FROM (SELECT * FROM %s) s (a, b, c)', 'COPY (SELECT *, count(*) FROM %s) TO STDOUT',
	'INSERT INTO %s (id) VALUES (1) RETURNING *, nosuch', 'UPDATE %s SET name = 1 RETURNING *', q{UPDATE %s SET name = 'a' FROM open RETURNING *, 1 + true}, 'DELETE FROM open USING %s RETURNING *, 1 + true',
	# a row
	'SELECT t FROM %s t', 'SELECT %s FROM %s', 'SELECT (t).nosuch FROM %s t', 'SELECT (t).hidone FROM %s t', 'SELECT (t).hidtwo + true FROM %s t', 'SELECT hidone(t) FROM %s t', 'SELECT rank(t) FROM %s t', 'SELECT t = ROW(1, true) FROM %s t', 'SELECT t.t FROM %s t', 'SELECT count(t) FROM %s t GROUP BY t',
	# columns by their place
	'SELECT c + true FROM %s t (a, b, c)', 'SELECT max(c) FROM %s t (a, b, c) GROUP BY d', 'SELECT point(1, 2) = c FROM %s AS t (a, b, c)', 'SELECT c FROM (open o JOIN %s t USING (id)) AS x (a, b, c, d) WHERE d', 'SELECT 1 FROM %s t (a, b, c, d, e, f, g)',
	# columns that both sides of a join have
	'SELECT 1 FROM (%s a JOIN %s b ON true) NATURAL JOIN %s c (x, y)', 'SELECT 1 FROM %s a NATURAL JOIN (SELECT point(1, 2) AS hidone, point(1, 2) AS hidtwo) b', 'SELECT 1 + true FROM %s a NATURAL JOIN open',
	# columns to be written
	q{INSERT INTO %s VALUES (7, 'a', true)}, q{INSERT INTO %s VALUES (7, 'a', 'a', true)}, q{INSERT INTO %s SELECT 7, 'a', 'x', 1}, q{INSERT INTO %s VALUES (7, 'a', 'a', 1, 1, 1, 1, 1)}, q{INSERT INTO %s TABLE %s}, q{INSERT INTO %s SELECT * FROM open, open p},
	q{MERGE INTO %s USING open s ON false WHEN NOT MATCHED THEN INSERT VALUES (1, 'a', true, true)}, q{MERGE INTO %s USING open s ON false WHEN NOT MATCHED THEN INSERT VALUES (1, 'a', 'a', 1, 1, 1, 1)}, q{INSERT INTO %s VALUES (7, 'a', DEFAULT, DEFAULT, DEFAULT, DEFAULT)},
	# ... whose number a row hides
	q{INSERT INTO %s VALUES ((SELECT o FROM open o LIMIT 1).*, true)}, q{INSERT INTO %s VALUES ((SELECT o FROM open o LIMIT 1).*, 'a', true)}, q{INSERT INTO %s SELECT (SELECT o FROM open o LIMIT 1).*, true},
	q{MERGE INTO %s USING open s ON false WHEN NOT MATCHED THEN INSERT VALUES (s.*, true)}, q{MERGE INTO %s USING (SELECT 1, 'a', true, 1) s ON false WHEN NOT MATCHED THEN INSERT VALUES (s.*)},
	q{MERGE INTO %s USING open s ON false WHEN NOT MATCHED THEN INSERT VALUES ((SELECT o FROM open o).*, true)},
	# what ON CONFLICT did not insert
	(map { "INSERT INTO %s (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET $_" } '(id, name) = (SELECT * FROM (SELECT excluded.*) x)', 'name = (SELECT x.c + true FROM (SELECT excluded.*) x (a, b, c))', 'name = (SELECT 1 FROM (SELECT excluded.*) x (a, b, c, d, e))',
		'name = excluded', 'name = (excluded).nosuch', 'name = (excluded).hidtwo + true', 'name = hidone(excluded)', 'name = 1 WHERE excluded = ROW(1, true)', 'name = (SELECT 1 FROM (SELECT excluded.*) x NATURAL JOIN (SELECT point(1, 2) AS hidone, point(1, 2) AS hidtwo) y)'),
	# of a join
	'SELECT s.c + true FROM (SELECT j.* FROM (%s a CROSS JOIN open b) j) s (a, b, c)', 'SELECT j + true FROM (%s a CROSS JOIN open b) j', 'SELECT (j).nosuch FROM (%s a CROSS JOIN open b) j', 'SELECT (j).hidtwo + true FROM (%s a CROSS JOIN open b) j', 'SELECT j = ROW(1, true) FROM (%s a CROSS JOIN open b) j',
	'SELECT j.* FROM (%s a CROSS JOIN open b) j UNION SELECT 1', 'SELECT s.c + true FROM (SELECT x.* FROM ((%s a CROSS JOIN open b) j CROSS JOIN open k) x) s (a, b, c)', 'SELECT s.c + true FROM %s t, LATERAL (SELECT t.*) s (a, b, c)', 'SELECT (SELECT t FROM %s t LIMIT 1).hidtwo + true', 'SELECT ((ARRAY(SELECT t FROM %s t))[1]).hidtwo + true',
	'SELECT (t.*).hidtwo + true FROM %s t', 'SELECT (t).* + true FROM %s t', 'SELECT s.c + true FROM (SELECT (t).* FROM %s t) s (a, b, c)', 'SELECT s.c + true FROM (SELECT (SELECT t).* FROM %s t) s (a, b, c)', 'SELECT (s.t).hidtwo + true FROM (SELECT t FROM %s t) s', 'SELECT s.c + true FROM (SELECT (s.t).* FROM (SELECT t FROM %s t) s) s (a, b, c)', 'VALUES ((SELECT t FROM %s t)), (1)', 'SELECT COALESCE(t, 1) FROM %s t', 'SELECT CASE WHEN true THEN t ELSE 1 END FROM %s t', 'SELECT lag(t, 1, 1) OVER () FROM %s t', 'WITH s AS (TABLE %s) SELECT s.* FROM s UNION SELECT 1',
	# columns of a key
	'INSERT INTO %s (id) VALUES (1) ON CONFLICT ON CONSTRAINT hidone_key DO NOTHING');
for my $query (@queries)
{
	my $answer = answer($query, 'one');
	is($answer, answer($query, 'two'), $query);
	unlike($answer =~ s/function hidone|column (?:t|j|excluded)\.hid(?:one|two)|column notation \.hidtwo|"hidone_key"//gr, qr/hid|^[^E]*Z/, '... which tells nothing');
}

# what names the columns that are granted goes on, and is told what is wrong
for ([ 'SELECT id, name FROM one o', undef ], [ 'SELECT a FROM one o (a, b)', undef ], [ q{INSERT INTO one VALUES (1, 'a')}, undef ],
	[ q{INSERT INTO one VALUES (2, 'a') ON CONFLICT ON CONSTRAINT one_pkey DO NOTHING}, undef ], [ 'SELECT * FROM (SELECT id FROM one) s', undef ], [ 'SELECT count(*) FROM one', undef ], [ 'SELECT o.* FROM open o, one', undef ],
	[ 'SELECT * FROM (SELECT id FROM one) s WHERE id', 'argument of WHERE must be type boolean, not type integer' ], [ 'SELECT open.* FROM open, one WHERE open.id', 'argument of WHERE must be type boolean, not type integer' ],
	[ 'INSERT INTO one VALUES (point(1, 2))', 'column "id" is of type integer but expression is of type point' ], [ 'WITH one AS (SELECT 1 AS a) SELECT * FROM one WHERE a', 'argument of WHERE must be type boolean, not type integer' ])
{
	my ($query, $message) = @$_;
	is($w->query($query)->{errors}[0]{M}, $message, $query);
}

done_testing();
