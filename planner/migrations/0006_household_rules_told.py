"""Households that are there are told once what the new rules of planning changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planner", "0005_rows_are_named_rows")]

    operations = [
        migrations.AddField(
            model_name="householdrow",
            name="rules_told",
            field=models.CharField(
                blank=True,
                default="",
                help_text="the last rules the person was told of",
                max_length=10,
            ),
        )
    ]
