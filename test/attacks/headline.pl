# For each fragment that a headline is to have, ts_headline() goes through all
# places of the text that match, twice, and does not look for interrupts.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(q(SELECT agentsandbox.create_profile('p', statement_time => '2 s')));
my $c = open_conversation('p');
my $text = q(repeat('a b c d ', 20000));

for my $options ('MaxFragments=100000, MaxWords=2, MinWords=1', q(maxfragments = "20000" , MaxWords=2, MinWords=1),
	q(MaxFragments=1, "MaxFragments"='1000000', MinWords=1, MaxWords=2), 'MaxFragments= +1000000,MinWords=1,MaxWords=2')
{
	(my $quoted = $options) =~ s/'/''/g;
	for my $call ("$text, ", "'english', $text, ", "to_json($text), ", "'english', to_jsonb($text), ")
	{
		refused($c, "SELECT ts_headline($call 'b'::tsquery, '$quoted')", '54000', "$options of $call");
	}
}
is(sql_as($c, "SELECT length(ts_headline($text, 'b'::tsquery, 'MaxFragments=5, MaxWords=2, MinWords=1')) > 0"), 't', 'a few of a long text');
is(sql_as($c, q(SELECT ts_headline('english', 'the fat cat sat on the mat', 'cat'::tsquery, 'MaxFragments=1000000, MaxWords=2, MinWords=1, StartSel="<", StopSel=">"'))),
	'<cat>', 'any number of a short one');
refused($c, "SELECT ts_headline('a', 'a'::tsquery, 'MaxFragments=x')", '22P02', 'what is no number is told as the server does');
done_testing();
