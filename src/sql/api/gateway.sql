-- The contract with gateways.

CREATE OR REPLACE FUNCTION agentsandbox.claim(
    max_calls integer,
    lease interval,
    methods text[] DEFAULT NULL,
    wait interval DEFAULT '0'
) RETURNS TABLE (
    id uuid,
    lease_token uuid,
    method text,
    arguments text,
    attempt integer,
    time_limit interval,
    deadline timestamptz,
    max_response_bytes integer
) LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'asb_claim';
COMMENT ON FUNCTION agentsandbox.claim(integer, interval, text[], interval) IS
    'takes up to max_calls ready calls, oldest first and fair to conversations, for the time of the lease; if there is none, waits for one';

CREATE OR REPLACE FUNCTION agentsandbox.extend(id uuid, lease_token uuid, lease interval) RETURNS timestamptz
    LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'asb_extend';
COMMENT ON FUNCTION agentsandbox.extend(uuid, uuid, interval) IS
    'prolongs a lease, to a minute after the method''s time limit at most; returns when it ends';

CREATE OR REPLACE FUNCTION agentsandbox.complete(id uuid, lease_token uuid, response jsonb) RETURNS text
    LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'asb_complete';
COMMENT ON FUNCTION agentsandbox.complete(uuid, uuid, jsonb) IS
    'ends a call with its response: completed, or failed if the response is not what the method promises';

CREATE OR REPLACE FUNCTION agentsandbox.fail(
    id uuid,
    lease_token uuid,
    error jsonb,
    retry_after interval DEFAULT NULL,
    final boolean DEFAULT false
) RETURNS text
    LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'asb_fail';
COMMENT ON FUNCTION agentsandbox.fail(uuid, uuid, jsonb, interval, boolean) IS
    'an attempt went wrong: ready again after a while, or failed if it was the last or final';
