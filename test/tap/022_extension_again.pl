# The extension dropped and made again in one transaction, and its schema taken
# out of it: the worker and the sessions go on with what there is now.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use PsqlSession;
use Test::More;

# a profile's role outlives the extension
my $profile = 'p0';

sub make_policy
{
	$profile++;
	sql(<<~"SQL");
		SELECT agentsandbox.create_profile('$profile');
		SELECT agentsandbox.create_method('say', 'true', 'true', accepts => '{private}');
		SELECT agentsandbox.allow_method('$profile', 'say');
		CREATE TABLE IF NOT EXISTS secret (id int);
		GRANT SELECT ON secret TO $profile;
		SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
		SQL
	return;
}

# All that the worker does for a conversation: raises a label, judges a call
sub works
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $c = open_conversation($profile);
	is(sql_as($c, 'SELECT count(*) FROM secret'), '0', "$what: a labelled table is read");
	is(sql("SELECT label FROM agentsandbox.conversation_labels WHERE conversation = '$c->{conversation}'"), 'private', '... the label is raised');
	my $id = sql_as($c, q(INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('say', '{"a": 1}') RETURNING id));
	poll_is("SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE id = '$id'", 'ready', '... and a call is judged');
	is(sql("SELECT count(*) FROM agentsandbox.claim(10, '1 minute')"), '1', '... which a gateway claims');
	sql("SELECT agentsandbox.close_conversation('$c->{conversation}')");
	return;
}

make_policy();
works('at first');

for my $round (1 .. 3)
{
	my $old = open_conversation($profile);
	my $session = PsqlSession->new(conninfo($old));
	is($session->run('SELECT count(*) FROM secret'), '0', 'a conversation is open');
	sql("BEGIN; DROP EXTENSION agentsandbox CASCADE; CREATE EXTENSION agentsandbox; COMMIT");
	is($session->run('SELECT 1'), undef, '... and ends with the extension');
	refused($old, 'SELECT 1', qr/FATAL/, '... for good');
	make_policy();
	works("made again, round $round");
}

sql('ALTER EXTENSION agentsandbox DROP SCHEMA agentsandbox');
works('without its schema');
sql('ALTER EXTENSION agentsandbox ADD SCHEMA agentsandbox');
works('with it again');

poll_is("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker' AND datname = current_database()", '1', 'there is one worker');
unlike(server_log(), qr/agentsandbox worker .*(?:ERROR|FATAL|PANIC): /, '... which met no error');

done_testing();
