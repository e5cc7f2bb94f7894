# An expression so deep that the stack does not hold it: what is asked, while the
# error is being told, for the first name that cannot be reached goes as deep.
# That must neither stop the server nor leave what it was looking at behind.
use strict;
use warnings;
use AgentSandbox;
use PsqlSession;
use Test::More;

sql(q(SELECT agentsandbox.create_profile('p')));
my $started = sql('SELECT pg_postmaster_start_time()');
my $c = open_conversation('p');
my $session = PsqlSession->new(conninfo($c));

for my $term ('1', 'nothing')
{
	is($session->run('SELECT ' . join('+', ($term) x 40000)), undef, "a sum of 40000 times $term fails");
	is($session->error, '54001', '... of the stack');
}
is($session->run('SELECT 1'), '1', 'the session goes on');
is(sql('SELECT pg_postmaster_start_time()'), $started, '... and the server');

my $pid = sql("SELECT pid FROM pg_stat_activity WHERE usename = '$c->{role}'");
sql("SELECT pg_log_backend_memory_contexts($pid)");
$session->run('SELECT 1');
my $contexts = server_log();
like($contexts, qr/TopMemoryContext:/, 'what memory the session has is in the log');
unlike($contexts, qr/agentsandbox names/, '... none is of the names');

# types of types, which are looked up as deep as they are nested
sql(<<~'SQL');
	CREATE TYPE nested_0 AS (a int);
	DO $$ BEGIN FOR i IN 1 .. 3000 LOOP EXECUTE format('CREATE TYPE nested_%s AS (a nested_%s)', i, i - 1); END LOOP; END $$;
	CREATE TABLE t (a int, b nested_3000);
	GRANT SELECT ON t TO p;
	SQL
is(sql_as($c, 'SELECT NULL::nested_0 IS NULL, NULL::nested_3000 IS NULL'), 't|t', 'types within types are followed');
sql(q(ALTER SYSTEM SET max_stack_depth = '100kB'));
sql('SELECT pg_reload_conf()');
poll_is('SHOW max_stack_depth', '100kB', 'the stack is small');
refused($c, 'SELECT NULL::nested_0', '54001', '... as far as the stack goes outwards');
refused($c, 'SELECT NULL::nested_3000', '54001', '... and inwards');
is(sql('SELECT pg_postmaster_start_time()'), $started, 'the server goes on');
done_testing;
