-- Every kind of object that PostgreSQL has, some granted to the profile "kinds"
-- and some not, with names that have to be quoted.
CREATE ROLE kinds_owner NOLOGIN;
CREATE SCHEMA kinds;
CREATE SCHEMA "odd ""name"", with
newline";
CREATE SCHEMA closed;
SELECT agentsandbox.create_profile('kinds', search_path => 'kinds, public', allow_explain => true, allow_call => true,
    allow_copy => true, information_schema => true);
SELECT agentsandbox.create_profile('kinds_strict', search_path => 'kinds');
GRANT USAGE ON SCHEMA kinds, "odd ""name"", with
newline" TO kinds, kinds_strict;
GRANT CREATE ON SCHEMA kinds TO kinds_owner;
SET search_path = kinds, public;
SET check_function_bodies = off;

-- types
CREATE TYPE colour AS ENUM ('red', 'green');
CREATE TYPE hidden_enum AS ENUM ('a', 'b');
CREATE TYPE pair AS (x int, y text);
CREATE TYPE hidden_pair AS (x int, y xml);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN hidden_domain AS text CHECK (VALUE <> 'x');
CREATE TYPE span AS RANGE (subtype = float8);
CREATE TYPE hidden_span AS RANGE (subtype = numeric);
CREATE TYPE granted_type AS ENUM ('one');
GRANT USAGE ON TYPE granted_type TO kinds;

-- functions of all kinds
CREATE FUNCTION plain(a int, b text DEFAULT 'b', OUT c text) LANGUAGE sql IMMUTABLE AS $$ SELECT a || b $$;
CREATE FUNCTION closed.plain(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION variadic_one(VARIADIC a int[]) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS 'SELECT cardinality(a)';
CREATE FUNCTION variadic_any(VARIADIC a "any") RETURNS int LANGUAGE internal IMMUTABLE AS 'pg_num_nulls';
CREATE FUNCTION many() RETURNS SETOF pair LANGUAGE sql AS $$ SELECT 1, 'x' $$;
CREATE FUNCTION as_table(a int) RETURNS TABLE (p positive, q text[]) LANGUAGE sql AS $$ SELECT a, ARRAY['x'] $$;
CREATE FUNCTION polymorphic(a anyelement, b anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION of_enum(a anyenum) RETURNS text LANGUAGE sql AS 'SELECT a::text';
CREATE FUNCTION definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT count(*) FROM kinds.hidden';
CREATE FUNCTION definer_hidden() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT count(*) FROM kinds.hidden';
CREATE FUNCTION takes_internal(internal) RETURNS internal LANGUAGE internal STRICT AS 'numeric_avg_serialize';
CREATE FUNCTION takes_class(regclass) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION takes_xml(xml) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION on_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION hidden_function(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION of_hidden_type(hidden_pair) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION set_it(text, text, boolean) RETURNS text LANGUAGE internal AS 'set_config_by_name';
CREATE PROCEDURE procedure_one(a int, INOUT b text, OUT c int) LANGUAGE plpgsql AS 'BEGIN c := a; END';
CREATE PROCEDURE procedure_hidden() LANGUAGE plpgsql AS 'BEGIN END';
CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE AGGREGATE closed_total(int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE AGGREGATE middle(float8 ORDER BY anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
CREATE AGGREGATE place(VARIADIC "any" ORDER BY VARIADIC "any") (sfunc = ordered_set_transition_multi, stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical);
CREATE FUNCTION my_row_number() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
CREATE FUNCTION lower_of(text) RETURNS text LANGUAGE internal IMMUTABLE STRICT AS 'lower';
REVOKE EXECUTE ON FUNCTION lower_of(text) FROM PUBLIC;

-- operators, casts, collations, operator classes, text search
CREATE FUNCTION pair_eq(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.x = $2.x';
CREATE FUNCTION pair_plus(pair, int) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1.x + $2, $1.y)::kinds.pair';
CREATE OPERATOR ==> (function = pair_eq, leftarg = pair, rightarg = pair);
CREATE OPERATOR <+> (function = pair_plus, leftarg = pair, rightarg = int);
CREATE OPERATOR !! (function = pg_catalog.int4abs, rightarg = int);
CREATE FUNCTION pair_text(pair) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.y';
CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair);
CREATE FUNCTION int_pair(int) RETURNS pair LANGUAGE sql IMMUTABLE AS $$ SELECT ROW($1, 'x')::kinds.pair $$;
CREATE CAST (int AS pair) WITH FUNCTION int_pair(int);
CREATE CAST (colour AS hidden_enum) WITH INOUT;
CREATE COLLATION french FROM "C";
CREATE TEXT SEARCH CONFIGURATION searching (COPY = pg_catalog.simple);
CREATE CONVERSION conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE OPERATOR FAMILY family USING btree;

-- tables
CREATE TABLE plain_table (
    id int PRIMARY KEY, name text, secret text, shade colour, spot pair, room span, size positive, more int[] DEFAULT '{}',
    document xml, class regclass, acl aclitem, bits "char", "Odd ""name" text,
    made int GENERATED ALWAYS AS (id * 2) STORED, gone int);
ALTER TABLE plain_table DROP COLUMN gone;
CREATE TABLE with_identity (always int GENERATED ALWAYS AS IDENTITY, by_default int GENERATED BY DEFAULT AS IDENTITY, serial serial, v text);
CREATE TABLE columns_only (a int, b text, c hidden_enum, d hidden_pair);
CREATE TABLE insert_only (a int, b text);
CREATE TABLE update_only (a int, b text);
CREATE TABLE delete_only (a int, b text);
CREATE TABLE hidden (a int, b text);
CREATE TABLE everything (a int, b text);
CREATE TABLE other_privileges (a int);
CREATE TABLE no_columns ();
CREATE TABLE closed.plain_table (a int);
CREATE TABLE "odd ""name"", with
newline"."table with ""quotes"" and é, and 63 bytes of it or some more" ("column ""one"", or
two" int, "SELECT" text);
CREATE UNLOGGED TABLE unlogged (a int);
CREATE TABLE measured (at date, v int) PARTITION BY RANGE (at);
CREATE TABLE measured_1 PARTITION OF measured FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE measured_2 PARTITION OF measured FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') PARTITION BY LIST (v);
CREATE TABLE measured_2a PARTITION OF measured_2 DEFAULT;
CREATE TABLE parent (a int, b text);
CREATE TABLE child (c text) INHERITS (parent);
CREATE TABLE typed OF pair;
CREATE TABLE owner_of (id int PRIMARY KEY, v text);
CREATE TABLE owned (id int REFERENCES owner_of ON DELETE CASCADE ON UPDATE SET NULL, v text, made_by text DEFAULT current_user);
CREATE TABLE audited (a int, b text);
CREATE TABLE audit_log (a int, b text);
CREATE TABLE ruled (a int, b text);
CREATE TABLE ruled_log (a int, b text);
CREATE TABLE protected (id int, tenant text, v text);
CREATE TABLE owned_by_another (a int, b text);
ALTER TABLE owned_by_another OWNER TO kinds_owner;

-- views and kin
CREATE VIEW view_plain AS SELECT id, name, secret FROM plain_table;
CREATE VIEW view_barrier WITH (security_barrier) AS SELECT a, b FROM hidden WHERE a > 0;
CREATE VIEW view_invoker WITH (security_invoker) AS SELECT a, b FROM hidden;
CREATE VIEW view_invoker_good WITH (security_invoker) AS SELECT a FROM everything;
CREATE VIEW view_of_view AS SELECT v.b, f.count FROM view_barrier v, definer_hidden() f(count);
CREATE VIEW view_not_updatable AS SELECT count(*) AS n FROM hidden;
CREATE VIEW view_check AS SELECT a, b FROM everything WHERE a > 0 WITH CHECK OPTION;
CREATE VIEW view_hidden AS SELECT 1 AS one;
CREATE VIEW view_other_owner AS SELECT a FROM hidden;
ALTER VIEW view_other_owner OWNER TO kinds_owner;
CREATE TABLE closed.behind_view (a int, b text);
CREATE VIEW view_into_closed WITH (security_invoker) AS SELECT a, b FROM closed.behind_view;
CREATE TABLE partly_of_owner (a int, b text);
CREATE VIEW view_of_owner AS SELECT a, b FROM partly_of_owner;
ALTER VIEW view_of_owner OWNER TO kinds_owner;
CREATE VIEW view_with_trigger AS SELECT count(*)::int AS n FROM hidden;
CREATE RECURSIVE VIEW view_recursive (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM view_recursive WHERE n < 3;
CREATE MATERIALIZED VIEW matview AS SELECT a, b FROM hidden;
CREATE MATERIALIZED VIEW matview_hidden AS SELECT a, b FROM hidden;
CREATE SEQUENCE counter;
CREATE SEQUENCE counter_select;
CREATE SEQUENCE counter_hidden;
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE foreign_table (a int, b text) SERVER files OPTIONS (filename '/nonexistent/nothing');
CREATE FOREIGN DATA WRAPPER dummy;
CREATE SERVER nowhere FOREIGN DATA WRAPPER dummy;
CREATE FOREIGN TABLE foreign_hidden (a int, b text) SERVER nowhere;

-- what happens by itself
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
    'BEGIN INSERT INTO kinds.audit_log VALUES (NEW.a, NEW.b); RETURN NEW; END';
CREATE TRIGGER note AFTER INSERT OR UPDATE ON audited FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE TRIGGER instead INSTEAD OF INSERT ON view_with_trigger FOR EACH ROW EXECUTE FUNCTION on_change();
CREATE RULE log AS ON INSERT TO ruled DO ALSO INSERT INTO ruled_log VALUES (NEW.a, NEW.b);
CREATE RULE not_here AS ON DELETE TO ruled DO INSTEAD NOTHING;
ALTER TABLE protected ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON protected USING (tenant = agentsandbox.context('tenant')) WITH CHECK (tenant = agentsandbox.context('tenant'));
CREATE POLICY limited ON protected AS RESTRICTIVE FOR DELETE USING (EXISTS (SELECT FROM everything));
CREATE EVENT TRIGGER kinds_ddl ON ddl_command_end WHEN TAG IN ('CREATE CONVERSION') EXECUTE FUNCTION on_ddl();
CREATE PUBLICATION kinds_publication FOR TABLE plain_table;
CREATE STATISTICS kinds_statistics ON a, b FROM hidden;
CREATE INDEX kinds_index ON hidden (a, lower(b));

-- what is granted
GRANT SELECT, INSERT, UPDATE, DELETE ON plain_table, with_identity, everything, measured, parent, typed, owner_of, audited, ruled,
    protected, view_check, no_columns, unlogged, view_with_trigger, foreign_table, owned_by_another, owned,
    "odd ""name"", with
newline"."table with ""quotes"" and é, and 63 bytes of it or some more" TO kinds;
GRANT SELECT (a), INSERT (b), UPDATE (c), SELECT (d) ON columns_only TO kinds;
GRANT INSERT ON insert_only TO kinds;
GRANT UPDATE ON update_only TO kinds;
GRANT DELETE ON delete_only TO kinds;
GRANT TRUNCATE, REFERENCES, TRIGGER ON other_privileges, hidden TO kinds;
GRANT SELECT ON view_plain, view_barrier, view_invoker, view_invoker_good, view_of_view, view_not_updatable, view_other_owner,
    view_recursive, matview TO kinds;
GRANT INSERT, UPDATE, DELETE ON view_not_updatable, view_plain TO kinds;
GRANT SELECT ON closed.plain_table TO kinds;
GRANT SELECT, INSERT (a) ON closed.behind_view TO kinds;
GRANT SELECT, INSERT (b) ON partly_of_owner TO kinds_owner;
GRANT SELECT, INSERT ON view_into_closed, view_of_owner TO kinds;
GRANT SELECT ON pg_catalog.pg_am TO kinds;
GRANT SELECT (rolname) ON pg_catalog.pg_authid TO kinds;
GRANT USAGE ON SEQUENCE counter, with_identity_serial_seq TO kinds;
GRANT SELECT ON SEQUENCE counter_select TO kinds;
GRANT SELECT ON hidden, view_hidden TO PUBLIC;
GRANT SELECT ON plain_table TO kinds_strict;
GRANT INSERT (a), SELECT (b) ON everything TO kinds_strict;
GRANT EXECUTE ON FUNCTION plain(int, text), variadic_one, variadic_any, many, as_table, polymorphic, of_enum, definer, takes_internal,
    takes_class, takes_xml, on_change, on_ddl, set_it, total, middle, place, my_row_number, pair_eq, pair_text, lower_of, closed.plain,
    pg_catalog.pg_backend_pid(), pg_catalog.nextval(regclass) TO kinds;
GRANT EXECUTE ON PROCEDURE procedure_one TO kinds, kinds_strict;
SELECT agentsandbox.create_method('mine', 'true', 'true'), agentsandbox.create_method('not_mine', 'true', 'true');
SELECT agentsandbox.allow_method('kinds', 'mine');
RESET search_path;
