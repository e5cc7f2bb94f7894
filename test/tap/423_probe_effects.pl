# What an agent changes, directly or through views, rules, foreign keys,
# partitions, inheritance, defaults, domains, policies and functions, is listed:
# it reads, calls, inserts, updates and deletes whatever it can, and each table
# or sequence that is different afterwards has to be in the surface with such a
# privilege.  What triggers in PL/pgSQL do is not followed,
# which the surface says.
use strict;
use warnings;
use AgentSandbox;
use File::Basename qw(dirname);
use RandomSchema;
use Test::More;
use Wire;

my $n = $ENV{RANDOM_SCHEMAS} // 20;
my $first = $ENV{RANDOM_SEED} // 1;

# The tables of some schemas with a digest of their rows, and of their children's
sub digests
{
	my @tables = split /\n/, sql("SELECT c.oid::regclass FROM pg_class c
		WHERE relkind = 'r' AND relnamespace::regnamespace::text = ANY ('{" . join(',', @_) . "}') ORDER BY 1");
	my @sequences = split /\n/, sql("SELECT c.oid::regclass FROM pg_class c
		WHERE relkind = 'S' AND relnamespace::regnamespace::text = ANY ('{" . join(',', @_) . "}') ORDER BY 1");
	my $query = join ' UNION ALL ', (map { "SELECT '$_', last_value || ' ' || is_called FROM $_" } @sequences), map { "SELECT '" . s/'/''/gr . "', md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ONLY $_ t" } @tables;
	return map { /^(.*)\|(.*)$/ ? ($1 => $2) : () } split /\n/, sql("SET search_path = ''; $query");
}

sub surface { return map { [ split /\|/ ] } split /\n/, sql("SELECT class, identity, privilege, via[1] LIKE 'through %' FROM agentsandbox.surface('$_[0]') WHERE class IN ('relation', 'column', 'sequence', 'function', 'type') AND identity !~ '\n'") }

# One assertion; the last arguments are schemas
sub changes_are_listed
{
	my ($profile, $excused, @schemas) = @_;
	my $like = join '|', @schemas;
	my @surface = grep { $_->[1] =~ /^(?:$like)\./ } surface($profile);
	my %before = digests(@schemas);
	my $c = open_conversation($profile, '{"tenant": "x"}');
	my $w = Wire->connect($c);
	for my $row (grep { $_->[3] eq 'f' } @surface)
	{
		my ($class, $identity, $privilege) = @$row;
		my ($relation, $column) = $identity =~ /^(.*)\.("(?:[^"]|"")*"|[^".]+)$/;
		my @statements = $class eq 'column' && $privilege eq 'UPDATE' ? map { "UPDATE $relation SET $column = $_" } "'changed'", 7, 'DEFAULT'
			: $class eq 'column' && $privilege eq 'INSERT' ? map { "INSERT INTO $relation ($column) VALUES ($_)" } "'changed'", 7
			: $class eq 'relation' && $privilege eq 'INSERT' ? ("INSERT INTO $identity DEFAULT VALUES")
			: $class eq 'column' && $privilege eq 'SELECT' ? ("SELECT $column FROM $relation")
			: $class eq 'type' ? ("SELECT 'x'::$identity")
			: $class eq 'function' && $identity =~ /^(.*)\((.*)\)$/ ? ("SELECT $1(" . join(', ', map { "NULL::$_" } split /,/, $2) . ')')
			: ();
		$w->query($_) for @statements;
	}
	$w->query("DELETE FROM $_->[1]") for grep { $_->[3] eq 'f' && $_->[2] eq 'DELETE' } @surface;
	$w->finish;
	sql("SELECT agentsandbox.close_conversation('$c->{conversation}')");

	my %after = digests(@schemas);
	my %listed = map { $_->[1] => 1 } grep { $_->[0] eq 'relation' && $_->[2] ne 'SELECT' || $_->[0] eq 'sequence' } @surface;
	my @changed = sort grep { $before{$_} ne $after{$_} } keys %before;
	is_deeply([ grep { !$listed{$_} && !$excused->{$_} } @changed ], [], "$profile: each of " . @changed . ' that changed is listed');
	note("$profile: @changed");
	return scalar @changed;
}

keep_session();
psql(conninfo(undef), '\i ' . dirname(__FILE__) . '/../audit/every_kind.sql');
sql(<<'SQL');
INSERT INTO kinds.owner_of SELECT g, 'v' FROM generate_series(1, 3) g;
INSERT INTO kinds.owned SELECT g, 'v' FROM generate_series(1, 3) g;
INSERT INTO kinds.measured VALUES ('2020-05-05', 1), ('2021-05-05', 1);
INSERT INTO kinds.child VALUES (1, 'b', 'c');
INSERT INTO kinds.everything VALUES (1, 'b');
INSERT INTO kinds.hidden VALUES (1, 'b');
SQL
my $changed = changes_are_listed('kinds', { 'kinds.audit_log' => 1 }, 'kinds', 'closed');
cmp_ok($changed, '>', 8, 'they are many');

$changed = 0;
# 115: a view of the profile's own that a function of another owner uses, with a domain below it
for my $seed (115, $first .. $first + $n - 1)
{
	my $random = RandomSchema->new($seed, "r$seed");
	sql($random->sql);
	$changed += changes_are_listed("r$seed", $random->{reacted} // {}, $random->schemas);
	sql($random->drop);
}
cmp_ok($changed, '>', $n / 4, 'and changes there were');
done_testing();
