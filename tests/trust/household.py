"""A household that holds one of everything, so that every form and every field is shown."""

from datetime import date, timedelta
from typing import Any

from tests import households


def full(today: date, mark: str = "", start: str = "") -> dict[str, Any]:
    """`mark` stands in every name and note, `start` in front of every id.

    What the second step of the start writes is there too, under its ids: that step asks again
    only for what is its own.
    """
    soon = (today + timedelta(days=12)).isoformat()
    common = {"product": None, "rate": {"rate": "0.0005", "per": "day"}}
    document = households.document(
        as_of=today.isoformat(),
        accounts=[
            households.account(name=f"储蓄卡{mark}"),
            households.account(id="wallet", name=f"零钱{mark}", kind="wechat_balance",
                               balance="377.31"),
            households.account(id="account-first", name=f"手头{mark}", kind="other",
                               balance="377.41"),
        ],
        incomes=[
            households.income(name=f"工资{mark}", **{"from": today.isoformat()}),
            households.income(id="weekly", name=f"兼职{mark}", amount="377.37",
                              on={"weekly": "fri"}, **{"from": today.isoformat()}),
            households.income(id="income-first", name=f"奖金{mark}", amount="377.43",
                              **{"from": today.isoformat()}),
        ],
        expenses=[
            households.expense(name=f"房租{mark}", **{"from": today.isoformat()}),
            households.expense(id="food", name=f"吃饭{mark}", amount="300.00",
                               on={"every_days": 7}, **{"from": today.isoformat()}),
            households.expense(id="expense-living", name=f"日常{mark}", amount="37.00",
                               on={"every_days": 7}, **{"from": today.isoformat()}),
            households.expense(id="expense-rent", name=f"固定{mark}", amount="37.10",
                               **{"from": today.isoformat()}),
        ],
        debts=[
            {"id": "card-bill", "name": f"信用卡{mark}", "contract": "revolving",
             "billed": "1377.11", "unbilled": "377.13", "statement_day": 5, "due_day": 25,
             "minimum": {"ratio": "0.1", "floor": "0.00", "carried": "1"},
             "interest_from": "posting", "note": f"备注{mark}", **common},
            {"id": "loan", "name": f"借呗{mark}", "contract": "instalment", "method": "level",
             "principal": "2377.17", "periods_left": 6, "next_due": soon, "note": f"备注{mark}",
             "autopay": ["card"], **common},
            {"id": "listed", "name": f"网贷{mark}", "contract": "instalment", "method": "listed",
             "principal": "800.00", "rows": [{"due_on": soon, "principal": "800.00"}],
             **common},
            {"id": "friend", "name": f"小李{mark}", "contract": "open", "principal": "3377.19",
             "minimum": {"fixed": "500.00"}, "next_due": soon, "due_day": 15, **common,
             "rate": {"rate": "0.06", "per": "year"},
             "events": [{"rung": "demanded", "on": "2026-10-01"}]},
        ],
    )  # fmt: skip
    return renamed(document, start)


def renamed(document: dict[str, Any], start: str) -> dict[str, Any]:
    """The same with other ids."""
    for kind in ("accounts", "incomes", "expenses", "debts"):
        for entry in document[kind]:
            entry["id"] = start + entry["id"]
            if "account" in entry:
                entry["account"] = start + entry["account"]
            if "autopay" in entry:
                entry["autopay"] = [start + one for one in entry["autopay"]]
    return document


def pay_too_much(
    user: Any, on: date, amount: str, debt: str = "friend", account: str = "card"
) -> Any:
    """A payment as an engine stored it that still took more; today's refuses it."""
    from planner import hashes
    from planner.models import HistoryEntry, HouseholdRow, KeptPlan
    from planner.services.entries import record_payment

    record_payment(user=user, debt=debt, on=on, amount_fen=1, account=account)
    rows = HistoryEntry.objects.owned_by(user).standing()
    last = rows.last()
    HistoryEntry.objects.filter(pk=last.pk).update(entry=last.entry | {"amount": amount})
    entries = [row.entry for row in rows.all()]
    HouseholdRow.objects.owned_by(user).update(history_hash=hashes.history_hash(entries))
    KeptPlan.objects.owned_by(user).delete()
    return last
