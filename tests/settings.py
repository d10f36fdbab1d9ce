"""The app's own settings in a throw-away folder, with nothing from the developer's machine."""

import os
import tempfile

_folder = tempfile.TemporaryDirectory(prefix="anhuan-test-")  # removed when the run ends
for _name in ("SITE_URL", "EMAIL_URL", "TRUSTED_PROXIES", "PORT", "PUSH_TEST_HOST", "MESSENGERS"):
    os.environ.pop(_name, None)
os.environ.update(
    VAR_DIR=_folder.name,
    SECRET_KEY="only-for-tests-" * 4,
    VAPID_KEY="b25seS1mb3ItdGVzdHMtb25seS1mb3ItdGVzdHMtMTI",
    DATA_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
)

from config.settings import *  # noqa: E402, F403

STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
OPTIMUM_SECONDS = 4  # what is not proven by then would only be waited for
# Worked out at once, where it is asked for; the tests of workers say otherwise.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
PAGE_RECKONS_MS = None
