import os
import re
import stat
import subprocess
import sys

import pytest
from django.conf import settings
from django.core import checks
from django.core.management import call_command

from tests.paths import ROOT

FERNET_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def run(tmp_path, *arguments, **environment):
    """A fresh process with nothing in its environment but what is given."""
    clean = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path / "var"), **environment}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=clean, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip


def test_settings_import_without_secret_or_folder(tmp_path):
    result = run(tmp_path, "-c", "import config.settings")

    assert result.returncode == 0, result.stderr
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"SITE_URL": "https://example.com"},
        {"SITE_URL": "https://example.com", "SECRET_KEY": "x" * 60},
        {"SITE_URL": "https://example.com", "DATA_KEYS": FERNET_KEY},
        {"SECRET_KEY": "x" * 60, "DATA_KEYS": "no key"},
    ],
)
def test_serving_refuses_to_start_without_its_secrets(tmp_path, environment):
    result = run(tmp_path, "-c", "import config.wsgi", **environment)

    assert result.returncode == 3
    assert "planner.E00" in result.stderr


def test_the_server_ends_when_it_may_not_start(tmp_path):
    command = ("-m", "gunicorn", "config.wsgi", "--bind", f"unix:{tmp_path}/socket")

    result = run(tmp_path, *command, SITE_URL="https://example.com")

    assert result.returncode == 3
    assert result.stderr.count("There is no SECRET_KEY.") == 1


def test_a_deployed_site_ignores_the_secret_file(tmp_path):
    assert run(tmp_path, "manage.py", "make_keys").returncode == 0

    result = run(tmp_path, "-c", "import config.wsgi", SITE_URL="https://example.com")

    assert "There is no SECRET_KEY." in result.stderr


def test_make_keys_writes_secrets_only_their_owner_can_read(tmp_path):
    assert run(tmp_path, "manage.py", "make_keys").returncode == 0
    first = (tmp_path / "var/secret").read_text()
    assert run(tmp_path, "manage.py", "make_keys").returncode == 0

    modes = {
        name: stat.S_IMODE((tmp_path / "var" / name).stat().st_mode)
        for name in (".", "mail", "secret", "data_keys", "vapid_key")
    }
    assert modes == {
        ".": 0o700,
        "mail": 0o700,
        "secret": 0o600,
        "data_keys": 0o600,
        "vapid_key": 0o600,
    }
    assert (tmp_path / "var/secret").read_text() == first


def test_serving_starts_with_the_files_that_make_keys_wrote(tmp_path):
    run(tmp_path, "manage.py", "make_keys")

    result = run(tmp_path, "-c", "import config.wsgi")

    assert result.returncode == 0, result.stderr


def test_what_root_makes_by_hand_is_the_accounts_whose_folder_it_is(tmp_path):
    folder = tmp_path / "var"
    folder.mkdir()
    if os.geteuid() == 0:  # nobody else may give anything away, or has to
        os.chown(folder, 12345, 12345)
    environment = {"SECRET_KEY": "x" * 60, "DATA_KEYS": FERNET_KEY}

    for command in (["check", "--database", "default"], ["make_keys"]):
        assert run(tmp_path, "manage.py", *command, **environment).returncode == 0

    made = {one.name: one.stat().st_uid for one in folder.iterdir()}
    assert {"anhuan.sqlite3", "mail", "vapid_key"} <= made.keys()
    assert {*made.values()} == {folder.stat().st_uid}


def test_a_deployed_site_passes_djangos_deployment_checks(tmp_path):
    (tmp_path / "var").mkdir()
    result = run(
        tmp_path,
        *["manage.py", "check", "--deploy", "--fail-level", "WARNING", "--database", "default"],
        SITE_URL="https://example.com",
        SECRET_KEY="aB3-xY7_" * 7,
        DATA_KEYS=FERNET_KEY,
        EMAIL_URL="smtp://user:password@mail.example.com",
    )

    assert result.returncode == 0, result.stderr


VISIT = """
import config.wsgi
from django.test import Client
for secure in (False, True):
    page = Client().get("/privacy/", secure=secure, headers={"host": "example.com"})
    print(page.status_code, dict(page.headers), page.cookies)
"""


def test_a_deployed_site_keeps_to_https_with_host_bound_cookies(tmp_path):
    (tmp_path / "var").mkdir()
    deployed = {"SITE_URL": "https://example.com", "SECRET_KEY": "x" * 60, "DATA_KEYS": FERNET_KEY}
    assert run(tmp_path, "manage.py", "collectstatic", "--noinput", **deployed).returncode == 0

    result = run(tmp_path, "-c", VISIT, **deployed)

    plain, secure = result.stdout.splitlines()
    assert plain.startswith("301 ")
    assert "https://example.com/privacy/" in plain
    assert secure.startswith("200 ")
    assert "max-age=31536000; includeSubDomains; preload" in secure
    assert "Set-Cookie: __Host-csrf=" in secure
    assert "Secure" in secure


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "example.com"),
        ("DATABASE_URL", "mysql://localhost/anhuan"),
        ("EMAIL_URL", "imap://localhost"),
        ("TRUSTED_PROXIES", "the proxy"),
    ],
)
def test_a_variable_nobody_can_mean_is_refused_by_name(tmp_path, name, value):
    result = run(tmp_path, "-c", "import config.settings", **{name: value})

    assert result.returncode == 1
    assert f"ImproperlyConfigured: {name}" in result.stderr


def test_the_proxy_of_the_book_lets_pass_whatever_the_site_takes():
    told = re.search(r"client_max_body_size (\d+)m;", (ROOT / "docs" / "deploy.md").read_text())

    assert int(told[1]) * 1024 * 1024 >= max(settings.LARGE_BODIES.values())


def test_a_postgres_address_selects_postgres_with_its_pool(tmp_path):
    code = "from config.settings import DATABASES; print(DATABASES['default'])"

    result = run(tmp_path, "-c", code, DATABASE_URL="postgres://me:p%40ss@db:5433/anhuan")

    options = eval(result.stdout)
    assert (options["USER"], options["PASSWORD"], options["HOST"]) == ("me", "p@ss", "db")
    assert (options["PORT"], options["NAME"], options["CONN_MAX_AGE"]) == ("5433", "anhuan", 0)
    assert (options["OPTIONS"], options["CONN_HEALTH_CHECKS"]) == ({"pool": {"timeout": 5}}, True)


@pytest.mark.django_db
def test_each_sqlite_connection_is_durable():
    errors = checks.run_checks(databases=["default"])

    assert errors == []


@pytest.mark.django_db
def test_no_model_changed_without_a_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.fixture
def begun(tmp_path):
    """An installation with a guest in it."""
    for command in (["make_keys"], ["migrate", "--verbosity", "0"]):
        assert run(tmp_path, "manage.py", *command).returncode == 0
    code = "from planner.services.people import start_guest; start_guest()"
    assert run(tmp_path, "manage.py", "shell", "-c", code).returncode == 0
    return tmp_path / "var" / "data_keys"


def test_no_new_key_is_written_beside_old_data(tmp_path, begun):
    begun.unlink()

    result = run(tmp_path, "manage.py", "make_keys")

    assert result.returncode == 1
    assert f"{begun} is gone, but the database holds data" in result.stderr
    assert "Put the file back" in result.stderr
    assert list(begun.parent.glob("data_keys*")) == []


def test_an_empty_key_file_is_named(tmp_path, begun):
    begun.write_text("\n")

    made = run(tmp_path, "manage.py", "make_keys")
    served = run(tmp_path, "-c", "import config.wsgi")

    assert (made.returncode, served.returncode) == (1, 3)
    for result in (made, served):
        assert f"{begun} is empty" in result.stderr
    assert begun.read_text() == "\n"


def test_an_empty_key_file_of_a_new_installation_is_named(tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var/data_keys").touch()

    result = run(tmp_path, "manage.py", "make_keys")

    assert result.returncode == 1
    assert "data_keys is empty. Nothing is stored yet, so delete it." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("-c", "import config.wsgi"), 3), (("manage.py", "migrate"), 1)],
    ids=["serve", "migrate"],
)
def test_another_key_refuses_to_start_and_says_what_helps(tmp_path, begun, arguments, code):
    kept = begun.read_text()
    begun.write_text(FERNET_KEY)

    result = run(tmp_path, *arguments)

    assert result.returncode == code
    assert "planner.E006" in result.stderr
    assert "Put the right key back" in result.stderr
    begun.write_text(f"{FERNET_KEY},{kept}")
    assert run(tmp_path, *arguments).returncode == 0, "with the old key behind the new one"
