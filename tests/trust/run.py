"""`make trust`: every promise, its bar and what was measured, on both databases.

python -m tests.trust.run [--short] [--database sqlite|postgres] [--only inputs,once]
                          [--json FILE]
"""

import argparse
import importlib
import json
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.trust.rows import Row
from tests.trust.served import ROOT, Site

PROGRAMS = (
    "strangers",
    "once",
    "crash",
    "restore",
    "stolen",
    "factor",
    "backups",
    "disk",
    "threads",
    "size",
    "logs",
    "doors",
    "reminders",
    "feeds",
    "pages",
    "inputs",
)
DATABASES = ("sqlite", "postgres")
ALONE = {"size": "postgres"}  # a program that asks about one of them
MOST_SECONDS = 29 * 60


def run_one(name: str, database: str, short: bool) -> list[Row]:
    """One program on a site of its own."""
    program = importlib.import_module(f"tests.trust.{name}")
    environment = getattr(program, "ENVIRONMENT", {"TRUSTED_PROXIES": "127.0.0.1"})
    if callable(environment):
        environment = environment()
    site = Site(database, **environment)
    try:
        site.use_here()
        site.start(*getattr(program, "OPTIONS", ()))
        return program.measure(site, short)
    finally:
        site.remove()


def run_all(
    databases: list[str], programs: list[str], short: bool, seconds: float = MOST_SECONDS
) -> list[dict]:
    """Each program in a process of its own, for settings are read once; databases side by side.

    What has not ended when the time is over is ended, and counts as not met.
    """
    until = time.monotonic() + seconds
    rows, waiting = [], []
    for name in programs:
        for database in databases:
            if ALONE.get(name, database) != database:
                continue
            file = Path(tempfile.mkstemp(suffix=".json")[1])
            command = [sys.executable, "-m", "tests.trust.run", "--one", name, "--json", str(file),
                       "--database", database, *(["--short"] if short else [])]  # fmt: skip
            waiting.append((name, database, file, time.monotonic(),
                            subprocess.Popen(command, cwd=ROOT)))  # fmt: skip
        while waiting:
            name, database, file, began, process = waiting.pop(0)
            failed = not _ends_well(process, until) or not file.stat().st_size
            found = [] if failed else json.loads(file.read_text())
            file.unlink()
            if failed:
                found = [Row(name, "runs to its end", "it did not", "", False)._asdict()]
            took = time.monotonic() - began
            print(f"{name} on {database}: {took:.0f} s", flush=True)
            rows += [row | {"database": database} for row in found]
    return rows


def _ends_well(process: subprocess.Popen, until: float) -> bool:
    try:
        return process.wait(max(0, until - time.monotonic())) == 0
    except subprocess.TimeoutExpired:
        process.terminate()  # it takes its server and its cluster down
        process.wait()
        return False


def table(rows: list[dict]) -> str:
    day = datetime.now(UTC).date().isoformat()
    lines = ["| promise | bar | measured | how | database | date | met |", "|" + " --- |" * 7]
    for row in rows:
        met = "yes" if row["is_met"] else "**NO**"
        lines.append(
            f"| {row['promise']} | {row['bar']} | {row['measured']} | {row['how']} "
            f"| {row['database']} | {day} | {met} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--database", choices=DATABASES)
    parser.add_argument("--only", default=",".join(PROGRAMS))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--json")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is taken down
    if chosen.one:
        rows = [row._asdict() for row in run_one(chosen.one, chosen.database, chosen.short)]
    else:
        databases = [chosen.database] if chosen.database else [*DATABASES]
        rows = run_all(databases, chosen.only.split(","), chosen.short)
        print(table(rows))
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(rows))
    return 0 if rows and (chosen.one or all(row["is_met"] for row in rows)) else 1


if __name__ == "__main__":
    sys.exit(main())
