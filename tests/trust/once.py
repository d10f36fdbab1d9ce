"""Once: a form that is sent twice or three times at once has one effect, and of two tabs that
edit the same thing at once exactly one wins and the other is told."""

import itertools
import threading
from collections import Counter
from typing import Any

from tests.page_reading import PageForm
from tests.trust.rows import Row
from tests.trust.visitor import Answer, Visitor, member, session_of


def at_once(jobs: list[Any]) -> list[Answer]:
    """Send together; each from a twin of the visitor, as from two tabs."""
    answers: list[Any] = [None] * len(jobs)
    barrier = threading.Barrier(len(jobs))

    def run(place: int) -> None:
        visitor, path, pairs = jobs[place]
        twin = visitor.twin()
        barrier.wait()
        answers[place] = twin.post(path, pairs)

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def fill(form: PageForm, **values: str) -> list[tuple[str, str]]:
    """The form with the values of those of its controls whose name ends so."""
    if form.control("living"):  # step two asks more than the one figure
        values = {"living": "70"} | values
    names = {one.name: end for one in form.controls for end in values
             if one.name == end or one.name.endswith("-" + end)}  # fmt: skip
    assert len(names) == len(values), (values, [one.name for one in form.controls])
    return form.sent(**{name: values[end] for name, end in names.items()})


def measure(site: Any, short: bool) -> list[Row]:
    from django.utils import timezone

    from planner.models import HistoryEntry, HouseholdRow
    from planner.services.changes import change_household, replace_household
    from planner.services.documents import household_document_of
    from planner.services.items import save_item
    from tests.trust.household import full

    trials, pairs_wanted = (24, 18) if short else (1_000, 200)
    seed = full(timezone.localdate())
    user = member("owner", seed)
    visitor = Visitor(site.port, session=session_of(user))
    numbers = itertools.count(1)
    faults: list[Any] = []

    def document() -> dict[str, Any]:
        return household_document_of(user)

    def revision() -> int:
        return HouseholdRow.objects.get(owner=user).revision

    def state(way: Any) -> int:
        """What one effect raises by one."""
        if "paid" in way:
            return HistoryEntry.objects.owned_by(user).count()
        return revision()

    # --- Double sends ---

    new = {
        "/debts/new/?contract=open": {"principal": "100", "next_due": seed["debts"][3]["next_due"],
                                      "minimum_fixed": "10"},
        "/incomes/new/": {"amount": "100", "month_day": "5"},
        "/expenses/new/": {"amount": "100", "month_day": "5"},
        "/accounts/new/": {"balance": "100"},
        "/debts/friend/paid/": {"amount": "1", "on": seed["as_of"]},
    }  # fmt: skip
    changed = {
        ("/debts/friend/", None): "principal",
        ("/accounts/card/", None): "balance",
        ("/incomes/salary/", None): "amount",
        ("/expenses/rent/", None): "amount",
        ("/plan/", "/plan/figures/debts/friend/"): "balance",
        ("/plan/", "/plan/figures/buffer/"): "buffer",
        ("/plan/renew/", None): "account-card",
        ("/start/money/", None): "balance",
        ("/settings/", None): "buffer",
    }
    ways = [*new, *changed, "undo", "delete", "signup"]
    done: Counter[str] = Counter()
    sends, resent = 0, 0
    for trial in range(trials):
        way = ways[trial % len(ways)]
        times, number = 2 + trial % 2, next(numbers)
        if trial % len(ways) == 0:
            replace_household(user=user, document=seed)
        action: str
        if way == "signup":
            newcomer = Visitor(site.port, address=f"203.0.{number // 250}.{number % 250 + 1}")
            form = newcomer.form("/account/signup/")
            action = "/account/signup/"
            filled = form.sent(email=f"new{number}@example.com", password1="eleven purple llamas",
                               consent="on")  # fmt: skip
            answers = at_once([(newcomer, action, filled)] * times)
            from planner.models import User

            effects = User.objects.filter(email=f"new{number}@example.com").count()
        else:
            sender = visitor
            if way == "undo":
                change_household(user=user, buffer=f"{number}.00")
                before = revision()
                form, action = visitor.form("/plan/", "/plan/undo/"), "/plan/undo/"
                filled = form.sent()
            elif way == "delete":
                slug = save_item(
                    user=user, kind="expenses",
                    item={key: value for key, value in document()["expenses"][0].items()
                          if key != "id"})  # fmt: skip
                before, action = revision(), f"/expenses/{slug}/delete/"
                filled = visitor.form(action).sent()
            elif way in new:
                before, action = revision(), way
                named = {} if "paid" in way else {"name": f"新{number}"}
                filled = fill(visitor.form(way), **named, **new[way])
                before = state(way)
            else:
                before, (page, to) = revision(), way
                action, name = to or page, changed[way]
                filled = fill(
                    visitor.form(page, to), **{name: f"{100 + number}.{number % 90 + 10}"}
                )
            answers = at_once([(sender, action, filled)] * times)
            effects = state(way) - before
            if trial % 5 == 0:  # Back, and the button once more
                sender.post(action, filled)
                resent += 1
                effects = max(effects, state(way) - before)
        sends += times
        done[str(way)] += 1
        statuses = sorted(answer.status for answer in answers)
        if effects != 1:
            faults.append(("effects", effects, way, statuses))
        # Whoever comes after the account was made is told that the address is taken.
        allowed = {302} | {"undo": {409}, "signup": {422}}.get(str(way), set())
        if not set(statuses) <= allowed:
            faults.append(("answers", way, statuses))
    # The control: without the key they really would be two.
    form = visitor.form("/incomes/new/")
    filled = fill(form, name="控制", amount="1", month_day="5")
    twice = [(visitor, "/incomes/new/", [*(p for p in filled if p[0] != "key"), ("key", f"k{one}")])
             for one in (1, 2)]  # fmt: skip
    at_once(twice)
    doubled = sum(one["name"] == "控制" for one in document()["incomes"])

    # --- Two tabs ---

    lost: list[Any] = []
    replace_household(user=user, document=seed)
    told = 0
    edits = [*changed.items()]
    for trial in range(pairs_wanted):
        (page, to), name = edits[trial % len(edits)]
        number = next(numbers)
        values = (f"{1000 + number}.11", f"{1000 + number}.22")
        forms = [visitor.form(page, to) for _tab in values]
        filled = [fill(form, **{name: value}) for form, value in zip(forms, values, strict=True)]
        answers = at_once([(visitor, to or page, one) for one in filled])
        statuses = [answer.status for answer in answers]
        if sorted(statuses) not in ([302, 409], [302, 422]):
            lost.append(("both", page, to, statuses))
            continue
        won = statuses.index(302)
        said = answers[1 - won].text.replace(",", "")
        if values[won] not in said or values[1 - won] not in said:
            lost.append(("not told", page, to, values[won] in said, values[1 - won] in said))
        stored = str(document())
        if values[won] not in stored or values[1 - won] in stored:
            lost.append(("not kept", page, to))
        told += 1
        # Knowingly sent again, what was typed is taken.
        if trial % 4 == 0:
            again = next((form for form in answers[1 - won].page.posting()
                          if (form.action or page) == (to or page)), None)  # fmt: skip
            typed = again and visitor.post(
                to or page,
                again.sent() if page != "/plan/" else fill(again, **{name: values[1 - won]}),
            )
            if not typed or typed.status != 302 or values[1 - won] not in str(document()):
                lost.append(("not taken again", page, to, typed and typed.status))

    for one in (faults + lost)[:20]:
        print("   fault:", str(one)[:300], flush=True)
    if faults or lost:
        print("\n".join(site.errors()), flush=True)
    return [
        Row("Clicking twice does not pay twice",
            f"{trials:,} double and triple simultaneous sends, and Back: 0 duplicates, 0 lost",
            f"{trials:,} trials, {sends:,} sends, {resent} resent: {len(faults)} faults "
            f"(control: two keys, {doubled} entries)",
            f"HTTP from 2–3 threads; {len(ways)} forms: new, edit, plan, undo, delete, sign up",
            not faults and doubled == 2 and min(done.values()) > 0),
        Row("Two tabs never overwrite silently",
            f"{pairs_wanted} simultaneous pairs: exactly one wins, the other is told and sees "
            "both, 0 silent losses",
            f"{told} pairs told, {len(lost)} faults",
            f"HTTP from 2 threads; {len(edits)} forms that edit",
            not lost and told >= pairs_wanted),
    ]  # fmt: skip
