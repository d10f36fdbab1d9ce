"""How fast the pages are: `make bench`, or `python benchmarks/bench_web.py`.

Starts the server of `make run` (gunicorn, 2 workers of 4 threads) on a free port of this machine,
with a SQLite file in a folder of its own, and speaks to it over HTTP; what concerns the app alone
is measured in this process with Django's test client as well. Ratios come from the same run.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import harmonic_mean
from time import monotonic, perf_counter, process_time
from urllib.parse import urlencode, urljoin, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

EDITS = 80
WARM_UP = 5
CLIENTS = 4
ROUND_REQUESTS = 48
ROUND_SECONDS = 20
ROUNDS = 24
EDITED = "/plan/figures/debts/debt1/"
SERVER_TIME = "X-Server-Time"  # see web_urls.timed
HTMX = {"HX-Request": "true", "HX-Target": "plan"}
PAGES = [
    "/plan/", "/debts/", "/debts/debt1/", "/incomes/", "/expenses/", "/accounts/", "/calendar/",
    "/calendar/download/", "/calendar/anhuan.ics", "/plan/table.csv", "/settings/", "/privacy/",
    "/start/",
]  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="anhuan-bench-") as folder:
        port = free_port()
        set_up(folder, port)
        cookie = make_member()
        with serving(port):
            print(f"web: 3 debts x 24 months, SQLite, {os.cpu_count()} cores")
            edits(port, cookie)
            queries(cookie)
            first_visit(port)
            throughput(port, cookie)


def set_up(folder: str, port: int) -> None:
    for name in ("SITE_URL", "DATABASE_URL", "EMAIL_URL", "TRUSTED_PROXIES"):
        os.environ.pop(name, None)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="benchmarks.web_settings",
        VAR_DIR=folder,
        PORT=str(port),
        SECRET_KEY="only-for-the-benchmark-" * 3,
        DATA_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    call_command("collectstatic", interactive=False, verbosity=0)


def make_member() -> str:
    """A member with the household, and what a browser sends to be known as them."""
    from django.conf import settings
    from django.test import Client

    from benchmarks.households import paying_household
    from planner.domain.household.household import household_document
    from planner.models import IdempotencyKey, User
    from planner.services import people
    from planner.services.changes import replace_household

    user = User.objects.create_user("bench@example.com")
    people.record_consent(user=user)
    document = household_document(paying_household(3, 24))
    replace_household(user=user, document=document)
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(owner=user, key=f"row-{number}", fingerprint="-", slug="debt1")
        for number in range(100)
    )
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


# --- The server --------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def serving(port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}",
        "--workers", "2", "--threads", "4", "--forwarded-allow-ips", "", "--log-level", "warning",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    worker = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT)
    try:
        wait_for(port, server)
        yield server
    finally:
        for process in (server, worker):
            process.terminate()
            process.wait(timeout=30)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    answered = threading.Event()
    end = monotonic() + 60
    while monotonic() < end and server.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            answered.wait(0.1)
    sys.exit("The server did not start.")


class Browser:
    """One connection that stays open and one cookie jar; as much of a browser as is needed."""

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies = dict([cookie.split("=", 1)])

    def ask(
        self, method: str, path: str, data: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str, bytes]:
        """Status, Location and body; all headers in `told`."""
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": jar, **headers}
        body = None
        if data is not None:
            body = urlencode(data)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (HTTPException, OSError):  # the server closed an idle connection
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie", []):
            name, _equals, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.told = answer.headers
        return answer.status, answer.headers.get("Location", ""), answer.read()


# --- Edit → swapped region ---------------------------------------------------------------------


class Fields(HTMLParser):
    """What the form with this action would send."""

    def __init__(self, action: str, page: str) -> None:
        super().__init__()
        self.action, self.inside, self.values = action, False, {}
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "form":
            self.inside = found.get("action") == self.action
        if tag == "input" and self.inside and found.get("name"):
            self.values[found["name"]] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


Post = Callable[[dict[str, str]], tuple[str, float]]  # the page, and the server's milliseconds


def edits(port: int, cookie: str) -> None:
    """A figure is sent, the plan computed four times, and the new region comes back."""
    page, post = in_process(cookie)
    report("processor time", edit_again_and_again(page, post, process_time)[0])
    page, post = over_http(port, cookie)
    spent, served = edit_again_and_again(page, post, perf_counter)
    report("in the server", served)
    report("over HTTP", spent)


def report(how: str, spent: list[float]) -> None:
    print(
        f"  edit -> region, {how:<18} p50 {percentile(spent, 50):6.1f} ms"
        f"   p95 {percentile(spent, 95):6.1f} ms   (bar 60 ms, {len(spent)} edits)"
    )


def in_process(cookie: str) -> tuple[str, Post]:
    client = signed_in_client(cookie)

    def post(data: dict[str, str]) -> tuple[str, float]:
        answer = client.post(EDITED, data, headers=HTMX)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode(), float(answer[SERVER_TIME])

    return client.get("/plan/").content.decode(), post


def over_http(port: int, cookie: str) -> tuple[str, Post]:
    browser = Browser(port, cookie)
    origin = f"http://127.0.0.1:{port}"

    def post(data: dict[str, str]) -> tuple[str, float]:
        status, _location, body = browser.ask("POST", EDITED, data, Origin=origin, **HTMX)
        assert status == 200, (status, body.decode())
        return body.decode(), float(browser.told[SERVER_TIME])

    return browser.ask("GET", "/plan/")[2].decode(), post


def edit_again_and_again(
    page: str, post: Post, clock: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each edit, by a clock of this process, and as the server tells.

    Every one to another amount, so that nothing is stored yet.
    """
    spent, served = [], []
    start_fen = 2_400_000 + round(perf_counter() * 1000) % 9_000
    for number in range(WARM_UP + EDITS):
        values = Fields(EDITED, page).values
        amount = next(name for name in values if name.endswith("balance"))
        fen = start_fen - number * 4_711
        values[amount] = f"{fen // 100}.{fen % 100:02}"
        start = clock()
        page, milliseconds = post(values)
        spent.append((clock() - start) * 1000)
        served.append(milliseconds)
        assert f"{fen // 100:,}.{fen % 100:02}" in page
    return spent[WARM_UP:], served[WARM_UP:]


def percentile(values: list[float], share: int) -> float:
    return sorted(values)[min(len(values) * share // 100, len(values) - 1)]


def signed_in_client(cookie: str):
    from django.test import Client

    client = Client(headers={"Host": "127.0.0.1"})
    name, value = cookie.split("=", 1)
    client.cookies[name] = value
    return client


# --- Queries -----------------------------------------------------------------------------------


def queries(cookie: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in_client(cookie)
    counts = {}
    for path in PAGES:
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        counts[path] = len(captured)
    worst = max(counts, key=counts.__getitem__)
    listed = ", ".join(f"{path} {count}" for path, count in counts.items())
    print(f"  queries a page: {counts[worst]} at most, {worst}   (bar 15)\n    {listed}")


# --- First visit -------------------------------------------------------------------------------


def first_visit(port: int) -> None:
    """Everything a browser with an empty cache fetches, in bytes as they come over the wire."""
    home = f"http://127.0.0.1:{port}/"
    page, sizes = fetched(port, "/"), {}
    sizes["/"] = page[0]
    linked = re.findall(r"<(?:link|script|img)[^>]+(?:href|src)=\"([^\"]+)\"", page[1])
    urls = {urljoin(home, one) for one in linked}
    foreign = [url for url in urls if urlsplit(url).netloc != urlsplit(home).netloc]
    for url in sorted(urls.difference(foreign)):
        sizes[urlsplit(url).path] = fetched(port, urlsplit(url).path)[0]
    listed = ", ".join(f"{Path(path).name or path} {size}" for path, size in sizes.items())
    total = sum(sizes.values()) / 1000
    print(f"  first visit: {total:.1f} KB with headers, gzip   (bar 60 KB)\n    {listed}")
    print(f"  requests to third parties: {len(foreign)}   (bar 0)")


def fetched(port: int, path: str) -> tuple[int, str]:
    """Bytes of the whole answer, headers included, and its text."""
    import gzip

    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n"
        "Connection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=30) as one:
        one.sendall(request.encode())
        answer = b"".join(iter(lambda: one.recv(65_536), b""))
    head, _blank, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    is_packed = b"content-encoding: gzip" in head.lower()
    return len(answer), (gzip.decompress(body) if is_packed else body).decode()


# --- Throughput --------------------------------------------------------------------------------


def throughput(port: int, cookie: str) -> None:
    """The plan page with its result stored, beside a page of the same frame with a bare table.

    Many short rounds, each over new connections: a worker keeps those that it took, and with four
    of them both workers have two each in but three rounds of eight.
    """
    rates: dict[str, list[float]] = {"/bare/": [], "/plan/": []}
    for path in rates:
        load(port, cookie, path, requests=40)
    for _round in range(ROUNDS):
        for path, found in rates.items():
            found.append(load(port, cookie, path, requests=ROUND_REQUESTS))
    bare, plan = (harmonic_mean(found) for found in rates.values())
    ratio = plan / bare
    print(
        f"  throughput, {CLIENTS} clients: plan {plan:.0f} a second, bare page {bare:.0f}"
        f"   ratio {ratio:.2f}   (bar 0.4)"
    )


def load(port: int, cookie: str, path: str, *, requests: int) -> float:
    """Answers a second with CLIENTS asking at once."""
    end = monotonic() + ROUND_SECONDS
    done: list[int] = []

    def ask() -> None:
        browser, count = Browser(port, cookie), 0
        while count < requests // CLIENTS and monotonic() < end:
            status, _location, _body = browser.ask("GET", path, **{"Accept-Encoding": "gzip"})
            assert status == 200, status
            count += 1
        done.append(count)

    threads = [threading.Thread(target=ask) for _client in range(CLIENTS)]
    start = perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sum(done) / (perf_counter() - start)


if __name__ == "__main__":
    main()
