"""What workers are at: one row a person."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planner", "0010_ids_are_checked_anywhere"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reckoning",
            fields=[
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("revision", models.PositiveBigIntegerField(help_text="the household's counter")),
                ("wants", models.CharField(help_text="plan, shortage, optimum", max_length=40)),
                ("asked_on", models.DateTimeField(default=django.utils.timezone.now)),
                ("holder", models.CharField(blank=True, max_length=32)),
                ("held_until", models.DateTimeField(blank=True, db_index=True, null=True)),
                (
                    "fault",
                    models.CharField(blank=True, help_text="the exception's class", max_length=100),
                ),
            ],
        ),
    ]
