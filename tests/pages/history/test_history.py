"""What happened, debt by debt: entered, corrected, taken back, arranged with the lender."""

import io
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from planner.models import Arrangement, HistoryEntry, HouseholdRow
from planner.pages.history_lines import SHOWN_ENTRIES
from planner.plans.kept import standing_household
from planner.plans.questions import answer_all_as_planned
from planner.services.changes import replace_household
from planner.services.entries import record_arrival, record_payment
from tests.entering import enter
from tests.households import debt, document
from tests.page_reading import read

HTMX = {"HX-Request": "true"}
LIST = reverse("planner:history-list")
UNDO = reverse("planner:history-undo")


def url(name, slug="friend"):
    return reverse(f"planner:debt-{name}", args=[slug])


@pytest.fixture
def lived(monkeypatch, make_member, client):
    """A member who comes back on 16 December, a day after the due of 500.00."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 12, 16, 4, tzinfo=UTC))
    user = make_member("owner", strategy="minimum")
    client.force_login(user)
    return user


def form_of(client, path, action=None, **changes):
    page = read(client.get(path).content.decode())
    form = next(one for one in page.posting() if one.action == (action or path))
    return dict(form.sent(**changes))


def standing(user):
    return HistoryEntry.objects.owned_by(user).standing()


# --- Payments ---


def test_a_due_is_marked_as_paid_with_what_the_plan_says(client, lived):
    path = url("paid") + "?due=2026-12-15"
    form = form_of(client, path)
    assert (form["amount"], form["on"], form["account"]) == ("500.00", "2026-12-16", "card")

    response = client.post(path, form)

    assert response.status_code == 302
    entry = standing(lived).get().entry
    assert (entry["amount"], entry["planned_on"]) == ("500.00", "2026-12-15")


def test_a_due_is_paid_before_its_day(client, lived):
    HouseholdRow.objects.owned_by(lived).update(as_of=date(2026, 12, 10))
    record_arrival(
        user=lived, income="salary", on=date(2026, 12, 10), amount_fen=850_000,
        planned_on=date(2026, 12, 10),
    )  # fmt: skip
    path = url("paid") + "?due=2027-01-15"
    text = client.get(path).content.decode()
    assert "提前还也可以" in text

    client.post(path, form_of(client, path, amount="100"))

    entry = standing(lived).filter(kind="payment").get().entry
    assert (entry["on"], entry["planned_on"]) == ("2026-12-16", "2027-01-15")


def test_a_payment_sent_twice_counts_once(client, lived):
    form = form_of(client, url("paid"), amount="100", account="")
    assert [client.post(url("paid"), form).status_code for _ in range(2)] == [302, 302]

    assert standing(lived).count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": ""},
        {"amount": "0"},
        {"amount": "9999999"},  # above what settles
        {"on": "2026-12-17"},  # the future
        {"on": "2026-11-30"},  # before the debt was entered
        {"account": "foreign"},
        {"key": ""},
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_payment_that_cannot_have_been_is_refused(client, lived, changes, headers):
    form = form_of(client, url("paid"), **({"amount": "100", "account": "card"} | changes))
    response = client.post(url("paid"), form, headers=headers)

    assert response.status_code == 422
    assert ("<html" in response.content.decode()) is (not headers)
    assert not standing(lived).exists()


def test_a_payment_on_a_finished_debt_is_refused_with_a_sentence(client, lived):
    enter(lived, "debts", "friend", principal="0.00", next_due="2027-01-15", arrears=[])
    response = client.post(url("paid"), form_of(client, url("paid"), amount="1", account="card"))

    assert response.status_code == 422
    assert "已经没有欠款了" in response.content.decode()


# --- History, and taking back ---


def test_the_debts_page_shows_the_position_and_what_happened(client, lived):
    client.post(url("paid"), form_of(client, url("paid"), amount="500", account="card"))
    text = client.get(url("history")).content.decode()

    assert "推算到" in text
    assert "还小李" in text
    assert url("detail") in text


def test_an_entry_is_taken_back_once_and_stays_to_be_seen(client, lived):
    client.post(url("paid"), form_of(client, url("paid"), amount="500", account="card"))
    form = form_of(client, url("history"), UNDO)
    responses = [client.post(UNDO, form, follow=True) for _ in range(2)]

    assert "已撤回" in responses[0].content.decode()
    assert "之前已经撤回" in responses[1].content.decode()
    assert not standing(lived).exists()
    assert "<s>" in client.get(url("history")).content.decode()
    assert standing_household(lived).accounts[0].balance_fen == 210_000 - 260_000  # rent


@pytest.mark.parametrize("number", ["", "x", "-1", "999999", "٣", "9" * 30])
def test_an_entry_that_is_not_there_cannot_be_taken_back(client, lived, number):
    assert client.post(UNDO, {"entry": number}).status_code == 404


def test_a_stranger_sees_and_takes_back_nothing(client, lived, stranger):
    made = record_payment(
        user=lived, debt="friend", on=date(2026, 12, 15), amount_fen=50_000, account="card"
    )
    client.force_login(stranger)

    assert client.post(UNDO, {"entry": made.pk}).status_code == 404
    assert "500.00" not in client.get(LIST).content.decode()
    assert standing(lived).count() == 1


@pytest.mark.parametrize("name", ["history", "paid", "arrangement"])
def test_a_debt_of_nobody_has_no_pages(client, lived, name):
    assert client.get(url(name, "nobody")).status_code == 404


def test_pages_are_read_and_changes_are_posted(client, lived):
    assert client.post(LIST).status_code == 405
    assert client.post(url("history")).status_code == 405
    assert client.get(UNDO).status_code == 405
    assert client.delete(url("paid")).status_code == 405


def test_a_long_history_is_shown_page_by_page_with_as_many_queries(
    client, lived, django_assert_max_num_queries
):
    for _ in range(SHOWN_ENTRIES + 5):
        record_payment(
            user=lived, debt="friend", on=date(2026, 12, 2), amount_fen=1_00, account="card"
        )
    client.get(url("history"))
    with django_assert_max_num_queries(40):
        text = client.get(url("history")).content.decode()

    assert text.count('class="event"') == SHOWN_ENTRIES
    assert client.get(url("history") + "?page=2").content.decode().count('class="event"') == 5


# --- The lender's figure wins ---


def test_another_figure_is_a_correction_with_its_reason_and_difference(client, lived):
    record_payment(
        user=lived, debt="friend", on=date(2026, 12, 15), amount_fen=50_000, account="card"
    )
    path = url("detail")
    response = client.post(path, form_of(client, path, principal="2600", reason="fee"))

    assert response.status_code == 302
    entry = standing(lived).get(kind="correction").entry
    assert (entry["reason"], entry["terms"]["principal"]) == ("fee", "2600.00")
    text = client.get(url("history")).content.decode()
    assert "比推算的多" in text
    assert "费用" in text


def test_a_debt_without_a_history_is_edited_without_a_reason(owner_client):
    assert b'name="reason"' not in owner_client.get(url("detail")).content


# --- Arrangements ---


def step(client, name, **changes):
    path = url("arrangement")
    page = read(client.get(path).content.decode())
    forms = [dict(one.sent()) | {"step": name} for one in page.posting() if one.action == path]
    wanted = {"agree": "confirmed_by", "offer": "first_due", "ask": "note"}.get(name, "on")
    form = next(one for one in forms if wanted in one)
    return client.post(path, form | changes)


OFFER = {"first_due": "2027-01-20", "count": "3", "amount": "1000"}


def test_an_arrangement_goes_from_asked_to_broken(client, lived):
    assert step(client, "ask", note="分三期").status_code == 302
    assert "谈妥之前" not in client.get(url("arrangement")).content.decode()
    assert step(client, "offer", **OFFER).status_code == 302
    agree = client.get(url("arrangement")).content.decode()
    assert "一旦违约，原来的还款计划和后果会回来" in agree  # said before it is agreed
    assert 'value="1,000.00"' in agree
    assert step(client, "agree", confirmed_by="短信").status_code == 302
    debt = standing_household(lived).debts[0]
    assert [row.principal_fen for row in debt.terms.rows] == [100_000] * 3
    page = client.get(url("arrangement")).content.decode()
    assert "一旦违约，会回来的是" in page
    assert "12 月 15 日" in page.replace("\u00a0", " ")  # the due that would be overdue again

    assert step(client, "break").status_code == 302
    assert standing_household(lived).debts[0].contract == "open"
    assert Arrangement.objects.owned_by(lived).get().state == "broken"


def test_an_arrangement_is_kept(client, lived):
    step(client, "ask")
    step(client, "agree", **OFFER)
    step(client, "keep")

    assert Arrangement.objects.owned_by(lived).get().state == "kept"


@pytest.mark.parametrize(
    "changes",
    [
        {"first_due": "2026-12-01"},
        {"count": "0"},
        {"count": "400"},
        {"amount": "0"},
        {"amount": "999999999", "count": "360"},
        {"on": "2026-12-17"},
        {"step": "dance"},
    ],
)
def test_an_agreement_that_cannot_be_is_refused(client, lived, changes):
    step(client, "ask")
    response = step(client, "agree", **(OFFER | changes))

    assert response.status_code == 422
    assert Arrangement.objects.owned_by(lived).get().state == "asked"
    assert not standing(lived).exists()


LISTED = {"how": "listed", "first_due": "", "count": "", "amount": ""}


def test_the_first_payment_may_be_another_amount(client, lived):
    step(client, "ask")
    first = {"first_amount": "1,500", "total": "3500"}
    assert step(client, "agree", **(OFFER | first)).status_code == 302

    rows = standing_household(lived).debts[0].terms.rows
    assert [row.principal_fen for row in rows] == [150_000, 100_000, 100_000]
    assert "3,500.00" in client.get(url("arrangement")).content.decode()


def test_payments_may_be_listed_one_by_one(client, lived):
    step(client, "ask")
    lines = "2026-12-20 300\n1月31日 1,200.00 12.50\n2027/3/1 1487.5 0 3\n"
    assert step(client, "offer", **LISTED, rows=lines, total="3003").status_code == 302
    text = client.get(url("arrangement")).content.decode()
    assert "2027-01-31 1200.00 12.50\n" in text  # to be agreed to as it was offered
    assert step(client, "agree").status_code == 302

    rows = standing_household(lived).debts[0].terms.rows
    assert [(one.due_on, one.principal_fen, one.interest_fen, one.fee_fen) for one in rows] == [
        (date(2026, 12, 20), 30_000, 0, 0),
        (date(2027, 1, 31), 120_000, 1_250, 0),
        (date(2027, 3, 1), 148_750, 0, 300),
    ]


def test_a_list_of_whole_payments_is_shown_as_it_was_written(client, lived):
    step(client, "ask")
    step(client, "offer", **LISTED, rows="2026-12-20 300.00\n2027-02-01 50.00")

    assert "2026-12-20 300.00\n2027-02-01 50.00" in client.get(url("arrangement")).content.decode()


def lines_of(count):
    first = date(2027, 1, 1).toordinal()
    return "\n".join(f"{date.fromordinal(first + n)} 5.00" for n in range(count))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rows": ""}, "请填写"),
        ({"rows": "2026-12-15 300"}, "2026-12-16"),  # yesterday
        ({"rows": "2027-02-01 300\n2027-01-01 300"}, "第 2 笔"),
        ({"rows": "2027-02-01 300\n2027-02-01 300"}, "第 2 笔"),
        ({"rows": "2027-01-01 300\n2027-02-01 0"}, "第 2 笔"),
        ({"rows": "2027-01-01 300\n2027-02-01 300", "total": "700"}, "600.00"),
        ({"rows": "2027-01-01 999999999\n2027-02-01 999999999"}, "太大了"),
        ({"rows": "next week 300"}, "第 1 行"),
        ({"rows": "2027-01-01"}, "第 1 行"),
        ({"rows": "2027-01-01 1 2 3 4"}, "第 1 行"),
        ({"rows": lines_of(601)}, "600"),
        ({"rows": "2027-01-01 300\n" * 5_000}, "60000"),
        ({"how": "otherwise", "rows": "2027-01-01 300"}, ""),
    ],
)
@pytest.mark.parametrize("name", ["offer", "agree"])
def test_a_list_that_cannot_be_is_refused_with_a_sentence(client, lived, name, changes, said):
    step(client, "ask")
    response = step(client, name, **(LISTED | changes))

    assert response.status_code == 422
    assert said in response.content.decode()
    assert Arrangement.objects.owned_by(lived).get().state == "asked"
    assert not standing(lived).exists()


def test_six_hundred_payments_are_taken(client, lived):
    step(client, "ask")

    assert step(client, "agree", **LISTED, rows=lines_of(600)).status_code == 302
    assert len(standing_household(lived).debts[0].terms.rows) == 600
    assert client.get(url("arrangement")).status_code == 200


def test_the_old_ladder_is_shown_before_it_is_agreed_and_before_it_is_broken(client, lived):
    replace_household(user=lived, document=document(debts=[debt(ladder=RUNGS)]))
    step(client, "ask")
    before = client.get(url("arrangement")).content.decode()
    step(client, "agree", **OFFER)
    agreed = client.get(url("arrangement")).content.decode()

    assert "原来的还款计划和后果是" in before
    assert "一旦违约，会回来的是" in agreed
    assert all("call-of-the-lender" in text for text in (before, agreed))


RUNGS = [{"id": "call-of-the-lender", "after_days": 3, "counts_from": "due", "severity": 1}]


def test_an_arrangement_that_went_on_elsewhere_is_not_overwritten(client, lived):
    step(client, "ask")
    path = url("arrangement")
    page = read(client.get(path).content.decode())
    old = next(one for one in page.posting() if one.control("confirmed_by"))
    sent = dict(old.sent(**OFFER))
    step(client, "agree", **OFFER)
    step(client, "break")

    assert client.post(path, sent | {"key": "another"}).status_code == 409
    assert Arrangement.objects.owned_by(lived).get().state == "broken"


# --- The plan page ---


def test_the_next_action_can_be_marked_as_done(client, lived):
    answer_all_as_planned(user=lived)
    plan = client.get(reverse("planner:plan")).content.decode()

    assert f'href="{url("paid")}?due=2027-01-15">已完成' in plan
    assert f'href="{url("paid")}?due=2027-01-15">标记已还' in plan


def test_a_sample_has_nothing_to_mark_as_done(client, db):
    client.post(reverse("planner:sample-open"))

    assert "已完成" not in client.get(reverse("planner:plan")).content.decode()


def test_the_plan_says_that_an_answer_was_written_down_and_undo_takes_it_back(client, lived):
    client.post(url("paid"), form_of(client, url("paid"), amount="500", account="card"))
    text = client.get(reverse("planner:plan")).content.decode()
    assert "记下了" in text

    client.post(reverse("planner:plan-undo"), form_of(
        client, reverse("planner:plan"), reverse("planner:plan-undo")
    ))  # fmt: skip

    assert not standing(lived).exists()


def test_the_workbook_holds_what_happened(client, lived):
    record_payment(
        user=lived, debt="friend", on=date(2026, 12, 15), amount_fen=50_000, account="card"
    )
    response = client.get(reverse("planner:plan-xlsx"))
    book = load_workbook(io.BytesIO(response.content))

    assert response.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert book["历史"]["D2"].value == 500


def test_a_late_income_is_asked_about_tomorrow_and_not_given_up(client, lived):
    plan = client.get(reverse("planner:plan")).content.decode()

    assert "还没到，明天再问" in plan
    assert "不会到了" in plan
