# A row that does not fit into an index: the server's error says where in the
# table it was put, and so how many rows others have inserted, and names what
# lies behind a view.
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
	GRANT SELECT, INSERT ON app.shared, app.through TO p;
	SQL
my $c = open_conversation('p', '{"rep": 1}');
my $long = q((SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 120)));

for ("INSERT INTO shared (rep, v) VALUES (1, $long)", "INSERT INTO shared (rep, words) VALUES (1, ARRAY[$long])", "INSERT INTO through VALUES ($long)")
{
	my $error = refused($c, $_, '54000', 'too long for an index');
	like($error, qr/index row size \d+ exceeds/, '... which is told');
	unlike($error, qr/references tuple|hidden/, '... but neither where the row is, nor of what one cannot reach');
}
done_testing();
