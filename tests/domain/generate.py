"""Hypothesis strategies for whole household documents, small and in full form.

What is drawn is canonical: every key written out, so that document → household → document
is the identity. Sums are small, schedules short, and there is mostly enough money, so that
most plans end within a few years; short money, arrears and every option of the three
contracts do occur.
"""

from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from planner.domain.household.household import ACCOUNT_KINDS, parse_household
from planner.domain.ledger.flows import Flows
from planner.domain.make_plan import make_plan
from planner.domain.values.days import add_months, clip, month_day_on_or_before, next_month_day
from planner.domain.values.money import format_yuan
from planner.domain.values.reading import LAST_DAY

DAYS_OF_MONTH = st.sampled_from((1, 5, 10, 15, 20, 25, 28, 29, 30, 31))
# Documents end with 2099, and so do their plans: late years keep those short that never end.
LATE_DAYS = (
    st.dates(date(2095, 11, 20), date(2096, 3, 5)),
    st.dates(date(2097, 11, 20), date(2098, 3, 5)),
    st.dates(date(2098, 10, 1), date(2099, 3, 31)),
    st.dates(date(2098, 1, 1), date(2099, 5, 31)),
)
NEAR_DAYS = (date(2024, 2, 29), date(2026, 9, 30), date(2027, 2, 28), date(2027, 12, 31))
AS_OF = st.one_of(*LATE_DAYS, *LATE_DAYS, *LATE_DAYS, st.sampled_from(NEAR_DAYS))
OPTIONAL = st.integers(0, 3).map(lambda number: number == 0)  # True in one case of four
SMALL_FEN = st.one_of(st.integers(0, 999), st.integers(0, 300_000))
RATES = st.sampled_from(
    (
        {"rate": "0.0005", "per": "day"},
        {"rate": "0.00045", "per": "day"},
        {"rate": "0.03", "per": "day"},
        {"rate": "0", "per": "day"},
        {"rate": "0.012", "per": "month"},
        {"rate": "0.146", "per": "year", "basis": 365, "monthly": False},
        {"rate": "0.18", "per": "year", "basis": 360, "monthly": False},
        {"rate": "0.156", "per": "year", "basis": 365, "monthly": True},
        {"rate": "0.3599", "per": "year", "basis": 365, "monthly": False},
        None,
    )
)
RATIOS = st.sampled_from(("0", "0.01", "0.05", "0.1", "0.3", "0.5", "1"))
TOLERANCES = st.sampled_from((0, 0, 0, 1, 500, 1000))
GRACE_DAYS = st.sampled_from((0, 0, 0, 1, 3, 10, 27))


def one_in(number):
    """For a property whose every case is dear: a part of the profile's cases, and at least ten."""
    return settings(max_examples=max(10, settings().max_examples // number))


def yuan(fen):
    return fen.map(format_yuan)


@st.composite
def late_fees(draw):
    if not draw(OPTIONAL):
        return None
    return {"ratio": draw(RATIOS), "floor": draw(st.sampled_from(("0.00", "0.01", "10.00")))}


@st.composite
def overdues(draw, with_base):
    kind = draw(st.sampled_from(("none", "multiplier", "rate")))
    if kind == "none":
        return None
    if kind == "multiplier":
        overdue = {"multiplier": draw(st.sampled_from(("1", "1.3", "1.5", "2")))}
    else:
        overdue = dict(draw(RATES) or {"rate": "0.001", "per": "day"})
    if with_base:
        overdue["on"] = draw(st.sampled_from(("row", "principal")))
    return overdue


def past_dues(first, due_day, as_of, count):
    """The `count` last due days before `as_of` on the cadence of `first`, oldest first."""
    dues = [add_months(first, -months, due_day) for months in range(1, count + 4)]
    return sorted([due_on for due_on in dues if due_on < as_of][:count])


@st.composite
def arrears(draw, first, due_day, as_of):
    count = draw(st.sampled_from((0, 0, 0, 1, 2, 3)))
    rows = []
    for due_on in past_dues(first, due_day, as_of, count):
        principal = draw(st.integers(0, 20_000))
        penalty = draw(st.sampled_from((None, None, "0.00", "1.23"))) if principal else None
        rows.append(
            {
                "due_on": due_on.isoformat(),
                "principal": format_yuan(principal),
                "interest": draw(
                    st.sampled_from(("0.00", "0.00", "9.99") if principal else ("1.23",))
                ),
                "fee": draw(st.sampled_from(("0.00", "0.00", "0.50"))),
                "penalty": penalty,
            }
        )
    return rows


def principal_of(rows):
    return sum(int(row["principal"].replace(".", "")) for row in rows)


@st.composite
def first_dues(draw, as_of):
    """(next due, its due day as written or null, the day it keeps)"""
    day = draw(DAYS_OF_MONTH)
    first = next_month_day(as_of - timedelta(1), day)
    if draw(OPTIONAL):
        first = add_months(first, 1, day)
    if first.day != day or draw(OPTIONAL):
        return first, day, day
    return first, None, day


@st.composite
def accrued_froms(draw, first):
    if not draw(OPTIONAL):
        return None
    return (first - timedelta(draw(st.integers(0, 70)))).isoformat()


@st.composite
def revolving_terms(draw, as_of):
    statement_day = draw(DAYS_OF_MONTH)
    if draw(st.booleans()):
        due = {"due_day": draw(DAYS_OF_MONTH.filter(lambda day: day != statement_day))}
    else:
        due = {"due_after": draw(st.sampled_from((1, 10, 20, 25, 30, 45, 60)))}
    billed = draw(SMALL_FEN)
    unbilled = draw(st.one_of(st.just(0), SMALL_FEN))
    carrying = draw(st.one_of(st.none(), st.integers(0, billed)))
    minimum = None
    if draw(st.integers(0, 4)):
        minimum = {
            "ratio": draw(RATIOS),
            "floor": draw(st.sampled_from(("0.00", "5.00", "50.00"))),
            "carried": draw(RATIOS),
        }
    spent = draw(st.sampled_from((0, 0, 0, 3, 100, 250)))
    bought = draw(st.lists(st.integers(0, 70), max_size=spent and 3)) if spent else []
    missed = []
    if billed and draw(OPTIONAL):
        last = month_day_on_or_before(as_of - timedelta(1), statement_day)
        statements = [add_months(last, -months, statement_day) for months in range(3)]
        dues = [
            statement + timedelta(due["due_after"])
            if "due_after" in due
            else next_month_day(statement, due["due_day"])
            for statement in statements
        ]
        due_on = draw(st.sampled_from([day for day in dues if day < as_of] or [None]))
        if due_on is not None:
            fen = draw(st.integers(1, billed))
            missed = [{"due_on": due_on.isoformat(), "amount": format_yuan(fen)}]
    return {
        "statement_day": statement_day,
        **due,
        "billed": format_yuan(billed),
        "unbilled": format_yuan(unbilled),
        "carrying": None if carrying is None else format_yuan(carrying),
        "monthly_spend": draw(st.sampled_from(("0.00", "0.00", "0.00", "0.01", "100.00"))),
        "minimum": minimum,
        "rate": draw(RATES),
        "interest_from": draw(st.sampled_from(("due", "statement", "posting"))),
        "interest_on": draw(st.sampled_from(("daily", "remainder"))),
        "purchases": [
            {"on": (as_of - timedelta(back)).isoformat(), "amount": f"{spent}.00"}
            for back in sorted(bought, reverse=True)
        ],
        "late_fee": draw(late_fees()),
        "arrears": missed,
    }


@st.composite
def instalment_terms(draw, as_of):
    method = draw(
        st.sampled_from(("level", "equal_principal", "interest_only", "flat_fee", "listed"))
    )
    first, written_day, day = draw(first_dues(as_of))
    missed = draw(arrears(first, day, as_of))
    terms = {
        "method": method,
        "due_day": written_day,
        "rate": draw(RATES),
        "overdue": draw(overdues(with_base=True)),
        "late_fee": draw(late_fees()),
        "prepay": {
            "allowed": draw(st.sampled_from((True, True, True, False))),
            "fee_ratio": draw(st.sampled_from(("0", "0", "0.01", "0.03", "1"))),
            "keeps": draw(st.sampled_from(("amount", "term"))),
            "fees_waived": draw(st.booleans()),
        },
        "arrears": missed,
    }
    if method == "listed":
        rows = [
            {
                "due_on": add_months(first, month, day).isoformat(),
                "principal": draw(yuan(st.integers(0, 50_000))),
                "interest": draw(yuan(st.integers(0, 2_000))),
                "fee": draw(yuan(st.sampled_from((0, 0, 100)))),
            }
            for month in range(draw(st.integers(0, 5)))
        ]
        terms |= {"rows": rows, "principal": format_yuan(principal_of(rows + missed))}
        return terms
    periods = draw(st.integers(1, 8))
    undue = draw(SMALL_FEN)
    terms |= {
        "principal": format_yuan(undue + principal_of(missed)),
        "periods_left": periods,
        "next_due": first.isoformat(),
        "accrued_from": draw(accrued_froms(first)),
        "amount": None,
        "fees_left": draw(yuan(st.sampled_from((0, 0, 1, 777, 2_000)))),
    }
    if method == "level" and draw(OPTIONAL):
        terms["amount"] = draw(yuan(st.integers(1, 2 * undue // periods + 100)))
    return terms


@st.composite
def open_terms(draw, as_of):
    first, written_day, day = draw(first_dues(as_of))
    missed = draw(arrears(first, day, as_of))
    kind = draw(st.sampled_from(("fixed", "ratio", "none")))
    minimum = None
    if kind == "fixed":
        minimum = {"fixed": draw(yuan(st.integers(0, 50_000)))}
    elif kind == "ratio":
        minimum = {
            "ratio": draw(RATIOS),
            "floor": draw(st.sampled_from(("0.00", "10.00", "200.00"))),
            "plus_interest": draw(st.booleans()),
        }
    ends_on = None
    if kind == "none" or draw(OPTIONAL):
        ends_on = min(LAST_DAY, first + timedelta(draw(st.integers(0, 200)))).isoformat()
    return {
        "principal": format_yuan(draw(SMALL_FEN) + principal_of(missed)),
        "rate": draw(RATES),
        "minimum": minimum,
        "due_day": written_day,
        "next_due": first.isoformat(),
        "accrued_from": draw(accrued_froms(first)),
        "ends_on": ends_on,
        "compound": draw(st.booleans()),
        "overdue": draw(overdues(with_base=False)),
        "late_fee": draw(late_fees()),
        "arrears": missed,
    }


TERMS = {"revolving": revolving_terms, "instalment": instalment_terms, "open": open_terms}

RUNG_DAYS = (-3, 0, 1, 1, 2, 5, 15, 31, 61, 91, None)
PLACES = (("due", 3), ("grace_end", 2), ("event:summons", 1))


@st.composite
def ladders(draw):
    """Null, or rungs of every kind; null is no ladder, since no debt here has a product."""
    if draw(OPTIONAL):
        return None
    rungs = []
    for index in range(draw(st.integers(0, 5))):
        rung = {
            "id": f"rung_{index}",
            "after_days": draw(st.sampled_from(RUNG_DAYS)),
            "counts_from": draw(
                st.sampled_from([place for place, weight in PLACES for _ in range(weight)])
            ),
            "severity": draw(st.integers(1, 5)),
        }
        if draw(OPTIONAL):
            rung["needs"] = [draw(st.sampled_from(("reports_to:pboc", "a phone")))]
        if draw(OPTIONAL):
            rung |= {"certainty": "contract", "source": "TEST", "names": {"zh": "催收电话"}}
        rungs.append(rung)
    return rungs


@st.composite
def debts(draw, as_of, account_ids, id="debt", contract=None):
    contract = contract or draw(st.sampled_from(sorted(TERMS)))
    autopay = []
    if account_ids and draw(st.booleans()):
        autopay = draw(st.permutations(account_ids))[: draw(st.integers(1, len(account_ids)))]
    ladder = draw(ladders())
    events = []
    if draw(OPTIONAL):
        events = [
            {"rung": "summons", "on": (as_of - timedelta(draw(st.integers(0, 30)))).isoformat()}
        ]
    return {
        "id": id,
        "name": "花呗",
        "product": None,
        "contract": contract,
        "grace_days": draw(GRACE_DAYS),
        "tolerance": draw(yuan(TOLERANCES)),
        "autopay": list(autopay),
        "autopay_known": bool(autopay) or draw(st.booleans()),
        "reports_to": draw(st.sampled_from(([], ["pboc"], ["pboc", "zhima"]))),
        "ladder": ladder,
        "events": events,
        "note": "",
        "signed_on": draw(st.sampled_from((None, "2020-01-31"))),
        "quoted_rate": draw(st.sampled_from((None, "日利率 0.05%"))),
        "confirmed": draw(st.sampled_from(([], ["rate"], ["late_fee", "grace_days"]))),
        **draw(TERMS[contract](as_of)),
    }


@st.composite
def recurrences(draw, as_of):
    kind = draw(st.sampled_from(("once", "monthly", "monthly", "weekly", "every_days")))
    if kind == "once":
        return {kind: (as_of + timedelta(draw(st.integers(-5, 60)))).isoformat()}
    if kind == "monthly":
        return {kind: draw(DAYS_OF_MONTH)}
    if kind == "weekly":
        return {kind: draw(st.sampled_from(("mon", "fri", "sat", "sun")))}
    return {kind: draw(st.sampled_from((7, 14, 45, 366)))}


@st.composite
def flows(draw, as_of, account_ids, id, fen):
    first = as_of + timedelta(draw(st.sampled_from((0, 0, 0, -40, -3, 1, 20))))
    until = None
    if draw(OPTIONAL):
        until = min(LAST_DAY, first + timedelta(draw(st.integers(0, 200)))).isoformat()
    return {
        "id": id,
        "name": "钱",
        "amount": draw(yuan(fen)),
        "account": draw(st.sampled_from(account_ids)),
        "on": draw(recurrences(as_of)),
        "from": first.isoformat(),
        "until": until,
    }


@st.composite
def households(draw, strategy="minimum"):
    as_of = draw(AS_OF)
    account_ids = ["cash", "alipay", "card"][: draw(st.sampled_from((0, 1, 1, 1, 2, 2, 3)))]
    incomes, expenses = [], []
    if account_ids:
        for index in range(draw(st.integers(0, 2))):
            incomes.append(
                {
                    **draw(flows(as_of, account_ids, f"income{index}", st.integers(1, 300_000))),
                    "adjust": draw(st.sampled_from(("none", "previous_workday", "next_workday"))),
                    "certain": draw(st.sampled_from((True, True, True, False))),
                }
            )
        if draw(st.booleans()):
            expenses.append(
                {
                    **draw(flows(as_of, account_ids, "living", st.integers(1, 20_000))),
                    "essential": draw(st.booleans()),
                }
            )
        if draw(st.integers(0, 5)):  # in most cases there is enough in the end
            incomes.append(
                {
                    "id": "salary",
                    "name": "工资",
                    "amount": draw(yuan(st.sampled_from((100_000, 500_000)))),
                    "account": account_ids[0],
                    "on": {"monthly": draw(DAYS_OF_MONTH)},
                    "from": as_of.isoformat(),
                    "until": None,
                    "adjust": "none",
                    "certain": True,
                }
            )
    ids = [f"debt{index}" for index in range(draw(st.sampled_from((1, 1, 1, 2, 2, 3, 0))))]
    return {
        "format": "repayment-household",
        "version": 1,
        "as_of": as_of.isoformat(),
        "currency": "CNY",
        "buffer": draw(st.sampled_from(("0.00", "0.00", "300.00"))),
        "strategy": strategy,
        "order": list(draw(st.permutations(ids))) if draw(OPTIONAL) else [],
        "triage_order": list(draw(st.permutations(ids))) if draw(OPTIONAL) else [],
        "accounts": [
            {
                "id": id,
                "name": "账户",
                "kind": draw(st.sampled_from(ACCOUNT_KINDS)),
                "balance": draw(yuan(SMALL_FEN)),
            }
            for id in account_ids
        ],
        "incomes": incomes,
        "expenses": expenses,
        "debts": [draw(debts(as_of, account_ids, id)) for id in ids],
    }


def just_enough(document, slack):
    """The document with so much money at first that `minimum` is never short by a fen.

    `slack` fen more than that is the least there ever is; the triage is the person's own.
    """
    plenty = 10**10
    account = {"id": "purse", "name": "钱包", "kind": "cash", "balance": format_yuan(plenty)}
    rich = document | {
        "accounts": [*document["accounts"], account],
        "triage_order": [debt["id"] for debt in document["debts"]],
    }
    household = parse_household(rich)
    flows = Flows(household, frozenset())
    above = [
        row.closing_fen - (flows.reserve(row.on.toordinal()) if row.payments_fen else 0)
        for row in make_plan(household, "minimum").cash
    ]
    balance = max(0, plenty - min([plenty, *above]) + slack)
    return rich | {"accounts": [*document["accounts"], account | {"balance": format_yuan(balance)}]}


@st.composite
def single_debts(draw, contract=None):
    """(as_of, the document of one debt) for tests of a contract on its own."""
    as_of = draw(AS_OF)
    return as_of, draw(debts(as_of, [], contract=contract))


def keeps_day(on, day):
    """Whether a date is that day of its month, or the month's last where there is none."""
    return on == clip(on.year, on.month, day)
