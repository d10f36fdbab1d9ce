"""Told, and told once: several sweeps at once, each a process that is killed at random moments
while it speaks to a real mail server. What every person got is counted there."""

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from tests.trust.mail import Mailbox
from tests.trust.rows import Row
from tests.trust.served import ROOT

SWEEPERS = 2
MAILBOX = Mailbox()
# A claim of a killed sweep is over at once when the next one looks from later on.
LATER = timedelta(minutes=6)


def ENVIRONMENT() -> dict[str, str]:  # read by that name
    return {"EMAIL_URL": MAILBOX.url}


def measure(site: Any, short: bool) -> list[Row]:
    from django.utils import timezone

    from planner.models import Channel, Message, Reminder, Reminding
    from tests.trust.visitor import member

    site.kill()  # its worker would sweep too, and be killed by nobody
    wanted, kills_wanted = (60, 4) if short else (500, 30)
    chance = random.Random(20261130)
    people = [member(f"reminded{one}", None) for one in range(wanted)]
    now = timezone.now()
    noon = now.replace(hour=4, minute=0)  # in Shanghai, where nobody's hours are quiet
    for person in people:
        Reminding.objects.create(owner=person)
        Channel.objects.create(
            owner=person, kind="mail", secret="s", consent_version="1", confirmed_on=now
        )
    Reminder.objects.bulk_create(
        Reminder(
            owner=person, key=f"{person.pk}", kind="ahead", on=noon.date() + timedelta(days=3),
            send_on=noon, content={"discreet": f"mark{person.pk}end", "plain": ""},
        )
        for person in people
    )  # fmt: skip

    def sweeper(moment: Any) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "manage.py", "send_reminders", "--at", moment.isoformat()],
            cwd=ROOT, env=site.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    kills, rounds, moment = 0, 0, noon
    until = time.monotonic() + (150 if short else 420)
    while Message.objects.filter(outcome="sent").count() < wanted and time.monotonic() < until:
        rounds += 1
        sweepers = [sweeper(moment) for _one in range(SWEEPERS)]
        if kills < kills_wanted:
            seen = len(MAILBOX.kept)
            begun = time.monotonic()
            # In the middle of sending, or of gathering, or before either.
            while len(MAILBOX.kept) == seen and time.monotonic() - begun < 6:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.05))
            for one in sweepers:
                if one.poll() is None:
                    one.kill()
                    kills += 1
        for one in sweepers:
            one.wait()
        moment += LATER
    got: Counter[str] = Counter()
    ids: dict[str, set[str]] = {}
    for mail in MAILBOX.messages:
        got[mail["To"]] += 1
        ids.setdefault(mail["To"], set()).add(mail["Message-ID"])
    lost = [person for person in people if not got[person.email]]
    doubles = sum(count - 1 for count in got.values())
    others = sum(len(one) - 1 for one in ids.values())
    again = sum(len(MAILBOX.kept) for _one in [sweeper(moment + LATER).wait()])
    still = again - sum(got.values())
    return [
        Row("A reminder reaches the person, and once",
            f"{SWEEPERS} sweeps at once, kill -9 until {wanted} are told: 0 lost, doubles no more "
            "than kills and under the same Message-ID, none without a kill",
            f"{wanted} told in {rounds} rounds, {kills} kills: {len(lost)} lost, {doubles} twice, "
            f"{others} under another id, {still} more afterwards",
            "manage.py send_reminders as processes of their own, a real mail server",
            not lost and doubles <= kills and not others and not still and kills >= kills_wanted)
    ]  # fmt: skip
