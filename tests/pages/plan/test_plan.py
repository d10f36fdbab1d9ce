import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from planner.domain.household.household import parse_household
from planner.domain.make_plan import ladder as ladder_of
from planner.models import ITEM_MODELS, DebtRow, HouseholdRow, IncomeRow
from planner.pages.plan.page import SHOWN_FIGURES, prefix_of
from planner.plans.current import Current
from planner.plans.kept import whole_document
from planner.services.arrangements import agree_arrangement, ask_arrangement
from planner.services.changes import change_household
from planner.services.documents import household_document_of
from planner.services.entries import answer_unpaid
from planner.services.items import save_item
from planner.words.dues import DueLines
from tests.households import account, debt, expense, income

PLAN = "/plan/"
HTMX = {"HX-Request": "true", "HX-Target": "plan"}


def figures(kind, row, **values):
    """What the form of one item on the plan page sends."""
    prefix = prefix_of(kind, row.slug)
    sent = {"key": values.pop("key", "key-1"), "version": values.pop("version", row.version)}
    return {f"{prefix}-{name}": value for name, value in (sent | values).items()}


def debt_figures(row, **values):
    return figures("debts", row, **({"balance": "3,000.00", "rate": "6", "due_day": 15} | values))


def edit_url(kind, slug):
    return reverse("planner:plan-edit", args=[kind, slug])


@pytest.fixture
def friend(owner):
    return DebtRow.objects.owned_by(owner).get()


@pytest.mark.parametrize(("headers", "is_page"), [({}, True), (HTMX, False)])
def test_the_plan_is_a_page_or_a_fragment(owner_client, headers, is_page):
    response = owner_client.get(PLAN, headers=headers)

    assert response.status_code == 200
    assert (b"<html" in response.content) is is_page
    assert response.content.count(b'id="plan"') == 1


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("plan", []),
        ("ladder", ["friend", date(2026, 12, 15)]),
        ("calendar", []),
        ("calendar-month", [2026, 12]),
        ("calendar-download", []),
        ("calendar-ics", []),
        ("plan-csv", []),
    ],
)
def test_reading_pages_refuse_a_post(owner_client, name, arguments):
    assert owner_client.post(reverse(f"planner:{name}", args=arguments)).status_code == 405


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("plan-undo", []),
        ("plan-discreet", []),
        ("plan-news", []),
        ("plan-change", ["buffer"]),
        ("plan-edit", ["debts", "friend"]),
    ],
)
def test_changes_refuse_a_get(owner_client, name, arguments):
    assert owner_client.get(reverse(f"planner:{name}", args=arguments)).status_code == 405


def test_a_visitor_is_sent_to_sign_in(client, db):
    assert client.get(PLAN).status_code == 302


def test_a_stranger_sees_nothing_of_the_plan(client, owner, make_member):
    other = make_member("stranger", debts=[debt(id="other", name="别人")])
    client.force_login(other)
    row = DebtRow.objects.owned_by(owner).get()

    page = client.get(PLAN).content.decode()
    ladder = client.get(reverse("planner:ladder", args=["friend", date(2026, 12, 15)]))
    edit = client.post(edit_url("debts", "friend"), debt_figures(row))

    assert "小李" not in page
    assert (ladder.status_code, edit.status_code) == (404, 404)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_changed_balance_changes_the_plan(owner_client, owner, friend, headers):
    data = debt_figures(friend, balance="２，０００．５０元")

    url = edit_url("debts", "friend")
    response = owner_client.post(url, data, headers=headers, follow=True)

    # Where only the region is swapped it comes at once; else the page is asked for anew.
    assert [code for _url, code in response.redirect_chain] == ([] if headers else [302])
    assert response.status_code == 200
    assert DebtRow.objects.owned_by(owner).get().terms["principal"] == "2000.50"
    assert 'class="change' in response.content.decode()


def test_a_changed_due_day_moves_the_next_due(owner_client, owner, friend):
    owner_client.post(edit_url("debts", "friend"), debt_figures(friend, due_day="20"))

    terms = DebtRow.objects.owned_by(owner).get().terms
    assert (terms["due_day"], terms["next_due"]) == (20, "2026-12-20")


def test_a_due_day_that_has_passed_this_month_is_next_months(make_member, client):
    user = make_member("late", as_of="2026-12-10")
    client.force_login(user)
    row = DebtRow.objects.owned_by(user).get()

    client.post(edit_url("debts", "friend"), debt_figures(row, due_day="5"))

    assert DebtRow.objects.owned_by(user).get().terms["next_due"] == "2027-01-05"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"balance": "abc"}, "812.35"),
        ({"balance": ""}, "请填"),
        ({"due_day": "32"}, "31"),
        ({"rate": "-1"}, ""),
    ],
)
def test_a_refused_figure_keeps_what_was_typed(owner_client, owner, friend, values, words):
    response = owner_client.post(
        edit_url("debts", "friend"), debt_figures(friend, **values), headers=HTMX
    )
    text = response.content.decode()

    assert response.status_code == 422
    assert 'aria-invalid="true"' in text
    assert words in text
    assert f'value="{next(iter(values.values()))}"' in text or not next(iter(values.values()))
    assert "<html" not in text
    assert DebtRow.objects.owned_by(owner).get().version == friend.version


def test_an_older_version_is_told_what_changed(owner_client, owner, friend):
    owner_client.post(edit_url("debts", "friend"), debt_figures(friend, balance="2500"))

    response = owner_client.post(
        edit_url("debts", "friend"), debt_figures(friend, balance="2600", key="key-2")
    )
    text = response.content.decode()

    assert response.status_code == 409
    assert "2,500.00" in text
    assert "2600" in text
    assert DebtRow.objects.owned_by(owner).get().terms["principal"] == "2500.00"


def test_sending_twice_has_one_effect(owner_client, owner, friend):
    data = debt_figures(friend, balance="2500")

    answers = [owner_client.post(edit_url("debts", "friend"), data) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert DebtRow.objects.owned_by(owner).get().version == friend.version + 1


def test_an_income_and_an_account_change_where_they_stand(owner_client, owner):
    salary = IncomeRow.objects.owned_by(owner).get()
    card = ITEM_MODELS["accounts"].objects.owned_by(owner).get()

    owner_client.post(
        edit_url("incomes", "salary"), figures("incomes", salary, amount="9000", day="11")
    )
    owner_client.post(
        edit_url("accounts", "card"), figures("accounts", card, balance="10", key="key-2")
    )

    document = household_document_of(owner)
    assert (document["incomes"][0]["amount"], document["incomes"][0]["on"]) == (
        "9000.00",
        {"monthly": 11},
    )
    assert document["accounts"][0]["balance"] == "10.00"


@pytest.mark.parametrize("kind", ["expenses", "nothing"])
def test_only_the_figures_of_the_page_can_be_edited(owner_client, kind):
    assert owner_client.post(f"/plan/figures/{kind}/rent/", {}).status_code == 404


def test_buffer_and_strategy_change(owner_client, owner):
    changes = [
        ("buffer", {"buffer": "500", "was": "300.00", "key": "a"}),
        ("strategy", {"strategy": "snowball", "was": "avalanche", "key": "b"}),
    ]

    for name, data in changes:
        response = owner_client.post(reverse("planner:plan-change", args=[name]), data)
        assert response.status_code == 302

    household = HouseholdRow.objects.get(owner=owner)
    assert (household.buffer_fen, household.strategy) == (500_00, "snowball")


def test_a_buffer_changed_elsewhere_is_not_overwritten(owner_client, owner):
    change_household(user=owner, buffer="800.00")

    response = owner_client.post(
        reverse("planner:plan-change", args=["buffer"]),
        {"buffer": "500", "was": "300.00", "key": "a"},
    )

    assert response.status_code == 409
    assert HouseholdRow.objects.get(owner=owner).buffer_fen == 800_00


@pytest.mark.parametrize("name", ["buffer", "strategy"])
def test_a_refused_buffer_or_strategy_changes_nothing(owner_client, owner, name):
    url = reverse("planner:plan-change", args=[name])

    response = owner_client.post(url, {name: "optimal!", "was": "", "key": "a"}, headers=HTMX)

    assert response.status_code == 422
    assert HouseholdRow.objects.get(owner=owner).buffer_fen == 300_00


def test_undo_takes_the_change_back(owner_client, owner, friend):
    owner_client.post(edit_url("debts", "friend"), debt_figures(friend, balance="2500"))

    revision = HouseholdRow.objects.get(owner=owner).revision
    response = owner_client.post(reverse("planner:plan-undo"), {"revision": revision}, headers=HTMX)

    assert response.status_code == 200
    assert DebtRow.objects.owned_by(owner).get().terms["principal"] == "3000.00"
    assert 'class="change' not in response.content.decode()


def test_undo_sent_twice_takes_one_change_back(owner_client, owner):
    for yuan in (400, 500):
        change_household(user=owner, buffer=f"{yuan}.00")
    sent = {"revision": HouseholdRow.objects.get(owner=owner).revision}

    answers = [owner_client.post(reverse("planner:plan-undo"), sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 409]
    assert HouseholdRow.objects.get(owner=owner).buffer_fen == 400_00


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 5000])
def test_undo_without_the_state_it_was_made_for_does_nothing(owner_client, owner, revision):
    response = owner_client.post(reverse("planner:plan-undo"), {"revision": revision})

    assert response.status_code == 409
    assert HouseholdRow.objects.get(owner=owner).buffer_fen == 300_00


def test_renewing_an_older_state_shows_both(owner_client, owner):
    url = reverse("planner:plan-renew")
    sent = {"key": "a", "revision": HouseholdRow.objects.get(owner=owner).revision,
            "account-card": "1500", "principal-friend": "2500"}  # fmt: skip
    save_item(user=owner, kind="accounts", item=account(balance="1999.00"), version=1)

    response = owner_client.post(url, sent)

    assert response.status_code == 409
    assert {"1,999.00", "1500"} <= {
        text for row in response.context["form"].conflicts for text in row
    }
    assert household_document_of(owner)["accounts"][0]["balance"] == "1999.00"


def test_hidden_amounts_are_not_in_the_page(owner_client, owner):
    owner_client.post(reverse("planner:plan-discreet"), {"hide": "yes"})

    text = owner_client.get(PLAN).content.decode()

    assert HouseholdRow.objects.get(owner=owner).is_discreet
    for amount in ("3,000.00", "8,500.00", "2,100.00", "500.00", "300.00"):
        assert amount not in text


def test_the_ladder_unfolds_and_stands_alone(make_member, client):
    user = make_member(
        "lender",
        strategy="minimum",
        debts=[
            debt(
                ladder=[
                    {
                        "id": "called",
                        "after_days": 1,
                        "counts_from": "due",
                        "severity": 1,
                        "names": {"zh": "可能来电", "en": "A call is possible"},
                        "certainty": "practice",
                    }
                ]
            )
        ],
    )
    client.force_login(user)
    url = reverse("planner:ladder", args=["friend", date(2026, 12, 15)])

    page, fragment = client.get(url), client.get(url, headers=HTMX)

    assert "可能来电" in page.content.decode()
    assert "可能来电" in fragment.content.decode()
    assert b"<html" not in fragment.content


def test_the_ladder_of_a_due_that_is_met_is_answered_kindly(owner_client):
    url = reverse("planner:ladder", args=["friend", date(2026, 12, 16)])

    for headers in ({}, HTMX):
        text = owner_client.get(url, headers=headers).content.decode()

        assert "这一天没有要还的了" in text
        assert reverse("planner:debt-schedule", args=["friend"]) in text
    assert owner_client.get(url.replace("friend", "stranger")).status_code == 404


def test_the_ladder_of_every_due_is_the_one_its_plan_leads_to(make_member, clock):
    """Read off what is kept, also once a debt was missed, arranged anew and missed again."""
    rungs = [
        {"id": f"after-{days}", "after_days": days, "counts_from": "due", "severity": 1}
        for days in (1, 30, 90)
    ] + [{"id": "court", "after_days": None, "counts_from": "due", "severity": 5}]
    schedule = [{"due_on": f"2027-0{one}-20", "principal": "1000.00"} for one in (1, 2, 3)]
    user = make_member(
        "late",
        accounts=[account(balance="0.00")],
        incomes=[income(amount="400.00")],
        expenses=[],
        debts=[debt(ladder=rungs), debt(id="other", ladder=rungs, principal="2000.00")],
        strategy="avalanche",
    )
    clock(date(2026, 12, 20))
    answer_unpaid(user=user, debt="friend", due_on=date(2026, 12, 15))
    asked = ask_arrangement(user=user, debt="friend", asked_on=date(2026, 12, 18))
    agree_arrangement(
        user=user, arrangement=asked.pk, on=date(2026, 12, 18),
        terms={"contract": "instalment", "method": "listed", "principal": "3000.00",
               "rows": schedule},
    )  # fmt: skip
    clock(date(2027, 2, 25))

    current = Current(user)
    whole = whole_document(user, current.document)
    household = parse_household(whole)
    dues = {(one.debt, one.due_on) for one in current.plan.dues}

    assert len(dues) > 4
    assert current.plan.repeats
    for one in dues:
        assert current.ladder(*one) == ladder_of(household, *one)


def test_figures_of_another_day_say_so_and_can_be_renewed(owner_client, owner, clock):
    clock(date(2026, 12, 12))
    text = owner_client.get(PLAN).content.decode()
    url = reverse("planner:plan-renew")

    page = owner_client.get(url)
    known = {"key": "a", "revision": HouseholdRow.objects.get(owner=owner).revision}
    refused = owner_client.post(url, known | {"account-card": "x", "principal-friend": "1"})
    response = owner_client.post(url, known | {"account-card": "1,500", "principal-friend": "2500"})

    document = household_document_of(owner)
    assert "这是 12 月 1 日的数字" in text.replace("\u00a0", " ")
    assert text.count(f'href="{url}"') == 1
    assert (page.status_code, refused.status_code, response.status_code) == (200, 422, 302)
    assert document["as_of"] == "2026-12-12"
    assert document["debts"][0]["principal"] == "2500.00"
    assert document["debts"][0]["next_due"] == "2026-12-15"


def test_weixin_is_told_to_use_a_browser(owner_client):
    for url in (PLAN, reverse("planner:calendar-download")):
        plain = owner_client.get(url).content.decode()
        weixin = owner_client.get(url, headers={"User-Agent": "MicroMessenger/8"}).content.decode()

        assert "在浏览器中打开" in weixin
        assert "在浏览器中打开" not in plain


def test_names_are_escaped_everywhere(make_member, client):
    name = "<b>x</b>|{0}"
    user = make_member(
        "sly",
        debts=[debt(name=name, autopay=["card"])],
        accounts=[account(name=name, balance="1.00")],
        incomes=[income(name=name, amount="3000.00")],
    )
    client.force_login(user)

    for url in (PLAN, "/calendar/2026/12/", "/plan/dues/friend/2026-12-15/"):
        assert "<b>x</b>" not in client.get(url).content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "changes",
    [
        {"debts": []},
        {"incomes": []},
        {"accounts": [account(balance="0.00")]},
        {"strategy": "custom", "order": ["friend"]},
        {"debts": [debt(principal="0.00")]},
        {
            "debts": [
                debt(arrears=[{"due_on": "2026-11-15", "principal": "500.00", "interest": "9.00"}])
            ]
        },
        {"debts": [debt(rate={"rate": "0.5", "per": "year"}, minimum={"fixed": "10.00"})]},
    ],
)
def test_every_state_has_a_page(make_member, client, changes, language):
    client.force_login(make_member("anyone", **changes))

    with translation.override(language):
        client.cookies["language"] = language
        response = client.get(PLAN)

    assert response.status_code == 200
    assert b"<h1" in response.content


def queries_of(client, url):
    client.get(url)  # plans are computed once
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_rows(make_member, client):
    counts = []
    for name, number in (("two", 2), ("twenty", 20)):
        debts = [debt(id=f"debt-{index}", name=f"{index}") for index in range(number)]
        incomes = [income(id=f"income-{index}") for index in range(number)]
        user = make_member(name, debts=debts, incomes=incomes)
        client.force_login(user)
        counts.append([queries_of(client, url) for url in (PLAN, "/calendar/")])

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 15


def test_the_sample_is_seen_changed_and_swapped(client, db):
    client.post(reverse("planner:sample-open"))
    page = client.get(PLAN)
    salary = IncomeRow.objects.get()

    response = client.post(
        edit_url("incomes", salary.slug),
        figures("incomes", salary, amount="12000", day="10"),
        headers=HTMX,
    )

    assert "示例，数字可以随便改" in page.content.decode()
    assert response.status_code == 200
    assert "¥12,000.00" in response.content.decode()


def test_a_long_list_of_figures_is_cut_and_the_rest_is_a_link_away(owner_client, owner):
    for number in range(15):
        save_item(user=owner, kind="debts", item=debt(id=f"debt-{number}", name=f"debt {number}"))

    page = owner_client.get(reverse("planner:plan")).content.decode()

    debts = len(household_document_of(owner)["debts"])
    forms = set(re.findall(r'action="/plan/figures/debts/([^/]+)/', page))
    assert len(forms) in (SHOWN_FIGURES, SHOWN_FIGURES + 1)  # and the one just added
    assert reverse("planner:debt-list") in page
    assert str(debts - len(forms)) in page


# --- What the plan pays on each due --------------------------------------------------------------


def told_of(user, debt_id):
    """Day, chip and what the plan pays, of each due of a debt."""
    lines = DueLines(Current(user).situation).of(debt_id)
    pays = (re.search(r"计划还 ([0-9,.]+)", line.details) for line in lines)
    return [
        (line.day, line.chip, found and found.group(1))
        for line, found in zip(lines, pays, strict=True)
    ]


def test_what_is_paid_before_a_statement_is_not_told_of_its_bill(make_member):
    """13,256.92 on 10 December lower the bill of the 18th to 2,081.85, of which 243.08 are paid."""
    card = debt(
        **{"id": "card", "contract": "revolving", "statement_day": 18, "due_day": 6},
        **{"billed": "20000.00", "unbilled": "0.00", "minimum": {"ratio": "0.10"}},
        **{"rate": {"rate": "0.0005", "per": "day"}, "interest_from": "due"},
    )
    del card["principal"], card["next_due"]
    bonus = income(id="bonus", on={"once": "2026-12-10"}, amount="12000.00")
    user = make_member(
        "cards",
        debts=[card],
        accounts=[account(balance="5000.00")],
        incomes=[bonus, income(amount="1500.00")],
        expenses=[],
    )

    assert told_of(user, "card")[:2] == [
        ("12/6", "按时", "4,700.00"),
        ("1/6", "按时", None),  # what is required, and no more
    ]


def test_all_but_what_a_lender_tolerates_is_told_as_paid_in_full(make_member):
    """The optimum may leave what bears no interest; here a plan of its minimum stands for it."""
    card = debt(
        **{"id": "card", "contract": "revolving", "statement_day": 18, "due_day": 6},
        **{"billed": "500.00", "unbilled": "0.00", "minimum": {"ratio": "0.985"}},
        **{"rate": {"rate": "0.0005", "per": "day"}, "interest_from": "due"},
        tolerance="10.00",
    )
    del card["principal"], card["next_due"]
    user = make_member("cards", strategy="minimum", debts=[card], expenses=[])

    assert told_of(user, "card")[0][1] == "全额"


def test_what_makes_up_for_an_overdue_due_is_not_told_of_the_next(make_member):
    arrears = [{"due_on": "2026-11-15", "principal": "500.00"}]
    user = make_member("behind", strategy="minimum", debts=[debt(arrears=arrears)])

    assert told_of(user, "friend")[1:3] == [("12/15", "按时", None), ("1/15", "按时", None)]


def test_a_due_that_is_paid_in_its_days_of_grace_is_told_once(make_member):
    user = make_member(
        "graceful",
        strategy="minimum",
        debts=[debt(grace_days=3)],
        incomes=[income(on={"monthly": 17}, amount="600.00")],
        accounts=[account(balance="0.00")],
        expenses=[],
    )

    assert {pays for _day, _chip, pays in told_of(user, "friend")[:4]} == {None}


# --- Who could take the rent ---------------------------------------------------------------------


def kept_for_rent(**changes):
    """3,600.00 on the 10th, rent of 2,300.00 on the 25th: 1,300.00 go to the 2,000.00 of the
    12th."""
    return {
        "buffer": "0.00",
        "accounts": [account(balance="0.00")],
        "incomes": [income(amount="3600.00")],
        "expenses": [expense(amount="2300.00", on={"monthly": 25})],
        "debts": [
            debt(rate=None, principal="6000.00", minimum={"fixed": "2000.00"}, due_day=12,
                 next_due="2026-12-12", **changes)
        ],
    }  # fmt: skip


@pytest.mark.parametrize("strategy", ["avalanche", "optimal"])
def test_who_could_take_the_rent_is_told_unasked_with_what_one_may_do(
    client, make_member, strategy
):
    document = kept_for_rent(autopay=["card"]) | {"strategy": strategy}
    client.force_login(make_member("bound", **document))

    for _ in range(2):  # reckoned, then kept
        page = client.get(PLAN).content.decode().replace("\u00a0", " ")

        assert "留给房租和生活的钱，有可能被扣走" in page
        assert "小李可能从储蓄卡扣走 <strong>¥700.00</strong>：" in page
        assert f'href="{reverse("planner:deduction-list")}#remedies"' in page
        assert "手里的钱里，¥2,300.00 要留给房租（12 月 25 日）" in page


def test_nobody_is_told_of_a_risk_to_the_rent_where_all_is_paid_or_nobody_deducts(
    client, make_member
):
    paid = kept_for_rent(autopay=["card"]) | {"accounts": [account(balance="9000.00")]}
    free = kept_for_rent(autopay=[], autopay_known=True)

    for name, document in (("paid", paid), ("free", free)):
        client.force_login(make_member(name, **document))
        assert "有可能被扣走" not in client.get(PLAN).content.decode()
