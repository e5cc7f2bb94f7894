# A method's response labels are altered while a session waits for a response.
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use Test::More;
use Wire;

sql(<<'SQL');
SELECT agentsandbox.create_profile('clerk');
SELECT agentsandbox.create_method('ask', 'true', 'true');
SELECT agentsandbox.allow_method('clerk', 'ask');
SQL
my $c = open_conversation('clerk');
my $wire = Wire->connect($c);

sub claimed
{
	my ($id) = @_;
	poll_is("SELECT status FROM agentsandbox.RemoteProcedureCalls WHERE id = '$id'", 'ready', 'a call is ready');
	return split / /, sql(q(SELECT id || ' ' || lease_token FROM agentsandbox.claim(1, '1 min')));
}
my $submit = q(INSERT INTO RemoteProcedureCalls (method) VALUES ('ask') RETURNING id);
my ($call, $token) = claimed(my $id = $wire->query($submit)->{rows}[0][0]);
sql(qq(SELECT agentsandbox.complete('$call', '$token', '1')));
is($wire->query("SELECT response FROM agentsandbox.await('$id', '60 s')")->{rows}[0][0], '1', 'a session has read responses');

# ... and waits in a transaction that has locked already what it reads
($call, $token) = claimed($id = $wire->query($submit)->{rows}[0][0]);
$wire->query('BEGIN');
is($wire->query("SELECT status FROM RemoteProcedureCalls WHERE id = '$id'")->{rows}[0][0], 'claimed', 'it looks at a call');
$wire->message('Q', "SELECT status, response FROM agentsandbox.await('$id', '60 s')\0");
poll_is("SELECT count(*) FROM pg_stat_activity WHERE usename = '$c->{role}' AND wait_event_type = 'Extension'", 1, '... and waits for it');
sql(q(SELECT agentsandbox.alter_method('ask', response_labels => '{private}')));
is(sql(qq(SELECT agentsandbox.complete('$call', '$token', '"a secret"'))), 'completed', 'the gateway answers');
is_deeply($wire->collect->{rows}, [ [ 'completed', '"a secret"' ] ], 'the session has the response');
is(sql("SELECT string_agg(label, ' ' ORDER BY label) FROM agentsandbox.conversation_labels WHERE conversation = '$c->{conversation}' AND label = 'private'"),
	'private', '... and its conversation the label that the response has now');

done_testing();
