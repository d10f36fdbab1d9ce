"""Bad documents: an error that says where, what and what instead; never anything else.

From one complete valid document per contract every value is taken away, replaced by values
of other types and out of range, and beside every object a key is added. Each document that
comes of it is either planned or refused with its path.
"""

import copy
import json

import pytest

from planner.domain.household.household import (
    household_document,
    parse_household,
    read_household,
)
from planner.domain.household.limits import MAX_BYTES
from planner.domain.make_plan import make_plan
from planner.domain.plan.document import plan_document
from planner.domain.values.reading import InvalidDocument

RUNGS = [
    {
        "id": "calls",
        "after_days": 1,
        "counts_from": "grace_end",
        "severity": 1,
        "names": {"zh": "催收电话", "en": "Calls"},
        "needs": ["reports_to:pboc"],
        "certainty": "practice",
        "source": "TEST",
        "checked_on": "2026-11-23",
        "before": {"zh": "先还", "en": "Pay"},
        "right": {"zh": "投诉", "en": "Complain"},
        "condition": {"zh": "看情况", "en": "It depends"},
    },
    {"id": "order", "after_days": 15, "counts_from": "event:summons", "severity": 5},
]
LATE_FEE = {"ratio": "0.05", "floor": "10.00"}
DAILY = {"rate": "0.0005", "per": "day"}
YEARLY = {"rate": "0.146", "per": "year", "basis": 365, "monthly": False}
ARREAR = {
    "due_on": "2026-11-10",
    "principal": "20.00",
    "interest": "1.00",
    "fee": "0.50",
    "penalty": "0.10",
}
INSTALMENT = {
    "contract": "instalment",
    "principal": "320.00",
    "rate": YEARLY,
    "method": "level",
    "periods_left": 3,
    "next_due": "2026-12-10",
    "due_day": 10,
    "accrued_from": "2026-11-10",
    "amount": "105.00",
    "fees_left": "3.00",
    "overdue": {"multiplier": "1.5", "on": "row"},
    "late_fee": LATE_FEE,
    "prepay": {"allowed": True, "fee_ratio": "0.01", "keeps": "term", "fees_waived": False},
    "arrears": [ARREAR],
}
CONTRACTS = {
    "revolving": {
        "contract": "revolving",
        "statement_day": 1,
        "due_day": 10,
        "billed": "200.00",
        "unbilled": "30.00",
        "carrying": "50.00",
        "monthly_spend": "10.00",
        "minimum": {"ratio": "0.1", "floor": "5.00", "carried": "0.5"},
        "rate": DAILY,
        "interest_from": "posting",
        "interest_on": "daily",
        "purchases": [{"on": "2026-10-20", "amount": "60.00"}],
        "late_fee": LATE_FEE,
        "arrears": [{"due_on": "2026-11-10", "amount": "15.00"}],
    },
    "instalment": INSTALMENT,
    "listed": {
        "contract": "instalment",
        "principal": "220.00",
        "rate": DAILY,
        "method": "listed",
        "due_day": 10,
        "rows": [
            {"due_on": "2026-12-10", "principal": "100.00", "interest": "2.00", "fee": "1.00"},
            {"due_on": "2027-01-10", "principal": "100.00", "interest": "1.00", "fee": "1.00"},
        ],
        "overdue": {"rate": "0.001", "per": "day", "on": "principal"},
        "late_fee": LATE_FEE,
        "prepay": {"allowed": True, "fee_ratio": "0", "keeps": "amount", "fees_waived": True},
        "arrears": [ARREAR],
    },
    "open": {
        "contract": "open",
        "principal": "320.00",
        "rate": {"rate": "0.012", "per": "month"},
        "minimum": {"ratio": "0.02", "floor": "25.00", "plus_interest": True},
        "due_day": 10,
        "next_due": "2026-12-10",
        "accrued_from": "2026-11-10",
        "ends_on": "2027-06-10",
        "compound": True,
        "overdue": {"rate": "0.2", "per": "year", "basis": 360, "monthly": False},
        "late_fee": LATE_FEE,
        "arrears": [ARREAR],
    },
}


def complete(contract, **changes):
    """A valid document with every key, and one debt of that kind."""
    debt = {
        "id": "debt",
        "name": "借呗",
        "product": None,
        "grace_days": 2,
        "tolerance": "5.00",
        "autopay": ["card"],
        "autopay_known": True,
        "reports_to": ["pboc", "zhima"],
        "ladder": RUNGS,
        "events": [{"rung": "summons", "on": "2026-11-30"}],
        "note": "合同在抽屉里",
        "signed_on": "2025-01-31",
        "quoted_rate": "日利率 0.05%",
        "confirmed": ["rate"],
        **CONTRACTS[contract],
    } | changes
    flow = {"amount": "500.00", "account": "card", "from": "2026-12-01", "until": "2027-12-01"}
    kinds = ({"once": "2026-12-18"}, {"monthly": 10}, {"weekly": "fri"}, {"every_days": 14})
    return copy.deepcopy(
        {
            "format": "repayment-household",
            "version": 1,
            "as_of": "2026-12-01",
            "currency": "CNY",
            "buffer": "300.00",
            "strategy": "minimum",
            "order": ["debt"],
            "triage_order": ["debt"],
            "accounts": [
                {"id": "card", "name": "储蓄卡", "kind": "debit_card", "balance": "100.00"}
            ],
            "incomes": [
                {
                    "id": f"income{index}",
                    "name": "工资",
                    "on": on,
                    "adjust": "previous_workday",
                    "certain": True,
                    **flow,
                }
                for index, on in enumerate(kinds)
            ],
            "expenses": [
                {
                    "id": "rent",
                    "name": "房租",
                    "on": {"monthly": 5},
                    "essential": True,
                    **flow,
                }
            ],
            "debts": [debt],
        }
    )


def bare(contract, *left_out, **changes):
    """The same with changes to the debt, and without some of its keys."""
    document = complete(contract, **changes)
    for key in left_out:
        del document["debts"][0][key]
    return document


def places(value, path=()):
    """Every place in a document, as a tuple of keys and indices; the root is ()."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def with_value(document, path, value):
    """The document with another value there; the two share what the path does not touch."""
    if not path:
        return value
    key, *rest = path
    changed = copy.copy(document)
    changed[key] = with_value(document[key], rest, value) if rest else value
    return changed


def without(document, path):
    changed = copy.deepcopy(document)
    del at(changed, path[:-1])[path[-1]]
    return changed


def named(path):
    """The path as an error prints it: debts[0].rate.per."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def outcome(document):
    """The errors of a document; none where it was planned. Anything else is a failure."""
    errors = errors_of(document)
    for error in errors:
        assert isinstance(error.path, str)
        assert error.found
        assert error.expected
        assert "{" not in error.expected
        assert "\n" not in str(error)
    return errors


def errors_of(document):
    try:
        household = parse_household(document)
    except InvalidDocument as refused:
        return refused.errors
    assert parse_household(household_document(household)) == household
    json.dumps(plan_document(make_plan(household, "minimum")))
    return ()


def refusals(document):
    """The paths at which a document is refused."""
    return [error.path for error in outcome(document)]


EVERY_PLACE = [
    pytest.param(contract, path, id=f"{contract}-{named(path)}")
    for contract in CONTRACTS
    for path in places(complete(contract))
    if path and (contract == "revolving" or path[0] == "debts")
]
ODD_VALUES = (
    None,
    True,
    0,
    -1,
    1,
    1.5,
    10**30,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\x00",
    "\ud800",
    "a" * 5_000,
    [],
    [None],
    [[]],
    {},
    {"x": 1},
)
ODD_AMOUNTS = (
    "0.00",
    "0.01",
    "999999999.99",
    "1000000000.00",
    "9999999999",
    "1e3",
    "１２３．４５",
    "NaN",
    "Infinity",
    "-1.00",
    "+1.00",
    "1.234",
    "1,000.00",
    " 1.00",
    "1.00\n",
    "01.00",
    ".5",
    "1.",
    "0x10",
    "¥1.00",
)
ODD_DATES = (
    "2026-12-00",
    "2026-12-32",
    "2027-02-29",
    "2028-02-29",
    "2026-13-01",
    "0001-01-01",
    "9999-12-31",
    "1989-12-31",
    "1990-01-01",
    "2099-12-31",
    "2100-01-01",
    "2026-12-1",
    "20261201",
    "2026-W49-2",
    "２０２６-12-01",
    "2026-12-01T00:00:00",
    "+2026-12-01",
)
ODD_NUMBERS = (0, 1, 31, 32, 360, 361, 365, 601, -1, 10**18, 1.0, "1", True)


def is_amount(value):
    return isinstance(value, str) and value.replace(".", "", 1).isdigit()


def is_date(value):
    return isinstance(value, str) and len(value) == 10 and value[4:8:3] == "--"


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_complete_document_is_planned_and_written_back(contract):
    document = complete(contract)

    assert outcome(document) == ()
    assert household_document(parse_household(document)) == document


REQUIRED = {
    "format", "version", "as_of", "currency", "id", "name", "balance", "amount", "account", "on",
    "contract", "principal", "rate", "per", "method", "periods_left", "next_due", "due_on",
    "statement_day", "due_day", "billed", "unbilled", "interest_from", "ratio", "rung",
    "after_days", "counts_from", "severity", "rows", "once", "monthly", "weekly", "every_days",
    "multiplier",
}  # fmt: skip
OPTIONAL_HERE = {  # required in one object, with a default in another
    ("debts", "amount"),
    ("debts", "due_day"),
    ("overdue", "on"),
    ("rate", "monthly"),
    ("overdue", "monthly"),
    ("order", 0),
}


def may_be_left_out(contract, path):
    owner = next((key for key in reversed(path[:-1]) if isinstance(key, str)), "")
    if isinstance(path[-1], int) or path[-1] not in REQUIRED:
        return True
    if path[-1] == "due_day" and contract == "revolving":
        return False
    if path[-1] == "rate" and owner == "debts" and contract == "listed":
        return True  # only a multiple of it, for penalty, would need it
    return (owner, path[-1]) in OPTIONAL_HERE


@pytest.mark.parametrize(("contract", "path"), EVERY_PLACE)
def test_every_missing_field_is_named_or_has_a_default(contract, path):
    refused = refusals(without(complete(contract), path))

    if may_be_left_out(contract, path):
        # What hangs together with it may be missed elsewhere: an account, a debt, an event.
        assert named(path) not in refused
    else:
        parent = named(path[:-1])
        assert named(path) in refused or parent in refused


@pytest.mark.parametrize(("contract", "path"), EVERY_PLACE)
def test_every_odd_value_is_an_error_or_a_plan(contract, path):
    document = complete(contract)
    stood = at(document, path)
    values = [value for value in ODD_VALUES if type(value) is not type(stood)]
    if is_amount(stood):
        values += ODD_AMOUNTS
    elif is_date(stood):
        values += ODD_DATES
    elif isinstance(stood, int) and not isinstance(stood, bool):
        values += ODD_NUMBERS
    elif isinstance(stood, str):
        values += ("", "x", "ÄÖ", "a" * 5_000, "\x1b[31m", "\ud800", stood.upper())
    else:
        values += [value for value in ODD_VALUES if type(value) is type(stood)]

    for value in values:
        errors = outcome(with_value(document, path, value))
        if type(value) is not type(stood) and value is not None:
            assert errors, value


@pytest.mark.parametrize("contract", CONTRACTS)
def test_an_unknown_key_is_named_wherever_it_stands(contract):
    document = complete(contract)

    for path in places(document):
        if isinstance(at(document, path), dict):
            found = refusals(with_value(document, (*path, "surprise"), 1))
            assert any(one.endswith("surprise") or one == named(path) for one in found), path


AMOUNTS = [
    pytest.param(contract, path, id=f"{contract}-{named(path)}")
    for contract in CONTRACTS
    for path in places(complete(contract))
    if path
    and is_amount(at(complete(contract), path))
    and path[-1] not in ("rate", "ratio", "carried", "fee_ratio", "multiplier")
]


@pytest.mark.parametrize(("contract", "path"), AMOUNTS)
@pytest.mark.parametrize(
    "text", ["1000000000.00", "9999999999", "1e3", "１２３．４５", "NaN", "-1.00", "1.234", "1,00"]
)
def test_what_is_not_an_amount_is_refused_where_it_stands(contract, path, text):
    errors = outcome(with_value(complete(contract), path, text))

    assert named(path) in [error.path for error in errors]
    found = next(error for error in errors if error.path == named(path))
    assert found.found == json.dumps(text)
    assert "amount from" in found.expected


DATES = [
    pytest.param(contract, path, id=f"{contract}-{named(path)}")
    for contract in CONTRACTS
    for path in places(complete(contract))
    if path and is_date(at(complete(contract), path))
]


@pytest.mark.parametrize(("contract", "path"), DATES)
@pytest.mark.parametrize(
    "text", ["2026-12-00", "2026-12-32", "2027-02-29", "0001-01-01", "9999-12-31", "2100-01-01"]
)
def test_what_is_no_day_is_refused_where_it_stands(contract, path, text):
    assert named(path) in refusals(with_value(complete(contract), path, text))


@pytest.mark.parametrize("day", [0, 32, -1, "1", 1.0, True, None])
def test_a_day_of_the_month_is_1_to_31(day):
    assert refusals(bare("revolving", statement_day=day)) == ["debts[0].statement_day"]


def test_a_29_february_stands_only_in_a_leap_year():
    leap = bare("open", ends_on="2028-02-29")
    common = bare("open", ends_on="2027-02-29")

    assert refusals(leap) == []
    assert set(refusals(common)) == {"debts[0].ends_on"}


def test_every_error_is_told_at_once():
    document = complete("instalment", principal="1e3", next_due="2026-02-30", method="bullet")
    document["accounts"][0]["balance"] = 100
    document["version"] = 2

    assert set(refusals(document)) >= {
        "version",
        "accounts[0].balance",
        "debts[0].principal",
        "debts[0].next_due",
        "debts[0].method",
    }


@pytest.mark.parametrize("section", ["accounts", "incomes", "expenses", "debts"])
def test_an_id_stands_once_in_its_list(section):
    document = complete("open")
    document[section].append(copy.deepcopy(document[section][0]))
    last = len(document[section]) - 1

    assert refusals(document) == [f"{section}[{last}].id"]


def test_a_rung_has_its_id_once():
    document = complete("open", ladder=[RUNGS[1], RUNGS[1]], events=[])

    assert refusals(document) == ["debts[0].ladder[1].id"]


@pytest.mark.parametrize(
    ("contract", "changes", "path"),
    [
        ("instalment", {"principal": "19.99"}, "debts[0].principal"),
        ("open", {"principal": "19.99"}, "debts[0].principal"),
        ("listed", {"principal": "220.01"}, "debts[0].principal"),
        ("revolving", {"due_day": 1}, "debts[0].due_day"),
        ("revolving", {"due_after": 20}, "debts[0].due_day"),
        ("revolving", {"carrying": "200.01"}, "debts[0].carrying"),
        ("revolving", {"billed": "14.99", "carrying": None}, "debts[0].arrears[0].amount"),
        (
            "revolving",
            {"arrears": [{"due_on": "2026-12-01", "amount": "1.00"}]},
            "debts[0].arrears[0].due_on",
        ),
        (
            "revolving",
            {"arrears": [{"due_on": f"2026-{month}-10", "amount": "1.00"} for month in (10, 11)]},
            "debts[0].arrears",
        ),
        (
            "revolving",
            {"purchases": [{"on": "2026-12-02", "amount": "1.00"}]},
            "debts[0].purchases[0].on",
        ),
        ("instalment", {"next_due": "2026-11-30"}, "debts[0].next_due"),
        ("instalment", {"accrued_from": "2026-12-11"}, "debts[0].accrued_from"),
        ("instalment", {"periods_left": 0}, "debts[0].periods_left"),
        ("instalment", {"arrears": [ARREAR, ARREAR]}, "debts[0].arrears[1].due_on"),
        (
            "instalment",
            {"arrears": [ARREAR | {"due_on": "2026-12-01"}]},
            "debts[0].arrears[0].due_on",
        ),
        ("open", {"next_due": "2026-11-30"}, "debts[0].next_due"),
        ("open", {"ends_on": "2026-12-09"}, "debts[0].ends_on"),
        ("open", {"autopay": ["purse"]}, "debts[0].autopay[0]"),
        ("open", {"events": [{"rung": "moon", "on": "2026-12-01"}]}, "debts[0].events[0].rung"),
        ("open", {"overdue": {"multiplier": "1", "rate": "0.1"}}, "debts[0].overdue"),
        ("open", {"minimum": {"fixed": "1.00", "ratio": "0.1"}}, "debts[0].minimum"),
    ],
)
def test_a_contradiction_is_told_where_it_shows(contract, changes, path):
    assert path in refusals(complete(contract, **changes))


def test_an_unknown_account_debt_or_end_before_the_start_is_told():
    document = complete("open")
    document["incomes"][1]["account"] = "purse"
    document["expenses"][0]["until"] = "2026-11-30"
    document["order"] = ["debt", "other"]
    document["triage_order"] = ["debt", "debt"]

    assert refusals(document) == [
        "incomes[1].account",
        "expenses[0].until",
        "order[1]",
        "triage_order[1]",
    ]


# Sizes


def test_forty_debts_are_planned():
    document = complete("open")
    debts = []
    for index in range(40):
        contract = list(CONTRACTS)[index % 4]
        debts += complete(contract, id=f"debt{index}")["debts"]
    document |= {"debts": debts, "order": [], "triage_order": []}

    assert outcome(document) == ()


def test_360_months_are_planned_to_the_last():
    document = complete(
        "instalment", periods_left=360, principal="1000020.00", amount=None, fees_left="0.00"
    )
    document["accounts"][0]["balance"] = "9000000.00"
    document["debts"][0]["overdue"] = None

    plan = make_plan(parse_household(document), "minimum")

    assert plan.debt_free_on.isoformat() == "2056-11-10"
    assert len(plan.dues) == 361


@pytest.mark.parametrize(
    "emptied", [("debts", "order", "triage_order"), ("incomes",), ("incomes", "expenses")]
)
def test_what_may_be_empty_is_planned(emptied):
    document = complete("open") | {name: [] for name in emptied}

    assert outcome(document) == ()


def test_a_document_without_anything_is_planned():
    document = {
        "format": "repayment-household",
        "version": 1,
        "as_of": "2026-12-01",
        "currency": "CNY",
    }

    plan = make_plan(parse_household(document), "minimum")

    assert plan.debt_free_on.isoformat() == "2026-12-01"
    assert plan.status == "on_time"
    assert plan.dues == plan.payments == plan.cash == ()


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("as_of", ["1990-01-01", "1990-01-31", "2098-12-31", "2099-12-31"])
def test_the_ends_of_time_are_an_error_or_a_plan(contract, as_of):
    document = bare(contract, arrears=[], accrued_from=None, next_due=as_of, ends_on=None)
    debt = document["debts"][0]
    kept = debt.keys() & {*CONTRACTS[contract], *complete("open")["debts"][0]}
    document["debts"] = [{key: debt[key] for key in kept if key in complete(contract)["debts"][0]}]
    document["debts"][0] |= {"purchases": []} if contract == "revolving" else {}
    document["as_of"] = as_of
    if contract == "listed":
        document["debts"][0] |= {"rows": [], "principal": "0.00"}
    for flow in (*document["incomes"], *document["expenses"]):
        flow |= {"from": as_of, "until": None}

    assert outcome(document) == ()


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("fen", ["0.01", "999999999.99"])
def test_the_least_and_the_greatest_sum_are_planned(contract, fen):
    changes = {"arrears": []}
    if contract == "revolving":
        changes |= {"billed": fen, "unbilled": fen, "monthly_spend": fen, "carrying": fen}
        changes |= {"purchases": [{"on": "2026-10-20", "amount": fen}]}
    elif contract == "listed":
        row = {"due_on": "2026-12-10", "principal": fen, "interest": fen, "fee": fen}
        changes |= {"rows": [row], "principal": fen}
    else:
        changes |= {"principal": fen}
    if contract == "instalment":
        changes |= {"amount": fen, "fees_left": fen}
    document = complete(contract, **changes)
    document["accounts"][0]["balance"] = fen
    document["incomes"][1]["amount"] = fen

    assert outcome(document) == ()


# Bytes


def read_refused(raw):
    with pytest.raises(InvalidDocument) as caught:
        read_household(raw)
    (error,) = caught.value.errors
    assert "\n" not in str(error)
    assert len(str(error)) < 200
    return error


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", "line 1 column 1"),
        (b" \n ", "line 2"),
        (b"hello", "line 1 column 1"),
        (b'{"format": ', "line 1 column 12"),
        (b"{'format': 1}", "line 1 column 2"),
        (b"\xef\xbb\xbf{}", "a byte order mark"),
        ("{}".encode("utf-16"), "byte 0xff at 0"),
        (b'{"format": "\xc7\xff"}', "byte 0xc7 at 12"),
        ('{"name": "负债"}'.encode("gb18030"), "byte 0x"),
        (b'{"version": NaN}', "NaN"),
        (b'{"version": -Infinity}', "-Infinity"),
        (b'{"version": ' + b"9" * 5_000 + b"}", "too many digits"),
        (b"[" * 10_000 + b"]" * 10_000, "nested too deeply"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deeply"),
        (b"[" * 40_000, "nested too deeply"),
        (b"[" * 100_000, "without end"),
        (b'{"version": "' + b"9" * 100_000 + b'"}', "without end"),
        (b" " * 10_000_000, "10000000 bytes"),
        (b'{"a": 1, "a": 2}', "the key twice"),
    ],
    ids=range(19),
)
def test_bytes_that_are_no_document_are_one_error(raw, found):
    assert found in str(read_refused(raw))


def test_a_key_twice_is_named_however_deep_it_stands():
    text = json.dumps(complete("open")).replace('"card", "name"', '"card", "id": "card", "name"')

    assert read_refused(text.encode()).path == "id"


@pytest.mark.parametrize("raw", [b"null", b"[]", b"1", b'"x"', b"true"])
def test_what_is_no_object_is_refused_as_a_whole(raw):
    with pytest.raises(InvalidDocument) as caught:
        read_household(raw)

    assert caught.value.errors[0].path == ""
    assert caught.value.errors[0].expected == "an object"


def test_a_document_as_large_as_allowed_is_read():
    raw = json.dumps(complete("open")).encode()

    assert read_household(raw.ljust(MAX_BYTES)) == parse_household(complete("open"))
    assert f"{MAX_BYTES + 1} bytes" in str(read_refused(raw.ljust(MAX_BYTES + 1)))
