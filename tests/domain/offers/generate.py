"""Offers of lenders as documents, small and in every form."""

from datetime import date, timedelta

from hypothesis import strategies as st

from planner.domain.values.money import format_yuan

FIRST = date(2026, 12, 5)
GAPS = st.sampled_from((0, 1, 20, 26, 31, 36, 57, 62, 90))


def document(**changes):
    return {
        "format": "repayment-offer",
        "version": 1,
        "kind": "instalments",
        "lender_kind": "bank",
        "principal": "6000.00",
        "received_on": "2026-12-05",
        "periods": 12,
        "first_due": "2027-01-05",
        "fee": {"per_period": "39.00"},
    } | changes


@st.composite
def offers(draw, kinds=("instalments", "settlement", "deferral", "new_loan")):
    principal = draw(st.integers(100, 5_000_000))
    due = FIRST + timedelta(days=draw(GAPS))
    document = {
        "format": "repayment-offer",
        "version": 1,
        "kind": draw(st.sampled_from(kinds)),
        "lender_kind": draw(
            st.sampled_from(
                ("bank", "consumer_finance", "small_lender", "platform", "person", None)
            )
        ),
        "principal": format_yuan(principal),
        "received_on": FIRST.isoformat(),
    }
    if draw(st.booleans()):
        document["received"] = format_yuan(draw(st.integers(max(1, principal // 2), principal)))
    if draw(st.booleans()):
        document["up_front"] = format_yuan(draw(st.integers(0, principal // 10)))
    if draw(st.booleans()):
        document["first_fee"] = format_yuan(draw(st.integers(0, principal // 10)))
    if draw(st.booleans()):
        document["early_settlement"] = {"fees_waived": draw(st.booleans())}
    form = draw(st.sampled_from(("fee", "payment", "payments")))
    if form == "payments":
        days = draw(st.lists(st.integers(0, 900), min_size=1, max_size=8, unique=True))
        return document | {
            "payments": [
                {
                    "on": (FIRST + timedelta(days=one)).isoformat(),
                    "amount": format_yuan(draw(st.integers(1, principal))),
                }
                for one in days
            ]
        }
    count = draw(st.sampled_from((1, 2, 3, 6, 12, 24, 60)))
    document |= {"periods": count, "first_due": due.isoformat()}
    if form == "payment":
        low = max(1, principal // (2 * count))
        return document | {
            "payment": format_yuan(draw(st.integers(low, principal // count * 2 + 1)))
        }
    fee = draw(
        st.sampled_from(
            (
                {"per_period": format_yuan(principal // 150)},
                {"per_period_ratio": "0.0065"},
                {"total": format_yuan(principal // 13)},
                {"total_ratio": "0.078"},
                {"total_ratio": "1.5"},
                {"per_period": "0.00"},
            )
        )
    )
    if fee.get("per_period") != "0.00" and draw(st.booleans()):
        document["discount"] = format_yuan(draw(st.integers(0, principal // 200)))
    return document | {"fee": fee}
