"""Letters and court papers: entered with their day from a debt, dated steps follow, taken back."""

import json
import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils.html import escape

from planner.domain.household.events import enterable, following
from planner.domain.household.household import Event, parse_household
from planner.domain.rulebook.products import load_products
from planner.models import User
from planner.pages.debts.event_form import choices
from planner.services import archive
from planner.services.documents import household_document_of
from planner.services.entries import record_payment
from planner.words.names import LABELS

pytestmark = pytest.mark.django_db

HUABEI = load_products()["huabei"].starting_document() | {
    "id": "huabei", "name": "花呗", "billed": "1862.40", "unbilled": "0.00",
}  # fmt: skip


@pytest.fixture
def client_of_huabei(client, make_member):
    client.force_login(make_member("huabei", debts=[HUABEI], expenses=[]))
    return client


def url(name="debt-events", slug="huabei"):
    return reverse(f"planner:{name}", args=[slug])


def enter(client, rung, on, **values):
    key = client.get(url()).context["form"]["key"].value()
    return client.post(url(), {"rung": rung, "on": on, "key": key} | values)


def owner_of(client):
    return User.objects.get(pk=client.session["_auth_user_id"])


def events_of(client):
    return household_document_of(owner_of(client))["debts"][0]["events"]


@pytest.mark.parametrize(
    ("rung", "on", "words", "day"),
    [
        ("payment_order", "2026-11-25", "支付令的 15 日", "12 月 10 日"),
        ("summons", "2026-11-30", "提交答辩状的最后一天", "12 月 15 日"),
        ("judgment", "2026-12-01", "上诉的最后一天", "12 月 16 日"),
        ("judgment_due", "2027-01-10", "开始加算迟延履行利息", "2027 年 1 月 11 日"),
        ("demanded", "2026-12-01", "三年诉讼时效届满", "2029 年 12 月 1 日"),
        ("settled", "2026-12-01", "不良记录满五年", "2031 年 12 月 2 日"),
        ("objection", "2026-12-01", "征信异议应当得到书面答复", "12 月 21 日"),
    ],
)
def test_what_arrived_dates_the_steps_that_run_from_it(client_of_huabei, rung, on, words, day):
    answer = enter(client_of_huabei, rung, on)

    assert answer.status_code == 302
    assert events_of(client_of_huabei) == [{"rung": rung, "on": on}]
    for page in (url(), url("debt-history")):
        shown = client_of_huabei.get(page).content.decode().replace("\u00a0", " ")
        assert re.search(rf"{day} · [^<]*</strong> [^<]*{words}", shown)


def test_an_event_dates_its_rung_in_the_plan_and_is_no_missed_due(client_of_huabei):
    before = client_of_huabei.get(reverse("planner:plan")).context["page"]
    enter(client_of_huabei, "payment_order", "2026-11-25")

    after = client_of_huabei.get(reverse("planner:plan")).context["page"]

    reply = {one.rung.id: one.starts_on for one in after.plan.consequences}["payment_order_reply"]
    assert reply == date(2026, 12, 10)
    assert after.ways == before.ways
    assert (after.plan.dues, after.plan.harm) == (before.plan.dues, before.plan.harm)


def test_an_event_is_found_from_the_history_and_from_the_step(client_of_huabei):
    history_page = client_of_huabei.get(url("debt-history")).content.decode()
    plan = client_of_huabei.get(reverse("planner:plan")).context["page"].plan
    ladder = reverse("planner:ladder", args=["huabei", plan.dues[0].due_on])

    steps = client_of_huabei.get(ladder).content.decode()

    assert f'href="{url()}"' in history_page
    assert f'href="{escape(url())}?rung=summons"' in steps
    assert "rung=lawsuit" not in steps
    chosen = client_of_huabei.get(f"{url()}?rung=summons").content.decode()
    assert '<option value="summons" selected>' in chosen


def test_what_was_entered_is_taken_back_and_both_ways_count_once(client_of_huabei):
    key = client_of_huabei.get(url()).context["form"]["key"].value()
    sent = {"rung": "summons", "on": "2026-11-30", "key": key}
    for _time in range(2):
        assert client_of_huabei.post(url(), sent).status_code == 302
    assert len(events_of(client_of_huabei)) == 1
    for _time in range(2):
        back = {"rung": "summons", "on": "2026-11-30"}
        assert client_of_huabei.post(url("event-undo"), back).status_code == 302

    assert events_of(client_of_huabei) == []
    assert client_of_huabei.post(url("event-undo"), {"on": "soon"}).status_code == 404


@pytest.mark.parametrize(
    ("rung", "on", "field"),
    [
        ("summons", "2026-12-02", "on"),  # still to come
        ("summons", "", "on"),
        ("", "2026-11-30", "rung"),
        ("lawsuit", "2026-11-30", "rung"),  # nothing that happens on a day
        ("bureau_2", "2026-11-30", "rung"),  # dated by the due
    ],
)
def test_what_cannot_have_happened_is_refused_in_its_place(client_of_huabei, rung, on, field):
    answer = enter(client_of_huabei, rung, on)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert events_of(client_of_huabei) == []


def test_of_a_demand_the_last_one_counts(client_of_huabei):
    for on in ("2026-11-20", "2026-10-01"):
        enter(client_of_huabei, "demanded", on)

    household = parse_household(household_document_of(owner_of(client_of_huabei)))

    assert [one.on for one in following(household.debts[0])] == [date(2029, 11, 20)]
    plan = client_of_huabei.get(reverse("planner:plan")).context["page"].plan
    assert {one.rung.id: one.starts_on for one in plan.consequences}["limitation"] == date(
        2029, 11, 20
    )


def test_events_come_back_with_everything_and_after_days_have_passed(
    client_of_huabei, clock, make_member
):
    user, newcomer = owner_of(client_of_huabei), make_member("newcomer")
    clock(date(2026, 12, 3))
    record_payment(user=user, debt="huabei", on=date(2026, 12, 2), amount_fen=100, account=None)
    enter(client_of_huabei, "summons", "2026-12-02")

    archive.restore_household(
        user=newcomer, file=archive.read_file(json.dumps(archive.export_of(user)).encode())
    )

    restored = household_document_of(newcomer)
    assert restored == household_document_of(user)
    assert restored["debts"][0]["events"] == [{"rung": "summons", "on": "2026-12-02"}]
    assert [one["kind"] for one in restored["history"]] == ["payment"]  # no correction


def test_everything_that_can_be_entered_is_called_by_what_happened():
    rungs = {rung.id for product in load_products().values() for rung in product.ladder}

    assert LABELS.keys() <= rungs
    for product in load_products().values():
        debt = parse_household(
            {"format": "repayment-household", "version": 1, "as_of": "2026-12-01",
             "currency": "CNY", "accounts": [], "incomes": [], "expenses": [],
             "debts": [{"id": "debt", "name": "?", "product": product.id, "contract": "open",
                        "principal": "1.00", "rate": None, "minimum": {"fixed": "1.00"},
                        "next_due": "2026-12-10", "reports_to": ["pboc", "zhima"],
                        "events": [{"rung": "settled", "on": "2026-11-01"}]}]}
        ).debts[0]  # fmt: skip
        offered = [rung for _title, group in choices(debt) for rung, _label in group]

        assert sorted(offered) == sorted(rung.id for rung in enterable(debt))
        assert set(offered) <= LABELS.keys(), product.id
        assert debt.events == (Event("settled", date(2026, 11, 1)),)


def test_a_days_limit_stands_on_the_plan_until_it_is_over(client_of_huabei, clock):
    enter(client_of_huabei, "payment_order", "2026-11-25")
    enter(client_of_huabei, "judgment_due", "2026-12-20")

    def warned(day):
        clock(day)
        page = client_of_huabei.get(reverse("planner:plan")).content.decode()
        return [words for words in ("支付令的 15 日", "写明的付款期限") if words in page]

    assert warned(date(2026, 12, 10)) == ["支付令的 15 日", "写明的付款期限"]
    assert warned(date(2026, 12, 11)) == ["写明的付款期限"]
    assert warned(date(2026, 12, 22)) == []


def test_a_step_is_worded_by_what_dates_it(client_of_huabei):
    enter(client_of_huabei, "payment_order", "2026-11-25")
    plan = client_of_huabei.get(reverse("planner:plan")).context["page"].plan
    ladder = reverse("planner:ladder", args=["huabei", plan.dues[0].due_on])

    shown = client_of_huabei.get(ladder).content.decode().replace("\u00a0", " ")
    words = re.sub(r"<[^>]+>", "", shown)

    assert "12 月 10 日 支付令的 15 日" in words  # not "from that day on"
    assert "“签收起诉状副本和传票”之后 15 天 提交答辩状的最后一天" in words


def test_a_debt_without_a_known_ladder_has_the_steps_of_the_law(client, make_member):
    client.force_login(make_member("friend"))

    answer = client.get(url(slug="friend"))
    key = answer.context["form"]["key"].value()
    sent = {"rung": "summons", "on": "2026-11-30", "key": key}
    assert client.post(url(slug="friend"), sent).status_code == 302

    shown = client.get(url(slug="friend")).content.decode().replace("\u00a0", " ")
    assert "12 月 15 日 · 还有 14 天" in shown
    assert "提交答辩状的最后一天" in shown
    assert "提交答辩状的最后一天" in client.get(reverse("planner:plan")).content.decode()
    assert "acceleration" not in shown  # what only a lender's contract could say
