import os
import re
import sys
from collections.abc import Callable
from typing import Any

import django
from django.core import checks
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

# Commands run the checks by themselves; a server must refuse to start just the same. The secrets
# come first: without them there may not even be a folder for the database.
for databases in (None, ["default"]):
    errors = [issue for issue in checks.run_checks(databases=databases) if issue.is_serious()]
    if errors:
        sys.exit("\n".join(map(str, errors)))


def plain_charsets(serve: Callable[..., Any]) -> Callable[..., Any]:
    """Django reads the address with the charset of the body while it makes the request. One that
    Python knows but that is no text (hex) would fail there, before any of our middleware: under
    an unknown name it reaches `known_charsets`, which refuses it.
    """

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        kind = environ.get("CONTENT_TYPE", "")
        found = re.search(r"charset\s*=\s*[\"']?([^\s;\"']*)", kind, re.IGNORECASE)
        if found and found[1].lower() not in ("utf-8", "utf8"):
            environ["CONTENT_TYPE"] = kind[: found.start()] + "charset=unknown"
        return serve(environ, start_response)

    return application


application = plain_charsets(get_wsgi_application())
