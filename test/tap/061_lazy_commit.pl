# What others may act on waits for the log, also where the server, a gateway or a
# reviewer has commits wait for nothing.
# with-cluster: --conf 'synchronous_commit = off' --conf 'wal_writer_delay = 10s' --conf 'autovacuum = off'
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use PsqlSession;
use Test::More;
use Wire;

my $calls = 'agentsandbox.RemoteProcedureCalls';

sql(<<'SQL');
SELECT agentsandbox.create_profile('clerk', egress => 'hold');
SELECT agentsandbox.create_method(m, 'true', 'true') FROM unnest('{mail,ask}'::text[]) m;
SELECT agentsandbox.allow_method('clerk', m) FROM unnest('{mail,ask}'::text[]) m;
CREATE TABLE secret AS SELECT 1 AS a;
SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
GRANT SELECT ON secret TO clerk;
CREATE TABLE other (a int);
CREATE ROLE pool LOGIN PASSWORD 'pool' IN ROLE agentsandbox_pool;
SQL

sub flushed
{
	my ($do) = @_;
	my $before = sql('SELECT pg_current_wal_insert_lsn()');
	$do->();
	return sql("SELECT pg_current_wal_flush_lsn() > '$before'");
}

# does a transaction of a session wait for the log?
sub lasts
{
	my ($who, $sql) = @_;
	my $session = PsqlSession->new(conninfo($who));
	$session->run("BEGIN; $sql");
	return flushed(sub { $session->run('COMMIT') });
}

my $c = open_conversation('clerk');
is(lasts(undef, 'INSERT INTO other VALUES (1)'), 'f', 'a commit waits for nothing');
is(lasts($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('ask'))), 't', 'a submission does');
poll_is("SELECT count(*) FROM $calls WHERE status = 'ready'", 1, 'the call is relayed');
my ($id, $token) = split / /, sql(q(SELECT id || ' ' || lease_token FROM agentsandbox.claim(1, '1 min')));
is(lasts(undef, "SELECT agentsandbox.complete('$id', '$token', '1')"), 't', 'so does what ends a call');
is(flushed(sub { sql_as($c, 'SELECT a FROM secret') }), 't', '... what raises labels');
my $held = sql_as($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('mail') RETURNING id));
poll_is("SELECT status FROM $calls WHERE id = '$held'", 'held', 'a call waits for a reviewer');
is(lasts(undef, "SELECT agentsandbox.approve('$held', 'fine')"), 't', '... what a reviewer decides');
is(lasts(undef, "SELECT agentsandbox.rotate_token('$c->{conversation}')"), 't', '... what makes a token invalid');
is(lasts(undef, "SELECT agentsandbox.close_conversation('$c->{conversation}')"), 't', '... what closes a conversation');

my $once = sql(q(SELECT token FROM agentsandbox.open_conversation('clerk', single_use_token => true)));
my $wire = Wire->connect({ role => 'pool', password => 'pool' });
is(flushed(sub { $wire->query("SELECT agentsandbox.enter('$once')") }), 't', '... and what uses a token up');

done_testing();
