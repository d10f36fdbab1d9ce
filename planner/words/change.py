"""What a change does, in words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.domain.household.household import Account, Debt, Expense, Household, Income
from planner.domain.household.terms import owed_fen
from planner.domain.plan.plan import Outcome, compare_outcomes
from planner.words.days import day, month, ordinal
from planner.words.figures import Amounts
from planner.words.language import listed
from planner.words.names import strategy_name

Entry = TypeVar("Entry", Account, Income, Expense, Debt)

# --- What a change did -------------------------------------------------------------------------


def what_changed(before: Household, after: Household, amounts: Amounts) -> str:
    """The figures that differ, as "Salary: now ¥8,900.00"."""
    changes = [
        *_items_changed(before.accounts, after.accounts, lambda one: amounts(one.balance_fen)),
        *_items_changed(before.incomes, after.incomes, lambda one: _flow(one, amounts)),
        *_items_changed(before.expenses, after.expenses, lambda one: _flow(one, amounts)),
        *_items_changed(before.debts, after.debts, lambda one: amounts(owed_fen(one.terms))),
    ]
    if before.buffer_fen != after.buffer_fen:
        changes.append(_("kept at hand: now {value}").format(value=amounts(after.buffer_fen)))
    if before.strategy != after.strategy:
        changes.append(_("way of repaying: {name}").format(name=strategy_name(after.strategy)))
    if before.as_of != after.as_of:
        changes.append(_("figures of {day}").format(day=day(after.as_of)))
    if len(changes) > 2:
        return ngettext("{count} change", "{count} changes", len(changes)).format(
            count=len(changes)
        )
    return listed(changes) or _("A change")


def _items_changed(
    before: Iterable[Entry], after: Iterable[Entry], words: Callable[[Entry], str]
) -> list[str]:
    earlier = {one.id: one for one in before}
    later = {one.id: one for one in after}
    changes = []
    for key, one in later.items():
        if key not in earlier:
            changes.append(_("{name} added").format(name=one.name))
        elif earlier[key] != one:
            value = words(one)
            changes.append(
                _("{name}: now {value}").format(name=one.name, value=value)
                if value and value != words(earlier[key])
                else _debt_change(earlier[key], one)
            )
    changes += [
        _("{name} removed").format(name=one.name)
        for key, one in earlier.items()
        if key not in later
    ]
    return changes


def _flow(flow: Income | Expense, amounts: Amounts) -> str:
    value = amounts(flow.amount_fen)
    if hasattr(flow.on, "day"):
        value += _(", on the {day}").format(day=ordinal(flow.on.day))
    return value


def _debt_change(before: object, after: Account | Income | Expense | Debt) -> str:
    """The figure of a debt that changed, where it is one of those people speak of."""
    terms, earlier = getattr(after, "terms", None), getattr(before, "terms", None)
    rate, earlier_rate = getattr(terms, "rate", None), getattr(earlier, "rate", None)
    due_day = getattr(terms, "due_day", None)
    if due_day is not None and due_day != getattr(earlier, "due_day", None):
        return _("{name}: due on the {day}").format(name=after.name, day=ordinal(due_day))
    if rate is not None and earlier_rate is not None and rate != earlier_rate:
        return _("{name}: another rate").format(name=after.name)
    return _("{name} changed").format(name=after.name)


def what_it_does(before: Outcome, after: Outcome, amounts: Amounts) -> str:
    """ "2 months earlier, ¥38.20 less interest, 1 consequence less"."""
    compared = compare_outcomes(before, after)
    effects = [
        *_time_effect(before, after, compared.days),
        *_cost_effect(before, after, compared.cost_fen, amounts),
        *_harm_effect(compared.late_dues),
    ]
    return listed(effects) or _("dates and interest stay the same")


def _time_effect(before: Outcome, after: Outcome, days: int | None) -> list[str]:
    if days is None:
        if after.debt_free_on is not None:
            return [_("now it ends, in {month}").format(month=month(after.debt_free_on))]
        return [_("now it never ends")] if before.debt_free_on is not None else []
    if days == 0:
        return []
    old, new = before.debt_free_on, after.debt_free_on
    assert old is not None  # else there would be no days between them
    assert new is not None
    months = abs((new.year - old.year) * 12 + new.month - old.month)
    if months and abs(days) >= 28:
        text = (
            ngettext("debt-free {count} month earlier", "debt-free {count} months earlier", months)
            if days < 0
            else ngettext("debt-free {count} month later", "debt-free {count} months later", months)
        )
        return [text.format(count=months)]
    text = (
        ngettext("debt-free {count} day earlier", "debt-free {count} days earlier", abs(days))
        if days < 0
        else ngettext("debt-free {count} day later", "debt-free {count} days later", abs(days))
    )
    return [text.format(count=abs(days))]


def _cost_effect(before: Outcome, after: Outcome, fen: int, amounts: Amounts) -> list[str]:
    if fen == 0 or before.debt_free_on is None or after.debt_free_on is None:
        # A plan without an end has paid interest up to the horizon only: not to be compared.
        return []
    text = (
        _("{amount} less in interest and fees")
        if fen < 0
        else _("{amount} more in interest and fees")
    )
    return [text.format(amount=amounts(abs(fen)))]


def _harm_effect(count: int) -> list[str]:
    if count == 0:
        return []
    text = (
        ngettext("{count} late due fewer", "{count} late dues fewer", -count)
        if count < 0
        else ngettext("{count} late due more", "{count} late dues more", count)
    )
    return [text.format(count=abs(count))]


def change_line(
    before: tuple[Household, Outcome], after: tuple[Household, Outcome], amounts: Amounts
) -> str:
    return _("{change} — {effect}.").format(
        change=what_changed(before[0], after[0], amounts),
        effect=what_it_does(before[1], after[1], amounts),
    )


# --- Two plans side by side ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """A figure of the present plan beside the same of the other one."""

    name: str
    now: str
    then: str


def outcome_rows(before: Outcome, after: Outcome, amounts: Amounts) -> list[OutcomeRow]:
    def end(outcome: Outcome) -> str:
        return month(outcome.debt_free_on) if outcome.debt_free_on else _("never")

    def cost(outcome: Outcome) -> str:
        return amounts.plain(outcome.cost_fen) if outcome.debt_free_on else "—"

    pairs: Sequence[tuple[str, str, str]] = (
        (_("Paid off"), end(before), end(after)),
        (_("Interest, fees"), cost(before), cost(after)),
        (_("Late dues"), str(before.late_dues), str(after.late_dues)),
    )
    return [OutcomeRow(*one) for one in pairs]
