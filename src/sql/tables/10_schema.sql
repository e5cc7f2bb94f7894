-- Where the library is not preloaded this ends with the reason.
LOAD 'MODULE_PATHNAME';

-- Calls are JSON that is validated and relayed byte for byte, as UTF-8.
DO $$
BEGIN
    IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'feature_not_supported',
            MESSAGE = 'agentsandbox needs a database with encoding UTF8',
            DETAIL = pg_catalog.format('This database has encoding %s.', pg_catalog.current_setting('server_encoding'));
    END IF;
END
$$;

-- Schema and predefined roles.  Roles are shared by all databases of the
-- cluster, so they may exist already; one that exists without our label was
-- made by somebody else and is not adopted.
CREATE SCHEMA agentsandbox;
COMMENT ON SCHEMA agentsandbox IS 'sandbox for AI agents: API for operators, gateways and agents';

DO $$
DECLARE
    predefined CONSTANT text[][] := ARRAY[
        ['agentsandbox_operator', 'may make profiles, methods and conversations'],
        ['agentsandbox_gateway', 'may claim and complete remote procedure calls'],
        ['agentsandbox_reviewer', 'may decide held calls'],
        ['agentsandbox_auditor', 'may read everything that agentsandbox records'],
        ['agentsandbox_pool', 'may do nothing but enter a conversation'],
        ['agentsandbox_agent', 'what every profile can use of agentsandbox; profiles are its members']];
    entry text[];
BEGIN
    FOREACH entry SLICE 1 IN ARRAY predefined LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = entry[1]) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', entry[1]);
            EXECUTE pg_catalog.format('SECURITY LABEL FOR agentsandbox ON ROLE %I IS %L', entry[1], 'predefined');
            EXECUTE pg_catalog.format('COMMENT ON ROLE %I IS %L', entry[1], 'agentsandbox: ' || entry[2]);
        ELSIF NOT EXISTS (SELECT FROM pg_catalog.pg_seclabels
                          WHERE provider = 'agentsandbox' AND objtype = 'role'
                            AND objoid = pg_catalog.to_regrole(entry[1]) AND label = 'predefined') THEN
            RAISE EXCEPTION USING
                ERRCODE = 'duplicate_object',
                MESSAGE = pg_catalog.format('role "%s" exists and was not made by agentsandbox', entry[1]),
                HINT = 'Drop or rename the role, or check who is a member of it and label it with SECURITY LABEL FOR agentsandbox ON ROLE ... IS ''predefined''.';
        END IF;
    END LOOP;

    -- the launcher starts a worker in every database that carries this label
    EXECUTE pg_catalog.format('SECURITY LABEL FOR agentsandbox ON DATABASE %I IS %L',
                              pg_catalog.current_database(), 'enabled');
END
$$;

-- Every backend reads the tables with this trigger again at its next
-- statement; see core/catalog.c.
CREATE FUNCTION agentsandbox.invalidate_table() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'asb_invalidate_table';
COMMENT ON FUNCTION agentsandbox.invalidate_table() IS 'makes every backend read a changed table again';
