-- What a conversation is told of its own labels.

-- Runs as the agent, so that the gates judge the text.
CREATE OR REPLACE FUNCTION agentsandbox.preview_flow(sql text, OUT known text[], OUT read text[], OUT refused text)
    LANGUAGE c STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'asb_preview_flow';
COMMENT ON FUNCTION agentsandbox.preview_flow(text) IS 'labels the conversation has, those of what statements would read, and what they must not write';

CREATE OR REPLACE FUNCTION agentsandbox.preview(sql text, OUT raises text[], OUT closes text[], OUT refused text)
    LANGUAGE sql STRICT PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT ARRAY(SELECT pg_catalog.unnest(p.read) EXCEPT SELECT pg_catalog.unnest(p.known) ORDER BY 1),
           ARRAY(SELECT m.method FROM agentsandbox.methods m
                 WHERE m.accepts OPERATOR(pg_catalog.@>) p.known
                   AND NOT m.accepts OPERATOR(pg_catalog.@>) p.read ORDER BY 1),
           p.refused
    FROM agentsandbox.preview_flow(preview.sql) p;
END;
COMMENT ON FUNCTION agentsandbox.preview(text) IS
    'without running it: the labels that a statement would raise, the methods that this closes, and why it would be refused to write';

CREATE OR REPLACE FUNCTION agentsandbox.my_limits(
    OUT labels text[],
    OUT open_methods text[],
    OUT closed_methods text[],
    OUT bits_spent double precision,
    OUT bits_left double precision,
    OUT rows_changed_left bigint,
    OUT statements_per_minute integer,
    OUT rows_returned bigint,
    OUT expires_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT has.labels,
           ARRAY(SELECT m.method FROM agentsandbox.methods m WHERE m.accepts @> has.labels ORDER BY 1),
           ARRAY(SELECT m.method FROM agentsandbox.methods m WHERE NOT m.accepts @> has.labels ORDER BY 1),
           CASE p.egress WHEN 'meter' THEN agentsandbox.bits_spent(r.id) END,
           CASE p.egress WHEN 'meter' THEN agentsandbox.bits_left(r.id) END,
           GREATEST(p.rows_changed_total - COALESCE(u.rows_changed, 0), 0),
           p.statements_per_minute,
           p.rows_returned,
           r.expires_at
    FROM agentsandbox.conversation_records r
    JOIN agentsandbox.profiles p ON p.profile = r.profile
    LEFT JOIN agentsandbox.usage u ON u.conversation = r.id
    CROSS JOIN LATERAL (SELECT ARRAY(SELECT l.label FROM agentsandbox.conversation_labels l
                                     WHERE l.conversation = r.id ORDER BY l.label COLLATE "C")) AS has (labels)
    WHERE r.id = agentsandbox.conversation_id();
END;
COMMENT ON FUNCTION agentsandbox.my_limits() IS 'what this conversation has collected and what it may still do';
