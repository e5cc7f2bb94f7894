-- One row a conversation, for ever; read in C by session/session.c (column
-- order matters).  The role conversation_<uuid> exists while state is 'open'.
CREATE TABLE agentsandbox.conversation_records (
    id         uuid PRIMARY KEY,
    profile    regrole NOT NULL,
    context    jsonb NOT NULL CHECK (pg_catalog.jsonb_typeof(context) = 'object'),
    state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'expired')),
    expires_at timestamptz NOT NULL,
    opened_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    opened_by  name NOT NULL DEFAULT SESSION_USER,
    closed_at  timestamptz
);
COMMENT ON TABLE agentsandbox.conversation_records IS 'every conversation ever opened; secrets are kept as verifiers, elsewhere';
COMMENT ON COLUMN agentsandbox.conversation_records.id IS 'the conversation; its role is conversation_ and the 32 digits of this uuid';
COMMENT ON COLUMN agentsandbox.conversation_records.profile IS 'profile whose member the role is';
COMMENT ON COLUMN agentsandbox.conversation_records.context IS 'immutable keys and values, read by agentsandbox.context(key)';
COMMENT ON COLUMN agentsandbox.conversation_records.state IS 'open, closed (by close_conversation) or expired';
COMMENT ON COLUMN agentsandbox.conversation_records.expires_at IS 'the conversation ends here at the latest';
COMMENT ON COLUMN agentsandbox.conversation_records.opened_at IS 'when open_conversation() made it';
COMMENT ON COLUMN agentsandbox.conversation_records.opened_by IS 'session user that opened it';
COMMENT ON COLUMN agentsandbox.conversation_records.closed_at IS 'when it was closed or expired';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.conversation_records', '');
