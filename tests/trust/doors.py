"""The doors: guessing is slow, whatever the sender says of where it comes from, and no answer
tells who has an account. With mail; without it, sign-up alone tells (docs/trust.md)."""

import itertools
import re
import time
from statistics import median
from typing import Any

from tests.trust.mail import Mailbox
from tests.trust.rows import Row
from tests.trust.visitor import Answer, Visitor, member

MAILBOX = Mailbox()
PASSWORD = "seven quiet marmots 5183"
WRONG = "another quiet marmot 5183"
CODE = re.compile(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", re.MULTILINE)


def ENVIRONMENT() -> dict[str, str]:
    return {"EMAIL_URL": MAILBOX.url}


def told(answer: Answer, typed: str) -> tuple[Any, ...]:
    """What an answer says once what differs anyway is taken out."""
    text = answer.text.replace(typed, "…")
    text = re.sub(r'(name="csrfmiddlewaretoken" value|"X-CSRFToken": )[=]?"[^"]*"', "", text)
    cookies = re.sub(r"=[^;]*", "", answer.headers.get("set-cookie", ""))
    return answer.status, answer.location, text, cookies


def measure(site: Any, short: bool) -> list[Row]:
    from django.contrib.auth.hashers import make_password
    from django.core.cache import cache

    from planner.models import User

    tries, times = (30, 6) if short else (60, 50)
    rounds = 5 if short else 1
    hashed = make_password(PASSWORD)
    known = [member(f"known{one}") for one in range(times)]
    victims = [member(f"victim{one}") for one in range(tries)]
    User.objects.update(password=hashed)
    addresses = (f"198.18.{one // 250}.{one % 250 + 1}" for one in itertools.count())

    def sign_in(login: str, password: str, address: str) -> Answer:
        visitor = Visitor(site.port, address=address)
        return visitor.post("/account/login/", {"login": login, "password": password})

    # One sender who says to be somebody else each time, one account after the other.
    first = sign_in(victims[0].email, WRONG, next(addresses))
    wrong_words = told(first, victims[0].email)[2]
    checked = 1
    for person in victims[1:]:
        answer = sign_in(person.email, WRONG, next(addresses))
        checked += told(answer, person.email)[2] == wrong_words
    refused_right = sign_in(victims[5].email, PASSWORD, next(addresses)).status != 302

    # Really from everywhere, at one account: a proxy that is believed says so.
    site.end()
    cache.clear()
    site.start(environment={"TRUSTED_PROXIES": "127.0.0.1"})
    victim = victims[0]
    taken = 0
    for _try in range(tries):
        answer = sign_in(victim.email, WRONG, next(addresses))
        taken += told(answer, victim.email)[2] == wrong_words
    locked = sign_in(victim.email, PASSWORD, next(addresses)).status != 302
    inside = Visitor(site.port, address=next(addresses))
    inside.post("/account/login/code/", {"email": victim.email})
    inside.post("/account/login/code/confirm/", {"code": CODE.search(MAILBOX.last())[1]})
    by_mail = inside.get("/settings/").status == 200
    control = sign_in(victims[9].email, PASSWORD, next(addresses)).status == 302

    # Known and unknown addresses, in turn.
    ways = {
        "sign-up": ("/account/signup/", "email", {"password1": PASSWORD, "consent": "on"}),
        "sign-in": ("/account/login/", "login", {"password": WRONG}),
        "reset": ("/account/password/reset/", "email", {}),
        "code": ("/account/login/code/", "email", {}),
    }
    faults, rows = [], []
    for name, (path, field, more) in ways.items():
        spent: dict[bool, list[float]] = {True: [], False: []}
        said: dict[bool, set[Any]] = {True: set(), False: set()}
        # A few tries on a machine with other work differ by chance: where they do, more are added
        # to them, none is dropped. What differs for a reason still does.
        for turn in range(rounds):
            cache.clear()
            for number in range(times):
                for is_known in (True, False) if number % 2 else (False, True):
                    unknown = f"{name}{turn}{number:05}@example.com"
                    email = known[number].email if is_known else unknown
                    visitor = Visitor(site.port, address=next(addresses))
                    visitor.get(path)
                    began = time.perf_counter()
                    answer = visitor.post(path, {field: email, **more})
                    spent[is_known].append(time.perf_counter() - began)
                    said[is_known].add(told(answer, email))
                    if answer.location:
                        said[is_known].add(told(visitor.get(answer.location), email))
            with_it, without = median(spent[True]) * 1000, median(spent[False]) * 1000
            apart = abs(with_it - without)
            is_level = apart <= 50 or apart <= 0.2 * max(with_it, without)
            if is_level:
                break
        if said[True] != said[False] or len(said[True]) > 2:
            faults.append(
                (name, "words differ", [str(one)[:80] for one in said[True] ^ said[False]])
            )
        if not is_level:
            faults.append((name, f"{with_it:.0f} ms and {without:.0f} ms"))
        rows.append(f"{name} {with_it:.0f}/{without:.0f} ms")
    for one in faults:
        print("   fault:", str(one)[:400], flush=True)
    return [
        Row("Guessing is slow",
            f"of {tries} wrong passwords ≤ 20 are looked at: per account from anywhere, and per "
            "sender whatever X-Forwarded-For says; the victim still gets in by mail",
            f"per sender {checked}, per account {taken}; right password refused then: "
            f"{'yes' if refused_right and locked else 'no'}; in by mail: "
            f"{'yes' if by_mail else 'no'}; control: another account "
            f"{'opens' if control else 'does not open'}",
            "HTTP, real hashing; without and with a proxy that is believed",
            checked <= 20 and taken <= 20 and refused_right and locked and by_mail and control),
        Row("Nothing tells whether I have an account (with mail)",
            f"sign-up, sign-in, reset, code: same status, words, cookies, next page; medians of "
            f"{times}{f' to {times * rounds}' if short else ''} within 20 % or 50 ms",
            f"known/unknown: {', '.join(rows)}; {len(faults)} faults",
            "HTTP, real hashing, real mail server",
            not faults),
    ]  # fmt: skip
