from allauth.account import views as allauth
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from config import health
from planner.pages.guards import confirmed_recently, guests_too, members_only, signed_out_only
from planner.pages.sign_in.factors import passkeys_work
from planner.pages.sign_in.forms import mail_note
from planner.pages.sign_in.sessions import sessions
from planner.pages.sign_in.views import (
    ConfirmByPasskey,
    RemovePasskey,
    SecondStep,
    if_there,
    passkey_list,
    sign_out,
)

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

# What of allauth's second factor is offered. A passkey is named by where it was added; no page
# changes that.
with_passkeys = {"passkeys_work": passkeys_work}
factor_urls = [
    path("", members_only(SecondStep.as_view()), name="mfa_index"),
    path(
        "authenticate/",
        guests_too(factors.AuthenticateView.as_view(extra_context=with_passkeys)),
        name="mfa_authenticate",
    ),
    path("reauthenticate/", members_only(factors.reauthenticate), name="mfa_reauthenticate"),
    path("app/", members_only(totp.activate_totp), name="mfa_activate_totp"),
    path("app/remove/", members_only(if_there(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path(
        "codes/", members_only(if_there(codes.view_recovery_codes)), name="mfa_view_recovery_codes"
    ),
    path(
        "codes/new/",
        members_only(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "codes/file/",
        members_only(if_there(codes.download_recovery_codes)),
        name="mfa_download_recovery_codes",
    ),
    path(
        "passkeys/",
        members_only(passkey_list),
        name="mfa_list_webauthn",
    ),
    path("passkeys/add/", members_only(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "passkeys/reauthenticate/",
        members_only(ConfirmByPasskey.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "passkeys/<int:pk>/remove/",
        members_only(if_there(RemovePasskey.as_view())),
        name="mfa_remove_webauthn",
    ),
]

handler500 = "config.unwritable.server_error"

urlpatterns = [
    path("", include("planner.urls")),
    path("account/", include(guarded_account_urls)),
    path("account/second-step/", include(factor_urls)),
    path("account/devices/", sessions, name="sessions"),
    path("account/", include("allauth.account.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]
