# Pooled connections through a real PgBouncer: two conversations, one server
# connection, in session and in transaction pooling.
use strict;
use warnings;

use lib 'test/lib';
use AgentSandbox;
use PsqlSession;
use Test::More;

my ($bouncer) = grep { -x } '/usr/sbin/pgbouncer', '/usr/bin/pgbouncer';
plan skip_all => 'pgbouncer is not installed' if !$bouncer;

sql(<<'SQL');
SELECT agentsandbox.create_profile('agent');
CREATE TABLE item (rep int, name text);
INSERT INTO item SELECT n % 10, 'item ' || n FROM generate_series(1, 100) n;
SELECT agentsandbox.protect('item', 'rep', 'rep');
GRANT SELECT, INSERT ON item TO agent;
CREATE ROLE pool LOGIN PASSWORD 'pool';
GRANT agentsandbox_pool TO pool;
SQL
my %of = map { $_ => open_conversation('agent', "{\"rep\": $_}") } 3, 4;
my $seen = 'SELECT min(rep), max(rep), count(*) FROM public.item';

# --- a PgBouncer with one server connection

my $directory = $ENV{PGDATA} =~ s/data$//r;
my $port = $ENV{PGPORT} + 1;
my $pid;

sub start
{
	my ($mode) = @_;
	open my $ini, '>', "$directory/pgbouncer.ini" or die "pgbouncer.ini: $!";
	print $ini <<"INI";
[databases]
sandbox = host=$ENV{PGHOST} port=$ENV{PGPORT} dbname=sandbox user=pool password=pool
[pgbouncer]
listen_addr =
unix_socket_dir = $directory
listen_port = $port
auth_type = any
pool_mode = $mode
default_pool_size = 1
server_reset_query = DISCARD ALL
server_check_delay = 0
ignore_startup_parameters = extra_float_digits
INI
	close $ini;
	my @as = $> == 0 ? ('-u', (stat $ENV{PGDATA})[4] ? scalar getpwuid((stat $ENV{PGDATA})[4]) : 'nobody') : ();
	$pid = fork // die "fork: $!";
	if (!$pid)
	{
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', "$directory/pgbouncer.log";
		exec $bouncer, '-q', @as, "$directory/pgbouncer.ini" or die "pgbouncer: $!";
	}
	for (1 .. 200)
	{
		return if -S "$directory/.s.PGSQL.$port";
		select undef, undef, undef, 0.05;
	}
	BAIL_OUT('pgbouncer did not start');
}

sub stop
{
	kill 'TERM', $pid;
	waitpid $pid, 0;
	unlink "$directory/.s.PGSQL.$port";
	return;
}

# --- a client that stays connected: each answer, or "refused" or a SQLSTATE

sub client { return PsqlSession->new("host=$directory port=$port dbname=sandbox user=any"); }

sub say_to
{
	my ($c, $sql) = @_;
	return $c->run($sql) // ($c->error =~ /^42(501|P01|883)$/ ? 'refused' : $c->error);
}

sub talk { my ($c, @sql) = @_; return [ map { say_to($c, $_) } @sql ]; }

sub enter { my ($rep, $options) = @_; return "SELECT agentsandbox.enter('$of{$rep}{token}'" . ($options // '') . ')'; }

# --- session pooling

start('session');
my $a = client();
is_deeply(talk($a, $seen, enter(3), $seen, "PREPARE q AS $seen", 'EXECUTE q', 'SET TimeZone = \'Asia/Tokyo\'', $seen),
	[ 'refused', $of{3}{conversation}, '3|3|10', '', '3|3|10', '', '3|3|10' ], 'session pooling: the first conversation');
my $server = sql('SELECT pid FROM agentsandbox.sessions()');
$a->close;
my $b = client();
is_deeply(talk($b, $seen, 'EXECUTE q', enter(4), 'EXECUTE q', 'SHOW TimeZone', $seen),
	[ 'refused', '26000', $of{4}{conversation}, '26000', sql('SHOW TimeZone'), '4|4|10' ], 'the next starts with nothing');
is(sql('SELECT pid FROM agentsandbox.sessions()'), $server, 'on the same server connection');
is_deeply(talk($b, 'DISCARD ALL', $seen, enter(4), $seen), [ '', 'refused', $of{4}{conversation}, '4|4|10' ], 'DISCARD ALL leaves');
$b->close;
stop();

# --- transaction pooling: interleaved, and an agent that tries to stay

start('transaction');
($a, $b) = (client(), client());
for my $round (1 .. 3)
{
	is_deeply(talk($a, 'BEGIN', enter(3, ', local => true'), $seen, 'COMMIT', $seen),
		[ '', $of{3}{conversation}, '3|3|10', '', 'refused' ], "transaction pooling, round $round: the first");
	is_deeply(talk($b, 'BEGIN', $seen, 'ROLLBACK', 'BEGIN', enter(4, ', local => true'), $seen, 'COMMIT', $seen),
		[ '', 'refused', '', '', $of{4}{conversation}, '4|4|10', '', 'refused' ], "transaction pooling, round $round: the second");
}
$server = sql('SELECT pid FROM agentsandbox.sessions()');

my %attempt = (
	'COMMIT' => ['COMMIT'],
	'ROLLBACK' => ['ROLLBACK'],
	'COMMIT AND CHAIN' => ['COMMIT AND CHAIN'],
	'a statement text with a COMMIT in it' => ["$seen; COMMIT; $seen"],
	'an error' => ['SELECT 1/0'],
	'an error after a savepoint' => [ 'SAVEPOINT s', 'SELECT 1/0', 'ROLLBACK TO s', 'RELEASE s' ],
	'DISCARD ALL' => ['DISCARD ALL'],
	'RESET ROLE' => ['RESET ROLE'],
	'RESET ALL' => ['RESET ALL'],
	'SET ROLE NONE' => ['SET ROLE NONE'],
	'SET LOCAL ROLE NONE' => ['SET LOCAL ROLE NONE'],
	'SET SESSION AUTHORIZATION DEFAULT' => ['SET SESSION AUTHORIZATION DEFAULT'],
	'SET ROLE to the other' => ["SET ROLE \"$of{4}{role}\""],
	'SET SESSION AUTHORIZATION to the other' => ["SET SESSION AUTHORIZATION \"$of{4}{role}\""],
	'leave' => ['SELECT agentsandbox.leave()'],
	'a prepared statement' => ["PREPARE q AS $seen"],
	'a cursor' => ["DECLARE q CURSOR FOR $seen"],
	'a cursor to stay' => ["DECLARE q CURSOR WITH HOLD FOR $seen"],
	'settings' => [ 'SET TimeZone = \'Asia/Tokyo\'', 'SET search_path = pg_catalog', 'SET DateStyle = \'SQL\'' ],
	'sequences' => ['SELECT lastval()'],
);
my $settings = join '|', sql('SHOW TimeZone'), sql('SHOW DateStyle');
for my $name (sort keys %attempt)
{
	talk($a, 'BEGIN', enter(3, ', local => true'), @{ $attempt{$name} });
	my $during = say_to($a, $seen);
	like($during, qr/^(3\|3\|10|refused|25P02|08P01|gone)/, "$name: sees its own or nothing");
	# whatever state that left, the transaction ends and the other gets the server
	talk($a, 'ROLLBACK');
	is(say_to($a, $seen), 'refused', "$name: afterwards nothing");
	is_deeply(
		talk($b, 'BEGIN', enter(4, ', local => true'), $seen, 'SHOW search_path', 'SAVEPOINT s', 'EXECUTE q', 'ROLLBACK TO s', 'FETCH q', 'ROLLBACK TO s', 'COMMIT'),
		[ '', $of{4}{conversation}, '4|4|10', 'public, agentsandbox, pg_temp', '', '26000', '', '34000', '', '' ],
		"$name: the other is itself, with nothing of the first");
	is(join('|', @{ talk($b, 'BEGIN', enter(4, ', true'), 'SHOW TimeZone', 'SHOW DateStyle', 'COMMIT') }[ 2, 3 ]),
		$settings, "$name: nor its settings");
}
is(sql('SELECT count(*) FROM agentsandbox.sessions()'), 1, 'one server connection carried it all');
is(sql('SELECT pid FROM agentsandbox.sessions()'), $server, 'the same');

# closed in the middle
talk($a, 'BEGIN', enter(3, ', local => true'), $seen);
sql("SELECT agentsandbox.close_conversation('$of{3}{conversation}')");
isnt(say_to($a, $seen), '3|3|10', 'closed, it is over at the next statement');
$a->close;
is_deeply(talk($b, 'BEGIN', enter(4, ', local => true'), $seen, 'COMMIT'), [ '', $of{4}{conversation}, '4|4|10', '' ], 'the other goes on');
$b->close;
stop();

done_testing();
