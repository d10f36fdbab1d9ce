"""What a phone needs to put the site on its first page; it keeps nothing of anybody's."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
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
