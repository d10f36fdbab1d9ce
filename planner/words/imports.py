"""What is said of a file that came: why it is not read, what of it was not."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.words.language import language

WHY_NOT: Mapping[str, Any] = {
    # A report
    "detailed": gettext_lazy(
        "This is the detailed report; only the brief one is read for now. Download the brief one, "
        "or enter it by hand."
    ),
    "enterprise": gettext_lazy(
        "This is the report of a company. What is read is a person's own report, in brief."
    ),
    "no_text": gettext_lazy(
        "This PDF is a picture without text. Use the electronic one from the web page or the "
        "bank's app, or enter it by hand."
    ),
    "other": gettext_lazy(
        "This is not a personal credit report in brief. Download that one, or enter it by hand."
    ),
    "not_a_bill": gettext_lazy(
        "This is no bill of Alipay or WeChat Pay. In the app, export the bill itself and choose "
        "“for personal reconciliation”."
    ),
    "resaved": gettext_lazy(
        "A spreadsheet has saved this file again and changed it. Use the file as it came."
    ),
    "no_bill_in_archive": gettext_lazy("This archive does not hold one bill."),
    "damaged_archive": gettext_lazy("This archive is incomplete or damaged. Download it again."),
    "damaged_workbook": gettext_lazy("This workbook is incomplete or damaged. Download it again."),
    "damaged_bill": gettext_lazy("This bill is incomplete or damaged. Download it again."),
    "too_large_unpacked": gettext_lazy("Unpacked, this file is too large. Nothing was read."),
    "bill_pdf": gettext_lazy(
        "This PDF is a certificate. Export the bill again and choose “for personal reconciliation”."
    ),
    "damaged_pdf": gettext_lazy(
        "This PDF is incomplete or damaged. Download it once more, or paste its text."
    ),
    "too_many_pages": gettext_lazy("This PDF has more than 150 pages: no report in brief has."),
    "too_much_text": gettext_lazy("This PDF has more text than any report in brief."),
    # Any file
    "too_large": gettext_lazy("This file is larger than 10 MB. Choose a shorter period."),
    "too_many_rows": gettext_lazy("This bill has more than 50,000 rows. Export a shorter period."),
    "too_long": gettext_lazy("Reading this file takes too long. Nothing of it was read."),
    "too_heavy": gettext_lazy("This file asks for more than reading may cost. Nothing was read."),
    "busy": gettext_lazy("Other files are being read. Please try again in a minute."),
    "empty": gettext_lazy("There is nothing in it."),
    "no_text_file": gettext_lazy("This is no file that can be read here."),
    "not_known": gettext_lazy(
        "This is no credit report, no bill message and no bill that is known here."
    ),
    "password": gettext_lazy(
        "This PDF has a password. Enter it, or paste the text. It opens the file this once and is "
        "not kept."
    ),
    "zip_password": gettext_lazy(
        "This archive has a password. Enter it: it opens the file this once and is not kept."
    ),
    "wrong_password": gettext_lazy(
        "That is not the password. Enter it again, or paste the text. It is not kept."
    ),
}

# Of messages that are shown and not imported; the rest needs no word.
OF_MESSAGES: Mapping[str, Any] = {
    "pay_by_link": gettext_lazy(
        "This message asks you to pay through a link: it looks like a fraud. Check in the bank's "
        "own app and do not open the link."
    ),
    "phishing": gettext_lazy(
        "This message looks like a fraud. Check in the bank's own app, and pay nobody who is not "
        "named there."
    ),
    "verification_code": gettext_lazy(
        "This is a verification code. Nothing of it is kept; give it to nobody."
    ),
    "mediation": gettext_lazy(
        "This is no bill. Ask the lender and the court whether the centre is real before you "
        "answer."
    ),
    "collection": gettext_lazy(
        "This asks for what is overdue; it is no bill. Check the amount in the lender's own app."
    ),
    "debit_failed": gettext_lazy(
        "The lender could not take its money. This is no new debt: the instalment is unpaid."
    ),
    "payment_receipt": gettext_lazy("This says that a payment arrived; enter it with the debt."),
    "advert": gettext_lazy("This is an offer, no bill."),
    "not_understood": gettext_lazy("This message was not understood; please enter it by hand."),
}


def of_message(message: Mapping[str, Any]) -> str:
    """What is said beside a message that is not imported; empty where there is nothing to say."""
    if "duplicate_of" in message:
        return _("The same message as above.")
    reason = "pay_by_link" if "pay_by_link" in message["flags"] else message["class"]
    return str(OF_MESSAGES.get(reason, ""))


COLUMNS: Mapping[str, Any] = {
    "credit_card": gettext_lazy("Credit cards"),
    "mortgage": gettext_lazy("Home loans"),
    "other_loan": gettext_lazy("Other loans"),
    "loan": gettext_lazy("Loans"),
    "other_business": gettext_lazy("Other business"),
    "guarantee": gettext_lazy("Surety for others"),
    "compensation": gettext_lazy("Paid by a guarantor"),
    "assigned_claim": gettext_lazy("Claims handed on"),
}


def column_name(column: str) -> str:
    """What a part of a report is called there."""
    return str(COLUMNS[column])


def why_not(document: Mapping[str, Any]) -> str:
    """The sentence of a document that was refused or wants a password."""
    return str(WHY_NOT[document["why"]])


def what_lacks(document: Mapping[str, Any]) -> str:
    """What of a report or a bill was not read; empty where it is all there."""
    said = []
    if document.get("totals_agree") is False:
        said.append(
            _("The rows do not come to the totals that the file states; some may be missing.")
        )
    if unreadable := document.get("unreadable_rows"):
        said.append(_("{count} rows could not be read.").format(count=unreadable))
    if missing := document.get("missing_accounts"):
        said.append(
            _("{count} accounts could not be read; please add them by hand.").format(count=missing)
        )
    elif not document.get("complete", True) and "pages_stated" not in document:
        said.append(
            _(
                "How many accounts the report has could not be read. Compare with its first page "
                "whether all are here."
            )
        )
    if "pages_stated" in document:
        said.append(
            _("The file says it has {stated} pages, and has {there}.").format(
                stated=document["pages_stated"], there=document["pages"]
            )
        )
    return ("" if language() == "zh" else " ").join(said)


EXPENSES: Mapping[str, Any] = {
    "housing": gettext_lazy("Rent and home"),
    "utilities": gettext_lazy("Phone, power, water"),
    "food": gettext_lazy("Food"),
    "daily": gettext_lazy("Daily needs"),
    "transport": gettext_lazy("Getting around"),
    "health": gettext_lazy("Health"),
    "education": gettext_lazy("Education"),
    "insurance": gettext_lazy("Insurance"),
}


def expense_name(kind: str) -> str:
    """What a kind of living costs of a bill is called."""
    return str(EXPENSES[kind])
