-- What a conversation is told of its own labels.

-- Runs as the agent, so that the gates judge the text.
CREATE OR REPLACE FUNCTION agentsandbox.preview_flow(
    sql text,
    OUT known text[],
    OUT read text[],
    OUT refused text,
    OUT unforeseen text[]
)
    LANGUAGE c PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'asb_preview_flow';
COMMENT ON FUNCTION agentsandbox.preview_flow(text) IS 'labels the conversation has, those of what statements would read, what they must not write, and what in them was not looked into';

-- What this conversation's calls would meet with these labels; reading some
-- of them may seal it.
CREATE OR REPLACE FUNCTION agentsandbox.methods_given(
    INOUT labels text[],
    OUT open text[],
    OUT held text[],
    OUT metered text[],
    OUT closed text[]
) LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT has.labels,
           ARRAY(SELECT m.method FROM agentsandbox.methods m WHERE m.accepts @> has.labels ORDER BY 1),
           ARRAY(SELECT m.method FROM agentsandbox.methods m WHERE NOT m.accepts @> has.labels AND has.egress = 'hold' ORDER BY 1),
           ARRAY(SELECT m.method FROM agentsandbox.methods m WHERE NOT m.accepts @> has.labels AND has.egress = 'meter' ORDER BY 1),
           ARRAY(SELECT m.method FROM agentsandbox.methods m WHERE NOT m.accepts @> has.labels AND has.egress = 'refuse' ORDER BY 1)
    FROM (SELECT given.labels, CASE WHEN 'sealed' = ANY (given.labels) THEN 'refuse' ELSE p.egress END
          FROM agentsandbox.conversation_records r
          JOIN agentsandbox.profiles p ON p.profile = r.profile
          CROSS JOIN LATERAL (SELECT ARRAY(
              SELECT pg_catalog.unnest(methods_given.labels) COLLATE "C"
              UNION SELECT 'sealed' WHERE methods_given.labels && p.auto_seal ORDER BY 1)) AS given (labels)
          WHERE r.id = agentsandbox.conversation_id()) AS has (labels, egress);
END;
COMMENT ON FUNCTION agentsandbox.methods_given(text[]) IS
    'what becomes of this conversation''s calls if it has these labels: relayed, held for a reviewer, metered or refused';

CREATE OR REPLACE FUNCTION agentsandbox.preview(
    sql text,
    OUT raises text[],
    OUT closes text[],
    OUT delays text[],
    OUT refused text,
    OUT unforeseen text[]
) LANGUAGE sql PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT ARRAY(SELECT pg_catalog.unnest(later.labels) EXCEPT SELECT pg_catalog.unnest(now.labels) ORDER BY 1),
           ARRAY(SELECT pg_catalog.unnest(later.closed) EXCEPT SELECT pg_catalog.unnest(now.closed) ORDER BY 1),
           ARRAY(SELECT pg_catalog.unnest(later.held || later.metered)
                 EXCEPT SELECT pg_catalog.unnest(now.held || now.metered) ORDER BY 1),
           p.refused,
           p.unforeseen
    FROM agentsandbox.preview_flow(preview.sql) p,
         agentsandbox.methods_given(p.known) AS now,
         agentsandbox.methods_given(p.known || p.read) AS later;
END;
COMMENT ON FUNCTION agentsandbox.preview(text) IS
    'without running it: the labels that a statement would raise, the methods that this closes or delays, why it would be refused to write, and functions that may raise more';

CREATE OR REPLACE FUNCTION agentsandbox.my_limits(
    OUT labels text[],
    OUT open_methods text[],
    OUT held_methods text[],
    OUT metered_methods text[],
    OUT closed_methods text[],
    OUT bits_spent double precision,
    OUT bits_left double precision,
    OUT rows_changed_left bigint,
    OUT statements_per_minute integer,
    OUT rows_returned bigint,
    OUT expires_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT m.labels, m.open, m.held, m.metered, m.closed,
           CASE p.egress WHEN 'meter' THEN agentsandbox.bits_spent(r.id) END,
           -- its own budget's: what the profile's still has tells of others
           CASE p.egress WHEN 'meter' THEN GREATEST(p.budget_bits - agentsandbox.bits_spent(r.id), 0) END,
           GREATEST(p.rows_changed_total - COALESCE(u.rows_changed, 0), 0),
           p.statements_per_minute,
           p.rows_returned,
           r.expires_at
    FROM agentsandbox.conversation_records r
    JOIN agentsandbox.profiles p ON p.profile = r.profile
    LEFT JOIN agentsandbox.usage u ON u.conversation = r.id
    CROSS JOIN LATERAL agentsandbox.methods_given(
        ARRAY(SELECT l.label FROM agentsandbox.conversation_labels l WHERE l.conversation = r.id)) AS m
    WHERE r.id = agentsandbox.conversation_id();
END;
COMMENT ON FUNCTION agentsandbox.my_limits() IS 'what this conversation has collected and what it may still do';
