# Every way to read what has a label raises it, before the first row; what has
# been read can be written down nowhere.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use PsqlSession;
use Test::More;

sql(<<~'SQL');
	CREATE TABLE open_t (id int PRIMARY KEY, v text);
	INSERT INTO open_t VALUES (1, 'o');
	CREATE TABLE secret (id int PRIMARY KEY, name text UNIQUE, v text);
	INSERT INTO secret SELECT i, 'n' || i, 'v' FROM generate_series(1, 1000) i;
	CREATE TABLE part_secret (id int, name text, open_v text);
	INSERT INTO part_secret VALUES (1, 'x', 'y');
	CREATE TABLE child (id int PRIMARY KEY, secret_id int REFERENCES secret);
	CREATE TABLE doc (id int, v text);
	CREATE TABLE doc_kept () INHERITS (doc);
	INSERT INTO doc VALUES (1, 'a'); INSERT INTO doc_kept VALUES (2, 'b');
	CREATE TABLE parted (id int, v text) PARTITION BY LIST (id);
	CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
	CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
	INSERT INTO parted VALUES (1, 'a'), (2, 'b');
	CREATE VIEW through AS SELECT id, v FROM secret;
	CREATE VIEW twice AS SELECT id FROM through WHERE v = 'v';
	CREATE VIEW own_label AS SELECT id FROM open_t;
	CREATE MATERIALIZED VIEW kept AS SELECT id FROM secret;
	CREATE TABLE logged (t text);
	CREATE FUNCTION definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public BEGIN ATOMIC SELECT count(*) FROM secret; END;
	CREATE FUNCTION inlined() RETURNS SETOF int LANGUAGE sql STABLE BEGIN ATOMIC SELECT id FROM secret; END;
	CREATE FUNCTION procedural(i int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT v FROM secret WHERE id = i); END $$;
	CREATE FUNCTION marked(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i + 1';
	CREATE FUNCTION around_marked(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT public.marked(i) + 1';
	CREATE FUNCTION definer_log(t text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS 'INSERT INTO logged VALUES (t)';
	CREATE FUNCTION log_trigger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
	    $$ BEGIN INSERT INTO logged VALUES (NEW.v); RETURN NEW; END $$;
	CREATE TABLE secret_log (v text);
	CREATE TRIGGER logs BEFORE INSERT ON secret_log FOR EACH ROW EXECUTE FUNCTION log_trigger();
	CREATE FUNCTION look_trigger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
	    $$ BEGIN NEW.v := (SELECT v FROM secret WHERE id = NEW.id); RETURN NEW; END $$;
	CREATE TABLE looks (id int, v text);
	CREATE TRIGGER looks BEFORE INSERT ON looks FOR EACH ROW EXECUTE FUNCTION look_trigger();
	CREATE TABLE guarded (id int);
	ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
	CREATE POLICY by_secret ON guarded USING (EXISTS (SELECT FROM public.secret s WHERE s.id = guarded.id));
	CREATE TABLE secret_child (id int PRIMARY KEY, open_id int REFERENCES open_t ON DELETE CASCADE);
	CREATE TABLE open_child (id int PRIMARY KEY, secret_id int REFERENCES secret ON DELETE CASCADE);
	INSERT INTO open_child VALUES (1, 1);
	CREATE TABLE serial_t (id serial, v text);
	CREATE TABLE counted (id serial, v text);
	CREATE TABLE made (email text, folded text GENERATED ALWAYS AS (lower(email)) STORED UNIQUE, other text);
	CREATE TABLE folded (email text, folded text UNIQUE, other text);
	CREATE FUNCTION fold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.folded := lower(NEW.email); RETURN NEW; END $$;
	CREATE TRIGGER fold BEFORE INSERT OR UPDATE ON folded FOR EACH ROW EXECUTE FUNCTION fold();
	CREATE TABLE split (id int, email text) PARTITION BY LIST (id);
	CREATE TABLE split_1 PARTITION OF split FOR VALUES IN (1);
	CREATE UNIQUE INDEX ON split_1 (email);
	CREATE TABLE keyed (id int PRIMARY KEY, v text) PARTITION BY LIST (id);
	CREATE TABLE keyed_1 PARTITION OF keyed FOR VALUES IN (1);
	CREATE TABLE limited (id int, low int, high int CHECK (high > 0), CHECK (low < high));
	CREATE FUNCTION empty_log() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS 'BEGIN TRUNCATE logged; END';
	CREATE MATERIALIZED VIEW open_kept AS SELECT id FROM secret;
	CREATE FUNCTION definer_does(t text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS 'BEGIN EXECUTE t; END';
	CREATE TABLE later (id int);
	INSERT INTO later SELECT generate_series(1, 10);

	SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE secret_log IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE secret_child IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE serial_t IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE made IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE folded IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE split IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE keyed_1 IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN limited.high IS 'private';
	SECURITY LABEL FOR agentsandbox ON MATERIALIZED VIEW kept IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN counted.id IS 'private';
	SECURITY LABEL FOR agentsandbox ON COLUMN part_secret.name IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE doc IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE doc_kept IS 'untrusted';
	SECURITY LABEL FOR agentsandbox ON TABLE parted_2 IS 'private';
	SECURITY LABEL FOR agentsandbox ON VIEW own_label IS 'untrusted';
	SECURITY LABEL FOR agentsandbox ON FUNCTION marked(int) IS 'untrusted';

	SELECT agentsandbox.create_profile('p', allow_explain => true, allow_copy => true, allow_call => true, parallel_workers => 2);
	SELECT agentsandbox.create_method('say', request => 'true', response => 'true');
	SELECT agentsandbox.allow_method('p', 'say');
	GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO p;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO p;
	GRANT USAGE ON SEQUENCE serial_t_id_seq TO p;
	GRANT SELECT ON SEQUENCE serial_t_id_seq, counted_id_seq TO p;
	ANALYZE;
	SQL

sub labels_of
{
	my ($c) = @_;
	return sql("SELECT coalesce(string_agg(label, ',' ORDER BY label), '') FROM agentsandbox.conversation_labels WHERE conversation = '$c->{conversation}'");
}

# --- what is read ---
my @reads = (
	[ 'an unlabelled table', 'SELECT * FROM open_t', '' ],
	[ 'a table', 'SELECT id FROM secret WHERE id = 1', 'private' ],
	[ 'no column of it', 'SELECT count(*) FROM secret', 'private' ],
	[ 'nothing at all of it', 'SELECT 1 FROM secret LIMIT 0', 'private' ],
	[ 'EXISTS', 'SELECT 1 WHERE EXISTS (SELECT FROM secret WHERE id = 7)', 'private' ],
	[ 'a scalar subquery', 'SELECT (SELECT v FROM secret WHERE id = 1)', 'private' ],
	[ 'a common table expression', 'WITH s AS (SELECT v FROM secret) SELECT 1', 'private' ],
	[ 'a join', 'SELECT 1 FROM open_t o JOIN secret s USING (id)', 'private' ],
	[ 'LATERAL', 'SELECT 1 FROM open_t o, LATERAL (SELECT FROM secret s WHERE s.id = o.id) x', 'private' ],
	[ 'UNION', 'SELECT 1 UNION SELECT id FROM secret', 'private' ],
	[ 'a false condition', 'SELECT v FROM secret WHERE false', 'private' ],
	[ 'TABLESAMPLE', 'SELECT v FROM secret TABLESAMPLE BERNOULLI (1)', 'private' ],
	[ 'a view', 'SELECT * FROM through LIMIT 1', 'private' ],
	[ 'a view of a view', 'SELECT * FROM twice LIMIT 1', 'private' ],
	[ 'a view that has the label itself', 'SELECT * FROM own_label', 'untrusted' ],
	[ 'a materialized view', 'SELECT * FROM kept LIMIT 1', 'private' ],
	[ 'another column', 'SELECT open_v FROM part_secret', '' ],
	[ 'a column', 'SELECT name FROM part_secret', 'private' ],
	[ 'a column in WHERE', q(SELECT open_v FROM part_secret WHERE name = 'x'), 'private' ],
	[ 'a column in ORDER BY', 'SELECT open_v FROM part_secret ORDER BY name', 'private' ],
	[ 'a column in GROUP BY', 'SELECT count(*) FROM part_secret GROUP BY name', 'private' ],
	[ 'a column in a join', 'SELECT 1 FROM part_secret a JOIN open_t b ON b.v = a.name', 'private' ],
	[ 'the whole row', 'SELECT p FROM part_secret p', 'private' ],
	[ 'the whole row, counted', 'SELECT count(p) FROM part_secret p', 'private' ],
	[ 'a star', 'SELECT * FROM part_secret', 'private' ],
	[ 'a parent', 'SELECT * FROM doc', 'private,untrusted' ],
	[ 'a child', 'SELECT * FROM doc_kept', 'private,untrusted' ],
	[ 'a partitioned table', 'SELECT * FROM parted', 'private' ],
	[ 'a partition without the label', 'SELECT * FROM parted_1', '' ],
	[ 'a SECURITY DEFINER function', 'SELECT definer()', 'private' ],
	[ 'an inlined function', 'SELECT * FROM inlined() LIMIT 1', 'private' ],
	[ 'a PL/pgSQL function', 'SELECT procedural(1)', 'private' ],
	[ 'a labelled function', 'SELECT marked(1)', 'untrusted' ],
	[ 'a labelled function inside an inlined one', 'SELECT around_marked(id) FROM open_t', 'untrusted' ],
	[ 'a labelled function that is folded', 'SELECT 1 WHERE around_marked(1) = 0', 'untrusted' ],
	[ 'EXPLAIN', 'EXPLAIN SELECT * FROM secret', 'private' ],
	[ 'EXPLAIN of a write', 'EXPLAIN UPDATE secret SET v = v', 'private' ],
	[ 'EXPLAIN ANALYZE', 'EXPLAIN ANALYZE SELECT * FROM secret', 'private' ],
	[ 'a sequence of a labelled table', 'SELECT last_value FROM serial_t_id_seq', 'private' ],
	[ 'a sequence of a labelled column', 'SELECT last_value FROM counted_id_seq', 'private' ],
	[ 'COPY of a table', 'COPY secret TO STDOUT', 'private' ],
	[ 'COPY of a column', 'COPY part_secret (open_v) TO STDOUT', '' ],
	[ 'COPY of a labelled column', 'COPY part_secret (name) TO STDOUT', 'private' ],
	[ 'COPY of a query', 'COPY (SELECT 1 FROM secret) TO STDOUT', 'private' ],
	[ 'a prepared statement', 'PREPARE s AS SELECT v FROM secret WHERE id = $1; EXECUTE s(1)', 'private' ],
	[ 'a cursor', 'BEGIN; DECLARE c CURSOR FOR SELECT v FROM secret; FETCH c; COMMIT', 'private' ],
	[ 'a policy', 'SELECT * FROM guarded', 'private' ],
	[ 'INSERT ... RETURNING', q(INSERT INTO secret VALUES (-1, 'r') RETURNING v), 'private' ],
	[ 'INSERT', q(INSERT INTO secret_log (v) SELECT 'w' WHERE false), '' ],
	[ 'INSERT of what a unique index compares', q(INSERT INTO secret VALUES (-2, 'u')), 'private' ],
	[ 'INSERT of what a unique column is generated from', q(INSERT INTO made (email) VALUES ('A')), 'private' ],
	[ 'INSERT of another column', q(INSERT INTO made (other) VALUES ('A')), '' ],
	[ 'INSERT of what a trigger may make of it', q(INSERT INTO folded (email) VALUES ('A')), 'private' ],
	[ 'INSERT of what a partition\'s own index compares', q(INSERT INTO split VALUES (1, 'a')), 'private' ],
	[ 'ON CONFLICT', q(INSERT INTO secret VALUES (1, 'n1') ON CONFLICT DO NOTHING), 'private' ],
	[ 'UPDATE', q(UPDATE secret SET v = 'v'), 'private' ],
	[ 'UPDATE by a subquery', q(UPDATE secret_log SET v = 'v' WHERE EXISTS (SELECT FROM secret)), 'private' ],
	[ 'DELETE', q(DELETE FROM secret_log WHERE v = 'x'), 'private' ],
	[ 'MERGE', q(MERGE INTO secret s USING open_t o ON s.id = o.id WHEN MATCHED THEN DO NOTHING), 'private' ],
	[ 'FOR UPDATE', q(SELECT v FROM secret WHERE id = 1 FOR UPDATE), 'private' ],
	[ 'a response, when there is none', 'SELECT status, response FROM RemoteProcedureCalls', 'untrusted' ],
	[ 'other columns of calls', 'SELECT status, labels FROM RemoteProcedureCalls', '' ],
);
for (@reads)
{
	my ($name, $statement, $want) = @$_;
	my $c = open_conversation('p');

	sql_as($c, "$statement;");
	is(labels_of($c), $want, "$name: " . ($want || 'no label'));
}

# rolled back, in a savepoint, refused: raised all the same
for my $around ('BEGIN; %s; ROLLBACK', 'BEGIN; SAVEPOINT s; %s; ROLLBACK TO s; COMMIT')
{
	my $c = open_conversation('p');
	sql_as($c, sprintf("$around;", 'SELECT count(*) FROM secret'));
	is(labels_of($c), 'private', "in $around");
}
{
	my $c = open_conversation('p');
	refused($c, 'SELECT 1 / 0 FROM secret', '22012', 'a read that fails');
	is(labels_of($c), 'private', '... has raised the label');
	is(sql("SELECT cause FROM agentsandbox.conversation_labels WHERE conversation = '$c->{conversation}'"), 'public.secret (private)', '... and what it was for is told');
}

# parallel workers
{
	my ($c, $d) = map { open_conversation('p') } 1 .. 2;
	my $forced = sql("SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
	sql("ALTER FUNCTION procedural PARALLEL SAFE STABLE; ALTER SYSTEM SET $forced = on; SELECT pg_reload_conf()");
	poll_is("SHOW $forced", 'on', 'parallel workers are used');
	is(sql_as($c, 'SELECT sum(length(v)) > 0 FROM secret'), 't', 'a parallel query');
	is(labels_of($c), 'private', '... has raised the label');
	is(sql_as($d, 'SELECT procedural(id) FROM open_t'), 'v', 'a function in a parallel worker');
	is(labels_of($d), 'private', '... has raised the label');
	sql("ALTER SYSTEM RESET $forced; SELECT pg_reload_conf()");
	poll_is("SHOW $forced", 'off', 'no more parallel workers');
}

# a plan, a cursor from before the label was given
{
	my $c = open_conversation('p');
	my $s = PsqlSession->new(conninfo($c));
	is($s->run('PREPARE q AS SELECT v FROM open_t'), '', 'prepared before it has a label');
	$s->run('EXECUTE q') for 1 .. 6;
	is($s->run('PREPARE f AS SELECT around_marked(id) FROM open_t'), '', 'a plan');
	sql(q(SECURITY LABEL FOR agentsandbox ON TABLE open_t IS 'private'));
	is($s->run('EXECUTE q'), 'o', 'executed after');
	is(labels_of($c), 'private', '... raises it');
	sql('SECURITY LABEL FOR agentsandbox ON TABLE open_t IS NULL');
	my $d = open_conversation('p');
	is(sql_as($d, 'SELECT v FROM open_t'), 'o', 'and without the label');
	is(labels_of($d), '', '... nothing is raised');
	my $e = open_conversation('p');
	my $u = PsqlSession->new(conninfo($e));
	is($u->run('BEGIN; DECLARE c CURSOR FOR SELECT id FROM later; FETCH c'), '1', 'a cursor from before');
	sql(q(SECURITY LABEL FOR agentsandbox ON TABLE later IS 'private'));
	is($u->run('FETCH c'), '2', '... from which is read after');
	is(labels_of($e), 'private', '... raises it');
	is($u->run('INSERT INTO logged VALUES (1)'), undef, '... and nothing is written down');
	my $g = open_conversation('p');
	my $t = PsqlSession->new(conninfo($g));
	$t->run('PREPARE f AS SELECT procedural(1) IS NULL, around_marked(1) - 1 FROM open_t WHERE id = 99');
	$t->run('EXECUTE f') for 1 .. 6;
	is(labels_of($g), 'untrusted', 'a folded function was seen when it was planned');
}

# --- no write-down ---
my $spoiled = open_conversation('p');
is(sql_as($spoiled, 'SELECT count(*) FROM secret'), sql('SELECT count(*) FROM secret'), 'a conversation that has read');
my @writes = (
	[ 'INSERT', q(INSERT INTO logged VALUES ('x')) ],
	[ 'INSERT of nothing', q(INSERT INTO logged SELECT 'x' WHERE false) ],
	[ 'UPDATE', q(UPDATE open_t SET v = 'x') ],
	[ 'DELETE', 'DELETE FROM open_t' ],
	[ 'MERGE', q(MERGE INTO open_t o USING secret s ON s.id = o.id WHEN MATCHED THEN DELETE) ],
	[ 'a row lock', 'SELECT * FROM open_t FOR UPDATE' ],
	[ 'a weak row lock', 'SELECT * FROM open_t FOR KEY SHARE' ],
	[ 'a WITH that writes', q(WITH w AS (INSERT INTO logged VALUES ('x') RETURNING 1) SELECT 1) ],
	[ 'a SECURITY DEFINER function', q(SELECT definer_log('x')) ],
	[ 'a trigger', q(INSERT INTO secret_log VALUES ('x')) ],
	[ 'a cascade', 'DELETE FROM secret WHERE id = 1' ],
	[ 'CREATE TABLE AS by a SECURITY DEFINER function', 'SELECT definer_does($$CREATE TABLE laundered AS SELECT * FROM secret$$)' ],
	[ 'the name of a table by such a function', 'SELECT definer_does($$CREATE TABLE told (id int)$$)' ],
	[ 'REFRESH by such a function', 'SELECT definer_does($$REFRESH MATERIALIZED VIEW open_kept$$)' ],
	[ 'LOCK by such a function', 'SELECT definer_does($$LOCK TABLE open_t IN SHARE MODE$$)' ],
	[ 'TRUNCATE by a SECURITY DEFINER function', 'SELECT empty_log()' ],
	[ 'COPY', "COPY logged FROM STDIN;\nx\n\\.\n" ],
	[ 'EXPLAIN ANALYZE', q(EXPLAIN ANALYZE INSERT INTO logged VALUES ('x')) ],
	[ 'a prepared statement', q(PREPARE w AS INSERT INTO logged VALUES ('x'); EXECUTE w) ],
	[ 'a column without the label', q(UPDATE part_secret SET open_v = 'x') ],
	[ 'a column with the label, of a table without', q(UPDATE part_secret SET name = 'x') ],
	[ 'a row of a table with a labelled column', q(INSERT INTO part_secret VALUES (3, 'x', 'y')) ],
	[ 'the parent of a labelled partition', q(INSERT INTO parted VALUES (2, 'x')) ],
	[ 'a table through its view', q(UPDATE own_label SET id = 3) ],
);
for (@writes)
{
	my ($name, $statement) = @$_;
	refused($spoiled, "$statement;", '42501', "no write-down: $name");
}
is(sql('SELECT count(*) FROM logged'), '0', 'nothing was written');
like(refused($spoiled, q(INSERT INTO logged VALUES ('x')), '42501', 'the refusal'),
	qr/relation "logged" lacks labels of what this conversation has read: private\nHINT: .*agentsandbox\.notes/, '... names the labels and the remedies');
poll_is("SELECT count(*) > 0 FROM agentsandbox.refusals WHERE gate = 'flow' AND object = 'logged'", 't', '... and is recorded');
for (
	[ 'a table with the label', q(INSERT INTO secret VALUES (5000, 'new')) ],
	[ 'its own serial', q(INSERT INTO serial_t (v) VALUES ('x')) ],
	[ 'a labelled table with a foreign key to one without', 'INSERT INTO secret_child VALUES (1, 1)' ],
	[ 'a labelled partition', q(INSERT INTO parted_2 VALUES (2, 'x')) ],
	[ 'a temporary table of a function', 'SELECT definer_does($$CREATE TEMP TABLE own AS SELECT * FROM secret$$)' ],
	[ 'a lock of a labelled table by a function', 'SELECT definer_does($$LOCK TABLE secret IN SHARE MODE$$)' ],
	[ 'a notification by a function', 'SELECT definer_does($$NOTIFY told$$)' ],
	[ 'a labelled materialized view by a function', 'SELECT definer_does($$REFRESH MATERIALIZED VIEW kept$$)' ],
	[ 'notes', q(INSERT INTO agentsandbox.notes (key, value) VALUES ('k', 'v')) ],
	[ 'calls', q(INSERT INTO RemoteProcedureCalls (method) VALUES ('say')) ])
{
	my ($name, $statement) = @$_;
	ok((psql(conninfo($spoiled), "$statement;"))[0] == 0, "may be written: $name");
}

# a statement that reads and writes down is refused before it raises anything
{
	my $c = open_conversation('p');
	refused($c, 'INSERT INTO logged SELECT v FROM secret', '42501', 'from a labelled table into one without');
	refused($c, 'INSERT INTO child VALUES (1, 1)', '42501', 'a foreign key to a labelled table tells of it');
	refused($c, 'SELECT definer_does($$CREATE TABLE laundered AS SELECT * FROM secret$$)', '42501', 'a function that copies a labelled table into a new one');
	refused($c, 'INSERT INTO keyed VALUES (1)', '42501', 'a key that a labelled partition shares tells of it');
	refused($c, 'UPDATE limited SET low = 5', '42501', 'a constraint that compares with a labelled column tells of it');
	is(labels_of($c), '', '... nothing was raised');
	refused($c, q(INSERT INTO looks VALUES (1, NULL)), '42501', 'a trigger that reads');
	refused($c, q(BEGIN; INSERT INTO logged VALUES ('x'); SELECT count(*) FROM secret;), '42501', 'a read that COMMIT or ROLLBACK could tell of');
	is(labels_of($c), '', '... nothing was raised');
	is(sql_as($c, q(BEGIN; INSERT INTO agentsandbox.notes VALUES ('k', 'v'); SELECT count(*) > 0 FROM secret; COMMIT)), 't', 'notes are another matter');
}

# --- laundering ---
# one session has written, another reads: the first can no more commit
{
	my $c = open_conversation('p');
	my ($one, $two) = map { PsqlSession->new(conninfo($c)) } 1 .. 2;
	is($one->run(q(BEGIN; INSERT INTO logged VALUES ('bit'))), '', 'one session writes');
	is($two->run('SELECT count(*) > 0 FROM secret'), 't', '... another reads');
	is($one->run('COMMIT'), undef, '... the first cannot commit');
	is($one->error, '42501', '... as it is a write-down');
	is(sql('SELECT count(*) FROM logged'), '0', '... nothing is left');
	is($one->run(q(INSERT INTO logged VALUES ('bit'))), undef, '... nor can it write later');
	is($one->error, '42501', '... though it did not read itself');
}

# COPY FROM that was begun before the read
{
	my $c = open_conversation('p');
	my $copy = IPC::Run::start([ qw(psql -XqAt -v VERBOSITY=verbose -c), 'COPY logged FROM STDIN', conninfo($c) ],
		\my $in, \my $out, \my $err, IPC::Run::timeout(60));
	$copy->pump_nb;
	poll_is("SELECT count(*) FROM pg_stat_activity WHERE usename = '$c->{role}' AND query LIKE 'COPY%'", '1', 'a COPY waits for rows');
	sql_as($c, 'SELECT count(*) FROM secret');
	$in = "leak\n";
	$copy->finish;
	like($err, qr/ERROR:  42501/, '... and is refused at its end');
	is(sql('SELECT count(*) FROM logged'), '0', '... nothing is left');
}

# notes and calls of another conversation
{
	my ($c, $d) = map { open_conversation('p') } 1 .. 2;
	sql_as($c, q(INSERT INTO agentsandbox.notes (key, value) VALUES ('k', 'v')));
	is(sql_as($c, 'SELECT value FROM agentsandbox.notes'), 'v', 'a note');
	is(sql_as($d, 'SELECT count(*) FROM agentsandbox.notes'), '0', '... is not another conversation\'s');
	is(sql_as($d, q(INSERT INTO agentsandbox.notes (key, value) VALUES ('k', 'w') RETURNING value)), 'w', '... and its name no secret');
	refused($c, q(INSERT INTO agentsandbox.notes VALUES ('k', 'v', '00000000-0000-0000-0000-000000000000')), '42501', 'nor can one be given to somebody else');
	refused($c, q(INSERT INTO agentsandbox.notes (key, value) SELECT i, repeat('x', 60000) FROM generate_series(1, 30) i), '54000', 'notes are bounded in bytes');
	refused($c, q(INSERT INTO agentsandbox.notes (key, value) SELECT i, '' FROM generate_series(1, 300) i), '54000', '... and in number');
	refused($c, q(INSERT INTO agentsandbox.notes (key, value) VALUES ('x', repeat('x', 70000))), '23514', '... and one by one');
}

# the label comes and goes with SECURITY LABEL, for sessions that exist
{
	my $c = open_conversation('p');
	my $s = PsqlSession->new(conninfo($c));
	is($s->run('SELECT v FROM open_t'), 'o', 'a session reads');
	sql(q(SECURITY LABEL FOR agentsandbox ON FUNCTION marked(int) IS NULL; SECURITY LABEL FOR agentsandbox ON FUNCTION around_marked(int) IS 'private'));
	is($s->run('SELECT around_marked(1)'), '3', '... calls a function that was labelled meanwhile');
	is(labels_of($c), 'private', '... and has the label');
}

done_testing();
