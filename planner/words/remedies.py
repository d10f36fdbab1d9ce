"""What a person can do when money is short, in words: the best first, each with what it does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.domain.answers.remedies import Remedy, to_ask
from planner.domain.plan.plan import Outcome
from planner.words.answer import Answer, Situation, find_sum
from planner.words.change import what_it_does
from planner.words.days import day, ordinal
from planner.words.markup import address, markup, strong


@dataclass(frozen=True, slots=True)
class RemedyLine:
    """What to do, where that is done, and what it comes to; of what has to be asked for nothing is
    reckoned: `chip` and `effect` are ""."""

    words: SafeString
    effect: str
    chip: str
    is_enough: bool
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """A button below the one action."""

    words: str
    url: str


def remedy_lines(
    found: Sequence[Remedy], before: Outcome, situation: Situation
) -> list[RemedyLine]:
    """`before` is what the plan comes to without any of them."""
    lines = []
    for one in found:
        missing = situation.amounts(one.missing_fen)
        lines.append(
            RemedyLine(
                words=_what(one, situation),
                effect=what_it_does(before, one.outcome, situation.amounts),
                chip=_("still {amount} short").format(amount=missing)
                if one.missing_fen
                else _("enough"),
                is_enough=not one.missing_fen,
                url=_where(one),
            )
        )
    return lines


def sum_line(situation: Situation, fen: int | None) -> RemedyLine:
    """The sum that keeps what is short first from being late."""
    url = address("planner:plan-short")
    return RemedyLine(find_sum(situation, fen), "", _("enough"), True, url)


def ask_lines(situation: Situation) -> list[RemedyLine]:
    """Whom one may ask, and for what; without any promise."""
    lines = []
    for debt, days in to_ask(situation.plan):
        name = situation.name(debt)
        words = _("Ask {debt} whether it can wait, or be split")
        if days:
            words = _("Ask {debt} for another due day, such as the {days}, or to wait or split it")
        said = markup(words, debt=name, days=_(" or ").join(ordinal(one) for one in days))
        lines.append(RemedyLine(said, "", "", False, address("planner:letter-list")))
    return lines


def with_remedy(answer: Answer, best: Remedy, situation: Situation) -> Answer:
    """The answer whose one thing to do is that, instead of finding a sum."""
    sentence = (
        _("{what}. Then this payment can be made on time.")
        if best.outcome.late_dues
        else _("{what}. Then this payment and every later one can be made on time.")
    )
    action = markup(sentence, what=strong(_what(best, situation)))
    return replace(answer, label=_("Just one thing today"), action=action, finds=False)


def steps_of(best: Remedy) -> list[Step]:
    """Where it is done, and where it is then written down."""
    if best.kind == "due_day":
        return [
            Step(_("Where to change it"), address("planner:plan-due-days")),
            Step(_("Changed"), address("planner:debt-detail", best.about)),
        ]
    if best.kind == "offer":
        return [Step(_("Look at the offer"), _where(best))]
    return [Step(_("Change this expense"), _where(best))]


def steps_to_find(situation: Situation, debt: str) -> list[Step]:
    """Of a sum that is to be found: it is there, and how it may be."""
    autopay = situation.debts[debt].autopay
    account = next(iter([*autopay, *situation.accounts]), None)
    there = (
        address("planner:account-detail", account) if account else address("planner:account-create")
    )
    return [
        Step(_("The money is there"), there),
        Step(_("How to find it"), address("planner:plan-short")),
    ]


def _what(one: Remedy, situation: Situation) -> SafeString:
    household, as_of = situation.household, situation.as_of
    names = {
        entry.id: entry.name
        for entries in (household.debts, household.incomes, household.expenses)
        for entry in entries
    }
    values = {
        "name": names[one.about],
        "day": ordinal(one.day),
        "amount": situation.amounts(one.fen),
        "on": day(one.on, as_of) if isinstance(one.on, date) else "",
    }
    if one.kind == "due_day":
        return markup(_("Move the due day of {name} to the {day}"), **values)
    if one.kind == "offer":
        return markup(_("Repay {name} as the lender offered"), **values)
    if one.kind == "forgo":
        return markup(_("Up to {on}, leave out {name} ({amount})"), **values)
    sentence = ngettext(
        "Ask for {name} a day earlier, on {on}",
        "Ask for {name} {count} days earlier, on {on}",
        one.day,
    )
    return markup(sentence, count=one.day, **values)


def _where(one: Remedy) -> str:
    match one.kind:
        case "due_day":
            return address("planner:plan-due-days")
        case "offer":
            return address("planner:debt-arrangement", one.about)
        case "forgo":
            return address("planner:expense-detail", one.about)
    return address("planner:income-detail", one.about)
