-- Every pair of states of a call, through the trigger that all changes pass;
-- what the table allows is spelled out in test/unit/test_call_state.c too.
\set SHOW_CONTEXT never
CREATE SCHEMA regress_transitions;
CREATE TABLE regress_transitions.states AS
SELECT * FROM unnest(ARRAY['submitted', 'held', 'ready', 'claimed', 'completed', 'failed', 'refused', 'expired', 'cancelled'])
    WITH ORDINALITY AS s(state, n);
-- a transaction that is rolled back: the worker sees none of it
CREATE FUNCTION regress_transitions.try(was text, change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
BEGIN
    INSERT INTO agentsandbox.RemoteProcedureCalls (conversation, id, method, arguments, status, submitted_at, submitted_xid, finished_at)
    VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', 'none', '{}', was, now(), pg_current_xact_id(),
            CASE WHEN was IN ('completed', 'failed', 'refused', 'expired', 'cancelled') THEN now() END);
    EXECUTE change || ' WHERE id = ''00000000-0000-0000-0000-000000000002''';
    RAISE SQLSTATE 'RT000';
EXCEPTION
    WHEN SQLSTATE 'RT000' THEN RETURN 'done';
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE;
        RETURN state || ': ' || SQLERRM;
END
$$;

-- rows: from; columns: to
CREATE VIEW regress_transitions.changes AS
SELECT f.n AS f, f.state AS "from", t.n AS t, t.state AS "to",
       regress_transitions.try(f.state, format('UPDATE agentsandbox.RemoteProcedureCalls SET status = %L', t.state)) AS outcome
FROM regress_transitions.states f, regress_transitions.states t;
SELECT "from", string_agg(CASE outcome WHEN 'done' THEN 'x' ELSE '.' END, ' ' ORDER BY t) AS "s h r c C F R E X"
FROM regress_transitions.changes GROUP BY f, "from" ORDER BY f;
-- all that are refused are refused for this reason
SELECT count(*) AS refused, count(*) FILTER (WHERE outcome LIKE format('AS___: a call that is %s cannot become %s', "from", "to")) AS with_the_reason
FROM regress_transitions.changes WHERE outcome <> 'done';
SELECT DISTINCT outcome FROM regress_transitions.changes WHERE "from" = 'completed' AND "to" = 'ready';

-- only what has ended can be deleted
SELECT state, regress_transitions.try(state, 'DELETE FROM agentsandbox.RemoteProcedureCalls') AS deleted
FROM regress_transitions.states ORDER BY n;

-- no other state exists
SELECT regress_transitions.try('asleep', 'DELETE FROM agentsandbox.RemoteProcedureCalls') AS unknown;
SELECT regress_transitions.try('ready', 'UPDATE agentsandbox.RemoteProcedureCalls SET status = NULL') AS to_null;
SELECT regress_transitions.try('submitted', 'UPDATE agentsandbox.RemoteProcedureCalls SET status = NULL') AS to_null;
-- ... nor where triggers do not fire, or the worker could go on with no call;
-- all that there are do
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO agentsandbox.RemoteProcedureCalls (conversation, id, method, status, submitted_at, submitted_xid, ordinal)
SELECT '00000000-0000-0000-0000-000000000001', gen_random_uuid(), 'none', state, now(), pg_current_xact_id(), n FROM regress_transitions.states;
\set VERBOSITY terse
UPDATE agentsandbox.RemoteProcedureCalls SET status = 'asleep' WHERE method = 'none' AND ordinal = 1;
\set VERBOSITY default
ROLLBACK;

-- an ended call keeps all it says
SELECT c.attname, count(*) FILTER (WHERE outcome = 'done') AS changed
FROM pg_attribute c, regress_transitions.states s,
     regress_transitions.try(s.state, format('UPDATE agentsandbox.RemoteProcedureCalls SET %1$I = %1$I', c.attname)) AS outcome
WHERE c.attrelid = 'agentsandbox.remoteprocedurecalls'::regclass AND c.attnum > 0 AND NOT c.attisdropped AND s.n > 4
GROUP BY c.attnum, c.attname ORDER BY c.attnum;
SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE method = 'none';

-- no index has or names a column that every call changes: that would double
-- what a call costs, see tables/40_calls.sql
SELECT pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = 'agentsandbox.remoteprocedurecalls'::regclass
    AND pg_get_indexdef(indexrelid) ~ '\m(labels|ready_at|outside_id|lease_token|lease_expires_at|claimed_at|attempt|status|response|error|finished_at)\M';
DROP SCHEMA regress_transitions CASCADE;
