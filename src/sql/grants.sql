-- Every privilege of the extension, in one sitting.  sql/grants.sql prints them.

-- PUBLIC gets nothing, nor does whoever the default privileges of this role
-- name.  (CREATE FUNCTION and each type, row types included, would give PUBLIC
-- something, and ALTER DEFAULT PRIVILEGES everything to anybody.)
DO $$
DECLARE
    others CONSTANT text := (
        SELECT pg_catalog.concat_ws(', ', 'PUBLIC', pg_catalog.string_agg(DISTINCT g.grantee::pg_catalog.regrole::text, ', '))
        FROM pg_catalog.pg_default_acl d, pg_catalog.aclexplode(d.defaclacl) g
        WHERE d.defaclrole = CURRENT_USER::pg_catalog.regrole AND g.grantee NOT IN (0, d.defaclrole));
    what text;
BEGIN
    FOR what IN SELECT pg_catalog.unnest('{ALL ROUTINES IN SCHEMA,ALL TABLES IN SCHEMA,ALL SEQUENCES IN SCHEMA,SCHEMA}'::text[]) LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON %s agentsandbox FROM %s', what, others);
    END LOOP;
    FOR what IN SELECT oid::pg_catalog.regtype FROM pg_catalog.pg_type
                WHERE typnamespace = 'agentsandbox'::pg_catalog.regnamespace AND typelem = 0 LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON TYPE %s FROM %s', what, others);
    END LOOP;

    -- what the script gave row types is noted there, which pg_dump 15 does not
    -- expect and warns of
    DELETE FROM pg_catalog.pg_init_privs
    WHERE classoid = 'pg_catalog.pg_type'::pg_catalog.regclass
      AND objoid IN (SELECT oid FROM pg_catalog.pg_type
                     WHERE typnamespace = 'agentsandbox'::pg_catalog.regnamespace AND typrelid <> 0);
END
$$;

GRANT USAGE ON SCHEMA agentsandbox TO
    agentsandbox_operator, agentsandbox_gateway, agentsandbox_reviewer,
    agentsandbox_auditor, agentsandbox_pool, agentsandbox_agent;

-- Profiles and conversations
GRANT SELECT ON agentsandbox.profiles, agentsandbox.conversations TO agentsandbox_operator, agentsandbox_auditor;
GRANT EXECUTE ON FUNCTION
    agentsandbox.create_profile,
    agentsandbox.alter_profile,
    agentsandbox.drop_profile(name),
    agentsandbox.open_conversation(name, jsonb, interval, boolean),
    agentsandbox.close_conversation(uuid)
TO agentsandbox_operator;
-- the view's function runs as the caller
GRANT EXECUTE ON FUNCTION agentsandbox.sessions() TO agentsandbox_operator, agentsandbox_auditor;

-- Refusals and what they teach
GRANT SELECT ON agentsandbox.refusals, agentsandbox.usage TO agentsandbox_operator, agentsandbox_auditor;
GRANT EXECUTE ON FUNCTION
    agentsandbox.suggestions(name),
    agentsandbox.unhonoured_grants(name)
TO agentsandbox_operator, agentsandbox_auditor;

-- Context
GRANT EXECUTE ON FUNCTION
    agentsandbox.context(text),
    agentsandbox.context(text, anyelement),
    agentsandbox.conversation_id()
TO agentsandbox_agent, agentsandbox_operator;

-- Pooled connections; leaving is for whoever has entered
GRANT EXECUTE ON FUNCTION agentsandbox.enter(text, boolean) TO agentsandbox_pool;
GRANT EXECUTE ON FUNCTION agentsandbox.leave() TO agentsandbox_pool, agentsandbox_agent;
GRANT EXECUTE ON FUNCTION
    agentsandbox.rotate_token(uuid, boolean),
    agentsandbox.revoke_tokens(uuid)
TO agentsandbox_operator;

-- Row-level security; who may alter the table is PostgreSQL's to decide
GRANT EXECUTE ON FUNCTION
    agentsandbox.equality_operator(regtype),
    agentsandbox.is_expression(text),
    agentsandbox.set_policies(regclass, text),
    agentsandbox.protect(regclass, name, text),
    agentsandbox.protect_through(regclass, name[], regclass),
    agentsandbox.unprotect(regclass)
TO agentsandbox_operator;

-- what is allowed, for who has to judge it
GRANT EXECUTE ON FUNCTION
    agentsandbox.server_functions(),
    agentsandbox.surface(name),
    agentsandbox.surface(uuid)
TO agentsandbox_operator, agentsandbox_auditor;

-- Findings, radii, sign-off and report
GRANT SELECT ON agentsandbox.hazard_kinds, agentsandbox.surface_acceptances, agentsandbox.controls TO agentsandbox_operator, agentsandbox_auditor;
GRANT EXECUTE ON FUNCTION
    agentsandbox.hazards(name),
    agentsandbox.surface_listing(name),
    agentsandbox.fingerprint(jsonb),
    agentsandbox.accept_surface(name, text, text),
    agentsandbox.surface_drift(name),
    agentsandbox.blast_radius(name, boolean),
    agentsandbox.readable_rows(uuid, boolean),
    agentsandbox.report(name, text)
TO agentsandbox_operator, agentsandbox_auditor;

-- What an agent can reach, described to itself; the views' functions run as the caller
GRANT EXECUTE ON FUNCTION
    agentsandbox._pg_expandarray(anyarray),
    agentsandbox.col_description(oid, integer),
    agentsandbox.format_type(oid, integer),
    agentsandbox.has_any_column_privilege(name, oid, text),
    agentsandbox.has_any_column_privilege(name, text, text),
    agentsandbox.has_any_column_privilege(oid, text),
    agentsandbox.has_any_column_privilege(text, text),
    agentsandbox.has_column_privilege(name, oid, smallint, text),
    agentsandbox.has_column_privilege(name, oid, text, text),
    agentsandbox.has_column_privilege(name, text, smallint, text),
    agentsandbox.has_column_privilege(name, text, text, text),
    agentsandbox.has_column_privilege(oid, smallint, text),
    agentsandbox.has_column_privilege(oid, text, text),
    agentsandbox.has_column_privilege(text, smallint, text),
    agentsandbox.has_column_privilege(text, text, text),
    agentsandbox.has_database_privilege(name, oid, text),
    agentsandbox.has_database_privilege(name, text, text),
    agentsandbox.has_database_privilege(oid, text),
    agentsandbox.has_database_privilege(text, text),
    agentsandbox.has_schema_privilege(name, oid, text),
    agentsandbox.has_schema_privilege(name, text, text),
    agentsandbox.has_schema_privilege(oid, text),
    agentsandbox.has_schema_privilege(text, text),
    agentsandbox.has_table_privilege(name, oid, text),
    agentsandbox.has_table_privilege(name, text, text),
    agentsandbox.has_table_privilege(oid, text),
    agentsandbox.has_table_privilege(text, text),
    agentsandbox.known_object(oid, oid, integer),
    agentsandbox.known_relation_name(text),
    agentsandbox.known_type_name(text),
    agentsandbox.obj_description(oid),
    agentsandbox.obj_description(oid, name),
    agentsandbox.pg_function_is_visible(oid),
    agentsandbox.pg_get_constraintdef(oid),
    agentsandbox.pg_get_constraintdef(oid, boolean),
    agentsandbox.pg_get_expr(pg_node_tree, oid),
    agentsandbox.pg_get_expr(pg_node_tree, oid, boolean),
    agentsandbox.pg_get_function_arguments(oid),
    agentsandbox.pg_get_function_identity_arguments(oid),
    agentsandbox.pg_get_function_result(oid),
    agentsandbox.pg_get_functiondef(oid),
    agentsandbox.pg_get_indexdef(oid),
    agentsandbox.pg_get_indexdef(oid, integer, boolean),
    agentsandbox.pg_get_partkeydef(oid),
    agentsandbox.pg_get_serial_sequence(text, text),
    agentsandbox.pg_get_statisticsobjdef_columns(oid),
    agentsandbox.pg_get_userbyid(oid),
    agentsandbox.pg_get_viewdef(oid),
    agentsandbox.pg_get_viewdef(oid, boolean),
    agentsandbox.pg_partition_ancestors(regclass),
    agentsandbox.pg_relation_is_publishable(regclass),
    agentsandbox.pg_table_is_visible(oid),
    agentsandbox.pg_table_size(regclass),
    agentsandbox.pg_type_is_visible(oid),
    agentsandbox.regclass(text),
    agentsandbox.shobj_description(oid, name),
    agentsandbox.to_regclass(text),
    agentsandbox.to_regnamespace(text),
    agentsandbox.to_regtype(text)
TO agentsandbox_agent;
GRANT SELECT ON agentsandbox.tables, agentsandbox.columns TO agentsandbox_agent;
GRANT EXECUTE ON FUNCTION
    agentsandbox.reaches_constraint(text, text, text),
    agentsandbox.reaches_index_of(oid),
    agentsandbox.reaches_named(text, text),
    agentsandbox.reaches_named(text, text, text),
    agentsandbox.reaches_relation(oid),
    agentsandbox.reaches_relation(oid, smallint),
    agentsandbox.reaches_relation(oid, smallint, text),
    agentsandbox.reaches_schema(oid),
    agentsandbox.reaches_type(oid),
    agentsandbox.reaches_volatile_function()
TO agentsandbox_agent;

-- Labels; who may label an object is PostgreSQL's to decide
GRANT SELECT ON agentsandbox.labels, agentsandbox.label_definitions, agentsandbox.conversation_labels
TO agentsandbox_operator, agentsandbox_auditor;
GRANT EXECUTE ON FUNCTION
    agentsandbox.create_label(text, text),
    agentsandbox.drop_label(text),
    agentsandbox.seal(uuid)
TO agentsandbox_operator;
GRANT EXECUTE ON FUNCTION
    agentsandbox.seal(),
    agentsandbox.preview(text),
    agentsandbox.preview_flow(text),
    agentsandbox.methods_given(text[]),
    agentsandbox.my_limits()
TO agentsandbox_agent;

-- Notes; the conversation is the agent's own
GRANT SELECT, INSERT (key, value), UPDATE (value), DELETE ON agentsandbox.notes TO agentsandbox_agent;
ALTER TABLE agentsandbox.notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON agentsandbox.notes TO agentsandbox_agent
    USING (conversation = agentsandbox.conversation_id())
    WITH CHECK (conversation = agentsandbox.conversation_id());

-- Methods and calls
GRANT SELECT ON
    agentsandbox.method_definitions,
    agentsandbox.profile_methods,
    agentsandbox.RemoteProcedureCalls
TO agentsandbox_operator, agentsandbox_auditor;
GRANT EXECUTE ON FUNCTION
    agentsandbox.create_method,
    agentsandbox.alter_method,
    agentsandbox.drop_method(text),
    agentsandbox.allow_method(name, text),
    agentsandbox.disallow_method(name, text),
    agentsandbox.schema_check(jsonb),
    agentsandbox.schema_errors(jsonb, jsonb)
TO agentsandbox_operator;
GRANT EXECUTE ON FUNCTION
    agentsandbox.canonical(jsonb),
    agentsandbox.schema_capacity(jsonb, integer),
    agentsandbox.method_capacity(text)
TO agentsandbox_operator, agentsandbox_reviewer, agentsandbox_auditor;

GRANT SELECT ON agentsandbox.egress_charges TO agentsandbox_operator, agentsandbox_auditor;
GRANT EXECUTE ON FUNCTION
    agentsandbox.bits_spent(uuid),
    agentsandbox.bits_left(uuid),
    agentsandbox.egress_bound(uuid)
TO agentsandbox_operator, agentsandbox_auditor;

GRANT SELECT ON agentsandbox.methods TO agentsandbox_agent;
GRANT INSERT (method, arguments, deadline) ON agentsandbox.RemoteProcedureCalls TO agentsandbox_agent;
GRANT SELECT (id, method, arguments, deadline, status, response, error,
              submitted_at, ready_at, claimed_at, finished_at, labels)
    ON agentsandbox.RemoteProcedureCalls TO agentsandbox_agent;
GRANT EXECUTE ON FUNCTION agentsandbox.await(uuid, interval), agentsandbox.cancel(uuid) TO agentsandbox_agent;
GRANT EXECUTE ON PROCEDURE agentsandbox.call TO agentsandbox_agent;

ALTER TABLE agentsandbox.RemoteProcedureCalls ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON agentsandbox.RemoteProcedureCalls TO agentsandbox_agent
    USING (conversation = agentsandbox.conversation_id())
    WITH CHECK (conversation = agentsandbox.conversation_id());
CREATE POLICY every ON agentsandbox.RemoteProcedureCalls FOR SELECT TO agentsandbox_operator, agentsandbox_auditor
    USING (true);

-- Review; reviewers see the calls that wait, and no others
GRANT SELECT ON agentsandbox.reviews TO agentsandbox_reviewer, agentsandbox_auditor;
GRANT SELECT ON agentsandbox.review_decisions TO agentsandbox_auditor;
-- the view's functions run as the caller
GRANT EXECUTE ON FUNCTION
    agentsandbox.review_digest(text, text[], jsonb),
    agentsandbox.json_changes(jsonb, jsonb)
TO agentsandbox_reviewer, agentsandbox_auditor;
GRANT EXECUTE ON FUNCTION
    agentsandbox.approve(uuid, text, bytea),
    agentsandbox.reject(uuid, text, boolean, bytea)
TO agentsandbox_reviewer;
GRANT SELECT ON agentsandbox.anomaly_rules TO agentsandbox_operator, agentsandbox_reviewer, agentsandbox_auditor;
GRANT EXECUTE ON FUNCTION
    agentsandbox.create_anomaly_rule,
    agentsandbox.alter_anomaly_rule(text, boolean),
    agentsandbox.drop_anomaly_rule(text)
TO agentsandbox_operator;

-- Gateways
GRANT EXECUTE ON FUNCTION
    agentsandbox.claim(integer, interval, text[], interval),
    agentsandbox.extend(uuid, uuid, interval),
    agentsandbox.complete(uuid, uuid, jsonb),
    agentsandbox.fail(uuid, uuid, jsonb, interval, boolean)
TO agentsandbox_gateway;

-- Confinement: what an agent's search functions and lists really run (bounded.c).
DO $$
DECLARE
    twin regprocedure;
BEGIN
    FOR twin IN SELECT oid FROM pg_catalog.pg_proc
                WHERE pronamespace = 'agentsandbox'::pg_catalog.regnamespace AND prosrc IN ('asb_bounded', 'asb_bounded_list')
    LOOP
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO agentsandbox_agent', twin);
    END LOOP;
END
$$;
