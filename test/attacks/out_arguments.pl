# What CALL gives for an OUT argument is analyzed and never evaluated.  Were it
# not judged, a name that exists would be told from one that does not.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app', allow_call => true);
	CREATE SCHEMA app;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TABLE app.hidden (id int, label text);
	CREATE TYPE app.hidtype AS ENUM ('a');
	CREATE FUNCTION app.hidfunction(int) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT 'a'; END;
	CREATE PROCEDURE app.p(INOUT a int, OUT b text, c text DEFAULT 'x') LANGUAGE plpgsql AS $$BEGIN b := c; END$$;
	GRANT EXECUTE ON PROCEDURE app.p TO p;
	SQL
my $w = Wire->connect(open_conversation('p'));
sub said { my ($r) = @_; return join ' ', $r->{types}, map { "$_->{C} $_->{M}" } @{ $r->{errors} }; }

for ([ q{'app.%s'::regclass::text}, qw(hidden none) ], [ q{'%s'::regrole::text}, qw(postgres none) ], [ 'app.%s(1)', qw(hidfunction none) ], [ '(NULL::app.%s)::text', qw(hidden none) ],
	[ '(NULL::app.%s).label', qw(hidden none) ], [ '(NULL::app.hidden).%s', qw(label none) ], [ q{'a'::app.%s::text}, qw(hidtype none) ])
{
	my ($argument, $hidden, $none) = @$_;
	for my $call ('CALL p(1, %s)', q{CALL p(1, %s, 'a')}, 'CALL p(a => 1, b => %s)')
	{
		my ($of_hidden, $of_none) = map { said($w->query(sprintf $call, sprintf $argument, $_)) =~ s/\b$_\b/NAME/gr } $hidden, $none;
		like($of_hidden, qr/^EZ /, sprintf $call, $argument);
		is($of_hidden, $of_none, '... which says nothing');
	}
}
is(said($w->query('CALL p(1, pg_sleep(0)::text)')), 'EZ 42501 function pg_sleep is not allowed', 'a function there is refused as anywhere');
is_deeply($w->query($_)->{rows}, [ [ 1, 'x' ] ], $_) for 'CALL p(1, NULL)', q{CALL p(1, 'a' || lower('B'))}, 'CALL p(a => 1, b => NULL)', q{CALL p(1, b => '', c => 'x')};
done_testing();
