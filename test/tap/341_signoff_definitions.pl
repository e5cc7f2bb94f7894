# What was signed is what was read: a function, relation or type that says
# something else is drift, though the same things can be reached; what says the
# same is none, also after a dump.
use strict;
use warnings;

use AgentSandbox;
use File::Temp ();
use Test::More;

sql(<<'SQL');
SELECT agentsandbox.create_profile('agent', require_accepted_surface => true);
CREATE SCHEMA s;
GRANT USAGE ON SCHEMA s TO agent;
CREATE TABLE s.base (a int, kind text, secret text);
CREATE TABLE s.log (a int);
CREATE FUNCTION s.definer(int DEFAULT 1) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN $1; END';
CREATE FUNCTION s.atomic(int) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT secret FROM s.base WHERE a = $1 AND kind IN ('a', 'b'); END;
CREATE FUNCTION s.asked(int) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS 'BEGIN RETURN $1 = 1; END';
CREATE FUNCTION s.fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE s.t (a int);
ALTER TABLE s.t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON s.t USING (s.asked(a));
CREATE TRIGGER fired BEFORE INSERT ON s.t FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION s.fired();
CREATE RULE noted AS ON DELETE TO s.t DO ALSO DELETE FROM s.log WHERE s.log.a = OLD.a;
CREATE VIEW s.inner_v AS SELECT a, kind FROM s.base WHERE a < 10 AND kind IN ('a', 'b') WITH CHECK OPTION;
CREATE VIEW s.v WITH (security_barrier) AS SELECT a FROM s.inner_v;
CREATE MATERIALIZED VIEW s.m AS SELECT a FROM s.base WHERE a < 5;
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER far FOREIGN DATA WRAPPER w OPTIONS (host 'one');
CREATE FOREIGN TABLE s.ft (a int) SERVER far OPTIONS (name 'x');
CREATE AGGREGATE s.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE TYPE s.size AS ENUM ('small', 'large');
CREATE DOMAIN s.score AS numeric(6,2) DEFAULT 1 CHECK (VALUE < 100);
CREATE DOMAIN s.low AS s.score CHECK (VALUE < 10);
CREATE DOMAIN s.hidden AS int CHECK (VALUE < 10);
CREATE FUNCTION s.checks(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE DOMAIN s.part AS int CHECK (s.checks(VALUE));
CREATE TYPE s.pair AS (a int, b s.part);
CREATE TABLE s.other (id int PRIMARY KEY);
CREATE TABLE s.w (id int DEFAULT 1 NOT NULL, n int GENERATED ALWAYS AS (id + 1) STORED, kind varchar(5) DEFAULT 'x' CHECK (kind > 'a'), at date DEFAULT '2026-02-01',
    price money CHECK (price < '1000.50'), size s.size, score s.low, pair s.pair, ref int CONSTRAINT ref REFERENCES s.other ON DELETE CASCADE, free text,
    CONSTRAINT together CHECK (id < n));
CREATE UNIQUE INDEX w_id ON s.w (id) WHERE id > 0;
CREATE TABLE s.p (a int, b int) PARTITION BY RANGE (a);
CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (1) TO (10);
CREATE TABLE s.read (a int DEFAULT 1 CHECK (a > 0) NOT NULL, t text, n int GENERATED ALWAYS AS (a + 1) STORED);
CREATE FUNCTION s.hides(int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT $1::s.hidden::int; END;
CREATE FUNCTION s.apart(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE TYPE s.words AS RANGE (subtype = text, collation = "C");
CREATE TYPE s.far AS RANGE (subtype = float8, subtype_diff = s.apart);
CREATE TABLE s.ranged (r s.words, f s.far);
GRANT SELECT ON s.ranged TO agent;
GRANT SELECT, INSERT ON s.w TO agent;
GRANT INSERT ON s.p TO agent;
GRANT SELECT ON s.read TO agent;
GRANT EXECUTE ON FUNCTION s.total, s.hides TO agent;
GRANT SELECT, INSERT, DELETE ON s.t TO agent;
GRANT SELECT ON s.v, s.m, s.ft TO agent;
GRANT EXECUTE ON FUNCTION s.definer, s.atomic TO agent;
SQL
sql("SELECT agentsandbox.accept_surface('agent')");

# What drifts by a change that is taken back
sub drift_of
{
	my ($change) = @_;
	return sql("BEGIN; $change; SELECT string_agg(DISTINCT change || ' ' || identity, ', ') FROM agentsandbox.surface_drift('agent'); ROLLBACK");
}

my $definer = 'CREATE OR REPLACE FUNCTION s.definer(int DEFAULT 1) RETURNS text LANGUAGE plpgsql SECURITY DEFINER';
for my $case (
	[ 'changed s.definer(integer)', "$definer SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN (SELECT string_agg(secret, '''') FROM s.base); END'" ],
	[ 'changed s.definer(integer)', 'ALTER FUNCTION s.definer RESET search_path' ],
	[ 'changed s.definer(integer)', 'ALTER FUNCTION s.definer SET search_path = s' ],
	[ 'changed s.atomic(integer)',  'CREATE OR REPLACE FUNCTION s.atomic(int) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT secret FROM s.base WHERE a > $1; END' ],
	[ 'changed s.asked(integer)',   "CREATE OR REPLACE FUNCTION s.asked(int) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS 'BEGIN RETURN true; END'" ],
	[ 'changed s.fired()',          "CREATE OR REPLACE FUNCTION s.fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'" ],
	[ 'changed s.t',                'CREATE OR REPLACE TRIGGER fired BEFORE INSERT ON s.t FOR EACH ROW WHEN (NEW.a > 1) EXECUTE FUNCTION s.fired()' ],
	[ 'changed s.t',                'CREATE OR REPLACE RULE noted AS ON DELETE TO s.t DO ALSO DELETE FROM s.log WHERE s.log.a >= OLD.a' ],
	[ 'changed s.v',                'CREATE OR REPLACE VIEW s.v WITH (security_barrier) AS SELECT a FROM s.inner_v WHERE a > 0' ],
	[ 'changed s.v',                'ALTER VIEW s.v RESET (security_barrier)' ],
	[ 'changed s.inner_v',          'CREATE OR REPLACE VIEW s.inner_v AS SELECT a, kind FROM s.base WITH CHECK OPTION' ],
	[ 'changed s.inner_v',          'ALTER VIEW s.inner_v RESET (check_option)' ],
	[ 'changed s.m',                'DROP MATERIALIZED VIEW s.m; CREATE MATERIALIZED VIEW s.m AS SELECT a FROM s.base; GRANT SELECT ON s.m TO agent' ],
	[ 'changed s.ft',               "ALTER SERVER far OPTIONS (SET host 'two')" ],
	[ 'changed s.ft',               "ALTER FOREIGN TABLE s.ft OPTIONS (SET name 'y')" ],
	[ 'changed s.ft',               "ALTER FOREIGN DATA WRAPPER w OPTIONS (ADD x 'y')" ],
	[ 'changed s.ft',               "ALTER FOREIGN TABLE s.ft ALTER a OPTIONS (ADD column_name 'secret')" ],
	[ 'changed s.total(integer)',   "CREATE OR REPLACE AGGREGATE s.total(int) (SFUNC = int4mi, STYPE = int, INITCOND = '0')" ],
	[ 'changed s.total(integer)',   "CREATE OR REPLACE AGGREGATE s.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '7')" ],
	[ 'changed s.size',             "ALTER TYPE s.size RENAME VALUE 'large' TO 'huge'" ],
	[ 'changed s.low',              'ALTER DOMAIN s.low ADD CHECK (VALUE > 0)' ],
	[ 'changed s.low, changed s.score', 'ALTER DOMAIN s.score SET DEFAULT 2' ],
	[ 'changed s.low, changed s.score', 'ALTER DOMAIN s.score SET NOT NULL' ],
	[ 'changed s.hidden',           'ALTER DOMAIN s.hidden DROP CONSTRAINT hidden_check' ],
	[ 'changed s.w',                'ALTER TABLE s.w ALTER id SET DEFAULT 2' ],
	[ 'changed s.w',                'ALTER TABLE s.w ALTER id DROP NOT NULL' ],
	[ 'changed s.w',                'ALTER TABLE s.w DROP CONSTRAINT w_kind_check' ],
	[ 'changed s.w',                'ALTER TABLE s.w DROP CONSTRAINT together, ADD CONSTRAINT together CHECK (id < n + 1)' ],
	[ 'changed s.w',                "ALTER TABLE s.w ALTER at SET DEFAULT '2026-01-02'" ],
	[ 'changed s.w',                'ALTER TABLE s.w DROP CONSTRAINT ref, ADD CONSTRAINT ref FOREIGN KEY (ref) REFERENCES s.other ON DELETE SET NULL' ],
	[ 'changed s.w',                'DROP INDEX s.w_id; CREATE UNIQUE INDEX w_id ON s.w (id) WHERE id > 1' ],
	[ 'changed s.w',                'CREATE UNIQUE INDEX more ON s.w (free)' ],
	[ 'changed s.w.n',              'ALTER TABLE s.w ALTER n TYPE bigint' ],
	[ 'changed s.w.kind',           'ALTER TABLE s.w ALTER kind TYPE varchar(6)' ],
	[ 'changed s.w.free',           'ALTER TABLE s.w ALTER free TYPE text COLLATE "C"' ],
	[ 'changed s.checks(integer)',  "CREATE OR REPLACE FUNCTION s.checks(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN false; END'" ],
	[ 'changed s.pair',             'ALTER TYPE s.pair RENAME ATTRIBUTE a TO c' ],
	[ 'changed s.words', 'ALTER TABLE s.ranged DROP r; DROP TYPE s.words; CREATE TYPE s.words AS RANGE (subtype = text, collation = "POSIX"); ALTER TABLE s.ranged ADD r s.words' ],
	[ 'changed s.words', 'ALTER TABLE s.ranged DROP r; DROP TYPE s.words; CREATE TYPE s.words AS RANGE (subtype = text, collation = "C", subtype_opclass = text_pattern_ops); ALTER TABLE s.ranged ADD r s.words' ],
	[ 'changed s.apart(double precision,double precision)', "CREATE OR REPLACE FUNCTION s.apart(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT 0.0'" ],
	[ 'changed s.p, changed s.p1',  'ALTER TABLE s.p ALTER b SET DEFAULT 1' ],
	[ 'changed s.p1',               'ALTER TABLE s.p DETACH PARTITION s.p1; ALTER TABLE s.p ATTACH PARTITION s.p1 FOR VALUES FROM (1) TO (20)' ],
	[ 'changed s.read.t',           'ALTER TABLE s.read ALTER t TYPE varchar(3)' ],
	[ 'changed s.read',             'ALTER TABLE s.read DROP n, ADD n int GENERATED ALWAYS AS (a + 2) STORED' ],
	# of those who but read
	[ '',                           'ALTER TABLE s.read ALTER a DROP NOT NULL, ALTER a SET DEFAULT 2, DROP CONSTRAINT read_a_check' ],
	[ '',                           'CREATE INDEX ON s.w (kind); ALTER TABLE s.w SET (fillfactor = 50), ALTER kind SET STATISTICS 7, ALTER free SET STORAGE EXTERNAL; CREATE STATISTICS s.st ON id, ref FROM s.w; ANALYZE s.w' ],
	[ '',                           'SET LOCAL datestyle = german; SET LOCAL intervalstyle = iso_8601; SET LOCAL timezone = "Asia/Tokyo"; SET LOCAL search_path = s, public' ],
	[ '',                           'ALTER TABLE s.w RENAME kind TO k; ALTER TABLE s.w RENAME k TO kind; ALTER DOMAIN s.low RENAME TO l; ALTER DOMAIN s.l RENAME TO low; COMMENT ON DOMAIN s.low IS $$x$$' ],
	[ '',                           'REFRESH MATERIALIZED VIEW s.m; ANALYZE s.base; COMMENT ON VIEW s.v IS $$x$$; SET LOCAL search_path = s; SET LOCAL quote_all_identifiers = on' ],
	[ '',                           'ALTER VIEW s.v RENAME TO x; ALTER VIEW s.x RENAME TO v; ALTER TABLE s.base RENAME TO b; ALTER TABLE s.b RENAME TO base' ],
	[ '',                           "DROP FUNCTION s.definer; $definer SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN \$1; END'; GRANT EXECUTE ON FUNCTION s.definer TO agent" ])
{
	is(drift_of($case->[1]), $case->[0], $case->[1]);
}

# what is read leaves no lock behind
is(sql(q{BEGIN; SELECT count(*) > 0 FROM agentsandbox.surface('agent'); SELECT count(*) FROM pg_locks WHERE relation = 's.base'::regclass; COMMIT}),
	"t\n0", 'no lock of what views read');

my $dump = File::Temp->new;
is(system('pg_dump', '-Fc', '-f', "$dump", $ENV{PGDATABASE}), 0, 'dumped');
psql(conninfo(undef, dbname => 'postgres'), "DROP DATABASE $ENV{PGDATABASE} WITH (FORCE);\nCREATE DATABASE $ENV{PGDATABASE} TEMPLATE template0;");
is(system('pg_restore', '--exit-on-error', '-d', $ENV{PGDATABASE}, "$dump"), 0, 'restored');
is(sql("SELECT * FROM agentsandbox.surface_drift('agent')"), '', 'no drift after a dump');
is(sql("SELECT count(conversation) FROM agentsandbox.open_conversation('agent')"), '1', 'a conversation opens');
done_testing();
