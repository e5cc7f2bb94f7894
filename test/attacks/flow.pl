# A conversation against its labels: what it has read of an answer, a failed
# statement, a number or a row that it took back reaches neither a call nor
# another conversation.  (Ways to read and to write down: test/tap/070_labels.pl;
# choices of metered senders: test/tap/412_metered.pl.)
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use PsqlSession;
use Test::More;

sql(<<'SQL');
CREATE TABLE open_t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);
CREATE TABLE secret (id int PRIMARY KEY, v text NOT NULL);
INSERT INTO secret VALUES (1, 'SECRET_1');
ANALYZE secret;
CREATE SEQUENCE free_seq;
SELECT agentsandbox.create_profile('p', search_path => 'public', allow_call => true);
GRANT SELECT, INSERT, UPDATE, DELETE ON open_t TO p;
GRANT SELECT ON secret TO p;
SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
SELECT agentsandbox.create_method('say', request => 'true', response => 'true'),
	agentsandbox.create_method('look_up', request => 'true', response => 'true', response_labels => '{private}');
SELECT agentsandbox.allow_method('p', m) FROM unnest('{say,look_up}'::text[]) m;
CREATE ROLE gail LOGIN PASSWORD 'gail' IN ROLE agentsandbox_gateway;
SQL
my %gail = (role => 'gail', password => 'gail');

# A conversation with an answer that it has not read.
sub answered
{
	my $c = open_conversation('p');
	my $id = sql_as($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('look_up') RETURNING id));
	poll_until("SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE id = '$id'", 'ready');
	sql_as(\%gail, q(SELECT agentsandbox.complete(id, lease_token, '{"is": "SECRET_2"}') FROM agentsandbox.claim(10, '1 minute', '{look_up}')));
	return ($c, $id);
}

# What became of a conversation's calls of the open method.
sub said
{
	my ($c, $want, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return poll_is("SELECT string_agg(DISTINCT concat_ws(' ', status, error->>'code'), ', ') FROM agentsandbox.RemoteProcedureCalls
		WHERE conversation = '$c->{conversation}' AND method = 'say'", $want, $name);
}
my $refused = 'refused labels_not_accepted';

# ---- the answer of one method in a call of another

my %way = (
	'awaited' => q(SELECT response AS r FROM agentsandbox.await('%s') \gset
		INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('say', :'r')),
	'in one statement' => q(INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'say', response FROM RemoteProcedureCalls WHERE id = '%s'),
	'as a condition' => q(INSERT INTO RemoteProcedureCalls (method) SELECT 'say' FROM RemoteProcedureCalls WHERE id = '%s' AND response->>'is' LIKE 'S%%'),
	'in a call made before it was read' => q(BEGIN; INSERT INTO RemoteProcedureCalls (method) VALUES ('say'); SELECT response FROM RemoteProcedureCalls WHERE id = '%s'; COMMIT),
	'by a cursor' => q(BEGIN; DECLARE c CURSOR FOR SELECT response FROM RemoteProcedureCalls WHERE id = '%s'; INSERT INTO RemoteProcedureCalls (method) VALUES ('say'); FETCH c; COMMIT),
	'by what another session of it reads' => q(INSERT INTO agentsandbox.notes SELECT 'k', response::text FROM RemoteProcedureCalls WHERE id = '%s';
		\c
		INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'say', value::jsonb FROM agentsandbox.notes));
for my $name (sort keys %way)
{
	my ($c, $id) = answered();
	sql_as($c, sprintf $way{$name}, $id);
	said($c, $refused, "an answer $name does not leave");
	is(labels_of($c), 'private,untrusted', '... and is known to have been read');
}
{
	my ($c, $id) = answered();
	refused($c, "INSERT INTO open_t (v) SELECT response FROM RemoteProcedureCalls WHERE id = '$id'", '42501', 'nor is it written down');
	is(labels_of($c), '', '... which raises nothing');
}

# ---- yes or no: that it was answered, when, or that it failed

%way = (
	'status' => q(SELECT status FROM RemoteProcedureCalls),
	'a condition on status' => q(SELECT count(*) FROM RemoteProcedureCalls WHERE status = 'completed'),
	'the time it took' => q(SELECT finished_at - claimed_at FROM RemoteProcedureCalls),
	'await()' => q(SELECT status FROM agentsandbox.await('%s')),
	'cancel()' => q(SELECT agentsandbox.cancel('%s')));
for my $name (sort keys %way)
{
	my ($c, $id) = answered();
	sql_as($c, sprintf $way{$name}, $id);
	sql_as($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('say')));
	said($c, $refused, "an answer told by $name does not leave");
}
{
	my $c = open_conversation('p');
	my $id = sql_as($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('look_up') RETURNING id));
	poll_until("SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE id = '$id'", 'ready');
	is(sql_as($c, "SELECT status FROM agentsandbox.await('$id', '0')"), 'ready', 'a call that no gateway has');
	is(sql_as($c, 'SELECT count(*) FROM RemoteProcedureCalls WHERE ready_at IS NOT NULL'), '1', '... and when it became so');
	is(labels_of($c), '', '... tell nothing');
	sql_as(\%gail, q(SELECT agentsandbox.fail(id, lease_token, '{}') FROM agentsandbox.claim(10, '1 minute', '{look_up}')));
	is(sql_as($c, "SELECT status FROM agentsandbox.await('$id', '0')"), 'ready', 'one that a gateway has given back');
	is(labels_of($c), 'private', '... does');
}

# ---- failures and their texts

for my $sql (q(SELECT v::int FROM secret), q(SELECT 1 / (v <> 'SECRET_1')::int FROM secret), q(SELECT 1 FROM secret WHERE v::inet IS NULL))
{
	my $c = open_conversation('p');
	refused($c, $sql, qr/^(?:psql:[^\n]*)?ERROR:/m, "an error that tells: $sql");
	sql_as($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('say')));
	said($c, $refused, '... has been read from');
}

# ---- statistics, sequences

my $c = open_conversation('p');
refused($c, "SELECT $_", qr/^(?:psql:[^\n]*)?ERROR: /m, "not told: $_") for (
	q(most_common_vals FROM pg_stats WHERE tablename = 'secret'), q(pg_relation_size('secret')),
	q(n_live_tup FROM pg_stat_user_tables), q(nextval('free_seq')), q(last_value FROM open_t_id_seq));
is(sql_as($c, q(SELECT count(relfilenode), count(relpages), count(reltuples) FROM pg_class)), '0|0|0', 'nor where and how large what is');
refused($c, 'EXPLAIN SELECT * FROM secret', '42501', 'nor what the planner thinks');
is(labels_of($c), '', 'nothing of it was read');

# ---- the order of rows (open, see docs/information-flow.md)

{
	sql($_) for 'CREATE TABLE paid AS SELECT g AS id, (g * 7919) % 20011 AS salary, repeat(\'x\', 500) AS pad FROM generate_series(1, 20000) g',
		'CREATE INDEX ON paid (salary, id)', q(SECURITY LABEL FOR agentsandbox ON COLUMN paid.salary IS 'private'),
		'GRANT SELECT (id) ON paid TO p', 'VACUUM ANALYZE paid';
	my $reader = open_conversation('p');
	is(sql_as($reader, 'SELECT id FROM paid'), sql('SELECT id FROM paid ORDER BY salary'), 'an index may order rows by a labelled column');
	is(labels_of($reader), '', '... that is not named');
	sql(q(SECURITY LABEL FOR agentsandbox ON TABLE paid IS 'private'));
	sql_as($reader, 'SELECT id FROM paid');
	is(labels_of($reader), 'private', '... unless the table has the label');
}

# ---- what was taken back

{
	my $s = PsqlSession->new(conninfo($c));
	is($s->run(q(BEGIN; SAVEPOINT a; INSERT INTO open_t (v) VALUES ('bit'); ROLLBACK TO a)), '', 'a row is written and taken back');
	is($s->run('SELECT count(*) FROM secret'), undef, '... nothing can be read that COMMIT could tell of');
	is($s->error, '42501', '... as if it were there');
	like($s->text, qr/ROLLBACK TO SAVEPOINT/, '... and the hint says why');
	is(labels_of($c), '', '... which raises nothing');
	$s->run('ROLLBACK');
	is($s->run('SELECT count(*) FROM secret'), '1', 'then it can be read');
	is($s->run(q(INSERT INTO open_t (v) VALUES ('bit'))), undef, '... and nothing written');
}

# ---- what was locked before (open, see docs/covert-channels.md)

{
	sql(q(CREATE TABLE keyed (k int PRIMARY KEY); GRANT SELECT, INSERT ON keyed TO p));
	my ($one, $other) = map { open_conversation('p') } 1 .. 2;
	my $s = PsqlSession->new(conninfo($one));
	$s->run($_) for 'BEGIN', 'SAVEPOINT a', 'INSERT INTO keyed VALUES (1)';
	sql_as($one, 'SELECT count(*) FROM secret');
	refused($other, q(SET lock_timeout = '200 ms'; INSERT INTO keyed VALUES (1)), '55P03', 'a key that was written before a label rose is waited for');
	$s->run('ROLLBACK TO a');
	sql_as($other, 'INSERT INTO keyed VALUES (1)');
	is($s->run('COMMIT'), undef, '... until it is taken back: it cannot be committed');
	is($s->error, '42501', '... which lacks the label');
	is(sql('SELECT count(*) FROM keyed'), '1', '... and is not');
}
is(sql('SELECT count(*) FROM open_t'), '0', 'no row was left anywhere');

# ---- another conversation

my $other = open_conversation('p');
sql_as($c, q(INSERT INTO agentsandbox.notes VALUES ('key', 'SECRET_1')));
is(sql_as($other, 'SELECT count(*) FROM agentsandbox.notes'), '0', 'notes are not seen by another conversation');
is(sql_as($other, q(INSERT INTO agentsandbox.notes VALUES ('key', 'x') ON CONFLICT DO NOTHING RETURNING value)), 'x', '... nor which keys there are');
is(sql_as($other, 'SELECT count(*) FROM RemoteProcedureCalls'), '0', 'nor calls');
is(labels_of($other), '', 'whose labels are its own');

done_testing();
