# A text search query takes time in proportion to the square of its text, where
# the server does not look for interrupts; stop words do not count towards the
# limit that the server has.  Hours, in all sessions of a conversation at once.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(q(SELECT agentsandbox.create_profile('p', statement_time => '2 s')));
my $c = open_conversation('p');

refused($c, "SELECT $_ IS NULL", '54000', $_)
  for "to_tsquery('a' || repeat(' & a', 50000))", "to_tsquery('english', 'a' || repeat(' & a', 5000000))",
  "plainto_tsquery(repeat('a ', 50000))", "plainto_tsquery('simple', repeat('a ', 5000000))",
  "phraseto_tsquery(repeat('a ', 50000))", "phraseto_tsquery('simple', repeat('a ', 5000000))",
  "websearch_to_tsquery(repeat('a ', 50000))", "websearch_to_tsquery('english', repeat('a ', 5000000))";
is(sql_as($c, q(SELECT to_tsvector('english', 'fat cats ate rats') @@ to_tsquery('english', 'cat & rat'),
	plainto_tsquery('the fat cats'), phraseto_tsquery('simple', 'a b'), websearch_to_tsquery('simple', '"a b" -c'))),
	q(t|'fat' & 'cat'|'a' <-> 'b'|'a' <-> 'b' & !'c'), 'honest ones work');
done_testing();
