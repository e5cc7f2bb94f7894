-- What was signed, by whom and when.  Rows are never deleted: those of a
-- dropped profile keep its name, and hold for no later profile of that name.
CREATE TABLE agentsandbox.surface_acceptances (
    id            uuid PRIMARY KEY DEFAULT pg_catalog.gen_random_uuid(),
    profile       regrole REFERENCES agentsandbox.profiles ON DELETE SET NULL,
    profile_name  name NOT NULL,
    fingerprint   text NOT NULL,
    listing       jsonb NOT NULL,
    note          text NOT NULL,
    accepted_by   name NOT NULL DEFAULT SESSION_USER,
    accepted_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    superseded_at timestamptz
);
COMMENT ON TABLE agentsandbox.surface_acceptances IS 'surfaces of profiles that somebody accepted';
COMMENT ON COLUMN agentsandbox.surface_acceptances.id IS 'the acceptance';
COMMENT ON COLUMN agentsandbox.surface_acceptances.profile IS 'whose surface; null when the profile has been dropped';
COMMENT ON COLUMN agentsandbox.surface_acceptances.profile_name IS 'the profile''s name then';
COMMENT ON COLUMN agentsandbox.surface_acceptances.fingerprint IS 'SHA-256 of the canonical text of listing';
COMMENT ON COLUMN agentsandbox.surface_acceptances.listing IS 'rows of agentsandbox.surface(), each an array of its columns';
COMMENT ON COLUMN agentsandbox.surface_acceptances.note IS 'what the signer wrote';
COMMENT ON COLUMN agentsandbox.surface_acceptances.accepted_by IS 'session user that accepted it';
COMMENT ON COLUMN agentsandbox.surface_acceptances.accepted_at IS 'when';
COMMENT ON COLUMN agentsandbox.surface_acceptances.superseded_at IS 'when another one took its place; null: it holds';
CREATE UNIQUE INDEX surface_acceptances_current ON agentsandbox.surface_acceptances (profile) WHERE superseded_at IS NULL;
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.surface_acceptances', '');
