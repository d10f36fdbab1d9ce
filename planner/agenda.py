"""A plan → what happens on each day of a month, for the calendar page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from planner.domain.contracts.terms import RevolvingTerms
from planner.exports.ics import statement_date
from planner.exports.wording import spoken
from planner.presentation import short_day, weekday
from planner.wording import Situation

_ORDER = ("income", "due", "payment", "statement", "starts", "avoided")


@dataclass(frozen=True, slots=True)
class Entry:
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
    entries: tuple[Entry, ...]


def month_days(situation: Situation, first: date, today: date) -> list[list[Day]]:
    """The weeks of the month that begins on `first`, from Monday to Sunday."""
    entries: dict[date, list[Entry]] = {}
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


def _day(on: date, entries: list[Entry], first: date, today: date) -> Day:
    place = "other" if on.month != first.month else "today" if on == today else "month"
    ordered = sorted(entries, key=lambda entry: _ORDER.index(entry.kind))
    return Day(on, short_day(on), weekday(on), place, tuple(dict.fromkeys(ordered)))


def _entries(situation: Situation) -> Iterator[Entry]:
    plan, amounts = situation.plan, situation.amounts
    incomes = [one for one in situation.household.incomes if one.is_certain]
    income = incomes[0].name if len(incomes) == 1 else _("Income")
    for cash in plan.cash:
        if cash.income_fen:
            yield Entry(cash.on, "income", "", income, amounts.plain(cash.income_fen))
    due_days = set()
    for due in plan.dues:
        due_days.add((due.debt, due.due_on))
        debt = situation.debts[due.debt]
        is_short = due.short_fen > debt.tolerance_fen
        words = _("{name} due").format(name=debt.name)
        if is_short:
            words = _("{name} due, {amount} short").format(
                name=debt.name, amount=amounts.plain(due.short_fen)
            )
        yield Entry(
            due.due_on, "due", "short" if is_short else "ok", words, amounts.plain(due.required_fen)
        )
        if isinstance(debt.terms, RevolvingTerms):
            on = statement_date(debt.terms, due.due_on)
            if on >= plan.as_of:
                yield Entry(on, "statement", "", _("{name} statement").format(name=debt.name))
        if not is_short and (first := situation.first_rungs(due)):
            words = _("{name}: nothing starts").format(name=debt.name)
            yield Entry(first[0], "avoided", "", words)
    for payment in plan.payments:
        if (payment.debt, payment.on) not in due_days:
            words = _("pay {name} ahead").format(name=situation.name(payment.debt))
            if any(due.debt == payment.debt for due in situation.overdue):
                words = _("pay {name}").format(name=situation.name(payment.debt))
            yield Entry(payment.on, "payment", "", words, amounts.plain(payment.amount_fen))
    for one in plan.consequences:
        if one.state == "will_start" and one.starts_on:
            rung = next(rung for rung in situation.debts[one.debt].rungs() if rung.id == one.rung)
            words = _("{name}: {what}").format(
                name=situation.name(one.debt), what=spoken(rung.names) or rung.id
            )
            yield Entry(one.starts_on, "starts", "", words)
