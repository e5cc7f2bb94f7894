"""asyncpg as a conversation: prints TAP.  All its results are binary."""
import asyncio
import asyncpg
import json

count = 0


def ok(good, name):
    global count
    count += 1
    print("%s %d - asyncpg: %s" % ("ok" if good else "not ok", count, name), flush=True)


def is_(got, want, name):
    ok(got == want, name)
    if got != want:
        print("# got %r, expected %r" % (got, want))


async def refused(awaitable, state, name):
    try:
        await awaitable
        ok(False, name)
    except asyncpg.PostgresError as error:
        is_(error.sqlstate, state, name)


async def main():
    conn = await asyncpg.connect()
    is_(await conn.fetchval("SELECT count(*) FROM customer WHERE rep = $1", 3), 100, "a query with a parameter")
    row = await conn.fetchrow("SELECT tags, born, worth, extra, feeling FROM customer WHERE id = 2")
    is_((row[0], str(row[1]), str(row[2]), json.loads(row[3]), row[4]), (["a", "b2"], "2000-01-03", "2.50", {"n": 2}, "glad"),
        "types, an enum among them")
    is_(await conn.fetchval("SELECT $1::mood", "sad"), "sad", "an enum as a parameter")
    is_((await conn.fetchval("SELECT c FROM customer c WHERE id = 2"))["name"], "customer 2", "a row as a value")
    is_(await conn.fetchval("SELECT array_agg(feeling) FROM customer WHERE id IN (2, 4)"), ["glad", "glad"], "an array of an enum")
    statement = await conn.prepare("SELECT name FROM customer WHERE id = $1")
    is_([await statement.fetchval(i) for i in (2, 4)], ["customer 2", "customer 4"], "a prepared query")
    is_([a.name for a in statement.get_attributes()], ["name"], "its columns")

    transaction = conn.transaction()
    await transaction.start()
    await conn.execute("INSERT INTO customer (id, name) VALUES (1001, 'new')")
    await transaction.rollback()
    is_(await conn.fetchval("SELECT count(*) FROM customer WHERE id = 1001"), 0, "a transaction, rolled back")
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        is_(sum([1 async for _ in conn.cursor("SELECT id FROM customer", prefetch=7)]), 100, "a cursor")
    async with conn.transaction():
        await refused(nested(conn), "42501", "a savepoint takes a refusal")
        is_(await conn.fetchval("SELECT 1"), 1, "and the transaction goes on")

    await refused(conn.fetch("SELECT * FROM secret"), "42P01", "a hidden table does not exist")
    await refused(conn.prepare("SELECT secret.s FROM secret"), "42P01", "nor for prepare")
    await refused(conn.copy_from_query("SELECT 1", output="/dev/null"), "42501", "COPY is an option of the profile")
    await refused(conn.fetch("SELECT pg_sleep(1)"), "42501", "a refusal")
    await refused(conn.add_listener("x", print), "42501", "no LISTEN")
    await conn.executemany("INSERT INTO customer (id, name) VALUES ($1, $2)", [(2000 + i, "x") for i in range(250)])
    is_(await conn.fetchval("SELECT count(*) FROM customer WHERE id >= 2000"), 250, "executemany")
    try:
        await conn.fetchval("SELECT count(*) FROM generate_series(1, 1000000000)", timeout=0.5)
        ok(False, "a timeout cancels")
    except asyncio.TimeoutError:
        ok(True, "a timeout cancels")
    await conn.reset()
    is_(await conn.fetchval("SELECT 1"), 1, "reset")

    call = await conn.fetchval("INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ($1, $2) RETURNING id",
                               "echo", json.dumps({"text": "from asyncpg"}))
    row = await conn.fetchrow("SELECT status, response FROM agentsandbox.await($1, '30 s')", call)
    is_((row[0], json.loads(row[1] or "null")), ("completed", {"said": "from asyncpg"}), "a call")
    await conn.close()

    pool = await asyncpg.create_pool(min_size=1, max_size=2)
    for _ in range(3):
        async with pool.acquire() as one:
            await one.fetchval("SELECT count(*) FROM customer")
    ok(True, "a pool resets its connections")
    await pool.close()


async def nested(conn):
    async with conn.transaction():
        await conn.execute("SELECT pg_backend_pid()")


asyncio.run(main())
print("1..%d" % count)
