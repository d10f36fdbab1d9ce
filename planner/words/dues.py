"""A due in a line: its day, how it stands, and what the plan pays on it."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.domain.household.terms import RevolvingTerms
from planner.domain.plan.plan import PlannedDue
from planner.words.answer import Situation
from planner.words.days import short_day, weekday
from planner.words.markup import address, markup_join

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
    is_later: bool = False


class DueLines:
    """The dues of a plan, as its page and that of a debt list them."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation

    def shown(self) -> list[DueLine]:
        """What is overdue, the dues of the coming weeks, and the next one of every debt.

        `is_later` are those that are paid in time, of a debt whose next one stands before them.
        """
        as_of, end = self.situation.plan.as_of, self.situation.near_end
        shown, seen = [], set()
        for due in self.situation.plan.dues:
            if due.due_on < as_of and not due.short_fen:
                continue
            if due.due_on <= end or due.debt not in seen:
                line = self.line(due)
                is_later = due.debt in seen and line.state == "ok"
                shown.append(replace(line, is_later=is_later))
            if due.due_on >= as_of:
                seen.add(due.debt)
        return shown

    def of(self, debt: str) -> list[DueLine]:
        """The dues of one debt, as far as the plan goes."""
        return [self.line(due) for due in self.situation.plan.dues if due.debt == debt][:SHOWN_DUES]

    def line(self, due: PlannedDue) -> DueLine:
        plan, amounts = self.situation.plan, self.situation.amounts
        debt = self.situation.debts[due.debt]
        planned = self._planned(due)
        late = (plan.as_of - due.due_on).days
        if due.last_safe_on < plan.as_of and due[:2] in self.situation.unanswered:
            state, chip = "plain", _("not answered yet")
        elif due.last_safe_on < plan.as_of:
            state = "overdue"
            chip = ngettext("{days} day past due", "{days} days past due", late).format(days=late)
        elif self.situation.is_short(due):
            state = "short"
            chip = _("{amount} short").format(amount=amounts.plain(self.situation.missing_fen(due)))
        else:
            state = "ok"
            is_more = due.amount_fen > due.required_fen
            in_full = is_more and planned >= due.amount_fen - debt.tolerance_fen
            chip = _("in full") if in_full else _("on time")
        details = []
        whole = amounts.plain(due.amount_fen)
        if isinstance(debt.terms, RevolvingTerms) and due.required_fen < due.amount_fen:
            details.append(_("minimum of {amount}").format(amount=whole))
        elif due.amount_fen != due.required_fen:
            details.append(_("bill {amount}").format(amount=whole))
        if due.last_safe_on >= plan.as_of and due.last_safe_on != due.due_on:
            details.append(_("last safe day {day}").format(day=short_day(due.last_safe_on)))
        if planned not in (0, due.required_fen) and state == "ok":  # else the chip tells
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
        for due in self.situation.plan.dues:
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
            for one in self.situation.plan.payments
            if one.debt == due.debt and start <= one.on <= due.last_safe_on
        )

    def _account(self, due: PlannedDue) -> str:
        paid = next(
            (
                one.account
                for one in self.situation.plan.payments
                if one.debt == due.debt and one.on >= due.due_on
            ),
            None,
        )
        if paid is None:
            paid = next(iter(self.situation.debts[due.debt].autopay), None)
        return self.situation.accounts[paid] if paid else ""
