# A conversation against review and its rules: it can neither see, decide nor
# forge anything of them, and no spelling, order or crowd gets a call past a rule.
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use PsqlSession;
use Test::More;

sql(<<'SQL');
SELECT agentsandbox.create_profile('watched', held_calls => 3);
SELECT agentsandbox.create_method('mail', 'true', 'true');
SELECT agentsandbox.create_method('pay', '{"type": "object", "properties": {"n": {"type": "integer"}}, "additionalProperties": false}', 'true');
SELECT agentsandbox.allow_method('watched', m) FROM unnest(ARRAY['mail', 'pay']) m;
SQL
my $agent = open_conversation('watched');
my $other = open_conversation('watched');

sub settle
{
	poll_until(q(SELECT count(*) FROM agentsandbox.RemoteProcedureCalls
		WHERE status = 'submitted' OR status = 'held' AND held_until = '-infinity'), '0');
	return;
}

# Makes a call and says what became of it.
sub outcome
{
	my ($method, $arguments, $who) = @_;
	$arguments =~ s/'/''/g;
	my $id = sql_as($who // $agent, "INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('$method', '$arguments') RETURNING id");
	settle();
	return sql("SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE id = '$id'");
}

# what is not its business
refused($agent, "SELECT * FROM agentsandbox.$_", qr/does not exist/, "$_ is not there")
	for qw(reviews review_decisions anomaly_rules anomaly_history anomaly_values);
refused($agent, "SELECT $_ FROM RemoteProcedureCalls", qr/does not exist/, "nor is the column $_")
	for qw(held_for held_until bits);
my $nobody = '00000000-0000-0000-0000-000000000000';
refused($agent, "SELECT agentsandbox.$_", qr/does not exist/, "nor the function $_") for (
	"approve('$nobody', 'x')", "reject('$nobody', 'x')", "decide('$nobody', 'approved', 'x', NULL, true)",
	"review_digest('mail', '{}', '{}')", "json_changes('1', '2')", "pointer_values('{}', '/a')", "payload_bits('{}')",
	"seed_anomaly_rule('x')", "create_anomaly_rule('x', 'refusals', calls => 1)", "alter_anomaly_rule('x', false)",
	"drop_anomaly_rule('x')", 'keep_decision()');
refused($agent, 'LISTEN agentsandbox_review', '42501', 'it does not hear that calls wait');
refused($agent, "INSERT INTO RemoteProcedureCalls (method, held_until) VALUES ('mail', '-infinity')", qr/is not granted|does not exist/,
	'it cannot say that a call was decided');
refused($agent, "INSERT INTO RemoteProcedureCalls (method, labels) VALUES ('mail', '{}')", qr/is not granted|does not exist/,
	'nor which labels it carries');
refused($agent, "UPDATE RemoteProcedureCalls SET status = 'ready'", '42501', 'nor let itself go');

# what is approved is all that leaves
{
	sql(<<~'SQL');
		CREATE TABLE secret (v text);
		SELECT agentsandbox.create_profile('reader', search_path => 'public', egress => 'hold');
		GRANT SELECT ON secret TO reader;
		SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
		SELECT agentsandbox.create_method('slip', 'true', 'true');
		SELECT agentsandbox.allow_method('reader', 'slip');
		SQL
	my $reader = open_conversation('reader');
	sql_as($reader, 'SELECT count(*) FROM secret');
	my $id = sql_as($reader, q(INSERT INTO RemoteProcedureCalls (method, deadline) VALUES ('slip', clock_timestamp() + interval '1 hour 123456 microseconds') RETURNING id));
	settle();
	sql("SELECT agentsandbox.approve('$id', 'harmless')");
	settle();
	is(sql(q(SELECT count(*), count(deadline) FROM agentsandbox.claim(10, '1 minute', '{slip}'))), '1|0', 'a deadline carries nothing past a reviewer');
	$id = sql_as($reader, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('slip') RETURNING id));
	settle();
	sql("SELECT agentsandbox.approve('$id', 'harmless')");
	settle();
	is(sql_as($reader, "SELECT agentsandbox.cancel('$id')"), 'ready', 'nor does what the agent takes back of what was approved');
	is(sql(q(SELECT count(*) FROM agentsandbox.claim(10, '1 minute', '{slip}'))), '1', '... it goes');
	my $held = sql_as($reader, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('slip') RETURNING id));
	settle();
	is(sql_as($reader, "SELECT agentsandbox.cancel('$held')"), 'cancelled', '... before it is decided a call can be taken back');
	my $late = sql_as($reader, q(INSERT INTO RemoteProcedureCalls (method, deadline) VALUES ('slip', clock_timestamp() + interval '200 ms') RETURNING id));
	is(sql_as($reader, "SELECT status FROM agentsandbox.await('$late')"), 'expired', '... and holds while the call waits for one');
}

# a value that was sent before, in every spelling; whatever else is new
is(outcome('mail', '{"to": "ann@example.org", "n": 1}'), 'ready', 'a first recipient, before there is a rule');
sql(q(SELECT agentsandbox.create_anomaly_rule('new', 'first_value', 'watched', 'mail', pointer => '/to')));
sql(q(SELECT agentsandbox.create_anomaly_rule('new_n', 'first_value', 'watched', 'mail', pointer => '/n')));
is(outcome('mail', $_), 'ready', "$_ is known") for '{"to": "\u0061nn@example.org"}', '{"n": 1.0}', '{"n": 100e-2, "to": "ann@example.org"}';
for my $new ('{"to": "ann@example.org "}', '{"to": "Ann@example.org"}', '{"to": ["ann@example.org"]}', '{"to": {"ann@example.org": 1}}',
	'{"to": "ann@example.org", "to": "eve@example.org"}', '{"to": "ann@example.org\u0000"}', '{"to": null}', '{"n": "1"}', '{"n": 1.0000001}')
{
	# jsonb has no NUL; the rest waits
	my ($status, $id, $err) = psql(conninfo($agent), "INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('mail', '$new') RETURNING id");
	if ($status != 0) { like($err, qr/22P05/, "$new is no value"); next }
	settle();
	is(sql("SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE id = '$id'"), 'held', "$new is new");
	is(sql_as($agent, "SELECT agentsandbox.cancel('$id')"), 'cancelled', 'and is taken back');
}
is(outcome('mail', qq({"to": "e\\u0301ve"})), 'held', 'a composed character is another than');
sql(q(SELECT agentsandbox.approve(id, 'known') FROM agentsandbox.reviews));
settle();
is(outcome('mail', qq({"to": "\\u00e9ve"})), 'held', 'its one code point');
is(outcome('mail', qq({"to": "e\\u0301ve"})), 'ready', 'approved once, it is known');
is(outcome('mail', '{"to": "eve"}', $other), 'held', 'for the other conversation it is as new');
sql(q(SELECT agentsandbox.reject(id, 'for its author alone') FROM agentsandbox.reviews));
settle();
is(sql_as($agent, q(SELECT count(*) FROM RemoteProcedureCalls WHERE error->>'note' IS NOT NULL)), '1', 'each reads the note about its own call');

# more at once than may wait
my $flood = open_conversation('watched');
sql_as($flood, q(INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'mail', jsonb_build_object('to', n) FROM generate_series(1, 1000) n));
settle();
is(sql("SELECT count(*) FROM agentsandbox.reviews WHERE conversation = '$flood->{conversation}'"), '3', 'three of a thousand reach a reviewer');
is(sql("SELECT count(DISTINCT error->>'code') || min(error->>'code') FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$flood->{conversation}' AND status = 'refused'"),
	'1too_many_held', 'the others are told why not');
sql(q(SELECT agentsandbox.drop_anomaly_rule(n) FROM unnest(ARRAY['new', 'new_n']) n));

# faster than allowed: in one statement, in savepoints, in many sessions
sql(q(SELECT agentsandbox.create_anomaly_rule('fast', 'velocity', 'watched', 'pay', calls => 5, period => '1 hour', each_conversation => false)));
my @crowd = map { open_conversation('watched') } 1 .. 3;
my @sessions = map { PsqlSession->new(conninfo($_)) } @crowd, @crowd;
for my $session (@sessions)
{
	$session->run('BEGIN');
	$session->run(q(INSERT INTO RemoteProcedureCalls (method) VALUES ('pay')));
	$session->run('SAVEPOINT s');
	$session->run(q(INSERT INTO RemoteProcedureCalls (method) VALUES ('pay')));
	$session->run('ROLLBACK TO s');
	$session->run(q(INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'pay', jsonb_build_object('n', n) FROM generate_series(1, 3) n));
}
$_->run('COMMIT') for @sessions;
settle();
is(sql(q(SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE method = 'pay' AND ready_at IS NOT NULL)), '5', 'five go, whoever makes them');
sql(q(SELECT agentsandbox.drop_anomaly_rule('fast')));

# a row of refusals is not ended by a decoy that waits or is taken back
sql(q(SELECT agentsandbox.create_anomaly_rule('probing', 'refusals', calls => 2)));
my $prober = open_conversation('watched');
is(outcome('pay', '{"x": 1}', $prober), 'refused', 'one is refused') for 1, 2;
my $decoy = sql_as($prober, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('pay') RETURNING id));
settle();
is(sql_as($prober, "SELECT agentsandbox.cancel('$decoy')"), 'cancelled', 'a decoy is taken back');
is(outcome('pay', '{"n": 1}', $prober), 'held', 'the next waits all the same');

done_testing();
