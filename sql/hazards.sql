-- Each hazard: silent, planted, found, ended by its own fix.
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
CREATE ROLE regress_owner IN ROLE agentsandbox_operator;
CREATE ROLE regress_bypass BYPASSRLS;
CREATE ROLE regress_both LOGIN IN ROLE agentsandbox_operator;
SELECT agentsandbox.create_profile('regress agent');
SELECT agentsandbox.create_profile('regress_other');
CREATE SCHEMA regress AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA regress TO "regress agent";
GRANT CREATE ON SCHEMA regress TO regress_bypass;
CREATE SCHEMA "regress Open";
GRANT USAGE ON SCHEMA "regress Open" TO "regress agent";
SET ROLE regress_owner;
SET search_path = regress;
CREATE TABLE customer (id int PRIMARY KEY, rep int);
CREATE TABLE invoice (id int PRIMARY KEY, "customer Id" int REFERENCES customer);
ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON customer USING (rep = agentsandbox.context('rep')::int);
GRANT SELECT ON customer TO "regress agent";
RESET ROLE;

-- What hazards() finds after a statement, and whether it is silent before it
-- and after the fix.
CREATE FUNCTION regress_case(wanted text, plant text, clean text DEFAULT NULL, whose name DEFAULT 'regress agent')
    RETURNS TABLE (silent boolean, severity text, object text, why text, fix text, ended boolean) LANGUAGE plpgsql AS $$
DECLARE
    found record;
    nth int := 0;
BEGIN
    PERFORM set_config('search_path', 'regress', true);
    SELECT count(*) = 0 INTO silent FROM agentsandbox.hazards(whose) h
    WHERE h.hazard = wanted AND h.object ~ 'regress|dblink|pg_monitor|sandbox|work_mem|every role';
    EXECUTE plant;
    FOR found IN SELECT * FROM agentsandbox.hazards(whose) h WHERE h.hazard = wanted AND h.object ~ 'regress|dblink|pg_monitor|sandbox|work_mem|every role' LOOP
        nth := nth + 1;
        severity := found.severity; object := found.object; why := found.why; fix := found.fix;
        PERFORM set_config('search_path', '', true);
        EXECUTE found.fix;
        PERFORM set_config('search_path', 'regress', true);
        ended := NOT EXISTS (SELECT FROM agentsandbox.hazards(whose) h
                             WHERE (h.hazard, h.object, h.fix) = (wanted, found.object, found.fix));
        RETURN NEXT;
    END LOOP;
    IF nth = 0 THEN
        severity := 'NOT FOUND';
        RETURN NEXT;
    END IF;
    EXECUTE COALESCE(clean, 'SELECT 1');
END
$$;
SELECT count(*) FROM agentsandbox.hazards('regress agent') WHERE object ~ 'regress' OR hazard IN ('observe_mode', 'explain_beside_rls');

-- functions
SELECT * FROM regress_case('definer_superuser',
    $$CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1'; GRANT EXECUTE ON FUNCTION f(int) TO "regress agent"$$,
    'DROP FUNCTION f');
SELECT * FROM regress_case('definer_bypass',
    $$CREATE PROCEDURE "F ""x""; y"(a text) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1'; ALTER PROCEDURE "F ""x""; y" OWNER TO regress_bypass;
      GRANT EXECUTE ON PROCEDURE "F ""x""; y" TO "regress agent"; SELECT agentsandbox.alter_profile('regress agent', allow_call => true)$$,
    'DROP PROCEDURE "F ""x""; y"; SELECT agentsandbox.alter_profile(''regress agent'', allow_call => false)');
-- an owner of protected tables, while that is not forced; one of none; one that runs as the agent
SELECT * FROM regress_case('definer_bypass',
    $$CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; ALTER FUNCTION f OWNER TO regress_owner; GRANT EXECUTE ON FUNCTION f TO "regress agent";
      CREATE TABLE another (id int); ALTER TABLE another OWNER TO regress_owner; ALTER TABLE another ENABLE ROW LEVEL SECURITY$$, 'DROP FUNCTION f; DROP TABLE another');
ALTER TABLE regress.customer FORCE ROW LEVEL SECURITY;
SELECT * FROM regress_case('definer_bypass',
    $$CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; ALTER FUNCTION f OWNER TO regress_owner; GRANT EXECUTE ON FUNCTION f TO "regress agent"$$, 'DROP FUNCTION f');
ALTER TABLE regress.customer NO FORCE ROW LEVEL SECURITY;
SELECT * FROM regress_case('definer_bypass',
    $$CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f OWNER TO regress_owner; GRANT EXECUTE ON FUNCTION f TO "regress agent"$$, 'DROP FUNCTION f');
-- through a policy, a trigger and a default if it may insert, a view, an inherited role
SELECT * FROM regress_case('definer_superuser',
    $$CREATE FUNCTION f(a int) RETURNS bool LANGUAGE sql SECURITY DEFINER AS 'SELECT true'; CREATE POLICY p ON customer AS RESTRICTIVE USING (f(id))$$,
    'DROP POLICY p ON customer; DROP FUNCTION f');
SELECT * FROM regress_case('definer_superuser',
    $$CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER t AFTER INSERT ON customer EXECUTE FUNCTION f()$$,
    'DROP TRIGGER t ON customer; DROP FUNCTION f');
GRANT INSERT ON regress.customer TO "regress agent";
SELECT * FROM regress_case('definer_superuser',
    $$CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER t AFTER INSERT ON customer EXECUTE FUNCTION f()$$,
    'DROP TRIGGER t ON customer; DROP FUNCTION f');
SELECT * FROM regress_case('definer_superuser',
    $$CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; ALTER TABLE customer ALTER rep SET DEFAULT f()$$,
    'ALTER TABLE customer ALTER rep DROP DEFAULT; DROP FUNCTION f');
REVOKE INSERT ON regress.customer FROM "regress agent";
SELECT * FROM regress_case('definer_superuser',
    $$CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; CREATE VIEW inner_v AS SELECT f() AS f; CREATE VIEW outer_v AS TABLE inner_v;
      CREATE ROLE regress_group; GRANT SELECT ON outer_v TO regress_group; GRANT regress_group TO "regress agent"$$,
    'DROP VIEW outer_v, inner_v; DROP FUNCTION f; DROP ROLE regress_group');
-- each way of a search path
CREATE FUNCTION regress_path(path text) RETURNS TABLE (path_ text, n bigint, fix text, ended bool) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('search_path', 'regress', true);
    EXECUTE format('CREATE FUNCTION regress.f() RETURNS int LANGUAGE sql SECURITY DEFINER %s AS ''SELECT 1''', path);
    ALTER FUNCTION regress.f() OWNER TO regress_owner;
    GRANT EXECUTE ON FUNCTION regress.f() TO "regress agent";
    SELECT path, count(*), max(h.fix) INTO path_, n, fix FROM agentsandbox.hazards('regress agent') h WHERE hazard = 'definer_search_path';
    IF fix IS NOT NULL THEN
        EXECUTE fix;
        ended := NOT EXISTS (SELECT FROM agentsandbox.hazards('regress agent') h WHERE hazard = 'definer_search_path');
    END IF;
    DROP FUNCTION regress.f();
    RETURN NEXT;
END $$;
GRANT CREATE ON SCHEMA "regress Open" TO PUBLIC;
SELECT p.* FROM unnest(ARRAY['', 'SET search_path = pg_catalog, pg_temp', 'SET search_path = regress, pg_temp', 'SET search_path = regress',
    'SET search_path = ''''', 'SET search_path = "$user", pg_temp', 'SET search_path = pg_temp, regress', 'SET search_path = "regress Open", pg_temp',
    'SET search_path = nowhere, pg_temp', 'SET work_mem = 100']) AS path, regress_path(path) p;
REVOKE CREATE ON SCHEMA "regress Open" FROM PUBLIC;
SELECT p.* FROM regress_path('SET search_path = "regress Open", pg_temp') p;
-- a body that is parsed already
SELECT * FROM regress_case('definer_search_path',
    $$CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1; GRANT EXECUTE ON FUNCTION f TO "regress agent"$$, 'DROP FUNCTION f');
SELECT * FROM regress_case('untrusted_language',
    $$CREATE LANGUAGE "regress L" HANDLER plpgsql_call_handler; CREATE FUNCTION f() RETURNS int LANGUAGE "regress L" AS ''; GRANT EXECUTE ON FUNCTION f TO "regress agent"$$,
    'DROP FUNCTION f; DROP LANGUAGE "regress L"');
SELECT * FROM regress_case('native_function',
    $$CREATE FUNCTION f(text) RETURNS text LANGUAGE internal AS 'upper'; GRANT EXECUTE ON FUNCTION f TO "regress agent"$$, 'DROP FUNCTION f');

-- policies
SELECT * FROM regress_case('policy_always_true', $$CREATE POLICY "All; of" ON customer FOR SELECT USING (true)$$);
SELECT * FROM regress_case('policy_always_true', $$CREATE POLICY p ON customer FOR INSERT TO "regress agent" WITH CHECK (true)$$);
SELECT * FROM regress_case('policy_always_true', $$CREATE POLICY p ON customer FOR UPDATE USING (rep = rep) WITH CHECK (rep > 1)$$);
SELECT * FROM regress_case('policy_always_true', $$CREATE POLICY p ON customer TO regress_bypass USING (true)$$, 'DROP POLICY p ON customer');
SELECT * FROM regress_case('policy_always_true', $$CREATE POLICY p ON customer AS RESTRICTIVE USING (true)$$, 'DROP POLICY p ON customer');
SELECT * FROM regress_case('policy_search_path',
    $$CREATE FUNCTION f(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN true; END'; CREATE POLICY p ON customer AS RESTRICTIVE USING (f(rep))$$,
    'DROP POLICY p ON customer; DROP FUNCTION f');
SELECT * FROM regress_case('policy_search_path',
    $$CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql RETURN $1 = 1; CREATE POLICY p ON customer AS RESTRICTIVE USING (f(rep))$$,
    'DROP POLICY p ON customer; DROP FUNCTION f');
SELECT * FROM regress_case('policy_ignores_row', $$CREATE POLICY p ON customer USING (current_user <> 'x')$$);
SELECT * FROM regress_case('policy_ignores_row', $$CREATE POLICY p ON customer USING (1 = 1)$$);
SELECT * FROM regress_case('policy_ignores_row', $$CREATE POLICY p ON customer USING (false)$$, 'DROP POLICY p ON customer');
SELECT * FROM regress_case('policies_not_enabled', $$ALTER TABLE customer DISABLE ROW LEVEL SECURITY$$);
SELECT * FROM regress_case('policies_not_enabled', $$GRANT SELECT ON invoice TO "regress agent"$$, $$REVOKE ALL ON invoice FROM "regress agent"$$);

-- views
SELECT * FROM regress_case('view_bypasses_rls', $$CREATE VIEW "V'w" AS SELECT id FROM customer; GRANT SELECT ON "V'w" TO "regress agent"$$, 'DROP VIEW "V''w"');
SELECT * FROM regress_case('view_bypasses_rls', $$CREATE VIEW v AS SELECT id FROM customer; ALTER VIEW v OWNER TO regress_owner; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v');
SELECT * FROM regress_case('view_bypasses_rls', $$CREATE VIEW v AS SELECT id FROM customer; ALTER VIEW v OWNER TO regress_bypass; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v');
ALTER TABLE regress.customer FORCE ROW LEVEL SECURITY;
SELECT * FROM regress_case('view_bypasses_rls', $$CREATE VIEW v AS SELECT id FROM customer; ALTER VIEW v OWNER TO regress_owner; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v');
SELECT * FROM regress_case('view_bypasses_rls', $$CREATE VIEW v WITH (security_invoker) AS SELECT id FROM customer; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v');
-- the inner one, through an outer one that is granted; if that reads it as the agent, it cannot
SELECT * FROM regress_case('view_bypasses_rls', $$CREATE VIEW i AS SELECT id FROM customer; CREATE VIEW v AS SELECT id FROM i; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v, i');
SELECT * FROM regress_case('view_bypasses_rls', $$CREATE VIEW i AS SELECT id FROM customer; CREATE VIEW v WITH (security_invoker) AS SELECT id FROM i; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v, i');
SELECT * FROM regress_case('view_without_barrier', $$CREATE VIEW v AS SELECT id FROM invoice WHERE id < 10; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v');
SELECT * FROM regress_case('view_without_barrier', $$CREATE VIEW v AS SELECT id, count(*) FROM invoice GROUP BY id HAVING count(*) > 1; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v');
SELECT * FROM regress_case('view_without_barrier', $$CREATE VIEW i AS SELECT id FROM invoice WHERE id < 10; CREATE VIEW v AS SELECT id FROM i; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v, i');
-- no row is hidden, or none that the agent could not read
SELECT * FROM regress_case('view_without_barrier', $$CREATE VIEW v AS SELECT a.id FROM invoice a LEFT JOIN invoice b ON b.id = a.id; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v');
SELECT * FROM regress_case('view_without_barrier', $$CREATE VIEW v WITH (security_invoker) AS SELECT id FROM invoice WHERE id < 10; GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v');
SELECT * FROM regress_case('matview_of_protected',
    $$CREATE VIEW i AS SELECT id FROM customer; CREATE MATERIALIZED VIEW m AS SELECT id FROM i; GRANT SELECT ON m TO "regress agent"$$, 'DROP MATERIALIZED VIEW m; DROP VIEW i');
SELECT * FROM regress_case('matview_of_protected',
    $$CREATE MATERIALIZED VIEW m AS SELECT id FROM invoice; GRANT SELECT ON m TO "regress agent"$$, 'DROP MATERIALIZED VIEW m');
-- what the extension keeps for all conversations
SELECT * FROM regress_case('own_tables_exposed', $$CREATE VIEW i AS SELECT arguments FROM agentsandbox.RemoteProcedureCalls WITH CHECK OPTION; CREATE VIEW v AS SELECT arguments FROM i;
    GRANT SELECT ON v TO "regress agent"$$, 'DROP VIEW v, i');
SELECT * FROM regress_case('own_tables_exposed', $$CREATE VIEW i AS SELECT id FROM agentsandbox.conversations; CREATE MATERIALIZED VIEW m AS SELECT id FROM i;
    GRANT SELECT ON m TO "regress agent"$$, 'DROP MATERIALIZED VIEW m; DROP VIEW i');
SELECT * FROM regress_case('own_tables_exposed', $$CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SECURITY DEFINER RETURN (SELECT count(*) FROM agentsandbox.notes); ALTER FUNCTION f OWNER TO regress_owner;
    GRANT EXECUTE ON FUNCTION f TO "regress agent"$$, 'DROP FUNCTION f');
SELECT * FROM regress_case('own_tables_exposed', $$CREATE VIEW v WITH (security_invoker) AS SELECT arguments FROM agentsandbox.RemoteProcedureCalls; GRANT SELECT ON v TO "regress agent";
    CREATE VIEW w AS SELECT agentsandbox.context('rep'); GRANT SELECT ON w TO "regress agent"$$, 'DROP VIEW v, w');
-- labels of a table, of a column that it keeps, through a view, and those of its own
SELECT * FROM regress_case('matview_lacks_labels',
    $$SECURITY LABEL FOR agentsandbox ON TABLE invoice IS 'private'; SECURITY LABEL FOR agentsandbox ON COLUMN customer.rep IS 'untrusted';
      CREATE VIEW i AS SELECT c.rep FROM customer c JOIN invoice ON c.id = "customer Id"; CREATE MATERIALIZED VIEW m AS SELECT rep FROM i;
      GRANT SELECT ON m TO "regress agent"$$, 'DROP MATERIALIZED VIEW m; DROP VIEW i');
SELECT * FROM regress_case('matview_lacks_labels',
    $$CREATE MATERIALIZED VIEW m AS SELECT * FROM invoice; SECURITY LABEL FOR agentsandbox ON MATERIALIZED VIEW m IS 'untrusted';
      CREATE MATERIALIZED VIEW n AS SELECT * FROM m; GRANT SELECT ON n TO "regress agent"$$, 'DROP MATERIALIZED VIEW m CASCADE');
-- a column that it does not keep; one that has the label itself; a child of what has labels
SELECT * FROM regress_case('matview_lacks_labels',
    $$CREATE MATERIALIZED VIEW m AS SELECT id FROM customer; GRANT SELECT ON m TO "regress agent"$$, 'DROP MATERIALIZED VIEW m');
SELECT * FROM regress_case('matview_lacks_labels',
    $$CREATE MATERIALIZED VIEW m AS SELECT rep FROM customer; SECURITY LABEL FOR agentsandbox ON COLUMN m.rep IS 'untrusted';
      GRANT SELECT ON m TO "regress agent"$$, 'DROP MATERIALIZED VIEW m');
SELECT * FROM regress_case('matview_lacks_labels',
    $$CREATE TABLE part () INHERITS (invoice); CREATE MATERIALIZED VIEW m AS SELECT id FROM part; GRANT SELECT ON m TO "regress agent"$$,
    'DROP TABLE part CASCADE; SECURITY LABEL FOR agentsandbox ON TABLE invoice IS NULL; SECURITY LABEL FOR agentsandbox ON COLUMN customer.rep IS NULL');
SELECT * FROM regress_case('foreign_table',
    $$CREATE FOREIGN DATA WRAPPER regress_fdw; CREATE SERVER regress_server FOREIGN DATA WRAPPER regress_fdw; CREATE FOREIGN TABLE ft (a int) SERVER regress_server; GRANT SELECT (a) ON ft TO "regress agent"$$,
    'DROP FOREIGN DATA WRAPPER regress_fdw CASCADE');

-- tables beside it
SELECT * FROM regress_case('child_without_rls', $$GRANT SELECT ON invoice TO "regress agent"$$,
    $$REVOKE ALL ON invoice FROM "regress agent"; ALTER TABLE invoice DISABLE ROW LEVEL SECURITY$$);
DROP POLICY own ON regress.customer;
SELECT agentsandbox.protect('regress.customer', 'rep', 'rep');
SELECT * FROM regress_case('child_without_rls', $$GRANT SELECT ("customer Id") ON invoice TO "regress agent"$$,
    $$REVOKE ALL ON invoice FROM "regress agent"; SELECT agentsandbox.unprotect('invoice')$$);
SELECT * FROM regress_case('table_without_rls', $$CREATE TABLE other (a int); GRANT INSERT ON other TO "regress agent"$$, 'DROP TABLE other');
SELECT * FROM regress_case('table_without_rls', $$CREATE TABLE "regress Open".other (a int); GRANT INSERT ON "regress Open".other TO "regress agent"$$, 'DROP TABLE "regress Open".other');

-- the profile
SELECT * FROM regress_case('observe_mode', $$SELECT agentsandbox.alter_profile('regress agent', mode => 'observe')$$);
SELECT * FROM regress_case('explain_beside_rls', $$SELECT agentsandbox.alter_profile('regress agent', allow_explain => true)$$);
SELECT * FROM regress_case('explain_beside_rls', $$SELECT agentsandbox.alter_profile('regress_other', allow_explain => true)$$, NULL, 'regress_other');
SELECT * FROM regress_case('unhonoured_grant', $$GRANT TRUNCATE ON customer TO "regress agent"; GRANT REFERENCES (rep) ON customer TO "regress agent";
    GRANT SELECT ON customer TO "regress agent" WITH GRANT OPTION; GRANT CREATE ON SCHEMA regress TO "regress agent"; ALTER ROLE "regress agent" CREATEDB;
    GRANT CREATE ON DATABASE sandbox TO "regress agent"; GRANT SET ON PARAMETER work_mem TO "regress agent"; CREATE VIEW v AS SELECT 1 AS a; ALTER VIEW v OWNER TO "regress agent";
    CREATE PROCEDURE p() LANGUAGE sql AS ''; GRANT EXECUTE ON PROCEDURE p() TO "regress agent"; GRANT pg_monitor TO "regress agent"$$,
    'DROP VIEW v; DROP PROCEDURE p; GRANT SELECT ON customer TO "regress agent"');

SELECT agentsandbox.create_method('regress.mail', 'true', 'true');
SELECT agentsandbox.allow_method('regress agent', 'regress.mail');
SELECT * FROM regress_case('method_private_untrusted', $$SELECT agentsandbox.alter_method('regress.mail', accepts => '{private,untrusted}')$$);
SELECT * FROM regress_case('method_private_untrusted', $$SELECT agentsandbox.alter_method('regress.mail', accepts => '{private}')$$,
    $$SELECT agentsandbox.drop_method('regress.mail')$$);

-- the database
SELECT * FROM regress_case('dangerous_extension', $$CREATE EXTENSION dblink SCHEMA regress$$);
SELECT * FROM regress_case('dangerous_language', $$CREATE LANGUAGE "regress L" HANDLER plpgsql_call_handler$$);
SELECT * FROM regress_case('public_table', $$GRANT SELECT, UPDATE ON customer TO PUBLIC$$);
SELECT * FROM regress_case('public_create', $$GRANT CREATE ON SCHEMA "regress Open" TO PUBLIC$$);
SELECT * FROM regress_case('public_definer', $$CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'$$, 'DROP FUNCTION f');
SELECT * FROM regress_case('public_definer', $$CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'$$, 'DROP FUNCTION f');
SELECT * FROM regress_case('default_privileges', $$ALTER DEFAULT PRIVILEGES FOR ROLE regress_owner IN SCHEMA regress GRANT SELECT ON TABLES TO "regress agent";
    ALTER DEFAULT PRIVILEGES FOR ROLE regress_owner GRANT SELECT ON SEQUENCES TO PUBLIC; ALTER DEFAULT PRIVILEGES FOR ROLE regress_owner GRANT SELECT ON TABLES TO regress_bypass$$,
    'ALTER DEFAULT PRIVILEGES FOR ROLE regress_owner REVOKE ALL ON TABLES FROM regress_bypass');
SELECT * FROM regress_case('duties_not_separated', $$GRANT agentsandbox_reviewer TO regress_both$$);
SELECT * FROM regress_case('duties_not_separated', $$GRANT agentsandbox_gateway TO regress_both$$);
SELECT * FROM regress_case('duties_not_separated', $$CREATE ROLE regress_performer LOGIN IN ROLE agentsandbox_gateway, agentsandbox_reviewer$$, 'DROP ROLE regress_performer');
SELECT * FROM regress_case('weak_setting', $$ALTER ROLE regress_both IN DATABASE sandbox SET session_replication_role = replica; ALTER ROLE regress_both SET zero_damaged_pages = true$$);
-- for every role, in every database or in this one
SELECT * FROM regress_case('weak_setting', $$ALTER ROLE ALL SET zero_damaged_pages = on; ALTER DATABASE sandbox SET lo_compat_privileges = on$$);
-- what keeps conversations out at login: the gate itself is asked
CREATE ROLE regress_pooler LOGIN IN ROLE agentsandbox_pool;
SELECT * FROM regress_case('login_setting', $$ALTER DATABASE sandbox SET work_mem = '8MB'; ALTER DATABASE sandbox SET "regress.Select" = 1$$);
SELECT * FROM regress_case('login_setting', $$ALTER ROLE ALL SET client_min_messages = debug1; ALTER ROLE regress_pooler SET "TimeZone" = '<+01>-1'; ALTER ROLE regress_pooler IN DATABASE sandbox SET work_mem = '8MB'$$);
SELECT role FROM agentsandbox.open_conversation('regress agent') \gset regress_
SELECT silent, regexp_replace(object, '_[0-9a-f]+', '_...') AS object, regexp_replace(fix, '_[0-9a-f]+', '_...') AS fix, ended
FROM regress_case('login_setting', format('ALTER ROLE %I SET work_mem = 100', :'regress_role'));
CREATE ROLE "regress Group";
SELECT silent, severity, regexp_replace(object, '_[0-9a-f]+', '_...') AS object, regexp_replace(why, ',.*', '') AS why, regexp_replace(fix, '_[0-9a-f]+', '_...') AS fix, ended
FROM regress_case('conversation_grant', format('GRANT SELECT (id), INSERT ON invoice TO %1$I; GRANT USAGE ON SCHEMA regress TO %1$I; GRANT "regress Group" TO %1$I;
    CREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN 1; GRANT EXECUTE ON FUNCTION f TO %1$I; CREATE TABLE own (a int); ALTER TABLE own OWNER TO %1$I', :'regress_role'),
    'DROP FUNCTION f; DROP TABLE own');
SELECT count(*) FROM agentsandbox.hazards('regress_other') WHERE hazard = 'conversation_grant';
DROP ROLE "regress Group";
SELECT count(*) FROM agentsandbox.conversations c, agentsandbox.close_conversation(c.id) WHERE c.role = :'regress_role';
-- none of theirs, or none that they could not set
SELECT * FROM regress_case('login_setting', $$ALTER ROLE regress_both SET work_mem = '8MB'; ALTER DATABASE postgres SET work_mem = '8MB'; ALTER ROLE "regress agent" SET work_mem = '8MB';
    ALTER DATABASE sandbox SET "TimeZone" = 'Europe/Zurich'; ALTER DATABASE sandbox SET search_path = regress; ALTER ROLE ALL SET statement_timeout = '1h'$$,
    $$ALTER DATABASE postgres RESET work_mem; ALTER DATABASE sandbox RESET ALL; ALTER ROLE ALL RESET ALL$$);
DROP ROLE regress_pooler;

-- what is granted to no profile is no profile's; of all it is found
CREATE POLICY p ON regress.customer FOR SELECT USING (true);
SELECT hazard, object FROM agentsandbox.hazards('regress_other') WHERE object ~ 'customer';
SELECT hazard, object FROM agentsandbox.hazards() WHERE object ~ 'customer';
SELECT agentsandbox.hazards('regress_missing');
-- every kind says why
SELECT hazard FROM agentsandbox.hazard_kinds WHERE severity NOT IN ('critical', 'high', 'medium', 'low') OR why !~ '^\S.*[^.]$';

-- the extension's own objects are no hazards
SELECT hazard, object FROM agentsandbox.hazards() WHERE object ~ 'agentsandbox\.';

-- who may ask
CREATE ROLE regress_auditor IN ROLE agentsandbox_auditor;
SET ROLE regress_auditor;
SELECT count(*) > 0 FROM agentsandbox.hazards();
SET ROLE regress_both;
SELECT count(*) > 0 FROM agentsandbox.hazards('regress agent');
SET ROLE regress_bypass;
SELECT count(*) > 0 FROM agentsandbox.hazards();
RESET ROLE;

DROP SCHEMA regress, "regress Open" CASCADE;
SELECT agentsandbox.drop_profile(p) FROM unnest('{regress agent,regress_other}'::name[]) p;
DROP ROLE regress_owner, regress_bypass, regress_both, regress_auditor;
