"""What would be, in words: the present plan, and another one laid beside it.

Both are by the same rule of thumb: the person's own, or the best one where they repay by the
optimum, which takes too long to be found again for a question. Nothing here is stored but the
present plan, as every page stores it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner import plan_store
from planner.board import Board
from planner.domain.answers.scenarios import (
    Difference,
    Lack,
    Standing,
    Starting,
    difference,
    lacks_of,
    standing_of,
)
from planner.domain.household.household import Debt, Household
from planner.domain.make_plan import make_plan
from planner.domain.paying.trials import RULES_OF_THUMB
from planner.domain.plan.plan import Outcome, Plan
from planner.domain.rulebook.ladders import Rung
from planner.domain.rulebook.rule_files import load_sources
from planner.exports.wording import certainty_word, name_of_rung, spoken, strategy_name
from planner.models import User
from planner.presentation import Amounts, day, markup, month, phrased, sentences, strong
from planner.stored import StoredPlan, read_plan
from planner.wording import what_it_does

SHOWN_STARTS = 5
MOST_STARTS = 40


class Present:
    """A person's household and its plan as they are: what a change is laid beside."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.board = Board(user)
        self.row = self.board.row
        self.amounts: Amounts = self.board.amounts

    @property
    def household(self) -> Household:
        """With its history, as make_plan takes it."""
        return self.board.with_history

    @property
    def position(self) -> Household:
        """As it stands on the day the plan runs from."""
        return self.board.household

    @property
    def as_of(self) -> date:
        return self.position.as_of

    @cached_property
    def rule(self) -> str:
        chosen = self.row.strategy
        return chosen if chosen in RULES_OF_THUMB else self.board.ways.best

    @property
    def rule_line(self) -> str:
        """By which rule it is reckoned, where the person has chosen none."""
        if self.row.strategy == self.rule:
            return ""
        return _(
            "Reckoned by the best rule of thumb here, “{name}”: the optimum is not looked for "
            "again for a question."
        ).format(name=strategy_name(self.rule))

    @cached_property
    def plan(self) -> StoredPlan:
        found = plan_store.stored_plans(
            user=self.user,
            names=[self.rule],
            document=self.board.document,
            position=self.position,
        )
        return read_plan(found[self.rule])

    @cached_property
    def standing(self) -> Standing:
        plan = self.plan
        return Standing(
            tuple(lacks_of(self.position, plan.dues, plan.cash, plan.payments)),
            tuple(stored_starts(plan, self.position.debts)),
            stored_outcome(plan),
        )

    def plan_of(self, changed: Household) -> Plan:
        """The plan of the household with changes laid over it, by the same rule."""
        return make_plan(changed, self.rule)


def stored_starts(plan: StoredPlan, debts: Iterable[Debt]) -> list[Starting]:
    """What will start because a due is missed, as `scenarios.starting` has it of a plan."""
    events = {(debt.id, rung.id) for debt in debts for rung in debt.rungs() if rung.event}
    found = [
        Starting(one.debt, one.due_on, one.rung, one.starts_on, one.severity)
        for one in plan.consequences
        if one.state == "will_start" and one.starts_on and (one.debt, one.rung) not in events
    ]
    return sorted(found, key=lambda one: (one.starts_on, -one.severity))


def stored_outcome(plan: StoredPlan) -> Outcome:
    totals = plan.totals
    late = {(one.debt, one.due_on) for one in plan.consequences if one.state == "will_start"}
    return Outcome(plan.debt_free_on, totals.interest + totals.fees + totals.penalties, len(late))


# --- What starts, in lines ---


@dataclass(frozen=True, slots=True)
class StartLine:
    """A consequence that will start: when, what (`titled` with its debt), how sure, what to do."""

    when: str
    name: str
    titled: str
    certainty: str
    source: str
    rule: str
    before: str


class Words:
    """The debts, rungs and amounts of one answer, as a person reads them."""

    def __init__(self, debts: Iterable[Debt], as_of: date, amounts: Amounts) -> None:
        self.names: Mapping[str, str] = {debt.id: debt.name for debt in debts}
        self.rungs: Mapping[tuple[str, str], Rung] = {
            (debt.id, rung.id): rung for debt in debts for rung in debt.rungs()
        }
        self.as_of = as_of
        self.amounts = amounts

    def day(self, on: date) -> str:
        return day(on, self.as_of)

    def rung(self, one: Starting) -> Rung:
        return self.rungs[one.debt, one.rung]

    def what(self, one: Starting) -> str:
        return name_of_rung(self.rung(one))

    def lines(self, starts: Iterable[Starting]) -> list[StartLine]:
        return [self._line(one) for one in list(starts)[:MOST_STARTS]]

    def _line(self, one: Starting) -> StartLine:
        rung = self.rung(one)
        source = load_sources().get(rung.source or "")
        return StartLine(
            when=_("from {day} on").format(day=self.day(one.starts_on)),
            name=name_of_rung(rung),
            titled=_("{debt}: {what}").format(debt=self.names[one.debt], what=name_of_rung(rung)),
            certainty=certainty_word(rung.certainty),
            source=spoken(source.name) if source else "",
            rule=source.id if source else "",
            before=spoken(rung.before),
        )

    def lack(self, lack: Lack) -> SafeString:
        """ "Huabei on 9 December: ¥480.00 is missing" """
        if not lack.debt:
            return markup(
                _("on {day} living costs are {amount} more than the money there is"),
                day=strong(self.day(lack.on)),
                amount=self.amounts(lack.fen),
            )
        return markup(
            _("on {day} {debt} lacks {amount}"),
            day=strong(self.day(lack.on)),
            debt=self.names[lack.debt],
            amount=self.amounts(lack.fen),
        )


# --- The answer ---


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of the present plan beside the same of the other one."""

    name: str
    now: str
    then: str


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
    rows: list[Row]

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


def verdict(present: Present, plan: Plan) -> Verdict:
    """The other plan beside the present one."""
    before, after = present.standing, standing_of(plan)
    told = difference(before, after)
    words = Words(plan.household.debts, plan.household.as_of, present.amounts)
    state, headline = _headline(before, after, told, words)
    return Verdict(
        state=state,
        headline=headline,
        why=sentences(_why(before, after, told, words)),
        effect=what_it_does(before.outcome, after.outcome, present.amounts),
        starts=words.lines(told.starts),
        spared=words.lines(told.spared),
        starts_count=len(told.starts),
        spared_count=len(told.spared),
        rows=outcome_rows(before.outcome, after.outcome, present.amounts),
    )


def _headline(
    before: Standing, after: Standing, told: Difference, words: Words
) -> tuple[str, SafeString]:
    if told.lacks:
        return "short", phrased(_("It breaks first here:|{lack}."), lack=words.lack(told.lacks[0]))
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


def _why(before: Standing, after: Standing, told: Difference, words: Words) -> list[SafeString]:
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


def outcome_rows(before: Outcome, after: Outcome, amounts: Amounts) -> list[Row]:
    def end(outcome: Outcome) -> str:
        return month(outcome.debt_free_on) if outcome.debt_free_on else _("never")

    def cost(outcome: Outcome) -> str:
        return amounts.plain(outcome.cost_fen) if outcome.debt_free_on else "—"

    pairs: Sequence[tuple[str, str, str]] = (
        (_("Paid off"), end(before), end(after)),
        (_("Interest, fees"), cost(before), cost(after)),
        (_("Late dues"), str(before.late_dues), str(after.late_dues)),
    )
    return [Row(*one) for one in pairs]
