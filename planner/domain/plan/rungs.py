"""What starts on which day if a due stays unpaid."""

from datetime import date

from planner.domain.contracts.dues import Due
from planner.domain.household.household import Debt
from planner.domain.ledger.consequences import dated_rungs, rung_start
from planner.domain.plan.plan import PlannedDue
from planner.domain.rulebook.ladders import Rung


def rungs_if_missed(debt: Debt, due: PlannedDue) -> list[tuple[date, Rung]]:
    """What starts on which day if the due stays unpaid, the first day first."""
    required = Due(
        due.due_on.toordinal(), due.last_safe_on.toordinal(), due.amount_fen, due.required_fen
    )
    starts = [(rung_start(rung, required), rung) for rung in dated_rungs(debt)]
    return [
        (date.fromordinal(day), rung) for day, rung in sorted(starts, key=lambda start: start[0])
    ]
