-- The relation gate: which relations and columns a conversation may use.
\set SHOW_CONTEXT never
SELECT agentsandbox.create_profile('regress_relation', allow_copy => true);
CREATE TABLE regress_own (id int PRIMARY KEY, name text, pay int DEFAULT 5);
INSERT INTO regress_own VALUES (1, 'one', 100), (2, 'two', 200);
GRANT SELECT (id, name), INSERT (id, name), UPDATE (name) ON regress_own TO regress_relation;
CREATE TABLE regress_all (a int, b text);
GRANT SELECT, INSERT ON regress_all TO regress_relation;
CREATE TABLE regress_dropped (a int, gone int, b text);
ALTER TABLE regress_dropped DROP COLUMN gone;
GRANT SELECT (a, b), INSERT ON regress_dropped TO regress_relation;
CREATE TABLE regress_hidden (id int, name text);
INSERT INTO regress_hidden VALUES (1, 'SECRET');
CREATE TABLE regress_of_public (id int);
GRANT ALL ON regress_of_public TO PUBLIC;
CREATE VIEW regress_view AS SELECT name FROM regress_hidden;
CREATE VIEW regress_invoker WITH (security_invoker) AS SELECT name FROM regress_hidden;
CREATE MATERIALIZED VIEW regress_stored AS SELECT name FROM regress_hidden;
GRANT SELECT ON regress_view, regress_invoker TO regress_relation;
CREATE TABLE regress_parts (k int, v text) PARTITION BY LIST (k);
CREATE TABLE regress_part_1 PARTITION OF regress_parts FOR VALUES IN (1);
INSERT INTO regress_parts VALUES (1, 'part');
GRANT SELECT ON regress_parts TO regress_relation;
CREATE TABLE regress_logged (a int);
CREATE TABLE regress_log (a int);
GRANT INSERT ON regress_log TO PUBLIC;
CREATE FUNCTION regress_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO regress_log VALUES (NEW.a); RETURN NEW; END $$;
CREATE TRIGGER log AFTER INSERT ON regress_logged FOR EACH ROW EXECUTE FUNCTION regress_log();
GRANT INSERT ON regress_logged TO regress_relation;
CREATE TABLE regress_numbers (id serial PRIMARY KEY, v text);
GRANT SELECT, INSERT ON regress_numbers TO regress_relation;
GRANT USAGE ON SEQUENCE regress_numbers_id_seq TO regress_relation;

CREATE TABLE regress_constrained (a int NOT NULL, secret int NOT NULL UNIQUE, c int CONSTRAINT known CHECK (c > 0), CONSTRAINT pair CHECK (a < secret),
    CONSTRAINT never CHECK (false), CONSTRAINT one_key UNIQUE (a, c), CONSTRAINT two_keys UNIQUE (c, secret));
ALTER TABLE regress_constrained ADD CONSTRAINT whole CHECK (regress_constrained IS NOT NULL);
GRANT INSERT (a, c) ON regress_constrained TO regress_relation;

SELECT conversation, format('user=%s password=%s', role, password) AS conninfo FROM agentsandbox.open_conversation('regress_relation') \gset
\set superuser :USER
\c -reuse-previous=on :"conninfo"
SELECT id, name FROM regress_own ORDER BY id;
SELECT count(*) FROM regress_own;
SELECT * FROM regress_own;
SELECT pay FROM regress_own;
SELECT o FROM regress_own o;
SELECT (o).pay FROM regress_own o;
SELECT id FROM regress_own WHERE pay > 150;
SELECT to_jsonb(o) FROM regress_own o;
SELECT a.id FROM regress_own a JOIN regress_own b USING (id) ORDER BY b.pay;
INSERT INTO regress_own (id, name) VALUES (3, 'three') RETURNING id;
INSERT INTO regress_own (id, pay) VALUES (4, 1);
INSERT INTO regress_own VALUES (4, 'four', 1);
INSERT INTO regress_own (id, name) VALUES (3, 'three') RETURNING pay;
INSERT INTO regress_own AS o (id, name) VALUES (3, 'drei') ON CONFLICT (id) DO UPDATE SET name = o.name || excluded.name RETURNING id, name;
INSERT INTO regress_own (id, name) VALUES (3, 'drei') ON CONFLICT (id) DO UPDATE SET name = 'three' WHERE excluded.pay IS NULL;
INSERT INTO regress_own (id, name) VALUES (3, 'drei') ON CONFLICT (id) DO UPDATE SET name = excluded::text;
INSERT INTO regress_own (id, name) VALUES (3, 'drei') ON CONFLICT (id) DO UPDATE SET name = pg_backend_pid();
INSERT INTO regress_own (id, name) VALUES (3, 'drei') ON CONFLICT (id) DO UPDATE SET name = 'three';
INSERT INTO regress_own (id, name) VALUES (3, 'three');
UPDATE regress_own SET name = 'tri' WHERE id = 3;
UPDATE regress_own SET id = 9;
UPDATE regress_own SET pay = 9;
UPDATE regress_own SET name = pay;
DELETE FROM regress_own;
SELECT id FROM regress_own FOR UPDATE;
SELECT a FROM regress_all FOR SHARE;
INSERT INTO regress_all VALUES (1, 'x') RETURNING *;
SELECT ctid FROM regress_all;
SELECT xmin, xmax, cmin, cmax, tableoid FROM regress_all;
SELECT a FROM regress_all WHERE ctid = '(0,1)';

-- a column that was dropped is none that could be granted
INSERT INTO regress_dropped VALUES (1, 'x');
SELECT row_to_json(d) FROM regress_dropped d;
SELECT (jsonb_populate_record(NULL::regress_dropped, '{"b": "y"}')).b;
COPY regress_dropped FROM STDIN;
2	z
\.

-- nothing granted: there is none
SELECT * FROM regress_hidden;
SELECT * FROM public.regress_hidden;
SELECT 1 FROM regress_hidden;
SELECT nosuch FROM regress_hidden;
SELECT EXISTS (SELECT FROM regress_hidden);
SELECT * FROM regress_of_public;
SELECT * FROM regress_stored;
SELECT * FROM regress_part_1;
SELECT NULL::regress_hidden;
MERGE INTO regress_hidden USING (SELECT 1) s ON true WHEN MATCHED THEN DO NOTHING;
PREPARE p AS SELECT * FROM regress_hidden;

-- views are asked for their owner
SELECT * FROM regress_view;
SELECT * FROM regress_invoker;
SELECT * FROM regress_parts;

-- a trigger that is not SECURITY DEFINER acts as the agent
INSERT INTO regress_logged VALUES (1);

-- sequences
INSERT INTO regress_numbers (v) VALUES ('a') RETURNING id;
SELECT last_value FROM regress_numbers_id_seq;
SELECT nextval('regress_numbers_id_seq');

-- catalogs: types and the agent's own world
SELECT typname FROM pg_type WHERE typname IN ('int4', 'regress_hidden', 'regress_all') ORDER BY 1;
SELECT relname FROM pg_class WHERE relname LIKE 'regress%' ORDER BY 1;
SELECT attname FROM pg_attribute WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = 'regress_own') ORDER BY attnum;
SELECT relname FROM pg_class WHERE 1 / (CASE WHEN relname = 'regress_hidden' THEN 0 ELSE 1 END) = 0;
SELECT relname, relkind, relowner, relacl, relfilenode, relpartbound FROM (SELECT * FROM pg_class) c WHERE relname LIKE 'regress_own%' ORDER BY 1;
SELECT count(*) > 0 AS rows, count(reltuples), count(relacl), count(c.relfrozenxid) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace;
SELECT c FROM pg_class AS c;
SELECT array_agg(relacl) FROM pg_class;
SELECT typname, typinput, typinput::text, typoutput, typinput = 'array_in'::regproc AS is_array FROM pg_type WHERE typname IN ('int4', '_int4') ORDER BY 1;
SELECT attname, attmissingval, attacl FROM (SELECT a.* FROM pg_attribute AS a) AS a WHERE attrelid = 'regress_own'::regclass AND attnum = 1;
SELECT proname, prosrc, proowner, proacl FROM pg_proc WHERE proname LIKE 'regress%' OR proname IN ('await', 'pg_sleep', 'int4in') ORDER BY 1;
SELECT datname = current_database() AS own, datacl, datallowconn FROM pg_database;
SELECT * FROM pg_authid;
SELECT * FROM pg_roles;
SELECT * FROM pg_stat_activity;
SELECT * FROM pg_language;
SELECT * FROM pg_stats;
SELECT * FROM pg_settings;
UPDATE pg_class SET relname = 'x';
SELECT table_name FROM information_schema.tables;
SELECT * FROM agentsandbox.profiles;
SELECT schema, name, kind, can_select, can_insert, can_update, can_delete FROM agentsandbox.tables WHERE schema = 'public' ORDER BY name;
SELECT name, type, nullable, has_default, can_select, can_insert, can_update FROM agentsandbox.columns WHERE "table" = 'regress_own' ORDER BY position;
SELECT agentsandbox.reaches_relation(1260), agentsandbox.reaches_type(23), agentsandbox.reaches_named('public', 'regress_hidden');
-- of a schema that there is none it says the same as of one that is hidden
SELECT agentsandbox.reaches_schema(2200), agentsandbox.reaches_schema(99), agentsandbox.reaches_schema(4000000000);

\c -reuse-previous=on sandbox :superuser
SELECT agentsandbox.alter_profile('regress_relation', information_schema => true);
\c -reuse-previous=on :"conninfo"
SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1;
SELECT column_name, data_type FROM information_schema.columns WHERE table_name IN ('regress_own', 'regress_hidden') ORDER BY 1;
-- of constraints those all of whose columns it has
SELECT regexp_replace(constraint_name, '^.*_(not_null)$', '\1') AS name, constraint_type, count(*) FROM information_schema.table_constraints WHERE table_name = 'regress_constrained' GROUP BY 1, 2 ORDER BY 1;
SELECT constraint_name, column_name FROM information_schema.key_column_usage WHERE table_name = 'regress_constrained' ORDER BY 1, 2;
SELECT agentsandbox.reaches_constraint('public', 'regress_constrained', n) AS reached, n FROM unnest('{pair,known,whole,1_2_1_not_null,1_2_2_not_null,1_2_99999999999_not_null,missing}'::text[]) n;
SELECT count(*) FROM information_schema.tables WHERE 1 / (CASE WHEN table_name = 'regress_hidden' THEN 0 ELSE 1 END) = 0;
SELECT * FROM information_schema.routines;
\c -reuse-previous=on sandbox :superuser
DROP TABLE regress_own, regress_all, regress_of_public, regress_parts, regress_logged, regress_log, regress_numbers, regress_hidden, regress_constrained CASCADE;
DROP FUNCTION regress_log;
SELECT agentsandbox.close_conversation(:'conversation');
SELECT agentsandbox.drop_profile('regress_relation');
