# Limits that need time, the protocol or another session: those of
# sql/limits.sql do not.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use IPC::Run ();
use Test::More;
use Time::HiRes qw(time);
use Wire;

sql(<<~'SQL');
	CREATE TABLE t (a int PRIMARY KEY, b text);
	INSERT INTO t SELECT g, 'b' FROM generate_series(1, 20) g;
	SELECT agentsandbox.create_profile('p', statement_time => '500 ms', transaction_time => '1500 ms',
	    idle_in_transaction_time => '500 ms', idle_session_time => '1 s', lock_wait => '200 ms', value_bytes => 1000,
	    rows_returned => 100000000, bytes_returned => 100000000000, allow_copy => true);
	GRANT SELECT, INSERT, UPDATE ON t TO p;
	SQL
my $c = open_conversation('p');
my $other = open_conversation('p');
my $sessions = "SELECT count(*) FROM agentsandbox.sessions() WHERE role = '$c->{role}'::regrole";

# how long something takes
sub seconds
{
	my ($do) = @_;
	my $start = time;
	$do->();
	return time - $start;
}

my $burn = 'SELECT count(*) FROM generate_series(1, 100000000)';
my $short = 'SELECT count(*) FROM generate_series(1, 100000)';

note 'statement time';
cmp_ok(seconds(sub { refused($c, $burn, '57014', 'a long statement is cancelled') }), '<', 3, '... in time');
is(sql_as($c, $short), '100000', 'a shorter one is not');
cmp_ok(seconds(sub {
	refused($c, join("\\; ", ($short) x 200) . ';', '57014', 'many short ones in one message are cancelled together');
}), '<', 3, '... in time');

note 'transaction time';
sql(q(SELECT agentsandbox.create_profile('t', statement_time => '1 min', transaction_time => '1500 ms')));
my $w = Wire->connect(open_conversation('t'));
my $codes = sub { return join ' ', map { $_->{C} } @{ $w->query($_[0])->{errors} } };
$codes->('BEGIN');
my $begun = time;
my $ended = '';
$ended = $codes->($short) until $ended || time > $begun + 20;
is($ended, '25P04', 'a transaction of many statements ends');
cmp_ok(time - $begun, '>=', 1.4, '... when its time is over');

note 'idle in a transaction';
sql(q(SELECT agentsandbox.create_profile('i', transaction_time => '1 h', idle_in_transaction_time => '500 ms')));
$w = Wire->connect(open_conversation('i'));
$w->query('BEGIN');
is(join(' ', map { $_->{C} } @{ $w->collect('Z', 20)->{errors} }), '25P03', 'a session that is idle in a transaction is ended');

# Runs psql with its input left open, as a client that does not go on.
sub start
{
	my ($who, $sql) = @_;
	my %run = (in => $sql, out => '', err => '');
	$run{handle} = IPC::Run::start([ qw(psql -XqAt -v VERBOSITY=verbose), conninfo($who) ],
		'<', \$run{in}, '>', \$run{out}, '2>', \$run{err}, IPC::Run::timeout(60));
	IPC::Run::pump_nb($run{handle});
	return \%run;
}

# Lets it go on until its error matches; then ends it.
sub ends
{
	my ($run, $like, $name) = @_;
	my $deadline = time + 30;
	IPC::Run::pump_nb($run->{handle}) while $run->{err} !~ $like && time < $deadline && $run->{handle}->pumpable;
	$run->{handle}->kill_kill;
	return like($run->{err}, $like, $name);
}

my $idle = start($c, "SELECT 1;\n");
poll_is($sessions, '1', 'a session is idle');
poll_is($sessions, '0', '... and is ended');
$idle->{handle}->kill_kill;

note 'clients that wait';
my $writer = start($c, "COPY t FROM STDIN;\n1000\tx\n");
poll_is($sessions, '1', 'a client does not send the rest of its COPY');
poll_is($sessions, '0', '... and is ended from outside');
like(server_log(), qr/terminating sandboxed session/, '... by the worker');
$writer->{handle}->kill_kill;

open my $reader, '-|', 'psql', '-XqAt', conninfo($c), '-c', q(COPY (SELECT repeat('x', 1000) FROM generate_series(1, 10000000)) TO STDOUT)
  or die $!;
poll_is($sessions, '1', 'a client does not read');
poll_is($sessions, '0', '... and is ended from outside');
close $reader;

# What a connection takes that nobody reads; then just so much, and an error, while it sends which the server lets nothing interrupt it.
my $waits = "SELECT count(*) FROM pg_stat_activity WHERE usename = '$c->{role}' AND wait_event = 'ClientWrite'";
my $full = Wire->connect($c);
$full->message('Q', "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)\0");
poll_is($waits, '1', 'a connection is full');
poll_is($sessions, '0', '... and ended');
my $taken = 0;
while (my $n = sysread $full->{socket}, my $some, 65536) { $taken += $n }
my $rows = int(($taken + 4096) / 1011);
$full = Wire->connect($c);
$full->message('Q', "SELECT repeat('x', 1000) FROM generate_series(1, $rows) UNION ALL SELECT ($burn)::text\0");
poll_is($waits, '1', 'an error waits for a client that does not read');
poll_is($sessions, '0', '... and is ended from outside');
close $full->{socket};

note 'locks';
my $holder = start(undef, "BEGIN;\nUPDATE t SET b = 'held' WHERE a = 1;\n");
poll_is("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE 'UPDATE t%'", '1', 'a row is locked');
refused($c, "UPDATE t SET b = 'mine' WHERE a = 1", '55P03', 'waiting for it ends');
$holder->{handle}->kill_kill;
poll_is("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'", '0', 'the lock is gone');
is(sql_as($c, "UPDATE t SET b = 'mine' WHERE a = 1 RETURNING b"), 'mine', 'and now it works');

note 'size of parameters';
sub with_parameter
{
	my ($length) = @_;
	my ($out, $err) = ('', '');
	local $ENV{PGPASSWORD} = $c->{password};
	IPC::Run::run([ qw(pgbench -n -t 1 -M extended -f -), '-D', 'v=' . 'x' x $length,
			'-h', $ENV{PGHOST}, '-p', $ENV{PGPORT}, '-U', $c->{role}, $ENV{PGDATABASE} ],
		\"SELECT length(:v);\n", \$out, \$err, IPC::Run::timeout(60));
	return $err;
}
unlike(with_parameter(900), qr/ERROR/, 'a parameter of some size is accepted');
like(with_parameter(1100), qr/parameter \$1 is longer than 1000 bytes/, 'a longer one is not');

note 'statements per minute, whatever session runs them';
sql(q(SELECT agentsandbox.alter_profile('p', statements_per_minute => 5)));
my $refusals = grep { (psql(conninfo($other), 'SELECT 1'))[2] =~ /53400/ } 1 .. 12;
cmp_ok($refusals, '>=', 2, 'a conversation has a rate');
my $fast = open_conversation('p');
is(sql_as($fast, 'SELECT 1'), '1', '... of its own');
sql(q(SELECT agentsandbox.alter_profile('p', statements_per_minute => 10000)));
is(sql_as($other, 'SELECT 1'), '1', '... that the operator can change at once');

note 'a profile that changes';
my $session = start($other, "SELECT 'before';\n");
poll_is("SELECT count(*) FROM agentsandbox.sessions() WHERE role = '$other->{role}'::regrole", '1', 'a session goes on');
sql(q(SELECT agentsandbox.alter_profile('p', rows_returned => 3)));
$session->{in} .= "SELECT generate_series(1, 4);\n";
ends($session, qr/54000.*more than 3 rows/, '... with the new limits');

note 'a limit that falls below what the agent set';
sql(q(SELECT agentsandbox.create_profile('q', statement_time => '10 s', lock_wait => '10 s')));
$w = Wire->connect(open_conversation('q'));
my $shown = sub { return $w->query('SHOW statement_timeout')->{rows}[0][0] . ' ' . $w->query('SHOW lock_timeout')->{rows}[0][0] };
$w->query("SET statement_timeout = '8s'; SET lock_timeout = '2s'");
$w->query('BEGIN');
$w->query("SET LOCAL statement_timeout = '6s'");
sql(q(SELECT agentsandbox.alter_profile('q', statement_time => '3 s', lock_wait => '4 s')));
is($shown->(), '3s 2s', 'it holds in the transaction that had set more, and what is less stays');
$w->query('ROLLBACK');
is($shown->(), '3s 2s', '... and a ROLLBACK does not lift it');
$w->query('RESET ALL');
is($shown->(), '3s 4s', '... nor does RESET ALL');
$w->finish;

note 'the clock of a session goes on';
sql(q(SELECT agentsandbox.create_profile('r', statement_time => '1 s', idle_in_transaction_time => '20 s', idle_session_time => '2 s')));
$w = Wire->connect(open_conversation('r'));
for my $when ('at first', 'after one that was cancelled')
{
	cmp_ok(seconds(sub { is($codes->($burn), '57014', "$when, a long statement is cancelled") }), '>=', 1, '... when its time is over');
}
is($codes->('SELECT 1'), '', '... and not the next one');
is(join(' ', map { $codes->($_) } 'BEGIN', 'SELEC', 'SELECT 1', 'ROLLBACK'), ' 42601 25P02 ', 'after errors in a transaction');
is($codes->($burn), '57014', '... one is cancelled');
sql('SELECT pg_sleep(1.3)');
is($codes->($burn), '57014', 'after a rest that was longer than a statement may be, too');
is($codes->("SET statement_timeout = '200 ms'"), '', 'the agent allows itself less');
cmp_ok(seconds(sub { is($codes->($burn), '57014', '... which holds') }), '>=', 0.2, '... until then');
is($codes->('RESET statement_timeout'), '', '... and is taken back');
cmp_ok(seconds(sub { is($codes->($burn), '57014', '... to what the profile allows') }), '>=', 1, '... then');
is($w->query('SHOW idle_session_timeout')->{rows}[0][0], '2s', 'SHOW tells it');
sql('SELECT pg_sleep(2.5)');
is($codes->('SELECT 1'), '57P05', 'a session that is idle for too long is ended');

note 'memory';
sql(q(SELECT agentsandbox.alter_profile('p', rows_returned => 1000, memory_bytes => 50000000, statement_time => '20 s')));
refused($c, q(SELECT length(repeat('x', 300000000))), '53200', 'memory is an ordinary error');
refused($c, q(SELECT cardinality(array_agg(repeat(g::text, 100))) FROM generate_series(1, 1000000) g), '53200',
	'... however it is taken');
my ($status, $out, $err) = psql(conninfo($c),
	"\\set ON_ERROR_STOP off\nSELECT length(repeat('x', 300000000));\nSELECT 'alive';\nSELECT length(repeat('x', 300000000));\nSELECT 'and well';");
is($out, "alive\nand well", '... and the session goes on');

note 'settings that come with a connection';
my $login = sub { my ($more) = @_; return (psql(conninfo($c, %$more), 'SHOW statement_timeout')) };
for my $options ('-c work_mem=1GB', '-c search_path=x', '--statement-timeout=0', '-c statement_timeout=0', '-B 100', '-c role=postgres',
	'-c client_min_messages=debug5', '-c session_replication_role=replica', '-c jit=on', '-cwork_mem=1GB', '--work-mem=1GB',
	'-c agentsandbox.retention=0', '-c row_security=off', '-d 5', '-P', '-O')
{
	my ($name) = $options =~ /^(?:-c ?|--)([a-z_.-]+)/;
	$name =~ tr/-/_/ if $name;
	$name //= (split / /, $options)[0];
	my ($bad, undef, $message) = $login->({ options => $options });
	ok($bad && $message =~ /"\Q$name\E" is not allowed when connecting/, "options=$options") or diag($message);
}
sql(q(SELECT agentsandbox.alter_profile('p', mode => 'observe')));
like(($login->({ options => '-c work_mem=1GB' }))[2], qr/"work_mem" is not allowed when connecting/, '... nor in mode observe');
sql(q(SELECT agentsandbox.alter_profile('p', mode => 'enforce')));
is(($login->({ options => '-c statement_timeout=300 -c DateStyle=ISO -c TimeZone=UTC' }))[1], '300ms', 'a shorter time can come with it');
is(($login->({ options => '-c statement_timeout=1h' }))[1], '20s', 'a longer one is cut');
is((psql(conninfo($c, application_name => 'message'), 'SHOW application_name'))[1], $c->{role}, 'application_name is fixed');
is(sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'message'"), '0', '... and seen by nobody');

note 'settings that are stored';
for my $where ("ROLE $c->{role}", "ROLE ALL", "DATABASE $ENV{PGDATABASE}", "ROLE $c->{role} IN DATABASE $ENV{PGDATABASE}")
{
	sql("ALTER $where SET work_mem = '1MB'");
	refused($c, 'SELECT 1', qr/parameter "work_mem" is set for this role or database/, "ALTER $where refuses the login");
	sql("ALTER $where RESET work_mem");
	sql("ALTER $where SET statement_timeout = '10 s'");
	is(sql_as($c, 'SHOW statement_timeout'), '10s', '... a shorter time holds');
	sql("ALTER $where SET statement_timeout = 0");
	is(sql_as($c, 'SHOW statement_timeout'), '20s', '... none does not');
	sql("ALTER $where RESET statement_timeout");
}
is(sql_as($c, 'SELECT 1'), '1', 'without them it can log in');

note 'pooled sessions';
sql("CREATE ROLE pool LOGIN PASSWORD 'pool' IN ROLE agentsandbox_pool");
sql(q(SELECT agentsandbox.alter_profile('p', statement_time => '7 s', rows_returned => 3)));
my $pooled = open_conversation('p');
(undef, $out, $err) = psql(conninfo({ role => 'pool', password => 'pool' }), <<~"SQL");
	\\set ON_ERROR_STOP off
	SET statement_timeout = '3 s';
	SET TIME ZONE 'Asia/Tokyo';
	SELECT agentsandbox.enter('$pooled->{token}') \\g /dev/null
	SHOW statement_timeout;
	SHOW TimeZone;
	SHOW application_name;
	SELECT generate_series(1, 4);
	SET TIME ZONE 'Asia/Tokyo';
	SELECT agentsandbox.leave() \\g /dev/null
	SHOW TimeZone;
	SHOW application_name;
	SQL
my $zone = sql('SHOW TimeZone');
is($out, "7s\n$zone\n$pooled->{role}\n$zone\npool", 'entering gives the limits of the conversation and takes what was set before');
like($err, qr/54000.*more than 3 rows/, '... all of them');

done_testing();
