-- The context of a conversation, seen through an administrator's SET ROLE.
\set SHOW_CONTEXT never
SELECT agentsandbox.create_profile('regress_agent', allow_explain => true, parallel_workers => 2);
SELECT conversation AS a, role AS a_role FROM agentsandbox.open_conversation('regress_agent',
    '{"rep": 3, "name": "O''Brien \"x\" \u00e9", "on": true, "big": 12345678901234567890, "dec": 1.50, "day": "2024-02-30", "empty": ""}') \gset
SELECT conversation AS b, role AS b_role FROM agentsandbox.open_conversation('regress_agent', '{"rep": 4, "day": "2024-02-29"}') \gset

-- what policies rely on: stable, leakproof, and safe in parallel workers where no type's input function is called
SELECT oid::regprocedure, provolatile, proleakproof, proparallel FROM pg_proc
WHERE pronamespace = 'agentsandbox'::regnamespace AND proname IN ('context', 'conversation_id') ORDER BY 1;

-- outside a conversation
SELECT agentsandbox.context('rep'), agentsandbox.context('rep', NULL::int), agentsandbox.conversation_id();

RESET ROLE;
SET ROLE :a_role;
SELECT agentsandbox.conversation_id() = :'a' AS mine;
SELECT agentsandbox.context('rep') AS rep, agentsandbox.context('name') AS name, agentsandbox.context('on') AS "on",
       agentsandbox.context('big') AS big, agentsandbox.context('dec') AS dec, agentsandbox.context('empty') = '' AS empty,
       agentsandbox.context('nothing') AS nothing, agentsandbox.context('') AS no_key, agentsandbox.context(NULL) AS null_key;

-- typed: null where the text is not one of the type, never an error
SELECT agentsandbox.context('rep', NULL::int) + 1 AS int, agentsandbox.context('rep', NULL::bigint), agentsandbox.context('big', NULL::int) AS too_big,
       agentsandbox.context('big', NULL::numeric) AS numeric, agentsandbox.context('on', NULL::boolean) AS boolean, agentsandbox.context('day', NULL::date) AS no_day,
       agentsandbox.context('rep', NULL::uuid) AS no_uuid, agentsandbox.context('name', NULL::json) AS no_json, agentsandbox.context('rep', NULL::int[]) AS no_array,
       agentsandbox.context('nothing', NULL::int) AS nothing, agentsandbox.context(NULL, NULL::int) AS null_key;
-- the same where nothing can be folded
SELECT k, agentsandbox.context(k), agentsandbox.context(k, NULL::int), agentsandbox.context(k, NULL::date)
FROM (VALUES ('rep'), ('day'), ('rep'), ('nothing'), (NULL)) v(k);

-- a literal in the plan, which is the conversation's own
RESET ROLE;
CREATE TABLE regress_t AS SELECT n AS id, n % 10 AS rep FROM generate_series(1, 10000) n;
CREATE INDEX regress_t_rep ON regress_t (rep);
ANALYZE regress_t;
GRANT SELECT ON regress_t TO regress_agent;
PREPARE mine AS SELECT count(*), min(rep), max(rep) FROM regress_t WHERE rep = agentsandbox.context('rep', NULL::int);
PREPARE id AS SELECT agentsandbox.conversation_id(), agentsandbox.context('rep');
CREATE FUNCTION regress_invoker() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT string_agg(DISTINCT rep::text, ',') FROM regress_t WHERE rep = agentsandbox.context('rep', NULL::int));
END $$;
CREATE FUNCTION regress_definer() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    RETURN (SELECT string_agg(DISTINCT rep::text, ',') FROM regress_t WHERE rep = agentsandbox.context('rep', NULL::int));
END $$;
CREATE FUNCTION regress_definer_sql() RETURNS text LANGUAGE sql SECURITY DEFINER
RETURN (SELECT string_agg(DISTINCT rep::text, ',') FROM regress_t WHERE rep = agentsandbox.context('rep', NULL::int));
CREATE FUNCTION regress_memory() RETURNS bigint LANGUAGE sql SECURITY DEFINER
AS 'SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts';
GRANT EXECUTE ON FUNCTION regress_invoker(), regress_definer(), regress_definer_sql(), regress_memory() TO regress_agent;
SELECT set_config('plan_cache_mode', 'force_generic_plan', false);

EXECUTE mine;
RESET ROLE;
SET ROLE :a_role;
EXPLAIN (COSTS OFF) EXECUTE mine;
EXECUTE mine;
SELECT regress_invoker(), regress_definer(), regress_definer_sql();
-- what rows ask for is not kept until the end of the statement
SELECT count(*) FILTER (WHERE nothing) AS nothing, max(bytes) - min(bytes) < 5000000 AS forgotten
FROM (SELECT agentsandbox.context(repeat('k', 8000) || n, NULL::int) IS NULL AS nothing, CASE WHEN n % 500 = 0 THEN regress_memory() END AS bytes
      FROM generate_series(1, 2000) n OFFSET 0) s;
RESET ROLE;
SET ROLE :b_role;
EXPLAIN (COSTS OFF) EXECUTE mine;
EXECUTE mine;
SELECT regress_invoker(), regress_definer(), regress_definer_sql();
RESET ROLE;
SET ROLE :a_role;
EXECUTE mine;
SELECT regress_invoker(), regress_definer(), regress_definer_sql();
RESET ROLE;
EXECUTE mine;
SELECT regress_invoker(), regress_definer(), regress_definer_sql();

-- a type's CHECK and an enum
CREATE DOMAIN regress_even AS int CHECK (VALUE % 2 = 0);
CREATE TYPE regress_mood AS ENUM ('3', 'sad');
GRANT USAGE ON TYPE regress_even, regress_mood TO regress_agent;
RESET ROLE;
SET ROLE :a_role;
SELECT agentsandbox.context('rep', NULL::regress_even) AS odd, agentsandbox.context('rep', NULL::regress_mood) AS mood;
RESET ROLE;
SET ROLE :b_role;
SELECT agentsandbox.context('rep', NULL::regress_even) AS even, agentsandbox.context('rep', NULL::regress_mood) AS mood;

-- in a parallel worker, where nothing can be folded; and in the leader of one
RESET ROLE;
SELECT name AS parallel FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \gset
SET :parallel = on;
RESET ROLE;
SET ROLE :a_role;
EXPLAIN (COSTS OFF, VERBOSE) SELECT agentsandbox.context(rep::text) FROM regress_t WHERE id = 1;
SELECT agentsandbox.context('re' || CASE WHEN rep = 1 THEN 'p' END) AS rep, agentsandbox.conversation_id() = :'a' AS mine FROM regress_t WHERE id = 1;
SELECT regress_definer(), regress_definer_sql();
RESET ROLE;
SET :parallel = off;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
CREATE FUNCTION regress_unfolded() RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) SELECT count(*), agentsandbox.context(''day'', NULL::date) FROM regress_t WHERE id > 0';
    RETURN QUERY EXECUTE 'SELECT format(''%s %s'', count(*), agentsandbox.context(''day'', NULL::date)) FROM regress_t WHERE id > 0';
END $$;
GRANT EXECUTE ON FUNCTION regress_unfolded() TO regress_agent;
RESET ROLE;
SET ROLE :a_role;
SELECT regress_unfolded();
RESET ROLE;
SET ROLE :b_role;
SELECT regress_unfolded();
RESET ROLE;

SELECT agentsandbox.close_conversation(:'a'), agentsandbox.close_conversation(:'b');
DROP FUNCTION regress_invoker(), regress_definer(), regress_definer_sql(), regress_unfolded(), regress_memory();
DROP TABLE regress_t;
DROP DOMAIN regress_even;
DROP TYPE regress_mood;
SELECT agentsandbox.drop_profile('regress_agent');
