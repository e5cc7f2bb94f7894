# What is revoked is gone with the next statement: from prepared statements and
# cached plans, open cursors and suspended portals, in sessions that have used
# it before.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', allow_explain => true);
	CREATE ROLE team NOLOGIN;
	CREATE TABLE t (id int PRIMARY KEY, a text, b text);
	INSERT INTO t SELECT g, 'SECRET', 'x' FROM generate_series(1, 10) g;
	CREATE TABLE of_team (a text);
	INSERT INTO of_team VALUES ('SECRET');
	CREATE VIEW v AS SELECT a FROM t;
	CREATE FUNCTION f() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'SECRET'::text $$;
	CREATE FUNCTION volatile_f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'SECRET'; END $$;
	CREATE FUNCTION reads_t() RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT a FROM t; END $$;
	CREATE TYPE mood AS ENUM ('SECRET');
	GRANT SELECT ON of_team TO team;
	SQL

my $c = open_conversation('p');
my $role = $c->{role};
my $tries = 0;

# Grants, sees the secret, revokes, and must not see it again in any way.
sub revoked
{
	my ($name, $object, $to, $query) = @_;
	sql("GRANT $object TO $to");
	my $w = Wire->connect($c);
	my $s = 's' . ++$tries;

	$w->query("PREPARE p$s AS $query");
	$w->query("EXECUTE p$s") for 1 .. 7;    # until the plan is a generic one
	$w->parse($s, $query);
	$w->bind('', $s);
	$w->execute('', 0);
	my $seen = $w->sync;
	like(join('', map { $_->[0] // '' } @{ $seen->{rows} }), qr/SECRET/, "$name: seen while granted");
	$w->query('BEGIN');
	$w->query("DECLARE c CURSOR FOR $query");
	$w->bind('portal', $s);
	$w->execute('portal', 1);
	$w->sync;

	sql("REVOKE $object FROM $to");

	$w->query('SAVEPOINT s');
	my %ways = (
		'a suspended portal' => sub { $w->execute('portal', 1); $w->sync },
		'an open cursor' => sub { $w->query('FETCH ALL c') },
		'an SQL prepared statement' => sub { $w->query("EXECUTE p$s") },
		'a protocol prepared statement' => sub { $w->bind('', $s); $w->execute('', 0); $w->sync },
		'its description' => sub { $w->message('D', "S$s\0"); $w->sync },
		'the query' => sub { $w->query($query) },
		'its explanation' => sub { $w->query("EXPLAIN (ANALYZE) EXECUTE p$s") });
	for my $way (sort keys %ways)
	{
		# not asked again: what a function has returned, what a result is called
		next if $name =~ /inside/ && $way =~ /portal|description/;
		next if ($object =~ /EXECUTE|USAGE/ || $to eq 'keeper') && $way =~ /description/;
		my $r = $ways{$way}->();
		my $said = join ' ', map { map { $_ // '' } @$_ } @{ $r->{rows} };
		ok(@{ $r->{errors} } && $said !~ /SECRET/, "$name: refused to $way")
		  or diag(explain($r));
		$w->query('ROLLBACK TO s');
	}
	$w->finish;
	return;
}

for my $to ('p', $role)
{
	my $whom = $to eq 'p' ? 'the profile' : 'the conversation';
	revoked("table of $whom", 'SELECT ON t', $to, 'SELECT a FROM t');
	revoked("column of $whom", 'SELECT (a) ON t', $to, 'SELECT a FROM t');
	revoked("view of $whom", 'SELECT ON v', $to, 'SELECT a FROM v');
	revoked("function of $whom", 'EXECUTE ON FUNCTION f()', $to, 'SELECT f()');
	revoked("plpgsql function of $whom", 'EXECUTE ON FUNCTION volatile_f()', $to, 'SELECT volatile_f()');
	revoked("server function of $whom", 'EXECUTE ON FUNCTION pg_conf_load_time()', $to, q{SELECT pg_conf_load_time() || 'SECRET'});
	revoked("type of $whom", 'USAGE ON TYPE mood', $to, q{SELECT 'SECRET'::mood});
}
revoked('membership of the profile', 'team', 'p', 'SELECT a FROM of_team');

# ... in a session that speaks for two conversations by turns, the other of which was judged last
sql(q{SELECT agentsandbox.create_profile('q'); GRANT EXECUTE ON FUNCTION volatile_f() TO team, q; GRANT team TO p});
my $other = open_conversation('q')->{role};
my $both = Wire->connect({ role => $ENV{PGUSER} });

sub says_as
{
	my ($as, $statement) = @_;
	$both->query($_) for 'RESET ROLE', "SET ROLE $as";
	my $r = $both->query($statement);
	return join ' ', (map { map { $_ // '' } @$_ } @{ $r->{rows} }), map { $_->{C} } @{ $r->{errors} };
}
says_as($role, 'PREPARE told AS SELECT volatile_f()');
is(says_as($role, 'EXECUTE told'), 'SECRET', 'by turns: one conversation is told');
is(says_as($other, 'SELECT volatile_f()'), 'SECRET', '... then the other');
sql('REVOKE team FROM p');
is(says_as($other, 'SELECT volatile_f()'), 'SECRET', '... which keeps it when the first one is no member any more');
is(says_as($role, 'EXECUTE told'), '42883', '... and loses it');
is(says_as($role, 'SELECT volatile_f()'), '42883', '... in every statement');
sql('GRANT team TO p');
is(says_as($role, 'EXECUTE told'), 'SECRET', '... until it is one again');
is(says_as($other, 'SELECT volatile_f()'), 'SECRET', '... beside the other');
sql('REVOKE team FROM p');
is(says_as($role, 'EXECUTE told'), '42883', '... and not once more');
$both->finish;
sql('REVOKE EXECUTE ON FUNCTION volatile_f() FROM q');

# a relation that a granted function reads as the agent
sql('GRANT EXECUTE ON FUNCTION reads_t() TO p');
revoked('table inside a function', 'SELECT ON t', 'p', 'SELECT reads_t()');

# what the owner of a view may read
sql(q{CREATE ROLE keeper NOLOGIN; CREATE VIEW kept AS SELECT a FROM t; ALTER VIEW kept OWNER TO keeper; GRANT SELECT ON kept TO p});
revoked('what the owner of a view may', 'SELECT ON t', 'keeper', 'SELECT a FROM kept');
revoked('a column that the owner of a view may', 'SELECT (a) ON t', 'keeper', 'SELECT a FROM kept');

# PUBLIC may have it all along
sql('GRANT SELECT ON t, v TO PUBLIC; GRANT EXECUTE ON FUNCTION f() TO PUBLIC; GRANT USAGE ON TYPE mood TO PUBLIC');
revoked('table that PUBLIC has', 'SELECT ON t', 'p', 'SELECT a FROM t');
revoked('view that PUBLIC has', 'SELECT ON v', 'p', 'SELECT a FROM v');
revoked('function that PUBLIC has', 'EXECUTE ON FUNCTION f()', 'p', 'SELECT f()');

done_testing();
