-- Methods, who may call them, and the calls.
CREATE TABLE agentsandbox.method_definitions (
    name               text PRIMARY KEY CHECK (name OPERATOR(pg_catalog.~) '^[a-z][a-z0-9_.-]{0,62}$'),
    description        text NOT NULL,
    request            jsonb NOT NULL,
    response           jsonb NOT NULL,
    time_limit         interval NOT NULL CHECK (time_limit > interval '0'),
    max_attempts       integer NOT NULL CHECK (max_attempts > 0),
    max_request_bytes  integer NOT NULL CHECK (max_request_bytes > 0),
    max_response_bytes integer NOT NULL CHECK (max_response_bytes > 0),
    rate_calls         integer CHECK (rate_calls > 0),
    rate_interval      interval CHECK (rate_interval > interval '0'),
    created_at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by         name NOT NULL DEFAULT SESSION_USER,
    CHECK ((rate_calls IS NULL) = (rate_interval IS NULL))
);
COMMENT ON TABLE agentsandbox.method_definitions IS 'remote procedures that the operator registered';

CREATE TABLE agentsandbox.profile_methods (
    profile regrole NOT NULL REFERENCES agentsandbox.profiles ON DELETE CASCADE,
    method  text NOT NULL REFERENCES agentsandbox.method_definitions,
    PRIMARY KEY (profile, method)
);
COMMENT ON TABLE agentsandbox.profile_methods IS 'methods that the conversations of a profile may call';

CREATE TABLE agentsandbox.RemoteProcedureCalls (
    id               uuid PRIMARY KEY DEFAULT pg_catalog.gen_random_uuid(),
    conversation     uuid NOT NULL,
    method           text NOT NULL,
    arguments        jsonb NOT NULL DEFAULT '{}',
    deadline         timestamptz,
    status           text NOT NULL DEFAULT 'submitted',
    response         jsonb,
    error            jsonb,
    submitted_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    ready_at         timestamptz,
    claimed_at       timestamptz,
    finished_at      timestamptz,
    outside_id       uuid,
    attempt          integer NOT NULL DEFAULT 0,
    lease_token      uuid,
    lease_expires_at timestamptz
);
COMMENT ON TABLE agentsandbox.RemoteProcedureCalls IS 'the one way out: calls of conversations, their states and answers';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.method_definitions', '');
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.profile_methods', '');
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.remoteprocedurecalls', '');
