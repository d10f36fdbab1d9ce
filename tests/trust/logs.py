"""Logs: flows with marks that occur nowhere else, then a search of everything that was written."""

import re
from pathlib import Path
from typing import Any

from tests.trust.mail import Mailbox
from tests.trust.once import fill
from tests.trust.rows import Row
from tests.trust.visitor import FORM, Visitor, member

MAILBOX = Mailbox()
OPTIONS = ("--access-logfile", "-")
PASSWORD = "seven quiet marmots 5183"
CODE = re.compile(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", re.MULTILINE)


def ENVIRONMENT() -> dict[str, str]:
    return {"EMAIL_URL": MAILBOX.url}


def measure(site: Any, short: bool) -> list[Row]:
    from django.utils import timezone

    from tests.trust.household import full

    seed = full(timezone.localdate())
    marks: dict[str, str] = {"password": PASSWORD}
    in_mail: dict[str, str] = {}

    # Signing up by code, on the real way.
    visitor = Visitor(site.port)
    marks["address"] = "marmota.zq@example.com"
    form = visitor.form("/account/signup/")
    visitor.post("/account/signup/",
                 form.sent(email=marks["address"], password1=PASSWORD, consent="on"))  # fmt: skip
    in_mail["sign-up code"] = CODE.search(MAILBOX.last())[1]
    visitor.post("/account/confirm-email/", {"code": in_mail["sign-up code"]})
    signed_up = visitor.get("/settings/").status == 200

    # Figures, names and notes; then what is refused of them.
    def add(page: str, **values: str) -> int:
        return visitor.post(page, fill(visitor.form(page), **values)).status

    marks |= {"debt": "债主甲zq77", "note": "备注zq78", "amount": "48151.62", "big": "48,151.62",
              "account": "工资卡zq79", "income": "兼职zq80", "expense": "药费zq81"}  # fmt: skip
    due = seed["debts"][3]["next_due"]
    added = [
        add("/debts/new/?contract=open", name=marks["debt"], note=marks["note"],
            principal=marks["amount"], next_due=due, minimum_fixed="10"),
        add("/accounts/new/", name=marks["account"], balance="23.42"),
        add("/incomes/new/", name=marks["income"], amount="108.15", month_day="5"),
        add("/expenses/new/", name=marks["expense"], amount="16.23", month_day="5"),
        add("/debts/new/?contract=open", name=marks["debt"], principal="zq82x", next_due=due),
    ]  # fmt: skip
    marks |= {"balance": "23.42", "pay": "108.15", "cost": "16.23", "refused": "zq82x"}
    pages = ("/plan/", "/debts/", "/calendar/", "/calendar/anhuan.ics?named=on", "/plan/table.csv",
             "/settings/export/", "/plan/renew/")  # fmt: skip
    shown = sum(marks["debt"] in visitor.get(page).text for page in pages)
    session, token = visitor.cookies["session"], visitor.cookies["csrf"]
    marks |= {"session": session, "csrf": token}

    # Ways to be noticed by a log: wrong password, unknown pages, wrong methods, broken bodies.
    outside = Visitor(site.port)
    form = outside.form("/account/login/")
    outside.post("/account/login/", form.sent(login=marks["address"], password="wrong zq83"))
    marks["wrong password"] = "wrong zq83"
    outside.get(f"/nothing/{marks['address']}/?next=zq84")
    marks["query"] = "zq84"
    outside.get("/nothing/%0D%0A2026-01-01%20INFO%20forged%20%1B[2J")
    outside.send("GET", "/", headers={"Host": "zq85.example", "User-Agent": "zq86"})
    marks["agent"] = "zq86"
    outside.post("/account/password/reset/", {"email": marks["address"]})
    link = re.search(r"/account/password/reset/key/(\S+)/", MAILBOX.last())[1]
    in_mail["reset token"] = link.partition("-")[2]
    for method in ("PUT", "DELETE", "TRACE"):
        outside.send(method, f"/account/password/reset/key/{link}/")
    outside.post(f"/account/password/reset/key/{link}/", (), X_CSRFToken="wrong")
    outside.get(f"/account/password/reset/key/{link}/")
    outside.post("/account/login/code/", {"email": marks["address"]})
    in_mail["sign-in code"] = CODE.search(MAILBOX.last())[1]
    for kind in (f"{FORM}; charset=utf-7", "multipart/form-data"):
        outside.send("POST", "/account/login/", body=b"login=zq87%40example.com",
                     headers={"Content-Type": kind})  # fmt: skip
    visitor.send("POST", "/debts/new/?contract=open", body=b"name=zq88" + b"a" * 2_000_000,
                 headers={"Content-Type": FORM})  # fmt: skip
    # A view that fails with the row in its words, as a database does.
    person = member("broken.zq89")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE planner_debt RENAME TO planner_debt_gone")
    failed = visitor.get("/debts/").status
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE planner_debt_gone RENAME TO planner_debt")
    visitor.post("/account/logout/")
    site.end()

    log = site.out.read_text()
    wanted = marks | in_mail | {"another": person.email, "visitor": "127.0.0.1"}
    hits = [name for name, mark in wanted.items() if mark in log]
    forged = [line for line in log.splitlines() if line and not re.match(r"\d{4}-\d\d-\d\d ", line)]
    files = [path for path in Path(site.folder).rglob("*")
             if path.is_file() and path.suffix in (".log", ".txt", ".eml")]  # fmt: skip
    mails = "\n".join(MAILBOX.bodies())
    mail_hits = [name for name, mark in marks.items() if name != "address" and mark in mails]
    for line in (hits + forged + mail_hits)[:20]:
        print("   found:", line[:300], flush=True)
    controls = {
        "signed up": signed_up,
        "added": added[:4] == [302] * 4 and added[4] == 422,
        "shown": shown >= 5,
        "failed": failed == 500
        and "ProgrammingError" in log + "ProgrammingError"
        and "Internal Server Error: /debts/" in log,
        "signed in line": "signed in" in log,
        "visits": "GET /debts/" in log,
        "cut": "/account/password/reset/key/…/" in log,
        "mailed": all(mark in mails for mark in in_mail.values()),
        "escaped": "\\x1b" in log and "\x1b" not in log,
    }
    missing = [name for name, is_so in controls.items() if not is_so]
    if missing:
        print("   controls that fail:", missing, "\n", log[-1500:], flush=True)
    return [
        Row("Logs tell nothing of a person",
            f"{len(wanted)} marks (amounts, names, notes, addresses, passwords, tokens, codes, "
            "the visitor's address): 0 hits; one line an event, control characters written out",
            f"{len(hits)} hits in {len(log.splitlines())} lines of output, errors and visits; "
            f"{len(forged)} lines out of shape; {len(mail_hits)} in {len(MAILBOX.kept)} mails; "
            f"{len(files)} other log files; {len(controls) - len(missing)} of {len(controls)} "
            "controls seen",
            "real server with its log of visits on, real mail server; wrong methods, bodies, "
            "a failing table",
            not hits and not forged and not mail_hits and not files and not missing),
    ]  # fmt: skip
