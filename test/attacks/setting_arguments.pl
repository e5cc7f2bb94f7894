# current_setting() and set_config() are judged by the setting that they name.
# What else they are given is the agent's, too: in the last argument any function
# of the server's would run, and catalogs could be read whole.
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
	CREATE FUNCTION app.hidfunction() RETURNS bool LANGUAGE sql BEGIN ATOMIC SELECT true; END;
	CREATE FUNCTION app.sets(text, text, boolean DEFAULT false) RETURNS text LANGUAGE internal AS 'set_config_by_name';
	GRANT EXECUTE ON FUNCTION app.sets TO p;
	SQL
my $w = Wire->connect(open_conversation('p'));
sub code { my ($r) = @_; return $r->{errors}[0] ? $r->{errors}[0]{C} : $r->{rows}[0][0]; }

for my $function (q{current_setting('DateStyle', %s)}, q{set_config('DateStyle', 'ISO, MDY', %s)})
{
	for ([ 'pg_sleep(0) IS NULL', 42501 ], [ q{pg_notify('a', 'b') IS NULL}, 42501 ], [ 'pg_try_advisory_lock(1)', 42501 ], [ 'lo_create(0) > 0', 42501 ], [ q{query_to_xml('SELECT 1', true, true, '') IS NULL}, 42501 ],
		[ 'EXISTS (SELECT FROM pg_authid WHERE rolname IS NULL)', 42501 ], [ 'EXISTS (SELECT FROM pg_class WHERE ctid IS NULL)', 42501 ], [ 'EXISTS (SELECT FROM app.hidden)', '42P01' ], [ 'app.hidfunction()', 42883 ], [ q{'a'::xml IS NULL}, 42501 ], [ q{(SELECT current_setting('DateStyle', pg_sleep(0) IS NULL)) IS NULL}, 42501 ])
	{
		my ($argument, $code) = @$_;
		for my $query ("SELECT $function", "SELECT 1 WHERE $function <> ''", "SELECT * FROM $function", "VALUES ($function)")
		{
			my $text = sprintf $query, $argument;
			is(code($w->query($text)), $code, $text);
		}
	}
	my $text = sprintf "SELECT $function", q{(SELECT 1 / (1 - count(*)) FROM pg_class WHERE relname = 'hidden') = 1};
	is(code($w->query($text)), 'ISO, MDY', 'of a catalog it reads the rows that any query does');
	for my $argument ('true', '1 > 2', q{length('a') = 1}, '(SELECT true)')
	{
		is(code($w->query(sprintf "SELECT $function", $argument)), 'ISO, MDY', "$argument is an argument as any");
	}
}
is(sql('SELECT count(*) FROM pg_largeobject_metadata'), 0, 'nothing has been made');

# another name of set_config() sets, too, if it is given less
is(code($w->query("SELECT sets($_)")), 42501, "sets($_)") for "'default_transaction_isolation', 'serializable'", "'role', 'p'", "'statement_timeout', '0'";
is(code($w->query(q(SELECT sets('DateStyle', 'ISO, MDY')))), 'ISO, MDY', '... what is allowed');
done_testing();
