# The seed of random(), which RESET ALL and DISCARD ALL leave: what an agent set
# in a pooled session would say what the next conversation is given there.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p');
	CREATE ROLE pooler LOGIN IN ROLE agentsandbox_pool PASSWORD 'pooler';
	SQL
my ($a, $b) = map { open_conversation('p') } 1 .. 2;

# what b is given on a connection where a has set the seed, and left
sub given_after
{
	my ($set, $leave, $local) = @_;
	my $enter = sub { ($local ? 'BEGIN; ' : '') . "SELECT agentsandbox.enter('$_[0]->{token}'" . ($local ? ', local => true)' : ')') };
	my $out = sql_as({ role => 'pooler', password => 'pooler' }, <<~"SQL");
		@{[ $enter->($a) ]};
		$set;
		$leave;
		@{[ $enter->($b) ]};
		SELECT random();
		SQL
	return (split /\n/, $out)[-1];
}

for (
	[ 'SET, then leave()', 'SET seed = 0.25', 'SELECT agentsandbox.leave()' ],
	[ 'SET, then DISCARD ALL', 'SET seed = 0.25', 'DISCARD ALL' ],
	[ 'set_config()', q(SELECT set_config('seed', '0.25', false)), 'SELECT agentsandbox.leave()' ],
	[ 'SET in a transaction', 'SET seed = 0.25', 'COMMIT', 1 ])
{
	my ($name, @way) = @$_;
	isnt(given_after(@way), given_after(@way), "$name: nothing of it is told");
}
is(sql_as($a, 'SET seed = 0.25; SELECT random()'), sql_as($a, 'SET seed = 0.25; SELECT random()'), 'a conversation has what it sets');
done_testing();
