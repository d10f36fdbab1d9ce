"""What every contract shares: a due, the parts of a payment, what stands to be paid."""

from datetime import date
from typing import Final, NamedTuple, TypeVar

from planner.domain.household.terms import LateFee
from planner.domain.values.money import round_half_up

NEVER: Final = date.max.toordinal()


class Parts(NamedTuple):
    """Fen of a payment or a balance by kind."""

    principal: int
    interest: int
    fee: int
    penalty: int


class Due:
    """An amount that a contract requires on a day; days are ordinals, amounts fen.

    `amount` is the statement, row or balance, `required` what must be paid of it.
    `unpaid` is what is left of it now, with late fee and penalty that joined it: penalty as
    of the last payment on it, or since the contract was asked for its `open_dues`.
    A due is missed when grace ends with more than the tolerance unpaid; `met_on` is the day
    on which nothing of it was unpaid any more, None until then.
    """

    __slots__ = (
        "amount",
        "due_on",
        "is_arrear",
        "is_missed",
        "last_safe_on",
        "met_on",
        "paid_in_time",
        "required",
        "unpaid",
    )

    def __init__(self, due_on: int, last_safe_on: int, amount: int, required: int) -> None:
        self.due_on = due_on
        self.last_safe_on = last_safe_on
        self.amount = amount
        self.required = required
        self.unpaid = required
        self.paid_in_time = 0
        self.is_missed = False
        self.is_arrear = False
        self.met_on: int | None = None

    def count_paid(self, day: int, paid: int) -> None:
        """Note that `paid` of it was covered on `day`; arrears were not paid in time."""
        if day <= self.last_safe_on and not self.is_arrear:
            self.paid_in_time = min(self.required, self.paid_in_time + paid)

    def become_arrear(self) -> None:
        """What is left of it is, from now on, what was required before and is unpaid."""
        self.is_arrear = True
        self.amount = self.required = self.unpaid
        self.paid_in_time = 0

    @property
    def short(self) -> int:
        """What of `required` was not paid up to the last safe day."""
        return self.required - self.paid_in_time


D = TypeVar("D", bound=Due)


def in_grace(dues: list[D], day: int) -> list[D]:
    """Of open dues, oldest first, those whose grace has not ended before `day`: the last ones."""
    first = len(dues)
    while first and dues[first - 1].last_safe_on >= day:
        first -= 1
    return dues[first:]


def charge_late_fee(late_fee: LateFee | None, missing: int) -> int:
    """The fee on what is missing the day it becomes overdue: ratio x missing, at least floor."""
    if late_fee is None:
        return 0
    return max(round_half_up(late_fee.ratio * missing), late_fee.floor_fen)


T = TypeVar("T")


_SLOTS: dict[type[object], tuple[str, ...]] = {}


def copy_slots(source: T) -> T:
    """A shallow copy of an object with __slots__, many times quicker than copy.copy."""
    cls = type(source)
    names = _SLOTS.get(cls)
    if names is None:
        names = tuple(name for kind in cls.__mro__ for name in getattr(kind, "__slots__", ()))
        _SLOTS[cls] = names
    other = object.__new__(cls)
    for name in names:
        setattr(other, name, getattr(source, name))
    return other
