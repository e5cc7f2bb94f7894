-- The five radii of what a conversation of a profile can harm, as numbers that
-- can be compared over time.

CREATE OR REPLACE FUNCTION agentsandbox.count_rows("table" oid) RETURNS bigint
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'asb_count_rows';
COMMENT ON FUNCTION agentsandbox.count_rows(oid) IS 'rows of one table, counted without a query; null if it is none';

-- Rows of a table, its partitions and children: the server's estimate, or
-- counted where it has none.  Null for what is not stored here.
CREATE OR REPLACE FUNCTION agentsandbox.table_rows("table" regclass, exact boolean) RETURNS numeric
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE tree AS (
        SELECT "table"::oid AS oid
        UNION SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid)
    SELECT sum(CASE WHEN exact OR c.reltuples < 0 THEN agentsandbox.count_rows(c.oid) ELSE c.reltuples::bigint END)
    FROM tree JOIN pg_class c ON c.oid = tree.oid
    WHERE c.relkind IN ('r', 'm')
$$;
COMMENT ON FUNCTION agentsandbox.table_rows(regclass, boolean) IS 'how many rows a table has, by the server''s estimate or counted';

CREATE OR REPLACE FUNCTION agentsandbox.radii_of_data(
    role regrole, exact boolean,
    OUT radius text, OUT measure text, OUT object text, OUT value numeric, OUT unit text
) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE granted AS (
        SELECT g.object AS oid, g.privilege FROM agentsandbox.granted(role) g WHERE g.class = 'pg_class'::regclass
    ), writes AS (
        -- a view that is written to writes to what it reads
        SELECT oid AS target, privilege, oid AS through FROM granted WHERE privilege IN ('INSERT', 'UPDATE', 'DELETE')
        UNION
        SELECT d.refobjid, w.privilege, w.through
        FROM writes w
        JOIN pg_class v ON v.oid = w.target AND v.relkind = 'v'
        JOIN pg_rewrite r ON r.ev_class = v.oid
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
         AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
        WHERE (pg_relation_is_updatable(v.oid, true) & CASE w.privilege WHEN 'INSERT' THEN 8 WHEN 'UPDATE' THEN 4 ELSE 16 END) <> 0
    ), tables AS (
        SELECT c.oid, w.privilege, c.relrowsecurity, min(CASE WHEN w.through <> c.oid THEN w.through END) AS through,
               bool_or(w.through = c.oid) AS direct
        FROM writes w JOIN pg_class c ON c.oid = w.target AND c.relkind IN ('r', 'p', 'f')
        GROUP BY c.oid, w.privilege
    ), named AS (
        SELECT *, oid::regclass || CASE WHEN direct THEN '' ELSE ' through ' || through::regclass END AS name,
               CASE WHEN privilege <> 'INSERT' THEN agentsandbox.table_rows(oid, exact) END AS rows
        FROM tables
    ), acted AS (
        -- what foreign keys change further, along their actions
        SELECT f.conrelid AS oid FROM tables t JOIN pg_constraint f ON f.contype = 'f' AND f.confrelid = t.oid
        WHERE (t.privilege = 'DELETE' AND f.confdeltype IN ('c', 'n', 'd')) OR (t.privilege = 'UPDATE' AND f.confupdtype IN ('c', 'n', 'd'))
        UNION
        SELECT f.conrelid FROM acted a JOIN pg_constraint f ON f.contype = 'f' AND f.confrelid = a.oid
        WHERE f.confdeltype IN ('c', 'n', 'd') OR f.confupdtype IN ('c', 'n', 'd')
    )
    SELECT 'destruction', 'tables it can write to', NULL, count(DISTINCT oid), 'tables' FROM named
    UNION ALL
    SELECT 'destruction', CASE privilege WHEN 'DELETE' THEN 'rows it can delete' ELSE 'rows it can update' END, name, rows, 'rows'
    FROM named WHERE privilege <> 'INSERT'
    UNION ALL
    SELECT 'destruction', 'tables it can insert into', name, 1, 'tables' FROM named WHERE privilege = 'INSERT'
    UNION ALL
    SELECT 'collateral', 'rows it can change that are not parted by conversation', name, max(rows), 'rows'
    FROM named WHERE privilege <> 'INSERT' AND NOT relrowsecurity GROUP BY name
    UNION ALL
    SELECT 'collateral', 'rows that foreign keys change with them', a.oid::regclass::text, agentsandbox.table_rows(a.oid, exact), 'rows'
    FROM acted a WHERE NOT EXISTS (SELECT FROM tables t WHERE t.oid = a.oid AND t.privilege IN ('UPDATE', 'DELETE'))
    UNION ALL
    SELECT 'collateral', 'functions with other rights than its own', NULL, count(*), 'functions'
    FROM jsonb_to_recordset(agentsandbox.reached(role)) AS r (class oid, object oid) JOIN pg_proc p ON r.class = 'pg_proc'::regclass AND p.oid = r.object WHERE p.prosecdef
    UNION ALL
    SELECT 'exfiltration', 'tables it can read', NULL, count(DISTINCT oid), 'tables' FROM granted WHERE privilege = 'SELECT'
$$;
COMMENT ON FUNCTION agentsandbox.radii_of_data(regrole, boolean) IS 'what a profile''s conversations can change, by table, and how many tables they can read';

CREATE OR REPLACE FUNCTION agentsandbox.radii_of_limits(
    role regrole,
    OUT radius text, OUT measure text, OUT object text, OUT value numeric, OUT unit text
) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH profile AS (
        SELECT * FROM agentsandbox.profiles p WHERE p.profile = role
    ), open AS (
        SELECT id FROM agentsandbox.conversation_records r WHERE r.profile = role AND r.state = 'open'
    ), calls AS (
        SELECT c.* FROM agentsandbox.RemoteProcedureCalls c
        JOIN agentsandbox.conversation_records r ON r.id = c.conversation
        WHERE r.profile = role AND c.finished_at IS NULL
    )
    SELECT m.radius, m.measure, NULL::text, m.value, m.unit
    FROM profile p, LATERAL (VALUES
        ('destruction', 'rows a statement can change', p.rows_changed::numeric, 'rows'),
        ('destruction', 'rows a conversation can change in its life', p.rows_changed_total, 'rows'),
        ('collateral', 'memory of a conversation''s sessions', p.memory_bytes::numeric * p.connection_limit, 'bytes'),
        ('collateral', 'temporary files of a conversation''s sessions', p.temp_bytes::numeric * p.connection_limit, 'bytes'),
        ('collateral', 'write-ahead log of a conversation''s changes in its life', p.bytes_changed_total, 'bytes'),
        ('collateral', 'longest time that it holds a lock', extract(epoch FROM p.transaction_time), 'seconds'),
        ('collateral', 'statements of a conversation', p.statements_per_minute, 'per minute'),
        ('review', 'calls that wait for a person', (SELECT count(*) FROM calls WHERE status = 'held' AND awaits_tick IS NULL), 'calls'),
        ('review', 'longest wait for a person', (SELECT extract(epoch FROM now() - min(submitted_at)) FROM calls WHERE status = 'held' AND awaits_tick IS NULL), 'seconds'),
        ('credential', 'longest life of a conversation', extract(epoch FROM p.max_lifetime), 'seconds'),
        ('credential', 'sessions of a conversation at a time', p.connection_limit, 'sessions'),
        ('credential', 'databases that its secret opens', 1, 'databases'),
        ('credential', 'conversations open now', (SELECT count(*) FROM open), 'conversations'),
        ('credential', 'tokens that work now', (SELECT count(*) FROM agentsandbox.conversation_tokens t JOIN open ON open.id = t.conversation), 'tokens'),
        ('exfiltration', 'rows that a statement shows', p.rows_returned, 'rows'),
        ('exfiltration', 'bytes that a statement shows', p.bytes_returned, 'bytes'),
        ('exfiltration', 'methods it can call', (SELECT count(*) FROM agentsandbox.profile_methods m WHERE m.profile = role), 'methods'),
        ('exfiltration', 'metered: what a conversation can say in its life', CASE p.egress WHEN 'meter' THEN ceil(p.budget_bits::numeric * 100) / 100 + 1 ELSE 0 END, 'bits'),
        ('exfiltration', 'calls that have not ended', (SELECT count(*) FROM calls), 'calls')
    ) AS m (radius, measure, value, unit)
    UNION ALL
    SELECT 'exfiltration', m.measure, d.name, m.value, m.unit
    FROM agentsandbox.profile_methods pm JOIN agentsandbox.method_definitions d ON d.name = pm.method,
         LATERAL (VALUES
            ('largest call', d.max_request_bytes::numeric, 'bytes'),
            ('what one call can say, its time apart', ceil(agentsandbox.method_capacity(d.name)::numeric * 100) / 100, 'bits'),
            ('calls of a conversation', d.rate_calls / extract(epoch FROM d.rate_interval) * 60, 'per minute')
         ) AS m (measure, value, unit)
    WHERE pm.profile = role
$$;
COMMENT ON FUNCTION agentsandbox.radii_of_limits(regrole) IS 'what the options of a profile and of its methods leave open';

CREATE OR REPLACE FUNCTION agentsandbox.blast_radius(
    profile name,
    exact boolean DEFAULT false,
    OUT radius text, OUT measure text, OUT object text, OUT value numeric, OUT unit text
) RETURNS SETOF record
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role CONSTANT regrole := agentsandbox.profile_role(blast_radius.profile);
BEGIN
    RETURN QUERY
    SELECT r.radius, r.measure, r.object, trim_scale(r.value), r.unit
    FROM (SELECT * FROM agentsandbox.radii_of_data(role, blast_radius.exact)
          UNION ALL SELECT * FROM agentsandbox.radii_of_limits(role)) AS r
    ORDER BY array_position('{destruction,collateral,review,credential,exfiltration}'::text[], r.radius),
             r.object IS NOT NULL, r.measure, r.object COLLATE "C";
END
$$;
COMMENT ON FUNCTION agentsandbox.blast_radius(name, boolean) IS
    'how much a conversation of a profile can harm, at most; rows by the server''s estimate, or counted';

CREATE OR REPLACE FUNCTION agentsandbox.readable_rows_of(conversation uuid, relation regclass, exact boolean) RETURNS bigint
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'asb_readable_rows_of';
COMMENT ON FUNCTION agentsandbox.readable_rows_of(uuid, regclass, boolean) IS 'how many rows of a relation a conversation would read';

CREATE OR REPLACE FUNCTION agentsandbox.readable_rows(
    conversation uuid,
    exact boolean DEFAULT false,
    OUT relation text, OUT row_filter text, OUT rows bigint
) RETURNS SETOF record
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role CONSTANT regrole := (SELECT r.profile FROM agentsandbox.conversation_records r WHERE r.id = readable_rows.conversation);
BEGIN
    IF role IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = format('conversation "%s" does not exist', readable_rows.conversation);
    END IF;
    RETURN QUERY
    WITH filters AS MATERIALIZED (
        SELECT to_regclass(s.identity) AS relation, min(s.row_filter) AS row_filter
        FROM agentsandbox.surface(readable_rows.conversation) s
        WHERE s.class = 'relation' AND s.privilege = 'SELECT' AND s.row_filter IS NOT NULL
        GROUP BY 1
    )
    SELECT g.object::regclass::text, f.row_filter,
           agentsandbox.readable_rows_of(readable_rows.conversation, g.object, readable_rows.exact)
    FROM agentsandbox.granted(role) g
    JOIN pg_class c ON c.oid = g.object AND c.relkind <> 'S'
    LEFT JOIN filters f ON f.relation = g.object
    WHERE g.class = 'pg_class'::regclass AND g.privilege = 'SELECT'
    ORDER BY g.object::regclass::text COLLATE "C";
END
$$;
COMMENT ON FUNCTION agentsandbox.readable_rows(uuid, boolean) IS
    'how many rows of each relation an open conversation would read with its context; by the planner''s estimate, or counted';
