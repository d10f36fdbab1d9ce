"""What a plan warns of, in words: on its page, and in the table of the command."""

from datetime import date
from itertools import islice, takewhile

from django.utils.translation import gettext as _

from planner.domain.household.events import following
from planner.words.answer import GRAVEST, Situation
from planner.words.days import day
from planner.words.language import listed_names, spoken

MOST_MOVES = 3

# --- Warnings and notes ------------------------------------------------------------------------


def warnings(situation: Situation) -> list[str]:
    """What a court set a day for, and what makes this plan worse than it need be, each with a
    way out; first what has to be moved between accounts."""
    return (
        court_days(situation)
        + _moves(situation)
        + _told(
            situation,
            {
                "cash_below_zero": _(
                    "On {day} living costs are {amount} more than the money there is; spending "
                    "{enough} less by then is enough. See whether one of them can wait, or an "
                    "income come earlier."
                ),
                "never_ends": _(
                    "{debt}: the payments do not even cover the interest, so it does not shrink. "
                    "A little more a month, or talking to the lender, changes that."
                ),
                "interest_above_payment": _(
                    "{debt}: on {day} the interest alone is more than the agreed payment. "
                    "Please check its rate and amount."
                ),
            },
        )
    )


def _moves(situation: Situation) -> list[str]:
    """Where living costs leave an account that holds less, while another has the money."""
    near = (one for one in situation.moves.for_living if one.on <= situation.near_end)
    return [
        _(
            "By {day}, move {amount} from {source} to {account}: that day's living costs are "
            "paid from there."
        ).format(
            day=day(one.on, situation.as_of),
            amount=situation.amounts(one.amount_fen),
            source=situation.accounts[one.source],
            account=situation.accounts[one.target],
        )
        for one in islice(near, MOST_MOVES)
    ]


def court_days(situation: Situation) -> list[str]:
    """The time limits of papers that the person entered, as long as they run."""
    return [
        _("{day}, {debt}: {what}. {advice}").format(
            day=day(one.on, situation.as_of),
            debt=debt.name,
            what=spoken(one.rung.names) or one.rung.id,
            advice=spoken(one.rung.before),
        )
        for debt in situation.household.debts
        for one in following(debt)
        if one.rung.severity == GRAVEST and one.on >= situation.as_of
    ]


def notes(situation: Situation) -> list[str]:
    """What one should know about the figures, without having to do anything."""
    found = _told(
        situation,
        {
            "provisional_calendar": _(
                "The holidays of {year} are not announced yet; pay days in it may still move."
            ),
            "keeps_spending": _(
                "{debt}: monthly spending goes on. "
                "It counts as paid off once what is owed now is paid."
            ),
            "beyond_horizon": _("{debt}: not paid off within 31 years, as far as the plan looks."),
        },
    )
    if left_out := [one.name for one in situation.household.incomes if not one.is_certain]:
        found.append(
            _("Not counted, because it is not certain: {names}.").format(
                names=listed_names(left_out)
            )
        )
    return found


def _told(situation: Situation, sentences_by_code: dict[str, str]) -> list[str]:
    found = []
    for code, sentence in sentences_by_code.items():
        for warned in situation.plan.warnings:
            if warned.code == "never_ends" and not situation.household.incomes:
                continue  # for want of any income, which the answer says
            if warned.code == code:
                name = situation.debts[warned.debt].name if warned.debt else ""
                on = day(warned.on, situation.as_of)
                values = {"day": on, "year": warned.on.year, "debt": name}
                found.append(sentence.format(**values, **_lacking(situation, warned.on)))
    return list(dict.fromkeys(found))


def _lacking(situation: Situation, on: date) -> dict[str, str]:
    """What the day ends below zero by, and in whole yuan what it is until money comes again."""
    amounts = situation.amounts
    days = [one for one in situation.plan.cash if one.on >= on]
    below = [one.closing_fen for one in takewhile(lambda one: one.closing_fen < 0, days)]
    if not below:
        return {"amount": amounts(0), "enough": amounts.whole(0)}
    return {"amount": amounts(-below[0]), "enough": amounts.whole(-(min(below) // 100) * 100)}
