"""The check of ids uses what every SQLite has, so that other programs can check a copy."""

from collections.abc import Iterator
from typing import Any

from django.db import migrations, models

NOUNS = {"accountrow": "account", "incomerow": "income", "expenserow": "expense", "debtrow": "debt"}


def operations() -> Iterator[Any]:
    for model, noun in NOUNS.items():
        name = f"{noun}_slug_is_id"
        yield migrations.RemoveConstraint(model_name=model, name=name)
        yield migrations.AddConstraint(
            model_name=model,
            constraint=models.CheckConstraint(condition=models.Q(("slug__is_id", True)), name=name),
        )


class Migration(migrations.Migration):
    dependencies = [("planner", "0009_attempt")]

    operations = list(operations())
