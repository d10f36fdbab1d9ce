"""A plan → the sentences of the plan page: the answer, the next action, what a change did.

Everything is said in the language of the request, calmly and without blame. Names that people
gave are escaped here; what comes out may stand in a page as it is.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.domain.answers.living_costs import kept_beside
from planner.domain.answers.moves import Moves, moves_of
from planner.domain.answers.relief import Relief, next_money, overdue_debts
from planner.domain.answers.scenarios import lacks_of, missing_fen, short_dues
from planner.domain.household.household import Debt, Household
from planner.domain.household.terms import RevolvingTerms
from planner.domain.ledger.ledger import Ledger, Payment
from planner.domain.plan.plan import Planned, PlannedDue
from planner.domain.plan.rungs import rungs_if_missed
from planner.domain.rulebook.ladders import Rung
from planner.words.days import day, month
from planner.words.figures import Amounts
from planner.words.language import listed, spoken
from planner.words.living_costs import kept_line
from planner.words.markup import markup, phrased, sentences, strong

SOON_DAYS = 7
NEAR_DAYS = 45
MOST_RUNGS = 2
GRAVEST = 5

AnswerState = Literal["empty", "asking", "clear", "overdue", "short", "later", "endless", "safe"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Am I safe, until when, and the one thing to do next. `link` names a page to go on to;
    `finds` where the thing to do is to find a sum."""

    state: AnswerState
    headline: SafeString
    why: SafeString | str = ""
    label: str = ""
    action: SafeString | str = ""
    link: Literal["", "debts", "incomes"] = ""
    finds: bool = False


@dataclass(frozen=True)
class Situation:
    """A household, its plan, and how its amounts are written.

    `unanswered` are the dues, by debt and day, of which nobody has said yet whether they were paid.
    """

    household: Household
    plan: Planned
    amounts: Amounts = field(default_factory=Amounts)
    unanswered: frozenset[tuple[str, date]] = frozenset()

    @property
    def as_of(self) -> date:
        return self.household.as_of

    @cached_property
    def debts(self) -> dict[str, Debt]:
        return {debt.id: debt for debt in self.household.debts}

    @cached_property
    def accounts(self) -> dict[str, str]:
        return {account.id: account.name for account in self.household.accounts}

    @cached_property
    def overdue(self) -> list[PlannedDue]:
        """Dues whose last safe day had passed when the figures were taken."""
        return [due for due in self.plan.dues if due.last_safe_on < self.as_of and due.short_fen]

    @property
    def hangs_on_answers(self) -> bool:
        """Whether something is overdue only as long as nobody says that it was paid."""
        return any(due[:2] in self.unanswered for due in self.overdue)

    @cached_property
    def to_catch_up(self) -> list[Relief]:
        """What is overdue, in the order in which the plan pays it; of a day, and of what it does
        not pay, what cures most harm with each yuan comes first."""
        if not self.overdue:
            return []
        until = next_money(self.plan.cash, self.as_of) or self.near_end
        found = overdue_debts(self.household, until)
        first: dict[str, date] = {}
        for one in self.plan.payments:
            first.setdefault(one.debt, one.on)
        return sorted(found, key=lambda one: first.get(one.debt.id, date.max))

    @cached_property
    def late_debts(self) -> list[str]:
        """The ids of the debts that are overdue, in that order."""
        ordered = [one.debt.id for one in self.to_catch_up]
        return list(dict.fromkeys([*ordered, *(due.debt for due in self.overdue)]))

    @cached_property
    def short(self) -> list[PlannedDue]:
        """Dues still to come that their last safe day will not see paid, the first day first."""
        return sorted(
            (due for due, _fen in short_dues(self.plan)), key=lambda due: due.last_safe_on
        )

    @cached_property
    def short_until(self) -> date | None:
        """The last safe day of what is short first, or the day that living costs are; None where
        nothing is."""
        first = next(iter(lacks_of(self.plan)), None)
        if first is None:
            return None
        days = (
            due.last_safe_on
            for due in self.short
            if due.debt == first.debt and first.on in (due.due_on, due.last_safe_on)
        )
        return next(days, first.on)

    def missing_fen(self, due: PlannedDue) -> int:
        """What its last safe day leaves unpaid, also of a due that is in grace already."""
        return missing_fen(due, self.as_of, self.plan.payments)

    def is_short(self, due: PlannedDue) -> bool:
        return self.missing_fen(due) > self.debts[due.debt].tolerance_fen

    def is_due(self, debt: str, on: date) -> bool:
        return any(due.debt == debt and due.due_on == on for due in self.plan.dues)

    @cached_property
    def moves(self) -> Moves:
        return moves_of(self.plan)

    def kept_beside(self, on: date) -> SafeString:
        """For what the money that lies there on a day, beside something unpaid, is kept."""
        return kept_line(kept_beside(self.plan, on), self.household, self.amounts)

    @property
    def near_end(self) -> date:
        return self.as_of + timedelta(days=NEAR_DAYS)

    def name(self, debt: str) -> str:
        return self.debts[debt].name

    def rungs(self, due: PlannedDue, after: date | None = None) -> list[tuple[date, Rung]]:
        """What starts on which day if this due stays unpaid; from the day after `after` on."""
        starts = rungs_if_missed(self.debts[due.debt], due)
        return [(on, rung) for on, rung in starts if after is None or on > after]

    def first_rungs(self, due: PlannedDue, after: date | None = None) -> tuple[date, str] | None:
        """The first day on which something starts, and in words what: the gravest first."""
        starts = self.rungs(due, after)
        if not starts:
            return None
        first = starts[0][0]
        same = [rung for on, rung in starts if on == first]
        same.sort(key=lambda rung: -rung.severity)
        names = [spoken(rung.names) or rung.id for rung in same[:MOST_RUNGS]]
        return first, _("; ").join(names)


def answer(situation: Situation) -> Answer:
    """The state that concerns the person most, in words."""
    if not situation.household.debts:
        return Answer(
            "empty",
            phrased(_("Write down what you owe,|and you see what to pay on which day.")),
            _("A name, an amount and a due day are enough to begin."),
            link="debts",
        )
    if situation.overdue:
        return _overdue(situation)
    if situation.short and situation.short[0].last_safe_on <= situation.near_end:
        return _short(situation)
    if situation.plan.debt_free_on == situation.as_of:
        return Answer("clear", phrased(_("Everything here|is paid off.")))
    return _safe(situation)


def asked_first() -> Answer:
    """What stands in place of the answer while it hangs on what has not been answered."""
    return Answer(
        "asking",
        phrased(_("First say|how it went.")),
        _("Then it stands here whether you are in time, and what to do next."),
    )


def _overdue(situation: Situation) -> Answer:
    amounts, as_of = situation.amounts, situation.as_of
    dues = situation.overdue
    late = situation.late_debts
    oldest = min(dues, key=lambda due: due.due_on)
    missing = amounts_to_cure(situation, late)
    days = (as_of - oldest.due_on).days
    if len(late) == 1:
        headline = phrased(
            ngettext(
                "{debt} is {days} day past due,|you are {amount} short.",
                "{debt} is {days} days past due,|you are {amount} short.",
                days,
            ),
            debt=situation.name(oldest.debt),
            days=days,
            amount=strong(amounts(missing[oldest.debt])),
        )
    else:
        headline = phrased(
            ngettext(
                "{count} debt is past due,|you are {amount} short in all.",
                "{count} debts are past due,|you are {amount} short in all.",
                len(late),
            ),
            count=len(late),
            amount=strong(amounts(sum(missing.values()))),
        )
    why: list[SafeString] = []
    if len(late) > 1:
        why.append(
            markup(
                _("The oldest is {debt}, due on {day}."),
                debt=situation.name(oldest.debt),
                day=day(oldest.due_on, as_of),
            )
        )
    payment = _first_caught_up(situation)
    following = situation.first_rungs(oldest, after=as_of)
    if following is not None:
        paid_before = payment is not None and payment.on < following[0]
        why.append(
            markup(
                _("Paid before {day}, it does not come to this: {what}.")
                if paid_before
                else _("From {day} on: {what}."),
                day=strong(day(following[0], as_of)),
                what=following[1],
            )
        )
    soon = as_of + timedelta(days=SOON_DAYS)
    if situation.short and (coming := situation.short[0]).last_safe_on <= soon:
        why.append(
            markup(
                _("{debt}, due on {day}, still lacks {amount}."),
                debt=situation.name(coming.debt),
                day=day(coming.due_on, as_of),
                amount=amounts(situation.missing_fen(coming)),
            )
        )
    pays_today = payment is not None and payment.on == as_of
    if not pays_today and (kept := situation.kept_beside(as_of)):
        why.append(kept)
    why.append(markup("{}", _("It is not too late: every payment makes it better.")))
    label, action = _("Just one thing today"), _overdue_action(situation, late, missing)
    if payment is not None and payment.on > as_of:
        label = _("What to do next")
    return Answer("overdue", headline, sentences(why), label, action, finds=payment is None)


def _overdue_action(
    situation: Situation, late: Sequence[str], missing: dict[str, int]
) -> SafeString:
    amounts, as_of = situation.amounts, situation.as_of
    payment = _first_caught_up(situation)
    if payment is None:
        return markup(
            _("Find {amount} for {debt}, and ask them in the meantime whether it can be split."),
            amount=strong(amounts(missing[late[0]])),
            debt=situation.name(late[0]),
        )
    if payment.on == as_of:
        return _pay(situation, payment)
    return markup(
        _("On {day}, when money is there, first pay {amount} to {debt}. Until then, tell them."),
        amount=strong(amounts(payment.amount_fen)),
        debt=situation.name(payment.debt),
        day=day(payment.on, as_of),
    )


def amounts_to_cure(situation: Situation, debts: Sequence[str]) -> dict[str, int]:
    """Fen by debt that leave nothing required unpaid on the morning of `as_of`."""
    household = situation.household
    today = household.as_of.toordinal()
    contracts = Ledger(household, lambda ledger: None).run_to(today).contracts
    return {
        debt.id: contract.required_fen(today)
        for debt, contract in zip(household.debts, contracts, strict=True)
        if debt.id in debts
    }


def _short(situation: Situation) -> Answer:
    amounts, as_of = situation.amounts, situation.as_of
    due = situation.short[0]
    debt = situation.debts[due.debt]
    is_minimum = isinstance(debt.terms, RevolvingTerms) and due.required_fen < due.amount_fen
    headline = phrased(
        _("{debt} on {day}:|the minimum is {amount} short.")
        if is_minimum
        else _("{debt} on {day}:|you are {amount} short."),
        debt=debt.name,
        day=day(due.due_on, as_of),
        amount=strong(amounts(situation.missing_fen(due))),
    )
    why = [
        markup(
            _("It is on time until {day}."),
            day=strong(day(due.last_safe_on, as_of)),
        )
    ]
    if (following := situation.first_rungs(due)) is not None:
        why.append(
            markup(
                _("Otherwise, from {day} on: {what}."),
                day=day(following[0], as_of),
                what=following[1],
            )
        )
    spent = sum(one.expenses_fen for one in situation.plan.cash if one.on <= due.due_on)
    if spent:
        why.append(
            markup(_("Until then, {amount} of living costs come first."), amount=amounts(spent))
        )
    if kept := situation.kept_beside(due.last_safe_on):
        why.append(kept)
    why.append(_others(situation))
    if not situation.household.incomes:
        return Answer("short", headline, sentences(why), *_enter_income(), "incomes")
    label, action = _("Just one thing today"), find_sum(situation)
    if (payment := _paid_today(situation)) is not None:
        label, action = _("First today"), sentences([_pay(situation, payment), action])
    return Answer("short", headline, sentences(why), label, action, finds=payment is None)


def find_sum(situation: Situation, fen: int | None = None) -> SafeString:
    """Which sum is to be found for what is short first, by when, and where it is to lie.

    `fen` where living costs take of it, so that it is more than what is missing.
    """
    due = situation.short[0]
    debt = situation.debts[due.debt]
    sentence = (
        _("Find {amount} and put it into {account} by {day}; {debt} is taken from there.")
        if debt.autopay
        else _("Find {amount} and pay it to {debt} by {day}.")
    )
    return markup(
        sentence,
        amount=strong(situation.amounts(fen or situation.missing_fen(due))),
        day=day(due.last_safe_on, situation.as_of),
        debt=debt.name,
        account=situation.accounts[debt.autopay[0]] if debt.autopay else "",
    )


def _paid_today(situation: Situation) -> Payment | None:
    """What the plan pays today although a later due will be short."""
    payment = _first_payment(situation, situation.debts)
    return payment if payment is not None and payment.on == situation.as_of else None


def _others(situation: Situation) -> SafeString:
    """How the other dues of the coming weeks stand."""
    near = [
        due for due in situation.plan.dues if situation.as_of <= due.due_on <= situation.near_end
    ]
    short = [due for due in situation.short if due in near]
    if len(short) > 1:
        return markup(
            ngettext(
                "{count} more payment of the next weeks is short.",
                "{count} more payments of the next weeks are short.",
                len(short) - 1,
            ),
            count=len(short) - 1,
        )
    rest = len(near) - 1
    if rest < 1:
        return SafeString("")
    return markup(
        ngettext(
            "The other {count} payment can be made on time.",
            "The other {count} payments can be made on time.",
            rest,
        ),
        count=rest,
    )


def _no_income() -> SafeString:
    return markup("{}", _("No income is entered yet; the plan uses only what is there now."))


def _enter_income() -> tuple[str, SafeString]:
    """The first thing to do where the plan cannot know of any money to come."""
    said = _("Enter what comes in: so far the plan uses only what is there now.")
    return _("First of all"), markup("{}", said)


def _safe(situation: Situation) -> Answer:
    plan, as_of = situation.plan, situation.as_of
    why = []
    state: AnswerState
    if situation.short:
        due = situation.short[0]
        state = "later"
        headline = phrased(
            _("Until {day},|every payment can be made on time."),
            day=strong(day(due.due_on - timedelta(days=1), as_of)),
        )
        why.append(
            markup(
                _("On {day} {debt} will be {amount} short; there is time to prepare."),
                day=strong(day(due.due_on, as_of)),
                debt=situation.name(due.debt),
                amount=situation.amounts(situation.missing_fen(due)),
            )
        )
    elif plan.debt_free_on is None:
        state = "endless"
        headline = phrased(_("Every payment can be made on time,|but this way it never ends."))
    else:
        state = "safe"
        headline = phrased(
            _("Every payment can be made on time.|All is paid off in {month}."),
            month=strong(month(plan.debt_free_on)),
        )
    following = next((due for due in plan.dues if due.last_safe_on >= as_of), None)
    if following is not None:
        why.append(_next_due(situation, following))
    if not situation.household.incomes:
        why.append(_no_income())
    label, action = _next_move(situation)
    return Answer(state, headline, sentences(why), label, action)


def _next_due(situation: Situation, due: PlannedDue) -> SafeString:
    as_of = situation.as_of
    values = {
        "debt": situation.name(due.debt),
        "amount": situation.amounts(due.required_fen),
        "day": strong(day(due.last_safe_on, as_of)),
    }
    if (missed := situation.first_rungs(due)) is None:
        return markup(_("Next is {debt}: at least {amount} by {day} at the latest."), **values)
    return markup(
        _(
            "Next is {debt}: at least {amount} by {day} at the latest. "
            "Missed, from {start} on: {what}."
        ),
        start=day(missed[0], as_of),
        what=missed[1],
        **values,
    )


def _next_move(situation: Situation) -> tuple[str, SafeString | str]:
    """The earliest thing that somebody has to do, and whether that is today."""
    as_of, amounts = situation.as_of, situation.amounts
    payment = _first_payment(situation, situation.debts)
    if payment is None:
        return "", ""
    debt = situation.debts[payment.debt]
    if payment.on == as_of:
        return _("Just one thing today"), _pay(situation, payment)
    if _takes_itself(situation, payment):
        return _("Nothing to do today"), markup(
            _("On {day} {debt} takes {amount} from {account}; keep it there."),
            amount=strong(amounts(payment.amount_fen)),
            debt=debt.name,
            account=situation.accounts[payment.account],
            day=day(payment.on, as_of),
        )
    return _("What to do next"), _pay(situation, payment)


def _takes_itself(situation: Situation, payment: Payment) -> bool:
    """Whether the lender takes it on a later day from an account that holds enough by then."""
    debt = situation.debts[payment.debt]
    return (
        payment.on > situation.as_of
        and payment.account in debt.autopay
        and situation.is_due(debt.id, payment.on)
        and not any(move.on == payment.on for move in situation.moves.for_payments)
    )


def _first_payment(situation: Situation, debts: Container[str]) -> Payment | None:
    """Of the payments of the first day: one that is due then, before one that is early."""
    payments = [one for one in situation.plan.payments if one.debt in debts]
    first = [one for one in payments if one.on == payments[0].on] if payments else []
    return min(first, key=lambda one: not situation.is_due(one.debt, one.on), default=None)


def _first_caught_up(situation: Situation) -> Payment | None:
    """The first payment to what is overdue: of its day, to what is caught up with first."""
    late = situation.late_debts
    payments = [one for one in situation.plan.payments if one.debt in late]
    return min(payments, key=lambda one: (one.on, late.index(one.debt)), default=None)


def next_paid(situation: Situation) -> tuple[str, date] | None:
    """The debt and the day of what the answer asks to pay; None where it asks for nothing, or
    for something else, such as to find a sum."""
    if situation.overdue:
        payment = _first_caught_up(situation)
        if payment is not None:
            return payment.debt, payment.on
        return None
    if situation.short and situation.short[0].last_safe_on <= situation.near_end:
        if not situation.household.incomes:
            return None
        paid = _paid_today(situation)
        return None if paid is None else (paid.debt, paid.on)
    payment = _first_payment(situation, situation.debts)
    if payment is None or _takes_itself(situation, payment):
        return None
    return payment.debt, payment.on


def _pay(situation: Situation, payment: Payment) -> SafeString:
    """What to do for a payment: move money where it is short, then pay."""
    plan, as_of, amounts = situation.plan, situation.as_of, situation.amounts
    values = {
        "amount": strong(amounts(payment.amount_fen)),
        "debt": situation.name(payment.debt),
        "account": situation.accounts[payment.account],
        "day": day(payment.on, as_of),
    }
    moved = [
        one
        for one in situation.moves.for_payments
        if (one.on, one.target) == (payment.on, payment.account)
    ]
    if moved:
        values |= {
            "moved": strong(amounts(sum(one.amount_fen for one in moved))),
            "source": listed(list(dict.fromkeys(situation.accounts[one.source] for one in moved))),
        }
        sentence = (
            _("Move {moved} from {source} to {account}, then pay {amount} to {debt}.")
            if payment.on == as_of
            else _(
                "By {day}, move {moved} from {source} to {account}; {debt} takes {amount} there."
            )
        )
    elif payment.on == as_of:
        sentence = _("Pay {amount} to {debt} today, from {account}.")
    else:
        sentence = _("On {day}, pay {amount} to {debt} from {account}.")
    said = [markup(sentence, **values)]
    others = [one for one in plan.payments if one.on == payment.on and one is not payment]
    if others and payment.on == as_of:
        rest = listed([f"{situation.name(one.debt)} {amounts(one.amount_fen)}" for one in others])
        said.append(markup(_("After that: {rest}."), rest=rest))
    return sentences(said)
