"""The papers for asking a lender: a letter, what one can pay, lists; as neutral parts, which pages
print and files hold. A letter is always there in Chinese, for the lender, and in English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.domain.household.contacts import Contact
from planner.domain.household.household import Debt, Household
from planner.domain.household.terms import owed_fen
from planner.domain.offers.capacity import (
    Capacity,
    asked_fen,
    means,
    required_before,
    required_fen,
    shares,
    unsecured,
)
from planner.domain.offers.offer import LENDER_OF
from planner.domain.rulebook.ladders import Words, in_language
from planner.domain.rulebook.letters import AIMS, load_letters
from planner.domain.rulebook.products import load_products
from planner.domain.rulebook.rule_files import UNSOURCED, Fact
from planner.domain.values.rates import Rate
from planner.words.contacts import ContactLine, contact_lines
from planner.words.days import day, long_day
from planner.words.facts import names_of_sources
from planner.words.figures import Amounts
from planner.words.language import one_line, speaking, spoken
from planner.words.names import certainty_word

ANSWER_DAYS, LATEST_DAYS = 15, 60
OLD_DAYS = 913  # two and a half years overdue: limitation may be near (CC188)
KINDS_ONLY = "other_"  # products that name a kind of debt, not who lends
BLANK = "________"  # to be filled in by hand
ONE_PAYMENT = ("deferral", "settlement")
MOST_ENTRIES = 20  # of the log in a letter: the whole log is attached
# What charges may come to at most in a plan with fees (FF22, MICROLOAN): no lender can ask more.
MOST_RATE = Rate(Fraction(24, 100), "year")


@dataclass(frozen=True, slots=True)
class PackLine:
    """A sentence, how sure it is, and the sources it leads to: none where it is practice alone."""

    words: str
    certainty: str
    sources: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PackTable:
    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class PackPart:
    """`id` for its place on a page; lines, or a table, or both."""

    id: str
    title: str
    lines: list[PackLine]
    table: PackTable | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """`warning` stands before the letter: "" where it admits nothing. `is_old`: limitation may
    have passed or be near, so that the letter is shown only once that was read. `tables` go with
    the letter; `parts` are for the person alone."""

    title: str
    hint: list[PackLine]
    carries: list[str]
    warning: str
    is_old: bool
    letter_zh: list[PackLine]
    letter_en: list[PackLine]
    tables: list[PackPart]
    parts: list[PackPart]


def aims_of(debt: Debt) -> list[tuple[str, str]]:
    """(aim, its name) of the letters that can go to this debt's lender."""
    letters = load_letters().by_aim
    lender = LENDER_OF.get(debt.product or "")
    kinds = [lender] if lender else ["consumer_finance", "small_lender", "platform"]
    return [
        (aim, spoken(letters[aim].names))
        for aim in AIMS
        if set(kinds) & set(letters[aim].lenders)
        and (aim != "personal" or debt.product == "credit_card")
    ]


def pack_of(
    household: Household,
    position: Household,
    debt: Debt,
    aim: str,
    found: Capacity,
    together: Capacity,
    amounts: Amounts,
    contacts: Sequence[Contact] = (),
) -> Pack:
    """The papers about one debt; `together` is what all unsecured debts could get in all, and
    `contacts` what the log holds of this debt, oldest first."""
    letter = load_letters().by_aim[aim]
    common = load_letters().parts
    today = position.as_of
    fill = {
        speech: _filled(household, position, debt, aim, found, amounts, speech, len(contacts))
        for speech in ("zh", "en")
    }
    late = _days_late(debt, today)
    here = fill["en" if _speaks_english() else "zh"]
    lists = {
        "papers": _("Papers to attach"),
        "proof": _("Papers to attach"),
        "script": _("What to say on the phone"),
        "confirm": _("What must stand in it before you pay"),
        "refused": _("If it is refused: in this order"),
        "mistakes": _("Better not"),
    }
    tables = []
    if letter.admits:
        tables = [_means_part(household, position, debt, amounts), _debts_part(position, amounts)]
    parts = []
    if letter.admits:
        parts.append(_shares_part(household, position, together, amounts))
    parts += [
        PackPart(key, title, [_line(one, here) for one in common[key]])
        for key, title in lists.items()
        if (key != "proof" if letter.admits else key in ("proof", "refused"))
    ]
    parts.append(_follow_up(today))
    return Pack(
        title=capfirst(
            _("{aim}: {debt}").format(aim=spoken(letter.names), debt=one_line(debt.name))
        ),
        hint=[_line(one, here) for one in letter.hint],
        carries=_carries(found, owed_fen(debt.terms), aim, amounts, today) if letter.admits else [],
        warning=_warning() if letter.admits else "",
        is_old=letter.admits and late > OLD_DAYS,
        letter_zh=_letter(aim, fill["zh"], "zh", contacts, today),
        letter_en=_letter(aim, fill["en"], "en", contacts, today),
        tables=tables,
        parts=parts,
    )


def _speaks_english() -> bool:
    return spoken((("zh", "zh"), ("en", "en"))) == "en"


def _letter(
    aim: str, fill: Mapping[str, str], speech: str, contacts: Sequence[Contact], today: date
) -> list[PackLine]:
    """What the log holds stands where the letter speaks of it."""
    lines = []
    with speaking(speech):
        for one in load_letters().body(aim):
            lines.append(_line(one, fill))
            if "{calls}" in spoken(one.words):
                lines += _record(contacts, today)
    return lines


def _record(contacts: Sequence[Contact], today: date) -> list[PackLine]:
    """The newest entries, those outside the rules first to be kept; in the order of their days."""
    lines = list(zip(contacts, contact_lines(contacts, {}, today), strict=True))
    kept = sorted(range(len(lines)), key=lambda place: (not lines[place][1].marks, -place))
    shown = [lines[place] for place in sorted(kept[:MOST_ENTRIES])]
    said = [_entry(contact, line) for contact, line in shown] or [PackLine(BLANK, "", [])]
    if left := len(lines) - len(shown):
        more = ngettext(
            "and {count} more entry in the log that is attached",
            "and {count} more entries in the log that is attached",
            left,
        )
        said.append(PackLine(more.format(count=left), "", []))
    return said


def _entry(contact: Contact, line: ContactLine) -> PackLine:
    """One contact as a sentence of a letter, with what the rules say of it."""
    said = _("{day} {time}, {what}").format(
        day=long_day(contact.on), time=line.time, what=line.what
    )
    if by := " ".join(one for one in (line.who, line.number) if one):
        said += _("; from {who}").format(who=by)
    if line.words:
        said += _("; words: “{words}”").format(words=line.words)
    if line.promise:
        said += _("; promised: “{words}”").format(words=line.promise)
    if line.marks:
        said += _("; this is: {marks}").format(marks=_(", ").join(one.asks for one in line.marks))
    sources = dict(one for mark in line.marks for one in mark.sources)
    certainty = line.marks[0].certainty if line.marks else ""
    return PackLine(one_line(said) + _("."), certainty, list(sources.items()))


def _line(fact: Fact, fill: Mapping[str, str]) -> PackLine:
    return PackLine(
        spoken(fact.words).format_map(fill),
        certainty_word(fact.certainty),
        [] if fact.source == UNSOURCED else names_of_sources([fact.source]),
    )


def _filled(
    household: Household,
    position: Household,
    debt: Debt,
    aim: str,
    found: Capacity,
    amounts: Amounts,
    speech: str,
    calls: int,
) -> dict[str, str]:
    """What the braces of the texts become, in one language."""
    incomes, expenses = means(position)
    late = _days_late(debt, position.as_of)
    names: Words = load_letters().by_aim[aim].names
    product = load_products().get(debt.product or "")
    asked, others = _asked(household, debt, aim, found), required_fen(household, [debt.id])
    with speaking(speech):
        today = position.as_of
        is_named = product and not product.id.startswith(KINDS_ONLY) and product.id not in LENDER_OF
        lender = spoken(product.names) if product and is_named else ""
        said = ngettext("{days} day overdue", "{days} days overdue", late).format(days=late)
        count = ngettext("{count} entry", "{count} entries", calls).format(count=calls)
        return {
            "lender": lender or BLANK,
            "debt": one_line(debt.name),
            "balance": amounts(owed_fen(debt.terms)),
            "late": _(", {late}").format(late=said) if late else "",
            "today": day(today, date(today.year - 1, 1, 1)),
            "income": amounts(sum(fen for _name, fen in incomes)),
            "costs": amounts(sum(fen for _name, fen, _is_essential in expenses)),
            "others": _(", other debts about {amount} at least").format(amount=amounts(others))
            if others
            else "",
            "amount": amounts(asked) if asked else BLANK,
            "periods": str(found.periods) if asked else BLANK,
            "first_due": day(found.first_due, today),
            "total": amounts(asked * found.periods) if asked else BLANK,
            "reply_by": day(today + timedelta(days=ANSWER_DAYS), today),
            "aim": in_language(names, "zh"),
            "aim_low": in_language(names, "en"),
            "calls": count if calls else BLANK,
        }


def _asked(household: Household, debt: Debt, aim: str, found: Capacity) -> int:
    """Fen a month that a letter names: no more than serves its aim, nor than is carried."""
    owed = owed_fen(debt.terms)
    if aim == "deferral":
        due = required_before(household, debt.id, found.first_due)
        return min(due or owed, owed, found.offered_fen)
    rate = MOST_RATE if aim == "instalments" else None
    return asked_fen(owed, found.offered_fen, found.periods, rate)


def _days_late(debt: Debt, today: date) -> int:
    arrears = debt.terms.arrears
    return (today - min(one.due_on for one in arrears)).days if arrears else 0


def _warning() -> str:
    return _(
        "Before you send it: asking for time, saying what you owe, or paying a part starts the "
        "limitation period of three years anew. If the debt is old and nobody has asked for it "
        "for years, ask at 12348 first."
    )


def _carries(found: Capacity, owed: int, aim: str, amounts: Amounts, today: date) -> list[str]:
    first = day(found.first_due, today)
    if not found.offered_fen:
        return [
            _(
                "By your figures nothing is left for it: on {day} the money does not suffice even "
                "without it, living costs and other debts first. Ask for time, or first change "
                "what comes in and goes out."
            ).format(day=day(found.tight_on, today))
        ]
    values = {"amount": amounts(found.offered_fen), "day": first, "count": found.periods}
    if found.periods == 1:
        said = [_("At most {amount} on {day}: more breaks the plan.").format(**values)]
    else:
        said = [
            _("At most {amount} a month, {count} times from {day}: more breaks the plan.").format(
                **values
            )
        ]
    if found.fen and found.missed is not None:
        said.append(
            _("In it is one bad month: {income} fails to come once, at the worst date.").format(
                income=one_line(found.missed.name)
            )
        )
    elif not found.fen:
        said.append(_("This holds only if every income comes. A month without pay would break it."))
    if found.offered_fen * found.periods > owed:
        said.append(_("The letter asks for no more than what repays it in that time."))
    elif found.offered_fen * found.periods < owed and aim not in ONE_PAYMENT:
        said.append(_("That does not repay all of it: ask for a reduction too, or a longer term."))
    return said


def _means_part(
    household: Household, position: Household, debt: Debt, amounts: Amounts
) -> PackPart:
    incomes, expenses = means(position)
    others = required_fen(household, [debt.id])
    comes = sum(fen for _name, fen in incomes)
    goes = sum(fen for _name, fen, _is_essential in expenses)
    rows = [[one_line(name), amounts.plain(fen), ""] for name, fen in incomes]
    essential = sorted(expenses, key=lambda one: not one[2])
    rows += [[one_line(name), "", amounts.plain(fen)] for name, fen, _is_essential in essential]
    rows.append([_("Other debts, as required"), "", amounts.plain(others)])
    rows.append([_("Together"), amounts.plain(comes), amounts.plain(goes + others)])
    rows.append([_("What is left"), amounts.plain(comes - goes - others), ""])
    head = [_("By the month"), _("Comes in"), _("Goes out")]
    return PackPart("means", _("Income and costs"), [], PackTable(head, rows))


def _debts_part(position: Household, amounts: Amounts) -> PackPart:
    rows = []
    for one in position.debts:
        if owed := owed_fen(one.terms):
            late = _days_late(one, position.as_of)
            said = ngettext("{days} day", "{days} days", late).format(days=late) if late else "–"
            rows.append([one_line(one.name), amounts.plain(owed), said])
    head = [_("Debt"), _("Owed"), _("Overdue")]
    return PackPart("debts", _("All debts"), [], PackTable(head, rows))


def _shares_part(
    household: Household, position: Household, together: Capacity, amounts: Amounts
) -> PackPart:
    debts = unsecured(household)
    owed = sum(owed_fen(one.terms) for one in position.debts if one.id in debts)
    parts = shares(household, debts, asked_fen(owed, together.offered_fen, together.periods))
    names = {one.id: one for one in position.debts}
    rows = [
        [
            one_line(names[one].name),
            amounts.plain(owed_fen(names[one].terms)),
            amounts.plain(parts[one]),
        ]
        for one in debts
    ]
    head = [_("Debt"), _("Owed"), _("A month")]
    said = _(
        "If you ask several lenders: what all of them together could get over {count} months, "
        "shared by what is owed. Housing, water, power, medicine and children come before."
    ).format(count=together.periods)
    line = PackLine(said, certainty_word("practice"), [])
    return PackPart("shares", _("The same offer to all"), [line], PackTable(head, rows))


def _follow_up(today: date) -> PackPart:
    first, last = (today + timedelta(days=days) for days in (ANSWER_DAYS, LATEST_DAYS))
    said = [
        _("{day}: ask how it stands, if there is no answer.").format(day=day(first, today)),
        _("{day}: the latest for hard cases; then complain, in the order above.").format(
            day=day(last, today)
        ),
    ]
    lines = [PackLine(one, certainty_word("practice"), []) for one in said]
    return PackPart("follow", _("Ask again"), lines)
