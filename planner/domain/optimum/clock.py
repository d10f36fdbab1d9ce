"""How long a search may still take. The only clock in the core; no figure depends on a date."""

from collections.abc import Callable
from fractions import Fraction
from time import monotonic


class OutOfTime(Exception):
    """Nothing more may be begun; what is known by then holds."""


class Deadline:
    """So many seconds from now, or the moment at which `cancelled` says True."""

    def __init__(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        self._until = monotonic() + seconds
        self.is_cancelled = cancelled

    def left(self) -> float:
        """Seconds, none once it is cancelled."""
        return 0.0 if self.is_cancelled() else max(0.0, self._until - monotonic())

    def part(self, share: float | Fraction) -> "Deadline":
        """A deadline of its own after a share of the time that is left."""
        return Deadline(self.left() * share, self.is_cancelled)

    def check(self) -> None:
        """Raises OutOfTime where no time is left."""
        if self.left() <= 0:
            raise OutOfTime
