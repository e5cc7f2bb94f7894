-- Labels, and what conversations have collected of them.  Here and wherever
-- labels are stored a set is a sorted text[].
--
-- A change of a definition, and of an object's label, makes every backend read
-- the labels of objects again: it sends an invalidation of label_definitions,
-- see flow/object.c.
CREATE TABLE agentsandbox.label_definitions (
    name        text PRIMARY KEY CHECK (name OPERATOR(pg_catalog.~) '^[a-z][a-z0-9_]{0,62}$'),
    bit         smallint NOT NULL UNIQUE CHECK (bit BETWEEN 0 AND 63),
    description text NOT NULL DEFAULT '',
    built_in    boolean NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by  name NOT NULL DEFAULT SESSION_USER
);
COMMENT ON TABLE agentsandbox.label_definitions IS 'the labels there are';
COMMENT ON COLUMN agentsandbox.label_definitions.name IS 'what SECURITY LABEL and the sets of labels of methods say';
COMMENT ON COLUMN agentsandbox.label_definitions.bit IS 'its place in a set of labels in C, see flow/label.h';
COMMENT ON COLUMN agentsandbox.label_definitions.description IS 'what it means, for people';
COMMENT ON COLUMN agentsandbox.label_definitions.built_in IS 'made by the extension; cannot be dropped';
COMMENT ON COLUMN agentsandbox.label_definitions.created_at IS 'when create_label() made it';
COMMENT ON COLUMN agentsandbox.label_definitions.created_by IS 'session user that made it';
INSERT INTO agentsandbox.label_definitions (name, bit, description, built_in) VALUES
    ('private', 0, 'data that must not leave', true),
    ('untrusted', 1, 'content that somebody outside wrote, and that may carry instructions', true),
    ('sealed', 2, 'the airlock: no method accepts it', true);
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.label_definitions', 'WHERE NOT built_in');
CREATE TRIGGER invalidate_table AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON agentsandbox.label_definitions
    FOR EACH STATEMENT EXECUTE FUNCTION agentsandbox.invalidate_table();

-- Written by the worker only (worker/task_requests.c); rows are never deleted, so
-- a conversation's labels only rise.
CREATE TABLE agentsandbox.conversation_labels (
    conversation uuid NOT NULL,
    label        text NOT NULL,
    raised_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    cause        text NOT NULL,
    PRIMARY KEY (conversation, label)
);
COMMENT ON TABLE agentsandbox.conversation_labels IS 'labels that conversations have, and what raised them';
COMMENT ON COLUMN agentsandbox.conversation_labels.conversation IS 'the conversation';
COMMENT ON COLUMN agentsandbox.conversation_labels.label IS 'a label it has from then on';
COMMENT ON COLUMN agentsandbox.conversation_labels.raised_at IS 'when; the read that caused it waited for this';
COMMENT ON COLUMN agentsandbox.conversation_labels.cause IS 'what was read, or who sealed';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.conversation_labels', '');

-- What was committed when a label was raised: calls of these transactions do not
-- carry it.  Read in C by flow/raise.c (column order matters).  Not dumped, for
-- transactions of another cluster mean nothing here: without a row all carry it.
CREATE TABLE agentsandbox.label_snapshots (
    conversation uuid NOT NULL,
    label        text NOT NULL,
    snapshot     pg_snapshot NOT NULL,
    PRIMARY KEY (conversation, label)
);
COMMENT ON TABLE agentsandbox.label_snapshots IS 'which calls of a conversation are older than a label of it';
COMMENT ON COLUMN agentsandbox.label_snapshots.conversation IS 'the conversation';
COMMENT ON COLUMN agentsandbox.label_snapshots.label IS 'a label it has';
COMMENT ON COLUMN agentsandbox.label_snapshots.snapshot IS 'transactions that are visible in it had been committed before';
