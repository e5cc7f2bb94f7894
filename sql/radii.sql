-- The five radii as numbers.
\pset format unaligned
\pset footer off
SELECT agentsandbox.create_profile('regress_agent', rows_changed => 50, rows_changed_total => 500, connection_limit => 3, max_lifetime => '2 hours',
    memory_bytes => 1000, temp_bytes => 10, transaction_time => '90 s', rows_returned => 7, bytes_returned => 70, statements_per_minute => 60);
CREATE SCHEMA regress;
GRANT USAGE ON SCHEMA regress TO regress_agent;
SET search_path = regress;
CREATE TABLE read_only (a int);
CREATE TABLE "Parent" (id int PRIMARY KEY, rep int);
CREATE TABLE child (id int PRIMARY KEY REFERENCES "Parent" ON DELETE CASCADE);
CREATE TABLE grandchild (id int REFERENCES child ON DELETE SET NULL);
CREATE TABLE uninvolved (id int REFERENCES child);
CREATE TABLE part (a int) PARTITION BY RANGE (a);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (5);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (5) TO (100);
CREATE TABLE behind (a int);
CREATE VIEW front AS SELECT a FROM behind;
CREATE VIEW counted AS SELECT count(*) FROM behind;
CREATE FUNCTION definer() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
INSERT INTO "Parent" SELECT n, n FROM generate_series(1, 20) n;
INSERT INTO child SELECT n FROM generate_series(1, 10) n;
INSERT INTO grandchild SELECT n FROM generate_series(1, 5) n;
INSERT INTO part SELECT n FROM generate_series(0, 29) n;
INSERT INTO behind SELECT n FROM generate_series(1, 4) n;
SELECT * FROM agentsandbox.blast_radius('regress_agent');
GRANT SELECT ON read_only, "Parent" TO regress_agent;
GRANT DELETE, INSERT ON "Parent" TO regress_agent;
GRANT UPDATE (a) ON part TO regress_agent;
GRANT UPDATE ON front, counted TO regress_agent;
GRANT EXECUTE ON FUNCTION definer TO regress_agent;
SELECT agentsandbox.protect('part', 'a', 'a');
SELECT agentsandbox.create_method('regress.limited', '{"enum": ["yes", "no"]}', 'true', max_request_bytes => 10, rate_calls => 30, rate_interval => '10 min');
SELECT agentsandbox.create_method('regress.free', 'true', 'true', max_request_bytes => 10);
SELECT agentsandbox.allow_method('regress_agent', m) FROM unnest('{regress.limited,regress.free}'::text[]) m;
SELECT conversation FROM agentsandbox.open_conversation('regress_agent') \gset
SELECT radius, measure, object, value, unit FROM agentsandbox.blast_radius('regress_agent', exact => true)
WHERE object IS NOT NULL OR measure ~ 'tables|functions|now|methods';
-- the server's estimate, once it has one
ANALYZE "Parent";
INSERT INTO "Parent" SELECT n, n FROM generate_series(21, 30) n;
SELECT value FROM agentsandbox.blast_radius('regress_agent') WHERE measure = 'rows it can delete';
SELECT value FROM agentsandbox.blast_radius('regress_agent', exact => true) WHERE measure = 'rows it can delete';
-- what waits for a person
INSERT INTO agentsandbox.RemoteProcedureCalls (conversation, id, method, arguments, status, submitted_at, submitted_xid)
VALUES (:'conversation', gen_random_uuid(), 'regress.free', '{}', 'held', now() - interval '1 minute', pg_current_xact_id());
SELECT measure, CASE WHEN unit = 'seconds' THEN (value >= 60)::text ELSE value::text END, unit
FROM agentsandbox.blast_radius('regress_agent') WHERE radius = 'review';
SELECT agentsandbox.blast_radius('regress_missing');

-- rows that conversations would read
\set SHOW_CONTEXT never
CREATE TABLE customer (id int PRIMARY KEY, rep int, secret text);
CREATE TABLE invoice (id int PRIMARY KEY, customer_id int REFERENCES customer);
INSERT INTO customer SELECT n, n % 4 FROM generate_series(1, 400) n;
INSERT INTO invoice SELECT n, 1 + n % 400 FROM generate_series(1, 1200) n;
SELECT agentsandbox.protect('customer', 'rep', 'rep');
SELECT agentsandbox.protect_through('invoice', '{customer_id}', 'customer');
GRANT SELECT (id, rep) ON customer TO regress_agent;
GRANT SELECT ON invoice TO regress_agent;
CREATE VIEW mine WITH (security_invoker) AS SELECT id FROM customer;
GRANT SELECT ON mine TO regress_agent;
SECURITY LABEL FOR agentsandbox ON TABLE customer IS 'private';
ANALYZE;
SELECT conversation AS one FROM agentsandbox.open_conversation('regress_agent', '{"rep": 1}') \gset
SELECT conversation AS nobody FROM agentsandbox.open_conversation('regress_agent', '{"rep": 77}') \gset
CREATE ROLE regress_auditor IN ROLE agentsandbox_auditor;
SET ROLE regress_auditor;
SET row_security = off;
SELECT * FROM agentsandbox.readable_rows(:'one', exact => true);
SELECT relation, rows FROM agentsandbox.readable_rows(:'nobody', exact => true);
-- by estimate: of the right size
SELECT relation, rows BETWEEN 50 AND 200 AS near FROM agentsandbox.readable_rows(:'one') WHERE relation = 'regress.customer';
SHOW row_security;
SHOW transaction_read_only;
SELECT agentsandbox.readable_rows('00000000-0000-4000-8000-000000000000');
RESET ROLE;
-- the caller is who it was, and reads what it read
SELECT current_user = session_user, agentsandbox.context('rep'), count(*) FROM customer;
-- no label is raised, nothing can be written, and nobody becomes somebody else
SELECT count(*) FROM agentsandbox.conversation_labels WHERE conversation = :'one';
CREATE FUNCTION writes(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO regress.read_only VALUES (1); RETURN true; END $$;
GRANT INSERT ON read_only TO PUBLIC;
CREATE POLICY writes ON customer AS RESTRICTIVE USING (regress.writes(id));
\set VERBOSITY terse
SELECT agentsandbox.readable_rows(:'one', exact => true);
CREATE OR REPLACE FUNCTION writes(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SET ROLE agentsandbox_operator'; RETURN true; END $$;
SELECT agentsandbox.readable_rows(:'one', exact => true);
\set VERBOSITY default
SELECT current_user = session_user, agentsandbox.context('rep'), count(*) FROM read_only;
SHOW transaction_read_only;
SELECT agentsandbox.close_conversation(c) FROM unnest(ARRAY[:'one', :'nobody']::uuid[]) c;
\set VERBOSITY sqlstate
SELECT agentsandbox.readable_rows(:'one');
SECURITY LABEL FOR agentsandbox ON TABLE customer IS NULL;
DROP ROLE regress_auditor;

SELECT agentsandbox.close_conversation(:'conversation');
UPDATE agentsandbox.RemoteProcedureCalls SET status = 'expired' WHERE conversation = :'conversation' AND status = 'held';
SELECT agentsandbox.drop_method(m) FROM unnest('{regress.limited,regress.free}'::text[]) m;
DROP SCHEMA regress CASCADE;
SELECT agentsandbox.drop_profile('regress_agent');
