"""What was planned up to yesterday and has no answer; and answering it as planned."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

from planner.domain.answers.unanswered import Question, Unanswered, unanswered
from planner.domain.household.household import Household
from planner.domain.ledger.ledger import Transfer
from planner.domain.values.money import format_yuan
from planner.hashes import digest
from planner.models import HouseholdRow, User
from planner.plans.kept import kept, leave_what_is_long
from planner.plans.shelf import Record, Shelf
from planner.plans.shown import followed_plan
from planner.services.changes import change, write
from planner.services.documents import household_from, household_of, outline_of
from planner.services.entries import lived_document

QUESTIONS = "questions"
_DAY = timedelta(days=1)


# --- What is still to be asked ---------------------------------------------------------------


def open_questions(
    user: User, household: HouseholdRow | None = None, shelf: Shelf | None = None
) -> list[Question]:
    """What was planned up to yesterday and has no answer, oldest first.

    Kept with the plans; `known_to` follows. `household` is its row, where that was read already.
    """
    if household is None:
        household = household_of(user)
    found = _unanswered(user, household, shelf)
    if household.is_lived and household.known_to != found.known_to:
        HouseholdRow.objects.owned_by(user).filter(revision=household.revision).update(
            known_to=found.known_to
        )
        household.known_to = found.known_to
    return list(found.questions)


def _asked_from(user: User, position: Household, known_to: date) -> Unanswered:
    return unanswered(position, known_to, lambda past: followed_plan(user, past))


def _unanswered(user: User, household: HouseholdRow, shelf: Shelf | None = None) -> Unanswered:
    if not household.is_lived:
        return Unanswered((), (), household.as_of - _DAY)
    outline, name = filed(household)
    known_to = household.answered_to

    def compute(position: Household, names: list[str], _found: object) -> dict[str, Record]:
        leave_what_is_long(user, position, outline)
        # Asked again from the day they lead to, a plan may pay on other days: until both agree,
        # so that the same is asked whether it is kept or worked out anew.
        since, found = known_to, _asked_from(user, position, known_to)
        while found.known_to > since:
            since, found = found.known_to, _asked_from(user, position, found.known_to)
        return dict.fromkeys([*names, f"{QUESTIONS} {found.known_to}"], _written(found))

    def parsed() -> Household:
        return replace(household_from(household), known_to=household.as_of - _DAY)

    return _read(kept(user, [name], outline, compute, parsed=parsed, shelf=shelf)[name])


def filed(household: HouseholdRow) -> tuple[dict[str, Any], str]:
    """Under which outline the questions are kept, and by what name."""
    outline = outline_of(household)
    outline.pop("known_to", None)  # found out by them
    return outline, f"{QUESTIONS} {household.answered_to}"


def _written(found: Unanswered) -> dict[str, Any]:
    def plain(one: Question | Transfer) -> dict[str, Any]:
        values = asdict(one) if isinstance(one, Question) else one._asdict()
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}

    return {
        "questions": [plain(one) for one in found.questions],
        "transfers": [plain(one) for one in found.transfers],
        "known_to": found.known_to.isoformat(),
    }


def _read(record: Mapping[str, Any]) -> Unanswered:
    def day(text: str | None) -> date | None:
        return None if text is None else date.fromisoformat(text)

    return Unanswered(
        tuple(
            Question(**one | {"on": day(one["on"]), "last_safe_on": day(one["last_safe_on"])})
            for one in record["questions"]
        ),
        tuple(Transfer(**one | {"on": day(one["on"])}) for one in record["transfers"]),
        date.fromisoformat(record["known_to"]),
    )


def question_token(kind: str, slug: str, on: date) -> str:
    """What it is asked under in an address that a reminder holds: it names nobody."""
    return digest({"question": [kind, slug, on.isoformat()]})[:32]


def answer_as_planned(*, user: User, question: Question, key: str = "") -> int:
    """One question, as it was planned; returns the number of entries."""
    return _answer_all(user, lambda one: one.key == question.key, None, key)


def answer_all_as_planned(
    *, user: User, up_to: date | None = None, revision: int | None = None, key: str = ""
) -> int:
    """Every open question up to that day (all, by default) as planned; the number of entries.

    `revision` is the household's counter that the person saw. Raises StaleVersion.
    """
    return _answer_all(user, lambda one: up_to is None or one.on <= up_to, revision, key)


def _answer_all(
    user: User, is_meant: Callable[[Question], bool], revision: int | None, key: str
) -> int:
    def answer(household: HouseholdRow) -> str:
        entries = _entries_as_planned(household, is_meant)
        if entries:
            document = lived_document(household)
            change(household, document | {"history": [*document["history"], *entries]})
        return str(len(entries))

    return int(write(user, answer, sent={"answer_all": key}, key=key, revision=revision))


def _entries_as_planned(
    household: HouseholdRow, is_meant: Callable[[Question], bool]
) -> list[dict[str, Any]]:
    found = _unanswered(household.owner, household)
    # What was prepaid is told by the payment that did it.
    meant = [one for one in found.questions if is_meant(one) and not one.is_prepaid]
    days = {one.on for one in meant if one.kind == "payment"}
    transfers = [
        {
            "kind": "transfer",
            "on": one.on.isoformat(),
            "from": one.source,
            "to": one.target,
            "amount": format_yuan(one.amount_fen),
        }
        for one in found.transfers
        if one.on in days
    ]
    today = lived_document(household)["planned_from"]
    return [*transfers, *(_as_planned(one, today) for one in meant)]


def _as_planned(one: Question, today: str) -> dict[str, Any]:
    on, amount = one.on.isoformat(), format_yuan(one.amount_fen)
    if one.kind != "payment":
        return {
            "kind": one.kind, "on": on, one.kind: one.slug, "planned_on": on, "amount": amount,
            "account": one.account,
        }  # fmt: skip
    if one.amount_fen == 0:
        return {"kind": "unpaid", "on": today, "debt": one.slug, "due_on": on}
    return {
        "kind": "payment", "on": on, "debt": one.slug, "amount": amount, "account": one.account,
        "planned_on": on,
    }  # fmt: skip
