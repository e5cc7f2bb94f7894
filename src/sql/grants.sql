-- Every privilege of the extension, in one sitting.  sql/grants.sql prints them.

-- PUBLIC gets nothing.  (CREATE TYPE and CREATE FUNCTION give it something.)
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA agentsandbox FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA agentsandbox FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA agentsandbox FROM PUBLIC;
REVOKE ALL ON SCHEMA agentsandbox FROM PUBLIC;

GRANT USAGE ON SCHEMA agentsandbox TO
    agentsandbox_operator, agentsandbox_gateway, agentsandbox_reviewer,
    agentsandbox_auditor, agentsandbox_pool, agentsandbox_agent;
