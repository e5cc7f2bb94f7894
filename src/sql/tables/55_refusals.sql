-- Refusals of one kind are one row; written by worker/task_refusals.c.
CREATE TABLE agentsandbox.refusals (
    conversation uuid REFERENCES agentsandbox.conversation_records ON DELETE CASCADE,
    gate         text NOT NULL,
    object       text NOT NULL,
    reason       text NOT NULL,
    privilege    text NOT NULL,
    sqlstate     text,
    class_id     oid,
    object_id    oid,
    count        bigint NOT NULL,
    first_at     timestamptz NOT NULL,
    last_at      timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (conversation, gate, object, reason, privilege)
);
COMMENT ON TABLE agentsandbox.refusals IS 'what conversations were refused, or would have been in mode observe; kept for agentsandbox.retention';
COMMENT ON COLUMN agentsandbox.refusals.conversation IS 'null: a pool role that had entered none';
COMMENT ON COLUMN agentsandbox.refusals.gate IS 'statement, function, relation, setting, limit, flow, or server: its own check of privileges';
COMMENT ON COLUMN agentsandbox.refusals.object IS 'as the agent named it, cut off after 127 bytes';
COMMENT ON COLUMN agentsandbox.refusals.reason IS 'the message, cut off after 191 bytes';
COMMENT ON COLUMN agentsandbox.refusals.privilege IS 'that would have allowed it, where there is one';
COMMENT ON COLUMN agentsandbox.refusals.sqlstate IS 'of the error';
COMMENT ON COLUMN agentsandbox.refusals.class_id IS 'catalog of object_id';
COMMENT ON COLUMN agentsandbox.refusals.object_id IS 'what the name meant then, as far as the gate knew';
COMMENT ON COLUMN agentsandbox.refusals.count IS 'how often';
COMMENT ON COLUMN agentsandbox.refusals.first_at IS 'the first time';
COMMENT ON COLUMN agentsandbox.refusals.last_at IS 'the last time';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.refusals', '');
