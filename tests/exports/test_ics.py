from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import gettext as _

from planner.domain.household.household import parse_household, read_household
from planner.domain.make_plan import make_plan
from planner.exports.ics import MOST_EVENTS, calendar_file
from planner.words.figures import yuan
from planner.words.language import speaking
from planner.words.names import account_names_of, names_of
from tests.exports.generated import household
from tests.exports.readers import READERS, faults, read_by_icalendar
from tests.households import account, debt, document, income
from tests.paths import EXAMPLES

MOST_LINES = 5  # of a description, so that a phone shows it whole
EXAMPLE_FILES = sorted(EXAMPLES.glob("*.json"))
LADDER = [
    {"id": "late", "after_days": 1, "counts_from": "due", "severity": 1, "certainty": "contract"},
    {"id": "record", "after_days": 1, "counts_from": "due", "severity": 2, "certainty": "practice"},
    {"id": "rumour", "after_days": 5, "counts_from": "due", "severity": 2, "certainty": "reported"},
]


def planned(**changes):
    return make_plan(parse_household(document(**({"strategy": "minimum"} | changes))))


def events_of(plan, **options):
    return read_by_icalendar(calendar_file(plan, **({"language": "en"} | options)))


def assert_reads_back(plan, language):
    raw = calendar_file(plan, language=language)
    first, *others = (read(raw) for read in READERS)

    assert faults(raw) == set()
    assert all(events == first for events in others)
    assert raw.count(b"\r\nBEGIN:VEVENT\r\n") == len(first)
    assert all(len(event.description.split("\n")) <= MOST_LINES for event in first)
    paid = {(event.start, event.description.split("\n")[0]) for event in first}
    with speaking(language):
        for payment in plan.payments:
            assert (payment.on, _pay_line(payment, plan)) in paid


def _pay_line(payment, plan):
    return _("{debt}: pay {amount} from {account}").format(
        debt=names_of(plan)[payment.debt],
        amount=yuan(payment.amount_fen),
        account=account_names_of(plan)[payment.account],
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
def test_the_calendar_of_an_example_reads_back_in_four_readers(path, language):
    for strategy in ("minimum", "avalanche", "snowball", "custom"):
        assert_reads_back(make_plan(read_household(path.read_bytes()), strategy), language)


@pytest.mark.property
@pytest.mark.parametrize("tens", range(30))
def test_the_calendars_of_generated_households_read_back_in_four_readers(tens):
    for number in range(10 * tens, 10 * tens + 10):
        assert_reads_back(make_plan(household(number)), "zh" if number % 2 else "en")


@pytest.mark.long
@pytest.mark.parametrize("hundreds", range(3, 50))
def test_five_thousand_calendars_read_back_in_four_readers(hundreds):
    for number in range(100 * hundreds, 100 * hundreds + 100):
        assert_reads_back(make_plan(household(number)), "zh" if number % 2 else "en")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"\r\n", b"\n", "line ending"),
        (b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR", "byte order mark"),
        (b"VERSION:2.0\r\n", b"VERSION:2.0\r\nX-LONG:" + b"x" * 70 + b"\r\n", "line too long"),
        ("额".encode(), "额".encode()[:1] + b"\r\n " + "额".encode()[1:], "character cut"),
        (b"VERSION:2.0\r\n", b"VERSION:2.0\r\nMETHOD:PUBLISH\r\n", "method"),
        (b"VERSION:2.0\r\n", b"VERSION:2.0\r\nCOMMENT:x\r\n", "comment"),
        (b"SEQUENCE:0\r\n", b"SEQUENCE:0\r\nRRULE:FREQ=DAILY\r\n", "recurrence"),
        (b"UID:", b"X-UID:", "event without uid"),
        (b"DTEND;VALUE=DATE:2", b"DTEND;VALUE=DATE:1", "end before start"),
        (b"ACTION:DISPLAY\r\nDESCRIPTION:", b"ACTION:DISPLAY\r\nX-D:", "alarm without words"),
    ],
)
def test_each_own_check_catches_a_broken_file(old, new, fault):
    raw = calendar_file(make_plan(read_household(EXAMPLE_FILES[0].read_bytes())), language="zh")
    assert old in raw

    assert fault in faults(raw.replace(old, new))


def test_a_uid_that_stands_twice_is_caught():
    raw = calendar_file(planned(), language="zh")
    event = raw[raw.index(b"BEGIN:VEVENT") : raw.index(b"END:VEVENT")] + b"END:VEVENT\r\n"

    assert "uid twice" in faults(raw.replace(b"END:VCALENDAR", event + b"END:VCALENDAR"))


def test_an_event_keeps_its_uid_when_its_day_or_figures_change():
    before = planned()
    after = planned(debts=[debt(minimum={"fixed": "600.00"}, due_day=20, next_due="2026-12-20")])

    uids = [
        {event.uid: event.start for event in events_of(plan) if event.category == "Payment"}
        for plan in (before, after)
    ]
    assert uids[1].keys() <= uids[0].keys()
    assert all(uids[0][uid] != on for uid, on in uids[1].items())


def test_a_pay_day_keeps_its_uid_when_it_is_moved_off_a_holiday():
    plans = [
        planned(incomes=[income(on={"monthly": 9}, adjust=adjust)])
        for adjust in ("none", "next_workday")
    ]

    first, second = (
        {event.uid for event in events_of(plan) if event.category == "Money in"} for plan in plans
    )
    assert first == second


def test_uids_differ_between_people():
    first, second = (
        {event.uid for event in events_of(planned(), salt=salt)} for salt in ("one", "two")
    )

    assert first.isdisjoint(second)


def test_the_last_due_of_a_month_keeps_its_name_when_the_first_has_passed():
    rows = [{"due_on": f"2026-12-{day:02d}", "principal": "100.00"} for day in (4, 18)]
    listed = {
        "id": "loan",
        "name": "贷",
        "product": None,
        "contract": "instalment",
        "rate": None,
        "method": "listed",
        "overdue": None,
        "late_fee": None,
        "arrears": [],
    }
    first = [listed | {"principal": "200.00", "rows": rows}]
    second = [listed | {"principal": "100.00", "rows": rows[1:]}]
    both = planned(expenses=[], debts=first)
    later = planned(as_of="2026-12-05", expenses=[], debts=second)

    uids = [
        {event.start: event.uid for event in events_of(plan) if event.category == "Payment"}
        for plan in (both, later)
    ]
    assert len(set(uids[0].values())) == 2
    assert uids[0][date(2026, 12, 18)] == uids[1][date(2026, 12, 18)]


def test_titles_name_neither_lender_nor_amount_unless_asked_to():
    plan = planned(debts=[debt(name="花呗", ladder=LADDER)], expenses=[], incomes=[])

    discreet = " ".join(event.title for event in events_of(plan, language="zh"))
    open_ = " ".join(event.title for event in events_of(plan, language="zh", is_discreet=False))
    assert "留意这一天" in discreet
    assert "花呗" not in discreet
    assert "还" not in discreet
    assert "¥" not in discreet
    assert "还 ¥500.00 · 花呗" in open_


def test_an_alarm_says_what_the_title_says():
    plan = planned(debts=[debt(name="花呗", ladder=LADDER)])

    for is_discreet in (True, False):
        events = events_of(plan, is_discreet=is_discreet)
        ringing = [event for event in events if event.alarms]
        assert ringing
        assert all(said == one.title for one in ringing for _trigger, said in one.alarms)


def test_a_payment_says_how_much_from_where_until_when_and_what_else_starts():
    plan = planned(debts=[debt(name="花呗", grace_days=3, ladder=LADDER)])

    event = next(one for one in events_of(plan) if one.start == date(2026, 12, 15))
    assert event.description.split("\n") == [
        "花呗: pay ¥500.00 from 储蓄卡",
        "Due on 15 December 2026: ¥3,014.79, at least ¥500.00",
        "Last safe day: 18 December 2026",
        "If missed, from 19 December 2026: late (contract); record (common practice)",
    ]


def test_a_due_without_money_stands_on_its_last_safe_day():
    plan = planned(
        incomes=[], expenses=[], accounts=[account(balance="0.00")], debts=[debt(grace_days=3)]
    )

    event = events_of(plan, is_discreet=False)[0]
    assert event.start == date(2026, 12, 18)
    assert event.title == "Find ¥500.00 · 小李"
    assert (
        event.description.split("\n")[2]
        == "Last safe day: 18 December 2026; ¥500.00 missing by then"
    )


def test_consequences_that_are_only_practice_or_reported_are_tentative():
    plan = planned(
        incomes=[], expenses=[], accounts=[account(balance="0.00")], debts=[debt(ladder=LADDER)]
    )

    watched = {
        event.start: event.status for event in events_of(plan) if event.category == "Date to watch"
    }
    assert watched == {date(2026, 12, 16): "CONFIRMED", date(2026, 12, 20): "TENTATIVE"}


def test_consequences_that_are_avoided_have_no_event():
    plan = make_plan(parse_household(document(debts=[debt(ladder=LADDER)])), ladders=True)

    assert all(event.category != "Date to watch" for event in events_of(plan))


def test_a_statement_has_an_event_on_its_day():
    path = next(path for path in EXAMPLE_FILES if path.stem == "huabei_jiebei_card")

    events = events_of(make_plan(read_household(path.read_bytes()), "minimum"))
    days = [event.start for event in events if event.category == "Statement day"]
    # 花呗 bills on the 1st, the card on the 18th, from 1 December on and for a year.
    assert days[:4] == [date(2026, 12, 1), date(2026, 12, 18), date(2027, 1, 1), date(2027, 1, 18)]
    assert days[-1] <= date(2027, 12, 1)


def test_money_to_move_has_an_event_before_the_payment_needs_it():
    plan = planned(
        accounts=[
            account(id="a", name="零钱", balance="100.00"),
            account(id="card", balance="9000.00"),
        ],
        debts=[debt(autopay=["a"])],
    )

    event = next(one for one in events_of(plan) if one.category == "Transfer")
    assert event.start == plan.transfers[0].on
    assert "from 储蓄卡 to 零钱" in event.description


def test_money_for_the_rent_is_moved_before_it_leaves_an_account_that_holds_less():
    """500.00 in the account of a rent of 2,600.00 on the 5th, and 4,000.00 in another: 2,100.00
    are moved by the 5th, and only the 500.00 for the due of the 15th by then."""
    plan = planned(
        accounts=[
            account(balance="500.00"),
            account(id="purse", name="零钱", balance="4000.00"),
        ],
        incomes=[income(account="purse")],
        debts=[debt(rate=None, autopay=["card"])],
    )

    moved = [one for one in events_of(plan, is_discreet=False) if one.category == "Transfer"]

    assert [(one.start, one.title) for one in moved[:2]] == [
        (date(2026, 12, 5), "Move ¥2,100.00 from 零钱 to 储蓄卡"),
        (date(2026, 12, 15), "Move ¥500.00 from 零钱 to 储蓄卡"),
    ]


def test_income_that_is_not_certain_is_left_out():
    plan = planned(incomes=[income(certain=False)])

    assert all(event.category != "Money in" for event in events_of(plan))


@pytest.mark.parametrize(
    ("chosen", "triggers"),
    [
        (("-P2DT15H", "-PT15H", "PT9H"),
         [timedelta(days=-3, hours=9), timedelta(days=-1, hours=9), timedelta(hours=9)]),
        (("PT9H",), [timedelta(hours=9)]),
        ((), []),
    ],
)  # fmt: skip
def test_alarms_ring_at_nine_on_the_chosen_days(chosen, triggers):
    raw = calendar_file(planned(), language="en", alarms=chosen)

    payments = [event for event in read_by_icalendar(raw) if event.category == "Payment"]
    assert payments
    assert all([trigger for trigger, _ in event.alarms] == triggers for event in payments)
    assert all(f"TRIGGER:{name}\r\n".encode() in raw for name in chosen)


def test_an_unknown_alarm_is_refused():
    with pytest.raises(ValueError, match="PT1H"):
        calendar_file(planned(), language="en", alarms=["PT1H"])


def test_sequence_and_stamp_are_the_callers():
    stamp = datetime(2026, 12, 3, 20, 15, tzinfo=UTC)

    events = events_of(planned(), sequence=7, stamp=stamp)
    assert {(event.sequence, event.stamp) for event in events} == {(7, stamp)}


def test_the_stamp_is_the_plans_day_unless_given():
    assert {event.stamp for event in events_of(planned())} == {datetime(2026, 12, 1, tzinfo=UTC)}


def test_the_same_plan_gives_the_same_bytes():
    assert calendar_file(planned(), language="zh") == calendar_file(planned(), language="zh")


def test_a_plan_without_debts_is_an_empty_calendar():
    assert events_of(planned(debts=[])) == []


def test_events_show_the_time_as_free():
    raw = calendar_file(planned(), language="zh")

    assert raw.count(b"TRANSP:TRANSPARENT") == raw.count(b"BEGIN:VEVENT")


def test_a_description_survives_being_written_in_the_other_language():
    with speaking("en"):
        raw = calendar_file(planned(), language="zh")

    assert raw == calendar_file(planned(), language="zh")


def test_arrears_that_are_paid_within_grace_miss_nothing():
    arrears = [{"due_on": "2026-11-29", "principal": "500.00"}]
    plan = planned(expenses=[], debts=[debt(grace_days=5, arrears=arrears, overdue=None)])

    event = events_of(plan)[0]
    assert event.start == date(2026, 12, 1)
    assert "pay ¥500.00" in event.description
    assert "Last safe day: 4 December 2026" in event.description
    assert "missing" not in event.description


@pytest.mark.property
def test_a_calendar_of_more_events_than_anybody_reads_holds_the_first_ones():
    loan = {
        "name": "房贷", "product": None, "contract": "instalment", "principal": "300000.00",
        "rate": {"rate": "0.03", "per": "year"}, "method": "level", "periods_left": 360,
        "next_due": "2026-12-10", "overdue": None, "late_fee": None,
    }  # fmt: skip
    plan = planned(
        debts=[{"id": f"loan{i}"} | loan for i in range(10)],
        incomes=[],
        accounts=[account(balance="9999999.00")],
    )
    assert len(plan.payments) > MOST_EVENTS

    days = [event.start for event in events_of(plan)]
    assert len(days) == MOST_EVENTS
    assert days[-1] == sorted(payment.on for payment in plan.payments)[MOST_EVENTS - 1]
