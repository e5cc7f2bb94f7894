-- The list of server functions that a sandboxed session may reach, and what must
-- not be on it.
SET search_path = pg_catalog;
CREATE TEMP VIEW listed AS
    SELECT l.function, l.signature, l.reason, p.*,
           l.reason ~ 'only (the executor|casts|TABLESAMPLE)' AS never_named
    FROM agentsandbox.server_functions() AS l
    LEFT JOIN pg_proc AS p ON p.oid = l.function;
SELECT count(*), reason FROM listed GROUP BY reason ORDER BY min(signature COLLATE "C");

-- none of these, but those for which a call gets another
SELECT signature FROM listed
WHERE reason !~ '^Describes' AND (proname ~ ('^(query_to_xml|table_to_xml|schema_to_xml|database_to_xml|cursor_to_xml|ts_stat|set_config|current_setting|'
                 'lo_|loread|lowrite|pg_read_|pg_ls_|pg_stat_|pg_stat$|pg_get_(?!keywords)|pg_sleep|pg_notify|pg_listening|'
                 'pg_terminate|pg_cancel|pg_reload|pg_rotate|pg_switch|pg_create|pg_drop|pg_copy|pg_logical|pg_replication|'
                 'pg_export|pg_import|pg_current|pg_snapshot|pg_visible|pg_xact|pg_last|pg_wal|pg_backup|pg_promote|pg_control|'
                 'pg_show|pg_hba|pg_ident|pg_log|pg_lock|pg_blocking|pg_safe|pg_backend|pg_database|pg_table|pg_relation|'
                 'pg_total|pg_indexes|pg_column|pg_filenode|pg_describe|pg_identify|pg_has_role|pg_partition|pg_sequence|'
                 'pg_settings|pg_timezone|pg_extension|pg_available|pg_prepared|pg_cursor|pg_my_temp|pg_is_(?!in_recovery)|pg_conf|pg_config|'
                 'pg_postmaster|pg_advisory_(xact_)?lock|pg_advisory_unlock(?!_all)|pg_try|pg_stop|pg_nextoid|pg_event|pg_node_tree|'
                 'has_|to_reg|txid|xid|cid(in|out|eq)|currtid|tid|binary_upgrade|nextval|currval|setval|lastval|'
                 'obj_description|col_description|shobj_description|format_type|row_security|xml|xpath|acl|makeacl|brin_|gin_|'
                 'gist|spg|RI_|fmgr_|amvalidate|inet_(client|server)|current_query|timeofday|satisfies|oidvectortypes|'
                 'suppress_|unique_key|tsvector_update|dsnowball)')
   OR proname ~ '(_is_visible|_recv|recv|sel|selectivity|_handler|_validator|typmodin|typmodout|_support|sortsupport)$'
   OR proname = 'ts_rewrite' AND pronargs = 2)
ORDER BY 1;

-- which each have a namesake with the same arguments and result
SELECT signature FROM listed l
WHERE reason ~ '^Describes'
  AND NOT EXISTS (SELECT FROM pg_proc own WHERE own.pronamespace = 'agentsandbox'::regnamespace AND own.proname = l.proname
                  AND own.proargtypes = l.proargtypes AND own.prorettype = l.prorettype AND own.proretset = l.proretset);

-- a type that stands for a name: only these
SELECT signature FROM listed
WHERE '{regproc,regprocedure,regoper,regoperator,regclass,regtype,regrole,regnamespace,regcollation,regconfig,regdictionary}'::regtype[]
      && (proargtypes::oid[] || prorettype)::regtype[]
ORDER BY signature COLLATE "C";

-- nothing that takes or returns internal can be named, nor what makes a value of a type given by number
SELECT signature FROM listed
WHERE ('internal'::regtype = ANY (proargtypes::oid[] || prorettype) OR 'cstring'::regtype = ANY (proargtypes::oid[] || prorettype))
      AND NOT never_named
ORDER BY 1;

-- volatile ones that can be named: only these
SELECT signature FROM listed WHERE provolatile = 'v' AND NOT never_named ORDER BY signature COLLATE "C";

-- functions in SQL can call anything: only these
SELECT signature FROM listed JOIN pg_language AS l ON l.oid = prolang WHERE lanname <> 'internal' ORDER BY signature COLLATE "C";
