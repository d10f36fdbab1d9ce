"""The sample household made short, overdue, endless and old; one with long words in it, one with a
home loan, and one with a debt paid off."""

from datetime import date, timedelta
from typing import Any

from planner.domain.rulebook.products import load_products
from planner.pages.front.sample import sample_document


def short(today: date) -> dict[str, Any]:
    """Next to no money until a pay day that lies after the first dues."""
    document = sample_document(today)
    for account in document["accounts"]:
        account["balance"] = "30.00"
    document["incomes"][0] |= _monthly(today + timedelta(days=27))
    return document


def enough(today: date) -> dict[str, Any]:
    """So much at hand that nothing is ever short."""
    document = sample_document(today)
    document["accounts"][1]["balance"] = "30000.00"
    return document


def overdue(today: date) -> dict[str, Any]:
    document = short(today)
    due_on = today - timedelta(days=14)
    debts = {debt["id"]: debt for debt in document["debts"]}
    debts["jiebei"]["arrears"] = [
        {"due_on": due_on.isoformat(), "principal": "900.00", "interest": "86.40"}
    ]
    return document


def endless(today: date) -> dict[str, Any]:
    """Nothing comes in any more."""
    return sample_document(today) | {"incomes": []}


def old(today: date) -> dict[str, Any]:
    """Figures of five days ago."""
    return sample_document(today - timedelta(days=5))


def away(today: date) -> dict[str, Any]:
    """Figures of a month ago: dues, pay days and living costs lie between."""
    return sample_document(today - timedelta(days=30))


def kept_back(today: date) -> dict[str, Any]:
    """Money that the plan keeps for rent and for a graver due, and that another lender may take
    before."""
    document = sample_document(today)
    document["accounts"][0]["balance"] = "200.00"
    document["accounts"][1]["balance"] = "950.00"
    document["accounts"].append(
        {"id": "wechat", "name": "微信零钱", "kind": "wechat_balance", "balance": "0.00"}
    )
    document["incomes"][0] |= _monthly(today + timedelta(days=27))
    document["expenses"] = [document["expenses"][0] | _monthly(today + timedelta(days=20))]
    document["expenses"][0]["amount"] = "450.00"
    document["expenses"][0].pop("adjust")
    jiebei = document["debts"][1] | {"autopay": ["bank"]}
    graver = {"id": "weilidai", "name": "微粒贷", "product": "weilidai", "autopay": []}
    document["debts"] = [
        _one_row(jiebei, today + timedelta(days=2), "800.00") | {"ladder": []},
        _one_row(jiebei, today + timedelta(days=4), "600.00") | graver,
    ]
    return document | {"strategy": "avalanche"}


def unsaid(today: date) -> dict[str, Any]:
    """Nobody said from where any lender takes its money."""
    document = sample_document(today)
    for debt in document["debts"]:
        debt |= {"autopay": [], "autopay_known": False}
    return document


def unbound(today: date) -> dict[str, Any]:
    """The person said that no lender takes money by itself."""
    document = unsaid(today)
    for debt in document["debts"]:
        debt["autopay_known"] = True
    return document


def long_words(today: date) -> dict[str, Any]:
    """Names as long as they may be, with no place to break, and amounts of nine digits."""
    document = sample_document(today)
    for kind in ("accounts", "incomes", "expenses", "debts"):
        for number, entry in enumerate(document[kind]):
            entry["name"] = ("某某消费金融有限公司联合贷款" * 6)[:60] if number % 2 else "W" * 60
    document["debts"][1]["principal"] = "99999999.99"
    document["incomes"][0]["amount"] = "99999999.99"
    return document


def mortgage(today: date) -> dict[str, Any]:
    """A home loan of hundreds of rows beside the others, and a loan of a friend."""
    document = sample_document(today)
    products = load_products()
    document["incomes"][0]["amount"] = "16000.00"
    document["debts"] += [
        products["mortgage"].starting_document()
        | {"id": "home", "name": "房贷", "principal": "812345.67", "method": "level",
           "rate": {"rate": "0.032", "per": "year", "monthly": True}, "periods_left": 264,
           "next_due": (today + timedelta(days=19)).isoformat(), "signed_on": "2023-06-12",
           "quoted_rate": "3.20%", "autopay": ["bank"]},
    ]  # fmt: skip
    return document


def late_pay_day(today: date) -> dict[str, Any]:
    """Huabei falls due on the 9th; what comes in on the 14th is spent by the 16th."""
    document = sample_document(today)
    for account in document["accounts"]:
        account["balance"] = "0.00"
    for income in document["incomes"]:
        income |= {"on": {"monthly": 14}, "adjust": "none", "amount": "6000.00"}
    document["expenses"] = [document["expenses"][0] | {"on": {"monthly": 16}, "amount": "5400.00"}]
    document["debts"] = [document["debts"][0]]
    return document


def no_choice(today: date) -> dict[str, Any]:
    """A single loan whose product fixes the due day."""
    document = sample_document(today)
    return document | {"debts": [one for one in document["debts"] if one["id"] == "jiebei"]}


def paid_off(today: date) -> dict[str, Any]:
    document = sample_document(today)
    document["debts"][1] |= {"principal": "0.00", "periods_left": 0, "amount": None}
    return document


def _monthly(first: date) -> dict[str, Any]:
    return {"on": {"monthly": first.day}, "from": first.isoformat(), "adjust": "none"}


def _one_row(debt: dict[str, Any], due_on: date, amount: str) -> dict[str, Any]:
    """The debt with nothing left but one due."""
    row = {"due_on": due_on.isoformat(), "principal": amount, "interest": "0.00", "fee": "0.00"}
    kept = ("name", "product", "contract", "rate", "autopay", "reports_to", "ladder")
    listed = {"method": "listed", "principal": amount, "rows": [row]}
    return {"id": debt["id"], **{key: debt[key] for key in kept if key in debt}, **listed}
