"""psycopg2 as a conversation: prints TAP."""
import psycopg2
import psycopg2.extras

count = 0


def ok(good, name):
    global count
    count += 1
    print("%s %d - psycopg2: %s" % ("ok" if good else "not ok", count, name), flush=True)


def is_(got, want, name):
    ok(got == want, name)
    if got != want:
        print("# got %r, expected %r" % (got, want))


def refused(cursor, sql, state, name):
    try:
        cursor.execute(sql)
        ok(False, name)
    except psycopg2.Error as error:
        is_(error.pgcode, state, name)


conn = psycopg2.connect("")
cur = conn.cursor()
cur.execute("SELECT count(*) FROM customer WHERE rep = %s", (3,))
is_(cur.fetchone(), (100,), "a query with a parameter")
cur.execute("SELECT tags, born, worth, extra, feeling FROM customer WHERE id = 2")
row = cur.fetchone()
is_((row[0], str(row[1]), str(row[2]), row[3], row[4]), (["a", "b2"], "2000-01-03", "2.50", {"n": 2}, "glad"), "types")
cur.execute("PREPARE q(int) AS SELECT name FROM customer WHERE id = $1")
cur.execute("EXECUTE q(4)")
is_(cur.fetchone()[0], "customer 4", "a prepared query")
conn.commit()

cur.execute("INSERT INTO customer (id, name) VALUES (1001, 'new') RETURNING rep")
is_(cur.fetchone(), (3,), "INSERT with a default")
conn.rollback()
cur.execute("SELECT count(*) FROM customer WHERE id = 1001")
is_(cur.fetchone(), (0,), "rolled back")
conn.commit()

named = conn.cursor("named")
named.itersize = 7
named.execute("SELECT id FROM customer ORDER BY id")
is_(sum(1 for _ in named), 100, "a named cursor")
named.close()
conn.commit()

refused(cur, "SELECT * FROM secret", "42P01", "a hidden table does not exist")
refused(cur, "SELECT 1", "25P02", "the transaction has failed")
conn.rollback()
refused(cur, "SELECT pg_sleep(1)", "42501", "a refusal is InsufficientPrivilege")
conn.rollback()
cur.execute("SELECT 1")
is_(cur.fetchone(), (1,), "and the session goes on")
conn.rollback()

conn.set_session(readonly=True, isolation_level="REPEATABLE READ")
refused(cur, "DELETE FROM customer", "25006", "a read-only session")
conn.rollback()
conn.set_session(readonly="DEFAULT", isolation_level="DEFAULT", autocommit=True)
cur.execute("INSERT INTO customer (id, name) VALUES (1002, 'brief')")
cur.execute("DELETE FROM customer WHERE id = 1002")
is_(cur.rowcount, 1, "autocommit")
conn.reset()

cur = conn.cursor()
psycopg2.extras.execute_values(cur, "INSERT INTO customer (id, name) VALUES %s", [(2000 + i, "x") for i in range(250)])
conn.commit()
cur.execute("SELECT count(*) FROM customer WHERE id >= 2000")
is_(cur.fetchone(), (250,), "execute_values")
refused(cur, "COPY customer TO STDOUT", "42501", "COPY is an option of the profile")
conn.rollback()

psycopg2.extras.register_uuid()
cur.execute("INSERT INTO RemoteProcedureCalls (method, arguments) VALUES (%s, %s) RETURNING id",
            ("echo", psycopg2.extras.Json({"text": "from psycopg2"})))
call = cur.fetchone()[0]
conn.commit()
cur.execute("SELECT status, response FROM agentsandbox.await(%s, '30 s')", (call,))
is_(cur.fetchone(), ("completed", {"said": "from psycopg2"}), "a call")
conn.commit()
cur.execute("SELECT name FROM agentsandbox.tables WHERE schema = 'public' ORDER BY name")
is_(cur.fetchall(), [("customer",), ("glad",), ("parted",), ("visit",)], "what can be reached")
conn.close()
print("1..%d" % count)
