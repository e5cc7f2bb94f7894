-- Conversations: opened and closed by an operator who has no other rights.
\set SHOW_CONTEXT never
CREATE ROLE regress_operator LOGIN;
GRANT agentsandbox_operator TO regress_operator;
SELECT agentsandbox.create_profile('regress_agent', max_lifetime => '1 day');
SET ROLE regress_operator;

SELECT * FROM agentsandbox.open_conversation('regress_agent', '{"rep": 3}', '1 hour') \gset
SELECT :'role' = 'conversation_' || replace(:'conversation', '-', '') AS named_by_id,
       length(:'password') AS password, length(:'token') AS token,
       :'expires_at'::timestamptz BETWEEN now() + '59 minutes' AND now() + '61 minutes' AS expires;
-- ids of one time stand together in each index
SELECT substr(:'conversation', 15, 1) AS version, substr(:'conversation', 20, 1) IN ('8', '9', 'a', 'b') AS variant,
       ('x' || left(replace(:'conversation', '-', ''), 12))::bit(48)::bigint
           BETWEEN extract(epoch FROM now()) * 1000 - 60000 AND extract(epoch FROM now()) * 1000 + 1000 AS by_time;
SELECT role = :'role' AS role, profile, state, context, sessions, opened_by = session_user AS mine,
       expires_at = :'expires_at' AS expires, closed_at, last_activity
FROM agentsandbox.conversations WHERE id = :'conversation';
RESET ROLE;

-- the role can log in and be nothing else; what is stored are verifiers
SELECT rolcanlogin, rolinherit, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,
       rolvaliduntil = :'expires_at' AS valid_until, rolpassword ~ '^SCRAM-SHA-256\$4096:' AS scram
FROM pg_authid WHERE rolname = :'role';
SELECT roleid::regrole, admin_option FROM pg_auth_members WHERE member = :'role'::regrole;
SELECT setconfig FROM pg_db_role_setting WHERE setrole = :'role'::regrole;
SELECT label = format('conversation %s %s %s', replace(:'conversation', '-', ''),
                      (SELECT oid FROM pg_database WHERE datname = current_database()),
                      ceil(extract(epoch FROM :'expires_at'::timestamptz))) AS label
FROM pg_seclabels WHERE provider = 'agentsandbox' AND objname = :'role';
SELECT hash = sha256(:'token') AS hashed, single_use FROM agentsandbox.conversation_tokens WHERE conversation = :'conversation';

-- without an interval it is the profile's
SET ROLE regress_operator;
SELECT expires_at - now() BETWEEN '23 hours' AND '25 hours' AS longest, conversation AS second
FROM agentsandbox.open_conversation('regress_agent') \gset
SELECT :'longest' AS longest;

-- bad input
SELECT agentsandbox.open_conversation('regress_missing');
SELECT agentsandbox.open_conversation('regress_operator');
SELECT agentsandbox.open_conversation('agentsandbox_agent');
SELECT agentsandbox.open_conversation(NULL);
SELECT agentsandbox.open_conversation('regress_agent', NULL);
SELECT agentsandbox.open_conversation('regress_agent', '[1]');
SELECT agentsandbox.open_conversation('regress_agent', '"text"');
SELECT agentsandbox.open_conversation('regress_agent', '{"a": 1, "list": [1]}');
SELECT agentsandbox.open_conversation('regress_agent', '{"none": null}');
SELECT agentsandbox.open_conversation('regress_agent', '{"deep": {"a": 1}}');
SELECT agentsandbox.open_conversation('regress_agent', expires => '0');
SELECT agentsandbox.open_conversation('regress_agent', expires => '-1 s');
SELECT agentsandbox.open_conversation('regress_agent', expires => '25 hours');
SELECT agentsandbox.close_conversation('00000000-0000-0000-0000-000000000000');
SELECT agentsandbox.close_conversation(NULL);

-- a profile is not dropped while conversations are open
SELECT agentsandbox.drop_profile('regress_agent');

-- rolled back, nothing is left of an open or of a close
BEGIN;
SELECT conversation AS undone, role AS undone_role FROM agentsandbox.open_conversation('regress_agent') \gset
SELECT agentsandbox.close_conversation(:'second');
ROLLBACK;
SELECT to_regrole(:'undone_role') IS NULL AS gone;
SELECT count(*) FROM agentsandbox.conversations WHERE id = :'undone';
SELECT state FROM agentsandbox.conversations WHERE id = :'second';
BEGIN;
SAVEPOINT s;
SELECT agentsandbox.close_conversation(:'second');
ROLLBACK TO s;
COMMIT;
SELECT state FROM agentsandbox.conversations WHERE id = :'second';

-- closed: the role is dropped, the record stays; closing again says so
SELECT agentsandbox.close_conversation(:'conversation');
SELECT agentsandbox.close_conversation(:'conversation');
SELECT state, closed_at IS NOT NULL AS closed FROM agentsandbox.conversations WHERE id = :'conversation';
RESET ROLE;
SELECT count(*) FROM pg_authid WHERE rolname = :'role';
SELECT count(*) FROM pg_auth_members m WHERE NOT EXISTS (SELECT FROM pg_authid WHERE oid = m.member);
SELECT count(*) FROM pg_db_role_setting s WHERE setrole <> 0 AND NOT EXISTS (SELECT FROM pg_authid WHERE oid = s.setrole);
SELECT count(*) FROM pg_shseclabel l WHERE classoid = 'pg_authid'::regclass AND NOT EXISTS (SELECT FROM pg_authid WHERE oid = l.objoid);
SELECT count(*) FROM agentsandbox.conversation_tokens WHERE conversation = :'conversation';

-- a role that something was granted to directly cannot be dropped; it is disabled
SELECT conversation AS third, role AS third_role FROM agentsandbox.open_conversation('regress_agent') \gset
CREATE TABLE regress_t ();
GRANT SELECT ON regress_t TO :third_role;
\set VERBOSITY sqlstate
SELECT agentsandbox.close_conversation(:'third');
\set VERBOSITY default
SELECT rolcanlogin, rolpassword FROM pg_authid WHERE rolname = :'third_role';
DROP OWNED BY :third_role;
DROP ROLE :third_role;
DROP TABLE regress_t;

-- what cannot be confined is not opened
CREATE ROLE regress_strong SUPERUSER;
SELECT agentsandbox.create_profile('regress_other');
ALTER ROLE regress_agent BYPASSRLS;
SELECT agentsandbox.open_conversation('regress_agent');
ALTER ROLE regress_agent NOBYPASSRLS CREATEROLE;
SELECT agentsandbox.open_conversation('regress_agent');
ALTER ROLE regress_agent NOCREATEROLE REPLICATION;
SELECT agentsandbox.open_conversation('regress_agent');
ALTER ROLE regress_agent NOREPLICATION;
GRANT regress_strong TO regress_agent;
SELECT agentsandbox.open_conversation('regress_agent');
REVOKE regress_strong FROM regress_agent;
GRANT regress_other TO regress_agent;
SELECT agentsandbox.open_conversation('regress_agent');
REVOKE regress_other FROM regress_agent;
GRANT pg_read_all_data TO regress_agent;
SELECT agentsandbox.open_conversation('regress_agent');
REVOKE pg_read_all_data FROM regress_agent;
GRANT agentsandbox_operator TO regress_agent;
SELECT agentsandbox.open_conversation('regress_agent');
REVOKE agentsandbox_operator FROM regress_agent;

-- the same of a conversation's own role, from the next statement on
SELECT conversation AS fourth, role AS fourth_role FROM agentsandbox.open_conversation('regress_agent', '{"a": 1}') \gset
SET ROLE :fourth_role;
SELECT agentsandbox.context('a');
RESET ROLE;
ALTER ROLE :fourth_role BYPASSRLS;
SET ROLE :fourth_role;
SELECT agentsandbox.context('a');
RESET ROLE;
ALTER ROLE :fourth_role NOBYPASSRLS;
GRANT regress_other TO :fourth_role;
SET ROLE :fourth_role;
SELECT agentsandbox.context('a');
RESET ROLE;
REVOKE regress_other FROM :fourth_role;
SET ROLE :fourth_role;
SELECT agentsandbox.context('a');
RESET ROLE;
SELECT agentsandbox.close_conversation(:'fourth');

-- cannot be prepared: what ends the sessions is in this backend
BEGIN;
SELECT agentsandbox.close_conversation(:'second');
PREPARE TRANSACTION 'regress';

SELECT agentsandbox.close_conversation(:'second');
SELECT agentsandbox.drop_profile('regress_agent');
SELECT agentsandbox.drop_profile('regress_other');
DROP ROLE regress_operator, regress_strong;
