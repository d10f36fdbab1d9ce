"""A backup drill: copied while in use, looked into by another program, brought back elsewhere."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import tarfile
import time
from datetime import date

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from planner.management import backups
from planner.services.entries import record_payment
from tests.paths import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(owner, stranger, tmp_path, capsys):
    record_payment(
        user=owner, debt="friend", on=date(2026, 12, 1), amount_fen=731_46, account="card"
    )
    call_command("backup", str(tmp_path / "backups"))
    return tmp_path / "backups" / os.listdir(tmp_path / "backups")[0]


def unpacked(file, folder):
    folder.mkdir()
    with tarfile.open(file) as tar:
        for name in ("manifest.json", "database"):
            (folder / name).write_bytes(tar.extractfile(name).read())
    return folder / "database", json.loads((folder / "manifest.json").read_text())


def test_a_backup_is_its_owners_alone_and_holds_no_key(file, tmp_path):
    _copy, manifest = unpacked(file, tmp_path / "in")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert os.listdir(file.parent) == [file.name]
    assert all(key.encode() not in file.read_bytes() for key in settings.DATA_KEYS)
    assert [len(one) for one in manifest["keys"]] == [16]


def test_another_program_finds_the_copy_whole(file, tmp_path):
    copy, manifest = unpacked(file, tmp_path / "in")
    if manifest["database"] != "sqlite":
        assert copy.read_bytes()[:5] == b"PGDMP"
        return
    database = sqlite3.connect(copy)  # without any function of Django's

    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("UPDATE planner_debt SET slug = '../..'")


def test_where_no_backup_can_be_written_it_is_said(owner, tmp_path):
    (tmp_path / "backups").write_text("a file")

    with pytest.raises(CommandError) as caught:
        call_command("backup", str(tmp_path / "backups"))

    assert "No backup was made" in str(caught.value)


def test_a_backup_is_verified_without_touching_what_is_here(file, capsys):
    tables = connection.introspection.table_names()

    call_command("verify_backup", str(file))

    told = capsys.readouterr().out
    assert "2 planner_household" in told
    assert "1 planner_historyentry" in told
    assert connection.introspection.table_names() == tables


def test_the_python_of_debian_12_reads_a_backup(file, capsys, monkeypatch):
    """3.11.2 knows no `filter`."""

    def extract(self, member, path="", set_attrs=True, *, numeric_owner=False): ...

    monkeypatch.setattr(tarfile.TarFile, "extract", extract)

    call_command("verify_backup", str(file))

    assert "is whole" in capsys.readouterr().out


def test_what_a_killed_backup_left_goes_a_day_later(file):
    left = [file.with_name(f"{backups.ROOM}{name}") for name in ("killed", "at-work")]
    for folder in left:
        folder.mkdir()
        (folder / "database").write_bytes(b"a copy")
    yesterday = time.time() - backups.LONGEST_SECONDS - 1
    os.utime(left[0], (yesterday, yesterday))

    file.unlink()  # the clock of tests stands, and names are of the second

    call_command("backup", str(file.parent))

    assert [folder.exists() for folder in left] == [False, True]


def test_who_may_make_no_database_is_told_how_to_verify(file):
    if connection.vendor != "postgresql":
        return  # a file needs no leave
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE may_little")
        cursor.execute("SET ROLE may_little")
    try:
        with pytest.raises(CommandError) as caught:
            call_command("verify_backup", str(file))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP ROLE may_little")

    assert "CREATEDB" in str(caught.value)


def spoil(file, folder, **changes):
    """The same file with another manifest; with `database`, with other contents."""
    copy, manifest = unpacked(file, folder)
    if "damage" in changes:
        raw = copy.read_bytes()
        copy.write_bytes(raw[:-100] + bytes(255 - byte for byte in raw[-100:]))
        changes.pop("damage")
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))
    with tarfile.open(folder / "spoilt.tar", "w") as tar:
        for name in ("manifest.json", "database"):
            tar.add(folder / name, arcname=name)
    return folder / "spoilt.tar"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"damage": True}, "is damaged"),
        ({"keys": ["0" * 16]}, "Put the right key back"),
        ({"migrations": ["planner.9999_later"]}, "is of a newer version"),
        ({"format": "zip"}, "is no backup"),
        ({"database": "oracle"}, "is of oracle"),
    ],
)
def test_a_backup_that_cannot_be_read_here_is_refused_with_the_reason(
    file, tmp_path, changes, said
):
    spoilt = spoil(file, tmp_path / "in", **changes)

    with pytest.raises(CommandError) as caught:
        call_command("verify_backup", str(spoilt))

    assert said in str(caught.value)


def test_what_is_no_tar_is_refused(tmp_path):
    (tmp_path / "x.tar").write_bytes(b"not a tar")

    with pytest.raises(CommandError) as caught:
        call_command("verify_backup", str(tmp_path / "x.tar"))

    assert "is no backup of ours" in str(caught.value)


def test_a_backup_is_never_restored_over_data(file):
    with pytest.raises(CommandError) as caught:
        call_command("restore_backup", str(file))

    assert "There is data here already" in str(caught.value)


def test_an_empty_installation_takes_the_backup_and_its_books_are_right(file, tmp_path):
    if connection.vendor != "sqlite":
        return  # the cluster of the tests is one: `make trust` restores into another
    new = {"VAR_DIR": str(tmp_path / "new"), "SECRET_KEY": settings.SECRET_KEY,
           "DATA_KEYS": ",".join(settings.DATA_KEYS), "PATH": os.environ["PATH"]}  # fmt: skip

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=new, capture_output=True,
            text=True,
        )  # fmt: skip

    run("make_keys")
    restored = run("restore_backup", str(file))
    books = run("check_books")

    assert restored.returncode == 0, restored.stderr
    assert "2 people, no difference" in books.stdout
    assert stat.S_IMODE((tmp_path / "new/anhuan.sqlite3").stat().st_mode) == 0o600
    assert "There is data here already" in run("restore_backup", str(file)).stderr
