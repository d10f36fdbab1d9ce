"""The present plan, and another one laid beside it, in words."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.domain.answers.scenarios import (
    Difference,
    PlanStanding,
    difference,
    standing_of,
)
from planner.domain.plan.plan import Plan
from planner.plans.current import Current
from planner.words.change import OutcomeRow, outcome_rows, what_it_does
from planner.words.markup import markup, phrased, sentences, strong
from planner.words.starts import StartLine, Words

SHOWN_STARTS = 5


# --- The answer ---


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a change does: a state for the colour, a sentence, why, and the figures.

    Of what starts and what no longer does, the lines are the first of so many.
    """

    state: str
    headline: SafeString
    why: SafeString
    effect: str
    starts: list[StartLine]
    spared: list[StartLine]
    starts_count: int
    spared_count: int
    rows: list[OutcomeRow]

    @property
    def first_starts(self) -> list[StartLine]:
        return self.starts[:SHOWN_STARTS]

    @property
    def more_starts(self) -> list[StartLine]:
        return self.starts[SHOWN_STARTS:]

    @property
    def more_count(self) -> int:
        return self.starts_count - len(self.first_starts)

    @property
    def unlisted_starts(self) -> int:
        return self.starts_count - len(self.starts)

    @property
    def unlisted_spared(self) -> int:
        return self.spared_count - len(self.spared)


def verdict(current: Current, plan: Plan) -> Verdict:
    """The other plan beside the present one."""
    before, after = current.standing, standing_of(plan)
    told = difference(before, after)
    words = Words(plan.household.debts, plan.household.as_of, current.amounts)
    state, headline = _headline(before, after, told, words)
    return Verdict(
        state=state,
        headline=headline,
        why=sentences(_why(before, after, told, words)),
        effect=what_it_does(before.outcome, after.outcome, current.amounts),
        starts=words.lines(told.starts),
        spared=words.lines(told.spared),
        starts_count=len(told.starts),
        spared_count=len(told.spared),
        rows=outcome_rows(before.outcome, after.outcome, current.amounts),
    )


def _headline(
    before: PlanStanding, after: PlanStanding, told: Difference, words: Words
) -> tuple[str, SafeString]:
    if told.lacks:
        return "short", phrased(_("What gives way first:|{lack}."), lack=words.lack(told.lacks[0]))
    if after.lacks:
        return "later", phrased(
            _("No worse than now:|{lack}, as it does already."), lack=words.lack(after.lacks[0])
        )
    if not before.lacks:
        return "safe", phrased(_("Every payment|can still be made on time."))
    more = after.outcome.cost_fen - before.outcome.cost_fen
    if more <= 0 or before.outcome.debt_free_on is None or after.outcome.debt_free_on is None:
        return "later", phrased(_("What is short now|would be covered."))
    return "later", phrased(
        _("What is short now would be covered,|for {amount} more in interest and fees."),
        amount=strong(words.amounts(more)),
    )


def _why(
    before: PlanStanding, after: PlanStanding, told: Difference, words: Words
) -> list[SafeString]:
    said = []
    if told.starts:
        first = told.starts[0]
        said.append(
            markup(
                _("The first that starts only then: from {day} on, {debt}: {what}."),
                day=strong(words.day(first.starts_on)),
                debt=words.names[first.debt],
                what=words.what(first),
            )
        )
    elif told.lacks:
        said.append(markup("{}", _("As far as we know, nothing starts because of it.")))
    if before.lacks and (told.lacks or not after.lacks):
        said.append(
            markup(
                _("Even without it, {lack}.") if after.lacks else _("As things stand now, {lack}."),
                lack=words.lack(before.lacks[0]),
            )
        )
    return said
