"""How long a search may still take. The only clock in the core; no figure depends on a date."""

from collections.abc import Callable
from time import monotonic


class Deadline:
    """So many seconds from now, or the moment at which `cancelled` says True."""

    def __init__(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        self._until = monotonic() + seconds
        self.is_cancelled = cancelled

    def left(self) -> float:
        """Seconds, none once it is cancelled."""
        return 0.0 if self.is_cancelled() else max(0.0, self._until - monotonic())
