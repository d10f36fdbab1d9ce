"""The front page: two ways to begin, and the sample's answer as an example."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from planner.pages.front import example as example_module
from planner.pages.front.example import example
from tests.page_reading import read
from tests.paths import ROOT

HOME = reverse("planner:home")
OWN, SAMPLE = reverse("planner:guest-start"), reverse("planner:sample-open")


@pytest.fixture(autouse=True)
def nothing_worked_out():
    example_module._example.cache_clear()


@pytest.mark.django_db
def test_own_figures_come_first_and_the_sample_second(client):
    page = read(client.get(HOME).content.decode())

    assert [form.action for form in page.posting() if form.action in (OWN, SAMPLE)] == [OWN, SAMPLE]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_example_says_what_the_samples_own_plan_says(client, language):
    client.cookies["language"] = language
    shown = client.get(HOME)
    client.post(SAMPLE)

    board = client.get(reverse("planner:plan")).context["page"]

    assert shown.context["example"].answer == board.answer
    assert str(board.answer.headline) in shown.content.decode()
    for due, line in zip(shown.context["example"].dues, board.dues, strict=False):
        assert (due.on, due.name, due.required) == (line.on, line.name, line.required)


def test_the_example_speaks_the_language_of_each_visitor():
    today = timezone.localdate()
    with translation.override("en"):
        english = example(today)
    with translation.override("zh-hans"):
        chinese = example(today)

    assert english.dues[0].name == "Huabei"
    assert chinese.dues[0].name == "花呗"


def test_there_is_an_example_on_every_day():
    for day in range(0, 400, 7):
        found = example(date(2027, 1, 1) + timedelta(days=day))

        assert found.answer.headline
        assert len(found.dues) == example_module.SHOWN_DUES


@pytest.mark.django_db
def test_the_front_page_asks_the_database_for_nothing(client, django_assert_num_queries):
    for _visit in range(2):
        with django_assert_num_queries(0):
            client.get(HOME)


def test_a_phone_can_put_the_site_on_its_first_page(db, client):
    page = client.get("/").content.decode()
    answer = client.get("/manifest.webmanifest")
    told = answer.json()

    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    assert answer["Content-Type"] == "application/manifest+json"
    assert "manifest-src 'self'" in answer["Content-Security-Policy"]
    assert (told["start_url"], told["display"]) == ("/", "standalone")
    for icon in told["icons"]:
        found = (ROOT / "static" / icon["src"].removeprefix("/static/")).read_bytes()
        width, height = (int.from_bytes(found[at : at + 4], "big") for at in (16, 20))
        assert icon["sizes"] == f"{width}x{height}"


def test_the_service_worker_is_in_charge_of_the_site_and_keeps_nothing(client):
    """Without a session: any browser may ask for it, and asks again each time."""
    answer = client.get(reverse("planner:service-worker"))
    script = answer.content.decode()

    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert "Set-Cookie" not in answer
    assert not any(word in script for word in ("caches", "indexedDB"))
    assert (
        "现在连不上安还" in json.loads(script.splitlines()[0].partition("=")[2].rstrip(";"))["page"]
    )
