"""What was understood of a bill, said back before it is saved."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.domain.answers.bill_in_app import BillAnswers, BillDays, bill_days, next_bill
from planner.domain.household.terms import RevolvingTerms
from planner.words.days import day
from planner.words.figures import Amounts
from planner.words.markup import markup, sentences, strong

# How the bill before was paid: the answers of BillAnswers.last.
LAST_PAID = [
    ("full", gettext_lazy("Paid in full")),
    ("minimum", gettext_lazy("The minimum was paid, not all of it")),
    ("short", gettext_lazy("Less than the minimum, or nothing")),
]


def bill_understood(
    terms: RevolvingTerms,
    days: BillDays,
    answers: BillAnswers,
    *,
    grace_days: int,
    tolerance_fen: int,
) -> SafeString:
    """The bill to be paid next, then the one before it.

    Never hidden: who types a figure wants to see it.
    """
    amounts = Amounts()
    bill = next_bill(terms, days, grace_days=grace_days, tolerance_fen=tolerance_fen)
    values = {
        "statement": day(days.statement_on, days.on),
        "due": strong(day(days.due_on, days.on)),
        "amount": strong(amounts(bill.amount_fen)),
        "minimum": amounts(bill.minimum_fen),
        "since": amounts(answers.since_fen),
    }
    is_made = days.is_made or answers.shows_made
    said = []
    if not bill.amount_fen:
        said.append(_("Nothing is to be paid on {due}."))
    elif is_made and bill.minimum_fen == bill.amount_fen:
        said.append(_("{amount} of the bill of {statement} is to be paid by {due}."))
    elif is_made:
        said.append(
            _(
                "{amount} of the bill of {statement} is to be paid by {due}, "
                "at least {minimum} of it."
            )
        )
    elif bill.minimum_fen == bill.amount_fen:
        said.append(_("On {statement} about {amount} is billed, to be paid by {due}."))
    else:
        said.append(
            _(
                "On {statement} about {amount} is billed, to be paid by {due}, "
                "at least about {minimum} of it."
            )
        )
    if answers.since_fen:
        said.append(_("The {since} spent since come with the bill after that."))
    said.append(_last_bill(days, answers, amounts))
    return sentences(markup(one, **values) for one in said)


def _last_bill(days: BillDays, answers: BillAnswers, amounts: Amounts) -> str:
    last = day(days.last_due_on, days.on)
    match answers.last:
        case "full":
            return _("The bill due on {last} is paid; nothing is overdue.").format(last=last)
        case "minimum":
            return _(
                "Of the bill due on {last} {left} is still owed and bears interest; the minimum "
                "was paid, so nothing is overdue."
            ).format(last=last, left=amounts(answers.left_fen))
    since: date = answers.missed_on or days.last_due_on
    late = (days.on - since).days
    return ngettext(
        "Of the minimum due on {last} {missing} is missing: overdue for {days} day, since {since}.",
        "Of the minimum due on {last} {missing} is missing: overdue for {days} days, "
        "since {since}.",
        late,
    ).format(last=last, missing=amounts(answers.missing_fen), days=late, since=day(since, days.on))


def bill_labels(terms: Mapping[str, Any], on: date) -> tuple[str, str, bool]:
    """What `billed` and `unbilled` of a debt's terms are on a day; whether the bill that is to be
    paid next is made, and so in `billed`."""
    days = bill_days(
        on,
        statement_day=terms["statement_day"],
        due_day=terms.get("due_day"),
        due_after=terms.get("due_after"),
    )
    due = day(days.due_on, on)
    if days.is_made:
        return _("To pay on {due}").format(due=due), _("Spent since, not billed yet"), True
    return (
        _("Left of the bill before it"),
        _("To pay on {due}, not billed yet").format(due=due),
        False,
    )
