-- Rules that hold unusual calls: made and dropped by operators.

CREATE OR REPLACE FUNCTION agentsandbox.pointer_values(value jsonb, pointer text) RETURNS SETOF jsonb
    LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME', 'asb_pointer_values';
COMMENT ON FUNCTION agentsandbox.pointer_values(jsonb, text) IS
    'the values at a JSON pointer; * in it stands for each element of an array';

CREATE OR REPLACE FUNCTION agentsandbox.payload_bits(arguments jsonb) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME', 'asb_payload_bits';
COMMENT ON FUNCTION agentsandbox.payload_bits(jsonb) IS
    'estimate of what the canonical text of arguments says: its length times the entropy of its bytes';

-- The calls that went before the rule was there count as well.
CREATE OR REPLACE FUNCTION agentsandbox.seed_anomaly_rule(name text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    DELETE FROM agentsandbox.anomaly_history h WHERE h.rule = seed_anomaly_rule.name;

    INSERT INTO agentsandbox.anomaly_history (rule, scope, at, measure)
    SELECT u.name, CASE WHEN u.each_conversation THEN c.conversation ELSE '00000000-0000-0000-0000-000000000000' END, c.ready_at, 1
    FROM agentsandbox.anomaly_rules u
    JOIN agentsandbox.RemoteProcedureCalls c ON c.ready_at > clock_timestamp() - u.period AND (u.method IS NULL OR c.method = u.method)
    JOIN agentsandbox.conversation_records r ON r.id = c.conversation AND (u.profile IS NULL OR r.profile = u.profile)
    WHERE u.name = seed_anomaly_rule.name AND u.kind = 'velocity';

    INSERT INTO agentsandbox.anomaly_history (rule, scope, at, measure)
    SELECT u.name, '00000000-0000-0000-0000-000000000000', past.ready_at,
           CASE u.kind WHEN 'size' THEN octet_length(agentsandbox.canonical(past.arguments)) ELSE agentsandbox.payload_bits(past.arguments) END
    FROM agentsandbox.anomaly_rules u,
         LATERAL (SELECT c.ready_at, c.arguments
                  FROM agentsandbox.RemoteProcedureCalls c
                  JOIN agentsandbox.conversation_records r ON r.id = c.conversation AND r.profile = u.profile
                  WHERE c.method = u.method AND c.ready_at IS NOT NULL
                  ORDER BY c.ready_at DESC LIMIT u.history) past
    WHERE u.name = seed_anomaly_rule.name AND u.kind IN ('size', 'bits');

    INSERT INTO agentsandbox.anomaly_values (rule, value)
    SELECT DISTINCT u.name, sha256(convert_to(agentsandbox.canonical(v.value), 'UTF8'))
    FROM agentsandbox.anomaly_rules u
    JOIN agentsandbox.RemoteProcedureCalls c ON c.method = u.method AND c.ready_at IS NOT NULL
    JOIN agentsandbox.conversation_records r ON r.id = c.conversation AND r.profile = u.profile,
         LATERAL agentsandbox.pointer_values(c.arguments, u.pointer) AS v (value)
    WHERE u.name = seed_anomaly_rule.name AND u.kind = 'first_value'
    LIMIT 100000
    ON CONFLICT DO NOTHING;
END;
COMMENT ON FUNCTION agentsandbox.seed_anomaly_rule(text) IS 'gives a rule the past that the table of calls still has';

CREATE OR REPLACE FUNCTION agentsandbox.create_anomaly_rule(
    name text,
    kind text,
    profile name DEFAULT NULL,
    method text DEFAULT NULL,
    calls integer DEFAULT NULL,
    period interval DEFAULT NULL,
    each_conversation boolean DEFAULT NULL,
    pointer text DEFAULT NULL,
    score double precision DEFAULT NULL,
    history integer DEFAULT NULL,
    minimum integer DEFAULT NULL,
    from_time time DEFAULT NULL,
    until_time time DEFAULT NULL,
    time_zone text DEFAULT NULL
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF num_nulls(create_anomaly_rule.name, create_anomaly_rule.kind) > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'name and kind must not be null';
    END IF;
    -- what the worker could not compute with
    IF create_anomaly_rule.time_zone NOT IN (SELECT z.name FROM pg_timezone_names z) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('time zone "%s" is not known', create_anomaly_rule.time_zone),
            HINT = 'pg_timezone_names lists the time zones, with exactly these names.';
    END IF;
    INSERT INTO agentsandbox.anomaly_rules
        (name, kind, profile, method, calls, period, each_conversation, pointer, score, history, minimum, from_time, until_time, time_zone)
    VALUES
        (create_anomaly_rule.name, create_anomaly_rule.kind,
         CASE WHEN create_anomaly_rule.profile IS NOT NULL THEN agentsandbox.profile_role(create_anomaly_rule.profile) END,
         CASE WHEN create_anomaly_rule.method IS NOT NULL THEN agentsandbox.require_method(create_anomaly_rule.method) END,
         create_anomaly_rule.calls, create_anomaly_rule.period,
         COALESCE(create_anomaly_rule.each_conversation, CASE create_anomaly_rule.kind WHEN 'velocity' THEN true END),
         create_anomaly_rule.pointer,
         COALESCE(create_anomaly_rule.score, CASE WHEN create_anomaly_rule.kind IN ('size', 'bits') THEN 6 END),
         COALESCE(create_anomaly_rule.history, CASE WHEN create_anomaly_rule.kind IN ('size', 'bits') THEN 200 END),
         COALESCE(create_anomaly_rule.minimum, CASE WHEN create_anomaly_rule.kind IN ('size', 'bits') THEN 30 END),
         create_anomaly_rule.from_time, create_anomaly_rule.until_time, create_anomaly_rule.time_zone);
    PERFORM agentsandbox.seed_anomaly_rule(create_anomaly_rule.name);
EXCEPTION WHEN check_violation THEN
    RAISE EXCEPTION USING
        ERRCODE = 'invalid_parameter_value',
        MESSAGE = format('"%s" is not a rule that the worker knows', create_anomaly_rule.name),
        DETAIL = CASE create_anomaly_rule.kind
            WHEN 'velocity' THEN 'A rule of kind velocity has calls (1 to 10000), period (up to 31 days) and each_conversation.'
            WHEN 'first_value' THEN 'A rule of kind first_value has profile, method and pointer, a JSON pointer of at most 1000 bytes.'
            WHEN 'size' THEN 'A rule of kind size has profile, method, score (up to 1000000), history (10 to 1000) and minimum (5 to history).'
            WHEN 'bits' THEN 'A rule of kind bits has profile, method, score (up to 1000000), history (10 to 1000) and minimum (5 to history).'
            WHEN 'hours' THEN 'A rule of kind hours has from_time, another until_time and time_zone.'
            WHEN 'refusals' THEN 'A rule of kind refusals has calls (1 to 1000).'
            ELSE 'The kinds are velocity, first_value, size, bits, hours and refusals.'
        END,
        HINT = 'A name has up to 63 of the characters a-z, 0-9, "_", "." and "-", and begins with a letter.';
END
$$;
COMMENT ON FUNCTION agentsandbox.create_anomaly_rule IS
    'has the worker hold what is unusual: velocity, first_value, size, bits, hours or refusals';

CREATE OR REPLACE FUNCTION agentsandbox.alter_anomaly_rule(name text, enabled boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    was boolean;
BEGIN
    SELECT u.enabled INTO was FROM agentsandbox.anomaly_rules u WHERE u.name = alter_anomaly_rule.name FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = format('anomaly rule "%s" does not exist', alter_anomaly_rule.name);
    END IF;
    UPDATE agentsandbox.anomaly_rules u SET enabled = alter_anomaly_rule.enabled
    WHERE u.name = alter_anomaly_rule.name;
    -- not while the worker remembers for the rule
    IF alter_anomaly_rule.enabled AND NOT was THEN
        PERFORM agentsandbox.seed_anomaly_rule(alter_anomaly_rule.name);
    END IF;
END
$$;
COMMENT ON FUNCTION agentsandbox.alter_anomaly_rule(text, boolean) IS 'switches a rule off or on again';

CREATE OR REPLACE FUNCTION agentsandbox.drop_anomaly_rule(name text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM agentsandbox.anomaly_rules u WHERE u.name = drop_anomaly_rule.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = format('anomaly rule "%s" does not exist', drop_anomaly_rule.name);
    END IF;
    DELETE FROM agentsandbox.anomaly_history WHERE rule = drop_anomaly_rule.name;
    DELETE FROM agentsandbox.anomaly_values WHERE rule = drop_anomaly_rule.name;
END
$$;
COMMENT ON FUNCTION agentsandbox.drop_anomaly_rule(text) IS 'forgets a rule and what it remembers; calls that it holds wait on';
