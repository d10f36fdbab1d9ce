"""Rates, and what they come to by the night, the month and the year.

Nights are counted half-open on proleptic ordinals (`date.toordinal()`): [start, end)
bears end − start nights. No float, no rounded decimal: a rate is an exact fraction, and
the one irrational result, an internal rate of return, is found in scaled integers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Final, Literal

from planner.domain.values.days import month_day_on_or_before, next_month_day
from planner.domain.values.money import divide_half_up

# A period from one day of the month to the next has 28 to 31 nights.
NIGHTS_LCM: Final = lcm(28, 29, 30, 31)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate, not negative: `value` per day, month or year.

    `basis` (the days of a year) and `monthly` (a twelfth each month, instead of a day's
    share each night) matter per year only. Raises ValueError for anything else.
    """

    value: Fraction
    per: Literal["day", "month", "year"]
    basis: Literal[365, 360] = 365
    monthly: bool = False

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError(f"a rate is not negative: {self.value}")
        if self.per not in ("day", "month", "year"):
            raise ValueError(f"a rate is per day, month or year, not {self.per!r}")
        if self.basis not in (365, 360):
            raise ValueError(f"a year has 365 or 360 days, not {self.basis}")
        if self.monthly and self.per != "year":
            raise ValueError("only a rate per year can be charged monthly")

    @property
    def is_monthly(self) -> bool:
        """Is a month's rate spread over the nights of its period?"""
        return self.per == "month" or self.monthly

    @property
    def nightly(self) -> Fraction:
        """The rate of any one night; ValueError where it depends on the period."""
        if self.is_monthly:
            raise ValueError("a monthly rate has no rate per night: see month_weight")
        return self.value if self.per == "day" else self.value / self.basis

    @property
    def monthly_value(self) -> Fraction:
        """The rate of a month, as the annuity takes it: a year's ÷ 12, a day's × 30."""
        match self.per:
            case "day":
                return self.value * 30
            case "month":
                return self.value
            case "year":
                return self.value / 12

    @property
    def annual(self) -> Fraction:
        """The simple rate of a year, to compare: a day's × 365, a month's × 12.

        The basis leaves it as it is: 18 % on 360 days compares as 18 %.
        """
        match self.per:
            case "day":
                return self.value * 365
            case "month":
                return self.value * 12
            case "year":
                return self.value


def annuity(principal_fen: int, rate: Rate, count: int) -> int:
    """The level payment (等额本息), in fen, that repays a principal in `count` months.

    Rounded half up, once. With a month's rate i = a/b it is P·i·(1+i)ⁿ ÷ ((1+i)ⁿ − 1),
    worked out in whole numbers; without interest, P ÷ n. Raises ValueError for a negative
    principal or a count below 1.
    """
    if principal_fen < 0 or count < 1:
        raise ValueError(f"no level payment of {principal_fen} fen in {count} months")
    monthly = rate.monthly_value
    if not monthly:
        return divide_half_up(principal_fen, count)
    a, b = monthly.numerator, monthly.denominator
    grown, lent = (a + b) ** count, b**count
    return divide_half_up(principal_fen * a * grown, b * (grown - lent))


def month_weight(start: int, end: int, day: int) -> int:
    """The months in the nights [start, end) under a monthly rate, times NIGHTS_LCM.

    The sum, over the nights, of NIGHTS_LCM ÷ the nights of the night's period, which
    reaches from the clipped `day` of a month at or before that night to the next one.
    A whole period weighs NIGHTS_LCM exactly; the interest of a stretch is
    principal × rate.monthly_value × month_weight ÷ NIGHTS_LCM. `start` and `end` are
    ordinals; raises ValueError if `end` lies before `start`.
    """
    if end < start:
        raise ValueError(f"nights run forward, not from {start} to {end}")
    first = date.fromordinal(start)
    opened = month_day_on_or_before(first, day)
    opens = opened.toordinal()
    closes = next_month_day(first, day).toordinal()
    night_weight = NIGHTS_LCM // (closes - opens)
    if end <= closes:
        return (end - start) * night_weight
    # Whole periods from the opening of the first to the opening of the last, less the
    # nights before `start`, plus those of the last up to `end`.
    last = date.fromordinal(end)
    reopened = month_day_on_or_before(last, day)
    reopens = reopened.toordinal()
    months = 12 * (reopened.year - opened.year) + reopened.month - opened.month
    last_weight = NIGHTS_LCM // (next_month_day(last, day).toordinal() - reopens)
    return months * NIGHTS_LCM - (start - opens) * night_weight + (end - reopens) * last_weight


# An internal rate of return r is a root of Σ amount ÷ (1 + r)^time = 0. It is sought as
# the discount x of one unit of time (a day, a period), an integer scaled by _ONE, always
# in (0, 1): a negative rate is the positive one of the same flows read backwards.
_BITS: Final = 192
_ONE: Final = 1 << _BITS
_NEAR: Final = 1 << (_BITS - 110)  # how close to its root a discount is brought
_MAX_NEWTON_STEPS: Final = 60
_PLACES: Final = 10**12
_LARGEST_FACTOR: Final = 10**9


def irr(flows: Sequence[tuple[int, int]]) -> Fraction | None:
    """The effective annual rate of dated flows (XIRR, actual/365) to twelve places.

    `flows` are (ordinal of the date, fen), in any order; what is received and what is
    paid have opposite signs, either way round; flows of one day are added up. The rate r
    solves Σ amount ÷ (1 + r)^(days ÷ 365) = 0, and 0.16 means 16 % a year.

    Whether there is one rate to return:

    - No change of sign in the order of days: there is none, hence None.
    - One change: there is exactly one above −1, and it is returned.
    - More changes: there may be several. If the running total changes its sign once and
      does not end at zero, exactly one of them is positive (Norstrom's criterion), and
      it is returned. If the running total never changes its sign and ends at zero, 0 is
      the only one that is not negative, and it is returned. Otherwise None.
    - A growth of more than 10⁹ a year, or of less than 10⁻⁹: None.
    """
    by_day: dict[int, int] = {}
    for day, amount in flows:
        by_day[day] = by_day.get(day, 0) + amount
    return _rate_of(sorted(by_day.items()), 365)


def daily_irr(flows: Sequence[tuple[int, int]]) -> Fraction | None:
    """The rate of a day of the same flows, to twelve places; there is one where `irr` has one."""
    by_day: dict[int, int] = {}
    for day, amount in flows:
        by_day[day] = by_day.get(day, 0) + amount
    return _rate_of(sorted(by_day.items()), 1)


def periodic_irr(amounts: Sequence[int]) -> Fraction | None:
    """The rate per period of amounts one period apart, to twelve places.

    amounts[k], in fen, flows after k periods. Whether there is a rate is decided as in
    `irr`. A month's rate r is a nominal 12·r and an effective (1 + r)¹² − 1 a year.
    """
    return _rate_of(list(enumerate(amounts)), 1)


def _rate_of(flows: list[tuple[int, int]], units: int) -> Fraction | None:
    """The rate of `units` units of time, from (time, amount) in rising order: `irr`."""
    flows = [(time, amount) for time, amount in flows if amount]
    changes = _sign_changes([amount for _, amount in flows])
    if changes == 0:
        return None
    totals: list[int] = []
    for _, amount in flows:
        totals.append(amount + (totals[-1] if totals else 0))
    if changes > 1 and _sign_changes(totals) != (1 if totals[-1] else 0):
        return None
    if totals[-1] == 0:
        return Fraction(0)
    begin, end = flows[0][0], flows[-1][0]
    is_positive = (flows[0][1] > 0) != (totals[-1] > 0)
    if is_positive:
        flows = [(time - begin, amount) for time, amount in flows]
    else:
        flows = [(end - time, amount) for time, amount in reversed(flows)]
    discount = _power(_discount(flows), units)
    if discount * _LARGEST_FACTOR < _ONE:
        return None
    if is_positive:
        return Fraction(divide_half_up((_ONE - discount) * _PLACES, discount), _PLACES)
    return Fraction(divide_half_up((discount - _ONE) * _PLACES, _ONE), _PLACES)


def _sign_changes(amounts: list[int]) -> int:
    signs = [amount > 0 for amount in amounts if amount]
    return sum(a != b for a, b in pairwise(signs))


def _discount(flows: list[tuple[int, int]]) -> int:
    """The one root in (0, 1) of Σ amount × x^time, within _NEAR; times rise from 0.

    The first amount and the total have opposite signs. Newton's steps start at 1, each
    pushed a little past its aim, so that the bracket closes from both sides; where a step
    leaves the bracket, or too many were taken, the bracket is halved.

    Signs are certain at this distance. Shift time so that 0 lies between the flows of
    either sign: then every term adds to x × slope, which at the root is at least half of
    Σ |amount| × x^time. (With more changes of sign the same holds of the running totals.)
    The powers are too small by 2⁻¹⁷⁰ at most, _NEAR is 2⁻¹¹⁰.
    """
    starts_positive = flows[0][1] > 0
    low, high, x, steps = 0, _ONE, _ONE, 0
    while high - low > _NEAR:
        value, slope = _present_value(flows, x)
        if value == 0:
            return x
        if (value > 0) == starts_positive:
            low, push = x, _NEAR // 2
        else:
            high, push = x, -_NEAR // 2
        steps += 1
        if slope and steps <= _MAX_NEWTON_STEPS:
            x += push - value * _ONE // slope
        if slope == 0 or steps > _MAX_NEWTON_STEPS or not low < x < high:
            x = (low + high) // 2
    return (low + high) // 2


def _present_value(flows: list[tuple[int, int]], x: int) -> tuple[int, int]:
    """Σ amount × x^time and its slope in x, both scaled by _ONE; x > 0."""
    value = slope = 0
    powers: dict[int, int] = {}
    before, discount = 0, _ONE
    for time, amount in flows:
        gap = time - before
        if gap not in powers:
            powers[gap] = _power(x, gap)
        before, discount = time, discount * powers[gap] >> _BITS
        value += amount * discount
        slope += amount * time * discount
    return value, slope * _ONE // x


def _power(x: int, exponent: int) -> int:
    """x, scaled by _ONE, to a whole exponent of at least 0."""
    result = _ONE
    while exponent:
        if exponent & 1:
            result = result * x >> _BITS
        x = x * x >> _BITS
        exponent >>= 1
    return result
