"""What a reminder says: plainly, or so that nobody who reads along learns of whom and how much."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from planner.words.days import day, weekday
from planner.words.figures import yuan

# Why something could not be sent, by the code that is kept with it.
UNREACHABLE, REFUSED, TOO_LATE = "unreachable", "refused", "too_late"
GONE, PUSH_REFUSED, KEY_REFUSED = "gone", "push_refused", "key_refused"


class Said(NamedTuple):
    """One reminder, both ways."""

    discreet: str
    plain: str


def _on(on: date) -> str:
    return _("{day} ({weekday})").format(day=day(on), weekday=weekday(on))


def due_ahead(debt: str, on: date, fen: int, *, is_agreed: bool) -> Said:
    said = _("Due on {day}: {debt}, {amount}.")
    if is_agreed:
        said = _("As agreed with the lender, due on {day}: {debt}, {amount}.")
    return Said(
        _("Something is due on {day}.").format(day=_on(on)),
        said.format(day=_on(on), debt=debt, amount=yuan(fen)),
    )


def due_today(debt: str, on: date, fen: int, *, is_agreed: bool) -> Said:
    said = _("Due today, {day}: {debt}, {amount}.")
    if is_agreed:
        said = _("As agreed with the lender, due today, {day}: {debt}, {amount}.")
    more = _("Enter it once it is paid, then this stops.")
    words = _("Something is due today, {day}.").format(day=_on(on))
    return Said(
        f"{words} {more}", said.format(day=_on(on), debt=debt, amount=yuan(fen)) + f" {more}"
    )


def starts_tomorrow(debt: str, on: date, what: str) -> Said:
    return Said(
        _("From {day} on something could start that can still be avoided.").format(day=_on(on)),
        _("{debt}: from {day} on, {what}, if nothing is paid.").format(
            debt=debt, day=_on(on), what=what
        ),
    )


def move_today(source: str, target: str, on: date, fen: int) -> Said:
    return Said(
        _("Money has to be moved between your accounts by {day}.").format(day=_on(on)),
        _("Move {amount} from {source} to {target} by {day}.").format(
            amount=yuan(fen), source=source, target=target, day=_on(on)
        ),
    )


def was_it_paid(debt: str, on: date, starts: tuple[date, str] | None) -> Said:
    """Only the question, and what starts next if not."""
    discreet = _("What was due on {day}: is it paid?").format(day=_on(on))
    plain = _("{debt}, due on {day}: is it paid?").format(debt=debt, day=_on(on))
    if starts is not None:
        first, what = starts
        discreet += " " + _("If not, something starts on {day}.").format(day=_on(first))
        plain += " " + _("If not, from {day} on: {what}.").format(day=_on(first), what=what)
    return Said(discreet, plain)


def has_it_come(income: str, on: date) -> Said:
    return Said(
        _("What was to arrive on {day}: has it?").format(day=_on(on)),
        _("{income}, expected on {day}: has it arrived?").format(income=income, day=_on(on)),
    )


def digest_subject(lines: Sequence[str], *, is_discreet: bool) -> str:
    """Of a message: never what a lock screen should not show."""
    if is_discreet or len(lines) > 1:
        return _("Anhuan · a date to look at")
    return lines[0]


def digest_text(lines: Mapping[str, Sequence[str]], address: str, stop: str) -> str:
    """`lines` with the addresses at which each is answered."""
    told = [text for line, answers in lines.items() for text in (line, *dict.fromkeys(answers))]
    return "\n".join(
        [
            *told,
            "",
            _("The plan:"),
            address,
            "",
            _("You asked for these reminders. To stop them:"),
            stop,
            "",
        ]
    )


def test_text(code: str, stop: str) -> str:
    return "\n".join(
        [
            _("This is the test you asked for. The code is {code}.").format(code=code),
            _("Enter it on the page of your reminders, then they come this way."),
            "",
            _("Not you? Then nothing more comes. To be sure:"),
            stop,
            "",
        ]
    )


def test_push() -> str:
    return _("Enter this code on the page of your reminders, then they come to this device.")


def test_messenger() -> str:
    return _("Enter this code on the page of your reminders, then they come this way.")


def open_words() -> str:
    return _("Open the page")


def stop_words() -> str:
    return _("Stop reminders")


def test_subject(code: str) -> str:
    return _("Anhuan · test, code {code}").format(code=code)


def channel_name(kind: str) -> str:
    return {
        "mail": _("Mail"),
        "push": _("Push message"),
        "bark": _("Bark (iPhone)"),
        "serverchan": _("Server酱 (WeChat)"),
        "sc3": _("Server酱³ (its app)"),
        "ntfy": _("ntfy (Android)"),
    }[kind]


def fault_words(fault: str) -> str:
    """Why a message did not go out, in a sentence."""
    return {
        UNREACHABLE: _("The server could not be reached; it is tried again."),
        REFUSED: _("Your mailbox did not take it."),
        GONE: _("That device takes no push messages any more, so they were ended there."),
        PUSH_REFUSED: _("The push service did not take it."),
        KEY_REFUSED: _(
            "The service did not take it: the key may have changed, or its limit of the day is "
            "reached."
        ),
        TOO_LATE: _("It could not be sent for a day, so it was given up."),
    }.get(fault, _("It could not be sent."))
