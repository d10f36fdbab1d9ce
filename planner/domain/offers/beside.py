"""An offer laid over a household's plan, beside staying as it is.

Both are plans of the same ledger by the same rule. An offer takes the place of its debt, as an
arrangement does; a new loan is a debt more, with the money it brings.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from planner.domain.answers.scenarios import (
    Lack,
    arrange,
    borrow,
    difference,
    receive,
    standing_of,
)
from planner.domain.answers.ways import best_rule
from planner.domain.household.entries import Corrected
from planner.domain.household.household import Debt, Household, parse_debt
from planner.domain.household.terms import RevolvingTerms, owed_fen
from planner.domain.ledger.replay import stand
from planner.domain.make_plan import make_plan
from planner.domain.offers.check import Finding, finding_document
from planner.domain.offers.offer import LenderOffer
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.plan import Plan
from planner.domain.values.money import format_yuan


class OfferRefused(ValueError):
    """An offer that cannot be laid over this household; `code` says why.

    past      its first payment lies before the day the plan runs from
    no_debt   there is no such debt
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Side(NamedTuple):
    """What one way comes to: fen paid on the debt from `planned_from` on with what is then left of
    it, the day of its last payment, and what all debts cost in interest, fees and penalties."""

    paid_fen: int
    ends_on: date | None
    cost_fen: int
    late_dues: int
    debt_free_on: date | None


@dataclass(frozen=True, slots=True)
class Beside:
    """Staying as it is, and with the offer; `breaks` is the first lack that there is only with it.

    `rest_fen` of the debt is not covered by the offer, and reckoned as due on `rest_on`.
    """

    rule: str
    stay: Side
    taken: Side
    breaks: Lack | None
    starts_count: int
    findings: tuple[Finding, ...]
    plan: Plan


def owed_now(household: Household, debt_id: str) -> int:
    """Fen owed on a debt on the day the plan runs from. Raises OfferRefused."""
    return owed_fen(_position(household, debt_id).terms)


def _position(household: Household, debt_id: str) -> Debt:
    found = next((debt for debt in stand(household).debts if debt.id == debt_id), None)
    if found is None:
        raise OfferRefused("no_debt")
    return found


def offered_terms(
    offer: LenderOffer, first: date, rest: tuple[int, date] | None = None
) -> dict[str, Any]:
    """The offer as a debt's terms, whole: the lender's own rows. Raises OfferRefused.

    What is paid beside on the day of receipt is a row of its own, unless that day lies before
    `first`. `rest` is what the offer leaves of the debt, and when that is due.
    """
    rows: dict[date, list[int]] = {}

    def add(on: date, principal: int, cost: int) -> None:
        row = rows.setdefault(on, [0, 0])
        row[0] += principal
        row[1] += cost

    for one in offer.rows:
        add(one.on, one.principal_fen, one.cost_fen)
    if min(rows) < first:
        raise OfferRefused("past")
    if offer.up_front_fen and offer.received_on >= first:
        add(offer.received_on, 0, offer.up_front_fen)
    if rest is not None:
        add(rest[1], rest[0], 0)
    return {
        "contract": "instalment",
        "method": "listed",
        "principal": format_yuan(sum(row[0] for row in rows.values())),
        "rows": [
            {
                "due_on": on.isoformat(),
                "principal": format_yuan(fen),
                "interest": "0.00",
                "fee": format_yuan(cost),
            }
            for on, (fen, cost) in sorted(rows.items())
            if fen or cost
        ],
    }


def terms_for(household: Household, debt_id: str, offer: LenderOffer) -> dict[str, Any]:
    """What an arrangement on the offer would say. Raises OfferRefused."""
    return offered_terms(offer, household.planned_from, _rest(household, debt_id, offer))


def _rest(household: Household, debt_id: str, offer: LenderOffer) -> tuple[int, date] | None:
    """What of the debt the offer says nothing of, and when that is due at the latest."""
    left = owed_now(household, debt_id) - offer.principal_fen
    if left <= 0 or offer.kind == "settlement":
        return None
    plan = make_plan(household, "minimum")
    dues = [
        due.due_on
        for due in plan.dues
        if due.debt == debt_id and due.due_on >= household.planned_from
    ]
    return left, min(dues, default=household.planned_from)


def laid_over(household: Household, debt_id: str, offer: LenderOffer) -> Household:
    """The household with the offer in its debt's place. Raises OfferRefused, InvalidDocument."""
    if offer.kind == "new_loan":
        return _with_loan(household, debt_id, offer)
    return arrange(household, debt_id, terms_for(household, debt_id, offer))


def _with_loan(household: Household, debt_id: str, offer: LenderOffer) -> Household:
    """Money borrowed: a debt more; the old one goes on, paid from what is received."""
    _position(household, debt_id)
    first = household.planned_from
    taken = {one.id for one in household.debts}
    name = next(f"offer-{n}" for n in range(len(taken) + 1) if f"offer-{n}" not in taken)
    terms = offered_terms(offer, first)
    head = {"id": name, "name": "", "product": None, "prepay": {"allowed": False}}
    debt = parse_debt(head | terms, as_of=first, account_ids=set())
    if offer.received_on < first:
        return borrow(household, debt)
    return receive(borrow(household, debt), offer.received_fen, offer.received_on)


def lay_beside(
    household: Household, debt_id: str, offer: LenderOffer, rule: str | None = None
) -> Beside:
    """Raises OfferRefused, InvalidDocument, PaymentRefused."""
    name = rule or rule_of(household)
    found: list[Finding] = []
    position = _position(household, debt_id)
    terms = position.terms
    is_new = offer.kind == "new_loan"
    if not is_new and isinstance(terms, RevolvingTerms) and terms.monthly_spend_fen:
        found.append(Finding("spending_stops", fen=terms.monthly_spend_fen))
        household = _without_spending(household, position, terms)
    if not is_new:
        owed = owed_fen(terms)
        if rest := _rest(household, debt_id, offer):
            found.append(Finding("leaves_rest", fen=rest[0], on=rest[1]))
        elif offer.principal_fen > owed:
            found.append(Finding("above_owed", fen=offer.principal_fen - owed))
    stay = make_plan(household, name)
    taken = make_plan(laid_over(household, debt_id, offer), name)
    before, after = standing_of(stay), standing_of(taken)
    told = difference(before, after)
    mine = {one.id for one in taken.household.debts if one.id.startswith("offer-")}
    ids = {debt_id} | (mine - {one.id for one in stay.household.debts} if is_new else set())
    sides = _side(stay, {debt_id}), _side(taken, ids)
    found.extend(_compared(*sides))
    breaks = told.lacks[0] if told.lacks else None
    if breaks is not None:
        found.append(Finding("breaks", breaks.debt, breaks.fen, on=breaks.on))
    return Beside(name, *sides, breaks, len(told.starts), tuple(found), taken)


def rule_of(household: Household) -> str:
    """The person's own way, or the best rule of thumb where that is the optimum."""
    if household.strategy in RULES_OF_THUMB:
        return household.strategy
    return best_rule(make_plans(household, RULES_OF_THUMB))


def _without_spending(household: Household, debt: Debt, terms: RevolvingTerms) -> Household:
    """Nothing new is bought with the debt, so that both ways repay the same."""
    entry = Corrected(
        household.planned_from,
        debt.id,
        replace(terms, monthly_spend_fen=0),
        debt.contract,
        "unknown",
    )
    return replace(household, history=(*household.history, entry))


def _side(plan: Plan, debts: set[str]) -> Side:
    paid = [one for one in plan.payments if one.debt in debts]
    left = {one.debt: sum(one[2:]) for one in plan.balances if one.debt in debts}
    still = sum(left.values())
    ends = None if still or not paid else max(one.on for one in paid)
    total = sum(one.amount_fen for one in paid) + still
    return Side(total, ends, plan.totals.cost, plan.late_dues, plan.debt_free_on)


def _compared(stay: Side, taken: Side) -> list[Finding]:
    found = []
    more = taken.paid_fen - stay.paid_fen
    if more:
        found.append(Finding("costs_more" if more > 0 else "costs_less", fen=abs(more)))
    if stay.ends_on is not None and taken.ends_on is not None and taken.ends_on > stay.ends_on:
        found.append(Finding("ends_later", on=taken.ends_on))
    if taken.late_dues < stay.late_dues:
        found.append(Finding("fewer_late"))
    return found


def beside_document(beside: Beside) -> dict[str, Any]:
    """Staying beside taking it, as JSON."""

    def side(one: Side) -> dict[str, Any]:
        return {
            "paid": format_yuan(one.paid_fen),
            "ends_on": one.ends_on and one.ends_on.isoformat(),
            "cost_of_all_debts": format_yuan(one.cost_fen),
            "late_dues": one.late_dues,
            "debt_free_on": one.debt_free_on and one.debt_free_on.isoformat(),
        }

    breaks = beside.breaks
    return {
        "strategy": beside.rule,
        "as_it_is": side(beside.stay),
        "with_it": side(beside.taken),
        "breaks": breaks
        and {"on": breaks.on.isoformat(), "debt": breaks.debt, "short": format_yuan(breaks.fen)},
        "findings": [finding_document(one) for one in beside.findings],
    }
