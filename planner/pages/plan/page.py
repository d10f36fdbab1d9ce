"""The plan page's content: rows and stored plans → what templates print, already in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.charts import drawing
from planner.charts.svg import course_svg, strip_svg
from planner.domain.answers.due_days import offered
from planner.domain.answers.living_costs import (
    at_risk_document,
    read_at_risk,
    reserve_at_risk,
)
from planner.domain.answers.remedies import (
    MOST_DEBTS,
    Remedy,
    best_of,
    read_remedy,
    remedies,
    remedy_document,
    sum_needed,
)
from planner.domain.household.household import OPTIMAL, Household
from planner.domain.household.terms import owed_fen
from planner.domain.make_plan import make_plan
from planner.domain.plan.plan import Outcome, course_of
from planner.domain.values.days import add_months, occurrences
from planner.domain.values.reading import LAST_DAY
from planner.hashes import digest, household_hash
from planner.models import Item
from planner.pages.plan.figures import FIGURES, BufferForm, StrategyForm, figure_lines
from planner.pages.plan.last_change import LastChange, changes, wanted
from planner.plans.current import Current
from planner.plans.kept import (
    STANDING,
    WAYS,
    Beside,
    Compute,
    kept,
    leave_what_is_long,
    names_of,
)
from planner.plans.questions import filed
from planner.plans.shelf import Record
from planner.services.arrangements import offered_terms_of
from planner.services.documents import RULES, outline_of
from planner.services.items import as_it_stands
from planner.words.answer import NEAR_DAYS, Answer, answer, find_sum, next_paid
from planner.words.days import day, month, short_day, weekday
from planner.words.dues import DueLine, DueLines
from planner.words.living_costs import RiskLines, risk_lines
from planner.words.markup import address, markup, table_rows
from planner.words.names import strategy_name
from planner.words.optimum import OptimumLines, optimum_lines
from planner.words.overdue import OverdueLine, overdue_lines
from planner.words.remedies import (
    RemedyLine,
    Step,
    ask_lines,
    remedy_lines,
    steps_of,
    steps_to_find,
    sum_line,
    with_remedy,
)
from planner.words.warnings import court_days, notes, warnings

SHOWN_ROWS = 40
SHOWN_FIGURES = 12
# Under which names it is kept what helps against what the plan lacks: by a rule of thumb, or the
# optimum, which may lack something else.
HELPS = ("remedies", "remedies-o")
AT_RISK = ("at-risk", "at-risk-o")  # the same of who could take money that is kept for rent
RISK_DAYS = 93  # three pay days of a month


@dataclass(frozen=True, slots=True)
class StrategyLine:
    name: str
    title: str
    hint: str
    is_chosen: bool
    ends: str
    cost: str
    late_dues: int


class PlanPage(Current):
    """The current plan, in the lines of its page."""

    @cached_property
    def optimum_lines(self) -> OptimumLines | None:
        if self.optimum is None:
            return None
        return optimum_lines(self.optimum, self.ways, self.situation)

    @property
    def offers_due_days(self) -> bool:
        """Whether a product lets one choose another due day."""
        return any(offered(debt) for debt in self.position.debts)

    # --- What stands on top ---

    @property
    def news(self) -> str:
        """What new rules changed in plans, for who had one before and has not read it yet."""
        if self.row.is_sample or not self.has_debts or self.row.rules_told == RULES:
            return ""
        return _(
            "We plan differently now: money for rent and food is kept back before any lender is "
            "paid, and every late payment counts, not only the first. So your plan may look "
            "different from last time."
        )

    @cached_property
    def overdue_lines(self) -> list[OverdueLine]:
        """What is overdue, the first to be caught up with first."""
        if not self.has_debts or not self.situation.overdue:
            return []
        return overdue_lines(self.situation)

    @property
    def is_of_today(self) -> bool:
        return self.position.as_of == self.row.today()

    @property
    def figures_of(self) -> str:
        """The day on whose morning the figures stood as they were entered; "" for today."""
        today = self.row.today()
        return day(self.row.as_of, today) if self.row.as_of < today else ""

    @cached_property
    def answer(self) -> Answer:
        if self._said.finds and self._best is not None:
            return with_remedy(self._said, self._best, self.situation)
        if self._said.finds and self._said.state == "short":
            return replace(self._said, action=find_sum(self.situation, self._sum_fen))
        return self._said

    @cached_property
    def _said(self) -> Answer:
        """Without a remedy."""
        return answer(self.situation)

    @property
    def steps(self) -> list[Step]:
        """The buttons of the answer's one action, where that is not a payment."""
        if not self._said.finds:
            return []
        if self._best is not None:
            return steps_of(self._best)
        late = self.situation.late_debts
        return steps_to_find(self.situation, late[0] if late else self.situation.short[0].debt)

    # --- What would help ---

    @cached_property
    def _helps(self) -> Record:
        """What helps against what is short first, tried by the rule of thumb; kept with the
        plans."""
        until = self.situation.short_until if self.has_debts else None
        if until is None:
            return {"remedies": [], "sum": None}
        rule = self.rule
        offers = offered_terms_of(user=self.owner)

        def compute(household: Household, names: list[str], _found: object) -> dict[str, Record]:
            leave_what_is_long(self.owner, household, self.document)
            plan = make_plan(household, rule)
            found = remedies(household, plan, until, offers)
            short = self.situation.short if len(household.debts) <= MOST_DEBTS else []
            record = {
                "remedies": [remedy_document(one) for one in found],
                "sum": sum_needed(household, plan, short[0]) if short else None,
            }
            return dict.fromkeys(names, record)

        if not offers:
            return self._kept_beside(HELPS, compute)
        mark = digest(offers)[:8]  # no part of the household, under which the rest is filed
        return self._kept_beside((f"{HELPS[0]}-{mark}", f"{HELPS[1]}-{mark}"), compute)

    def _kept_beside(self, names: tuple[str, str], compute: Compute) -> Record:
        """What is kept for the plan that is shown: by a rule of thumb, or by the optimum."""
        name = names[self.plan.strategy == OPTIMAL]
        return kept(
            self.owner,
            [name],
            self.document,
            compute,
            parsed=lambda: self.household,
            shelf=self.shelf,
        )[name]

    @cached_property
    def _found_remedies(self) -> list[Remedy]:
        return [read_remedy(one) for one in self._helps["remedies"]]

    @property
    def _sum_fen(self) -> int | None:
        """What has to be found for the due that is short first, with what living costs take."""
        fen: int | None = self._helps["sum"]
        return fen

    @property
    def _best(self) -> Remedy | None:
        """What nobody has to agree to, and is enough."""
        return best_of(self._found_remedies)

    @cached_property
    def remedies(self) -> list[RemedyLine]:
        """What else would help, the best first; then what may be asked for."""
        if self.answer.state not in ("short", "overdue", "later"):
            return []
        done = self._best if self._said.finds else None
        others = [one for one in self._found_remedies if one is not done]
        own = [one for one in others if one.is_own]
        asked = [one for one in others if not one.is_own]
        before, situation = self.ways.outcomes[self.rule], self.situation
        lines = remedy_lines(own, before, situation)
        if done is not None:
            lines.append(sum_line(situation, self._sum_fen))
        return [*lines, *remedy_lines(asked, before, situation), *ask_lines(situation)]

    # --- Who could take the rent ---

    @cached_property
    def risk(self) -> RiskLines | None:
        """On which day who could take money that is kept for living costs; kept with the plans.

        Only a lender with something unpaid may: nobody is asked about while all is paid.
        """
        if not self.has_debts or not (self.situation.overdue or self.situation.short):
            return None
        plan = self.plan
        steps = [(one.on.toordinal(), one.debt, one.amount_fen) for one in plan.payments]
        before = min(self.as_of + timedelta(days=RISK_DAYS), LAST_DAY)

        def compute(household: Household, names: list[str], _found: object) -> dict[str, Record]:
            found = reserve_at_risk(household, steps, before)
            return {name: {"days": [at_risk_document(one) for one in found]} for name in names}

        record = self._kept_beside(AT_RISK, compute)
        found = [read_at_risk(one) for one in record["days"]]
        return risk_lines(found, self.position, self.amounts)

    @cached_property
    def next_due(self) -> tuple[str, date] | None:
        """The debt and the day of the payment that the answer asks for."""
        return None if self.row.is_sample or not self.has_debts else next_paid(self.situation)

    @cached_property
    def warnings(self) -> list[str]:
        return warnings(self.situation) if self.has_debts else []

    @cached_property
    def court_days(self) -> list[str]:
        """What holds whatever is answered: the time limits of papers that were entered."""
        return court_days(self.situation) if self.has_debts else []

    @cached_property
    def notes(self) -> list[str]:
        return notes(self.situation) if self.has_debts else []

    @property
    def beside(self) -> Mapping[str, Beside]:
        return changes(self)

    def look(self) -> None:
        """Look at once for all that is kept of what the page shows.

        Where the questions are answered further than was known, more is looked for then.
        """
        outline = outline_of(self.row)
        plans = {STANDING, *names_of(self.row.strategy), OPTIMAL, WAYS}
        own = {*plans, *HELPS, *AT_RISK, *self.beside}
        asked, questions = filed(self.row)
        self.shelf.look(
            {
                household_hash(asked): [questions],
                household_hash(outline): own,
                **wanted(self.row, outline),
            }
        )

    def work_out(self) -> None:
        """What takes reckoning, before anything is printed: a template hides some exceptions.

        After the questions were asked. Raises NotYet.
        """
        if self.has_debts:
            _ = self.plan, self.answer, self.remedies

    @cached_property
    def _last(self) -> LastChange:
        records = [self.found[name] for name in self.beside if name in self.found]
        return LastChange(**records[-1])

    @property
    def change(self) -> str:
        """What the last change did, "" where there is none to speak of."""
        return self._last.words(self.hides_amounts) if self.has_debts else ""

    @property
    def changed(self) -> Sequence[str]:
        """The ids of what the last change touched: their figures stay unfolded."""
        return self._last.touched if self.has_debts else ()

    # --- The money of the coming days ---

    @cached_property
    def _short_stretches(self) -> list[tuple[date, date]]:
        """Half-open stretches in which something required is unpaid or money is below zero."""
        plan, stretches = self.plan, []
        for due in [*self.situation.overdue, *self.situation.short]:
            cured = next(
                (p.on for p in plan.payments if p.debt == due.debt and p.on > due.last_safe_on),
                date.max,
            )
            stretches.append((due.due_on, cured))
        days = plan.cash
        for index, one in enumerate(days):
            if one.closing_fen < 0:
                until = days[index + 1].on if index + 1 < len(days) else date.max
                stretches.append((one.on, until))
        return stretches

    @cached_property
    def _marks(self) -> list[tuple[date, drawing.MarkKind]]:
        """What stands under the strip; later days are not looked at."""
        plan, end = self.plan, self.situation.near_end
        marks: list[tuple[date, drawing.MarkKind]] = [
            (one.on, "income") for one in plan.cash if one.income_fen and one.on <= end
        ]
        starting = {
            one.starts_on
            for one in plan.consequences
            if one.state == "will_start" and one.starts_on
        }
        marks += [(on, "starts") for on in starting]
        for due in plan.dues:
            if due.due_on > end:
                break
            marks.append((due.due_on, "due"))
            first = None if due.short_fen else self.situation.first_rungs(due)
            if first is not None and first[0] not in starting:
                marks.append((first[0], "avoided"))
        return marks

    def _strip(self, days: int, width: int, plot_height: int) -> drawing.Strip:
        plan = self.plan
        opening = sum(account.balance_fen for account in self.position.accounts)
        return drawing.draw_strip(
            first=plan.as_of,
            days=days,
            opening_fen=opening,
            closings=[(one.on, one.closing_fen) for one in plan.cash],
            marks=self._marks,
            short=self._short_stretches,
            width=width,
            plot_height=plot_height,
            said=self._named_places(days),
        )

    def _named_places(self, days: int) -> list[tuple[date, str, drawing.WordKind]]:
        """The lowest point, today, the pay days and the living cost that is the largest."""
        plan, amounts = self.plan, self.amounts
        end = plan.as_of + timedelta(days=days)
        near = [one for one in plan.cash if plan.as_of <= one.on < end]
        opening = sum(account.balance_fen for account in self.position.accounts)
        said: list[tuple[date, str, drawing.WordKind]] = []
        if near:
            lowest = min(near, key=lambda one: one.closing_fen)
            fen = amounts.whole(lowest.closing_fen)
            words = _("lowest {amount} · {day}").format(amount=fen, day=short_day(lowest.on))
            said.append((lowest.on, words, "lowest"))
        said.append(
            (plan.as_of, _("today {amount}").format(amount=amounts.whole(opening)), "today")
        )
        incomes = self.position.incomes
        income = incomes[0].name if len(incomes) == 1 else _("income")
        said += [(one.on, f"▲ {income}", "income") for one in near if one.income_fen]
        if self.position.expenses:
            largest = max(self.position.expenses, key=lambda one: one.amount_fen)
            until = min(largest.until or date.max, end - timedelta(days=1))
            on_days = occurrences(largest.on, largest.first, until)
            said += [(on, largest.name, "rent") for on in on_days if on >= plan.as_of][:2]
        return said

    @property
    def strips(self) -> list[SafeString]:
        """Wide, and redrawn for a phone: there only until the pay day after next."""
        return [
            self._drawn(self._strip(NEAR_DAYS, 980, 150), "wide-only"),
            self._drawn(self._strip(self._narrow_days, 360, 120), "narrow-only"),
        ]

    @property
    def _narrow_days(self) -> int:
        as_of = self.plan.as_of
        pay_days = [one.on for one in self.plan.cash if one.income_fen and one.on > as_of]
        if len(pay_days) < 2:
            return NEAR_DAYS
        return max(21, min(NEAR_DAYS, (pay_days[1] - as_of).days + 2))

    def _drawn(self, strip: drawing.Strip, screen: str) -> SafeString:
        return strip_svg(
            strip,
            screen=screen,
            words=self.strip_words,
            ticks=[(tick.at, self.amounts.axis(tick.fen)) for tick in strip.ticks],
            labels=[
                (one.at, short_day(one.on) if one.with_month else str(one.on.day))
                for one in strip.labels
            ],
            marks=[(mark, day(mark.on)) for mark in strip.marks],
        )

    @property
    def near_days(self) -> int:
        return NEAR_DAYS

    @property
    def strip_words(self) -> str:
        short = self.situation.short
        if short and short[0].due_on <= self.situation.near_end:
            return _("Money there on each of the next {days} days; {amount} short on {day}").format(
                days=NEAR_DAYS,
                amount=self.amounts(self.situation.missing_fen(short[0])),
                day=day(short[0].due_on),
            )
        return _("Money there on each of the next {days} days").format(days=NEAR_DAYS)

    @property
    def days(self) -> SafeString:
        """The days on which money moves, as rows of the table beside the strip."""
        end = self.situation.near_end
        short = self._short_stretches
        plain = self.amounts.plain
        chip = markup(' <span class="chip" data-state="short">{}</span>', _("short"))
        return table_rows(
            (
                markup(
                    '<span class="phrase">{}</span> <span class="phrase">{}</span>{}',
                    short_day(one.on),
                    weekday(one.on),
                    chip if any(start <= one.on < stop for start, stop in short) else "",
                ),
                plain(one.income_fen) if one.income_fen else "",
                plain(one.expenses_fen) if one.expenses_fen else "",
                plain(one.payments_fen) if one.payments_fen else "",
                plain(one.closing_fen),
            )
            for one in self.plan.cash
            if one.on <= end
        )

    # --- What is to be paid ---

    @cached_property
    def dues(self) -> list[DueLine]:
        return [due for due in self._dues if not due.is_later]

    @property
    def later_dues(self) -> list[DueLine]:
        return [due for due in self._dues if due.is_later]

    @cached_property
    def _dues(self) -> list[DueLine]:
        return DueLines(self.situation).shown()

    # --- Other ways ---

    @cached_property
    def strategies(self) -> list[StrategyLine]:
        hints = {
            "minimum": _("keeps the most money at hand"),
            "avalanche": _("saves the most interest"),
            "snowball": _("one debt gone sooner"),
            "custom": _("in the order of your debts"),
        }
        ways: dict[str, Outcome | None] = {**self.ways.outcomes}
        ways[OPTIMAL] = None if self.optimum is None else self.optimum.outcome
        return [
            StrategyLine(
                name=name,
                title=strategy_name(name),
                hint=hints.get(name, ""),
                is_chosen=name == self.row.strategy,
                ends=f"{way.debt_free_on:%Y-%m}" if way.debt_free_on else _("never"),
                cost=self.amounts.plain(way.cost_fen) if way.debt_free_on else "—",
                late_dues=way.late_dues,
            )
            if way is not None
            else StrategyLine(
                name=name,
                title=strategy_name(name),
                hint="",
                is_chosen=name == self.row.strategy,
                ends="",
                cost="",
                late_dues=0,
            )
            for name, way in sorted(ways.items(), key=lambda one: _PLACES[one[0]])
        ]

    # --- What each fold says while it is closed ---

    @property
    def why_said(self) -> str:
        if lines := self.optimum_lines:
            return lines.instead or lines.proof
        if self.row.strategy == OPTIMAL:
            name = strategy_name(self.plan.strategy)
            return _("The best plan is not there yet; for now, {name}.").format(name=name)
        return _("The best plan is still being worked out.")

    @property
    def ways_said(self) -> str:
        name, end = strategy_name(self.row.strategy), self.plan.debt_free_on
        if end is None:
            return _("Now: {name}, not paid off in this way").format(name=name)
        return _("Now: {name}, paid off {month}").format(name=name, month=month(end))

    @property
    def figures_said(self) -> str:
        """What is owed, what comes in, what is at hand."""
        incomes, amounts = self.position.incomes, self.amounts
        cash = sum(account.balance_fen for account in self.position.accounts)
        owed = amounts.whole(sum(self._owed.values()))
        parts = [_("owed {amount}").format(amount=owed)]
        parts += [f"{one.name} {amounts.whole(one.amount_fen)}" for one in incomes[:1]]
        parts.append(_("at hand {amount}").format(amount=amounts.whole(cash)))
        return " · ".join(parts)

    @property
    def course_said(self) -> str:
        """How far it is, and which debt one is free of next."""
        parts = []
        if self.repaid:
            parts.append(_("{share} repaid").format(share=f"{self.repaid}%"))
        if self._next_free:
            on, name = self._next_free
            parts.append(_("next paid off: {debt}, {month}").format(debt=name, month=month(on)))
        return _("; ").join(parts) or _("What is owed, month by month")

    @cached_property
    def repaid(self) -> int:
        """Of what was owed when the figures were taken, the whole per cent that are repaid."""
        owed = sum(self._owed.values())
        begun = sum(owed_fen(debt.terms) for debt in self.household.debts)
        return max(0, (begun - owed) * 100 // begun) if begun else 0

    @cached_property
    def _next_free(self) -> tuple[date, str] | None:
        """The first debt that is paid off for good, and the day."""
        last: dict[str, tuple[int, date]] = {}
        for one in self.plan.balances:
            fen = one.principal_fen + one.interest_fen + one.fee_fen + one.penalty_fen
            if fen or last.get(one.debt, (1, one.on))[0]:
                last[one.debt] = fen, one.on
        names = {debt.id: debt.name for debt in self.position.debts}
        ends = [(on, names[debt]) for debt, (fen, on) in last.items() if not fen]
        return min((one for one in ends if one[0] > self.as_of), default=None)

    # --- The course to the end ---

    @cached_property
    def _owed(self) -> dict[str, int]:
        return {debt.id: owed_fen(debt.terms) for debt in self.position.debts}

    @cached_property
    def _months(self) -> list[date]:
        """The day of the figures and the same day of later months, until both plans are done."""
        ends = [self.plan.debt_free_on, self.ways.outcomes["minimum"].debt_free_on]
        # A plan without an end is shown for twice as long as the other, or for ten years.
        finite = [one for one in ends if one is not None]
        last = max(finite) if len(finite) == 2 else self._stretch(finite)
        months, index = [self.plan.as_of], 0
        while months[-1] < last:
            index += 1
            months.append(add_months(self.plan.as_of, index))
        return months

    def _stretch(self, finite: Sequence[date]) -> date:
        as_of = self.plan.as_of
        return as_of + 2 * (finite[0] - as_of) if finite else add_months(as_of, 120)

    @cached_property
    def _course_values(self) -> tuple[list[int], list[int]]:
        months = self._months
        found = []
        for course in (course_of(self.plan.balances), self.ways.owed):
            values = drawing.values_on(course, months, 0)
            values[0] = sum(self._owed.values())
            if 0 in values:
                values = values[: values.index(0) + 1]
            found.append(values)
        return found[0], found[1]

    @property
    def owed_chart(self) -> SafeString:
        owed, other = self._course_values
        if self.row.strategy == "minimum":
            other = []
        words = _("What is owed month by month; the same figures stand in the table below")
        chart = drawing.draw_course(
            months=self._months, owed_fen=owed, other_fen=other, width=360, plot_height=140
        )
        return course_svg(
            chart,
            screen="course",
            words=words,
            ticks=[(tick.at, self.amounts.axis(tick.fen)) for tick in chart.ticks],
            labels=[(one.at, f"{one.on:%Y-%m}") for one in chart.years],
        )

    @property
    def months(self) -> SafeString:
        """The table of it; every second, third, … month where there would be too many rows."""
        owed, other = self._course_values
        months = self._months
        step = -(-len(months) // SHOWN_ROWS)
        chosen = sorted({*range(0, len(months), step), len(owed) - 1, len(other) - 1})
        columns = (owed,) if self.row.strategy == "minimum" else (owed, other)
        plain = self.amounts.plain
        return table_rows(
            (
                month(months[index]),
                *(plain(fen[index]) if index < len(fen) else "" for fen in columns),
            )
            for index in chosen
        )

    # --- The person's own figures ---

    def figures(self, bound: Any = None) -> dict[str, Any]:
        """The forms of each figure; `bound` is the one that was sent and refused.

        Of a long list the first few and those just changed or refused; `more` counts the rest.
        """
        forms: dict[str, Any] = {}
        more = {}
        for kind, form in FIGURES.items():
            items = [
                item
                for place, item in enumerate(self.items[kind])
                if place < SHOWN_FIGURES
                or item.slug in self.changed
                or (bound is not None and bound.prefix == prefix_of(kind, item.slug))
            ]
            forms[kind] = [self._figure(kind, item, form, bound) for item in items]
            more[kind] = len(self.items[kind]) - len(items)
        buffer = bound if isinstance(bound, BufferForm) else BufferForm(household=self.row)
        strategy = StrategyForm(household=self.row)
        owed = self.amounts.plain(sum(self._owed.values()))
        return forms | {
            "buffer": buffer,
            "buffer_line": figure_lines(buffer),
            "strategy": strategy,
            "owed": owed,
            "more": more,
            "is_open": bound is not None,
        }

    def _figure(self, kind: str, item: Item, form: Any, bound: Any) -> dict[str, Any]:
        prefix = prefix_of(kind, item.slug)
        is_bound = bound is not None and bound.prefix == prefix
        if self.row.is_lived:
            item = as_it_stands(self.position, item)
        shown = bound if is_bound else form(household=self.row, item=item, prefix=prefix)
        is_single = kind != "debts" and len(shown.visible_fields()) == 1
        return {
            "kind": kind,
            "slug": item.slug,
            "name": item.name,
            "owed": self.amounts.plain(self._owed.get(item.slug, 0)),
            "form": shown,
            "lines": figure_lines(shown, item.name, is_single=is_single),
            "is_single": is_single,
            "is_open": is_bound or item.slug in self.changed,
            "url": address("planner:plan-edit", kind, item.slug),
        }


_PLACES = {
    name: place
    for place, name in enumerate(("optimal", "avalanche", "snowball", "custom", "minimum"))
}


def prefix_of(kind: str, slug: str) -> str:
    """Ids in the page are unique: a debt and an income may share a slug."""
    return f"{kind}-{slug}"
