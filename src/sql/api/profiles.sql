-- Profiles: made, altered, dropped by operators.

-- The role of a profile of this database; an error if there is none.
CREATE OR REPLACE FUNCTION agentsandbox.profile_role(name name) RETURNS regrole
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    role CONSTANT regrole := (SELECT profile FROM agentsandbox.profiles
                              WHERE profile = pg_catalog.to_regrole(pg_catalog.quote_ident(profile_role.name)));
BEGIN
    IF role IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = pg_catalog.format('profile "%s" does not exist in this database', profile_role.name),
            HINT = 'Make it with agentsandbox.create_profile().';
    END IF;
    RETURN role;
END
$$;
COMMENT ON FUNCTION agentsandbox.profile_role(name) IS 'role of a profile of this database; error if there is none';

CREATE OR REPLACE FUNCTION agentsandbox.alter_profile(
    name name,
    connection_limit integer DEFAULT NULL,
    max_lifetime interval DEFAULT NULL,
    search_path text DEFAULT NULL,
    mode text DEFAULT NULL,
    allow_explain boolean DEFAULT NULL,
    allow_copy boolean DEFAULT NULL,
    allow_call boolean DEFAULT NULL,
    information_schema boolean DEFAULT NULL,
    statement_time interval DEFAULT NULL,
    transaction_time interval DEFAULT NULL,
    idle_in_transaction_time interval DEFAULT NULL,
    idle_session_time interval DEFAULT NULL,
    lock_wait interval DEFAULT NULL,
    memory_bytes bigint DEFAULT NULL,
    temp_bytes bigint DEFAULT NULL,
    rows_returned bigint DEFAULT NULL,
    bytes_returned bigint DEFAULT NULL,
    rows_changed bigint DEFAULT NULL,
    rows_changed_total bigint DEFAULT NULL,
    statements_per_minute integer DEFAULT NULL,
    parallel_workers integer DEFAULT NULL,
    statement_bytes integer DEFAULT NULL,
    value_bytes integer DEFAULT NULL,
    egress text DEFAULT NULL,
    auto_seal text[] DEFAULT NULL,
    require_accepted_surface boolean DEFAULT NULL,
    require_other_signer boolean DEFAULT NULL,
    two_person_review boolean DEFAULT NULL,
    review_expires interval DEFAULT NULL,
    held_calls integer DEFAULT NULL,
    budget_bits double precision DEFAULT NULL,
    profile_budget_bits double precision DEFAULT NULL,
    budget_window interval DEFAULT NULL,
    release_interval interval DEFAULT NULL,
    releases_per_tick integer DEFAULT NULL
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role CONSTANT regrole := agentsandbox.profile_role(alter_profile.name);
    broken name;
BEGIN
    UPDATE agentsandbox.profiles AS old SET
        connection_limit = COALESCE(alter_profile.connection_limit, old.connection_limit),
        max_lifetime = COALESCE(alter_profile.max_lifetime, old.max_lifetime),
        search_path = COALESCE(alter_profile.search_path, old.search_path),
        mode = COALESCE(alter_profile.mode, old.mode),
        allow_explain = COALESCE(alter_profile.allow_explain, old.allow_explain),
        allow_copy = COALESCE(alter_profile.allow_copy, old.allow_copy),
        allow_call = COALESCE(alter_profile.allow_call, old.allow_call),
        information_schema = COALESCE(alter_profile.information_schema, old.information_schema),
        statement_time = COALESCE(alter_profile.statement_time, old.statement_time),
        transaction_time = COALESCE(alter_profile.transaction_time, old.transaction_time),
        idle_in_transaction_time = COALESCE(alter_profile.idle_in_transaction_time, old.idle_in_transaction_time),
        idle_session_time = COALESCE(alter_profile.idle_session_time, old.idle_session_time),
        lock_wait = COALESCE(alter_profile.lock_wait, old.lock_wait),
        memory_bytes = COALESCE(alter_profile.memory_bytes, old.memory_bytes),
        temp_bytes = COALESCE(alter_profile.temp_bytes, old.temp_bytes),
        rows_returned = COALESCE(alter_profile.rows_returned, old.rows_returned),
        bytes_returned = COALESCE(alter_profile.bytes_returned, old.bytes_returned),
        rows_changed = COALESCE(alter_profile.rows_changed, old.rows_changed),
        rows_changed_total = COALESCE(alter_profile.rows_changed_total, old.rows_changed_total),
        statements_per_minute = COALESCE(alter_profile.statements_per_minute, old.statements_per_minute),
        parallel_workers = COALESCE(alter_profile.parallel_workers, old.parallel_workers),
        statement_bytes = COALESCE(alter_profile.statement_bytes, old.statement_bytes),
        value_bytes = COALESCE(alter_profile.value_bytes, old.value_bytes),
        egress = COALESCE(alter_profile.egress, old.egress),
        auto_seal = COALESCE(agentsandbox.label_set(alter_profile.auto_seal), old.auto_seal),
        require_accepted_surface = COALESCE(alter_profile.require_accepted_surface, old.require_accepted_surface),
        require_other_signer = COALESCE(alter_profile.require_other_signer, old.require_other_signer),
        authors = CASE WHEN SESSION_USER = ANY (old.authors) THEN old.authors ELSE old.authors || SESSION_USER END,
        two_person_review = COALESCE(alter_profile.two_person_review, old.two_person_review),
        review_expires = COALESCE(alter_profile.review_expires, old.review_expires),
        held_calls = COALESCE(alter_profile.held_calls, old.held_calls),
        budget_bits = COALESCE(alter_profile.budget_bits, old.budget_bits),
        profile_budget_bits = COALESCE(alter_profile.profile_budget_bits, old.profile_budget_bits),
        budget_window = COALESCE(alter_profile.budget_window, old.budget_window),
        release_interval = COALESCE(alter_profile.release_interval, old.release_interval),
        releases_per_tick = COALESCE(alter_profile.releases_per_tick, old.releases_per_tick)
    WHERE old.profile = role;
    PERFORM agentsandbox.check_budget(role);

    -- last, for it changes this function's own: the server judges the syntax
    PERFORM pg_catalog.set_config('search_path',
                                  pg_catalog.concat_ws(', ', NULLIF(alter_profile.search_path, ''), 'pg_temp'), true);
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
    RAISE EXCEPTION USING
        ERRCODE = 'invalid_parameter_value',
        MESSAGE = pg_catalog.format('a limit of profile "%s" is out of range', alter_profile.name),
        DETAIL = (SELECT pg_catalog.format('It must satisfy %s.', pg_catalog.pg_get_constraintdef(oid))
                  FROM pg_catalog.pg_constraint
                  WHERE conrelid = 'agentsandbox.profiles'::pg_catalog.regclass AND conname = broken);
END
$$;
COMMENT ON FUNCTION agentsandbox.alter_profile IS
    'changes what is not null; it holds from the next statement on, but search_path for new sessions and max_lifetime for new conversations';

-- A null argument stands for the default of the table's column.
CREATE OR REPLACE FUNCTION agentsandbox.create_profile(
    name name,
    connection_limit integer DEFAULT NULL,
    max_lifetime interval DEFAULT NULL,
    search_path text DEFAULT NULL,
    mode text DEFAULT NULL,
    allow_explain boolean DEFAULT NULL,
    allow_copy boolean DEFAULT NULL,
    allow_call boolean DEFAULT NULL,
    information_schema boolean DEFAULT NULL,
    statement_time interval DEFAULT NULL,
    transaction_time interval DEFAULT NULL,
    idle_in_transaction_time interval DEFAULT NULL,
    idle_session_time interval DEFAULT NULL,
    lock_wait interval DEFAULT NULL,
    memory_bytes bigint DEFAULT NULL,
    temp_bytes bigint DEFAULT NULL,
    rows_returned bigint DEFAULT NULL,
    bytes_returned bigint DEFAULT NULL,
    rows_changed bigint DEFAULT NULL,
    rows_changed_total bigint DEFAULT NULL,
    statements_per_minute integer DEFAULT NULL,
    parallel_workers integer DEFAULT NULL,
    statement_bytes integer DEFAULT NULL,
    value_bytes integer DEFAULT NULL,
    egress text DEFAULT NULL,
    auto_seal text[] DEFAULT NULL,
    require_accepted_surface boolean DEFAULT NULL,
    require_other_signer boolean DEFAULT NULL,
    two_person_review boolean DEFAULT NULL,
    review_expires interval DEFAULT NULL,
    held_calls integer DEFAULT NULL,
    budget_bits double precision DEFAULT NULL,
    profile_budget_bits double precision DEFAULT NULL,
    budget_window interval DEFAULT NULL,
    release_interval interval DEFAULT NULL,
    releases_per_tick integer DEFAULT NULL
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF create_profile.name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'name must not be null';
    END IF;
    EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN IN ROLE agentsandbox_agent', create_profile.name);
    EXECUTE pg_catalog.format('SECURITY LABEL FOR agentsandbox ON ROLE %I IS %L', create_profile.name, 'profile');
    INSERT INTO agentsandbox.profiles (profile)
    VALUES (pg_catalog.quote_ident(create_profile.name)::pg_catalog.regrole);
    PERFORM agentsandbox.alter_profile(create_profile.name,
        connection_limit => create_profile.connection_limit,
        max_lifetime => create_profile.max_lifetime,
        search_path => create_profile.search_path,
        mode => create_profile.mode,
        allow_explain => create_profile.allow_explain,
        allow_copy => create_profile.allow_copy,
        allow_call => create_profile.allow_call,
        information_schema => create_profile.information_schema,
        statement_time => create_profile.statement_time,
        transaction_time => create_profile.transaction_time,
        idle_in_transaction_time => create_profile.idle_in_transaction_time,
        idle_session_time => create_profile.idle_session_time,
        lock_wait => create_profile.lock_wait,
        memory_bytes => create_profile.memory_bytes,
        temp_bytes => create_profile.temp_bytes,
        rows_returned => create_profile.rows_returned,
        bytes_returned => create_profile.bytes_returned,
        rows_changed => create_profile.rows_changed,
        rows_changed_total => create_profile.rows_changed_total,
        statements_per_minute => create_profile.statements_per_minute,
        parallel_workers => create_profile.parallel_workers,
        statement_bytes => create_profile.statement_bytes,
        value_bytes => create_profile.value_bytes,
        egress => create_profile.egress,
        auto_seal => create_profile.auto_seal,
        require_accepted_surface => create_profile.require_accepted_surface,
        require_other_signer => create_profile.require_other_signer,
        two_person_review => create_profile.two_person_review,
        review_expires => create_profile.review_expires,
        held_calls => create_profile.held_calls,
        budget_bits => create_profile.budget_bits,
        profile_budget_bits => create_profile.profile_budget_bits,
        budget_window => create_profile.budget_window,
        release_interval => create_profile.release_interval,
        releases_per_tick => create_profile.releases_per_tick);
END
$$;
COMMENT ON FUNCTION agentsandbox.create_profile IS
    'makes a profile: a NOLOGIN role to GRANT to, and the limits of its conversations';

CREATE OR REPLACE FUNCTION agentsandbox.drop_profile(name name) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    role CONSTANT regrole := agentsandbox.profile_role(drop_profile.name);
    open_conversations bigint;
    places text;
BEGIN
    -- against an open_conversation() at the same time, which inserts
    LOCK TABLE agentsandbox.conversation_records IN SHARE ROW EXCLUSIVE MODE;
    SELECT count(*) INTO open_conversations
    FROM agentsandbox.conversation_records WHERE profile = role AND state = 'open';
    IF open_conversations > 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_in_use',
            MESSAGE = pg_catalog.format('profile "%s" has open conversations', drop_profile.name),
            DETAIL = pg_catalog.format('%s are open.', open_conversations),
            HINT = 'Close them with agentsandbox.close_conversation().';
    END IF;

    -- those of a copy of this database, for example
    SELECT pg_catalog.string_agg(member::pg_catalog.regrole::text, ', ') INTO places
    FROM (SELECT member FROM pg_catalog.pg_auth_members WHERE roleid = role LIMIT 5) members;
    IF places IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_in_use',
            MESSAGE = pg_catalog.format('profile "%s" has members', drop_profile.name),
            DETAIL = pg_catalog.format('Among them: %s.', places),
            HINT = 'Close conversations where they were opened, and revoke the profile from other roles.';
    END IF;

    -- DROP OWNED below would drop what the role owns; nothing may be lost here
    IF EXISTS (SELECT FROM pg_catalog.pg_shdepend
               WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
                 AND refobjid = role AND deptype = 'o') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'dependent_objects_still_exist',
            MESSAGE = pg_catalog.format('profile "%s" owns objects', drop_profile.name),
            HINT = pg_catalog.format('Use REASSIGN OWNED BY %I in the databases concerned.', drop_profile.name);
    END IF;
    SELECT pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(datname), ', ') INTO places
    FROM pg_catalog.pg_shdepend JOIN pg_catalog.pg_database ON pg_database.oid = pg_shdepend.dbid
    WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND refobjid = role
      AND datname <> pg_catalog.current_database();
    IF places IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'dependent_objects_still_exist',
            MESSAGE = pg_catalog.format('profile "%s" has privileges in other databases', drop_profile.name),
            DETAIL = pg_catalog.format('Databases: %s.', places),
            HINT = pg_catalog.format('Use DROP OWNED BY %I there.', drop_profile.name);
    END IF;

    DELETE FROM agentsandbox.profiles WHERE profile = role;
    EXECUTE pg_catalog.format('DROP OWNED BY %I', drop_profile.name);
    EXECUTE pg_catalog.format('DROP ROLE %I', drop_profile.name);
END
$$;
COMMENT ON FUNCTION agentsandbox.drop_profile(name) IS
    'drops a profile, its privileges and its role; refused while it has open conversations';
