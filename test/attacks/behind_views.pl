# Names of what is behind a view, rule, trigger or function: errors of constraints,
# of views that cannot be updated, and the server's guesses at what was meant would
# tell them, and so would a foreign server.  What the agent itself may use keeps
# its name.
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
	CREATE TABLE app.keyed (id int CONSTRAINT keyed_key UNIQUE, name text, ssn text DEFAULT 'x' CONSTRAINT hidssn UNIQUE, CONSTRAINT hidboth CHECK (id < 1000 OR ssn IS NULL));
	CREATE UNIQUE INDEX hidlower ON app.keyed (lower(ssn || name));
	GRANT SELECT (id, name), INSERT (id, name) ON app.keyed TO p;
	CREATE EXTENSION file_fdw;
	CREATE SERVER hidserver FOREIGN DATA WRAPPER file_fdw;
	CREATE FOREIGN TABLE app.far (a text) SERVER hidserver OPTIONS (filename '/nowhere/hidfile');
	GRANT SELECT ON app.far TO p;
	CREATE FUNCTION app.sorted(by text) RETURNS SETOF int LANGUAGE plpgsql SECURITY DEFINER SET search_path = closed, pg_temp AS
	    $$ BEGIN RETURN QUERY EXECUTE format('SELECT id FROM hidden ORDER BY %I', by); END $$;
	GRANT EXECUTE ON FUNCTION app.sorted TO p;
	GRANT SELECT, INSERT, UPDATE, DELETE ON app.v, app.v2, app.checked, app.grouped, app.mat, app.ruled TO p;
	SQL
my $c = open_conversation('p');

# a foreign server, and some that cannot be reached
sql(<<~"SQL");
	CREATE ROLE hiduser LOGIN PASSWORD 'hidsecret';
	CREATE DATABASE hidbase;
	CREATE EXTENSION postgres_fdw;
	CREATE EXTENSION dblink;
	CREATE SERVER hidfar FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$ENV{PGHOST}', port '$ENV{PGPORT}', dbname 'hidbase');
	CREATE SERVER hidnobase FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$ENV{PGHOST}', port '$ENV{PGPORT}', dbname 'hidnobase');
	CREATE SERVER hiddead FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nowhere/hidhost', port '$ENV{PGPORT}', dbname 'hidbase');
	CREATE SERVER hidunmapped FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$ENV{PGHOST}', port '$ENV{PGPORT}', dbname 'hidbase');
	CREATE USER MAPPING FOR PUBLIC SERVER hidfar OPTIONS (user 'hiduser', password 'hidsecret');
	CREATE USER MAPPING FOR PUBLIC SERVER hidnobase OPTIONS (user 'hiduser', password 'hidsecret');
	CREATE USER MAPPING FOR PUBLIC SERVER hiddead OPTIONS (user 'hiduser', password 'hidsecret');
	CREATE FOREIGN TABLE app.remote (id int, name text OPTIONS (column_name 'hidname')) SERVER hidfar OPTIONS (schema_name 'public', table_name 'hidden');
	CREATE FOREIGN TABLE app.remote_gone (id int) SERVER hidfar OPTIONS (schema_name 'public', table_name 'hidgone');
	CREATE FOREIGN TABLE app.remote_column (id int, hidgone int) SERVER hidfar OPTIONS (schema_name 'public', table_name 'hidden');
	CREATE FOREIGN TABLE app.remote_view (id int) SERVER hidfar OPTIONS (schema_name 'public', table_name 'hidview');
	CREATE FOREIGN TABLE app.nobase (id int) SERVER hidnobase;
	CREATE FOREIGN TABLE app.dead (id int) SERVER hiddead;
	CREATE FOREIGN TABLE app.unmapped (id int) SERVER hidunmapped;
	GRANT SELECT, INSERT, UPDATE ON app.remote, app.remote_gone, app.remote_column, app.remote_view, app.nobase, app.dead, app.unmapped TO p;
	CREATE FUNCTION app.linked() RETURNS SETOF int LANGUAGE sql SECURITY DEFINER AS
	    \$\$SELECT * FROM public.dblink('dbname=hidbase', 'SELECT id FROM hidgone') AS r (id int)\$\$;
	GRANT EXECUTE ON FUNCTION app.linked() TO p;
	\\c hidbase
	CREATE TABLE hidden (id int CONSTRAINT hidkey PRIMARY KEY, hidname text CONSTRAINT hidcheck CHECK (hidname <> 'bad'));
	INSERT INTO hidden VALUES (1, 'hidvalue');
	CREATE FUNCTION hidtrigger() RETURNS trigger LANGUAGE plpgsql AS
	    \$\$BEGIN IF NEW.id > 90 THEN RAISE 'hid: %', OLD USING HINT = 'hidhint', DETAIL = 'hiddetail'; END IF; RETURN NEW; END\$\$;
	CREATE TRIGGER hidtrigger BEFORE UPDATE ON hidden FOR EACH ROW EXECUTE FUNCTION hidtrigger();
	CREATE VIEW hidview AS SELECT hidname::int AS id FROM hidden;
	GRANT SELECT, INSERT, UPDATE ON hidden, hidview TO hiduser;
	GRANT USAGE ON SCHEMA public TO hiduser;
	SQL

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
tells_nothing("SELECT * FROM sorted('idname')", '42703');
tells_nothing("INSERT INTO own (id, name) SELECT 2, 'b' FROM v WHERE id / 0 = 1", '22012');

is(sql_as($c, 'SELECT * FROM remote'), '1|hidvalue', 'a foreign table is read');
is(sql_as($c, "INSERT INTO remote VALUES (2, 'b'); UPDATE remote SET name = 'c' WHERE id = 2 RETURNING name"), 'c', '... and written');
tells_nothing("INSERT INTO remote VALUES (1, 'b')", '23505');
tells_nothing("INSERT INTO remote VALUES (3, 'bad')", '23514');
tells_nothing('UPDATE remote SET id = 99', 'P0001');
tells_nothing('SELECT * FROM remote_gone', '42P01');
tells_nothing('SELECT * FROM remote_column', '42703');
tells_nothing('SELECT * FROM remote_view', '22P02');
tells_nothing('SELECT * FROM nobase', '08001');
tells_nothing('SELECT * FROM dead', '08001');
tells_nothing('SELECT * FROM unmapped', '42704');
tells_nothing('SELECT linked()', '42P01');
like(server_log(), qr/a foreign server reported an error\n[^\n]*DETAIL:  relation "public\.hidgone" does not exist/, '... but the server log');

like(refused($c, "INSERT INTO own (id, name) VALUES (1, 'b')", '23505', 'a key of a table of its own'), qr/"own_pkey"/, '... keeps its name');
like(refused($c, "INSERT INTO own (id, name) VALUES (2, 'bad')", '23514', 'a check of it'), qr/"own_name"/, '... keeps its name');
like(refused($c, "INSERT INTO keyed VALUES (1, 'a'); INSERT INTO keyed VALUES (2, 'b')", '23505', 'a key of a column that it does not know'), qr/violates a unique constraint/, '... has none');
tells_nothing('INSERT INTO keyed (id) VALUES (2000)', '23514');
sql("ALTER TABLE app.keyed DROP CONSTRAINT hidssn");
tells_nothing("INSERT INTO keyed VALUES (4, 'a'); INSERT INTO keyed VALUES (5, 'a')", '23505');
like(refused($c, "INSERT INTO keyed VALUES (6, 'c'); INSERT INTO keyed VALUES (6, 'd')", '23505', 'one of what it knows'), qr/"keyed_key"/, '... keeps its name');
like(refused($c, 'INSERT INTO own (id, name) VALUES (2, NULL)', '23502', 'a column of it'), qr/column "name" of relation "own"/, '... keeps its name');
done_testing();
