"""What happened is asked first: no page gives a verdict that hangs on what nobody has answered."""

from datetime import date

from planner.domain.answers.unanswered import Question
from planner.pages.http import Request
from planner.plans.current import Current
from planner.words.answer import Answer, asked_first

_PUT_OFF = "put_off"
_MOST = 200  # put off at a time


def key_of(question: Question) -> str:
    return f"{question.kind}-{question.slug}-{question.on:%Y%m%d}"


def put_off(request: Request, today: date) -> list[str]:
    """The questions that are not to be asked again today."""
    held = request.session.get(_PUT_OFF) or {}
    return held.get("keys", []) if held.get("day") == today.isoformat() else []


def put_one_off(request: Request, question: Question, today: date) -> None:
    """Not to be asked again before tomorrow."""
    keys = [*put_off(request, today), key_of(question)]
    request.session[_PUT_OFF] = {"day": today.isoformat(), "keys": keys[-_MOST:]}


def take_up_again(request: Request) -> None:
    """All that was put off is asked now."""
    request.session.pop(_PUT_OFF, None)


def asks_first(request: Request, current: Current) -> Answer | None:
    """What stands in place of a verdict while a due or an income waits for an answer today, or
    something overdue hangs on one; None where nothing does.

    To be called before the plan is read, which depends on how far all is known.
    """
    later = put_off(request, current.row.today())
    asked = [one for one in current.questions if one.kind != "expense"]
    awaits = any(key_of(one) not in later for one in asked)
    return asked_first() if asked and (awaits or current.situation.hangs_on_answers) else None
