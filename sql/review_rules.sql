-- Rules that hold unusual calls: what can be said, and that each fires on what
-- is planted and is silent on the rest.  (Restarts: test/tap/080_review.pl.)
\set SHOW_CONTEXT never
CREATE SCHEMA regress_rules;
\i sql/include/poll.sql
-- until all calls are judged and all decisions have been acted on
CREATE PROCEDURE regress_rules.settled() LANGUAGE plpgsql AS $$
BEGIN
    CALL regress_poll($cond$NOT EXISTS (SELECT FROM agentsandbox.RemoteProcedureCalls
                                        WHERE status = 'submitted' OR status = 'held' AND held_until = '-infinity')$cond$);
END
$$;
SELECT clock_timestamp() AS start \gset
-- a conversation's calls in the order in which it made them, and why they wait
CREATE VIEW regress_rules.calls AS
SELECT c.conversation, arguments, status, held_for -> 'rules' AS held_by, error ->> 'code' AS code
FROM agentsandbox.RemoteProcedureCalls c WHERE submitted_at > :'start' ORDER BY submitted_at;

-- values at a pointer
SELECT p, ARRAY(SELECT v FROM agentsandbox.pointer_values('{"to": ["a", {"b": 1}, {"b": [2, 3]}], "": 4, "a/b": {"c~d": 5}, "*": 6}', p) v)
FROM unnest(ARRAY['/to/*', '/to/*/b', '/to/*/b/*', '/to/0', '/to/00', '/to/3', '/to/-', '/', '/a~1b/c~0d', '/*', '/x/y', '/to/1/b', 'to', '']) p;

SELECT agentsandbox.create_profile('regress_ruled');
SELECT agentsandbox.create_method('pay', response => 'true',
    request => '{"type": "object", "properties": {"to": {}, "note": {"type": "string"}, "n": {"type": "integer"}}, "additionalProperties": false}');
SELECT agentsandbox.create_method('ask', 'true', 'true');
SELECT agentsandbox.allow_method('regress_ruled', m) FROM unnest(ARRAY['pay', 'ask']) m;
SELECT conversation, role FROM agentsandbox.open_conversation('regress_ruled') \gset
SELECT conversation AS other, role AS other_role FROM agentsandbox.open_conversation('regress_ruled') \gset

-- what is no rule
SELECT agentsandbox.create_anomaly_rule('r', 'mood');
SELECT agentsandbox.create_anomaly_rule('r', NULL);
SELECT agentsandbox.create_anomaly_rule('R', 'refusals', calls => 3);
SELECT agentsandbox.create_anomaly_rule('r', 'velocity', calls => 3);
SELECT agentsandbox.create_anomaly_rule('r', 'velocity', calls => 0, period => '1 hour');
SELECT agentsandbox.create_anomaly_rule('r', 'velocity', calls => 3, period => '-1 hour');
SELECT agentsandbox.create_anomaly_rule('r', 'velocity', calls => 3, period => '1 hour', pointer => '/to');
SELECT agentsandbox.create_anomaly_rule('r', 'first_value', pointer => '/to', method => 'pay');
SELECT agentsandbox.create_anomaly_rule('r', 'first_value', pointer => 'to', method => 'pay', profile => 'regress_ruled');
SELECT agentsandbox.create_anomaly_rule('r', 'first_value', pointer => '/~2', method => 'pay', profile => 'regress_ruled');
SELECT agentsandbox.create_anomaly_rule('r', 'size', method => 'pay', profile => 'regress_ruled', score => 'NaN');
SELECT agentsandbox.create_anomaly_rule('r', 'size', method => 'pay', profile => 'regress_ruled', minimum => 300);
SELECT agentsandbox.create_anomaly_rule('r', 'hours', from_time => '20:00', until_time => '20:00', time_zone => 'UTC');
SELECT agentsandbox.create_anomaly_rule('r', 'hours', from_time => '20:00', until_time => '06:00', time_zone => 'Nowhere');
SELECT agentsandbox.create_anomaly_rule('r', 'hours', from_time => '20:00', until_time => '06:00');
SELECT agentsandbox.create_anomaly_rule('r', 'refusals', calls => 3, profile => 'nobody');
SELECT agentsandbox.create_anomaly_rule('r', 'refusals', calls => 3, method => 'nothing');
SELECT agentsandbox.alter_anomaly_rule('r', false);
SELECT agentsandbox.drop_anomaly_rule('r');

-- velocity: for each conversation, and for all together
SELECT agentsandbox.create_anomaly_rule('fast', 'velocity', method => 'pay', calls => 2, period => '1 hour');
SELECT agentsandbox.create_anomaly_rule('all_fast', 'velocity', profile => 'regress_ruled', calls => 3, period => '1 hour', each_conversation => false);
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) SELECT 'pay', jsonb_build_object('n', n) FROM generate_series(1, 3) n;
RESET ROLE;
CALL regress_rules.settled();
SET ROLE :other_role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) SELECT 'ask', jsonb_build_object('n', n) FROM generate_series(4, 5) n;
RESET ROLE;
CALL regress_rules.settled();
SELECT arguments, status, held_by FROM regress_rules.calls;
-- an auditor sees them, and that one is switched off
SELECT class, identity, notes, via FROM agentsandbox.surface('regress_ruled') WHERE identity LIKE 'anomaly%';
SELECT agentsandbox.alter_anomaly_rule('fast', false);
SELECT identity FROM agentsandbox.surface('regress_ruled') WHERE identity LIKE 'anomaly%';
SELECT agentsandbox.drop_anomaly_rule('fast'), agentsandbox.drop_anomaly_rule('all_fast');

-- a new recipient; those before the rule are known
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('pay', '{"to": "ann"}'), ('pay', '{"to": ["bob", "cy"]}');
RESET ROLE;
CALL regress_rules.settled();
SELECT agentsandbox.create_anomaly_rule('new_to', 'first_value', 'regress_ruled', 'pay', pointer => '/to');
SELECT agentsandbox.create_anomaly_rule('new_in_to', 'first_value', 'regress_ruled', 'pay', pointer => '/to/*');
SET ROLE :other_role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES
    ('pay', '{"to": "ann", "note": "known"}'), ('pay', '{"to": "dan"}'), ('pay', '{"note": "to nobody"}'),
    ('pay', '{"to": ["cy", "bob"]}'), ('pay', '{"to": ["eve"]}'), ('ask', '{"to": "eve"}');
RESET ROLE;
CALL regress_rules.settled();
SELECT arguments, status, held_by FROM regress_rules.calls WHERE arguments ?| '{to,note}';
-- one that was approved is known from then on; one that was rejected is not
SELECT agentsandbox.approve(id, 'he moved') FROM agentsandbox.reviews WHERE payload = '{"to":"dan"}';
SELECT agentsandbox.reject(id, 'who is eve?') FROM agentsandbox.reviews WHERE payload = '{"to":["eve"]}';
CALL regress_rules.settled();
SET ROLE :other_role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('pay', '{"to": "dan", "n": 2}'), ('pay', '{"to": ["eve"], "n": 2}');
RESET ROLE;
CALL regress_rules.settled();
SELECT arguments, status FROM regress_rules.calls WHERE arguments ? 'to' AND arguments ->> 'n' = '2';
SELECT agentsandbox.drop_anomaly_rule('new_to'), agentsandbox.drop_anomaly_rule('new_in_to');
SELECT count(*) FROM agentsandbox.anomaly_values;

-- size: far above what is usual, which a few large ones do not change
SELECT agentsandbox.create_anomaly_rule('large', 'size', 'regress_ruled', 'ask', history => 50, minimum => 20);
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) SELECT 'ask', jsonb_build_object('s', repeat('x', 1000)) FROM generate_series(1, 3);
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) SELECT 'ask', jsonb_build_object('s', repeat('x', 80 + n % 20)) FROM generate_series(1, 60) n;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('ask', jsonb_build_object('s', repeat('y', 115))), ('ask', jsonb_build_object('s', repeat('y', 500))), ('ask', '{"s": "y"}');
RESET ROLE;
CALL regress_rules.settled();
SELECT status, regexp_replace(held_by::text, '\d+\.\d', 'N') AS held_by, left(arguments ->> 's', 1) AS s, count(*) FROM regress_rules.calls WHERE arguments ? 's' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT agentsandbox.drop_anomaly_rule('large');

-- bits: a key says more than a sentence of the same length
SELECT round(agentsandbox.payload_bits('{"s": "aaaaaaaaaaaaaaaaaaaa"}')) AS same, round(agentsandbox.payload_bits('{"s": "Jb7xQ2mV9tLz4KcW8nRy"}')) AS key, agentsandbox.payload_bits('1') AS one;
SELECT agentsandbox.create_method('chat', 'true', 'true');
SELECT agentsandbox.allow_method('regress_ruled', 'chat');
SELECT agentsandbox.create_anomaly_rule('dense', 'bits', 'regress_ruled', 'chat', history => 50, minimum => 20);
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) SELECT 'chat', jsonb_build_object('q', left('is there a table left for ' || n || ' people at ' || n % 7 || ' tonight? thank you very much', 64)) FROM generate_series(1, 60) n;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('chat', '{"q": "would you please send a taxi to the station for six of us at 9?"}'), ('chat', '{"q": "7f3Kd9QzXw1LmV5tYb8RcJ2nHs6GpU4eAoT0iWlNqZkMxBvCjSDfPgEhyrIuOa-_"}');
RESET ROLE;
CALL regress_rules.settled();
SELECT status, regexp_replace(held_by::text, '\d+ bits are \d+\.\d', 'N bits are N') AS held_by, left(arguments ->> 'q', 5) AS q, count(*) FROM regress_rules.calls WHERE arguments ? 'q' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT agentsandbox.drop_anomaly_rule('dense');

-- hours: now is within the one and outside the other
SELECT agentsandbox.create_anomaly_rule('late', 'hours', method => 'ask', time_zone => 'Europe/Paris',
    from_time => ((now() AT TIME ZONE 'Europe/Paris')::time - interval '2 hours'), until_time => ((now() AT TIME ZONE 'Europe/Paris')::time + interval '2 hours'));
SELECT agentsandbox.create_anomaly_rule('early', 'hours', method => 'pay', time_zone => 'Asia/Tokyo',
    from_time => ((now() AT TIME ZONE 'Asia/Tokyo')::time + interval '2 hours'), until_time => ((now() AT TIME ZONE 'Asia/Tokyo')::time - interval '2 hours'));
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('ask', '{"hour": 1}'), ('pay', '{"n": 100}');
RESET ROLE;
CALL regress_rules.settled();
SELECT arguments, status, regexp_replace(held_by::text, '\d\d:\d\d', 'HH:MM') AS held_by FROM regress_rules.calls WHERE arguments ? 'hour' OR arguments ->> 'n' = '100';
-- a zone that is not known any more holds
UPDATE agentsandbox.anomaly_rules SET time_zone = 'Nowhere';
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('ask', '{"hour": 2}'), ('pay', '{"n": 200}');
RESET ROLE;
CALL regress_rules.settled();
SELECT arguments, status, held_by FROM regress_rules.calls WHERE arguments ->> 'hour' = '2' OR arguments ->> 'n' = '200';
-- switched off, and on again
SELECT agentsandbox.alter_anomaly_rule('late', false);
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('ask', '{"hour": 3}');
RESET ROLE;
CALL regress_rules.settled();
SELECT agentsandbox.alter_anomaly_rule('late', true);
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('ask', '{"hour": 4}');
RESET ROLE;
CALL regress_rules.settled();
SELECT arguments, status FROM regress_rules.calls WHERE arguments ->> 'hour' IN ('3', '4');
SELECT agentsandbox.drop_anomaly_rule('late'), agentsandbox.drop_anomaly_rule('early');

-- refusals in a row: until a call goes again
SELECT agentsandbox.create_anomaly_rule('probing', 'refusals', profile => 'regress_ruled', calls => 3);
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES
    ('pay', '{"x": 1}'), ('pay', '{"x": 1}'), ('pay', '{"n": 31}'), ('pay', '{"x": 1}'), ('nothing', '{"x": 1}'), ('pay', '{"x": 1}'), ('pay', '{"n": 32}'), ('pay', '{"n": 33}');
RESET ROLE;
SET ROLE :other_role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('pay', '{"n": 34}');
RESET ROLE;
CALL regress_rules.settled();
SELECT arguments, status, held_by FROM regress_rules.calls WHERE arguments ->> 'n' IN ('31', '32', '33', '34');
SELECT agentsandbox.approve(id, 'harmless') FROM agentsandbox.reviews WHERE payload = '{"n":32}';
CALL regress_rules.settled();
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('pay', '{"n": 35}');
RESET ROLE;
CALL regress_rules.settled();
SELECT arguments, status FROM regress_rules.calls WHERE arguments ->> 'n' IN ('32', '35');
SELECT agentsandbox.drop_anomaly_rule('probing');

-- rules that are broken hold, and the next batch is judged
SELECT agentsandbox.create_anomaly_rule('broken', 'velocity', method => 'pay', calls => 1000, period => '1 hour');
ALTER TABLE agentsandbox.anomaly_history RENAME COLUMN measure TO lost;
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('pay', '{"n": 41}'), ('pay', '{"n": 42}');
RESET ROLE;
CALL regress_rules.settled();
ALTER TABLE agentsandbox.anomaly_history RENAME COLUMN lost TO measure;
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('pay', '{"n": 43}');
RESET ROLE;
CALL regress_rules.settled();
SELECT arguments, status, held_by FROM regress_rules.calls WHERE arguments ->> 'n' IN ('41', '42', '43');

-- a profile takes its rules along; the worker forgets what they remembered
SELECT agentsandbox.close_conversation(c) FROM unnest(ARRAY[:'conversation', :'other']::uuid[]) c;
SELECT agentsandbox.create_anomaly_rule('own', 'size', 'regress_ruled', 'pay');
SELECT count(*) > 0 AS seeded FROM agentsandbox.anomaly_history WHERE rule = 'own';
SELECT agentsandbox.drop_profile('regress_ruled');
SELECT name FROM agentsandbox.anomaly_rules;
SELECT agentsandbox.drop_method(m) FROM unnest(ARRAY['pay', 'ask', 'chat']) m;
SELECT count(*) FROM agentsandbox.anomaly_rules;
DROP SCHEMA regress_rules CASCADE;
DROP PROCEDURE regress_poll;
