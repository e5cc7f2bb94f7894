-- Decisions about held calls, and the rules that hold unusual ones.
CREATE FUNCTION agentsandbox.keep_decision() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'asb_keep_decision';
COMMENT ON FUNCTION agentsandbox.keep_decision() IS 'refuses to change or delete a decision, and one of a conversation''s';

-- A call is approved once, as it stands: "digest" says what was approved.
CREATE TABLE agentsandbox.review_decisions (
    conversation uuid NOT NULL,
    call         uuid NOT NULL,
    method       text NOT NULL,
    verdict      text NOT NULL CHECK (verdict IN ('approved', 'rejected')),
    digest       bytea NOT NULL CHECK (pg_catalog.octet_length(digest) = 32),
    note         text NOT NULL CHECK (pg_catalog.octet_length(note) <= 8192),
    told         boolean NOT NULL,
    decided_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    decided_by   name NOT NULL DEFAULT SESSION_USER,
    PRIMARY KEY (conversation, call)
);
COMMENT ON TABLE agentsandbox.review_decisions IS 'what reviewers decided; kept when the call is deleted';
COMMENT ON COLUMN agentsandbox.review_decisions.conversation IS 'whose call';
COMMENT ON COLUMN agentsandbox.review_decisions.call IS 'its id';
COMMENT ON COLUMN agentsandbox.review_decisions.method IS 'that it calls';
COMMENT ON COLUMN agentsandbox.review_decisions.verdict IS 'approved or rejected';
COMMENT ON COLUMN agentsandbox.review_decisions.digest IS 'SHA-256 of method, labels and payload: review_digest()';
COMMENT ON COLUMN agentsandbox.review_decisions.note IS 'why, in the reviewer''s words';
COMMENT ON COLUMN agentsandbox.review_decisions.told IS 'whether the agent reads the note';
COMMENT ON COLUMN agentsandbox.review_decisions.decided_at IS 'when';
COMMENT ON COLUMN agentsandbox.review_decisions.decided_by IS 'session user who decided';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.review_decisions', '');
-- what a reviewer compares a call with
CREATE INDEX review_decisions_approved ON agentsandbox.review_decisions (method, decided_at) WHERE verdict = 'approved';

CREATE TRIGGER keep_decision BEFORE INSERT OR UPDATE OR DELETE ON agentsandbox.review_decisions
    FOR EACH ROW EXECUTE FUNCTION agentsandbox.keep_decision();
CREATE TRIGGER keep_decisions BEFORE TRUNCATE ON agentsandbox.review_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION agentsandbox.keep_decision();

-- Read in C by worker/anomaly.c, by name.
CREATE TABLE agentsandbox.anomaly_rules (
    name              text PRIMARY KEY
        CHECK (name OPERATOR(pg_catalog.~) '^[a-z][a-z0-9_.-]{0,62}$'),
    kind              text NOT NULL,
    profile           regrole REFERENCES agentsandbox.profiles ON DELETE CASCADE,
    method            text REFERENCES agentsandbox.method_definitions ON DELETE CASCADE,
    enabled           boolean NOT NULL DEFAULT true,
    calls             integer,
    period            interval,
    each_conversation boolean,
    pointer           text,
    score             double precision,
    history           integer,
    minimum           integer,
    from_time         time,
    until_time        time,
    time_zone         text,
    created_at        timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by        name NOT NULL DEFAULT SESSION_USER,

    -- what a kind needs it has, and nothing else; a null comparison is no yes
    CONSTRAINT anomaly_rules_parameters CHECK (COALESCE(CASE CASE kind WHEN 'bits' THEN 'size' ELSE kind END
        WHEN 'velocity' THEN
            calls BETWEEN 1 AND 10000 AND period > interval '0' AND period <= interval '31 days' AND each_conversation IS NOT NULL
            AND pg_catalog.num_nonnulls(pointer, score, history, minimum, from_time, until_time, time_zone) = 0
        WHEN 'first_value' THEN
            pointer OPERATOR(pg_catalog.~) '^(/([^/~]|~[01])*)+$' AND pg_catalog.octet_length(pointer) <= 1000
            AND profile IS NOT NULL AND method IS NOT NULL
            AND pg_catalog.num_nonnulls(calls, period, each_conversation, score, history, minimum, from_time, until_time, time_zone) = 0
        WHEN 'size' THEN
            score > 0 AND score <= 1e6 AND history BETWEEN 10 AND 1000 AND minimum BETWEEN 5 AND history
            AND profile IS NOT NULL AND method IS NOT NULL
            AND pg_catalog.num_nonnulls(calls, period, each_conversation, pointer, from_time, until_time, time_zone) = 0
        WHEN 'hours' THEN
            from_time <> until_time AND time_zone IS NOT NULL
            AND pg_catalog.num_nonnulls(calls, period, each_conversation, pointer, score, history, minimum) = 0
        WHEN 'refusals' THEN
            calls BETWEEN 1 AND 1000
            AND pg_catalog.num_nonnulls(period, each_conversation, pointer, score, history, minimum, from_time, until_time, time_zone) = 0
        END, false))
);
COMMENT ON TABLE agentsandbox.anomaly_rules IS 'which calls are unusual and wait for a reviewer, although they could go';
COMMENT ON COLUMN agentsandbox.anomaly_rules.name IS 'as reviewers see it';
COMMENT ON COLUMN agentsandbox.anomaly_rules.kind IS 'velocity, first_value, size, bits, hours or refusals';
COMMENT ON COLUMN agentsandbox.anomaly_rules.profile IS 'whose calls; null: all';
COMMENT ON COLUMN agentsandbox.anomaly_rules.method IS 'calls of this; null: of any';
COMMENT ON COLUMN agentsandbox.anomaly_rules.enabled IS 'whether it holds calls now';
COMMENT ON COLUMN agentsandbox.anomaly_rules.calls IS 'velocity: so many may go within period; refusals: so many refused in a row';
COMMENT ON COLUMN agentsandbox.anomaly_rules.period IS 'velocity: see calls';
COMMENT ON COLUMN agentsandbox.anomaly_rules.each_conversation IS 'velocity: counted for each conversation, or for all together';
COMMENT ON COLUMN agentsandbox.anomaly_rules.pointer IS 'first_value: JSON pointer into the arguments; * stands for each element of an array';
COMMENT ON COLUMN agentsandbox.anomaly_rules.score IS 'size, bits: robust z-score above which a call is held';
COMMENT ON COLUMN agentsandbox.anomaly_rules.history IS 'size, bits: how many past calls are compared with';
COMMENT ON COLUMN agentsandbox.anomaly_rules.minimum IS 'size, bits: how many there must be';
COMMENT ON COLUMN agentsandbox.anomaly_rules.from_time IS 'hours: calls are held from this time of day on';
COMMENT ON COLUMN agentsandbox.anomaly_rules.until_time IS 'hours: up to this, on the next day if it is the earlier';
COMMENT ON COLUMN agentsandbox.anomaly_rules.time_zone IS 'hours: where that is the time';
COMMENT ON COLUMN agentsandbox.anomaly_rules.created_at IS 'when create_anomaly_rule() made it';
COMMENT ON COLUMN agentsandbox.anomaly_rules.created_by IS 'session user that made it';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.anomaly_rules', '');
-- the worker keeps the rules until the table changes
CREATE TRIGGER invalidate_table AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON agentsandbox.anomaly_rules
    FOR EACH STATEMENT EXECUTE FUNCTION agentsandbox.invalidate_table();

-- What rules remember: of each call that went, while it matters to the rule.
-- No foreign key: the worker may write for a rule that is being dropped, and
-- deletes what no rule needs.
CREATE TABLE agentsandbox.anomaly_history (
    rule    text NOT NULL,
    scope   uuid NOT NULL,
    at      timestamptz NOT NULL,
    measure double precision NOT NULL
);
COMMENT ON TABLE agentsandbox.anomaly_history IS 'the past calls that rules compare with; bounded, kept by the worker';
COMMENT ON COLUMN agentsandbox.anomaly_history.rule IS 'for which rule';
COMMENT ON COLUMN agentsandbox.anomaly_history.scope IS 'the conversation, or zero where the rule counts all together';
COMMENT ON COLUMN agentsandbox.anomaly_history.at IS 'when the call went';
COMMENT ON COLUMN agentsandbox.anomaly_history.measure IS 'size: bytes of the payload; bits: payload_bits() of it';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.anomaly_history', '');
CREATE INDEX anomaly_history_rule ON agentsandbox.anomaly_history (rule, scope, at);

CREATE TABLE agentsandbox.anomaly_values (
    rule  text NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (rule, value)
);
COMMENT ON TABLE agentsandbox.anomaly_values IS 'values that were sent before, for rules of kind first_value';
COMMENT ON COLUMN agentsandbox.anomaly_values.rule IS 'for which rule';
COMMENT ON COLUMN agentsandbox.anomaly_values.value IS 'SHA-256 of the value''s canonical text';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.anomaly_values', '');
