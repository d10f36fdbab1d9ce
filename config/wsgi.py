import gc
import os
import sys

import django
from django.core import checks
from django.core.wsgi import get_wsgi_application
from gunicorn.arbiter import Arbiter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

# Commands run the checks by themselves; a server must refuse to start just the same. The secrets
# come first: without them there may not even be a folder for the database.
for databases in (None, ["default"]):
    errors = [issue for issue in checks.run_checks(databases=databases) if issue.is_serious()]
    if errors:
        print(*errors, sep="\n", file=sys.stderr)
        sys.exit(Arbiter.WORKER_BOOT_ERROR)  # any other code, and gunicorn tries for ever

from config.middleware import plain_charsets  # noqa: E402  (reads the settings)

application = plain_charsets(get_wsgi_application())

# What was loaded once stays for good; the collector need not walk it again and again.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
