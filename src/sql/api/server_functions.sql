-- The server's own functions that a sandboxed session may reach.
CREATE OR REPLACE FUNCTION agentsandbox.server_functions(
    OUT function oid, OUT signature text, OUT reason text)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'asb_server_functions';
COMMENT ON FUNCTION agentsandbox.server_functions() IS
    'functions of the server that every sandboxed session may reach, each with the reason why it is harmless';
