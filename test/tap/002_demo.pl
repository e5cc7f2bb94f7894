# The story that make demo tells comes to its end.
use strict;
use warnings;

use IPC::Run ();
use Test::More;

my ($out, $err) = ('', '');
IPC::Run::run(['test/demo'], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(120));
is($?, 0, 'the demo comes to its end') or diag($err);
is($err, '', 'and has no complaint');
like($out, qr/refused \| invalid_arguments \| \/customer/, 'a call is refused with its reason');
like($out, qr/completed \| \{"queued": true\}/, 'a call is answered');
like($out, qr/the HTTP endpoint received:\n.*\\"customer\\":7/, 'by a real endpoint');
like($out, qr/refused \| \["private"\]/, 'what was read closes the way out');
like($out, qr/relation "ticket" lacks labels/, '... and may not be left where others read it');
like($out, qr/password authentication failed[^\n]*\n\z/, 'a closed conversation does not log in');

done_testing();
