"""The kinds of debt to choose from."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.domain.rulebook.products import Product, load_products
from planner.pages.debts.contracts import FORMS
from planner.pages.http import Request
from planner.words.language import language
from planner.words.names import CONTRACTS

# Those that most people owe on come first; the others by what they are.
FIRST = ("huabei", "jiebei", "credit_card", "jd_baitiao", "weilidai", "mortgage")
OTHERS = (
    (
        gettext_lazy("Pay later, a bill each month"),
        ("fenfu", "meituan_yuefu", "douyin_yuefu", "ctrip_naquhua"),
    ),
    (
        gettext_lazy("Cash loans"),
        (
            *("jd_jintiao", "meituan_jieqian", "fangxinjie", "duxiaoman", "fenqile"),
            "consumer_finance",
        ),
    ),
    (gettext_lazy("Car, family and friends"), ("car_loan", "private_loan")),
)
ANOTHER = ("other_bill", "other_loan", "other_balance")


def chosen(request: Request) -> tuple[str | None, Product | None]:
    """The contract asked for, by itself or by its product; (None, None) for anything unknown."""
    product = load_products().get(request.GET.get("product", ""))
    if product is not None:
        return product.contract, product
    contract = request.GET.get("contract", "")
    return (contract, None) if contract in FORMS else (None, None)


@dataclass(frozen=True, slots=True)
class Tile:
    """A product to tap: its name, and for another debt what it may be."""

    id: str
    name: str
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """The products there are: those in front, then by group what unfolds."""

    first: list[Tile]
    others: list[tuple[Any, list[Tile]]]


def offered_products() -> Offered:
    others = [(title, [_tile(one) for one in ids]) for title, ids in OTHERS]
    return Offered(
        first=[_tile(one) for one in FIRST],
        others=[*others, (_("None of these"), [_tile_of_another(one) for one in ANOTHER])],
    )


def _tile(product: str) -> Tile:
    return Tile(product, load_products()[product].name(language()))


def _tile_of_another(product: str) -> Tile:
    name, hint = CONTRACTS[load_products()[product].contract]
    return Tile(product, str(name), hint)
