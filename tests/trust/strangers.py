"""Strangers: what A has entered is neither shown to B, to a guest or to nobody, nor changed by
them; and no form of B's can name a row of A's."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from tests.trust.rows import Row
from tests.trust.visitor import Visitor, member, session_of

MARK = "只给主人看"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ENDING = {"planner:data-erase", "account_logout"}


def measure(site: Any, short: bool) -> list[Row]:
    from django.utils import timezone

    from planner.models import ITEM_MODELS
    from planner.services.documents import household_document_of
    from tests.trust.addresses import ITEM, MEMBER, PUBLIC, addresses
    from tests.trust.household import full

    wanted, tries = (400, 60) if short else (10_000, 500)
    today = timezone.localdate()
    theirs = full(today, MARK, start="of-a-")
    owner, stranger, third = member("a", theirs), member("b", full(today)), member("c", full(today))
    before = household_document_of(owner)
    items = {kind: [one["id"] for one in theirs[kind]] for kind in ITEM_MODELS}
    dues = [("of-a-loan", date.fromisoformat(theirs["debts"][1]["next_due"]))]
    every = addresses(items, dues)

    guest = Visitor(site.port)
    guest.post("/guest/")
    people = {
        "b": Visitor(site.port, session=session_of(stranger)),
        "c": Visitor(site.port, session=session_of(third)),
        "guest": guest,
        "nobody": Visitor(site.port),
    }
    a = Visitor(site.port, session=session_of(owner))
    shown = sum(
        MARK in a.get(one.path, **hx).text for one in every for hx in ({}, {"HX-Request": "true"})
    )

    leaks: list[Any] = []
    counts = {"requests": 0, "404": 0}

    def ask(job: tuple[str, Any, str, dict[str, str]]) -> None:
        role, address, method, headers = job
        visitor = people[role].twin()  # what it is handed stays with this one request
        answer = visitor.send(method, address.path, fields={"name": MARK[:0]}, headers=headers)
        counts["requests"] += 1
        counts["404"] += answer.status == 404
        what = (role, method, address.name, headers, answer.status)
        if MARK in answer.text or "of-a-" in answer.text.replace(address.path, ""):
            leaks.append(("shown", *what))
        if answer.status >= 500:
            leaks.append(("failed", *what))
        sent_on = answer.location
        if (
            role == "nobody"
            and address.kind != PUBLIC
            and not sent_on.startswith("/account/login/")
        ):
            leaks.append(("let in", *what))
        if role != "nobody" and address.kind == ITEM and answer.status not in (404, 405):
            leaks.append(("exists", *what))
        if role == "guest" and address.kind == MEMBER and sent_on != "/account/signup/":
            leaks.append(("member's", *what))

    jobs = [
        (role, address, method, headers)
        for role in people
        for address in every
        for method in METHODS
        for headers in ({}, {"HX-Request": "true"})
        if not (address.name in ENDING and method == "POST")
    ]
    jobs = list(itertools.islice(itertools.cycle(jobs[::7] if short else jobs), wanted))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, jobs))
    unchanged = household_document_of(owner) == before

    # B's forms with A's rows in them.
    b = people["b"]
    pages = [
        *(f"/debts/{one}/" for one in ("card-bill", "loan", "friend")),
        "/debts/new/?contract=open",
        *(f"/{one}/" for one in ("incomes/salary", "incomes/new", "expenses/rent", "expenses/new")),
        *(f"/{one}/" for one in ("accounts/card", "plan", "plan/renew", "start/money", "settings")),
    ]
    extra = {"owner": owner.pk, "owner_id": owner.pk, "user": owner.pk, "id": "of-a-card",
             "pk": owner.pk, "slug": "of-a-friend"}  # fmt: skip
    crossed, sent, taken = [], 0, 0
    of_a = [slug for kind in items.values() for slug in kind]
    while sent < tries:
        for page in pages:
            for form in b.get(page).page.posting():
                action = form.action or page
                if action.startswith(("/language/", "/account/logout/")):
                    continue
                for control in form.controls:
                    if control.kind not in ("select", "radio", "hidden") or sent >= tries:
                        continue
                    if control.name in ("csrfmiddlewaretoken", "key", "version", "revision"):
                        continue
                    slug = of_a[sent % len(of_a)]
                    answer = b.post(action, form.sent(**{control.name: slug}, **extra))
                    sent += 1
                    taken += answer.status == 302
                    if MARK in answer.text:
                        crossed.append((action, control.name))
                # Names of fields that only A's household would have.
                if action.startswith(("/plan/", "/start/")) and sent < tries:
                    named = [(one.name.replace("-card", "-of-a-card"), one.value)
                             for one in form.controls]  # fmt: skip
                    b.post(action, named)
                    sent += 1
        crossed += [one for one in [str(household_document_of(stranger))] if "of-a-" in one]
    crossed += ["A changed"] if household_document_of(owner) != before else []
    for one in (leaks + crossed)[:20]:
        print("   leak:", str(one)[:300], flush=True)
    controls = shown >= 20 and counts["404"] > len(jobs) / 10
    return [
        Row("Nobody else sees or changes my debts",
            f"{wanted:,} requests of 2 strangers, a guest and nobody: 0 leaks, 0 changes; "
            "≥ 20 pages proven to hold the owner's data",
            f"{counts['requests']:,} requests, {len(leaks)} leaks, "
            f"{'0' if unchanged else 'some'} changes; {shown} pages hold them for the owner",
            "every address of the resolver × 5 methods × page and fragment",
            not leaks and unchanged and controls),
        Row("A form cannot name another's row",
            f"{tries} tries, 0 cross writes",
            f"{sent} tries, {len(crossed)} crossed ({taken} forms taken without the foreign part)",
            "another's ids in selects, hidden and extra fields, and in names of fields",
            not crossed and sent >= tries),
    ]  # fmt: skip
