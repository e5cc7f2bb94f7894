# Refusals are kept whatever happens to the transaction, the session and the
# server, and are no way to fill memory or disk.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	CREATE TABLE seen (a int);
	CREATE VIEW through AS SELECT * FROM seen;
	CREATE ROLE clerk;
	ALTER VIEW through OWNER TO clerk;
	SELECT agentsandbox.create_profile('p');
	GRANT SELECT ON through TO p;
	CREATE ROLE pool LOGIN PASSWORD 'pool' IN ROLE agentsandbox_pool;
	SQL
my $c = open_conversation('p');
my $flood = open_conversation('p');
my $mine = "conversation = '$c->{conversation}'";

refused($c, 'BEGIN; SELECT pg_sleep(1);', '42501', 'a refusal in a transaction that fails');
poll_is("SELECT count FROM agentsandbox.refusals WHERE $mine AND object = 'pg_sleep'", '1', '... is recorded');

refused($c, 'SELECT * FROM through', '42501', 'what the server itself refuses');
poll_is("SELECT count, reason FROM agentsandbox.refusals WHERE $mine AND gate = 'server'", '1|permission denied for table seen',
	'... is recorded with what the server said');

refused({ role => 'pool', password => 'pool' }, 'SELECT pg_sleep(1)', '42501', 'a pool role that entered no conversation is refused');
poll_is('SELECT count(*) > 0 FROM agentsandbox.refusals WHERE conversation IS NULL', 't', '... and recorded without one');

refused(undef, 'SET ROLE pool; SELECT pg_sleep(1)', '42501', 'what an administrator is refused as the role');
is(sql('SELECT sum(count) FROM agentsandbox.refusals WHERE conversation IS NULL'), '1', '... is not the pool role\'s doing')
  or diag(sql('SELECT * FROM agentsandbox.refusals WHERE conversation IS NULL'));

# one message each, all of another kind
my $many = "\\set ON_ERROR_STOP off\n" . join '', map { "SET parameter_$_ = 1;\n" } 1 .. 3000;
psql(conninfo($flood), $many);
refused($c, 'LISTEN x', '42501', 'another conversation meanwhile');
poll_is("SELECT count FROM agentsandbox.refusals WHERE $mine AND object = 'LISTEN'", '1', '... finds room');
poll_is("SELECT sum(count) FROM agentsandbox.refusals WHERE conversation = '$flood->{conversation}'", '3000', 'of a flood all are counted');
cmp_ok(sql("SELECT count(*) FROM agentsandbox.refusals WHERE conversation = '$flood->{conversation}'"), '<=', 1001, '... and a part is kept');
is(sql("SELECT count(*) FROM agentsandbox.refusals WHERE reason = 'more refusals than were recorded one by one'"), '1', '... with the rest in one row');

my $long = 'x' x 5000;
refused($c, qq(SET "\xc3\xa4$long" = 1), '42501', 'a long name');
poll_is("SELECT max(octet_length(object)) FROM agentsandbox.refusals WHERE $mine", '63', '... is cut off');

# an error that comes from a parallel worker
my $forced = sql("SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
sql(<<~SQL);
	SELECT agentsandbox.create_profile('parallel', parallel_workers => 1);
	CREATE FUNCTION deny(text) RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS
	    \$\$ BEGIN RAISE EXCEPTION 'denied in worker: %', pg_read_file(\$1); END \$\$;
	GRANT EXECUTE ON FUNCTION deny(text) TO parallel;
	ALTER SYSTEM SET $forced = on;
	SELECT pg_reload_conf();
	SQL
my $parallel = open_conversation('parallel');
poll_is("SHOW $forced", 'on', 'parallel workers are used');
refused($parallel, "SELECT deny('PG_VERSION')", '42501', 'a parallel worker is refused');
like(server_log(), qr/\] parallel worker ERROR:  permission denied .*\n.* parallel worker STATEMENT:  SELECT deny/, '... itself');
is(sql_as($parallel, 'SELECT 1'), '1', '... and the server lives on');
sql("ALTER SYSTEM RESET $forced");
sql('SELECT pg_reload_conf()');

# what cannot be stored is stored later, by the same worker
my $worker = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'";
my $pid = sql($worker);
sub failed { return server_log() =~ /relation "$_[0]" violates check constraint "full"/ }
sql(<<~'SQL');
	ALTER TABLE agentsandbox.refusals ADD CONSTRAINT "full" CHECK (false) NOT VALID;
	ALTER TABLE agentsandbox.conversation_activity ADD CONSTRAINT "full" CHECK (false) NOT VALID;
	SQL
my $late = open_conversation('p');
my $kept = "conversation = '$late->{conversation}'";
refused($late, 'LISTEN x', '42501', 'a refusal while nothing can be stored');
my $left = open_conversation('p');
sql_as($left, 'SELECT 1');
my $deadline = time + 60;
until ((failed('refusals') && failed('conversation_activity')) || time > $deadline) { sql('SELECT 1') }
refused($late, 'LISTEN x', '42501', '... and one more of its kind');
sql('ALTER TABLE agentsandbox.refusals DROP CONSTRAINT "full"');
sql('ALTER TABLE agentsandbox.conversation_activity DROP CONSTRAINT "full"');
poll_is("SELECT sum(count) FROM agentsandbox.refusals WHERE $kept AND object = 'LISTEN'", '2', '... are not lost');
poll_is("SELECT count(*) FROM agentsandbox.conversation_activity WHERE conversation = '$left->{conversation}'", '1', '... nor is when a session left');
is(sql($worker), $pid, '... and no worker gave up');

# a conversation that has gone needs no refusals, and keeps nobody else's from being stored
sql('ALTER TABLE agentsandbox.refusals ADD CONSTRAINT "full" CHECK (false) NOT VALID');
my $gone = open_conversation('p');
refused($gone, 'LISTEN x', '42501', 'a refusal of a conversation');
refused($late, 'LISTEN x', '42501', '... and of another');
sql("SELECT agentsandbox.close_conversation('$gone->{conversation}')");
sql("DELETE FROM agentsandbox.conversation_records WHERE id = '$gone->{conversation}'");
sql('ALTER TABLE agentsandbox.refusals DROP CONSTRAINT "full"');
poll_is("SELECT sum(count) FROM agentsandbox.refusals WHERE $kept AND object = 'LISTEN'", '3', '... is stored although the first has gone');

# a row of the past goes, one of today stays
sql("UPDATE agentsandbox.refusals SET last_at = now() - interval '40 days' WHERE object = 'pg_sleep'");
sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'");
poll_is("SELECT count(*) FROM agentsandbox.refusals WHERE object = 'pg_sleep'", '0', 'what is older than agentsandbox.retention is forgotten');
is(sql("SELECT count(*) FROM agentsandbox.refusals WHERE $mine AND object = 'LISTEN'"), '1', '... the rest is not');

# the worker stores what is there when the server stops
system($ENV{AGENTSANDBOX_PG_CTL}, qw(restart -s -m fast -w)) == 0 or die;
poll_is("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'", '1', 'after a restart');
is(sql("SELECT count FROM agentsandbox.refusals WHERE $mine AND object = 'LISTEN'"), '1', '... it is still there');

done_testing();
