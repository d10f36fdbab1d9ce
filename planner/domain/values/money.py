"""Money is an integer number of fen; text has two places at most.

One function parses (`parse_yuan`), one formats (`format_yuan`), one rounds.
"""

import re
from fractions import Fraction

MAX_FEN = 99_999_999_999  # 999,999,999.99 yuan
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,2}))?", re.ASCII)


def round_half_up(amount: Fraction) -> int:
    """Whole fen, half up. The one rounding rule; called where an amount is billed."""
    return divide_half_up(amount.numerator, amount.denominator)


def divide_half_up(numerator: int, denominator: int) -> int:
    """`round_half_up` of a quotient that was never made a fraction; denominator > 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def parse_yuan(text: str) -> int:
    """Fen of a document's amount: "1234.56", "0", "12.5"; digits and one point only.

    Raises ValueError for anything else: signs, commas, exponents, full-width digits, more
    than nine digits before the point or two after it. What people type is cleaned before,
    in the forms.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError(f"not an amount: {text[:40]!r}")
    yuan, cents = match.groups()
    return int(yuan) * 100 + int((cents or "").ljust(2, "0"))


def format_yuan(fen: int) -> str:
    """ "1234.56", with a minus sign for a negative sum: the form of every document."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"
