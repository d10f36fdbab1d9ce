"""New households begin with the optimum; those there are keep their way of repaying."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planner", "0003_history_transfers")]

    operations = [
        migrations.AlterField(
            model_name="household",
            name="strategy",
            field=models.CharField(default="optimal", max_length=20),
        )
    ]
