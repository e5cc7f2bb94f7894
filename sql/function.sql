-- The function and type gates: what a conversation may have executed.
\set SHOW_CONTEXT never
SELECT agentsandbox.create_profile('regress_function');
CREATE FUNCTION regress_public() RETURNS text LANGUAGE sql AS $$ SELECT 'public'::text $$;
CREATE FUNCTION regress_granted(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0); RETURN $1 + 1; END $$;
CREATE FUNCTION regress_alias(text, text, boolean) RETURNS text LANGUAGE internal AS 'set_config_by_name';
CREATE FUNCTION regress_sleep_alias(double precision) RETURNS void LANGUAGE internal AS 'pg_sleep';
CREATE FUNCTION regress_runs(text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r text; BEGIN EXECUTE $1 INTO r; RETURN r; END $$;
CREATE AGGREGATE regress_agg (int) (SFUNC = int4pl, STYPE = int);
CREATE FUNCTION regress_less(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < $2';
CREATE OPERATOR <<<< (FUNCTION = regress_less, LEFTARG = int, RIGHTARG = int);
CREATE FUNCTION regress_check(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'checked'; RETURN true; END $$;
CREATE DOMAIN regress_open_domain AS int CHECK (regress_check(VALUE));
CREATE FUNCTION regress_other_check(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'checked'; RETURN true; END $$;
CREATE DOMAIN regress_closed_domain AS int CHECK (regress_other_check(VALUE));
CREATE DOMAIN regress_class AS regclass;
CREATE TYPE regress_mood AS ENUM ('good', 'bad');
CREATE TYPE regress_hidden_mood AS ENUM ('good', 'bad');
CREATE TYPE regress_pair AS (a int, b regclass);
CREATE FUNCTION regress_cast(regress_mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE CAST (regress_mood AS int) WITH FUNCTION regress_cast(regress_mood);
CREATE TABLE regress_t (id int PRIMARY KEY DEFAULT pg_backend_pid(), d regress_open_domain, m regress_mood[], at text DEFAULT current_setting('work_mem'));
CREATE FUNCTION regress_indexed(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'indexed %', $1; RETURN $1; END $$;
CREATE INDEX ON regress_t (regress_indexed(d));
INSERT INTO regress_t VALUES (1, 1, '{good}', NULL);
CREATE VIEW regress_v AS SELECT id, pg_backend_pid() > 0 AS runs, obj_description(1259, 'pg_class') IS NULL AS d FROM regress_t WHERE pg_sleep(0) IS NOT NULL;
CREATE SEQUENCE regress_seq;
GRANT SELECT, INSERT, UPDATE, DELETE ON regress_t TO regress_function;
GRANT SELECT ON regress_v TO regress_function;
GRANT USAGE ON SEQUENCE regress_seq TO regress_function;
GRANT EXECUTE ON FUNCTION regress_granted(int), regress_alias(text, text, boolean), regress_runs(text), pg_get_userbyid(oid) TO regress_function;
SELECT conversation, format('user=%s password=%s', role, password) AS conninfo FROM agentsandbox.open_conversation('regress_function') \gset
\set superuser :USER
\c -reuse-previous=on :"conninfo"
-- listed, granted, and what only others may call
SELECT lower('A') || 'b', 1 + 2, now() > '2000-01-01', string_agg(x, ',' ORDER BY x DESC) FROM unnest(ARRAY['a', 'b']) x;
SELECT regress_granted(1), pg_get_userbyid(10);
SELECT regress_public();
SELECT pg_sleep(0);
SELECT pg_get_viewdef(0::oid);
SELECT regress_sleep_alias(0);
SELECT set_config('work_mem', '1GB', false);
SELECT regress_alias('work_mem', '1GB', false);
SELECT regress_alias('TimeZone', 'UTC', false), current_setting('TimeZone');

-- wherever a function can hide
SELECT 1 WHERE pg_sleep(0) IS NULL;
SELECT 1 FROM regress_t GROUP BY pg_backend_pid();
SELECT 1 FROM regress_t HAVING pg_backend_pid() > 0;
SELECT 1 ORDER BY pg_backend_pid();
SELECT 1 LIMIT pg_backend_pid();
SELECT 1 OFFSET pg_backend_pid();
VALUES (pg_backend_pid());
SELECT * FROM pg_ls_dir('.');
SELECT * FROM ROWS FROM (generate_series(1, 2), pg_ls_dir('.'));
SELECT * FROM regress_t, LATERAL pg_ls_dir('.') d;
SELECT CASE WHEN true THEN pg_backend_pid() END, COALESCE(1, pg_backend_pid());
SELECT ARRAY[pg_backend_pid()], ROW(pg_backend_pid());
SELECT (SELECT pg_backend_pid());
WITH x AS (SELECT pg_backend_pid()) SELECT 1;
SELECT count(*) FILTER (WHERE pg_backend_pid() > 0) FROM regress_t;
SELECT sum(id) OVER (ORDER BY pg_backend_pid()) FROM regress_t;
SELECT sum(id) OVER (ORDER BY id ROWS pg_backend_pid() PRECEDING) FROM regress_t;
SELECT DISTINCT ON (pg_backend_pid()) id FROM regress_t;
SELECT regress_agg(id) FROM regress_t;
SELECT regress_agg(id) OVER () FROM regress_t;
SELECT 1 <<<< 2;
SELECT id FROM regress_t ORDER BY id USING <<<<;
SELECT 1 <<<< ANY (ARRAY[2]);
SELECT 'good'::regress_mood::int;
SELECT * FROM regress_t TABLESAMPLE system (100);
SELECT * FROM regress_t TABLESAMPLE system (pg_backend_pid());
INSERT INTO regress_t (id) VALUES (pg_backend_pid());
INSERT INTO regress_t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET at = pg_backend_pid();
INSERT INTO regress_t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET at = 'a' WHERE pg_backend_pid() > 0;
INSERT INTO regress_t (id) VALUES (2) RETURNING pg_backend_pid();
UPDATE regress_t SET at = pg_backend_pid();
DELETE FROM regress_t WHERE pg_backend_pid() > 0;
MERGE INTO regress_t USING (VALUES (1)) v (i) ON id = i AND pg_backend_pid() > 0 WHEN MATCHED THEN DELETE;
MERGE INTO regress_t USING (VALUES (1)) v (i) ON id = i WHEN MATCHED AND pg_backend_pid() > 0 THEN DELETE;
MERGE INTO regress_t USING (VALUES (1)) v (i) ON id = i WHEN MATCHED THEN UPDATE SET at = pg_backend_pid();
MERGE INTO regress_t USING (VALUES (2)) v (i) ON id = i WHEN NOT MATCHED THEN INSERT (id) VALUES (pg_backend_pid());
SELECT xmlforest(1 AS a);
SELECT xmlparse(DOCUMENT '<a/>');
SELECT * FROM xmltable('/a' PASSING '<a/>' COLUMNS x text);
SELECT regress_runs('SELECT pg_sleep(0)::text');
SELECT regress_runs('SELECT 1::text');
EXPLAIN SELECT pg_sleep(0);

-- what an administrator wrote works
SELECT * FROM regress_v;
INSERT INTO regress_t (d, m) VALUES (2, '{bad}') RETURNING d, m;
UPDATE regress_t SET d = 3 WHERE regress_t.d = 2 RETURNING d, m;
SELECT regress_indexed(1);

-- types
SELECT m FROM regress_t WHERE 'good'::regress_mood = ANY (m);
SELECT 'good'::regress_hidden_mood;
SELECT '{1}'::regress_open_domain[], 2::regress_open_domain;
SELECT '{1}'::regress_closed_domain[];
SELECT 1::regress_closed_domain;
SELECT 'pg_class'::regclass, 'regress_t'::regclass;
SELECT 'regress_hidden'::regclass;
SELECT 1259::regclass;
SELECT 1259::oid::regclass::text;
SELECT id::regclass FROM regress_t;
SELECT ARRAY[1259]::regclass[];
SELECT '(1,1259)'::regress_pair;
SELECT 1259::regress_class;
SELECT 10::regrole, 11::regnamespace, 23::regtype, 'now'::regproc, '+'::regoper, 'C'::regcollation;
SELECT pg_typeof(1), pg_typeof(2.5)::text AS number, pg_typeof(2::regress_open_domain) AS open_domain, upper(pg_typeof(now())::text);
SELECT pg_typeof(1::regress_closed_domain);
SELECT pg_typeof(1) = 'integer'::regtype, pg_typeof(2::regress_open_domain) = 'regress_open_domain'::regtype, '_text'::regtype;
SELECT 'regress_closed_domain'::regtype;
SELECT 'regress_no_domain'::regtype;
SELECT 'regtype'::regtype;
SELECT '99999999'::regtype;
SELECT 'integer'::text::regtype;
SELECT pg_typeof(1)::oid::regclass;
SELECT jsonb_agg(pg_typeof(1)), pg_typeof(1) = 23::regtype;
SELECT * FROM json_to_record('{"a": 1259}') AS x (a regclass);
SELECT 'a=r'::aclitem, '<a/>'::xml;
SELECT to_tsvector('english', 'the cats') @@ 'cat'::tsquery;
SELECT '13000'::regconfig;
PREPARE p (regclass) AS SELECT 1;
SELECT nextval('regress_seq');

\c -reuse-previous=on sandbox :superuser
GRANT EXECUTE ON FUNCTION nextval(regclass) TO regress_function;
\c -reuse-previous=on :"conninfo"
SELECT nextval('regress_seq');
SELECT nextval('regress_nonexistent_seq');
\c -reuse-previous=on sandbox :superuser
REVOKE EXECUTE ON FUNCTION nextval(regclass), pg_get_userbyid(oid) FROM regress_function;
DROP VIEW regress_v;
DROP TABLE regress_t;
DROP SEQUENCE regress_seq;
DROP CAST (regress_mood AS int);
DROP OPERATOR <<<< (int, int);
DROP AGGREGATE regress_agg (int);
DROP FUNCTION regress_public, regress_granted, regress_alias, regress_sleep_alias, regress_runs, regress_less, regress_cast, regress_indexed;
DROP TYPE regress_pair, regress_mood, regress_hidden_mood, regress_class, regress_open_domain, regress_closed_domain;
DROP FUNCTION regress_check, regress_other_check;
SELECT agentsandbox.close_conversation(:'conversation');
SELECT agentsandbox.drop_profile('regress_function');
