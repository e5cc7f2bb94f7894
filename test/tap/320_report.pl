# The report of a profile whose every name is hostile: as JSON against its
# schema, and as a page, read in Chromium.  What reads it is
# test/report/read.mjs; its modules come from npm.
use strict;
use warnings;
use utf8;
use Cwd qw(abs_path);
use Digest::SHA qw(sha256_hex);
use Encode qw(decode_utf8 encode_utf8);
use File::Basename;
use File::Copy qw(copy);
use File::Temp ();
use JSON::PP ();
use Test::More;

use AgentSandbox;

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output todo_output);
my $root = abs_path(dirname(__FILE__) . '/../..');
my $tmp = File::Temp->newdir('report.XXXXXX', TMPDIR => 1);

sub write_file
{
	my ($name, $text) = @_;
	open my $out, '>:raw', "$tmp/$name" or die "$name: $!";
	print $out $text;
	close $out or die $!;
	return "$tmp/$name";
}

my $long = 'n' x 63;
sql(encode_utf8(<<"SQL"));
CREATE SCHEMA "</title><script>window.pwned = 1</script>";
SET search_path = "</title><script>window.pwned = 1</script>";
SELECT agentsandbox.create_profile('<b onclick="x">''&amp;');
GRANT USAGE ON SCHEMA "</title><script>window.pwned = 1</script>" TO "<b onclick=""x"">'&amp;";
CREATE TABLE customer (id int PRIMARY KEY, rep int, "<img src=x onerror='window.pwned=1'>" text);
CREATE TABLE "a""b'c\\
--> DROP" (a int);
CREATE TABLE "invoice\x{202E}tnemyap" (a int);
CREATE TABLE $long (a int REFERENCES customer);
CREATE TABLE "מטבלה" (a int);
CREATE FUNCTION "f<b>" (int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
GRANT SELECT ON ALL TABLES IN SCHEMA "</title><script>window.pwned = 1</script>" TO "<b onclick=""x"">'&amp;";
GRANT EXECUTE ON FUNCTION "f<b>" TO "<b onclick=""x"">'&amp;";
GRANT UPDATE ON customer TO "<b onclick=""x"">'&amp;";
ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY "</td></table>" ON customer USING (agentsandbox.context('</code><script>window.pwned = 1</script>') = '<b>' OR rep = rep);
SELECT agentsandbox.create_method('mail', '{"const": "</script><script>window.pwned = 1</script>"}', 'true', description => '</script><script>window.pwned = 1</script><!--');
SELECT agentsandbox.allow_method('<b onclick="x">''&amp;', 'mail');
SELECT agentsandbox.accept_surface('<b onclick="x">''&amp;', '<b>"note"</b>');
REVOKE SELECT ON "מטבלה" FROM "<b onclick=""x"">'&amp;";
CREATE ROLE regress_ada LOGIN PASSWORD 'ada' IN ROLE agentsandbox_auditor;
SQL

my $profile = q{'<b onclick="x">''&amp;'};
my $ada = { role => 'regress_ada', password => 'ada' };
my $json = sql_as($ada, "SELECT agentsandbox.report($profile)");
my $html = sql_as($ada, "SELECT agentsandbox.report($profile, 'html')");
refused($ada, "SELECT agentsandbox.report($profile, 'pdf')", '22023', 'no other format');
refused($ada, "SELECT agentsandbox.report($profile, NULL)", '22023', '... nor none');
refused($ada, q{SELECT agentsandbox.report('regress_missing')}, '42704', 'an unknown profile');
refused($ada, "SELECT agentsandbox.report_data($profile)", '42501', 'its parts are nobody\'s');

# JSON
my $schema = do { open my $in, '<:raw', "$root/docs/report.schema.json" or die $!; local $/; <$in> };
sub errors
{
	my ($instance) = @_;
	return sql("SELECT * FROM agentsandbox.schema_errors(\$schema\$$schema\$schema\$, \$json\$$instance\$json\$)");
}
is(errors($json), '', 'the JSON is what docs/report.schema.json says');
my $data = JSON::PP->new->utf8->decode($json);
for my $change ([ radii => 1 ], [ fingerprint => 'x' ], [ more => 1 ], [ version => 2 ])
{
	isnt(errors(JSON::PP->new->utf8->encode({ %$data, $change->[0] => $change->[1] })), '', "... which says something of $change->[0]");
}
is(scalar @{ $data->{surface} }, sql("SELECT count(*) FROM agentsandbox.surface($profile)"), 'the whole surface is in it');
is($data->{fingerprint}, sql("SELECT agentsandbox.fingerprint(agentsandbox.surface_listing($profile))"), 'its fingerprint');
is(sha256_hex(JSON::PP->new->utf8->encode(JSON::PP->new->utf8->decode(sql("SELECT agentsandbox.surface_listing($profile)")))), $data->{fingerprint}, '... which another program computes the same');
is(scalar @{ $data->{hazards} }, sql("SELECT count(*) FROM agentsandbox.hazards($profile)"), 'the hazards');
is($data->{acceptance}{note}, '<b>"note"</b>', 'the acceptance');
is_deeply([ grep { $_->[0] eq 'relation' } map { [ @$_{qw(class change)} ] } @{ $data->{drift} } ], [ [ 'relation', 'removed' ] ], 'the drift');
my @own = grep { !$_->{common} } @{ $data->{surface} };
my %relations = map { $_->{identity} => 1 } grep { $_->{class} eq 'relation' && $_->{privilege} eq 'SELECT' } @own;
is(scalar keys %relations, 4, 'what was granted is told apart from what all have') or diag(join "\n", sort keys %relations);
is((grep { $_->{identity} =~ /^(?:agentsandbox|pg_catalog)\./ } @own) + 0, sql("SELECT count(*) FROM agentsandbox.surface($profile) WHERE identity ~ '^(agentsandbox|pg_catalog)' AND via::text ~ 'window.pwned|customer'"), '... and all of that is by the profile\'s own objects')
  or diag(join "\n", map { "$_->{class} $_->{identity} via @{ $_->{via} }" } grep { $_->{identity} =~ /^(?:agentsandbox|pg_catalog)\./ } @own);
is(sql(q{SELECT count(*) FROM agentsandbox.controls WHERE part NOT IN ('surface', 'methods', 'labels', 'hazards', 'sign-off', 'drift', 'refusals', 'conversations')}), '0', 'controls name parts');
is(sql(q{SELECT string_agg(DISTINCT framework || ', ' || edition, E'\n') FROM agentsandbox.controls}), join("\n",
	'CIS Benchmark, as numbered by pgdsat, PostgreSQL version not said', 'DISA STIG, PostgreSQL 9.x STIG', 'HIPAA Security Rule, 45 CFR 164.312, 2019',
	'NIST SP 800-53, Revision 4', 'NIST SP 800-53, Revision 5', 'PCI DSS, 4.0.1', 'SOC 2, Trust Services Criteria 2017'), '... of six frameworks, and their editions');

# the escaping function, alone
is(decode_utf8(sql(encode_utf8(qq{SELECT agentsandbox.html(E'<a href="x">''&\\n\\u202e\\u00e9\\u05d0\\u200b\\U000e0041')}))),
	"&lt;a href=&quot;x&quot;&gt;&#39;&amp;[U+000A][U+202E]\x{e9}\x{5d0}[U+200B][U+E0041]", 'html()');
is(sql('SELECT agentsandbox.html(NULL) = $$$$'), 't', 'html(null)');

# the page, as text: no tag that is not ours, nothing from elsewhere
my $text = decode_utf8($html);
my %tags;
$tags{ lc $1 }++ while $text =~ /<(\w+)/g;
is_deeply([ sort keys %tags ], [ sort qw(html head meta title style body header h1 nav a main dl dt dd h2 h3 div table caption thead tbody tr th td code span
	figure figcaption svg desc g rect text line form label input select option output noscript p ul li script) ], 'tags of ours only');
is($tags{script}, 1, 'one script');
unlike($text, qr/\b(?:src|href|action|style|on\w+)\s*=\s*["'](?!#)/i, 'no source, link, style or handler in a tag');
unlike($text, qr/[\x{202E}\x{0}-\x{8}]/, 'no character that turns others around');
unlike($text, qr{https?://}, 'no address');
like($text, qr/invoice\[U\+202E\]tnemyap/, 'its number instead');

# the page, in a browser
my ($chromium) = grep { -x } map { "$_/chromium" } split /:/, $ENV{PATH};
my ($node) = (qx(node --version 2>/dev/null) || '') =~ /^v(\d+)/;
SKIP:
{
	skip 'no Chromium', 1 unless $chromium;
	skip 'no node, or older than 18', 1 unless $node && $node >= 18;
	copy("$root/test/report/package.json", $tmp) or die $!;
	my $log = qx(cd $tmp && npm install --prefer-offline --no-audit --no-fund --ignore-scripts --loglevel=error 2>&1);
	skip 'npm cannot install what reads the page', 1 if $? != 0;

	my $page = write_file('report.html', $html);
	my $out = '';
	my $err = '';
	local $ENV{HOME} = "$tmp";
	IPC::Run::run([ 'node', "$root/test/report/read.mjs", "$tmp/node_modules", $chromium, $page, "$tmp/report.png",
			"$root/docs/report.schema.json", write_file('report.json', $json) ], \'', \$out, \$err, IPC::Run::timeout(600));
	is($? >> 8, 0, 'it is read to its end') or diag($err), last;
	my $seen = JSON::PP->new->utf8->decode($out);
	is_deeply($seen->{schema}, [], 'another validator finds the JSON right');
	is($seen->{title}, q{What profile <b onclick="x">'&amp; can reach}, 'title');
	is($seen->{pwned}, undef, 'no name was run');
	is($seen->{injected}, undef, 'nor does the page\'s policy let anything else run');
	is_deeply($seen->{elements}, { script => 1, style => 1, img => 0, iframe => 0, b => 0, h1 => 1, svg => 1 }, 'no name became an element');
	is_deeply($seen->{complaints}, [], 'the browser has nothing to complain of');
	is_deeply($seen->{requests}, [], 'and asked nobody for anything');
	is($seen->{entries}, scalar @{ $data->{surface} }, 'every entry of the surface is there');
	is($seen->{count}, "$seen->{entries} of $seen->{entries} entries", '... and counted');
	cmp_ok(scalar @{ $seen->{found} }, '>', 3, 'a search finds');
	is((grep { !/customer/i || !/select/i } @{ $seen->{found} }) + 0, 0, '... what has both words');
	is($seen->{foundCount}, scalar(@{ $seen->{found} }) . " of $seen->{entries} entries", '... and counts it');
	is(scalar @{ $seen->{columns} }, scalar(grep { $_->{class} eq 'column' && lc(join ' ', $_->{identity}, $_->{privilege}, @{ $_->{via} }, $_->{row_filter} // '', $_->{notes} // '') =~ /customer/
			&& lc(join ' ', $_->{privilege}, $_->{row_filter} // '', @{ $_->{via} }) =~ /select/ } @{ $data->{surface} }), 'a class narrows it');
	is(scalar @{ $seen->{nothing} }, 0, 'what is not there is not found');
	is($seen->{again}, $seen->{entries}, 'an empty search shows all');
	is_deeply($seen->{unscripted}, { entries => $seen->{entries}, form => JSON::PP::false }, 'without scripts all is there');
	is_deeply($seen->{printed}, { form => JSON::PP::false, head => JSON::PP::true }, 'on paper without the form');
	is($seen->{phone}, 390, 'as wide as a phone');
	is_deeply($seen->{violations}, [], 'axe finds it accessible');
	cmp_ok(-s "$tmp/report.png", '>', 10_000, 'a screenshot');
}
done_testing();
