"""The optimum in words: how good it is known to be, why it pays what it pays, and what each rule
of thumb would do instead. Everything is said in the language of the request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.domain.answers.optimum_record import ReadOptimum
from planner.domain.answers.reasons import WhyPaid
from planner.domain.answers.ways import Ways
from planner.domain.plan.proof import PROVEN_GAP, Proof
from planner.words.answer import Situation
from planner.words.change import what_it_does
from planner.words.days import day, long_day
from planner.words.figures import Amounts, percent
from planner.words.language import listed
from planner.words.markup import markup
from planner.words.names import rung_words, strategy_name

SHOWN_REASONS = 5
FIRST_RECORD = 2  # the severity; what is graver comes later


@dataclass(frozen=True, slots=True)
class OptimumLines:
    """What the page prints: `method` how the proof was made, `reasons` the first ones, `more`
    the others, `against` by rule.

    `instead`: what the optimum would change where the person repays by a rule of thumb; else "".
    """

    proof: str
    method: str
    instead: str
    reasons: list[SafeString]
    more: list[SafeString]
    against: list[tuple[str, str]]


def proof_line(proof: Proof, amounts: Amounts, rule: str = "") -> str:
    """How good a plan is known to be, in what a better one might still save; `rule` where it is
    that of a rule of thumb."""
    if proof.status == "fallback" and rule:
        return _("Not worked out in time; this is the best plan known: {name}.").format(
            name=strategy_name(rule)
        )
    if proof.status == "fallback":
        return _(
            "This is the best plan found in the time there was, better than each of the other ways."
        )
    severity, fewer = proof.fewer_left
    if severity > FIRST_RECORD:
        return ngettext(
            "At most {count} fewer due could be late for long.",
            "At most {count} fewer dues could be late for long.",
            fewer,
        ).format(count=fewer)
    if severity:
        return ngettext(
            "At most {count} fewer due could be late.",
            "At most {count} fewer dues could be late.",
            fewer,
        ).format(count=fewer)
    is_late = any(proof.harm.counts)
    if proof.status == "proven":
        if is_late:
            return _("Fewer late dues are not possible, and nothing cheaper is.")
        return _("Nothing cheaper is possible.")
    amount = amounts.whole(ceil(Fraction(proof.saving_left_fen, 100)) * 100)
    if is_late:
        return _(
            "Fewer late dues are not possible; at most about {amount} more could be saved."
        ).format(amount=amount)
    return _("At most about {amount} more could be saved.").format(amount=amount)


def proof_method() -> str:
    """How it is known, for who wants to know."""
    share = percent(PROVEN_GAP)
    return _(
        "While the plan was worked out, a limit was worked out too that no way of repaying can get "
        "under: from the terms of your debts, the money that comes in and what living costs need, "
        "by linear programming with whole numbers (HiGHS). First the late dues are counted, those "
        "with the gravest consequences before the others; then what is paid in all. Where the plan "
        "is within {share} of that limit, nothing cheaper is said to be possible; where it is not, "
        "the difference is what could be saved at most."
    ).format(share=share)


def plan_line(strategy: str, has_optimum: bool, shown: str, planned_from: date) -> str:
    """Which plan a file or the calendar holds: by which way and from which day on.

    `strategy` is the chosen way, `shown` that of the plan.
    """
    day = long_day(planned_from)
    if strategy == "optimal" and not has_optimum:
        more = _("The best plan is not there yet; take this again later.")
        name = strategy_name(shown)
        return _("Plan: {name}, from {day} on. {more}").format(name=name, day=day, more=more)
    return _("Plan: {name}, from {day} on.").format(name=strategy_name(strategy), day=day)


def optimum_lines(optimum: ReadOptimum, ways: Ways, situation: Situation) -> OptimumLines:
    lines = [_reason_line(one, situation) for one in optimum.reasons]
    against = {name: _against(name, ways, optimum, situation) for name in ways.outcomes}
    return OptimumLines(
        proof=proof_line(optimum.proof, situation.amounts, optimum.rule if optimum.is_rule else ""),
        method="" if optimum.proof.status == "fallback" else proof_method(),
        instead=_instead(situation.household.strategy, against),
        reasons=lines[:SHOWN_REASONS],
        more=lines[SHOWN_REASONS:],
        against=[(strategy_name(name), effect) for name, effect in against.items()],
    )


def _instead(chosen: str, against: Mapping[str, str]) -> str:
    if chosen not in against:
        return ""
    return _("You repay by “{name}”. With the best plan instead: {effect}.").format(
        name=strategy_name(chosen), effect=against[chosen]
    )


def _against(name: str, ways: Ways, optimum: ReadOptimum, situation: Situation) -> str:
    """What the optimum does instead of a rule of thumb: money, months, consequences."""
    rule, harm = ways.outcomes[name], ways.harms[name]
    effects = [what_it_does(rule, optimum.outcome, situation.amounts)]
    if rule.late_dues == optimum.outcome.late_dues and optimum.plan.harm < harm:
        is_milder = optimum.plan.harm[:-1] < harm[:-1]
        effects.append(_("milder consequences") if is_milder else _("less overdue, or shorter"))
    return listed(effects)


def _reason_line(reason: WhyPaid, situation: Situation) -> SafeString:
    as_of = situation.as_of
    return markup(
        _sentence(reason),
        debt=situation.name(reason.debt),
        amount=situation.amounts(reason.amount_fen),
        whole=situation.amounts(reason.whole_fen),
        saved=situation.amounts(reason.saved_fen),
        on=day(reason.on, as_of),
        until=_day(reason.until, as_of),
        rungs=_rungs(reason.debt, reason.rungs, situation),
        later=_day(reason.later, as_of),
        graver=_rungs(reason.debt, reason.later_rungs, situation),
    )


def _sentence(reason: WhyPaid) -> str:
    match reason.kind:
        case "in_full":
            return _(
                "Pay {debt} in full: with {amount} by {until}, the next bill has "
                "{saved} less interest than with the minimum alone."
            )
        case "until_bill":
            return _(
                "Pay {debt} more than is required: with {amount} in all by {on}, the bill of "
                "{until} has {saved} less interest than with what is required alone."
            )
        case "until_due":
            return _(
                "Pay {debt} more than is required: {amount} on {on}; by {until} that is "
                "{saved} less interest than with what is required alone."
            )
        case "ahead" if reason.whole_fen > reason.amount_fen:
            return _(
                "Of the {whole} for {debt} on {on}, {amount} are paid early: "
                "{saved} less in interest and fees than by its schedule."
            )
        case "ahead":
            return _(
                "Pay {amount} to {debt} early, on {on}: "
                "{saved} less in interest and fees than by its schedule."
            )
        case "cure":
            return _(
                "Make up for what is overdue with {debt}: {amount} by {on}. "
                "Otherwise, from {until} on: {rungs}."
            )
        case "first":
            return _("{debt} first, {amount} by {on}. Otherwise, from {until} on: {rungs}.")
    if reason.until is None:
        return _(
            "{debt} will be late: {amount} of the due of {on} stays unpaid for now. For "
            "this one alone nothing more is known to start."
        )
    if reason.later is None:
        return _(
            "{debt} will be late: {amount} of the due of {on} stays unpaid for now. From "
            "{until} on: {rungs}."
        )
    return _(
        "{debt} will be late: {amount} of the due of {on} stays unpaid for now. From "
        "{until} on: {rungs}. From {later} on: {graver}."
    )


def _day(on: date | None, as_of: date) -> str:
    return "" if on is None else day(on, as_of)


def _rungs(debt: str, ids: Sequence[str], situation: Situation) -> str:
    """The consequences, and how sure each is."""
    rungs = {rung.id: rung for rung in situation.debts[debt].rungs()}
    return _("; ").join(rung_words(rungs[one]) for one in ids if one in rungs)
