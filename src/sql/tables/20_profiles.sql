-- One row a profile; read in C by session/profile.c (column order matters).
CREATE TABLE agentsandbox.profiles (
    profile          regrole PRIMARY KEY,
    connection_limit integer NOT NULL DEFAULT 10 CHECK (connection_limit > 0),
    max_lifetime     interval NOT NULL DEFAULT '30 days' CHECK (max_lifetime > interval '0'),
    search_path      text NOT NULL DEFAULT 'public',
    created_at       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by       name NOT NULL DEFAULT SESSION_USER,

    -- what the gates allow beyond the default
    mode                     text NOT NULL DEFAULT 'enforce' CHECK (mode IN ('enforce', 'observe')),
    allow_explain            boolean NOT NULL DEFAULT false,
    allow_copy               boolean NOT NULL DEFAULT false,
    allow_call               boolean NOT NULL DEFAULT false,
    information_schema       boolean NOT NULL DEFAULT false,

    -- limits the agent cannot lift; an analyst's agent does not notice the defaults
    statement_time           interval NOT NULL DEFAULT '1 min' CHECK (statement_time > interval '0' AND statement_time <= interval '24 days'),
    transaction_time         interval NOT NULL DEFAULT '10 min' CHECK (transaction_time > interval '0' AND transaction_time <= interval '24 days'),
    idle_in_transaction_time interval NOT NULL DEFAULT '5 min' CHECK (idle_in_transaction_time > interval '0' AND idle_in_transaction_time <= interval '24 days'),
    idle_session_time        interval NOT NULL DEFAULT '1 hour' CHECK (idle_session_time > interval '0' AND idle_session_time <= interval '24 days'),
    lock_wait                interval NOT NULL DEFAULT '10 s' CHECK (lock_wait > interval '0' AND lock_wait <= interval '24 days'),
    memory_bytes             bigint NOT NULL DEFAULT 268435456 CHECK (memory_bytes > 0),
    temp_bytes               bigint NOT NULL DEFAULT 1073741824 CHECK (temp_bytes > 0),
    rows_returned            bigint NOT NULL DEFAULT 1000000 CHECK (rows_returned > 0),
    bytes_returned           bigint NOT NULL DEFAULT 104857600 CHECK (bytes_returned > 0),
    rows_changed             bigint NOT NULL DEFAULT 100000 CHECK (rows_changed > 0),
    rows_changed_total       bigint NOT NULL DEFAULT 1000000 CHECK (rows_changed_total > 0),
    bytes_changed_total      bigint NOT NULL DEFAULT 10737418240 CHECK (bytes_changed_total > 0),
    statements_per_minute    integer NOT NULL DEFAULT 10000 CHECK (statements_per_minute > 0),
    parallel_workers         integer NOT NULL DEFAULT 0 CHECK (parallel_workers BETWEEN 0 AND 1024),
    statement_bytes          integer NOT NULL DEFAULT 1048576 CHECK (statement_bytes > 0),
    value_bytes              integer NOT NULL DEFAULT 16777216 CHECK (value_bytes > 0),

    -- information flow; sets of labels are sorted
    egress          text NOT NULL DEFAULT 'refuse' CHECK (egress IN ('refuse', 'hold', 'meter')),
    auto_seal       text[] NOT NULL DEFAULT '{}',
    response_labels text[] NOT NULL DEFAULT '{}',

    -- sign-off, see api/signoff.sql
    require_accepted_surface boolean NOT NULL DEFAULT false,
    require_other_signer     boolean NOT NULL DEFAULT false,
    authors                  name[] NOT NULL DEFAULT ARRAY[SESSION_USER],

    -- review
    two_person_review boolean NOT NULL DEFAULT false,
    review_expires    interval NOT NULL DEFAULT '1 day' CHECK (review_expires > interval '0' AND review_expires <= interval '365 days'),
    held_calls        integer NOT NULL DEFAULT 100 CHECK (held_calls >= 0),

    -- metered egress; "< Infinity" is not true of NaN
    budget_bits         double precision NOT NULL DEFAULT 0 CHECK (budget_bits >= 0 AND budget_bits < 'Infinity'),
    profile_budget_bits double precision CHECK (profile_budget_bits >= 0 AND profile_budget_bits < 'Infinity'),
    budget_window       interval NOT NULL DEFAULT '1 day' CHECK (budget_window > interval '0' AND budget_window <= interval '366 days'),
    release_interval    interval NOT NULL DEFAULT '1 min'
        CHECK (release_interval >= interval '1 s' AND release_interval <= interval '1 day' AND
               EXTRACT(month FROM release_interval) = 0 AND EXTRACT(year FROM release_interval) = 0),
    releases_per_tick   integer NOT NULL DEFAULT 10 CHECK (releases_per_tick BETWEEN 1 AND 100)
);
COMMENT ON TABLE agentsandbox.profiles IS 'what a kind of agent may do, beyond what is granted to the role';
COMMENT ON COLUMN agentsandbox.profiles.profile IS 'NOLOGIN role that the operator grants privileges to';
COMMENT ON COLUMN agentsandbox.profiles.connection_limit IS 'sessions per conversation';
COMMENT ON COLUMN agentsandbox.profiles.max_lifetime IS 'longest time a conversation may be opened for';
COMMENT ON COLUMN agentsandbox.profiles.search_path IS 'schemas of a conversation''s search_path, before schema agentsandbox';
COMMENT ON COLUMN agentsandbox.profiles.created_at IS 'when create_profile() made it';
COMMENT ON COLUMN agentsandbox.profiles.created_by IS 'session user that made it';
COMMENT ON COLUMN agentsandbox.profiles.mode IS 'enforce, or observe: refusals of statements, functions, relations and settings are recorded only';
COMMENT ON COLUMN agentsandbox.profiles.allow_explain IS 'EXPLAIN, whose estimates tell of rows that policies hide';
COMMENT ON COLUMN agentsandbox.profiles.allow_copy IS 'COPY to and from the client';
COMMENT ON COLUMN agentsandbox.profiles.allow_call IS 'CALL of procedures granted to the profile';
COMMENT ON COLUMN agentsandbox.profiles.information_schema IS 'reading of information_schema, cut down to what is granted';
COMMENT ON COLUMN agentsandbox.profiles.statement_time IS 'longest time from a statement''s arrival to its end';
COMMENT ON COLUMN agentsandbox.profiles.transaction_time IS 'longest time from a transaction''s start to its end';
COMMENT ON COLUMN agentsandbox.profiles.idle_in_transaction_time IS 'longest pause between statements of a transaction';
COMMENT ON COLUMN agentsandbox.profiles.idle_session_time IS 'longest pause between transactions; then the session ends';
COMMENT ON COLUMN agentsandbox.profiles.lock_wait IS 'longest wait for one lock';
COMMENT ON COLUMN agentsandbox.profiles.memory_bytes IS 'private memory of a session''s server process, beyond what it has when bound';
COMMENT ON COLUMN agentsandbox.profiles.temp_bytes IS 'temporary files of a session at one time';
COMMENT ON COLUMN agentsandbox.profiles.rows_returned IS 'rows sent to the client by one statement';
COMMENT ON COLUMN agentsandbox.profiles.bytes_returned IS 'bytes of rows sent to the client by one statement';
COMMENT ON COLUMN agentsandbox.profiles.rows_changed IS 'rows inserted, updated or deleted by one statement, triggers and cascades included';
COMMENT ON COLUMN agentsandbox.profiles.rows_changed_total IS 'rows inserted, updated or deleted by a conversation; ROLLBACK gives nothing back';
COMMENT ON COLUMN agentsandbox.profiles.bytes_changed_total IS 'write-ahead log of a conversation''s changes, and so about what they take on disk; ROLLBACK gives nothing back';
COMMENT ON COLUMN agentsandbox.profiles.statements_per_minute IS 'statements of a conversation, all sessions together';
COMMENT ON COLUMN agentsandbox.profiles.parallel_workers IS 'parallel workers of one plan node';
COMMENT ON COLUMN agentsandbox.profiles.statement_bytes IS 'length of a statement''s text';
COMMENT ON COLUMN agentsandbox.profiles.value_bytes IS 'size of one parameter of a statement';
COMMENT ON COLUMN agentsandbox.profiles.egress IS 'what becomes of a call whose labels its method does not accept: refuse, hold or meter';
COMMENT ON COLUMN agentsandbox.profiles.auto_seal IS 'labels whose raise seals the conversation';
COMMENT ON COLUMN agentsandbox.profiles.response_labels IS 'labels that responses may carry: those of every method that was ever allowed';
COMMENT ON COLUMN agentsandbox.profiles.require_accepted_surface IS 'whether open_conversation() refuses while the surface is not what was accepted';
COMMENT ON COLUMN agentsandbox.profiles.require_other_signer IS 'whether none of the authors may accept the surface';
COMMENT ON COLUMN agentsandbox.profiles.authors IS 'session users that made the profile, altered it or allowed it a method; GRANT leaves no trace here';
COMMENT ON COLUMN agentsandbox.profiles.two_person_review IS 'whoever opened a conversation does not decide about its calls';
COMMENT ON COLUMN agentsandbox.profiles.review_expires IS 'how long a call waits for a reviewer';
COMMENT ON COLUMN agentsandbox.profiles.held_calls IS 'calls of a conversation that may wait for a reviewer at one time';
COMMENT ON COLUMN agentsandbox.profiles.budget_bits IS 'what the metered calls of a conversation may cost in all its life';
COMMENT ON COLUMN agentsandbox.profiles.profile_budget_bits IS 'what those of all conversations together may cost within budget_window; null: no limit';
COMMENT ON COLUMN agentsandbox.profiles.budget_window IS 'see profile_budget_bits';
COMMENT ON COLUMN agentsandbox.profiles.release_interval IS 'metered calls are released at multiples of this, counted from 2000-01-01 00:00 UTC';
COMMENT ON COLUMN agentsandbox.profiles.releases_per_tick IS 'metered calls of a conversation that are released at one tick';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.profiles', '');

CREATE TRIGGER invalidate_table AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON agentsandbox.profiles
    FOR EACH STATEMENT EXECUTE FUNCTION agentsandbox.invalidate_table();
