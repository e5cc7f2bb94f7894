-- The list of server functions that a sandboxed session may reach, compared
-- with the functions of the server that runs this test.
SET search_path = pg_catalog;
CREATE TEMP VIEW listed AS
    SELECT l.function, l.signature, l.reason, p.*,
           l.reason ~ 'only (the executor|casts|TABLESAMPLE)' AS never_named
    FROM agentsandbox.server_functions() AS l
    LEFT JOIN pg_proc AS p ON p.oid = l.function;
CREATE TEMP TABLE ordinary AS
    SELECT oid FROM pg_type
    WHERE oid = ANY ('{bool,"\"char\"",int2,int4,int8,float4,float8,numeric,money,text,varchar,bpchar,name,bytea,bit,varbit,
                       date,time,timetz,timestamp,timestamptz,interval,uuid,json,jsonb,inet,cidr,macaddr,macaddr8,oid,
                       tsvector,tsquery,anyarray,anyenum,anyrange,anymultirange,record,anycompatible,anycompatiblearray,
                       anyelement,anynonarray,anycompatiblenonarray,int4range,int8range,numrange,daterange,tsrange,tstzrange}'::regtype[]);

-- nothing at all: each number still stands for the function that was judged (later servers quote more names)
SELECT function, signature, function::regprocedure AS server_says
FROM listed WHERE oid IS NULL OR replace(signature, '"', '') <> replace(function::regprocedure::text, '"', '') ORDER BY 1;

SELECT count(*), reason FROM listed GROUP BY reason ORDER BY min(signature COLLATE "C");

-- none of these
SELECT signature FROM listed
WHERE proname ~ ('^(query_to_xml|table_to_xml|schema_to_xml|database_to_xml|cursor_to_xml|ts_stat|set_config|current_setting|'
                 'lo_|loread|lowrite|pg_read_|pg_ls_|pg_stat_|pg_stat$|pg_get_(?!keywords)|pg_sleep|pg_notify|pg_listening|'
                 'pg_terminate|pg_cancel|pg_reload|pg_rotate|pg_switch|pg_create|pg_drop|pg_copy|pg_logical|pg_replication|'
                 'pg_export|pg_import|pg_current|pg_snapshot|pg_visible|pg_xact|pg_last|pg_wal|pg_backup|pg_promote|pg_control|'
                 'pg_show|pg_hba|pg_ident|pg_log|pg_lock|pg_blocking|pg_safe|pg_backend|pg_database|pg_table|pg_relation|'
                 'pg_total|pg_indexes|pg_column|pg_filenode|pg_describe|pg_identify|pg_has_role|pg_partition|pg_sequence|'
                 'pg_settings|pg_timezone|pg_extension|pg_available|pg_prepared|pg_cursor|pg_my_temp|pg_is_|pg_conf|pg_config|'
                 'pg_postmaster|pg_advisory_(xact_)?lock|pg_advisory_unlock(?!_all)|pg_try|pg_stop|pg_nextoid|pg_event|pg_node_tree|'
                 'has_|to_reg|txid|xid|cid(in|out|eq)|currtid|tid|binary_upgrade|nextval|currval|setval|lastval|setseed|'
                 'obj_description|col_description|shobj_description|format_type|row_security|xml|xpath|acl|makeacl|brin_|gin_|'
                 'gist|spg|RI_|fmgr_|amvalidate|inet_(client|server)|current_query|timeofday|satisfies|oidvectortypes|'
                 'suppress_|unique_key|tsvector_update|dsnowball)')
   OR proname ~ '(_is_visible|_recv|recv|sel|selectivity|_handler|_validator|typmodin|typmodout|_support|sortsupport)$'
   OR proname = 'ts_rewrite' AND pronargs = 2
ORDER BY 1;

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

-- nothing: a listed aggregate needs all its steps
SELECT l.signature, step::regprocedure
FROM listed AS l JOIN pg_aggregate AS a ON a.aggfnoid = l.oid,
     unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) AS step
WHERE step <> 0 AND step NOT IN (SELECT function FROM listed)
ORDER BY 1, 2;

-- operators, casts and hash support of ordinary types that are not on the list
SELECT o.oid::regoperator, oprcode::oid::regprocedure FROM pg_operator AS o
WHERE (oprleft = 0 OR oprleft IN (SELECT oid FROM ordinary)) AND oprright IN (SELECT oid FROM ordinary)
      AND oprcode::oid NOT IN (SELECT function FROM listed)
ORDER BY 1::text COLLATE "C";
SELECT castsource::regtype, casttarget::regtype FROM pg_cast
WHERE castsource IN (SELECT oid FROM ordinary) AND casttarget IN (SELECT oid FROM ordinary)
      AND castfunc NOT IN (SELECT function FROM listed) AND castfunc <> 0
ORDER BY 1, 2;
SELECT amproc FROM pg_amproc JOIN pg_opfamily AS f ON f.oid = amprocfamily JOIN pg_am AS m ON m.oid = opfmethod
WHERE amname = 'hash' AND amproclefttype IN (SELECT oid FROM ordinary) AND amprocnum = 1
      AND amproc::oid NOT IN (SELECT function FROM listed)
ORDER BY 1::text COLLATE "C";
