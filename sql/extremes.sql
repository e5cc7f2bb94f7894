-- Input at and beyond every limit: each is a clear error, or an outcome the
-- agent can read, and nothing is lost.
\set SHOW_CONTEXT never
CREATE ROLE regress_gateway;
GRANT agentsandbox_gateway TO regress_gateway;
SELECT agentsandbox.create_profile('regress_caller', statement_bytes => 4000000);
SELECT agentsandbox.create_method('any', 'true', '{"type": "object"}', max_request_bytes => 2000000, max_attempts => 1);
SELECT agentsandbox.create_method('whole', '{"properties": {"n": {"type": "integer"}}}', 'true');
SELECT agentsandbox.allow_method('regress_caller', 'any');
SELECT agentsandbox.allow_method('regress_caller', 'whole');
SELECT conversation, role FROM agentsandbox.open_conversation('regress_caller') \gset

-- exactly as large as may be, and one byte more
SELECT current_setting('agentsandbox.max_arguments_bytes') AS limit_bytes, 1048576 - pg_column_size('{"s": ""}'::jsonb) AS room \gset
SELECT :'limit_bytes' AS limit_bytes;
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments)
VALUES ('any', jsonb_build_object('s', repeat('x', :room))) RETURNING id AS largest \gset
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('any', jsonb_build_object('s', repeat('x', :room + 1)));
-- what has no exponent where the server writes it, and could not be dumped
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments)
VALUES ('any', jsonb_build_object('n', (SELECT jsonb_agg(1e131000::numeric) FROM generate_series(1, 9))));
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments)
VALUES ('any', jsonb_build_object('n', (SELECT jsonb_agg(('1.' || repeat('0', 16000))::numeric) FROM generate_series(1, 66))));
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES (repeat('m', 256));

-- deeper than anything: jsonb's own limit, or the validator's
\set VERBOSITY terse
SELECT repeat('[', 10000) || repeat(']', 10000) AS nested \gset
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('any', ('{"a": ' || :'nested' || '}')::jsonb) RETURNING id AS deep \gset
SELECT status, error FROM agentsandbox.await(:'deep');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('any', '{"s": "\u0000"}');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('any', '{"\u0000": 1}');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('any', '{"s": "\ud800"}');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('any', '{"s": "\udc00\ud800"}');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('any', '{"n": 1e400000}');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('any', '{"n": NaN}');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('any', '{"n": 01}');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('any', '{"n": 1');
\set VERBOSITY default

-- numbers: by value, and of the last of equal keys
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES
    ('whole', '{"n": 1e400}'), ('whole', '{"n": -0}'), ('whole', '{"n": 1.0}'), ('whole', '{"n": 1.5, "n": 2}');
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('whole', '{"n": 1, "n": 1.5}') RETURNING id AS wrong \gset
SELECT status, error FROM agentsandbox.await(:'wrong');
SELECT left(arguments::text, 20) AS arguments, status FROM agentsandbox.RemoteProcedureCalls
WHERE method = 'whole' ORDER BY length(arguments::text), 1;

RESET ROLE;
SET ROLE regress_gateway;
-- what a gateway gets of them
SELECT left(arguments, 20) AS arguments, length(arguments) FROM agentsandbox.claim(10, '1 hour', '{whole}') ORDER BY length(arguments), 1;
-- a response of 100 MB is nobody's
SELECT id AS outside, lease_token AS token FROM agentsandbox.claim(1, '1 hour', '{any}') \gset
SELECT agentsandbox.complete(:'outside', :'token', jsonb_build_object('s', repeat('x', 100000000)));
RESET ROLE;
SET ROLE :role;
SELECT status, response, error FROM agentsandbox.await(:'largest');
-- NULL is no argument for what does something: it would do nothing, and not say so
SELECT agentsandbox.await(NULL);
SELECT agentsandbox.await(:'largest', NULL);
SELECT agentsandbox.cancel(NULL);
SELECT agentsandbox.preview(NULL);
RESET ROLE;
SET ROLE regress_gateway;
SELECT agentsandbox.complete(:'outside', :'token', NULL);
SELECT agentsandbox.extend(:'outside', :'token', NULL);
RESET ROLE;
SELECT agentsandbox.close_conversation(NULL);
SELECT agentsandbox.rotate_token(NULL);
SELECT agentsandbox.rotate_token(:'conversation', NULL);
SELECT agentsandbox.revoke_tokens(NULL);
SELECT agentsandbox.seal(NULL);
SELECT agentsandbox.enter(NULL);
SELECT oid::regprocedure FROM pg_proc p
WHERE pronamespace = 'agentsandbox'::regnamespace AND proisstrict AND provolatile = 'v' AND pronargs > 0
  AND EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee <> proowner) ORDER BY 1;

SELECT agentsandbox.close_conversation(:'conversation');
\i sql/include/poll.sql
CALL regress_poll('count(*) = 0 FROM agentsandbox.RemoteProcedureCalls WHERE finished_at IS NULL');
SELECT agentsandbox.drop_method('any');
SELECT agentsandbox.drop_method('whole');
SELECT agentsandbox.drop_profile('regress_caller');
DELETE FROM agentsandbox.RemoteProcedureCalls;
DROP PROCEDURE regress_poll;
DROP ROLE regress_gateway;
