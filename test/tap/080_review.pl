# Review with the real worker and gateway functions: what is approved is what
# is claimed, a killed worker loses no decision, rules remember across restarts,
# and full batches are judged with rules in place.
# server: crashes
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use PsqlSession;
use Test::More;
use Time::HiRes qw(sleep time);

sql(<<'SQL');
SELECT agentsandbox.create_profile('reviewed', held_calls => 10000, statements_per_minute => 1000000);
SELECT agentsandbox.create_method('mail', response => '{"type": "object"}',
	request => '{"type": "object", "properties": {"to": {"type": "string"}, "n": {"type": "number"}}}');
SELECT agentsandbox.allow_method('reviewed', 'mail');
CREATE ROLE gail LOGIN PASSWORD 'gail' IN ROLE agentsandbox_gateway;
CREATE ROLE rita LOGIN PASSWORD 'rita' IN ROLE agentsandbox_reviewer;
SQL
my %gail = (role => 'gail', password => 'gail');
my %rita = (role => 'rita', password => 'rita');
my $c = open_conversation('reviewed');
my $worker = q(FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker');

sub call
{
	my ($arguments, $who) = @_;
	return sql_as($who // $c, "INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('mail', '$arguments') RETURNING id");
}

sub becomes
{
	my ($id, $status, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return poll_is("SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE id = '$id'", $status, $name);
}

# Ends the worker at once and for good, as a crash of the server does, after
# what the given SQL does in the same moment.
sub crash_after
{
	my ($sql) = @_;
	my $pid = stop_worker();
	$sql->();
	kill KILL => $pid;
	wait_for_server();
	poll_until("SELECT count(*) $worker", '1');
	return;
}

# what waits, and for whom
sql(q(SELECT agentsandbox.create_anomaly_rule('always', 'hours', 'reviewed', from_time => '00:00', until_time => '24:00', time_zone => 'UTC')));
my $listener = PsqlSession->new(conninfo(\%rita));
$listener->run('LISTEN agentsandbox_review');
my $id = call('{"to": "ann", "n": 1.50}');
becomes($id, 'held', 'a call waits');
my $heard = '';
for (1 .. 500)
{
	$heard = $listener->run('SELECT 1');
	last if $heard =~ /agentsandbox_review/;
	sleep 0.01;
}
like($heard, qr/Asynchronous notification "agentsandbox_review" received/, 'reviewers are told');
is(sql_as(\%gail, q(SELECT count(*) FROM agentsandbox.claim(10, '1 minute'))), '0', 'no gateway gets it');
is(sql_as($c, "SELECT status FROM agentsandbox.await('$id', '100 ms')"), 'held', 'its agent does not wait for ever');

# approved: exactly that payload
my ($payload, $sha) = split /\|/, sql_as(\%rita, q(SELECT payload, encode(payload_sha256, 'hex') FROM agentsandbox.reviews));
is($payload, '{"n":1.5,"to":"ann"}', 'the reviewer reads the canonical text');
sql_as(\%rita, "SELECT agentsandbox.approve(id, 'seen', digest) FROM agentsandbox.reviews");
becomes($id, 'ready', 'it goes');
my ($claimed, $lease, $outside) = split /\|/, sql_as(\%gail, q(SELECT arguments, lease_token, id FROM agentsandbox.claim(10, '1 minute')));
is($claimed, $payload, 'the gateway gets the bytes that were approved');
require Digest::SHA;
is(Digest::SHA::sha256_hex($claimed), $sha, 'with the hash that was shown');
isnt($outside, $id, 'under an id that was drawn when it went');
sql_as(\%gail, qq(SELECT agentsandbox.complete('$outside', '$lease', '{"sent": true}')));
is(sql_as($c, "SELECT status, response FROM agentsandbox.await('$id')"), 'completed|{"sent": true}', 'the agent reads the answer');

# rejected, told and not told
$id = call('{"to": "bob"}');
becomes($id, 'held', 'another waits');
sql_as(\%rita, "SELECT agentsandbox.reject('$id', 'bob has left')");
is(sql_as($c, "SELECT status, error->>'code', error->>'note' FROM agentsandbox.await('$id')"),
	'refused|rejected|bob has left', 'the agent reads the verdict');

# the worker dies between the decision and what it does about it
my ($approved, $rejected) = map { call(qq({"n": $_})) } 1, 2;
becomes($_, 'held', 'a call waits') for $approved, $rejected;
crash_after(sub {
	sql_as(\%rita, "SELECT agentsandbox.approve('$approved', ''), agentsandbox.reject('$rejected', 'no')");
	is(sql("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'held'"), '2', 'decided, and not acted on');
});
becomes($approved, 'ready', 'approved before the crash: it goes after it');
becomes($rejected, 'refused', 'rejected before the crash: refused after it');
is(sql_as(\%gail, q(SELECT arguments FROM agentsandbox.claim(10, '1 minute'))), '{"n":1}', 'once');

# expiry
sql(q(SELECT agentsandbox.alter_profile('reviewed', review_expires => '300 ms')));
$id = call('{"n": 3}');
is(sql_as($c, "SELECT status, error->>'code' FROM agentsandbox.await('$id')"), 'expired|not_reviewed', 'what nobody decides ends');
refused(\%rita, "SELECT agentsandbox.approve('$id', '')", '55000', 'and cannot be approved then');
sql(q(SELECT agentsandbox.alter_profile('reviewed', review_expires => '1 day')));
$id = sql_as($c, q(INSERT INTO RemoteProcedureCalls (method, deadline) VALUES ('mail', clock_timestamp() + interval '500 ms') RETURNING id));
is(sql_as($c, "SELECT status, error->>'code' FROM agentsandbox.await('$id')"), 'expired|deadline', 'a deadline holds while it waits');

# a reviewer who races the end of the time: what was approved goes, what was
# not does not
sql(q(SELECT agentsandbox.alter_profile('reviewed', review_expires => '250 ms')));
my $reviewer = PsqlSession->new(conninfo(\%rita));
my $hurried = open_conversation('reviewed');
my $start = time;
my @ids = split /\n/, sql_as($hurried, q(INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'mail', jsonb_build_object('n', n) FROM generate_series(1, 400) n RETURNING id));
my ($in_time, $late) = (0, 0);
for my $one (@ids)
{
	defined $reviewer->run("SELECT agentsandbox.approve('$one', 'hurry')") ? $in_time++ : $late++;
}
note sprintf '%d in time, %d late, %.2f s', $in_time, $late, time - $start;
my $of = "conversation = '$hurried->{conversation}'";
poll_is("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'held' AND $of", '0', 'none waits any more');
is(sql("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'ready' AND $of"), $in_time, 'as many went as were approved');
is(sql("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls c JOIN agentsandbox.review_decisions d ON d.call = c.id WHERE status <> 'ready' AND c.$of"), '0', 'all that were approved');
sql(q(SELECT agentsandbox.alter_profile('reviewed', review_expires => '1 day')));
sql("SELECT agentsandbox.close_conversation('$hurried->{conversation}')");

# a conversation that ends takes its calls along
my $short = open_conversation('reviewed');
$id = call('{"n": 4}', $short);
becomes($id, 'held', 'a call waits');
sql("SELECT agentsandbox.close_conversation('$short->{conversation}')");
becomes($id, 'expired', 'until its conversation ends');
refused(\%rita, "SELECT agentsandbox.approve('$id', '')", '55000', 'nobody approves it then');

# a profile that an administrator has made a reviewer, while its agent is connected
my $agent = PsqlSession->new(conninfo($c));
sql(qq(GRANT agentsandbox_reviewer TO reviewed));
$id = $agent->run(q(INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('mail', '{"n": 5}') RETURNING id));
becomes($id, 'held', 'a call waits');
is($agent->run("SELECT agentsandbox.approve('$id', 'mine')"), undef, 'a conversation approves nothing, whatever it was granted');
is(sql(qq(SELECT count(*) FROM agentsandbox.review_decisions WHERE note = 'mine')), '0', 'and nothing is noted');
sql(qq(REVOKE agentsandbox_reviewer FROM reviewed));
sql_as(\%rita, "SELECT agentsandbox.reject('$id', '')");
becomes($id, 'refused', 'a person decides');
sql(q(SELECT agentsandbox.drop_anomaly_rule('always')));

# what rules remember survives the worker
sql(<<'SQL');
SELECT agentsandbox.create_anomaly_rule('speed', 'velocity', 'reviewed', calls => 20, period => '1 hour');
SELECT agentsandbox.create_anomaly_rule('new', 'first_value', 'reviewed', 'mail', pointer => '/to');
SELECT agentsandbox.create_anomaly_rule('large', 'size', 'reviewed', 'mail', history => 20, minimum => 10);
SELECT agentsandbox.create_anomaly_rule('probing', 'refusals', 'reviewed', calls => 2);
SQL
my $fresh = open_conversation('reviewed');
sql_as($fresh, q(INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'mail', '{"to": "ann"}' FROM generate_series(1, 19)));
poll_is(q(SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'submitted'), '0', 'calls are judged');
call('{"n": "wrong"}', $fresh);
crash_after(sub { });
is(sql("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$fresh->{conversation}' AND status = 'ready'"),
	'19', 'the honest ones went');
my $why = "SELECT held_for->'rules' ?| '{%s}' FROM agentsandbox.RemoteProcedureCalls WHERE id = '%s' AND held_for IS NOT NULL";
$id = call('{"to": "ann"}', $fresh);
becomes($id, 'ready', 'the twentieth goes');
$id = call('{"to": "ann"}', $fresh);
becomes($id, 'held', 'the next does not');
is(sql(sprintf $why, 'speed', $id), 't', 'because it is the next');
$id = call('{"to": "zoe"}', $fresh);
poll_is(sprintf($why, 'new', $id), 't', 'a new recipient is new after a restart too');
$id = call('{"to": "' . 'a' x 2000 . '"}', $fresh);
poll_is(sprintf($why, 'large', $id), 't', 'a large one is large');
call('{"n": "wrong"}', $fresh) for 1, 2;
poll_is(q(SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'submitted'), '0', 'calls are judged');
crash_after(sub { });
$id = call('{"to": "ann"}', $fresh);
poll_is(sprintf($why, 'probing', $id), 't', 'refusals before the crash count');

# full batches, from several conversations
sql(q(SELECT agentsandbox.drop_anomaly_rule(name) FROM agentsandbox.anomaly_rules));
my $seconds;
for my $rules (0, 1)
{
	sql(<<'SQL') if $rules;
SELECT agentsandbox.create_anomaly_rule('speed', 'velocity', 'reviewed', calls => 10000, period => '1 hour');
SELECT agentsandbox.create_anomaly_rule('large', 'size', 'reviewed', 'mail', history => 1000);
SELECT agentsandbox.create_anomaly_rule('new', 'first_value', 'reviewed', 'mail', pointer => '/to');
SELECT agentsandbox.create_anomaly_rule('night', 'hours', 'reviewed', from_time => '00:00:00', until_time => '00:00:01', time_zone => 'Pacific/Kiritimati');
SELECT agentsandbox.create_anomaly_rule('probing', 'refusals', 'reviewed', calls => 3);
SQL
	my @many = map { open_conversation('reviewed') } 1 .. 3;
	$start = time;
	sql_as($_, q(INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'mail', jsonb_build_object('to', 'ann', 'n', n) FROM generate_series(1, 3000) n)) for @many;
	my $list = join ', ', map { "'$_->{conversation}'" } @many;
	poll_is("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE conversation IN ($list) AND status = 'ready'",
		'9000', $rules ? '9,000 calls are judged by five rules' : '9,000 calls without rules');
	$seconds->[$rules] = time - $start;
}
note sprintf 'judged in %.2f s without rules, %.2f s with five', @$seconds;
cmp_ok(sql(q(SELECT count(*) FROM agentsandbox.anomaly_history WHERE rule = 'large')), '<=', 6000, 'what is remembered is bounded');

# all of a batch waits, and is decided about at once
sql(q(SELECT agentsandbox.create_anomaly_rule('always', 'hours', 'reviewed', from_time => '00:00', until_time => '24:00', time_zone => 'UTC')));
my $flood = open_conversation('reviewed');
sql_as($flood, q(INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'mail', jsonb_build_object('n', n) FROM generate_series(1, 1200) n));
poll_is("SELECT count(*) FROM agentsandbox.reviews WHERE conversation = '$flood->{conversation}'", '1200', '1,200 calls wait');
sql_as(\%rita, qq(SELECT count(agentsandbox.approve(id, 'all of them', digest)) FROM agentsandbox.reviews WHERE conversation = '$flood->{conversation}'));
poll_is("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$flood->{conversation}' AND status = 'ready'", '1200', 'and go');

# decided, and locked by somebody: more than a batch of what cannot be done yet
# keeps nothing else waiting
my $stuck = open_conversation('reviewed');
sql_as($stuck, q(INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'mail', jsonb_build_object('n', n) FROM generate_series(1, 1200) n));
$of = "conversation = '$stuck->{conversation}'";
poll_is("SELECT count(*) FROM agentsandbox.reviews WHERE $of", '1200', '1,200 calls wait');
my $pid = stop_worker();
sql_as(\%rita, qq(SELECT count(agentsandbox.approve(id, 'all of them', digest)) FROM agentsandbox.reviews WHERE $of));
my $locker = PsqlSession->new(conninfo(undef));
$locker->run("BEGIN; SELECT count(*) FROM (SELECT FROM agentsandbox.RemoteProcedureCalls WHERE $of FOR UPDATE) locked");
kill CONT => $pid;
$id = sql_as($c, q(INSERT INTO RemoteProcedureCalls (method, deadline) VALUES ('mail', clock_timestamp() + interval '500 ms') RETURNING id));
is(sql_as($c, "SELECT status, error->>'code' FROM agentsandbox.await('$id', '20 s')"), 'expired|deadline', 'what is due ends meanwhile');
is(sql("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE $of AND status = 'held'"), '1200', 'nothing is done to what is locked');
$locker->run('ROLLBACK');
poll_is("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE $of AND status = 'ready'", '1200', 'which goes afterwards');

done_testing();
