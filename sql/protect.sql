-- Row-level security on the context, by an owner who is an operator.
\set SHOW_CONTEXT never
CREATE ROLE regress_owner;
GRANT agentsandbox_operator TO regress_owner;
CREATE ROLE regress_app;
SELECT agentsandbox.create_profile('regress_agent');
CREATE SCHEMA regress AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA regress TO regress_agent, regress_app;
SET ROLE regress_owner;
SET search_path = regress;

CREATE TABLE customer (id int PRIMARY KEY, rep int, name text);
CREATE TABLE invoice (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer);
CREATE TABLE invoice_line (id int PRIMARY KEY, invoice_id int NOT NULL REFERENCES invoice, amount int);
INSERT INTO customer SELECT n, n % 4, 'customer ' || n FROM generate_series(1, 12) n;
INSERT INTO invoice SELECT n, 1 + n % 12 FROM generate_series(1, 36) n;
INSERT INTO invoice_line SELECT n, 1 + n % 36, n FROM generate_series(1, 72) n;
GRANT SELECT, INSERT, UPDATE, DELETE ON customer, invoice, invoice_line TO regress_agent, regress_app;

SELECT agentsandbox.protect('customer', 'rep', 'rep');
SELECT agentsandbox.protect_through('invoice', '{customer_id}', 'customer');
SELECT agentsandbox.protect_through('invoice_line', '{invoice_id}', 'invoice');
-- again: nothing changes
SELECT agentsandbox.protect('customer', 'rep', 'rep');
SELECT agentsandbox.protect_through('invoice', '{customer_id}', 'customer');
\d customer
\d invoice

-- the owner is not exempt, nor anybody else
SELECT count(*) FROM customer;
INSERT INTO customer VALUES (100, 1, 'x');
RESET ROLE;
SET ROLE regress_app;
SELECT count(*) FROM regress.customer;

RESET ROLE;
SELECT conversation AS one, role AS one_role FROM agentsandbox.open_conversation('regress_agent', '{"rep": 1}') \gset
SELECT conversation AS two, role AS two_role FROM agentsandbox.open_conversation('regress_agent', '{"rep": "2"}') \gset
SELECT conversation AS bad, role AS bad_role FROM agentsandbox.open_conversation('regress_agent', '{"rep": "1 or true"}') \gset
SELECT conversation AS none, role AS none_role FROM agentsandbox.open_conversation('regress_agent') \gset

RESET ROLE;
SET ROLE :one_role;
SELECT id, rep FROM customer ORDER BY id;
SELECT count(*), bool_and(customer_id IN (1, 5, 9)) FROM invoice;
SELECT count(*) FROM invoice_line JOIN invoice ON invoice.id = invoice_id JOIN customer ON customer.id = customer_id;
UPDATE customer SET name = 'mine' WHERE rep = 1;
UPDATE customer SET name = 'yours' WHERE rep = 2;
UPDATE customer SET rep = 2 WHERE id = 1;
INSERT INTO customer VALUES (101, 2, 'x');
INSERT INTO customer VALUES (102, 1, 'x');
INSERT INTO invoice VALUES (101, 2);
INSERT INTO invoice VALUES (102, 102);
UPDATE invoice SET customer_id = 2 WHERE id = 102;
INSERT INTO customer VALUES (2, 1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'taken';
DELETE FROM invoice WHERE customer_id = 2;
DELETE FROM invoice WHERE id = 102;
MERGE INTO customer USING (VALUES (2), (102)) v(id) ON customer.id = v.id WHEN MATCHED THEN DELETE;
RESET ROLE;
SET ROLE :two_role;
SELECT id, rep, name FROM customer ORDER BY id;
RESET ROLE;
SET ROLE :bad_role;
SELECT count(*) FROM customer;
INSERT INTO customer VALUES (103, 1, 'x');
INSERT INTO customer VALUES (103, NULL, 'x');
RESET ROLE;
SET ROLE :none_role;
SELECT count(*) FROM customer;
INSERT INTO customer VALUES (103, NULL, 'x');
SELECT count(*) FROM invoice_line;
RESET ROLE;
SELECT count(*) FROM customer;

-- every kind of type; the same value must come back as the only row
SET ROLE regress_owner;
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN small AS positive CHECK (VALUE < 100);
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE TYPE pair AS (a int, b text);
DO $$
DECLARE
    sample record;
BEGIN
    FOR sample IN VALUES
        ('smallint', '7'), ('bigint', '9000000000'), ('numeric(10,2)', '7.50'), ('double precision', '0.1'), ('real', '0.5'),
        ('text', 'a %s "b" ''c'''), ('varchar(10)', 'abc'), ('char(10)', 'abc'), ('name', 'abc'), ('"char"', 'x'),
        ('uuid', '00112233-4455-6677-8899-aabbccddeeff'), ('date', '2024-02-29'), ('timestamptz', '2024-02-29 10:00+00'),
        ('interval', '1 day'), ('boolean', 'true'), ('bytea', '\x0001'), ('inet', '10.0.0.1'), ('jsonb', '{"a": 1}'),
        ('int[]', '{1,2}'), ('int4range', '[1,5)'), ('small', '7'), ('mood', 'sad'), ('pair', '(1,x)'), ('bit(3)', '101'), ('tsvector', 'a')
    LOOP
        EXECUTE format('CREATE TABLE %I ("the ""key%%" %s, other text)', 't ' || sample.column1, sample.column1);
        EXECUTE format('INSERT INTO %I VALUES (%L, ''mine''), (NULL, ''null'')', 't ' || sample.column1, sample.column2);
        PERFORM agentsandbox.protect(format('%I', 't ' || sample.column1)::regclass, 'the "key%', 'k%');
        EXECUTE format('GRANT ALL ON %I TO regress_agent', 't ' || sample.column1);
    END LOOP;
END $$;
RESET ROLE;
CREATE FUNCTION regress.seen(table_name text, value text, OUT rows text) LANGUAGE plpgsql AS $$
DECLARE
    opened record;
BEGIN
    SELECT * INTO opened FROM agentsandbox.open_conversation('regress_agent', jsonb_build_object('k%', value));
    EXECUTE format('SET LOCAL ROLE %I', opened.role);
    EXECUTE format('SELECT string_agg(other, '','') FROM regress.%I', table_name) INTO rows;
    RESET ROLE;
    PERFORM agentsandbox.close_conversation(opened.conversation);
END $$;
SELECT relname, regress.seen(relname, v.value) AS right, regress.seen(relname, 'no such value') AS wrong
FROM pg_class JOIN (VALUES
        ('smallint', '7'), ('bigint', '9000000000'), ('numeric(10,2)', '7.5'), ('double precision', '0.1'), ('real', '0.5'),
        ('text', 'a %s "b" ''c'''), ('varchar(10)', 'abc'), ('char(10)', 'abc'), ('name', 'abc'), ('"char"', 'x'),
        ('uuid', '00112233-4455-6677-8899-AABBCCDDEEFF'), ('date', '2024-02-29'), ('timestamptz', '2024-02-29 11:00+01'),
        ('interval', '24 hours'), ('boolean', 't'), ('bytea', '\x0001'), ('inet', '10.0.0.1'), ('jsonb', '{"a":1}'),
        ('int[]', '{1,2}'), ('int4range', '[1,4]'), ('small', '7'), ('mood', 'sad'), ('pair', '(1,x)'), ('bit(3)', '101'), ('tsvector', 'a')
     ) v(type, value) ON relname = 't ' || type
WHERE relnamespace = 'regress'::regnamespace ORDER BY relname COLLATE "C";

-- partitions are protected by themselves, also below partitions
SET ROLE regress_owner;
CREATE TABLE part (tenant int, n int, PRIMARY KEY (tenant, n)) PARTITION BY RANGE (n);
CREATE TABLE part_low PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE TABLE part_high PARTITION OF part FOR VALUES FROM (10) TO (100) PARTITION BY LIST (tenant);
CREATE TABLE part_high_rest PARTITION OF part_high DEFAULT;
CREATE TABLE part_child (id int, tenant int, n int, FOREIGN KEY (tenant, n) REFERENCES part) PARTITION BY HASH (id);
CREATE TABLE "part child" PARTITION OF part_child FOR VALUES WITH (MODULUS 1, REMAINDER 0);
INSERT INTO part SELECT t, n FROM generate_series(1, 2) t, generate_series(1, 20) n;
INSERT INTO part_child SELECT t * 100 + n, t, n FROM generate_series(1, 2) t, generate_series(1, 20) n;
SELECT agentsandbox.protect('part', 'tenant', 'rep');
SELECT agentsandbox.protect_through('part_child', '{n, tenant}', 'part');
GRANT SELECT ON part, part_low, part_high, part_high_rest, part_child, "part child" TO regress_agent;
RESET ROLE;
SET ROLE :one_role;
SELECT count(*), min(tenant), max(tenant) FROM part;
SELECT count(*), max(tenant) FROM part_low;
SELECT count(*), max(tenant) FROM part_high;
SELECT count(*), max(tenant) FROM part_high_rest;
SELECT count(*), max(tenant) FROM part_child;
SELECT count(*), max(tenant) FROM "part child";

-- bad input
RESET ROLE;
SET ROLE regress_owner;
CREATE VIEW v AS SELECT * FROM customer;
CREATE TABLE jsons (j json);
CREATE TABLE open (rep int);
CREATE POLICY everybody ON open USING (true);
CREATE TABLE loose (customer_id int);
SELECT agentsandbox.protect('v', 'rep', 'rep');
SELECT agentsandbox.protect('jsons', 'j', 'rep');
SELECT agentsandbox.protect('open', 'rep', 'rep');
SELECT agentsandbox.protect('customer', 'missing', 'rep');
SELECT agentsandbox.protect('customer', 'ctid', 'rep');
SELECT agentsandbox.protect('customer', 'id', 'rep');
SELECT agentsandbox.protect('customer', 'rep', 'other');
SELECT agentsandbox.protect(NULL, 'rep', 'other');
SELECT agentsandbox.protect_through('loose', '{customer_id}', 'customer');
SELECT agentsandbox.protect_through('invoice', '{id}', 'customer');
SELECT agentsandbox.protect_through('loose', '{customer_id}', 'jsons');
SELECT agentsandbox.protect_through('customer', '{rep}', 'customer');
-- one expression, which does not end before it ends
CREATE TABLE bare (rep int);
SELECT agentsandbox.set_policies('bare', NULL);
SELECT agentsandbox.set_policies('bare', 'true); CREATE TABLE broken_out (a int); SELECT (1');
SELECT agentsandbox.set_policies('bare', 'true) WITH CHECK (false');
SELECT agentsandbox.set_policies('bare', 'true); ALTER TABLE bare DISABLE ROW LEVEL SECURITY; --');
SELECT agentsandbox.set_policies('bare', 'true) UNION SELECT (true');
SELECT agentsandbox.set_policies('bare', 'true) FROM (SELECT 1');
SELECT agentsandbox.set_policies('bare', 'true) --');
SELECT agentsandbox.set_policies('bare', '');
SELECT agentsandbox.set_policies('bare', '*');
SELECT to_regclass('broken_out'), count(*) FROM pg_policy WHERE polrelid = 'bare'::regclass;
SELECT agentsandbox.set_policies('bare', 'rep > 0 -- a comment ends before the parenthesis');
SELECT count(*) FROM pg_policy WHERE polrelid = 'bare'::regclass;
-- not the owner
RESET ROLE;
CREATE TABLE regress.foreign_owner (rep int);
SET ROLE regress_owner;
SELECT agentsandbox.protect('foreign_owner', 'rep', 'rep');

-- a policy for one role may stand beside ours
CREATE POLICY app ON customer TO regress_app USING (true);
SELECT agentsandbox.protect('customer', 'rep', 'rep');
RESET ROLE;
SET ROLE regress_app;
SELECT count(*) FROM customer;
RESET ROLE;
SET ROLE regress_owner;

-- unprotect: children first; what is somebody else's stays
SELECT agentsandbox.unprotect('customer');
SELECT agentsandbox.unprotect('invoice_line');
SELECT agentsandbox.unprotect('invoice');
SELECT agentsandbox.unprotect('invoice');
SELECT agentsandbox.unprotect('customer');
SELECT agentsandbox.unprotect('part_child');
SELECT agentsandbox.unprotect('part');
SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class
WHERE relname IN ('customer', 'invoice', 'invoice_line', 'part', 'part_low', 'part_high_rest', 'part child') ORDER BY 1;
SELECT polname, polrelid::regclass FROM pg_policy WHERE polrelid IN ('customer'::regclass, 'invoice'::regclass, 'part_low'::regclass);

RESET ROLE;
RESET search_path;
SELECT agentsandbox.close_conversation(c) FROM (VALUES (:'one'::uuid), (:'two'), (:'bad'), (:'none')) v(c);
\set VERBOSITY terse
DROP SCHEMA regress CASCADE;
SELECT agentsandbox.drop_profile('regress_agent');
DROP ROLE regress_owner, regress_app;
