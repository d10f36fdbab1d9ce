"""Reading in a process of its own, which may take so much time and memory and write nothing.

PDFs, workbooks and archives are read by native code and can be made to be dear; whatever happens
there, the pages of others go on. Content and password go in by a pipe, never by an argument or a
file; what comes out is the document of `planner.imports.reading` alone. `main` is the child's part.
"""

import gc
import json
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

from planner.imports.outcome import MOST_BYTES, refusal

SECONDS = 4  # of the processor
PATIENCE = 25  # seconds on the clock, for a machine that has other things to do
MOST_DATA = 175 * 1024 * 1024  # bytes of memory that the child may write to
MOST_MAPPED = 1024 * 1024 * 1024  # of addresses, libraries and stacks included
SEATS = 2  # children of one server process at a time
WAIT = 10  # seconds that a request waits for a seat

ROOT = Path(__file__).resolve().parent.parent.parent
_CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); from planner.imports.apart import main; main()"
)
_seats = threading.BoundedSemaphore(SEATS)


def read_apart(
    content: bytes,
    *,
    kind: str | None = None,
    password: str | None = None,
    received: date | None = None,
) -> dict[str, Any]:
    """`planner.imports.reading.read`, in a child. "busy" where others' files fill all seats."""
    if len(content) > MOST_BYTES:
        return refusal("refuse", "too_large")
    if not _seats.acquire(timeout=WAIT):
        return refusal("refuse", "busy")
    try:
        return _ask_child(content, kind, password, received)
    finally:
        _seats.release()


def _ask_child(
    content: bytes, kind: str | None, password: str | None, received: date | None
) -> dict[str, Any]:
    asked = {
        "kind": kind,
        "password": password,
        "received": received and received.isoformat(),
    }
    sent = json.dumps(asked).encode() + b"\n" + content
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD, str(ROOT)],
            input=sent,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's complaint may quote the file
            timeout=PATIENCE,
            env={"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return refusal("refuse", "too_long")
    try:
        document = json.loads(done.stdout)
    except ValueError:
        # Out of memory or of time, or native code fell over the file.
        return refusal("refuse", "too_heavy")
    return dict(document)


def main() -> None:
    """The child: one line of what is asked and then the content, on standard input."""
    _limit()
    gc.disable()  # it ends within seconds and its memory is limited: looking for cycles only costs
    head, _, content = sys.stdin.buffer.read().partition(b"\n")
    from planner.imports.reading import read

    asked = json.loads(head)
    received = asked["received"]
    try:
        document = read(
            content,
            kind=asked["kind"],
            password=asked["password"],
            received=received and date.fromisoformat(received),
        )
    except (MemoryError, RecursionError):
        document = refusal("refuse", "too_heavy")
    sys.stdout.buffer.write(json.dumps(document).encode())
    sys.stdout.flush()


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not a Unix: the clock alone limits it
        return
    import os

    os.nice(1)  # the pages go first
    limits = {
        "RLIMIT_CPU": SECONDS,
        "RLIMIT_DATA": MOST_DATA,
        "RLIMIT_AS": MOST_MAPPED,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
    }
    for name, limit in limits.items():
        number = getattr(resource, name, None)
        if number is not None:
            try:
                resource.setrlimit(number, (limit, limit))
            except (ValueError, OSError):
                continue  # a system that knows the name and keeps no such limit
