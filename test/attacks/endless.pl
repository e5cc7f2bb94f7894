# Most of the server does not look for interrupts where it takes time in
# proportion to the square of what it is given: parse analysis, planning, input
# functions, arithmetic.  A core is busy for minutes, whatever the limit of time.
use strict;
use warnings;
use AgentSandbox;
use Test::More;
use Time::HiRes qw(time);
use Wire;

sql(<<~'SQL');
	CREATE TABLE t (a int);
	SELECT agentsandbox.create_profile('p', statement_time => '500 ms');
	GRANT SELECT ON t TO p;
	SQL
my $c = open_conversation('p');
my $w = Wire->connect($c);

# Is it over soon after its time, and the session ready for the next one?
sub ends
{
	my ($name, $do) = @_;
	my $start = time;
	my $code = join ' ', map { $_->{C} } @{ $do->()->{errors} };
	is($code, '57014', "$name is cancelled");
	cmp_ok(time - $start, '<', 2.5, '... in time');
	is($w->query('SELECT 1')->{rows}[0][0], 1, '... and the session goes on');
	return;
}

my $many = join ', ', map { "a + $_" } 1 .. 60000;
ends("a long list after $_", sub { $w->query("SELECT 1 FROM t $_ $many") }) for 'GROUP BY', 'ORDER BY';
ends('a long list after FROM', sub { $w->query('SELECT 1 FROM ' . join ', ', map { "t t$_" } 1 .. 40000) });
ends('... of a message to parse', sub { $w->parse('', "SELECT 1 FROM t GROUP BY $many"); $w->sync });
ends('... in a transaction', sub { $w->query('BEGIN'); my $r = $w->query("SELECT 1 FROM t GROUP BY $many"); $w->query('ROLLBACK'); $r });
my $query = 'a & ' x 300000 . 'a';
ends('a long literal', sub { $w->query("SELECT '$query'::tsquery IS NULL") });
ends('a long parameter', sub { $w->parse('', 'SELECT $1::tsquery IS NULL'); $w->bind('', '', [$query]); $w->execute('', 0); $w->sync });
ends('a cast', sub { $w->query("SELECT (repeat('a & ', 300000) || 'a')::tsquery IS NULL") });
ends('a cast in an array', sub { $w->query(q(SELECT ('{"' || repeat('a & ', 300000) || 'a"}')::tsquery[] IS NULL)) });
ends('arithmetic', sub { $w->query(q(SELECT ('1.' || repeat('9', 16000))::numeric ^ 400000 IS NULL)) });
ends('a plan', sub { $w->query('SELECT 1 FROM t ' . join ' ', map { "JOIN t t$_ USING (a)" } 1 .. 300) });
ends('an array of searches', sub { $w->query(q(SELECT repeat('a', 20000) LIKE ANY (array_fill('%' || repeat('a', 10000) || 'b', ARRAY[1000])))) });

note 'who asks for it, too';
sql(q(SELECT agentsandbox.alter_profile('p', statement_time => '1 min')));
$w->query('SELECT 1');
my ($pid) = sql("SELECT pid FROM pg_stat_activity WHERE usename = '$c->{role}'");
my $start = time;
$w->message('Q', "SELECT 1 FROM t GROUP BY $many\0");
poll_is("SELECT state FROM pg_stat_activity WHERE pid = $pid AND query LIKE '%GROUP BY%'", 'active', 'a statement is analyzed');
sql("SELECT pg_cancel_backend($pid)");
is($w->collect->{errors}[0]{C}, '57014', 'it is cancelled');
$w->message('Q', "SELECT 1 FROM t GROUP BY $many\0");
poll_is("SELECT state FROM pg_stat_activity WHERE pid = $pid AND query LIKE '%GROUP BY%'", 'active', 'another one is');
sql("SELECT agentsandbox.close_conversation('$c->{conversation}')");
is($w->collect->{errors}[0]{C}, '57P01', 'its session is ended');
cmp_ok(time - $start, '<', 10, 'in time');

note 'what still goes on takes no processor from others';
sql(q(SELECT agentsandbox.alter_profile('p', statement_time => '1 s')));
$c = open_conversation('p');
$w = Wire->connect($c);
$pid = sql("SELECT pid FROM pg_stat_activity WHERE usename = '$c->{role}'");
$w->message('Q', 'WITH ' . join(', ', map { "c$_ AS (SELECT 1)" } 1 .. 30000) . " SELECT 1\0");
my $nice = sub { open my $stat, '<', "/proc/$pid/stat" or return 'gone'; return (split / /, <$stat> =~ s/^.*\) //r)[16] };
my $active = "SELECT count(*) FROM pg_stat_activity WHERE pid = $pid AND state = 'active'";
my $goes_on = sub { sql($active) };
poll_is($active, '1', 'a long list of names is analyzed');
my $deadline = time + 30;
Time::HiRes::usleep(100_000) while $nice->() eq '0' && $goes_on->() && time < $deadline;
# on a slow machine the text is still being read when the time is over, and that can be cancelled
ok($nice->() =~ /^(?:19|gone)$/ || !$goes_on->(), 'where names of WITH are compared for long');
done_testing();
