# Running agentsandbox-audit, and what an agent gets to see.
#
#     use Audit;
#     my ($status, $out, $err) = audit('--schema', 's', 'probe', 'support');
#     equal_surface('support', 'nothing works that is not listed, and the other way round');

package Audit;

use strict;
use warnings;
use Exporter 'import';
use IPC::Run ();
use Test::More ();

our @EXPORT = qw(audit equal_surface);

my $root = $0 =~ m{^(.*)/test/tap/[^/]*$} ? $1 : '.';

sub audit
{
	my ($out, $err) = ('', '');
	IPC::Run::run([ "$root/src/bin/audit/agentsandbox-audit", @_ ], \'', \$out, \$err, IPC::Run::timeout(300));
	return ($? >> 8, $out, $err);
}

# One assertion: the probe of a profile finds no difference.  The last two
# arguments are the profile and the name of the test; returns the summary.
sub equal_surface
{
	my $name = pop;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $profile = pop;
	my ($status, $out, $err) = audit(@_, 'probe', $profile);
	my @lines = split /\n/, $out;
	my $summary = pop @lines // '';
	Test::More::is($status, 0, $name)
	  or Test::More::diag(join "\n", "$err$summary", map { substr $_, 0, 400 } @lines[ 0 .. ($#lines < 40 ? $#lines : 40) ]);
	Test::More::note($summary);
	return $summary;
}

1;
