# Where names are taken apart the server moves the rest of the text for each
# doubled quote, and does not look for interrupts: a megabyte of quotes keeps it
# busy for minutes, in a session that cannot be ended.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(q(SELECT agentsandbox.create_profile('p', search_path => 'public', statement_time => '2 s')));
my $c = open_conversation('p');
my $quotes = '"' . '""' x 100000 . '"';

refused($c, qq(SELECT parse_ident('"' || repeat('""', $_) || '"')), '54000', "$_ in a function") for 8000, 500000;
for my $name ('search_path', 'DateStyle')
{
	refused($c, "SET $name = '$quotes'", '42501', "a list in $name");
	refused($c, "SELECT set_config('$name', '$quotes', false)", '42501', '... by set_config()');
}
refused($c, 'SET search_path = ' . join(', ', map { "s$_" } 1 .. 2000), '42501', 'a long list of names');

is(sql_as($c, q(SELECT parse_ident('"Some ""Schema""".some_table'))), q({"Some \"Schema\"",some_table}), 'honest names work');
is(sql_as($c, q(SET search_path = "a""b", public; SHOW search_path)), q("a""b", public), '... and lists of them');
is(sql_as($c, q(SET search_path = ) . join(', ', map { "schema_$_" } 1 .. 100) . q(; SELECT 1)), '1', '... of some length');
done_testing();
