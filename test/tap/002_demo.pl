# The story that make demo tells comes to its end.
use strict;
use warnings;

use IPC::Run ();
use Test::More;
use Time::HiRes qw(time);

my ($out, $err) = ('', '');
my $start = time;
IPC::Run::run(['test/demo'], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(120));
my $took = time - $start;
is($?, 0, 'the demo comes to its end') or diag($err);
note(sprintf 'figure: demo took %.1f s', $took);
cmp_ok($took, '<', 60, 'within a minute');
is($err, '', 'and has no complaint');
like($out, qr/refused \| invalid_arguments \| \/customer/, 'a call is refused with its reason');
like($out, qr/completed \| \{"queued": true\}/, 'a call is answered');
like($out, qr/the HTTP endpoint received:\n.*\\"customer\\":7/, 'by a real endpoint');
like($out, qr/refused \| \["private"\]/, 'what was read closes the way out');
like($out, qr/relation "ticket" lacks labels/, '... and may not be left where others read it');
like($out, qr/password authentication failed[^\n]*\n\z/, 'a closed conversation does not log in');

done_testing();
