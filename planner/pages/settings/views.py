"""A person's settings, and what is theirs: to read about, to take away, to erase."""

import json
from typing import Any

from django.conf import settings as site
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from planner.models import GUEST_DAYS
from planner.pages.attempt import save
from planner.pages.guards import FORGET_PAGES, confirmed_recently, remember_language
from planner.pages.http import Request
from planner.pages.settings.forms import SettingsForm
from planner.pages.settings.restore import RestoreForm
from planner.services import archive, people
from planner.services.changes import CONSENT_VERSION, KEPT_REVISIONS
from planner.services.documents import has_figures, household_document_of, household_of
from planner.words.days import long_day
from planner.words.reminders import channel_name


@require_http_methods(["GET", "POST"])
def settings(request: Request) -> HttpResponse:
    household = household_of(request.user)
    form = SettingsForm(request.POST or None, instance=household)
    status = save(form) if request.method == "POST" else 200
    if request.method == "POST" and status == 200:
        with translation.override(household.language):
            messages.success(request, _("Saved."))
        response = redirect("planner:settings")
        remember_language(response, household.language)
        return response
    agreed = household.consented_on
    return render(
        request,
        "planner/settings/settings.html",
        {
            "form": form,
            "household": household,
            "consented_on": agreed and long_day(timezone.localdate(agreed)),
            "guest_days": GUEST_DAYS,
        },
        status=status,
    )


@require_GET
@login_not_required
def privacy(request: Request) -> HttpResponse:
    return render(
        request,
        "planner/settings/privacy.html",
        {
            "version": CONSENT_VERSION,
            "guest_days": GUEST_DAYS,
            "kept_revisions": KEPT_REVISIONS,
            "is_deployed": site.DEPLOYED,
            "mail_is_sent": site.MAIL_IS_SENT,
            "push_is_sent": bool(site.VAPID_KEY),
            "messengers": [channel_name(kind) for kind in site.MESSENGERS],
        },
    )


@require_GET
@confirmed_recently
def data_export(request: Request) -> HttpResponse:
    """Everything that is stored of the person."""
    return _download(archive.export_of(request.user), "anhuan-all")


@require_GET
@confirmed_recently
def household_export(request: Request) -> HttpResponse:
    """The household's document alone: what the command line reads."""
    return _download(household_document_of(request.user), "anhuan-household")


@require_http_methods(["GET", "POST"])
def household_import(request: Request) -> HttpResponse:
    """An exported household in place of the one that is here."""
    household = household_of(request.user)
    form = RestoreForm(
        request.POST or None, request.FILES or None, household=household, begins=True
    )
    status = save(form) if request.method == "POST" else 200
    if request.method == "POST" and status == 200:
        messages.success(request, _("Restored."))
        return redirect("planner:plan")
    return render(
        request,
        "planner/settings/restore.html",
        {"form": form, "has_figures": has_figures(request.user)},
        status=status,
    )


def _download(document: dict[str, Any], name: str) -> HttpResponse:
    response = HttpResponse(_written(document), content_type="application/json")
    file_name = f"{name}-{timezone.localdate():%Y-%m-%d}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _written(document: dict[str, Any], margin: str = "") -> str:
    """JSON with a line for each key and for each item of a list: as a person can read it, and
    small enough to be restored, however long the history is.
    """
    inner = f",\n{margin}  "
    lines = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            text = "[\n" + inner.join(["", *map(_compact, value)])[2:] + f"\n{margin} ]"
        elif key == "household":
            text = _written(value, margin + " ")
        else:
            text = _compact(value)
        lines.append(f"{margin} {_compact(key)}: {text}")
    return "{\n" + ",\n".join(lines) + f"\n{margin}}}"


_compact = json.JSONEncoder(ensure_ascii=False).encode


@require_http_methods(["GET", "POST"])
@confirmed_recently
def data_erase(request: Request) -> HttpResponse:
    """Everything, at once and for good; the page says so and offers the export first."""
    if request.method == "GET":
        return render(request, "planner/settings/erase.html")
    user = request.user
    logout(request)
    people.erase(user=user)
    messages.success(request, _("Everything of yours is erased."))
    response = redirect("planner:home")
    response.headers["Clear-Site-Data"] = FORGET_PAGES
    return response
