# What a call reads does not grow with the calls that are kept, nor with the
# conversations that are open.  Rows read are counted, for time says little.
# with-cluster: --conf 'autovacuum = off'
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use Test::More;

my $many = 5000;

sql(<<'SQL');
SELECT agentsandbox.create_profile('clerk');
SELECT agentsandbox.create_method('mail', 'true', 'true');
SELECT agentsandbox.allow_method('clerk', 'mail');
CREATE ROLE gail LOGIN PASSWORD 'gail' IN ROLE agentsandbox_gateway;
SQL
my %gail = (role => 'gail', password => 'gail');
my $c = open_conversation('clerk');

# calls that have ended, of a transaction that the worker is done with
sql(<<"SQL");
ALTER TABLE agentsandbox.RemoteProcedureCalls DISABLE TRIGGER change_call;
INSERT INTO agentsandbox.RemoteProcedureCalls (conversation, id, method, status, submitted_at, submitted_xid, ordinal, finished_at)
	SELECT gen_random_uuid(), gen_random_uuid(), 'mail', 'completed', now(), '4', i, now() FROM generate_series(1, $many) i;
ALTER TABLE agentsandbox.RemoteProcedureCalls ENABLE TRIGGER change_call;
UPDATE agentsandbox.call_progress SET looked_at_before = pg_current_xact_id();
SET session_replication_role = replica;
INSERT INTO agentsandbox.conversation_records (id, profile, context, expires_at)
	SELECT gen_random_uuid(), 'clerk'::regrole, '{}', now() + interval '1 day' FROM generate_series(1, $many);
SQL
sql('VACUUM ANALYZE');

my $worker = q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker');
my $pid = sql($worker);
sql("SELECT pg_terminate_backend($pid, 10000)");
poll_is("SELECT count(*) FROM ($worker) w WHERE pid <> $pid", '1', 'a worker starts');

sub submit
{
	my ($deadline) = @_;
	return sql_as($c, "INSERT INTO RemoteProcedureCalls (method, deadline) VALUES ('mail', $deadline) RETURNING id");
}

sub ends
{
	my ($id, $status, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is(sql_as($c, "SELECT status FROM agentsandbox.await('$id')"), $status, $name);
}

# What the worker has read and changed is told when it wakes, at most once a second.

sub changed
{
	my ($want, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return poll_is("SELECT pg_reload_conf(), n_tup_upd FROM pg_stat_user_tables WHERE relname = 'remoteprocedurecalls'", "t|$want", $name);
}

my $read = q(SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) +
	(SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'agentsandbox')
	FROM pg_stat_user_tables WHERE schemaname = 'agentsandbox');

ends(submit("'-infinity'"), 'expired', 'a call ends');
changed(1, 'and the worker has told what it did so far');
my $before = sql($read);

for (1 .. 5)
{
	my $id = submit('NULL');
	poll_is("SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$c->{conversation}' AND id = '$id'", 'ready', 'a call is ready');
	sql_as(\%gail, q(SELECT agentsandbox.complete(id, lease_token, 'true') FROM agentsandbox.claim(1, '1 minute')));
	ends($id, 'completed', 'and answered');
}
ends(submit(q(clock_timestamp() + interval '300 ms')), 'expired', 'another ends when it is due');
changed(1 + 5 * 3 + 2, 'all of that is counted');

cmp_ok(sql($read) - $before, '<', $many / 5, 'and that little was read');

done_testing();
