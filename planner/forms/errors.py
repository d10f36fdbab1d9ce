"""What the domain's parser found wrong, as sentences for the person who typed it."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from planner.domain.values.reading import DocumentError

# A sentence for each code of planner.domain.values.reading.EXPECTED; values filled in by name.
SENTENCES: dict[str, Promise] = {
    "account": _("Choose one of your accounts."),
    "amount": _("Write an amount from %(low)s to %(high)s, like 812.35."),
    "at_most": _("There can be %(limit)s of these at most."),
    "choice": _("Choose one of the options."),
    "contradiction": _("This does not fit the other figures. Please check both."),
    "counts_from": _("Choose from which day it counts."),
    "day": _("Write a date from %(low)s to %(high)s, like 2026-12-09."),
    "flag": _("Choose yes or no."),
    "id": _("This entry exists already. Please reload the page."),
    "known": _("This figure does not belong to this kind of debt."),
    "list": _("This must be a list."),
    "object": _("Some figures are missing here."),
    "one_key": _("Choose exactly one of these."),
    "rate": _("Write a number from %(low)s to %(high)s."),
    "required": _("Please fill this in: without it nothing can be worked out."),
    "text": _("This can have %(high)s characters at most."),
    "unique_keys": _("Each entry may be named once only."),
    "whole": _("This must be a whole number from %(low)s to %(high)s."),
}

# The reasons of contradictions that a form can lead to.
REASONS: dict[str, Promise] = {
    "either due_day or due_after": _(
        "Give either the due day, or after how many days the bill is due, not both."
    ),
    "another day than statement_day": _(
        "The bill is made on that day. Enter the day by which it is to be paid, another one."
    ),
    "at most billed": _("This can be as much as the bill at most."),
    "at most one entry: the oldest missed due date": _("Give only the oldest missed due date."),
    "a day up to as_of": _("Enter a day that has been: the day of your figures or before."),
    "a day before as_of": _(
        "What is overdue was due before the day of your figures; enter what falls due later as "
        "the next due date."
    ),
    "at least the principal in arrears": _(
        "The principal must be at least what is already overdue of it."
    ),
    "the principal of rows and arrears together": _(
        "The principal must be the sum of the principal in the rows and of what is overdue."
    ),
    "a day from as_of on; earlier rows are arrears": _(
        "This day has passed. Enter what is unpaid from it under “Already overdue”, "
        "and here the next due date."
    ),
    "a day from as_of on; earlier dues are arrears": _(
        "This day has passed. Enter what is unpaid from it under “Already overdue”, "
        "and here the next due date."
    ),
    "a day up to next_due": _("This must be a day up to the next due date."),
    "at least 1 while something is not yet due": _(
        "At least one payment must be left while something is still owed."
    ),
    "a day after the row before": _("The rows must stand in the order of their dates."),
    "a day after the entry before: oldest first": _("Each due date may be named once only."),
    "some principal, interest or fee that was required": _(
        "Enter how much was due: principal, interest or fee."
    ),
    "no more than fees and interest come to": _(
        "A discount can be as much as fees and interest come to at most."
    ),
    "next_due or a later day": _("This must be the next due date or a later day."),
    "true where accounts are named": _(
        "Accounts are named from which it is deducted. Take them out, or say that it is."
    ),
    "360 or 365": _("The year of the rate has 360 or 365 days."),
    "as_of or a later day": _("This must be the day of your figures or a later day."),
    "from or a later day": _(
        "The last day lies before the first: enter a later last day, or an earlier first one."
    ),
}


def sentence(error: DocumentError) -> str:
    """The error in the reader's language."""
    values: dict[str, Any] = dict(error.values)
    if error.code == "contradiction":
        return str(REASONS.get(values["reason"], SENTENCES["contradiction"]))
    return str(SENTENCES[error.code]) % values
