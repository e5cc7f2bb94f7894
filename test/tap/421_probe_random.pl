# The surface proven complete on random schemas and grants (RANDOM_SCHEMAS of
# them, from seed RANDOM_SEED on): what works as an agent is what is listed, and
# what an agent gets to see comes from columns that are.
use strict;
use warnings;
use AgentSandbox;
use Audit;
use RandomSchema;
use Test::More;
use Wire;

my $first = $ENV{RANDOM_SEED} // 1;
my $n = $ENV{RANDOM_SCHEMAS} // 40;
my ($probes, $seen) = (0, 0);

# All that the conversation can read or call, and the columns it came from
sub columns_seen
{
	my ($w, @direct) = @_;
	my (%columns_of, %seen, @queries);
	for my $row (@direct)
	{
		my ($class, $identity, $privilege, undef, $notes) = @$row;
		next if ($notes // '') =~ /is not followed/;    # what such a function reads is the auditor's to find out
		push @{ $columns_of{$1} }, $2 if $class eq 'column' && $privilege eq 'SELECT' && $identity =~ /^(.*)\.("(?:[^"]|"")*"|[^".]+)$/;
		if ($class eq 'function' && $identity =~ /^(.*)\((.*)\)$/)
		{
			my ($function, $types) = ($1, $2);
			push @queries, "SELECT $function(" . join(', ', map { "NULL::$_" } split /,/, $types) . ')';
		}
	}
	push @queries, map { "SELECT @{[ join ', ', @{ $columns_of{$_} } ]} FROM $_" } keys %columns_of;
	for my $query (@queries)
	{
		my $r = $w->query($query);
		for my $value (map { @$_ } @{ $r->{rows} })
		{
			$seen{$1}++ while defined $value && $value =~ /MARKER<([^>]*)>/g;
		}
	}
	return keys %seen;
}

keep_session();
# 62: a view of the profile's own over a table that is granted to PUBLIC alone
for my $seed (62, $first .. $first + $n - 1)
{
	my $random = RandomSchema->new($seed, "r$seed");
	sql($random->sql);
	my $summary = equal_surface((map { ('--schema', $_) } $random->schemas), "r$seed", "seed $seed: nothing more and nothing less");
	$probes += $1 if $summary =~ /^(\d+)/;

	my $like = join '|', $random->schemas;
	my @rows = map { [ split /\|/ ] } split /\n/, sql("SELECT class, identity, privilege, via[1] LIKE 'through %', notes
		FROM agentsandbox.surface('r$seed') WHERE identity ~ '^($like)\\.'");
	my $c = open_conversation("r$seed", '{"tenant": "x"}');
	my $w = Wire->connect($c);
	my @seen = columns_seen($w, grep { $_->[3] eq 'f' } @rows);
	my %listed = map { $_->[1] => 1 } grep { $_->[0] eq 'column' } @rows;
	is_deeply([ grep { !$listed{$_} } sort @seen ], [], "seed $seed: what it sees is listed");
	$seen += @seen;
	$w->finish;
	sql("SELECT agentsandbox.close_conversation('$c->{conversation}')");
	sql($random->drop);
}
note("$probes probes, $seen columns seen");
cmp_ok($seen, '>', $n / 5, 'they see something');
done_testing();
