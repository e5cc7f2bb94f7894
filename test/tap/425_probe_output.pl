# What agentsandbox-audit prints: names forge nothing, and what could not be
# written is no success.
use strict;
use warnings;
use utf8;
use AgentSandbox;
use Audit;
use Encode qw(encode);
use FindBin;
use IPC::Run ();
use Test::More;

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output);

# Names of tables are whoever's who may make tables.
my $name = "a\x{1b}[2J\x{9b}31m\x{202e}tnemyap\x{2028}\x{a0}\x{200b}\x{e0041}\n0 differences é漢א";
my $shown = 'a\\x1b[2J[U+009B]31m[U+202E]tnemyap[U+2028][U+00A0][U+200B][U+E0041]\\x0a0 differences é漢א';
sql(encode('UTF-8', <<"SQL"));
SELECT agentsandbox.create_profile('clerk');
CREATE SCHEMA s;
GRANT USAGE ON SCHEMA s TO clerk;
CREATE TABLE s."$name" (a int);
GRANT SELECT ON s."$name" TO clerk;
ALTER FUNCTION agentsandbox.surface(name) RENAME TO true_surface;
CREATE FUNCTION agentsandbox.surface(profile name) RETURNS TABLE (class text, identity text, privilege text, row_filter text, via text[], notes text)
LANGUAGE sql AS \$\$ SELECT * FROM agentsandbox.true_surface(profile) s WHERE class <> 'relation' OR identity NOT LIKE 's.%' \$\$;
SQL
my @audit = ('--schema', 's', 'probe', 'clerk');
my ($status, $out) = audit(@audit);
is($status, 1, 'a table is left out');
my ($line) = grep { /^works, not listed: relation/ } split /\n/, Encode::decode('UTF-8', $out);
like($line, qr/^works, not listed: relation s\."\Q$shown\E" SELECT/, '... which is told in one line, of what can be seen');

# Nowhere to write to: the outcome is lost.
for my $to ('/dev/full', '|true', '/dev/null')
{
	my $err = '';
	my $command = join ' ', "$FindBin::Bin/../../src/bin/audit/agentsandbox-audit", @audit;
	IPC::Run::run([ 'bash', '-c', $to =~ /^\|/ ? "$command $to; exit \${PIPESTATUS[0]}" : "$command >$to" ], \'', '>', '/dev/null', '2>', \$err, IPC::Run::timeout(300));
	$status = $? >> 8;
	next if $to eq '/dev/null' && is($status, 1, 'what is written nowhere on purpose is written');
	is($status, 2, "$to: an outcome that could not be written is none");
	like($err, qr/^agentsandbox-audit: [^\n]*\n\z/, '... which is said');
}
is(sql("SELECT count(*) FROM agentsandbox.conversations WHERE state = 'open'"), '0', 'no conversation is left open');

done_testing();
