# EXECUTE has the text that was prepared analyzed again where names may mean
# something else by now.  What is hidden then is answered as what there is not,
# also in texts and types that were open before; and so is what functions do
# that an argument calls, no less and no more than elsewhere.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app', allow_explain => true);
	CREATE SCHEMA app;
	CREATE SCHEMA other;
	CREATE SCHEMA empty;
	GRANT USAGE ON SCHEMA app, other, empty TO p;
	CREATE TYPE app.mood AS ENUM ('x');
	CREATE TYPE other.mood AS ENUM ('x');
	CREATE TABLE app.moved (id int, a int);
	CREATE TABLE other.moved (id int, a text);
	CREATE FUNCTION app.moves(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE FUNCTION other.moves(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE FUNCTION app.inner_one(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
	CREATE FUNCTION app.inlined(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT app.inner_one($1)';
	CREATE FUNCTION app.simple(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN app.inner_one($1); END';
	CREATE FUNCTION app.does(t text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r text; BEGIN EXECUTE t INTO r; RETURN r; END $$;
	GRANT USAGE ON TYPE app.mood TO p;
	GRANT SELECT ON app.moved TO p;
	GRANT EXECUTE ON FUNCTION app.moves, app.inlined, app.simple, app.does TO p;
	SQL
my $w = Wire->connect(open_conversation('p'));

# All that an answer says, the number of the schema apart
sub answer
{
	my ($r) = @_;
	return join "\n", $r->{types}, map { my $e = $_; join ' ', map { "$_=$e->{$_}" } sort keys %$e } @{ $r->{errors} };
}

my @texts = (
	'SELECT NULL::mood', q(SELECT 'y'::text, 'x'::mood), q(SELECT COALESCE(NULL::mood, 'x')), 'SELECT a FROM moved', 'SELECT a + 1 FROM moved', 'UPDATE moved SET a = 1',
	'SELECT moves(1)', 'SELECT id FROM app.moved WHERE id = (SELECT max(a) FROM moved)', 'SELECT $1, NULL::mood');
for my $text (@texts)
{
	my $parameters = $text =~ /\$/ ? '(1)' : '';
	for my $execute ("EXECUTE a$parameters", "SELECT 1; EXECUTE a$parameters; SELECT FROM nosuch", "EXPLAIN EXECUTE a$parameters")
	{
		my @answers = map {
			$w->query('SET search_path = app');
			$w->query('DEALLOCATE ALL');
			$w->query('PREPARE a ' . ($parameters ? '(int) ' : '') . "AS $text");
			$w->query("SET search_path = $_");
			answer($w->query($execute));
		} 'other', 'empty';
		is($answers[0], $answers[1], "$execute: $text");
	}
}
$w->query('SET search_path = app');
$w->query('DEALLOCATE ALL');

# arguments
$w->query('PREPARE n (int) AS SELECT $1');
is($w->query("EXECUTE n($_(1))")->{rows}[0][0], 2, "a granted function calls what is not: $_") for 'inlined', 'simple';
is($w->query('EXECUTE n(inner_one(1))')->{errors}[0]{M}, 'function inner_one does not exist', '... which the agent cannot');
is(answer($w->query('EXECUTE n(does($$SELECT 1 FROM other.moved$$)::int)')), answer($w->query('EXECUTE n(does($$SELECT 1 FROM other.mover$$)::int)')), 'a text that a function executes tells no names');
is($w->query('EXECUTE n(does($$SELECT 7$$)::int)')->{rows}[0][0], 7, '... and is executed');
is($w->query($_->[0])->{errors}[0]{M}, $_->[1], "$_->[0] is told what is wrong with it")
  for [ q(EXECUTE n('abc')), 'invalid input syntax for type integer: "abc"' ], [ 'EXECUTE n(1 / 0)', 'division by zero' ],
  [ 'EXECUTE n(now())', 'parameter $1 of type timestamp with time zone cannot be coerced to the expected type integer' ];

# types of parameters
$w->query('PREPARE m (mood) AS SELECT 1');
is_deeply($w->query(q(EXECUTE m('x')))->{errors}, [], 'a value of a granted type');
sql('REVOKE USAGE ON TYPE app.mood FROM p');
is($w->query("EXECUTE m('$_')")->{errors}[0]{M}, 'values of a type that is not granted are not allowed', "... is refused once it is revoked: $_") for 'x', 'y';
done_testing();
