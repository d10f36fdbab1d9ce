"""Amounts and percentages as a person reads them."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from planner.domain.values.money import round_half_up
from planner.words.language import language

HIDDEN = "••••"
_STEPS = {
    "zh": ((100_000_000, "亿"), (10_000, "万"), (1_000, "千")),
    "en": ((1_000_000, "m"), (1_000, "k")),
}


def grouped(fen: int) -> str:
    """ "1,234.50" """
    sign, fen = ("−", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Writes amounts, or dots in their place while the person hides them."""

    hidden: bool = False

    def __call__(self, fen: int) -> str:
        """ "¥1,234.50": in sentences."""
        if self.hidden:
            return f"¥{HIDDEN}"
        return f"−¥{grouped(-fen)}" if fen < 0 else f"¥{grouped(fen)}"

    def plain(self, fen: int) -> str:
        """ "1,234.50": in columns."""
        return HIDDEN if self.hidden else grouped(fen)

    def whole(self, fen: int) -> str:
        """ "¥1,235": in a chart, to the nearest yuan, half a yuan away from zero."""
        if self.hidden:
            return f"¥{HIDDEN}"
        yuan = (abs(fen) + 50) // 100
        return f"−¥{yuan:,}" if fen < 0 < yuan else f"¥{yuan:,}"

    def axis(self, fen: int) -> str:
        """ "¥8千", "−¥4千", "0": on an axis that says what it measures."""
        sign = "−" if fen < 0 else ""
        short = self.short(abs(fen))
        return f"{sign}¥{short}" if fen and short else short

    def short(self, fen: int) -> str:
        """ "8千", "1.2万", "12k", "3m": on an axis."""
        if self.hidden:
            return ""
        yuan = fen // 100
        for step, unit in _STEPS[language()]:
            if abs(yuan) >= step:
                text = f"{Decimal(yuan) / step:.2f}".rstrip("0").rstrip(".")
                return f"{text}{unit}".replace("-", "−")
        return f"{yuan}".replace("-", "−")


def figure(fen: int) -> str:
    """ "1,234.56", for a column."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def yuan(fen: int) -> str:
    """ "¥1,234.56", for a sentence."""
    return f"-¥{figure(-fen)}" if fen < 0 else f"¥{figure(fen)}"


def percent(share: Fraction) -> str:
    """ "14.60%", "1,200.00%": a share of one or a yearly rate, rounded half up."""
    whole = round_half_up(share * 10_000)
    return f"{whole // 100:,}.{whole % 100:02d}%"
