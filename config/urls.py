from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from planner.views import accounts

urlpatterns = [
    path("", include("planner.urls")),
    # Ours first: it also tells the browser to forget what it keeps of the pages.
    path("account/logout/", accounts.sign_out, name="account_logout"),
    path("account/", include("allauth.account.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
]
