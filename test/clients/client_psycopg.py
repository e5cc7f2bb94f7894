"""psycopg 3 as a conversation: prints TAP."""
import psycopg
from psycopg.types import TypeInfo
from psycopg.types.enum import EnumInfo, register_enum

count = 0


def is_(got, want, name):
    global count
    count += 1
    print("%s %d - psycopg: %s" % ("ok" if got == want else "not ok", count, name), flush=True)
    if got != want:
        print("# got %r, expected %r" % (got, want))


conn = psycopg.connect(autocommit=True)
is_(conn.execute("SELECT name FROM customer WHERE id = %s", [4]).fetchone(), ("customer 4",), "a query with a parameter")
for i in range(1, 8):
    row = conn.execute("SELECT tags, born, worth, extra FROM customer WHERE id = %s", [2]).fetchone()
is_((row[0], str(row[1]), str(row[2]), row[3]), (["a", "b2"], "2000-01-03", "2.50", {"n": 2}), "types, prepared")
mood = EnumInfo.fetch(conn, "mood")
is_(list(mood.labels), ["sad", "glad"], "an enum type by its name")
register_enum(mood, conn)
is_(conn.execute("SELECT feeling FROM customer WHERE id = 2").fetchone()[0].name, "glad", "its values")
is_([TypeInfo.fetch(conn, name) for name in ("nosuch", "HIDDEN_MARKER_t", "hidden.other")], [None] * 3, "no type that is hidden")
with conn.transaction():
    cursor = conn.cursor("c")
    cursor.execute("SELECT id FROM customer ORDER BY id")
    is_(cursor.fetchmany(3), [(2,), (4,), (6,)], "a cursor of the server")
with conn.pipeline():
    one, two = conn.execute("SELECT 1"), conn.execute("SELECT 2")
    is_((one.fetchone(), two.fetchone()), ((1,), (2,)), "a pipeline")
try:
    conn.execute("SELECT * FROM secret")
    is_("accepted", "refused", "a hidden table does not exist")
except psycopg.errors.UndefinedTable as error:
    is_(error.diag.message_hint, "agentsandbox.tables lists the relations that can be used.", "a hidden table does not exist")
print("1..%d" % count)
