"""What a person is to be told of their plan in the next weeks, and when: rows, encrypted."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from planner.domain.answers.moves import moves_of
from planner.domain.ledger.consequences import Consequence
from planner.hashes import digest
from planner.models import Arrangement, Channel, HouseholdRow, Reminder, Reminding, User
from planner.plans.current import Current
from planner.plans.questions import open_questions, question_token
from planner.words import reminders as words
from planner.words.language import one_line, speaking
from planner.words.names import account_names_of, name_of_rung

AHEAD = timedelta(days=60)
LATE_DAYS = (1, 2)  # after a day without an answer; from then on once a week
WEEK = 7
PAYMENT = "payment"
_DAY = timedelta(days=1)


class ToTell(NamedTuple):
    """`about`, `of` and `step` say what it is: said once, it is not said again. `question` is the
    kind of what can be answered there, if anything can."""

    kind: str
    about: str
    of: date
    send: date
    said: words.Said
    is_urgent: bool = False
    step: str = ""
    question: str = ""

    @property
    def key(self) -> str:
        return digest({"reminder": [self.kind, self.about, self.of.isoformat(), self.step]})

    @property
    def path(self) -> str:
        """Where it is answered; "" where there is nothing to."""
        if not self.question:
            return ""
        token = question_token(self.question, self.about, self.of)
        return reverse("planner:question", args=[token])


def write_reminders(user: User, household: HouseholdRow) -> None:
    """In place of those not yet told. None where nothing rings. Raises what the plan page does."""
    wishes = Reminding.objects.owned_by(user).first()
    if wishes is None:
        return
    found: list[ToTell] = []
    if Channel.objects.owned_by(user).filter(confirmed_on__isnull=False).exists():
        with speaking(household.language):
            found = list(_to_tell(user, household, wishes))
    hour, zone = time(wishes.at_hour), household.zone
    with transaction.atomic():
        Reminding.objects.select_for_update().get(owner=user)
        rows = Reminder.objects.owned_by(user)
        rows.filter(told_on=None).delete()
        told = set(rows.values_list("key", flat=True))
        new = {
            one.key: Reminder(
                owner=user,
                key=one.key,
                kind=one.kind,
                on=one.of,
                send_on=datetime.combine(one.send, hour, zone),
                is_urgent=one.is_urgent,
                content={**one.said._asdict(), "path": one.path},
            )
            for one in found
            if one.key not in told
        }
        Reminder.objects.bulk_create(new.values())


def _to_tell(user: User, household: HouseholdRow, wishes: Reminding) -> Iterator[ToTell]:
    current = Current(user, household)
    if not current.has_debts or household.is_sample:
        return
    today = household.today()
    for one in (*_asked(user, current, today), *_planned(user, current, today, wishes)):
        if today <= one.send <= today + AHEAD:
            yield one


def _planned(user: User, current: Current, today: date, wishes: Reminding) -> Iterator[ToTell]:
    """What the plan has: dues, what starts, money to move."""
    situation, plan = current.situation, current.plan
    agreed = set(
        Arrangement.objects.owned_by(user)
        .filter(state=Arrangement.State.AGREED)
        .values_list("debt", flat=True)
    )
    before = timedelta(days=wishes.days_before)
    for due in plan.dues:
        if due.due_on < today or not due.required_fen:
            continue
        name, is_agreed = one_line(situation.name(due.debt)), due.debt in agreed
        said = words.due_ahead(name, due.due_on, due.required_fen, is_agreed=is_agreed)
        if before:
            yield ToTell("ahead", due.debt, due.due_on, due.due_on - before, said, question=PAYMENT)
        said = words.due_today(name, due.due_on, due.required_fen, is_agreed=is_agreed)
        on = due.due_on
        yield ToTell("today", due.debt, on, on, said, is_urgent=True, question=PAYMENT)
    starting: dict[tuple[str, date], list[Consequence]] = {}
    for start in plan.consequences:
        if start.state == "will_start" and start.starts_on:
            starting.setdefault((start.debt, start.starts_on), []).append(start)
    for (debt, on), starts in starting.items():
        gravest = max(starts, key=lambda one: one.rung.severity).rung
        said = words.starts_tomorrow(one_line(situation.name(debt)), on, name_of_rung(gravest))
        yield ToTell("starts", debt, on, on - _DAY, said, is_urgent=True)
    accounts = account_names_of(plan)  # type: ignore[arg-type]  # asks for the household alone
    moves = moves_of(plan)
    for move in (*moves.for_living, *moves.for_payments):
        source, target = accounts[move.source], accounts[move.target]
        said = words.move_today(source, target, move.on, move.amount_fen)
        about = f"{move.source} {move.target}"
        yield ToTell("move", about, move.on, move.on, said, is_urgent=True)


def _asked(user: User, current: Current, today: date) -> Iterator[ToTell]:
    """What was planned for days gone by and has no answer: only the question."""
    dues = {(due.debt, due.due_on): due for due in current.plan.dues}
    incomes = {one.id: one_line(one.name) for one in current.position.incomes}
    for one in open_questions(user, current.row):
        if one.kind == "payment" and not one.is_prepaid:
            due = dues.get((one.slug, one.on))
            starts = due and current.situation.first_rungs(due, today)
            said = words.was_it_paid(one_line(current.situation.name(one.slug)), one.on, starts)
        elif one.kind == "income":
            said = words.has_it_come(incomes.get(one.slug, ""), one.on)
        else:
            continue
        for step, send in enumerate(_asking_days(one.on, today)):
            yield ToTell(
                f"asked {one.kind}", one.slug, one.on, send, said,
                step=send.isoformat(), question=one.kind,
            )  # fmt: skip
            if step:
                break


def _asking_days(on: date, today: date) -> Iterator[date]:
    """The days from today on on which it is asked: two in a row, then every seventh."""
    for late in LATE_DAYS:
        if on + late * _DAY >= today:
            yield on + late * _DAY
    late = max(LATE_DAYS) + WEEK
    late += max(0, -(-((today - on).days - late) // WEEK)) * WEEK
    while True:
        yield on + late * _DAY
        late += WEEK


def tomorrow_at(household: HouseholdRow, hour: int) -> datetime:
    """The next time that it is that hour on another day, where the person lives."""
    here = timezone.localtime(timezone.now(), household.zone)
    return datetime.combine(here.date() + _DAY, time(hour), household.zone)
