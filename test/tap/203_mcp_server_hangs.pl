# The MCP server while the database answers nothing, not even a cancel request.
use strict;
use warnings;
use Test::More;

use AgentSandbox;
use McpTest;

sql(<<'SQL');
SELECT agentsandbox.create_profile('reader');
SQL
my $c = open_conversation('reader');
my $long = 'SELECT count(*) FROM generate_series(1, 1000000000)';
my $active = "SELECT count(*) FROM pg_stat_activity WHERE usename = '$c->{role}' AND state = 'active'";

sub start
{
	my $mcp = start_mcp(conversation($c));
	$mcp->initialize('2025-11-25');
	return ($mcp, $mcp->post('tools/call', { name => 'query', arguments => { sql => $long } }));
}

# The postmaster, which takes cancel requests, stands still; sessions go on.
sub stopped
{
	my ($code) = @_;
	my $postmaster = postmaster_pid();
	kill 'STOP', $postmaster;
	my $result = eval { $code->() };
	kill 'CONT', $postmaster;
	return $result // "died: $@";
}

my ($mcp, $id) = start();
poll_is($active, 1, 'a statement runs');
is_deeply(stopped(sub {
	$mcp->notify('notifications/cancelled', { requestId => $id });
	my $ping = $mcp->post('ping');
	return $mcp->receive(10);
}), { jsonrpc => '2.0', id => 2 + 1, result => {} }, 'it answers while a cancel request is not taken');
poll_is($active, 0, '... which is taken in the end');
is($mcp->tool('query', { sql => 'SELECT 1' })->{structuredContent}{rows}[0][0], 1, 'and it goes on');

$id = $mcp->post('tools/call', { name => 'query', arguments => { sql => $long } });
poll_is($active, 1, 'a statement runs');
ok(stopped(sub {
	$mcp->notify('notifications/cancelled', { requestId => $id });
	return $mcp->wait_for_log(qr/event=database_down reason="the server does not hear a cancel request"/, 20);
}), 'after a while the connection is given up');
is($mcp->tool('query', { sql => 'SELECT 2' })->{structuredContent}{rows}[0][0], 2, '... and made again');
poll_is($active, 0, '... and the statement ends');
is($mcp->finish, 0, 'the client goes');

($mcp, $id) = start();
poll_is($active, 1, 'a statement runs');
is(stopped(sub { kill 'TERM', $mcp->{pid}; return $mcp->wait_for_end(10) }), 0, 'it ends when it is told to');

done_testing();
