# Capacity is never too low: for random schemas, every value of a universe that
# the validator accepts is counted and compared with the bound.  Half of the
# schemas accept nothing outside the universe, so it is known how tight the
# bound is.  Then schemas of every keyword with extreme values: no crash, no
# number out of range.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use List::Util qw(sum0);
use Test::More;

my $seed = $ENV{SEED} // 20;
srand($seed);
note("SEED=$seed");

sub pick { return $_[ int(rand(@_)) ] }
sub chance { return rand() < shift }

# ---- the universe: all scalars that leaves can name, and what is made of them

my @scalars = qw(null true false 0 1 -1 2 6 0.5 1.5 -0.5 "" "a" "b" "aa" "ab" "ba" "bb");
my @universe = (
	@scalars, '[]', '{}',
	(map { "[$_]" } @scalars), (map { my $x = $_; map { "[$x,$_]" } @scalars } @scalars),
	(map { my $x = $_; map { qq({"k":$x,"m":$_}) } @scalars } @scalars),
	(map { (qq({"k":$_}), qq({"m":$_})) } @scalars));

# ---- schemas that accept nothing else

my @spellings = (@scalars, qw(1.0 10e-1 -0 5e-1 2.00 "\u0061"));

sub members { return join ',', map { pick(@spellings) } 1 .. 1 + rand(5) }

sub leaf
{
	my $n = pick(0, 1, 2, 6, 0.5, 1.5, -1, -0.5);
	return pick(
		sub { '{"const":' . pick(@spellings) . '}' },
		sub { '{"enum":[' . members() . ']}' },
		sub { '{"enum":[' . members() . '],"type":["string","integer"]}' },
		sub { '{"type":"boolean"}' },
		sub { '{"type":"null"}' },
		sub { '{"type":["null","boolean"]}' },
		sub { '{"type":"integer","minimum":' . pick(-1, -0.5, 0, 1) . ',"maximum":' . pick(2, 1.5, 0, 2.9) . '}' },
		sub { '{"type":"integer","exclusiveMinimum":-1.5,"exclusiveMaximum":' . pick(3, 2, 1.5, 0.1) . '}' },
		sub { '{"type":"integer","minimum":0,"maximum":6,"multipleOf":' . pick(6, '6.0', 1.2, 1.5, 2.4, 3) . '}' },
		sub { '{"type":"number","minimum":-0.5,"maximum":2,"multipleOf":0.5}' },
		sub { '{"type":"number","exclusiveMinimum":-0.5,"exclusiveMaximum":1.5,"multipleOf":' . pick(0.5, '5e-1', 1.5) . '}' },
		sub { '{"type":"string","pattern":"^[ab]{0,2}$"}' },
		sub { '{"type":"string","pattern":"^[ab]*$","maxLength":' . pick(0, 1, 2) . '}' },
		sub { '{"type":"string","pattern":"^(a|b?a?)$","minLength":1}' },
		sub { 'false' })->();
}

sub combined
{
	my ($make) = @_;
	my @some = map { $make->() } 1 .. 1 + rand(3);
	my $list = join ',', @some;
	return pick(
		sub { qq({"anyOf":[$list]}) },
		sub { qq({"oneOf":[$list]}) },
		sub { qq({"allOf":[$list]}) },
		sub { qq({"allOf":[$some[0]],"anyOf":[$list,$some[0]]}) },
		sub { qq({"if":$some[0],"then":$some[-1],"else":) . $make->() . '}' },
		sub { qq({"allOf":[$some[0]],"not":$some[-1]}) },
		sub { qq({"\$ref":"#/\$defs/d","\$defs":{"d":$some[0]}}) })->();
}

sub array
{
	my $leaf = leaf();
	return pick(
		sub { '{"type":"array","maxItems":' . pick(0, 1, 2) . qq(,"items":$leaf}) },
		sub { '{"type":"array","maxItems":2,"minItems":' . pick(0, 1, 2) . qq(,"items":$leaf}) },
		sub { '{"type":"array","maxItems":2,"prefixItems":[' . leaf() . qq(],"items":$leaf}) },
		sub { '{"type":"array","prefixItems":[' . leaf() . ',' . leaf() . '],"items":false}' },
		sub { qq({"type":"array","maxItems":2,"uniqueItems":true,"items":$leaf}) },
		sub { qq({"type":"array","uniqueItems":true,"items":{"enum":["a","b"]}}) },
		sub { qq({"type":"array","maxItems":2,"items":$leaf,"contains":) . leaf() . '}' })->();
}

sub object
{
	my ($k, $m) = (leaf(), leaf());
	my $required = pick('', ',"required":["k"]', ',"required":["k","m"]', ',"dependentRequired":{"k":["m"]}', ',"minProperties":1');
	return pick(
		sub { qq({"type":"object","additionalProperties":false,"properties":{"k":$k,"m":$m}$required}) },
		sub { qq({"type":"object","additionalProperties":false,"properties":{"k":$k}$required}) },
		sub { qq({"type":"object","additionalProperties":$k,"propertyNames":{"enum":["k","m"]}$required}) },
		sub { qq({"type":"object","additionalProperties":false,"patternProperties":{"^[km]\$":$k}$required}) },
		sub { qq({"type":"object","additionalProperties":$m,"propertyNames":{"const":"m"}$required}) },
		sub { qq({"type":"object","maxProperties":1,"additionalProperties":false,"patternProperties":{"^k\$":$k},"properties":{"m":$m}}) }
	)->();
}

sub closed
{
	my ($depth) = @_;
	return pick(\&leaf, \&array, \&object)->() if $depth == 0 || chance(0.3);
	return combined(sub { closed($depth - 1) });
}

# A definition's reference must lead to the root of the document.
sub rooted { my ($s) = @_; return $s =~ /\$ref/ && $s !~ /^\{"\$ref/ ? closed(0) : $s }

# ---- and schemas of any kind

sub open_schema
{
	my ($depth) = @_;
	my @keywords;
	my $sub = sub { $depth > 0 ? open_schema($depth - 1) : leaf() };
	my $count = sub { pick(0, 1, 2, 3, 7, 1000, 2147483647, 99999999999) };
	my $number = sub { pick(0, 1, -1, 0.5, '1e17', '-1e17', '1e131071', '-1e131071', '1e-16000', '123456789012345678901234567890', '99.99') };
	my %make = (
		type => sub { pick(map({ qq("$_") } qw(null boolean integer number string array object)), '["string","array"]', '["number","object"]') },
		enum => sub { '[' . members() . ',[],{},[1],{"k":1.0}]' },
		const => sub { pick(@universe) },
		minimum => $number, maximum => $number, exclusiveMinimum => $number, exclusiveMaximum => $number,
		multipleOf => sub { pick(1, 2, 0.5, 0.01, '1e100000', '1e-16000', '123456789012345678', 7) },
		minLength => $count, maxLength => $count, minItems => $count, maxItems => $count,
		minProperties => $count, maxProperties => $count, minContains => $count, maxContains => $count,
		pattern => sub { pick('"^[ab]*$"', '"a"', '"^(a|bb?)+$"', '"^\\\\w{1,200}$"', '"^(?:[ab]{200}c?)*$"', '""', '"$^a"') },
		format => sub { pick(map { qq("$_") } qw(date time date-time uuid ipv4 ipv6 email hostname uri)) },
		uniqueItems => sub { pick('true', 'false') },
		items => $sub, contains => $sub, additionalProperties => $sub, propertyNames => $sub, not => $sub,
		if => $sub, then => $sub, else => $sub, unevaluatedItems => $sub, unevaluatedProperties => $sub,
		prefixItems => sub { '[' . join(',', map { $sub->() } 1 .. 1 + rand(3)) . ']' },
		allOf => sub { '[' . join(',', map { $sub->() } 1 .. 1 + rand(3)) . ']' },
		anyOf => sub { '[' . join(',', map { $sub->() } 1 .. 1 + rand(3)) . ']' },
		oneOf => sub { '[' . join(',', map { $sub->() } 1 .. 1 + rand(3)) . ']' },
		properties => sub { '{"k":' . $sub->() . ',"m":' . $sub->() . '}' },
		patternProperties => sub { '{"^k":' . $sub->() . '}' },
		dependentSchemas => sub { '{"k":' . $sub->() . '}' },
		required => sub { pick('["k"]', '["m","z"]', '[]') },
		'$ref' => sub { '"#/properties/k"' });
	my @names = sort keys %make;
	push @keywords, pick(@names) for 1 .. 1 + rand(5);
	my %seen;
	return '{' . join(',', map { qq("$_":) . $make{$_}->() } grep { !$seen{$_}++ } @keywords) . '}';
}

# ---- counting

my (@closed, @open);
push @closed, rooted(closed(2)) while @closed < 1200;
push @open, open_schema(int(rand(3))) while @open < 1200;

sub literals { return join ',', map { s/'/''/gr =~ s/^(.*)$/('$1')/sr } @_ }

# All values at once: the fault of "contains" says how many of them match.
my $out = sql(
	'CREATE TEMP TABLE universe (v jsonb); CREATE TEMP TABLE schemas (n serial, s text);'
	  . 'INSERT INTO universe VALUES ' . literals(@universe) . ';'
	  . 'INSERT INTO schemas (s) VALUES ' . literals(@closed, @open) . ';' . <<'SQL');
CREATE FUNCTION pg_temp.try(s text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	PERFORM agentsandbox.schema_check(s::jsonb);
	RETURN s::jsonb;
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN NULL;
END $$;
SELECT n, (SELECT bits FROM agentsandbox.schema_capacity(j) WHERE pointer = ''),
	(SELECT substring(message from '^\d+ items match') FROM agentsandbox.schema_errors(
		jsonb_build_object('minContains', 1000000, 'contains', replace(s, '"#/', '"#/contains/')::jsonb),
		(SELECT jsonb_agg(v) FROM universe))),
	(SELECT bool_and(bits BETWEEN 0 AND 8 * 65536) FROM agentsandbox.schema_capacity(j))
FROM (SELECT n, s, pg_temp.try(s) AS j FROM schemas OFFSET 0) checked WHERE j IS NOT NULL ORDER BY n;
SELECT count(*), count(DISTINCT v) FROM universe;
SQL

my @lines = split /\n/, $out;
my ($all, $different) = split /\|/, pop @lines;
is($all, $different, "a universe of $all values, all different");

my ($low, $strange, $tight, @excess, %counted) = (0, 0, 0);
for my $line (@lines)
{
	my ($n, $bits, $count, $sane) = $line =~ /^(\d+)\|(.*)\|(\d+) items match\|(.)$/ or die $line;
	my $schema = (@closed, @open)[ $n - 1 ];
	my $known = $n <= @closed;
	$counted{ $known ? 'closed' : 'open' }++;
	if ($bits < 60 && $count > 2**$bits)
	{
		$low++;
		diag("$count values, $bits bits: $schema");
	}
	$strange++ if $sane ne 't';
	next if !$known || $count == 0;
	my $excess = $bits - log($count) / log(2);
	push @excess, $excess;
	$tight++ if $excess < 1e-9;
	note(sprintf '%.2f bits too many for %d values: %s', $excess, $count, $schema) if $excess > 3;
}
cmp_ok($counted{closed}, '>=', 1000, "$counted{closed} schemas of which all values are known");
cmp_ok($counted{open}, '>=', 600, "$counted{open} schemas of any kind");
is($low, 0, 'never fewer bits than values');
is($strange, 0, 'never a number out of range');
cmp_ok($tight / @excess, '>=', 0.5, sprintf 'exact for %.0f %% of those that accept anything', 100 * $tight / @excess);
cmp_ok(sum0(@excess) / @excess, '<', 1, sprintf '%.2f bits too many on average', sum0(@excess) / @excess);
done_testing();
