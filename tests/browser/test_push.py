"""A phone turns push on, and a message that arrives is shown, and opens its page."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from planner.models import Channel, Reminder, Reminding
from planner.reach.renewal import hand_out
from planner.reach.sweep import sweep
from tests.browser import steps
from tests.browser.conftest import PASSWORD
from tests.reach.push_service import standing_in

pytestmark = pytest.mark.browser

# A headless browser has no push service to subscribe at; all else is its own.
SUBSCRIBE = """
PushManager.prototype.subscribe = async (options) => {
  if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error();
  return %s;
};
"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const shown = await registration.getNotifications();
  return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
}"""


@pytest.fixture
def service(settings):
    with standing_in(settings) as one:
        yield one


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_turned_on_by_a_phone_a_message_is_shown(
    browse, make_signed_up, live_server, service, language
):
    page = turn_on(browse, make_signed_up, live_server, service, language)
    (said,) = service.posts  # sealed by the server, read with the key of the device
    deliver(page, live_server.url, said)
    (shown,) = page.evaluate(SHOWN)
    assert shown["title"] == said["title"]
    assert shown["tag"] == said["tag"]
    confirm(page, said)

    again = said | {"body": "还了吗？"}
    deliver(page, live_server.url, again)
    (shown,) = page.evaluate(SHOWN)  # the same tag: one in place of the other
    assert shown["body"] == "还了吗？"

    page.locator("footer form button").click()
    page.wait_for_load_state()
    assert not Channel.objects.exists()
    expect(page.locator("main .message").first).to_be_visible()
    assert (
        page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    )


def test_touched_it_opens_the_page_of_its_due_or_that_which_stops_it(
    browse, make_signed_up, live_server, service
):
    page = turn_on(browse, make_signed_up, live_server, service, "zh-hans")
    confirm(page, service.posts[0])
    hand_out()
    due = Reminder.objects.filter(kind="ahead").earliest("on")
    Reminder.objects.exclude(pk=due.pk).delete()
    Reminder.objects.update(send_on=timezone.now())
    Reminding.objects.update(quiet_from=0, quiet_to=0)
    assert sweep().sent == 1
    said = service.posts[-1]
    deliver(page, live_server.url, said)

    page.goto(touch(page, said["tag"], ""))
    where = reverse("planner:debt-paid", args=["friend"])
    expect(page).to_have_url(f"{live_server.url}{where}?due={due.on.isoformat()}")

    deliver(page, live_server.url, said)
    page.goto(touch(page, said["tag"], "stop"))
    assert Channel.objects.exists()  # opening it changes nothing
    page.locator("main form button").click()
    page.wait_for_load_state()
    assert not Channel.objects.exists()


def turn_on(browse, make_signed_up, live_server, service, language):
    """A member's page of reminders, push agreed to and its test sent."""
    member = make_signed_up("member", strategy="minimum")
    page = browse(reverse("account_login"), language=language)
    context = page.context
    context.grant_permissions(["notifications"], origin=live_server.url)
    context.add_init_script(SUBSCRIBE % json.dumps(service.subscription()))
    steps.fill(page, login=member.email, password=PASSWORD)
    steps.send(steps.form(page, "account_login"))
    steps.is_at(page, "planner:plan")
    page.goto(reverse("planner:reminders"))
    page.locator("#by-push summary").click()

    form = page.locator("[data-push]")
    expect(form).to_be_visible()
    expect(page.locator("#no-push")).to_be_hidden()
    form.locator("[name=agrees]").check()
    form.locator("button").click()
    expect(page.locator("#push_code")).to_be_visible()
    sweep()
    return page


def confirm(page, said):
    code = next(part for part in said["title"].split() if part.isdigit())
    page.locator("#push_code").fill(code)
    page.locator("#by-push button[value=confirm]").click()
    expect(page.locator("#push_code")).to_have_count(0)
    assert Channel.objects.get().confirmed_on is not None


def touch(page, tag, action):
    """The address that the service worker opens when that notification, or a button of it, is
    touched. A browser opens windows for real fingers alone: it is asked what it would open."""
    (worker,) = page.context.service_workers
    opened = worker.evaluate(
        """async ([tag, action]) => {
          const [notification] = await self.registration.getNotifications({ tag });
          if (action && !notification.actions.some((one) => one.action === action)) return [];
          const opened = [];
          self.clients.openWindow = async (address) => opened.push(String(address));
          self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action }));
          return opened;
        }""",
        [tag, action],
    )
    (address,) = opened
    expect(page.locator("body")).to_be_visible()
    assert page.evaluate(SHOWN) == []  # it is put away
    return address


def deliver(page, origin, said):
    """As a push service would hand it to the browser."""
    session = page.context.new_cdp_session(page)
    found = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    while not found:
        page.wait_for_timeout(50)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": found[-1], "data": json.dumps(said)},
    )
    page.wait_for_function(
        "async (tag) => (await (await navigator.serviceWorker.ready).getNotifications())"
        ".some((one) => one.tag === tag)",
        arg=said["tag"],
    )
    session.detach()
