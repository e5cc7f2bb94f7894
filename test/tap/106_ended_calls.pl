# The calls of a conversation that ended end too, also where the worker has to
# begin again with what it had done of them.
use strict;
use warnings;
use Test::More;

use AgentSandbox;
use PsqlSession;

my $calls = 'agentsandbox.remoteprocedurecalls';

sql(<<'SQL');
SELECT agentsandbox.create_profile('clerk');
SELECT agentsandbox.create_method('mail', 'true', 'true');
SELECT agentsandbox.allow_method('clerk', 'mail');
SQL
my $c = open_conversation('clerk');

# more than one batch of the worker, which goes by their ids
sql_as($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ) . join ', ', (q(('mail'))) x 1200);
poll_is("SELECT count(*) FROM $calls WHERE status = 'ready'", 1200, 'calls of several batches are ready');

my $session = PsqlSession->new(conninfo());
$session->run("BEGIN; SELECT FROM $calls ORDER BY id DESC LIMIT 1 FOR UPDATE");
sql("SELECT agentsandbox.close_conversation('$c->{conversation}')");
my $waiting = "FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker' AND wait_event_type = 'Lock'";
poll_is("SELECT count(*) $waiting", 1, 'the worker comes to one that somebody has locked');
sql("SELECT pg_cancel_backend(pid) $waiting");
poll_is("SELECT count(*) $waiting", 0, '... and is interrupted');
$session->run('ROLLBACK');
poll_is("SELECT count(*) FROM agentsandbox.ended_conversations", 0, 'it tries again');
is(sql("SELECT status, count(*) FROM $calls GROUP BY 1"), 'expired|1200', 'all calls have ended');

done_testing();
