"""A prepayment is tried, and harms nothing later: each checked by two whole ledgers."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.domain.contracts.dues import NEVER
from planner.domain.household.household import parse_household
from planner.domain.ledger.flows import Flows
from planner.domain.ledger.ledger import Ledger
from planner.domain.make_plan import make_plan
from planner.domain.paying.proposals import pay_minimum, required_today
from planner.domain.paying.triage import WINDOW_DAYS
from tests.domain.generate import households, just_enough
from tests.households import account, document, income

PREPAYING = ("avalanche", "snowball", "custom")


class Until:
    """Pays what a plan paid before a day, on that day `today`, and then as `minimum` does."""

    def __init__(self, plan, day, today=None):
        self.places = {debt.id: place for place, debt in enumerate(plan.household.debts)}
        self.day = day
        self.today = today
        self.required = None
        self.made = {}
        for one in plan.payments:
            self.made.setdefault(one.on.toordinal(), {})[self.places[one.debt]] = one.amount_fen

    def __call__(self, ledger):
        if ledger.day > self.day:
            return pay_minimum(ledger)
        if ledger.day == self.day:
            self.required = required_today(ledger)[0]
        made = self.made.get(ledger.day, {})
        amounts = [made.get(place, 0) for place in self.places.values()]
        if ledger.day == self.day and self.today is not None:
            return self.today
        return amounts


def closings(ledger, first, until):
    """What each day of [first, until] closes with; incomes and costs go on after the end."""
    flows = Flows(ledger.household, frozenset())
    flows.extend(until)
    paid = {}
    for one in ledger.payments:
        paid[one.on.toordinal()] = paid.get(one.on.toordinal(), 0) + one.amount_fen
    moves = {
        day: income - expense
        for day, income, expense in zip(flows.days, flows.incomes, flows.expenses, strict=True)
    }
    closing = sum(account.balance_fen for account in ledger.household.accounts)
    found = {}
    for day in range(ledger.household.as_of.toordinal(), until + 1):
        closing += moves.get(day, 0) - paid.get(day, 0)
        if day >= first:
            found[day] = closing
    return found


def met_on(due):
    return NEVER if due.met_on is None else due.met_on


def check_prepayment(plan, day):
    """The payments of a day against those of what was required on it alone."""
    prepaid = Until(plan, day)
    with_it = Ledger(plan.household, prepaid).run()
    made = [prepaid.made[day].get(place, 0) for place in prepaid.places.values()]

    # nothing required stays unpaid on that day
    assert all(fen >= required for fen, required in zip(made, prepaid.required, strict=True))

    # nor does a due of the days to come that the plan misses
    tolerances = {debt.id: debt.tolerance_fen for debt in plan.household.debts}
    coming = [due for due in plan.dues if 0 < due.due_on.toordinal() - day <= WINDOW_DAYS]
    assert [due for due in coming if due.short_fen > tolerances[due.debt]] == []

    without = Ledger(plan.household, Until(plan, day, prepaid.required)).run()

    until = without.debt_free_on or plan.household.as_of + timedelta(20_000)
    until = min(until.toordinal(), without.last_day)
    known = {(debt.id, due.due_on): due for debt, due in without.dues()}
    for debt, due in with_it.dues():
        if due.due_on < day or due.due_on > until:
            continue
        same = known.get((debt.id, due.due_on))
        before = due.due_on if same is None else met_on(same)
        assert met_on(due) <= max(due.due_on, before)  # in time, or no later than without

    flows = Flows(plan.household, frozenset())
    after, before = (closings(ledger, day, until) for ledger in (with_it, without))
    buffer = plan.household.buffer_fen
    for on, closing in after.items():
        assert closing >= min(before[on], buffer + flows.reserve(on))


def prepaid_days(plan):
    """The days on which a plan pays more than is required."""
    required = {}

    class Watch(Until):
        def __call__(self, ledger):
            required[ledger.day] = required_today(ledger)[0]
            return super().__call__(ledger)

    watch = Watch(plan, NEVER)
    Ledger(plan.household, watch).run()
    return [
        day
        for day, made in sorted(watch.made.items())
        if any(fen > required[day][place] for place, fen in made.items())
    ]


@pytest.mark.parametrize("strategy", PREPAYING)
def test_nothing_is_prepaid_before_a_miss_whoever_decides_who_waits(strategy):
    """3,850.00, as much on the 22nd; 3,000.00 are due on the 5th and 8,000.00 on the 26th.

    Paid off on the 1st, the first would cost 6.00 less; whoever will look for 8,000.00 keeps them.
    """
    loans = [
        {
            "id": name, "name": name, "product": None, "contract": "instalment",
            "principal": principal, "rate": {"rate": rate, "per": "day"}, "method": "level",
            "periods_left": 1, "next_due": due, "overdue": {"multiplier": "1.5"},
            "ladder": [
                {"id": "record", "after_days": 1, "counts_from": "grace_end", "severity": 2}
            ],
        }
        for name, principal, rate, due in (
            ("large", "8000.00", "0.0003", "2026-12-26"),
            ("small", "3000.00", "0.0005", "2026-12-05"),
        )
    ]  # fmt: skip
    household = parse_household(
        document(
            buffer="0.00",
            accounts=[account(balance="3850.00")],
            incomes=[income(amount="3850.00", on={"monthly": 22})],
            expenses=[],
            debts=loans,
        )
    )

    plan = make_plan(household, strategy)

    assert [due.debt for due in plan.dues if due.short_fen] == ["large"]
    assert plan.payments[0].on == date(2026, 12, 5)
    for day in prepaid_days(plan):
        check_prepayment(plan, day)


@pytest.mark.parametrize("strategy", PREPAYING)
def test_the_last_1000_pay_a_bill_of_1000_which_then_bears_no_interest(strategy):
    bill = {
        "id": "card", "name": "card", "product": None, "contract": "revolving",
        "statement_day": 20, "due_day": 8, "billed": "1000.00", "unbilled": "0.00",
        "rate": {"rate": "0.0005", "per": "day"}, "interest_from": "statement",
        "minimum": {"ratio": "0.10"},
    }  # fmt: skip
    household = parse_household(
        document(
            buffer="0.00",
            accounts=[account(balance="1000.00")],
            incomes=[],
            expenses=[],
            debts=[bill],
        )
    )

    plan = make_plan(household, strategy)

    assert [one.amount_fen for one in plan.payments] == [100_000]
    assert plan.payments[0].on <= date(2026, 12, 8)
    assert (plan.totals.interest, plan.totals.fees) == (0, 0)


def test_less_is_there_only_on_days_that_have_enough():
    """1,300.00, a loan of 1,000.00 due on the 21st, 150.00 due on the 26th, a buffer of 200.00.

    Paid today, 300.00 are there until the 20th, and from the 21st on more than otherwise: what
    then closes below the buffer would have closed lower.
    """
    loan = {
        "id": "loan", "name": "借呗", "product": None, "contract": "instalment",
        "principal": "1000.00", "rate": {"rate": "0.0005", "per": "day"},
        "method": "interest_only", "periods_left": 1, "next_due": "2026-12-21",
    }  # fmt: skip
    row = {
        "id": "row", "name": "白条", "product": None, "contract": "instalment",
        "principal": "150.00", "rate": None, "method": "equal_principal", "periods_left": 1,
        "next_due": "2026-12-26",
    }  # fmt: skip
    made = document(
        buffer="200.00", accounts=[account(balance="1300.00")], incomes=[], expenses=[],
        debts=[loan, row],
    )  # fmt: skip

    plan = make_plan(parse_household(made), "avalanche")

    assert plan.payments[0][:2] == (date(2026, 12, 1), "loan")
    check_prepayment(plan, date(2026, 12, 1).toordinal())


@pytest.mark.property
@given(households(), st.sampled_from(PREPAYING), st.integers(0, 1000))
def test_no_prepayment_harms_anything_later(document, strategy, which):
    plan = make_plan(parse_household(document), strategy)

    days = prepaid_days(plan)

    assume(days)
    check_prepayment(plan, days[which % len(days)])


@pytest.mark.property
@given(households(), st.integers(0, 60_000), st.sampled_from(PREPAYING), st.integers(0, 1000))
def test_no_prepayment_harms_anything_where_there_is_just_enough(document, slack, strategy, which):
    plan = make_plan(parse_household(just_enough(document, slack)), strategy)

    days = prepaid_days(plan)

    assume(days)
    check_prepayment(plan, days[which % len(days)])
