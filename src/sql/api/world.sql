-- What an agent can reach, described to itself.
CREATE OR REPLACE FUNCTION agentsandbox.reaches_relation(relation oid)
RETURNS boolean LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_reaches_relation';
COMMENT ON FUNCTION agentsandbox.reaches_relation(oid) IS 'whether the session can use the relation';

CREATE OR REPLACE FUNCTION agentsandbox.reaches_relation(relation oid, "column" smallint)
RETURNS boolean LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_reaches_relation';
COMMENT ON FUNCTION agentsandbox.reaches_relation(oid, smallint) IS 'whether the session can use the column';

CREATE OR REPLACE FUNCTION agentsandbox.reaches_relation(relation oid, "column" smallint, privilege text)
RETURNS boolean LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_reaches_relation';
COMMENT ON FUNCTION agentsandbox.reaches_relation(oid, smallint, text) IS 'whether the session has the privilege on the column; 0 for the relation or any of its columns';

CREATE OR REPLACE FUNCTION agentsandbox.reaches_named(schema text, relation text)
RETURNS boolean LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_reaches_named';
COMMENT ON FUNCTION agentsandbox.reaches_named(text, text) IS 'whether the session can use the relation';

CREATE OR REPLACE FUNCTION agentsandbox.reaches_named(schema text, relation text, "column" text)
RETURNS boolean LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_reaches_named';
COMMENT ON FUNCTION agentsandbox.reaches_named(text, text, text) IS 'whether the session can use the column';

CREATE OR REPLACE FUNCTION agentsandbox.reaches_constraint(schema text, relation text, "constraint" text)
RETURNS boolean LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_reaches_constraint';
COMMENT ON FUNCTION agentsandbox.reaches_constraint(text, text, text) IS 'whether the session can use all columns of the constraint';

CREATE OR REPLACE FUNCTION agentsandbox.reaches_schema(schema oid)
RETURNS boolean LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_reaches_schema';
COMMENT ON FUNCTION agentsandbox.reaches_schema(oid) IS 'whether the session can name objects of the schema';

CREATE OR REPLACE FUNCTION agentsandbox.reaches_type(type oid)
RETURNS boolean LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_reaches_type';
COMMENT ON FUNCTION agentsandbox.reaches_type(oid) IS 'whether the session can use the type';

CREATE OR REPLACE FUNCTION agentsandbox.reaches_volatile_function()
RETURNS boolean LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_reaches_volatile_function';
COMMENT ON FUNCTION agentsandbox.reaches_volatile_function() IS 'whether the session was granted a function, or a procedure that it can call, that may change something';

CREATE OR REPLACE VIEW agentsandbox.tables WITH (security_barrier) AS
    SELECT n.nspname AS schema,
           c.relname AS name,
           CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
                          WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
                          WHEN 'S' THEN 'sequence' END AS kind,
           agentsandbox.reaches_relation(c.oid, 0::smallint, 'SELECT') AS can_select,
           agentsandbox.reaches_relation(c.oid, 0::smallint, 'INSERT') AS can_insert,
           agentsandbox.reaches_relation(c.oid, 0::smallint, 'UPDATE') AS can_update,
           agentsandbox.reaches_relation(c.oid, 0::smallint, 'DELETE') AS can_delete,
           pg_catalog.obj_description(c.oid, 'pg_class') AS description
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE n.nspname OPERATOR(pg_catalog.<>) 'pg_catalog'
      AND agentsandbox.reaches_schema(n.oid)
      AND agentsandbox.reaches_relation(c.oid);
COMMENT ON VIEW agentsandbox.tables IS 'relations that the session can use, and what for';
COMMENT ON COLUMN agentsandbox.tables.schema IS 'schema of the relation';
COMMENT ON COLUMN agentsandbox.tables.name IS 'name of the relation';
COMMENT ON COLUMN agentsandbox.tables.kind IS 'table, view, materialized view, foreign table or sequence';
COMMENT ON COLUMN agentsandbox.tables.can_select IS 'whether all or some of its columns can be read';
COMMENT ON COLUMN agentsandbox.tables.can_insert IS 'whether rows can be inserted, setting all or some columns';
COMMENT ON COLUMN agentsandbox.tables.can_update IS 'whether all or some columns can be updated';
COMMENT ON COLUMN agentsandbox.tables.can_delete IS 'whether rows can be deleted';
COMMENT ON COLUMN agentsandbox.tables.description IS 'comment on the relation';

CREATE OR REPLACE VIEW agentsandbox.columns WITH (security_barrier) AS
    SELECT n.nspname AS schema,
           c.relname AS "table",
           a.attname AS name,
           a.attnum AS position,
           pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
           NOT a.attnotnull AS nullable,
           a.atthasdef OR a.attidentity OPERATOR(pg_catalog.<>) '' AS has_default,
           agentsandbox.reaches_relation(c.oid, a.attnum, 'SELECT') AS can_select,
           agentsandbox.reaches_relation(c.oid, a.attnum, 'INSERT') AS can_insert,
           agentsandbox.reaches_relation(c.oid, a.attnum, 'UPDATE') AS can_update,
           pg_catalog.col_description(c.oid, a.attnum) AS description
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
    WHERE n.nspname OPERATOR(pg_catalog.<>) 'pg_catalog'
      AND agentsandbox.reaches_schema(n.oid)
      AND agentsandbox.reaches_relation(c.oid)
      AND a.attnum OPERATOR(pg_catalog.>) 0
      AND NOT a.attisdropped
      AND agentsandbox.reaches_relation(c.oid, a.attnum);
COMMENT ON VIEW agentsandbox.columns IS 'columns that the session can use, and what for';
COMMENT ON COLUMN agentsandbox.columns.schema IS 'schema of the relation';
COMMENT ON COLUMN agentsandbox.columns."table" IS 'name of the relation';
COMMENT ON COLUMN agentsandbox.columns.name IS 'name of the column';
COMMENT ON COLUMN agentsandbox.columns.position IS 'number of the column in the relation';
COMMENT ON COLUMN agentsandbox.columns.type IS 'data type';
COMMENT ON COLUMN agentsandbox.columns.nullable IS 'whether it can be null';
COMMENT ON COLUMN agentsandbox.columns.has_default IS 'whether an INSERT may leave it out though it cannot be null';
COMMENT ON COLUMN agentsandbox.columns.can_select IS 'whether it can be read';
COMMENT ON COLUMN agentsandbox.columns.can_insert IS 'whether an INSERT can set it';
COMMENT ON COLUMN agentsandbox.columns.can_update IS 'whether an UPDATE can set it';
COMMENT ON COLUMN agentsandbox.columns.description IS 'comment on the column';
