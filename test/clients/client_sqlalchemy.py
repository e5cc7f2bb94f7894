"""SQLAlchemy, as frameworks for agents use it, as a conversation: prints TAP."""
import os

import sqlalchemy
from sqlalchemy import MetaData, create_engine, inspect, select, text
from sqlalchemy.dialects.postgresql import insert

count = 0


def ok(good, name):
    global count
    count += 1
    print("%s %d - SQLAlchemy: %s" % ("ok" if good else "not ok", count, name), flush=True)


def is_(got, want, name):
    ok(got == want, name)
    if got != want:
        print("# got %r, expected %r" % (got, want))


engine = create_engine("postgresql+psycopg2://%(PGUSER)s:%(PGPASSWORD)s@/%(PGDATABASE)s?host=%(PGHOST)s&port=%(PGPORT)s" % os.environ)
look = inspect(engine)
is_(look.get_schema_names(), ["agentsandbox", "information_schema", "public"], "schemas")
is_(sorted(look.get_table_names(schema="public")), ["customer", "parted", "visit"], "tables")
is_([look.has_table(name) for name in ("customer", "secret", "nosuch")], [True, False, False], "has_table")
is_(look.get_view_names(schema="public"), ["glad"], "views")
columns = {c["name"]: c for c in look.get_columns("customer")}
is_({name: str(c["type"]) for name, c in columns.items()},
    {"id": "INTEGER", "rep": "INTEGER", "name": "TEXT", "feeling": "VARCHAR(4)", "tags": "ARRAY", "born": "DATE",
     "worth": "NUMERIC(12, 2)", "extra": "JSONB"}, "columns and their types")
is_(columns["feeling"]["type"].enums, ["sad", "glad"], "an enum type's labels")
is_([columns["id"]["nullable"], columns["name"]["nullable"]], [False, True], "nullable")
is_([columns["name"]["comment"], columns["born"]["comment"]], ["as on the invoice", None], "comments on columns")
is_([c["name"] for c in look.get_columns("visit")], ["id", "customer", "day", "made"], "columns that are granted only")
is_(look.get_table_comment("customer"), {"text": "who buys"}, "the comment on a table")
key = look.get_pk_constraint("customer")
is_([key["constrained_columns"], key["name"]], [["id"], "customer_pkey"], "the primary key")
is_([(f["constrained_columns"], f["referred_table"], f["referred_columns"]) for f in look.get_foreign_keys("visit")],
    [(["customer"], "customer", ["id"])], "foreign keys between tables that are granted")
is_([(i["name"], i["column_names"], i["unique"]) for i in look.get_indexes("visit")],
    [("visit_customer_day_key", ["customer", "day"], True), ("visit_day", ["day"], False)], "indexes of columns that are granted")
is_([u["column_names"] for u in look.get_unique_constraints("visit")], [["customer", "day"]], "unique constraints")
is_(look.get_check_constraints("visit"), [], "expressions are not told")
is_([e["name"] for e in look.get_enums()], ["mood"], "enum types")

metadata = MetaData()
metadata.reflect(engine, only=lambda name, _: name in ("customer", "visit", "secret"))
is_(sorted(metadata.tables), ["customer", "visit"], "reflected")
customer = metadata.tables["customer"]
visit = metadata.tables["visit"]
with engine.begin() as conn:
    conn.execute(insert(customer).values(id=1003, name="x").on_conflict_do_update(
        index_elements=[customer.c.id], set_={"name": "y"}))
    is_(conn.execute(customer.delete().where(customer.c.id == 1003)).rowcount, 1, "an upsert and a delete")
with engine.connect() as conn:
    is_(conn.execute(select(customer.c.name).join(visit).where(visit.c.id == 1)).all(), [("customer 2",)],
        "a join by the reflected foreign key")
    try:
        conn.execute(text("SELECT * FROM secret"))
        ok(False, "a hidden table")
    except sqlalchemy.exc.ProgrammingError as error:
        is_(error.orig.pgcode, "42P01", "a hidden table does not exist")
try:
    sqlalchemy.Table("secret", MetaData(), autoload_with=engine)
    ok(False, "no reflection of a hidden table")
except sqlalchemy.exc.NoSuchTableError:
    ok(True, "no reflection of a hidden table")
print("1..%d" % count)
