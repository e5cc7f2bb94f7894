// peers.js graphile|pgboss install|work CONNINFO: the claimers of a queue from
// npm, as its documentation has them: two, of up to 16 calls at a time.  They
// put the answers into hand.outcome.  "work" says "ready", and works until it is
// killed.  NODE_PATH has the packages.
const { Pool } = require('pg');
const [kind, what, connectionString] = process.argv.slice(2);
const answer = '{"status": "sent", "message": 12345}';
const pool = new Pool({ connectionString, max: 40 });
pool.on('error', () => {});
pool.on('connect', (client) => client.on('error', () => {}));

const respond = (ids) =>
	pool.query({ name: 'answer', text: 'INSERT INTO hand.outcome SELECT id, $2 FROM unnest($1::text[]) id', values: [ids, answer] });

const kinds = {
	async graphile() {
		const { run, runMigrations, Logger } = require('graphile-worker');
		const logger = new Logger(() => () => {});
		if (what === 'install') {
			await runMigrations({ pgPool: pool, logger });
			return;
		}
		// fetches and completes in batches: faster than one by one, by its own page
		const preset = { worker: { concurrentJobs: 16, localQueue: { size: 16 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } };
		for (let i = 0; i < 2; i++)
			await run({
				pgPool: pool, logger, preset, noHandleSignals: true,
				taskList: { bench: (payload, helpers) => respond([helpers.job.id]) },
			});
	},
	async pgboss() {
		const PgBoss = require('pg-boss');
		const boss = new PgBoss({ connectionString, max: 10 });
		boss.on('error', () => {});
		await boss.start();
		if (what === 'install') {
			await boss.createQueue('bench');
			await boss.stop({ graceful: false });
			return;
		}
		for (let i = 0; i < 2; i++)
			await boss.work('bench', { batchSize: 16, pollingIntervalSeconds: 0.5 },
				(jobs) => respond(jobs.map((job) => job.id)));
	},
};

kinds[kind]().then(
	() => (what === 'work' ? console.log('ready') : pool.end()),
	(error) => { console.error(error.message); process.exit(1); });
