-- What an auditor should worry about, each finding with the statement that
-- ends it.  Nothing here is executed by the extension.
--
-- A hazard is one CTE or branch that finds it, in one of the hazards_in_*
-- functions, and one row of hazard_kinds that says why it matters.

CREATE OR REPLACE VIEW agentsandbox.hazard_kinds AS
SELECT * FROM (VALUES
    ('observe_mode', 'critical', 'conversations of this profile are refused nothing: refusals are only recorded'),
    ('hba_trust', 'critical', 'whoever can reach the server this way is any of these roles without a secret, superusers and conversations included'),
    ('library_not_preloaded', 'critical', 'a server process that starts without the library has no gates'),
    ('definer_superuser', 'critical', 'it runs with a superuser''s rights, past every privilege and policy, whatever its text does with its arguments'),
    ('definer_bypass', 'high', 'it runs as a role that row-level security does not hold back'),
    ('definer_search_path', 'high', 'it runs with its owner''s rights and finds objects by a search path that others can put theirs in'),
    ('untrusted_language', 'high', 'its language can do whatever the server''s operating system account can'),
    ('native_function', 'low', 'it is machine code in the server''s process: no gate sees what it does'),
    ('policy_always_true', 'high', 'the policy shows, or accepts, every row'),
    ('policy_search_path', 'high', 'a policy asks it, and it finds objects by the search path, which the agent can set: others of the same name'),
    ('policy_ignores_row', 'medium', 'the policy does not look at the row: it decides the same for all of them'),
    ('policies_not_enabled', 'high', 'the table has policies and row-level security is off: they do nothing'),
    ('view_bypasses_rls', 'high', 'the view reads the table as its owner, whom the table''s policies do not hold back'),
    ('view_without_barrier', 'medium', 'a condition of the agent''s may be tried on rows that the view''s own would hide, and its errors tell of them'),
    ('matview_of_protected', 'high', 'it keeps rows of protected tables, and a materialized view cannot have policies'),
    ('own_tables_exposed', 'high', 'it leads to rows of all conversations, what agents wrote among them, and nobody collects labels by them'),
    ('matview_lacks_labels', 'high', 'who reads the materialized view does not collect labels of what it was filled from'),
    ('foreign_table', 'medium', 'a foreign table cannot have policies, and the remote server sees one user for all conversations'),
    ('table_without_rls', 'medium', 'every conversation reaches all its rows, though tables beside it are protected'),
    ('child_without_rls', 'high', 'every conversation reaches all its rows, though they belong to rows of a protected table'),
    ('default_privileges', 'medium', 'objects that are made later become reachable without anybody granting them'),
    ('explain_beside_rls', 'medium', 'EXPLAIN''s estimates tell of rows that policies hide'),
    ('unhonoured_grant', 'low', 'the sandbox never honours it, so it says more than is true, and it would hold without the sandbox'),
    ('conversation_grant', 'high', 'it was given to one conversation: what its profile can reach, and somebody signed, does not tell of it'),
    ('method_private_untrusted', 'high', 'data that is private can leave with a call that untrusted text asked for'),
    ('dangerous_extension', 'high', 'it reaches files, programs, other servers or the server''s memory'),
    ('dangerous_language', 'high', 'functions in it can do whatever the server''s operating system account can'),
    ('public_table', 'medium', 'every role that can connect has it, if it is not sandboxed'),
    ('public_create', 'medium', 'every role that is not sandboxed can plant functions and operators where others find them'),
    ('public_definer', 'medium', 'every role that is not sandboxed can run it with its owner''s rights'),
    ('duties_not_separated', 'medium', 'the same login has two of three duties: it opens conversations, decides what is held for a reviewer, or performs calls'),
    ('weak_setting', 'medium', 'the setting weakens the server'),
    ('login_setting', 'medium', 'no conversation, or pooler, for whom it is set can log in: an agent could not set it'),
    ('hba_ident', 'high', 'the client''s own computer says who the user is'),
    ('hba_cleartext', 'high', 'passwords cross the network readable'),
    ('hba_unencrypted', 'medium', 'queries and answers may cross the network readable'),
    ('hba_peer_map', 'low', 'operating system users are mapped to roles: check that none becomes a conversation or an operator'),
    ('hba_error', 'high', 'the server does not understand the line: what it was to refuse may be allowed by the next')
) AS kinds (hazard, severity, why);
COMMENT ON VIEW agentsandbox.hazard_kinds IS 'the kinds of findings that agentsandbox.hazards() knows, and why each matters';

-- Privileges that a profile has by name, its own and those of roles it is a
-- member of, on relations, columns and functions.  The extension's own objects
-- are left out.
CREATE OR REPLACE FUNCTION agentsandbox.granted(role regrole, OUT class regclass, OUT object oid, OUT privilege text)
    RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE roles AS (
        SELECT role::oid AS oid
        UNION SELECT m.roleid FROM pg_auth_members m JOIN roles r ON r.oid = m.member
    ), acls (class, object, acl) AS (
        SELECT 'pg_class'::regclass, oid, relacl FROM pg_class WHERE relacl IS NOT NULL
        UNION ALL SELECT 'pg_class', attrelid, attacl FROM pg_attribute WHERE attacl IS NOT NULL
        UNION ALL SELECT 'pg_proc', oid, proacl FROM pg_proc WHERE proacl IS NOT NULL
    )
    SELECT DISTINCT a.class, a.object, g.privilege_type
    FROM acls a, aclexplode(a.acl) g JOIN roles r ON r.oid = g.grantee
    WHERE g.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'EXECUTE')
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = a.class AND d.objid = a.object AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
                        AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'agentsandbox'))
$$;
COMMENT ON FUNCTION agentsandbox.granted(regrole) IS 'privileges of a profile on relations and functions, its columns'' among them';

-- Relations and functions in a profile's surface, those of the server and of
-- the extension left out: the object, whether it is granted, and one way to it.
CREATE OR REPLACE FUNCTION agentsandbox.reached(role regrole) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH entries AS (
        SELECT s.class, s.identity, min(array_to_string(s.via, ', ') COLLATE "C") AS via
        FROM pg_roles r, agentsandbox.surface(r.rolname) s
        WHERE r.oid = role AND s.class IN ('relation', 'function') AND s.identity !~ '^(pg_catalog|information_schema|agentsandbox)[.]'
        GROUP BY s.class, s.identity
    ), objects AS (
        SELECT 'pg_class'::regclass AS class, to_regclass(identity)::oid AS object, via FROM entries WHERE class = 'relation'
        UNION ALL
        SELECT 'pg_proc', to_regprocedure(identity), via FROM entries WHERE class = 'function'
    )
    SELECT COALESCE(jsonb_agg(jsonb_build_object('class', o.class::oid, 'object', o.object, 'via', o.via, 'granted', g.object IS NOT NULL)), '[]')
    FROM objects o
    LEFT JOIN (SELECT DISTINCT class, object FROM agentsandbox.granted(role)) g ON g.class = o.class AND g.object = o.object
    WHERE o.object IS NOT NULL
$$;
COMMENT ON FUNCTION agentsandbox.reached(regrole) IS 'relations and functions that a profile reaches, directly or through others, as a JSON array';

CREATE OR REPLACE FUNCTION agentsandbox.hazards(
    profile name DEFAULT NULL,
    OUT severity text,
    OUT hazard text,
    OUT object text,
    OUT why text,
    OUT fix text
) RETURNS SETOF record
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- null: every profile
    role CONSTANT regrole := CASE WHEN hazards.profile IS NOT NULL THEN agentsandbox.profile_role(hazards.profile) END;
BEGIN
    RETURN QUERY
    WITH found AS (
        SELECT f.*
        FROM agentsandbox.profiles p
        CROSS JOIN LATERAL (SELECT agentsandbox.reached(p.profile) OFFSET 0) AS r (reach)
        CROSS JOIN LATERAL (SELECT * FROM agentsandbox.hazards_in_code(p.profile, reach)
                            UNION ALL SELECT * FROM agentsandbox.hazards_in_rows(p.profile, reach)
                            UNION ALL SELECT * FROM agentsandbox.hazards_in_views(p.profile, reach)
                            UNION ALL SELECT * FROM agentsandbox.hazards_in_labels(p.profile, reach)
                            UNION ALL SELECT * FROM agentsandbox.hazards_in_profile(p.profile, reach)) AS f
        WHERE role IS NULL OR p.profile = role
        UNION
        SELECT * FROM agentsandbox.hazards_in_database()
        UNION
        SELECT * FROM agentsandbox.hazards_in_server()
    )
    SELECT k.severity, f.hazard, f.object, concat_ws(': ', k.why, f.detail), f.fix
    FROM found f JOIN agentsandbox.hazard_kinds k ON k.hazard = f.hazard
    ORDER BY array_position('{critical,high,medium,low}'::text[], k.severity), f.hazard, f.object COLLATE "C", f.fix COLLATE "C";
END
$$;
COMMENT ON FUNCTION agentsandbox.hazards(name) IS
    'findings about a profile, or about all, its database and server; each with the statement that ends it, to be judged before it is run';
