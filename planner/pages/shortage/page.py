"""When money is not enough: which dues stay short and why, what starts when, and what would keep
it away; in words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.domain.answers.living_costs import Held
from planner.domain.answers.scenarios import Starting, starting
from planner.domain.answers.shortage import (
    Avoidance,
    WhyShort,
    avoid_first,
    caught_up,
    order_of,
    reasons,
)
from planner.domain.household.household import Household
from planner.domain.make_plan import make_plan
from planner.domain.plan.document import ReadPlan, read_plan
from planner.domain.plan.plan import PlannedDue, outcome_of
from planner.models import User
from planner.plans.current import Current
from planner.plans.foreseen import SHORTAGE
from planner.plans.kept import kept, leave_what_is_long, stored_plans
from planner.services.documents import document_of
from planner.words.answer import Situation
from planner.words.change import OutcomeRow, outcome_rows, what_it_does
from planner.words.days import short_day, weekday
from planner.words.living_costs import kept_line
from planner.words.markup import address, markup, phrased, sentences, strong
from planner.words.names import strategy_name
from planner.words.starts import StartLine, Words

SHOWN_SHORT = 8


@dataclass(frozen=True, slots=True)
class ShortLine:
    """A due that stays short: how much of it, why, and what starts under it."""

    on: date
    day: str
    weekday: str
    name: str
    state: str
    chip: str
    missing: str
    why: SafeString | str
    starts: list[StartLine]
    ladder_url: str


@dataclass(frozen=True, slots=True)
class OrderComparison:
    """The person's own order beside the suggested one."""

    effect: str
    rows: list[OutcomeRow]


class ShortPage:
    """What the page prints."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.current = Current(user)
        self.row = self.current.row
        self.amounts = self.current.amounts

    @cached_property
    def situation(self) -> Situation:
        return Situation(self.current.position, self.current.rule_plan, self.amounts)

    @cached_property
    def _words(self) -> Words:
        position = self.current.position
        return Words(position.debts, position.as_of, self.amounts)

    @cached_property
    def _shorts(self) -> list[PlannedDue]:
        order = self.situation.late_debts
        overdue = sorted(self.situation.overdue, key=lambda due: order.index(due.debt))
        return [*overdue, *self.situation.short]

    @cached_property
    def _caught_up(self) -> dict[str, date | None]:
        """Of each overdue debt, on which day the plan has caught up with it."""
        days = self._kept["caught_up"]
        return {debt: on and date.fromisoformat(on) for debt, on in days.items()}

    @cached_property
    def _kept(self) -> dict[str, Any]:
        """What takes several plans to find out, kept with them."""
        rule = self.current.rule

        def compute(household: Household, missing: list[str], _found: Any) -> dict[str, Any]:
            leave_what_is_long(self.user, household, self.current.document, SHORTAGE)
            shorts = self.situation.short
            return {name: _record(household, rule, shorts) for name in missing}

        name = f"shortage-{rule}"
        return kept(
            self.user, [name], self.current.document, compute, parsed=lambda: self.current.household
        )[name]

    def prepare(self) -> None:
        """Work out, and keep, what the page looks for."""
        _ = self._kept, self.comparison

    # --- What stands on top ---

    @property
    def has_debts(self) -> bool:
        return self.current.has_debts

    @property
    def is_short(self) -> bool:
        return bool(self._shorts)

    @property
    def headline(self) -> SafeString:
        if not self._shorts:
            return phrased(_("Nothing stays short:|every payment can be made on time."))
        count = len(self.situation.short)
        if not count:
            return self._overdue_headline()
        return phrased(
            ngettext(
                "The money there is|leaves {count} payment short.",
                "The money there is|leaves {count} payments short.",
                count,
            ),
            count=count,
        )

    def _overdue_headline(self) -> SafeString:
        """Where every due to come is paid, and only what was missed before today is not."""
        last = max((on for on in self._caught_up.values() if on is not None), default=None)
        if last is None or None in self._caught_up.values():
            return phrased(_("What is overdue|stays so by your plan."))
        if last == self.current.as_of:
            return phrased(_("What is overdue|can be paid today."))
        return phrased(_("What is overdue|is paid by {day}."), day=strong(self._words.day(last)))

    @property
    def why(self) -> SafeString:
        said = []
        if self._shorts and not self.situation.short:
            said.append(markup("{}", _("Every later payment can be made on time.")))
        elif count := len(self.situation.overdue):
            past = ngettext(
                "{count} more is past due already.", "{count} more are past due already.", count
            )
            said.append(markup(past, count=count))
        first = next(iter(self.current.standing.starts), None)
        if first is not None:
            said.append(
                markup(
                    _("The first that starts: from {day} on, {debt}: {what}."),
                    day=strong(self._words.day(first.starts_on)),
                    debt=self._words.names[first.debt],
                    what=self._words.what(first),
                )
            )
        elif self.situation.short:
            known = _("As far as we know, nothing starts because of it.")
            said.append(markup("{}", known))
        said += self._living_costs()
        return sentences(said)

    def _living_costs(self) -> Iterator[SafeString]:
        """The first day on which they are more than the money there is."""
        costs = next((one for one in self.current.standing.lacks if not one.debt), None)
        if costs is not None:
            yield markup(_("Besides, {lack}."), lack=self._words.lack(costs))

    @property
    def way_out(self) -> SafeString | str:
        """Which amount on which day would keep the first consequence away."""
        found = self._kept["avoid"]
        if found is None:
            return ""
        avoid = _avoidance(found)
        words = self._words
        said = [
            markup(
                _(
                    "With {amount} more by {day}, this does not start. "
                    "It is the smallest sum that keeps it away, and the last day on which it does."
                ),
                amount=strong(self.amounts(avoid.fen)),
                day=strong(words.day(avoid.on)),
            )
        ]
        if avoid.then is None:
            said.append(markup("{}", _("After that nothing else starts.")))
        else:
            said.append(
                markup(
                    _("The next would then be {debt}, from {day} on: {what}."),
                    debt=words.names[avoid.then.debt],
                    day=words.day(avoid.then.starts_on),
                    what=words.what(avoid.then),
                )
            )
        return sentences(said)

    # --- The dues ---

    @cached_property
    def dues(self) -> list[ShortLine]:
        shown = self._shorts[:SHOWN_SHORT]
        causes = {(one.debt, one.due_on): one for one in map(_reason, self._kept["reasons"])}
        starts: dict[tuple[str, date], list[Starting]] = {}
        for one in self.current.standing.starts:
            starts.setdefault((one.debt, one.due_on), []).append(one)
        return [self._line(due, causes.get(due[:2]), starts.get(due[:2], [])) for due in shown]

    @property
    def later(self) -> int:
        return max(0, len(self._shorts) - SHOWN_SHORT)

    def _line(self, due: PlannedDue, cause: WhyShort | None, starts: list[Starting]) -> ShortLine:
        as_of = self.current.as_of
        if due.last_safe_on < as_of:
            late = (as_of - due.due_on).days
            state = "overdue"
            chip = ngettext("{days} day past due", "{days} days past due", late).format(days=late)
        else:
            state = "short"
            chip = _("of {required}").format(required=self.amounts.plain(due.required_fen))
        return ShortLine(
            on=due.due_on,
            day=short_day(due.due_on),
            weekday=weekday(due.due_on),
            name=self.situation.name(due.debt),
            state=state,
            chip=chip,
            missing=self.amounts(self.situation.missing_fen(due)),
            why=self._why_overdue(due) if state == "overdue" else self._why_short(cause),
            starts=self._words.lines(starts),
            ladder_url=address("planner:ladder", due.debt, due.due_on),
        )

    def _why_overdue(self, due: PlannedDue) -> SafeString:
        as_of = self.current.as_of
        said = [markup("{}", self._catching_up(due))]
        if self._caught_up.get(due.debt) != as_of and (kept := self.situation.kept_beside(as_of)):
            said.append(kept)
        return sentences(said)

    def _catching_up(self, due: PlannedDue) -> str:
        on = self._caught_up.get(due.debt)
        if on is None:
            return _("It fell due before today, and your plan does not catch up with this debt.")
        if on == self.current.as_of:
            return _(
                "It fell due before today. Your plan pays all that is overdue of this debt today."
            )
        return _(
            "It fell due before today. By your plan, all that is overdue of this debt is paid by "
            "{day}."
        ).format(day=self._words.day(on))

    def _why_short(self, cause: WhyShort | None) -> SafeString:
        """Said of the first short due of each debt: what lies there for living costs, how to
        decide otherwise, and what else is the cause."""
        if cause is None:
            return SafeString("")
        said: list[SafeString] = []
        if cause.held:
            said += (
                kept_line(cause.held, self.current.position, self.amounts),
                markup(
                    _(
                        "To decide otherwise, untick “It has to be paid, whatever happens” in "
                        '<a href="{url}">an expense</a>.'
                    ),
                    url=address("planner:expense-list"),
                ),
            )
        if cause.cause != "living_first":
            said.append(markup("{}", self._why(cause)))
        return sentences(said)

    def _why(self, cause: WhyShort) -> SafeString | str:
        words = self._words
        if cause.cause == "oldest_first":
            return _(
                "“{name}” pays the oldest due first and looks at nothing else. The other ways of "
                "repaying weigh what would start."
            ).format(name=strategy_name("minimum"))
        if cause.cause == "no_money":
            return markup(
                _(
                    "Even first in the order it would lack {amount}: what has to be paid or spent "
                    "before it takes the money."
                ),
                amount=self.amounts(cause.short_fen),
            )
        if cause.cause == "no_better":
            return _("Paid first, no more would start elsewhere: you can move it up below and see.")
        if cause.starts is None:
            return _(
                "Paid first, other payments would stay overdue for longer; "
                "altogether that does more harm."
            )
        return markup(
            _(
                "Paid first, {other}, due on {due}, would lack {amount} instead, and from {day} "
                "on: {what}. Altogether that does more harm."
            ),
            other=words.names[cause.other],
            due=words.day(cause.starts.due_on),
            amount=self.amounts(cause.short_fen),
            day=words.day(cause.starts.starts_on),
            what=words.what(cause.starts),
        )

    def first_start(self, plan: ReadPlan) -> str:
        """ "10 December": the day on which the first starts by a plan."""
        starts = starting(plan)
        return self._words.day(starts[0].starts_on) if starts else _("none")

    # --- The order ---

    @property
    def order(self) -> list[str]:
        """As it stands, or as the plan comes out at; while nothing is short, that of the debts."""
        if not self._shorts:
            return [debt.id for debt in self.current.position.debts]
        return list(self._kept["order"])

    @property
    def has_own_order(self) -> bool:
        return bool(self.row.triage_order)

    @property
    def follows_order(self) -> bool:
        return self.current.rule != "minimum"

    @property
    def shows_other_plan(self) -> bool:
        """Whether the plan page shows another plan than the one reckoned with here."""
        return self.row.strategy != self.current.rule

    @property
    def comparison(self) -> OrderComparison | None:
        """What the person's own order does against the suggested one."""
        if not self.row.triage_order or not self.follows_order:
            return None
        rule = self.current.rule
        document = document_of(self.row) | {"triage_order": []}
        found = stored_plans(user=self.user, names=[rule], document=document, leaves=SHORTAGE)
        return _compared(
            read_plan(found[rule], self.current.position), self.current.rule_plan, self
        )


# By severity, 5 first: how often it comes to this.
_HARMS = (
    gettext_lazy("As grave as 91 days past due, or a court"),
    gettext_lazy("As grave as 61 days past due"),
    gettext_lazy("As grave as 31 days past due"),
    gettext_lazy("Marks on a credit record"),
    gettext_lazy("Fees, or blocked services"),
)


def _compared(suggested: ReadPlan, own: ReadPlan, page: ShortPage) -> OrderComparison:
    before, after = outcome_of(suggested), outcome_of(own)
    rows = [
        OutcomeRow(_("First consequence"), *(page.first_start(plan) for plan in (suggested, own)))
    ]
    for name, one, other in zip(_HARMS, suggested.harm, own.harm, strict=False):
        if one or other:
            rows.append(OutcomeRow(str(name), str(one), str(other)))
    rows += outcome_rows(before, after, page.amounts)
    same = suggested.harm == own.harm and before == after
    effect = _("nothing changes") if same else what_it_does(before, after, page.amounts)
    said = _("Your order, beside the suggested one: {effect}.").format(effect=effect)
    return OrderComparison(said, rows)


# --- What is kept ---


def _record(household: Household, rule: str, shorts: Sequence[PlannedDue]) -> dict[str, Any]:
    """As JSON: the sum that helps, the reasons, and the order that the plan comes out at."""
    plan = make_plan(household, rule)
    avoid = avoid_first(household, plan)
    return {
        "avoid": avoid and _plain(avoid),
        "reasons": [_plain(one) for one in reasons(household, plan, shorts)],
        "order": order_of(plan),
        "caught_up": {debt: _plain(on) for debt, on in caught_up(household, plan).items()},
    }


def _plain(record: Any) -> Any:
    """A record of the domain as JSON; days as text."""
    if isinstance(record, date):
        return record.isoformat()
    if hasattr(record, "_asdict"):
        return {name: _plain(value) for name, value in record._asdict().items()}
    if isinstance(record, tuple):
        return [_plain(one) for one in record]
    return record


def _avoidance(record: Mapping[str, Any]) -> Avoidance:
    days = {"on": date.fromisoformat(record["on"])}
    starts = {name: _starting(record[name]) for name in ("starts", "then")}
    return Avoidance(**{**record, **days, **starts})


def _reason(record: Mapping[str, Any]) -> WhyShort:
    return WhyShort(
        **{
            **record,
            "due_on": date.fromisoformat(record["due_on"]),
            "other_due_on": record["other_due_on"] and date.fromisoformat(record["other_due_on"]),
            "starts": _starting(record["starts"]),
            "held": tuple(
                Held(one["expense"], date.fromisoformat(one["on"]), one["fen"])
                for one in record["held"]
            ),
        }
    )


def _starting(record: Mapping[str, Any] | None) -> Starting | None:
    if record is None:
        return None
    days = {name: date.fromisoformat(record[name]) for name in ("due_on", "starts_on")}
    return Starting(**{**record, **days})
