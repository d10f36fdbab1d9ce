"""What a phone needs to put the site on its first page, to show what is pushed to it, and to say
that it is offline; it keeps nothing of anybody's."""

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

ICON_SIZES = (192, 512)
GROUND = "#f6f4ee"  # of the page, as in base.html


@require_GET
@login_not_required
def manifest(request: HttpRequest) -> JsonResponse:
    home = reverse("planner:home")
    icons = [
        {
            "src": static(f"icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in ICON_SIZES
    ]
    response = JsonResponse(
        {
            "id": home,
            "name": "安还 Anhuan",
            "short_name": "安还",
            "start_url": home,
            "scope": home,
            "display": "standalone",
            "theme_color": GROUND,
            "background_color": GROUND,
            "icons": icons,
        },
        content_type="application/manifest+json",
    )
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@require_GET
@login_not_required
def service_worker(request: HttpRequest) -> HttpResponse:
    """From the root, or it would be in charge of its own folder only."""
    response = HttpResponse(_worker_script(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@cache
def _worker_script() -> str:
    """The script with the page that it shows offline in it: so no cache is needed for that."""
    page = render_to_string("offline.html")
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
    }
    offline = json.dumps({"page": page, "headers": headers})
    script = (settings.BASE_DIR / "static" / "js" / "worker.js").read_text()
    return f"const OFFLINE = {offline};\n{script}"
