"""The money of a household from one income to the next, as a programme needs it."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import ge

from planner.domain.ledger.ledger import CashDay, Ledger
from planner.domain.optimum.model import Stretch
from planner.domain.optimum.programme import INFINITE
from planner.domain.optimum.rows.debt import yuan


class Cash:
    """What there is in each stretch between incomes, from the first day to `last`.

    `paydays` are the days after the first on which an income arrives. Fen and day ordinals.
    """

    def __init__(self, ledger: Ledger, last: int) -> None:
        """`ledger` stands on the first day, nothing of it paid."""
        self.first, self.last = ledger.day, last
        flows = ledger.flows
        flows.extend(last)
        self._start_fen = ledger.cash_fen
        self._buffer_fen = ledger.household.buffer_fen
        self._moves = [
            (day, income, expense)
            for day, income, expense in zip(flows.days, flows.incomes, flows.expenses, strict=True)
            if self.first < day <= last
        ]
        self.paydays = [day for day, income, _ in self._moves if income]
        self.starts = [self.first, *self.paydays]
        self.ends = [*(day - 1 for day in self.paydays), last]
        self._reserves = [flows.reserve(day) for day in self.ends]
        self._money: list[int] = []
        self.payable: list[int] = []
        self._free = [
            max(self._held(day) - flows.reserve(day) for day in range(start, end + 1))
            for start, end in zip(self.starts, self.ends, strict=True)
        ]
        most = 0
        for start, end in zip(self.starts, self.ends, strict=True):
            most = max(most, self._held(start) - flows.reserve(start))
            self.payable.append(most)
            self._money.append(self._held(end))

    def place(self, day: int) -> int:
        """The place of the stretch that a day from the first on lies in."""
        return bisect_right(self.starts, day) - 1

    def _held(self, day: int) -> int:
        """All there is at the end of a day if no lender is paid."""
        return self._start_fen + sum(
            income - expense for on, income, expense in self._moves if on <= day
        )

    def stretches(
        self, floors: Sequence[int] | None = None, steady: Sequence[CashDay] | None = None
    ) -> list[Stretch]:
        """`steady` is the cash of a plan never late. Without floors all that is above the reserve
        may be spent: dues may be paid out of the buffer.
        """
        lowest = [-INFINITE] * len(self.starts) if floors is None else list(map(yuan, floors))
        kept = self._buffer_fen
        reached = [INFINITE] * len(self.starts)
        if steady is not None:
            reached = [yuan(fen) for fen in self.closings(steady)]
        return [
            Stretch(
                start,
                end,
                yuan(money),
                yuan(payable),
                yuan(money - kept - reserve),
                yuan(free - kept),
                floor,
                left,
            )
            for start, end, money, payable, reserve, free, floor, left in zip(
                self.starts,
                self.ends,
                self._money,
                self.payable,
                self._reserves,
                self._free,
                lowest,
                reached,
                strict=True,
            )
        ]

    def floors(self, paths: Sequence[Sequence[CashDay]]) -> list[int]:
        """The buffer and the reserve, or as low as any of the paths at the end of a stretch.

        No prepayment lowers a day below the buffer and its reserve, and below where that day
        would close without it.
        """
        floors = [self._buffer_fen + reserve for reserve in self._reserves]
        for path in paths:
            floors = list(map(min, floors, self.closings(path)))
        return floors

    def leaves(self, path: Sequence[CashDay], floors: Sequence[int]) -> bool:
        """Whether a path leaves no less than the floors at the end of each stretch."""
        return all(map(ge, self.closings(path), floors))

    def closings(self, path: Sequence[CashDay]) -> Iterator[int]:
        """What a path has at the end of each stretch; once it has ended, incomes and expenses
        go on."""
        closing = self._start_fen
        position = moved = 0
        ended = path[-1].on.toordinal() if path else self.first
        for end in self.ends:
            while position < len(path) and path[position].on.toordinal() <= end:
                closing = path[position].closing_fen
                position += 1
            while moved < len(self._moves) and self._moves[moved][0] <= end:
                day, income, expense = self._moves[moved]
                if day > ended:
                    closing += income - expense
                moved += 1
            yield closing
