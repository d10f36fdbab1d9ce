import os
import shutil
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, settings

from tests.households import document

# How many cases a property has, by `--hypothesis-profile`. Wherever a change is judged they are the
# same ones every time, so that it answers for itself; the long run looks elsewhere each time.
settings.register_profile("quick", max_examples=50, derandomize=True, deadline=None)
settings.register_profile("thorough", max_examples=1_000, derandomize=True, deadline=None)
settings.register_profile(
    "long", max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")

# Playwright's synchronous interface runs an event loop in the thread that also uses the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(config, items):
    """Mark what has a database; tests marked `long` run only when asked for by `-m`, those of
    SQLite only on it."""
    for item in items:
        fixtures = {"db", "transactional_db", "live_server"} & {*item.fixturenames}
        if fixtures or item.get_closest_marker("django_db"):
            item.add_marker("database")
    not_now = set() if "long" in config.option.markexpr else {"long"}
    if "DATABASE_URL" in os.environ:
        not_now.add("sqlite")
    left_out = [item for item in items if any(map(item.get_closest_marker, not_now))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish(session):
    """In CI a skipped test is a failed run: else a green one could mean that nothing was tested."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("REQUIRE_BROWSER") and skipped and session.exitstatus == 0:
        reporter.write_line(f"{len(skipped)} skipped where nothing may be", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, browser_type):
    """CHROMIUM_PATH, Playwright's own browser, or one that is installed here."""
    arguments = dict(browser_type_launch_args)
    path = os.environ.get("CHROMIUM_PATH")
    if not path and not os.path.exists(browser_type.executable_path):
        names = ("chromium", "chromium-browser", "google-chrome")
        path = next(filter(None, map(shutil.which, names)), None)
        if path is None:
            pytest.skip("no browser: apt-get install chromium fonts-noto-cjk")
    if path:
        arguments["executable_path"] = path
    if os.geteuid() == 0:  # Chromium's sandbox refuses to work for root
        arguments["args"] = [*arguments.get("args", []), "--no-sandbox"]
    return arguments


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(autouse=True)
def chinese():
    """A request leaves its language active in the thread; each test starts from the default."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


@pytest.fixture(autouse=True)
def clock(request, monkeypatch):
    """The day of the tests' households, 1 December 2026, whenever the tests run.

    `clock(day)` moves it to noon in Shanghai of a day, `clock(moment)` to any moment; there it
    stands still. In a browser, whose own clock nobody moves, it goes right until then.
    """
    from django.utils import timezone

    def set_to(moment):
        if not isinstance(moment, datetime):
            moment = _noon(moment)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    if request.node.get_closest_marker("browser") is None:
        gone = _noon(date(2026, 12, 1)) - datetime.now(UTC)
        monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + gone)
    return set_to


def _noon(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


@pytest.fixture
def make_member(db):
    """Members who agreed to the privacy text, with a household of the given document."""
    from planner.models import User
    from planner.services import people
    from planner.services.changes import replace_household

    def make(name="owner", **changes):
        user = User.objects.create_user(f"{name}@example.com")
        people.record_consent(user=user)
        replace_household(user=user, document=document(**changes))
        return user

    return make


@pytest.fixture
def owner(make_member):
    return make_member("owner")


@pytest.fixture
def stranger(make_member):
    return make_member("stranger")


@pytest.fixture
def owner_client(client, owner):
    client.force_login(owner)
    return client
