"""The optimum: solved in a thread of its own, kept like the other plans, never in the way.

A request that wants it starts a solve, or joins the one that runs, and waits. Of one person one
solve runs at a time, in all processes together; of one process as many as there are cores, and no
more requests wait than leave threads for everybody else. Whoever waits keeps the result; where
nobody waits any more, the thread does. A newer household of the same person ends the older solve.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, connection

from planner import hashes
from planner.domain.answers.optimum_record import optimum_record
from planner.domain.answers.reasons import reasons_of
from planner.domain.answers.ways import best_rule
from planner.domain.household.household import OPTIMAL, Household, parse_household
from planner.domain.ledger.replay import PaymentRefused
from planner.domain.optimum.find import Optimum, find_optimum
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.plan import cost_of
from planner.domain.plan.proof import judge_proof
from planner.models import HouseholdRow, KeptPlan, User
from planner.plans.kept import whole_document
from planner.plans.shelf import Record, keep
from planner.services.documents import household_of, outline_of

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds; how soon a waiting request sees that the household was changed
SPARE_SECONDS = 2  # for what a solve does before and after its time
CLAIMS = 3  # times as long as that may take: a solve may wait for a core, or run over its time
MOST_JOBS = 16  # of one process, running and waiting for a core

Answer = Literal["there", "busy", "superseded", "failed"]
Solve = Callable[[Household, Callable[[], bool]], dict[str, Any]]


@dataclass(eq=False)
class Job:
    """One solve. `record` is None until it is done, and where it was given up or failed."""

    filed_under: str
    after: "Job | None"
    record: dict[str, Any] | None = None
    waiting: int = 0
    given_up: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def is_given_up(self) -> bool:
        """Also when the process ends, which waits for its threads."""
        return self.given_up.is_set() or not threading.main_thread().is_alive()


class Solving:
    """The solves of one process. `solve` makes the record that is kept of a household."""

    def __init__(self, solve: Solve, *, cores: int, seats: int) -> None:
        self._solve = solve
        self._cores = threading.Semaphore(cores)
        self._seats = threading.Semaphore(seats)
        self._lock = threading.Lock()
        self._jobs: dict[int, Job] = {}

    def ask(self, user: User) -> Answer:
        """Wait for the optimum of the user's household as it stands now.

        "busy": not there in time, or too many wait; it is still worked out, if there was room.
        """
        row = household_of(user)
        outline = outline_of(row)
        filed_under = hashes.household_hash(outline)
        if _is_kept(user, filed_under):
            return "there"
        position = parse_household(whole_document(user, outline))
        job = None
        if _claim(user, filed_under):
            started = self._start(user, filed_under, position)
            if isinstance(started, str):
                return started
            job = started
        if not self._seats.acquire(blocking=False) and self._leave(job):
            return "busy"
        try:
            return self._wait(user, row, filed_under, job)
        finally:
            self._seats.release()

    def _wait(self, user: User, row: HouseholdRow, filed_under: str, job: Job | None) -> Answer:
        """Until the job is done; without one, until another process has kept its result."""
        end = monotonic() + settings.OPTIMUM_SECONDS + SPARE_SECONDS
        pause = threading.Event()
        while not (job.done if job else pause).wait(LOOK_EVERY):
            if job is None and _is_kept(user, filed_under):
                return "there"
            if not _stands(user, row):
                if job is not None:
                    job.given_up.set()
                    self._leave(job)
                return "superseded"
            if monotonic() > end and self._leave(job):
                return "busy"
        assert job is not None
        if job.record is None and job.is_given_up():
            return "superseded"
        if job.record is None:
            cache.delete(f"optimum-{user.pk}")  # another process may try
            return "failed"
        _keep(user.pk, filed_under, job.record)
        self._forget(user.pk, job)
        return "there"

    def _leave(self, job: Job | None) -> bool:
        """Wait no longer: its thread keeps what comes of it. False where it is done by now."""
        if job is None:
            return True
        with self._lock:
            job.waiting -= 1
            return not job.done.is_set()

    def _start(self, user: User, filed_under: str, position: Household) -> Job | Answer:
        """The running job of this household, or a new one that the caller waits for."""
        owner = user.pk
        with self._lock:
            running = self._jobs.get(owner)
            if running is not None and running.filed_under == filed_under:
                running.waiting += 1
                return running
            if _is_kept(user, filed_under):  # since the caller looked
                return "there"
            if running is not None:
                running.given_up.set()
            if len(self._jobs) >= MOST_JOBS:
                return "busy"
            job = self._jobs[owner] = Job(filed_under, running, waiting=1)
        name = f"optimum-{owner}"
        threading.Thread(target=self._run, args=(owner, job, position), name=name).start()
        return job

    def _run(self, owner: int, job: Job, position: Household) -> None:
        record = None
        try:
            if job.after is not None:
                job.after.done.wait()
                job.after = None
            while not self._cores.acquire(timeout=LOOK_EVERY):
                if job.is_given_up():
                    return
            try:
                _be_modest()
                found = self._solve(position, job.is_given_up)
                record = None if job.is_given_up() else found
            finally:
                self._cores.release()
        except PaymentRefused:
            logger.info("No optimum for user %s: a payment cannot be reckoned any more", owner)
        finally:
            with self._lock:
                job.record = record
                is_mine_to_keep = record is not None and job.waiting <= 0
                job.done.set()
            if record is not None and is_mine_to_keep:
                _keep_alone(owner, job.filed_under, record)
            if is_mine_to_keep or record is None:
                self._forget(owner, job)

    def _forget(self, owner: int, job: Job) -> None:
        """Once it is kept: until then whoever asks is given what was found."""
        with self._lock:
            if self._jobs.get(owner) is job:
                del self._jobs[owner]


def _be_modest() -> None:
    """Let the pages go first, where the system knows priorities of single threads."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        lower = os.getpriority(os.PRIO_PROCESS, thread) + settings.OPTIMUM_NICENESS
        os.setpriority(os.PRIO_PROCESS, thread, min(lower, 19))


# --- One solve of a person in all processes ------------------------------------------------------


def _claim(user: User, filed_under: str) -> bool:
    """Whether this process is to solve: False where another is at the same household."""
    key = f"optimum-{user.pk}"
    seconds = CLAIMS * (settings.OPTIMUM_SECONDS + SPARE_SECONDS)
    claim = {"household": filed_under, "process": os.getpid(), "host": os.uname().nodename}
    if cache.add(key, claim, seconds):
        return True
    held = cache.get(key)
    if held is not None and held["household"] == filed_under and held != claim:
        return False
    cache.set(key, claim, seconds)
    return True


def _stands(user: User, row: HouseholdRow) -> bool:
    return HouseholdRow.objects.owned_by(user).filter(revision=row.revision).exists()


def _is_kept(user: User, filed_under: str) -> bool:
    rows = KeptPlan.objects.owned_by(user)
    return rows.filter(household_hash=filed_under, strategy=OPTIMAL).exists()


def _keep(owner: int, filed_under: str, record: Record) -> None:
    keep(owner, {filed_under: {OPTIMAL: record}})
    cache.delete(f"optimum-{owner}")


def _keep_alone(owner: int, filed_under: str, record: Record) -> None:
    """In a thread that has nobody to close its connection."""
    try:
        _keep(owner, filed_under, record)
    except IntegrityError:
        logger.info("User %s is gone: the optimum is not kept", owner)
    finally:
        connection.close()


# --- What is kept ---------------------------------------------------------------------------------


def solve(household: Household, is_given_up: Callable[[], bool]) -> dict[str, Any]:
    """The record of the optimum; of the best rule of thumb where the solver breaks.

    Raises PaymentRefused.
    """
    try:
        seconds = settings.OPTIMUM_SECONDS
        found = find_optimum(household, seconds=seconds, cancelled=is_given_up)
        if found.fault is not None:
            logger.error("%s broke; what it had found is kept", _whose(), exc_info=found.fault)
        return record_of(household, found)
    except PaymentRefused:
        raise
    except Exception:  # whatever it is, the person has a plan
        logger.exception("%s broke; the best rule of thumb is kept", _whose())
        return fallback(household)


def _whose() -> str:
    """ "optimum-17": the search that this thread runs, of the user with that key."""
    return threading.current_thread().name


def record_of(household: Household, found: Optimum) -> dict[str, Any]:
    """The plan's document, with its proof, the best rule of thumb, and why it pays what it pays."""
    reasons = reasons_of(household, found.plan)
    is_rule = found.plan.payments == found.rule_plan.payments
    return optimum_record(found.plan, found.proof, found.rule, reasons, is_rule=is_rule)


def fallback(household: Household) -> dict[str, Any]:
    plans = make_plans(household, RULES_OF_THUMB)
    rule = best_rule(plans)
    plan = plans[rule]
    proof = judge_proof(cost_of(plan), 0, plan.harm, plan.harm, solved=False)
    return optimum_record(plan, proof, rule, [], is_rule=True) | {"strategy": OPTIMAL}


SOLVING = Solving(solve, cores=os.cpu_count() or 1, seats=settings.OPTIMUM_SEATS)
