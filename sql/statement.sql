-- The statement gate: what a conversation may run.
\set SHOW_CONTEXT never
SELECT agentsandbox.create_profile('regress_statement');
CREATE TABLE regress_s (id int PRIMARY KEY, v text);
INSERT INTO regress_s SELECT g, 'v' || g FROM generate_series(1, 5) g;
GRANT SELECT, INSERT, UPDATE, DELETE ON regress_s TO regress_statement;
CREATE FUNCTION regress_runs(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE $1; END $$;
CREATE FUNCTION regress_notifies() RETURNS void LANGUAGE plpgsql AS $$ BEGIN NOTIFY regress; END $$;
CREATE FUNCTION regress_definer() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN NOTIFY regress; END $$;
CREATE PROCEDURE regress_proc() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
GRANT EXECUTE ON FUNCTION regress_runs(text), regress_notifies(), regress_definer() TO regress_statement;
GRANT EXECUTE ON PROCEDURE regress_proc() TO regress_statement;
SELECT conversation, format('user=%s password=%s', role, password) AS conninfo FROM agentsandbox.open_conversation('regress_statement') \gset
\set superuser :USER
\c -reuse-previous=on :"conninfo"
-- what is planned
SELECT count(*) FROM regress_s;
VALUES (1), (2);
TABLE regress_s ORDER BY id LIMIT 1;
INSERT INTO regress_s VALUES (6, 'v6') ON CONFLICT (id) DO UPDATE SET v = excluded.v RETURNING id;
WITH gone AS (DELETE FROM regress_s WHERE id = 6 RETURNING v) SELECT * FROM gone;
UPDATE regress_s SET v = 'w' WHERE id = 1;
MERGE INTO regress_s USING (VALUES (1, 'm'), (7, 'm')) AS s (i, t) ON id = i WHEN MATCHED THEN UPDATE SET v = t WHEN NOT MATCHED THEN INSERT VALUES (i, t);
SELECT id FROM regress_s WHERE id = 1 FOR UPDATE NOWAIT;

-- transactions, prepared statements and cursors
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SAVEPOINT a;
ROLLBACK TO a;
RELEASE a;
COMMIT AND CHAIN;
ROLLBACK;
PREPARE p (int) AS SELECT v FROM regress_s WHERE id = $1;
EXECUTE p (2);
EXECUTE p (1 + length('ab'));
EXECUTE p (length(pg_sleep(0)::text));
EXECUTE p ((SELECT count(*) FROM pg_authid));
DEALLOCATE p;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM regress_s ORDER BY id;
FETCH 1 FROM c;
MOVE 1 FROM c;
FETCH PRIOR FROM c;
CLOSE c;
DECLARE c CURSOR WITH HOLD FOR SELECT 1;
ROLLBACK;
DISCARD PLANS;
DISCARD ALL;
UNLISTEN *;
RESET ROLE;
RESET SESSION AUTHORIZATION;
SET ROLE NONE;

-- what a profile may have besides
EXPLAIN SELECT 1;
EXPLAIN ANALYZE DELETE FROM regress_s;
COPY regress_s TO STDOUT;
COPY (SELECT 1) TO STDOUT;
CALL regress_proc();

-- what none has
COPY regress_s TO '/tmp/x';
COPY regress_s FROM PROGRAM 'true';
\copy regress_s FROM '/dev/null' WHERE id > 1
SELECT 1 AS a INTO regress_x;
CREATE TABLE regress_x AS SELECT 1 AS a;
CREATE TABLE regress_x AS EXECUTE p;
EXPLAIN CREATE TABLE regress_x AS SELECT 1 AS a;
CREATE TEMP TABLE x (a int);
CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW x AS SELECT 1;
CREATE SCHEMA x;
CREATE EXTENSION plpgsql;
ALTER TABLE regress_s ADD a int;
DROP TABLE regress_s;
TRUNCATE regress_s;
LOCK TABLE regress_s;
COMMENT ON TABLE regress_s IS 'x';
SECURITY LABEL FOR agentsandbox ON TABLE regress_s IS 'x';
GRANT SELECT ON regress_s TO PUBLIC;
GRANT regress_statement TO CURRENT_USER;
ALTER ROLE CURRENT_USER PASSWORD 'x';
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
ALTER SYSTEM SET work_mem = '1GB';
REASSIGN OWNED BY CURRENT_USER TO postgres;
DROP OWNED BY CURRENT_USER;
DO $$ BEGIN END $$;
SET ROLE postgres;
SET LOCAL ROLE regress_statement;
SET SESSION AUTHORIZATION postgres;
LISTEN x;
NOTIFY x;
UNLISTEN x;
PREPARE TRANSACTION 'x';
COMMIT PREPARED 'x';
ROLLBACK PREPARED 'x';
BEGIN ISOLATION LEVEL SERIALIZABLE;
SET TRANSACTION SNAPSHOT '00000003-0000001B-1';
SET CONSTRAINTS ALL DEFERRED;
CHECKPOINT;
LOAD 'plpgsql';
VACUUM regress_s;
ANALYZE regress_s;
REINDEX TABLE regress_s;
CLUSTER regress_s;
REFRESH MATERIALIZED VIEW regress_s;
CREATE TABLESPACE x LOCATION '/tmp';
IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z;

-- in a function body, where the agent acts; not where the owner does
SELECT regress_runs('CREATE TEMP TABLE x (a int)');
SELECT regress_runs('SET ROLE postgres');
SELECT regress_notifies();
SELECT regress_definer();

\c -reuse-previous=on sandbox :superuser
SELECT count(*) FROM regress_s;
SELECT agentsandbox.alter_profile('regress_statement', allow_explain => true, allow_copy => true, allow_call => true);
\c -reuse-previous=on :"conninfo"
EXPLAIN (COSTS OFF) SELECT 1;
EXPLAIN (COSTS OFF) EXECUTE nosuch;
EXPLAIN (COSTS OFF) CREATE TABLE regress_x AS SELECT 1 AS a;
COPY (SELECT 1) TO STDOUT;
COPY (SELECT pg_sleep(0)) TO STDOUT;
COPY regress_s (id) TO STDOUT;
COPY regress_s (id, v) FROM STDIN;
8	eight
\.
COPY (SELECT 1) TO STDOUT (FORMAT csv, ENCODING 'utf-8');
COPY regress_s (id, v) FROM STDIN (FORMAT csv, ENCODING 'UTF8');
9,nine
\.
COPY (SELECT 1) TO STDOUT (ENCODING 'LATIN1');
COPY (SELECT 1) TO STDOUT (ENCODING 'nosuch');
COPY pg_authid TO STDOUT;
COPY regress_s TO '/tmp/x';
\copy regress_s FROM '/dev/null' WHERE id > 1
CALL regress_proc();
\c -reuse-previous=on sandbox :superuser
DROP TABLE regress_s;
DROP FUNCTION regress_runs, regress_notifies, regress_definer;
DROP PROCEDURE regress_proc;
SELECT agentsandbox.close_conversation(:'conversation');
SELECT agentsandbox.drop_profile('regress_statement');
