# A value in the text of an error passes no limit of what is returned, and the
# server's log gets it as well.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(q(SELECT agentsandbox.create_profile('p', bytes_returned => 100000)));
my $c = open_conversation('p');

refused($c, "SELECT repeat('x', 1000000)", '54000', 'a long value is not returned');
my $log = length server_log();
my ($status, $out, $err) = psql(conninfo($c), "SELECT repeat('x', 3000000)::int");
like($err, qr/22P02: +invalid input syntax for type integer: "x+\.\.\.$/m, 'nor does an error tell it');
cmp_ok(length $err, '<', 20000, '... but the beginning');
($status, $out, $err) = psql(conninfo($c), q(SELECT ('{"' || repeat('é', 1000000) || '": }')::json));
cmp_ok(length $err, '<', 50000, 'nor does what else an error has');
cmp_ok(length(server_log()) - $log, '<', 100000, 'the log has no more of it');

$log = length server_log();
psql(conninfo($c), 'SELECT ' . 'x' x 900000 . ' FROM');
cmp_ok(length(server_log()) - $log, '<', 50000, 'of a long statement that fails the log has the beginning');
like(server_log(), qr/The statement is long and begins: SELECT xxx/, '... which it tells');
done_testing();
