# A row that does not fit into an index: the server's error says where in the
# table it was put, and so how many rows others have inserted, names what lies
# behind a view, and tells how long columns are that one cannot read.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app');
	CREATE SCHEMA app;
	CREATE SCHEMA closed;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TABLE app.shared (rep int, v text, words text[]);
	CREATE INDEX ON app.shared (v);
	CREATE INDEX ON app.shared USING gin (words);
	SELECT agentsandbox.protect('app.shared', 'rep', 'rep');
	CREATE TABLE closed.hidden (v text);
	CREATE INDEX hidden_index ON closed.hidden (v);
	CREATE VIEW app.through AS SELECT * FROM closed.hidden;
	CREATE TABLE app.partly (v text, hidden text DEFAULT repeat('x', 9));
	CREATE INDEX ON app.partly (v, hidden);
	ALTER TABLE app.partly ALTER hidden SET STORAGE PLAIN;
	GRANT INSERT (v) ON app.partly TO p;
	GRANT SELECT, INSERT ON app.shared, app.through TO p;
	SQL
my $c = open_conversation('p', '{"rep": 1}');
my $long = q((SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 120)));

for ("INSERT INTO shared (rep, v) VALUES (1, $long)", "INSERT INTO shared (rep, words) VALUES (1, ARRAY[$long])", "INSERT INTO through VALUES ($long)", "INSERT INTO partly (v) VALUES ($long)")
{
	my $error = refused($c, $_, '54000', 'too long for an index');
	like($error, qr/index row size \.\.\. exceeds/, '... which is told');
	unlike($error, qr/references tuple|hidden/, '... but neither where the row is, nor of what one cannot reach');
}

sql(q(ALTER TABLE app.partly ALTER hidden SET DEFAULT repeat('x', 9000)));
like(refused($c, q(INSERT INTO partly (v) VALUES ('a')), '54000', 'a row that does not fit into a page'), qr/row is too big: size \.\.\., maximum size/, '... whose size is not told either');
done_testing();
