-- A conversation's scratch: of all tables the one that it may write whatever
-- labels it has, since nobody else sees the rows (grants.sql).
CREATE TABLE agentsandbox.notes (
    key          text NOT NULL CHECK (pg_catalog.octet_length(key) <= 256),
    value        text NOT NULL CHECK (pg_catalog.octet_length(value) <= 65536),
    conversation uuid NOT NULL,
    PRIMARY KEY (conversation, key)
);
COMMENT ON TABLE agentsandbox.notes IS 'what conversations wrote down for themselves: at most 1 MB in 256 notes';
COMMENT ON COLUMN agentsandbox.notes.conversation IS 'whose note it is';
COMMENT ON COLUMN agentsandbox.notes.key IS 'its name';
COMMENT ON COLUMN agentsandbox.notes.value IS 'its text';
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.notes', '');

-- Sessions of one conversation at the same time do not see each other's
-- uncommitted notes: each may add up to the bound.
CREATE FUNCTION agentsandbox.bound_notes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    notes bigint;
    bytes bigint;
BEGIN
    -- whoever restores a dump is no conversation
    NEW.conversation := COALESCE(agentsandbox.conversation_id(), NEW.conversation);
    SELECT pg_catalog.count(*), pg_catalog.sum(pg_catalog.octet_length(n.value)) INTO notes, bytes
    FROM agentsandbox.notes n WHERE n.conversation = NEW.conversation AND n.key <> NEW.key;
    IF notes >= 256 OR bytes + pg_catalog.octet_length(NEW.value) > 1048576 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'program_limit_exceeded',
            MESSAGE = 'a conversation can keep 256 notes with 1 MB in all',
            HINT = 'Delete notes that are not needed any more.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION agentsandbox.bound_notes() IS 'gives a note its conversation, and refuses what is too much';
CREATE TRIGGER bound_notes BEFORE INSERT OR UPDATE ON agentsandbox.notes
    FOR EACH ROW EXECUTE FUNCTION agentsandbox.bound_notes();
