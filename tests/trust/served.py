"""The real thing on loopback: gunicorn as `make run` starts it, on a database of its own.

Whatever is killed here was started here, and is known by its process id.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.paths import ROOT

SECRETS = {
    "SECRET_KEY": "only-for-tests-" * 4,
    "DATA_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
NOWHERE = {"PUSH_TEST_HOST": "127.0.0.1:9"}  # no test speaks to a service of somebody's


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def postgres_folders() -> list[Path]:
    """Where its programs lie: the folder that PGBIN names, or all there are, the newest last."""
    if "PGBIN" in os.environ:
        return [Path(os.environ["PGBIN"])]
    found = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(found, key=lambda one: float(one.parent.name))


class Postgres:
    """A cluster that keeps its promises (fsync and all), and that may be killed."""

    def __init__(self) -> None:
        self.bin = postgres_folders()[-1]
        self.folder = Path(tempfile.mkdtemp(prefix="pgtrust.", dir="/tmp"))
        self.folder.chmod(0o711)
        self.account = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if self.account:  # initdb refuses root
            person = pwd.getpwnam("postgres")
            os.chown(self.folder, person.pw_uid, person.pw_gid)
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8")  # fmt: skip
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.bin / program, *arguments], cwd=self.folder, check=True,
            stdout=subprocess.DEVNULL, **self.account,
        )  # fmt: skip

    def start(self, tries: int = 20) -> None:
        """After a kill it may take a moment until the last of its processes has gone."""
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=60"
        for left in reversed(range(tries)):
            try:
                self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")
                return
            except subprocess.CalledProcessError:
                if not left:
                    raise
                time.sleep(0.5)

    def kill(self) -> None:
        """As by kill -9: no shutdown, the log is replayed at the next start."""
        pid = int((self.folder / "data/postmaster.pid").read_text().split()[0])
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True)
        os.kill(pid, signal.SIGKILL)
        for child in children.stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        while _is_running(pid) or any(_is_running(int(child)) for child in children.stdout.split()):
            time.sleep(0.02)

    def halt(self, way: str = "fast") -> None:
        with contextlib.suppress(subprocess.CalledProcessError):  # it may be down already
            self._run("pg_ctl", "-D", "data", "-m", way, "-w", "stop")

    def stop(self) -> None:
        self.halt("immediate")
        shutil.rmtree(self.folder)


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


class Site:
    """One installation: a folder, a database, and a gunicorn that can be started and killed."""

    def __init__(self, database: str, **environment: str) -> None:
        self.database = database
        self.folder = Path(tempfile.mkdtemp(prefix="anhuan-trust-"))
        self.port = free_port()
        self.postgres = Postgres() if database == "postgres" else None
        kept = {name: value for name, value in os.environ.items()
                if name in ("PATH", "HOME", "LANG", "PYTHONPATH")}  # fmt: skip
        self.environment = {**kept, **SECRETS, **NOWHERE, "VAR_DIR": str(self.folder),
                            "PORT": str(self.port), "PYTHONUNBUFFERED": "1",
                            **environment}  # fmt: skip
        if self.postgres:
            self.environment["DATABASE_URL"] = "postgres:///postgres"
            self.environment |= {"PGHOST": str(self.postgres.folder), "PGUSER": "postgres"}
        self.out = self.folder / "out"
        self.process: subprocess.Popen | None = None
        for command in (["migrate", "--verbosity", "0"], ["createcachetable"],
                        ["collectstatic", "--noinput", "--verbosity", "0"]):  # fmt: skip
            subprocess.run(
                [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True
            )

    def use_here(self) -> None:
        """Let this process speak to the same database, to prepare and to look afterwards."""
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(self.environment, DJANGO_SETTINGS_MODULE="config.settings")
        import django

        django.setup()

    def start(self, *options: str, environment: dict[str, str] | None = None) -> None:
        """The server, with a worker beside it, in one process group."""
        both = f'{sys.executable} manage.py worker & exec {sys.executable} -m gunicorn "$@"'
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(
                ["sh", "-c", both, "site", "config.wsgi", "--bind",
                 f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "4",
                 "--forwarded-allow-ips", "", "--log-level", "warning", *options],
                cwd=ROOT, env=self.environment | (environment or {}), stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip
        self.wait()

    def wait(self, seconds: float = 60) -> None:
        from tests.trust.visitor import Visitor

        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if Visitor(self.port).get("/privacy/").status == 200:
                    return
            time.sleep(0.05)
        raise TimeoutError(self.out.read_text()[-2000:])

    def processor_seconds(self) -> float:
        """What master and workers have worked so far."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # gone meanwhile
                held = stat.read_text().rpartition(")")[2].split()
                if int(held[2]) == self.process.pid:  # its group
                    ticks += int(held[11]) + int(held[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def errors(self, most: int = 20) -> list[str]:
        """What it has logged of answers of 500."""
        lines = self.out.read_text().splitlines()
        return [one for one in lines if " ERROR " in one and " django.security" not in one][:most]

    def kill(self) -> None:
        """Master and workers at once, as when the machine takes the processes away."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def remove(self) -> None:
        self.end()
        if self.postgres:
            self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
