# Conversations log in, are counted, expire and are closed.
# with-cluster: --conf "log_statement = 'all'" --conf 'log_min_duration_statement = 0'
use strict;
use warnings;

use lib 'test/lib';
use AgentSandbox;
use IO::Handle;
use Test::More;
use Time::HiRes qw(sleep time);
use Wire;

$SIG{PIPE} = 'IGNORE';

sql(<<'SQL');
SELECT agentsandbox.create_profile('agent', connection_limit => 2, search_path => '"My Schema", public');
CREATE DATABASE other;
SQL

# A session that stays until it is dismissed or ended
my $errors = "$ENV{PGDATA}/psql.err";

sub session
{
	my ($c, $sql) = @_;
	local $ENV{PGCONNECTION} = conninfo($c);
	my $pid = open(my $in, '|-', "exec psql -XqAt -f - \"\$PGCONNECTION\" >/dev/null 2>>$errors") or die "psql: $!";
	$in->autoflush(1);
	print $in $sql // 'SELECT 1', ";\n";
	return { in => $in, pid => $pid };
}

sub dismiss
{
	for my $s (@_)
	{
		kill 'TERM', $s->{pid};
		close $s->{in};
	}
	return;
}

my $clients = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

sub sessions_become
{
	my ($c, $n, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return poll_is("SELECT sessions FROM agentsandbox.conversations WHERE id = '$c->{conversation}'", $n, $name);
}

# login
my $c = open_conversation('agent', '{"a": 1}');
is(sql_as($c, 'SELECT current_user = session_user'), 't', 'a conversation logs in');
is(sql_as($c, 'SHOW search_path'), '"My Schema", public, agentsandbox, pg_temp', 'its search_path is the profile\'s and the extension\'s');
is(sql_as($c, "SET search_path = ''; RESET search_path; SHOW search_path"), '"My Schema", public, agentsandbox, pg_temp', 'and RESET comes back to it');
for my $secret (qw(password token))
{
	unlike(server_log(), qr/\Q$c->{$secret}\E/, "the $secret is not in the server's log");
	is(sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%' || '" . substr($c->{$secret}, 1) . "' AND pid <> pg_backend_pid()"), '0',
		"the $secret is not in pg_stat_activity");
}
{
	local $ENV{PGDATABASE} = 'other';
	refused($c, 'SELECT 1', qr/FATAL: .*own database/, 'not into another database');
}
refused({ %$c, password => 'x' }, 'SELECT 1', qr/password authentication failed/, 'not with a wrong password');

# the limit counts sessions, exactly
my @two = map { session($c) } 1 .. 2;
sessions_become($c, 2, 'two sessions are counted');
refused($c, 'SELECT 1', qr/too many sessions of this conversation/, 'a third is refused');
sql("SELECT agentsandbox.alter_profile('agent', connection_limit => 3)");
is(sql_as($c, 'SELECT 1'), '1', 'until the limit is raised');
dismiss(@two);
sessions_become($c, 0, 'none is left');
poll_is("SELECT last_activity > opened_at FROM agentsandbox.conversations WHERE id = '$c->{conversation}'", 't', 'when it was last active is kept');


# the worker is woken for the first that leaves, and looks for those that left while it stored that
my @leaving = map { open_conversation('agent') } 1 .. 2;
sql(<<'SQL');
CREATE TABLE go ();
CREATE FUNCTION wait_for_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	WHILE NOT EXISTS (SELECT FROM public.go) LOOP
		PERFORM pg_sleep(0.01);
	END LOOP;
	RETURN NEW;
END $$;
CREATE TRIGGER wait BEFORE INSERT ON agentsandbox.conversation_activity FOR EACH ROW EXECUTE FUNCTION wait_for_go();
SQL
sql_as($leaving[0], 'SELECT 1');
poll_is("SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker' AND datname = current_database()", 'PgSleep',
	'the worker stores a departure');
sql_as($leaving[1], 'SELECT 1');
sessions_become($leaving[1], 0, 'another session leaves');
sql('INSERT INTO go DEFAULT VALUES');
poll_is("SELECT last_activity > opened_at FROM agentsandbox.conversations WHERE id = '$_->{conversation}'", 't', 'both are kept') for @leaving;
sql("SELECT agentsandbox.close_conversation('$_->{conversation}')") for @leaving;
sql('DROP FUNCTION wait_for_go CASCADE');

my @many = map { session($c) } 1 .. 12;
sessions_become($c, 3, 'of twelve at once as many as the limit are admitted');
poll_is($clients, 3, 'and the others are refused');
is(sql("SELECT sessions FROM agentsandbox.conversations WHERE id = '$c->{conversation}'"), 3, 'no more come later');
dismiss(@many);
sessions_become($c, 0, 'none is left');
sql("SELECT agentsandbox.alter_profile('agent', connection_limit => 20)");

# closing ends sessions, whatever they do
my @busy = (session($c), session($c, 'BEGIN; SELECT 1'), session($c, "SELECT count(*) FROM generate_series(1, 1000000000000)"),
	session($c, "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r"));
poll_is($clients . " AND query <> ''", 4, 'four sessions');
# asked by one session, since on a busy machine to start a client takes longer than this
my $operator = Wire->connect({ role => $ENV{PGUSER} });
is($operator->query("SELECT agentsandbox.close_conversation('$c->{conversation}')")->{rows}[0][0], 't', 'closed');
my $start = time;
until ($operator->query($clients)->{rows}[0][0] == 0 || time > $start + 10) { sleep 0.01 }
my $took = time - $start;
poll_is("$clients AND usename <> '$ENV{PGUSER}'", 0, 'all of them end');
cmp_ok($took, '<', 1, 'within a second');
undef $operator;
dismiss(@busy);
refused($c, 'SELECT 1', qr/FATAL/, 'no new login');
is(sql("SELECT state, sessions FROM agentsandbox.conversations WHERE id = '$c->{conversation}'"), 'closed|0', 'the record stays');

# a close that is rolled back ends nothing
my $kept = open_conversation('agent');
my $stays = session($kept);
sessions_become($kept, 1, 'one session');
sql("BEGIN; SELECT agentsandbox.close_conversation('$kept->{conversation}'); ROLLBACK");
sql("BEGIN; SAVEPOINT s; SELECT agentsandbox.close_conversation('$kept->{conversation}'); ROLLBACK TO s; COMMIT");
is(sql($clients), 1, 'a close rolled back ends no session');
sql("BEGIN; SAVEPOINT s; SELECT agentsandbox.close_conversation('$kept->{conversation}'); RELEASE s; COMMIT");
poll_is($clients, 0, 'one released and committed does');
dismiss($stays);

# login and close at the same time: neither misses the other
my $survivors = 0;
for my $round (1 .. 15)
{
	my $racer = open_conversation('agent');
	my @racing = map { session($racer) } 1 .. 3;
	my $until = time + 0.006 * $round;
	sleep 0.001 while time < $until;
	sql("SELECT agentsandbox.close_conversation('$racer->{conversation}')");
	my ($gone) = poll_until($clients, 0, 10);
	$survivors++ if !$gone;
	dismiss(@racing);
}
is($survivors, 0, 'no session survives a close at the moment of its login');

# expiry
my $brief = open_conversation('agent', '{}', '2 seconds');
my $idle = session($brief);
sessions_become($brief, 1, 'it logs in while it can');
poll_is("SELECT state FROM agentsandbox.conversations WHERE id = '$brief->{conversation}'", 'expired', 'the worker closes what has expired', 20);
poll_is($clients, 0, 'its session ends');
dismiss($idle);
refused($brief, 'SELECT 1', qr/FATAL/, 'and no other begins');

# a role that was given more than it should have
my $strong = open_conversation('agent');
sql("ALTER ROLE $strong->{role} BYPASSRLS");
my $message = refused($strong, 'SELECT 1', qr/FATAL: .*cannot be confined/, 'BYPASSRLS is refused at login');
unlike($message, qr/BYPASSRLS/, 'without telling why');
like(server_log(), qr/has attribute BYPASSRLS/, 'which the log does');
sql("ALTER ROLE $strong->{role} NOBYPASSRLS; SELECT agentsandbox.create_profile('second'); GRANT second TO $strong->{role}");
refused($strong, 'SELECT 1', qr/FATAL: .*cannot be confined/, 'so is a second profile');
sql("REVOKE second FROM $strong->{role}");
is(sql_as($strong, 'SELECT 1'), '1', 'put right, it logs in');
refused({ role => 'agent', password => '' }, 'SELECT 1', qr/FATAL|fe_sendauth/, 'a profile does not');

# however the server writes the library into the setting of the role
my %quoted;
@quoted{qw(role password conversation)} =
	split /\|/, sql("SET quote_all_identifiers = on; SELECT role, password, conversation FROM agentsandbox.open_conversation('agent')");
is(sql_as(\%quoted, 'SELECT 1'), '1', 'a role whose library is quoted logs in');
sql("SELECT agentsandbox.close_conversation('$quoted{conversation}')");

# a server that has lost the library
sub restart_with
{
	my ($libraries, $path) = @_;
	open my $conf, '>>', "$ENV{PGDATA}/postgresql.conf" or die "postgresql.conf: $!";
	print $conf "shared_preload_libraries = '$libraries'\ndynamic_library_path = '$path'\n";
	close $conf;
	system($ENV{AGENTSANDBOX_PG_CTL}, qw(restart -s -w -m fast)) == 0 or BAIL_OUT('restart');
	return;
}
restart_with('', '$libdir');
refused($strong, 'SELECT 1', qr/FATAL: .*agentsandbox must be loaded via shared_preload_libraries/, 'without the library a conversation cannot log in');
is(sql('SELECT 1'), '1', 'but everybody else can');
restart_with('', '$libdir/elsewhere');
refused($strong, 'SELECT 1', qr/FATAL: .*could not access file "\S*agentsandbox"/, 'nor where the library\'s file is missing');
restart_with('agentsandbox', '$libdir');
is(sql_as($strong, 'SELECT 1'), '1', 'with it the conversation goes on');

# a copy of the database has the rows and not the roles
system("pg_dump -Fc -f $ENV{PGDATA}/dump sandbox && pg_restore -d other $ENV{PGDATA}/dump") == 0 or fail('dump and restore');
my $other = { dbname => 'other' };
is(sql_as($other, "SELECT agentsandbox.close_conversation('$strong->{conversation}')"), 't', 'closed in the copy');
is(sql_as($strong, 'SELECT 1'), '1', 'it is open where it was opened');
refused($other, "SELECT agentsandbox.drop_profile('agent')", qr/has members/, 'nor does the copy drop its profile');

done_testing();
