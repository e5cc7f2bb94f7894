# A type can be handled if what the agent can reach has it.  What merely uses it
# inside, a function in its body or a domain in its default, must not open it.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app');
	CREATE SCHEMA app;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TYPE app.inner_type AS ENUM ('secret');
	CREATE FUNCTION app.uses(a int DEFAULT length('secret'::app.inner_type::text)) RETURNS int LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC SELECT a + length('secret'::app.inner_type::text); END;
	CREATE FUNCTION app.plain(a int DEFAULT length('secret'::app.inner_type::text)) RETURNS int LANGUAGE sql AS 'SELECT a';
	CREATE DOMAIN app.d AS text DEFAULT 'secret'::app.inner_type::text;
	GRANT USAGE ON DOMAIN app.d TO p;
	GRANT EXECUTE ON FUNCTION app.uses, app.plain TO p;
	CREATE TYPE app.of_argument AS ENUM ('a');
	CREATE TYPE app.of_array AS ENUM ('a');
	CREATE TYPE app.of_out AS ENUM ('a');
	CREATE TYPE app.of_range AS ENUM ('a');
	CREATE TYPE app.r AS RANGE (SUBTYPE = app.of_range);
	CREATE TYPE app.of_domain AS ENUM ('a');
	CREATE DOMAIN app.e AS app.of_domain;
	CREATE FUNCTION app.has(x app.of_argument, y app.of_array[], OUT z app.of_out, OUT v app.r, OUT w app.e) LANGUAGE sql AS $$SELECT 'a'::app.of_out, NULL::app.r, NULL::app.e$$;
	GRANT EXECUTE ON FUNCTION app.has TO p;
	SQL
my $w = Wire->connect(open_conversation('p'));

for my $text ('SELECT enum_range(NULL::%s)', q(SELECT 'x'::%s), q(SELECT 'secret'::%s))
{
	my ($of_hidden, $of_none) = map { my $r = $w->query(sprintf $text, $_); join ' ', $r->{types}, map { s/\b(?:inner_type|outer_type)\b/NAME/r } map { "$_->{C} $_->{M}" } @{ $r->{errors} } } 'inner_type', 'outer_type';
	is($of_hidden, $of_none, "$text tells nothing");
}
is_deeply($w->query('SELECT uses(), plain()')->{rows}, [ [ 12, 6 ] ], 'what uses it works');
is_deeply($w->query("SELECT 'b'::d")->{rows}, [ ['b'] ], '... also a domain');
is_deeply($w->query("SELECT enum_range(NULL::$_)")->{rows}, [ ['{a}'] ], "$_ is open") for qw(of_argument of_array of_out of_range of_domain);
is_deeply($w->query("SELECT (has('a', '{a}')).z")->{rows}, [ ['a'] ], '... with the function');
done_testing();
