-- The list of server functions compared with the functions of the server that
-- runs this test.  Judged was 15; what later servers do otherwise is in the
-- other answers: _1 of 17, _2 of 18.
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

-- nothing: a listed aggregate needs all its steps
SELECT l.signature, step::regprocedure
FROM listed AS l JOIN pg_aggregate AS a ON a.aggfnoid = l.oid,
     unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) AS step
WHERE step <> 0 AND step NOT IN (SELECT function FROM listed)
ORDER BY 1, 2;

-- operators, casts and hash support of ordinary types that are not on the list
SELECT o.oid::regoperator, oprcode::oid::regprocedure FROM pg_operator AS o
WHERE oprnamespace = 'pg_catalog'::regnamespace
      AND (oprleft = 0 OR oprleft IN (SELECT oid FROM ordinary)) AND oprright IN (SELECT oid FROM ordinary)
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
