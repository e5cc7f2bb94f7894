-- Conversations: opened and closed by the operator's application.

CREATE OR REPLACE FUNCTION agentsandbox.open_conversation(
    profile name,
    context jsonb DEFAULT '{}',
    expires interval DEFAULT NULL,
    single_use_token boolean DEFAULT false,
    OUT conversation uuid,
    OUT role name,
    OUT password text,
    OUT token text,
    OUT expires_at timestamptz
) LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'asb_open_conversation';
COMMENT ON FUNCTION agentsandbox.open_conversation(name, jsonb, interval, boolean) IS
    'opens a conversation of a profile; password and token are shown this once';

CREATE OR REPLACE FUNCTION agentsandbox.close_conversation(id uuid) RETURNS boolean
    LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'asb_close_conversation';
COMMENT ON FUNCTION agentsandbox.close_conversation(uuid) IS
    'ends a conversation: its sessions, its role and its tokens; false if it had ended already';

CREATE OR REPLACE FUNCTION agentsandbox.sessions(
    OUT pid integer,
    OUT conversation uuid,
    OUT role regrole,
    OUT pooled boolean,
    OUT login_at timestamptz,
    OUT last_activity timestamptz
) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'asb_sessions';
COMMENT ON FUNCTION agentsandbox.sessions() IS 'the sandboxed sessions of this database';

CREATE OR REPLACE VIEW agentsandbox.conversations AS
SELECT r.id,
       'conversation_' || pg_catalog.replace(r.id::text, '-', '') AS role,
       r.profile, r.state, r.context,
       COALESCE(s.sessions, 0) AS sessions,
       r.opened_at, r.opened_by, r.expires_at, r.closed_at,
       GREATEST(s.last_activity, a.last_activity) AS last_activity
FROM agentsandbox.conversation_records r
LEFT JOIN (SELECT conversation, pg_catalog.count(*) AS sessions, pg_catalog.max(last_activity) AS last_activity
           FROM agentsandbox.sessions() GROUP BY conversation) s ON s.conversation = r.id
LEFT JOIN agentsandbox.conversation_activity a ON a.conversation = r.id;
COMMENT ON VIEW agentsandbox.conversations IS 'every conversation, open or not, and what is connected for it';
