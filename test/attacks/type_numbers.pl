# Parse gives types of parameters by number: what the server says of a
# parameter that does not fit would tell the name of any type, and so of any
# table, to who counts through the numbers.  A type that is hidden is answered
# as a number that is no type's.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app');
	CREATE SCHEMA app;
	CREATE SCHEMA closed;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TABLE app.own (id int PRIMARY KEY, name text, hidcol text);
	GRANT SELECT (id, name), INSERT (id, name) ON app.own TO p;
	CREATE TABLE app.open (id int PRIMARY KEY, name text);
	GRANT SELECT ON app.open TO p;
	CREATE TABLE app.hidden (id int, name text, hidcol text);
	CREATE TABLE closed.hidden (id int);
	CREATE TABLE closed."hid den" (id int);
	CREATE TYPE app.hidtype AS ENUM ('a');
	CREATE DOMAIN closed.hiddom AS int CHECK (VALUE > 0);
	CREATE TYPE closed.hidrange AS RANGE (subtype = int4);
	SQL
my $w = Wire->connect(open_conversation('p'));

my %number = map { split /\|/ } split /\n/,
  sql(q{SELECT format('%s.%s', typnamespace::regnamespace, typname), oid FROM pg_type WHERE typnamespace::regnamespace::text IN ('app', 'closed')});

# All that an answer says, the number apart
sub answer
{
	my ($number, $query) = @_;
	$w->parse('', $query, $number);
	$w->message('D', "S\0");
	my $r = $w->sync;
	return join(' ', $r->{types}, map { my $e = $_; map { "$_=$e->{$_}" } sort keys %$e } @{ $r->{errors} }) =~ s/\b$number\b/NUMBER/gr;
}

my @queries = (
	'SELECT $1', 'SELECT 1', 'SELECT $1 + true', 'SELECT -$1', 'SELECT $1::point', 'SELECT 1 WHERE $1', 'SELECT ($1).nosuch', 'SELECT ($1).hidcol', 'SELECT nosuch($1)', 'SELECT abs($1, 1)', 'SELECT 1 LIMIT $1',
	'SELECT ARRAY[$1, point(1, 2)]', 'SELECT point(1, 2) UNION SELECT $1', 'SELECT CASE WHEN true THEN $1 ELSE point(1, 2) END', 'INSERT INTO own (id, name) VALUES (point(1, 2) + $1, 1)',
	'SELECT sum($1::point)', 'SELECT array_append(ARRAY[point(1, 2)], $1)', 'SELECT $1 COLLATE "C"', 'SELECT NOT $1', 'SELECT $1 IS TRUE', 'SELECT 1 = ANY ($1::point)', 'SELECT string_agg($1, true)');
for my $query (@queries)
{
	my $none = answer(4_000_000_000, $query);
	for my $type ('app.hidden', 'app._hidden', 'closed.hidden', 'closed._hidden', 'closed.hid den', 'app.hidtype', 'app._hidtype', 'closed._hiddom', 'closed.hidrange', 'app.own')
	{
		is(answer($number{$type}, $query), $none, "$type: $query");
	}
}

# what is granted is told of
$w->parse('', 'SELECT $1 + true', $number{'app.open'});
is($w->sync->{errors}[0]{M}, 'operator does not exist: open + boolean', 'the row type of a granted table has its name');
$w->parse('', 'SELECT $1 + true', 25);
is($w->sync->{errors}[0]{M}, 'operator does not exist: text + boolean', '... and so have those of the server');

done_testing();
