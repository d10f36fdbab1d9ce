from typing import Any
from urllib.parse import urlsplit

from django.db import migrations, models

import planner.encryption


def name_hosts(apps: Any, schema_editor: object) -> None:
    for channel in apps.get_model("planner", "Channel").objects.filter(kind="push"):
        channel.host = urlsplit(channel.target["endpoint"]).netloc
        channel.save(update_fields=["host"])


class Migration(migrations.Migration):
    dependencies = [
        ("planner", "0018_push"),
    ]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="host",
            field=models.CharField(
                blank=True,
                help_text="to which it is handed; none of mail, which we send",
                max_length=255,
            ),
        ),
        migrations.AlterField(
            model_name="channel",
            name="target",
            field=planner.encryption.EncryptedJSONField(
                default=dict, help_text="a push subscription, or a key"
            ),
        ),
        migrations.RunPython(name_hosts, migrations.RunPython.noop),
    ]
