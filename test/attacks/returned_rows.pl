# OLD and NEW, and what RETURNING WITH calls them: rows of a table without its
# name.  Two tables are alike but for what is hidden, and so must the answers be.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

plan skip_all => 'the server has no RETURNING OLD' if sql('SHOW server_version_num') < 180000;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app');
	CREATE SCHEMA app;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TYPE app.hidtype AS ENUM ('a');
	CREATE TABLE app.one (id int PRIMARY KEY, name text, hidone text, hidthree int);
	CREATE TABLE app.two (id int PRIMARY KEY, name text, hidtwo app.hidtype, hidfour json, hidfive int);
	CREATE TABLE app.open (id int PRIMARY KEY, name text);
	CREATE FUNCTION app.hidrow(app.one) RETURNS int LANGUAGE sql AS 'SELECT 1';
	INSERT INTO app.one VALUES (1, 'one', 'secret');
	INSERT INTO app.open VALUES (1, 'one');
	GRANT SELECT (id, name), INSERT (id, name), UPDATE (name), DELETE ON app.one, app.two TO p;
	GRANT SELECT, INSERT, UPDATE, DELETE ON app.open TO p;
	SQL
my $c = open_conversation('p');
my $w = Wire->connect($c);

sub answer
{
	my ($query, $table) = @_;
	my $r = $w->query($query =~ s/%s/$table/gr);
	my $said = join ' ', $r->{types}, map { my $e = $_; map { "$_=$e->{$_}" } sort keys %$e } @{ $r->{errors} };
	return $said =~ s/\b$table\b/TABLE/gr;
}

my @statements = (q{UPDATE %s SET name = 'a' WHERE false}, q{UPDATE %s AS t SET name = 'a' FROM open WHERE false}, 'DELETE FROM %s WHERE false',
	q{INSERT INTO %s (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET name = 'a'}, 'MERGE INTO %s USING open s ON false WHEN MATCHED THEN DELETE');
my @rows = ([ '', 'OLD' ], [ '', 'NEW' ], [ 'WITH (OLD AS o) ', 'o' ], [ 'WITH (OLD AS o, NEW AS "N n") ', '"N n"' ], [ 'WITH (NEW AS n) ', 'old' ]);
my @returned = ('ROW.*', 'ROW.*, nosuch', 'ROW.*, 1 + true', 'ROW', 'ROW, 1 + true', 'ROW.hidone', 'ROW.hidrow', 'ROW.hidtwo + true', '(ROW).hidone', '(ROW).hidrow', '(ROW).hidtwo + true', 'hidone(ROW)', 'hidrow(ROW)',
	'ROW = ROW(1, true)', 'ROW.ROW', 'count(ROW)', 'ROW.nosuch', '(SELECT ROW.hidone)', '(SELECT (ROW).hidrow)');
my @around = ('WITH c AS (%) SELECT * FROM c UNION SELECT 1', q{WITH c AS (%) SELECT * FROM c UNION SELECT 1, 'a', true, 1}, 'WITH c (a, b, c, d, e) AS (%) SELECT 1', 'WITH c AS (%) SELECT nosuch FROM c',
	'WITH c AS (%) SELECT hidone FROM c', 'WITH c AS (%) SELECT * FROM c GROUP BY 1, 2, 3, 4', 'WITH c AS (%) SELECT x + true FROM c AS q (a, b, x)', 'WITH c AS (%) SELECT hidthree + true FROM c');

for my $statement (@statements)
{
	for (@rows)
	{
		my ($options, $row) = @$_;
		my @queries = map { "$statement RETURNING $options" . s/\bROW\b(?!\()/$row/gr } @returned;
		push @queries, map { s/%/$statement RETURNING $options$row.*/r } @around;
		for my $query (@queries)
		{
			my $answer = answer($query, 'one');
			is($answer, answer($query, 'two'), $query);
			unlike($answer, qr/^[^E]*Z/, '... which is refused');
		}
	}
}

# what is granted is returned, and what is wrong is told
is(sql_as($c, q{UPDATE one SET name = 'uno' RETURNING OLD.name, NEW.name}), 'one|uno', 'columns before and after');
is(sql_as($c, q{UPDATE one SET name = 'eins' RETURNING WITH (OLD AS o, NEW AS n) o.name, n.name}), 'uno|eins', '... by names of their own');
is(sql_as($c, q{UPDATE open SET name = 'uno' RETURNING OLD.*, NEW}), '1|one|(1,uno)', 'rows of which all columns are granted');
is($w->query($_->[0])->{errors}[0]{M}, $_->[1], $_->[0])
  for [ q{UPDATE open SET name = 'a' RETURNING OLD.*, nosuch}, 'column "nosuch" does not exist' ], [ q{UPDATE open SET name = 'a' RETURNING OLD.nosuch}, 'column old.nosuch does not exist' ],
  [ q{UPDATE one SET name = 'a' RETURNING OLD.id, nosuch}, 'column "nosuch" does not exist' ], [ q{UPDATE one SET name = 'a' RETURNING OLD.id + true}, 'operator does not exist: integer + boolean' ];

done_testing();
