"""The calendar: month by month, and the files that leave with the person."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from planner.domain.household.household import parse_household
from planner.domain.values.days import add_months
from planner.exports.csv import plan_csv
from planner.exports.ics import ALARMS, calendar_file
from planner.pages.asked_first import asks_first
from planner.pages.calendar.month import first_month, month_days
from planner.pages.http import Request, is_in_wechat
from planner.plans.current import Current
from planner.plans.shown import shown
from planner.reach.feed import calendar_salt
from planner.services.documents import has_figures, household_document_of, household_of
from planner.words.days import month, weekday

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ALARM_NAMES = {
    "-P2DT15H": _("three days before, at 9:00"),
    "-PT15H": _("the day before, at 9:00"),
    "PT9H": _("on the day, at 9:00"),
}


class CalendarForm(forms.Form):
    """What the file shall do; sent by GET, so that the address can be kept."""

    alarm = forms.MultipleChoiceField(
        label=_("Ring"),
        choices=[(key, ALARM_NAMES[key]) for key in ALARMS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    named = forms.BooleanField(
        label=_("Show names and amounts in titles and alarms"),
        help_text=_(
            "For this file only. Otherwise titles and alarms say just “Payment”; names and amounts "
            "stand in the notes of each entry."
        ),
        required=False,
    )


@require_GET
def calendar(request: Request, year: int | None = None, number: int = 1) -> HttpResponse:
    """One month; without one, the first with something still to come."""
    current = Current(request.user)
    asked_first = asks_first(request, current) if current.has_debts else None
    today = current.row.today()
    if year is not None:
        first = _first_of(year, number)
    elif current.has_debts:
        first = first_month(current.situation, today)
    else:
        first = today.replace(day=1)
    if first is None:
        return redirect("planner:calendar")
    context: dict[str, Any] = {"page": current, "month": month(first), "today": today}
    context["asked_first"] = asked_first
    if current.has_debts:
        weeks = month_days(current.situation, first, today)
        context |= {
            "weeks": weeks,
            "weekdays": [weekday(one.on) for one in weeks[0]],
            "days": [one for week in weeks for one in week if one.entries],
            "before": _neighbour(first, -1) if first > current.as_of else None,
            "after": _neighbour(first, 1),
            "plan_line": current.plan_line,
        }
    return render(request, "planner/calendar/calendar.html", context)


@require_GET
def calendar_download(request: Request) -> HttpResponse:
    """Choose what rings, then take the file."""
    form = CalendarForm(initial={"alarm": list(ALARMS)})
    current = Current(request.user)
    context = {
        "form": form,
        "in_wechat": is_in_wechat(request),
        "has_debts": has_figures(request.user),
        "plan_line": current.plan_line if current.has_debts else "",
    }
    return render(request, "planner/calendar/download.html", context)


@require_GET
def calendar_ics(request: Request) -> HttpResponse:
    form = CalendarForm(request.GET)
    if not form.is_valid():
        return redirect("planner:calendar-download")
    household = household_of(request.user)
    found = shown(request.user)
    content = calendar_file(
        found.plan,
        line=found.line,
        language=get_language() or household.language,
        salt=calendar_salt(request.user),
        # Once the optimum is there the same figures have another file, which shall replace it.
        sequence=2 * household.revision + (found.optimum is not None),
        alarms=form.cleaned_data["alarm"],
        is_discreet=not form.cleaned_data["named"],
    )
    return _file(content, "text/calendar; charset=utf-8", "ics", household.as_of)


@require_GET
def plan_table(request: Request) -> HttpResponse:
    """Dues and payments for a spreadsheet."""
    household = household_of(request.user)
    found = shown(request.user)
    language = get_language() or household.language
    content = plan_csv(found.plan, language=language, line=found.line)
    return _file(content, "text/csv; charset=utf-8", "csv", household.as_of)


@require_GET
def plan_workbook(request: Request) -> HttpResponse:
    """The whole plan and its history for a spreadsheet, a sheet for each thing."""
    from planner.exports.xlsx import plan_xlsx  # loaded by who asks for one: 26 MB

    row = household_of(request.user)
    found = shown(request.user)
    history = parse_household(household_document_of(request.user)).history
    language = get_language() or row.language
    content = plan_xlsx(found.plan, history, language=language, line=found.line)
    return _file(content, XLSX, "xlsx", row.as_of)


def _file(content: bytes, kind: str, ending: str, as_of: date) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="anhuan-{as_of:%Y-%m-%d}.{ending}"'
    )
    return response


def _first_of(year: int, number: int) -> date | None:
    """The first of a month that a plan may reach."""
    if not (1990 <= year <= 2099 and 1 <= number <= 12):
        return None
    return date(year, number, 1)


def _neighbour(first: date, step: int) -> dict[str, Any] | None:
    other = add_months(first, step)
    if not 1990 <= other.year <= 2099:
        return None
    return {"year": other.year, "number": other.month, "name": month(other)}
