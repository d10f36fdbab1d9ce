"""What pages leave: waited for a moment, done once, by one worker a person, and told as it is."""

import json
import re
import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from planner.domain.household.household import OPTIMAL
from planner.models import KeptPlan, Reckoning
from planner.pages.waiting import LOOKS
from planner.plans import work
from planner.plans.foreseen import OPTIMUM, PLAN
from planner.services.changes import change_household
from planner.services.people import prune
from planner.services.workers import SEEN
from planner.tasks import work_out
from tests.households import debt, document
from tests.sending import as_sent

PLAN_PAGE = "/plan/"
WAITING = "/plan/waiting/"
FRAGMENT = {"HX-Request": "true", "HX-Target": "plan"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(make_member, client):
    user = make_member("person", strategy="optimal")
    client.force_login(user)
    return user


@pytest.fixture
def queue(settings):
    """As deployed: what is asked for lies in the database until a worker takes it."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.PAGE_RECKONS_MS = 0
    settings.WAIT_SECONDS = 0


def run_next():
    """What a worker does with the task that comes first."""
    task = DBTaskResult.objects.ready().first()
    task.claim("worker")
    work_out.func(*task.args_kwargs["args"])
    return task


def plans(user, name=OPTIMAL):
    return KeptPlan.objects.owned_by(user).filter(strategy=name)


# --- What the pages show -------------------------------------------------------------------------


def test_a_plan_that_takes_long_shows_its_dues_and_that_it_is_being_worked_out(
    client, person, queue
):
    page = client.get(PLAN_PAGE)

    text = page.content.decode()
    assert page.status_code == 202
    assert "正在算" in text
    assert "12/15" in text
    assert "500.00" in text
    assert f'hx-get="{WAITING}?look=1" hx-trigger="load delay:{LOOKS[0]}s"' in text
    assert not plans(person, "ways").exists()


def test_once_it_is_there_the_page_is_loaded_again(client, person, queue):
    client.get(PLAN_PAGE)
    before = client.get(WAITING, headers=FRAGMENT)
    run_next()

    after = client.get(WAITING, headers=FRAGMENT)
    page = client.get(PLAN_PAGE)

    assert "HX-Refresh" not in before.headers
    assert after.headers["HX-Refresh"] == "true"
    assert page.status_code == 200
    assert 'id="answer"' in page.content.decode()


def test_a_page_looks_a_bounded_number_of_times_and_then_the_person_does(client, person, queue):
    client.get(PLAN_PAGE)
    address, looks = f"{WAITING}?look=1", 1

    while 'hx-trigger="load' in (text := client.get(address, headers=FRAGMENT).content.decode()):
        looks += 1
        address = f"{WAITING}?look={looks}"

    assert looks == len(LOOKS)
    assert "再看一下" in text


def test_where_money_is_short_all_that_the_page_says_is_there_at_once(client, make_member, queue):
    user = make_member("short", strategy="optimal", incomes=[], debts=[debt(principal="9000.00")])
    client.force_login(user)
    client.get(PLAN_PAGE)
    run_next()

    before = client.get(PLAN_PAGE)
    client.get("/plan/optimum/", headers=FRAGMENT)
    run_next()
    after = client.get(PLAN_PAGE)
    short = client.get("/plan/short/")
    run_next()

    assert (before.status_code, after.status_code) == (200, 200)
    assert short.status_code == 202
    assert client.get("/plan/short/").status_code == 200


@pytest.mark.parametrize("look", ["", "x", "-1", "99999999999999999999", "²"])
def test_any_number_of_looks_is_answered(client, person, queue, look):
    client.get(PLAN_PAGE)

    assert client.get(WAITING, {"look": look}, headers=FRAGMENT).status_code == 200


def test_an_edit_by_htmx_is_answered_in_place_of_the_whole_page(client, person, queue):
    with_plan = client.get(PLAN_PAGE)
    run_next()
    assert with_plan.status_code == 202

    sent = as_sent(client.get(PLAN_PAGE).context["figures"]["buffer"], buffer="12.00")

    answer = client.post(reverse("planner:plan-change", args=["buffer"]), sent, headers=FRAGMENT)

    assert answer.status_code == 202
    assert answer.headers["HX-Retarget"] == "#main"
    assert answer.headers["HX-Reswap"] == "innerHTML"


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"buffer": "500", "was": "100.00", "key": "a"}, 409, "别处"),
        ({"buffer": "much", "was": "300.00", "key": "a"}, 422, "数"),
    ],
)
def test_who_is_refused_is_told_although_there_is_no_plan_yet(
    client, person, queue, sent, status, said
):
    answer = client.post(reverse("planner:plan-change", args=["buffer"]), sent)

    (notice,) = re.findall(r'role="alert"><span>([^<]+)<', answer.content.decode())
    assert answer.status_code == status
    assert said in notice


def test_what_is_done_within_a_moment_is_shown_at_once(client, person, settings):
    settings.PAGE_RECKONS_MS = 0  # left, and worked out where it is asked for

    assert client.get(PLAN_PAGE).status_code == 200
    assert not Reckoning.objects.exists()


def test_what_is_short_is_worked_out_by_the_page(client, person, queue, settings):
    settings.PAGE_RECKONS_MS = 10_000

    assert client.get(PLAN_PAGE).status_code == 200
    assert not Reckoning.objects.exists()


def test_a_household_too_large_to_be_counted_through_shows_no_dues(client, make_member, queue):
    user = make_member("large", debts=[debt(id=f"d{n}", principal="90.00") for n in range(31)])
    client.force_login(user)

    page = client.get(PLAN_PAGE)

    assert page.status_code == 202
    assert "<tbody>" not in page.content.decode()


def test_an_optimum_is_never_solved_by_a_page(client, person, queue, settings):
    settings.PAGE_RECKONS_MS = 10_000
    client.get(PLAN_PAGE)

    first = client.get("/plan/optimum/", headers=FRAGMENT).content.decode()
    last = client.get(f"/plan/optimum/?look={len(LOOKS)}", headers=FRAGMENT).content.decode()
    page = client.get("/plan/optimum/")

    assert first.count('hx-get="/plan/optimum/?look=1" hx-trigger="load delay:1s"') == 1
    assert 'hx-trigger="load' not in last
    assert "再看一下" in last
    assert page.status_code == 200
    assert not plans(person).exists()
    assert DBTaskResult.objects.count() == 1
    run_next()
    assert client.get("/plan/optimum/", headers=FRAGMENT).headers["HX-Retarget"] == "#paying"


# --- The queue -----------------------------------------------------------------------------------


def test_asked_again_and_again_it_is_done_once(person, queue):
    for _ in range(3):
        work.ask(person, OPTIMUM)

    assert DBTaskResult.objects.count() == 1
    task = run_next()
    row = plans(person).get()
    work_out.func(*task.args_kwargs["args"])  # come twice, it is not done again

    assert plans(person).get().pk == row.pk
    assert not Reckoning.objects.exists()


def test_a_task_says_whose_household_it_is_and_no_more(person, queue):
    work.ask(person, OPTIMUM)

    assert DBTaskResult.objects.get().args_kwargs == {
        "args": [person.pk, person.household.revision],
        "kwargs": {},
    }


def test_a_first_plan_goes_before_the_optimum_of_others(make_member, queue):
    one, other = make_member("one"), make_member("other")
    work.ask(one, OPTIMUM)
    work.ask(other, PLAN)
    work.ask(other, OPTIMUM)

    done = [run_next().args_kwargs["args"][0] for _ in range(3)]

    assert done == [other.pk, one.pk, other.pk]
    assert plans(other).exists()


def test_a_newer_edit_ends_what_runs_for_the_older_and_takes_its_place(person, queue):
    work.ask(person, OPTIMUM)
    old = person.household.revision
    with work.taken(person.pk, old) as lease:
        change_household(user=person, buffer="12.00")
        work.ask(person, OPTIMUM)
        with work.taken(person.pk, old + 1) as second:
            assert second is None  # never two of one person
        lease.look()
        assert lease.is_given_up()

    revisions = [one.args_kwargs["args"][1] for one in DBTaskResult.objects.ready()]
    assert old + 1 in revisions
    while DBTaskResult.objects.ready().exists():
        run_next()
    assert plans(person).count() == 1
    assert not Reckoning.objects.exists()


def test_what_a_killed_worker_held_is_taken_up_once_its_lease_has_run_out(person, queue, clock):
    now = timezone.now()
    work.ask(person, OPTIMUM)
    killed = work.Lease(person.pk, person.household.revision)
    assert killed.take()
    DBTaskResult.objects.all().delete()  # it had claimed the task

    clock(now + work.LEASE - timedelta(seconds=1))
    assert work.take_up() == 0
    clock(now + work.LEASE + timedelta(seconds=1))
    assert work.take_up() == 1
    run_next()

    assert plans(person).exists()
    killed.renew()
    assert killed.is_given_up()


def test_a_lease_of_a_clock_that_was_wrong_is_not_waited_for(person, queue, clock):
    now = timezone.now()
    clock(now + timedelta(days=40))
    work.ask(person, "plan")
    assert work.Lease(person.pk, person.household.revision).take()

    clock(now)

    assert work.take_up() == 1
    assert work.Lease(person.pk, person.household.revision).take()


def test_who_goes_on_working_keeps_the_lease(person, queue, clock):
    now = timezone.now()
    work.ask(person, OPTIMUM)
    lease = work.Lease(person.pk, person.household.revision)
    assert lease.take()

    clock(now + timedelta(seconds=14))
    lease.renew()
    clock(now + timedelta(seconds=28))

    assert work.take_up() == 0
    assert not lease.is_given_up()


def test_a_row_that_lost_its_task_gets_another(person, queue, clock):
    now = timezone.now()
    work.ask(person, OPTIMUM)
    DBTaskResult.objects.all().delete()

    clock(now + work.LOST_AFTER + timedelta(seconds=1))

    assert work.take_up() == 1
    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_breaks_leaves_its_class_and_none_of_its_words(
    client, person, queue, monkeypatch, caplog
):
    def broken(*_arguments):
        raise ArithmeticError("731.46 owed to 小李")

    monkeypatch.setattr("planner.tasks.prepare", broken)
    client.get(PLAN_PAGE)
    call_command("worker", "--once")

    task = DBTaskResult.objects.get()
    kept = json.dumps([task.traceback, task.exception_class_path], ensure_ascii=False)
    assert task.status == "FAILED"
    assert "ArithmeticError" in kept
    assert "731.46" not in kept
    assert "小李" not in kept
    assert Reckoning.objects.get().fault == "ArithmeticError"
    looked = client.get(WAITING, headers=FRAGMENT).content.decode()
    assert "没能算出来" in looked
    assert 'hx-trigger="load' not in looked
    assert client.get(PLAN_PAGE).status_code == 202
    assert DBTaskResult.objects.count() == 1  # not begun again by itself
    client.get(f"{PLAN_PAGE}?again=1")
    assert DBTaskResult.objects.count() == 2


def test_who_is_gone_leaves_nothing_behind(person, queue):
    work.ask(person, OPTIMUM)
    key = person.pk
    person.delete()

    run_next()

    assert not KeptPlan.objects.filter(owner=key).exists()
    assert not Reckoning.objects.exists()


def test_tasks_of_yesterday_are_pruned(person, queue, clock):
    now = timezone.now()
    work.ask(person, OPTIMUM)
    prune()
    assert DBTaskResult.objects.count() == 1

    DBTaskResult.objects.update(enqueued_at=now - timedelta(days=2))
    prune()

    assert DBTaskResult.objects.count() == 0


# --- The worker ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_was_left_and_says_that_it_lives(client, person, queue):
    client.get(PLAN_PAGE)
    cache.delete(SEEN)
    assert client.get("/health/ready").status_code == 503

    call_command("worker", "--once")

    assert client.get(PLAN_PAGE).status_code == 200
    assert client.get("/health/ready").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_while_it_runs_a_worker_sees_the_newer_edit(person, queue, monkeypatch):
    begun, gate = threading.Event(), threading.Event()

    def solve(_household, is_given_up):
        begun.set()
        while not is_given_up() and not gate.wait(0.01):
            pass
        ended.append(is_given_up())
        gate.set()
        return {"as_of": "2026-12-01"}

    ended = []
    monkeypatch.setattr("planner.plans.solving.solve", solve)
    monkeypatch.setattr("planner.management.commands.worker.BEAT_EVERY", 0.02)
    work.ask(person, OPTIMUM)

    def run():
        try:
            call_command("worker", "--once")
        finally:
            connections.close_all()

    worker = threading.Thread(target=run)
    worker.start()
    assert begun.wait(20)
    change_household(user=person, buffer="12.00")
    work.ask(person, OPTIMUM)
    worker.join(30)

    assert ended[0] is True  # given up, and begun again for the newer figures
    assert len(ended) == 2
    assert plans(person).count() == 1


def test_foreseen_grows_with_the_household():
    from planner.domain.household.household import parse_household
    from planner.plans.foreseen import foreseen

    small = parse_household(document())
    large = parse_household(document(debts=[debt(id=f"d{one}") for one in range(25)]))

    assert foreseen(small)[0] < foreseen(large)[0]
    assert foreseen(large)[1].strategy == "minimum"


def test_foreseen_is_less_where_there_is_little_to_choose(monkeypatch):
    from planner.domain.household.household import parse_household
    from planner.plans import foreseen

    made = foreseen._timed
    monkeypatch.setattr(foreseen, "_timed", lambda household: (made(household)[0], 10.0))
    owed = [debt(id=f"d{one}", principal="9000.00") for one in range(3)]

    assert foreseen.foreseen(parse_household(document()))[0] == 70.0
    assert foreseen.foreseen(parse_household(document(incomes=[], debts=owed)))[0] == 40.0
