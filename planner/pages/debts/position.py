"""Where a debt stands now, in the figures that the lender's app shows too."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from planner.domain.household.household import Debt
from planner.domain.household.terms import OpenTerms, RevolvingTerms, owed_fen
from planner.words.figures import Amounts


@dataclass(frozen=True, slots=True)
class PositionFigure:
    """A figure that the lender's app should show too."""

    label: str
    value: str


def position(debt: Debt, amounts: Amounts) -> list[PositionFigure]:
    """Where the debt stands, in the lender's own terms."""
    terms = debt.terms
    shown = [PositionFigure(_("Owed in all"), amounts.plain(owed_fen(terms)))]
    if isinstance(terms, RevolvingTerms):
        shown.append(
            PositionFigure(_("Unpaid part of the last bill"), amounts.plain(terms.billed_fen))
        )
        shown.append(
            PositionFigure(_("Spent since the last bill"), amounts.plain(terms.unbilled_fen))
        )
    else:
        shown.append(PositionFigure(_("Principal left"), amounts.plain(terms.principal_fen)))
        rows = getattr(terms, "rows", ())
        following = rows[0].due_on if rows else terms.next_due
        if isinstance(terms, OpenTerms) and terms.has_ended and terms.ends_on is not None:
            shown.append(PositionFigure(_("All had to be paid by"), terms.ends_on.isoformat()))
        elif terms.principal_fen and following is not None:
            shown.append(PositionFigure(_("Next due date"), following.isoformat()))
        if not isinstance(terms, OpenTerms) and not rows and terms.periods_left:
            shown.append(PositionFigure(_("Payments left"), str(terms.periods_left)))
    if terms.arrears:
        shown.append(PositionFigure(_("Overdue since"), terms.arrears[0].due_on.isoformat()))
    return shown
