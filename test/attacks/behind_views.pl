# Names of what is behind a view, rule or trigger: errors of constraints and of
# views that cannot be updated would tell them.  What the agent itself may use
# keeps its name.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app');
	CREATE SCHEMA app;
	CREATE SCHEMA closed;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TABLE app.own (id int PRIMARY KEY, name text NOT NULL CONSTRAINT own_name CHECK (name <> 'bad'), hidcol text NOT NULL DEFAULT 'x');
	GRANT SELECT (id, name), INSERT (id, name), UPDATE (name) ON app.own TO p;
	CREATE DOMAIN closed.hiddom AS text CONSTRAINT hidcheck CHECK (VALUE <> 'worse');
	CREATE TABLE closed.hidden (id int CONSTRAINT hidkey PRIMARY KEY, hidname text NOT NULL CONSTRAINT hidcon CHECK (hidname <> 'bad'),
	    refers int CONSTRAINT hidref REFERENCES app.own, range int4range, CONSTRAINT hidexcl EXCLUDE USING gist (range WITH &&));
	CREATE TABLE app.hidden (id int CONSTRAINT hidkey2 PRIMARY KEY, name text NOT NULL);
	CREATE TABLE closed.hidtyped (id int, d closed.hiddom);
	INSERT INTO app.own VALUES (1, 'a');
	INSERT INTO closed.hidden VALUES (1, 'a', NULL, '[1,3)');
	INSERT INTO app.hidden VALUES (1, 'a');
	CREATE VIEW app.v AS SELECT id, hidname AS name, refers, range FROM closed.hidden;
	CREATE VIEW app.v2 AS SELECT * FROM app.hidden;
	CREATE VIEW closed.hidview AS SELECT id, name FROM app.hidden WHERE id < 1000 WITH CASCADED CHECK OPTION;
	CREATE VIEW app.checked AS SELECT * FROM closed.hidview;
	CREATE VIEW closed.hidgrouped AS SELECT max(id) AS id FROM app.hidden;
	CREATE VIEW app.grouped AS SELECT * FROM closed.hidgrouped;
	CREATE MATERIALIZED VIEW closed.hidmat AS SELECT 1 AS id WITH NO DATA;
	CREATE VIEW app.mat AS SELECT * FROM closed.hidmat;
	CREATE VIEW app.ruled AS SELECT 1 AS id, ''::text AS d;
	CREATE RULE ruled AS ON INSERT TO app.ruled DO INSTEAD INSERT INTO closed.hidtyped VALUES (NEW.id, NEW.d);
	CREATE EXTENSION file_fdw;
	CREATE SERVER hidserver FOREIGN DATA WRAPPER file_fdw;
	CREATE FOREIGN TABLE app.far (a text) SERVER hidserver OPTIONS (filename '/nowhere/hidfile');
	GRANT SELECT ON app.far TO p;
	GRANT SELECT, INSERT, UPDATE, DELETE ON app.v, app.v2, app.checked, app.grouped, app.mat, app.ruled TO p;
	SQL
my $c = open_conversation('p');

sub tells_nothing
{
	my ($statement, $state) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $error = refused($c, $statement, $state, "refused: $statement");
	return unlike($error =~ s/^LINE.*//msr, qr/hid/, '... and tells no name');
}

tells_nothing("INSERT INTO v VALUES (2, 'bad')", '23514');
tells_nothing('INSERT INTO v VALUES (2, NULL)', '23502');
tells_nothing("INSERT INTO v VALUES (1, 'b')", '23505');
tells_nothing("INSERT INTO v VALUES (2, 'b', 99)", '23503');
tells_nothing("INSERT INTO v VALUES (2, 'b', 1, '[2,4)')", '23P01');
tells_nothing("UPDATE v SET id = NULL", '23502');
tells_nothing("INSERT INTO v2 VALUES (1, 'b')", '23505');
tells_nothing("INSERT INTO checked VALUES (1000, 'b')", '44000');
tells_nothing('INSERT INTO grouped VALUES (1)', '55000');
tells_nothing('SELECT * FROM mat', '55000');
tells_nothing("INSERT INTO ruled VALUES (1, 'worse')", '23514');
tells_nothing('SELECT * FROM far', '58P01');
tells_nothing("INSERT INTO own (id, name) SELECT 2, 'b' FROM v WHERE id / 0 = 1", '22012');

like(refused($c, "INSERT INTO own (id, name) VALUES (1, 'b')", '23505', 'a key of a table of its own'), qr/"own_pkey"/, '... keeps its name');
like(refused($c, "INSERT INTO own (id, name) VALUES (2, 'bad')", '23514', 'a check of it'), qr/"own_name"/, '... keeps its name');
like(refused($c, 'INSERT INTO own (id, name) VALUES (2, NULL)', '23502', 'a column of it'), qr/column "name" of relation "own"/, '... keeps its name');
done_testing();
