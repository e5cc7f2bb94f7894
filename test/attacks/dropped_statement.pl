# EXECUTE holds on to the prepared statement that it is about while its arguments
# are evaluated.  Leaving a conversation drops its statements, and so does a
# DEALLOCATE that a function executes: in an argument they ended the server, and
# with it the sessions of everybody.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'public', allow_explain => true);
	CREATE ROLE pooler LOGIN PASSWORD 'pooler';
	GRANT agentsandbox_pool TO pooler;
	CREATE FUNCTION does(t text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r text; BEGIN EXECUTE t INTO r; RETURN r; END $$;
	CREATE FUNCTION runs(t text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE t; RETURN 'ran'; END $$;
	GRANT EXECUTE ON FUNCTION does, runs TO p;
	SQL
my $witness = Wire->connect(open_conversation('p'));
my $w = Wire->connect({ role => 'pooler', password => 'pooler' });

for my $way (
	q(EXECUTE p((agentsandbox.leave() IS NULL)::text)),
	q(EXECUTE p(does('SELECT agentsandbox.leave()'))),
	q(SELECT does('EXECUTE p((agentsandbox.leave() IS NULL)::text)')),
	q(EXPLAIN EXECUTE p((agentsandbox.leave() IS NULL)::text)),
	q(EXPLAIN (ANALYZE) EXECUTE leaves),
	q(EXECUTE leaves),
	q(SELECT agentsandbox.leave() FROM generate_series(1, 2)),
	q(SELECT agentsandbox.leave(), 1 / (random() > 2)::int))
{
	my $token = open_conversation('p')->{token};
	is_deeply($w->query($_)->{errors}, [], $_ =~ s/\d[0-9a-f]{9,}/.../r)
	  for "SELECT agentsandbox.enter('$token')", q(PREPARE p (text) AS SELECT $1, repeat('x', 1000)), 'PREPARE leaves AS SELECT agentsandbox.leave()';
	my $r = $w->query($way);
	ok(!$r->{gone}, "$way: the session goes on");
	is($w->query('SELECT current_user')->{rows}[0][0], 'pooler', '... and has left');
	$w->query($_) for 'RESET ROLE';
	$token = open_conversation('p')->{token};
	is_deeply($w->query("SELECT agentsandbox.enter('$token')")->{errors}, [], '... and enters another conversation');
	is($w->query($_)->{errors}[0]{C}, '26000', "... in which there is nothing of the first: $_") for 'EXECUTE leaves', q(EXECUTE p('x'));
	is_deeply($w->query('DISCARD ALL')->{errors}, [], '... which it leaves');
}

my $agent = open_conversation('p');
for my $deallocate ('DEALLOCATE p', 'DEALLOCATE ALL')
{
	for my $way (qq(EXECUTE p(runs('$deallocate'))), qq(SELECT runs('EXECUTE p(runs(''$deallocate''))')), "EXPLAIN (ANALYZE) EXECUTE d", 'EXECUTE d')
	{
		my $a = Wire->connect($agent);
		$a->query($_) for q(PREPARE p (text) AS SELECT $1, repeat('x', 1000)), "PREPARE d AS SELECT runs('$deallocate')";
		is($a->query($way)->{errors}[0]{M}, 'DEALLOCATE is not allowed inside functions', "$deallocate: $way");
		is_deeply($a->query($_)->{errors}, [], "... which remains: $_") for q(EXECUTE p(runs('SELECT 1'))), $deallocate;
		$a->finish;
	}
}
is($witness->query('SELECT 1')->{rows}[0][0], 1, 'other sessions have not noticed');
note 'a statement that takes itself away';
my $own = Wire->connect(open_conversation('p'));
for my $way ('EXECUTE self', 'EXPLAIN (ANALYZE, VERBOSE) EXECUTE self')
{
	$own->message('P', "self\0DEALLOCATE ALL\0\0\0");
	$own->message('S', '');
	is_deeply($own->collect->{errors}, [], 'DEALLOCATE ALL is prepared by the protocol');
	ok(!$own->query($way)->{gone}, "$way: the session goes on");
	is($own->query('SELECT 1')->{rows}[0][0], '1', '... as before');
}
is($witness->query('SELECT 1')->{rows}[0][0], '1', 'and so do the others');
done_testing();
