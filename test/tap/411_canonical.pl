# The canonical text is one form: values that jsonb calls equal have identical
# bytes however they are spelled, all others have different ones; parsing the text
# gives the value back.  Unicode normal forms stay apart, and are counted.
use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use Test::More;

my $seed = $ENV{SEED} // 21;
srand($seed);
note("SEED=$seed");

sub pick { return $_[ int(rand(@_)) ] }

# ---- random values: a scalar reference is a number, its decimal digits and exponent

my @strings = ('', 'a', 'b', 'é', "e\x{301}", "\x{212B}", "\x{C5}", "A\x{30A}", '"\\/', "\n\t\x01\x7F", "\x{1F432}", "\x{FFFD}",
	"\x{E000}", 'A', '1', 'null');
my @numbers = map { \$_ } qw(0 1 -1 10 100 0.1 -0.001 1.5 12345678901234567890 0.000001 0.0000001 1e21 123e300 -5e-300 9007199254740993);

sub value
{
	my ($depth) = @_;
	my $kind = rand();
	return pick(undef, JSON::True(), JSON::False()) if $kind < 0.15;
	return pick(@numbers) if $kind < 0.45;
	return 's' . pick(@strings) if $kind < 0.7 || $depth == 0;
	return [ map { value($depth - 1) } 1 .. rand(4) ] if $kind < 0.85;
	return { map { (pick(@strings), value($depth - 1)) } 1 .. rand(5) };
}

sub JSON::True { return 'true' }
sub JSON::False { return 'false' }

# ---- ... and their spellings

sub space { return pick('', '', ' ', "\t", "\n  ") }

sub spell_string
{
	my ($s) = @_;
	my $out = '';
	for my $c (split //, $s)
	{
		my $n = ord $c;
		my $escaped = $n > 0xFFFF
		  ? sprintf('\u%04x\u%04X', 0xD800 + (($n - 0x10000) >> 10), 0xDC00 + ($n & 0x3FF))
		  : sprintf(pick('\u%04x', '\u%04X'), $n);
		my %short = ('"' => '\"', '\\' => '\\\\', '/' => '\/', "\n" => '\n', "\t" => '\t');
		if ($n < 32 || $c =~ /["\\]/) { $out .= pick($escaped, $short{$c} // $escaped) }
		else { $out .= pick($c, $c, $escaped, $short{$c} // $c) }
	}
	return qq("$out");
}

# digits and point moved about, zeros added, another exponent
sub spell_number
{
	my ($n) = @_;
	my ($sign, $whole, $part, $exponent) = $n =~ /^(-?)(\d+)(?:\.(\d+))?(?:e(-?\d+))?$/ or die $n;
	$part //= '';
	$exponent //= 0;
	my $digits = $whole . $part;
	my $point = length($whole) + $exponent;
	$digits .= '0' x int(rand(4));
	my $at = 1 + int(rand(length $digits));
	my $moved = $point - $at;
	my $text = substr($digits, 0, $at) =~ s/^0+(?=\d)//r;
	$text .= '.' . substr($digits, $at) if $at < length $digits;
	$text .= pick('e', 'E') . ($moved < 0 ? $moved : pick('', '+') . $moved) if $moved != 0 || rand() < 0.3;
	return ($sign eq '' && $digits =~ /^0*$/ && rand() < 0.5 ? '-' : $sign) . $text;
}

sub spell
{
	my ($v) = @_;
	return 'null' if !defined $v;
	return spell_number($$v) if ref $v eq 'SCALAR';
	return '[' . join(',', map { space() . spell($_) . space() } @$v) . ']' if ref $v eq 'ARRAY';
	return '{' . join(',', map { space() . spell_string($_) . space() . ':' . spell($v->{$_}) }
		  sort { rand() <=> 0.5 } keys %$v) . '}' if ref $v eq 'HASH';
	return $v =~ /^s(.*)\z/s ? spell_string($1) : $v;
}

# ---- compared

# ASCII alone on the way to the server
sub literal
{
	my ($s) = @_;
	$s =~ s/([\\'])/\\$1/g;
	$s =~ s/([^\0-\x7F])/sprintf '\U%08X', ord $1/ge;
	return "E'$s'";
}

my @rows;
for my $n (1 .. 600)
{
	my $v = value(3);
	push @rows, map { "($n, " . literal(spell($v)) . ')' } 1 .. 6;
}
my $setup = 'CREATE TEMP TABLE spelled (n int, v jsonb, c text); INSERT INTO spelled (n, v) VALUES ' . join(',', @rows)
  . "; UPDATE spelled SET c = agentsandbox.canonical(v);\n";
my @counts = split /\n/, sql($setup . <<'SQL');
SELECT count(DISTINCT v::text) > count(DISTINCT c) FROM spelled;
SELECT count(*) FROM (SELECT FROM spelled GROUP BY n HAVING count(DISTINCT c) > 1) x;
SELECT count(*) FROM spelled a JOIN spelled b ON a.v = b.v AND a.c <> b.c;
SELECT count(*) FROM spelled a JOIN spelled b ON a.c = b.c AND a.v <> b.v;
SELECT count(*) FROM spelled WHERE c::jsonb <> v OR agentsandbox.canonical(c::jsonb) <> c;
SQL
is($counts[0], 't', 'the spellings do differ');
is($counts[1], '0', 'every spelling of a value has the same bytes');
is($counts[2], '0', 'equal values have the same bytes');
is($counts[3], '0', 'different values have different bytes');
is($counts[4], '0', 'the text parses back to the value, and stays as it is');

is(sql(q(SELECT count(DISTINCT agentsandbox.canonical(to_jsonb(s))) FROM unnest(ARRAY[
	U&'\00C5', U&'A\030A', U&'\212B']) s)), '3', 'three normal forms of one letter are three texts');
is(sql(q(SELECT round(bits::numeric, 3) FROM agentsandbox.schema_capacity(jsonb_build_object('enum', jsonb_build_array(
	U&'\00C5', U&'A\030A', U&'\212B'))) WHERE pointer = '')), '1.585', '... and count as three');
done_testing();
