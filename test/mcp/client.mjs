// Drives every tool of the MCP server with the official TypeScript SDK and
// prints what it saw as one JSON object.
//
//     node client.mjs v1|handshake|modern|auto NODE_MODULES PROGRAM [ARGUMENT...]
//
// v1 is @modelcontextprotocol/sdk; the others are @modelcontextprotocol/client,
// its second major version, with initialize, without it, and finding out.

import { pathToFileURL } from 'node:url';

const [kind, modules, program, ...args] = process.argv.slice(2);
const load = path => import(pathToFileURL(`${modules}/@modelcontextprotocol/${path}`).href);

const v1 = kind === 'v1';
const { Client } = await load(v1 ? 'sdk/dist/esm/client/index.js' : 'client/dist/index.mjs');
const { StdioClientTransport } = await load(v1 ? 'sdk/dist/esm/client/stdio.js' : 'client/dist/stdio.mjs');

const mode = { handshake: 'legacy', modern: { pin: '2026-07-28' }, auto: 'auto' }[kind];
const client = new Client({ name: 'agentsandbox-test', version: '1.0.0' },
	v1 ? {} : { versionNegotiation: { mode } });
const complaints = [];
client.onerror = error => complaints.push(String(error));
await client.connect(new StdioClientTransport({ command: program, args, env: process.env, stderr: 'inherit' }));

const call = (name, argument, options) => v1
	? client.callTool({ name, arguments: argument }, undefined, options)
	: client.callTool({ name, arguments: argument }, options);

const seen = { server: client.getServerVersion()?.name, revision: client.getNegotiatedProtocolVersion?.() ?? null };

seen.tools = (await client.listTools()).tools.map(tool => [tool.name, tool.annotations, !!tool.outputSchema]);
seen.query = await call('query', { sql: 'SELECT id, name FROM item WHERE id <= $1 ORDER BY id', parameters: [2] });
seen.refused = await call('query', { sql: 'SELECT pg_catalog.pg_read_file($1)', parameters: ['/etc/passwd'] });
seen.describe = (await call('describe', {})).structuredContent;

// the gateway answers slowly, so that there is progress to tell
const progress = [];
seen.call = await call('call', { method: 'slow', arguments: { text: 'one' }, wait_seconds: 30 },
	{ onprogress: p => progress.push(p) });
seen.progress = progress.length;

const later = await call('call', { method: 'echo', arguments: { text: 'two' }, wait_seconds: 0 });
seen.result = await call('result', { id: later.structuredContent.id, wait_seconds: 30 });
seen.tool = await call('call_echo', { text: 'three' });

try {
	await call('nothing', {});
} catch (error) {
	seen.unknown = error.code;
}

// a query that would run for hours is cancelled, and the next one is answered
const abort = new AbortController();
const slow = call('query', { sql: 'SELECT count(*) FROM item a, item b, item c, item d' }, { signal: abort.signal })
	.then(() => 'answered', () => 'aborted');
setTimeout(() => abort.abort(), 300);
seen.cancelled = await slow;
seen.after = (await call('query', { sql: 'SELECT 1 AS one' })).structuredContent.rows;

await client.close();
seen.complaints = complaints;
console.log(JSON.stringify(seen));
