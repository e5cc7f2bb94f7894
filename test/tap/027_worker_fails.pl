# A worker that cannot go on, again and again, is started ever more seldom, and
# no more than once a minute in the end.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Time::HiRes qw(sleep time);

$ENV{PGDATABASE} = 'postgres';
my $end = time + 70;
my $ended = 0;
my %seen;
# a minute is what the delays add up to until the longest; the next has to be waited for, too
while (time < $end)
{
	for my $pid (split /\n/, sql(q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker')))
	{
		$ended++ if !$seen{$pid}++;
		kill TERM => $pid;
	}
	sleep 0.05;
}
cmp_ok($ended, '>=', 5, 'a worker that ends is started again');
cmp_ok($ended, '<=', 8, '... and not at once when it has ended often');
done_testing();
