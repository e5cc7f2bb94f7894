-- Methods: registered and allowed by operators, listed for agents.

-- What the table objects to, in words.
CREATE OR REPLACE FUNCTION agentsandbox.refuse_method(name text, state text, broken text, missing text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF refuse_method.state = '23502' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = pg_catalog.format('%s of a method must not be null', refuse_method.missing);
    ELSIF refuse_method.state = '23505' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'duplicate_object',
            MESSAGE = pg_catalog.format('method "%s" already exists', refuse_method.name),
            HINT = 'Change it with agentsandbox.alter_method().';
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'invalid_parameter_value',
        MESSAGE = pg_catalog.format('the name or a limit of method "%s" is out of range', refuse_method.name),
        DETAIL = (SELECT pg_catalog.format('It must satisfy %s.', pg_catalog.pg_get_constraintdef(oid))
                  FROM pg_catalog.pg_constraint
                  WHERE conrelid = 'agentsandbox.method_definitions'::pg_catalog.regclass AND conname = refuse_method.broken);
END
$$;
COMMENT ON FUNCTION agentsandbox.refuse_method(text, text, text, text) IS 'error that tells what is wrong with a method';

CREATE OR REPLACE FUNCTION agentsandbox.create_method(
    name text,
    request jsonb,
    response jsonb,
    description text DEFAULT '',
    time_limit interval DEFAULT '30 seconds',
    max_attempts integer DEFAULT 5,
    max_request_bytes integer DEFAULT 65536,
    max_response_bytes integer DEFAULT 1048576,
    rate_calls integer DEFAULT NULL,
    rate_interval interval DEFAULT NULL,
    accepts text[] DEFAULT '{untrusted}',
    response_labels text[] DEFAULT '{untrusted}'
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    broken text;
    missing text;
BEGIN
    INSERT INTO agentsandbox.method_definitions
        (name, description, request, response, time_limit, max_attempts,
         max_request_bytes, max_response_bytes, rate_calls, rate_interval, accepts, response_labels)
    VALUES
        (create_method.name, create_method.description, create_method.request, create_method.response,
         create_method.time_limit, create_method.max_attempts, create_method.max_request_bytes,
         create_method.max_response_bytes, create_method.rate_calls, create_method.rate_interval,
         agentsandbox.label_set(create_method.accepts), agentsandbox.label_set(create_method.response_labels));
EXCEPTION WHEN check_violation OR not_null_violation OR unique_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME, missing = COLUMN_NAME;
    PERFORM agentsandbox.refuse_method(create_method.name, SQLSTATE, broken, missing);
END
$$;
COMMENT ON FUNCTION agentsandbox.create_method IS
    'registers a remote procedure; its schemas are compiled, and refused if they say what the validator does not know';

-- An error unless the method exists.
CREATE OR REPLACE FUNCTION agentsandbox.require_method(name text) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF require_method.name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'method must not be null';
    ELSIF NOT EXISTS (SELECT FROM agentsandbox.method_definitions d WHERE d.name = require_method.name) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = pg_catalog.format('method "%s" does not exist', require_method.name),
            HINT = 'agentsandbox.method_definitions lists those that exist; agentsandbox.create_method() makes one.';
    END IF;
    RETURN require_method.name;
END
$$;
COMMENT ON FUNCTION agentsandbox.require_method(text) IS 'the name of a method; error if there is none';

-- What responses of a profile's conversations may carry only grows: a response
-- stays readable when its method is altered, disallowed or dropped.
CREATE OR REPLACE FUNCTION agentsandbox.add_response_labels(method text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- the lock: an alter_method() and an allow_method() at once see each other
    added CONSTANT text[] := (SELECT d.response_labels FROM agentsandbox.method_definitions d
                              WHERE d.name = add_response_labels.method FOR SHARE);
BEGIN
    UPDATE agentsandbox.profiles p SET response_labels = agentsandbox.label_set(p.response_labels || added)
    WHERE NOT p.response_labels @> added
        AND p.profile IN (SELECT m.profile FROM agentsandbox.profile_methods m WHERE m.method = add_response_labels.method);
END
$$;
COMMENT ON FUNCTION agentsandbox.add_response_labels(text) IS 'tells the profiles that may call a method which labels its responses carry';

CREATE OR REPLACE FUNCTION agentsandbox.alter_method(
    name text,
    request jsonb DEFAULT NULL,
    response jsonb DEFAULT NULL,
    description text DEFAULT NULL,
    time_limit interval DEFAULT NULL,
    max_attempts integer DEFAULT NULL,
    max_request_bytes integer DEFAULT NULL,
    max_response_bytes integer DEFAULT NULL,
    rate_calls integer DEFAULT NULL,
    rate_interval interval DEFAULT NULL,
    accepts text[] DEFAULT NULL,
    response_labels text[] DEFAULT NULL
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    PERFORM agentsandbox.require_method(alter_method.name);
    UPDATE agentsandbox.method_definitions d SET
        request = COALESCE(alter_method.request, d.request),
        response = COALESCE(alter_method.response, d.response),
        description = COALESCE(alter_method.description, d.description),
        time_limit = COALESCE(alter_method.time_limit, d.time_limit),
        max_attempts = COALESCE(alter_method.max_attempts, d.max_attempts),
        max_request_bytes = COALESCE(alter_method.max_request_bytes, d.max_request_bytes),
        max_response_bytes = COALESCE(alter_method.max_response_bytes, d.max_response_bytes),
        rate_calls = COALESCE(alter_method.rate_calls, d.rate_calls),
        rate_interval = COALESCE(alter_method.rate_interval, d.rate_interval),
        accepts = COALESCE(agentsandbox.label_set(alter_method.accepts), d.accepts),
        response_labels = COALESCE(agentsandbox.label_set(alter_method.response_labels), d.response_labels)
    WHERE d.name = alter_method.name;
    PERFORM agentsandbox.add_response_labels(alter_method.name);
    PERFORM agentsandbox.check_budgets(alter_method.name);
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
    PERFORM agentsandbox.refuse_method(alter_method.name, SQLSTATE, broken, NULL);
END
$$;
COMMENT ON FUNCTION agentsandbox.alter_method IS
    'changes what is not null of a method; calls that were relayed already are not judged again';

-- Calls that wait fail now; those not yet validated are refused by the worker.
CREATE OR REPLACE FUNCTION agentsandbox.drop_method(name text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT agentsandbox.require_method(drop_method.name);
    DELETE FROM agentsandbox.method_definitions d WHERE d.name = drop_method.name;
    UPDATE agentsandbox.RemoteProcedureCalls c
    SET status = 'failed', error = '{"code": "method_dropped", "message": "the method does not exist any more"}'
    WHERE c.method = drop_method.name AND c.finished_at IS NULL AND c.status IN ('held', 'ready', 'claimed');
END;
COMMENT ON FUNCTION agentsandbox.drop_method(text) IS 'forgets a method; its calls that have not ended fail';

CREATE OR REPLACE FUNCTION agentsandbox.allow_method(profile name, method text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO agentsandbox.profile_methods (profile, method)
    VALUES (agentsandbox.profile_role(allow_method.profile), agentsandbox.require_method(allow_method.method))
    ON CONFLICT DO NOTHING;
    PERFORM agentsandbox.add_response_labels(allow_method.method);
    PERFORM agentsandbox.check_budget(agentsandbox.profile_role(allow_method.profile));
    -- who changes what a profile may call is one of its authors
    PERFORM agentsandbox.alter_profile(allow_method.profile);
END
$$;
COMMENT ON FUNCTION agentsandbox.allow_method(name, text) IS 'lets the conversations of a profile call a method';

CREATE OR REPLACE FUNCTION agentsandbox.disallow_method(profile name, method text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM agentsandbox.require_method(disallow_method.method);
    DELETE FROM agentsandbox.profile_methods m
    WHERE m.profile = agentsandbox.profile_role(disallow_method.profile) AND m.method = disallow_method.method;
    PERFORM agentsandbox.alter_profile(disallow_method.profile);
END
$$;
COMMENT ON FUNCTION agentsandbox.disallow_method(name, text) IS
    'lets them no more; calls that were relayed already are performed';

CREATE OR REPLACE FUNCTION agentsandbox.method_capacity(method text) RETURNS double precision
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT agentsandbox.require_method(method_capacity.method);
    SELECT c.bits
    FROM agentsandbox.method_definitions d,
         agentsandbox.schema_capacity(d.request, d.max_request_bytes) c
    WHERE d.name = method_capacity.method AND c.pointer = '';
END;
COMMENT ON FUNCTION agentsandbox.method_capacity(text) IS
    'the bits that the arguments of one call of a method can carry at most';

CREATE OR REPLACE VIEW agentsandbox.methods WITH (security_barrier) AS
SELECT d.name AS method, d.description, d.request, d.response, d.time_limit,
       d.max_request_bytes, d.max_response_bytes, d.rate_calls, d.rate_interval,
       d.accepts, d.response_labels
FROM agentsandbox.conversation_records r
JOIN agentsandbox.profile_methods m ON m.profile = r.profile
JOIN agentsandbox.method_definitions d ON d.name = m.method
WHERE r.id = agentsandbox.conversation_id();
COMMENT ON VIEW agentsandbox.methods IS 'what this conversation may call, with the schemas of arguments and response';
