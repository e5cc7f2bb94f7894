# The calls of a conversation that ended end too, also where somebody has one of
# them locked when the worker comes to it.
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
poll_is("SELECT count(*) FROM $calls WHERE status = 'expired'", 1199, 'all end but the one that somebody has locked');
is(sql('SELECT count(*) FROM agentsandbox.ended_conversations'), 1, '... which is not forgotten');
$session->run('ROLLBACK');
poll_is("SELECT count(*) FROM agentsandbox.ended_conversations", 0, 'it comes again');
is(sql("SELECT status, count(*) FROM $calls GROUP BY 1"), 'expired|1200', 'all calls have ended');

# they are kept for a while, others until they end
sub retention
{
	my ($retention) = @_;
	sql("ALTER SYSTEM SET agentsandbox.retention = '$retention'");
	sql('SELECT pg_reload_conf()');
	return;
}
$c = open_conversation('clerk');
sub submit { return sql_as($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('mail') RETURNING id)) }
retention('0');
# each is judged in a turn of the worker, at whose end it deletes
my ($ready, $ends) = map { submit() } 1 .. 2;
poll_is("SELECT status FROM $calls WHERE id = '$_'", 'ready', 'the worker goes on') for $ready, $ends, submit();
is(sql("SELECT status, count(*) FROM $calls GROUP BY 1 ORDER BY 1"), "expired|1200\nready|3", 'retention 0 keeps all calls');
retention('1 s');
poll_is("SELECT count(*) FROM $calls WHERE status = 'expired'", '0', 'a short one deletes those that ended before that');
poll_is("SELECT bool_and(submitted_at < now() - interval '3 s') FROM $calls", 't', 'nothing is left to do');
is(sql_as($c, "SELECT agentsandbox.cancel('$ends')"), 'cancelled', 'one more ends');
poll_is("SELECT count(*) FROM $calls WHERE id = '$ends'", '0', '... and is deleted when its time has come');
is(sql("SELECT status FROM $calls WHERE id = '$ready'"), 'ready', 'one that has not ended stays, older than that');

done_testing();
