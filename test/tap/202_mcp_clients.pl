# Real MCP clients against the server, a real database and a real gateway: the
# official TypeScript SDK, both major versions, and the inspector's command
# line.  They come from npm (test/mcp/package.json has the versions).
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename;
use File::Copy qw(copy);
use File::Temp ();
use IPC::Run ();
use JSON::PP ();
use Test::More;

use AgentSandbox;
use GatewayTest;
use McpTest;

my $mcp = abs_path(dirname(__FILE__) . '/../mcp');
my ($node) = (qx(node --version 2>/dev/null) || '') =~ /^v(\d+)/;
plan skip_all => 'no node' unless $node;
plan skip_all => 'node is older than 18' if $node < 18;

my $modules = File::Temp->newdir('mcp-npm.XXXXXX', TMPDIR => 1);
copy("$mcp/package.json", $modules) or die $!;
my $log = qx(cd $modules && npm install --prefer-offline --no-audit --no-fund --ignore-scripts --loglevel=error 2>&1);
plan skip_all => 'npm cannot install the clients' if $? != 0;

my $true = JSON::PP::true;
sql(<<'SQL');
SELECT agentsandbox.create_profile('agent');
CREATE TABLE item (id int PRIMARY KEY, name text);
INSERT INTO item SELECT n, 'item ' || n FROM generate_series(1, 2000) n;
GRANT SELECT ON item TO agent;
SELECT agentsandbox.create_method(name, '{"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}', '{}', 'says it again')
FROM unnest('{echo,slow}'::text[]) name;
SELECT agentsandbox.allow_method('agent', name) FROM unnest('{echo,slow}'::text[]) name;
CREATE ROLE gateway_service LOGIN PASSWORD 'the-password-of-the-gateway' IN ROLE agentsandbox_gateway;
SQL
my $conversation = conversation(open_conversation('agent'));
my $http = start_http();
my $gateway = start_gateway(methods => {
	echo => handler($http, path => '/echo'), slow => handler($http, path => '/slow/2') });

# A program with the conversation's environment: (status, output, errors)
sub run_client
{
	my (@command) = @_;
	local @ENV{ keys %$conversation } = values %$conversation;
	my ($out, $err) = ('', '');
	IPC::Run::run(\@command, \'', \$out, \$err, IPC::Run::timeout(120));
	return ($? >> 8, $out, $err);
}

for my $kind (qw(v1 handshake modern auto))
{
  SKIP:
	{
		skip 'that SDK needs node 20', 1 if $kind ne 'v1' && $node < 20;
		my ($status, $out, $err) = run_client('node', "$mcp/client.mjs", $kind, "$modules/node_modules",
			abs_path(mcp_program()), '--methods-as-tools');
		is($status, 0, "$kind: the client ends well") or diag("$out$err");
		next if $status != 0;
		my $seen = decode($out);
		is($seen->{server}, 'agentsandbox', "$kind: connected");
		# v1 does not tell
		is($seen->{revision}, $kind eq 'handshake' ? '2025-11-25' : '2026-07-28', "$kind: the newest revision both know") if $kind ne 'v1';
		is(join(' ', map { $_->[0] } @{ $seen->{tools} }), 'call describe query result call_echo call_slow', "$kind: the tools");
		is((grep { $_->[1] && $_->[2] } @{ $seen->{tools} }), 6, "$kind: ... with annotations and schemas");
		is_deeply($seen->{query}{structuredContent}{rows}, [ [ 1, 'item 1' ], [ 2, 'item 2' ] ], "$kind: query");
		like($seen->{query}{content}[0]{text}, qr/^id \| name\n1 \| item 1\n/, "$kind: ... as text");
		ok($seen->{refused}{isError} && $seen->{refused}{structuredContent}{error}{sqlstate}, "$kind: a refusal");
		ok((grep { $_->{name} eq 'item' } @{ $seen->{describe}{tables} }), "$kind: describe");
		is($seen->{call}{structuredContent}{status}, 'completed', "$kind: call") or diag(encode_json($seen->{call}));
		cmp_ok($seen->{progress}, '>', 0, "$kind: ... with progress");
		like($seen->{result}{content}[0]{text}, qr/two/, "$kind: result") or diag(encode_json($seen->{result}));
		like($seen->{tool}{content}[0]{text}, qr/three/, "$kind: a method as a tool");
		is($seen->{unknown}, -32602, "$kind: an unknown tool");
		is($seen->{cancelled}, 'aborted', "$kind: cancelled");
		is_deeply($seen->{after}, [[1]], "$kind: ... and the next is answered");
		is_deeply($seen->{complaints}, [], "$kind: the client has nothing to complain of");
	}
}

# it looks for its version where it lies within the whole inspector
my $scope = "$modules/node_modules/\@modelcontextprotocol";
copy("$scope/inspector-cli/package.json", "$scope/package.json") or die $!;
my @inspector = ('node', "$scope/inspector-cli/build/index.js", abs_path(mcp_program()));
my ($status, $out, $err) = run_client(@inspector, '--method', 'tools/list');
is($status, 0, 'inspector: tools/list') or diag("$out$err");
is(join(' ', map { $_->{name} } @{ decode($out)->{tools} }), 'call describe query result', 'inspector: the tools') if $status == 0;
for my $case ([ 'query', 'sql=SELECT 6 * 7 AS answer', qr/"answer\\n42\\n/ ], [ 'describe', 'table=item', qr/"public"/ ],
	[ 'call', 'method=echo', 'arguments={"text":"inspected"}', qr/inspected/ ],
	[ 'result', 'id=ffffffff-ffff-4fff-8fff-ffffffffffff', qr/no such call/ ])
{
	my ($name, @arguments) = @$case;
	my $want = pop @arguments;
	($status, $out, $err) = run_client(@inspector, '--method', 'tools/call', '--tool-name', $name,
		map { ('--tool-arg', $_) } @arguments);
	is($status, 0, "inspector: $name") or diag("$out$err");
	like($out, $want, "inspector: ... and its answer");
}
is($gateway->stop, 0, 'the gateway ends');
done_testing();
