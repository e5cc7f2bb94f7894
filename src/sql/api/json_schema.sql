-- JSON Schema 2020-12 and the canonical text, for those who write schemas.

CREATE OR REPLACE FUNCTION agentsandbox.schema_check(schema jsonb)
RETURNS void
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'asb_schema_check';

COMMENT ON FUNCTION agentsandbox.schema_check(jsonb) IS
    'error, naming keyword and JSON pointer, if this is no JSON Schema that a method can have';

CREATE OR REPLACE FUNCTION agentsandbox.schema_errors(
    schema jsonb, instance jsonb,
    OUT instance_pointer text, OUT keyword_pointer text, OUT message text)
RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'asb_schema_errors';

COMMENT ON FUNCTION agentsandbox.schema_errors(jsonb, jsonb) IS
    'the first reason why the instance is not valid against the JSON Schema; no row if it is valid';

CREATE OR REPLACE FUNCTION agentsandbox.canonical(value jsonb)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'asb_canonical';

COMMENT ON FUNCTION agentsandbox.canonical(jsonb) IS
    'the one canonical text of a JSON value (RFC 8785 with exact numbers): equal values, identical bytes';
