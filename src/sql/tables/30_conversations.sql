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
COMMENT ON COLUMN agentsandbox.conversation_records.id IS 'the conversation, a version 7 uuid; its role is conversation_ and the 32 digits of it';
COMMENT ON COLUMN agentsandbox.conversation_records.profile IS 'profile whose member the role is';
COMMENT ON COLUMN agentsandbox.conversation_records.context IS 'immutable keys and values, read by agentsandbox.context(key)';
COMMENT ON COLUMN agentsandbox.conversation_records.state IS 'open, closed (by close_conversation) or expired';
COMMENT ON COLUMN agentsandbox.conversation_records.expires_at IS 'the conversation ends here at the latest';
COMMENT ON COLUMN agentsandbox.conversation_records.opened_at IS 'when open_conversation() made it';
COMMENT ON COLUMN agentsandbox.conversation_records.opened_by IS 'session user that opened it';
COMMENT ON COLUMN agentsandbox.conversation_records.closed_at IS 'when it was closed or expired';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.conversation_records', '');

-- the worker closes what has expired
CREATE INDEX conversation_records_expires_at ON agentsandbox.conversation_records (expires_at) WHERE state = 'open';
-- drop_profile() asks whether one is open; surface and reports ask by profile
CREATE INDEX conversation_records_profile ON agentsandbox.conversation_records (profile) WHERE state = 'open';

-- not for INSERT: no session can have read the row of a conversation that is new
CREATE TRIGGER invalidate_table AFTER UPDATE OR DELETE OR TRUNCATE ON agentsandbox.conversation_records
    FOR EACH STATEMENT EXECUTE FUNCTION agentsandbox.invalidate_table();

-- Tokens that agentsandbox.enter() takes.  Not dumped: what is restored
-- somewhere else gets fresh secrets.
CREATE TABLE agentsandbox.conversation_tokens (
    hash         bytea PRIMARY KEY,
    conversation uuid NOT NULL,
    single_use   boolean NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE agentsandbox.conversation_tokens IS 'secrets that let a pooled connection enter a conversation, as hashes';
COMMENT ON COLUMN agentsandbox.conversation_tokens.hash IS 'SHA-256 of the token''s text';
COMMENT ON COLUMN agentsandbox.conversation_tokens.conversation IS 'what it opens';
COMMENT ON COLUMN agentsandbox.conversation_tokens.single_use IS 'whether enter() deletes it';
COMMENT ON COLUMN agentsandbox.conversation_tokens.created_at IS 'when it was made';
CREATE INDEX conversation_tokens_conversation ON agentsandbox.conversation_tokens (conversation);

-- Apart from conversation_records, whose every change makes all sessions read again.
CREATE TABLE agentsandbox.conversation_activity (
    conversation  uuid PRIMARY KEY,
    last_activity timestamptz NOT NULL
);
COMMENT ON TABLE agentsandbox.conversation_activity IS 'what the worker keeps of sessions that have ended';
COMMENT ON COLUMN agentsandbox.conversation_activity.conversation IS 'the conversation';
COMMENT ON COLUMN agentsandbox.conversation_activity.last_activity IS 'start of the last statement';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.conversation_activity', '');
