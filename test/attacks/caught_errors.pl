# A check of a domain runs while the agent's text is analyzed.  If it catches an
# error of a statement of its own, or does not, what is wrong with the text is
# still answered as what is wrong with a text.
use strict;
use warnings;
use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	CREATE FUNCTION number_or_null(v text) RETURNS int LANGUAGE plpgsql AS $$
	DECLARE n int; BEGIN SELECT v::int INTO n; RETURN n; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
	CREATE DOMAIN label AS text CHECK (number_or_null(VALUE) > 0);
	CREATE FUNCTION number(v text) RETURNS int LANGUAGE plpgsql AS $$
	DECLARE n int; BEGIN SELECT v::int INTO n; RETURN n; END $$;
	CREATE DOMAIN strict AS text CHECK (number(VALUE) > 0);
	CREATE TABLE t (a label, b int, c strict, hidden_one int);
	CREATE TABLE secrets (secret_column int);
	CREATE FUNCTION secret_function(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
	SELECT agentsandbox.create_profile('p', search_path => 'public');
	GRANT SELECT (a, b, c) ON t TO p;
	GRANT EXECUTE ON FUNCTION number_or_null(text) TO p;
	SQL
my $w = Wire->connect(open_conversation('p'));
is($w->query("SELECT '{x}'::label[]")->{rows}[0][0], '{x}', 'the check catches an error');
is($w->query("SELECT '{x}'::strict[]")->{errors}[0]{M}, 'invalid input syntax for type integer: "x"', '... or does not');

for (
	[ 'SELECT \'{x}\'::label[], (SELECT 1 FROM %s)', 'secrets', 'nothing' ],
	[ 'SELECT \'{x}\'::label[], %s(1)', 'secret_function', 'no_function' ],
	[ 'SELECT \'{x}\'::label[], %s FROM t', 'hidden_one', 'no_column' ],
	[ 'SELECT \'{x}\'::label[], NULL::%s', 'secrets', 'nothing' ],
	[ 'SELECT \'{x}\'::label[], \'%s\'::regclass', 'secrets', 'nothing' ],
	[ 'SELECT (SELECT 1 FROM %s), \'{x}\'::strict[]', 'secrets', 'nothing' ],
	[ 'SELECT NULL::%s, \'{x}\'::strict[]', 'secrets', 'nothing' ],
	[ 'SELECT %s(1), \'{x}\'::strict[]', 'secret_function', 'no_function' ])
{
	my ($text, @names) = @$_;
	my @answers = map {
		my $name = $_;
		join '|', map { my $e = $_; map { (my $v = $e->{$_} // '') =~ s/\Q$name\E/NAME/g; $v } qw(C M D H) }
		  @{ $w->query(sprintf $text, $name)->{errors} };
	} @names;
	is($answers[0], $answers[1], "$text: what is hidden is answered as what there is not");
}
done_testing();
