"""From bytes to text whose characters are the ones that a reader sees."""

import re
import unicodedata
from collections.abc import Callable

# Some producers write radicals in place of characters: they look alike. NFKC repairs the Kangxi
# block, but gives the traditional form of one, and leaves the supplement alone.
_RADICALS = {
    **dict(zip("⺠⻓⻘⻚⻋⻅⻔⻢⻛⻩⻬⻰", "民长青页车见门马风黄齐龙", strict=True)),
    "⼾": "户",
    "戶": "户",
}
LONGEST_SIGN = 4  # bytes
_CUT = ("incomplete multibyte sequence", "unexpected end of data", "truncated data")
_SPACES = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\x00-\x08\x0e-\x1f]+")


class _Table(dict[int, int]):
    """What `str.translate` looks signs up in; each is worked out when it comes first."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__()
        self.change = change

    def __missing__(self, code: int) -> int:
        self[code] = found = ord(self.change(chr(code)))
        return found


def _seen(one: str) -> str:
    if one < "\u2e80":
        return one
    if one in _RADICALS:
        return _RADICALS[one]
    is_radical = "\u2f00" <= one <= "\u2fdf" or "\uf900" <= one <= "\ufaff"
    return _plain(one) if is_radical else one


def _plain(one: str) -> str:
    normal = unicodedata.normalize("NFKC", one)
    return normal if len(normal) == 1 else one


_SEEN, _PLAIN = _Table(_seen), _Table(_plain)


def seen(text: str) -> str:
    """The text with look-alike characters repaired, one for one; widths stay as printed."""
    return text.translate(_SEEN)


def plain(text: str) -> str:
    """The text in half width where there is one, character for character: as long as before."""
    return text if text.isascii() else text.translate(_PLAIN)


def joined(text: str) -> str:
    """Without any space, line break or character that is not seen."""
    return _SPACES.sub("", text)


def decoded(content: bytes) -> str | None:
    """The text of a file: UTF-8 with or without a mark, UTF-16 with one, else GB18030.

    None for what is none of these: characters are never replaced. Half a file may end in half a
    sign, which is left out.
    """
    codecs = ["utf-8-sig", "gb18030"]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codecs = ["utf-16"]
    for codec in codecs:
        try:
            return content.decode(codec)
        except UnicodeDecodeError as error:
            if error.reason in _CUT and error.start > len(content) - LONGEST_SIGN > 0:
                return content[: error.start].decode(codec)
    return None
