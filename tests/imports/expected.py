"""Files and what is to be read of them, to be compared key by key."""

import json

from tests.paths import ROOT

HERE = ROOT / "tests" / "imports"
REPORTS = HERE / "report"
BILLS = HERE / "bills"

# Words for people who read the expected files; what is read gives codes instead.
PROSE = ("file", "why", "say", "never_kept", "password", "with_password", "wrong_password")


def expected(name):
    return json.loads((REPORTS / f"{name}.expected.json").read_text())


def differences(wanted, found, place=""):
    """Each place where what was found is not what is wanted; more may be found."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key, value in wanted.items():
            if key not in PROSE or place:
                yield from differences(value, found.get(key, "nothing"), f"{place}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            yield f"{place}: {len(wanted)} wanted, {len(found)} found"
        for index, (one, other) in enumerate(zip(wanted, found, strict=False)):
            yield from differences(one, other, f"{place}[{index}]")
    elif wanted != found:
        yield f"{place}: {wanted!r} wanted, {found!r} found"
