// node-postgres as a conversation: prints TAP.
'use strict';
const { Client, Pool } = require('pg');

let count = 0;
function is(got, want, name) {
	const good = JSON.stringify(got) === JSON.stringify(want);
	console.log(`${good ? 'ok' : 'not ok'} ${++count} - node-postgres: ${name}`);
	if (!good)
		console.log(`# got ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`);
}

async function refused(promise, state, name) {
	try {
		await promise;
		is('accepted', state, name);
	} catch (error) {
		is(error.code, state, name);
	}
}

async function main() {
	const client = new Client();
	await client.connect();
	is((await client.query('SELECT count(*)::int AS n FROM customer WHERE rep = $1', [3])).rows, [{ n: 100 }], 'a query with a parameter');
	const types = (await client.query('SELECT tags, born::text, worth, extra, feeling FROM customer WHERE id = 2')).rows[0];
	is(types, { tags: ['a', 'b2'], born: '2000-01-03', worth: '2.50', extra: { n: 2 }, feeling: 'glad' }, 'types');
	const named = { name: 'q', text: 'SELECT name FROM customer WHERE id = $1' };
	is((await client.query({ ...named, values: [4] })).rows, [{ name: 'customer 4' }], 'a prepared query');
	is((await client.query({ ...named, values: [8] })).rows, [{ name: 'customer 8' }], 'again');
	const binary = new Client({ binary: true });
	await binary.connect();
	is((await binary.query('SELECT id, name FROM customer WHERE id = $1', [8])).rows, [{ id: 8, name: 'customer 8' }], 'binary results');
	await binary.end();

	await client.query('BEGIN');
	await client.query("INSERT INTO customer (id, name) VALUES (1001, 'new')");
	await client.query('ROLLBACK');
	is((await client.query('SELECT FROM customer WHERE id = 1001')).rowCount, 0, 'a transaction, rolled back');
	await client.query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM customer ORDER BY id');
	is((await client.query('FETCH 7 FROM c')).rowCount, 7, 'a cursor');
	is((await client.query('FETCH ALL FROM c')).rowCount, 93, 'to its end');
	await client.query('COMMIT');

	await refused(client.query('SELECT * FROM secret'), '42P01', 'a hidden table does not exist');
	await refused(client.query('SELECT pg_sleep($1)', [1]), '42501', 'a refusal');
	await refused(client.query('LISTEN x'), '42501', 'no LISTEN');
	is((await client.query('SELECT 1 AS one')).rows, [{ one: 1 }], 'the session goes on');

	const call = await client.query('INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ($1, $2) RETURNING id',
		['echo', { text: 'from node' }]);
	is((await client.query("SELECT status, response FROM agentsandbox.await($1, '30 s')", [call.rows[0].id])).rows[0],
		{ status: 'completed', response: { said: 'from node' } }, 'a call');
	await client.end();

	const pool = new Pool({ max: 2 });
	const counts = await Promise.all([1, 2, 3].map(() => pool.query('SELECT count(*)::int AS n FROM customer')));
	is(counts.map(r => r.rows[0].n), [100, 100, 100], 'a pool');
	await pool.end();
	console.log(`1..${count}`);
}

main().catch(error => {
	console.log(`not ok ${++count} - node-postgres: ${error.stack.replace(/\n/g, '\n# ')}`);
	process.exit(1);
});
