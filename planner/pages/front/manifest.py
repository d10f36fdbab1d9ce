"""What a phone needs to put the site on its first page, and to show what is pushed to it; it keeps
nothing of anybody's."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
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
    script = (settings.BASE_DIR / "static" / "js" / "worker.js").read_bytes()
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response
