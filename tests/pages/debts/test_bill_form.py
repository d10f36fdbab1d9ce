"""A bill is asked as the app shows it, said back, and saved once the person says yes."""

from datetime import date

import pytest
from django.urls import reverse

from planner.models import User
from planner.services.changes import undo
from planner.services.documents import household_document_of
from tests.households import debt
from tests.page_reading import read
from tests.sending import as_sent, send_on

START = reverse("planner:start")
HUABEI = f"{START}?product=huabei"
CARD = f"{START}?product=credit_card"
DAYS = {"statement_day": "25", "due_day": "13"}


@pytest.fixture
def begins(client, db, clock):
    """A guest who begins on a day."""

    def begin(*day):
        clock(date(*day))
        client.post(reverse("planner:guest-start"))
        return client

    return begin


def shown_form(client, url):
    return client.get(url).context["form"]


def debts():
    return household_document_of(User.objects.get())["debts"]


def told(entry):
    return {key: entry[key] for key in ("billed", "unbilled", "carrying", "arrears")}


def add(client, url, **answers):
    return send_on(client, url, shown_form(client, url), consent="on", **answers)


def words(form):
    return str(form.understood_words).replace("\u00a0", " ").replace("<strong>", "").replace(
        "</strong>", ""
    )  # fmt: skip


# --- What is asked, on which day ---


@pytest.mark.parametrize(
    ("on", "asked"),
    [
        ((2026, 11, 29), "12 月 8 日要还的这期，App 里显示多少？"),
        ((2026, 12, 3), "12 月 8 日要还的这期，App 里显示多少？"),
        ((2026, 12, 9), "2027 年 1 月 8 日要还的这期，App 里显示多少？"),
        ((2026, 12, 31), "2027 年 1 月 8 日要还的这期，App 里显示多少？"),
    ],
)
def test_the_question_names_the_bill_that_is_paid_next(begins, on, asked):
    form = shown_form(begins(*on), HUABEI)

    assert form["to_pay"].label.replace("\u00a0", " ") == asked
    assert ("since" in form.fields) is (on == (2026, 12, 3))


@pytest.mark.parametrize("day", range(1, 32))
def test_only_on_the_statement_day_it_is_asked_what_the_app_shows(begins, day):
    form = shown_form(begins(2026, 12, day), HUABEI)

    assert ("shows_made" in form.fields) is (day == 1)


def test_nothing_is_asked_of_a_bill_whose_days_are_not_known(begins):
    form = shown_form(begins(2026, 11, 29), CARD)

    assert not {*form.bill} & form.fields.keys()


# --- What is understood ---


FULL = {"last": "full"}
SHORT = {"last": "short", "left": "1000", "missing": "100"}


@pytest.mark.parametrize(
    ("on", "url", "answers", "expected", "said"),
    [
        (
            (2026, 11, 29), HUABEI, {"to_pay": "2900"} | FULL,
            {"billed": "0.00", "unbilled": "2900.00", "carrying": None, "arrears": []},
            "12 月 1 日出账约 ¥2,900.00，最晚 12 月 8 日还，最低约 ¥290.00。"
            "上一期（11 月 8 日到期）已还清，现在没有逾期。",
        ),
        (
            (2026, 12, 3), HUABEI, {"to_pay": "2900", "since": "35"} | FULL,
            {"billed": "2900.00", "unbilled": "35.00", "carrying": None, "arrears": []},
            "12 月 1 日出的账还有 ¥2,900.00 要还，最晚 12 月 8 日还，最低 ¥290.00。"
            "出账以后花的 ¥35.00 算进下一期。上一期（11 月 8 日到期）已还清，现在没有逾期。",
        ),
        (
            (2026, 11, 29), CARD, {"to_pay": "5400"} | FULL | DAYS,
            {"billed": "5400.00", "unbilled": "0.00", "carrying": None, "arrears": []},
            "11 月 25 日出的账还有 ¥5,400.00 要还，最晚 12 月 13 日还，最低 ¥540.00。"
            "上一期（11 月 13 日到期）已还清，现在没有逾期。",
        ),
        (
            (2026, 11, 15), CARD, {"to_pay": "5400"} | SHORT | DAYS,
            {"billed": "1000.00", "unbilled": "5400.00", "carrying": None,
             "arrears": [{"due_on": "2026-11-13", "amount": "100.00"}]},
            # 1,000.00 for 31 nights at 0.05% are 15.50; the late fee is in what is left already.
            "11 月 25 日出账约 ¥6,415.50，最晚 12 月 13 日还，最低约 ¥745.50。"
            "上一期（11 月 13 日到期）的最低还款还差 ¥100.00，从 11 月 13 日起已经逾期 2 天。",
        ),
        (
            (2026, 11, 29), HUABEI, {"to_pay": "2900", "is_left_in": "on", "last": "minimum",
                                     "left": "1000"},
            {"billed": "1000.00", "unbilled": "1900.00", "carrying": None, "arrears": []},
            "12 月 1 日出账约 ¥2,915.00，最晚 12 月 8 日还，最低约 ¥1,205.00。"
            "上一期（11 月 8 日到期）还了最低，剩 ¥1,000.00 没还，每天在计息；没有逾期。",
        ),
        (
            (2026, 12, 3), HUABEI, {"to_pay": "0"} | FULL,
            {"billed": "0.00", "unbilled": "0.00", "carrying": None, "arrears": []},
            "12 月 8 日这期没有要还的。上一期（11 月 8 日到期）已还清，现在没有逾期。",
        ),
    ],
)  # fmt: skip
def test_it_is_said_back_and_stored_as_said(begins, on, url, answers, expected, said):
    guest_client = begins(*on)
    form = shown_form(guest_client, url)
    days = {key: value for key, value in answers.items() if key in DAYS}
    known = answers if "to_pay" in form.fields else days
    response = guest_client.post(url, as_sent(form, consent="on", **known))
    if response.context["form"].only_asks:
        sent = as_sent(response.context["form"], **answers)
        response = guest_client.post(url, sent)

    assert response.context["form"].asks_to_confirm, response.context["form"].errors
    assert words(response.context["form"]) == said
    assert debts() == []
    assert guest_client.post(url, as_sent(response.context["form"])).status_code == 302
    assert told(debts()[0]) == expected


def test_what_is_changed_after_it_was_said_back_is_said_back_again(begins):
    guest_client = begins(2026, 11, 29)
    form = shown_form(guest_client, HUABEI)
    asked = guest_client.post(HUABEI, as_sent(form, to_pay="2900", last="full", consent="on"))

    again = guest_client.post(HUABEI, as_sent(asked.context["form"], to_pay="290"))

    assert again.status_code == 422
    assert "¥290.00" in words(again.context["form"])
    assert debts() == []


def test_the_oldest_bill_that_was_short_may_lie_months_back(begins):
    guest_client = begins(2026, 11, 29)
    answers = {"to_pay": "2900", "missed_on": "2"} | SHORT

    assert add(guest_client, HUABEI, **answers).status_code == 302

    assert debts()[0]["arrears"] == [{"due_on": "2026-09-08", "amount": "100.00"}]


def test_another_due_day_may_make_another_bill_of_it(begins):
    """On the 9th a bill due on the 8th is over; one due on the 10th is to be paid tomorrow."""
    guest_client = begins(2026, 12, 9)
    form = shown_form(guest_client, HUABEI)

    asked = guest_client.post(
        HUABEI, as_sent(form, to_pay="2900", last="full", due_day="10", consent="on")
    )

    assert asked.status_code == 422
    assert asked.context["form"].only_asks
    assert "12\u00a0月\u00a010\u00a0日要还的这期" in asked.content.decode()
    again = guest_client.post(HUABEI, as_sent(asked.context["form"]))
    assert again.context["form"].asks_to_confirm, again.context["form"].errors
    assert guest_client.post(HUABEI, as_sent(again.context["form"])).status_code == 302
    assert told(debts()[0])["billed"] == "2900.00"


def test_a_form_left_open_over_the_statement_day_is_asked_again(begins, clock):
    guest_client = begins(2026, 11, 30)
    sent = as_sent(shown_form(guest_client, HUABEI), to_pay="2900", last="full", consent="on")
    clock(date(2026, 12, 2))
    guest_client.force_login(User.objects.get())

    assert guest_client.post(HUABEI, sent).context["form"].only_asks


def test_days_that_cannot_be_read_keep_what_else_was_typed(begins):
    guest_client = begins(2026, 11, 29)
    sent = as_sent(shown_form(guest_client, HUABEI), to_pay="2900", last="full", due_day="四十")

    response = guest_client.post(HUABEI, sent)

    assert list(response.context["form"].errors) == ["due_day", "consent"]
    control = read(response.content.decode()).posting()[-1].control("to_pay")
    assert control.value == "2900"


# --- With a script: asked and understood as it is typed ---


def test_looking_saves_nothing_and_complains_of_nothing(begins):
    guest_client = begins(2026, 11, 29)
    form = shown_form(guest_client, CARD)
    headers = {"HX-Request": "true"}

    asked = guest_client.post(
        CARD, as_sent(form, **DAYS) | {"look": "bill"}, headers=headers
    ).content.decode()
    half = guest_client.post(
        CARD, as_sent(form, to_pay="5400", **DAYS) | {"look": "understood"}, headers=headers
    ).content.decode()
    whole = guest_client.post(
        CARD, as_sent(form, to_pay="5400", last="full", **DAYS) | {"look": "understood"},
        headers=headers,
    ).content.decode()  # fmt: skip

    assert 'name="to_pay"' in asked
    assert 'class="understood"' not in half
    assert "¥5,400.00" in whole
    assert 'name="understood"' in whole
    assert "errorlist" not in asked + half
    assert debts() == []


# --- A bill that is held already ---


def card(**changes):
    held = debt(
        id="card", contract="revolving", product="credit_card", statement_day=25, due_day=13,
        billed="5400.00", unbilled="300.00", interest_from="posting",
        minimum={"ratio": "0.1", "carried": "0.1"}, rate={"rate": "0.0005", "per": "day"},
    ) | changes  # fmt: skip
    for key in ("principal", "next_due"):
        del held[key]
    return held


EDIT = reverse("planner:debt-detail", args=["card"])


def test_a_held_bill_is_shown_as_the_app_would(client, make_member):
    owner = make_member(debts=[card(carrying="1000.00")])
    client.force_login(owner)

    form = shown_form(client, EDIT)

    shown = {name: form[name].value() for name in ("to_pay", "since", "last", "left")}
    assert shown == {
        "to_pay": "5,400.00", "since": "300.00", "last": "minimum", "left": "1,000.00",
    }  # fmt: skip


def test_another_figure_of_it_is_said_back_too_and_undone_at_once(client, make_member):
    owner = make_member(debts=[card()])
    client.force_login(owner)

    response = send_on(client, EDIT, shown_form(client, EDIT), to_pay="5000", since="400")

    assert response.status_code == 302
    entry = household_document_of(owner)["debts"][0]
    assert (entry["billed"], entry["unbilled"]) == ("5000.00", "400.00")
    assert undo(user=owner)
    assert household_document_of(owner)["debts"][0]["billed"] == "5400.00"


def test_another_name_alone_asks_nothing(client, make_member):
    owner = make_member(debts=[card(carrying="12.34", arrears=[
        {"due_on": "2026-10-13", "amount": "10.00"}])])  # fmt: skip
    client.force_login(owner)

    assert client.post(EDIT, as_sent(shown_form(client, EDIT), name="另一张")).status_code == 302
    entry = household_document_of(owner)["debts"][0]
    assert (entry["name"], entry["carrying"]) == ("另一张", "12.34")
    assert entry["arrears"] == [{"due_on": "2026-10-13", "amount": "10.00"}]


def test_a_bill_that_was_paid_takes_what_bore_interest_with_it(client, make_member, clock):
    owner = make_member(debts=[card(carrying="1000.00", arrears=[
        {"due_on": "2026-11-13", "amount": "100.00"}])])  # fmt: skip
    clock(date(2026, 12, 3))
    client.force_login(owner)

    assert send_on(client, EDIT, shown_form(client, EDIT), to_pay="0").status_code == 302

    history = household_document_of(owner)["history"]
    assert told(history[-1]["terms"]) | {"carrying": None} == {
        "billed": "0.00", "unbilled": "300.00", "carrying": None, "arrears": [],
    }  # fmt: skip
