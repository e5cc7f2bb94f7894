# Names of what is behind a view, rule, trigger, policy or function: errors of
# constraints, types, policies and locks, of views that cannot be updated, and the
# server's guesses at what was meant would tell them, and so would a foreign server.  What the agent itself may use keeps
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
	CREATE TABLE closed.hidgenerated (id int, hidalways int GENERATED ALWAYS AS IDENTITY, hidsum int GENERATED ALWAYS AS (id + 1) STORED);
	CREATE VIEW app.generated AS SELECT id, hidalways AS n, hidsum AS s FROM closed.hidgenerated;
	CREATE ROLE hidowner;
	GRANT USAGE ON SCHEMA app, closed TO hidowner;
	CREATE TABLE closed.hidprotected (id int PRIMARY KEY, name text);
	ALTER TABLE closed.hidprotected ENABLE ROW LEVEL SECURITY;
	CREATE POLICY hidselect ON closed.hidprotected FOR SELECT USING (true);
	GRANT SELECT, INSERT, UPDATE ON closed.hidprotected TO hidowner;
	CREATE VIEW app.protected AS SELECT * FROM closed.hidprotected;
	ALTER VIEW app.protected OWNER TO hidowner;
	CREATE TYPE closed.hidenum AS ENUM ('a');
	CREATE TYPE closed.hidrange AS RANGE (subtype = int4);
	CREATE TABLE closed.hidvalues (id int, e closed.hidenum, r closed.hidrange);
	CREATE VIEW app.enums AS SELECT 1 AS id, ''::text AS e;
	CREATE RULE enums AS ON INSERT TO app.enums DO INSTEAD INSERT INTO closed.hidvalues VALUES (NEW.id, NEW.e::closed.hidenum);
	CREATE FUNCTION app.compares(t text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = closed, pg_temp AS
	    $$ BEGIN RETURN t::hidenum = 'a'; END $$;
	CREATE FUNCTION app.internals() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
	    $$ DECLARE hidrecord record; BEGIN RETURN hidrecord.id; END $$;
	CREATE FUNCTION app.complains(t text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
	    $$ BEGIN RAISE 'there is no customer "%"', t USING ERRCODE = 'undefined_object', HINT = 'Try "Smith".'; END $$;
	GRANT EXECUTE ON FUNCTION app.compares, app.internals, app.complains TO p;
	CREATE SEQUENCE closed.hidsequence MAXVALUE 2;
	CREATE TABLE app.counted (id int DEFAULT nextval('closed.hidsequence'), name text);
	INSERT INTO app.counted VALUES (DEFAULT, 'a'), (DEFAULT, 'b');
	GRANT INSERT (name) ON app.counted TO p;
	GRANT USAGE ON SEQUENCE closed.hidsequence TO PUBLIC;
	CREATE TABLE app.parted (id int, name text) PARTITION BY LIST (id);
	CREATE TABLE closed.hidpart1 PARTITION OF app.parted FOR VALUES IN (1);
	CREATE TABLE closed.hidpart2 PARTITION OF app.parted FOR VALUES IN (2);
	CREATE FUNCTION closed.hidmoves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := 2; RETURN NEW; END $$;
	CREATE TRIGGER hidmoves BEFORE INSERT ON app.parted FOR EACH ROW EXECUTE FUNCTION closed.hidmoves();
	GRANT SELECT, INSERT ON app.parted TO p;
	GRANT SELECT, INSERT, UPDATE ON app.generated, app.protected, app.enums TO p;
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

# of the agent's own statement it is told, though the planner finds it out
refused($c, 'SELECT 1 FROM grouped FOR UPDATE', qr/0A000: FOR UPDATE is not allowed with aggregate functions/, 'rows of a view that cannot be locked');

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
tells_nothing('INSERT INTO generated VALUES (1, 2)', '428C9');
tells_nothing('INSERT INTO generated VALUES (1, DEFAULT, 2)', '428C9');
tells_nothing('UPDATE generated SET n = 1', '428C9');
tells_nothing('UPDATE generated SET s = 1', '428C9');
tells_nothing("INSERT INTO protected VALUES (1, 'b')", '42501');
tells_nothing("INSERT INTO enums VALUES (1, 'zz')", '22P02');
tells_nothing("SELECT compares('zz')", '22P02');
tells_nothing('SELECT internals()', '55000');
tells_nothing('PREPARE a (int) AS SELECT $1; EXECUTE a(internals())', '55000');
tells_nothing("INSERT INTO counted (name) VALUES ('c')", '2200H');
tells_nothing("INSERT INTO parted VALUES (1, 'b')", '0A000');
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

# what a function's own statements define, drop and look for; notices, too
sql(<<~'SQL');
	GRANT CREATE ON SCHEMA closed TO hidowner;
	CREATE TYPE closed.hidkind AS ENUM ('a');
	CREATE DOMAIN closed.hidscale AS int;
	CREATE TABLE closed.hidkinds (a closed.hidkind);
	REVOKE USAGE ON TYPE closed.hidkind FROM PUBLIC;
	SQL
my $n = 0;
for (
	[ 'DROP TABLE closed.hidden', '2BP01' ],
	[ 'DROP TABLE closed.hidden CASCADE; RAISE SQLSTATE $$12345$$', '12345' ],
	[ 'DROP FUNCTION IF EXISTS closed.hidnothing(int); RAISE SQLSTATE $$12345$$', '12345' ],
	[ 'PERFORM closed.hidnothing(1)', '42883' ],
	[ 'CREATE TRIGGER hidtrigger BEFORE INSERT ON closed.hidden EXECUTE FUNCTION closed.hidnothing()', '42883' ],
	[ 'CREATE OR REPLACE FUNCTION closed.hidmoves() RETURNS int LANGUAGE sql AS $$SELECT 1$$', '42P13' ],
	[ 'ALTER TABLE closed.hidden ALTER COLUMN hidname TYPE int', qr/42804/ ],
	[ 'ALTER TABLE closed.hidden ADD COLUMN a int', '42501', 'hidowner' ],
	[ 'TRUNCATE closed.hidden', '42501', 'hidowner' ],
	[ 'ALTER TYPE closed.hidkind ADD VALUE $$b$$', '42501', 'hidowner' ],
	[ 'DROP DOMAIN closed.hidscale', '42501', 'hidowner' ],
	[ 'DROP TYPE closed.hidkind', '2BP01' ],
	[ 'DROP TYPE closed.hidkind CASCADE; RAISE SQLSTATE $$12345$$', '12345' ],
	[ 'CREATE TABLE closed.hidnew (a closed.hidkind)', '42501', 'hidowner' ],
	[ 'PERFORM 1::closed.hidkind', '42846' ],
	[ 'ALTER SEQUENCE closed.hidsequence OWNED BY closed.hidden.hidgone', '42703' ],
	[ 'COMMENT ON SCHEMA closed IS $$x$$', '42501', 'hidowner' ],
	[ 'ALTER SEQUENCE closed.hidsequence RESTART', '42501', 'hidowner' ])
{
	my ($statement, $state, $owner) = @$_;
	$n++;
	sql("CREATE FUNCTION app.defines$n() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS \$f\$ BEGIN $statement; END \$f\$;
		ALTER FUNCTION app.defines$n() OWNER TO " . ($owner // 'postgres') . "; GRANT EXECUTE ON FUNCTION app.defines$n() TO p");
	tells_nothing("SELECT defines$n()", $state);
}
like(refused($c, 'SELECT ARRAY[point(1, 2)] = ARRAY[point(1, 2)]', '42883', 'a type of the server'), qr/type point/, '... keeps its name');

# what is no name of the catalog's, or was worded by whoever wrote a function, is told
my $said = refused($c, "SELECT complains('Jones')", '42704', "a function's own error");
like($said, qr/there is no customer "Jones"/, '... says what it says');
like($said, qr/Try "Smith"/, '... hint included');
like(refused($c, "SELECT (name || 'b')::int FROM own", '22P02', 'a value'), qr/type integer: "ab"/, '... is told');
like(refused($c, "SELECT to_tsquery('a b')", '42601', 'one that is parsed'), qr/in tsquery: "a b"/, '... is told');
like(refused($c, 'BEGIN; ROLLBACK TO there', '3B001', 'a savepoint'), qr/savepoint "there" does not exist/, '... is told');
like(refused($c, 'FETCH there', '34000', 'a cursor'), qr/cursor "there" does not exist/, '... is told');
like(refused($c, 'DEALLOCATE there', '26000', 'a prepared statement'), qr/prepared statement "there" does not exist/, '... is told');
done_testing();
