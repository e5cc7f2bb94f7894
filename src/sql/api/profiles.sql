-- Profiles: made, altered, dropped by operators.

-- The role of a profile of this database; an error if there is none.
CREATE OR REPLACE FUNCTION agentsandbox.profile_role(name name) RETURNS regrole
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    role CONSTANT regrole := (SELECT profile FROM agentsandbox.profiles
                              WHERE profile = pg_catalog.to_regrole(pg_catalog.quote_ident(profile_role.name)));
BEGIN
    IF profile_role.name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'profile must not be null';
    ELSIF role IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = pg_catalog.format('profile "%s" does not exist in this database', profile_role.name),
            HINT = 'agentsandbox.profiles lists those that exist; agentsandbox.create_profile() makes one.';
    END IF;
    RETURN role;
END
$$;
COMMENT ON FUNCTION agentsandbox.profile_role(name) IS 'role of a profile of this database; error if there is none';

-- Makes the role and the row of a profile, with the defaults of the table.
CREATE OR REPLACE FUNCTION agentsandbox.make_profile(name name) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF make_profile.name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'name must not be null';
    END IF;
    EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN IN ROLE agentsandbox_agent', make_profile.name);
    EXECUTE pg_catalog.format('SECURITY LABEL FOR agentsandbox ON ROLE %I IS %L', make_profile.name, 'profile');
    INSERT INTO agentsandbox.profiles (profile)
    VALUES (pg_catalog.quote_ident(make_profile.name)::pg_catalog.regrole);
END
$$;
COMMENT ON FUNCTION agentsandbox.make_profile(name) IS 'first half of create_profile()';

-- What goes with every change of a profile's row.
CREATE OR REPLACE FUNCTION agentsandbox.profile_altered(role regrole) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    path text;
BEGIN
    UPDATE agentsandbox.profiles AS p SET
        auto_seal = agentsandbox.label_set(p.auto_seal),
        authors = CASE WHEN SESSION_USER = ANY (p.authors) THEN p.authors ELSE p.authors || SESSION_USER END
    WHERE p.profile = profile_altered.role
    RETURNING p.search_path INTO path;
    PERFORM agentsandbox.check_budget(profile_altered.role);

    -- last, for it changes this function's own: the server judges the syntax
    PERFORM pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', NULLIF(path, ''), 'pg_temp'), true);
END
$$;
COMMENT ON FUNCTION agentsandbox.profile_altered(regrole) IS 'checks a profile''s row and notes who changed it';

CREATE OR REPLACE FUNCTION agentsandbox.refuse_limit(name name, broken name) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'invalid_parameter_value',
        MESSAGE = pg_catalog.format('a limit of profile "%s" is out of range', refuse_limit.name),
        DETAIL = (SELECT pg_catalog.format('It must satisfy %s.', pg_catalog.pg_get_constraintdef(oid))
                  FROM pg_catalog.pg_constraint
                  WHERE conrelid = 'agentsandbox.profiles'::pg_catalog.regclass AND conname = refuse_limit.broken);
END
$$;
COMMENT ON FUNCTION agentsandbox.refuse_limit(name, name) IS 'error that tells which constraint a limit breaks';

-- create_profile() and alter_profile() take an argument for each column that an
-- operator may set, of its name and type, so that a limit is declared once: in
-- the table.  Null leaves what is there, the column's default at first.
DO $$
DECLARE
    arguments text;
    changes text;
    passed_on text;
BEGIN
    SELECT pg_catalog.string_agg(pg_catalog.format('%I %s DEFAULT NULL', attname, atttypid::pg_catalog.regtype), ', ' ORDER BY attnum),
           pg_catalog.string_agg(pg_catalog.format('%1$I = COALESCE(alter_profile.%1$I, old.%1$I)', attname), ', ' ORDER BY attnum),
           pg_catalog.string_agg(pg_catalog.format('%1$I => create_profile.%1$I', attname), ', ' ORDER BY attnum)
    INTO STRICT arguments, changes, passed_on
    FROM pg_catalog.pg_attribute
    WHERE attrelid = 'agentsandbox.profiles'::pg_catalog.regclass AND attnum > 0 AND NOT attisdropped
      AND attname NOT IN ('profile', 'created_at', 'created_by', 'response_labels', 'authors');

    EXECUTE pg_catalog.format($create$
CREATE OR REPLACE FUNCTION agentsandbox.alter_profile(name name, %s) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    role CONSTANT regrole := agentsandbox.profile_role(alter_profile.name);
    broken name;
BEGIN
    UPDATE agentsandbox.profiles AS old SET %s WHERE old.profile = role;
    PERFORM agentsandbox.profile_altered(role);
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
    PERFORM agentsandbox.refuse_limit(alter_profile.name, broken);
END
$body$ $create$, arguments, changes);

    EXECUTE pg_catalog.format($create$
CREATE OR REPLACE FUNCTION agentsandbox.create_profile(name name, %s) RETURNS void
    -- not PL/pgSQL, whose errors would quote the long second statement
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    SELECT agentsandbox.make_profile(create_profile.name);
    SELECT agentsandbox.alter_profile(create_profile.name, %s);
$body$ $create$, arguments, passed_on);
END
$$;
COMMENT ON FUNCTION agentsandbox.alter_profile IS
    'changes what is not null; it holds from the next statement on, but connection_limit and search_path for new sessions and max_lifetime for new conversations';
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
            DETAIL = pg_catalog.format('Open conversations: %s.', open_conversations),
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
