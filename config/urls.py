from allauth.account import views as allauth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from config import health
from planner.pages.guards import confirmed_recently, members_only, signed_out_only
from planner.pages.sign_in.forms import mail_note
from planner.pages.sign_in.views import sign_out

# Allauth's own views, with what we ask in addition. They come first, so they answer.
guarded_account_urls = [
    path(
        "login/code/",
        signed_out_only(allauth.request_login_code),
        name="account_request_login_code",
    ),
    path("logout/", sign_out, name="account_logout"),
    path("email/", members_only(confirmed_recently(allauth.email)), name="account_email"),
    path("password/change/", members_only(allauth.password_change), name="account_change_password"),
    path("password/set/", members_only(allauth.password_set), name="account_set_password"),
    path(
        "password/reset/done/",
        allauth.PasswordResetDoneView.as_view(extra_context={"mail_note": mail_note}),
        name="account_reset_password_done",
    ),
    path("reauthenticate/", members_only(allauth.reauthenticate), name="account_reauthenticate"),
]

handler500 = "config.unwritable.server_error"

urlpatterns = [
    path("", include("planner.urls")),
    path("account/", include(guarded_account_urls)),
    path("account/", include("allauth.account.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]
