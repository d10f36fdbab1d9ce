"""A plan → what happens on each day of a month, for the calendar page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.domain.household.terms import RevolvingTerms
from planner.domain.ledger.consequences import Consequence
from planner.exports.ics import statement_date
from planner.words.answer import Situation
from planner.words.days import short_day, weekday
from planner.words.language import spoken

_ORDER = ("income", "due", "payment", "statement", "starts", "avoided")


@dataclass(frozen=True, slots=True)
class MonthEntry:
    on: date
    kind: str
    state: str
    words: str
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    short: str
    weekday: str
    place: str
    entries: tuple[MonthEntry, ...]


def month_days(situation: Situation, first: date, today: date) -> list[list[Day]]:
    """The weeks of the month that begins on `first`, from Monday to Sunday."""
    entries: dict[date, list[MonthEntry]] = {}
    start = first - timedelta(days=first.weekday())
    end = (first + timedelta(days=32)).replace(day=1)
    for entry in _entries(situation):
        if first <= entry.on < end:
            entries.setdefault(entry.on, []).append(entry)
    weeks, on = [], start
    while on < end:
        days = [on + timedelta(days=offset) for offset in range(7)]
        weeks.append([_day(one, entries.get(one, []), first, today) for one in days])
        on += timedelta(days=7)
    return weeks


def first_month(situation: Situation, today: date) -> date:
    """The first of the first month, from this one on, in which something is still to come."""
    coming = min((one.on for one in _entries(situation) if one.on >= today), default=today)
    return coming.replace(day=1)


def _day(on: date, entries: list[MonthEntry], first: date, today: date) -> Day:
    place = "other" if on.month != first.month else "today" if on == today else "month"
    ordered = sorted(entries, key=lambda entry: _ORDER.index(entry.kind))
    return Day(on, short_day(on), weekday(on), place, tuple(dict.fromkeys(ordered)))


def _entries(situation: Situation) -> Iterator[MonthEntry]:
    plan, amounts = situation.plan, situation.amounts
    incomes = [one for one in situation.household.incomes if one.is_certain]
    income = incomes[0].name if len(incomes) == 1 else _("Income")
    for cash in plan.cash:
        if cash.income_fen:
            yield MonthEntry(cash.on, "income", "", income, amounts.plain(cash.income_fen))
    due_days = set()
    for due in plan.dues:
        due_days.add((due.debt, due.due_on))
        debt = situation.debts[due.debt]
        is_asked = due[:2] in situation.unanswered
        is_short = situation.is_short(due) and not is_asked
        words = _("{name}: short") if is_short else _("{name} due")
        yield MonthEntry(
            due.due_on,
            "due",
            "short" if is_short else "ok",
            words.format(name=debt.name),
            amounts.plain(situation.missing_fen(due) if is_short else due.required_fen),
        )
        if isinstance(debt.terms, RevolvingTerms):
            on = statement_date(debt.terms, due.due_on)
            if on >= plan.as_of:
                yield MonthEntry(on, "statement", "", _("{name} statement").format(name=debt.name))
        if not is_short and not is_asked and (first := situation.first_rungs(due)):
            words = _("{name}: nothing starts").format(name=debt.name)
            yield MonthEntry(first[0], "avoided", "", words)
    for payment in plan.payments:
        if (payment.debt, payment.on) not in due_days:
            is_behind = any(
                due.debt == payment.debt
                and due.short_fen
                and due.last_safe_on < payment.on
                and due[:2] not in situation.unanswered
                for due in plan.dues
            )
            words = _("catch up {name}") if is_behind else _("pay {name} ahead")
            words = words.format(name=situation.name(payment.debt))
            yield MonthEntry(payment.on, "payment", "", words, amounts.plain(payment.amount_fen))
    yield from _starts(situation)


def _starts(situation: Situation) -> Iterator[MonthEntry]:
    """One entry for a debt and day: the gravest that starts, and how many more."""
    starting: dict[tuple[date, str], list[Consequence]] = {}
    for one in situation.plan.consequences:
        is_asked = (one.debt, one.due_on) in situation.unanswered
        if one.state in ("will_start", "started") and one.starts_on and not is_asked:
            starting.setdefault((one.starts_on, one.debt), []).append(one)
    for (on, debt), starts in starting.items():
        rung = max(starts, key=lambda one: one.rung.severity).rung
        values = {
            "name": situation.name(debt),
            "what": spoken(rung.names) or rung.id,
            "count": len(starts) - 1,
        }
        words = _("{name}: {what}")
        if len(starts) > 1:
            words = ngettext(
                "{name}: {what}, and {count} more", "{name}: {what}, and {count} more", len(starts)
            )
        yield MonthEntry(on, "starts", "", words.format(**values))
