# A claim that finds nothing can wait in the server, and misses nothing.
use strict;
use warnings;

use AgentSandbox;
use IPC::Run ();
use PsqlSession;
use Test::More;

sql(<<'SQL');
SELECT agentsandbox.create_profile('clerk');
SELECT agentsandbox.create_method(m, 'true', 'true', max_attempts => 3), agentsandbox.allow_method('clerk', m)
FROM unnest('{mail,fax}'::text[]) m;
CREATE ROLE gail LOGIN PASSWORD 'gail' IN ROLE agentsandbox_gateway;
SQL
my $c = open_conversation('clerk');
my %gail = (role => 'gail', password => 'gail');
my $waits = "SELECT pid FROM pg_stat_activity WHERE usename = 'gail' AND state = 'active' AND wait_event_type = 'Extension'";

sub submit { return sql_as($c, qq(INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('$_[0]', '{"n": $_[1]}'))); }

sub are
{
	my ($status, $n, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return poll_is("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = '$status'", $n, $name);
}

# A claim in a session of its own, that is seen to wait.
sub wait_for_call
{
	my ($methods, $name) = @_;
	my %claim = (in => undef, out => '', err => '');
	$claim{handle} = IPC::Run::start([ qw(psql -XqAt -v VERBOSITY=sqlstate -c),
		"SELECT arguments::json ->> 'n' FROM agentsandbox.claim(10, '1 hour', '$methods', '1 minute')", conninfo(\%gail) ],
		\undef, \$claim{out}, \$claim{err}, IPC::Run::timeout(90));
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	poll_is("SELECT count(*) FROM ($waits) w", '1', $name);
	return \%claim;
}

# What comes out is polled for less long than it could wait.
{
	my $claim = wait_for_call('{mail}', 'a claim waits');
	is(sql("SELECT count(*) FROM pg_locks WHERE pid = ($waits) AND locktype <> 'virtualxid'"), '0', '... without a lock');
	submit('fax', 1);
	are('ready', 1, 'a call of another method is ready');
	poll_is("SELECT count(*) FROM ($waits) w", '1', '... which does not end the wait');
	submit('mail', 2);
	are('claimed', 1, 'one of its own does');
	$claim->{handle}->finish;
	is($claim->{out}, "2\n", '... and is what it claims');
}
{
	my $claim = wait_for_call('{mail}', 'another waits');
	sql("SELECT pg_cancel_backend(($waits))");
	$claim->{handle}->finish;
	like($claim->{err}, qr/57014/, '... and can be cancelled');
}

# In one session, what was not there is not looked for again, but nothing is missed.
my $session = PsqlSession->new(conninfo(\%gail));
$session->run(q(SET statement_timeout = '30 s'));

sub claims
{
	my ($methods, $wait, $want, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is($session->run("SELECT arguments::json ->> 'n' FROM agentsandbox.claim(10, '1 hour', $methods, '$wait')"), $want, $name);
}
claims(q('{mail}'), '0', '', 'nothing is there');
claims(q('{mail}'), '200 ms', '', '... nor after a while');
claims(q('{fax}'), '1 minute', '1', 'what was there all the time, of another method, comes at once');
claims('NULL', '0', '', 'nothing of any method is there');
submit('mail', 3);
are('ready', 1, 'a call comes between two claims');
claims('NULL', '1 minute', '3', '... and the second gets it');
submit('mail', 4);
are('ready', 1, 'another comes');
$session->run('BEGIN');
claims('NULL', '1 minute', '4', '... is claimed');
$session->run('ROLLBACK');
claims('NULL', '20 s', '4', '... comes back after a rollback');
sql(q(SELECT agentsandbox.fail(outside_id, lease_token, '{}') FROM agentsandbox.RemoteProcedureCalls WHERE arguments = '{"n": 4}'));
$session->run('BEGIN; SAVEPOINT s');
claims('NULL', '20 s', '4', '... and after its backoff');
$session->run('ROLLBACK TO s');
claims('NULL', '1 minute', '4', '... again after a rollback to a savepoint');
$session->run('ROLLBACK');
claims('NULL', '1 minute', '4', '... and of all');

done_testing();
