# Values of a labelled column that no statement names: an UPDATE of another
# column, or of a part of this one, has the server compute with them, and triggers
# and rules see them in the row as it was.  Errors, notices and what becomes of
# the row would tell.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app');
	CREATE SCHEMA app;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE FUNCTION app.row_table(name text, more text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE format('CREATE TABLE app.%I (id int PRIMARY KEY, x int, secret int %s)', name, more);
		EXECUTE format('INSERT INTO app.%I VALUES (1, 1, 42)', name);
		EXECUTE format('GRANT SELECT (id, x), UPDATE (x), DELETE ON app.%I TO p', name);
		EXECUTE format('SECURITY LABEL FOR agentsandbox ON COLUMN app.%I.secret IS %L', name, 'private');
	END $$;
	CREATE TABLE app.pair (a int, b int, PRIMARY KEY (a, b));
	INSERT INTO app.pair VALUES (1, 42);

	SELECT app.row_table('generated', ', total int GENERATED ALWAYS AS (x * secret) STORED'),
		app.row_table('refers', ', FOREIGN KEY (x, secret) REFERENCES app.pair'),
		app.row_table('indexed'), app.row_table('partly'), app.row_table('guarded'), app.row_table('guarded_twice'),
		app.row_table('kept'), app.row_table('told'), app.row_table('asked'), app.row_table('summed'), app.row_table('passed_on'),
		app.row_table('quoted'), app.row_table('native'), app.row_table('stamped'), app.row_table('plain');
	CREATE INDEX ON app.indexed ((x * secret));
	CREATE INDEX ON app.partly (id) WHERE x / (secret - 41) > 0;
	ALTER TABLE app.guarded ENABLE ROW LEVEL SECURITY;
	CREATE POLICY own ON app.guarded USING (true) WITH CHECK (x < secret);
	ALTER TABLE app.guarded_twice ENABLE ROW LEVEL SECURITY;
	CREATE POLICY small ON app.guarded_twice USING (x < 5);
	CREATE POLICY large ON app.guarded_twice USING (EXISTS (SELECT FROM app.pair WHERE b > secret));

	CREATE FUNCTION app.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF OLD.secret > 40 THEN RETURN NULL; END IF; RETURN OLD; END';
	CREATE TRIGGER t BEFORE DELETE ON app.kept FOR EACH ROW EXECUTE FUNCTION app.keep();
	CREATE FUNCTION app.stop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
	CREATE TRIGGER t BEFORE UPDATE ON app.asked FOR EACH ROW WHEN (OLD.secret > 40) EXECUTE FUNCTION app.stop();
	CREATE FUNCTION app.tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''%'', NEW; RETURN NEW; END';
	CREATE TRIGGER t BEFORE UPDATE ON app.told FOR EACH ROW EXECUTE FUNCTION app.tell();
	CREATE FUNCTION app.sum() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''%'', (SELECT sum(secret) FROM gone); RETURN NULL; END';
	CREATE TRIGGER t AFTER DELETE ON app.summed REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION app.sum();
	CREATE FUNCTION app.pass_on() RETURNS trigger LANGUAGE plpgsql AS 'DECLARE was record; BEGIN was := old; RAISE NOTICE ''%'', was; RETURN new; END';
	CREATE TRIGGER t AFTER UPDATE ON app.passed_on FOR EACH ROW EXECUTE FUNCTION app.pass_on();
	CREATE FUNCTION app.quote() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''%'', OLD . U&"\0073ecret"; RETURN NEW; END';
	CREATE TRIGGER t AFTER UPDATE ON app.quoted FOR EACH ROW EXECUTE FUNCTION app.quote();
	CREATE TRIGGER t BEFORE UPDATE ON app.native FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
	CREATE FUNCTION app.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.x := NEW.x + 1; IF TG_OP = ''DELETE'' THEN RETURN OLD; END IF; RETURN NEW; END';
	CREATE TRIGGER t BEFORE UPDATE ON app.stamped FOR EACH ROW EXECUTE FUNCTION app.stamp();

	CREATE TABLE app.ruled (id int PRIMARY KEY, x int, secret int);
	INSERT INTO app.ruled VALUES (1, 1, 42);
	CREATE RULE r AS ON UPDATE TO app.ruled WHERE OLD.secret > 40 DO INSTEAD NOTHING;
	CREATE TABLE app.copied (id int PRIMARY KEY, x int, secret int);
	CREATE RULE r AS ON DELETE TO app.copied DO ALSO UPDATE app.pair SET b = b / (OLD.secret - 42);
	CREATE TABLE app.undeletable (id int PRIMARY KEY, x int, secret int);
	CREATE RULE r AS ON DELETE TO app.undeletable DO INSTEAD NOTHING;
	GRANT SELECT (id, x), UPDATE (x), DELETE ON app.ruled, app.copied, app.undeletable TO p;

	CREATE TYPE app.two AS (a int, b int);
	CREATE DOMAIN app.rising AS app.two CHECK ((VALUE).a < (VALUE).b);
	CREATE TABLE app.parts (id int PRIMARY KEY, x int, document jsonb, list int[], two app.rising);
	INSERT INTO app.parts VALUES (1, 1, '{"secret": 42}', '{{4, 2}}', '(1, 42)');
	GRANT SELECT (id, x), INSERT, UPDATE (document, list, two) ON app.parts TO p;
	CREATE TABLE app.own_parts (id int PRIMARY KEY, list int[]);
	INSERT INTO app.own_parts VALUES (1, '{4, 2}');
	GRANT SELECT, INSERT, UPDATE ON app.own_parts TO p;

	CREATE TABLE app.wide (id int PRIMARY KEY, x text, n int, secret text);
	INSERT INTO app.wide VALUES (1, '', 1, repeat('secret', 10));
	CREATE INDEX ON app.wide (x, n) INCLUDE (secret);
	GRANT SELECT (id), UPDATE (x, n) ON app.wide TO p;

	CREATE TABLE app.plain_text (id int PRIMARY KEY, x text, n text, secret text);
	ALTER TABLE app.plain_text ALTER x SET STORAGE PLAIN;
	INSERT INTO app.plain_text VALUES (1, '', '', 'secret');
	GRANT SELECT (id), UPDATE (x, n) ON app.plain_text TO p;

	CREATE TABLE app.above (id int, x int);
	CREATE TABLE app.below (secret int) INHERITS (app.above);
	INSERT INTO app.below VALUES (1, 1, 42);
	CREATE TRIGGER t BEFORE UPDATE ON app.below FOR EACH ROW EXECUTE FUNCTION app.tell();
	GRANT SELECT, UPDATE ON app.above TO p;

	SECURITY LABEL FOR agentsandbox ON COLUMN app.ruled.secret IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN app.copied.secret IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN app.undeletable.secret IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN app.parts.document IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN app.parts.list IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN app.parts.two IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN app.wide.secret IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN app.plain_text.secret IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN app.below.secret IS 'private';

	CREATE TABLE app.moved (k int, x int, secret int) PARTITION BY LIST (k);
	CREATE TABLE app.moved_1 PARTITION OF app.moved FOR VALUES IN (1);
	CREATE TABLE app.moved_2 PARTITION OF app.moved (CHECK (secret < 40)) FOR VALUES IN (2);
	CREATE TABLE app.moved_3 PARTITION OF app.moved FOR VALUES IN (3);
	INSERT INTO app.moved VALUES (1, 1, 42);
	GRANT SELECT (k, x), UPDATE (k, x), DELETE ON app.moved TO p;
	SECURITY LABEL FOR agentsandbox ON COLUMN app.moved.secret IS 'private';
	CREATE FUNCTION app.arrive() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''%'', NEW.secret; RETURN NEW; END';
	CREATE TRIGGER t BEFORE INSERT ON app.moved_3 FOR EACH ROW EXECUTE FUNCTION app.arrive();
	CREATE TRIGGER s BEFORE UPDATE ON app.moved_1 FOR EACH ROW EXECUTE FUNCTION app.stamp();
	SQL

sub labels_after
{
	my ($statement, $want, $name) = @_;
	my $c = open_conversation('p');
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	psql(conninfo($c), $statement);
	return is(labels_of($c), $want, $name);
}

# the table is without the label, so that nothing is written once it is read
sub tells_nothing
{
	my ($statement, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return like(refused(open_conversation('p'), $statement, '42501', $name),
		qr/lacks labels of what this conversation has read: private/, '... as a read of what has the label');
}

tells_nothing('UPDATE generated SET x = 100000000', 'what a column is generated from may not be computable');
tells_nothing('UPDATE indexed SET x = 100000000', 'nor what an index is made of');
tells_nothing('UPDATE partly SET x = 2', 'nor the condition of one');
tells_nothing('UPDATE refers SET x = 2', 'a foreign key has the rest of it compared');
tells_nothing('UPDATE guarded SET x = 43', 'a policy compares it with what is set');
tells_nothing('UPDATE guarded_twice SET x = 6', 'one policy decides where another does not');
tells_nothing('DELETE FROM kept', 'a trigger keeps a row for what it holds');
tells_nothing('UPDATE asked SET x = 2', 'a trigger is asked whether it runs');
tells_nothing('UPDATE told SET x = 2', 'a trigger is shown what is not set');
tells_nothing('DELETE FROM summed', 'a trigger is shown all rows that are gone');
tells_nothing('UPDATE passed_on SET x = 2', 'a trigger takes the row as a whole');
tells_nothing('UPDATE quoted SET x = 2', 'a trigger names the column in another way');
tells_nothing('UPDATE native SET x = 1', 'nobody knows what a function in C does');
tells_nothing('UPDATE moved SET k = 2 WHERE k = 1', 'a partition that a row moves to has it checked');
tells_nothing('UPDATE moved SET k = 3 WHERE k = 1', '... or shown');
labels_after('UPDATE moved SET x = 2 WHERE k = 1; DELETE FROM moved', '', 'a row that stays in its partition tells nothing');
labels_after('UPDATE stamped SET x = 2', '', 'a trigger that looks at another column tells nothing');
labels_after('DELETE FROM stamped', '', 'nor one that does not run');
labels_after('UPDATE plain SET x = 2; DELETE FROM plain', '', 'nor is there anything to tell without');

tells_nothing('UPDATE ruled SET x = 2', 'a rule decides whether a row is changed');
tells_nothing('DELETE FROM copied', 'a rule does something else with a row that goes');
labels_after('DELETE FROM undeletable; UPDATE undeletable SET x = 2', '', 'a rule that looks at no row tells nothing');
tells_nothing('UPDATE above SET x = 2', 'a trigger is shown a column that a relation below has');
labels_after('SELECT above FROM above', '', 'which reading the one above does not show');

my $long = q(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 90) i);
tells_nothing("UPDATE wide SET x = ($long)", 'what an index row holds besides may make it too long');
tells_nothing("UPDATE plain_text SET x = repeat('x', 8120)", 'nor may the rest of the row fit into a page');
labels_after("UPDATE plain_text SET n = repeat('x', 8120)", '', 'what can be stored elsewhere does');
labels_after('UPDATE wide SET n = 2', '', 'a number does not');

my $c = open_conversation('p');
for (q(SET document['secret']['x'] = '1'), 'SET list[3] = 1', 'SET two.a = 2')
{
	refused($c, "UPDATE parts $_ WHERE id = 1", '42501', "to change a part of a column is to read it: $_");
	refused($c, "INSERT INTO parts (id) VALUES (1) ON CONFLICT (id) DO UPDATE $_", '42501', '... after a conflict');
	refused($c, "MERGE INTO parts p USING (VALUES (1)) s (id) ON p.id = s.id WHEN MATCHED THEN UPDATE $_", '42501', '... by MERGE');
	refused($c, "WITH w AS (UPDATE parts $_ WHERE id = 1) SELECT", '42501', '... by WITH');
}
labels_after(q(INSERT INTO parts (id, document['a'], list[1], two.b) VALUES (2, '1', 1, 1)), '', 'a new row has nothing to read');
is(sql_as($c, 'UPDATE own_parts SET list[3] = 1 RETURNING list'), '{4,2,1}', 'what can be read can be changed in part');
sql('GRANT SELECT ON app.parts TO p');
tells_nothing("UPDATE parts $_ WHERE id = 1", "a part of a column that has the label: $_")
	for q(SET document['secret']['x'] = '1'), 'SET list[3] = 1', 'SET two.a = 2';

sql(q(CREATE OR REPLACE FUNCTION app.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.x := OLD.secret; RETURN NEW; END'));
tells_nothing('UPDATE stamped SET x = 2', 'a trigger function that was replaced');
done_testing();
