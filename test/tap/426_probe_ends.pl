# agentsandbox-audit comes to an end, whatever a profile lets it do.
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
my ($out, $err) = ('', '');
my $run = IPC::Run::start([ "$FindBin::Bin/../../src/bin/audit/agentsandbox-audit", '--schema', 's', 'probe', 'slow' ],
	\'', \$out, \$err, IPC::Run::timeout(60));
if (!eval { $run->finish; 1 }) { $run->kill_kill }
like($out, qr/^proves nothing: relation s\.item SELECT: .* -> 53400 /m, 'no statement is left for a probe');
is(sql("SELECT count(*) FROM agentsandbox.conversations WHERE state = 'open'"), '0', 'no conversation is left open');

done_testing();
