# The JSON Schema test suite: every group of draft 2020-12 passes in full, or
# is refused when the schema is compiled, for a reason the suite is counted by.
use strict;
use warnings;

use File::Basename;
use JSON::PP;
use Test::More;

my $root  = dirname(__FILE__) . '/../..';
my $suite = "$root/../shared/json-schema-test-suite/tests/draft2020-12";
plan skip_all => "no JSON Schema test suite at $suite" unless -d $suite;

# Numbers must reach the server digit by digit.
my $json = JSON::PP->new->utf8->allow_nonref->canonical->allow_bignum;

# Formats that assert here; format.json, where no format asserts, is no measure.
my @formats = qw(date time date-time uuid ipv4 ipv6 email hostname uri);
my @files = grep { !m{/format\.json$} } sort glob("$suite/*.json");
push @files, map { "$suite/optional/format/$_.json" } @formats;
push @files, map { "$suite/optional/$_.json" }
  qw(anchor bignum ecmascript-regex float-overflow id no-schema non-bmp-regex);

# Why a schema may be refused; any other refusal is a failure.
my @reasons = (
	[ 'embedded $id'         => qr/"\$id" is only supported at the root/ ],
	[ 'remote $ref'          => qr/"\$ref" .* is not within this document/ ],
	[ 'reference into an unknown keyword' => qr/"\$ref" .* does not lead to a schema/ ],
	[ 'dynamic reference'    => qr/keyword "\$dynamic(Ref|Anchor)"/ ],
	[ 'other dialect'        => qr/"\$schema" must be/ ],
	[ 'vocabulary'           => qr/keyword "\$vocabulary"/ ],
	[ 'unknown keyword'      => qr/keyword ".*" is not supported/ ],
	[ 'NUL is no jsonb'      => qr/unsupported Unicode escape/ ],
	[ 'unknown format'       => qr/"format" ".*" is not supported/ ],
	[ 'regular expression'   => qr/regular expression/ ],);

sub literal
{
	my $text = shift;
	$text =~ s/'/''/g;
	return "'$text'";
}

# One query per group: its error, or a letter per test: v for valid, i for
# invalid, n where the instance is no jsonb (a NUL character).
my $sql = <<'SQL';
\set QUIET on
\pset tuples_only on
\pset format unaligned
SET client_encoding = 'UTF8';
CREATE FUNCTION pg_temp.verdict(schema jsonb, instance text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM agentsandbox.schema_errors(schema, instance::jsonb)) THEN
		RETURN 'i';
	END IF;
	RETURN 'v';
EXCEPTION
	WHEN untranslatable_character THEN RETURN 'n';
END $$;
CREATE FUNCTION pg_temp.verdicts(schema text, instances text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM agentsandbox.schema_check(schema::jsonb);
	RETURN (SELECT string_agg(pg_temp.verdict(schema::jsonb, i), '' ORDER BY n)
			  FROM unnest(instances) WITH ORDINALITY AS u(i, n));
EXCEPTION
	WHEN invalid_parameter_value OR untranslatable_character THEN RETURN 'refused: ' || sqlerrm;
END $$;
SQL
my @groups;
for my $file (@files)
{
	open my $in, '<:raw', $file or die "$file: $!";
	local $/;
	my $groups = $json->decode(<$in>);
	for my $group (@$groups)
	{
		(my $name = $file) =~ s{^\Q$suite\E/}{};
		push @groups, { name => "$name: $group->{description}", %$group };
		$sql .= sprintf "SELECT pg_temp.verdicts(%s, ARRAY[%s]);\n",
		  literal($json->encode($group->{schema})),
		  join ', ', map { literal($json->encode($_->{data})) } @{ $group->{tests} };
	}
}

my $input = "/tmp/agentsandbox-suite-$$.sql";
open my $out, '>:raw', $input or die "$input: $!";
print $out $sql;
close $out or die;
my @answers = qx(psql -X -v ON_ERROR_STOP=1 -f $input 2>&1);
unlink $input;
chomp @answers;
is(scalar @answers, scalar @groups, 'every group has an answer')
  or BAIL_OUT(join "\n", @answers);

my ($passed, $tests, %refused) = (0, 0);
for my $i (0 .. $#groups)
{
	my ($group, $answer) = ($groups[$i], $answers[$i]);
	if ($answer =~ /^refused: /)
	{
		my ($reason) = grep { $answer =~ $_->[1] } @reasons;
		push @{ $refused{ $reason->[0] } }, $group->{name} if $reason;
		ok($reason, "$group->{name} is refused for a listed reason") or diag($answer);
		next;
	}
	my $expected = join '', map { $_->{valid} ? 'v' : 'i' } @{ $group->{tests} };
	# what is no jsonb cannot reach the validator: as good as invalid
	(my $got = $answer) =~ s/n/i/g;
	$passed++;
	$tests += @{ $group->{tests} };
	is($got, $expected, $group->{name}) or do
	{
		$passed--;
		for my $t (0 .. $#{ $group->{tests} })
		{
			diag("$group->{tests}[$t]{description}: " . $json->encode($group->{tests}[$t]{data}))
			  if substr($got, $t, 1) ne substr($expected, $t, 1);
		}
	};
}

my $refused = 0;
for my $reason (map { $_->[0] } @reasons)
{
	my $list = $refused{$reason} or next;
	$refused += @$list;
	note('figure: ' . @$list . " groups refused, $reason:");
	note("figure: - $_") for @$list;
}
note("figure: groups: $passed pass in full ($tests tests), $refused refused, " . scalar(@groups) . ' in all');
done_testing();
