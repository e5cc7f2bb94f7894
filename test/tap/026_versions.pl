# The extension of a database and the library that the server has loaded are of
# different versions: nobody is let in, and nothing is done, until they agree.
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use PsqlSession;
use Test::More;
use Time::HiRes qw(time usleep);

my $worker = q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker');
my $calls = 'agentsandbox.RemoteProcedureCalls';
my $versions = qr/are not of the same version/;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('clerk');
	SELECT agentsandbox.create_method('mail', 'true', 'true');
	SELECT agentsandbox.allow_method('clerk', 'mail');
	SQL
my $c = open_conversation('clerk');
my ($version) = sql(q(SELECT extversion FROM pg_extension WHERE extname = 'agentsandbox'));

# As after an installation and a restart; in every session and process from here on.
sub becomes
{
	my ($to) = @_;
	sql("UPDATE pg_extension SET extversion = '$to' WHERE extname = 'agentsandbox'");
	sql("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'");
	return;
}

sub logged
{
	my ($condition) = @_;
	my $deadline = time + 30;
	usleep 20_000 until $condition->() || time > $deadline;
	return $condition->();
}

for my $other ('0.0.1', '99.0')
{
	my $session = PsqlSession->new(conninfo($c));
	is($session->run("INSERT INTO RemoteProcedureCalls (method) VALUES ('mail'); SELECT 1"), '1', 'a session is open');
	my $log = length server_log();
	becomes($other);
	refused($c, 'SELECT 1', $versions, "$other: nobody logs in");
	refused(undef, "SELECT * FROM agentsandbox.open_conversation('clerk')", $versions, '... nobody opens a conversation');
	refused(undef, "SELECT * FROM agentsandbox.claim(1, '1 minute')", $versions, '... no gateway claims');
	ok(logged(sub { substr(server_log(), $log) =~ /agentsandbox worker[^\n]*ERROR: [^\n]*$versions/ }), '... and the worker says why it does nothing');
	like(substr(server_log(), $log), qr/DETAIL:\s+The extension is of version \Q$other\E, the library of \Q$version\E/, '... with both versions');
	becomes($version);
	is(sql_as($c, 'SELECT 1'), '1', 'the same version again: login');
	poll_is("SELECT count(*) FROM $calls WHERE status = 'submitted'", '0', '... and the worker goes on');
}

becomes('0.0.1');
sql('DROP EXTENSION agentsandbox CASCADE; CREATE EXTENSION agentsandbox');
sql("DROP ROLE clerk; SELECT agentsandbox.create_profile('clerk')");
is(sql_as(open_conversation('clerk'), 'SELECT 1'), '1', 'one of another version can be dropped and made again');

done_testing();
