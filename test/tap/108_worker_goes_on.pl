# What sessions keep locked holds the worker up nowhere: everybody else's calls,
# labels, expiries and time limits go on, and what was locked follows later.
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use PsqlSession;
use Test::More;
use Time::HiRes qw(time);
use Wire;

my $calls = 'agentsandbox.remoteprocedurecalls';

keep_session();
sql(<<"SQL");
SELECT agentsandbox.create_profile('clerk', egress => 'hold', idle_in_transaction_time => '1 h', transaction_time => '1 h');
SELECT agentsandbox.create_method(m, 'true', 'true') FROM unnest('{mail,ask,old}'::text[]) m;
SELECT agentsandbox.allow_method('clerk', m) FROM unnest('{mail,ask,old}'::text[]) m;
-- a client that does not go on is watched from outside alone
SELECT agentsandbox.create_profile('slow', statement_time => '500 ms', transaction_time => '1 s', allow_copy => true);
CREATE TABLE secret AS SELECT 1 AS a;
SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
GRANT SELECT ON secret TO clerk;
CREATE TABLE t (a int);
GRANT INSERT ON t TO slow;
CREATE ROLE pool LOGIN PASSWORD 'pool' IN ROLE agentsandbox_pool;
SQL
my $worker = sql(q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'));

sub call
{
	my ($c, $method) = @_;
	return sql_as($c, "INSERT INTO RemoteProcedureCalls (method) VALUES ('$method') RETURNING id");
}

sub becomes
{
	my ($id, $status, $name, $timeout) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return poll_is("SELECT status FROM $calls WHERE id = '$id'", $status, $name, $timeout);
}

sub overruns
{
	my ($name) = @_;
	my $wire = Wire->connect(open_conversation('slow'));
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$wire->query('COPY t FROM STDIN');
	return ok(eval { $wire->collect('', 10)->{gone} }, "$name: a session over its time is ended");
}

# All that others want of the worker, in time.
sub others_go_on
{
	my ($while) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $c = open_conversation('clerk');
	my $short = open_conversation('clerk', '{}', '500 ms');
	becomes(call($c, 'ask'), 'ready', "$while: a call is relayed", 10);
	is(sql_as($c, 'SELECT a FROM secret'), '1', "$while: labels are raised");
	becomes(call($c, 'ask'), 'held', "$while: a call is held", 10);
	poll_is("SELECT state FROM agentsandbox.conversation_records WHERE id = '$short->{conversation}'", 'expired', "$while: a conversation expires", 10);
	poll_is("SELECT count(*) FROM pg_roles WHERE rolname = '$short->{role}'", 0, "$while: its role goes", 10);
	overruns($while);
	return;
}

note 'a reviewer decides, and does not commit';
my ($closed, $held);
{
	$closed = open_conversation('clerk');
	sql_as($closed, 'SELECT a FROM secret');
	($held, my $other) = map { call($closed, 'mail') } 1 .. 2;
	becomes($_, 'held', 'a call is held') for $held, $other;
	my $digest = sql("SELECT encode(digest, 'hex') FROM agentsandbox.reviews WHERE id = '$held'");
	my $session = PsqlSession->new(conninfo());
	ok(defined $session->run("BEGIN; SELECT agentsandbox.approve('$held', 'fine', '\\x$digest')"), 'a decision is open');
	sql("SELECT agentsandbox.close_conversation('$closed->{conversation}')");
	becomes($other, 'expired', 'the closed conversation\'s other call ends');
	others_go_on('an open decision');
	$session->run('ROLLBACK');
	becomes($held, 'expired', 'the call ends when it is let go');
}

note 'a gateway claims, and does not commit';
{
	my $c = open_conversation('clerk');
	my $id = call($c, 'mail');
	becomes($id, 'ready', 'a call is ready');
	my $session = PsqlSession->new(conninfo());
	is($session->run(q(BEGIN; SELECT count(*) FROM agentsandbox.claim(100, '1 min', '{mail}'))), '1', 'a claim is open');
	sql("SELECT agentsandbox.close_conversation('$c->{conversation}')");
	others_go_on('an open claim');
	$session->run('COMMIT');
	becomes($id, 'expired', 'the call ends when it is let go');
}

note 'an operator drops a method, and does not commit';
{
	my $c = open_conversation('clerk');
	my $id = call($c, 'old');
	becomes($id, 'ready', 'a call is ready');
	my $session = PsqlSession->new(conninfo());
	ok(defined $session->run(q(BEGIN; SELECT agentsandbox.drop_method('old'))), 'a drop is open');
	sql("SELECT agentsandbox.close_conversation('$c->{conversation}')");
	others_go_on('an open drop');
	$session->run('COMMIT');
	becomes($id, 'failed', 'the call ends with its method');
}
poll_is('SELECT count(*) FROM agentsandbox.ended_conversations', 0, 'of conversations that ended nothing is left to do');

note 'an administrator alters the role of a conversation, and does not commit';
{
	my $c = open_conversation('clerk', '{}', '2 s');
	my $session = PsqlSession->new(conninfo());
	ok(defined $session->run("BEGIN; ALTER ROLE $c->{role} CONNECTION LIMIT 3"), 'an ALTER ROLE is open');
	poll_is("SELECT state FROM agentsandbox.conversation_records WHERE id = '$c->{conversation}'", 'expired', 'the conversation expires');
	others_go_on('an open ALTER ROLE');
	$session->run('ROLLBACK');
	poll_is("SELECT count(*) FROM pg_roles WHERE rolname = '$c->{role}'", 0, 'the role goes when it is let go');
	poll_is('SELECT count(*) FROM agentsandbox.ended_conversations', 0, '... and nothing is left to do');
}

note 'a pooled connection uses up a token, and does not end the message';
my $tokens = 'SELECT count(*) FROM agentsandbox.conversation_tokens WHERE conversation =';

sub open_once
{
	my ($expires) = @_;
	my %c;
	@c{qw(conversation role token)} = split /\|/,
	  sql("SELECT conversation, role, token FROM agentsandbox.open_conversation('clerk', expires => '$expires', single_use_token => true)");
	my $wire = Wire->connect({ role => 'pool', password => 'pool' });
	$wire->parse('', "SELECT agentsandbox.enter('$c{token}')");
	$wire->bind('', '', []);
	$wire->execute('', 0);
	$wire->message('H', '');
	is($wire->collect('C')->{rows}[0][0], $c{conversation}, 'a token is being used up');
	return (\%c, $wire);
}
for my $how (qw(expires closed))
{
	my ($c, $wire) = open_once($how eq 'expires' ? '2 s' : '1 h');
	if ($how eq 'closed')
	{
		my $start = time;
		refused(undef, "SELECT agentsandbox.rotate_token('$c->{conversation}')", '55P03', 'the token cannot be replaced now');
		refused(undef, "SELECT agentsandbox.revoke_tokens('$c->{conversation}')", '55P03', '... nor revoked');
		is(sql("SET statement_timeout = '10 s'; SELECT agentsandbox.close_conversation('$c->{conversation}')"), 't', 'the conversation can be closed');
		cmp_ok(time - $start, '<', 15, '... and nobody waits for long');
	}
	ok(eval { $wire->collect('', 20)->{gone} }, "its session is ended ($how)");
	poll_is("$tokens '$c->{conversation}'", 0, "the token goes ($how)");
	poll_is("SELECT count(*) FROM pg_roles WHERE rolname = '$c->{role}'", 0, "... and the role ($how)");
}
poll_is('SELECT count(*) FROM agentsandbox.ended_conversations', 0, 'nothing is left to do');

note 'a table is locked';
for my $table (qw(remoteprocedurecalls conversation_records refusals usage method_definitions))
{
	my $c = open_conversation('clerk');
	my $watched = Wire->connect(open_conversation('slow'));
	my $submitting = PsqlSession->new(conninfo($c));
	$submitting->run(q(BEGIN; INSERT INTO RemoteProcedureCalls (method) VALUES ('ask'), ('gone'))) if $table ne 'remoteprocedurecalls';
	refused($c, 'CREATE TABLE x ()', '42501', 'a refusal is to be stored');
	$watched->query('COPY t FROM STDIN');
	my $session = PsqlSession->new(conninfo());
	ok(defined $session->run("BEGIN; LOCK TABLE agentsandbox.$table"), "$table is locked");
	$submitting->run('COMMIT');
	ok(eval { $watched->collect('', 10)->{gone} }, "$table locked: a session over its time is ended");
	$session->run('ROLLBACK');
	next if $table eq 'remoteprocedurecalls';
	poll_is("SELECT string_agg(status, ' ' ORDER BY method) FROM $calls WHERE conversation = '$c->{conversation}'", 'ready refused', "$table: calls are judged then", 20);
}

note 'nothing that is judged can be written, as on a disk that is full';
{
	my $c = open_conversation('clerk');
	sql("CREATE INDEX none ON $calls ((1 / (status = 'submitted')::int)) WHERE conversation = '$c->{conversation}'");
	my $waits = call($c, 'ask');
	my ($errors, $deadline) = (0, time + 30);
	until ($errors > 1 || time > $deadline) { sql('SELECT 1'); $errors = () = server_log() =~ /ERROR:  division by zero/g }
	cmp_ok($errors, '>', 1, 'a call cannot be judged, nor alone');
	overruns('... which takes a while');
	sql('DROP INDEX agentsandbox.none');
	becomes($waits, 'ready', '... but is later', 30);
}
others_go_on('afterwards');
poll_is(q(SELECT count(*) > 0 FROM agentsandbox.refusals WHERE object = 'CREATE TABLE' OR reason LIKE '%CREATE TABLE%'), 't', 'refusals are stored');
is(sql(q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker')), $worker, 'all this was done by one worker');

done_testing();
