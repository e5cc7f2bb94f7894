# A leave() in the middle of a statement: for the rest of it the limits of the pool
# role held, and what it changed counted for nobody.  And a conversation that has
# used up its statements of the minute kept the connection from the next one.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'public', rows_returned => 100, rows_changed_total => 500, statements_per_minute => 70);
	CREATE ROLE pooler LOGIN PASSWORD 'pooler';
	GRANT agentsandbox_pool TO pooler;
	CREATE FUNCTION runs(t text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE t; RETURN 'ran'; END $$;
	CREATE TABLE t (a int);
	GRANT SELECT, INSERT ON t TO p;
	GRANT EXECUTE ON FUNCTION runs TO p;
	SQL
my $c = open_conversation('p');
my $w = Wire->connect({ role => 'pooler', password => 'pooler' });

sub enter
{
	my ($who, $name) = @_;
	is_deeply($w->query("SELECT agentsandbox.enter('$who->{token}')")->{errors}, [], "$name enters");
	return;
}

for my $leave ('agentsandbox.leave() IS NULL', q(runs('RESET ROLE') IS NULL), q(runs('SELECT agentsandbox.leave()') IS NULL))
{
	enter($c, 'a conversation');
	my $r = $w->query("SELECT CASE WHEN g = 1 THEN $leave END FROM generate_series(1, 200) g");
	is($r->{errors}[0]{C}, '54000', "rows are counted after $leave");
	is($w->query('SELECT current_user')->{rows}[0][0], 'pooler', '... and it has left');
}
for (1 .. 2)
{
	enter($c, 'a conversation');
	is_deeply($w->query('INSERT INTO t SELECT (agentsandbox.leave() IS NULL)::int FROM generate_series(1, 200)')->{errors}, [], 'rows are changed after leaving');
}
enter($c, 'a conversation');
is($w->query('INSERT INTO t SELECT (agentsandbox.leave() IS NULL)::int FROM generate_series(1, 200)')->{errors}[0]{C}, '53400', '... and count for the conversation');

# the statements of the minute
for my $leave ('RESET ROLE', 'DISCARD ALL')
{
	my $busy = open_conversation('p');
	enter($busy, 'a conversation');
	$w->query('SELECT 1') for 1 .. 70;
	is($w->query('SELECT 1')->{errors}[0]{C}, '53400', 'it has run what it may in a minute');
	is_deeply($w->query($leave)->{errors}, [], "... and leaves by $leave");
	enter(open_conversation('p'), '... then another conversation');
	is_deeply($w->query('SELECT 1')->{errors}, [], '... which has its own');
	$w->query('DISCARD ALL');
}
done_testing();
