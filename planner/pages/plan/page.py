"""The plan page's content: rows and stored plans → what templates print, already in words."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from planner import hashes
from planner.charts import drawing
from planner.charts.svg import course_svg, strip_svg
from planner.domain.answers.due_days import offered
from planner.domain.answers.optimum_record import ReadOptimum
from planner.domain.answers.ways import Ways, read_ways
from planner.domain.household.household import OPTIMAL, Household, parse_household
from planner.domain.household.terms import RevolvingTerms, owed_fen
from planner.domain.ledger.consequences import Consequence
from planner.domain.ledger.repeats import ladder_from
from planner.domain.plan.document import ReadPlan, read_plan
from planner.domain.plan.plan import Outcome, PlannedDue, course_of
from planner.domain.values.days import add_months
from planner.models import ITEM_MODELS, HistoryEntry, HouseholdRow, Item, Revision, User
from planner.pages.plan.figures import FIGURES, BufferForm, StrategyForm, figure_lines
from planner.plans.kept import (
    WAYS,
    Beside,
    Record,
    names_of,
    shown_of,
    standing_household,
    stored_plans,
    whole_document,
)
from planner.services.documents import DAY_KEYS, household_of, outline_of
from planner.services.items import as_it_stands
from planner.words.answer import NEAR_DAYS, Answer, Situation, answer, next_paid
from planner.words.change import change_line
from planner.words.days import day, month, short_day, weekday
from planner.words.figures import Amounts
from planner.words.markup import address, markup, markup_join, table_rows
from planner.words.names import strategy_name
from planner.words.optimum import OptimumLines, optimum_lines, shown_line
from planner.words.overdue import OverdueLine, overdue_lines
from planner.words.warnings import notes, warnings

SHOWN_ROWS = 40
SHOWN_FIGURES = 12
SHOWN_DUES = 36


@dataclass(frozen=True, slots=True)
class DueLine:
    key: str
    debt: str
    on: date
    day: str
    weekday: str
    name: str
    state: str
    chip: str
    details: SafeString
    required: str
    ladder_url: str
    paid_url: str
    debt_url: str


@dataclass(frozen=True, slots=True)
class StrategyLine:
    name: str
    title: str
    hint: str
    is_chosen: bool
    ends: str
    cost: str
    late_dues: int


class LastChange(NamedTuple):
    """The ids it touched, and what it did: by language, with amounts and without."""

    touched: Sequence[str]
    said: Mapping[str, Sequence[str]]

    def words(self, hidden: bool) -> str:
        return self.said[get_language()][hidden] if self.said else ""


class Board:
    """One person's plan page. Reads each list of rows once; plans come from the store.

    `row` is the user's household where it was just read or written.
    """

    def __init__(self, user: User, row: HouseholdRow | None = None) -> None:
        self.user = user
        self.row: HouseholdRow = row or household_of(user)
        self.items = self.row.items
        self.amounts = Amounts(self.row.is_discreet)

    # --- The household and its plans ---

    @cached_property
    def document(self) -> dict[str, Any]:
        """Its outline: the history is told by a hash."""
        return outline_of(self.row)

    @cached_property
    def household(self) -> Household:
        """As it stands on the day the plan runs from."""
        return standing_household(self.user, self.document)

    @cached_property
    def with_history(self) -> Household:
        """As its figures were taken, with what happened since: what make_plan takes."""
        if not self.row.is_lived:
            return self.household
        return parse_household(whole_document(self.user, self.document))

    @property
    def has_debts(self) -> bool:
        return bool(self.items["debts"])

    @cached_property
    def _stored(self) -> dict[str, Record]:
        """By name; the optimum where it is there, whichever way was chosen."""
        return stored_plans(
            user=self.user,
            names=[*names_of(self.row.strategy), OPTIMAL, WAYS],
            document=self.document,
            position=self.household,
            beside=self._changes,
        )

    @cached_property
    def plan(self) -> ReadPlan:
        """What is shown: by the way that was chosen, or until the optimum is there by the best
        rule of thumb."""
        return read_plan(shown_of(self._stored, names_of(self.row.strategy)), self.household)

    @cached_property
    def ways(self) -> Ways:
        return read_ways(self._stored[WAYS])

    @cached_property
    def optimum(self) -> ReadOptimum | None:
        found = self._stored.get(OPTIMAL)
        return None if found is None else ReadOptimum(found, self.household)

    @property
    def optimum_lines(self) -> OptimumLines | None:
        if self.optimum is None:
            return None
        return optimum_lines(self.optimum, self.ways, self.situation)

    @property
    def offers_due_days(self) -> bool:
        """Whether a product lets one choose another due day."""
        return any(offered(debt) for debt in self.household.debts)

    @cached_property
    def shown_line(self) -> str:
        """Which plan this is, where the optimum was chosen."""
        return shown_line(self.row.strategy, self.optimum, self.plan.strategy)

    def ladder(self, debt: str, due_on: date) -> list[Consequence]:
        """All rungs of one due. Raises KeyError for an unknown one."""
        plan = self.plan
        return ladder_from(self.household, plan.dues, plan.consequences, plan.repeats, debt, due_on)

    @cached_property
    def situation(self) -> Situation:
        return Situation(self.household, self.plan, self.amounts)

    # --- What stands on top ---

    @cached_property
    def overdue_lines(self) -> list[OverdueLine]:
        """What is overdue, the first to be caught up with first."""
        if not self.has_debts or not self.situation.overdue:
            return []
        return overdue_lines(self.household, self.plan.cash, self.amounts)

    @property
    def hides_amounts(self) -> bool:
        return self.row.is_discreet

    @property
    def is_of_today(self) -> bool:
        return self.household.as_of == self.row.today()

    @property
    def as_of(self) -> str:
        return day(self.household.as_of, self.row.today())

    @property
    def figures_of(self) -> str:
        """The day on whose morning the figures stood as they were entered; "" for today."""
        today = self.row.today()
        return day(self.row.as_of, today) if self.row.as_of < today else ""

    @cached_property
    def answer(self) -> Answer:
        return answer(self.situation)

    @cached_property
    def next_due(self) -> tuple[str, date] | None:
        """The debt and the day of the payment that the answer asks for."""
        return None if self.row.is_sample or not self.has_debts else next_paid(self.situation)

    @cached_property
    def warnings(self) -> list[str]:
        return warnings(self.situation) if self.has_debts else []

    @cached_property
    def notes(self) -> list[str]:
        return notes(self.situation) if self.has_debts else []

    @property
    def _changes(self) -> dict[str, Beside]:
        """What the last change did, by the rules of thumb, and by two optima once they are there.

        Filed by the household's counter: the same figures may be reached by several changes.
        """
        name = f"change-{self.row.revision}"
        changes: dict[str, Beside] = {name: lambda found: self._last_change(found, None)}
        if self.row.strategy == OPTIMAL:
            changes[f"{name}-o"] = self._change_of_optima
        return changes

    def _change_of_optima(self, found: Mapping[str, Record]) -> Record | None:
        if OPTIMAL not in found:
            return None
        return self._last_change(found, ReadOptimum(found[OPTIMAL], self.household).outcome)

    @cached_property
    def _last(self) -> LastChange:
        records = [self._stored[name] for name in self._changes if name in self._stored]
        return LastChange(**records[-1])

    @property
    def change(self) -> str:
        """What the last change did, "" where there is none to speak of."""
        return self._last.words(self.hides_amounts) if self.has_debts else ""

    @property
    def changed(self) -> Sequence[str]:
        """The ids of what the last change touched: their figures stay unfolded."""
        return self._last.touched if self.has_debts else ()

    def _last_change(self, found: Mapping[str, Record], optimum: Outcome | None) -> Record:
        """What the last change touched and did, in each language, to be kept with the plans."""
        before = self._before
        if before is None:
            return {"touched": [], "said": {}}
        earlier = {(kind, one["id"]): one for kind in FIGURES for one in before[kind]}
        touched = [
            one["id"]
            for kind in FIGURES
            for one in self.document[kind]
            if earlier.get((kind, one["id"])) not in (None, one)
        ]
        ways = read_ways(found[WAYS])
        say = self._told(before) or self._effect(before, ways, optimum)
        said = {}
        for language, _name in settings.LANGUAGES:
            with override(language):
                said[language] = [say(Amounts(hidden)) for hidden in (False, True)]
        return {"touched": touched, "said": said}

    @property
    def _before(self) -> Mapping[str, Any] | None:
        """The household before the last change; None after an undo, or while it began: before
        there was both something owed and something to pay it from.
        """
        if self.row.before is not None:
            before = self.row.before
        else:
            revision = Revision.objects.owned_by(self.user).first()
            if revision is None or revision.number != self.row.revision - 1:
                return None
            before = revision.document
        has_begun = before["debts"] and (before["incomes"] or before["accounts"])
        return before if has_begun else None

    def _told(self, before: Mapping[str, Any]) -> Callable[[Amounts], str] | None:
        """That something was written down, where that and no figure was the last change."""
        if hashes.history_hash(before.get("history", [])) == self.row.history_hash:
            return None
        if any(before[kind] != self.document[kind] for kind in ITEM_MODELS):
            return None
        last = HistoryEntry.objects.owned_by(self.user).order_by("pk").last()
        if last is None or last.kind in ("correction", "balance", "arrangement"):
            return None
        if last.kind == HistoryEntry.UNDO:
            return lambda _amounts: _("Taken back. The plan goes on without it.")
        return lambda _amounts: _("Written down. The plan goes on from there.")

    def _effect(
        self, before: Mapping[str, Any], ways: Ways, optimum: Outcome | None
    ) -> Callable[[Amounts], str]:
        document = dict(before)
        if "planned_from" in self.document:
            passed = {key: self.document.get(key) for key in DAY_KEYS}
            document |= {key: day for key, day in passed.items() if day}
        names = [WAYS, OPTIMAL] if optimum else [WAYS]
        found = stored_plans(user=self.user, names=names, document=document)
        earlier = standing_household(self.user, document)
        # The change is told by two plans of one kind: not by a rule and an optimum.
        is_there = OPTIMAL in found
        past = ReadOptimum(found[OPTIMAL], earlier).outcome if is_there else None
        was = _outcome(earlier.strategy, read_ways(found[WAYS]), past)
        now = _outcome(self.household.strategy, ways, optimum if is_there else None)
        return lambda amounts: change_line((earlier, was), (self.household, now), amounts)

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
        opening = sum(account.balance_fen for account in self.household.accounts)
        return drawing.draw_strip(
            first=plan.as_of,
            days=days,
            opening_fen=opening,
            closings=[(one.on, one.closing_fen) for one in plan.cash],
            marks=self._marks,
            short=self._short_stretches,
            width=width,
            plot_height=plot_height,
        )

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
            ticks=[(tick.at, self.amounts.short(tick.fen)) for tick in strip.ticks],
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
                amount=self.amounts(short[0].short_fen),
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
        """What is overdue, the dues of the coming weeks, and the next one of every debt."""
        as_of, end = self.plan.as_of, self.situation.near_end
        shown, seen = [], set()
        for due in self.plan.dues:
            if due.due_on < as_of and not due.short_fen:
                continue
            if due.due_on <= end or due.debt not in seen:
                shown.append(self._due_line(due))
            if due.due_on >= as_of:
                seen.add(due.debt)
        return shown

    def all_dues(self, debt: str) -> list[DueLine]:
        """The dues of one debt, as far as the plan goes."""
        return [self._due_line(due) for due in self.plan.dues if due.debt == debt][:SHOWN_DUES]

    def _due_line(self, due: PlannedDue) -> DueLine:
        plan, amounts = self.plan, self.amounts
        debt = self.situation.debts[due.debt]
        planned = self._planned(due)
        late = (plan.as_of - due.due_on).days
        if due.last_safe_on < plan.as_of:
            state = "overdue"
            chip = ngettext("{days} day past due", "{days} days past due", late).format(days=late)
        elif due.short_fen > debt.tolerance_fen:
            state = "short"
            chip = _("{amount} short").format(amount=amounts.plain(due.short_fen))
        else:
            state = "ok"
            is_more = due.amount_fen > due.required_fen
            in_full = is_more and planned >= due.amount_fen - debt.tolerance_fen
            chip = _("in full") if in_full else _("on time")
        details = []
        if isinstance(debt.terms, RevolvingTerms) and due.required_fen < due.amount_fen:
            details.append(_("minimum"))
        if due.last_safe_on >= plan.as_of:
            details.append(_("last safe day {day}").format(day=short_day(due.last_safe_on)))
        if due.amount_fen != due.required_fen:
            details.append(_("bill {amount}").format(amount=amounts.plain(due.amount_fen)))
        if planned not in (0, due.required_fen) and state != "overdue":
            details.append(_("plan pays {amount}").format(amount=amounts.plain(planned)))
        account = self._account(due)
        if account:
            details.append(
                _("taken from {account}").format(account=account)
                if debt.autopay
                else _("from {account}").format(account=account)
            )
        return DueLine(
            key=f"{due.debt}-{due.due_on:%Y%m%d}",
            debt=due.debt,
            on=due.due_on,
            day=short_day(due.due_on),
            weekday=weekday(due.due_on),
            name=debt.name,
            state=state,
            chip=chip,
            details=markup_join(" ", '<span class="phrase">{}</span>', zip(details)),
            required=amounts.plain(due.required_fen),
            ladder_url=address("planner:ladder", due.debt, due.due_on),
            paid_url=f"{address('planner:debt-paid', due.debt)}?due={due.due_on}",
            debt_url=address("planner:debt-schedule", due.debt),
        )

    @cached_property
    def _dues(self) -> dict[str, list[PlannedDue]]:
        found: dict[str, list[PlannedDue]] = {}
        for due in self.plan.dues:
            found.setdefault(due.debt, []).append(due)
        return found

    def _planned(self, due: PlannedDue) -> int:
        """What the plan pays on a bill from its statement on, on another due after the one before.

        0 while a due before is open: payments make up for that one first.
        """
        debt = self.situation.debts[due.debt]
        start = date.min
        if isinstance(debt.terms, RevolvingTerms):
            start = debt.terms.statement_of(due.due_on)
        elif index := bisect_left(self._dues[due.debt], due.due_on, key=lambda one: one.due_on):
            before = self._dues[due.debt][index - 1]
            if before.short_fen > debt.tolerance_fen:
                return 0
            start = before.last_safe_on + timedelta(days=1)
        return sum(
            one.amount_fen
            for one in self.plan.payments
            if one.debt == due.debt and start <= one.on <= due.last_safe_on
        )

    def _account(self, due: PlannedDue) -> str:
        paid = next(
            (
                one.account
                for one in self.plan.payments
                if one.debt == due.debt and one.on >= due.due_on
            ),
            None,
        )
        if paid is None:
            paid = next(iter(self.situation.debts[due.debt].autopay), None)
        return self.situation.accounts[paid] if paid else ""

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
        ways[OPTIMAL] = self.optimum and self.optimum.outcome
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

    # --- The course to the end ---

    @cached_property
    def _owed(self) -> dict[str, int]:
        return {debt.id: owed_fen(debt.terms) for debt in self.household.debts}

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
    def courses(self) -> list[SafeString]:
        owed, other = self._course_values
        if self.row.strategy == "minimum":
            other = []
        words = _("What is owed month by month; the same figures stand in the table below")
        drawn = []
        for width, height, screen in ((980, 170, "wide-only"), (360, 140, "narrow-only")):
            chart = drawing.draw_course(
                months=self._months,
                owed_fen=owed,
                other_fen=other,
                width=width,
                plot_height=height,
            )
            drawn.append(
                course_svg(
                    chart,
                    screen=screen,
                    words=words,
                    ticks=[(tick.at, self.amounts.short(tick.fen)) for tick in chart.ticks],
                    labels=[(one.at, f"{one.on:%Y-%m}") for one in chart.years],
                )
            )
        return drawn

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
        }

    def _figure(self, kind: str, item: Item, form: Any, bound: Any) -> dict[str, Any]:
        prefix = prefix_of(kind, item.slug)
        is_bound = bound is not None and bound.prefix == prefix
        if self.row.is_lived:
            item = as_it_stands(self.household, item)
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


def _outcome(strategy: str, ways: Ways, optimum: Outcome | None) -> Outcome:
    if strategy == OPTIMAL:
        return optimum or ways.outcomes[ways.best]
    return ways.outcomes[strategy]


def prefix_of(kind: str, slug: str) -> str:
    """Ids in the page are unique: a debt and an income may share a slug."""
    return f"{kind}-{slug}"


def conflict_words(form: Any, current: Item | None) -> SafeString | str:
    """What was changed elsewhere while this form was open."""
    if current is None:
        return _("This entry was removed elsewhere meanwhile. Nothing was saved.")
    told = [
        _("{label} is now {now}; you wrote {typed}").format(label=label, now=now, typed=typed)
        for label, now, typed in form.differences(current)
    ]
    if not told:
        return _("{name} was changed elsewhere meanwhile; below is how it stands now.").format(
            name=current.name
        )
    return _("{name} was changed elsewhere meanwhile: {changes}. Nothing was saved.").format(
        name=current.name, changes=_("; ").join(told)
    )
