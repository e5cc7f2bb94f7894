-- Profiles: made, altered and dropped by an operator who has no other rights.
\set SHOW_CONTEXT never
CREATE ROLE regress_operator LOGIN;
GRANT agentsandbox_operator TO regress_operator;
CREATE ROLE regress_nobody;
SET ROLE regress_operator;

-- a profile is a role that cannot log in, a member of agentsandbox_agent
SELECT agentsandbox.create_profile('regress_plain');
SELECT rolcanlogin, rolsuper, rolcreaterole, rolbypassrls, rolreplication FROM pg_roles WHERE rolname = 'regress_plain';
SELECT roleid::regrole FROM pg_auth_members WHERE member = 'regress_plain'::regrole;
SELECT label FROM pg_seclabels WHERE provider = 'agentsandbox' AND objname = 'regress_plain';

-- defaults stand in the table; what is given replaces them
SELECT agentsandbox.create_profile('Regress "odd"', connection_limit => 2, max_lifetime => '1 hour', search_path => '"My", public');
SELECT profile, connection_limit, max_lifetime, search_path, created_by = session_user AS mine
FROM agentsandbox.profiles WHERE profile::text ~* 'regress' ORDER BY profile::text;

-- null leaves as it is
SELECT agentsandbox.alter_profile('regress_plain', connection_limit => 3);
SELECT agentsandbox.alter_profile('regress_plain', max_lifetime => '2 days');
SELECT agentsandbox.alter_profile('regress_plain');
SELECT connection_limit, max_lifetime, search_path FROM agentsandbox.profiles WHERE profile = 'regress_plain'::regrole;

-- bad input
SELECT agentsandbox.create_profile(NULL);
SELECT agentsandbox.create_profile('regress_plain');
SELECT agentsandbox.create_profile('pg_mine');
SELECT agentsandbox.create_profile('regress_zero', connection_limit => 0);
SELECT agentsandbox.create_profile('regress_past', max_lifetime => '-1 day');
SELECT agentsandbox.create_profile('regress_syntax', search_path => 'a,,b');
SELECT agentsandbox.alter_profile('regress_plain', connection_limit => -1);
SELECT agentsandbox.alter_profile('regress_plain', search_path => '"');
SELECT agentsandbox.alter_profile('regress_missing', connection_limit => 1);
SELECT agentsandbox.alter_profile('regress_nobody', connection_limit => 1);
SELECT agentsandbox.drop_profile('regress_missing');
SELECT agentsandbox.drop_profile('agentsandbox_agent');
DO $$
DECLARE
    context text;
BEGIN
    PERFORM agentsandbox.create_profile('regress_zero', connection_limit => 0);
EXCEPTION WHEN invalid_parameter_value THEN
    GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
    RAISE NOTICE 'a context that can be read: %', pg_catalog.length(context) < 1000;
END $$;
SELECT count(*) FROM pg_roles WHERE rolname IN ('regress_zero', 'regress_past', 'regress_syntax');

-- rolled back, nothing is left
BEGIN;
SELECT agentsandbox.create_profile('regress_undone');
ROLLBACK;
SELECT count(*) FROM pg_roles WHERE rolname = 'regress_undone';

-- the operator has these functions and no way around them
INSERT INTO agentsandbox.profiles (profile) VALUES ('regress_nobody'::regrole);
\set VERBOSITY sqlstate
DROP ROLE regress_plain;
SECURITY LABEL FOR agentsandbox ON ROLE regress_operator IS 'profile';
\set VERBOSITY default

-- dropped with its privileges, but not with what it owns or has elsewhere
RESET ROLE;
CREATE TABLE regress_t ();
GRANT SELECT ON regress_t TO regress_plain;
ALTER TABLE regress_t OWNER TO "Regress ""odd""";
SET ROLE regress_operator;
SELECT agentsandbox.drop_profile('regress_plain');
SELECT agentsandbox.drop_profile('Regress "odd"');
RESET ROLE;
SELECT DISTINCT grantee::regrole, grantor::regrole FROM pg_class, aclexplode(relacl) WHERE oid = 'regress_t'::regclass;
REASSIGN OWNED BY "Regress ""odd""" TO CURRENT_USER;
CREATE DATABASE regress_elsewhere;
GRANT CONNECT ON DATABASE regress_elsewhere TO "Regress ""odd""";
\c regress_elsewhere
CREATE TABLE t (); GRANT SELECT ON t TO "Regress ""odd""";
\c sandbox
SET ROLE regress_operator;
SELECT agentsandbox.drop_profile('Regress "odd"');
RESET ROLE;
DROP DATABASE regress_elsewhere;
SET ROLE regress_operator;
SELECT agentsandbox.drop_profile('Regress "odd"');
SELECT count(*) FROM agentsandbox.profiles WHERE profile::text ~* 'regress';

-- not for anybody else
SET SESSION AUTHORIZATION regress_nobody;
SELECT agentsandbox.create_profile('regress_x');
RESET SESSION AUTHORIZATION;

DROP TABLE regress_t;
DROP ROLE regress_operator, regress_nobody;
