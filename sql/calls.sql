-- Calls, from the conversation's side: made, judged, read, awaited, cancelled.
\set SHOW_CONTEXT never
\i sql/include/poll.sql
SELECT agentsandbox.create_profile('regress_caller');
SELECT agentsandbox.create_method('echo', response => 'true', max_request_bytes => 1000,
    request => '{"type": "object", "properties": {"n": {"type": "integer", "maximum": 10}, "s": {"type": "string"}}, "additionalProperties": false}');
SELECT agentsandbox.create_method('rare', 'true', 'true', rate_calls => 2, rate_interval => '1 hour');
SELECT agentsandbox.create_method('hidden', 'true', 'true');
SELECT agentsandbox.allow_method('regress_caller', 'echo');
SELECT agentsandbox.allow_method('regress_caller', 'rare');
SELECT conversation, role FROM agentsandbox.open_conversation('regress_caller') \gset
SELECT conversation AS second, role AS second_role FROM agentsandbox.open_conversation('regress_caller') \gset
SELECT conversation AS third, role AS third_role FROM agentsandbox.open_conversation('regress_caller') \gset

-- judged at once; everything but method, arguments and deadline is the server's
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '{"n": 1}') RETURNING id \gset
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('echo') RETURNING id <> :'id' AS fresh, method, arguments, deadline, status, response, error;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '{"n": 11}') RETURNING id AS wrong \gset
SELECT status, error FROM agentsandbox.await(:'wrong');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '{"n": 1, "m": 2}') RETURNING id AS wrong \gset
SELECT status, error FROM agentsandbox.await(:'wrong');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', jsonb_build_object('s', repeat('x', 1000))) RETURNING id AS wrong \gset
SELECT status, error FROM agentsandbox.await(:'wrong');

-- a method that does not exist and one that is not allowed are the same
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('hidden') RETURNING id AS wrong \gset
SELECT status, error FROM agentsandbox.await(:'wrong');
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('missing') RETURNING id AS wrong \gset
SELECT status, error FROM agentsandbox.await(:'wrong');
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES (repeat('x', 100)) RETURNING id AS wrong \gset
SELECT status, error->>'code' AS code FROM agentsandbox.await(:'wrong');

-- the rate is one conversation's
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('rare'), ('rare');
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('rare') RETURNING id AS wrong \gset
SELECT status, error - 'retry_after' AS error, (error->'retry_after')::integer BETWEEN 3500 AND 3600 AS retry_after
FROM agentsandbox.await(:'wrong');

-- a deadline that has passed, and one that passes
INSERT INTO agentsandbox.RemoteProcedureCalls (method, deadline) VALUES ('echo', now() - interval '1 s') RETURNING id AS late \gset
SELECT status, error FROM agentsandbox.await(:'late');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, deadline) VALUES ('echo', clock_timestamp() + interval '2 s') RETURNING id AS late \gset
SELECT status FROM agentsandbox.await(:'late', '500 ms');
SELECT status, error->>'code' AS code FROM agentsandbox.await(:'late');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, deadline) VALUES ('echo', 'infinity') RETURNING id AS endless \gset
SELECT status FROM agentsandbox.await(:'endless', '500 ms');
SELECT agentsandbox.cancel(:'endless');

-- refused at INSERT
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '[1]');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '1');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', 'null');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', NULL);
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES (NULL, '{}');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', jsonb_build_object('s', repeat('x', 1100000)));
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '{"s": "\u0000"}');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '{"s": "\ud800"}');

-- numbers and duplicate keys as jsonb has them
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '{"n": 1e400}') RETURNING id AS wrong \gset
SELECT status, error->>'instance' AS instance FROM agentsandbox.await(:'wrong');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '{"n": 1.0}'), ('echo', '{"n": -0}'), ('echo', '{"n": 99, "n": 2}');
-- too deep for the validator, though not for jsonb
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments)
VALUES ('rare', ('{"a": ' || repeat('[', 3000) || repeat(']', 3000) || '}')::jsonb) RETURNING id AS wrong \gset
SELECT status, error->>'code' AS code FROM agentsandbox.await(:'wrong');

-- not the agent's
INSERT INTO agentsandbox.RemoteProcedureCalls (id, method) VALUES (gen_random_uuid(), 'echo');
INSERT INTO agentsandbox.RemoteProcedureCalls (conversation, method) VALUES ('00000000-0000-0000-0000-000000000000', 'echo');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, status) VALUES ('echo', 'completed');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, response) VALUES ('echo', '{}');
SELECT outside_id FROM agentsandbox.RemoteProcedureCalls;
SELECT lease_token FROM agentsandbox.RemoteProcedureCalls;
SELECT conversation FROM agentsandbox.RemoteProcedureCalls;
UPDATE agentsandbox.RemoteProcedureCalls SET status = 'completed';
DELETE FROM agentsandbox.RemoteProcedureCalls;
SELECT * FROM agentsandbox.ended_conversations;
SELECT agentsandbox.claim(1, '1 s');

-- waiting
SELECT * FROM agentsandbox.await(:'id', '50 ms');
SELECT * FROM agentsandbox.await(:'id', '-1 s');
SELECT * FROM agentsandbox.await('00000000-0000-0000-0000-000000000000');
BEGIN;
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('echo') RETURNING id AS mine \gset
SELECT * FROM agentsandbox.await(:'mine');
ROLLBACK;
-- ... for a call that a savepoint took back
BEGIN;
SAVEPOINT before;
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('echo') RETURNING id AS mine \gset
ROLLBACK TO before;
COMMIT;
\set VERBOSITY sqlstate
SELECT * FROM agentsandbox.await(:'mine');
\set VERBOSITY default
-- ... for the last call of this session: looked at when the time is over, and not before
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '{"n": 2}') RETURNING id AS mine \gset
BEGIN;
RESET ROLE;
SELECT pg_stat_get_xact_numscans(indexrelid) AS before FROM pg_index WHERE indrelid = 'agentsandbox.RemoteProcedureCalls'::regclass AND indisprimary \gset
SET LOCAL ROLE :role;
SELECT status IN ('submitted', 'ready') AS not_yet FROM agentsandbox.await(:'mine', '50 ms');
RESET ROLE;
SELECT pg_stat_get_xact_numscans(indexrelid) - :before AS looks FROM pg_index WHERE indrelid = 'agentsandbox.RemoteProcedureCalls'::regclass AND indisprimary;
SET LOCAL ROLE :second_role;
\set VERBOSITY sqlstate
SELECT * FROM agentsandbox.await(:'mine', '50 ms');
\set VERBOSITY default
ROLLBACK;
-- inside a transaction that cannot see what was committed after it began
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) > 0 AS some FROM agentsandbox.RemoteProcedureCalls;
SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE id = :'id';

-- ... the gateway answers meanwhile
\! psql -XqAt -d sandbox -c "CREATE TEMP TABLE mine AS SELECT * FROM agentsandbox.claim(100, '1 hour')" -c "SELECT agentsandbox.complete(id, lease_token, '{\"answer\": 42}') FROM mine WHERE arguments = '{\"n\":1}'"
SELECT status, response FROM agentsandbox.await(:'id');
SELECT status, response FROM agentsandbox.RemoteProcedureCalls WHERE id = :'id';
COMMIT;
SELECT status, response, error FROM agentsandbox.RemoteProcedureCalls WHERE id = :'id';

-- all in one
CALL agentsandbox.call('echo', '{"n": 99}', NULL, NULL, NULL, NULL) \gset result_
SELECT :'result_status' AS status, :'result_error'::jsonb->>'code' AS code;
CALL agentsandbox.call('echo', timeout => '10 ms') \gset result_
SELECT :'result_status' IN ('submitted', 'ready') AS not_yet;
CALL agentsandbox.call(NULL);
CALL agentsandbox.call('echo', '[]');
CALL agentsandbox.call('echo', timeout => NULL);
-- a timeout that is none makes no call
SELECT count(*) AS calls FROM agentsandbox.RemoteProcedureCalls \gset
CALL agentsandbox.call('echo', timeout => '178000000 years');
CALL agentsandbox.call('echo', timeout => '-178000000 years');
SELECT count(*) - :calls AS made FROM agentsandbox.RemoteProcedureCalls;
BEGIN;
CALL agentsandbox.call('echo');
ROLLBACK;

-- cancelled while nobody has it
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '{"n": 3}') RETURNING id AS unwanted \gset
SELECT agentsandbox.cancel(:'unwanted');
SELECT agentsandbox.cancel(:'unwanted');
SELECT status, finished_at IS NOT NULL AS finished FROM agentsandbox.RemoteProcedureCalls WHERE id = :'unwanted';
SELECT agentsandbox.cancel(:'id');
SELECT agentsandbox.cancel('00000000-0000-0000-0000-000000000000');

-- another conversation of the same profile has none of this
\c -
SET ROLE :second_role;
SELECT count(*) FROM agentsandbox.RemoteProcedureCalls;
\set VERBOSITY sqlstate
SELECT * FROM agentsandbox.await(:'id');
SELECT agentsandbox.cancel(:'id');
\set VERBOSITY default
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('rare') RETURNING id AS theirs \gset
SELECT status FROM agentsandbox.await(:'theirs', '500 ms');

-- whoever is no conversation has no calls
\c -
SELECT agentsandbox.await(:'id');
CALL agentsandbox.call('echo');
\set VERBOSITY sqlstate
SELECT agentsandbox.cancel(:'id');
\set VERBOSITY default

-- the table of transitions holds for everybody
UPDATE agentsandbox.RemoteProcedureCalls SET status = 'submitted' WHERE id = :'theirs';
UPDATE agentsandbox.RemoteProcedureCalls SET status = 'completed' WHERE id = :'theirs';
UPDATE agentsandbox.RemoteProcedureCalls SET status = 'nonsense' WHERE id = :'theirs';
UPDATE agentsandbox.RemoteProcedureCalls SET error = '{}' WHERE id = :'id';
UPDATE agentsandbox.RemoteProcedureCalls SET arguments = '{"n": 5}' WHERE id = :'theirs';
UPDATE agentsandbox.RemoteProcedureCalls SET method = 'echo' WHERE id = :'theirs';
UPDATE agentsandbox.RemoteProcedureCalls SET outside_id = gen_random_uuid() WHERE id = :'theirs';
DELETE FROM agentsandbox.RemoteProcedureCalls WHERE id = :'theirs';

-- the end of a conversation is the end of its calls
CALL regress_poll(format('count(*) = 1 FROM agentsandbox.RemoteProcedureCalls WHERE id = %L AND status = ''ready''', :'theirs'));
SELECT agentsandbox.close_conversation(:'second');
CALL regress_poll(format('count(*) = 1 FROM agentsandbox.RemoteProcedureCalls WHERE id = %L AND status = ''expired''', :'theirs'));
SELECT status, error FROM agentsandbox.RemoteProcedureCalls WHERE id = :'theirs';
CALL regress_poll('count(*) = 0 FROM agentsandbox.ended_conversations');

-- a poisoned call fails alone; here its method cannot be compiled any more
ALTER TABLE agentsandbox.method_definitions DISABLE TRIGGER check_method;
UPDATE agentsandbox.method_definitions SET request = '{"typo": true}' WHERE name = 'rare';
ALTER TABLE agentsandbox.method_definitions ENABLE TRIGGER check_method;
SET ROLE :third_role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('echo'), ('rare'), ('echo');
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('rare') RETURNING id AS poisoned \gset
SELECT status, error FROM agentsandbox.await(:'poisoned');
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('echo') RETURNING id AS healthy \gset
SELECT status FROM agentsandbox.await(:'healthy', '500 ms');
SELECT method, status, count(*) FROM agentsandbox.RemoteProcedureCalls GROUP BY 1, 2 ORDER BY 1, 2;
\c -

-- a table that somebody has altered is not written to as if it were ours
BEGIN;
ALTER TABLE agentsandbox.RemoteProcedureCalls ADD COLUMN regress_more text DEFAULT 'x';
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('echo');
ROLLBACK;
BEGIN;
ALTER TABLE agentsandbox.RemoteProcedureCalls ADD COLUMN regress_more text DEFAULT 'x';
UPDATE agentsandbox.RemoteProcedureCalls SET error = '{}' WHERE id = :'poisoned';
ROLLBACK;

-- a method that goes takes its calls along
SELECT agentsandbox.drop_method('echo');
SELECT method, status, error->>'code' AS code, count(*) FROM agentsandbox.RemoteProcedureCalls
WHERE conversation = :'third' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

SELECT agentsandbox.close_conversation(:'conversation');
SELECT agentsandbox.close_conversation(:'third');
CALL regress_poll('count(*) = 0 FROM agentsandbox.RemoteProcedureCalls WHERE finished_at IS NULL');
SELECT agentsandbox.drop_method('rare');
SELECT agentsandbox.drop_method('hidden');
SELECT agentsandbox.drop_profile('regress_caller');
DELETE FROM agentsandbox.RemoteProcedureCalls;
DROP PROCEDURE regress_poll;
