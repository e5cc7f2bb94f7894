-- Labels: made and dropped by operators; objects get them by SECURITY LABEL.

-- A set of labels as it is stored: sorted, each once.  The lock keeps
-- drop_label() away until the set is committed.
CREATE OR REPLACE FUNCTION agentsandbox.label_set(names text[]) RETURNS text[]
    LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    unknown text;
BEGIN
    LOCK TABLE agentsandbox.label_definitions IN ROW SHARE MODE;
    SELECT COALESCE(n, 'NULL') INTO unknown FROM pg_catalog.unnest(label_set.names) AS n
    WHERE NOT EXISTS (SELECT FROM agentsandbox.label_definitions d WHERE d.name = n) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = pg_catalog.format('label "%s" does not exist', unknown),
            HINT = 'agentsandbox.labels lists those that exist; agentsandbox.create_label() makes one.';
    END IF;
    IF 'sealed' = ANY (label_set.names) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'label "sealed" is for conversations only',
            HINT = 'No method accepts it and no object has it.';
    END IF;
    RETURN ARRAY(SELECT DISTINCT n COLLATE "C" FROM pg_catalog.unnest(label_set.names) AS n ORDER BY 1);
END
$$;
COMMENT ON FUNCTION agentsandbox.label_set(text[]) IS 'a set of labels in the form in which it is stored; error if one does not exist';

CREATE OR REPLACE FUNCTION agentsandbox.create_label(name text, description text DEFAULT '') RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    free smallint;
BEGIN
    IF create_label.name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'name must not be null';
    END IF;
    LOCK TABLE agentsandbox.label_definitions IN EXCLUSIVE MODE;
    SELECT b INTO free FROM pg_catalog.generate_series(0, 63) AS b
    WHERE NOT EXISTS (SELECT FROM agentsandbox.label_definitions d WHERE d.bit = b) ORDER BY b LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'program_limit_exceeded',
            MESSAGE = 'a database can have 64 labels',
            HINT = 'Drop one with agentsandbox.drop_label().';
    END IF;
    INSERT INTO agentsandbox.label_definitions (name, bit, description)
    VALUES (create_label.name, free, COALESCE(create_label.description, ''));
EXCEPTION WHEN check_violation THEN
    RAISE EXCEPTION USING
        ERRCODE = 'invalid_name',
        MESSAGE = pg_catalog.format('"%s" cannot be the name of a label', create_label.name),
        HINT = 'Use up to 63 lower-case letters, digits and underscores, a letter first.';
WHEN unique_violation THEN
    RAISE EXCEPTION USING
        ERRCODE = 'duplicate_object',
        MESSAGE = pg_catalog.format('label "%s" already exists', create_label.name);
END
$$;
COMMENT ON FUNCTION agentsandbox.create_label(text, text) IS 'makes a label, which SECURITY LABEL FOR agentsandbox can then give to tables, columns and functions';

-- Whoever starts to use a label holds a lock on label_definitions that
-- conflicts with ours until the use is committed (flow/provider.c,
-- worker/task_requests.c).
CREATE OR REPLACE FUNCTION agentsandbox.drop_label(name text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    definition agentsandbox.label_definitions;
    uses text;
BEGIN
    LOCK TABLE agentsandbox.label_definitions IN EXCLUSIVE MODE;
    SELECT * INTO definition FROM agentsandbox.label_definitions d WHERE d.name = drop_label.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = pg_catalog.format('label "%s" does not exist', drop_label.name);
    ELSIF definition.built_in THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_in_use',
            MESSAGE = pg_catalog.format('label "%s" cannot be dropped', drop_label.name),
            DETAIL = 'The extension needs it.';
    END IF;

    SELECT pg_catalog.string_agg(u, ', ') INTO uses FROM (
        SELECT pg_catalog.format('%s %s', l.object_type, l.object) FROM agentsandbox.labels l
        WHERE l.label = drop_label.name AND l.object IS NOT NULL
        UNION ALL
        SELECT 'method ' || m.name FROM agentsandbox.method_definitions m
        WHERE drop_label.name = ANY (m.accepts || m.response_labels)
        UNION ALL
        SELECT pg_catalog.format('profile %s', p.profile) FROM agentsandbox.profiles p
        WHERE drop_label.name = ANY (p.auto_seal || p.response_labels)
        UNION ALL
        SELECT 'conversation ' || r.id FROM agentsandbox.conversation_records r
        JOIN agentsandbox.conversation_labels l ON l.conversation = r.id
        WHERE r.state = 'open' AND l.label = drop_label.name
        LIMIT 5) AS used (u);
    IF uses IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_in_use',
            MESSAGE = pg_catalog.format('label "%s" is in use', drop_label.name),
            DETAIL = pg_catalog.format('By: %s.', uses),
            HINT = 'Take it from objects, methods and profiles, and close the conversations that have it.';
    END IF;
    DELETE FROM agentsandbox.label_definitions d WHERE d.name = drop_label.name;
END
$$;
COMMENT ON FUNCTION agentsandbox.drop_label(text) IS 'forgets a label; refused while an object, method, profile or open conversation has it';

CREATE OR REPLACE VIEW agentsandbox.labels AS
SELECT d.name AS label, d.description, d.built_in, o.object_type, o.object
FROM agentsandbox.label_definitions d
LEFT JOIN (SELECT pg_catalog.btrim(n) AS label, i.type AS object_type, i.identity AS object
           FROM pg_catalog.pg_seclabel s
           CROSS JOIN LATERAL pg_catalog.string_to_table(s.label, ',') AS n
           CROSS JOIN LATERAL pg_catalog.pg_identify_object(s.classoid, s.objoid, s.objsubid) AS i
           WHERE s.provider = 'agentsandbox') o ON o.label = d.name
ORDER BY d.bit, o.object_type, o.object;
COMMENT ON VIEW agentsandbox.labels IS 'every label, and the objects that have it';
COMMENT ON COLUMN agentsandbox.labels.label IS 'the label';
COMMENT ON COLUMN agentsandbox.labels.description IS 'what it means';
COMMENT ON COLUMN agentsandbox.labels.built_in IS 'whether the extension made it';
COMMENT ON COLUMN agentsandbox.labels.object_type IS 'table, table column, view, function ...; null: no object has the label';
COMMENT ON COLUMN agentsandbox.labels.object IS 'the object that has it';

CREATE OR REPLACE FUNCTION agentsandbox.seal() RETURNS void
    LANGUAGE c PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'asb_seal';
COMMENT ON FUNCTION agentsandbox.seal() IS 'the airlock: from here on no call of this conversation leaves, and it writes only notes; for good';

CREATE OR REPLACE FUNCTION agentsandbox.seal(conversation uuid) RETURNS void
    LANGUAGE c PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'asb_seal_conversation';
COMMENT ON FUNCTION agentsandbox.seal(uuid) IS 'seals an open conversation, for good; at once, whatever becomes of the transaction';
