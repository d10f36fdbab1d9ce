"""Wrong passwords are counted in a table of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planner", "0008_forget_clear_pages")]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.CharField(max_length=64)),
                ("device", models.CharField(blank=True, max_length=64)),
                ("sender", models.CharField(blank=True, max_length=64)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "at"], name="attempt_by_account"),
                    models.Index(fields=["sender", "at"], name="attempt_by_sender"),
                ],
            },
        ),
    ]
