"""From bytes to text whose characters are the ones that a reader sees."""

import re
import unicodedata

# Some producers write radicals in place of characters: they look alike. NFKC repairs the Kangxi
# block, but gives the traditional form of one, and leaves the supplement alone.
_RADICALS = {
    **dict(zip("⺠⻓⻘⻚⻋⻅⻔⻢⻛⻩⻬⻰", "民长青页车见门马风黄齐龙", strict=True)),
    "⼾": "户",
    "戶": "户",
}
_SPACES = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\x00-\x08\x0e-\x1f]+")


def seen(text: str) -> str:
    """The text with look-alike characters repaired, one for one; widths stay as printed."""
    return "".join(_seen(one) for one in text)


def plain(text: str) -> str:
    """The text in half width where there is one, character for character: as long as before."""
    return "".join(_plain(one) for one in text)


def _seen(one: str) -> str:
    if one < "\u2e80":
        return one
    if one in _RADICALS:
        return _RADICALS[one]
    is_radical = "\u2f00" <= one <= "\u2fdf" or "\uf900" <= one <= "\ufaff"
    return _one(unicodedata.normalize("NFKC", one), one) if is_radical else one


def _plain(one: str) -> str:
    return one if one < "\x80" else _one(unicodedata.normalize("NFKC", one), one)


def _one(normal: str, before: str) -> str:
    return normal if len(normal) == 1 else before


def joined(text: str) -> str:
    """Without any space, line break or character that is not seen."""
    return _SPACES.sub("", text)


def decoded(content: bytes) -> str | None:
    """The text of a file: UTF-8 with or without a mark, UTF-16 with one, else GB18030.

    None for what is none of these: characters are never replaced.
    """
    codecs = ["utf-8-sig", "gb18030"]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codecs = ["utf-16"]
    for codec in codecs:
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    return None
