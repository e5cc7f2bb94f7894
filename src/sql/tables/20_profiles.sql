-- One row a profile; read in C by session/profile.c (column order matters).
CREATE TABLE agentsandbox.profiles (
    profile          regrole PRIMARY KEY,
    connection_limit integer NOT NULL CHECK (connection_limit > 0),
    max_lifetime     interval NOT NULL CHECK (max_lifetime > interval '0'),
    search_path      text NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by       name NOT NULL DEFAULT SESSION_USER
);
COMMENT ON TABLE agentsandbox.profiles IS 'what a kind of agent may do, beyond what is granted to the role';
COMMENT ON COLUMN agentsandbox.profiles.profile IS 'NOLOGIN role that the operator grants privileges to';
COMMENT ON COLUMN agentsandbox.profiles.connection_limit IS 'sessions per conversation';
COMMENT ON COLUMN agentsandbox.profiles.max_lifetime IS 'longest time a conversation may be opened for';
COMMENT ON COLUMN agentsandbox.profiles.search_path IS 'schemas of a conversation''s search_path, before schema agentsandbox';
COMMENT ON COLUMN agentsandbox.profiles.created_at IS 'when create_profile() made it';
COMMENT ON COLUMN agentsandbox.profiles.created_by IS 'session user that made it';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.profiles', '');
