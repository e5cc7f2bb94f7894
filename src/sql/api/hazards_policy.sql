-- Hazards of a profile's own options, of the database and of the server; see
-- hazards.sql.

CREATE OR REPLACE FUNCTION agentsandbox.hazards_in_profile(
    role regrole, reach jsonb, OUT hazard text, OUT object text, OUT detail text, OUT fix text
) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH profile AS (
        SELECT r.rolname AS name, format('profile %I', r.rolname) AS object, p.mode, p.allow_explain
        FROM agentsandbox.profiles p JOIN pg_roles r ON r.oid = p.profile
        WHERE p.profile = role
    ), observe_mode AS (
        SELECT 'observe_mode', object, NULL, format('SELECT agentsandbox.alter_profile(%L, mode => %L);', name, 'enforce')
        FROM profile WHERE mode <> 'enforce'
    ), explain_beside_rls AS (
        SELECT 'explain_beside_rls', object, NULL, format('SELECT agentsandbox.alter_profile(%L, allow_explain => false);', name)
        FROM profile
        WHERE allow_explain
          AND EXISTS (SELECT FROM jsonb_to_recordset(reach) AS r (class oid, object oid) JOIN pg_class c ON r.class = 'pg_class'::regclass AND c.oid = r.object
                      WHERE c.relrowsecurity)
    ), method_private_untrusted AS (
        SELECT 'method_private_untrusted', format('method %s', d.name), NULL,
               format('SELECT agentsandbox.alter_method(%L, accepts => %L);', d.name, '{untrusted}')
        FROM agentsandbox.profile_methods m
        JOIN agentsandbox.method_definitions d ON d.name = m.method
        WHERE m.profile = role AND d.accepts @> '{private,untrusted}'
    ), unhonoured AS (
        SELECT u.object, u.privilege, u.reason, role::text AS grantee,
               split_part(u.object, ' ', 1) AS kind,
               regexp_replace(u.privilege, ' WITH GRANT OPTION$', '') AS revoked,
               CASE WHEN u.privilege LIKE '% WITH GRANT OPTION' THEN 'GRANT OPTION FOR ' ELSE '' END AS option_for,
               regexp_match(u.object, '^column (.*)[.]("(?:[^"]|"")+"|[^".]+)$') AS column
        FROM profile, agentsandbox.unhonoured_grants(profile.name) u
    ), unhonoured_grant AS (
        SELECT 'unhonoured_grant', format('%s on %s', privilege, object), reason,
               CASE WHEN privilege = 'ownership' THEN format('REASSIGN OWNED BY %s TO CURRENT_USER;', grantee)
                    WHEN privilege = 'membership' THEN format('REVOKE %s FROM %s;', substr(object, 6), grantee)
                    WHEN kind = 'role' THEN format('ALTER ROLE %s NO%s;', grantee, privilege)
                    WHEN kind = 'column' THEN format('REVOKE %s%s (%s) ON %s FROM %s;', option_for, revoked, unhonoured.column[2], unhonoured.column[1], grantee)
                    ELSE format('REVOKE %s%s ON %s FROM %s;', option_for, revoked, object, grantee) END
        FROM unhonoured
    ), conversations AS (
        SELECT o.oid, o.rolname AS name
        FROM agentsandbox.conversation_records r
        JOIN pg_roles o ON o.rolname = 'conversation_' || replace(r.id::text, '-', '')
        WHERE r.profile = role AND r.state = 'open'
    ), conversation_grant AS (
        SELECT DISTINCT 'conversation_grant', format('%s, to role %I', pg_describe_object(d.classid, d.objid, 0), c.name),
               CASE d.deptype WHEN 'o' THEN 'it owns it' END,
               CASE WHEN d.deptype = 'o' THEN format('REASSIGN OWNED BY %I TO CURRENT_USER;', c.name)
                    WHEN d.deptype = 'a' AND d.classid = 'pg_class'::regclass THEN format('REVOKE ALL ON %s FROM %I;', d.objid::regclass, c.name)
                    WHEN d.deptype = 'a' AND d.classid = 'pg_proc'::regclass THEN format('REVOKE ALL ON ROUTINE %s FROM %I;', d.objid::regprocedure, c.name)
                    WHEN d.deptype = 'a' AND d.classid = 'pg_namespace'::regclass THEN format('REVOKE ALL ON SCHEMA %s FROM %I;', d.objid::regnamespace, c.name)
                    ELSE format('DROP OWNED BY %I;', c.name) END
        FROM conversations c
        JOIN pg_shdepend d ON d.refclassid = 'pg_authid'::regclass AND d.refobjid = c.oid
         AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        UNION ALL
        SELECT 'conversation_grant', format('membership in role %I, to role %I', o.rolname, c.name), NULL,
               format('REVOKE %I FROM %I;', o.rolname, c.name)
        FROM conversations c
        JOIN pg_auth_members m ON m.member = c.oid AND m.roleid <> role
        JOIN pg_roles o ON o.oid = m.roleid
    )
    TABLE observe_mode UNION ALL TABLE explain_beside_rls UNION ALL TABLE method_private_untrusted UNION ALL TABLE unhonoured_grant
    UNION ALL TABLE conversation_grant
$$;
COMMENT ON FUNCTION agentsandbox.hazards_in_profile(regrole, jsonb) IS 'hazards of a profile''s options, methods and grants, and of grants to its open conversations';

CREATE OR REPLACE FUNCTION agentsandbox.hazards_in_database(
    OUT hazard text, OUT object text, OUT detail text, OUT fix text
) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH dangerous (name, what) AS (VALUES
        ('adminpack', 'files of the server'), ('dblink', 'connections to other servers'),
        ('file_fdw', 'files and programs of the server'), ('http', 'HTTP from inside the server'),
        ('multicorn', 'Python in the server'), ('mysql_fdw', 'connections to other servers'),
        ('oracle_fdw', 'connections to other servers'), ('orafce', 'files of the server, by utl_file'),
        ('pageinspect', 'raw pages, past every policy'), ('pg_background', 'sessions nobody logged in'),
        ('pg_cron', 'sessions nobody logged in'), ('pg_net', 'HTTP from inside the server'),
        ('pg_surgery', 'raw rows, past every policy'), ('pg_task', 'sessions nobody logged in'),
        ('pldbgapi', 'other sessions'' functions'), ('plproxy', 'connections to other servers'),
        ('plsh', 'programs of the server'), ('postgres_fdw', 'connections to other servers'),
        ('sqlite_fdw', 'files of the server'), ('tds_fdw', 'connections to other servers')
    ), user_schemas AS (
        SELECT oid, oid::regnamespace AS name, nspacl, nspowner FROM pg_namespace
        WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'agentsandbox') AND nspname !~ '^pg_(toast|temp)'
    ), dangerous_extension AS (
        SELECT 'dangerous_extension', format('extension %I', extname), d.what, format('DROP EXTENSION %I;', extname)
        FROM pg_extension e JOIN dangerous d ON d.name = e.extname
    ), dangerous_language AS (
        SELECT 'dangerous_language', format('language %I', lanname), NULL,
               COALESCE((SELECT format('DROP EXTENSION %I;', e.extname) FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
                         WHERE d.classid = 'pg_language'::regclass AND d.objid = l.oid AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass),
                        format('DROP LANGUAGE %I;', lanname))
        FROM pg_language l WHERE NOT lanpltrusted AND lanname NOT IN ('internal', 'c')
    ), public_table AS (
        SELECT 'public_table', format('relation %s', c.oid::regclass), string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type),
               format('REVOKE ALL ON %s FROM PUBLIC;', c.oid::regclass)
        FROM pg_class c JOIN user_schemas s ON s.oid = c.relnamespace, aclexplode(c.relacl) g
        WHERE g.grantee = 0 AND c.relkind <> 'S' GROUP BY c.oid
    ), public_create AS (
        SELECT 'public_create', format('schema %s', name), NULL, format('REVOKE CREATE ON SCHEMA %s FROM PUBLIC;', name)
        FROM user_schemas WHERE has_schema_privilege('public', oid, 'CREATE')
    ), public_definer AS (
        SELECT 'public_definer', format('function %s', p.oid::regprocedure), format('owner %s', proowner::regrole),
               format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC;', p.oid::regprocedure)
        FROM pg_proc p JOIN user_schemas s ON s.oid = p.pronamespace
        WHERE prosecdef AND has_function_privilege('public', p.oid, 'EXECUTE')
    ), default_privileges AS (
        SELECT DISTINCT 'default_privileges',
               format('default privileges of %s%s', defaclrole::regrole, ' in schema ' || NULLIF(defaclnamespace, 0)::regnamespace),
               format('%s for %s', k.kind, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END),
               format('ALTER DEFAULT PRIVILEGES FOR ROLE %s%s REVOKE ALL ON %s FROM %s;', defaclrole::regrole,
                      ' IN SCHEMA ' || NULLIF(defaclnamespace, 0)::regnamespace, k.kind,
                      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END)
        FROM pg_default_acl a
        JOIN (VALUES ('r', 'TABLES'), ('S', 'SEQUENCES'), ('f', 'FUNCTIONS'), ('n', 'SCHEMAS')) AS k (type, kind) ON k.type = a.defaclobjtype,
             aclexplode(a.defaclacl) g
        -- a function's default gives PUBLIC the same without one
        WHERE EXISTS (SELECT FROM agentsandbox.profiles WHERE profiles.profile = g.grantee)
           OR (g.grantee = 0 AND k.type IN ('r', 'S', 'n'))
    ), duties_not_separated AS (
        SELECT 'duties_not_separated', format('role %I', rolname), format('%s and %s', kept, revoked),
               format('REVOKE %s FROM %I;', revoked, rolname)
        FROM pg_roles,
             (VALUES ('agentsandbox_operator', 'agentsandbox_reviewer'), ('agentsandbox_operator', 'agentsandbox_gateway'),
                     ('agentsandbox_reviewer', 'agentsandbox_gateway')) AS duties (kept, revoked)
        WHERE rolcanlogin AND NOT rolsuper AND pg_has_role(oid, kept, 'MEMBER') AND pg_has_role(oid, revoked, 'MEMBER')
    )
    TABLE dangerous_extension UNION ALL TABLE dangerous_language UNION ALL TABLE public_table UNION ALL TABLE public_create
    UNION ALL TABLE public_definer UNION ALL TABLE default_privileges UNION ALL TABLE duties_not_separated
$$;
COMMENT ON FUNCTION agentsandbox.hazards_in_database() IS 'hazards of this database, whatever the profile';

CREATE OR REPLACE FUNCTION agentsandbox.gate_refuses_login(entry text) RETURNS boolean
    LANGUAGE c STRICT STABLE AS 'MODULE_PATHNAME', 'asb_gate_refuses_login';
COMMENT ON FUNCTION agentsandbox.gate_refuses_login(text) IS
    'whether conversations cannot log in where an entry of pg_db_role_setting applies to them';

-- Where the library is not preloaded, which is a hazard of its own, it cannot
-- be asked, nor can anybody log in.
CREATE OR REPLACE FUNCTION agentsandbox.refuses_login(entry text) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('agentsandbox.retention', true) IS NULL THEN
        RETURN false;
    END IF;
    RETURN agentsandbox.gate_refuses_login(refuses_login.entry);
END
$$;
COMMENT ON FUNCTION agentsandbox.refuses_login(text) IS 'the same, and false where the library is not preloaded';

CREATE OR REPLACE FUNCTION agentsandbox.hazards_in_server(
    OUT hazard text, OUT object text, OUT detail text, OUT fix text
) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH rules (name, bad, good, what) AS (VALUES
        ('allow_in_place_tablespaces', 'on', 'off', 'tablespaces within the data directory'),
        ('allow_system_table_mods', 'on', 'off', 'the server''s catalogs can be changed'),
        ('data_checksums', 'off', NULL, 'damage on disk is not noticed'),
        ('db_user_namespace', 'on', 'off', 'role names change with the database'),
        ('fsync', 'off', 'on', 'a crash can lose or damage what was committed: calls, labels, sign-offs'),
        ('full_page_writes', 'off', 'on', 'a crash can damage pages'),
        ('ignore_checksum_failure', 'on', 'off', 'damage on disk is ignored'),
        ('ignore_invalid_pages', 'on', 'off', 'damage is ignored in recovery'),
        ('ignore_system_indexes', 'on', 'off', 'uniqueness in catalogs is not checked'),
        ('lo_compat_privileges', 'on', 'off', 'large objects have no privileges'),
        ('log_connections', 'off', 'on', 'who connected is not logged'),
        ('log_disconnections', 'off', 'on', 'when sessions ended is not logged'),
        ('log_error_verbosity', 'terse', 'default', 'details of errors are not logged'),
        ('log_min_messages', 'log', 'warning', 'errors are not logged, but for those of sandboxed sessions'),
        ('log_min_messages', 'fatal', 'warning', 'errors are not logged, but for those of sandboxed sessions'),
        ('log_min_messages', 'panic', 'warning', 'errors are not logged, but for those of sandboxed sessions'),
        ('password_encryption', 'md5', 'scram-sha-256', 'verifiers of new passwords can be replayed and are weak'),
        ('session_replication_role', 'local', 'origin', 'replication''s triggers fire'),
        ('session_replication_role', 'replica', 'origin', 'triggers do not fire, those that guard calls included'),
        ('ssl', 'off', 'on', 'connections over a network are readable'),
        ('zero_damaged_pages', 'on', 'off', 'damaged rows vanish')
    ), weak_setting AS (
        -- reset_val: what sessions begin with, whatever this one has SET
        SELECT 'weak_setting', format('setting %s', r.name), format('%s: %s', r.bad, r.what),
               CASE WHEN r.good IS NULL THEN '-- with the server stopped: pg_checksums --enable'
                    ELSE format('ALTER SYSTEM SET %s = %L; SELECT pg_catalog.pg_reload_conf();', r.name, r.good) END
        FROM rules r JOIN pg_settings s ON s.name = r.name AND s.reset_val = r.bad
        WHERE r.name <> 'ssl' OR current_setting('listen_addresses') <> ''
    ), stored AS (
        SELECT c.setdatabase, c.setrole, split_part(entry, '=', 1) AS name, entry,
               concat_ws(', ', 'database ' || quote_ident(d.datname), 'role ' || quote_ident(o.rolname),
                         CASE WHEN c.setdatabase = 0 AND c.setrole = 0 THEN 'every role' END) AS place,
               CASE WHEN c.setrole = 0 AND c.setdatabase <> 0 THEN format('DATABASE %s', quote_ident(d.datname))
                    ELSE format('ROLE %s%s', COALESCE(quote_ident(o.rolname), 'ALL'), ' IN DATABASE ' || quote_ident(d.datname)) END AS target
        FROM pg_db_role_setting c
        LEFT JOIN pg_database d ON d.oid = c.setdatabase
        LEFT JOIN pg_roles o ON o.oid = c.setrole,
             unnest(c.setconfig) AS entry
    ), weak_default AS (
        SELECT 'weak_setting', format('setting %s, %s', r.name, s.place), format('%s: %s', r.bad, r.what),
               format('ALTER %s RESET %s;', s.target, r.name)
        FROM stored s
        JOIN rules r ON s.name = r.name
         AND CASE WHEN lower(split_part(entry, '=', 2)) IN ('off', 'of', 'false', 'fals', 'fal', 'fa', 'f', 'no', 'n', '0') THEN 'off'
                  WHEN lower(split_part(entry, '=', 2)) IN ('on', 'true', 'tru', 'tr', 't', 'yes', 'ye', 'y', '1') THEN 'on'
                  ELSE lower(split_part(entry, '=', 2)) END = r.bad
    ), login_setting AS (
        SELECT 'login_setting', format('setting %s, %s', s.name, s.place), NULL,
               format('ALTER %s RESET %s;', s.target,
                      (SELECT string_agg(quote_ident(part), '.' ORDER BY n) FROM string_to_table(s.name, '.') WITH ORDINALITY AS parts (part, n)))
        FROM stored s
        WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
          AND (s.setrole = 0
               OR EXISTS (SELECT FROM pg_roles WHERE oid = s.setrole AND NOT rolsuper AND pg_has_role(oid, 'agentsandbox_pool', 'MEMBER'))
               OR EXISTS (SELECT FROM pg_shseclabel l WHERE l.classoid = 'pg_authid'::regclass AND l.objoid = s.setrole
                                                        AND l.provider = 'agentsandbox' AND l.label LIKE 'conversation %'))
          AND agentsandbox.refuses_login(s.entry)
    ), library_not_preloaded AS (
        SELECT 'library_not_preloaded', 'setting shared_preload_libraries', NULLIF(reset_val, ''),
               format('ALTER SYSTEM SET shared_preload_libraries = %s; -- and restart the server', concat_ws(', ', NULLIF(reset_val, ''), 'agentsandbox'))
        FROM pg_settings
        WHERE name = 'shared_preload_libraries' AND reset_val !~ '(^|[ ,"''/])agentsandbox([.]so)?($|[ ,"''])'
    ), lines AS (
        SELECT h.*, h.options @> ARRAY['clientcert=verify-full'] AS certified,
               -- none: local; a host name may be anybody's
               h.address IS NOT NULL AND h.address NOT IN ('127.0.0.1', '::1', 'localhost') AS network,
               concat_ws(' ', h.type, array_to_string(h.database, ','), array_to_string(h.user_name, ','),
                         h.address, h.netmask, h.auth_method, array_to_string(h.options, ' ')) AS line
        FROM pg_hba_file_rules h
    ), hba AS (
        SELECT CASE WHEN error IS NOT NULL THEN 'hba_error'
                    WHEN auth_method = 'trust' THEN 'hba_trust'
                    WHEN auth_method = 'ident' AND type <> 'local' THEN 'hba_ident'
                    WHEN auth_method = 'password' AND network AND type <> 'hostssl' AND type <> 'hostgssenc' THEN 'hba_cleartext'
                    WHEN network AND type IN ('host', 'hostnossl', 'hostnogssenc') AND auth_method <> 'reject' THEN 'hba_unencrypted'
                    WHEN auth_method = 'peer' AND EXISTS (SELECT FROM unnest(options) o WHERE o LIKE 'map=%') THEN 'hba_peer_map'
               END AS hazard, line_number, line, error
        FROM lines
    )
    TABLE weak_setting UNION ALL TABLE weak_default UNION ALL TABLE login_setting UNION ALL TABLE library_not_preloaded
    UNION ALL
    SELECT h.hazard, format('pg_hba.conf line %s', h.line_number), concat_ws(', ', NULLIF(h.line, ''), h.error),
           format('SELECT pg_catalog.pg_reload_conf(); -- once you %s in line %s of %s', r.remedy, h.line_number, current_setting('hba_file'))
    FROM hba h
    JOIN (VALUES ('hba_error', 'correct the line'), ('hba_trust', 'write scram-sha-256, or peer for a local line, in place of trust'),
                 ('hba_ident', 'write scram-sha-256 in place of ident'), ('hba_cleartext', 'write scram-sha-256 in place of password'),
                 ('hba_unencrypted', 'write hostssl in place of host'), ('hba_peer_map', 'check the map in pg_ident.conf, or take it away')
         ) AS r (hazard, remedy) ON r.hazard = h.hazard
$$;
COMMENT ON FUNCTION agentsandbox.hazards_in_server() IS 'hazards of the server''s settings and of pg_hba.conf';
