-- Pooled connections: tokens, enter, leave.

CREATE OR REPLACE FUNCTION agentsandbox.enter(token text, local boolean DEFAULT false) RETURNS uuid
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'asb_enter';
COMMENT ON FUNCTION agentsandbox.enter(text, boolean) IS
    'makes a pooled connection a session of the conversation, until it leaves; if local, until the transaction ends';

CREATE OR REPLACE FUNCTION agentsandbox.leave() RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'asb_leave';
COMMENT ON FUNCTION agentsandbox.leave() IS 'makes a pooled connection one that can do nothing but enter()';

CREATE OR REPLACE FUNCTION agentsandbox.rotate_token(conversation uuid, single_use boolean DEFAULT false) RETURNS text
    LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'asb_rotate_token';
COMMENT ON FUNCTION agentsandbox.rotate_token(uuid, boolean) IS
    'a fresh token of an open conversation, shown this once; those before it are void';

CREATE OR REPLACE FUNCTION agentsandbox.revoke_tokens(conversation uuid) RETURNS integer
    LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'asb_revoke_tokens';
COMMENT ON FUNCTION agentsandbox.revoke_tokens(uuid) IS
    'makes all tokens of a conversation void and tells how many there were; sessions that have entered stay until they leave';
