-- What tools describe tables with.  An agent that calls the server's function is
-- made to call the one of that name here, which tells of what the agent knows
-- and answers NULL of anything else, as of what does not exist.  Names depend on
-- the caller's search_path.
CREATE OR REPLACE FUNCTION agentsandbox.known_object(catalog oid, object oid, part integer DEFAULT 0)
RETURNS oid LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_known_object';
COMMENT ON FUNCTION agentsandbox.known_object(oid, oid, integer) IS
'the number of an object, if the session knows it: a relation that it can use or the plain index of one, a column of that number, a type or schema that it can use, a key, a function of the server or that was granted to it; otherwise NULL';

CREATE OR REPLACE FUNCTION agentsandbox.known_relation_name(name text)
RETURNS text LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_known_relation_name';
COMMENT ON FUNCTION agentsandbox.known_relation_name(text) IS
'the name, if it is that of a relation that the session can use; otherwise NULL';

CREATE OR REPLACE FUNCTION agentsandbox.known_type_name(name text)
RETURNS text LANGUAGE C STRICT STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_known_type_name';
COMMENT ON FUNCTION agentsandbox.known_type_name(text) IS
'the name, if it is that of a type of the server or that the session can use; otherwise NULL';

CREATE OR REPLACE FUNCTION agentsandbox.reaches_index_of(relation oid)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (SELECT FROM pg_catalog.pg_index
               WHERE indrelid = relation AND agentsandbox.known_object('pg_catalog.pg_class'::regclass, indexrelid) IS NOT NULL);
COMMENT ON FUNCTION agentsandbox.reaches_index_of(oid) IS 'whether a relation has an index that the session knows';

-- With a setting of its own a function is not inlined.  That would evaluate an
-- argument twice, once to ask what is known and once to tell, and it can change
-- in between.
CREATE OR REPLACE FUNCTION agentsandbox.col_description(relation oid, "column" integer)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN pg_catalog.col_description(agentsandbox.known_object('pg_catalog.pg_class'::regclass, relation, "column"), "column");
COMMENT ON FUNCTION agentsandbox.col_description(oid, integer) IS 'comment on a column that the session can use';

CREATE OR REPLACE FUNCTION agentsandbox.format_type(type oid, modifier integer)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.format_type(agentsandbox.known_object('pg_catalog.pg_type'::regclass, type), modifier);
COMMENT ON FUNCTION agentsandbox.format_type(oid, integer) IS 'name of a type of the server or that the session can use';

CREATE OR REPLACE FUNCTION agentsandbox.has_any_column_privilege("table" oid, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.has_any_column_privilege(agentsandbox.known_object('pg_catalog.pg_class'::regclass, "table"), privilege);
COMMENT ON FUNCTION agentsandbox.has_any_column_privilege(oid, text) IS 'whether the session has the privilege on a column of a relation that it can use';

CREATE OR REPLACE FUNCTION agentsandbox.has_any_column_privilege("table" text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.has_any_column_privilege(agentsandbox.known_relation_name("table"), privilege);
COMMENT ON FUNCTION agentsandbox.has_any_column_privilege(text, text) IS 'whether the session has the privilege on a column of a relation that it can use';

-- Of a name that is no column's the server would complain, so it is asked by number.
CREATE OR REPLACE FUNCTION agentsandbox.has_column_privilege("table" oid, "column" smallint, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN pg_catalog.has_column_privilege(
    agentsandbox.known_object('pg_catalog.pg_class'::regclass, "table", nullif("column", 0)), "column", privilege);
COMMENT ON FUNCTION agentsandbox.has_column_privilege(oid, smallint, text) IS 'whether the session has the privilege on a column that it can use';

CREATE OR REPLACE FUNCTION agentsandbox.has_column_privilege("table" oid, "column" text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN agentsandbox.has_column_privilege("table",
    (SELECT attnum FROM pg_catalog.pg_attribute WHERE attrelid = "table" AND attname = "column"), privilege);
COMMENT ON FUNCTION agentsandbox.has_column_privilege(oid, text, text) IS 'whether the session has the privilege on a column that it can use';

CREATE OR REPLACE FUNCTION agentsandbox.has_column_privilege("table" text, "column" smallint, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN agentsandbox.has_column_privilege(pg_catalog.to_regclass(agentsandbox.known_relation_name("table")), "column", privilege);
COMMENT ON FUNCTION agentsandbox.has_column_privilege(text, smallint, text) IS 'whether the session has the privilege on a column that it can use';

CREATE OR REPLACE FUNCTION agentsandbox.has_column_privilege("table" text, "column" text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN agentsandbox.has_column_privilege(pg_catalog.to_regclass(agentsandbox.known_relation_name("table")), "column", privilege);
COMMENT ON FUNCTION agentsandbox.has_column_privilege(text, text, text) IS 'whether the session has the privilege on a column that it can use';

CREATE OR REPLACE FUNCTION agentsandbox.has_database_privilege(database oid, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    THEN pg_catalog.has_database_privilege(database, privilege) END;
COMMENT ON FUNCTION agentsandbox.has_database_privilege(oid, text) IS 'whether the session has the privilege on its database';

CREATE OR REPLACE FUNCTION agentsandbox.has_database_privilege(database text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN database = pg_catalog.current_database()
    THEN pg_catalog.has_database_privilege(database, privilege) END;
COMMENT ON FUNCTION agentsandbox.has_database_privilege(text, text) IS 'whether the session has the privilege on its database';

CREATE OR REPLACE FUNCTION agentsandbox.has_schema_privilege(schema oid, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.has_schema_privilege(agentsandbox.known_object('pg_catalog.pg_namespace'::regclass, schema), privilege);
COMMENT ON FUNCTION agentsandbox.has_schema_privilege(oid, text) IS 'whether the session has the privilege on a schema that it can use';

CREATE OR REPLACE FUNCTION agentsandbox.has_schema_privilege(schema text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.has_schema_privilege(agentsandbox.known_object(
    'pg_catalog.pg_namespace'::regclass, pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema))), privilege);
COMMENT ON FUNCTION agentsandbox.has_schema_privilege(text, text) IS 'whether the session has the privilege on a schema that it can use';

CREATE OR REPLACE FUNCTION agentsandbox.has_table_privilege("table" oid, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.has_table_privilege(agentsandbox.known_object('pg_catalog.pg_class'::regclass, "table"), privilege);
COMMENT ON FUNCTION agentsandbox.has_table_privilege(oid, text) IS 'whether the session has the privilege on a relation that it can use';

CREATE OR REPLACE FUNCTION agentsandbox.has_table_privilege("table" text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.has_table_privilege(agentsandbox.known_relation_name("table"), privilege);
COMMENT ON FUNCTION agentsandbox.has_table_privilege(text, text) IS 'whether the session has the privilege on a relation that it can use';

-- the same of a role, which can be the session's only
CREATE OR REPLACE FUNCTION agentsandbox.has_any_column_privilege(role name, "table" oid, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_any_column_privilege("table", privilege) END;
COMMENT ON FUNCTION agentsandbox.has_any_column_privilege(name, oid, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_any_column_privilege(role name, "table" text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_any_column_privilege("table", privilege) END;
COMMENT ON FUNCTION agentsandbox.has_any_column_privilege(name, text, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_database_privilege(role name, database oid, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_database_privilege(database, privilege) END;
COMMENT ON FUNCTION agentsandbox.has_database_privilege(name, oid, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_database_privilege(role name, database text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_database_privilege(database, privilege) END;
COMMENT ON FUNCTION agentsandbox.has_database_privilege(name, text, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_schema_privilege(role name, schema oid, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_schema_privilege(schema, privilege) END;
COMMENT ON FUNCTION agentsandbox.has_schema_privilege(name, oid, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_schema_privilege(role name, schema text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_schema_privilege(schema, privilege) END;
COMMENT ON FUNCTION agentsandbox.has_schema_privilege(name, text, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_table_privilege(role name, "table" oid, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_table_privilege("table", privilege) END;
COMMENT ON FUNCTION agentsandbox.has_table_privilege(name, oid, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_table_privilege(role name, "table" text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_table_privilege("table", privilege) END;
COMMENT ON FUNCTION agentsandbox.has_table_privilege(name, text, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_column_privilege(role name, "table" oid, "column" smallint, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_column_privilege("table", "column", privilege) END;
COMMENT ON FUNCTION agentsandbox.has_column_privilege(name, oid, smallint, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_column_privilege(role name, "table" oid, "column" text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_column_privilege("table", "column", privilege) END;
COMMENT ON FUNCTION agentsandbox.has_column_privilege(name, oid, text, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_column_privilege(role name, "table" text, "column" smallint, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_column_privilege("table", "column", privilege) END;
COMMENT ON FUNCTION agentsandbox.has_column_privilege(name, text, smallint, text) IS 'the same of the role that the session has, NULL of another';

CREATE OR REPLACE FUNCTION agentsandbox.has_column_privilege(role name, "table" text, "column" text, privilege text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN role = current_user THEN agentsandbox.has_column_privilege("table", "column", privilege) END;
COMMENT ON FUNCTION agentsandbox.has_column_privilege(name, text, text, text) IS 'the same of the role that the session has, NULL of another';

-- as col_description()
CREATE OR REPLACE FUNCTION agentsandbox.obj_description(object oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN (SELECT description FROM pg_catalog.pg_description
        WHERE objoid = object AND objsubid = 0 AND agentsandbox.known_object(classoid, objoid) IS NOT NULL LIMIT 1);
COMMENT ON FUNCTION agentsandbox.obj_description(oid) IS 'comment on a relation, type, schema, key or function that the session knows';

CREATE OR REPLACE FUNCTION agentsandbox.obj_description(object oid, catalog name)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN pg_catalog.obj_description(agentsandbox.known_object(
    pg_catalog.to_regclass(pg_catalog.concat('pg_catalog.', pg_catalog.quote_ident(catalog::text))), object), catalog);
COMMENT ON FUNCTION agentsandbox.obj_description(oid, name) IS 'comment on a relation, type, schema or key that the session knows';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_constraintdef("constraint" oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.pg_get_constraintdef(agentsandbox.known_object('pg_catalog.pg_constraint'::regclass, "constraint"));
COMMENT ON FUNCTION agentsandbox.pg_get_constraintdef(oid) IS 'definition of a primary key, unique constraint or foreign key all of whose columns the session can use';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_constraintdef("constraint" oid, pretty boolean)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.pg_get_constraintdef(agentsandbox.known_object('pg_catalog.pg_constraint'::regclass, "constraint"), pretty);
COMMENT ON FUNCTION agentsandbox.pg_get_constraintdef(oid, boolean) IS 'definition of a primary key, unique constraint or foreign key all of whose columns the session can use';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_expr(expression pg_node_tree, relation oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::text;
COMMENT ON FUNCTION agentsandbox.pg_get_expr(pg_node_tree, oid) IS 'NULL: expressions are not told';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_expr(expression pg_node_tree, relation oid, pretty boolean)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::text;
COMMENT ON FUNCTION agentsandbox.pg_get_expr(pg_node_tree, oid, boolean) IS 'NULL: expressions are not told';

CREATE OR REPLACE FUNCTION agentsandbox.pg_function_is_visible(function oid)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.pg_function_is_visible(agentsandbox.known_object('pg_catalog.pg_proc'::regclass, function));
COMMENT ON FUNCTION agentsandbox.pg_function_is_visible(oid) IS 'whether a function of the server or that was granted to the session is found by its name alone';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_function_arguments(function oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.pg_get_function_identity_arguments(agentsandbox.known_object('pg_catalog.pg_proc'::regclass, function));
COMMENT ON FUNCTION agentsandbox.pg_get_function_arguments(oid) IS 'arguments of a function of the server or that was granted to the session, without defaults';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_function_identity_arguments(function oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.pg_get_function_identity_arguments(agentsandbox.known_object('pg_catalog.pg_proc'::regclass, function));
COMMENT ON FUNCTION agentsandbox.pg_get_function_identity_arguments(oid) IS 'arguments of a function of the server or that was granted to the session, without defaults';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_function_result(function oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.pg_get_function_result(agentsandbox.known_object('pg_catalog.pg_proc'::regclass, function));
COMMENT ON FUNCTION agentsandbox.pg_get_function_result(oid) IS 'type that a function of the server or that was granted to the session returns';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_functiondef(function oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::text;
COMMENT ON FUNCTION agentsandbox.pg_get_functiondef(oid) IS 'NULL: what a function does is not told';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_indexdef(index oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.pg_get_indexdef(agentsandbox.known_object('pg_catalog.pg_class'::regclass, index));
COMMENT ON FUNCTION agentsandbox.pg_get_indexdef(oid) IS 'definition of an index without expressions, all of whose columns the session can use';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_indexdef(index oid, "column" integer, pretty boolean)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.pg_get_indexdef(agentsandbox.known_object('pg_catalog.pg_class'::regclass, index), "column", pretty);
COMMENT ON FUNCTION agentsandbox.pg_get_indexdef(oid, integer, boolean) IS 'definition of an index without expressions, all of whose columns the session can use, or of its column';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_partkeydef("table" oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::text;
COMMENT ON FUNCTION agentsandbox.pg_get_partkeydef(oid) IS 'NULL: what a table is partitioned by is not told';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_serial_sequence("table" text, "column" text)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::text;
COMMENT ON FUNCTION agentsandbox.pg_get_serial_sequence(text, text) IS 'NULL: what fills a column is not told';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_statisticsobjdef_columns(statistics oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::text;
COMMENT ON FUNCTION agentsandbox.pg_get_statisticsobjdef_columns(oid) IS 'NULL: statistics are not told of';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_userbyid(role oid)
RETURNS name LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::name;
COMMENT ON FUNCTION agentsandbox.pg_get_userbyid(oid) IS 'NULL: roles are not told of';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_viewdef(view oid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::text;
COMMENT ON FUNCTION agentsandbox.pg_get_viewdef(oid) IS 'NULL: what is behind a view is not told';

CREATE OR REPLACE FUNCTION agentsandbox.pg_get_viewdef(view oid, pretty boolean)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::text;
COMMENT ON FUNCTION agentsandbox.pg_get_viewdef(oid, boolean) IS 'NULL: what is behind a view is not told';

CREATE OR REPLACE FUNCTION agentsandbox.pg_partition_ancestors(relation regclass)
RETURNS SETOF regclass LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT a FROM pg_catalog.pg_partition_ancestors(agentsandbox.known_object('pg_catalog.pg_class'::regclass, relation)::regclass) a
    WHERE agentsandbox.known_object('pg_catalog.pg_class'::regclass, a) IS NOT NULL;
END;
COMMENT ON FUNCTION agentsandbox.pg_partition_ancestors(regclass) IS 'a relation that the session can use and those that it is a partition of, of these';

CREATE OR REPLACE FUNCTION agentsandbox.pg_relation_is_publishable(relation regclass)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::boolean;
COMMENT ON FUNCTION agentsandbox.pg_relation_is_publishable(regclass) IS 'NULL: publications are not told of';

CREATE OR REPLACE FUNCTION agentsandbox.pg_table_size("table" regclass)
RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::bigint;
COMMENT ON FUNCTION agentsandbox.pg_table_size(regclass) IS 'NULL: sizes are not told';

CREATE OR REPLACE FUNCTION agentsandbox.pg_table_is_visible("table" oid)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.pg_table_is_visible(agentsandbox.known_object('pg_catalog.pg_class'::regclass, "table"));
COMMENT ON FUNCTION agentsandbox.pg_table_is_visible(oid) IS 'whether a relation that the session can use is found by its name alone';

CREATE OR REPLACE FUNCTION agentsandbox.pg_type_is_visible(type oid)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.pg_type_is_visible(agentsandbox.known_object('pg_catalog.pg_type'::regclass, type));
COMMENT ON FUNCTION agentsandbox.pg_type_is_visible(oid) IS 'whether a type of the server or that the session can use is found by its name alone';

CREATE OR REPLACE FUNCTION agentsandbox.regclass(name text)
RETURNS regclass LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.to_regclass(agentsandbox.known_relation_name(name));
COMMENT ON FUNCTION agentsandbox.regclass(text) IS 'relation of a name that the session can use';

CREATE OR REPLACE FUNCTION agentsandbox.to_regclass(name text)
RETURNS regclass LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.to_regclass(agentsandbox.known_relation_name(name));
COMMENT ON FUNCTION agentsandbox.to_regclass(text) IS 'relation of a name that the session can use';

CREATE OR REPLACE FUNCTION agentsandbox.shobj_description(object oid, catalog name)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULL::text;
COMMENT ON FUNCTION agentsandbox.shobj_description(oid, name) IS 'NULL: databases, roles and tablespaces are not told of';

CREATE OR REPLACE FUNCTION agentsandbox.to_regnamespace(name text)
RETURNS regnamespace LANGUAGE sql STABLE PARALLEL SAFE
RETURN agentsandbox.known_object('pg_catalog.pg_namespace'::regclass, pg_catalog.to_regnamespace(name))::regnamespace;
COMMENT ON FUNCTION agentsandbox.to_regnamespace(text) IS 'schema of a name that the session can use';

CREATE OR REPLACE FUNCTION agentsandbox.to_regtype(name text)
RETURNS regtype LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.to_regtype(agentsandbox.known_type_name(name));
COMMENT ON FUNCTION agentsandbox.to_regtype(text) IS 'type of a name that the session can use';

-- in information_schema the server's
CREATE OR REPLACE FUNCTION agentsandbox._pg_expandarray("array" anyarray, OUT x anyelement, OUT n integer)
RETURNS SETOF record LANGUAGE sql STRICT IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT e, n::integer FROM unnest("array") WITH ORDINALITY u(e, n) $$;
COMMENT ON FUNCTION agentsandbox._pg_expandarray(anyarray) IS 'the elements of an array and their numbers, from 1';
