# What was signed is what was read: a function, view, rule or trigger that says
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
	[ '',                           'REFRESH MATERIALIZED VIEW s.m; ANALYZE s.base; COMMENT ON VIEW s.v IS $$x$$; SET LOCAL search_path = s; SET LOCAL quote_all_identifiers = on' ],
	[ '',                           'ALTER VIEW s.v RENAME TO w; ALTER VIEW s.w RENAME TO v; ALTER TABLE s.base RENAME TO b; ALTER TABLE s.b RENAME TO base' ],
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
