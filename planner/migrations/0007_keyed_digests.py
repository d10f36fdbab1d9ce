"""Digests are keyed and the buffer is encrypted: a file of the database tells no amount.

What was hashed stays hashed, with the key laid over it, so no history need be read. Plans can be
computed again; forms that are open during the upgrade are met as new ones.
"""

from typing import Any

from django.db import migrations, models

import planner.encryption
from planner.hashes import keyed
from planner.keys import DIGEST, new_secret


def refuse_wrong_keys(apps: Any, schema_editor: Any) -> None:
    """One value of each kind is read before any is written with DATA_KEYS. Raises WrongDataKey."""
    for model in apps.get_app_config("planner").get_models():
        for field in model._meta.fields:
            if isinstance(field, planner.encryption.EncryptedTextField):
                rows = model.objects.exclude(**{f"{field.name}__isnull": True})
                rows.values_list(field.name).order_by("pk").first()


def lay_key(apps: Any, schema_editor: Any) -> None:
    household = apps.get_model("planner", "HouseholdRow")
    if not household.objects.exists():
        return  # made after migrating, as in every empty database
    secret = new_secret()
    apps.get_model("planner", "InstallationKey").objects.create(name=DIGEST, secret=secret)
    key = bytes.fromhex(secret)
    changed = []
    for row in household.objects.iterator(chunk_size=500):
        row.buffer_fen = row.buffer_in_clear
        if row.history_hash:
            row.history_hash = keyed(bytes.fromhex(row.history_hash), key)
        changed.append(row)
        if len(changed) == 500:
            household.objects.bulk_update(changed, ["buffer_fen", "history_hash"])
            changed.clear()
    household.objects.bulk_update(changed, ["buffer_fen", "history_hash"])
    apps.get_model("planner", "KeptPlan").objects.all().delete()
    apps.get_model("planner", "IdempotencyKey").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("planner", "0006_household_rules_told")]

    operations = [
        migrations.RunPython(refuse_wrong_keys, migrations.RunPython.noop),
        migrations.CreateModel(
            name="InstallationKey",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("secret", planner.encryption.EncryptedTextField(help_text="hexadecimal")),
            ],
        ),
        migrations.RenameField("HouseholdRow", "buffer_fen", "buffer_in_clear"),
        migrations.AddField(
            "HouseholdRow", "buffer_fen", planner.encryption.EncryptedIntegerField(default=0)
        ),
        migrations.AlterField(
            "HouseholdRow",
            "history_hash",
            models.CharField(
                blank=True,
                default="",
                help_text="of the history, keyed",
                max_length=64,
            ),
        ),
        migrations.AlterField(
            "KeptPlan", "household_hash", models.CharField(help_text="keyed", max_length=64)
        ),
        migrations.AlterField(
            "IdempotencyKey",
            "fingerprint",
            models.CharField(help_text="what was sent, hashed, keyed", max_length=64),
        ),
        migrations.RunPython(lay_key, migrations.RunPython.noop),
        migrations.RemoveField("HouseholdRow", "buffer_in_clear"),
    ]
