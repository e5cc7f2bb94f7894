-- What an operator can learn from refusals.  Nothing here is ever executed by
-- the extension; an operator reads, judges and runs it.

CREATE OR REPLACE FUNCTION agentsandbox.suggestions(
    profile name,
    OUT suggestion text,
    OUT reason text,
    OUT refusals bigint,
    OUT conversations bigint,
    OUT last_at timestamptz
) RETURNS SETOF record
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role CONSTANT regrole := agentsandbox.profile_role(suggestions.profile);
    limits CONSTANT jsonb := (SELECT to_jsonb(p) FROM agentsandbox.profiles p WHERE p.profile = role);
BEGIN
    RETURN QUERY
    WITH refused AS (
        SELECT r.*
        FROM agentsandbox.refusals r
        JOIN agentsandbox.conversation_records c ON c.id = r.conversation
        WHERE c.profile = role
          -- the extension's own objects are granted to all agents or to none
          AND NOT EXISTS (SELECT FROM pg_depend d
                          WHERE d.classid = r.class_id AND d.objid = r.object_id
                            AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
                            AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'agentsandbox'))
    ), suggested AS (
        SELECT format('GRANT %s ON %s TO %s;', r.privilege, r.object_id::regclass, role) AS text, r.*
        FROM refused r
        WHERE r.gate = 'relation' AND r.privilege ~ '^(SELECT|INSERT|UPDATE|DELETE)'
          AND EXISTS (SELECT FROM pg_class WHERE oid = r.object_id AND oid >= 16384)
        UNION ALL
        SELECT format('GRANT USAGE ON SCHEMA %s TO %s;', n.oid::regnamespace, role), r.*
        FROM refused r
        JOIN pg_class c ON c.oid = r.object_id AND c.oid >= 16384
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE r.gate = 'relation' AND r.privilege <> '' AND NOT has_schema_privilege(role, n.oid, 'USAGE')
        UNION ALL
        SELECT format('GRANT EXECUTE ON %s %s TO %s;',
                      CASE WHEN p.prokind = 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure, role), r.*
        FROM refused r
        JOIN pg_proc p ON p.oid = r.object_id
        WHERE r.gate = 'function' AND r.privilege = 'EXECUTE'
        UNION ALL
        SELECT format('SELECT agentsandbox.alter_profile(%L, %s => true);', suggestions.profile, o.option), r.*
        FROM refused r
        JOIN (VALUES ('EXPLAIN', 'allow_explain'), ('COPY', 'allow_copy'), ('CALL', 'allow_call')) AS o (statement, option)
          ON o.statement = r.object
        WHERE r.gate = 'statement' AND NOT (limits ->> o.option)::boolean
        UNION ALL
        SELECT format('SELECT agentsandbox.alter_profile(%L, information_schema => true);', suggestions.profile), r.*
        FROM refused r
        JOIN pg_class c ON c.oid = r.object_id AND c.relnamespace = to_regnamespace('information_schema')
        WHERE r.gate = 'relation' AND NOT (limits ->> 'information_schema')::boolean
        UNION ALL
        -- twice what it is now
        SELECT format('SELECT agentsandbox.alter_profile(%L, %I => %L);', suggestions.profile, r.object,
                      CASE jsonb_typeof(limits -> r.object)
                          WHEN 'number' THEN ((limits ->> r.object)::numeric * 2)::text
                          ELSE ((limits ->> r.object)::interval * 2)::text
                      END), r.*
        FROM refused r
        WHERE r.gate = 'limit' AND limits ? r.object
    )
    SELECT s.text, max(s.reason), sum(s.count)::bigint, count(DISTINCT s.conversation), max(s.last_at)
    FROM suggested s
    GROUP BY s.text
    ORDER BY sum(s.count) DESC, s.text;
END
$$;
COMMENT ON FUNCTION agentsandbox.suggestions(name) IS
    'statements that would have allowed what conversations of a profile were refused; to be judged, not to be run unread';

CREATE OR REPLACE FUNCTION agentsandbox.unhonoured_grants(
    profile name,
    OUT object text,
    OUT privilege text,
    OUT reason text
) RETURNS SETOF record
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role CONSTANT regrole := agentsandbox.profile_role(unhonoured_grants.profile);
BEGIN
    RETURN QUERY
    WITH acls (kind, name, schema, acl) AS (
        SELECT CASE relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, oid::regclass::text, relnamespace, relacl FROM pg_class WHERE relacl IS NOT NULL
        UNION ALL SELECT 'column', format('%s.%I', attrelid::regclass, attname), NULL, attacl FROM pg_attribute WHERE attacl IS NOT NULL
        UNION ALL SELECT CASE prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, oid::regprocedure::text, pronamespace, proacl FROM pg_proc WHERE proacl IS NOT NULL
        UNION ALL SELECT 'schema', oid::regnamespace::text, NULL, nspacl FROM pg_namespace
        UNION ALL SELECT 'database', quote_ident(datname), NULL, datacl FROM pg_database
        UNION ALL SELECT 'language', quote_ident(lanname), NULL, lanacl FROM pg_language
        UNION ALL SELECT 'foreign-data wrapper', quote_ident(fdwname), NULL, fdwacl FROM pg_foreign_data_wrapper
        UNION ALL SELECT 'foreign server', quote_ident(srvname), NULL, srvacl FROM pg_foreign_server
        UNION ALL SELECT 'tablespace', quote_ident(spcname), NULL, spcacl FROM pg_tablespace
        UNION ALL SELECT 'large object', oid::text, NULL, lomacl FROM pg_largeobject_metadata
        UNION ALL SELECT 'parameter', quote_ident(parname), NULL, paracl FROM pg_parameter_acl
    ), granted AS (
        SELECT a.kind, a.name, a.schema, g.privilege_type, g.is_grantable
        FROM acls a, aclexplode(a.acl) g
        WHERE g.grantee = role
    ), rules (kind, privilege_type, reason) AS (VALUES
        ('table', 'TRUNCATE', 'TRUNCATE is never allowed'),
        ('table', 'REFERENCES', 'DDL is never allowed'),
        ('column', 'REFERENCES', 'DDL is never allowed'),
        ('table', 'TRIGGER', 'DDL is never allowed'),
        ('schema', 'CREATE', 'DDL is never allowed'),
        ('database', 'CREATE', 'DDL is never allowed'),
        ('database', 'TEMPORARY', 'temporary objects are never allowed'),
        ('database', 'CONNECT', 'a conversation connects to its own database and to no other'),
        ('tablespace', 'CREATE', 'DDL is never allowed'),
        ('language', 'USAGE', 'neither DDL nor DO is ever allowed'),
        ('foreign-data wrapper', 'USAGE', 'DDL is never allowed'),
        ('foreign server', 'USAGE', 'DDL is never allowed'),
        ('large object', 'SELECT', 'large objects are never allowed'),
        ('large object', 'UPDATE', 'large objects are never allowed'),
        ('parameter', 'SET', 'the setting gate has one list for all'),
        ('parameter', 'ALTER SYSTEM', 'ALTER SYSTEM is never allowed')
    )
    SELECT format('%s %s', g.kind, g.name), g.privilege_type, r.reason
    FROM granted g JOIN rules r ON r.kind = g.kind AND r.privilege_type = g.privilege_type
    UNION ALL
    SELECT format('%s %s', g.kind, g.name), g.privilege_type || ' WITH GRANT OPTION', 'GRANT is never allowed'
    FROM granted g WHERE g.is_grantable
    UNION ALL
    SELECT format('%s %s', g.kind, g.name), g.privilege_type, format('USAGE on schema %s is missing', g.schema::regnamespace)
    FROM granted g
    WHERE g.schema IS NOT NULL AND NOT has_schema_privilege(role, g.schema, 'USAGE')
    UNION ALL
    SELECT format('procedure %s', g.name), g.privilege_type, 'CALL is off; alter_profile() can allow it'
    FROM granted g JOIN agentsandbox.profiles p ON p.profile = role AND NOT p.allow_call
    WHERE g.kind = 'procedure'
    UNION ALL
    SELECT format('role %s', m.roleid::regrole), 'membership',
           'privileges that a predefined role has without a GRANT do not count'
    FROM pg_auth_members m
    WHERE m.member = role AND m.roleid < 16384
    UNION ALL
    SELECT format('role %s', role), a.attribute, 'attributes are not inherited from a profile'
    FROM pg_roles r,
         LATERAL (VALUES ('SUPERUSER', r.rolsuper), ('CREATEDB', r.rolcreatedb), ('CREATEROLE', r.rolcreaterole),
                         ('REPLICATION', r.rolreplication), ('BYPASSRLS', r.rolbypassrls),
                         ('LOGIN', r.rolcanlogin)) AS a (attribute, holds)
    WHERE r.oid = role AND a.holds
    UNION ALL
    SELECT pg_describe_object(d.classid, d.objid, d.objsubid), 'ownership', 'what an owner may do without a GRANT does not count'
    FROM pg_shdepend d
    WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = role AND d.deptype = 'o'
      AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    ORDER BY 1, 2, 3;
END
$$;
COMMENT ON FUNCTION agentsandbox.unhonoured_grants(name) IS
    'what a profile was given and its conversations will never be allowed';
