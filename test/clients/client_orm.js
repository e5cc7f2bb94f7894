// ORMs and query builders of node, as a conversation whose profile opens information_schema: prints TAP.
'use strict';
require('reflect-metadata');
const pg = require('pg');
const { Sequelize, DataTypes } = require('sequelize');
const { DataSource, EntitySchema } = require('typeorm');
const { Kysely, PostgresDialect } = require('kysely');
const { drizzle } = require('drizzle-orm/node-postgres');
const { integer, pgTable, text } = require('drizzle-orm/pg-core');
const { eq, sql } = require('drizzle-orm');

let count = 0;
function is(got, want, name) {
	const good = JSON.stringify(got) === JSON.stringify(want);
	console.log(`${good ? 'ok' : 'not ok'} ${++count} - ${name}`);
	if (!good)
		console.log(`# got ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`);
}

const where = { host: process.env.PGHOST, port: +process.env.PGPORT, database: process.env.PGDATABASE, password: process.env.PGPASSWORD };
const user = process.env.PGUSER;

async function knex() {
	const db = require('knex')({ client: 'pg', connection: { ...where, user } });
	is(await db('customer').where('id', '<', 5).orderBy('id').pluck('name'), ['customer 2', 'customer 4'], 'knex: a query');
	is(await db('customer').insert({ id: 1004, name: 'x' }).onConflict('id').merge().returning('name'), [{ name: 'x' }], 'knex: an upsert');
	is(await db.transaction(t => t('customer').where('id', 1004).delete()), 1, 'knex: a delete in a transaction');
	is([await db.schema.hasTable('customer'), await db.schema.hasTable('secret'), await db.schema.hasColumn('visit', 'day'),
		await db.schema.hasColumn('visit', 'HIDDEN_MARKER_c')], [true, false, true, false], 'knex: what there is');
	const columns = await db('visit').columnInfo();
	is(Object.keys(columns).sort(), ['customer', 'day', 'id', 'made'], 'knex: columns');
	is(columns.day, { type: 'date', maxLength: null, nullable: true, defaultValue: null }, 'knex: a column');
	await db.destroy();
}

async function sequelize() {
	const db = new Sequelize({ dialect: 'postgres', ...where, username: user, logging: false });
	const about = db.getQueryInterface();
	const Customer = db.define('customer', { id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.TEXT, born: DataTypes.DATEONLY },
		{ tableName: 'customer', timestamps: false });
	is([await Customer.count(), (await Customer.findByPk(2)).born], [100, '2000-01-03'], 'Sequelize: a model');
	is((await Customer.upsert({ id: 1005, name: 'y' }, { fields: ['id', 'name'] }))[0].name, 'y', 'Sequelize: an upsert');
	is(await db.transaction({ isolationLevel: 'REPEATABLE READ' }, transaction => Customer.destroy({ where: { id: 1005 }, transaction })), 1,
		'Sequelize: a transaction');
	is((await about.showAllTables()).sort(), ['customer', 'parted', 'visit'], 'Sequelize: tables');
	const columns = await about.describeTable('customer');
	is([columns.id.primaryKey, columns.feeling.special, columns.name.comment], [true, ['sad', 'glad'], null], 'Sequelize: columns');
	is((await about.showIndex('visit')).map(i => i.name).sort(), ['visit_customer_day_key', 'visit_day', 'visit_pkey'], 'Sequelize: indexes');
	await db.close();
}

async function typeorm() {
	const Customer = new EntitySchema({ name: 'customer', columns: { id: { type: Number, primary: true }, name: { type: 'text' } } });
	const db = await new DataSource({ type: 'postgres', ...where, username: user, entities: [Customer], installExtensions: false }).initialize();
	const customers = db.getRepository('customer');
	is(await customers.find({ take: 2, order: { id: 'ASC' } }), [{ id: 2, name: 'customer 2' }, { id: 4, name: 'customer 4' }], 'TypeORM: a query');
	is((await customers.save({ id: 1006, name: 'z' })).name, 'z', 'TypeORM: save');
	is((await customers.delete(1006)).affected, 1, 'TypeORM: delete');
	const runner = db.createQueryRunner();
	const [visit] = await runner.getTables(['visit']);
	is([visit.columns.map(c => c.name).sort(), visit.foreignKeys.map(k => k.referencedTableName), visit.indices.map(i => i.name)],
		[['customer', 'day', 'id', 'made'], ['customer'], ['visit_day']], 'TypeORM: a table');
	is([await runner.hasTable('secret'), (await runner.getTables(['secret'])).length], [false, 0], 'TypeORM: no hidden table');
	await runner.release();
	await db.destroy();
}

async function others() {
	const pool = new pg.Pool({ ...where, user });
	const kysely = new Kysely({ dialect: new PostgresDialect({ pool }) });
	is(await kysely.selectFrom('customer').select('name').where('id', '=', 2).execute(), [{ name: 'customer 2' }], 'Kysely: a query');
	is((await kysely.introspection.getTables()).filter(t => t.schema === 'public').map(t => t.name).sort(),
		['customer', 'glad', 'parted', 'visit'], 'Kysely: tables');
	const customer = pgTable('customer', { id: integer('id').primaryKey(), name: text('name') });
	const db = drizzle(pool);
	is(await db.select().from(customer).where(eq(customer.id, 2)), [{ id: 2, name: 'customer 2' }], 'Drizzle: a query');
	is((await db.transaction(t => t.execute(sql`SELECT ${1}::int AS one`))).rows, [{ one: 1 }], 'Drizzle: a transaction');
	await pool.end();
	const pgp = require('pg-promise')();
	const promise = pgp({ ...where, user });
	is(await promise.tx(t => t.batch([t.one('SELECT $1::int AS one', 1), t.any('SELECT id FROM customer WHERE id IN ($1:csv)', [[2, 3]])])),
		[{ one: 1 }, [{ id: 2 }]], 'pg-promise: a transaction');
	await promise.$pool.end();
	const tagged = require('postgres')({ ...where, username: user });
	is(await tagged`SELECT id FROM customer WHERE tags && ${['b4']} AND feeling = ${'glad'}`, [{ id: 4 }], 'Postgres.js: arrays and enums');
	await tagged.end();
}

knex().then(sequelize).then(typeorm).then(others).then(() => console.log(`1..${count}`)).catch(error => {
	console.log(`not ok ${++count} - ${error.stack.replace(/\n/g, '\n# ')}`);
	process.exit(1);
});
