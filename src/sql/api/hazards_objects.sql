-- Hazards of what one profile reaches; see hazards.sql.

-- Whether a function's search_path can hold nothing but what its owner and
-- superusers put there: it is fixed, pg_temp is its end, and nobody else may
-- create anything in its schemas.
CREATE OR REPLACE FUNCTION agentsandbox.search_path_safe(settings text[]) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH path AS (
        SELECT COALESCE(replace(e.match[1], '""', '"'), e.match[2]) AS schema, e.n
        FROM unnest(settings) AS setting,
             regexp_matches(substr(setting, length('search_path=') + 1), '"((?:[^"]|"")*)"|([^[:space:],"]+)', 'g')
                 WITH ORDINALITY AS e (match, n)
        WHERE setting ^@ 'search_path='
    )
    SELECT COALESCE((SELECT schema = 'pg_temp' FROM path ORDER BY n DESC LIMIT 1), false)
       AND NOT EXISTS (SELECT FROM path
                       WHERE schema NOT IN ('pg_catalog', 'pg_temp')
                         AND NOT EXISTS (SELECT FROM pg_namespace
                                         WHERE nspname = path.schema AND NOT has_schema_privilege('public', oid, 'CREATE')))
$$;
COMMENT ON FUNCTION agentsandbox.search_path_safe(text[]) IS 'whether a function with these settings looks only where others cannot put anything';

CREATE OR REPLACE FUNCTION agentsandbox.hazards_in_code(
    role regrole, reach jsonb, OUT hazard text, OUT object text, OUT detail text, OUT fix text
) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH code AS (
        SELECT p.oid, p.oid::regprocedure AS name, p.prosecdef, p.prosqlbody, p.proconfig, p.prolang, p.pronamespace,
               p.proowner, o.rolsuper, o.rolbypassrls,
               r.via AS how
        FROM jsonb_to_recordset(reach) AS r (class oid, object oid, via text)
        JOIN pg_proc p ON r.class = 'pg_proc'::regclass AND p.oid = r.object
        JOIN pg_roles o ON o.oid = p.proowner
    ), definer_superuser AS (
        SELECT 'definer_superuser', name, format('owner %s, %s', proowner::regrole, how),
               format('ALTER ROUTINE %s SECURITY INVOKER;', name)
        FROM code WHERE prosecdef AND rolsuper
    ), definer_bypass AS (
        SELECT 'definer_bypass', name, format('owner %s has BYPASSRLS, %s', proowner::regrole, how),
               format('ALTER ROUTINE %s SECURITY INVOKER;', name)
        FROM code WHERE prosecdef AND rolbypassrls AND NOT rolsuper
    ), definer_owner AS (
        SELECT 'definer_bypass', name, format('owner %s has tables whose row-level security is not forced, as %s, %s', proowner::regrole, t.example, how),
               format('ALTER ROUTINE %s SECURITY INVOKER;', name)
        FROM code,
             LATERAL (SELECT min(c.oid::regclass::text COLLATE "C") AS example FROM pg_class c
                      WHERE c.relrowsecurity AND NOT c.relforcerowsecurity AND pg_has_role(code.proowner, c.relowner, 'USAGE')) AS t
        WHERE prosecdef AND NOT rolbypassrls AND NOT rolsuper AND t.example IS NOT NULL
    ), search_path AS (
        -- a body that was parsed when it was made finds nothing anew
        SELECT CASE WHEN prosecdef THEN 'definer_search_path' ELSE 'policy_search_path' END, name,
               COALESCE((SELECT s FROM unnest(proconfig) s WHERE s ^@ 'search_path='), 'the caller''s search path'),
               format('ALTER ROUTINE %s SET search_path = %s;', name,
                      CASE WHEN has_schema_privilege('public', pronamespace, 'CREATE') THEN 'pg_catalog, pg_temp'
                           ELSE format('pg_catalog, %s, pg_temp', pronamespace::regnamespace) END)
        FROM code
        WHERE prosqlbody IS NULL AND NOT agentsandbox.search_path_safe(proconfig)
          AND (prosecdef
               OR (prolang IN (SELECT oid FROM pg_language WHERE lanname NOT IN ('c', 'internal'))
                   AND EXISTS (SELECT FROM pg_depend d
                               WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = code.oid)))
    ), in_language AS (
        SELECT CASE WHEN l.lanname IN ('c', 'internal') THEN 'native_function' ELSE 'untrusted_language' END,
               name, format('language %I, %s', l.lanname, how),
               format('REVOKE EXECUTE ON ROUTINE %s FROM %s;', name, role)
        FROM code JOIN pg_language l ON l.oid = prolang
        WHERE NOT l.lanpltrusted
    )
    SELECT f.hazard, 'function ' || f.name, f.detail, f.fix
    FROM (TABLE definer_superuser UNION ALL TABLE definer_bypass UNION ALL TABLE definer_owner UNION ALL TABLE search_path UNION ALL TABLE in_language)
        AS f (hazard, name, detail, fix)
$$;
COMMENT ON FUNCTION agentsandbox.hazards_in_code(regrole, jsonb) IS 'hazards of functions that a profile reaches';

CREATE OR REPLACE FUNCTION agentsandbox.hazards_in_rows(
    role regrole, reach jsonb, OUT hazard text, OUT object text, OUT detail text, OUT fix text
) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE roles AS (
        SELECT role::oid AS oid
        UNION SELECT m.roleid FROM pg_auth_members m JOIN roles r ON r.oid = m.member
    ), relations AS (
        SELECT c.oid, c.oid::regclass AS name, c.relnamespace, c.relkind, c.relrowsecurity, r.granted
        FROM jsonb_to_recordset(reach) AS r (class oid, object oid, granted boolean)
        JOIN pg_class c ON r.class = 'pg_class'::regclass AND c.oid = r.object
    ), expressions AS (
        SELECT r.name, p.polname, e.kind, pg_get_expr(e.tree, p.polrelid) AS text, e.tree::text AS tree
        FROM relations r
        JOIN pg_policy p ON p.polrelid = r.oid AND p.polpermissive,
             LATERAL (VALUES ('USING', p.polqual), ('WITH CHECK', p.polwithcheck)) AS e (kind, tree)
        WHERE r.relrowsecurity AND e.tree IS NOT NULL
          AND (p.polroles = '{0}' OR p.polroles && ARRAY(SELECT oid FROM roles))
    ), policy_always_true AS (
        SELECT 'policy_always_true', format('policy %I on %s', polname, name), format('%s (%s)', kind, text),
               format('DROP POLICY %I ON %s;', polname, name)
        FROM expressions
        -- a column compared with itself is true but for nulls
        WHERE text = 'true' OR text ~ E'^[(]("(?:[^"]|"")+"|[a-z_0-9]+) = \\1[)]$'
    ), policy_ignores_row AS (
        SELECT 'policy_ignores_row', format('policy %I on %s', polname, name), format('%s (%s)', kind, text),
               format('DROP POLICY %I ON %s;', polname, name)
        FROM expressions
        WHERE text NOT IN ('true', 'false') AND tree !~ '[{](VAR|SUBLINK) '
    ), policies_not_enabled AS (
        SELECT 'policies_not_enabled', format('table %s', name), NULL,
               format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', name)
        FROM relations r
        WHERE NOT relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = r.oid)
    ), child_without_rls AS (
        SELECT DISTINCT ON (r.oid) r.oid, 'child_without_rls' AS hazard, format('table %s', r.name) AS object,
               format('a foreign key leads to %s', parent.oid::regclass) AS detail,
               CASE WHEN EXISTS (SELECT FROM pg_policy WHERE polrelid = parent.oid AND polname = 'agentsandbox_select')
                      AND parent.relforcerowsecurity
                    THEN format('SELECT agentsandbox.protect_through(%L, %L, %L);', r.name,
                                (SELECT array_agg(a.attname ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY AS k (attnum, n)
                                 JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.attnum), parent.oid::regclass)
                    ELSE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', r.name) END AS fix
        FROM relations r
        JOIN pg_constraint f ON f.contype = 'f' AND f.conrelid = r.oid
        JOIN pg_class parent ON parent.oid = f.confrelid AND parent.relrowsecurity AND parent.oid <> r.oid
        WHERE r.granted AND r.relkind IN ('r', 'p') AND NOT r.relrowsecurity
        ORDER BY r.oid, f.conparentid, f.oid
    ), protected AS (
        SELECT relnamespace, min(name::text) AS example FROM relations WHERE relrowsecurity GROUP BY relnamespace
    ), table_without_rls AS (
        SELECT 'table_without_rls', format('table %s', name), format('protected in the same schema: %s', p.example),
               format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', name)
        FROM relations r JOIN protected p ON p.relnamespace = r.relnamespace
        WHERE granted AND relkind IN ('r', 'p') AND NOT relrowsecurity
          AND NOT EXISTS (SELECT FROM child_without_rls c WHERE c.oid = r.oid)
          AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = r.oid)
    ), foreign_table AS (
        SELECT 'foreign_table', format('foreign table %s', name), NULL, format('REVOKE ALL ON %s FROM %s;', name, role)
        FROM relations WHERE relkind = 'f'
    )
    TABLE policy_always_true UNION ALL TABLE policy_ignores_row UNION ALL TABLE policies_not_enabled
    UNION ALL SELECT c.hazard, c.object, c.detail, c.fix FROM child_without_rls c
    UNION ALL TABLE table_without_rls UNION ALL TABLE foreign_table
$$;
COMMENT ON FUNCTION agentsandbox.hazards_in_rows(regrole, jsonb) IS 'hazards of tables that a profile reaches, and of their policies';

CREATE OR REPLACE FUNCTION agentsandbox.hazards_in_views(
    role regrole, reach jsonb, OUT hazard text, OUT object text, OUT detail text, OUT fix text
) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE views AS (
        SELECT c.*
        FROM jsonb_to_recordset(reach) AS r (class oid, object oid, granted boolean)
        JOIN pg_class c ON r.class = 'pg_class'::regclass AND c.oid = r.object
        WHERE c.relkind IN ('v', 'm')
    ), reads AS (
        SELECT DISTINCT w.ev_class AS reader, d.refobjid AS base
        FROM pg_rewrite w
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
         AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
    ), view_bypasses_rls AS (
        SELECT 'view_bypasses_rls', format('view %s', v.oid::regclass),
               format('reads %s as %s, %s', t.oid::regclass, o.rolname,
                      CASE WHEN o.rolsuper THEN 'a superuser' WHEN o.rolbypassrls THEN 'who has BYPASSRLS'
                           ELSE 'its owner, and row-level security is not forced' END),
               format('ALTER VIEW %s SET (security_invoker = true);', v.oid::regclass)
        FROM views v
        JOIN reads ON reads.reader = v.oid
        JOIN pg_class t ON t.oid = reads.base AND t.relrowsecurity
        JOIN pg_roles o ON o.oid = v.relowner
        WHERE v.relkind = 'v'
          AND NOT EXISTS (SELECT FROM pg_options_to_table(v.reloptions)
                          WHERE option_name = 'security_invoker' AND option_value::boolean)
          AND (o.rolsuper OR o.rolbypassrls OR (pg_has_role(v.relowner, t.relowner, 'USAGE') AND NOT t.relforcerowsecurity))
    ), view_without_barrier AS (
        -- a FROM list in parentheses, and what WHERE asks of it; a join's condition stands behind no list
        SELECT 'view_without_barrier', format('view %s', v.oid::regclass), 'it has a WHERE or HAVING and is no security barrier',
               format('ALTER VIEW %s SET (security_barrier = true);', v.oid::regclass)
        FROM views v
        JOIN pg_rewrite w ON w.ev_class = v.oid AND w.ev_type = '1'
        WHERE v.relkind = 'v' AND w.ev_action::text ~ '[)] :quals [{]|:havingQual [{]'
          -- what it reads as the agent the agent can read without it
          AND NOT EXISTS (SELECT FROM pg_options_to_table(v.reloptions)
                          WHERE option_name IN ('security_barrier', 'security_invoker') AND option_value::boolean)
    ), sources AS (
        SELECT v.oid AS matview, reads.base FROM views v JOIN reads ON reads.reader = v.oid WHERE v.relkind = 'm'
        UNION SELECT s.matview, reads.base FROM sources s JOIN reads ON reads.reader = s.base
    ), matview_of_protected AS (
        SELECT 'matview_of_protected', format('materialized view %s', matview::regclass),
               format('keeps rows of %s', string_agg(t.oid::regclass::text, ', ' ORDER BY t.oid::regclass::text)),
               format('REVOKE ALL ON %s FROM %s;', matview::regclass, role)
        FROM sources JOIN pg_class t ON t.oid = sources.base AND t.relrowsecurity
        GROUP BY matview
    ), own_tables AS (
        SELECT c.oid AS own FROM pg_class c WHERE c.relnamespace = 'agentsandbox'::regnamespace
    ), own_tables_exposed AS (
        -- what a view reads as the agent is what the agent may read
        SELECT 'own_tables_exposed', format('%s %s', CASE v.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, v.oid::regclass),
               format('reads %s as %s', string_agg(own::regclass::text, ', ' ORDER BY own::regclass::text COLLATE "C"), v.relowner::regrole),
               CASE v.relkind WHEN 'v' THEN format('ALTER VIEW %s SET (security_invoker = true);', v.oid::regclass)
                    ELSE format('REVOKE ALL ON %s FROM %s;', v.oid::regclass, role) END
        FROM views v
        JOIN (TABLE reads UNION TABLE sources) AS r (reader, base) ON r.reader = v.oid
        JOIN own_tables ON own = r.base
        WHERE NOT EXISTS (SELECT FROM pg_options_to_table(v.reloptions)
                          WHERE option_name = 'security_invoker' AND option_value::boolean)
        GROUP BY v.oid, v.relkind, v.relowner
        UNION ALL
        -- one whose text is parsed
        SELECT 'own_tables_exposed', format('function %s', p.oid::regprocedure),
               format('uses %s as %s', string_agg(DISTINCT own::regclass::text, ', '), p.proowner::regrole),
               format('ALTER ROUTINE %s SECURITY INVOKER;', p.oid::regprocedure)
        FROM jsonb_to_recordset(reach) AS r (class oid, object oid)
        JOIN pg_proc p ON r.class = 'pg_proc'::regclass AND p.oid = r.object AND p.prosecdef
        JOIN pg_depend d ON d.classid = r.class AND d.objid = r.object AND d.refclassid = 'pg_class'::regclass
        JOIN own_tables ON own = d.refobjid
        GROUP BY p.oid, p.proowner
    )
    TABLE view_bypasses_rls UNION ALL TABLE view_without_barrier UNION ALL TABLE matview_of_protected UNION ALL TABLE own_tables_exposed
$$;
COMMENT ON FUNCTION agentsandbox.hazards_in_views(regrole, jsonb) IS 'hazards of views and materialized views that a profile reaches';

-- A materialized view is filled by its owner, whom no gate asks: whoever reads
-- it collects what labels it has itself.
CREATE OR REPLACE FUNCTION agentsandbox.hazards_in_labels(
    role regrole, reach jsonb, OUT hazard text, OUT object text, OUT detail text, OUT fix text
) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE labelled AS (
        SELECT s.classoid AS class, s.objoid AS object, s.objsubid AS part, btrim(n) AS label
        FROM pg_seclabel s, string_to_table(s.label, ',') AS n
        WHERE s.provider = 'agentsandbox'
    ), reads AS (
        SELECT w.ev_class AS reader, d.refclassid AS class, d.refobjid AS object, d.refobjsubid AS part
        FROM pg_rewrite w
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
         AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass) AND d.refobjid <> w.ev_class
        WHERE w.ev_type = '1'
    ), sources AS (
        SELECT c.oid AS matview, s.class, s.object, s.part
        FROM jsonb_to_recordset(reach) AS r (class oid, object oid)
        JOIN pg_class c ON r.class = 'pg_class'::regclass AND c.oid = r.object AND c.relkind = 'm'
        JOIN reads s ON s.reader = c.oid
        UNION
        SELECT m.matview, s.class, s.object, s.part
        FROM sources m JOIN reads s ON m.class = 'pg_class'::regclass AND s.reader = m.object
    ), parents AS (
        SELECT inhrelid AS relation, inhparent AS parent FROM pg_inherits
        UNION SELECT p.relation, i.inhparent FROM parents p JOIN pg_inherits i ON i.inhrelid = p.parent
    ), kin (relation, other) AS (
        SELECT relation, parent FROM parents UNION ALL SELECT parent, relation FROM parents
    ), wanted AS (
        SELECT s.matview, l.label, bool_or(l.part = 0) AS whole
        FROM sources s JOIN labelled l ON l.class = s.class AND l.object = s.object AND l.part IN (0, s.part)
        GROUP BY s.matview, l.label
        UNION
        SELECT s.matview, l.label, true
        FROM sources s
        JOIN kin k ON s.class = 'pg_class'::regclass AND k.relation = s.object
        JOIN labelled l ON l.class = s.class AND l.object = k.other AND l.part = 0
    ), lacking AS (
        -- one that only columns gave may be on columns again
        SELECT DISTINCT w.matview, w.label FROM wanted w
        WHERE NOT EXISTS (SELECT FROM labelled l
                          WHERE l.class = 'pg_class'::regclass AND l.object = w.matview AND l.label = w.label
                            AND (l.part = 0 OR NOT w.whole))
    )
    SELECT 'matview_lacks_labels', format('materialized view %s', matview::regclass),
           string_agg(label, ', ' ORDER BY label COLLATE "C"),
           format('SECURITY LABEL FOR agentsandbox ON MATERIALIZED VIEW %s IS %L;', matview::regclass,
                  (SELECT string_agg(u.label, ', ' ORDER BY u.label COLLATE "C")
                   FROM (SELECT a.label FROM lacking a WHERE a.matview = lacking.matview
                         UNION SELECT l.label FROM labelled l
                         WHERE l.class = 'pg_class'::regclass AND l.object = lacking.matview AND l.part = 0) u))
    FROM lacking
    GROUP BY matview
$$;
COMMENT ON FUNCTION agentsandbox.hazards_in_labels(regrole, jsonb) IS 'hazards of labels of what a profile reaches';
