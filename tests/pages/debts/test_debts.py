"""Debts in the browser: their list, the forms of the three contracts, two tabs, twice the same."""

import pytest
from django.urls import resolve, reverse

from planner.domain.household.household import ACCOUNT_KINDS
from planner.domain.rulebook.products import load_products
from planner.models import DebtRow
from planner.pages.debts.forms import NOWHERE, PLACES, UNSAID
from planner.services.changes import undo
from planner.services.documents import household_document_of
from planner.services.items import delete_item
from tests.households import debt, document
from tests.sending import as_sent, send_on

LIST = reverse("planner:debt-list")
HTMX = {"HX-Request": "true"}

CARD = debt(
    id="card", name="招行卡", product="credit_card", contract="revolving", statement_day=5,
    due_day=23, billed="6240.75", unbilled="905.30", monthly_spend="300.00", carrying="100.00",
    minimum={"ratio": "0.1", "floor": "50.00", "carried": "0.1"},
    rate={"rate": "0.0005", "per": "day"}, interest_from="posting", interest_on="daily",
    late_fee={"ratio": "0.05", "floor": "10.00"}, autopay=["card"], reports_to=["pboc"],
    purchases=[{"on": "2026-11-03", "amount": "128.00"}], note="备注", grace_days=3,
    tolerance="10.00", arrears=[{"due_on": "2026-11-23", "amount": "50.00"}],
)  # fmt: skip
for key in ("principal", "next_due"):
    del CARD[key]
LOAN = debt(
    id="loan", name="借呗", product="jiebei", contract="instalment", principal="9600.00",
    rate={"rate": "0.146", "per": "year", "basis": 360, "monthly": False}, method="level",
    periods_left=10, next_due="2026-12-20", due_day=20, amount="1000.00", fees_left="12.00",
    overdue={"multiplier": "1.5", "on": "principal"}, late_fee=None,
    prepay={"allowed": True, "fee_ratio": "0.01", "keeps": "term", "fees_waived": True},
    arrears=[{"due_on": "2026-11-20", "principal": "900.00", "interest": "10.00", "fee": "0.00",
              "penalty": "1.00"},
             {"due_on": "2026-10-20", "principal": "800.00", "interest": "10.00", "fee": "0.00",
              "penalty": None}][::-1],
)  # fmt: skip
del LOAN["minimum"]
LISTED = debt(
    id="listed", name="车贷", contract="instalment", principal="800.00", rate=None,
    method="listed", rows=[
        {"due_on": "2026-12-20", "principal": "400.00", "interest": "26.78", "fee": "0.00"},
        {"due_on": "2027-01-20", "principal": "400.00", "interest": "13.00", "fee": "1.00"},
    ], overdue={"rate": "0.0007", "per": "day", "on": "row"},
)  # fmt: skip
for key in ("next_due", "minimum", "due_day"):
    del LISTED[key]
OPEN = debt(
    id="open", name="助学贷款", minimum={"ratio": "0.02", "floor": "25.00", "plus_interest": True},
    rate={"rate": "0.036", "per": "year", "basis": 365, "monthly": True}, compound=True,
    ends_on="2030-01-15", accrued_from="2026-11-15",
)  # fmt: skip
FREE = debt(id="free", name="表姐", rate=None, minimum=None)


def url_of(slug, name="planner:debt-detail"):
    return reverse(name, args=[slug])


def shown_form(client, url):
    return client.get(url).context["form"]


def debts_of(user):
    return household_document_of(user)["debts"]


@pytest.mark.parametrize(("headers", "is_page"), [({}, True), (HTMX, False)])
@pytest.mark.parametrize("url", [LIST, url_of("friend"), f"{LIST}new/?product=huabei"])
def test_each_address_is_a_page_or_its_region(owner_client, url, headers, is_page):
    response = owner_client.get(url, headers=headers)

    assert (b"<html" in response.content) is is_page
    assert b'id="debt-board"' in response.content


@pytest.mark.parametrize("given", [CARD, LOAN, LISTED, OPEN, FREE], ids=lambda one: one["id"])
def test_a_form_sent_as_it_is_shown_changes_nothing(client, make_member, given):
    owner = make_member(debts=[given])
    client.force_login(owner)
    before = household_document_of(owner)

    response = client.post(url_of(given["id"]), as_sent(shown_form(client, url_of(given["id"]))))

    assert response.status_code == 302, response.context["form"].errors
    assert household_document_of(owner) == before


@pytest.mark.parametrize("product", sorted(load_products()))
def test_every_product_can_be_entered_with_what_stands_in_front(owner_client, owner, product):
    url = f"{LIST}new/?product={product}"
    form = shown_form(owner_client, url)
    front = {
        "to_pay": "2386.40", "last": "full", "due_day": "9", "statement_day": "1",
        "principal": "9600",
        "next_due": "2026-12-20", "periods_left": "10",
        "method": "level", "rate_value": "0.04", "rate_unit": "day",
        "minimum_fixed": "500", "name": form["name"].value() or "别的",
    }  # fmt: skip

    response = send_on(owner_client, url, form, **front)

    assert response.status_code == 302, response.context["form"].errors
    entry = debts_of(owner)[-1]
    assert entry["product"] == product
    assert entry["grace_days"] == 0


def test_defaults_of_the_product_stand_in_where_a_field_is_emptied(owner_client, owner):
    url = f"{LIST}new/?product=huabei"
    empty = dict.fromkeys(("due_day", "statement_day", "rate_value", "minimum"), "")

    send_on(owner_client, url, shown_form(owner_client, url), to_pay="100", last="full", **empty)

    entry = debts_of(owner)[-1]
    assert (entry["statement_day"], entry["due_day"]) == (1, 8)
    assert entry["rate"]["rate"] == "0.0005"
    assert entry["minimum"] == {"ratio": "0.1", "floor": "0.00", "carried": "1"}


def test_reported_grace_is_shown_as_possible_and_counts_as_nothing(owner_client, owner):
    url = f"{LIST}new/?product=huabei"
    send_on(owner_client, url, shown_form(owner_client, url), to_pay="100", last="full")

    page = owner_client.get(LIST).content.decode()

    assert debts_of(owner)[-1]["grace_days"] == 0
    assert "3 天宽限" in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_invalid_form_comes_back_with_what_was_typed(owner_client, owner, headers):
    before = debts_of(owner)
    form = shown_form(owner_client, url_of("friend"))
    sent = as_sent(form, principal="很多", name="小李和小王", minimum_fixed="1e3")

    response = owner_client.post(url_of("friend"), sent, headers=headers)

    page = response.content.decode()
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"principal", "minimum_fixed"}
    assert all(typed in page for typed in ("很多", "小李和小王", "1e3"))
    assert page.count('aria-invalid="true"') == 2
    assert debts_of(owner) == before


CONTRADICTIONS = [
    (CARD, {"due_day": "5"}, "due_day"),
    (CARD, {"due_after": "20"}, "due_day"),
    (CARD, {"due_after": "20", "due_day": ""}, None),
    (CARD, {"left": ""}, "left"),
    (CARD, {"left": "49.99"}, "missing"),
    (CARD, {"left": "905.31", "is_left_in": "on"}, "left"),
    (CARD, {"missing": ""}, "missing"),
    (CARD, {"missed_on": "99"}, "missed_on"),
    (CARD, {"purchases": "2026-12-02 1"}, "purchases"),
    (CARD, {"grace_days": "28"}, "grace_days"),
    (CARD, {"autopay_1": "of-another"}, "autopay_1"),
    (LOAN, {"next_due": "2026-11-30"}, "next_due"),
    (LOAN, {"accrued_from": "2026-12-21"}, "accrued_from"),
    (LOAN, {"principal": "1000"}, "principal"),
    (LOAN, {"periods_left": "0"}, "periods_left"),
    (LOAN, {"periods_left": ""}, "periods_left"),
    (LOAN, {"rate_value": ""}, "rate"),
    (LOAN, {"method": "listed"}, "rows"),
    (LOAN, {"overdue_rate_value": "0.07"}, "overdue_rate"),
    (LOAN, {"arrears_2_due_on": "2026-10-20", "arrears_2_principal": "1"}, "arrears_2_due_on"),
    (LISTED, {"principal": "801"}, "principal"),
    (LISTED, {"rows": "2026-12-20 400\n2026-12-20 400"}, "rows"),
    (LISTED, {"rows": "2026-11-20 400\n2026-12-20 400"}, "rows"),
    (OPEN, {"ends_on": "2026-12-14"}, "ends_on"),
    (OPEN, {"minimum_kind": "fixed"}, "minimum_fixed"),
    (OPEN, {"minimum_kind": "other"}, "minimum_kind"),
    (OPEN, {"rate_value": "1001"}, "rate"),
    (OPEN, {"reports_to": ["fbi"]}, "reports_to"),
]


@pytest.mark.parametrize(("given", "changes", "field"), CONTRADICTIONS)
def test_what_the_parser_refuses_is_said_at_its_field(client, make_member, given, changes, field):
    owner = make_member(debts=[debt(), given])
    client.force_login(owner)
    before = debts_of(owner)

    response = client.post(
        url_of(given["id"]), as_sent(shown_form(client, url_of(given["id"])), **changes)
    )

    if field is None:
        assert response.context["form"].asks_to_confirm
        sent = as_sent(response.context["form"])
        assert client.post(url_of(given["id"]), sent).status_code == 302
        return
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert debts_of(owner) == before


def test_the_due_day_follows_the_next_due_date(owner_client, owner):
    form = shown_form(owner_client, url_of("friend"))

    owner_client.post(url_of("friend"), as_sent(form, next_due="2026-12-20"))

    assert (debts_of(owner)[0]["next_due"], debts_of(owner)[0]["due_day"]) == ("2026-12-20", 20)


@pytest.mark.parametrize(
    ("product", "kinds"),
    [
        ("huabei", {"debit_card", "alipay_balance", "yuebao", "other"}),
        ("jiebei", {"debit_card", "alipay_balance", "yuebao", "other"}),
        ("weilidai", {"debit_card", "alipay_balance", "yuebao", "wechat_balance", "other"}),
    ],
)
@pytest.mark.parametrize("has_accounts", [True, False])
def test_only_accounts_within_the_lenders_reach_are_offered(
    client, make_member, product, kinds, has_accounts
):
    accounts = [{"id": kind, "name": kind, "kind": kind, "balance": "1.00"}
                for kind in ACCOUNT_KINDS]  # fmt: skip
    client.force_login(
        make_member(accounts=accounts if has_accounts else [], incomes=[], expenses=[])
    )

    form = shown_form(client, reverse("planner:debt-create") + f"?product={product}")

    offered = {value for value, _name in form.fields["autopay_1"].choices} - {UNSAID, NOWHERE}
    if has_accounts:
        assert offered == kinds
    else:
        assert offered == {PLACES[kind][0] for kind in kinds if kind in PLACES}


def test_an_account_that_was_named_before_stays_offered(client, make_member):
    """What stands in the document is the person's word."""
    wechat = {"id": "wx", "name": "零钱", "kind": "wechat_balance", "balance": "1.00"}
    bill = load_products()["huabei"].starting_document() | {
        **{"id": "huabei", "name": "花呗", "billed": "0.00", "unbilled": "10.00"},
        **{"statement_day": 1, "due_day": 9, "autopay": ["wx"]},
    }
    client.force_login(make_member(accounts=[wechat], debts=[bill], incomes=[], expenses=[]))

    form = shown_form(client, url_of("huabei"))

    assert form["autopay_1"].value() == "wx"
    assert "wx" in {value for value, _name in form.fields["autopay_1"].choices}


def test_the_order_of_deduction_is_kept(client, make_member):
    accounts = [{"id": f"a{n}", "name": f"卡{n}", "kind": "debit_card", "balance": "1.00"}
                for n in range(3)]  # fmt: skip
    owner = make_member(accounts=accounts, incomes=[], expenses=[])
    client.force_login(owner)
    form = shown_form(client, url_of("friend"))

    client.post(url_of("friend"), as_sent(form, autopay_1="a2", autopay_2="", autopay_3="a0"))
    twice = client.post(url_of("friend"), as_sent(form, autopay_1="a2", autopay_2="a2"))

    assert debts_of(owner)[0]["autopay"] == ["a2", "a0"]
    assert twice.status_code == 422


def test_what_the_form_does_not_show_stays(client, make_member):
    ladder = [{"id": "call", "after_days": 3, "counts_from": "due", "severity": 1}]
    owner = make_member(debts=[debt(ladder=ladder)])
    client.force_login(owner)

    client.post(url_of("friend"), as_sent(shown_form(client, url_of("friend")), name="老李"))

    entry = debts_of(owner)[0]
    assert entry["name"] == "老李"
    assert entry["ladder"][0]["id"] == "call"


def test_sending_a_new_debt_twice_adds_it_once(owner_client, owner):
    url = f"{LIST}new/?contract=open"
    sent = as_sent(
        shown_form(owner_client, url), name="王", principal="10", next_due="2026-12-20",
        minimum_fixed="5",
    )  # fmt: skip

    answers = [owner_client.post(url, sent) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [302] * 3
    assert [entry["name"] for entry in debts_of(owner)] == ["小李", "王"]


def test_the_same_page_with_other_figures_is_asked_about(owner_client, owner):
    url = f"{LIST}new/?contract=open"
    sent = as_sent(
        shown_form(owner_client, url), name="王", principal="10", next_due="2026-12-20",
        minimum_fixed="5",
    )  # fmt: skip
    owner_client.post(url, sent)

    asked = owner_client.post(url, sent | {"name": "赵"})
    owner_client.post(url, as_sent(asked.context["form"]))

    assert asked.status_code == 409
    assert [entry["name"] for entry in debts_of(owner)] == ["小李", "王", "赵"]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_second_of_two_tabs_sees_both_versions(owner_client, owner, headers):
    first = as_sent(shown_form(owner_client, url_of("friend")), principal="2000")
    second = as_sent(shown_form(owner_client, url_of("friend")), principal="1000")
    owner_client.post(url_of("friend"), first)

    response = owner_client.post(url_of("friend"), second, headers=headers)

    page = response.content.decode()
    assert response.status_code == 409
    assert "2,000.00" in page
    assert 'value="1000"' in page
    assert debts_of(owner)[0]["principal"] == "2000.00"
    again = owner_client.post(url_of("friend"), as_sent(response.context["form"]))
    assert again.status_code == 302
    assert debts_of(owner)[0]["principal"] == "1000.00"


def test_what_was_deleted_in_another_tab_can_be_entered_anew(owner_client, owner):
    sent = as_sent(shown_form(owner_client, url_of("friend")), note="typed for long")
    row = DebtRow.objects.owned_by(owner).get()
    delete_item(user=owner, kind="debts", slug="friend", version=row.version)

    response = owner_client.post(url_of("friend"), sent)

    assert response.status_code == 409
    assert "typed for long" in response.content.decode()
    again = owner_client.post(response.context["action"], as_sent(response.context["form"]))
    assert again.status_code == 302
    assert [entry["note"] for entry in debts_of(owner)] == ["typed for long"]


def test_deleting_asks_once_and_can_be_undone(owner_client, owner):
    url = url_of("friend", "planner:debt-delete")
    form = shown_form(owner_client, url)
    assert len(debts_of(owner)) == 1

    answers = [owner_client.post(url, as_sent(form)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert debts_of(owner) == []
    undo(user=owner)
    assert len(debts_of(owner)) == 1


def test_deleting_what_was_changed_meanwhile_is_asked_again(owner_client, owner):
    url = url_of("friend", "planner:debt-delete")
    stale = as_sent(shown_form(owner_client, url))
    edit = as_sent(shown_form(owner_client, url_of("friend")), principal="1")
    owner_client.post(url_of("friend"), edit)

    response = owner_client.post(url, stale)

    assert response.status_code == 409
    assert len(debts_of(owner)) == 1


@pytest.mark.parametrize("name", ["planner:debt-detail", "planner:debt-delete"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_stranger_finds_nothing(client, make_member, stranger, name, method, headers):
    make_member("owner", debts=[debt(id="of-owner")])
    client.force_login(stranger)

    response = getattr(client, method)(url_of("of-owner", name), headers=headers)

    assert response.status_code == 404


def test_an_account_of_another_cannot_be_named(client, make_member, stranger):
    accounts = [{"id": "of-owner", "name": "卡", "kind": "debit_card", "balance": "1.00"}]
    make_member("owner", accounts=accounts, incomes=[], expenses=[])
    client.force_login(stranger)
    sent = as_sent(shown_form(client, url_of("friend")), autopay_1="of-owner")

    response = client.post(url_of("friend"), sent)

    assert response.status_code == 422
    assert "autopay_1" in response.context["form"].errors


@pytest.mark.parametrize("url", [LIST, f"{LIST}new/?contract=open", url_of("friend")])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(owner_client, url, method):
    assert getattr(owner_client, method)(url).status_code == 405


def test_an_unknown_product_or_contract_leads_to_the_list(owner_client):
    for query in ("product=nothing", "contract=nothing", "contract=../x", ""):
        assert owner_client.get(f"{LIST}new/?{query}").status_code == 302


def test_the_list_takes_as_many_queries_for_20_as_for_2(
    client, make_member, django_assert_max_num_queries
):
    counts = []
    for number in (2, 20):
        owner = make_member(
            f"owner{number}", debts=[debt(id=f"d{n}", autopay=["card"]) for n in range(number)]
        )
        client.force_login(owner)
        with django_assert_max_num_queries(15) as queries:
            client.get(LIST)
            client.get(url_of("d1"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_empty_list_invites(client, make_member):
    client.force_login(make_member(debts=[]))

    page = client.get(LIST).content.decode()

    assert "/debts/new/?product=huabei" in page
    assert "/debts/new/?product=other_balance" in page


def test_names_are_shown_as_text(client, make_member):
    probe = "<b data-probe=1>&\"'"
    client.force_login(make_member(debts=[debt(name=probe, note=probe)]))

    for url in (LIST, url_of("friend"), url_of("friend", "planner:debt-delete")):
        assert "<b data-probe" not in client.get(url).content.decode()


def test_a_document_from_elsewhere_is_edited_like_any_other(client, make_member):
    owner = make_member(**{"debts": document()["debts"] + [CARD, LOAN]})
    client.force_login(owner)

    for entry in debts_of(owner):
        assert client.get(url_of(entry["id"])).status_code == 200


def test_a_debt_called_as_the_page_that_makes_one_can_be_opened(client, make_member):
    user = make_member(debts=[debt(id="new", name="新网贷")])
    client.force_login(user)
    page = reverse("planner:debt-detail", args=["new"])

    response = client.get(page)

    assert "新网贷" in response.content.decode()
    assert page != reverse("planner:debt-create")
    assert resolve(page).kwargs == {"slug": "new"}
    listed = client.get(reverse("planner:debt-list")).content.decode()
    assert f'href="{url_of("new", "planner:debt-schedule")}"' in listed


def test_list_and_page_say_what_is_known_of_its_deduction(client, make_member):
    debts = [
        LOAN | {"id": "unsaid", "autopay": [], "autopay_known": False},
        LOAN | {"id": "itself", "autopay": [], "autopay_known": True},
        LOAN | {"id": "card", "autopay": ["card"]},
    ]
    client.force_login(make_member(debts=debts))

    page = client.get(LIST).content.decode()
    assert page.count("还不知道会不会自动扣款，先当作可能会扣") == 1
    said = {
        "unsaid": "先当作可能从任何账户扣",
        "itself": "它不会自动扣款",
        "card": "你填的扣款账户",
    }
    for slug, words in said.items():
        page = client.get(url_of(slug, "planner:debt-schedule")).content.decode()
        assert [one for one in said.values() if one in page] == [words]
