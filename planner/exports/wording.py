"""What every file says in words: names, amounts, days, certainties, warnings.

Call these inside `speaking(language)`; they answer in that language.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from django.utils import dateformat, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from planner.domain.contracts.dues import Due
from planner.domain.household.household import Debt
from planner.domain.ledger.consequences import dated_rungs, rung_start
from planner.domain.ledger.ledger import Warned
from planner.domain.plan.plan import Plan, PlannedDue
from planner.domain.rulebook.deductions import Answered
from planner.domain.rulebook.ladders import Rung, Words, in_language
from planner.domain.rulebook.rule_files import Fact, Figure

CERTAINTY_WORDS = {
    "contract": pgettext_lazy("certainty", "contract"),
    "regulation": pgettext_lazy("certainty", "regulation"),
    "practice": pgettext_lazy("certainty", "common practice"),
    "reported": pgettext_lazy("certainty", "reported online"),
    None: pgettext_lazy("certainty", "own entry"),
}


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Whatever is said inside is said in Chinese, or in English for "en" and its kin."""
    code = "en" if language.lower().startswith("en") else "zh-hans"
    with translation.override(code):
        yield


def spoken(words: Words) -> str:
    """The text of a rule in the language being spoken."""
    is_english = (translation.get_language() or "").startswith("en")
    return one_line(in_language(words, "en" if is_english else "zh"))


def one_line(text: str) -> str:
    """The text on one line, without anything that controls a terminal or turns the writing."""
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "Z" or character in "\n\t":
            kept.append(" ")
        elif category not in ("Cc", "Cf", "Cs"):
            kept.append(character)
    return " ".join("".join(kept).split(" ")).strip()


def names_of(plan: Plan) -> Mapping[str, str]:
    """Debt id → the name to show."""
    return {debt.id: one_line(debt.name) or debt.id for debt in plan.household.debts}


def account_names_of(plan: Plan) -> Mapping[str, str]:
    return {one.id: one_line(one.name) or one.id for one in plan.household.accounts}


def figure(fen: int) -> str:
    """ "1,234.56", for a column."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def yuan(fen: int) -> str:
    """ "¥1,234.56", for a sentence."""
    return f"-¥{figure(-fen)}" if fen < 0 else f"¥{figure(fen)}"


def long_day(on: date) -> str:
    # Translators: a format of Django's date filter, as in 9 December 2026.
    return dateformat.format(on, pgettext("date format", "j F Y"))


def strategy_name(strategy: str) -> str:
    return {
        "minimum": pgettext("strategy", "Only what is required"),
        "avalanche": pgettext("strategy", "Dearest debt first"),
        "snowball": pgettext("strategy", "Smallest debt first"),
        "custom": pgettext("strategy", "Own order"),
        "optimal": pgettext("strategy", "Optimum"),
    }[strategy]


def certainty_word(certainty: str | None) -> str:
    return str(CERTAINTY_WORDS[certainty])


def fact_certainty(fact: Fact | Figure | Answered) -> str:
    """How sure it is, or that nothing was found."""
    return certainty_word(fact.certainty) if fact.is_known else _("unknown")


def name_of_rung(rung: Rung) -> str:
    return spoken(rung.names) or rung.id


def rung_words(rung: Rung) -> str:
    """The name of a rung and how sure it is."""
    return _("{what} ({certainty})").format(
        what=name_of_rung(rung), certainty=certainty_word(rung.certainty)
    )


def rungs_if_missed(debt: Debt, due: PlannedDue) -> list[tuple[date, Rung]]:
    """What starts on which day if the due stays unpaid, the first day first."""
    required = Due(
        due.due_on.toordinal(), due.last_safe_on.toordinal(), due.amount_fen, due.required_fen
    )
    starts = [(rung_start(rung, required), rung) for rung in dated_rungs(debt)]
    return [
        (date.fromordinal(day), rung) for day, rung in sorted(starts, key=lambda start: start[0])
    ]


def warning_sentence(warned: Warned, names: Mapping[str, str]) -> str:
    sentences = {
        "cash_below_zero": _("On {day} living costs take the money at hand below zero."),
        "provisional_calendar": _(
            "From {day} on the working days are not official yet; pay days may still move."
        ),
        "interest_above_payment": _(
            "{debt}: on {day} the interest alone is more than the agreed payment."
        ),
        "keeps_spending": _(
            "{debt}: new purchases go on. It counts as paid off once what is owed today is paid."
        ),
        "never_ends": _(
            "{debt}: this way it never ends. On {day} no less is owed than a year before."
        ),
        "beyond_horizon": _("{debt}: not paid off by {day}, the last day that is planned."),
    }
    sentence = sentences.get(warned.code, warned.code)
    return sentence.format(day=long_day(warned.on), debt=names.get(warned.debt, warned.debt))
