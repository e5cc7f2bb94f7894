"""Django as a conversation: prints TAP."""
import io
import os

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models, transaction

count = 0


def is_(got, want, name):
    global count
    count += 1
    print("%s %d - Django: %s" % ("ok" if got == want else "not ok", count, name), flush=True)
    if got != want:
        print("# got %r, expected %r" % (got, want))


# without it iterator() declares cursors WITH HOLD
settings.configure(USE_TZ=True, TIME_ZONE="UTC", DATABASES={"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"], "USER": os.environ["PGUSER"],
    "PASSWORD": os.environ["PGPASSWORD"], "HOST": os.environ["PGHOST"], "PORT": os.environ["PGPORT"],
    "DISABLE_SERVER_SIDE_CURSORS": True}})
django.setup()


class Customer(models.Model):
    id = models.IntegerField(primary_key=True)
    name = models.TextField()
    born = models.DateField()

    class Meta:
        app_label = "clients"
        db_table = "customer"
        managed = False


is_(sorted(connection.introspection.table_names(include_views=True)),
    ["columns", "customer", "glad", "methods", "notes", "parted", "remoteprocedurecalls", "tables", "visit"], "tables")
out = io.StringIO()
# of a table of which not all columns are granted it reads "*", which no ordinary role could either
call_command("inspectdb", "customer", "parted", stdout=out)
is_([word in out.getvalue() for word in ("Unable", "id = models.IntegerField(primary_key=True)", "day = models.DateField(primary_key=True)",
                                         "worth = models.DecimalField(max_digits=12, decimal_places=2", "HIDDEN")],
    [False, True, True, True, False], "inspectdb")
with connection.cursor() as cursor:
    is_({c["foreign_key"] for c in connection.introspection.get_constraints(cursor, "visit").values()}, {None, ("customer", "id")}, "keys")
is_(Customer.objects.filter(born__year=2000, name__icontains="R 1").count(), 55, "a filter")
is_([c.id for c in Customer.objects.order_by("id").iterator()][:2], [2, 4], "an iterator")
with transaction.atomic():
    with transaction.atomic():
        Customer.objects.bulk_create([Customer(id=1007, name="a", born="2001-01-01")])
    is_(Customer.objects.select_for_update().get(id=1007).name, "a", "bulk_create and select_for_update")
    is_(Customer.objects.update_or_create(id=1007, defaults={"name": "b"})[1], False, "update_or_create")
is_(Customer.objects.filter(id=1007).delete()[0], 1, "delete")
print("1..%d" % count)
