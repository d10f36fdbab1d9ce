"""What a person does among many people costs what it costs among few."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.paths import ROOT
from tests.trust.rows import Row

PEOPLE, ROUNDS, BAR = 10_000, 9, 1.2


def measure(site: Any, short: bool) -> list[Row]:
    site.end()  # a database that others use is not copied
    file = Path(site.folder) / "size.json"
    command = ["benchmarks/size.py", "--people", str(PEOPLE), "--rounds", str(ROUNDS)]
    subprocess.run(
        [sys.executable, *command, "--json", file], cwd=ROOT, env=site.environment, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    found = json.loads(file.read_text())
    few, many = found["few"], found["many"]
    times = {name: many[name][0] / few[name][0] for name in many}
    more = [name for name in many if many[name][1] > few[name][1]]
    worst = max(times, key=lambda name: times[name])
    return [
        Row("Many people make nobody wait",
            f"among {PEOPLE:,} people ≤ {BAR} × the time among 100 and no more queries: signing "
            "in, plan page, edit, its plan, prune, a worker's look; no large table read through",
            f"{times[worst]:.2f} × at most ({worst}); more queries in {len(more)}; "
            f"{len(found['through'])} read through",
            "processor time of program and database, in the median of turns in both",
            times[worst] <= BAR and not more and not found["through"]),
    ]  # fmt: skip
