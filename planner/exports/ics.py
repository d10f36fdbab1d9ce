"""The repayment calendar: one all-day event for each date and thing, no recurrences.

An event's UID is made from what it is about (which debt, which kind, which period) and not
from its day or figures, so that importing a later file moves it instead of adding another.
"""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from icalendar import Alarm, Calendar, Event

from planner.domain.answers.moves import moves_of
from planner.domain.household.household import Debt, Income
from planner.domain.household.terms import RevolvingTerms
from planner.domain.ledger.consequences import runs_from_due
from planner.domain.ledger.ledger import Payment
from planner.domain.plan.plan import Plan, PlannedDue
from planner.domain.plan.rungs import rungs_if_missed
from planner.domain.rulebook.ladders import Rung
from planner.domain.values.days import (
    WORKING_DAYS,
    EveryDays,
    Monthly,
    Once,
    Recurrence,
    add_months,
    month_day_on_or_before,
    occurrences,
)
from planner.words.days import long_day
from planner.words.figures import yuan
from planner.words.language import one_line, speaking, spoken
from planner.words.names import account_names_of, name_of_rung, names_of, rung_words

# At 09:00 local three days before, one day before and on the day.
ALARMS: Final[Mapping[str, timedelta]] = {
    "-P2DT15H": timedelta(days=-3, hours=9),
    "-PT15H": timedelta(days=-1, hours=9),
    "PT9H": timedelta(hours=9),
}
# Pay days and statement days need nothing done: they are shown, and do not ring.
RINGING: Final = ("pay", "move", "consequence")
NEAR_MONTHS: Final = 12  # how far all but payments and transfers reaches
MOST_EVENTS: Final = 3_000  # the first ones; six debts of thirty years have 2,160 payments
UNSURE: Final = ("practice", "reported")
_LONGEST_MOVE = timedelta(days=60)


class CalendarEntry(NamedTuple):
    """An event to be: `about` and `period` say what it is, whatever its day and figures."""

    on: date
    kind: str
    about: str
    period: str
    open_title: str
    lines: list[str]
    is_tentative: bool = False


class Named(NamedTuple):
    """Id → name, of debts and of accounts."""

    debts: Mapping[str, str]
    accounts: Mapping[str, str]


def calendar_file(
    plan: Plan,
    *,
    language: str,
    salt: str = "",
    sequence: int = 0,
    stamp: datetime | None = None,
    alarms: Collection[str] = tuple(ALARMS),
    is_discreet: bool = True,
    line: str = "",
) -> bytes:
    """The plan as an .ics file.

    `salt` keeps the UIDs of two people apart, `sequence` must grow with each change, `stamp`
    is when the file was made (default: the start of `as_of`). A discreet file has titles that
    name neither lender nor amount. `line`, below each payment and, where not discreet, with the
    calendar, tells which plan it is. Raises ValueError for an alarm not in ALARMS.
    """
    if unknown := set(alarms) - set(ALARMS):
        raise ValueError(f"no such alarm: {', '.join(sorted(unknown))}")
    stamp = stamp or datetime.combine(plan.household.as_of, time(), UTC)
    with speaking(language):
        calendar = empty_calendar(is_discreet=is_discreet)
        if line and not is_discreet:
            calendar.add("x-wr-caldesc", line)
        titles = neutral_titles()
        for entry in entries_of(plan):
            title = titles[entry.kind] if is_discreet else entry.open_title
            if line and entry.kind == "pay":
                entry.lines.append(line)
            event = event_of(entry.on, title, entry.lines, titles[entry.kind], entry.is_tentative)
            event.add("uid", uid_of(salt, entry))
            event.add("sequence", sequence)
            event.add("dtstamp", stamp.astimezone(UTC))
            if entry.kind in RINGING:
                ring(event, title, alarms)
            calendar.add_component(event)
        return bytes(calendar.to_ical())


def empty_calendar(*, is_discreet: bool) -> Calendar:
    """A calendar without events, in the language being spoken."""
    calendar = Calendar()
    calendar.add("prodid", "-//Anhuan//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add(
        "x-wr-calname",
        pgettext("discreet title", "Dates") if is_discreet else _("Repayment calendar"),
    )
    return calendar


def entries_of(plan: Plan) -> list[CalendarEntry]:
    """What a calendar of the plan holds, oldest first, in the language being spoken."""
    return sorted(_entries(plan), key=lambda one: one[:4])[:MOST_EVENTS]


def neutral_titles() -> Mapping[str, str]:
    return {
        "pay": pgettext("discreet title", "Payment"),
        "move": pgettext("discreet title", "Transfer"),
        "income": pgettext("discreet title", "Money in"),
        "statement": pgettext("discreet title", "Statement day"),
        "consequence": pgettext("discreet title", "Date to watch"),
    }


def event_of(
    on: date, title: str, lines: Iterable[str], category: str, is_tentative: bool
) -> Event:
    """An event of a whole day, without what identifies it."""
    event = Event()
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("summary", title)
    event.add("description", "\n".join(lines))
    event.add("categories", [category])
    event.add("transp", "TRANSPARENT")
    event.add("status", "TENTATIVE" if is_tentative else "CONFIRMED")
    return event


def ring(event: Event, title: str, alarms: Collection[str]) -> None:
    """Give the event those of ALARMS."""
    for name, trigger in ALARMS.items():
        if name in alarms:
            event.add_component(_alarm(title, trigger))


def _alarm(title: str, trigger: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", trigger)
    return alarm


def uid_of(salt: str, entry: CalendarEntry) -> str:
    """The same for the same thing of the same person, whatever its day and figures."""
    identity = json.dumps([salt, entry.kind, entry.about, entry.period])
    return hashlib.sha256(identity.encode()).hexdigest()[:32] + "@anhuan"


def _entries(plan: Plan) -> Iterator[CalendarEntry]:
    near = add_months(plan.household.as_of, NEAR_MONTHS)
    words = Named(names_of(plan), account_names_of(plan))
    dues: dict[str, list[PlannedDue]] = {debt.id: [] for debt in plan.household.debts}
    payments: dict[str, list[Payment]] = {debt.id: [] for debt in plan.household.debts}
    for due in plan.dues:
        dues[due.debt].append(due)
    for payment in plan.payments:
        payments[payment.debt].append(payment)
    for debt in plan.household.debts:
        yield from _pay_entries(plan, debt, dues[debt.id], payments[debt.id], words, near)
        if isinstance(debt.terms, RevolvingTerms):
            yield from _statement_entries(plan, debt, dues[debt.id], words, near)
    yield from _consequence_entries(plan, dues, words, near)
    yield from _move_entries(plan, words)
    if plan.dues:
        last = max(due.last_safe_on for due in plan.dues)
        for income in plan.household.incomes:
            if income.is_certain:
                yield from _income_entries(plan, income, words, min(near, last))


# --- Payments ----------------------------------------------------------------------------------


def _pay_entries(
    plan: Plan,
    debt: Debt,
    dues: list[PlannedDue],
    payments: list[Payment],
    words: Named,
    near: date,
) -> Iterator[CalendarEntry]:
    """Each payment of a debt; and each due up to `near` that the plan has no money for."""
    paid = {one.on: one for one in payments}
    days = _days_of_dues(plan.household.as_of, dues, payments)
    periods = due_periods(debt, dues)
    met: dict[date, list[PlannedDue]] = {on: [] for on in paid}
    named = {}
    for due, on_days in zip(dues, days, strict=True):
        for on in on_days:
            met.setdefault(on, []).append(due)
        if on_days:
            named[on_days[-1]] = periods[due.due_on]
    extras = [on for on in sorted(met) if on not in named]
    for on, period in zip(extras, numbered(map(month_of, extras)), strict=True):
        named[on] = f"extra {period}"
    shorts = [due.due_on for due in dues if due.short_fen]
    for on in sorted(met):
        if on > near and on not in paid:
            continue
        name = words.debts[debt.id]
        if on in paid:
            amount = yuan(paid[on].amount_fen)
            title = _("Pay {amount} · {debt}").format(debt=name, amount=amount)
            account = words.accounts[paid[on].account]
            said = _("{debt}: pay {amount} from {account}")
            lines = [said.format(debt=name, amount=amount, account=account)]
        else:
            amount = yuan(met[on][-1].short_fen)
            title = _("Find {amount} · {debt}").format(debt=name, amount=amount)
            lines = [_("{debt}: {amount} still to be found").format(debt=name, amount=amount)]
        if not met[on] and not (shorts and shorts[0] < on):
            lines.append(_("Ahead of time: nothing is required on this day."))
        if met[on]:
            lines += _due_lines(plan.household.as_of, met[on])
            lines += _rung_lines(debt, met[on][-1], on)
        yield CalendarEntry(on, "pay", debt.id, named[on], title, lines)


def _days_of_dues(
    as_of: date, dues: list[PlannedDue], payments: list[Payment]
) -> Iterator[list[date]]:
    """For each due the days on which it is paid, the one that completes it last.

    A due for which nothing is paid stands on its last safe day, arrears on the first payment.
    """
    days = [payment.on for payment in payments]
    for due in dues:
        if due.last_safe_on < as_of:
            yield days[:1]
            continue
        first = bisect_left(days, due.due_on)
        paying = []
        missing = due.required_fen
        for payment in payments[first : bisect_right(days, due.last_safe_on)]:
            if missing > 0:
                paying.append(payment.on)
                missing -= payment.amount_fen
        if not paying and due.short_fen == 0:
            paying = days[:first][-1:]
        yield paying or ([due.last_safe_on] if due.short_fen else [])


def _due_lines(as_of: date, dues: Sequence[PlannedDue]) -> Iterator[str]:
    """The last of the dues that are paid on a day, and how many before it."""
    due, earlier = dues[-1], len(dues) - 1
    said = (
        ngettext(
            "Due on {day}, and {count} before it: {amount}, at least {minimum}",
            "Due on {day}, and {count} before it: {amount}, at least {minimum}",
            earlier,
        )
        if earlier
        else _("Due on {day}: {amount}, at least {minimum}")
    )
    yield said.format(
        day=long_day(due.due_on),
        count=earlier,
        amount=yuan(due.amount_fen),
        minimum=yuan(due.required_fen),
    )
    if due.last_safe_on >= as_of:
        # Of arrears the plan counts nothing as in time.
        is_short = due.short_fen and due.due_on >= as_of
        said = (
            _("Last safe day: {day}; {amount} missing by then")
            if is_short
            else _("Last safe day: {day}")
        )
        yield said.format(day=long_day(due.last_safe_on), amount=yuan(due.short_fen))


def _rung_lines(debt: Debt, due: PlannedDue, on: date) -> Iterator[str]:
    """What starts first if it is missed, on one line."""
    ahead = [(day, rung) for day, rung in rungs_if_missed(debt, due) if day > on]
    if ahead:
        first = ahead[0][0]
        what = _("; ").join(rung_words(rung) for day, rung in ahead if day == first)
        yield _("If missed, from {day}: {what}").format(day=long_day(first), what=what)


def due_periods(debt: Debt, dues: Iterable[PlannedDue]) -> dict[date, str]:
    """Due date → the month that names its period: of the statement, or of the due date."""
    days = sorted({due.due_on for due in dues})
    terms = debt.terms
    if isinstance(terms, RevolvingTerms):
        months = [month_of(statement_date(terms, due_on)) for due_on in days]
    else:
        months = [month_of(due_on) for due_on in days]
    return dict(zip(days, numbered(months), strict=True))


def statement_date(terms: RevolvingTerms, due_on: date) -> date:
    """The statement that falls due on that day."""
    if terms.due_after is not None:
        return due_on - timedelta(days=terms.due_after)
    return month_day_on_or_before(due_on - timedelta(days=1), terms.statement_day)


def month_of(on: date) -> str:
    return on.isoformat()[:7]


def numbered(periods: Iterable[str]) -> list[str]:
    """Each period once: the last of equals as it is, those before it counted backwards.

    So the name of what is still to come does not change when the one before it has passed.
    """
    seen: dict[str, int] = {}
    names = []
    for period in reversed(list(periods)):
        count = seen.get(period, 0)
        seen[period] = count + 1
        names.append(f"{period} -{count}" if count else period)
    return names[::-1]


# --- The other kinds ---------------------------------------------------------------------------


def _statement_entries(
    plan: Plan, debt: Debt, dues: list[PlannedDue], words: Named, near: date
) -> Iterator[CalendarEntry]:
    assert isinstance(debt.terms, RevolvingTerms)
    name = words.debts[debt.id]
    periods = due_periods(debt, dues)
    for due in dues:
        on = statement_date(debt.terms, due.due_on)
        if due.due_on < plan.household.as_of or not plan.household.as_of <= on <= near:
            continue
        lines = [
            name,
            _("Statement: {amount}").format(amount=yuan(due.amount_fen)),
            _("Minimum: {amount}").format(amount=yuan(due.required_fen)),
            _("Due on {day}").format(day=long_day(due.due_on)),
            _("Last safe day: {day}").format(day=long_day(due.last_safe_on)),
        ]
        title = _("Billed {amount} · {debt}").format(debt=name, amount=yuan(due.amount_fen))
        yield CalendarEntry(on, "statement", debt.id, periods[due.due_on], title, lines)


def _consequence_entries(
    plan: Plan, dues: Mapping[str, list[PlannedDue]], words: Named, near: date
) -> Iterator[CalendarEntry]:
    """What will start: all that starts on one day because of one due is one event."""
    starting: dict[tuple[str, date, date], list[Rung]] = {}
    for one in plan.consequences:
        if one.state == "will_start" and one.starts_on is not None and one.starts_on <= near:
            starting.setdefault((one.debt, one.due_on, one.starts_on), []).append(one.rung)
    periods = {debt.id: due_periods(debt, dues[debt.id]) for debt in plan.household.debts}
    for (debt_id, due_on, on), rungs in starting.items():
        name = words.debts[debt_id]
        if any(runs_from_due(rung) for rung in rungs):
            said = _("{debt}, because of what was due on {day}")
            name = said.format(debt=name, day=long_day(due_on))
        gravest = max(rungs, key=lambda rung: rung.severity)
        lines = [name, rung_words(gravest)]
        if len(rungs) > 1:
            others = _("; ").join(rung_words(rung) for rung in rungs if rung is not gravest)
            lines.append(_("Also: {what}").format(what=others))
        if gravest.before:
            lines.append(_("Before it: {advice}").format(advice=spoken(gravest.before)))
        if gravest.right:
            lines.append(_("Your right: {right}").format(right=spoken(gravest.right)))
        # A step that runs from an event happens once, whichever due it is listed under.
        period = periods[debt_id][due_on] if rungs[0].event is None else ""
        yield CalendarEntry(
            on,
            "consequence",
            debt_id,
            f"{period} {rungs[0].id}",
            _("{debt}: {what}").format(debt=words.debts[debt_id], what=name_of_rung(rungs[0])),
            lines,
            is_tentative=all(rung.certainty in UNSURE for rung in rungs),
        )


def _move_entries(plan: Plan, words: Named) -> Iterator[CalendarEntry]:
    """Money to have in an account by a day; all that goes one way on one day is one move."""
    moved: dict[tuple[str, str], dict[date, int]] = {}
    moves = moves_of(plan)
    for one in sorted([*moves.for_living, *moves.for_payments]):
        days = moved.setdefault((one.source, one.target), {})
        days[one.on] = days.get(one.on, 0) + one.amount_fen
    for (source, target), days in moved.items():
        periods = numbered(month_of(on) for on in days)
        for (on, fen), period in zip(days.items(), periods, strict=True):
            sentence = _("Move {amount} from {source} to {target}").format(
                amount=yuan(fen), source=words.accounts[source], target=words.accounts[target]
            )
            lines = [sentence, _("What is paid on this day needs it there.")]
            yield CalendarEntry(on, "move", json.dumps([source, target]), period, sentence, lines)


def _income_entries(
    plan: Plan, income: Income, words: Named, until: date
) -> Iterator[CalendarEntry]:
    """Each arrival up to `until`, on the day to which the calendar of working days moves it."""
    as_of = plan.household.as_of
    name = one_line(income.name) or income.id
    account = words.accounts[income.account]
    lines = [
        name,
        _("Amount: {amount}").format(amount=yuan(income.amount_fen)),
        _("Into: {account}").format(account=account),
    ]
    title = _("Receive {amount} · {income}").format(income=name, amount=yuan(income.amount_fen))
    last = min(income.until or date.max, until + _LONGEST_MOVE)
    for unmoved in occurrences(income.on, _first_near(income, as_of), last):
        on = WORKING_DAYS.adjusted(unmoved, income.adjust)
        if as_of <= on <= until:
            yield CalendarEntry(
                on, "income", income.id, _income_period(income.on, unmoved), title, lines
            )


def _first_near(income: Income, as_of: date) -> date:
    """A first day shortly before `as_of` from which the same days follow."""
    near = as_of - _LONGEST_MOVE
    if income.first >= near:
        return income.first
    step = income.on.days if isinstance(income.on, EveryDays) else 1
    return income.first + timedelta(days=(near - income.first).days // step * step)


def _income_period(recurrence: Recurrence, unmoved: date) -> str:
    """What names an arrival, whichever day it is moved to."""
    match recurrence:
        case Once():
            return "once"
        case Monthly():
            return month_of(unmoved)
        case EveryDays():
            return unmoved.isoformat()
        case _:
            year, week, _weekday = unmoved.isocalendar()
            return f"{year}-W{week:02d}"
