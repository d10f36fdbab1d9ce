from allauth.account.views import logout
from django.contrib.auth.decorators import login_not_required


@login_not_required
def sign_out(request):
    """Allauth's, and the browser forgets every page it kept."""
    response = logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
