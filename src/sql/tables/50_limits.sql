-- What the worker keeps of confine/usage.c; read in C (column order matters).
CREATE TABLE agentsandbox.usage (
    conversation uuid PRIMARY KEY REFERENCES agentsandbox.conversation_records ON DELETE CASCADE,
    rows_changed bigint NOT NULL,
    bytes_changed bigint NOT NULL
);
COMMENT ON TABLE agentsandbox.usage IS 'what conversations have used up of limits that hold for all their life';
COMMENT ON COLUMN agentsandbox.usage.conversation IS 'the conversation';
COMMENT ON COLUMN agentsandbox.usage.rows_changed IS 'rows it inserted, updated and deleted, rolled back or not, as the worker knew them last';
COMMENT ON COLUMN agentsandbox.usage.bytes_changed IS 'bytes of write-ahead log that its changes made';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.usage', '');
