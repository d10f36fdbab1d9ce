"""What is installed is what was looked at: every package by checksum, all that is asked for."""

import re

import pytest

from tests.paths import ROOT


def asked(name):
    """{package: version} of a list and of those that it takes in."""
    found = {}
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        if line.startswith("-r "):
            found |= asked(line.removeprefix("-r ").removesuffix(".txt"))
        elif pin := re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", line):
            found[normal(pin[1])] = pin[2]
    return found


def locked(name):
    """{package: (version, how many checksums)}"""
    parts = re.split(r"^(?=\S)", (ROOT / f"{name}.lock").read_text(), flags=re.MULTILINE)
    found = {}
    for part in filter(None, parts):
        pin = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", part)
        assert pin, part
        found[normal(pin[1])] = pin[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", part))
    return found


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_each_package_is_locked_by_checksums_in_the_version_that_is_asked_for(name):
    wanted, found = asked(name), locked(name)

    assert {one: found.get(one, ("",))[0] for one in wanted} == wanted
    assert [one for one, (_version, sums) in found.items() if not sums] == []
    assert len(found) > len(wanted)  # what they need in turn stands there too


def test_what_runs_is_tested_in_the_same_versions():
    tested = locked("requirements-dev")

    assert {one: tested.get(one) for one in locked("requirements")} == locked("requirements")
