"""What a page shows while its plan is worked out: the dues, and that it is on its way."""

import threading
import time
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from planner.domain.values.money import parse_yuan
from planner.hashes import household_hash
from planner.models import HouseholdRow, KeptPlan
from planner.pages.history.mend import page as mend_page
from planner.pages.http import Request
from planner.plans import work
from planner.plans.foreseen import NotYet
from planner.services import mending
from planner.services.documents import household_of, outline_of
from planner.words.days import short_day
from planner.words.figures import Amounts

LOOKS = (1, 1, 1, 2, 2, 3, 4, 6, 10)  # seconds between looks; then the person looks again
LOOK, AGAIN = "look", "again"
_SEAT = threading.Semaphore(1)  # who waits holds a thread, which others need
_PAUSE = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Looks:
    """How often a page has looked, and in how many seconds it does again: 0 for not by itself."""

    number: int

    @classmethod
    def of(cls, request: Request) -> "Looks":
        told = request.GET.get(LOOK, "")
        return cls(min(int(told), len(LOOKS)) if told.isdecimal() and len(told) < 4 else 0)

    @property
    def next(self) -> int:
        return self.number + 1

    @property
    def seconds(self) -> int:
        return LOOKS[self.number] if self.number < len(LOOKS) else 0


@dataclass(frozen=True, slots=True)
class AwaitedDue:
    """What falls due, and what of it must be paid at least: known before there is a plan."""

    day: str
    name: str
    required: str


def being_worked_out(
    request: Request, not_yet: NotYet, *, said: str = "", status: int = 202
) -> HttpResponse:
    """Have it worked out; the page itself if that is done within a moment, else that it is not.

    `said` is why what was sent was refused, with that status.
    """
    begun = work.ask(request.user, not_yet.what, again=AGAIN in request.GET)
    if request.method == "GET" and not begun and _done_in_a_moment(request):
        request.user._state.fields_cache.clear()
        view, arguments, named = request.resolver_match  # type: ignore[misc]  # it has come this far
        try:
            answer: HttpResponse = view(request, *arguments, **named)
        except NotYet:
            pass
        else:
            return answer
    if begun and mending.refused_entries(request.user):
        return mend_page(request, status=409)
    return _page(request, said, status)


def _done_in_a_moment(request: Request) -> bool:
    until = time.monotonic() + settings.WAIT_SECONDS
    if not work.is_asked(request.user):
        return True
    if not _SEAT.acquire(blocking=False):
        return False
    try:
        while time.monotonic() < until:
            time.sleep(_PAUSE)
            if not work.is_asked(request.user) or work.fault_of(request.user):
                return not work.fault_of(request.user)
        return False
    finally:
        _SEAT.release()


@require_GET
def plan_waiting(request: Request) -> HttpResponse:
    """Whether it is there by now; then the page that waits for it is loaded again."""
    if not work.is_asked(request.user):
        return HttpResponseClientRefresh() if request.htmx else redirect("planner:plan")
    context = {"looks": Looks.of(request), "fault": work.fault_of(request.user)}
    if request.htmx:
        return render(request, "planner/_looking.html", context)
    return _page(request)


def _page(request: Request, said: str = "", status: int = 202) -> HttpResponse:
    context = {
        "said": said,
        "looks": Looks(0),
        "fault": work.fault_of(request.user),
        "dues": _dues(household_of(request.user)),
    }
    if not request.htmx:
        return render(request, "planner/waiting.html", context, status=status)
    answer = render(request, "planner/_waiting.html", context, status=status)
    return reswap(retarget(answer, "#main"), "innerHTML")


def _dues(row: HouseholdRow) -> list[AwaitedDue]:
    """The next due of each debt, as far as paying only what is required was gone through.

    As the record has them: the household is not even parsed for it.
    """
    rows = KeptPlan.objects.owned_by(row.owner)
    filed_under = household_hash(outline_of(row))
    record = rows.filter(household_hash=filed_under, strategy="minimum").first()
    if record is None:
        return []
    names = {debt.slug: debt.name for debt in row.items["debts"]}
    amounts, as_of = Amounts(row.is_discreet), row.planned_from
    found, seen = [], set[str]()
    for due in record.document["dues"]:
        on = date.fromisoformat(due["due_on"])
        if due["debt"] in seen or on < as_of:
            continue
        seen.add(due["debt"])
        required = amounts.plain(parse_yuan(due["required"]))
        found.append(AwaitedDue(short_day(on), names[due["debt"]], required))
    return found
