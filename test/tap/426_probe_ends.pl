# agentsandbox-audit comes to an end, whatever a profile lets it do, and when it
# is told to: then, too, it leaves no conversation behind.
use strict;
use warnings;
use AgentSandbox;
use Audit;
use FindBin;
use IPC::Run ();
use Test::More;

# A conversation that may run no probe, not even its first
sql(<<'SQL');
SELECT agentsandbox.create_profile('slow', statements_per_minute => 1);
CREATE SCHEMA s;
GRANT USAGE ON SCHEMA s TO slow;
CREATE TABLE s.item (a int);
GRANT SELECT ON s.item TO slow;
SQL
my $open = "SELECT count(*) FROM agentsandbox.conversations WHERE state = 'open'";
my ($out, $err);

sub start
{
	($out, $err) = ('', '');
	return IPC::Run::start([ "$FindBin::Bin/../../src/bin/audit/agentsandbox-audit", @_ ], \'', \$out, \$err, IPC::Run::timeout(60));
}

my $run = start('--schema', 's', 'probe', 'slow');
if (!eval { $run->finish; 1 }) { $run->kill_kill }
like($out, qr/^proves nothing: relation s\.item SELECT: .* -> 53400 /m, 'no statement is left for a probe');
is(sql($open), '0', 'no conversation is left open');

sql("SELECT agentsandbox.create_profile('stopped')");
for my $signal (qw(INT TERM HUP))
{
	$run = start('probe', 'stopped');
	poll_until("SELECT count(*) FROM pg_stat_activity a JOIN agentsandbox.conversations c ON a.usename = c.role WHERE c.state = 'open'", '1');
	$run->signal($signal);
	$run->finish;
	is($run->full_result(0), 2 << 8, "SIG$signal ends it");
	like($err, qr/^agentsandbox-audit: [^\n]*signal\n\z/, '... which it says');
	is(sql($open), '0', '... and no conversation is left open');
}

done_testing();
