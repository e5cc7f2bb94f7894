-- Row-level security on the context.  All of these run with the rights of the
-- caller, who must own the tables.

CREATE OR REPLACE FUNCTION agentsandbox.equality_operator(type regtype) RETURNS regoperator
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'asb_equality_operator';
COMMENT ON FUNCTION agentsandbox.equality_operator(regtype) IS 'equality of a type as indexes have it; null if it has none';

CREATE OR REPLACE FUNCTION agentsandbox.is_expression(expression text) RETURNS boolean
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'asb_is_expression';
COMMENT ON FUNCTION agentsandbox.is_expression(text) IS 'is this one expression, which parentheses hold together?';

-- Gives a table, its partitions and its children the four policies; expression
-- is a format string whose argument is the name of each.  They are permissive, as an administrator's own for other roles must be able to stand
-- beside them; so another one for everybody would widen them and is refused.
CREATE OR REPLACE FUNCTION agentsandbox.set_policies("table" regclass, expression text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rel record;
    command record;
    other name;
    old text;
    new text;
BEGIN
    IF "table" IS NULL OR expression IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'table and expression must not be null';
    END IF;

    FOR rel IN
        WITH RECURSIVE tree AS (
            SELECT "table"::oid AS oid
            UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN tree ON inhparent = tree.oid)
        SELECT c.oid::regclass AS name, pg_catalog.quote_ident(c.relname) AS alias, c.relkind, c.relrowsecurity, c.relforcerowsecurity
        FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid
        WHERE c.relkind NOT IN ('i', 'I') ORDER BY c.oid
    LOOP
        IF rel.relkind NOT IN ('r', 'p') THEN
            RAISE EXCEPTION USING
                ERRCODE = 'wrong_object_type',
                MESSAGE = pg_catalog.format('%s is not a table', rel.name),
                DETAIL = 'Row-level security exists for tables and partitioned tables only.',
                HINT = 'Protect the tables that a view reads, and grant nothing on a foreign table.';
        END IF;

        SELECT polname INTO other FROM pg_catalog.pg_policy
        WHERE polrelid = rel.name AND polpermissive AND polroles = '{0}'
          AND polname NOT IN ('agentsandbox_select', 'agentsandbox_insert', 'agentsandbox_update', 'agentsandbox_delete');
        IF FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'duplicate_object',
                MESSAGE = pg_catalog.format('table %s has a policy for everybody already', rel.name),
                DETAIL = pg_catalog.format('Rows that policy "%s" shows would be shown to every conversation.', other),
                HINT = 'Make that policy restrictive, or give it to the roles that it is for.';
        END IF;

        IF NOT agentsandbox.is_expression(pg_catalog.format(expression, rel.alias)) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'syntax_error',
                MESSAGE = 'the condition of a policy must be one expression',
                DETAIL = pg_catalog.format('It is %s.', pg_catalog.format(expression, rel.alias));
        END IF;

        FOR command IN VALUES
            ('select', E'USING (%1$s\n)'), ('insert', E'WITH CHECK (%1$s\n)'),
            ('update', E'USING (%1$s\n) WITH CHECK (%1$s\n)'), ('delete', E'USING (%1$s\n)')
        LOOP
            -- what is there already must mean the same; the server's own
            -- rendering of both tells
            SELECT pg_catalog.concat_ws('; ', pg_catalog.pg_get_expr(polqual, polrelid), pg_catalog.pg_get_expr(polwithcheck, polrelid))
            INTO old FROM pg_catalog.pg_policy
            WHERE polrelid = rel.name AND polname = 'agentsandbox_' || command.column1;
            IF FOUND THEN
                EXECUTE pg_catalog.format('DROP POLICY agentsandbox_%s ON %s', command.column1, rel.name);
            END IF;
            EXECUTE pg_catalog.format('CREATE POLICY agentsandbox_%s ON %s FOR %1$s ', command.column1, rel.name)
                || pg_catalog.format(command.column2, pg_catalog.format(expression, rel.alias));
            SELECT pg_catalog.concat_ws('; ', pg_catalog.pg_get_expr(polqual, polrelid), pg_catalog.pg_get_expr(polwithcheck, polrelid))
            INTO new FROM pg_catalog.pg_policy
            WHERE polrelid = rel.name AND polname = 'agentsandbox_' || command.column1;
            IF old <> new THEN
                RAISE EXCEPTION USING
                    ERRCODE = 'duplicate_object',
                    MESSAGE = pg_catalog.format('table %s is protected already, and otherwise', rel.name),
                    DETAIL = pg_catalog.format('Its policy for %s is %s.', pg_catalog.upper(command.column1), old),
                    HINT = 'Use agentsandbox.unprotect() first.';
            END IF;
        END LOOP;

        IF NOT rel.relrowsecurity THEN
            EXECUTE pg_catalog.format('ALTER TABLE ONLY %s ENABLE ROW LEVEL SECURITY', rel.name);
        END IF;
        IF NOT rel.relforcerowsecurity THEN
            EXECUTE pg_catalog.format('ALTER TABLE ONLY %s FORCE ROW LEVEL SECURITY', rel.name);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION agentsandbox.set_policies(regclass, text) IS 'what protect() and protect_through() share';

CREATE OR REPLACE FUNCTION agentsandbox.protect("table" regclass, "column" name, key text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    base oid;
    equality text;
BEGIN
    IF "table" IS NULL OR "column" IS NULL OR key IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'table, column and key must not be null';
    END IF;

    SELECT atttypid INTO base FROM pg_catalog.pg_attribute
    WHERE attrelid = "table" AND attname = "column" AND attnum > 0 AND NOT attisdropped;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_column',
            MESSAGE = pg_catalog.format('column "%s" of table %s does not exist', "column", "table");
    END IF;

    -- a value that a domain refuses equals none of its values anyway
    WHILE (SELECT typtype FROM pg_catalog.pg_type WHERE oid = base) = 'd' LOOP
        SELECT typbasetype INTO base FROM pg_catalog.pg_type WHERE oid = base;
    END LOOP;

    SELECT pg_catalog.format('OPERATOR(%I.%s)', nspname, oprname) INTO equality
    FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = oprnamespace
    WHERE o.oid = agentsandbox.equality_operator(base);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_function',
            MESSAGE = pg_catalog.format('type %s of column "%s" has no equality', pg_catalog.format_type(base, NULL), "column"),
            HINT = 'Protect the table by another column.';
    END IF;

    PERFORM agentsandbox.set_policies("table", pg_catalog.replace(pg_catalog.format(
        '%I %s agentsandbox.context(%L, NULL::%s)', "column", equality, key, pg_catalog.format_type(base, NULL)),
        '%', '%%'));
END
$$;
COMMENT ON FUNCTION agentsandbox.protect(regclass, name, text) IS
    'lets each conversation see and change only the rows where column = context(key); nobody but superusers and roles with BYPASSRLS is exempt; call it again after adding a partition';

CREATE OR REPLACE FUNCTION agentsandbox.protect_through(child regclass, columns name[], parent regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    condition text;
BEGIN
    IF child IS NULL OR columns IS NULL OR parent IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'child, columns and parent must not be null';
    END IF;

    IF NOT EXISTS (SELECT FROM pg_catalog.pg_policy JOIN pg_catalog.pg_class c ON c.oid = polrelid
                   WHERE polrelid = parent AND polname = 'agentsandbox_select'
                     AND relrowsecurity AND relforcerowsecurity) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = pg_catalog.format('table %s is not protected', parent),
            HINT = 'Use agentsandbox.protect() on it first.';
    END IF;

    SELECT (SELECT pg_catalog.string_agg(
                pg_catalog.replace(pg_catalog.format('agentsandbox_parent.%I OPERATOR(%I.%s) ', referenced.attname, nspname, oprname), '%', '%%')
                || '%1$s.' || pg_catalog.replace(pg_catalog.quote_ident(referencing.attname), '%', '%%'), ' AND ' ORDER BY n)
            FROM ROWS FROM (pg_catalog.unnest(conkey), pg_catalog.unnest(confkey), pg_catalog.unnest(conpfeqop))
                 WITH ORDINALITY AS pair (referencing_key, referenced_key, operator, n)
            JOIN pg_catalog.pg_attribute referencing ON referencing.attrelid = conrelid AND referencing.attnum = referencing_key
            JOIN pg_catalog.pg_attribute referenced ON referenced.attrelid = confrelid AND referenced.attnum = referenced_key
            JOIN pg_catalog.pg_operator o ON o.oid = operator
            JOIN pg_catalog.pg_namespace s ON s.oid = oprnamespace)
    INTO condition
    FROM pg_catalog.pg_constraint
    WHERE contype = 'f' AND conrelid = child AND confrelid = parent
      AND (SELECT pg_catalog.array_agg(attname ORDER BY attname) FROM pg_catalog.pg_attribute
           WHERE attrelid = conrelid AND attnum = ANY (conkey))
        = (SELECT pg_catalog.array_agg(c ORDER BY c) FROM pg_catalog.unnest(columns) c)
    ORDER BY conparentid, oid LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = pg_catalog.format('columns %s of table %s are no foreign key to %s', columns, child, parent),
            HINT = 'Add the foreign key, or protect the table by a column of its own.';
    END IF;

    PERFORM agentsandbox.set_policies(child,
        'EXISTS (SELECT FROM ' || pg_catalog.replace(parent::text, '%', '%%') || ' AS agentsandbox_parent WHERE ' || condition || ')');
END
$$;
COMMENT ON FUNCTION agentsandbox.protect_through(regclass, name[], regclass) IS
    'lets each conversation see and change only rows whose parent row it can see; the profile needs SELECT on the key columns of the parent';

CREATE OR REPLACE FUNCTION agentsandbox.unprotect("table" regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rel regclass;
    dependent text;
    policy name;
BEGIN
    FOR rel IN
        WITH RECURSIVE tree AS (
            SELECT "table"::oid AS oid
            UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN tree ON inhparent = tree.oid)
        SELECT c.oid FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid
        WHERE c.relkind IN ('r', 'p') ORDER BY c.oid
    LOOP
        SELECT pg_catalog.string_agg(DISTINCT polrelid::regclass::text, ', ') INTO dependent
        FROM pg_catalog.pg_depend JOIN pg_catalog.pg_policy p ON p.oid = objid
        WHERE classid = 'pg_catalog.pg_policy'::regclass AND refclassid = 'pg_catalog.pg_class'::regclass
          AND refobjid = rel AND polrelid <> rel AND polname = 'agentsandbox_select';
        IF dependent IS NOT NULL THEN
            RAISE EXCEPTION USING
                ERRCODE = 'dependent_objects_still_exist',
                MESSAGE = pg_catalog.format('other tables are protected through %s', rel),
                DETAIL = pg_catalog.format('Tables: %s.', dependent),
                HINT = 'Use agentsandbox.unprotect() on them first.';
        END IF;

        FOR policy IN SELECT polname FROM pg_catalog.pg_policy
                      WHERE polrelid = rel AND polname IN ('agentsandbox_select', 'agentsandbox_insert', 'agentsandbox_update', 'agentsandbox_delete')
        LOOP
            EXECUTE pg_catalog.format('DROP POLICY %I ON %s', policy, rel);
            -- other policies, if there are any, stay in force
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_policy WHERE polrelid = rel) THEN
                EXECUTE pg_catalog.format('ALTER TABLE ONLY %s NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', rel);
            END IF;
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION agentsandbox.unprotect(regclass) IS
    'takes away what protect() gave; privileges alone decide again, unless the table has other policies';
