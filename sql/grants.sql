-- Every privilege that the extension gives, and that PUBLIC has none.
\pset format unaligned
\pset footer off
SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END COLLATE "C" AS grantee, object COLLATE "C" AS object,
       string_agg(privilege, ', ' ORDER BY privilege) AS privileges
FROM (
    SELECT grantee, 'schema ' || nspname, privilege_type
    FROM pg_namespace, aclexplode(nspacl) WHERE nspname = 'agentsandbox'
    UNION ALL
    SELECT grantee, oid::regprocedure::text, privilege_type
    FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE pronamespace = 'agentsandbox'::regnamespace AND grantee <> proowner
    UNION ALL
    SELECT grantee, oid::regclass::text, privilege_type
    FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'agentsandbox'::regnamespace AND grantee <> relowner
    UNION ALL
    SELECT grantee, format('%s (%s)', attrelid::regclass, attname), privilege_type
    FROM pg_class c JOIN pg_attribute ON attrelid = c.oid, aclexplode(attacl) WHERE relnamespace = 'agentsandbox'::regnamespace
    UNION ALL
    SELECT grantee, 'type ' || oid::regtype, privilege_type
    FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
    WHERE typnamespace = 'agentsandbox'::regnamespace AND typelem = 0 AND grantee <> typowner
) a(grantee, object, privilege)
WHERE grantee <> (SELECT extowner FROM pg_extension WHERE extname = 'agentsandbox')
GROUP BY 1, 2 ORDER BY 1, 2;

-- what anybody could do
CREATE ROLE regress_nobody;
SELECT 'schema' AS kind, nspname::text AS object FROM pg_namespace
WHERE nspname = 'agentsandbox' AND has_schema_privilege('regress_nobody', oid, 'USAGE, CREATE')
UNION ALL
SELECT 'function', oid::regprocedure::text FROM pg_proc
WHERE pronamespace = 'agentsandbox'::regnamespace AND has_function_privilege('regress_nobody', oid, 'EXECUTE')
UNION ALL
SELECT 'relation', oid::regclass::text FROM pg_class
WHERE relnamespace = 'agentsandbox'::regnamespace AND relkind IN ('r', 'v', 'p', 'm', 'f')
  AND (has_table_privilege('regress_nobody', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
       OR has_any_column_privilege('regress_nobody', oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
UNION ALL
SELECT 'type', oid::regtype::text FROM pg_type
WHERE typnamespace = 'agentsandbox'::regnamespace AND typelem = 0 AND has_type_privilege('regress_nobody', oid, 'USAGE');
DROP ROLE regress_nobody;

-- SECURITY DEFINER functions fix their search_path
SELECT oid::regprocedure FROM pg_proc
WHERE pronamespace = 'agentsandbox'::regnamespace AND prosecdef
  AND NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false);

-- every object says what it is for
SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'agentsandbox')
  AND classid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_namespace'::regclass)
  AND obj_description(objid, classid::regclass::name) IS NULL
  AND NOT EXISTS (SELECT FROM pg_class WHERE pg_class.oid = objid AND relkind IN ('i', 'S') AND classid = 'pg_class'::regclass)
ORDER BY 1;
