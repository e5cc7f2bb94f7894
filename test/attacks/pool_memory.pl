# Conversations that leave memory behind on a pooled connection, each as much as
# it may have: names that do not exist stay in the server's caches.
use strict;
use warnings;
use AgentSandbox;
use Test::More;
use Wire;

my $bytes = 40_000_000;
sql(<<~"SQL");
	SELECT agentsandbox.create_profile('p', memory_bytes => $bytes);
	CREATE ROLE app LOGIN PASSWORD 'app';
	GRANT agentsandbox_pool TO app;
	SQL
my $c = open_conversation('p');

sub connected { return Wire->connect({ role => 'app', password => 'app' }) }

# memory of a server process in bytes
sub memory
{
	my ($pid) = @_;
	return sql("SELECT 1024 * substring(pg_read_file('/proc/$pid/status') FROM 'VmData:\\s+(\\d+) kB')::bigint");
}

# one transaction as the conversation; the SQLSTATE of what fails
sub transaction
{
	my ($w, $sql) = @_;
	for ('BEGIN', "SELECT agentsandbox.enter('$c->{token}', local => true)", $sql, 'COMMIT')
	{
		my $r = $w->query($_);
		return $r->{errors}[0]{C} // 'gone' if @{ $r->{errors} } || $r->{gone};
	}
	return '';
}

my $w = connected();
is(transaction($w, 'SELECT 1'), '', 'a conversation is entered');
my $pid = sql("SELECT pid FROM pg_stat_activity WHERE usename = 'app'");
my $first = memory($pid);
my $most = $first;
my $ended;
for my $round (1 .. 20)
{
	$ended = transaction($w, "SELECT count(agentsandbox.reaches_named('agentsandbox', 'x' || g || 'r$round')) FROM generate_series(1, 40000) g");
	last if $ended;
	my $now = memory($pid);
	$most = $now if $now > $most;
}
is($ended, '53200', 'a connection that has kept too much ends');
cmp_ok($most - $first, '>', $bytes / 2, '... when it has grown');
cmp_ok($most - $first, '<', 2 * $bytes, '... but not for ever');
is(transaction(connected(), 'SELECT 1'), '', 'another connection is as good as ever');
done_testing();
