"""The page of one debt: its plan laid onto its contract → what templates print, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.charts.timeline import LAST_DAY, TimelineKind, TimelineMark, timeline_svg
from planner.domain.answers.one_debt import DebtCourse, DebtStanding, OneDebt, ScheduleRow
from planner.domain.answers.relief import next_money, overdue_debts
from planner.domain.answers.true_rate import TrueRate, true_rate
from planner.domain.contracts.dues import Due
from planner.domain.household.household import Debt
from planner.domain.household.terms import RevolvingTerms
from planner.domain.ledger.consequences import Consequence
from planner.domain.rulebook.ceilings import Ceiling, load_ceilings
from planner.domain.rulebook.deductions import load_deductions
from planner.domain.rulebook.products import Product, load_products
from planner.domain.rulebook.questions import Answered
from planner.domain.rulebook.rule_files import Fact, load_sources
from planner.models import User
from planner.pages.debts.contracts import FORMS
from planner.plans.current import Current
from planner.words.answer import NEAR_DAYS, Answer, asked_first
from planner.words.days import day, short_day
from planner.words.figures import percent
from planner.words.ladder import LadderLines, ladder_lines
from planner.words.language import spoken
from planner.words.markup import markup, markup_join, phrased, sentences, table_rows
from planner.words.names import certainty_word, fact_certainty, name_of_rung
from planner.words.overdue import OverdueLine, overdue_line

SHOWN_ROWS = 12


@dataclass(frozen=True, slots=True)
class PayoffLine:
    """What cures and what settles on a day."""

    day: str
    name: str
    cure: str
    settle: str
    note: str


@dataclass(frozen=True, slots=True)
class SourcedFact:
    """A fact in words, how sure it is, and the source it leads to."""

    words: str
    certainty: str
    source: str
    source_name: str


@dataclass(frozen=True, slots=True)
class CeilingLine:
    """For one kind of lender: the ceiling in words, "" where it is not known."""

    lender: str
    rate: str
    fact: SourcedFact


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: in the lender's app, on the cost statement."""

    label: str
    app: str
    form: str


class DebtPage:
    """One debt of a person, by their plan. Raises KeyError where there is no such debt."""

    def __init__(self, user: User, slug: str) -> None:
        self.current = Current(user)
        self.item = {item.slug: item for item in self.current.items["debts"]}[slug]
        self._unanswered = {on for debt, on in self.current.unanswered if debt == slug}
        plan = self.current.plan
        self.amounts = self.current.amounts
        self.one = OneDebt(
            self.current.household,
            slug,
            ((one.on, one.amount_fen) for one in plan.payments if one.debt == slug),
        )
        self.course: DebtCourse = self.one.course(plan.debt_free_on)
        self.last_day = plan.debt_free_on or self.one.last_day

    # --- What it is, and how it stands ---

    @property
    def debt(self) -> Debt:
        return self.one.debt

    @property
    def as_of(self) -> date:
        return self.one.as_of

    @cached_property
    def product(self) -> Product | None:
        return load_products().get(self.debt.product or "")

    @property
    def product_name(self) -> str:
        return "" if self.product is None or self.product.is_another else spoken(self.product.names)

    @cached_property
    def today(self) -> DebtStanding:
        return self.one.stands_on(self.as_of)

    @property
    def is_settled(self) -> bool:
        return not self.course.rows and self.today.settle_fen == 0

    @cached_property
    def asked_first(self) -> Answer | None:
        """What stands in place of a verdict while nobody has said whether a due was paid."""
        today = self.as_of.toordinal()
        missed = [one for one in self.course.dues if one.is_missed and one.last_safe_on < today]
        return asked_first() if any(self._is_asked(one) for one in missed) else None

    def _is_asked(self, due: Due) -> bool:
        return date.fromordinal(due.due_on) in self._unanswered

    @cached_property
    def overdue(self) -> OverdueLine | None:
        if self.course.overdue is None or self.asked_first:
            return None
        found = overdue_debts(self.one.household, self._until, self.one.books)
        relief = next(one for one in found if one.debt.id == self.debt.id)
        return overdue_line(relief, self.as_of, self.amounts)

    @cached_property
    def _next_money(self) -> date | None:
        return next_money(self.current.plan.cash, self.as_of)

    @property
    def _until(self) -> date:
        return self._next_money or self.as_of + timedelta(days=NEAR_DAYS)

    @property
    def headline(self) -> SafeString | str:
        """The next due in a sentence; "" where it is overdue or nothing is due any more."""
        due = self.course.following
        if self.overdue or due is None:
            return ""
        return phrased(
            _("Next: {amount}|by {day} at the latest."),
            amount=self.amounts(due.required),
            day=day(date.fromordinal(due.last_safe_on), self.as_of),
        )

    @property
    def short(self) -> str:
        """What the plan leaves unpaid of the next due, else of the first later one; "" for none."""
        missing = (due for due in self.course.dues if self._is_short(due))
        due = next(missing, None)
        if due is None:
            return ""
        if due is self.course.following:
            return _("By the plan, you are {amount} short of it by then.").format(
                amount=self.amounts(due.short)
            )
        return _("Later money is short: by the plan, you are {amount} short on {day}.").format(
            amount=self.amounts(due.short),
            day=day(date.fromordinal(due.last_safe_on), self.as_of),
        )

    def _is_short(self, due: Due) -> bool:
        return due.last_safe_on >= self.as_of.toordinal() and due.short > self.debt.tolerance_fen

    @property
    def why(self) -> SafeString:
        return sentences(part for part in (self.short, self.ends) if part)

    @property
    def state(self) -> str:
        if self.overdue:
            return "overdue"
        return "short" if self.short else "safe"

    # --- Curing and settling ---

    def payoffs(self, asked: date | None) -> list[PayoffLine]:
        """Today, the next day on which money comes, and a day that was asked for."""
        days = {self.as_of: _("today")}
        if self._next_money is not None and self._next_money <= self.last_day:
            days.setdefault(self._next_money, _("next pay day"))
        if asked is not None:
            days.setdefault(asked, _("your day"))
        return [self._payoff(on, name) for on, name in sorted(days.items())]

    def _payoff(self, on: date, name: str) -> PayoffLine:
        stands = self.today if on == self.as_of else self.one.stands_on(on)
        note = ""
        if stands.paid_before_fen:
            note = _("after {amount} that the plan pays before").format(
                amount=self.amounts(stands.paid_before_fen)
            )
        return PayoffLine(
            day=day(on, self.as_of),
            name=name,
            cure=self.amounts.plain(stands.cure_fen),
            settle=self.amounts.plain(stands.settle_fen),
            note=note,
        )

    # --- What it costs to the end ---

    @property
    def costs(self) -> list[tuple[str, str]]:
        """By kind, to the end; without an end, what is paid until then and what is still owed."""
        totals, plain = self.course.totals, self.amounts.plain
        if self.course.settled_on is None:
            left = self.one.stands_on(self.last_day).settle_fen
            until = day(self.last_day, self.as_of)
            return [
                (_("Paid by {day}").format(day=until), plain(totals.paid)),
                (_("Still owed then"), plain(left)),
            ]
        lines = [
            (_("Interest"), totals.interest),
            (_("Fees and late fees"), totals.fees),
            (_("Penalty interest"), totals.penalties),
            (_("Interest and fees in all"), totals.interest + totals.fees + totals.penalties),
            (self._principal_label, totals.principal),
            (_("To be paid in all"), totals.paid),
        ]
        return [(label, plain(fen)) for label, fen in lines]

    @property
    def _principal_label(self) -> str:
        terms = self.debt.terms
        if isinstance(terms, RevolvingTerms) and terms.monthly_spend_fen:
            return _("Principal, new spending included")
        return _("Principal")

    @property
    def ends(self) -> str:
        if self.course.settled_on is None:
            return _("By this plan it is not paid off within 31 years, as far as the plan looks.")
        return _("By this plan it is paid off on {day}.").format(
            day=day(self.course.settled_on, self.as_of)
        )

    # --- What it costs a year ---

    @cached_property
    def rate(self) -> TrueRate | None:
        return true_rate(self.debt, self.as_of)

    @property
    def rates(self) -> list[tuple[str, str]]:
        """What was advertised, what the contract says, what it comes to."""
        entered = self.debt.terms.rate
        unknown = _("not entered")
        contract = percent(entered.annual) if entered else _("no interest entered")
        lines = [
            (_("As advertised"), self.debt.quoted_rate or unknown),
            (_("By the contract, simple interest"), contract),
        ]
        if self.rate is None:
            return [*lines, (_("True yearly rate"), _("cannot be reckoned"))]
        labels = {
            "loan": _("True yearly rate (IRR, 12 × a month)"),
            "left": _("True yearly rate of what is left (IRR, 12 × a month)"),
            "rest": _("True yearly rate if only the minimum is paid (IRR, 12 × a month)"),
        }
        lines.append((labels[self.rate.of], percent(self.rate.nominal)))
        lines.append((_("The same with interest on interest"), percent(self.rate.effective)))
        return lines

    @property
    def rate_note(self) -> str:
        notes = {
            "loan": _("Reckoned from what was received and what is to be paid on which day."),
            "left": _(
                "A fee stays the same while less and less is owed, so the last part looks dearer "
                "than the whole. With the day of signing, the whole can be reckoned."
            ),
            "rest": _(
                "For the part of the last bill that stays unpaid on its due date. "
                "Paid in full, the bill costs nothing."
            ),
        }
        if self.rate is None:
            return _("It takes a schedule: what was received, and what is to be paid when.")
        return notes[self.rate.of]

    @property
    def ceilings(self) -> list[CeilingLine]:
        ceilings = load_ceilings()
        return [
            CeilingLine(spoken(one.lender), self._ceiling_rate(one), _fact(spoken(one.words), one))
            for one in ceilings.of(self.debt.product, self.debt.signed_on)
        ]

    def _ceiling_rate(self, ceiling: Ceiling) -> str:
        rate = load_ceilings().rate(ceiling, self.debt.signed_on)
        return "" if rate is None else percent(rate)

    @property
    def lacks_signing(self) -> bool:
        """Whether a ceiling, or the rate of the whole, hangs on a day that is not entered."""
        of_contract = any(one.lpr_multiple for one in load_ceilings().of(self.debt.product))
        is_left = self.rate is not None and self.rate.of == "left"
        return self.debt.signed_on is None and (of_contract or is_left)

    @property
    def compared(self) -> str:
        """Where a whole loan stands to the lowest ceiling that is known; "" else."""
        ceilings = load_ceilings()
        known = [
            ceilings.rate(one, self.debt.signed_on)
            for one in ceilings.of(self.debt.product, self.debt.signed_on)
        ]
        lowest = min((rate for rate in known if rate is not None), default=None)
        if lowest is None or self.rate is None or self.rate.of != "loan":
            return ""
        if self.rate.nominal <= lowest:
            return _("As it is entered, it stays within {rate}.").format(rate=percent(lowest))
        return _(
            "As it is entered, it comes to more than {rate}. Ask the lender for a list of all "
            "charges first; what lies above can be disputed."
        ).format(rate=percent(lowest))

    # --- The schedule ---

    @property
    def schedule(self) -> SafeString:
        return self._table(self.course.rows[:SHOWN_ROWS])

    @property
    def later_schedule(self) -> SafeString:
        return self._table(self.course.rows[SHOWN_ROWS:])

    @property
    def later_count(self) -> int:
        return max(0, len(self.course.rows) - SHOWN_ROWS)

    def _table(self, rows: Iterable[ScheduleRow]) -> SafeString:
        return markup_join("", "{}", ((self._row(row),) for row in rows))

    def _row(self, row: ScheduleRow) -> SafeString:
        """On a phone what is required and the parts of what is paid stand under what is paid."""
        parts = [
            (_("principal"), row.parts.principal),
            (_("interest"), row.parts.interest),
            (_("fees and penalty"), row.parts.fee + row.parts.penalty),
        ]
        required = row.due.required if row.due else 0
        also = [(_("required"), required)] if required != row.paid_fen else []
        beside = markup_join(
            "", '<td class="num wide-only">{}</td>', ((self._figure(fen),) for _label, fen in parts)
        )
        beneath = markup_join(
            "",
            "<small>{}\u00a0{}</small>",  # what breaks is the label, not its figure
            ((label, self._figure(fen)) for label, fen in [*also, *parts] if fen),
        )
        return markup(
            '<tr><th scope="row">{}</th><td class="num wide-only">{}</td><td class="num">{}'
            '<span class="narrow-only parts">{}</span></td>{}<td class="num">{}</td></tr>',
            self._day_of(row),
            self._figure(required),
            self._figure(row.paid_fen),
            beneath,
            beside,
            "" if row.owed_fen is None else self.amounts.plain(row.owed_fen),
        )

    def _figure(self, fen: int) -> str:
        return self.amounts.plain(fen) if fen else ""

    def _day_of(self, row: ScheduleRow) -> SafeString:
        state, word = self._chip(row.due) if row.due else ("", "")
        chip = markup(' <span class="chip" data-state="{}">{}</span>', state, word) if word else ""
        return markup('<span class="phrase">{}</span>{}', f"{row.on:%Y-%m-%d}", chip)

    def _chip(self, due: Due) -> tuple[str, str]:
        """How a due stands, where that is not simply paid on its day."""
        if due.last_safe_on < self.as_of.toordinal():
            if due.is_missed and self._is_asked(due):
                return "plain", _("not answered yet")
            return ("overdue", _("overdue")) if due.is_missed else ("", "")
        if due.short > self.debt.tolerance_fen:
            return "short", _("short")
        if due.met_on is not None and due.met_on < due.due_on:
            return "ok", _("paid earlier")
        return "", ""

    # --- The ladder ---

    @cached_property
    def due(self) -> Due | None:
        """The due that the ladder is of: the oldest overdue, else the next."""
        return (
            self.course.following
            if self.asked_first
            else self.course.overdue or self.course.following
        )

    @cached_property
    def _ladder(self) -> list[Consequence]:
        return [] if self.due is None else self.course.ladder(self.due)

    @property
    def due_day(self) -> str:
        return "" if self.due is None else day(date.fromordinal(self.due.due_on), self.as_of)

    @property
    def ladder(self) -> LadderLines:
        return ladder_lines(self._ladder, self.as_of)

    @property
    def rung_rows(self) -> SafeString:
        """The table of the line: every dated step by its day."""
        due_on = date.fromordinal(self.due.due_on) if self.due else self.as_of
        dated = sorted(
            ((one.starts_on, one) for one in self._ladder if one.starts_on is not None),
            key=lambda one: one[0],
        )
        states = {
            "started": _("has started"),
            "will_start": _("starts by this plan"),
            "avoided": _("the plan avoids it"),
        }
        return table_rows(
            (
                markup('<span class="phrase">{}</span>', f"{on:%Y-%m-%d}"),
                str((on - due_on).days),
                markup('<span class="words">{}</span>', name_of_rung(one.rung)),
                markup('<span class="words">{}</span>', states[one.state]),
            )
            for on, one in dated
        )

    @property
    def lines(self) -> list[SafeString]:
        """The line of days, wide and redrawn for a phone."""
        if self.due is None:
            return []
        marks = list(self._marks(date.fromordinal(self.due.due_on)))
        if len(marks) < 2:
            return []
        words = _("What follows if the due of {day} is missed; the same stands in the table below")
        return [
            timeline_svg(
                marks,
                date.fromordinal(self.due.due_on),
                (self.as_of, _("today")),
                screen=screen,
                words=words.format(day=self.due_day),
            )
            for screen in ("wide-only", "narrow-only")
        ]

    def _marks(self, due_on: date) -> Iterator[TimelineMark]:
        """The due, the payment that meets it late, and each day on which something starts."""
        last = due_on + timedelta(days=LAST_DAY)
        zero = _("due")
        yield TimelineMark(due_on, "due", 9, f"{day(due_on)}: {zero}", short_day(due_on), zero)
        by_day: dict[date, list[Consequence]] = {}
        for one in self._ladder:
            if one.starts_on is not None and due_on < one.starts_on <= last:
                by_day.setdefault(one.starts_on, []).append(one)
        for on, found in sorted(by_day.items()):
            kinds = {one.state for one in found}
            kind: TimelineKind = "avoided"
            if "started" in kinds or "will_start" in kinds:
                kind = "started" if "started" in kinds else "will_start"
            late = (on - due_on).days
            yield TimelineMark(
                on=on,
                kind=kind,
                severity=max(one.rung.severity for one in found),
                said=f"{day(on)}: " + _("; ").join(name_of_rung(one.rung) for one in found),
                label=short_day(on),
                number=_("day {days}").format(days=late),
            )
        met_on = self.due.met_on if self.due else None
        if met_on is not None and self.overdue is not None:
            on = date.fromordinal(met_on)
            if on <= last:
                said = _("the plan has cured it")
                yield TimelineMark(on, "pays", 0, f"{day(on)}: {said}", short_day(on), "")

    # --- Deduction, and where figures stand ---

    @property
    def accounts(self) -> list[str]:
        names = {account.id: account.name for account in self.one.household.accounts}
        return [names[one] for one in self.debt.autopay]

    @property
    def deductions(self) -> list[SourcedFact]:
        if self.product is None:
            return []
        facts: tuple[Fact, ...] = (*self.product.autopay, *self.product.deduction)
        return [_fact(spoken(one.words), one) for one in facts]

    @property
    def deduction_place(self) -> str:
        """Where in the app it is seen and changed."""
        where = self.product.where.get("autopay") if self.product else None
        return "" if where is None else spoken(where.app)

    @property
    def remedies(self) -> list[tuple[str, SourcedFact]]:
        """How a deduction can be changed, and what the contract says of it then."""
        return [
            (spoken(one.asks), _fact(spoken(one.words), one))
            for one in load_deductions().remedies
            if one.id in ("another_day", "withdraw")
        ]

    @property
    def places(self) -> list[Place]:
        """Where each figure of the debt stands, in the order of its form."""
        form = FORMS[self.debt.contract](
            household=self.current.row, accounts=self.current.items["accounts"], item=self.item
        )
        found = [
            (str(field.label), where)
            for field in form.fields.values()
            if (where := getattr(field, "where", None))
        ]
        return [Place(label, where["app"], where["form"]) for label, where in found]


def _fact(words: str, of: Fact | Ceiling | Answered) -> SourcedFact:
    source = load_sources()[of.source]
    sure = certainty_word(of.certainty) if isinstance(of, Ceiling) else fact_certainty(of)
    checked = f"{sure} · {of.checked_on:%Y-%m}"
    return SourcedFact(words, checked, source.id, spoken(source.name))
