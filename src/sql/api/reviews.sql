-- Held calls: shown to reviewers, decided by them.

-- What is approved: three lines, of which the canonical texts hold no newline.
CREATE OR REPLACE FUNCTION agentsandbox.review_digest(method text, labels text[], arguments jsonb) RETURNS bytea
    LANGUAGE sql IMMUTABLE
RETURN pg_catalog.sha256(pg_catalog.convert_to(
    method || E'\n' || agentsandbox.canonical(pg_catalog.to_jsonb(COALESCE(labels, '{}'))) || E'\n' || agentsandbox.canonical(arguments),
    'UTF8'));
COMMENT ON FUNCTION agentsandbox.review_digest(text, text[], jsonb) IS
    'SHA-256 of what a reviewer approves: method, labels and payload, a line each';

-- The members of an object, the elements of an array; of anything else nothing.
CREATE OR REPLACE FUNCTION agentsandbox.json_children(parent jsonb) RETURNS TABLE (key text, value jsonb)
    LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT o.key, o.value
    FROM pg_catalog.jsonb_each(CASE pg_catalog.jsonb_typeof(json_children.parent) WHEN 'object' THEN json_children.parent END) o
    UNION ALL
    SELECT (a.n - 1)::text, a.value
    FROM pg_catalog.jsonb_array_elements(CASE pg_catalog.jsonb_typeof(json_children.parent) WHEN 'array' THEN json_children.parent END)
         WITH ORDINALITY AS a (value, n);
END;
COMMENT ON FUNCTION agentsandbox.json_children(jsonb) IS 'members of a JSON object or elements of an array, by the last part of their JSON pointers';

CREATE OR REPLACE FUNCTION agentsandbox.json_is_leaf(value jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT
RETURN pg_catalog.jsonb_typeof(value) NOT IN ('object', 'array') OR value IN ('{}', '[]');
COMMENT ON FUNCTION agentsandbox.json_is_leaf(jsonb) IS 'whether a JSON value holds no others';

-- The two are walked side by side, and what is equal is left out at once.  Leaf
-- by leaf, so that what moved reads as removed here and added there.  An agent
-- chose at least one of them: pointers are cut off after 500 characters, and
-- after 1000 changes, or 3000 values that hold others or are changes, the rest
-- is {"op": "more"}.
CREATE OR REPLACE FUNCTION agentsandbox.json_changes(before jsonb, after jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH RECURSIVE part (path, was, value) AS (
        SELECT '', json_changes.before, json_changes.after
        WHERE json_changes.before <> json_changes.after
        UNION ALL
        SELECT pg_catalog.left(p.path || '/' || pg_catalog.replace(pg_catalog.replace(m.key, '~', '~0'), '/', '~1'), 500),
               m.was, m.value
        FROM part p,
             LATERAL (SELECT key, b.value AS was, a.value
                      FROM agentsandbox.json_children(p.was) b FULL JOIN agentsandbox.json_children(p.value) a USING (key)
                      WHERE b.value IS DISTINCT FROM a.value) m
    ), visited AS (
        SELECT path, was, value, pg_catalog.row_number() OVER () > 3000 AS more
        FROM part
        LIMIT 3001
    ), leaf AS (
        SELECT path COLLATE "C" AS path,
               CASE WHEN agentsandbox.json_is_leaf(was) THEN was END AS was,
               CASE WHEN agentsandbox.json_is_leaf(value) THEN value END AS value,
               more
        FROM visited
        WHERE more OR agentsandbox.json_is_leaf(was) OR agentsandbox.json_is_leaf(value)
        LIMIT 1001
    ), change AS (
        SELECT path, was, value, more, pg_catalog.row_number() OVER (ORDER BY more, path) AS n FROM leaf
    )
    SELECT COALESCE(pg_catalog.jsonb_agg(CASE
               WHEN more OR n > 1000 THEN '{"op": "more"}'
               WHEN was IS NULL THEN pg_catalog.jsonb_build_object('op', 'add', 'path', path, 'value', value)
               WHEN value IS NULL THEN pg_catalog.jsonb_build_object('op', 'remove', 'path', path, 'was', was)
               ELSE pg_catalog.jsonb_build_object('op', 'replace', 'path', path, 'was', was, 'value', value)
           END ORDER BY n), '[]')
    FROM change;
END;
COMMENT ON FUNCTION agentsandbox.json_changes(jsonb, jsonb) IS
    'what differs between two JSON values, by JSON pointer; null if one of them is null';

CREATE OR REPLACE VIEW agentsandbox.reviews WITH (security_barrier) AS
SELECT c.id, c.conversation, r.profile, r.opened_by, c.method,
       agentsandbox.canonical(c.arguments) AS payload,
       pg_catalog.sha256(pg_catalog.convert_to(agentsandbox.canonical(c.arguments), 'UTF8')) AS payload_sha256,
       agentsandbox.review_digest(c.method, c.labels, c.arguments) AS digest,
       -- what a person does not see: controls, what Unicode calls default ignorable (soft hyphen, zero width, fillers,
       -- bidirectional controls, variation selectors, tags), separators of lines, blank Braille
       c.arguments::text OPERATOR(pg_catalog.~) E'[\\u007F-\\u009F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u206F\\u2800\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]' AS hidden_characters,
       c.held_for AS reason,
       c.labels,
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('label', l.label, 'raised_at', l.raised_at, 'cause', l.cause)
                                    ORDER BY l.raised_at, l.label)
        FROM agentsandbox.conversation_labels l
        WHERE l.conversation = c.conversation AND l.label = ANY (c.labels)) AS raised,
       -- null: the method was dropped while the call was judged
       (SELECT agentsandbox.method_capacity(d.name)
        FROM agentsandbox.method_definitions d WHERE d.name = c.method) AS capacity,
       agentsandbox.json_changes(last.arguments, c.arguments) AS changes,
       last.id AS changes_since,
       c.submitted_at, c.held_until AS expires_at
FROM agentsandbox.RemoteProcedureCalls c
JOIN agentsandbox.conversation_records r ON r.id = c.conversation AND r.state = 'open'
LEFT JOIN LATERAL (
    SELECT a.id, a.arguments
    FROM agentsandbox.review_decisions d
    JOIN agentsandbox.RemoteProcedureCalls a ON a.conversation = d.conversation AND a.id = d.call
    WHERE d.method = c.method AND d.verdict = 'approved'
    ORDER BY d.decided_at DESC LIMIT 1) last ON true
WHERE c.status = 'held' AND c.held_until > pg_catalog.clock_timestamp();
COMMENT ON VIEW agentsandbox.reviews IS 'calls that wait for a reviewer''s decision, and what to know about them';

-- The row lock decides between two reviewers, an expiry and a cancellation:
-- whoever has it first.  A decided call is held until -infinity: the worker
-- comes at once.
CREATE OR REPLACE FUNCTION agentsandbox.decide(id uuid, verdict text, note text, digest bytea, tell boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    held record;
BEGIN
    IF num_nulls(decide.id, decide.note, decide.tell) > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'id, note and tell must not be null';
    END IF;
    SELECT c.conversation, c.method, r.opened_by, p.two_person_review,
           agentsandbox.review_digest(c.method, c.labels, c.arguments) AS digest
    INTO held
    FROM agentsandbox.RemoteProcedureCalls c
    JOIN agentsandbox.conversation_records r ON r.id = c.conversation AND r.state = 'open'
    JOIN agentsandbox.profiles p ON p.profile = r.profile
    WHERE c.id = decide.id AND c.status = 'held' AND c.held_until > clock_timestamp()
    FOR UPDATE OF c;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = format('no call %s waits for a decision', decide.id),
            DETAIL = 'It has been decided, has ended, or was never held.',
            HINT = 'agentsandbox.reviews lists the calls that wait.';
    END IF;
    IF held.two_person_review AND held.opened_by = SESSION_USER THEN
        RAISE EXCEPTION USING
            ERRCODE = 'insufficient_privilege',
            MESSAGE = format('call %s must be decided by somebody else', decide.id),
            DETAIL = 'The conversation was opened by you, and its profile asks for two persons.';
    END IF;
    IF decide.digest <> held.digest THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('call %s has another digest', decide.id),
            HINT = 'Read the call again in agentsandbox.reviews.';
    END IF;
    INSERT INTO agentsandbox.review_decisions (conversation, call, method, verdict, digest, note, told)
    VALUES (held.conversation, decide.id, held.method, decide.verdict, held.digest, decide.note, decide.tell);
    UPDATE agentsandbox.RemoteProcedureCalls c SET held_until = '-infinity'
    WHERE c.conversation = held.conversation AND c.id = decide.id;
END
$$;
COMMENT ON FUNCTION agentsandbox.decide(uuid, text, text, bytea, boolean) IS 'records a reviewer''s decision; the worker acts on it';

CREATE OR REPLACE FUNCTION agentsandbox.approve(id uuid, note text, digest bytea DEFAULT NULL) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT agentsandbox.decide(approve.id, 'approved', approve.note, approve.digest, false);
END;
COMMENT ON FUNCTION agentsandbox.approve(uuid, text, bytea) IS
    'lets this one call go as it stands; with digest, only if that is what it has';

CREATE OR REPLACE FUNCTION agentsandbox.reject(id uuid, note text, tell boolean DEFAULT true, digest bytea DEFAULT NULL) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT agentsandbox.decide(reject.id, 'rejected', reject.note, reject.digest, reject.tell);
END;
COMMENT ON FUNCTION agentsandbox.reject(uuid, text, boolean, bytea) IS
    'refuses a held call; the agent reads the note, unless tell is false';
