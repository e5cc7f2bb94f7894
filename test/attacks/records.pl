# A record has no type that tells what it is made of.  Were its parts not judged,
# json_populate_record() would run their input functions: that of regclass tells
# a hidden name from none.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app');
	CREATE SCHEMA app;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TABLE app.hidden (id int);
	CREATE TABLE app.t (id int, relation regclass);
	CREATE TABLE app.u (other int);
	INSERT INTO app.t VALUES (1, 'app.hidden');
	INSERT INTO app.u VALUES (1);
	GRANT SELECT ON app.t, app.u TO p;
	CREATE FUNCTION app.f(OUT a int, OUT relation regclass) LANGUAGE sql BEGIN ATOMIC SELECT 1, 'app.hidden'::regclass; END;
	CREATE FUNCTION app.g(OUT a int, OUT b text) LANGUAGE sql BEGIN ATOMIC SELECT 1, 'x'; END;
	GRANT EXECUTE ON FUNCTION app.f, app.g TO p;
	SQL
my $w = Wire->connect(open_conversation('p'));
sub said { my ($r) = @_; return $r->{errors}[0] ? "$r->{errors}[0]{C} $r->{errors}[0]{M}" : join ' ', map { @$_ } @{ $r->{rows} }; }

for my $row ('SELECT %s FROM (t CROSS JOIN u) r', 'SELECT (SELECT %s) FROM (t JOIN u ON true) r', 'SELECT %s FROM f() r', 'SELECT %s FROM (SELECT f()) AS s(r)')
{
	my $none;
	for ('r', 'row_to_json(r)', q(json_populate_record(r, '{"relation": "app.hidden"}')), q(json_populate_record(r, '{"relation": "app.nothing"}')))
	{
		my $text = sprintf $row, $_;
		my $said = said($w->query($text));
		like($said, qr/^42501 values of (?:a type that is not granted|type regclass) are not allowed$/, $text);
		is($said, $none //= $said, '... which says nothing');
	}
}
is(said($w->query('SELECT r FROM (u a CROSS JOIN u b) r')), '(1,1)', 'a row of a join');
is(said($w->query('SELECT r.id FROM (t CROSS JOIN u) r')), 1, '... or a column that is not of the type');
is(said($w->query(q(SELECT json_populate_record(g(), '{"b": "y"}')))), '(1,y)', 'a record of types that are allowed');
is(sql(q{SELECT string_agg(DISTINCT split_part(identity, '(', 1), ' ') FROM agentsandbox.surface('p') WHERE class = 'function' AND identity LIKE 'app.%'}), 'app.g', 'the surface lists the function that works');
done_testing();
