"""Interest by nights, exact: integer numerators over one denominator a debt.

Nights are counted half-open on day ordinals: from day a until day b there are b - a nights.
A numerator is principal in fen x nights x rate; divided by `denominator` it is fen. Nothing
is rounded here except in `billed`, which a contract calls where it bills.
"""

from fractions import Fraction
from math import lcm

from planner.domain.household.terms import Overdue
from planner.domain.values.money import divide_half_up
from planner.domain.values.rates import NIGHTS_LCM, Rate, month_weight


class Nights:
    """What one fen bears over a stretch of nights, at the ordinary and the penalty rate.

    For monthly rates a night bears the month's rate divided by the nights of its period,
    which reaches from `cadence_day` of a month to the next one. `annual` is what a fen bears
    in 365 nights, or twelve months: to compare debts by.
    """

    __slots__ = (
        "_cadence_day",
        "_ordinary",
        "_ordinary_is_monthly",
        "_penalty",
        "_penalty_is_monthly",
        "annual",
        "denominator",
    )

    def __init__(self, rate: Rate | None, overdue: Overdue | None, cadence_day: int) -> None:
        ordinary, self._ordinary_is_monthly = _unit(rate)
        if overdue is None:
            penalty, self._penalty_is_monthly = Fraction(0), False
        elif overdue.multiplier is not None:
            penalty = ordinary * overdue.multiplier
            self._penalty_is_monthly = self._ordinary_is_monthly
        else:
            penalty, self._penalty_is_monthly = _unit(overdue.rate)
        self.denominator = lcm(ordinary.denominator, penalty.denominator)
        self._ordinary = int(ordinary * self.denominator)
        self._penalty = int(penalty * self.denominator)
        self._cadence_day = cadence_day
        self.annual = ordinary * (12 * NIGHTS_LCM if self._ordinary_is_monthly else 365)

    def ordinary(self, start: int, end: int) -> int:
        """Numerator of one fen over the nights [start, end) at the ordinary rate."""
        if self._ordinary_is_monthly:
            return self._ordinary * month_weight(start, end, self._cadence_day)
        return self._ordinary * (end - start)

    def penalty(self, start: int, end: int) -> int:
        """Numerator of one fen over the nights [start, end) at the penalty rate."""
        if self._penalty_is_monthly:
            return self._penalty * month_weight(start, end, self._cadence_day)
        return self._penalty * (end - start)

    def billed(self, numerator: int) -> int:
        """Whole fen of a numerator, half up: the rounding of a bill."""
        return divide_half_up(numerator, self.denominator)


def _unit(rate: Rate | None) -> tuple[Fraction, bool]:
    """A night's rate, or for monthly rates what `month_weight` is multiplied by."""
    if rate is None:
        return Fraction(0), False
    if rate.is_monthly:
        return rate.monthly_value / NIGHTS_LCM, True
    return rate.nightly, False
