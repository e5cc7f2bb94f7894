-- A bounded twin for each of the server's search functions on the list; see
-- src/confine/bounded.c.  Made from the list, so that none is forgotten.
DO $$
DECLARE
    searches CONSTANT text := (SELECT reason FROM agentsandbox.server_functions()
                               WHERE signature = 'strpos(text,text)');
    f record;
    o record;
BEGIN
    FOR f IN SELECT p.*, pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
                    pg_catalog.pg_get_function_identity_arguments(p.oid) AS identity,
                    pg_catalog.pg_get_function_result(p.oid) AS result
               FROM pg_catalog.pg_proc p JOIN agentsandbox.server_functions() s ON s.function = p.oid
              WHERE s.reason = searches
    LOOP
        EXECUTE pg_catalog.format($sql$
CREATE OR REPLACE FUNCTION agentsandbox.%I(%s) RETURNS %s
LANGUAGE c %s %s PARALLEL SAFE COST %s %s AS 'MODULE_PATHNAME', 'asb_bounded'$sql$,
            'bounded_' || f.proname, f.arguments, f.result,
            CASE f.provolatile WHEN 'i' THEN 'IMMUTABLE' ELSE 'STABLE' END,
            CASE WHEN f.proisstrict THEN 'STRICT' ELSE '' END,
            f.procost,
            CASE WHEN f.prosupport <> 0 THEN 'SUPPORT ' || f.prosupport::text ELSE '' END);
        EXECUTE pg_catalog.format('COMMENT ON FUNCTION agentsandbox.%I(%s) IS %L',
            'bounded_' || f.proname, f.identity,
            pg_catalog.format('what an agent''s %I(%s) runs: refuses values too large to search in one another', f.proname, f.identity));
    END LOOP;

    -- operators that NOT makes others of: of a twin it makes a twin
    FOR o IN SELECT op.*, p.proname, n.oprname AS negator
               FROM pg_catalog.pg_operator op
               JOIN pg_catalog.pg_proc p ON p.oid = op.oprcode
               JOIN agentsandbox.server_functions() s ON s.function = p.oid
               JOIN pg_catalog.pg_operator n ON n.oid = op.oprnegate
              WHERE s.reason = searches
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_operator t
                                 WHERE t.oprnamespace = 'agentsandbox'::regnamespace AND t.oprname = op.oprname
                                   AND t.oprleft = op.oprleft AND t.oprright = op.oprright)
    LOOP
        EXECUTE pg_catalog.format('CREATE OPERATOR agentsandbox.%s (FUNCTION = agentsandbox.%I, LEFTARG = %s, RIGHTARG = %s, NEGATOR = OPERATOR(agentsandbox.%s), RESTRICT = %s, JOIN = %s)',
            o.oprname, 'bounded_' || o.proname, o.oprleft::regtype, o.oprright::regtype, o.negator, o.oprrest, o.oprjoin);
        EXECUTE pg_catalog.format('COMMENT ON OPERATOR agentsandbox.%s (%s, %s) IS %L',
            o.oprname, o.oprleft::regtype, o.oprright::regtype,
            'what an agent''s ' || o.oprname || ' runs where it is no condition of WHERE or ON: what NOT makes of it is bounded, too');
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION agentsandbox.bounded_list(list anyarray) RETURNS anyarray
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'asb_bounded_list';
COMMENT ON FUNCTION agentsandbox.bounded_list(anyarray) IS 'the list of an agent''s = ANY (list): refuses one with more than 100 distinct values of one hash value, or 1,000,000 in all';
