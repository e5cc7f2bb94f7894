-- Methods, who may call them, and the calls.
CREATE FUNCTION agentsandbox.check_method() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'asb_check_method';
COMMENT ON FUNCTION agentsandbox.check_method() IS 'refuses a method whose schemas the validator does not know';

-- Read in C by rpc/method.c (column order matters).
CREATE TABLE agentsandbox.method_definitions (
    name               text PRIMARY KEY
        CHECK (name OPERATOR(pg_catalog.~) '^[a-z][a-z0-9_.-]{0,62}$'),
    description        text NOT NULL,
    request            jsonb NOT NULL,
    response           jsonb NOT NULL,
    time_limit         interval NOT NULL CHECK (time_limit > interval '0' AND time_limit <= interval '1 day'),
    max_attempts       integer NOT NULL CHECK (max_attempts BETWEEN 1 AND 100),
    max_request_bytes  integer NOT NULL CHECK (max_request_bytes > 0),
    max_response_bytes integer NOT NULL CHECK (max_response_bytes > 0),
    rate_calls         integer CHECK (rate_calls BETWEEN 1 AND 10000),
    rate_interval      interval CHECK (rate_interval > interval '0' AND rate_interval <= interval '1 day'),
    created_at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by         name NOT NULL DEFAULT SESSION_USER,
    accepts            text[] NOT NULL DEFAULT '{untrusted}' CHECK (NOT 'sealed' OPERATOR(pg_catalog.=) ANY (accepts)),
    response_labels    text[] NOT NULL DEFAULT '{untrusted}' CHECK (NOT 'sealed' OPERATOR(pg_catalog.=) ANY (response_labels)),
    CHECK ((rate_calls IS NULL) = (rate_interval IS NULL))
);
COMMENT ON TABLE agentsandbox.method_definitions IS 'remote procedures that the operator registered';
COMMENT ON COLUMN agentsandbox.method_definitions.name IS 'what calls say in their column method';
COMMENT ON COLUMN agentsandbox.method_definitions.description IS 'what the method does, for the agent to read';
COMMENT ON COLUMN agentsandbox.method_definitions.request IS 'JSON Schema (2020-12) of the arguments';
COMMENT ON COLUMN agentsandbox.method_definitions.response IS 'JSON Schema (2020-12) of the response';
COMMENT ON COLUMN agentsandbox.method_definitions.time_limit IS 'how long a gateway may take for one attempt';
COMMENT ON COLUMN agentsandbox.method_definitions.max_attempts IS 'attempts after which a call has failed';
COMMENT ON COLUMN agentsandbox.method_definitions.max_request_bytes IS 'of the canonical text of the arguments';
COMMENT ON COLUMN agentsandbox.method_definitions.max_response_bytes IS 'of the canonical text of the response';
COMMENT ON COLUMN agentsandbox.method_definitions.rate_calls IS 'calls that one conversation may make within rate_interval, counted when they are submitted, also those that are held or metered then; null: any number';
COMMENT ON COLUMN agentsandbox.method_definitions.rate_interval IS 'see rate_calls';
COMMENT ON COLUMN agentsandbox.method_definitions.created_at IS 'when create_method() made it';
COMMENT ON COLUMN agentsandbox.method_definitions.created_by IS 'session user that made it';
COMMENT ON COLUMN agentsandbox.method_definitions.accepts IS 'a call that has none but these labels is relayed; else the profile''s egress decides';
COMMENT ON COLUMN agentsandbox.method_definitions.response_labels IS 'labels that reading a response gives the conversation';

CREATE TRIGGER check_method BEFORE INSERT OR UPDATE ON agentsandbox.method_definitions
    FOR EACH ROW EXECUTE FUNCTION agentsandbox.check_method();
-- compiled methods are kept by name until the table changes
CREATE TRIGGER invalidate_table AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON agentsandbox.method_definitions
    FOR EACH STATEMENT EXECUTE FUNCTION agentsandbox.invalidate_table();

-- Read in C by rpc/method.c (column order matters).
CREATE TABLE agentsandbox.profile_methods (
    profile regrole NOT NULL REFERENCES agentsandbox.profiles ON DELETE CASCADE,
    method  text NOT NULL REFERENCES agentsandbox.method_definitions ON DELETE CASCADE,
    PRIMARY KEY (profile, method)
);
COMMENT ON TABLE agentsandbox.profile_methods IS 'methods that the conversations of a profile may call';
COMMENT ON COLUMN agentsandbox.profile_methods.profile IS 'whose conversations';
COMMENT ON COLUMN agentsandbox.profile_methods.method IS 'may call this';

CREATE FUNCTION agentsandbox.change_call() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'asb_change_call';
COMMENT ON FUNCTION agentsandbox.change_call() IS 'draws what the server draws of a call, and refuses illegal changes of state';

-- Read in C by rpc/row.c (column order matters).  Legal values of status and its
-- changes: common/call_state.c.  What changes together stands together, since
-- the log has what lies between the first and the last byte that changed.
CREATE TABLE agentsandbox.RemoteProcedureCalls (
    conversation     uuid NOT NULL,
    id               uuid NOT NULL,
    method           text NOT NULL,
    arguments        jsonb NOT NULL DEFAULT '{}',
    deadline         timestamptz,
    submitted_at     timestamptz NOT NULL,
    submitted_xid    xid8 NOT NULL,
    ordinal          integer NOT NULL,
    labels           text[],
    ready_at         timestamptz,
    outside_id       uuid,
    lease_token      uuid,
    lease_expires_at timestamptz,
    claimed_at       timestamptz,
    attempt          integer,
    -- also where the trigger does not fire: the worker cannot read any other
    status           text NOT NULL CHECK (status OPERATOR(pg_catalog.=) ANY (
                         '{submitted,held,ready,claimed,completed,failed,refused,expired,cancelled}')),
    response         jsonb,
    error            jsonb,
    finished_at      timestamptz,
    turn             bigint,
    retry_at         timestamptz,
    due              timestamptz,
    held_until       timestamptz,
    held_for         jsonb,
    bits             double precision,
    awaits_tick      boolean,
    -- an agent's queries carry its conversation, by row-level security
    PRIMARY KEY (conversation, id)
) WITH (fillfactor = 50);
COMMENT ON TABLE agentsandbox.RemoteProcedureCalls IS 'the one way out: calls of conversations, their states and answers';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.conversation IS 'who calls';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.id IS 'the call, as the agent knows it';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.method IS 'what to call: one of agentsandbox.methods';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.arguments IS 'JSON object that the method''s request schema accepts';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.deadline IS 'when to give up; null: with the conversation; taken away when a metered call is released, or one that labels held is approved';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.status IS 'submitted, held, ready, claimed; completed, failed, refused, expired, cancelled';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.response IS 'the answer of a completed call: untrusted content';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.error IS 'why a call did not complete: an object with code and message';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.submitted_at IS 'when it was inserted';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.ready_at IS 'when it was relayed; a metered call: its release tick, from which on it can be claimed';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.claimed_at IS 'when a gateway took it last';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.finished_at IS 'when it reached its terminal state';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.submitted_xid IS 'transaction that inserted it: the order of validation';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.turn IS 'of a call that waits to be claimed: place in the order, see worker/turns.c; null: relayed a moment ago';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.outside_id IS 'the call, as gateways and the outside know it: drawn when relayed';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.attempt IS 'how often it was claimed';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.retry_at IS 'when a ready call can be claimed again; null: now';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.lease_token IS 'proof of the gateway that holds, or last held, the call';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.lease_expires_at IS 'when the lease lapses';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.labels IS 'labels that the conversation had when the call committed; null: not judged yet';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.held_until IS 'when a call that waits for a reviewer is given up; -infinity: decided; null: not held';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.held_for IS 'why it is, or was, held';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.bits IS 'what its release cost of the budget of metered egress; null: nothing';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.ordinal IS 'place among the calls of the transaction that inserted it';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.due IS 'when the worker looks at it again; null: when it is a few seconds old, or never';
COMMENT ON COLUMN agentsandbox.RemoteProcedureCalls.awaits_tick IS 'true of a held call that a release tick lets out, see worker/task_release.c; else null';

CREATE TRIGGER change_call BEFORE INSERT OR UPDATE OR DELETE ON agentsandbox.RemoteProcedureCalls
    FOR EACH ROW EXECUTE FUNCTION agentsandbox.change_call();

-- On its usual way a call is inserted, relayed, claimed and completed, and none
-- of these changes touches a column that an index has or names: each new
-- version of the row stays on its page.  The fillfactor leaves room for them.
-- Whoever adds an index on a column that every call changes (status,
-- lease_expires_at, finished_at ...) doubles what a call costs.

-- the order of submission: validation, leases, retention
CREATE UNIQUE INDEX calls_order ON agentsandbox.RemoteProcedureCalls (submitted_xid, ordinal);
-- calls that nobody claimed for a while, and retries
CREATE INDEX calls_waiting ON agentsandbox.RemoteProcedureCalls (turn, submitted_xid, ordinal) WHERE turn IS NOT NULL;
-- calls to which something is to happen at a time
CREATE INDEX calls_due ON agentsandbox.RemoteProcedureCalls (due) WHERE due IS NOT NULL;
-- calls that wait for a reviewer, and those that were decided, which come first
CREATE INDEX calls_held ON agentsandbox.RemoteProcedureCalls (held_until) WHERE held_until IS NOT NULL;
CREATE INDEX calls_held_id ON agentsandbox.RemoteProcedureCalls (id) WHERE held_until IS NOT NULL;
CREATE INDEX calls_held_conversation ON agentsandbox.RemoteProcedureCalls (conversation) WHERE held_until IS NOT NULL;
-- metered calls
CREATE INDEX calls_metered ON agentsandbox.RemoteProcedureCalls (conversation, submitted_xid, ordinal) WHERE awaits_tick;

-- One row, read in C by worker/task_young.c.
CREATE TABLE agentsandbox.call_progress (
    looked_at_before xid8 NOT NULL
);
COMMENT ON TABLE agentsandbox.call_progress IS 'from where the worker looks for calls when it starts';
COMMENT ON COLUMN agentsandbox.call_progress.looked_at_before IS
    'calls of older transactions have ended, or are found by their turn or due time';
INSERT INTO agentsandbox.call_progress VALUES ('0');

-- Conversations that ended and whose calls the worker has still to expire: in
-- batches, so that ending one takes no longer the more calls it made.
CREATE TABLE agentsandbox.ended_conversations (
    conversation uuid PRIMARY KEY
);
COMMENT ON TABLE agentsandbox.ended_conversations IS 'conversations whose calls the worker has still to expire';
COMMENT ON COLUMN agentsandbox.ended_conversations.conversation IS 'closed or expired';
CREATE FUNCTION agentsandbox.end_conversation() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'asb_end_conversation';
COMMENT ON FUNCTION agentsandbox.end_conversation() IS 'has the worker expire the calls of a conversation that ended';
CREATE TRIGGER end_conversation AFTER UPDATE OF state ON agentsandbox.conversation_records
    FOR EACH ROW WHEN (OLD.state = 'open' AND NEW.state <> 'open') EXECUTE FUNCTION agentsandbox.end_conversation();

SELECT pg_catalog.pg_extension_config_dump('agentsandbox.method_definitions', '');
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.profile_methods', '');
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.remoteprocedurecalls', '');
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.ended_conversations', '');
