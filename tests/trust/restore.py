"""Files made to hold the server, up to 8 MB: each answered in seconds, and nobody else waits."""

import json
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.trust.once import fill
from tests.trust.rows import Row
from tests.trust.visitor import Visitor, member, session_of

SECONDS, MEGABYTES = 3, 200
SIZE = 7_900_000


def files(today: Any, amount: str) -> dict[str, bytes]:
    """What a file can be made of nothing else but: values, keys, faults, rows, entries, days."""
    from tests.households import debt, document, expense

    def day(number: int, count: int) -> str:
        return (today - timedelta(days=1_500) + timedelta(days=number * 1_500 // count)).isoformat()

    def begun(**changes: Any) -> dict[str, Any]:
        start, end = day(0, 1), today.isoformat()
        known = {"as_of": start, "planned_from": end, "known_to": start}
        friend = debt(principal="900000.00", next_due=start)
        return document(**({"debts": [friend]} | known | changes))

    def told(text: str) -> bytes:
        return (json.dumps(document())[:-1] + f', "history": {text}}}').encode()

    def payments(count: int) -> list[dict[str, Any]]:
        return [{"kind": "payment", "on": day(one, count), "debt": "friend", "amount": amount,
                 "account": "card", "planned_on": None} for one in range(count)]  # fmt: skip

    arrears = [{"due_on": day(one, 1_500), "principal": "1.00"} for one in range(600)]
    owed = [debt(id=f"d{one}", principal="600.00", next_due=today.isoformat(), arrears=arrears)
            for one in range(40)]  # fmt: skip
    household = begun(history=payments(5_000))
    rows = [{"entered_on": "2026-12-01T08:00:00+00:00", "kind": "payment", "entry": one,
             "number": number, "undoes": None}
            for number, one in enumerate(household["history"], 1)]  # fmt: skip
    everything = {"format": "anhuan-export", "version": 1, "household": household,
                  "arrangements": [], "settings": {}, "history": rows}  # fmt: skip
    unpaid = [{"kind": "unpaid", "on": today.isoformat(), "debt": "friend",
               "due_on": today.isoformat()}]  # fmt: skip
    return {
        "2 MB of zeros": told("[" + "0," * 1_000_000 + "0]"),
        "8 MB of zeros": told("[" + "0," * (SIZE // 2) + "0]"),
        "as many objects as are read": told("[" + "{}," * 124_000 + "{}]"),
        "as many keys as are read": told(
            "{" + ",".join(f'"{one:020x}":0' for one in range(248_000)) + "}"),
        "one text": told('"😀' + "x" * SIZE + '"'),
        "long numbers": told("[" + ",".join(["9" * 4_000] * 1_900) + "]"),
        "20,000 empty arrangements": json.dumps(
            everything | {"arrangements": [{}] * 20_000, "history": []}).encode(),
        "arrears": json.dumps(document(debts=[debt(), *owed], as_of=today.isoformat())).encode(),
        "costs of every day": json.dumps(begun(history=unpaid, expenses=[
            expense(id=f"e{one}", on={"every_days": 1}) for one in range(1_000)])).encode(),
        "costs of some days": json.dumps(begun(history=unpaid, expenses=[
            expense(id=f"e{one}", on={"every_days": 1}) for one in range(60)])).encode(),
        "5,000 entries": json.dumps(everything).encode(),
    }  # fmt: skip


def measure(site: Any, short: bool) -> list[Row]:
    from django.utils import timezone

    from tests.trust.household import full

    today = timezone.localdate()
    stranger = Visitor(site.port, session=session_of(member("stranger", full(today))))
    guest = Visitor(site.port, session=session_of(member("guest")))
    faults: list[str] = []
    waits: list[float] = []
    stopped = threading.Event()

    def write() -> None:
        """What somebody else does meanwhile: one new expense after the other, one at the least."""
        while True:
            form = stranger.form("/expenses/new/")
            filled = fill(form, name=f"w{len(waits)}", amount="1.23", month_day="5")
            began = time.monotonic()
            status = stranger.post("/expenses/new/", filled).status
            waits.append(time.monotonic() - began)
            if status != 302:
                faults.append(f"a stranger's write: {status}")
            if stopped.wait(0.2):
                return

    def send(raw: bytes) -> int:
        form = guest.form("/settings/import/")
        return guest.send("POST", "/settings/import/", **_multipart(fill(form), raw)).status

    slowest = "", 0.0
    accepted = 0
    for round_, amount in enumerate(("1.00", "2.00")[: 1 if short else 2]):
        for name, raw in files(today, amount).items():
            if short and round_ == 0 and name in ("one text", "long numbers"):
                continue
            stopped.clear()
            writer = threading.Thread(target=write)
            writer.start()
            worked = site.processor_seconds()
            status = send(raw)
            took = site.processor_seconds() - worked
            stopped.set()
            writer.join()
            accepted += status == 302
            if status not in (302, 422):
                faults.append(f"{name}: {status}")
            if took > slowest[1]:
                slowest = name, took
    peak = max(_most_memory(site.process.pid))
    faults += site.errors()
    for one in faults[:20]:
        print("   fault:", one[:300], flush=True)
    return [
        Row("A file brought back holds nobody up",
            f"any file up to 8 MB: ≤ {SECONDS} s of the processor, ≤ {MEGABYTES} MB in all; "
            "another's writes meanwhile all succeed",
            f"slowest: {slowest[0]}, {slowest[1]:.1f} s; {peak} MB; {len(waits)} writes of "
            f"another, the slowest {max(waits):.1f} s; {len(faults)} faults ({accepted} files "
            "accepted)",
            "11 kinds of files, sent twice with other figures, over HTTP; what the server's "
            "processes work and hold, another's writes among it",
            not faults and slowest[1] <= SECONDS and peak <= MEGABYTES and accepted >= 2
            and len(waits) > 5),
    ]  # fmt: skip


def _multipart(fields: Any, raw: bytes) -> dict[str, Any]:
    edge = "edge-of-a-part"
    body = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
        if name != "file"
    )
    body += (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n'
        "Content-Type: application/json\r\n\r\n"
    ).encode()
    body += raw + f"\r\n--{edge}--\r\n".encode()
    return {"body": body, "headers": {"Content-Type": f"multipart/form-data; boundary={edge}"}}


def _most_memory(group: int) -> list[int]:
    """The most that each process of the server has held, in MB."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):  # gone meanwhile
            stat = (status.parent / "stat").read_text().rpartition(")")[2].split()
            if int(stat[2]) == group:
                lines = dict(
                    line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
                )
                found.append(int(lines["VmHWM"].split()[0]) // 1024)
    return found
