-- Sign-off and drift: what somebody accepted, and what became of it.

CREATE OR REPLACE FUNCTION agentsandbox.surface_listing(profile name) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE(jsonb_agg(entry ORDER BY entry::text COLLATE "C"), '[]')
    FROM (SELECT jsonb_build_array(class, identity, privilege, row_filter, via, notes) AS entry
          FROM agentsandbox.surface(surface_listing.profile)) AS listing
$$;
COMMENT ON FUNCTION agentsandbox.surface_listing(name) IS
    'agentsandbox.surface(profile) as one JSON array, each row an array of its columns';

CREATE OR REPLACE FUNCTION agentsandbox.fingerprint(listing jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(sha256(convert_to(agentsandbox.canonical(listing), 'UTF8')), 'hex')
$$;
COMMENT ON FUNCTION agentsandbox.fingerprint(jsonb) IS 'SHA-256, in hexadecimal digits, of the canonical text';

-- The lock on the profile's row keeps two signers and drop_profile() apart.
CREATE OR REPLACE FUNCTION agentsandbox.accept_surface(
    profile name,
    note text DEFAULT '',
    fingerprint text DEFAULT NULL
) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role CONSTANT regrole := agentsandbox.profile_role(accept_surface.profile);
    signed agentsandbox.profiles;
    listing jsonb;
    current text;
BEGIN
    SELECT * INTO signed FROM agentsandbox.profiles p WHERE p.profile = role FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = format('profile "%s" does not exist in this database', accept_surface.profile);
    END IF;
    IF signed.require_other_signer AND SESSION_USER = ANY (signed.authors) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'insufficient_privilege',
            MESSAGE = format('profile "%s" has to be accepted by somebody else', accept_surface.profile),
            DETAIL = format('Role "%s" has made or altered it.', SESSION_USER),
            HINT = 'Let somebody sign who is not among the authors that agentsandbox.profiles names.';
    END IF;

    listing := agentsandbox.surface_listing(accept_surface.profile);
    current := agentsandbox.fingerprint(listing);
    IF current <> lower(accept_surface.fingerprint) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = format('the surface of profile "%s" is not the one that was read', accept_surface.profile),
            DETAIL = format('Its fingerprint is %s.', current),
            HINT = 'Read it again before accepting it.';
    END IF;

    UPDATE agentsandbox.surface_acceptances a SET superseded_at = clock_timestamp()
    WHERE a.profile = role AND a.superseded_at IS NULL;
    INSERT INTO agentsandbox.surface_acceptances (profile, profile_name, fingerprint, listing, note)
    VALUES (role, accept_surface.profile, current, listing, COALESCE(accept_surface.note, ''));
    RETURN current;
END
$$;
COMMENT ON FUNCTION agentsandbox.accept_surface(name, text, text) IS
    'signs what a profile can reach now; with a fingerprint only if it is still that; returns the fingerprint';

-- One row of a listing in words.
CREATE OR REPLACE FUNCTION agentsandbox.entry_in_words(entry jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT concat_ws(' ', entry ->> 2, CASE WHEN entry ->> 2 <> '' THEN 'on' END, entry ->> 0, entry ->> 1)
        || COALESCE(' where ' || (entry ->> 3), '')
        || COALESCE(': ' || (entry ->> 5), '')
        || COALESCE(' (' || (SELECT string_agg(step, ', ' ORDER BY n)
                             FROM jsonb_array_elements_text(NULLIF(entry -> 4, 'null')) WITH ORDINALITY AS via (step, n)) || ')', '')
$$;
COMMENT ON FUNCTION agentsandbox.entry_in_words(jsonb) IS 'one row of agentsandbox.surface_listing() in words';

-- Rows that only one listing has.  Two of the same class, identity and
-- privilege are one that changed.
CREATE OR REPLACE FUNCTION agentsandbox.listing_difference(
    old jsonb, new jsonb,
    OUT change text, OUT class text, OUT identity text, OUT privilege text, OUT description text
) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH before AS (
        SELECT e.value, row_number() OVER (PARTITION BY e.value -> 0, e.value -> 1, e.value -> 2 ORDER BY e.value) AS n
        FROM (SELECT value FROM jsonb_array_elements(listing_difference.old)
              EXCEPT ALL SELECT value FROM jsonb_array_elements(listing_difference.new)) e
    ), after AS (
        SELECT e.value, row_number() OVER (PARTITION BY e.value -> 0, e.value -> 1, e.value -> 2 ORDER BY e.value) AS n
        FROM (SELECT value FROM jsonb_array_elements(listing_difference.new)
              EXCEPT ALL SELECT value FROM jsonb_array_elements(listing_difference.old)) e
    ), paired AS (
        SELECT b.value AS was, a.value AS is, COALESCE(a.value, b.value) AS entry
        FROM before b
        FULL JOIN after a ON (a.value -> 0, a.value -> 1, a.value -> 2, a.n) = (b.value -> 0, b.value -> 1, b.value -> 2, b.n)
    )
    SELECT CASE WHEN was IS NULL THEN 'added' WHEN "is" IS NULL THEN 'removed' ELSE 'changed' END,
           entry ->> 0, entry ->> 1, entry ->> 2,
           CASE WHEN was IS NULL THEN 'can be reached now: ' || agentsandbox.entry_in_words("is")
                WHEN "is" IS NULL THEN 'can be reached no more: ' || agentsandbox.entry_in_words(was)
                ELSE 'was ' || agentsandbox.entry_in_words(was) || '; is ' || agentsandbox.entry_in_words("is")
           END
    FROM paired
    ORDER BY 1, entry::text COLLATE "C"
$$;
COMMENT ON FUNCTION agentsandbox.listing_difference(jsonb, jsonb) IS 'what one listing has and the other has not, in words';

CREATE OR REPLACE FUNCTION agentsandbox.surface_drift(
    profile name,
    OUT change text, OUT class text, OUT identity text, OUT privilege text, OUT description text
) RETURNS SETOF record
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role CONSTANT regrole := agentsandbox.profile_role(surface_drift.profile);
    accepted jsonb;
BEGIN
    SELECT a.listing INTO accepted FROM agentsandbox.surface_acceptances a
    WHERE a.profile = role AND a.superseded_at IS NULL;
    IF NOT FOUND THEN
        change := 'never accepted';
        description := 'nobody has accepted this surface';
        RETURN NEXT;
    ELSE
        RETURN QUERY SELECT * FROM agentsandbox.listing_difference(accepted, agentsandbox.surface_listing(surface_drift.profile));
    END IF;
END
$$;
COMMENT ON FUNCTION agentsandbox.surface_drift(name) IS
    'what was added, removed and changed since the surface was accepted; no row: nothing';

-- Called by open_conversation().
CREATE OR REPLACE FUNCTION agentsandbox.check_acceptance(role regrole) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    state record;
BEGIN
    SELECT r.rolname AS name, p.require_other_signer, p.authors, a.fingerprint, a.accepted_by INTO state
    FROM agentsandbox.profiles p
    JOIN pg_roles r ON r.oid = p.profile
    LEFT JOIN agentsandbox.surface_acceptances a ON a.profile = p.profile AND a.superseded_at IS NULL
    WHERE p.profile = role AND p.require_accepted_surface;

    IF NOT FOUND THEN
        RETURN;
    ELSIF state.fingerprint IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = format('nobody has accepted the surface of profile "%s"', state.name),
            HINT = 'Let an auditor read agentsandbox.surface() and sign it with agentsandbox.accept_surface().';
    ELSIF state.require_other_signer AND state.accepted_by = ANY (state.authors) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = format('the surface of profile "%s" was accepted by one of its authors', state.name),
            DETAIL = format('Role "%s" signed it, and has made or altered the profile.', state.accepted_by),
            HINT = 'Let somebody else sign it with agentsandbox.accept_surface().';
    ELSIF state.fingerprint <> agentsandbox.fingerprint(agentsandbox.surface_listing(state.name)) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = format('the surface of profile "%s" is not what was accepted', state.name),
            HINT = 'See agentsandbox.surface_drift(), and undo the change or sign it with agentsandbox.accept_surface().';
    END IF;
END
$$;
COMMENT ON FUNCTION agentsandbox.check_acceptance(regrole) IS
    'an error if a profile requires an accepted surface and this is not one';
