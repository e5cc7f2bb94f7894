# A statement nested deeper than the stack allows is refused by the server, and
# its names are looked up in a tree as deep: that must not run out of the stack,
# which would end the sessions of everybody.
use strict;
use warnings;
use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	CREATE TABLE t (a int);
	SELECT agentsandbox.create_profile('p', search_path => 'public');
	GRANT SELECT ON t TO p;
	SQL
my $conversation = open_conversation('p');

# The stack, the session's memory and the grammar end it, in that order or another.
sub told
{
	my ($text) = @_;
	my $w = Wire->connect($conversation);
	my $name = substr($text, 0, 40) . ' ... ' . substr $text, -20;
	like($w->query($text)->{errors}[0]{C}, qr/^(?:54001|53200|42601)$/, $name);
	is($w->query('SELECT 1')->{rows}[0][0], '1', '... and the session goes on');
	return;
}
my $deep = 250000;
told('SELECT * FROM t' . ' CROSS JOIN t' x $deep);
told('SELECT t.* FROM t' . ' NATURAL JOIN t' x $deep);
told('INSERT INTO t SELECT * FROM t' . ' CROSS JOIN t' x $deep);
told('WITH x AS (SELECT nosuch) SELECT * FROM t' . ' CROSS JOIN t' x $deep);
told('SELECT 1' . ' + 1' x $deep);
told('SELECT nosuch' . '::text' x $deep);
told('SELECT 1 ' . 'UNION SELECT 1 ' x $deep);
told('SELECT * FROM t WHERE a' . ' IS NULL' x $deep);
told('SELECT ' . '(' x 20000 . 'nosuch' . ')' x 20000 . '.a' x $deep);
told('SELECT ' . 'NOT ' x 100000 . 'nosuch');
done_testing();
