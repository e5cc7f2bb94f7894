-- Budgets of metered egress: what was spent, what is left, what it bounds.

CREATE OR REPLACE FUNCTION agentsandbox.bits_spent(conversation uuid) RETURNS double precision
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT COALESCE((SELECT e.spent FROM agentsandbox.egress_charges e
                     WHERE e.conversation = bits_spent.conversation ORDER BY e.number DESC LIMIT 1), 0);
END;
COMMENT ON FUNCTION agentsandbox.bits_spent(uuid) IS 'bits that a conversation''s released calls have cost; never given back';

CREATE OR REPLACE FUNCTION agentsandbox.bits_left(conversation uuid) RETURNS double precision
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT GREATEST(0, LEAST(
        p.budget_bits - agentsandbox.bits_spent(r.id),
        p.profile_budget_bits - (SELECT COALESCE(pg_catalog.sum(e.bits), 0) FROM agentsandbox.egress_charges e
                                 WHERE e.profile = r.profile
                                   AND e.released_at > pg_catalog.clock_timestamp() - p.budget_window)))
    FROM agentsandbox.conversation_records r
    JOIN agentsandbox.profiles p ON p.profile = r.profile
    WHERE r.id = bits_left.conversation AND r.state = 'open' AND p.egress = 'meter'
    UNION ALL SELECT 0 LIMIT 1;
END;
COMMENT ON FUNCTION agentsandbox.bits_left(uuid) IS
    'bits that a conversation can still spend: of its own budget and of its profile''s, whichever is less; 0 unless it is open and metered';

CREATE OR REPLACE FUNCTION agentsandbox.egress_bound(conversation uuid) RETURNS double precision
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN worst > 0 THEN 1 + worst ELSE 0 END
    FROM (SELECT agentsandbox.bits_spent(egress_bound.conversation) +
                 agentsandbox.bits_left(egress_bound.conversation) AS worst) spending;
END;
COMMENT ON FUNCTION agentsandbox.egress_bound(uuid) IS
    'log2 of the number of different things that the outside can have seen of a conversation''s metered calls when all is spent, at most';

-- Refuses what could never be released.
CREATE OR REPLACE FUNCTION agentsandbox.check_budget(profile regrole) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    budget double precision;
    wide record;
BEGIN
    SELECT LEAST(p.budget_bits, p.profile_budget_bits) INTO budget
    FROM agentsandbox.profiles p WHERE p.profile = check_budget.profile AND p.egress = 'meter';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT m.method, c.bits INTO wide
    FROM agentsandbox.profile_methods m, agentsandbox.method_capacity(m.method) AS c (bits)
    WHERE m.profile = check_budget.profile AND c.bits > budget ORDER BY m.method LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'program_limit_exceeded',
            MESSAGE = pg_catalog.format('one call of method "%s" can carry more than profile "%s" may spend', wide.method, check_budget.profile),
            DETAIL = pg_catalog.format('The method''s capacity is %s bits, the budget %s.', pg_catalog.ceil(wide.bits), budget),
            HINT = 'agentsandbox.schema_capacity() shows which part of the request schema to narrow; or raise budget_bits.';
    END IF;
END
$$;
COMMENT ON FUNCTION agentsandbox.check_budget(regrole) IS
    'error if a profile that meters its egress allows a method whose capacity exceeds its budget';

CREATE OR REPLACE FUNCTION agentsandbox.check_budgets(method text) RETURNS void
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT agentsandbox.check_budget(m.profile)
    FROM agentsandbox.profile_methods m WHERE m.method = check_budgets.method;
END;
COMMENT ON FUNCTION agentsandbox.check_budgets(text) IS 'the same for all profiles that allow a method';
