"""Which language is spoken, and texts of rules in it."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.utils import translation
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from planner.domain.rulebook.ladders import Words, in_language


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


def language() -> str:
    """ "zh" or "en": the key under which rule files keep their words."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def listed(parts: Iterable[str]) -> str:
    """Parts of a sentence: "一句，两句", "one, two"."""
    return _(", ").join(parts)


def listed_names(names: Iterable[str]) -> str:
    """ "甲、乙", "one, two"."""
    return pgettext("between names", ", ").join(names)
