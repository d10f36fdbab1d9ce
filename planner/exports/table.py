"""The plan as text for a terminal of 80 columns: the answer first, the figures below.

Columns are counted as a terminal draws them: a Chinese character takes two.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from planner.domain.household.household import Household
from planner.domain.ledger.consequences import Consequence
from planner.domain.plan.plan import Plan
from planner.domain.rulebook.ladders import Rung
from planner.domain.values.days import add_months
from planner.words.answer import Situation, answer
from planner.words.days import long_day
from planner.words.figures import Amounts, figure, yuan
from planner.words.language import listed_names, one_line, speaking, spoken
from planner.words.markup import text_of
from planner.words.names import account_names_of, names_of, rung_words, strategy_name
from planner.words.optimum import proof_line
from planner.words.warnings import notes, warnings

WIDTH = 80
GAP = "  "
BULLET = " " * 12 + "- "
NAME_WIDTH = 24  # of a name in a sentence
LEAST_NAME_WIDTH = 8  # of a name in a column
NEAR_MONTHS = 12  # how far the tables reach unless everything is asked for
MOST_RUNGS = 3  # named of each debt's next due
_NEVER_FIRST = frozenset("，。；：、！？）」』》”’…,.;:!?)]}%")
_NEVER_LAST = frozenset("（「『《“‘([{¥")


def plan_table(
    plan: Plan, *, language: str, position: Household | None = None, ladders: bool = False
) -> str:
    """The plan as lines that end in a newline; with `ladders` every due and its whole ladder.

    `position` is the household as it stands when the plan begins, where a history was laid onto
    its figures. What lenders could take stands in it where the plan has `exposures`.
    """
    with speaking(language):
        situation = _situation(plan, position or plan.household)
        sections = [
            _heading(plan),
            _answer(situation),
            _dues(plan, is_whole=ladders),
            _payments(plan, is_whole=ladders),
            _exposures(plan, is_whole=ladders),
            _consequences(plan),
            _ladders(plan) if ladders else _next_rungs(plan),
            _totals(plan),
            _warnings(situation),
        ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


# --- Width -------------------------------------------------------------------------------------


def display_width(text: str) -> int:
    """The columns a terminal draws the text on."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def printable(text: str) -> str:
    """What a person wrote, as a terminal can draw it in the columns that we count."""
    kept = []
    for character in unicodedata.normalize("NFC", one_line(text)):
        if "\ufe00" <= character <= "\ufe0f":  # they would change the width of what is before
            continue
        kept.append("?" if unicodedata.category(character) in ("Cn", "Co") else character)
    return "".join(kept)


def shorten(text: str, room: int) -> str:
    """The text, or as much of it as leaves room for an ellipsis."""
    if display_width(text) <= room:
        return text
    kept = ""
    for character in text:
        if display_width(kept + character) > room - 1:
            break
        kept += character
    return kept + "…"


def pad(text: str, room: int, *, is_right: bool = False) -> str:
    space = " " * (room - display_width(text))
    return space + text if is_right else text + space


def wrap(text: str, *, first: str = "", indent: str = "") -> list[str]:
    """Lines of at most WIDTH columns, broken at spaces and between Chinese characters."""
    lines = []
    line, is_empty = first, True
    for word in _words(text):
        if not is_empty and display_width(line + word.rstrip(" ")) > WIDTH:
            lines.append(line.rstrip(" "))
            line, is_empty = indent, True
        while display_width(line + word.rstrip(" ")) > WIDTH:  # a word longer than a line
            room = WIDTH - display_width(line)
            cut = len(word)
            while display_width(word[:cut]) > room:
                cut -= 1
            lines.append(line + word[:cut])
            line, word = indent, word[cut:]
        line += word
        is_empty = False
    return [*lines, line.rstrip(" ")]


def _words(text: str) -> Iterator[str]:
    """Parts between which a line may break; spaces stay with the part before them."""
    word = ""
    for character in text:
        if word and _may_break(word[-1], character):
            yield word
            word = ""
        word += character
    if word:
        yield word


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in _NEVER_FIRST or before in _NEVER_LAST or _columns(after) == 0:
        return False
    return before == " " or _columns(before) == 2 or _columns(after) == 2


def columns(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, names: Sequence[int], words: int = 0
) -> list[str]:
    """A table. The columns `names` may be shortened, all others are whole; figures stand right.

    The first column is a day; the last `words` columns are words and stand left. Rows that do
    not fit even with short names are written over several lines, each figure with its head.
    """
    widths = [max(display_width(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    while (over := sum(widths) + len(GAP) * (len(widths) - 1) - WIDTH) > 0:
        widest = max(names, key=lambda i: widths[i])
        if widths[widest] <= LEAST_NAME_WIDTH:
            return _stacked(heads, rows, names)
        widths[widest] -= min(over, 1)
    figures = range(1, len(heads) - words)
    return [
        GAP.join(
            pad(
                shorten(cell, widths[i]) if i in names else cell,
                widths[i],
                is_right=i in figures and i not in names,
            )
            for i, cell in enumerate(row)
        ).rstrip(" ")
        for row in [heads, *rows]
    ]


def _stacked(
    heads: Sequence[str], rows: Sequence[Sequence[str]], names: Sequence[int]
) -> list[str]:
    lines = []
    for row in rows:
        line = ""
        for i, cell in enumerate(row):
            part = shorten(cell, NAME_WIDTH) if i in names else cell
            part = f"{heads[i]} {part}" if i else part
            if line and display_width(line + GAP + part) > WIDTH:
                lines.append(line)
                line = GAP + part
            else:
                line = line + GAP + part if line else part
        lines.append(line)
    return lines


# --- The answer --------------------------------------------------------------------------------


def _heading(plan: Plan) -> list[str]:
    day, name = long_day(plan.household.as_of), strategy_name(plan.strategy)
    said = [_("Plan from {day} on: {strategy}").format(day=day, strategy=name)]
    if plan.proof is not None:
        said.append(proof_line(plan.proof, Amounts()))
    return [line for one in said for line in wrap(one)]


def _short_names(plan: Plan) -> dict[str, str]:
    return {id_: shorten(printable(name), NAME_WIDTH) for id_, name in names_of(plan).items()}


def _answer(situation: Situation) -> list[str]:
    """Am I safe, why, and the one thing to do next: what the plan page says on top."""
    found = answer(situation)
    said = [found.headline, found.why]
    if found.action:
        said.append(_("{name}: {what}").format(name=found.label, what=found.action))
    return [line for one in said if one for line in wrap(printable(text_of(one)))]


def _situation(plan: Plan, position: Household) -> Situation:
    """With names that a terminal can draw, and short enough for a sentence."""

    def short(name: str, id_: str) -> str:
        return shorten(printable(name) or id_, NAME_WIDTH)

    named = replace(
        position,
        debts=tuple(replace(one, name=short(one.name, one.id)) for one in position.debts),
        accounts=tuple(replace(one, name=short(one.name, one.id)) for one in position.accounts),
        incomes=tuple(replace(one, name=short(one.name, one.id)) for one in position.incomes),
    )
    return Situation(named, plan)


def _by_date(plan: Plan, *states: str) -> list[tuple[date, Consequence]]:
    """The dated consequences in one of these states, the first day first."""
    dated = [
        (one.starts_on, one)
        for one in plan.consequences
        if one.state in states and one.starts_on is not None
    ]
    return sorted(dated, key=lambda start: start[0])


def _what(rung: Rung) -> str:
    return printable(rung_words(rung))


# --- The tables --------------------------------------------------------------------------------


def _dues(plan: Plan, *, is_whole: bool) -> list[str]:
    names = {id_: printable(name) for id_, name in names_of(plan).items()}
    shown, left = _near(plan, [due.due_on for due in plan.dues], is_whole=is_whole)
    dues = plan.dues[:shown]
    if not dues:
        return []
    has_short = any(due.short_fen for due in dues)
    heads = [
        pgettext("column", "Due"),
        pgettext("column", "Debt"),
        pgettext("column", "Owed"),
        pgettext("column", "Required"),
        pgettext("column", "Last safe day"),
    ]
    rows = [
        [
            due.due_on.isoformat(),
            names[due.debt],
            figure(due.amount_fen),
            figure(due.required_fen),
            due.last_safe_on.isoformat(),
        ]
        for due in dues
    ]
    if has_short:
        heads.append(pgettext("column", "Short"))
        for row, due in zip(rows, dues, strict=True):
            row.append(figure(due.short_fen))
    return [_("What falls due"), *columns(heads, rows, names=[1]), *left]


def _payments(plan: Plan, *, is_whole: bool) -> list[str]:
    names = {id_: printable(name) for id_, name in names_of(plan).items()}
    accounts = {id_: printable(name) for id_, name in account_names_of(plan).items()}
    shown, left = _near(plan, [payment.on for payment in plan.payments], is_whole=is_whole)
    if not shown:
        return []
    rows = [
        [one.on.isoformat(), names[one.debt], figure(one.amount_fen), accounts[one.account]]
        for one in plan.payments[:shown]
    ]
    heads = [
        pgettext("column", "Pay on"),
        pgettext("column", "Debt"),
        pgettext("column", "Amount"),
        pgettext("column", "From account"),
    ]
    return [_("What to pay"), *columns(heads, rows, names=[1, 3]), *left]


def _exposures(plan: Plan, *, is_whole: bool) -> list[str]:
    """What lenders could take of what this plan leaves unpaid, and what then lacks money."""
    if plan.exposures is None:
        return []
    if not plan.exposures:
        return wrap(_("With this plan nothing stays unpaid that a lender could take."))
    names = {id_: printable(name) for id_, name in names_of(plan).items()}
    accounts = {id_: printable(name) for id_, name in account_names_of(plan).items()}
    expenses = {one.id: printable(one.name) or one.id for one in plan.household.expenses}
    shown, left = _near(plan, [one.on for one in plan.exposures], is_whole=is_whole)
    rows = [
        [
            one.on.isoformat(),
            accounts[one.account],
            figure(one.could_take_fen),
            figure(one.leaves_fen),
            GAP.join(names[debt] for debt in one.by),
        ]
        for one in plan.exposures[:shown]
    ]
    heads = [
        pgettext("column", "Date"),
        pgettext("column", "From account"),
        pgettext("column", "May be taken"),
        pgettext("column", "Leaves"),
        pgettext("column", "By"),
    ]
    lines = columns(heads, rows, names=[1, 4], words=1) if rows else []
    short = {one.on: (one, one.expense) for one in plan.exposures[:shown] if one.expense}
    for on, (one, lacking) in short.items():
        sentence = _("{expense} would then lack {amount}.")
        expense = shorten(expenses[lacking], NAME_WIDTH)
        lines += _dated(on, sentence.format(expense=expense, amount=yuan(one.short_fen)))
    unsaid = [names[one.id] for one in plan.household.debts if not one.autopay_known]
    said = _("Nobody said yet whether these deduct by themselves; they count as able to: {names}.")
    doubts = wrap(said.format(names=listed_names(unsaid))) if unsaid else []
    return [_("What lenders may take of what stays unpaid"), *lines, *doubts, *left]


def _near(plan: Plan, days: Sequence[date], *, is_whole: bool) -> tuple[int, list[str]]:
    """How many of the rising days lie in the coming year, and a line about the others."""
    if is_whole:
        return len(days), []
    near = add_months(plan.household.as_of, NEAR_MONTHS)
    shown = sum(on <= near for on in days)
    if shown == len(days):
        return shown, []
    line = _("… and {count} more until {day}; --format csv has them all.").format(
        count=len(days) - shown, day=long_day(days[-1])
    )
    return shown, wrap(line)


def _consequences(plan: Plan) -> list[str]:
    """What has started and what will, by date."""
    begun = _by_date(plan, "started", "will_start")
    if begun:
        return [_("What starts"), *_starts(plan, begun)]
    return wrap(_("With this plan no consequence starts.")) if plan.dues else []


def _next_rungs(plan: Plan) -> list[str]:
    """The first rungs of each debt's next due, if it is paid in time."""
    first: list[tuple[date, Consequence]] = []
    avoided = _by_date(plan, "avoided")
    for debt in plan.household.debts:
        first += [start for start in avoided if start[1].debt == debt.id][:MOST_RUNGS]
    if not first:
        return []
    first.sort(key=lambda start: start[0])
    head = _("What would start if the next due were missed (all of it: --ladders)")
    return [*wrap(head), *_starts(plan, first)]


def _starts(plan: Plan, starts: Sequence[tuple[date, Consequence]]) -> list[str]:
    """For each day and due a line, and under it what starts."""
    names = _short_names(plan)
    groups: dict[tuple[date, str, date], list[Consequence]] = {}
    for on, one in starts:
        groups.setdefault((on, one.debt, one.due_on), []).append(one)
    lines = []
    for (on, debt_id, due_on), group in groups.items():
        sentence = (
            _("{debt}, due on {day}, has begun:")
            if group[0].state == "started"
            else _("{debt}, due on {day}:")
        )
        lines += _dated(on, sentence.format(debt=names[debt_id], day=long_day(due_on)))
        for one in group:
            lines += wrap(_what(one.rung), first=BULLET, indent=" " * len(BULLET))
    return lines


def _ladders(plan: Plan) -> list[str]:
    """Each due with its whole ladder."""
    names = _short_names(plan)
    by_due: dict[tuple[str, date], list[Consequence]] = {}
    for one in plan.consequences:
        by_due.setdefault((one.debt, one.due_on), []).append(one)
    if not by_due:
        return []
    states = {
        "avoided": pgettext("state", "avoided"),
        "will_start": pgettext("state", "will start"),
        "started": pgettext("state", "has begun"),
        "undated": pgettext("state", "no fixed date"),
    }
    lines = [_("What follows each due")]
    for (debt, due_on), ladder in by_due.items():
        head = _("{debt}, due on {day}").format(debt=names[debt], day=long_day(due_on))
        lines += wrap(head)
        dated = [one for one in ladder if one.starts_on is not None]
        undated = [one for one in ladder if one.starts_on is None]
        for one in [*sorted(dated, key=lambda one: one.starts_on or date.max), *undated]:
            what = _("{state}: {what}").format(state=states[one.state], what=_what(one.rung))
            lines += _dated(one.starts_on, what)
            condition = printable(spoken(one.rung.condition))
            if one.starts_on is None and condition:
                indent = " " * 12
                lines += wrap(condition, first=indent, indent=indent)
    return lines


def _dated(on: date | None, text: str) -> list[str]:
    day = on.isoformat() if on is not None else "-" * 10
    return wrap(text, first=f"{day}  ", indent=" " * 12)


def _totals(plan: Plan) -> list[str]:
    heads = [
        pgettext("column", "Paid in all"),
        pgettext("column", "of it principal"),
        pgettext("column", "of it interest"),
        pgettext("column", "of it fees"),
        pgettext("column", "of it penalty"),
    ]
    cells = [figure(fen) for fen in plan.totals]
    left = max(map(display_width, heads))
    right = max(map(display_width, cells))
    lines = [
        pad(head, left) + GAP + pad(cell, right, is_right=True)
        for head, cell in zip(heads, cells, strict=True)
    ]
    if plan.debt_free_on is not None:
        free = _("Debt-free on {day}.").format(day=long_day(plan.debt_free_on))
    else:
        free = _("Not debt-free within the time that is planned.")
    return [*lines, *wrap(free)]


def _warnings(situation: Situation) -> list[str]:
    return [
        line
        for said in (*warnings(situation), *notes(situation))
        for line in wrap(printable(text_of(said)), first="* ", indent="  ")
    ]
