from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class PlannerConfig(AppConfig):
    name = "planner"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, keys, ownership  # noqa: F401
        from .services import devices

        connection_created.connect(ownership.hand_over_file)
        post_migrate.connect(keys.keep_digest_key, sender=self)
        user_logged_in.connect(devices.note_sign_in)
