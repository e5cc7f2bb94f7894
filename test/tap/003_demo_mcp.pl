# The story that make demo-mcp tells comes to its end.
use strict;
use warnings;

use IPC::Run ();
use Test::More;

my ($out, $err) = ('', '');
IPC::Run::run(['test/demo-mcp'], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(120));
is($?, 0, 'the demo comes to its end') or diag($err);
is($err, '', 'and has no complaint');
like($out, qr/describe: .*\(read-only\)\n    \| query: [^()]*\n/, 'a client that may call is not told that queries only read');
like($out, qr/\| first_name \| email\n    \| François .*\n    \| Luís .*\n    \| \(2 rows\)\n/, 'the model sees its own rows');
like($out, qr/the error\n    \| ERROR 42501: COPY is not allowed\n    \| HINT: /, 'what is not listed is refused with a hint');
like($out, qr/the error\n    \| ERROR 42501: .*"pg_authid" is not allowed/, '... and so are the catalogs');
like($out, qr/: refused\n.*invalid_arguments.*"\/customer"/, 'a call is refused with its reason');
like($out, qr/: completed\n    \| response: \{"queued": true\}/, 'a call is answered');
like($out, qr/the error\n    \| This conversation is closed .*\n\nand the server has ended \(status 0\)\.\n\z/, 'a closed conversation ends the server');

done_testing();
