"""The worst case: cases worked by hand to the fen, and what must hold of every household."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.household.household import parse_household
from planner.domain.ledger.ledger import Ledger
from planner.domain.make_plan import make_exposed_plan, make_plan
from planner.domain.paying.exposure import if_followed, if_nothing_is_paid, read_exposures
from planner.domain.paying.proposals import pay_minimum
from planner.domain.plan.document import plan_document
from tests.domain.generate import households, just_enough, one_in

FREE = {"rate": "0", "per": "day"}
STRATEGIES = ("minimum", "avalanche", "snowball", "custom")


def household(as_of, *, accounts, debts, incomes=(), expenses=(), **head):
    """A household of {account: balance} and lists; names are ids."""
    named = [[{"name": one["id"], **one} for one in items] for items in (debts, incomes, expenses)]
    return parse_household(
        {
            "format": "repayment-household",
            "version": 1,
            "as_of": as_of,
            "currency": "CNY",
            "accounts": [
                {"id": id, "name": id, "kind": "debit_card", "balance": balance}
                for id, balance in accounts.items()
            ],
            "debts": named[0],
            "incomes": named[1],
            "expenses": named[2],
            **head,
        }
    )


def listed(id, due_on, principal, autopay=(), **terms):
    """A debt of one row without interest."""
    row = {"due_on": due_on, "principal": principal, "interest": "0.00", "fee": "0.00"}
    return {
        "id": id,
        "contract": "instalment",
        "method": "listed",
        "rate": FREE,
        "principal": principal,
        "rows": [row],
        "autopay": list(autopay),
        "autopay_known": True,
        **terms,
    }


def once(id, on, amount, account, **more):
    return {"id": id, "amount": amount, "account": account, "on": {"once": on}, **more}


# By hand


def test_wages_are_taken_on_pay_day_and_the_rent_lacks_what_is_said():
    # 5,240.00 arrive on the 10th, 3,120.00 are due: 2,120.00 stay, and the rent of 2,600.00
    # before the next pay day lacks 480.00. What is paid on the 10th itself was paid before.
    rented = household(
        "2026-12-06",
        accounts={"alipay": "0.00", "cmb": "100.00"},
        debts=[listed("jiebei", "2026-12-10", "3120.00", ["alipay", "cmb"])],
        incomes=[
            {"id": "salary", "amount": "5240.00", "account": "cmb", "on": {"monthly": 10}},
        ],
        expenses=[
            once("meal", "2026-12-10", "100.00", "cmb"),
            {"id": "rent", "amount": "2600.00", "account": "cmb", "on": {"monthly": 5}},
        ],
    )

    prospect = if_nothing_is_paid(rented, date(2027, 1, 31))

    pay_day = date(2026, 12, 10)
    assert prospect.exposures == ((pay_day, "cmb", 312_000, ("jiebei",), 212_000, "rent", 48_000),)
    assert prospect.takings == ((pay_day, "jiebei", "cmb", 312_000),)
    assert prospect.cash_fen == {pay_day: 212_000}
    assert prospect.arrivals == {pay_day: ("salary",)}
    # The plan pays 2,640.00 and keeps the rent; the lender knows no such reserve.
    assert make_plan(rented, "minimum", worst_case=True).exposures == (
        (pay_day, "cmb", 48_000, ("jiebei",), 212_000, "rent", 48_000),
    )


def overdue_household():
    """1,000.00 overdue since the 1st at 0.075 % a day, 1,200.00 due on the 15th."""
    penalised = {
        "id": "jiebei",
        "contract": "instalment",
        "method": "listed",
        "rate": {"rate": "0.0005", "per": "day"},
        "overdue": {"multiplier": "1.5"},
        "principal": "1000.00",
        "rows": [],
        "arrears": [{"due_on": "2026-12-01", "principal": "1000.00"}],
        "autopay": ["alipay", "cmb"],
    }
    return household(
        "2026-12-05",
        accounts={"wechat": "80.00", "cmb": "50.00", "alipay": "100.00"},
        debts=[penalised, listed("huabei", "2026-12-15", "1200.00", ["cmb"])],
        incomes=[once("bonus", "2026-12-15", "2000.00", "cmb")],
        expenses=[
            once("cinema", "2026-12-17", "30.00", "wechat", essential=False),
            once("books", "2026-12-20", "20.00", "wechat", essential=False),
            once("food", "2026-12-20", "300.00", "wechat"),
        ],
    )


def test_lenders_take_in_order_what_is_in_their_accounts_and_the_penalty_goes_on():
    # On the 5th four nights of 1,000.00 x 0.00075 = 3.00 are owed: 1,003.00. 100.00 are in
    # alipay and 50.00 in cmb; the penalty goes first, so that 1,000 - 147 = 853.00 stay.
    # Ten nights later 853.00 x 0.0075 = 6.3975, 6.40: 859.40 of the 2,000.00 that arrive go
    # to jiebei, and 1,140.60 to huabei, which asks for 1,200.00. WeChat's 80.00 are nobody's.
    # After the 5th the next income comes before any cost; after the 15th the cinema takes
    # 30.00 and food, before books of the same day, finds 50.00: it lacks 250.00.
    prospect = if_nothing_is_paid(overdue_household(), date(2027, 1, 1))

    first, pay_day = date(2026, 12, 5), date(2026, 12, 15)
    assert prospect.exposures == (
        (first, "cmb", 5_000, ("jiebei",), 0, None, 0),
        (first, "alipay", 10_000, ("jiebei",), 0, None, 0),
        (pay_day, "cmb", 200_000, ("jiebei", "huabei"), 0, "food", 25_000),
    )
    assert prospect.takings == (
        (first, "jiebei", "alipay", 10_000),
        (first, "jiebei", "cmb", 5_000),
        (pay_day, "jiebei", "cmb", 85_940),
        (pay_day, "huabei", "cmb", 114_060),
    )


def test_money_kept_for_a_graver_due_can_be_taken_before_it():
    # 1,150.00 at hand, 450.00 of them for heating; 800.00 due on the 1st: a miss of that starts
    # nothing, one of the mortgage, 600.00 on the 4th, would. The plan keeps 600.00 and gives the
    # loan 100.00. In the worst case its lender takes the other 700.00 from cmb, but not icbc's
    # 200.00: with the 150.00 left in cmb that is 100.00 too little for heating, and nothing for
    # the mortgage.
    grave = [{"id": "home", "after_days": 1, "counts_from": "due", "severity": 5}]
    kept = household(
        "2026-11-30",
        accounts={"cmb": "950.00", "icbc": "200.00"},
        debts=[
            listed("loan", "2026-12-01", "800.00", ["cmb"]),
            listed("mortgage", "2026-12-04", "600.00", ladder=grave),
        ],
        incomes=[once("salary", "2027-01-10", "5000.00", "cmb")],
        expenses=[once("heating", "2026-12-24", "450.00", "cmb")],
    )
    plan = make_plan(kept, "avalanche")
    worst = make_plan(kept, "avalanche", worst_case=True)

    paid = [(one.on.day, one.debt, one.amount_fen, one.by) for one in plan.payments[:2]]
    assert paid == [(1, "loan", 10_000, "plan"), (4, "mortgage", 60_000, "plan")]
    assert [(one.on.day, one.debt, one.amount_fen, one.by) for one in worst.payments[:3]] == [
        (1, "loan", 10_000, "plan"),
        (1, "loan", 70_000, "lender"),
        (10, "mortgage", 60_000, "plan"),
    ]
    assert worst.exposures == (
        (date(2026, 12, 1), "cmb", 70_000, ("loan",), 15_000, "heating", 10_000),
    )
    assert plan_document(worst)["exposures"] == [
        {
            "on": "2026-12-01",
            "account": "cmb",
            "could_take": "700.00",
            "by": ["loan"],
            "leaves": "150.00",
            "expense": "heating",
            "short": "100.00",
        }
    ]
    steps = [(one.on.toordinal(), one.debt, one.amount_fen) for one in plan.payments]
    assert if_followed(kept, steps, date(2027, 1, 1)).exposures == worst.exposures
    assert plan.exposures is None
    assert "exposures" not in plan_document(plan)


def test_the_worst_case_of_the_optimum_is_the_one_of_its_payments():
    """What the command prints and what the page tells are the same days and sums."""
    grave = [{"id": "home", "after_days": 1, "counts_from": "due", "severity": 5}]
    short = household(
        "2026-11-30",
        accounts={"cmb": "500.00", "icbc": "200.00"},
        debts=[
            listed("loan", "2026-12-01", "800.00", ["cmb"]),
            listed("mortgage", "2026-12-04", "600.00", ladder=grave),
        ],
        incomes=[once("salary", "2027-01-10", "5000.00", "cmb")],
        expenses=[once("heating", "2026-12-24", "450.00", "cmb")],
    )
    plan = make_plan(short, "optimal")
    worst = make_plan(short, "optimal", worst_case=True)

    steps = [(one.on.toordinal(), one.debt, one.amount_fen) for one in plan.payments]
    followed = if_followed(short, steps, date(2027, 2, 1))
    assert worst.exposures
    assert followed.exposures == worst.exposures
    # Of 700.00 the heating keeps 450.00: the loan has 250.00, and its lender takes 250.00 more.
    # What is missing is paid with the wages: 39 days of the loan's 300.00, 36 of the mortgage's
    # 600.00.
    assert (worst.debt_free_on, worst.totals.paid) == (date(2027, 1, 10), 140_000)
    assert worst.harm == (1, 1, 1, 1, 1, 39 * 300 + 36 * 600)
    assert make_exposed_plan(short, "optimal") == replace(plan, exposures=worst.exposures)


def test_where_the_optimum_leaves_nothing_unpaid_its_worst_case_is_the_same():
    paying = household(
        "2026-11-30",
        accounts={"cmb": "500.00"},
        debts=[
            listed("loan", "2026-12-01", "400.00", ["cmb"]),
            listed("mortgage", "2027-01-12", "900.00", ["cmb"]),
        ],
        incomes=[once("salary", "2027-01-10", "5000.00", "cmb")],
    )
    plan = make_plan(paying, "optimal")

    worst = make_plan(paying, "optimal", worst_case=True)

    assert worst == replace(plan, exposures=(), proof=None)


def test_only_money_that_is_there_is_taken():
    # Living costs have taken alipay to -20.00: nothing can be taken from it, all from cmb.
    spent = household(
        "2026-12-01",
        accounts={"alipay": "0.00", "cmb": "90.00"},
        debts=[listed("loan", "2026-12-02", "50.00", ["alipay", "cmb"])],
        expenses=[once("meal", "2026-12-01", "20.00", "alipay")],
    )

    prospect = if_nothing_is_paid(spent, date(2026, 12, 10))

    assert prospect.exposures == ((date(2026, 12, 2), "cmb", 5_000, ("loan",), 4_000, None, 0),)
    assert prospect.cash_fen == {date(2026, 12, 2): 2_000}


def test_a_lender_of_whom_nobody_said_may_take_from_all_but_cash():
    # 500.00 are due: 300.00 from cmb and 120.00 from WeChat, nothing of the 1,000.00 in cash.
    accounts = {"cmb": "300.00", "wechat": "120.00", "purse": "1000.00"}
    debt = listed("loan", "2026-12-02", "500.00", autopay_known=False)
    unsaid = household("2026-12-01", accounts=accounts, debts=[debt])
    kinds = ("debit_card", "wechat_balance", "cash")
    unsaid = replace(
        unsaid,
        accounts=tuple(
            replace(one, kind=kind) for one, kind in zip(unsaid.accounts, kinds, strict=True)
        ),
    )
    said = replace(unsaid, debts=(replace(unsaid.debts[0], autopay_known=True),))
    due = date(2026, 12, 2)

    assert if_nothing_is_paid(unsaid, date(2026, 12, 10)).takings == (
        (due, "loan", "cmb", 30_000), (due, "loan", "wechat", 12_000),
    )  # fmt: skip
    assert if_nothing_is_paid(said, date(2026, 12, 10)).takings == ()


def test_a_day_outside_the_plan_is_refused():
    with pytest.raises(ValueError, match="not a day of this plan"):
        if_nothing_is_paid(overdue_household(), date(2026, 12, 4))


# Of every household


def may_take_from(household, debt):
    """What was named; every account but cash where nobody said whether it deducts at all."""
    if debt.autopay or debt.autopay_known:
        return debt.autopay
    return [account.id for account in household.accounts if account.kind != "cash"]


@pytest.mark.property
@one_in(2)
@given(households(), st.integers(1, 400))
def test_lenders_take_no_more_than_is_unpaid_and_only_from_their_accounts(document, days):
    read = parse_household(document)
    places = {account.id: place for place, account in enumerate(read.accounts)}
    expected = []

    def watch(ledger):
        """What lenders may take after this, worked out from what is owed and where money is."""
        held = list(ledger.accounts)
        for debt, contract in zip(read.debts, ledger.contracts, strict=True):
            unpaid = contract.required_fen(ledger.day)
            for account in may_take_from(read, debt):
                taken = min(unpaid, max(0, held[places[account]]))
                held[places[account]] -= taken
                unpaid -= taken
                if taken:
                    expected.append((ledger.day, debt.id, account, taken))

    ledger = Ledger(read, watch, lenders_take=True)
    ledger.run_to(min(ledger.day + days, ledger.last_day))

    made = [(one.on.toordinal(), one.debt, one.account, one.amount_fen) for one in ledger.payments]
    assert made == expected
    assert all(one.by == "lender" for one in ledger.payments)
    check_exposures(ledger)


def check_exposures(ledger):
    """Each account and day once, sums as taken, what is left as the books have it."""
    exposures = read_exposures(ledger)
    named = {
        account
        for debt in ledger.household.debts
        for account in may_take_from(ledger.household, debt)
    }
    balances = {
        (row.on, account.id): fen
        for row in ledger.cash_days
        for account, fen in zip(ledger.household.accounts, row.accounts, strict=True)
    }
    taken = {}
    for one in ledger.payments:
        if one.by == "lender":
            taken.setdefault((one.on, one.account), []).append((one.debt, one.amount_fen))
    assert [(one.on, one.account) for one in exposures] == sorted(
        taken, key=lambda key: (key[0], [a.id for a in ledger.household.accounts].index(key[1]))
    )
    for one in exposures:
        key = one.on, one.account
        assert one.account in named
        assert one.by == tuple(debt for debt, _ in taken[key])
        assert one.could_take_fen == sum(fen for _, fen in taken[key])
        assert 0 <= one.leaves_fen == balances[key]
        assert (one.short_fen > 0) == (one.expense is not None)


@pytest.mark.property
@one_in(5)
@given(households(), st.booleans(), st.integers(1, 400))
def test_an_account_that_nobody_may_deduct_from_is_never_touched(document, is_first, days):
    """However much is unpaid, and though there is always money in it: wages go on arriving."""
    jar = {"id": "jar", "name": "零钱罐", "kind": "wechat_balance", "balance": "50000.00"}
    wages = {"id": "wages", "name": "零工", "amount": "70.00", "account": "jar",
             "on": {"weekly": "fri"}}  # fmt: skip
    accounts = [jar, *document["accounts"]] if is_first else [*document["accounts"], jar]
    incomes = [*document["incomes"], wages]
    debts = [debt | {"autopay_known": True} for debt in document["debts"]]
    read = parse_household(document | {"accounts": accounts, "incomes": incomes, "debts": debts})
    place = 0 if is_first else -1

    ledger = Ledger(read, lambda ledger: None, lenders_take=True)
    ledger.run_to(min(ledger.day + days, ledger.last_day))

    held = 5_000_000
    for row in ledger.cash_days:
        held += 7_000 * (row.on.weekday() == 4)
        assert row.accounts[place] == held
    assert all(one.account != "jar" for one in ledger.payments)
    assert all(one.account != "jar" for one in read_exposures(ledger))


@pytest.mark.property
@one_in(3)
@given(households(), st.sampled_from(STRATEGIES))
def test_in_the_worst_case_lenders_take_from_accounts_in_their_reach(document, strategy):
    plan = make_plan(parse_household(document), strategy, worst_case=True)

    reach = {debt.id: may_take_from(plan.household, debt) for debt in plan.household.debts}
    for one in plan.payments:
        assert one.by == "plan" or one.account in reach[one.debt]
    assert sum(one.amount_fen for one in plan.payments if one.by == "lender") == sum(
        one.could_take_fen for one in plan.exposures
    )
    assert plan.totals.paid == sum(one.payments_fen for one in plan.cash)


@pytest.mark.property
@one_in(3)
@given(households(), st.sampled_from(STRATEGIES))
def test_without_unpaid_dues_the_worst_case_is_the_plan(document, strategy):
    read = parse_household(just_enough(document, 0))
    plan = make_plan(read, strategy)
    if any(due.short_fen for due in plan.dues):  # a rate beyond all money, or arrears
        return

    worst = plan_document(make_plan(read, strategy, worst_case=True))

    assert worst.pop("exposures") == []
    assert worst == plan_document(plan)
    stepped = Ledger(read, pay_minimum, lenders_take=True).run()
    assert tuple(stepped.payments) == make_plan(read, "minimum").payments


def test_a_household_that_owes_nothing_has_nothing_to_fear():
    free = household("2026-12-01", accounts={"cmb": "10.00"}, debts=[])

    assert make_plan(free, worst_case=True).exposures == ()
    assert if_nothing_is_paid(free, date(2026, 12, 1) + timedelta(60)).exposures == ()
