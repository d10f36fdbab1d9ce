"""Who may see what: every address of the app, by name. The access test and the crawl from outside
both read this; an address that the resolver knows and this table does not is a failure.

PUBLIC   anybody; holds nothing of anybody's
OWN      whoever is signed in, and only their own
ITEM     names one owner's item; does not exist for anybody else
MEMBER   for members; guests are led to sign up
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.urls import URLPattern, get_resolver, reverse

PUBLIC, OWN, ITEM, MEMBER = "public", "own", "item", "member"

TABLE = {
    "health-live": PUBLIC,
    "health-ready": PUBLIC,
    "planner:home": PUBLIC,
    "planner:service-worker": PUBLIC,
    "planner:manifest": PUBLIC,
    "planner:guest-start": PUBLIC,
    "planner:sample-open": PUBLIC,
    "planner:privacy": PUBLIC,
    "planner:rule": PUBLIC,
    "planner:rule-list": PUBLIC,
    "planner:rule-law": PUBLIC,
    "planner:rule-real": PUBLIC,
    "planner:rule-calm": PUBLIC,
    "planner:rule-page": PUBLIC,
    "planner:rule-step": PUBLIC,
    "planner:start": PUBLIC,  # sends nobody to the front page, where guests are made
    "planner:guest-settle": OWN,
    "planner:carry-create": OWN,
    "planner:carry-open": PUBLIC,  # a button; what it opens is told by no address but one's own
    "planner:start-money": OWN,
    "planner:debt-list": OWN,
    "planner:debt-create": OWN,
    "planner:debt-detail": ITEM,
    "planner:debt-schedule": ITEM,
    "planner:debt-delete": ITEM,
    "planner:debt-paid": ITEM,
    "planner:debt-history": ITEM,
    "planner:debt-arrangement": ITEM,
    "planner:debt-events": ITEM,
    "planner:event-undo": ITEM,
    "planner:import-read": OWN,
    "planner:import-choose": OWN,
    "planner:import-rest": OWN,
    "planner:import-drop": OWN,
    "planner:history-list": OWN,
    "planner:history-undo": OWN,
    "planner:history-mend": OWN,
    "planner:question": OWN,
    "planner:question-answer": OWN,
    "planner:question-answer-all": OWN,
    "planner:question-resume": OWN,
    "planner:income-list": OWN,
    "planner:income-create": OWN,
    "planner:income-detail": ITEM,
    "planner:income-delete": ITEM,
    "planner:expense-list": OWN,
    "planner:expense-create": OWN,
    "planner:expense-detail": ITEM,
    "planner:expense-delete": ITEM,
    "planner:account-list": OWN,
    "planner:deduction-list": OWN,
    "planner:account-create": OWN,
    "planner:account-detail": ITEM,
    "planner:account-delete": ITEM,
    "planner:settings": OWN,
    "planner:reminders": MEMBER,
    "planner:reminder-mail": MEMBER,
    "planner:reminder-push": MEMBER,
    "planner:reminder-messenger": MEMBER,
    "planner:reminder-stop": PUBLIC,  # a button, for whoever has the mail that it stands in
    "planner:data-export": OWN,
    "planner:household-export": OWN,
    "planner:household-import": OWN,
    "planner:data-erase": OWN,
    "planner:plan": OWN,
    "planner:plan-undo": OWN,
    "planner:plan-discreet": OWN,
    "planner:plan-news": OWN,
    "planner:plan-renew": OWN,
    "planner:plan-order": OWN,
    "planner:plan-short": OWN,
    "planner:plan-borrow": OWN,
    "planner:plan-stress": OWN,
    "planner:offer-check": OWN,
    "planner:contact-list": OWN,
    "planner:contact-undo": OWN,
    "planner:contact-docx": OWN,
    "planner:letter-list": OWN,
    "planner:letter-pack": ITEM,
    "planner:letter-docx": ITEM,
    "planner:plan-waiting": OWN,
    "planner:plan-optimum": OWN,
    "planner:plan-due-days": OWN,
    "planner:plan-csv": OWN,
    "planner:plan-xlsx": OWN,
    "planner:plan-change": OWN,
    "planner:plan-edit": ITEM,
    "planner:ladder": ITEM,
    "planner:calendar": OWN,
    "planner:calendar-month": OWN,
    "planner:calendar-download": OWN,
    "planner:calendar-ics": OWN,
    "planner:calendar-feed": MEMBER,
    "planner:calendar-feed-file": PUBLIC,  # to whoever has the address, which nobody can guess
    "set_language": PUBLIC,
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_signup": PUBLIC,
    "account_inactive": PUBLIC,
    "account_email_verification_sent": PUBLIC,
    "account_confirm_email": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_request_login_code": PUBLIC,
    "account_confirm_login_code": PUBLIC,
    "account_email": MEMBER,
    "account_change_password": MEMBER,
    "account_set_password": MEMBER,
    "account_reauthenticate": MEMBER,
    "sessions": MEMBER,
    "mfa_authenticate": PUBLIC,  # leads to the sign-in page, but in its midst
    "mfa_index": MEMBER,
    "mfa_reauthenticate": MEMBER,
    "mfa_activate_totp": MEMBER,
    "mfa_deactivate_totp": MEMBER,
    "mfa_view_recovery_codes": MEMBER,
    "mfa_generate_recovery_codes": MEMBER,
    "mfa_download_recovery_codes": MEMBER,
    "mfa_list_webauthn": MEMBER,
    "mfa_add_webauthn": MEMBER,
    "mfa_reauthenticate_webauthn": MEMBER,
    "mfa_remove_webauthn": MEMBER,
}

# Which list an item's address speaks of, by the first word of its name.
KINDS = {
    "debt": "debts",
    "letter": "debts",
    "event": "debts",
    "income": "incomes",
    "expense": "expenses",
    "account": "accounts",
}
REST = {
    "rule": "huabei",
    "speech": "zh",
    "rung": "bureau_2",
    "year": 2026,
    "number": 12,
    "name": "buffer",
    "uidb36": "1",
    "key": "abc-def",
    "token": "abc",
    "pk": 1,
    "aim": "deferral",
}


class Address(NamedTuple):
    name: str
    kind: str
    path: str


def names(patterns=None, namespace: str = "") -> Iterator[tuple[str, list[str]]]:
    """(name, arguments) of every pattern that the resolver knows."""
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            keys = [*pattern.pattern.converters, *pattern.pattern.regex.groupindex]
            yield f"{namespace}{pattern.name}", list(dict.fromkeys(keys))
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern.url_patterns, inner)


def unlisted() -> set[str]:
    return {name for name, _keys in names()} - TABLE.keys()


def addresses(items: dict[str, list[str]], dues: list[tuple[str, date]]) -> list[Address]:
    """Every address, those of items once for each: `items` are the owner's slugs by kind."""
    found: dict[tuple[str, str], Address] = {}
    for name, keys in names():
        for arguments in _arguments(name, keys, items, dues):
            path = reverse(name, kwargs=arguments)
            found[name, path] = Address(name, TABLE.get(name, OWN), path)
    return list(found.values())


def _arguments(name, keys, items, dues):
    if name == "planner:ladder":
        return [{"debt": debt, "due_on": due_on} for debt, due_on in dues]
    if name == "planner:plan-edit":
        return [
            {"kind": kind, "slug": slug}
            for kind in ("accounts", "incomes", "debts")
            for slug in items[kind]
        ]
    if name == "planner:reminder-messenger":
        return [{"kind": kind} for kind in ("bark", "serverchan", "sc3", "ntfy")]
    if name == "planner:plan-change":
        return [{"name": "buffer"}, {"name": "strategy"}]
    if "slug" in keys:
        kind = KINDS[name.removeprefix("planner:").partition("-")[0]]
        rest = {key: REST[key] for key in keys if key != "slug"}
        return [{"slug": slug} | rest for slug in items[kind]]
    return [{key: REST[key] for key in keys}]
