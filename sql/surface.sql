-- surface(): every kind of object that PostgreSQL has, and how it is reached.
\set SHOW_CONTEXT never
SELECT agentsandbox.create_profile('regress_surface');
CREATE ROLE regress_surface_owner;
GRANT USAGE ON SCHEMA agentsandbox TO regress_surface_owner;
GRANT EXECUTE ON FUNCTION agentsandbox.context(text), agentsandbox.context(text, anyelement) TO regress_surface_owner;
CREATE ROLE regress_surface_team;
CREATE ROLE regress_surface_base;
GRANT regress_surface_base TO regress_surface_team;
GRANT regress_surface_team TO regress_surface;
CREATE SCHEMA surf AUTHORIZATION regress_surface_owner;
CREATE SCHEMA surf_closed AUTHORIZATION regress_surface_owner;
GRANT USAGE ON SCHEMA surf TO regress_surface;
SET ROLE regress_surface_owner;
SET search_path = surf;

-- how a privilege may be given
CREATE TABLE direct (a int, b text);
CREATE TABLE by_team (a int);
CREATE TABLE by_base (a int, b int);
CREATE TABLE by_public (a int);
CREATE TABLE some_columns (a int, b int, c int);
CREATE TABLE surf_closed.no_schema (a int);
CREATE TABLE nothing (a int);
GRANT SELECT ON direct TO regress_surface;
GRANT SELECT, INSERT ON direct TO regress_surface_team;
GRANT SELECT ON by_team TO regress_surface_team;
GRANT SELECT (b) ON by_base TO regress_surface_base;
GRANT ALL ON by_public TO PUBLIC;
GRANT SELECT (a), UPDATE (b) ON some_columns TO regress_surface;
GRANT ALL ON surf_closed.no_schema TO regress_surface;

-- every kind of relation
CREATE TABLE secret (id int PRIMARY KEY, content text, note text);
CREATE VIEW plain_view AS SELECT s.content FROM secret s WHERE s.id > 0;
CREATE VIEW view_of_view AS SELECT content FROM plain_view;
CREATE VIEW invoker_view WITH (security_invoker) AS SELECT id FROM secret;
CREATE VIEW updatable AS SELECT id AS number, content FROM secret;
CREATE VIEW grouped AS SELECT count(*) AS n FROM secret;
CREATE MATERIALIZED VIEW stored AS SELECT note FROM secret;
CREATE TABLE parted (k int, v text) PARTITION BY RANGE (k);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20) PARTITION BY LIST (k);
CREATE TABLE parted_2_rest PARTITION OF parted_2 DEFAULT;
CREATE TABLE base (a int);
CREATE TABLE derived (b int) INHERITS (base);
CREATE SEQUENCE counter;
CREATE TABLE numbered (id int GENERATED ALWAYS AS IDENTITY, n int DEFAULT nextval('counter'), twice int GENERATED ALWAYS AS (n * 2) STORED);
CREATE UNLOGGED TABLE fast (a int);
GRANT SELECT ON view_of_view, invoker_view, stored, parted, base, fast TO regress_surface;
GRANT SELECT, INSERT, UPDATE, DELETE ON updatable, grouped TO regress_surface;
GRANT INSERT ON parted, numbered TO regress_surface;
GRANT USAGE, SELECT ON SEQUENCE counter TO regress_surface;
RESET ROLE;
CREATE FOREIGN DATA WRAPPER regress_surface_wrapper;
CREATE SERVER regress_surface_server FOREIGN DATA WRAPPER regress_surface_wrapper;
CREATE FOREIGN TABLE outside (a int) SERVER regress_surface_server;
GRANT SELECT, INSERT ON outside TO regress_surface;
SET ROLE regress_surface_owner;

-- what functions, types and operators there are
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE hidden_mood AS ENUM ('good', 'bad');
CREATE TYPE pair AS (a int, b text);
CREATE TYPE span AS RANGE (subtype = int);
CREATE FUNCTION check_even(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 = 0';
CREATE DOMAIN even AS int CHECK (check_even(VALUE));
CREATE DOMAIN small_even AS even CHECK (VALUE < 100);
CREATE TABLE typed (m mood[], p pair, s span, e small_even);
-- what is constant in an index, a key of partitions or a constraint is computed for SELECT, too
CREATE FUNCTION planned(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION not_planned(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
CREATE TABLE planned_for (a int CHECK (a > planned('constraint'))) PARTITION BY RANGE ((not_planned(a) + planned('key')));
CREATE INDEX ON planned_for (not_planned(a)) WHERE a > planned('index');
CREATE TABLE estimated (a int, b int);
CREATE FUNCTION in_statistics(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
CREATE STATISTICS estimated_sum ON (a + in_statistics('x')), b FROM estimated;
-- a range asks how far two of its values are apart, one in a multirange too
CREATE FUNCTION apart(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE TYPE far AS RANGE (subtype = float8, subtype_diff = apart);
CREATE TABLE ranged (r far);
CREATE TABLE ranges (m far_multirange);
-- defaults come from domains and views, and a rule that replaces the INSERT is given them
CREATE FUNCTION next_value(text) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE DOMAIN counted AS int DEFAULT next_value('domain');
CREATE TABLE defaulted (a counted, b int DEFAULT next_value('table'));
CREATE VIEW defaulted_view AS SELECT b FROM defaulted;
ALTER VIEW defaulted_view ALTER b SET DEFAULT next_value('view');
CREATE TABLE replaced (a int DEFAULT next_value('replaced'));
CREATE RULE instead AS ON INSERT TO replaced DO INSTEAD INSERT INTO defaulted (b) VALUES (NEW.a);
CREATE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION fill_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION inner_step(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION definer_atomic() RETURNS bigint LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
    DELETE FROM surf.nothing;
    SELECT count(content) + surf.inner_step(1) FROM surf.secret;
END;
CREATE FUNCTION definer_string() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
CREATE FUNCTION invoker_atomic() RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM surf.secret) + surf.inner_step(2);
CREATE FUNCTION with_default(a int, b int DEFAULT surf.inner_step(3)) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION gives_regclass() RETURNS regclass LANGUAGE sql AS 'SELECT ''pg_class''::regclass';
CREATE FUNCTION takes_xml(xml) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION out_pair(OUT a int, OUT b text) LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE FUNCTION poly(anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE PROCEDURE proc() LANGUAGE sql AS '';
CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int);
CREATE FUNCTION own_step(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE own_total (int) (SFUNC = own_step, STYPE = int);
CREATE FUNCTION less(mood, mood) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR <<< (FUNCTION = less, LEFTARG = mood, RIGHTARG = mood);
CREATE OPERATOR <<<< (FUNCTION = int4lt, LEFTARG = int, RIGHTARG = int);
CREATE FUNCTION compare_moods(mood, mood) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE FUNCTION compare_ints(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE FUNCTION same(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR === (FUNCTION = same, LEFTARG = int, RIGHTARG = int, COMMUTATOR = ===);
RESET ROLE;
CREATE OPERATOR FAMILY mood_family USING btree;
ALTER OPERATOR FAMILY mood_family USING btree ADD OPERATOR 1 <<< (mood, mood), FUNCTION 1 compare_moods(mood, mood);
CREATE OPERATOR CLASS int_class FOR TYPE int USING btree AS OPERATOR 3 =, FUNCTION 1 compare_ints(int, int);
CREATE OPERATOR CLASS same_class FOR TYPE int USING btree AS OPERATOR 3 ===, FUNCTION 1 btint4cmp(int, int);
SET ROLE regress_surface_owner;
CREATE TABLE sorted (a int, b int) PARTITION BY LIST (inner_step(b));
CREATE INDEX ON sorted (a int_class);
GRANT INSERT ON sorted TO regress_surface;
GRANT SELECT ON typed TO regress_surface;
GRANT EXECUTE ON FUNCTION definer_atomic, definer_string, invoker_atomic, with_default, gives_regclass, takes_xml,
    audit_row, out_pair, poly, total(int), own_total(int), less TO regress_surface;
GRANT EXECUTE ON PROCEDURE proc TO regress_surface;

-- what a change brings with it
CREATE TABLE parent (id int PRIMARY KEY, name text CHECK (length(name) > inner_step(0)));
CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE ON UPDATE SET NULL);
CREATE TABLE grandchild (id int, child int REFERENCES child ON DELETE CASCADE);
CREATE TABLE keeps (id int, parent int REFERENCES parent);
CREATE TRIGGER audited AFTER INSERT ON parent FOR EACH ROW EXECUTE FUNCTION audit_row();
CREATE TRIGGER off BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION fill_row();
ALTER TABLE parent DISABLE TRIGGER off;
CREATE TRIGGER on_cascade BEFORE DELETE ON child FOR EACH ROW EXECUTE FUNCTION fill_row();
CREATE RULE logged AS ON DELETE TO parent DO ALSO UPDATE secret SET note = 'deleted';
CREATE INDEX ON parent (inner_step(id)) WHERE inner_step(id) > 0;
GRANT INSERT, DELETE ON parent TO regress_surface;
GRANT UPDATE (id) ON parent TO regress_surface;
GRANT UPDATE (id) ON child TO regress_surface;
CREATE VIEW instead AS SELECT 1 AS a;
CREATE TRIGGER instead_of INSTEAD OF INSERT ON instead FOR EACH ROW EXECUTE FUNCTION fill_row();
CREATE VIEW ruled AS SELECT 1 AS a;
CREATE RULE ruled_insert AS ON INSERT TO ruled DO INSTEAD INSERT INTO secret VALUES (NEW.a, 'x');
GRANT INSERT ON instead, ruled TO regress_surface;
-- a key that is generated, or that a trigger may set, and one that a partition alone has
CREATE TABLE keys_generated (id int PRIMARY KEY);
CREATE TABLE keys_filled (id int PRIMARY KEY);
CREATE TABLE keys_parted (id int PRIMARY KEY);
CREATE TABLE keyed_generated (a int, key int GENERATED ALWAYS AS (a + 1) STORED REFERENCES keys_generated, b int);
CREATE TABLE keyed_filled (a int, key int REFERENCES keys_filled);
CREATE TRIGGER fills BEFORE UPDATE ON keyed_filled FOR EACH ROW EXECUTE FUNCTION fill_row();
CREATE TABLE keyed_parted (a int, key int) PARTITION BY LIST (a);
CREATE TABLE keyed_part PARTITION OF keyed_parted (FOREIGN KEY (key) REFERENCES keys_parted) DEFAULT;
GRANT UPDATE (a) ON keyed_generated, keyed_filled, keyed_parted TO regress_surface;
GRANT UPDATE (b) ON keyed_generated TO regress_surface;
-- operators that no statement names: of an exclusion constraint, and of foreign keys, which compare as owner and as agent
CREATE TABLE excludes (a int, EXCLUDE USING btree (a same_class WITH ===));
CREATE TABLE same_parent (id int);
CREATE UNIQUE INDEX same_key ON same_parent (id same_class);
CREATE TABLE same_child (id int REFERENCES same_parent (id));
GRANT INSERT ON excludes TO regress_surface;
GRANT UPDATE ON same_child TO regress_surface;
-- a domain of an array of another one
CREATE FUNCTION check_element(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE DOMAIN element AS int CHECK (check_element(VALUE));
CREATE DOMAIN elements AS element[];
CREATE VIEW cast_to_elements AS SELECT '{2}'::text::elements::text FROM nothing;
GRANT SELECT ON cast_to_elements TO regress_surface;

-- cycles
CREATE TABLE loop_a (id int PRIMARY KEY, b int);
CREATE TABLE loop_b (id int PRIMARY KEY, a int REFERENCES loop_a ON DELETE CASCADE);
ALTER TABLE loop_a ADD FOREIGN KEY (b) REFERENCES loop_b ON DELETE CASCADE;
GRANT DELETE ON loop_a TO regress_surface;

-- rows
CREATE TABLE filtered (tenant text, owner name, n int);
CREATE FUNCTION policy_helper(int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
ALTER TABLE filtered ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON filtered USING (tenant = agentsandbox.context('tenant'));
CREATE POLICY public_rows ON filtered FOR SELECT USING (tenant IS NULL AND policy_helper(n));
CREATE POLICY others ON filtered TO regress_surface_owner USING (true);
CREATE POLICY team_only ON filtered AS RESTRICTIVE TO regress_surface_team USING (n > agentsandbox.context('floor', NULL::int)) WITH CHECK (n > 100);
CREATE TABLE closed_rows (a int);
ALTER TABLE closed_rows ENABLE ROW LEVEL SECURITY;
CREATE VIEW unfiltered AS SELECT n FROM filtered;
GRANT SELECT, INSERT, UPDATE, DELETE ON filtered TO regress_surface;
GRANT SELECT ON closed_rows, unfiltered TO regress_surface;

-- names
CREATE TABLE "quote "" comma, dot." ("new
line" int, "ünïcode ☃" text, "a23456789012345678901234567890123456789012345678901234567890123" int);
GRANT SELECT ON "quote "" comma, dot." TO regress_surface;
-- labels
CREATE TABLE labelled (a int, b text, c text);
CREATE VIEW behind AS SELECT b FROM labelled;
GRANT SELECT (a) ON labelled TO regress_surface;
GRANT SELECT ON behind TO regress_surface;
CREATE TABLE checked (a int, b int, CHECK (a < b));
GRANT INSERT, UPDATE (a), DELETE ON checked TO regress_surface;
GRANT SELECT ON planned_for, ranged TO regress_surface;
GRANT UPDATE (b) ON estimated TO regress_surface;
GRANT INSERT ON ranges TO regress_surface;
GRANT INSERT ON defaulted, defaulted_view, replaced TO regress_surface;
CREATE FUNCTION reads_web() RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT EXECUTE ON FUNCTION reads_web TO regress_surface;
RESET ROLE;
RESET search_path;
SELECT agentsandbox.create_label('regress_health');
SECURITY LABEL FOR agentsandbox ON TABLE surf.labelled IS 'private';
SECURITY LABEL FOR agentsandbox ON COLUMN surf.labelled.b IS 'regress_health';
SECURITY LABEL FOR agentsandbox ON COLUMN surf.labelled.c IS 'regress_health';
SECURITY LABEL FOR agentsandbox ON COLUMN surf.checked.b IS 'regress_health';
SECURITY LABEL FOR agentsandbox ON FUNCTION surf.reads_web() IS 'untrusted';
SELECT agentsandbox.create_method('regress_call', request => '{"type": "object"}', response => '{}', rate_calls => 5, rate_interval => '1 min');
SELECT agentsandbox.create_method('regress_other', request => '{}', response => '{}');
SELECT agentsandbox.allow_method('regress_surface', 'regress_call');

\pset format unaligned
\pset null -
\pset footer off
-- what a digest is of differs between versions of the server
CREATE VIEW regress_rows AS
    SELECT class, identity, privilege, row_filter, via, regexp_replace(notes, '[0-9a-f]{64}', '...') AS notes
    FROM agentsandbox.surface('regress_surface')
    WHERE identity ~ '^surf|^"?surf' OR identity LIKE 'public.outside%' OR class = 'role membership';
\echo == relations
SELECT identity, privilege, row_filter, via, notes FROM regress_rows WHERE class IN ('relation', 'sequence');
\echo == columns that the agent can name
SELECT identity, string_agg(DISTINCT privilege, ' ' ORDER BY privilege) AS privileges, min(notes) AS type
FROM regress_rows WHERE class = 'column' AND via[1] NOT LIKE 'through %' GROUP BY identity ORDER BY identity COLLATE "C";
\echo == columns behind something
SELECT identity, privilege, row_filter, via[array_length(via, 1)] AS last_step FROM regress_rows WHERE class = 'column' AND via[1] LIKE 'through %';
\echo == functions, operators, types
SELECT class, identity, via, notes FROM regress_rows WHERE class IN ('function', 'operator', 'type', 'role membership');

\echo == labels and methods
SELECT class, identity, privilege, via,
       CASE class WHEN 'method' THEN (notes LIKE '%rate_calls = 5; rate_interval = 00:01:00;%; SHA-256 of request %; of response %')::text ELSE notes END AS notes
FROM agentsandbox.surface('regress_surface') WHERE class IN ('label', 'method');

\echo == not objects
SELECT class, identity, privilege, via[1] AS via, notes FROM agentsandbox.surface('regress_surface')
WHERE class IN ('statement', 'setting', 'protocol', 'database') AND identity NOT IN ('lc_collate', 'lc_ctype');	-- until 15
-- a limit for each column of the profile, but for who made it
SELECT attname FROM pg_attribute
WHERE attrelid = 'agentsandbox.profiles'::regclass AND attnum > 0 AND NOT attisdropped
  AND attname NOT IN (SELECT identity FROM agentsandbox.surface('regress_surface') WHERE class = 'limit');

\echo == options widen it
CREATE TEMP TABLE before AS SELECT class, identity, privilege, via FROM agentsandbox.surface('regress_surface');
SELECT agentsandbox.alter_profile('regress_surface', allow_explain => true, allow_copy => true, allow_call => true, information_schema => true);
SELECT class, identity, via FROM agentsandbox.surface('regress_surface') s
WHERE class NOT IN ('column', 'limit') AND via[1] NOT LIKE 'through %' AND NOT EXISTS (
    SELECT FROM before b WHERE (b.class, b.identity, b.privilege, b.via) IS NOT DISTINCT FROM (s.class, s.identity, s.privilege, s.via));
SELECT agentsandbox.alter_profile('regress_surface', allow_explain => false, allow_copy => false, allow_call => false, information_schema => false);
GRANT EXECUTE ON FUNCTION nextval(regclass) TO regress_surface;
SELECT class, identity, privilege, via, notes FROM agentsandbox.surface('regress_surface') s
WHERE class <> 'column' AND NOT EXISTS (
    SELECT FROM before b WHERE (b.class, b.identity, b.privilege, b.via) IS NOT DISTINCT FROM (s.class, s.identity, s.privilege, s.via));
REVOKE EXECUTE ON FUNCTION nextval(regclass) FROM regress_surface;

\echo == event triggers on login, which only servers from 17 on can make
BEGIN;
CREATE FUNCTION surf.at_login() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER regress_login ON ddl_command_start EXECUTE FUNCTION surf.at_login();
SELECT count(*) FROM regress_rows WHERE identity = 'surf.at_login()';
UPDATE pg_event_trigger SET evtevent = 'login' WHERE evtname = 'regress_login';
SELECT identity, via, notes FROM regress_rows WHERE identity = 'surf.at_login()';
UPDATE pg_event_trigger SET evtenabled = 'D' WHERE evtname = 'regress_login';
SELECT count(*) FROM regress_rows WHERE identity = 'surf.at_login()';
ROLLBACK;

\echo == a conversation: its context stands where the functions stood
SELECT conversation FROM agentsandbox.open_conversation('regress_surface', '{"tenant": "o''neil", "floor": 7}') \gset
SELECT identity, privilege, row_filter FROM agentsandbox.surface(:'conversation'::uuid)
WHERE identity = 'surf.filtered' AND via[1] NOT LIKE 'through %';
SELECT conversation AS empty FROM agentsandbox.open_conversation('regress_surface', '{"floor": "high"}') \gset
SELECT identity, privilege, row_filter FROM agentsandbox.surface(:'empty'::uuid)
WHERE identity = 'surf.filtered' AND privilege = 'SELECT' AND via[1] NOT LIKE 'through %';
-- what is granted to its own role is its own
SELECT role AS own_role FROM agentsandbox.conversations WHERE id = :'empty' \gset
GRANT DELETE ON surf.nothing TO :own_role;
SELECT identity, privilege, replace(via::text, :'own_role', '...') AS via FROM agentsandbox.surface(:'empty'::uuid) WHERE identity = 'surf.nothing' AND via[1] NOT LIKE 'through %';
REVOKE DELETE ON surf.nothing FROM :own_role;
-- nothing else differs
SELECT class, identity, privilege FROM (
    SELECT class, identity, privilege, via, notes FROM agentsandbox.surface(:'conversation'::uuid)
    EXCEPT SELECT class, identity, privilege, via, notes FROM agentsandbox.surface('regress_surface')) d;

\echo == identities are those of the server
SELECT s.class, s.identity FROM agentsandbox.surface('regress_surface') s
WHERE s.class IN ('relation', 'sequence') AND NOT EXISTS (
    SELECT FROM pg_class c, pg_identify_object('pg_class'::regclass, c.oid, 0) i WHERE i.identity = s.identity);
SELECT s.class, s.identity FROM agentsandbox.surface('regress_surface') s
WHERE s.class = 'column' AND NOT EXISTS (
    SELECT FROM pg_attribute a, pg_identify_object('pg_class'::regclass, a.attrelid, a.attnum) i
    WHERE a.attnum > 0 AND NOT a.attisdropped AND i.identity = s.identity);
SELECT s.class, s.identity FROM agentsandbox.surface('regress_surface') s
WHERE s.class = 'function' AND NOT EXISTS (
    SELECT FROM pg_proc p, pg_identify_object('pg_proc'::regclass, p.oid, 0) i WHERE i.identity = s.identity);
SELECT s.class, s.identity FROM agentsandbox.surface('regress_surface') s
WHERE s.class IN ('type', 'operator') AND NOT EXISTS (
    SELECT FROM pg_type t, pg_identify_object('pg_type'::regclass, t.oid, 0) i WHERE i.identity = s.identity
    UNION ALL
    SELECT FROM pg_operator o, pg_identify_object('pg_operator'::regclass, o.oid, 0) i WHERE i.identity = s.identity);

\echo == sorted by the bytes, without doubles, and the same again whatever the settings of the caller
SELECT class, identity, privilege FROM (
    SELECT *, lag((class COLLATE "C", identity COLLATE "C", privilege COLLATE "C", row_filter COLLATE "C")) OVER (ORDER BY n) AS before
    FROM agentsandbox.surface('regress_surface') WITH ORDINALITY AS r(class, identity, privilege, row_filter, via, notes, n)) x
WHERE before > (class COLLATE "C", identity COLLATE "C", privilege COLLATE "C", row_filter COLLATE "C");
SELECT count(*) - count(DISTINCT (class, identity, privilege, row_filter, via, notes)) AS doubles FROM agentsandbox.surface('regress_surface');
SELECT md5(string_agg(s::text, E'\n' ORDER BY n)) AS fingerprint
FROM agentsandbox.surface('regress_surface') WITH ORDINALITY AS s(class, identity, privilege, row_filter, via, notes, n) \gset
SET quote_all_identifiers = on; SET IntervalStyle = 'iso_8601'; SET DateStyle = 'German'; SET search_path = surf; SET row_security = off;
SELECT md5(string_agg(s::text, E'\n' ORDER BY n)) = :'fingerprint' AS same
FROM agentsandbox.surface('regress_surface') WITH ORDINALITY AS s(class, identity, privilege, row_filter, via, notes, n);
RESET quote_all_identifiers; RESET IntervalStyle; RESET DateStyle; RESET search_path; RESET row_security;

\echo == who may ask, and what for
SET ROLE agentsandbox_auditor;
SELECT count(*) > 2000 AS ok FROM agentsandbox.surface('regress_surface');
SET ROLE agentsandbox_operator;
SELECT count(*) > 2000 AS ok FROM agentsandbox.surface(:'conversation'::uuid);
SET ROLE regress_surface_team;
SELECT count(*) FROM agentsandbox.surface('regress_surface');
RESET ROLE;
SELECT * FROM agentsandbox.surface('no such profile');
SELECT * FROM agentsandbox.surface('regress_surface_team');
SELECT * FROM agentsandbox.surface(NULL::name);
SELECT * FROM agentsandbox.surface('00000000-0000-0000-0000-000000000000'::uuid);
SELECT agentsandbox.close_conversation(:'empty');
\set VERBOSITY sqlstate
SELECT * FROM agentsandbox.surface(:'empty'::uuid);
\set VERBOSITY default

-- what the module itself asks is not worth compiling, whatever it seems to cost
\c -
SELECT count(*) > 0 AS listed FROM agentsandbox.surface('regress_surface');
SELECT pg_read_file('/proc/self/maps') ~ 'llvmjit' AS compiled;

SELECT agentsandbox.close_conversation(:'conversation');
DROP VIEW regress_rows;
DROP FOREIGN DATA WRAPPER regress_surface_wrapper CASCADE;
SET client_min_messages = warning;
DROP SCHEMA surf, surf_closed CASCADE;
SELECT agentsandbox.drop_method(m) FROM (VALUES ('regress_call'), ('regress_other')) v(m);
SELECT agentsandbox.drop_label('regress_health');
SELECT agentsandbox.drop_profile('regress_surface');
DROP OWNED BY regress_surface_owner;
DROP ROLE regress_surface_team, regress_surface_base, regress_surface_owner;
