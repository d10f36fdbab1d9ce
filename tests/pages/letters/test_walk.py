"""From overdue to kept, for each kind of lender: asked, offered, checked, agreed, kept."""

import re
from html import unescape

import pytest
from django.urls import reverse

from planner.models import Arrangement
from planner.plans.current import Current
from tests.households import account, income
from tests.page_reading import read

OFFERS = reverse("planner:offer-check")
LENDERS = [
    ("huabei", "花呗", "instalments", "platform"),
    ("jiebei", "借呗", "deferral", "platform"),
    ("credit_card", "招行信用卡", "personal", "bank"),
    ("other_loan", "某某小贷", "reduction", "small_lender"),
]


def overdue(product, name):
    """6,000 in twelve parts, of which the one of 20 November was missed."""
    missed = {
        "due_on": "2026-11-20", "principal": "500.00", "interest": "30.00", "fee": "0.00",
        "penalty": None,
    }  # fmt: skip
    return {
        "id": "asked", "name": name, "product": product, "contract": "instalment",
        "method": "level", "principal": "6000.00", "rate": {"rate": "0.01", "per": "month"},
        "periods_left": 11, "due_day": 20, "next_due": "2026-12-20", "arrears": [missed],
    }  # fmt: skip


def said(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def step(client, page, name, **changes):
    """Press the button of that step with what its form holds."""
    forms = read(client.get(page).content.decode()).posting()
    form = next(one for one in forms if ("step", name) in one.sent(step=name) and fits(one, name))
    return client.post(page, dict(form.sent(step=name)) | changes)


def fits(form, name):
    return {"agree": "confirmed_by", "keep": "on"}[name] in dict(form.sent())


@pytest.mark.parametrize(("product", "name", "aim", "kind"), LENDERS)
def test_what_is_overdue_is_asked_checked_agreed_and_kept(
    client, make_member, product, name, aim, kind
):
    user = make_member(
        "late",
        accounts=[account(balance="4500.00")],
        incomes=[income(amount="6000.00")],
        debts=[overdue(product, name)],
    )
    client.force_login(user)

    chosen = client.get(reverse("planner:letter-list")).content.decode()
    address = reverse("planner:letter-pack", args=["asked", aim])
    letter = said(client.get(address))

    assert address in chosen
    assert f"关于“{name}”" in letter
    assert "，已逾期 " in letter
    assert "致：其他" not in letter  # a kind of debt is nobody's name
    assert "其他欠款" not in letter[letter.index("致：") : letter.index("To: ")]  # there are none
    amount = re.search(r"(?:不超过|到时还|每期) ¥([\d,]+\.\d\d)", letter)[1]

    once = aim == "deferral"
    offer = {
        "debt": "asked", "kind": "deferral" if once else "instalments", "lender": kind,
        "principal": amount if once else "6000", "periods": "1" if once else "12",
        "first_due": "2027-01-13", "told": "total", "total": "10" if once else "60",
    }  # fmt: skip
    answer = client.post(OFFERS, offer)

    assert "真实年化利率是" in said(answer)
    assert "没有超过" in said(answer)
    assert 'value="arrange"' in answer.content.decode()

    page = reverse("planner:debt-arrangement", args=["asked"])
    assert client.post(OFFERS, offer | {"do": "arrange"}).status_code == 302
    assert step(client, page, "agree").status_code == 302
    agreed = Arrangement.objects.get()
    plan = Current(user).plan

    assert agreed.state == "agreed"
    first = min(one.on for one in plan.payments if one.debt == "asked")
    assert first.isoformat() <= "2027-01-13"
    assert step(client, page, "keep").status_code == 302
    assert Arrangement.objects.get().state == "kept"
