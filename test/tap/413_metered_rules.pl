# What is judged when a metered call is released, and when a reviewer's decision
# is acted upon: rules, the schema in force, whether there is time left.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";

use AgentSandbox;
use PsqlSession;
use Test::More;

sub labelled
{
	my ($profile) = @_;
	my $c = open_conversation($profile);
	sql("INSERT INTO agentsandbox.conversation_labels (conversation, label, cause) VALUES ('$c->{conversation}', 'private', 'this test')");
	return $c;
}

sub ask
{
	my ($c, @n) = @_;
	return split /\n/, sql_as($c, join ' ', map { "INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('ask', '{\"n\": $_}') RETURNING id;" } @n);
}

sub states
{
	my ($c) = @_;
	return "SELECT string_agg(status || CASE WHEN awaits_tick THEN ' (tick)' ELSE '' END || ' ' || (arguments->>'n'), ', ' ORDER BY (arguments->>'n')::int)
		FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$c->{conversation}'";
}

# Metered calls wait, or go at the next tick.
sub interval
{
	my ($interval) = @_;
	sql("SELECT agentsandbox.alter_profile('metered', release_interval => '$interval'); SELECT pg_reload_conf()");
	return;
}

keep_session();
sql(<<'SQL');
SELECT agentsandbox.create_method('ask', response => 'true', request => '{"type": "object", "required": ["n"], "additionalProperties": false,
	"properties": {"n": {"type": "integer", "minimum": 1, "maximum": 100}}}');
SELECT agentsandbox.create_profile('metered', egress => 'meter', budget_bits => 1000, release_interval => '1 day');
SELECT agentsandbox.allow_method('metered', 'ask');
SELECT agentsandbox.create_method('tell', response => 'true', request => '{"type": "object"}');
SELECT agentsandbox.create_profile('reviewed', egress => 'hold', held_calls => 100);
SELECT agentsandbox.allow_method('reviewed', 'tell');
CREATE ROLE rita LOGIN PASSWORD 'rita' IN ROLE agentsandbox_reviewer;
SQL
my %rita = (role => 'rita', password => 'rita');

# ---- rules remember what was released, not what was submitted

sql(q(SELECT agentsandbox.create_anomaly_rule('few', 'velocity', 'metered', calls => 3, period => '1 hour', each_conversation => false)));
my ($one, $other) = map { labelled('metered') } 1, 2;
ask($one, 1 .. 5);
poll_until(states($one), join(', ', map { "held (tick) $_" } 1 .. 5));
sql_as($one, "SELECT agentsandbox.cancel(id) FROM RemoteProcedureCalls");
is(sql(states($one)), join(', ', map { "cancelled $_" } 1 .. 5), 'five calls are cancelled before their tick');
is(sql('SELECT count(*) FROM agentsandbox.anomaly_history'), '0', 'and rules do not remember them');

# the order in which they meet the rule is that in which they go, not that of their making
ask($other, 9, 5, 7, 3, 1);
poll_until(states($other), join(', ', map { "held (tick) $_" } 1, 3, 5, 7, 9));
interval('1 s');
poll_is(states($other), 'ready 1, ready 3, ready 5, held 7, held 9', 'three of another conversation go at the tick, the others wait for a reviewer');
is(sql("SELECT string_agg(DISTINCT reason->>'reason', ', ') || ' ' || count(*) FROM agentsandbox.reviews"), 'anomaly 2', 'who sees why');
is(sql('SELECT count(*) FROM agentsandbox.anomaly_history'), '3', 'rules remember the three');
is(sql("SELECT count(*) FROM agentsandbox.egress_charges WHERE conversation = '$other->{conversation}'"), '3', 'which were charged');

sql_as(\%rita, q(SELECT agentsandbox.approve(id, 'it may go') FROM agentsandbox.reviews WHERE payload = '{"n":7}'));
poll_is(states($other), 'ready 1, ready 3, ready 5, ready 7, held 9', 'what the reviewer lets go goes at a tick');
is(sql("SELECT count(*), bool_and(c.ready_at = e.released_at) FROM agentsandbox.egress_charges e JOIN agentsandbox.RemoteProcedureCalls c ON c.id = e.call
	WHERE e.conversation = '$other->{conversation}'"), '4|t', 'and is charged');
is(sql('SELECT count(*) FROM agentsandbox.anomaly_history'), '4', 'rules remember it once');
sql_as(\%rita, q(SELECT agentsandbox.reject(id, 'no') FROM agentsandbox.reviews));
poll_is(states($other), 'ready 1, ready 3, ready 5, ready 7, refused 9', 'the other is refused');
sql(q(SELECT agentsandbox.drop_anomaly_rule('few'); SELECT agentsandbox.alter_profile('metered', held_calls => 1)));

# so many may wait for a reviewer
sql(q(SELECT agentsandbox.create_anomaly_rule('few', 'velocity', 'metered', calls => 1, period => '1 hour')));
interval('1 day');
$one = labelled('metered');
ask($one, 1 .. 4);
poll_until(states($one), join(', ', map { "held (tick) $_" } 1 .. 4));
interval('1 s');
poll_is(states($one), 'ready 1, held 2, refused 3, refused 4', 'and no more than held_calls');
is(sql("SELECT string_agg(DISTINCT error->>'code', ' ') FROM agentsandbox.RemoteProcedureCalls WHERE status = 'refused' AND conversation = '$one->{conversation}'"),
	'too_many_held', 'with the reason');
sql(q(SELECT agentsandbox.drop_anomaly_rule('few')));

# ---- the profile's budget is that of a window, which moves on

sql("SELECT agentsandbox.create_profile('windowed', egress => 'meter', budget_bits => 1000, profile_budget_bits => 1000, budget_window => '1 day', release_interval => '1 s');
	SELECT agentsandbox.allow_method('windowed', 'ask')");
$one = labelled('windowed');
ask($one, 1);
poll_is(states($one), 'ready 1', 'a call is released');
# which leaves less than a call costs at least, and once it is given back enough for one after a pause
sql("SELECT agentsandbox.alter_profile('windowed', profile_budget_bits => max(bits) + 8) FROM agentsandbox.egress_charges WHERE conversation = '$one->{conversation}'");
ask($one, 2);
poll_is(states($one), 'ready 1, refused 2', 'the next is more than the budget has left');
is(sql("SELECT round(agentsandbox.bits_left('$one->{conversation}'))"), '8', '... which is this');
sql("SELECT agentsandbox.alter_profile('windowed', budget_window => '3 s')");
poll_is("SELECT agentsandbox.bits_left('$one->{conversation}') > 8.5", 't', 'what went before the window is given back');
ask($one, 3);
poll_is(states($one), 'ready 1, refused 2, ready 3', '... and another call is released');

# ---- a release that cannot be committed before its tick

interval('1 day');
$one = labelled('metered');
ask($one, 1, 2);
poll_until(states($one), 'held (tick) 1, held (tick) 2');
my $worker = q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker');
my $same = sql($worker);
my $blocker = PsqlSession->new(conninfo());
$blocker->run('BEGIN; LOCK TABLE agentsandbox.egress_charges IN SHARE MODE');
interval('2 s');
poll_until("SELECT count(*) FROM pg_locks WHERE relation = 'agentsandbox.egress_charges'::regclass AND NOT granted", '1');
my $tick = sql(q(SELECT date_bin('2 s', clock_timestamp(), '2000-01-01 00:00:00+00') + interval '2.2 s'));
poll_until("SELECT clock_timestamp() > '$tick'", 't');
my $freed = $blocker->run('SELECT clock_timestamp()');
$blocker->run('COMMIT');
poll_is(states($one), 'ready 1, ready 2', 'calls are released when the worker was kept from it');
is(sql("SELECT bool_and(ready_at > '$freed'), count(DISTINCT ready_at), bool_and(extract(epoch FROM ready_at) % 2 = 0)
	FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$one->{conversation}'"), 't|1|t', 'but at the next tick: not later than the one they would have had');
is(sql("SELECT count(*) FROM agentsandbox.egress_charges WHERE conversation = '$one->{conversation}'"), '2', 'and charged once');
is(sql($worker), $same, '... by the same worker');

# ---- a method that is altered in the transaction that approves

my $held = labelled('reviewed');
sql_as($held, q(INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'tell', jsonb_build_object('n', n) FROM generate_series(1, 100) n));
poll_until('SELECT count(*) FROM agentsandbox.reviews', '100', 60);
my %id = map { reverse split /\|/ } split /\n/, sql(q(SELECT id, payload::jsonb->>'n' FROM agentsandbox.reviews));
sql(join '', map { my $less = $_ - 1; qq(BEGIN;
	SELECT agentsandbox.alter_method('tell', request => '{"type": "object", "properties": {"n": {"maximum": $less}}}');
	SELECT agentsandbox.approve('$id{$_}', 'before the method was altered');
	COMMIT;) } reverse 41 .. 100);
poll_is("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$held->{conversation}' AND status = 'held'", '40', 'sixty approvals are acted upon');
is(sql("SELECT string_agg(DISTINCT status || ' ' || (error->>'code'), ', ') FROM agentsandbox.RemoteProcedureCalls
	WHERE conversation = '$held->{conversation}' AND status <> 'held'"), 'refused invalid_arguments', 'by the schema that holds then');
sql("SELECT agentsandbox.approve('$id{40}', 'fits')");
poll_is("SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE id = '$id{40}'", 'ready', 'what fits goes');

done_testing();
