-- Held calls: what a reviewer sees, decides, and what becomes of the call.
\set SHOW_CONTEXT never
\set superuser :USER
CREATE SCHEMA regress_review;
\i sql/include/poll.sql

-- what a statement ends with, without ids
CREATE FUNCTION regress_review.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN regexp_replace(concat_ws(' ', SQLSTATE || ':', SQLERRM || '.', detail), '[0-9a-f-]{36}', 'ID');
END
$$;
GRANT USAGE ON SCHEMA regress_review TO PUBLIC;

-- what differs between two payloads
SELECT jsonb_array_elements(agentsandbox.json_changes(
    '{"to": "a@example.org", "cc": [], "n": 1.0, "deep": {"x": [1, 2, {"y": null}]}, "gone": true, "a/b~c": 1}',
    '{"to": "b@example.org", "cc": ["c"], "n": 1, "deep": {"x": [1, 3, {"y": false}]}, "new": {"p": {}}, "a/b~c": 2}'));
SELECT agentsandbox.json_changes('{"a": 1}', '{"a": 1.00}') AS equal,
       agentsandbox.json_changes('{}', '{"a": {}}') AS empty,
       agentsandbox.json_changes('1', '[1]') AS kind,
       agentsandbox.json_changes(NULL, '1') AS first;
SELECT agentsandbox.json_changes('{"a": [1, 2, 3]}', '{"a": [1, 3]}') AS shorter;
-- however much there is
SELECT jsonb_array_length(c) AS changes, length(c->1->>'path') AS cut_off, c->-1 AS last, octet_length(c::text) < 1000000 AS bounded
FROM agentsandbox.json_changes('{}', jsonb_build_object(repeat('k', 30000), (SELECT jsonb_agg(i) FROM generate_series(1, 12000) i))) AS c;
-- ... and if it takes long to get to
SET statement_timeout = '5s';
SELECT agentsandbox.json_changes(jsonb_agg(jsonb_build_array(jsonb_build_array(i))), jsonb_agg(jsonb_build_array(jsonb_build_array(i + 1)))) AS deep,
       agentsandbox.json_changes('{"a": 1}' || jsonb_object_agg(i, jsonb_build_array(jsonb_build_array(i))),
                                 '{"a": 2}' || jsonb_object_agg(i, jsonb_build_array(jsonb_build_array(i + 1)))) AS first_level
FROM generate_series(1, 40000) i;
RESET statement_timeout;

-- three lines, hashed
SELECT agentsandbox.review_digest('mail', '{private,untrusted}', '{"b": 1.0, "a": "x"}')
       = sha256(E'mail\n["private","untrusted"]\n{"a":"x","b":1}') AS digest,
       agentsandbox.review_digest('mail', NULL, '{}') = sha256(E'mail\n[]\n{}') AS without_labels;

SELECT agentsandbox.create_profile('regress_reviewed', two_person_review => true, held_calls => 3);
SELECT agentsandbox.create_method('mail', response => 'true',
    request => '{"type": "object", "properties": {"to": {"type": "string"}, "n": {"type": "integer"}}, "additionalProperties": false}');
SELECT agentsandbox.allow_method('regress_reviewed', 'mail');
-- everything waits
SELECT agentsandbox.create_anomaly_rule('always', 'hours', profile => 'regress_reviewed',
    from_time => '00:00', until_time => '24:00', time_zone => 'UTC');
CREATE ROLE regress_opener LOGIN PASSWORD 'regress' IN ROLE agentsandbox_operator, agentsandbox_reviewer;
CREATE ROLE regress_reviewer LOGIN PASSWORD 'regress' IN ROLE agentsandbox_reviewer;
CREATE ROLE regress_auditor LOGIN PASSWORD 'regress' IN ROLE agentsandbox_auditor;
\c -reuse-previous=on "user=regress_opener password=regress"
SELECT conversation, role FROM agentsandbox.open_conversation('regress_reviewed') \gset
\c -reuse-previous=on sandbox :superuser

-- the agent sees that it waits, and not why
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('mail', '{"to": "ann@example.org", "n": 1.0}') RETURNING id AS one \gset
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('mail', U&'{"to": "bob@example.org\202E", "n": 2}') RETURNING id AS two \gset
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('mail', U&'{"to": "cy@example.org\FE01"}') RETURNING id AS three \gset
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('mail', '{"to": "dan@example.org"}') RETURNING id AS four \gset
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('mail', '{"bad": 1}') RETURNING id AS five \gset
SELECT status, error FROM agentsandbox.await(:'four');
SELECT status, error ->> 'code' AS code FROM agentsandbox.await(:'five');
SELECT status, error FROM agentsandbox.await(:'one', '10 ms');
SELECT held_for FROM agentsandbox.RemoteProcedureCalls;
SELECT * FROM agentsandbox.reviews;
SELECT agentsandbox.approve('00000000-0000-0000-0000-000000000000', 'me');
SELECT * FROM agentsandbox.review_decisions;
RESET ROLE;

-- what a reviewer reads
\c -reuse-previous=on "user=regress_reviewer password=regress"
SELECT profile, opened_by, method, payload, payload_sha256 = sha256(convert_to(payload, 'UTF8')) AS payload_sha256,
       digest = sha256(convert_to(E'mail\n[]\n' || payload, 'UTF8')) AS digest, hidden_characters,
       regexp_replace(reason::text, '\d\d:\d\d', 'HH:MM') AS reason, labels, raised, changes, expires_at - submitted_at > '23 hours' AS expires
FROM agentsandbox.reviews ORDER BY payload \g (format=unaligned)
SELECT count(*) FROM agentsandbox.RemoteProcedureCalls;
SELECT count(*) FROM agentsandbox.review_decisions;

-- decided once, about what it is
SELECT regress_review.try(format($$SELECT agentsandbox.approve(%L, 'fine', '\x00')$$, :'one'));
SELECT regress_review.try(format($$SELECT agentsandbox.approve(%L, NULL)$$, :'one'));
SELECT agentsandbox.approve('00000000-0000-0000-0000-000000000000', 'none such');
SELECT regress_review.try(format($$SELECT agentsandbox.approve(%L, 'refused already')$$, :'four'));
SELECT agentsandbox.approve(id, 'fine', digest) FROM agentsandbox.reviews WHERE id = :'one';
SELECT regress_review.try(format($$SELECT agentsandbox.reject(%L, 'too late')$$, :'one'));
SELECT agentsandbox.reject(:'two', 'the address hides a character');
SELECT agentsandbox.reject(:'three', 'a secret suspicion', tell => false);
SELECT count(*) FROM agentsandbox.reviews;

\c -reuse-previous=on sandbox :superuser
CALL regress_poll($$NOT EXISTS (SELECT FROM agentsandbox.RemoteProcedureCalls WHERE status = 'held')$$);
SET ROLE :role;
SELECT arguments, status, error, finished_at IS NOT NULL AS finished FROM agentsandbox.RemoteProcedureCalls ORDER BY submitted_at \g (format=unaligned)
RESET ROLE;
SELECT arguments FROM agentsandbox.claim(10, '1 hour');

-- compared with the last approved one; not by whoever opened the conversation
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('mail', '{"to": "ann@example.net", "n": 1}') RETURNING id AS six \gset
RESET ROLE;
CALL regress_poll($$EXISTS (SELECT FROM agentsandbox.reviews)$$);
\c -reuse-previous=on "user=regress_opener password=regress"
SELECT changes, changes_since = :'one' AS since_one FROM agentsandbox.reviews;
SELECT regress_review.try(format($$SELECT agentsandbox.approve(%L, 'my own')$$, :'six'));
\c -reuse-previous=on sandbox :superuser
SELECT agentsandbox.alter_profile('regress_reviewed', two_person_review => false);
\c -reuse-previous=on "user=regress_opener password=regress"
SELECT agentsandbox.approve(:'six', 'one person is enough');
\c -reuse-previous=on sandbox :superuser
CALL regress_poll($$EXISTS (SELECT FROM agentsandbox.RemoteProcedureCalls WHERE status = 'ready')$$);
SELECT arguments FROM agentsandbox.claim(10, '1 hour');

-- what was decided stays, and says who
\c -reuse-previous=on "user=regress_auditor password=regress"
SELECT verdict, note, told, decided_by, method, digest = agentsandbox.review_digest(c.method, c.labels, c.arguments) AS digest
FROM agentsandbox.review_decisions d JOIN agentsandbox.RemoteProcedureCalls c USING (method) WHERE c.id = d.call ORDER BY decided_at;
SELECT agentsandbox.approve(:'six', 'an auditor');
\c -reuse-previous=on sandbox :superuser
UPDATE agentsandbox.review_decisions SET note = '';
DELETE FROM agentsandbox.review_decisions;
TRUNCATE agentsandbox.review_decisions;

-- asked again when it goes: the method was taken away, altered, or something else stands there
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('mail', '{"n": 3}'), ('mail', '{"n": 4}'), ('mail', '{"n": 500}');
RESET ROLE;
CALL regress_poll($$3 = (SELECT count(*) FROM agentsandbox.reviews)$$);
SELECT agentsandbox.alter_method('mail', request => '{"type": "object", "properties": {"n": {"type": "integer", "maximum": 100}}}');
SELECT agentsandbox.approve(id, 'altered meanwhile') FROM agentsandbox.reviews WHERE payload = '{"n":500}';
CALL regress_poll($$2 = (SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'held')$$);
BEGIN;
SELECT agentsandbox.approve(id, 'other labels meanwhile') FROM agentsandbox.reviews WHERE payload = '{"n":4}';
SET LOCAL session_replication_role = replica;
UPDATE agentsandbox.RemoteProcedureCalls SET labels = '{private}' WHERE arguments = '{"n": 4}';
COMMIT;
CALL regress_poll($$1 = (SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'held')$$);
BEGIN;
SELECT agentsandbox.approve(id, 'disallowed meanwhile') FROM agentsandbox.reviews WHERE payload = '{"n":3}';
SELECT agentsandbox.disallow_method('regress_reviewed', 'mail');
COMMIT;
CALL regress_poll($$NOT EXISTS (SELECT FROM agentsandbox.RemoteProcedureCalls WHERE status = 'held')$$);
SELECT arguments, status, error FROM agentsandbox.RemoteProcedureCalls WHERE arguments ? 'n' AND arguments ->> 'n' IN ('3', '4', '500') ORDER BY arguments;
SELECT arguments FROM agentsandbox.claim(10, '1 hour');

-- options out of range
SELECT agentsandbox.alter_profile('regress_reviewed', review_expires => '0');
SELECT agentsandbox.alter_profile('regress_reviewed', held_calls => -1);

-- nobody decides in time
SELECT agentsandbox.allow_method('regress_reviewed', 'mail');
SELECT agentsandbox.alter_profile('regress_reviewed', review_expires => '100 ms');
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('mail', '{"n": 5}') RETURNING id AS late \gset
SELECT status, error FROM agentsandbox.await(:'late');
RESET ROLE;
SELECT regress_review.try(format($$SELECT agentsandbox.approve(%L, 'late')$$, :'late'));

-- labels: what a method does not accept waits where the profile says so
CREATE TABLE regress_customer (id int, email text);
INSERT INTO regress_customer VALUES (1, 'ann@example.org');
SECURITY LABEL FOR agentsandbox ON TABLE regress_customer IS 'private';
SELECT agentsandbox.create_profile('regress_labelled', egress => 'hold');
SELECT agentsandbox.allow_method('regress_labelled', 'mail');
GRANT SELECT ON regress_customer TO regress_labelled;
SELECT conversation AS labelled, format('user=%s password=%s', role, password) AS conninfo FROM agentsandbox.open_conversation('regress_labelled') \gset
\c -reuse-previous=on :"conninfo"
INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('mail', '{"n": 10}') RETURNING id AS before \gset
SELECT status FROM agentsandbox.await(:'before', '300 ms');
SELECT count(*) FROM regress_customer;
INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('mail', '{"n": 11}') RETURNING id AS after \gset
SELECT status, error FROM agentsandbox.await(:'after', '300 ms');
SELECT agentsandbox.seal();
INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('mail', '{"n": 12}') RETURNING id AS sealed \gset
SELECT status, error FROM agentsandbox.await(:'sealed');
\c -reuse-previous=on "user=regress_reviewer password=regress"
SELECT payload, digest = sha256(E'mail\n["private"]\n{"n":11}') AS digest, reason, labels,
       raised #- '{0,raised_at}' AS raised, raised #> '{0,raised_at}' IS NOT NULL AS raised_at, capacity
FROM agentsandbox.reviews WHERE conversation = :'labelled';
-- what the conversation has collected since does not touch the call
SELECT agentsandbox.approve(:'after', 'these are hers');
\c -reuse-previous=on sandbox :superuser
CALL regress_poll(format($$(SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE id = %L) = 'ready'$$, :'after'));
SELECT arguments FROM agentsandbox.claim(10, '1 hour', '{mail}') ORDER BY arguments;
SELECT arguments, status, labels, held_for FROM agentsandbox.RemoteProcedureCalls WHERE conversation = :'labelled' ORDER BY submitted_at;
SELECT agentsandbox.close_conversation(:'labelled');
CALL regress_poll(format($$NOT EXISTS (SELECT FROM agentsandbox.RemoteProcedureCalls WHERE conversation = %L AND finished_at IS NULL)$$, :'labelled'));
DROP TABLE regress_customer;
SELECT agentsandbox.drop_profile('regress_labelled');

SELECT agentsandbox.close_conversation(:'conversation');
CALL regress_poll($$NOT EXISTS (SELECT FROM agentsandbox.RemoteProcedureCalls WHERE finished_at IS NULL)$$);
SELECT agentsandbox.drop_profile('regress_reviewed');
SELECT agentsandbox.drop_method('mail');
SELECT count(*) FROM agentsandbox.anomaly_rules;
DROP ROLE regress_opener, regress_reviewer, regress_auditor;
DROP SCHEMA regress_review CASCADE;
DROP PROCEDURE regress_poll;
