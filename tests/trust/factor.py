"""The second step of signing in: a password alone, codes guessed, sent twice or at once."""

import re
import threading
import time
from typing import Any

import pyotp

from tests.trust.rows import Row
from tests.trust.visitor import Answer, Visitor, member

PASSWORD = "eleven purple llamas"
LOGIN, STEP = "/account/login/", "/account/second-step/authenticate/"
APP, CODES = "/account/second-step/app/", "/account/second-step/codes/"
INSIDE = "/settings/"


def measure(site: Any, short: bool) -> list[Row]:
    from django.db import connection

    user = member("careful")
    user.set_password(PASSWORD)
    user.save()
    connection.close()
    own = _half_way(site, user.email, "198.51.100.1")
    assert _is_in(own)  # the control: without a factor the password is enough
    own.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", own.get(APP).text)[1]
    totp = pyotp.TOTP(secret)
    own.post(APP, {"code": totp.now()})
    codes = re.findall(r"<code>(\d{8})</code>", own.get(CODES).text)

    alone = _half_way(site, user.email, "198.51.100.2")
    is_alone_in = _is_in(alone)
    threads = 4
    opened = _at_once(site, user.email, codes[0], threads)
    # Ever new senders and browsers, who know the password, guess.
    looked_at, refused, inside = 0, 0, 0
    for number in range(10 if short else 60):
        guesser = _half_way(site, user.email, f"203.0.113.{number % 250}")
        answer = guesser.post(STEP, {"code": f"{number:06}"})
        looked_at += answer.status == 422
        refused += answer.status == 429 and int(answer.headers.get("retry-after", 0)) > 0
        inside += _is_in(guesser)
    step = int(time.time()) // 30
    own.post("/account/logout/")
    again = _enter(own, user.email)
    told = again.post(STEP, {"code": totp.at((step + 1) * 30)})
    is_owner_in = _is_in(again)
    again.post("/account/logout/")
    twice = _enter(again, user.email).post(STEP, {"code": totp.at((step + 1) * 30)})
    is_taken_twice = _is_in(again)
    is_met = (
        len(codes) == 10 and not is_alone_in and opened == 1 and not inside
        and 0 < looked_at <= 20 and refused > 0 and is_owner_in and not is_taken_twice
    )  # fmt: skip
    return [
        Row("A password alone does not open an account with a second step",
            "the password alone: outside; a recovery code sent 4 times at once opens once; of "
            "guesses at most 20 a day looked at, the rest told when to come again; the owner's own "
            "device is let in meanwhile, with a code that opens once",
            f"alone: {'in' if is_alone_in else 'outside'}; {opened} of {threads} opened; "
            f"{looked_at} guesses looked at, {refused} refused, {inside} inside; owner: "
            f"{'in' if is_owner_in else f'outside ({told.status})'}; the same code again: "
            f"{'in' if is_taken_twice else f'refused ({twice.status})'}",
            "HTTP; the codes of pyotp",
            is_met),
    ]  # fmt: skip


def _enter(visitor: Visitor, email: str) -> Visitor:
    visitor.post(LOGIN, {"login": email, "password": PASSWORD})
    return visitor


def _half_way(site: Any, email: str, address: str) -> Visitor:
    """Somebody who has given the password."""
    return _enter(Visitor(site.port, address=address), email)


def _is_in(visitor: Visitor) -> bool:
    return visitor.get(INSIDE).status == 200


def _at_once(site: Any, email: str, code: str, threads: int) -> int:
    visitors = [_half_way(site, email, f"192.0.2.{number}") for number in range(threads)]
    barrier = threading.Barrier(threads)

    def send(visitor: Visitor) -> Answer:
        barrier.wait()
        return visitor.post(STEP, {"code": code})

    running = [threading.Thread(target=send, args=(one,)) for one in visitors]
    for one in running:
        one.start()
    for one in running:
        one.join()
    return sum(map(_is_in, visitors))
