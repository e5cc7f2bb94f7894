-- How many bits a schema lets a call carry.

CREATE OR REPLACE FUNCTION agentsandbox.schema_capacity(
    schema jsonb,
    max_bytes integer DEFAULT 65536,
    OUT pointer text,
    OUT bits double precision
) RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 20 SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'asb_schema_capacity';
COMMENT ON FUNCTION agentsandbox.schema_capacity(jsonb, integer) IS
    'upper bound of log2 of the number of canonical values that a JSON Schema accepts: of all of it (pointer '''') and of each subschema';
