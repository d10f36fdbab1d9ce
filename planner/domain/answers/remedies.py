"""When money is short: what a person can do about it by themselves, each tried through the ledger.

Nothing is estimated: each remedy is another household into the same make_plan. Tried is what the
product's own terms allow, what a lender offered and was entered (such as instalments of a bill),
what can be left unspent, and an income that comes earlier. What is only reported, or needs the
lender's consent, is asked for and carries no figures (see `to_ask`). No remedy borrows.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Any, Literal, NamedTuple

from planner.domain.answers.due_days import offered
from planner.domain.answers.living_costs import held_on
from planner.domain.answers.relief import next_money
from planner.domain.answers.scenarios import (
    advance_income,
    arrange,
    forgo,
    lacks_of,
    missing_fen,
    next_arrivals,
    receive,
    short_dues,
    spent_until,
)
from planner.domain.household.household import Household
from planner.domain.household.terms import RevolvingTerms
from planner.domain.ledger.flows import RESERVE_DAYS
from planner.domain.make_plan import make_plan
from planner.domain.paying.trials import Trials
from planner.domain.plan.plan import (
    Outcome,
    Plan,
    Planned,
    PlannedDue,
    cost_of,
    outcome_of,
    read_off,
)
from planner.domain.values.reading import InvalidDocument

MOST_TRIED = 8  # each is a whole plan
MOST_DEBTS = 12  # of more, each plan takes too long for a page
MOST_ASKED = 3
EARLIEST_DAYS = 10  # an employer may pay some days earlier, not weeks

Kind = Literal["due_day", "offer", "forgo", "earlier"]
Terms = Mapping[str, Any]


class Remedy(NamedTuple):
    """`kind` with the debt, expense or income (`about`) that it concerns.

    due_day  the debt falls due on `day` of the month, from the due after its next bill on
    offer    the debt is repaid as its lender offered, by the terms that were entered
    forgo    an expense that is not essential is left out up to and including `on`, `fen` in all
    earlier  the next arrival of the income after `on` comes on `on`, `day` days earlier

    `outcome` is what the plan then comes to; `missing_fen` what is first missing up to the day that
    was asked about, 0 where everything is paid in time up to then.
    """

    kind: Kind
    about: str
    on: date | None
    day: int
    fen: int
    outcome: Outcome
    missing_fen: int

    @property
    def is_own(self) -> bool:
        """Whether nobody has to agree."""
        return self.kind != "earlier"


def remedies(
    household: Household, plan: Plan, until: date, offers: Mapping[str, Terms] | None = None
) -> list[Remedy]:
    """What helps: own means first, then the best plan first. `offers` are whole terms by debt.

    That is, what makes fewer or lesser things start, or pays for all up to `until`, the last safe
    day of what is short first; and makes no more dues late. Raises PaymentRefused.
    """
    if len(household.debts) > MOST_DEBTS:
        return []
    late = outcome_of(plan).late_dues
    found = []
    for remedy, other in islice(_tried(household, plan.strategy, until, offers or {}), MOST_TRIED):
        tried = remedy._replace(
            outcome=outcome_of(other), missing_fen=_missing_fen(remedy, other, until)
        )
        before, after = plan.harm[:-1], other.harm[:-1]  # how often what starts, by severity
        is_better = after < before or (after == before and not tried.missing_fen)
        if is_better and tried.outcome.late_dues <= late:
            found.append((not tried.is_own, after, cost_of(other), tried))
    return [one[-1] for one in sorted(found, key=lambda one: one[:3])]


def sum_needed(household: Household, plan: Plan, due: PlannedDue) -> int | None:
    """Fen that, at hand on its last safe day, keep a due from being late: what is missing of it,
    or with what living costs need first, or with the other dues up to the next pay day too. None
    where none of it is enough.
    """
    on = due.last_safe_on
    missing = missing_fen(due, plan.as_of, plan.payments)
    closings = [one.closing_fen for one in plan.cash if one.on <= on]
    there = closings[-1] if closings else sum(one.balance_fen for one in household.accounts)
    kept = sum(one.fen for one in held_on(household, on))
    living = max(0, kept - there)
    end = next_money(plan.cash, on) or on + timedelta(days=RESERVE_DAYS)
    every = sum(fen for one, fen in short_dues(plan) if one.last_safe_on <= end)
    for fen in dict.fromkeys((missing, missing + living, every + living)):
        other = make_plan(receive(household, fen, on), plan.strategy)
        if all(one[:2] != due[:2] for one, _fen in short_dues(other)):
            return fen
    return None


def best_of(found: Iterable[Remedy]) -> Remedy | None:
    """The first that is enough and to which nobody has to agree."""
    return next((one for one in found if one.is_own and not one.missing_fen), None)


def _missing_fen(remedy: Remedy, other: Plan, until: date) -> int:
    """What lacks first up to `until`; of a debt with another due day, up to that due."""
    reach = until
    if remedy.kind == "due_day":
        moved = (due for due in other.dues if due.debt == remedy.about and due.due_on >= until)
        reach = max(until, next((due.last_safe_on for due in moved), until))
    lacks = (one for one in lacks_of(other) if one.on <= until or one.debt == remedy.about)
    return next((one.fen for one in lacks if one.on <= reach), 0)


_UNKNOWN = Outcome(None, 0, 0)


def _tried(
    household: Household, strategy: str, until: date, offers: Mapping[str, Terms]
) -> Iterator[tuple[Remedy, Plan]]:
    for about, taken in _taken(household, offers):
        yield Remedy("offer", about, None, 0, 0, _UNKNOWN, 0), make_plan(taken, strategy)
    for debt in household.debts:
        for figure in offered(debt):
            if figure.certainty != "reported":
                day = int(figure.value)
                ledger = Trials(household, {debt.id: day}).ledger(strategy)
                remedy = Remedy("due_day", debt.id, None, day, 0, _UNKNOWN, 0)
                yield remedy, read_off(ledger, strategy)
    for expense in household.expenses:
        if not expense.is_essential and (fen := spent_until(household, expense, until)):
            without = forgo(household, expense.id, until)
            remedy = Remedy("forgo", expense.id, until, 0, fen, _UNKNOWN, 0)
            yield remedy, make_plan(without, strategy)
    for arrival in next_arrivals(household):
        days = (arrival.arrives_on - until).days
        if 0 < days <= EARLIEST_DAYS and until >= household.planned_from:
            earlier = advance_income(household, arrival, until)
            remedy = Remedy(
                "earlier", arrival.income.id, until, days, arrival.income.amount_fen, _UNKNOWN, 0
            )
            yield remedy, make_plan(earlier, strategy)


def _taken(household: Household, offers: Mapping[str, Terms]) -> Iterator[tuple[str, Household]]:
    """The household with each offer taken. Left out is what can no longer be taken as it was
    offered, and a debt with which more is bought each month: the offer says nothing of that."""
    for debt in household.debts:
        terms = debt.terms
        if debt.id not in offers or (isinstance(terms, RevolvingTerms) and terms.monthly_spend_fen):
            continue
        try:
            yield debt.id, arrange(household, debt.id, offers[debt.id])
        except InvalidDocument:
            continue


def to_ask(plan: Planned) -> list[tuple[str, tuple[int, ...]]]:
    """The debts that are short first, and the due days that their products are only said to allow:
    what the lender may be asked for."""
    debts = {debt.id: debt for debt in plan.household.debts}
    late = [due.debt for due in plan.dues if due.short_fen and due.last_safe_on < plan.as_of]
    short = [one.debt for one in lacks_of(plan) if one.debt]
    asked = list(dict.fromkeys([*late, *short]))[:MOST_ASKED]
    return [
        (
            debt,
            tuple(int(one.value) for one in offered(debts[debt]) if one.certainty == "reported"),
        )
        for debt in asked
    ]


def remedy_document(remedy: Remedy) -> dict[str, Any]:
    """As JSON; see `read_remedy`."""
    end = remedy.outcome.debt_free_on
    return {
        **remedy._asdict(),
        "on": remedy.on and remedy.on.isoformat(),
        "outcome": {**remedy.outcome._asdict(), "debt_free_on": end and end.isoformat()},
    }


def read_remedy(document: dict[str, Any]) -> Remedy:
    """Of a document that `remedy_document` wrote."""
    outcome, end = document["outcome"], document["outcome"]["debt_free_on"]
    return Remedy(
        **{
            **document,
            "on": document["on"] and date.fromisoformat(document["on"]),
            "outcome": Outcome(**{**outcome, "debt_free_on": end and date.fromisoformat(end)}),
        }
    )
