-- Labels: made, given, dropped; what they close; what a conversation is told.
\set SHOW_CONTEXT never
SELECT agentsandbox.create_label('medical', 'health data');
SELECT agentsandbox.create_label('medical');
SELECT agentsandbox.create_label('Medical');
SELECT agentsandbox.create_label('a,b');
SELECT agentsandbox.create_label('');
SELECT agentsandbox.create_label(NULL);
SELECT agentsandbox.create_label(repeat('x', 64));
SELECT agentsandbox.drop_label('nosuch');
SELECT agentsandbox.drop_label('private');
SELECT name, bit, built_in FROM agentsandbox.label_definitions ORDER BY bit;

-- objects
CREATE TABLE regress_patient (id int PRIMARY KEY, name text, note text);
CREATE TABLE regress_mail (id int, body text);
CREATE VIEW regress_names AS SELECT name FROM regress_patient;
CREATE SEQUENCE regress_seq;
CREATE TYPE regress_type AS (a int);
CREATE FUNCTION regress_f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FOREIGN DATA WRAPPER regress_fdw;
CREATE SERVER regress_server FOREIGN DATA WRAPPER regress_fdw;
CREATE FOREIGN TABLE regress_foreign (a int) SERVER regress_server;
SECURITY LABEL FOR agentsandbox ON TABLE regress_patient IS 'private, medical';
SECURITY LABEL FOR agentsandbox ON TABLE regress_mail IS 'untrusted';
SECURITY LABEL FOR agentsandbox ON COLUMN regress_patient.note IS ' untrusted ';
SECURITY LABEL FOR agentsandbox ON VIEW regress_names IS 'medical';
SECURITY LABEL FOR agentsandbox ON FUNCTION regress_f() IS 'private';
SECURITY LABEL FOR agentsandbox ON FOREIGN TABLE regress_foreign IS 'private';
SECURITY LABEL FOR agentsandbox ON TABLE regress_mail IS 'nosuch';
SECURITY LABEL FOR agentsandbox ON TABLE regress_mail IS 'private,nosuch';
SECURITY LABEL FOR agentsandbox ON TABLE regress_mail IS '';
SECURITY LABEL FOR agentsandbox ON TABLE regress_mail IS 'private,,untrusted';
SECURITY LABEL FOR agentsandbox ON TABLE regress_mail IS 'sealed';
SECURITY LABEL FOR agentsandbox ON TABLE regress_mail IS 'Private';
SECURITY LABEL FOR agentsandbox ON SEQUENCE regress_seq IS 'private';
SECURITY LABEL FOR agentsandbox ON TYPE regress_type IS 'private';
SECURITY LABEL FOR agentsandbox ON COLUMN regress_type.a IS 'private';
SECURITY LABEL FOR agentsandbox ON SCHEMA public IS 'private';
SECURITY LABEL FOR agentsandbox ON TABLE pg_catalog.pg_class IS 'private';
SECURITY LABEL FOR agentsandbox ON FUNCTION pg_catalog.lower(text) IS 'private';
CREATE FUNCTION regress_fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
SECURITY LABEL FOR agentsandbox ON FUNCTION regress_fires() IS 'private';
DROP FUNCTION regress_fires();
SECURITY LABEL FOR agentsandbox ON TABLE agentsandbox.notes IS 'private';
SELECT * FROM agentsandbox.labels;
DROP FOREIGN DATA WRAPPER regress_fdw CASCADE;
SELECT agentsandbox.drop_label('medical');

-- methods and profiles
SELECT agentsandbox.create_method('mail', 'true', 'true');
SELECT agentsandbox.create_method('vault', 'true', 'true', accepts => '{untrusted,private,private}', response_labels => '{}');
SELECT agentsandbox.create_method('wrong', 'true', 'true', accepts => '{nosuch}');
SELECT agentsandbox.create_method('wrong', 'true', 'true', accepts => '{sealed}');
SELECT agentsandbox.create_method('wrong', 'true', 'true', accepts => '{private,NULL}');
SELECT agentsandbox.create_method('wrong', 'true', 'true', response_labels => '{sealed}');
SELECT agentsandbox.alter_method('mail', accepts => '{nosuch}');
SELECT name, accepts, response_labels FROM agentsandbox.method_definitions WHERE name IN ('mail', 'vault');
SELECT agentsandbox.create_profile('regress_wrong', egress => 'open');
SELECT agentsandbox.create_profile('regress_wrong', auto_seal => '{nosuch}');
SELECT agentsandbox.create_profile('regress_nurse', allow_explain => false);
SELECT agentsandbox.create_profile('regress_guest', auto_seal => '{medical}');
SELECT profile, egress, auto_seal, response_labels FROM agentsandbox.profiles WHERE profile::text LIKE 'regress%' ORDER BY profile::text;
-- the responses of methods that were ever allowed
SELECT agentsandbox.allow_method('regress_nurse', 'vault');
SELECT response_labels FROM agentsandbox.profiles WHERE profile = 'regress_nurse'::regrole;
SELECT agentsandbox.alter_method('vault', response_labels => '{medical}');
SELECT agentsandbox.allow_method('regress_nurse', 'mail');
SELECT agentsandbox.allow_method('regress_guest', 'mail');
SELECT response_labels FROM agentsandbox.profiles WHERE profile = 'regress_nurse'::regrole;
SELECT agentsandbox.alter_method('vault', response_labels => '{}');
SELECT response_labels FROM agentsandbox.profiles WHERE profile = 'regress_nurse'::regrole;
GRANT SELECT, INSERT, UPDATE ON regress_patient, regress_mail, regress_names TO regress_nurse, regress_guest;
GRANT EXECUTE ON FUNCTION regress_f() TO regress_nurse;

-- what a conversation is told
SELECT conversation, role FROM agentsandbox.open_conversation('regress_nurse') \gset
SET ROLE :role;
SELECT labels, open_methods, held_methods, metered_methods, closed_methods, bits_spent, bits_left, rows_changed_left, statements_per_minute, rows_returned,
       expires_at > now() AS expires
FROM agentsandbox.my_limits();
SELECT * FROM agentsandbox.preview('SELECT * FROM regress_mail');
SELECT * FROM agentsandbox.preview('SELECT name FROM regress_names');
SELECT * FROM agentsandbox.preview('SELECT name FROM regress_patient WHERE note = $1');
SELECT * FROM agentsandbox.preview('SELECT regress_f()');
SELECT * FROM agentsandbox.preview('SELECT 1');
SELECT * FROM agentsandbox.preview('');
SELECT * FROM agentsandbox.preview('INSERT INTO regress_mail SELECT id, name FROM regress_patient');
SELECT * FROM agentsandbox.preview('SELECT 1; SELECT * FROM regress_mail');
SELECT * FROM agentsandbox.preview('DECLARE c CURSOR FOR SELECT * FROM regress_mail');
SELECT * FROM agentsandbox.preview('PREPARE s AS SELECT * FROM regress_mail');
SELECT * FROM agentsandbox.preview('SELECT response FROM agentsandbox.RemoteProcedureCalls');
SELECT * FROM agentsandbox.preview('EXPLAIN SELECT * FROM regress_mail');
SELECT * FROM agentsandbox.preview('CREATE TABLE x (a int)');
SELECT * FROM agentsandbox.preview('COMMIT');
SELECT * FROM agentsandbox.preview('SELECT * FROM regress_hidden');
SELECT * FROM agentsandbox.preview('SELECT * FROM agentsandbox.profiles');
SELECT * FROM agentsandbox.preview('SELECT nosuch FROM regress_mail');
SELECT * FROM agentsandbox.preview('SELECT pg_sleep(1)');
SELECT * FROM agentsandbox.preview('SELEC 1');
SELECT agentsandbox.preview('SELECT agentsandbox.preview(''SELECT 1'')');
RESET ROLE;
SELECT count(*) FROM agentsandbox.conversation_labels WHERE conversation = :'conversation';

-- COPY, and what functions and triggers do
CREATE FUNCTION regress_parsed() RETURNS bigint LANGUAGE sql SECURITY DEFINER
    BEGIN ATOMIC SELECT 1; SELECT count(name) FROM regress_patient; END;
CREATE FUNCTION regress_outer(n bigint DEFAULT regress_parsed()) RETURNS bigint LANGUAGE sql RETURN n + regress_parsed();
CREATE FUNCTION regress_opaque() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM * FROM regress_mail; END $$;
CREATE FUNCTION regress_behind() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN true; END $$;
CREATE VIEW regress_view AS SELECT 1 AS one WHERE regress_behind();
CREATE PROCEDURE regress_do(n bigint) LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE TABLE regress_log (id int PRIMARY KEY, patient int REFERENCES regress_patient);
GRANT EXECUTE ON FUNCTION regress_parsed(), regress_outer(bigint), regress_opaque() TO regress_nurse;
GRANT EXECUTE ON PROCEDURE regress_do(bigint) TO regress_nurse;
GRANT SELECT ON regress_view TO regress_nurse;
GRANT INSERT ON regress_log TO regress_nurse;
SELECT agentsandbox.alter_profile('regress_nurse', allow_copy => true, allow_call => true);
SET ROLE :role;
SELECT * FROM agentsandbox.preview('COPY regress_mail TO STDOUT');
SELECT * FROM agentsandbox.preview('COPY regress_patient (id) TO STDOUT');
SELECT * FROM agentsandbox.preview('COPY regress_patient (id, note) TO STDOUT');
SELECT * FROM agentsandbox.preview('COPY (SELECT note FROM regress_patient) TO STDOUT');
SELECT * FROM agentsandbox.preview('COPY regress_mail FROM STDIN');
SELECT * FROM agentsandbox.preview('COPY regress_hidden TO STDOUT');
SELECT * FROM agentsandbox.preview('COPY regress_mail TO ''/tmp/x''');
SELECT * FROM agentsandbox.preview('SELECT regress_parsed()');
SELECT * FROM agentsandbox.preview('SELECT regress_outer()');
SELECT * FROM agentsandbox.preview('SELECT regress_opaque(), regress_opaque()');
SELECT * FROM agentsandbox.preview('TABLE regress_view');
SELECT * FROM agentsandbox.preview('INSERT INTO regress_log VALUES (1)');
SELECT * FROM agentsandbox.preview('CALL regress_do(regress_parsed())');
SELECT * FROM agentsandbox.preview('SELECT agentsandbox.await(''00000000-0000-0000-0000-000000000000'')');
SELECT * FROM agentsandbox.preview('CALL agentsandbox.call(''mail'', ''{}'', NULL, NULL, NULL)');
RESET ROLE;
SELECT count(*) FROM agentsandbox.conversation_labels WHERE conversation = :'conversation';

-- held and metered are not closed
SELECT agentsandbox.alter_profile('regress_nurse', egress => 'hold');
SET ROLE :role;
SELECT * FROM agentsandbox.preview('SELECT note FROM regress_patient');
SELECT open, held, metered, closed FROM agentsandbox.methods_given('{medical}');
SELECT open, held, metered, closed FROM agentsandbox.methods_given('{sealed}');
RESET ROLE;
SELECT agentsandbox.alter_profile('regress_nurse', egress => 'meter', budget_bits => 1e9);
SET ROLE :role;
SELECT * FROM agentsandbox.preview('SELECT note FROM regress_patient');
SELECT open, held, metered, closed FROM agentsandbox.methods_given('{medical}');
SELECT open_methods, held_methods, metered_methods, closed_methods, bits_left FROM agentsandbox.my_limits();
RESET ROLE;
SELECT agentsandbox.alter_profile('regress_nurse', egress => 'refuse', auto_seal => '{medical}');
SET ROLE :role;
SELECT * FROM agentsandbox.preview('SELECT note FROM regress_patient');
RESET ROLE;
SELECT agentsandbox.alter_profile('regress_nurse', auto_seal => '{}');
DROP TABLE regress_log;
DROP VIEW regress_view;
DROP FUNCTION regress_outer, regress_parsed, regress_opaque, regress_behind;
DROP PROCEDURE regress_do;

-- what it has read closes methods
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('mail') RETURNING id AS early \gset
SELECT count(*) FROM regress_names;
SELECT labels, open_methods, closed_methods FROM agentsandbox.my_limits();
SELECT * FROM agentsandbox.preview('SELECT note FROM regress_patient');
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('mail') RETURNING id AS late \gset
SELECT status, error->>'code' AS code, error->'labels' AS labels, error->'hints' AS hints FROM agentsandbox.await(:'late');
SELECT status, labels FROM agentsandbox.RemoteProcedureCalls WHERE id = :'early';
-- what was committed before can be cancelled no more: to do so would tell of what was read
SELECT agentsandbox.cancel(:'early');
SELECT agentsandbox.cancel(:'late');
RESET ROLE;
SELECT agentsandbox.create_method('ward', 'true', 'true', accepts => '{medical,private}');
SELECT agentsandbox.allow_method('regress_nurse', 'ward');
SET ROLE :role;
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('mail') RETURNING id AS late \gset
SELECT error->'hints'->>0 AS hint FROM agentsandbox.await(:'late');
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('ward') RETURNING id AS late \gset
SELECT status IN ('submitted', 'ready') AS waits FROM agentsandbox.await(:'late', '0 s');
SELECT agentsandbox.cancel(:'late');
BEGIN;
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('ward') RETURNING id AS late \gset
SELECT agentsandbox.cancel(:'late');
ROLLBACK;
SELECT * FROM agentsandbox.conversation_labels;
SELECT agentsandbox.create_label('mine');
SELECT agentsandbox.seal(:'conversation');
SECURITY LABEL FOR agentsandbox ON TABLE regress_mail IS NULL;
RESET ROLE;
SELECT label, cause FROM agentsandbox.conversation_labels WHERE conversation = :'conversation' ORDER BY label;

-- the airlock
SET ROLE :role;
SELECT agentsandbox.seal();
SELECT agentsandbox.seal();
SELECT labels, open_methods FROM agentsandbox.my_limits();
INSERT INTO agentsandbox.RemoteProcedureCalls (method) VALUES ('ward') RETURNING id AS late \gset
SELECT status, error->'labels' AS labels, error->'hints' AS hints FROM agentsandbox.await(:'late');
INSERT INTO regress_patient VALUES (2, 'b', 'c');
RESET ROLE;
SELECT conversation AS guest, role AS guest_role FROM agentsandbox.open_conversation('regress_guest') \gset
SET ROLE :guest_role;
SELECT count(*) FROM regress_names;
RESET ROLE;
SELECT label, cause FROM agentsandbox.conversation_labels WHERE conversation = :'guest' ORDER BY label;
SELECT conversation AS guest, role AS guest_role FROM agentsandbox.open_conversation('regress_guest') \gset
BEGIN;
SELECT agentsandbox.seal(:'guest');
ROLLBACK;
SELECT label, cause FROM agentsandbox.conversation_labels WHERE conversation = :'guest';
SELECT agentsandbox.seal('00000000-0000-0000-0000-000000000000');
SELECT agentsandbox.seal();

-- dropping one
SECURITY LABEL FOR agentsandbox ON TABLE regress_patient IS NULL;
SECURITY LABEL FOR agentsandbox ON VIEW regress_names IS NULL;
\set VERBOSITY terse
SELECT agentsandbox.drop_label('medical');
\set VERBOSITY default
SELECT agentsandbox.drop_method('ward');
SELECT agentsandbox.alter_profile('regress_guest', auto_seal => '{}');
SELECT agentsandbox.close_conversation(:'conversation'), agentsandbox.close_conversation(:'guest');
SELECT count(agentsandbox.close_conversation(id)) FROM agentsandbox.conversations WHERE profile = 'regress_guest'::regrole AND state = 'open';
SELECT agentsandbox.drop_profile('regress_nurse');
SELECT agentsandbox.drop_label('medical');
SELECT agentsandbox.create_label('l' || i) FROM generate_series(4, 64) AS i;
SELECT agentsandbox.create_label('one_more');
SELECT max(bit) FROM agentsandbox.label_definitions;
SECURITY LABEL FOR agentsandbox ON TABLE regress_mail IS 'l64';
SELECT conversation AS guest, role AS guest_role FROM agentsandbox.open_conversation('regress_guest') \gset
SET ROLE :guest_role;
SELECT count(*) FROM regress_mail;
RESET ROLE;
SELECT label FROM agentsandbox.conversation_labels WHERE conversation = :'guest';
SELECT agentsandbox.close_conversation(:'guest');
DROP TABLE regress_mail;
SELECT count(agentsandbox.drop_label(name)) FROM agentsandbox.label_definitions WHERE name LIKE 'l%';
DROP OWNED BY regress_guest;
SELECT agentsandbox.drop_profile('regress_guest');
SELECT agentsandbox.drop_method('mail'), agentsandbox.drop_method('vault');
DROP VIEW regress_names;
DROP TABLE regress_patient;
DROP SEQUENCE regress_seq;
DROP TYPE regress_type;
DROP FUNCTION regress_f();
