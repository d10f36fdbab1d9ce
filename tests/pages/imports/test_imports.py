"""The way of an import: read, tick, complete, all in one change; and what of it stays."""

import base64
import logging
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from planner.models import DebtRow, ImportDraft, IncomeRow, Session, User
from planner.services.archive import export_of
from planner.services.changes import undo
from planner.services.documents import household_document_of
from planner.services.drafts import draft_of, drop_old_drafts, keep_draft
from tests.imports.expected import BILLS, HERE, REPORTS, expected
from tests.sending import as_sent

READ = reverse("planner:import-read")
CHOOSE = reverse("planner:import-choose")
REST = reverse("planner:import-rest")
DROP = reverse("planner:import-drop")


@pytest.fixture
def guest_client(client, db):
    client.post(reverse("planner:guest-start"))
    return client


def person():
    return User.objects.get()


def read(client, name=None, *, text="", **more):
    sent = {"text": text, "agree": "on", "received": timezone.localdate().isoformat(), **more}
    if name is not None:
        path = next(folder / name for folder in (REPORTS, BILLS, HERE) if (folder / name).is_file())
        sent["file"] = SimpleUploadedFile(name, path.read_bytes())
    return client.post(READ, sent)


def choose(client, **changes):
    form = client.get(CHOOSE).context["page"].form
    return client.post(CHOOSE, as_sent(form) | changes)


def rest(client):
    return client.get(REST).context["page"]["form"]


def filled(form, **changes):
    """What a person sends: everything shown, and an answer to what is empty."""
    answers = {
        "statement_day": "5", "due_day": "25", "to_pay": "1000", "last": "full", "missed": "0",
        "next_due": (timezone.localdate() + timedelta(days=9)).isoformat(),
        "periods_left": "24", "principal": "5000",
    }  # fmt: skip
    sent = as_sent(form)
    for part in form.parts:
        for name, value in as_sent(part).items():
            asked = name.partition("-")[2]
            sent[name] = value if value not in ("", None) else answers.get(asked, "")
        if "amount" in part.fields and not sent[part.add_prefix("amount")]:
            principal = float(str(sent[part.add_prefix("principal")]).replace(",", ""))
            each = 1.05 * principal / int(sent[part.add_prefix("periods_left")])
            sent[part.add_prefix("amount")] = f"{each:.2f}"
    return sent | {"consent": "on"} | changes


def take_report(client, **changes):
    read(client, "report_brief.pdf")
    choose(client)
    return client.post(REST, filled(rest(client), **changes))


def test_a_report_becomes_debts_in_one_change(guest_client):
    answer = take_report(guest_client)

    assert answer.headers["Location"] == reverse("planner:start-money")
    debts = household_document_of(person())["debts"]
    wanted = expected("report_brief")["proposed"]
    assert len(debts) == len(wanted) == 10
    loans = [one for one in debts if one["contract"] == "instalment"]
    assert [one["principal"] for one in loans] == [
        one["balance"] for one in wanted if one["kind"] != "credit_card"
    ]
    assert [one["signed_on"] for one in debts] == [one["opened_on"] for one in wanted]
    assert [one["name"] for one in debts][-3:] == [
        "星河消费金融",
        "星河消费金融 (2)",
        "示例融资租赁",
    ]
    assert undo(user=person())
    assert household_document_of(person())["debts"] == []


def test_the_draft_is_gone_when_it_is_confirmed(guest_client):
    take_report(guest_client)

    assert not ImportDraft.objects.exists()


def test_the_same_report_twice_adds_nothing(guest_client):
    take_report(guest_client)
    before = household_document_of(person())

    read(guest_client, "report_brief_app.pdf")
    page = guest_client.get(CHOOSE).context["page"]
    assert all(row["same"] for row in page.draft["debts"])
    answer = choose(guest_client)

    assert answer.headers["Location"] == REST
    assert guest_client.get(REST).headers["Location"] == CHOOSE
    assert household_document_of(person()) == before


def test_reading_the_same_file_again_does_not_double_the_draft(guest_client):
    for name in ("report_brief.pdf", "report_brief_app.pdf", "report_brief_pasted.txt"):
        read(guest_client, name)

    assert len(draft_of(person())["debts"]) == 10


def test_two_accounts_that_are_alike_are_two_debts(guest_client):
    read(guest_client, "report_brief.pdf")

    lenders = [row["lender"] for row in draft_of(person())["debts"]]
    assert lenders.count("星河消费金融") == 2


def test_a_debt_that_may_be_there_is_asked_about(guest_client):
    take_report(guest_client)
    row = next(row for row in DebtRow.objects.all() if row.name == "云杉消费金融")
    row.terms = row.terms | {"signed_on": None}
    row.save()

    read(guest_client, "report_brief.pdf")
    page = guest_client.get(CHOOSE).context["page"]
    asked = next(row for row in page.draft["debts"] if not row["same"])
    refused = choose(guest_client, **{f"{asked['id']}-take": "on"})

    assert asked["maybe"]
    assert refused.status_code == 422


def test_a_message_fills_the_card_of_its_lender(guest_client):
    read(guest_client, "report_brief.pdf")
    soon = timezone.localdate() + timedelta(days=6)
    text = (
        f"【示例银行】您尾号0001的示例银行信用卡账单人民币4213.58元，最低还款额421.36元，"
        f"到期还款日{soon.month}月{soon.day}日"
    )

    read(guest_client, text=text)

    row = draft_of(person())["debts"][0]
    assert len(draft_of(person())["debts"]) == 10
    assert row["bill"]["amount"] == "4213.58"
    choose(guest_client)
    part = rest(guest_client).parts[0]
    assert part["due_day"].value() == soon.day
    assert part["to_pay"].value() == "4,213.58"
    assert part["since"].value() == "14,428.42"  # of the 18,642.00 that the report says


def test_messages_alone_become_debts_too(guest_client):
    read(guest_client, text=(HERE / "sms.txt").read_text())

    rows = draft_of(person())["debts"]
    wanted = "兴业银行 招商银行 民生银行 浦发银行 光大银行 平安银行 中信银行 中国银行"
    assert [row["lender"] for row in rows] == [
        *wanted.split(),
        *("花呗", "借呗", "微粒贷", "招联金融"),
    ]
    html = guest_client.get(CHOOSE).content.decode()
    assert "像是诈骗" in html
    for secret in ("482913", "repay-card.example", "010-00000000"):
        assert secret not in html


def test_a_rate_is_worked_out_from_what_is_paid_each_time(guest_client):
    read(guest_client, "report_brief.pdf")
    choose(guest_client)
    form = rest(guest_client)
    lease = next(part for part in form.parts if part.row["lender"] == "示例融资租赁")
    sent = filled(
        form,
        **{lease.add_prefix("principal"): "6000", lease.add_prefix("periods_left"): "12",
           lease.add_prefix("amount"): "539"},
    )  # fmt: skip

    guest_client.post(REST, sent)

    debt = household_document_of(person())["debts"][-1]
    assert debt["rate"]["per"] == "month"
    assert round(12 * float(debt["rate"]["rate"]), 5) == 0.14098  # as the printed 14.10 % rounds


def test_payments_that_do_not_repay_are_refused_beside_the_field(guest_client):
    read(guest_client, "report_brief.pdf")
    choose(guest_client)
    form = rest(guest_client)
    loan = next(part for part in form.parts if part.row["product"] == "mortgage")

    answer = guest_client.post(REST, filled(form, **{loan.add_prefix("amount"): "10"}))

    assert answer.status_code == 422
    assert not DebtRow.objects.exists()


def test_a_bill_becomes_incomes_costs_and_accounts(guest_client):
    read(guest_client, "wechat_2026.xlsx")
    choose(guest_client)
    form = rest(guest_client)
    sent = filled(form)
    for name in form.fields:
        if name.endswith("-balance"):
            sent[name] = "800"

    answer = guest_client.post(REST, sent)

    document = household_document_of(person())
    assert answer.status_code == 302, answer.context["page"]["form"].errors
    assert [(one["name"], one["amount"], one["on"]) for one in document["incomes"]] == [
        ("示例用工平台", "3200.00", {"monthly": 10})
    ]
    assert [(one["amount"], one["on"]) for one in document["expenses"]] == [
        ("1500.00", {"monthly": 22}), ("66.90", {"monthly": 2}),
    ]  # fmt: skip
    assert {one["kind"] for one in document["accounts"]} == {"wechat_balance", "debit_card"}


def test_lenders_perhaps_forgotten_are_named_with_the_way_to_enter_them(guest_client):
    read(guest_client, "alipay_v2_2026_gb18030.csv")

    html = guest_client.get(CHOOSE).content.decode()

    assert "花呗 或 信用购" in html
    assert "product=jiebei" in html


def test_what_is_not_ticked_is_not_taken(guest_client):
    read(guest_client, "report_brief.pdf")
    form = guest_client.get(CHOOSE).context["page"].form
    sent = {name: value for name, value in as_sent(form).items() if not name.endswith("-take")}
    guest_client.post(CHOOSE, sent | {"d3-take": "on"})

    parts = rest(guest_client).parts
    assert [part.row["lender"] for part in parts] == ["样例消费金融"]
    assert part_is_asked(parts[0], "missed")


def part_is_asked(part, name):
    return name in part.fields and part.fields[name].required


def test_without_agreement_nothing_is_read(guest_client):
    answer = guest_client.post(READ, {"text": (HERE / "sms.txt").read_text()})

    assert answer.status_code == 422
    assert not ImportDraft.objects.exists()
    assert "4213.58" not in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [
        ("report_detailed_page.pdf", "", "这是详版报告"),
        ("report_scan.pdf", "", "这份 PDF 是图片"),
        ("report_encrypted.pdf", "", "这份 PDF 有密码"),
        ("report_encrypted.pdf", "4711", "密码不对"),
    ],
)
def test_a_refusal_is_a_sentence_and_nothing_stays(guest_client, name, password, words):
    answer = read(guest_client, name, password=password)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert password == "" or password not in answer.content.decode()
    assert not ImportDraft.objects.exists()


def test_a_password_opens_it(guest_client):
    assert read(guest_client, "report_encrypted.pdf", password="123456").status_code == 302
    assert len(draft_of(person())["debts"]) == 10


def test_the_draft_is_its_owners_and_lasts_an_hour(guest_client, owner_client, owner):
    read(owner_client, "report_brief.pdf")
    row = ImportDraft.objects.get(owner=owner)
    ImportDraft.objects.update(created_on=timezone.now() - timedelta(minutes=61))

    assert draft_of(owner) is None
    assert owner_client.get(CHOOSE).headers["Location"] == READ
    drop_old_drafts()
    assert not ImportDraft.objects.filter(pk=row.pk).exists()


def test_dropping_it_leaves_nothing(guest_client):
    read(guest_client, "report_brief.pdf")

    answer = guest_client.post(DROP)

    assert answer.status_code == 302
    assert not ImportDraft.objects.exists()
    assert guest_client.get(DROP).status_code == 405


def test_the_draft_is_encrypted_and_holds_no_sentence(guest_client):
    read(guest_client, "report_brief.pdf")

    with connection.cursor() as cursor:
        cursor.execute("SELECT document FROM planner_importdraft")
        stored = cursor.fetchone()[0]
    assert "示例银行" not in stored
    draft = str(draft_of(person()))
    for words in (*expected("report_brief")["never_kept"], "截至2026年10月"):
        assert words not in draft


def places(caplog, capsys):
    """{place: all that it holds, as text}: what is packed or signed is unpacked."""
    held = {"log": caplog.text, "output": "".join(capsys.readouterr())}
    tables = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # a name of our own
            tables += [str(cell) for row in cursor.fetchall() for cell in row]
    held["database"] = "\n".join(tables)
    held["sessions"] = str([one.get_decoded() for one in Session.objects.all()])
    held["cache"] = "".join(
        base64.b64decode(cell).decode("utf-8", "replace")
        for cell in map(str.strip, tables)
        if re.fullmatch(r"[A-Za-z0-9+/]{8,}={0,2}", cell) and len(cell) % 4 == 0
    )
    if connection.vendor == "sqlite":  # what was deleted and not yet written over is there, too
        name = Path(connection.settings_dict["NAME"])
        held["files"] = "".join(
            path.read_bytes().decode("utf-8", "replace")
            for path in name.parent.glob(name.name + "*")
        )
    return held


def found_in(held, words):
    """The places that hold these words, as text or escaped as in JSON."""
    ways = (words, words.encode("unicode_escape").decode())
    return {place for place, text in held.items() if any(one in text for one in ways)}


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_file_stays_anywhere(client, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    client.post(reverse("planner:guest-start"))
    read(client, "report_encrypted.pdf", password="123456")
    half_way = {"draft": str(draft_of(person())), **places(caplog, capsys)}
    choose(client)
    client.post(REST, filled(rest(client)))
    client.get(reverse("planner:plan"))

    export = str(export_of(person()))
    held = {"export": export, **places(caplog, capsys)}
    assert "示例银行" in export  # what was taken over is there
    for words in (*expected("report_brief")["never_kept"], "report_encrypted", "发放的贷记卡"):
        assert found_in(half_way, words) == set()
        assert found_in(held, words) == set()


@pytest.mark.django_db(transaction=True)
def test_what_stays_is_found_in_each_place(client, capsys, caplog):
    """The control of the test above."""
    client.post(reverse("planner:guest-start"))
    session = client.session
    session["seen"] = "标记在会话里"
    session.save()
    cache.set("seen", "标记在缓存里")
    logging.getLogger("planner").warning("标记在日志里")
    print("标记在输出里")
    User.objects.create_user("标记在库里@example.com")

    held = places(caplog, capsys)

    assert found_in(held, "标记在会话里") == {"sessions"}
    assert "cache" in found_in(held, "标记在缓存里")
    assert "log" in found_in(held, "标记在日志里")
    assert "output" in found_in(held, "标记在输出里")
    in_database = {"database", "files"} if connection.vendor == "sqlite" else {"database"}
    assert found_in(held, "标记在库里") == in_database


def test_what_was_not_read_is_said_with_both_numbers(guest_client):
    read(guest_client, "report_truncated.pdf")

    html = guest_client.get(CHOOSE).content.decode()

    assert "还有 9 笔没读出来，请手工补。文件写着共 3 页，只有 1 页。" in html
    assert "其他贷款：写着 9 笔，读出 2 笔" in html


def test_names_of_a_file_are_shown_as_text(guest_client):
    keep_draft(
        user=person(),
        document={
            "debts": [], "accounts": [], "expenses": [], "told": [],
            "incomes": [{"id": "i1", "name": "<script>alert(1)</script>", "amount": "1.00",
                         "day": 3, "count": 2, "take": True}],
        },
    )  # fmt: skip

    assert "<script>alert" not in guest_client.get(CHOOSE).content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_speaks_both_languages(guest_client, language):
    guest_client.cookies["language"] = language
    read(guest_client, "report_brief.pdf")
    read(guest_client, text=(HERE / "sms.txt").read_text())
    read(guest_client, "alipay_v2_2026_gb18030.csv")

    for address in (READ, CHOOSE):
        assert guest_client.get(address).status_code == 200
    choose(guest_client)
    assert guest_client.get(REST).status_code == 200


def test_the_sample_makes_room(guest_client):
    guest_client.post(reverse("planner:sample-open"))

    take_report(guest_client)

    document = household_document_of(person())
    assert len(document["debts"]) == 10
    assert not IncomeRow.objects.exists()
    assert date.fromisoformat(document["as_of"]) == timezone.localdate()
