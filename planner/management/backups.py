"""A copy of the database as one file: made while the site runs, looked into, brought back.

The file is a tar of `manifest.json` and the database's own kind of copy: a database of SQLite, a
dump of PostgreSQL. It holds no key, only which ones it was written with: 16 digits of their hashes.
"""

import hashlib
import io
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.management.base import CommandError
from django.db import ProgrammingError, connection
from django.utils import timezone

from planner import keys
from planner.ownership import hand_over

FORMAT, VERSION = "anhuan-backup", 1
MANIFEST, COPY = "manifest.json", "database"
ROOM = ".anhuan-backup-"  # what a folder begins with that is worked in
LONGEST_SECONDS = 24 * 60 * 60  # that anybody works in one


def make_backup(folder: Path) -> Path:
    """Write a copy into the folder, whole or not at all, readable by its owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    moment = timezone.now()
    path = folder / f"anhuan-{moment:%Y-%m-%d-%H%M%S}.tar"
    with _room(folder) as room:
        copy = room / COPY
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(copy)])
        else:
            _postgres("pg_dump", "--format=custom", f"--file={copy}", environment=_server())
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "made_on": moment.isoformat(),
            "database": connection.vendor,
            "migrations": _migrations(),
            "keys": [_fingerprint(key) for key in settings.DATA_KEYS],
            "sha256": _hash(copy),
        }
        (room / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
        begun = room / "begun.tar"
        with tarfile.open(begun, "w") as tar:
            for name in (MANIFEST, COPY):
                tar.add(room / name, arcname=name)
        begun.chmod(0o600)
        with begun.open("rb") as stream:
            os.fsync(stream.fileno())
        os.link(begun, path)
    hand_over(path)
    return path


def verify_backup(path: Path) -> dict[str, int]:
    """Open the copy elsewhere and check everybody's books in it; returns the rows of each table.

    Raises CommandError.
    """
    with _room() as room:
        copy = _unpack(path, room)
        if connection.vendor == "sqlite":
            environment = {"VAR_DIR": str(room), "DATABASE_URL": ""}
            copy = copy.rename(room / "anhuan.sqlite3")
            counts = _look_into(copy)
            _books(environment)
            return counts
        with _scratch() as environment:
            _postgres("pg_restore", "--no-owner", "--exit-on-error", "--dbname",
                      environment["PGDATABASE"], str(copy), environment=environment)  # fmt: skip
            _books(environment)
            return _counts_of_postgres(environment)


def restore_backup(path: Path) -> None:
    """Make the copy the database of this installation, which must hold nothing yet.

    Raises CommandError.
    """
    if keys.holds_people():
        raise CommandError("There is data here already. Restore into an empty installation only.")
    with _room(settings.VAR_DIR) as room:
        copy = _unpack(path, room)
        if connection.vendor == "sqlite":
            _look_into(copy)
            place = Path(connection.settings_dict["NAME"])
            connection.close()
            for name in (place, Path(f"{place}-wal"), Path(f"{place}-shm")):
                name.unlink(missing_ok=True)
            copy.chmod(0o600)
            copy.rename(place)
            hand_over(place)
        else:
            connection.close()
            _postgres("pg_restore", "--clean", "--if-exists", "--no-owner", "--exit-on-error",
                      "--single-transaction", "--dbname", _server()["PGDATABASE"], str(copy),
                      environment=_server())  # fmt: skip
    if not keys.fit():
        raise CommandError("The copy is here, but DATA_KEYS do not read it.")


@contextmanager
def _room(folder: Path | None = None) -> Iterator[Path]:
    """A folder of one's own, gone afterwards, in which nobody else can read.

    Those of who was killed meanwhile go with the next one, a day later: they hold copies.
    """
    folder = folder or Path(tempfile.gettempdir())
    for left in folder.glob(f"{ROOM}*"):
        with suppress(OSError):  # another's, or gone by itself
            if time.time() - left.stat().st_mtime > LONGEST_SECONDS:
                shutil.rmtree(left)
    before = os.umask(0o077)
    room = Path(tempfile.mkdtemp(prefix=ROOM, dir=folder))
    try:
        yield room
    finally:
        os.umask(before)
        shutil.rmtree(room, ignore_errors=True)


def _unpack(path: Path, room: Path) -> Path:
    """The copy within the file, once the manifest says that it can be read here."""
    try:
        with tarfile.open(path) as tar:
            manifest = json.loads((tar.extractfile(MANIFEST) or io.BytesIO()).read())
            # By hand: `filter`, without which newer Pythons warn, came with 3.11.4.
            with (room / COPY).open("wb") as copy:
                shutil.copyfileobj(tar.extractfile(COPY) or io.BytesIO(), copy)
    except (OSError, KeyError, ValueError, tarfile.TarError) as error:
        raise CommandError(f"{path} is no backup of ours, or damaged: {error}") from None
    if (manifest.get("format"), manifest.get("version")) != (FORMAT, VERSION):
        raise CommandError(f"{path} is no backup that this version can read.")
    if manifest["database"] != connection.vendor:
        raise CommandError(f"{path} is of {manifest['database']}, and here is {connection.vendor}.")
    if unknown := set(manifest["migrations"]) - set(_known_migrations()):
        raise CommandError(f"{path} is of a newer version ({max(unknown)}). Update first.")
    if manifest["sha256"] != _hash(room / COPY):
        raise CommandError(f"{path} is damaged: its contents are not those that were written.")
    held = {_fingerprint(key) for key in settings.DATA_KEYS}
    if not held & set(manifest["keys"]):
        wanted = ", ".join(manifest["keys"])
        raise CommandError(
            f"{path} was written with keys that are not among DATA_KEYS (fingerprints {wanted}). "
            "Put the right key back from your copy first."
        )
    return room / COPY


def _fingerprint(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _migrations() -> list[str]:
    from django.db.migrations.recorder import MigrationRecorder

    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _known_migrations() -> list[str]:
    from django.db.migrations.loader import MigrationLoader

    return [f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations]


def _look_into(copy: Path) -> dict[str, int]:
    """What any program that knows SQLite says of it."""
    database = sqlite3.connect(copy)
    try:
        found = database.execute("PRAGMA integrity_check").fetchall()
        if found != [("ok",)] or database.execute("PRAGMA foreign_key_check").fetchall():
            raise CommandError(f"The copy is damaged: {found[0][0]}")
        names = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return {
            name: database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]
            for (name,) in sorted(names)
        }
    finally:
        database.close()


def _books(environment: dict[str, str]) -> None:
    """Everybody's books in the copy, by a process of its own."""
    secret = {"SECRET_KEY": settings.SECRET_KEY, "DATA_KEYS": ",".join(settings.DATA_KEYS)}
    secret["DJANGO_SETTINGS_MODULE"] = "config.settings"
    for command in (["migrate", "--verbosity", "0"], ["check_books"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=settings.BASE_DIR, text=True,
            env=os.environ | secret | environment, capture_output=True,
        )  # fmt: skip
        if done.returncode:
            raise CommandError(f"{command[0]} in the copy: {done.stdout}{done.stderr}".strip())


# --- PostgreSQL -------------------------------------------------------------------------------


def _server() -> dict[str, str]:
    """Where the database is, as libpq is told."""
    held = connection.settings_dict
    found = {"PGDATABASE": held["NAME"], "PGUSER": held["USER"], "PGPASSWORD": held["PASSWORD"]}
    found |= {"PGHOST": held["HOST"], "PGPORT": held["PORT"]}
    return os.environ | {name: str(value) for name, value in found.items() if value}


def _postgres(program: str, *arguments: str, environment: dict[str, str]) -> None:
    found = shutil.which(program, path=os.environ.get("PGBIN")) or shutil.which(program)
    if found is None:
        raise CommandError(f"{program} is not here; it comes with PostgreSQL's client programs.")
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise CommandError(f"{program}: {done.stderr.strip()}")


@contextmanager
def _scratch() -> Iterator[dict[str, str]]:
    """A database beside ours, gone afterwards. Raises CommandError where none may be made."""
    name = f"anhuan_verify_{secrets.token_hex(4)}"
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
    except ProgrammingError as error:
        raise CommandError(
            f"No database can be made to look into the copy: {str(error).strip()}. Let PostgreSQL "
            "have its superuser say: ALTER ROLE … CREATEDB, with the role of DATABASE_URL."
        ) from None
    parts = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit(parts._replace(path=f"/{name}"))
    address = address if "//" in address else address.replace(":", "://", 1)
    try:
        yield _server() | {"PGDATABASE": name, "DATABASE_URL": address}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


def _counts_of_postgres(environment: dict[str, str]) -> dict[str, int]:
    import psycopg

    with psycopg.connect(
        dbname=environment["PGDATABASE"], user=environment.get("PGUSER"),
        password=environment.get("PGPASSWORD"), host=environment.get("PGHOST"),
        port=environment.get("PGPORT"),
    ) as database:  # fmt: skip
        names = database.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        counts: dict[str, Any] = {}
        for (name,) in names:
            found = database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()
            counts[name] = found[0] if found else 0
        return counts
