-- Methods: registered, altered, allowed and dropped by an operator who has no other rights.
\set SHOW_CONTEXT never
CREATE ROLE regress_operator LOGIN;
GRANT agentsandbox_operator TO regress_operator;
SELECT agentsandbox.create_profile('regress_caller');
SELECT agentsandbox.create_profile('regress_other');
SET ROLE regress_operator;

SELECT agentsandbox.create_method('mail.send', '{"type": "object"}', '{"type": "object"}');
SELECT agentsandbox.create_method('clock', description => 'Tells the time.',
    request => 'false', response => '{"type": "string", "format": "date-time"}',
    time_limit => '5 s', max_attempts => 2, max_request_bytes => 100, max_response_bytes => 200,
    rate_calls => 3, rate_interval => '1 hour');
SELECT name, description, request, response, time_limit, max_attempts, max_request_bytes, max_response_bytes,
       rate_calls, rate_interval, created_by = session_user AS mine
FROM agentsandbox.method_definitions WHERE name IN ('mail.send', 'clock') ORDER BY name;

-- what the validator does not know is refused by name and place
SELECT agentsandbox.create_method('m', '{"typo": 1}', 'true');
SELECT agentsandbox.create_method('m', 'true', '{"properties": {"a": {"$ref": "http://example.org/s"}}}');
SELECT agentsandbox.create_method('m', '7', 'true');
SELECT agentsandbox.create_method('m', '{"$ref": "#"}', 'true');
SELECT agentsandbox.alter_method('clock', request => '{"pattern": "("}');

-- other bad input
SELECT agentsandbox.create_method('clock', 'true', 'true');
SELECT agentsandbox.create_method(NULL, 'true', 'true');
SELECT agentsandbox.create_method('m', NULL, 'true');
SELECT agentsandbox.create_method('No such name', 'true', 'true');
SELECT agentsandbox.create_method(repeat('a', 64), 'true', 'true');
SELECT agentsandbox.create_method('m', 'true', 'true', time_limit => '0');
SELECT agentsandbox.create_method('m', 'true', 'true', max_attempts => 0);
SELECT agentsandbox.create_method('m', 'true', 'true', max_request_bytes => 0);
SELECT agentsandbox.create_method('m', 'true', 'true', rate_calls => 3);
SELECT agentsandbox.create_method('m', 'true', 'true', rate_calls => 0, rate_interval => '1 s');
-- however it is planned
\set VERBOSITY terse
SET plan_cache_mode = force_generic_plan;
SELECT agentsandbox.allow_method('regress_caller', 'missing');
SELECT agentsandbox.allow_method('regress_missing', 'clock');
SELECT agentsandbox.disallow_method('regress_caller', 'missing');
SELECT agentsandbox.alter_method('missing', description => 'x');
SELECT agentsandbox.drop_method('missing');
RESET plan_cache_mode;

\set VERBOSITY default

-- what is null stays
SELECT agentsandbox.alter_method('clock', description => 'Tells the time, roughly.', max_attempts => 3);
SELECT description, max_attempts, time_limit, rate_calls FROM agentsandbox.method_definitions WHERE name = 'clock';

-- allowing twice is allowing
SELECT agentsandbox.allow_method('regress_caller', 'clock');
SELECT agentsandbox.allow_method('regress_caller', 'clock');
SELECT agentsandbox.allow_method('regress_other', 'mail.send');
SELECT profile, method FROM agentsandbox.profile_methods ORDER BY 1, 2;

-- an operator changes methods by these functions only
INSERT INTO agentsandbox.profile_methods VALUES ('regress_caller', 'mail.send');
UPDATE agentsandbox.method_definitions SET max_attempts = 7;
DELETE FROM agentsandbox.method_definitions;

-- a conversation sees what its profile may call, and nothing of the rest
SELECT conversation, role FROM agentsandbox.open_conversation('regress_caller') \gset
\c -
SET ROLE :role;
SELECT * FROM agentsandbox.methods;
SELECT * FROM agentsandbox.method_definitions;
SELECT agentsandbox.create_method('m', 'true', 'true');
SELECT agentsandbox.allow_method('regress_caller', 'mail.send');
SELECT agentsandbox.drop_method('clock');
\c -
SELECT count(*) AS outside_of_a_conversation FROM agentsandbox.methods;

SET ROLE regress_operator;
SELECT agentsandbox.allow_method('regress_caller', NULL);
SELECT agentsandbox.allow_method(NULL, 'clock');
SELECT agentsandbox.disallow_method('regress_caller', 'clock');
SELECT agentsandbox.drop_method('mail.send');
SELECT profile, method FROM agentsandbox.profile_methods;

RESET ROLE;
SELECT agentsandbox.close_conversation(:'conversation');
SELECT agentsandbox.drop_method('clock');
SELECT agentsandbox.drop_profile('regress_caller');
SELECT agentsandbox.drop_profile('regress_other');
DROP ROLE regress_operator;
