-- What is recorded of refusals, and what an operator learns from it.
\set SHOW_CONTEXT never
\set superuser :USER
CREATE TABLE regress_hidden (a int);
CREATE TABLE regress_partly (a int, "Secret col" text);
CREATE TABLE regress_read (a int);
CREATE TABLE regress_all (a int);
CREATE TABLE regress_private (a int);
SECURITY LABEL FOR agentsandbox ON TABLE regress_private IS 'private';
CREATE FUNCTION regress_f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
REVOKE ALL ON FUNCTION regress_f FROM PUBLIC;
CREATE PROCEDURE regress_p() LANGUAGE sql AS 'SELECT 1';
SELECT agentsandbox.create_profile('regress agent', rows_returned => 10);
GRANT SELECT ON regress_read, regress_private TO "regress agent";
GRANT SELECT ON regress_all TO PUBLIC;
GRANT SELECT (a) ON regress_partly TO "regress agent";
SELECT conversation, format('user=%s password=%s', role, password) AS conninfo FROM agentsandbox.open_conversation('regress agent') \gset

\c -reuse-previous=on :"conninfo"
SELECT * FROM regress_hidden;
SELECT * FROM regress_hidden;
SELECT "Secret col" FROM regress_partly;
INSERT INTO regress_read VALUES (1);
DELETE FROM regress_read;
SELECT regress_f(1);
SELECT pg_sleep(0);
BEGIN;
EXPLAIN SELECT 1;
ROLLBACK;
CALL regress_p();
CREATE TABLE x (a int);
SET work_mem = 100;
SELECT generate_series(1, 11);
SELECT * FROM agentsandbox.refusals;
SELECT agentsandbox.suggestions('regress agent');

\c -reuse-previous=on sandbox :superuser
-- until the worker has stored it
\i sql/include/poll.sql
CALL regress_poll('sum(count) >= 14 FROM agentsandbox.refusals WHERE conversation = ' || quote_literal(:'conversation'));
SELECT gate, object, privilege, sqlstate, count, last_at >= first_at AS ordered, reason
FROM agentsandbox.refusals WHERE conversation = :'conversation' ORDER BY first_at, gate, object;
SELECT suggestion, refusals, conversations FROM agentsandbox.suggestions('regress agent');
SELECT agentsandbox.suggestions('regress_missing');

-- they do what they say
SELECT suggestion FROM agentsandbox.suggestions('regress agent') WHERE suggestion !~ 'pg_sleep' \gexec
\c -reuse-previous=on :"conninfo"
SELECT * FROM regress_hidden;
SELECT "Secret col" FROM regress_partly;
DELETE FROM regress_read;
SELECT regress_f(1);
EXPLAIN (COSTS off) SELECT 1;
SELECT count(*) FROM (SELECT generate_series(1, 11)) AS s;

\c -reuse-previous=on sandbox :superuser
-- what is given in vain
GRANT TRUNCATE, REFERENCES, TRIGGER ON regress_read TO "regress agent";
GRANT REFERENCES (a) ON regress_partly TO "regress agent";
GRANT SELECT ON regress_read TO "regress agent" WITH GRANT OPTION;
GRANT EXECUTE ON PROCEDURE regress_p TO "regress agent";
GRANT CREATE ON SCHEMA public TO "regress agent";
GRANT TEMP ON DATABASE sandbox TO "regress agent";
GRANT SET ON PARAMETER log_statement TO "regress agent";
GRANT USAGE ON LANGUAGE plpgsql TO "regress agent";
CREATE SCHEMA regress_closed;
CREATE TABLE regress_closed.t (a int);
GRANT SELECT ON regress_closed.t TO "regress agent";
SELECT * FROM agentsandbox.unhonoured_grants('regress agent');
GRANT pg_read_all_data TO "regress agent";
ALTER ROLE "regress agent" CREATEDB;
SELECT * FROM agentsandbox.unhonoured_grants('regress agent') WHERE object ~ '^role';
SELECT * FROM agentsandbox.unhonoured_grants('regress_missing');
REVOKE pg_read_all_data FROM "regress agent";


-- in mode observe nothing is refused by these gates, and all is recorded
SELECT agentsandbox.create_method('regress_method', 'true', 'true');
GRANT INSERT ON regress_read TO "regress agent";
DELETE FROM agentsandbox.refusals WHERE conversation = :'conversation';
ALTER ROLE "regress agent" NOCREATEDB;
SELECT agentsandbox.alter_profile('regress agent', mode => 'observe', rows_returned => 10);
\c -reuse-previous=on :"conninfo"
SET work_mem = 100;
SHOW work_mem;
SELECT pg_sleep(0);
SELECT generate_series(1, 11);
LISTEN regress_x;
SELECT pg_listening_channels();
SELECT * FROM regress_all;
-- methods and labels are enforced all the same
INSERT INTO RemoteProcedureCalls (method) VALUES ('regress_method') RETURNING id \gset
SELECT status, error FROM agentsandbox.await(:'id');
SELECT * FROM regress_private;
INSERT INTO regress_read VALUES (1);
\c -reuse-previous=on sandbox :superuser
CALL regress_poll('count(*) = 1 FROM agentsandbox.refusals WHERE gate = ''flow'' AND conversation = ' || quote_literal(:'conversation'));
SELECT DISTINCT gate, object, privilege, sqlstate, reason FROM agentsandbox.refusals WHERE conversation = :'conversation' ORDER BY 1, 2, 3, 4, 5;

SELECT agentsandbox.close_conversation(:'conversation');
SELECT agentsandbox.drop_profile('regress agent');
DROP TABLE regress_hidden, regress_partly, regress_read, regress_all, regress_private;
DELETE FROM agentsandbox.RemoteProcedureCalls;
SELECT agentsandbox.drop_method('regress_method');
DROP SCHEMA regress_closed CASCADE;
DROP FUNCTION regress_f;
DROP PROCEDURE regress_poll;
DROP PROCEDURE regress_p;
