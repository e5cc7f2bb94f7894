-- The contract with gateways, from the gateway's side.
\set SHOW_CONTEXT never
CREATE SCHEMA regress_gateway;
\i sql/include/poll.sql
CREATE VIEW regress_gateway.calls AS
SELECT arguments->>'n' AS n, status, attempt, response, error, retry_at, lease_token IS NOT NULL AS leased
FROM agentsandbox.RemoteProcedureCalls;
CREATE ROLE regress_gateway LOGIN;
GRANT agentsandbox_gateway TO regress_gateway;
SELECT agentsandbox.create_profile('regress_caller');
SELECT agentsandbox.create_method('work', 'true', '{"type": "object", "required": ["ok"]}',
    max_attempts => 2, max_response_bytes => 100, time_limit => '7 s');
SELECT agentsandbox.create_method('other', 'true', 'true', max_attempts => 1);
SELECT agentsandbox.allow_method('regress_caller', 'work');
SELECT agentsandbox.allow_method('regress_caller', 'other');
SELECT conversation, role FROM agentsandbox.open_conversation('regress_caller') \gset
SELECT conversation AS second, role AS second_role FROM agentsandbox.open_conversation('regress_caller') \gset

-- of what was submitted at once, conversations are served in turn
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments)
SELECT 'work', jsonb_build_object('n', 'a' || i, 'b', 1.50, 'a', E'\u00e9\n') FROM generate_series(1, 5) i;
\c -
CALL regress_poll('count(*) = 5 FROM regress_gateway.calls WHERE status = ''ready''');
SET ROLE :second_role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments, deadline)
SELECT 'work', jsonb_build_object('n', 'b' || i), '2999-12-31 00:00:00+00' FROM generate_series(1, 2) i;
\c -
CALL regress_poll('count(*) = 7 FROM regress_gateway.calls WHERE status = ''ready''');
SET ROLE regress_gateway;
SELECT method, arguments::jsonb->>'n' AS n, attempt, time_limit, deadline, max_response_bytes
FROM agentsandbox.claim(4, '1 hour') WITH ORDINALITY AS c ORDER BY ordinality;
SELECT id, lease_token, arguments FROM agentsandbox.claim(1, '1 hour') \gset a3_
SELECT :'a3_arguments' AS canonical;

-- the id is not the agent's
RESET ROLE;
SELECT id <> :'a3_id' AS other_id FROM agentsandbox.RemoteProcedureCalls WHERE outside_id = :'a3_id';
SET ROLE regress_gateway;

-- by method; none is left of one, none of another
SELECT count(*) FROM agentsandbox.claim(10, '1 hour', ARRAY['other', 'missing']);
SELECT count(*) FROM agentsandbox.claim(10, '1 hour', '{}');
SELECT id, lease_token FROM agentsandbox.claim(1, '1 hour', ARRAY['work', 'other']) \gset a4_
SELECT id, lease_token FROM agentsandbox.claim(10, '1 hour', NULL) \gset a5_
SELECT count(*) FROM agentsandbox.claim(10, '1 hour');

-- an index that is built anew meanwhile has another oid
\! psql -XqAt -d sandbox -c "REINDEX INDEX CONCURRENTLY agentsandbox.calls_order"
-- completed, and again after the answer was lost
SELECT agentsandbox.complete(:'a3_id', :'a3_lease_token', '{"ok": 1}');
SELECT agentsandbox.complete(:'a3_id', :'a3_lease_token', '{"ok": 1.0}');
\set VERBOSITY sqlstate
SELECT agentsandbox.complete(:'a3_id', :'a3_lease_token', '{"ok": 2}');
SELECT agentsandbox.fail(:'a3_id', :'a3_lease_token', '{"class": "late"}');
SELECT agentsandbox.extend(:'a3_id', :'a3_lease_token', '1 min');
SELECT agentsandbox.complete(:'a3_id', gen_random_uuid(), '{"ok": 1}');
SELECT agentsandbox.complete(gen_random_uuid(), :'a3_lease_token', '{"ok": 1}');
SELECT agentsandbox.complete(:'a4_id', :'a3_lease_token', '{"ok": 1}');
\set VERBOSITY default

-- a response of the wrong form or size is not shown to anybody
SELECT agentsandbox.complete(:'a4_id', :'a4_lease_token', '{"secret": 1}');
SELECT agentsandbox.complete(:'a4_id', :'a4_lease_token', '{"secret": 1}');
SELECT agentsandbox.complete(:'a5_id', :'a5_lease_token', jsonb_build_object('ok', repeat('x', 100)));
RESET ROLE;
SELECT n, status, response, error FROM regress_gateway.calls WHERE n IN ('a3', 'a4', 'a5') ORDER BY n;

-- what an attempt that went wrong leads to
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('work', '{"n": "c"}'), ('other', '{"n": "d"}');
\c -
CALL regress_poll('count(*) = 2 FROM regress_gateway.calls WHERE status = ''ready''');
SET ROLE regress_gateway;
SELECT id, lease_token FROM agentsandbox.claim(1, '1 hour', ARRAY['work']) \gset c_
SELECT id, lease_token FROM agentsandbox.claim(1, '1 hour', ARRAY['other']) \gset d_
SELECT agentsandbox.fail(:'c_id', :'c_lease_token', '{"class": "timeout"}', '30 min');
SELECT agentsandbox.fail(:'d_id', :'d_lease_token', '{"class": "http", "http_status": 500}');
SELECT agentsandbox.fail(:'d_id', :'d_lease_token', '{"class": "http", "http_status": 500}');
\set VERBOSITY sqlstate
SELECT agentsandbox.fail(:'c_id', :'c_lease_token', '{"class": "timeout"}');
\set VERBOSITY default
SELECT count(*) FROM agentsandbox.claim(10, '1 hour');
RESET ROLE;
SELECT n, status, attempt, leased, retry_at - now() BETWEEN '29 min' AND '31 min' AS later, error
FROM regress_gateway.calls WHERE n IN ('c', 'd') ORDER BY n;

-- final means final
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('work', '{"n": "e"}');
\c -
CALL regress_poll('count(*) = 1 FROM regress_gateway.calls WHERE n = ''e'' AND status = ''ready''');
SET ROLE regress_gateway;
SELECT id, lease_token FROM agentsandbox.claim(1, '1 hour') \gset e_
SELECT agentsandbox.fail(:'e_id', :'e_lease_token', '"gone"', final => true);

-- a lease lapses: another attempt while one is left, then never again
RESET ROLE;
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('work', '{"n": "f"}');
\c -
CALL regress_poll('count(*) = 1 FROM regress_gateway.calls WHERE n = ''f'' AND status = ''ready''');
SET ROLE regress_gateway;
SELECT id, lease_token FROM agentsandbox.claim(1, '100 ms') \gset f_
\c -
CALL regress_poll('count(*) = 1 FROM regress_gateway.calls WHERE n = ''f'' AND status = ''ready'' AND retry_at IS NOT NULL');
\set VERBOSITY sqlstate
SELECT agentsandbox.complete(:'f_id', :'f_lease_token', '{"ok": 1}');
\set VERBOSITY default
CALL regress_poll('count(*) = 1 FROM regress_gateway.calls WHERE n = ''f'' AND retry_at IS NULL');
SELECT id = :'f_id' AS same_id, lease_token <> :'f_lease_token' AS other_token, attempt FROM agentsandbox.claim(1, '100 ms');
CALL regress_poll('count(*) = 1 FROM regress_gateway.calls WHERE n = ''f'' AND status = ''failed''');
SELECT n, status, attempt, error FROM regress_gateway.calls WHERE n IN ('e', 'f') ORDER BY n;

-- a lease is extended, but not beyond what the method may take
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('work', '{"n": "g"}');
\c -
CALL regress_poll('count(*) = 1 FROM regress_gateway.calls WHERE n = ''g'' AND status = ''ready''');
SET ROLE regress_gateway;
SELECT id, lease_token FROM agentsandbox.claim(1, '10 s') \gset g_
SELECT agentsandbox.extend(:'g_id', :'g_lease_token', '30 s') - clock_timestamp() BETWEEN '29 s' AND '30 s' AS extended;
SELECT agentsandbox.extend(:'g_id', :'g_lease_token', '1 hour') - clock_timestamp() BETWEEN '65 s' AND '67 s' AS bounded;
SELECT agentsandbox.complete(:'g_id', :'g_lease_token', '{"ok": true}');

-- bad input
SELECT agentsandbox.claim(0, '1 s');
SELECT agentsandbox.claim(NULL, '1 s');
SELECT agentsandbox.claim(100000, '1 s');
SELECT agentsandbox.claim(1, NULL);
SELECT agentsandbox.claim(1, '0');
SELECT agentsandbox.claim(1, '-1 s');
SELECT agentsandbox.claim(1, '1 day');
SELECT agentsandbox.claim(1, '1 s', wait => '61 s');
SELECT agentsandbox.claim(1, '1 s', wait => '-1 s');
SELECT agentsandbox.claim(1, '1 s', wait => NULL);
SELECT agentsandbox.fail(:'g_id', :'g_lease_token', NULL);
SELECT agentsandbox.fail(:'g_id', :'g_lease_token', to_jsonb(repeat('x', 10000)));
SELECT agentsandbox.complete(:'g_id', :'g_lease_token', NULL);

-- a gateway has nothing but this
SELECT count(*) FROM agentsandbox.RemoteProcedureCalls;
SELECT agentsandbox.await(:'g_id');
SELECT agentsandbox.create_method('mine', 'true', 'true');
RESET ROLE;

-- a completion is durable, whatever its transaction claims besides
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) SELECT 'work', jsonb_build_object('n', 'l' || i) FROM generate_series(1, 2) i;
RESET ROLE;
CALL regress_poll('count(*) = 2 FROM regress_gateway.calls WHERE status = ''ready'' AND n LIKE ''l%''');
SELECT id, lease_token FROM agentsandbox.claim(1, '1 hour', '{work}') \gset l_
WITH completed AS MATERIALIZED (SELECT agentsandbox.complete(:'l_id', :'l_lease_token', '{"ok": 1}') AS status),
    claimed AS MATERIALIZED (SELECT count(c.id) AS n FROM completed, agentsandbox.claim(CASE completed.status WHEN 'completed' THEN 1 END, '1 hour', '{work}') c)
SELECT status, claimed.n, pg_current_wal_insert_lsn() AS inserted FROM completed, claimed \gset l_
SELECT :'l_status' AS status, :l_n AS claimed, pg_current_wal_flush_lsn() >= :'l_inserted' AS durable;

-- without a wish of the gateway the next attempt is about one second away, then two
SELECT agentsandbox.create_method('slow', 'true', 'true', max_attempts => 3);
SELECT agentsandbox.allow_method('regress_caller', 'slow');
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('slow', '{"n": "s"}');
\c -
CALL regress_poll('count(*) = 1 FROM regress_gateway.calls WHERE n = ''s'' AND status = ''ready''');
SELECT id, lease_token FROM agentsandbox.claim(1, '1 hour', '{slow}') \gset s_
BEGIN;
SELECT clock_timestamp() AS before \gset
SELECT agentsandbox.fail(:'s_id', :'s_lease_token', '{"class": "timeout"}');
SELECT attempt, retry_at - :'before' > '0.75 s' AS late, retry_at - clock_timestamp() < '1.25 s' AS soon FROM regress_gateway.calls WHERE n = 's';
COMMIT;
CALL regress_poll('count(*) = 1 FROM regress_gateway.calls WHERE n = ''s'' AND retry_at IS NULL');
SELECT id, lease_token FROM agentsandbox.claim(1, '1 hour', '{slow}') \gset s_
BEGIN;
SELECT clock_timestamp() AS before \gset
SELECT agentsandbox.fail(:'s_id', :'s_lease_token', '{"class": "timeout"}');
SELECT attempt, retry_at - :'before' > '1.5 s' AS late, retry_at - clock_timestamp() < '2.5 s' AS soon FROM regress_gateway.calls WHERE n = 's';
COMMIT;

SELECT agentsandbox.close_conversation(:'conversation');
SELECT agentsandbox.close_conversation(:'second');
CALL regress_poll('count(*) = 0 FROM agentsandbox.RemoteProcedureCalls WHERE finished_at IS NULL');
SELECT n, status, attempt FROM regress_gateway.calls ORDER BY n;
SELECT agentsandbox.drop_method('work');
SELECT agentsandbox.drop_method('other');
SELECT agentsandbox.drop_method('slow');
SELECT agentsandbox.drop_profile('regress_caller');
DELETE FROM agentsandbox.RemoteProcedureCalls;
DROP SCHEMA regress_gateway CASCADE;
DROP PROCEDURE regress_poll;
DROP ROLE regress_gateway;
