"""What a person reads off the app gives the same plan as the full form does, on every day.

`Lender` keeps an account by purchases and payments alone. One side of each test asks it what the
app shows on a day; the other fills the full form by what its fields mean: the last statement
before that day, what was spent since, what bears interest, what is missing.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.domain.answers.bill_in_app import (
    BillAnswers,
    Misfit,
    NextBill,
    answers_of,
    bill_days,
    earlier_due_days,
    next_bill,
    terms_of,
)
from planner.domain.household.household import parse_household
from planner.domain.household.terms import terms_document
from planner.domain.make_plan import make_plan
from planner.domain.rulebook.products import load_products
from planner.domain.values.days import clip
from planner.domain.values.money import format_yuan, round_half_up
from tests.households import document, income

BILLING = sorted(id for id, one in load_products().items() if one.contract == "revolving")
STATES = ("full", "minimum", "short")
ONE_DAY = timedelta(days=1)


def each_day(first, count):
    return [first + timedelta(days=n) for n in range(count)]


@dataclass
class Lender:
    """A lender's books: a bill each month, of what was spent and what is left of the last one.

    600.00 are spent on each day of the month named `spends`; of each bill everything is paid on
    its due day, but of the last one due before `today` only as `state` says.
    """

    statement_day: int
    due_day: int | None
    due_after: int | None
    state: str
    today: date
    spent: int = 60_000
    is_morning: bool = True  # on a statement day: the app shows the bill as still growing

    def statements(self):
        """All statement dates of a year before today and of two months after."""
        months = range(self.today.year * 12 + self.today.month - 14,
                       self.today.year * 12 + self.today.month + 2)  # fmt: skip
        return [clip(m // 12, m % 12 + 1, self.statement_day) for m in months]

    def due_of(self, statement):
        if self.due_after is not None:
            return statement + timedelta(days=self.due_after)
        day = statement + ONE_DAY
        while day != clip(day.year, day.month, self.due_day):
            day += ONE_DAY
        return day

    def run(self):
        """(bills: statement → its amount, statement → unpaid, statement → its missing minimum)"""
        purchases = [day for day in each_day(self.today - timedelta(days=250), 250)
                     if day.day in (2, 11, 23)]  # fmt: skip
        self.bills, self.unpaid, self.missing = {}, {}, {}
        last_due = max(self.due_of(one) for one in self.statements()
                       if self.due_of(one) < self.today)  # fmt: skip
        former = None
        for statement in self.statements():
            is_shown = statement < self.today or (statement == self.today and not self.is_morning)
            if former is None or not is_shown:
                former = statement if former is None else former
                continue
            new = self.spent * sum(former < day <= statement for day in purchases)
            if former < self.today - timedelta(days=240):
                new = 0
            carried = self.unpaid.get(former, 0)
            if self.due_of(former) >= statement:  # both bills are open: the later has it all
                new, carried = new + carried, 0
            interest = round_half_up(Fraction(carried * 5, 10_000) * (statement - former).days)
            self.bills[statement] = new + carried + interest
            self.unpaid[statement] = self.bills[statement]
            self.carried = carried + interest
            if self.due_of(statement) < self.today:
                is_last = self.due_of(statement) == last_due
                left = {"full": 0, "minimum": new * 7 // 10, "short": new * 9 // 10}
                self.unpaid[statement] = left[self.state] if is_last else 0
                if is_last and self.state == "short":
                    self.missing = {self.due_of(statement): new // 20}
            former = statement
        self.last = former
        self.since = self.spent * sum(former < day <= self.today for day in purchases)
        return self

    # --- What the app shows, and what a person answers ---

    def answers(self, *, is_left_in):
        before = [one for one in self.bills if self.due_of(one) < self.today]
        left = self.unpaid[before[-1]] if before else 0
        missing = next(iter(self.missing.values()), 0)
        state = "short" if missing else "minimum" if left else "full"
        if self.due_of(self.last) >= self.today:  # the last bill is to be paid
            to_pay, since, made = self.bills[self.last], self.since, True
            if self.last < self.today:
                left = self.carried if left else 0
        else:
            to_pay, since, made = self.since + (left if is_left_in else 0), 0, False
        return BillAnswers(
            to_pay_fen=to_pay, since_fen=since, shows_made=made, last=state, left_fen=left,
            is_left_in=is_left_in, missing_fen=missing,
        )  # fmt: skip

    # --- What the full form asks ---

    def full_form(self):
        lender = Lender(self.statement_day, self.due_day, self.due_after, self.state, self.today,
                        self.spent).run()  # fmt: skip
        billed = lender.unpaid[lender.last]
        is_open = lender.due_of(lender.last) >= self.today
        return {
            "billed": format_yuan(billed),
            "unbilled": format_yuan(lender.since),
            "carrying": format_yuan(lender.carried) if is_open else None,
            "arrears": [
                {"due_on": due_on.isoformat(), "amount": format_yuan(fen)}
                for due_on, fen in lender.missing.items()
            ],
        }


def contract_of(product, lender):
    """The debt as a new form of the product starts it."""
    known = load_products()[product].starting_document()
    known |= {"statement_day": lender.statement_day, "due_day": lender.due_day,
              "due_after": lender.due_after}  # fmt: skip
    known.setdefault("rate", {"rate": "0.0005", "per": "day"})
    known.setdefault("interest_from", "posting")
    return known | {"id": "bill", "name": "账单"}


def plan_of(debt, today, strategy="minimum"):
    first = {"from": today.isoformat()}
    return make_plan(
        parse_household(
            document(
                as_of=today.isoformat(), buffer="0.00", strategy=strategy, debts=[debt],
                incomes=[income(on={"monthly": 10}, **first)], expenses=[],
            )
        )
    )  # fmt: skip


def told(plan):
    return (plan.dues, plan.payments, plan.consequences, plan.cash, plan.debt_free_on)


def days_of(lender):
    return bill_days(
        lender.today, statement_day=lender.statement_day, due_day=lender.due_day,
        due_after=lender.due_after,
    )  # fmt: skip


def answered(product, lender, answers):
    """The debt as the answers lead to it."""
    started = {**contract_of(product, lender), "billed": "0.00", "unbilled": "0.00"}
    household = parse_household(
        document(as_of=lender.today.isoformat(), debts=[started], incomes=[], expenses=[])
    )
    terms = terms_of(answers, days_of(lender), household.debts[0].terms)
    assert not isinstance(terms, Misfit), terms
    return {**started, **terms_document(terms)}


def days_that_bill(product):
    known = load_products()[product].starting_document()
    statement_day = known.get("statement_day", 25)
    due_day = None if known.get("due_after") else known.get("due_day", 13)
    return statement_day, due_day, known.get("due_after")


def check(product, lender, strategy, *, is_left_in):
    lender.run()
    answers = lender.answers(is_left_in=is_left_in)
    plan = plan_of(answered(product, lender, answers), lender.today, strategy)

    full = contract_of(product, lender) | lender.full_form()
    assert told(plan) == told(plan_of(full, lender.today, strategy))
    return plan, answers


@pytest.mark.parametrize(
    ("state", "is_left_in"),
    [("full", False), ("minimum", False), ("minimum", True), ("short", False), ("short", True)],
)
@pytest.mark.parametrize("product", BILLING)
def test_the_app_gives_the_plan_of_the_full_form_on_every_day(product, state, is_left_in):
    seen = set()
    days_known = days_that_bill(product)
    for today in each_day(date(2026, 12, 1), 31):
        for is_morning in (True, False) if today.day == days_known[0] else (True,):
            lender = Lender(*days_known, state, today, is_morning=is_morning)
            plan, answers = check(product, lender, "minimum", is_left_in=is_left_in)
            days = days_of(lender)
            seen.add(days.is_made)
            if days.is_made or answers.shows_made:
                # A bill that was made says the sum itself: the plan has it on its day.
                due = next(one for one in plan.dues if one.due_on == days.due_on)
                assert due.amount_fen == answers.to_pay_fen
    assert seen == {True, False}


DAYS_OF_MONTH = st.sampled_from((1, 2, 5, 8, 13, 20, 25, 27, 28, 29, 30, 31))


@pytest.mark.property
@settings(max_examples=200)
@given(st.data())
def test_the_app_gives_the_plan_of_the_full_form_by_any_days(data):
    statement_day = data.draw(DAYS_OF_MONTH)
    due_after = data.draw(st.sampled_from((None, None, 1, 9, 20, 25)))
    due_day = None
    if due_after is None:
        due_day = data.draw(DAYS_OF_MONTH.filter(lambda day: day != statement_day))
    lender = Lender(
        statement_day, due_day, due_after, data.draw(st.sampled_from(STATES)),
        data.draw(st.dates(date(2026, 1, 1), date(2028, 3, 31))),
        spent=data.draw(st.integers(100, 90_000)), is_morning=data.draw(st.booleans()),
    )  # fmt: skip

    # In February the 29th and the 28th are one day: no lender makes a bill on the day on which the
    # one before falls due, and no app could say which of them a payment of that day was for.
    statements = lender.statements()
    for before, one in pairwise(statements):
        assume(abs((one - lender.today).days) > 62 or lender.due_of(before) != one)

    product = data.draw(st.sampled_from(BILLING))
    check(product, lender, "avalanche", is_left_in=data.draw(st.booleans()))


# --- Worked by hand ---

HUABEI = {"statement_day": 1, "due_day": 8, "due_after": None}
CARD = {"statement_day": 25, "due_day": 13, "due_after": None}


def days_on(month_day, days, year=2026):
    return bill_days(date(year, *month_day), **days)


@pytest.mark.parametrize(
    ("days", "on", "statement", "due", "last", "is_made"),
    [
        (HUABEI, (11, 29), (12, 1), (12, 8), (11, 8), False),
        (HUABEI, (12, 1), (12, 1), (12, 8), (11, 8), False),
        (HUABEI, (12, 2), (12, 1), (12, 8), (11, 8), True),
        (HUABEI, (12, 8), (12, 1), (12, 8), (11, 8), True),
        (HUABEI, (11, 9), (12, 1), (12, 8), (11, 8), False),
        (CARD, (11, 29), (11, 25), (12, 13), (11, 13), True),
        (CARD, (11, 14), (11, 25), (12, 13), (11, 13), False),
        (CARD, (11, 13), (10, 25), (11, 13), (10, 13), True),
        ({"statement_day": 31, "due_day": 20, "due_after": None}, (2, 28), (2, 28), (3, 20),
         (2, 20), False),
        ({"statement_day": 10, "due_day": None, "due_after": 9}, (12, 19), (12, 10), (12, 19),
         (11, 19), True),
    ],
)  # fmt: skip
def test_which_bill_is_to_be_paid_next(days, on, statement, due, last, is_made):
    found = days_on(on, days)

    assert found.statement_on == date(2026, *statement)
    assert found.due_on == date(2026, *due)
    assert found.last_due_on == date(2026, *last)
    assert (found.is_made, found.is_made_today) == (is_made, on == statement)


def test_two_bills_due_on_one_day_are_both_still_to_be_paid():
    days = {"statement_day": 30, "due_day": 31, "due_after": None}

    found = days_on((3, 31), days, 2027)

    assert (found.statement_on, found.due_on) == (date(2027, 3, 30), date(2027, 3, 31))
    assert found.last_due_on == date(2027, 1, 31)


def test_the_earlier_due_days_go_back_month_by_month():
    found = earlier_due_days(days_on((11, 29), CARD), **CARD)

    assert [next(found) for _ in range(3)] == [
        date(2026, 11, 13), date(2026, 10, 13), date(2026, 9, 13),
    ]  # fmt: skip


def huabei(on):
    """The terms of a new debt of it, nothing owed, and the bill's days."""
    lender = Lender(1, 8, None, "full", on)
    started = {**contract_of("huabei", lender), "billed": "0.00", "unbilled": "0.00"}
    household = parse_household(
        document(as_of=on.isoformat(), debts=[started], incomes=[], expenses=[])
    )
    return household.debts[0].terms, days_of(lender)


def test_2900_shown_on_29_november_are_the_bill_of_december():
    contract, days = huabei(date(2026, 11, 29))

    terms = terms_of(BillAnswers(to_pay_fen=290_000), days, contract)

    assert (terms.billed_fen, terms.unbilled_fen, terms.arrears) == (0, 290_000, ())
    # A tenth of it; nothing bears interest.
    assert next_bill(terms, days) == NextBill(amount_fen=290_000, minimum_fen=29_000)


def test_what_was_left_joins_the_growing_bill_with_its_interest():
    """1,000.00 left since the statement of 1 November bear 0.05% for 30 nights: 15.00; with the
    rest of the last bill due in full, the minimum is a tenth of 2,900.00 and all of 1,015.00."""
    contract, days = huabei(date(2026, 11, 29))
    answers = BillAnswers(to_pay_fen=290_000, last="minimum", left_fen=100_000)

    terms = terms_of(answers, days, contract)

    assert (terms.billed_fen, terms.unbilled_fen) == (100_000, 290_000)
    assert next_bill(terms, days) == NextBill(391_500, 29_000 + 101_500)
    assert answers_of(terms, days) == answers


def test_a_bill_made_today_is_what_the_plan_has_it_be():
    """On 1 December the app shows 3,915.00, 1,000.00 of which were left of November's bill."""
    contract, days = huabei(date(2026, 12, 1))
    answers = BillAnswers(to_pay_fen=391_500, shows_made=True, last="minimum", left_fen=100_000)

    terms = terms_of(answers, days, contract)

    assert (terms.billed_fen, terms.unbilled_fen) == (100_000, 290_000)
    assert next_bill(terms, days) == NextBill(391_500, 29_000 + 101_500)


def test_a_bill_that_is_paid_already_has_nothing_to_pay():
    contract, days = huabei(date(2026, 12, 3))

    terms = terms_of(BillAnswers(to_pay_fen=0, since_fen=4_200), days, contract)

    assert (terms.billed_fen, terms.unbilled_fen) == (0, 4_200)
    assert next_bill(terms, days) == NextBill(0, 0)


def test_in_days_of_grace_what_is_left_bears_nothing_yet():
    contract, days = huabei(date(2026, 11, 10))
    answers = BillAnswers(to_pay_fen=0, last="short", left_fen=50_000, missing_fen=5_000)

    in_grace = terms_of(answers, days, contract, grace_days=2)
    after = terms_of(answers, days, contract, grace_days=1)

    assert (in_grace.carrying_fen, after.carrying_fen) == (0, None)
    assert in_grace.arrears == after.arrears
    assert in_grace.arrears[0].due_on == date(2026, 11, 8)


@pytest.mark.parametrize(
    ("on", "changes", "misfit"),
    [
        ((12, 3), {"left_fen": 100_001}, Misfit("left", "above_bill")),
        ((12, 1), {"left_fen": 99_999, "shows_made": True}, Misfit("left", "above_bill")),
        ((11, 29), {"left_fen": 100_001, "is_left_in": True}, Misfit("left", "above_bill")),
        ((11, 29), {"left_fen": 5_000, "missing_fen": 5_001}, Misfit("missing", "above_left")),
    ],
)
def test_answers_that_cannot_be_together_say_which_to_look_at(on, changes, misfit):
    contract, days = huabei(date(2026, *on))
    last = "short" if "missing_fen" in changes else "minimum"

    assert terms_of(BillAnswers(100_000, last=last, **changes), days, contract) == misfit
