"""Bad input: every control of every form × every applicable entry of tests/data/bad_inputs.json.

The forms are those that the pages show, found by walking every address; an address that takes a
POST and that no page has a form for is a failure. First each form is sent with a bad value in
every control at once, round after round, until each control has had each of its inputs. What was
not refused there is sent once more alone, and must come back as the value it was meant to be.
"""

import itertools
import json
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.page_reading import Control, PageForm
from tests.paths import DATA
from tests.trust.addresses import Address
from tests.trust.visitor import FORM, Answer, Visitor

GROUPS = json.loads((DATA / "bad_inputs.json").read_text("utf-8"))["groups"]
HEADERS = (
    "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy",
    "permissions-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
    "cache-control",
)  # fmt: skip
STATE = {"csrfmiddlewaretoken", "key", "version", "revision", "was", "next", "told"}
SLOWEST = 5.0

# Posts that no form of a page makes.
WITHOUT_FORM = {
    "account_inactive": "shows a page only",
    "account_email_verification_sent": "asks for a code only where mail is sent",
    "account_confirm_email": "opened from a mail",
    "account_reset_password_done": "shows a page only",
    "account_reset_password_from_key_done": "shows a page only",
    "account_change_password": "its form stands in for members with a password",
    "planner:guest-settle": "asks only a guest who has just signed in",
    "planner:question-resume": "a button alone, shown once a question was put off",
    "planner:plan-news": "a button alone, shown while new rules are news",
    "planner:carry-create": "a button alone, shown in WeChat and in a guest's settings",
    "planner:import-choose": "its form stands on the answer to what was read",
    "planner:import-rest": "its form stands on the answer to what was read",
    "planner:import-drop": "a button alone, on the answer to what was read",
    "planner:reminder-mail": "its form stands where mail is sent",
    "planner:reminder-push": "its form stands where there is a key for push",
    "planner:reminder-stop": "a button alone, on the address in a mail",
    "planner:contact-undo": "a button alone, beside an entry of the log",
    "mfa_remove_webauthn": "a button alone, shown where there is a passkey",
    "sessions": "a button alone, shown where somebody is signed in elsewhere too",
    "planner:event-undo": "a button alone, shown once a letter was entered",
}
# Fields of a choice that was not made: what stands there is not kept.
OF_A_CHOICE = ("minimum_", "weekday", "every_days", "once", "month_day")
# What follows from the values, or how they are understood, is shown at once; or, of an address
# that is shown this once, the address.
SHOWING = {
    "planner:plan-borrow",
    "planner:offer-check",
    "planner:start",
    "planner:calendar-feed",
}
# What was sent is dropped with the request, as the page promises, and never shown again.
FORGETTING = {"planner:import-read"}
# A button alone, and what it does ends the person's session or household.
ENDING = {"planner:data-erase", "account_logout", "set_language"}


def value_of(item: dict[str, Any]) -> str:
    text = item.get("value", item.get("repeat", "") * item.get("count", 0))
    return text + item.get("suffix", "")


def values(*groups: str) -> list[tuple[str, str]]:
    return [
        (item["id"], value_of(item))
        for group in groups
        for item in GROUPS[group]["items"]
        if not item.get("heavy")
    ]


def applicable(control: Control) -> list[tuple[str, str]]:
    """The inputs that make sense for a control, by what a browser knows of it."""
    name, kind = control.name, control.kind
    mode = control.attributes.get("inputmode", "")
    if name in STATE or kind == "hidden":
        return values("ids", "query") + (values("redirect") if name == "next" else [])
    if kind in ("select", "radio", "checkbox", "button"):
        return values("timezones" if "zone" in name else "query", "ids", "markup")
    if kind == "password":
        return values("password") + values("text")[:8]
    if kind == "email" or name in ("login", "email"):
        return values("email_login", "markup") + values("text")[:12]
    if kind == "date":
        return values("dates", "markup") + values("text")[:8]
    if mode in ("decimal", "numeric"):
        return values("money", "rate_terms", "markup") + values("text")[:8]
    return values("text", "markup", "query", "ics")


# --- What an accepted value must have become ----------------------------------------------------


def meant_number(text: str) -> Decimal | None:
    """An independent reading: the number that a text can only mean, None for no number."""
    text = unicodedata.normalize("NFKC", text.replace("²", "x").replace("½", "x"))
    text = re.sub(r"[\s¥%元]|CNY", "", text.replace("。", "."))
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text):
        text = text.replace(",", "")
    return Decimal(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII) else None


def meant_day(text: str) -> str | None:
    text = unicodedata.normalize("NFKC", text).strip()
    found = re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", text, re.ASCII)
    return date(*map(int, found.groups())).isoformat() if found else None


def meant_text(text: str, *, lines: bool) -> str:
    """What can be seen of it."""
    text = unicodedata.normalize("NFC", text)
    kept = "".join(
        char
        for char in text
        if char in "\n\t\r" or (unicodedata.category(char)[0] != "C" and char not in "\u2028\u2029")
    )
    return kept.strip() if lines else " ".join(kept.split())


def is_right(control: Control, typed: str, shown: str) -> bool:
    if meant_text(typed, lines=False) == "":
        return True  # left empty; what stands in then is the form's own matter
    mode = control.attributes.get("inputmode", "")
    if control.kind == "date":
        return shown == meant_day(typed)
    if mode in ("decimal", "numeric"):
        meant = meant_number(typed)
        return meant is not None and (
            (meant_number(shown) or Decimal(0)) == meant or (meant == 0 and not shown)
        )
    if control.kind in ("text", "textarea"):
        seen = "".join(
            char for char in shown if char.isspace() or unicodedata.category(char)[0] != "C"
        )
        wanted = meant_text(typed, lines=False)
        return " ".join(seen.split()) == wanted and not set(shown) & set("\0\x1b\u202e\ufeff\u200b")
    return True


# --- The forms there are ------------------------------------------------------------------------


@dataclass(slots=True)
class Found:
    """A form, the page it stands on, and who sees it there."""

    name: str
    page: str
    action: str
    form: PageForm
    who: str = ""


def forms_on(
    visitor: Visitor, pages: list[str], name_of: Callable[[str], str], who: str
) -> Iterator[Found]:
    seen = set()
    for page in pages:
        answer = visitor.get(page)
        if answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
            continue
        for form in answer.page.posting():
            action = form.action or page
            name = name_of(action.partition("?")[0])
            # The same form for another row is the same form.
            parts = tuple(sorted({one.name.rpartition("-")[2] for one in form.controls}))
            if (name, parts) not in seen:
                seen.add((name, parts))
                yield Found(name, page, action, form, who)


def variants(addresses: list[Address], products: list[str]) -> list[str]:
    """Every page by its address, and those that a choice in the address makes another."""
    paths = [one.path for one in addresses]
    for page in ("/debts/new/", "/start/"):
        paths += [f"{page}?contract={one}" for one in ("revolving", "instalment", "open")]
        paths += [f"{page}?product={one}" for one in products]
    return paths


# --- Trying -------------------------------------------------------------------------------------


@dataclass
class Result:
    sends: int = 0
    pairs: set[tuple[str, str, str]] = field(default_factory=set)
    fields: set[tuple[str, str]] = field(default_factory=set)
    refused: int = 0
    accepted: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def fault(self, *what: Any) -> None:
        self.faults.append(" · ".join(str(one)[:160] for one in what))


class Trial:
    def __init__(self, visitor: Visitor, restore: Callable[[], None], result: Result) -> None:
        self.visitor, self.restore, self.result = visitor, restore, result
        self.taken = 0  # forms since it was made

    def send(self, what: Any, path: str, method: str = "POST", **options: Any) -> Answer:
        began = time.monotonic()
        try:
            answer = self.visitor.send(method, path, **options)
        except OSError as broken:
            self.result.fault("no answer", what, path, broken)
            return Answer(0, {}, "")
        took = time.monotonic() - began
        result = self.result
        result.sends += 1
        result.slowest = max(result.slowest, took)
        result.statuses[answer.status] = result.statuses.get(answer.status, 0) + 1
        if answer.status >= 500:
            result.fault(answer.status, what, path)
        if took > SLOWEST:
            result.fault(f"{took:.1f} s", what, path)
        if missing := [name for name in HEADERS if name not in answer.headers]:
            result.fault("without", missing, what, path)
        return answer

    def form(self, found: Found) -> PageForm | None:
        """The form as it stands now: versions and keys may have gone on."""
        answer = self.visitor.get(found.page)
        names = {one.name for one in found.form.controls}
        for form in answer.page.posting():
            is_it = (form.action or found.page) == found.action
            if is_it and {one.name for one in form.controls} >= names - {"consent"}:
                return form
        return None

    def everywhere(
        self, found: Found, rounds: int | None = None, *, hidden: bool = False
    ) -> list[tuple[str, str, str]]:
        """Bad values in all controls at once; returns what no control was marked for."""
        controls = [
            one
            for one in found.form.controls
            if one.name not in ("", "csrfmiddlewaretoken")
            and one.kind != "button"
            and (one.kind == "hidden") is hidden
        ]
        inputs = {one.name: applicable(one) for one in controls}
        kept: dict[tuple[str, str], str] = {}
        most = max((len(one) for one in inputs.values()), default=0)
        for number in range(most if rounds is None else min(rounds, most)):
            bad = {
                name: of[(number + place) % len(of)]
                for place, (name, of) in enumerate(inputs.items())
            }
            pairs = found.form.sent(**{name: text for name, (_id, text) in bad.items()})
            answer = self.send(f"all, round {number}", found.action, fields=pairs)
            page_form = self._again(answer, found, bad)
            self._unescaped(answer, found, [text for _id, text in bad.values()])
            for control in controls:
                name, (key, text) = control.name, bad[control.name]
                self._note(found, name, key)
                shown = page_form and page_form.control(name)
                if answer.status == 422 and shown and shown.is_marked_wrong:
                    self.result.refused += 1
                    if not answer.page.said_beside(shown):
                        self.result.fault("no sentence", found.name, name, key)
                elif answer.status in (302, 422, 409, 200):
                    kept[name, key] = text
                self._stays(answer, shown, found, key, text)
            if answer.status == 302:
                self.restore()
                found.form = self.form(found) or found.form
        return [(name, key, text) for (name, key), text in kept.items()]

    @staticmethod
    def _again(answer: Answer, found: Found, names: Iterable[str]) -> PageForm | None:
        """The form as it came back."""
        to = found.action.partition("?")[0]
        for form in answer.page.posting():
            is_it = (form.action or found.page).partition("?")[0] == to
            if is_it and {one.name for one in form.controls} & {*names}:
                return form
        return None

    def together(self, found: Found, rows: list[tuple[str, str, str]]) -> None:
        """Bad values that no control was marked for, one for each control at a time: of a form
        that takes them all each must have become what it was meant to be. Who is marked now is
        sent alone; where nobody is, and the form is not taken, all are, and who was refused
        then is not sent with others again."""
        waiting: dict[str, list[tuple[str, str]]] = {}
        for name, key, text in rows:
            if found.form.control(name):
                waiting.setdefault(name, []).append((key, text))
        apart: list[tuple[str, str, str]] = []
        refused: set[str] = set()
        while any(waiting.values()):
            batch = {name: of.pop() for name, of in waiting.items() if of}
            leaving = refused & batch.keys()
            while len(batch) - len(leaving) > 1:
                apart += [(name, *batch.pop(name)) for name in leaving]
                answer = self.send(
                    f"together {[key for key, _text in batch.values()]}", found.action,
                    fields=found.form.sent(**{name: text for name, (_, text) in batch.items()}),
                )  # fmt: skip
                self._unescaped(answer, found, [text for _key, text in batch.values()])
                if answer.status == 302:
                    self._taken(found, batch)
                    batch, leaving = {}, set()
                    continue
                form = self._again(answer, found, batch)
                shown = {one.name: one for one in form.controls} if form else {}
                for name, (key, text) in batch.items():
                    self._stays(answer, shown.get(name), found, key, text)
                leaving = {one for one in batch if one in shown and shown[one].is_marked_wrong}
                if not leaving:
                    self.start_again(found)
                    refused |= {
                        name for name, one in batch.items() if self.alone(found, name, *one) != 302
                    }
                    batch = {}
            apart += [(name, *one) for name, one in batch.items()]
        self.start_again(found)
        for _name, of in itertools.groupby(sorted(apart), lambda row: row[0]):
            for row in of:
                self.alone(found, *row)
            self.start_again(found)

    def alone(self, found: Found, name: str, key: str, text: str) -> int:
        """One bad value in a form that is right otherwise; what it was answered with."""
        if found.form.control(name) is None:
            return 0
        answer = self.send((name, key), found.action, fields=found.form.sent(**{name: text}))
        self._unescaped(answer, found, [text])
        if answer.status == 302:
            self._taken(found, {name: (key, text)})
            return answer.status
        self._note(found, name, key)
        if answer.status == 422:
            self.result.refused += 1
            shown = next(
                (c for f in answer.page.posting() for c in f.controls if c.name == name), None
            )
            said = (
                shown is None
                or shown.is_marked_wrong
                or re.search(r'role="alert"|errorlist', answer.text)
            )
            if not said:
                self.result.fault("no sentence", found.name, name, key)
            self._stays(answer, shown, found, key, text)
        elif answer.status == 200 and found.name in SHOWING:
            self.result.accepted += 1
        elif answer.status not in (400, 403, 404, 405, 409, 413, 429):
            self.result.fault("status", answer.status, found.name, name, key)
        return answer.status

    def _note(self, found: Found, name: str, key: str) -> None:
        self.result.pairs.add((found.name, name, key))
        self.result.fields.add((found.name, name))

    def _taken(self, found: Found, batch: dict[str, tuple[str, str]]) -> None:
        """The form was taken; what it shows now of each must be what was meant."""
        for name, (key, _text) in batch.items():
            self.result.accepted += 1
            self._note(found, name, key)
        self.taken += 1
        if self._is_edit(found):
            now = self.form(found)
            for name, (key, text) in batch.items():
                control, shown = found.form.control(name), now.control(name) if now else None
                is_shown = shown is not None and name not in STATE
                is_shown &= bool(shown and shown.value) or not name.startswith(OF_A_CHOICE)
                if is_shown and not is_right(control, text, shown.value):
                    self.result.fault("became", found.name, name, key, repr(shown.value))
            found.form = now or found.form
        elif spent := found.form.control("key"):
            spent.value = f"key-{self.result.sends}"
        if self.taken % 12 == 0 or not self._is_ours(found):
            self.start_again(found)

    def start_again(self, found: Found) -> None:
        self.restore()
        found.form = self.form(found) or found.form

    @staticmethod
    def _is_ours(found: Found) -> bool:
        return found.name.startswith("planner:")

    @staticmethod
    def _is_edit(found: Found) -> bool:
        """Whether the form shows afterwards what was saved by it; a payment or an answer is done
        once, and the next form is about the next one."""
        return not re.search(r"/(new|start|paid|answers)/|/account/", found.action)

    def _stays(self, answer, shown, found, key, text) -> None:
        """What was typed is still there."""
        if answer.status != 422 or shown is None or shown.kind not in ("text", "date", "textarea"):
            return
        if found.name in FORGETTING:
            return
        typed, now = (re.sub(r"[\0\r]", "", one) for one in (text, shown.value))
        if now.strip("\n") != typed.strip("\n"):
            self.result.fault("lost what was typed", found.name, shown.name, key, repr(now))

    def _unescaped(self, answer: Answer, found: Found, texts: list[str]) -> None:
        for text in texts:
            if re.search(r"<[a-z!/]", text) and text in answer.text:
                self.result.fault("unescaped", found.name, text)

    # --- The shape of a request rather than its values ---

    def shapes(self, found: Found) -> None:
        form, send = found.form, self.send
        path = found.action
        token = {"csrfmiddlewaretoken": self.visitor.token()}
        for charset in ("latin-1", "utf-7", "gb18030", "nonsense", "hex"):
            answer = send(charset, path, body=b"a=b",
                          headers={"Content-Type": f"{FORM}; charset={charset}"})  # fmt: skip
            if answer.status != 400:
                self.result.fault("charset taken", charset, answer.status, path)
        answer = send("10 MB", path, body=b"name=" + b"a" * 10_000_000,
                      headers={"Content-Type": FORM})  # fmt: skip
        if answer.status != 413:
            self.result.fault("10 MB taken", answer.status, path)
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
            answer = send(method, path, method)
            if answer.status not in (403, 404, 405) and found.name.startswith("planner:"):
                self.result.fault("method taken", method, answer.status, path)
        if found.name in ENDING:
            return
        bodies = [
            (b"[" * 100_000, "application/json"),
            (b'{"a":' * 50_000, "application/json"),
            (b"\xff\xfe=\xff\xfe&name=\xff\xfe", FORM),
            (b"name=%zz&amount=%", FORM),
            (b"&".join(b"f%d=1" % one for one in range(5000)), FORM),
            (b"--x\r\nzzz", "multipart/form-data"),
            (b"--x\r\nzzz", 'multipart/form-data; boundary="'),
            (b"--x\r\nzzz", "multipart/form-data; boundary=x"),
            (b"name=a", "text/plain"),
            (b"<a/>", "application/xml"),
        ]
        first = next((one.name for one in form.controls if one.name not in STATE), "x")
        for content in (b"abc", b""):
            head = f'Content-Disposition: form-data; name="{first}"; filename="../../x.csv"'
            part = b"--x\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n--x--\r\n"
            bodies.append((part, "multipart/form-data; boundary=x"))
        for body, kind in bodies:
            answer = send(kind, path, body=body, headers={"Content-Type": kind})
            self._settle(answer, found)
        for item in GROUPS["hosts_headers"]["items"]:
            name, value = item["header"], item["value"]
            if name not in ("Content-Type", "Cookie"):
                answer = send(name, path, fields=token, headers={name: value})
                if name == "Origin" and answer.status != 403:
                    self.result.fault("foreign origin", answer.status, path)
                self._settle(answer, found)
        answer = send("no fields", path, fields=token)
        self._settle(answer, found)
        names = list(dict.fromkeys(one.name for one in form.controls if one.name))
        for name in names:
            answer = send(f"without {name}", path, fields=found.form.sent(**{name: None}))
            self._settle(answer, found)
            if name in STATE - {"next", "version", "revision", "was", "told"}:
                continue
            doubled = [*found.form.sent(), (name, "1"), (name, "2")]
            answer = send(f"twice {name}", path, fields=doubled)
            several = (found.form.control(name) or Control(name, "")).kind == "checkbox"
            if answer.status == 302 and not several and self._keeps_figures(found):
                self.result.fault("one of two taken", found.name, name)
            self._settle(answer, found)
        brackets = [(f"{name}{end}", "1") for name in names for end in ("[]", "[0]", "[a]")]
        self._settle(send("brackets", path, fields=[*token.items(), *brackets]), found)
        extra = GROUPS["form_shape"]["items"][3]["fields"]
        self._settle(send("extra", path, fields=[*found.form.sent(), *extra.items()]), found)

    @staticmethod
    def _keeps_figures(found: Found) -> bool:
        return any(one.name in ("key", "was") for one in found.form.controls)

    def _settle(self, answer: Answer, found: Found) -> None:
        if answer.status == 302:
            self.start_again(found)


# --- The whole of it ----------------------------------------------------------------------------


def measure(site: Any, short: bool) -> list[Any]:
    from django.core.cache import cache
    from django.urls import resolve
    from django.utils import timezone

    from planner.domain.rulebook.products import load_products
    from planner.models import ITEM_MODELS, HouseholdRow, User
    from planner.services.changes import change_household, replace_household
    from planner.services.entries import record_payment
    from tests.trust.addresses import addresses, names
    from tests.trust.household import full, pay_too_much
    from tests.trust.rows import Row
    from tests.trust.visitor import member, session_of

    result = Result()
    seed = full(timezone.localdate())
    counter = itertools.count()
    numbers = (f"198.51.{one // 250}.{one % 250 + 1}" for one in counter)
    people: dict[str, Any] = {}

    def owner_again(person: str, document: Any, password: str = "") -> Callable[[], None]:
        def restore() -> None:
            cache.clear()
            visitor = visitors[person]
            visitor.address = next(numbers)
            user = User.objects.filter(pk=people[person].pk).first()
            if user is None:
                user = people[person] = member(f"{person}{next(counter)}")
            if password:
                user.set_password(password)
                user.save()
            if document is not None:
                replace_household(user=user, document=document, is_sample=False)
                change_household(user=user, buffer="377.00")  # can be undone
            HouseholdRow.objects.owned_by(user).update(is_discreet=False, language="zh-hans")
            visitor.cookies = {"session": session_of(user)}

        return restore

    def guest_again() -> None:
        cache.clear()
        visitors["guest"] = trials["guest"].visitor
        visitors["guest"].cookies = {}
        visitors["guest"].address = next(numbers)
        visitors["guest"].post("/guest/")

    def nobody_again() -> None:
        cache.clear()
        visitors["nobody"].cookies = {}
        visitors["nobody"].address = next(numbers)

    late = full(timezone.localdate() - timedelta(days=40))

    def away_again(person: str) -> Callable[[], None]:
        """Somebody who was not here for a while: questions are open, a history is there."""

        def restore() -> None:
            user = people[person] = member(f"{person}{next(counter)}", late)
            record_payment(
                user=user, debt="friend", on=timezone.localdate() - timedelta(days=30),
                amount_fen=100, account="card", key="first",
            )  # fmt: skip
            if person == "refused":  # and a payment that can no longer be reckoned
                pay_too_much(user, timezone.localdate() - timedelta(days=20), "9999.99")
            visitors[person].cookies = {"session": session_of(user)}

        return restore

    # Whether one of everything runs short of money depends on the day of the month; with no income
    # for a month it does on every day.
    later = (timezone.localdate() + timedelta(days=31)).isoformat()
    tight = seed | {"incomes": [one | {"from": later} for one in seed["incomes"]]}

    people["owner"] = member("owner", seed)
    people["tight"] = member("tight", tight)
    people["member"] = member("member", seed)
    visitors = {
        name: Visitor(site.port)
        for name in ("owner", "tight", "late", "refused", "member", "guest", "nobody")
    }
    trials = {
        "owner": Trial(visitors["owner"], owner_again("owner", seed), result),
        "tight": Trial(visitors["tight"], owner_again("tight", tight), result),
        "member": Trial(visitors["member"], owner_again("member", None, "eleven purple llamas"),
                        result),
        "late": Trial(visitors["late"], away_again("late"), result),
        "refused": Trial(visitors["refused"], away_again("refused"), result),
        "guest": Trial(visitors["guest"], guest_again, result),
        "nobody": Trial(visitors["nobody"], nobody_again, result),
    }  # fmt: skip
    for trial in trials.values():
        trial.restore()

    def name_of(path: str) -> str:
        return resolve(path).view_name

    items = {kind: [one["id"] for one in seed[kind]] for kind in ITEM_MODELS}
    soon = date.fromisoformat(seed["debts"][1]["next_due"])
    every = addresses(items, [("loan", soon)])
    products = [*load_products()]
    pages = variants([one for one in every if not one.name.startswith("account_")], products)
    account_pages = [one.path for one in every if one.name.startswith("account_")]
    found = [*forms_on(visitors["owner"], pages, name_of, "owner")]
    found += [
        one
        for one in forms_on(visitors["tight"], ["/plan/short/"], name_of, "tight")
        if one.name == "planner:plan-short"
    ]
    found += [
        one
        for one in forms_on(visitors["late"], ["/plan/", "/history/"], name_of, "late")
        if one.name.partition(":")[2].startswith(("question", "history"))
    ]
    found += forms_on(visitors["refused"], ["/history/mend/"], name_of, "refused")
    found += forms_on(visitors["guest"], variants([], products)[:8], name_of, "guest")
    found += forms_on(visitors["member"], account_pages, name_of, "member")
    trials["nobody"].visitor.post("/account/login/code/", {"email": "member@example.com"})
    found += forms_on(visitors["nobody"], ["/account/login/code/confirm/"], name_of, "nobody")
    trials["nobody"].restore()
    found += forms_on(visitors["nobody"], ["/", *account_pages], name_of, "nobody")

    have = {one.name for one in found}
    posted = 0
    for name, path in {one.name: one.path for one in every}.items():
        who = "member" if name.startswith("account_") else "owner"
        allowed = visitors[who].send("PROPFIND", path).headers.get("allow", "")
        posted += "POST" in allowed
        if "POST" in allowed and name not in have and name not in WITHOUT_FORM:
            result.fault("no page shows a form for", name, path)
    if {name for name, _keys in names()} - {one.name for one in every}:
        result.fault("addresses without an example")

    for index, one in enumerate(found):
        trial = trials[one.who]
        trial.restore()
        one.form = trial.form(one) or one.form
        typed = [c for c in one.form.controls if c.name not in ("", "csrfmiddlewaretoken")]
        if not short or index % 6 == 0:
            trial.shapes(one)
        if one.name in ENDING or not typed:
            continue
        left = trial.everywhere(one, 2 if short else None)
        trial.everywhere(one, 2 if short else None, hidden=True)
        # Alone: what the form took among the others. Of forms that make something new, and of what
        # a form carries for itself, every fifth, another fifth for each form.
        carried = [
            (c.name, key, text)
            for c in one.form.controls
            if c.kind in ("hidden", "button") and c.name not in ("", "csrfmiddlewaretoken")
            for key, text in applicable(c)
        ]
        left = [row for row in left if not re.match(r"arrears_[1-9]", row[0])]
        if short:
            left, carried = left[::40], carried[index % 40 :: 40]
        elif re.search(r"/(new|start)/", one.action) and trial._is_ours(one):
            left = left[index % 5 :: 5]
        trial.start_again(one)
        trial.together(one, left)
        for _name, rows in itertools.groupby(carried[index % 5 :: 5], lambda row: row[0]):
            for name, key, text in rows:
                trial.alone(one, name, key, text)
            trial.start_again(one)
        print(f"   {one.who} {one.name}: {result.sends:,} sends", flush=True)
    trials["owner"].restore()

    for fault in result.faults[:60]:
        print("   fault:", fault, flush=True)
    if result.statuses.get(500):
        print("\n".join(site.errors()), flush=True)
    measured = (
        f"{len(result.pairs):,} field × input in {result.sends:,} sends to {len(found)} forms "
        f"({len(result.fields)} fields): {len(result.faults)} faults; "
        f"{result.accepted:,} accepted, {result.refused:,} refused; slowest {result.slowest:.1f} s"
    )
    enough = 300 if short else 20_000
    did = result.accepted > 5 and result.refused > 100 and posted > 20
    return [
        Row(
            "No input breaks it",
            "every field × every input that applies: no 5xx, a sentence beside the field or the "
            "right value, what was typed stays, all headers, under 5 s",
            measured,
            "HTTP to gunicorn; forms found on the pages of every address",
            not result.faults and len(result.pairs) >= enough and did,
        )
    ]
