"""What 0007 took away is gone from the files too, not only from the tables."""

from typing import Any

from django.db import migrations


def rewrite(apps: Any, schema_editor: Any) -> None:
    """SQLite keeps freed pages in its file and its log, PostgreSQL dead rows in its tables."""
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for name in ("HouseholdRow", "KeptPlan", "IdempotencyKey"):
            table = apps.get_model("planner", name)._meta.db_table
            cursor.execute(f"VACUUM FULL {schema_editor.quote_name(table)}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("planner", "0007_keyed_digests")]

    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop, elidable=True)]
