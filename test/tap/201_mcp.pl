# The MCP server over pipes: every tool, every revision, bad input, what is
# said when the database or the conversation goes away.
use strict;
use warnings;
use File::Temp ();
use Socket;
use Test::More;
use Time::HiRes qw(time);

use AgentSandbox;
use McpTest;
use PsqlSession;
use JSON::PP ();

my ($true, $false) = (JSON::PP::true, JSON::PP::false);

sql(<<'SQL');
SELECT agentsandbox.create_profile('reader');
SELECT agentsandbox.create_profile('copier', allow_copy => true);
SELECT agentsandbox.create_profile('writer', connection_limit => 20, statements_per_minute => 1000000);
SELECT agentsandbox.create_profile('hasty', idle_in_transaction_time => '500 ms');
CREATE TABLE item (id int PRIMARY KEY, name text, details jsonb, rep int);
COMMENT ON TABLE item IS 'things';
INSERT INTO item SELECT n, 'item ' || n, jsonb_build_object('n', n), n % 2 FROM generate_series(1, 2000) n;
GRANT SELECT ON item TO reader;
GRANT SELECT, INSERT ON item TO copier;
GRANT SELECT, INSERT, UPDATE, DELETE ON item TO writer;
SELECT agentsandbox.create_method('echo', '{"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}', '{}', 'says "it" again');
SELECT agentsandbox.create_method('plain', '{"type": "string"}', '{}', 'takes a string');
SELECT agentsandbox.allow_method('writer', 'echo');
SELECT agentsandbox.allow_method('writer', 'plain');
CREATE ROLE pool LOGIN PASSWORD 'pool';
GRANT agentsandbox_pool TO pool;
CREATE ROLE gateway LOGIN IN ROLE agentsandbox_gateway;
SQL
my $reader = open_conversation('reader');
my $writer = open_conversation('writer');

# The next call is claimed and answered as a gateway would.
sub serve_one
{
	my ($response) = @_;
	poll_until("SELECT count(*) FROM agentsandbox.remoteprocedurecalls WHERE status = 'ready'", '1');
	my ($id, $lease) = split /\|/, sql("SET ROLE gateway; SELECT id, lease_token FROM agentsandbox.claim(1, '1 minute')");
	sql("SET ROLE gateway; SELECT agentsandbox.complete('$id', '$lease', '$response')");
}

# ---- revisions ----

for my $case ([ '2024-11-05' ], [ '2025-03-26' ], [ '2025-06-18' ], [ '2025-11-25' ],
	[ '2026-07-28', '2025-11-25' ], [ '1999-01-01', '2025-11-25' ])
{
	my ($wanted, $got) = ($case->[0], $case->[1] // $case->[0]);
	my $mcp = start_mcp(conversation($reader));
	my $result = $mcp->initialize($wanted)->{result};
	is($result->{protocolVersion}, $got, "$wanted asked for: $got agreed");
	is($result->{serverInfo}{name}, 'agentsandbox', 'the server names itself');
	is_deeply($mcp->request('ping')->{result}, {}, 'ping');

	my @tools = @{ $mcp->request('tools/list')->{result}{tools} };
	is(join(' ', map { $_->{name} } @tools), 'call describe query result', 'the four tools');
	is(exists $tools[0]{annotations}, $got ge '2025-03-26', 'annotations since 2025-03-26');
	is(exists $tools[0]{outputSchema}, $got ge '2025-06-18', 'output schemas since 2025-06-18');
	$result = $mcp->tool('query', { sql => 'SELECT 1 AS one' });
	is($result->{content}[0]{text}, "one\n1\n(1 row)\n", 'a result as text');
	is(exists $result->{structuredContent}, $got ge '2025-06-18', 'structured content since 2025-06-18');
	is($mcp->request('initialize', { protocolVersion => $wanted })->{error}{code}, -32600, 'initialize only once');
	is($mcp->complaint('[{"jsonrpc":"2.0","id":7,"method":"ping"}]')->{error}{code}, -32600, 'no batches')
	  if $got ne '2025-03-26';
	is($mcp->finish, 0, 'it ends with the client');
}

my $mcp = start_mcp(conversation($reader));
is($mcp->request('tools/list')->{error}{code}, -32602, 'nothing before a revision is named');
is($mcp->request('tools/list', { _meta => { 'io.modelcontextprotocol/protocolVersion' => '2026-07-28' } })->{error}{code},
	-32602, 'capabilities must be told');
my $answer = $mcp->request('tools/list', { _meta => modern('io.modelcontextprotocol/protocolVersion' => '2099-01-01') });
is($answer->{error}{code}, -32022, 'an unknown revision');
is_deeply($answer->{error}{data}, { requested => '2099-01-01',
	supported => [qw(2024-11-05 2025-03-26 2025-06-18 2025-11-25 2026-07-28)] }, '... is told which are known');
my $result = $mcp->request('server/discover', { _meta => modern() })->{result};
ok((grep { $_ eq '2026-07-28' } @{ $result->{supportedVersions} }), 'discovery');
is($result->{resultType}, 'complete', 'results have a type');
is($result->{_meta}{'io.modelcontextprotocol/serverInfo'}{name}, 'agentsandbox', '... and say from whom');
$result = $mcp->request('tools/list', { _meta => modern() })->{result};
is(scalar @{ $result->{tools} }, 4, 'tools without a handshake');
is($result->{cacheScope}, 'private', '... are for this client only');
$result = $mcp->tool('query', { sql => 'SELECT 2' }, modern());
is_deeply([ $result->{resultType}, $result->{structuredContent}{rows} ], [ 'complete', [[2]] ], 'a query without a handshake');
is($mcp->request('ping', { _meta => modern() })->{error}{code}, -32601, 'ping is gone');
is($mcp->request('initialize', { protocolVersion => '2026-07-28', _meta => modern() })->{error}{code}, -32601, 'initialize too');
$answer = $mcp->request('subscriptions/listen', { _meta => modern(), notifications => { toolsListChanged => $true } });
is($answer->{result}{resultType}, 'complete', 'a subscription ends at once');
is_deeply($mcp->{notifications}[-1]{params}{notifications}, {}, '... as an empty one');
is($mcp->initialize('2025-06-18')->{result}{protocolVersion}, '2025-06-18', 'both kinds in one process');
$mcp->finish;

# ---- batches ----

$mcp = start_mcp(conversation($reader));
$mcp->initialize('2025-03-26');
$mcp->raw('[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},3,{"jsonrpc":"2.0","id":2,"method":"tools/call",'
	. '"params":{"name":"query","arguments":{"sql":"SELECT 5"}}},{"jsonrpc":"2.0","id":3,"method":"nothing"}]' . "\n");
my $batch = $mcp->receive;
is(ref $batch, 'ARRAY', 'a batch is answered by a batch');
is_deeply([ sort map { $_->{id} // 'null' } @$batch ], [ 1, 2, 3, 'null' ], '... with an answer to each request');
is($mcp->complaint('[]')->{error}{code}, -32600, 'an empty batch');
$mcp->raw('[' . join(',', (1) x 100) . "]\n");
is(scalar @{ $mcp->receive }, 100, 'a batch of 100');
$mcp->raw('[' . join(',', (1) x 101) . "]\n");
$answer = $mcp->receive;
is(ref $answer eq 'HASH' && $answer->{error}{code}, -32600, '... and of no more');
$mcp->raw('[{"jsonrpc":"2.0","method":"x"}]' . "\n");
is_deeply($mcp->request('ping')->{result}, {}, 'a batch of notifications is not answered');
$mcp->finish;

# ---- query ----

$mcp = start_mcp(conversation($reader), '--max-rows', 100, '--max-bytes', 4096);
$mcp->initialize('2025-11-25');
$result = $mcp->tool('query', { sql => 'SELECT id, name, details, NULL AS nothing, id = 1 AS yes, 1.50 AS n FROM item WHERE id = $1', parameters => [1] });
is_deeply($result->{structuredContent}, {
	command => 'SELECT 1', row_count => 1, rows => [[ 1, 'item 1', { n => 1 }, undef, $true, '1.50' ]],
	columns => [ { name => 'id', type => 'integer' }, { name => 'name', type => 'text' }, { name => 'details', type => 'jsonb' },
		{ name => 'nothing', type => 'text' }, { name => 'yes', type => 'boolean' }, { name => 'n', type => 'numeric' } ] },
	'types and values');
is($mcp->tool('query', { sql => 'SELECT $1::text, $2::bigint, $3::boolean, $4::jsonb, $5::text',
	parameters => [ "a'b\n|\x{e9}", 9007199254740991, $false, { a => [1] }, undef ] })->{content}[0]{text},
	"text | int8 | bool | jsonb | text\na'b\\n\\|\x{e9} | 9007199254740991 | f | {\"a\": [1]} | NULL\n(1 row)\n", 'parameters of each kind');
is($mcp->tool('query', { sql => 'SELECT $1::numeric', parameters => [ JSON::PP->new->allow_bignum->allow_nonref->decode('123456789012345678901234567890') ] })
	->{structuredContent}{rows}[0][0], '123456789012345678901234567890', 'a number keeps its digits');

$result = $mcp->tool('query', { sql => 'SELECT id FROM item ORDER BY id', max_rows => 100000 });
is(scalar @{ $result->{structuredContent}{rows} }, 100, 'rows are capped, whatever the model asks for');
is($result->{structuredContent}{row_count}, 2000, '... and counted');
ok($result->{structuredContent}{truncated}, '... and the cut is told');
like($result->{content}[0]{text}, qr/100 of 2000 rows.*To page/s, '... in the text too, with how to page');
is(scalar @{ $mcp->tool('query', { sql => 'SELECT id FROM item', max_rows => 3 })->{structuredContent}{rows} }, 3, 'fewer rows on demand');
$result = $mcp->tool('query', { sql => "SELECT repeat('\x{e9}', 100000) AS a, 1 AS b" });
cmp_ok(length $result->{structuredContent}{rows}[0][0], '==', 2048, 'bytes are capped at whole characters');
ok($result->{structuredContent}{truncated}, '... and the cut is told');

for my $case (
	[ 'SELECT nothing FROM item', '42703', qr/^ERROR 42703: column "nothing" does not exist/ ],
	[ 'SELECT 1; SELECT 2', '42601', qr/multiple commands/ ],
	[ 'SELECT $1', undef, qr/./ ],
	[ 'INSERT INTO item VALUES (0)', '42501', qr/is not granted.*\nHINT: /s ],
	[ 'SELECT * FROM pg_catalog.pg_authid', '42501', qr/is not allowed/ ],
	[ 'DO $$ BEGIN END $$', '42501', qr/ERROR 42501/ ],
	[ "COPY item TO STDOUT", undef, qr/./ ],
	[ "COPY item FROM STDIN", undef, qr/./ ])
{
	my ($sql, $sqlstate, $text) = @$case;
	$result = $mcp->tool('query', { sql => $sql });
	ok($result->{isError}, "an error: $sql");
	is($result->{structuredContent}{error}{sqlstate}, $sqlstate, '... with its SQLSTATE') if $sqlstate;
	like($result->{content}[0]{text}, $text, '... and what PostgreSQL said');
}
is($mcp->tool('query', { sql => '' })->{content}[0]{text}, "(empty statement)\n", 'an empty statement');
for my $arguments ({}, { sql => 3 }, { sql => [] }, { sql => 'SELECT 1', parameters => {} }, { sql => 'SELECT 1', max_rows => -1 },
	{ sql => 'SELECT 1', max_rows => '5' }, { sql => 'SELECT 1', limit => 5 })
{
	$result = $mcp->tool('query', $arguments);
	ok($result->{isError} && $result->{structuredContent}{error}{code} eq 'invalid_arguments', 'wrong arguments: ' . json($arguments));
}
$mcp->finish;

# even where COPY is allowed, a tool cannot speak it
$mcp = start_mcp(conversation(open_conversation('copier')));
$mcp->initialize('2025-11-25');
for my $sql ('COPY item TO STDOUT', 'COPY (SELECT repeat(name, 1000) FROM item) TO STDOUT', 'COPY item FROM STDIN', 'COPY item FROM STDIN')
{
	$result = $mcp->tool('query', { sql => $sql });
	ok($result->{isError}, "an error: $sql");
	like($result->{content}[0]{text}, qr/not possible through this tool/, '... that says why');
	is($mcp->tool('query', { sql => 'SELECT 3' })->{structuredContent}{rows}[0][0], 3, '... and the connection is well');
}
$mcp->finish;

# ---- transactions and annotations ----

$mcp = start_mcp(conversation($writer));
$mcp->initialize('2025-11-25');
like($mcp->tool('query', { sql => 'BEGIN' })->{content}[0]{text}, qr/A transaction is open/, 'an open transaction is told');
is($mcp->tool('query', { sql => 'DELETE FROM item WHERE id = 1' })->{structuredContent}{command}, 'DELETE 1', 'a change in it');
$result = $mcp->tool('call', { method => 'echo', arguments => { text => 'x' } });
like($result->{structuredContent}{note}, qr/transaction is open/, 'a call in it waits for the commit');
is($mcp->tool('query', { sql => 'ROLLBACK' })->{structuredContent}{transaction}, undef, 'it ends');
is($mcp->tool('query', { sql => 'SELECT count(*) FROM item WHERE id = 1' })->{structuredContent}{rows}[0][0], 1, '... undone');
is($mcp->tool('query', { sql => "UPDATE item SET name = 'one' WHERE id = 1 RETURNING name" })->{structuredContent}{rows}[0][0], 'one',
	'a statement is its own transaction');
is(sql('SELECT name FROM item WHERE id = 1'), 'one', '... and is committed');

my %hint = map { $_->{name} => $_->{annotations} } @{ $mcp->request('tools/list')->{result}{tools} };
ok(!$hint{query}{readOnlyHint} && $hint{query}{destructiveHint} && $hint{query}{openWorldHint}, 'who can write and call is told so');
ok(!$hint{call}{readOnlyHint} && $hint{describe}{readOnlyHint} && $hint{result}{readOnlyHint}, '... and which tools only read');
my $other = start_mcp(conversation($reader));
$other->initialize('2025-11-25');
%hint = map { $_->{name} => $_->{annotations} } @{ $other->request('tools/list')->{result}{tools} };
ok($hint{query}{readOnlyHint} && !$hint{query}{destructiveHint} && !$hint{query}{openWorldHint}, 'who can only read is told so');
for my $case ([ 'FUNCTION', 'STABLE', 1 ], [ 'PROCEDURE', '', 1 ], [ 'FUNCTION', 'VOLATILE', 0 ])
{
	my ($kind, $volatility, $reads) = @$case;
	sql("CREATE $kind does() " . ($kind eq 'FUNCTION' ? 'RETURNS int' : '') . " LANGUAGE sql $volatility SECURITY DEFINER AS 'SELECT 1'; GRANT EXECUTE ON $kind does() TO reader");
	%hint = map { $_->{name} => $_->{annotations} } @{ $other->request('tools/list')->{result}{tools} };
	is_deeply([ map { $hint{query}{$_} ? 1 : 0 } qw(readOnlyHint destructiveHint) ], [ $reads, 1 - $reads ],
		lc("a $kind that is granted" . ($volatility && ", $volatility") . ($reads ? ': it changes nothing, or cannot be called' : ': it may change anything')));
	sql("DROP $kind does()");
}
$other->finish;

# ---- describe ----

$result = $mcp->tool('describe');
my ($item) = grep { $_->{name} eq 'item' } @{ $result->{structuredContent}{tables} };
is_deeply([ @{$item}{qw(schema kind description allows)} ], [ 'public', 'table', 'things', [qw(SELECT INSERT UPDATE DELETE)] ], 'a table is described');
is_deeply($item->{columns}[0], { name => 'id', type => 'integer', nullable => $false, has_default => $false, allows => [qw(SELECT INSERT UPDATE)] }, '... with its columns');
is($result->{structuredContent}{conversation}, $writer->{conversation}, 'the conversation is named');
is_deeply($result->{structuredContent}{methods}[0]{request}{required}, ['text'], 'methods with their schemas');
ok(!(grep { $_->{name} =~ /^pg_|record|token/ } @{ $result->{structuredContent}{tables} }), 'nothing else');
is_deeply(JSON::PP->new->decode($result->{content}[0]{text}), $result->{structuredContent}, 'the text is the same');
ok(ref $result->{structuredContent}{limits}{labels} eq 'ARRAY', 'what the conversation has read, and may still do, is told');
$result = $mcp->tool('describe', { table => 'public.item' });
is(scalar @{ $result->{structuredContent}{tables} }, 1, 'one table');
is(scalar @{ $result->{structuredContent}{methods} }, 0, '... without methods');
$result = $mcp->tool('describe', { method => 'echo' });
is($result->{structuredContent}{methods}[0]{description}, 'says "it" again', 'one method');
$other = start_mcp(conversation($writer), '--max-bytes', 2000);
$other->initialize('2025-11-25');
$result = $other->tool('describe');
ok($result->{structuredContent}{note} && !exists $result->{structuredContent}{tables}[0]{columns}, 'names only where all is too long');
$other->finish;

# ---- calls ----

$mcp->post('tools/call', { name => 'call', arguments => { method => 'echo', arguments => { text => 'hello' }, wait_seconds => 30 },
	_meta => { progressToken => 'tok' } }, 'c1');
serve_one('{"said": "hello", "n": 1.10}');
$result = $mcp->answer('c1')->{result};
is($result->{structuredContent}{status}, 'completed', 'a call is answered');
like($result->{content}[0]{text}, qr/response: \{"n": 1.10, "said": "hello"\}/, '... with the exact response');
my @progress = grep { $_->{method} eq 'notifications/progress' } @{ $mcp->{notifications} };
ok(@progress && $progress[0]{params}{progressToken} eq 'tok', 'progress is told meanwhile');
my $call = $result->{structuredContent}{id};
is($mcp->tool('result', { id => $call })->{structuredContent}{response}{said}, 'hello', 'result tells it again');

$result = $mcp->tool('call', { method => 'echo', arguments => { text => 'later' }, wait_seconds => 0 });
like($result->{structuredContent}{status}, qr/^(submitted|ready)$/, 'a call that is not waited for');
$call = $result->{structuredContent}{id};
$mcp->post('tools/call', { name => 'result', arguments => { id => $call, wait_seconds => 30 } }, 'r1');
is($mcp->tool('query', { sql => 'SELECT 7' })->{structuredContent}{rows}[0][0], 7, 'others have their turn while one waits');
serve_one('"later"');
is($mcp->answer('r1')->{result}{structuredContent}{response}, 'later', '... and the result arrives');

$result = $mcp->tool('call', { method => 'echo', arguments => {} });
ok($result->{isError} && $result->{structuredContent}{status} eq 'refused', 'a call against the schema is refused');
$result = $mcp->tool('call', { method => 'nothing' });
ok($result->{isError}, 'a method that is not allowed');
ok($mcp->tool('result', { id => 'ffffffff-ffff-4fff-8fff-ffffffffffff' })->{isError}, 'no such call');
is($mcp->tool('result', { id => 'x' })->{structuredContent}{error}{sqlstate}, '22P02', 'no such id');
ok($mcp->tool('call', { method => 'echo', arguments => { text => 'x' }, wait_seconds => 'long' })->{isError}, 'a wrong time to wait');

my $tools = start_mcp(conversation($writer), '--methods-as-tools');
$tools->initialize('2025-11-25');
my %tool = map { $_->{name} => $_ } @{ $tools->request('tools/list')->{result}{tools} };
is_deeply($tool{call_echo}{inputSchema}{required}, ['text'], 'a method as a tool');
is($tool{call_echo}{description}, 'says "it" again', '... with its description');
ok(!$tool{call_plain}, '... unless it takes no object');
$tools->post('tools/call', { name => 'call_echo', arguments => { text => 'tool' } }, 't1');
serve_one('"tool"');
is($tools->answer('t1')->{result}{structuredContent}{response}, 'tool', '... and it can be called');
$tools->finish;

# ---- the longest wait ----

$other = start_mcp(conversation($writer), '--max-wait', 1);
$other->initialize('2025-11-25');
for my $tool (qw(call result))
{
	# receive() gives up long before the model would
	$result = $other->tool($tool, { wait_seconds => 600, $tool eq 'call' ? (method => 'echo', arguments => { text => 'unheard' }) : (id => $call) });
	like($result->{structuredContent}{status}, qr/^(submitted|ready)$/, "$tool waits no longer than --max-wait");
	$call = $result->{structuredContent}{id};
}
sql_as($writer, "SELECT agentsandbox.cancel('$call')");
$other->finish;

# ---- cancellation ----

my $slow = 'SELECT count(*) FROM item a, item b, item c, item d';
$mcp->post('tools/call', { name => 'query', arguments => { sql => $slow } }, 'slow');
poll_is("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND usename = '$writer->{role}'", 1, 'a slow query runs');
$mcp->post('tools/call', { name => 'query', arguments => { sql => $slow } }, 'slow too');
$mcp->notify('notifications/cancelled', { requestId => 'slow too' });
$mcp->notify('notifications/cancelled', { requestId => 'nobody' });
$mcp->notify('notifications/cancelled', { requestId => 'slow' });
my $before = time;
is($mcp->tool('query', { sql => 'SELECT 8' })->{structuredContent}{rows}[0][0], 8, 'it is cancelled');
cmp_ok(time - $before, '<', 10, '... at once');
ok(!(grep { ($_->{id} // '') =~ /slow/ } @{ $mcp->{notifications} }), '... and not answered');
$mcp->post('tools/call', { name => 'call', arguments => { method => 'echo', arguments => { text => 'cancelled' } } }, 'c9');
poll_until("SELECT count(*) FROM agentsandbox.remoteprocedurecalls WHERE status = 'ready'", '1');
$mcp->notify('notifications/cancelled', { requestId => 'c9' });
poll_is("SELECT status FROM agentsandbox.remoteprocedurecalls WHERE arguments @> '{\"text\": \"cancelled\"}'", 'cancelled', 'a cancelled call is taken back');

# ---- bad input ----

is($mcp->complaint($_->[0])->{error}{code}, $_->[1], "bad: $_->[2]") for
  [ '{', -32700, 'broken JSON' ], [ 'hello', -32700, 'no JSON' ], [ "\xff\xfe", -32700, 'no UTF-8' ],
  [ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"\0}", -32700, 'a NUL byte' ],
  [ '{"jsonrpc":"2.0","id":1,"method":"ping"} x', -32700, 'more than one value' ],
  [ '[' x 100000, -32600, 'deep nesting without end' ], [ ('[' x 600) . (']' x 600), -32600, 'deep nesting' ],
  [ '3', -32600, 'a number' ], [ '"x"', -32600, 'a string' ], [ 'null', -32600, 'null' ], [ '{}', -32600, 'an empty object' ],
  [ '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, 'a null id' ],
  [ '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, 'a fraction as id' ],
  [ '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, 'an object as id' ],
  [ '{"jsonrpc":"2.0","id":"' . ('x' x 300) . '","method":"ping"}', -32600, 'a long id' ],
  [ '{"jsonrpc":"2.0","id":1,"method":"ping","params":"' . ('x' x (5 * 1024 * 1024)) . '"}', -32600, 'a huge message' ];
for my $case (
	[ { jsonrpc => '1.0', method => 'ping' }, -32600, 'a wrong version' ],
	[ { method => 'ping' }, -32600, 'no version' ],
	[ { jsonrpc => '2.0' }, -32600, 'no method' ],
	[ { jsonrpc => '2.0', method => 5 }, -32600, 'a number as method' ],
	[ { jsonrpc => '2.0', method => 'nothing' }, -32601, 'an unknown method' ],
	[ { jsonrpc => '2.0', method => 'x' x 1000 }, -32601, 'a long method' ],
	[ { jsonrpc => '2.0', method => 'prompts/list' }, -32601, 'a method of no capability' ],
	[ { jsonrpc => '2.0', method => 'ping', params => [1] }, -32602, 'an array as params' ],
	[ { jsonrpc => '2.0', method => 'tools/call' }, -32602, 'no params' ],
	[ { jsonrpc => '2.0', method => 'tools/call', params => { name => 'nothing' } }, -32602, 'an unknown tool' ],
	[ { jsonrpc => '2.0', method => 'tools/call', params => { name => 'query', arguments => [] } }, -32602, 'an array as arguments' ],
	[ { jsonrpc => '2.0', method => 'tools/call', params => { name => 'query', arguments => { sql => "a\0b" } } }, -32602, 'an escaped NUL' ],
	[ { jsonrpc => '2.0', method => 'tools/list', params => { cursor => 'x' } }, -32602, 'an unknown cursor' ])
{
	my ($message, $code, $name) = @$case;
	$message->{id} = "bad $name";
	$mcp->send($message);
	is($mcp->answer($message->{id})->{error}{code}, $code, "bad: $name");
}
$mcp->post('tools/call', { name => 'query', arguments => { sql => $slow } }, 'twice');
is($mcp->request('tools/call', { name => 'query', arguments => { sql => 'SELECT 1' } }, 'twice')->{error}{code}, -32600, 'bad: an id twice');
$mcp->notify('notifications/cancelled', { requestId => 'twice' });
$mcp->raw(qq({"jsonrpc":"2.0","id":"x","result":{}}\n\n\r\n{"jsonrpc":"2.0","method":"nothing","params":[]}\n));
is_deeply($mcp->request('ping')->{result}, {}, 'what needs no answer gets none, and the server lives');

# 10,000 requests before a single answer is read
my $many = 10_000;
$mcp->raw(join '', map { json({ jsonrpc => '2.0', id => "n$_", method => 'tools/call',
	params => { name => 'query', arguments => { sql => 'SELECT $1::int', parameters => [$_] } } }) . "\n" } 1 .. $many);
my $right = 0;
for my $n (1 .. $many)
{
	my $message = $mcp->receive;
	$right++ if $message->{id} eq "n$n" && $message->{result}{structuredContent}{rows}[0][0] == $n;
}
is($right, $many, "$many requests at once are answered in order");

# long answers, none of them read: statements wait for the reader, and memory stays what it may be
my $rss = sub { open my $in, '<', "/proc/$mcp->{pid}/status" or die; return (grep { /^VmRSS/ } <$in>)[0] =~ /(\d+)/ ? $1 / 1024 : 0 };
my $long = 1000;
$mcp->raw(join '', map { json({ jsonrpc => '2.0', id => "l$_", method => 'tools/call',
	params => { name => 'query', arguments => { sql => q(SELECT repeat('x', 100000)) } } }) . "\n" } 1 .. $long);
poll_until("SELECT bool_and(state = 'idle' AND clock_timestamp() - state_change > '500 ms') FROM pg_stat_activity"
	. " WHERE usename = '$writer->{role}' AND query LIKE '%repeat%'", 't');
cmp_ok($rss->(), '<', 200, 'answers that are not read stop the statements that would make more');
my $lines = 0;
while ($lines < $long && IO::Select->new($mcp->{out})->can_read(30) && sysread $mcp->{out}, my $bytes, 65536)
{
	$lines += $bytes =~ tr/\n//;
}
is($lines, $long, '... until they are read');

# ---- the connection goes away ----

sub kill_sessions { sql("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE usename = '$_[0]'") }

kill_sessions($writer->{role});
is($mcp->tool('query', { sql => 'SELECT 9' })->{structuredContent}{rows}[0][0], 9, 'an idle connection is made again');
$mcp->tool('query', { sql => 'BEGIN' });
kill_sessions($writer->{role});
poll_is("SELECT count(*) FROM pg_stat_activity WHERE usename = '$writer->{role}'", 1, 'made again');
$result = $mcp->tool('query', { sql => 'DELETE FROM item' });
is($result->{structuredContent}{error}{code}, 'transaction_lost', 'a lost transaction is told, and its next statement does not run');
is(sql('SELECT count(*) FROM item'), '2000', '... really not');
is($mcp->tool('query', { sql => 'SELECT 10' })->{structuredContent}{rows}[0][0], 10, '... and on it goes');
$mcp->post('tools/call', { name => 'query', arguments => { sql => $slow } }, 'broken');
poll_is("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND usename = '$writer->{role}'", 1, 'a slow query runs');
kill_sessions($writer->{role});
$result = $mcp->answer('broken')->{result};
is($result->{structuredContent}{error}{code}, 'connection_lost', 'a connection lost in a statement is told');
like($result->{content}[0]{text}, qr/terminating connection/, '... with the reason');
is($mcp->tool('query', { sql => 'SELECT 11' })->{structuredContent}{rows}[0][0], 11, '... and made again');

# ... or by the server's own doing
my $hasty = open_conversation('hasty');
$other = start_mcp(conversation($hasty));
$other->initialize('2025-11-25');
$other->tool('query', { sql => 'BEGIN' });
poll_is("SELECT count(*) FROM pg_stat_activity WHERE usename = '$hasty->{role}' AND state LIKE 'idle in transaction%'", 0, 'a transaction left idle is ended by the profile');
$result = $other->tool('query', { sql => 'SELECT 1' });
is($result->{structuredContent}{error}{code}, 'transaction_lost', '... which the next statement is told');
$other->finish;

is(system(qq("$ENV{AGENTSANDBOX_PG_CTL}" restart -w -m fast >/dev/null 2>&1)), 0, 'the server restarts');
is($mcp->tool('query', { sql => 'SELECT 12' })->{structuredContent}{rows}[0][0], 12, 'it waits for the server to be back');

# ---- the conversation goes away ----

my $short = open_conversation('writer');
$other = start_mcp(conversation($short));
$other->initialize('2025-11-25');
$other->tool('query', { sql => 'SELECT 1' });
sql("SELECT agentsandbox.close_conversation('$short->{conversation}')");
$result = $other->tool('query', { sql => 'SELECT 1' });
ok($result->{isError}, 'a closed conversation is an error');
like($result->{content}[0]{text}, qr/conversation.*closed/i, '... said plainly');
is($other->wait_for_end, 0, '... and the server ends');
unlike($other->log, qr/\Q$short->{password}\E/, 'no secret in the log');

$other = start_mcp({ PGUSER => $writer->{role}, PGPASSWORD => 'wrong' });
$other->initialize('2025-11-25');
like($other->tool('query', { sql => 'SELECT 1' })->{content}[0]{text}, qr/did not let .* in \(password authentication failed/, 'a wrong password is told');
is($other->wait_for_end, 0, '... and the server ends');

$other = start_mcp({ %{ conversation($writer) }, PGHOST => '/nonexistent' });
$other->initialize('2025-11-25');
is(scalar @{ $other->request('tools/list')->{result}{tools} }, 4, 'without a database the tools are listed');
like($other->tool('query', { sql => 'SELECT 1' })->{content}[0]{text}, qr/cannot be reached/, '... and it is said that there is none');
is($other->finish, 0, '... and the client ends it');

# ---- by token ----

my $pooled = { role => 'pool', password => 'pool' };
$other = start_mcp(pool($pooled, $writer), '--token');
$other->initialize('2025-11-25');
is($other->tool('query', { sql => 'SELECT agentsandbox.conversation_id()' })->{structuredContent}{rows}[0][0], $writer->{conversation}, 'entered by token');
kill_sessions('pool');
is($other->tool('query', { sql => 'SELECT agentsandbox.conversation_id()' })->{structuredContent}{rows}[0][0], $writer->{conversation}, '... and again after a loss');
$other->finish;
my $blocker = PsqlSession->new(conninfo());
$blocker->run('BEGIN; LOCK TABLE agentsandbox.conversation_records');
$other = start_mcp(pool($pooled, $writer), '--token');
$other->initialize('2025-11-25');
my $id = $other->post('tools/call', { name => 'query', arguments => { sql => 'SELECT 21' } });
my $entering = "FROM pg_stat_activity WHERE usename = 'pool' AND wait_event_type = 'Lock'";
poll_is("SELECT count(*) $entering", 1, 'entering takes its time');
sql("SELECT pg_terminate_backend(pid) $entering");
ok($other->wait_for_log(qr/event=database_down/), '... and is broken off by the server');
$blocker->run('ROLLBACK');
is($other->answer($id)->{result}{structuredContent}{rows}[0][0], 21, '... which is no refusal: it is done again');
is($other->finish, 0, '... and the client ends it');
$other = start_mcp({ %{ pool($pooled, $writer) }, AGENTSANDBOX_TOKEN => 'not-a-token-of-anybody' }, '--token');
$other->initialize('2025-11-25');
like($other->tool('query', { sql => 'SELECT 1' })->{content}[0]{text}, qr/did not let .* in/, 'a wrong token is told');
is($other->wait_for_end, 0, '... and the server ends');

# ---- secrets in files ----

sub secret_file
{
	my ($text) = @_;
	my $file = File::Temp->new;
	print $file $text;
	close $file;
	return $file;
}

my $token_file = secret_file("$writer->{token}\n");
my $password_file = secret_file("*:*:*:$writer->{role}:$writer->{password}\n");
my $service_file = secret_file("[crm]\nuser=$writer->{role}\npassword=$writer->{password}\n");
for my $case (
	[ '--token-file', { PGUSER => 'pool', PGPASSWORD => 'pool' }, '--token-file', "$token_file" ],
	[ 'PGPASSFILE', { PGUSER => $writer->{role}, PGPASSFILE => "$password_file" } ],
	[ 'PGSERVICE', { PGSERVICE => 'crm', PGSERVICEFILE => "$service_file" } ])
{
	my ($name, @start) = @$case;
	$other = start_mcp(@start);
	$other->initialize('2025-11-25');
	is($other->tool('query', { sql => 'SELECT agentsandbox.conversation_id()' })->{structuredContent}{rows}[0][0], $writer->{conversation}, "the secret is in the file of $name");
	$other->finish;
}

# ---- the program ----

sub run_to_end
{
	my ($environment, $input, @arguments) = @_;
	local @ENV{ keys %$environment } = values %$environment;
	my ($out, $err) = ('', '');
	IPC::Run::run([ mcp_program(), @arguments ], \$input, \$out, \$err, IPC::Run::timeout(60));
	return ($? >> 8, $out, $err);
}
my ($status, $out, $err) = run_to_end({}, '', '--version');
like($out, qr/^agentsandbox-mcp \d+\.\d+\.\d+$/, '--version');
is((run_to_end({}, '', @$_))[0], 2, "wrong usage: @$_") for ['--nothing'], ['x'], [qw(--token --conversation)], [qw(--max-rows 0)], [qw(--max-rows x)], [qw(--log-level loud)];
is((run_to_end({ AGENTSANDBOX_TOKEN => '' }, '', '--token'))[0], 1, 'no token');
chmod 0644, "$token_file";
($status, $out, $err) = run_to_end({}, '', '--token-file', "$token_file");
is($status, 1, 'a token that others may read');
like($err, qr/may be used by others \(mode 0644\)/, '... is told');
unlike($err, qr/\Q$writer->{token}\E/, '... and not shown');
($status, $out, $err) = run_to_end(conversation($writer), '{"jsonrpc":"2.0","id":1,"method":"pi');
is("$status:$out", '0:', 'a client that ends in the middle of a message');
($status, $out, $err) = run_to_end(conversation($writer), json({ jsonrpc => '2.0', id => 1, method => 'tools/call',
	params => { name => 'query', arguments => { sql => 'SELECT 13' }, _meta => modern() } }) . "\n");
like($out, qr/"rows":\[\[13\]\]/, 'what was asked before the client closed its side is answered');
{
	local @ENV{qw(PGUSER PGPASSWORD)} = @$writer{qw(role password)};
	my $question = json({ jsonrpc => '2.0', id => 1, method => 'tools/call',
		params => { name => 'query', arguments => { sql => 'SELECT 14' }, _meta => modern() } }) . "\n";
	IPC::Run::run([ 'bash', '-c', 'exec "$@" 2>&-', '-', mcp_program(), '--log-level', 'info' ], \$question, \$out, IPC::Run::timeout(60));
	like($out, qr/"rows":\[\[14\]\]/, 'where standard error is closed, the log is not written into the connection');
}
$other = start_mcp(conversation($writer));
$other->initialize('2025-11-25');
$other->post('tools/call', { name => 'query', arguments => { sql => $slow } });
poll_is("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND usename = '$writer->{role}'", 1, 'a slow query runs');
is($other->finish, 0, 'a client that ends while a query runs');
poll_is("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND usename = '$writer->{role}'", 0, '... ends the query');
for my $signal (qw(INT TERM HUP))
{
	$other = start_mcp(conversation($writer));
	$other->initialize('2025-11-25');
	$other->post('tools/call', { name => 'query', arguments => { sql => $slow } });
	poll_is("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND usename = '$writer->{role}'", 1, 'a slow query runs');
	kill $signal, $other->{pid};
	is($other->wait_for_end, 0, "SIG$signal ends the program");
	poll_is("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND usename = '$writer->{role}'", 0, '... and the query');
}

# a client whose pipes are sockets closes the one that it reads from
socketpair my $reading, my $writing, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "socketpair: $!";
pipe my $input, my $held_open or die "pipe: $!";
my $hung_up = do {
	local @ENV{qw(PGUSER PGPASSWORD)} = @$writer{qw(role password)};
	IPC::Run::start([ mcp_program() ], '<', $input, '>', $writing, '2>', \my $ignored, IPC::Run::timeout(15));
};
close $_ for $input, $writing, $reading;
is(eval { $hung_up->finish; $hung_up->result(0) }, 0, 'a client that hangs up ends it');
$hung_up->kill_kill if $@;
close $held_open;
is($mcp->finish, 0, 'the end');

done_testing();
