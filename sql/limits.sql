-- The limits of a profile.  Those of time and of the protocol are in test/tap/050_limits.pl.
\set SHOW_CONTEXT never
CREATE TABLE regress_t (a int PRIMARY KEY, b text);
INSERT INTO regress_t SELECT g, 'b' FROM generate_series(1, 20) g;
CREATE TABLE regress_child (a int REFERENCES regress_t ON DELETE CASCADE);
INSERT INTO regress_child SELECT g % 5 + 1 FROM generate_series(1, 100) g;
CREATE TABLE regress_log (a int);
CREATE FUNCTION regress_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO regress_log SELECT NEW.a FROM generate_series(1, 30);
    RETURN NULL;
END $$;
CREATE FUNCTION regress_rows(n int) RETURNS SETOF int LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..n LOOP PERFORM 1 FROM generate_series(1, 1000); RETURN NEXT i; END LOOP;
END $$;

SELECT agentsandbox.create_profile('regress_agent', rows_returned => 50, bytes_returned => 5000, rows_changed => 40,
    rows_changed_total => 1000, statements_per_minute => 1000, statement_bytes => 2000, value_bytes => 500,
    memory_bytes => 50000000, temp_bytes => 65536, allow_copy => true, allow_explain => true);
GRANT SELECT, INSERT, UPDATE, DELETE ON regress_t, regress_child TO regress_agent;
GRANT EXECUTE ON FUNCTION regress_rows TO regress_agent;
SELECT conversation, format('user=%s password=%s', role, password) AS conninfo FROM agentsandbox.open_conversation('regress_agent') \gset
\set superuser :USER
\c -reuse-previous=on :"conninfo"

-- rows and bytes returned, whatever returns them; what stays inside is not counted
SELECT count(*) FROM generate_series(1, 1000);
SELECT count(*) FROM generate_series(1, 50);
SELECT count(*) FROM (SELECT g FROM generate_series(1, 50) g) AS fits \g /dev/null
SELECT g FROM generate_series(1, 50) g \g /dev/null
SELECT g FROM generate_series(1, 51) g \g /dev/null
SELECT count(*) FROM regress_rows(60);
SELECT regress_rows(51) \g /dev/null
SELECT repeat('x', 4900) \g /dev/null
SELECT repeat('x', 5001) \g /dev/null
BEGIN;
DECLARE c CURSOR FOR SELECT g FROM generate_series(1, 1000) g;
FETCH 50 FROM c \g /dev/null
FETCH 51 FROM c \g /dev/null
ROLLBACK;
COPY (SELECT g FROM generate_series(1, 51) g) TO STDOUT \g /dev/null
\echo :LAST_ERROR_SQLSTATE
INSERT INTO regress_t SELECT 100 + g FROM generate_series(1, 20) g RETURNING repeat('x', 300) \g /dev/null
EXPLAIN (COSTS off) SELECT 1;

-- rows changed by one statement: nested, conditional, by triggers and by cascade
INSERT INTO regress_t SELECT 1000 + g FROM generate_series(1, 40) g;
INSERT INTO regress_t SELECT 2000 + g FROM generate_series(1, 41) g;
WITH i AS (INSERT INTO regress_t SELECT 2000 + g FROM generate_series(1, 25) g),
     u AS (UPDATE regress_t SET b = 'u' WHERE a <= 20)
SELECT 1;
INSERT INTO regress_t SELECT g FROM generate_series(1, 41) g ON CONFLICT DO NOTHING;
DELETE FROM regress_t WHERE a = 1;
DELETE FROM regress_t WHERE a <= 3;
MERGE INTO regress_t t USING generate_series(1, 500) g ON t.a = g WHEN MATCHED THEN UPDATE SET b = 'm';
MERGE INTO regress_t t USING generate_series(1000, 1100) g ON t.a = g WHEN MATCHED THEN UPDATE SET b = 'm' WHEN NOT MATCHED THEN INSERT VALUES (g);
\copy regress_t (a) from program 'seq 3001 3041'
\copy regress_t (a) from program 'seq 3001 3010'
\c -reuse-previous=on sandbox :superuser
CREATE TRIGGER note AFTER INSERT ON regress_t FOR EACH ROW EXECUTE FUNCTION regress_note();
\c -reuse-previous=on :"conninfo"
INSERT INTO regress_t VALUES (4001);
INSERT INTO regress_t VALUES (4002), (4003);

-- and by the conversation: ROLLBACK gives nothing back, a new session neither
\c -reuse-previous=on sandbox :superuser
DROP TRIGGER note ON regress_t;
\i sql/include/poll.sql
CALL regress_poll('rows_changed >= 341 FROM agentsandbox.usage WHERE conversation = ' || quote_literal(:'conversation'));
SELECT rows_changed AS changed FROM agentsandbox.usage WHERE conversation = :'conversation' \gset
SELECT :changed AS changed;
SELECT agentsandbox.alter_profile('regress_agent', rows_changed_total => :changed + 40);
\c -reuse-previous=on :"conninfo"
-- what is only planned is not counted, so 40 are left
EXPLAIN (COSTS off) INSERT INTO regress_t SELECT 5000 + g FROM generate_series(1, 41) g;
PREPARE planned AS INSERT INTO regress_t SELECT 5000 + g FROM generate_series(1, 41) g;
BEGIN;
UPDATE regress_t SET b = 'x' WHERE a BETWEEN 1001 AND 1030;
ROLLBACK;
UPDATE regress_t SET b = 'x' WHERE a BETWEEN 1001 AND 1011;
\echo :LAST_ERROR_SQLSTATE
\c -reuse-previous=on :"conninfo"
UPDATE regress_t SET b = 'x' WHERE a = 1001;
SELECT count(*) FROM regress_t WHERE b = 'x';

-- what changes take on disk, as well; a value that fits into memory is one row
\c -reuse-previous=on sandbox :superuser
CREATE TABLE regress_wide (v text);
ALTER TABLE regress_wide ALTER v SET STORAGE EXTERNAL;
GRANT INSERT ON regress_wide TO regress_agent;
SELECT agentsandbox.alter_profile('regress_agent', rows_changed_total => 1000, bytes_changed_total => 3000000);
SELECT conversation AS wide, format('user=%s password=%s', role, password) AS wideinfo FROM agentsandbox.open_conversation('regress_agent') \gset
\c -reuse-previous=on :"wideinfo"
BEGIN;
INSERT INTO regress_wide VALUES (repeat('x', 1000000));
ROLLBACK;
INSERT INTO regress_wide SELECT repeat('x', 1000000) FROM generate_series(1, 10);
INSERT INTO regress_wide VALUES ('x');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 AS alive;
\c -reuse-previous=on :"wideinfo"
INSERT INTO regress_wide VALUES ('x');
\c -reuse-previous=on sandbox :superuser
CALL regress_poll('bytes_changed BETWEEN 3000000 AND 6000000 FROM agentsandbox.usage WHERE conversation = ' || quote_literal(:'wide'));
SELECT agentsandbox.alter_profile('regress_agent', bytes_changed_total => 10000000);
SELECT conversation AS wide, format('user=%s password=%s', role, password) AS wideinfo FROM agentsandbox.open_conversation('regress_agent') \gset
\c -reuse-previous=on :"wideinfo"
-- one that fails, in sessions that end at once
INSERT INTO regress_wide SELECT repeat('x', 6000000 / g) FROM generate_series(1, 0, -1) g;
\c -reuse-previous=on :"wideinfo"
INSERT INTO regress_wide SELECT repeat('x', 6000000 / g) FROM generate_series(1, 0, -1) g;
\c -reuse-previous=on sandbox :superuser
CALL regress_poll('bytes_changed > 12000000 FROM agentsandbox.usage WHERE conversation = ' || quote_literal(:'wide'));
\c -reuse-previous=on :"wideinfo"
INSERT INTO regress_wide VALUES ('x');
-- what is counted by its result counts, too, when there is none
\c -reuse-previous=on sandbox :superuser
GRANT SELECT, UPDATE ON regress_wide TO regress_agent;
INSERT INTO regress_wide VALUES ('x');
SELECT agentsandbox.alter_profile('regress_agent', bytes_changed_total => 2000000);
SELECT conversation AS wide, format('user=%s password=%s', role, password) AS wideinfo FROM agentsandbox.open_conversation('regress_agent') \gset
\c -reuse-previous=on :"wideinfo"
\copy regress_wide from program 'yes `printf %09999d 0` | head -n 250; echo "x	y"'
\copy regress_wide from '/dev/null'
MERGE INTO regress_wide USING (SELECT 'x' AS v) s ON false WHEN NOT MATCHED THEN INSERT VALUES (s.v);
SELECT v FROM regress_wide LIMIT 1 FOR UPDATE;
SELECT count(*) FROM regress_wide;
\c -reuse-previous=on sandbox :superuser
CALL regress_poll('bytes_changed BETWEEN 2000000 AND 4000000 FROM agentsandbox.usage WHERE conversation = ' || quote_literal(:'wide'));
SELECT conversation AS wide, format('user=%s password=%s', role, password) AS wideinfo FROM agentsandbox.open_conversation('regress_agent') \gset
\c -reuse-previous=on :"wideinfo"
MERGE INTO regress_wide USING (SELECT repeat('x', 1000000 / g) AS v FROM generate_series(3, 0, -1) g) s ON false WHEN NOT MATCHED THEN INSERT VALUES (s.v);
MERGE INTO regress_wide USING (SELECT repeat('x', 1000000 / g) AS v FROM generate_series(3, 0, -1) g) s ON false WHEN NOT MATCHED THEN INSERT VALUES (s.v);
MERGE INTO regress_wide USING (SELECT 'x' AS v) s ON false WHEN NOT MATCHED THEN INSERT VALUES (s.v);
\c -reuse-previous=on sandbox :superuser
SELECT count(*) FROM agentsandbox.conversations c, agentsandbox.close_conversation(c.id) WHERE state = 'open' AND c.id <> :'conversation';
DROP TABLE regress_wide;
\c -reuse-previous=on :"conninfo"

-- text of a statement
SELECT repeat('x', 1900) AS fill \gset
SELECT length(:'fill');
SELECT length(:'fill' || :'fill');

-- memory and temporary files: an ordinary error each, and the session goes on
SELECT length(repeat('x', 300000000));
\set VERBOSITY sqlstate
WITH RECURSIVE r AS (SELECT 'x'::text AS x UNION ALL SELECT x || x FROM r WHERE length(x) < 200000000) SELECT max(length(x)) FROM r;
SELECT count(*) FROM (SELECT DISTINCT g, repeat('x', 100) FROM generate_series(1, 100000) g) AS sorted;
\set VERBOSITY default
SELECT 1 AS alive;

-- what a rule adds is a statement with no tag of its own
\c -reuse-previous=on sandbox :superuser
SELECT agentsandbox.alter_profile('regress_agent', rows_changed_total => 1000);
CREATE TABLE regress_ruled (a int);
CREATE RULE regress_rule AS ON INSERT TO regress_ruled DO ALSO INSERT INTO regress_log VALUES (NEW.a);
GRANT SELECT, INSERT ON regress_ruled TO regress_agent;
\c -reuse-previous=on :"conninfo"
INSERT INTO regress_ruled SELECT g FROM generate_series(1, 40) g;
INSERT INTO regress_ruled SELECT g FROM generate_series(1, 41) g;
SELECT count(*) FROM regress_ruled;

-- the highest that there are
\c -reuse-previous=on sandbox :superuser
SELECT agentsandbox.alter_profile('regress_agent', parallel_workers => 1024, temp_bytes => b, memory_bytes => b, rows_returned => b,
    bytes_returned => b, rows_changed => b, rows_changed_total => b, bytes_changed_total => b, statements_per_minute => 2147483647,
    statement_bytes => 2147483647, value_bytes => 2147483647, connection_limit => 2147483647)
FROM (VALUES (9223372036854775807)) AS v (b);
\c -reuse-previous=on :"conninfo"
SELECT count(*) FROM regress_ruled;

-- limits that are none
\c -reuse-previous=on sandbox :superuser
SELECT agentsandbox.alter_profile('regress_agent', rows_returned => 0);
SELECT agentsandbox.alter_profile('regress_agent', memory_bytes => -1);
SELECT agentsandbox.alter_profile('regress_agent', statement_time => '25 days');
SELECT agentsandbox.alter_profile('regress_agent', statement_time => '-1 s');
SELECT agentsandbox.alter_profile('regress_agent', parallel_workers => -1);
SELECT agentsandbox.alter_profile('regress_agent', parallel_workers => 1025);
SELECT agentsandbox.alter_profile('regress_agent', mode => 'off');
SELECT agentsandbox.close_conversation(:'conversation');
SELECT agentsandbox.drop_profile('regress_agent');
DROP TABLE regress_child, regress_t, regress_ruled, regress_log;
DROP FUNCTION regress_note, regress_rows;
DROP PROCEDURE regress_poll;
