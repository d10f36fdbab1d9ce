"""Addresses, and the days and languages in them."""

from datetime import date

from django.urls import path, register_converter

from planner.pages import waiting
from planner.pages.calendar import feed
from planner.pages.calendar import views as calendar
from planner.pages.contacts import views as contacts
from planner.pages.debts import arrangements, events, records
from planner.pages.debts import views as debts
from planner.pages.deductions import views as deductions
from planner.pages.front import views as front
from planner.pages.front.manifest import manifest, service_worker
from planner.pages.history import mend
from planner.pages.history import views as history
from planner.pages.imports import views as imports
from planner.pages.letters import views as letters
from planner.pages.money import views as money
from planner.pages.offers import views as offers
from planner.pages.plan import answers, asked, optimum
from planner.pages.plan import views as plan
from planner.pages.reminders import views as reminders
from planner.pages.rulebook import views as rulebook
from planner.pages.settings import views as settings
from planner.pages.shortage import order
from planner.pages.shortage import views as shortage
from planner.pages.sign_in import carry
from planner.pages.sign_in import views as sign_in
from planner.pages.start import views as start
from planner.pages.what_if import due_days
from planner.pages.what_if import views as what_if


class DayConverter:
    """2026-12-09"""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


class ItemConverter:
    """The id of an item. `new` is the address under which one is made, so the item is `-new`,
    which no id can be."""

    regex = "-new|[a-z0-9][a-z0-9_-]*"

    def to_python(self, value: str) -> str:
        return value.removeprefix("-")

    def to_url(self, value: str) -> str:
        return "-new" if value == "new" else value


class SpeechConverter:
    """zh or en: the keys under which rules keep their words."""

    regex = "zh|en"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DayConverter, "day")
register_converter(ItemConverter, "item")
register_converter(SpeechConverter, "speech")

app_name = "planner"
urlpatterns = [
    path("", front.home, name="home"),
    path("worker.js", service_worker, name="service-worker"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("guest/", front.guest_start, name="guest-start"),
    path("sample/", front.sample_open, name="sample-open"),
    path("guest/settle/", sign_in.guest_settle, name="guest-settle"),
    path("guest/carry/", carry.carry_create, name="carry-create"),
    path("guest/carry/<str:token>/", carry.carry_open, name="carry-open"),
    path("start/", start.start, name="start"),
    path("start/money/", start.start_money, name="start-money"),
    path("debts/", debts.debt_list, name="debt-list"),
    path("debts/new/", debts.debt_create, name="debt-create"),
    path("debts/<item:slug>/", debts.debt_detail, name="debt-detail"),
    path("debts/<item:slug>/schedule/", debts.debt_schedule, name="debt-schedule"),
    path("debts/<item:slug>/delete/", debts.debt_delete, name="debt-delete"),
    path("debts/<item:slug>/paid/", records.debt_paid, name="debt-paid"),
    path("debts/<item:slug>/history/", records.debt_history, name="debt-history"),
    path("debts/<item:slug>/arrangement/", arrangements.debt_arrangement, name="debt-arrangement"),
    path("debts/<item:slug>/events/", events.debt_events, name="debt-events"),
    path("debts/<item:slug>/events/undo/", events.event_undo, name="event-undo"),
    path("import/", imports.import_read, name="import-read"),
    path("import/choose/", imports.import_choose, name="import-choose"),
    path("import/rest/", imports.import_rest, name="import-rest"),
    path("import/drop/", imports.import_drop, name="import-drop"),
    path("history/", history.history_list, name="history-list"),
    path("history/undo/", history.history_undo, name="history-undo"),
    path("incomes/", money.income_list, name="income-list"),
    path("incomes/new/", money.income_create, name="income-create"),
    path("incomes/<item:slug>/", money.income_detail, name="income-detail"),
    path("incomes/<item:slug>/delete/", money.income_delete, name="income-delete"),
    path("expenses/", money.expense_list, name="expense-list"),
    path("expenses/new/", money.expense_create, name="expense-create"),
    path("expenses/<item:slug>/", money.expense_detail, name="expense-detail"),
    path("expenses/<item:slug>/delete/", money.expense_delete, name="expense-delete"),
    path("accounts/", money.account_list, name="account-list"),
    path("accounts/new/", money.account_create, name="account-create"),
    path("accounts/<item:slug>/", money.account_detail, name="account-detail"),
    path("accounts/<item:slug>/delete/", money.account_delete, name="account-delete"),
    path("deductions/", deductions.deduction_list, name="deduction-list"),
    path("settings/", settings.settings, name="settings"),
    path("settings/export/", settings.data_export, name="data-export"),
    path("settings/export/household/", settings.household_export, name="household-export"),
    path("settings/import/", settings.household_import, name="household-import"),
    path("settings/erase/", settings.data_erase, name="data-erase"),
    path("reminders/", reminders.reminder_settings, name="reminders"),
    path("reminders/mail/", reminders.reminder_mail, name="reminder-mail"),
    path("reminders/push/", reminders.reminder_push, name="reminder-push"),
    path(
        "reminders/messenger/<str:kind>/", reminders.reminder_messenger, name="reminder-messenger"
    ),
    path("reminders/stop/<str:token>/", reminders.reminder_stop, name="reminder-stop"),
    path("privacy/", settings.privacy, name="privacy"),
    path("rules/<speech:speech>/", rulebook.rule_list, name="rule-list"),
    path("rules/<speech:speech>/law/", rulebook.rule_law, name="rule-law"),
    path("rules/<speech:speech>/real/", rulebook.rule_real, name="rule-real"),
    path("rules/<speech:speech>/calm/", rulebook.rule_calm, name="rule-calm"),
    path("rules/<slug:rule>/", rulebook.rule, name="rule"),
    path("rules/<speech:speech>/<slug:rule>/", rulebook.rule_page, name="rule-page"),
    path("rules/<speech:speech>/<slug:rule>/<slug:rung>/", rulebook.rule_step, name="rule-step"),
    path("history/mend/", mend.history_mend, name="history-mend"),
    path("plan/", plan.plan, name="plan"),
    path("plan/answers/", answers.question_answer, name="question-answer"),
    path("plan/answers/all/", answers.question_answer_all, name="question-answer-all"),
    path("plan/answers/resume/", answers.question_resume, name="question-resume"),
    path("plan/asked/<str:token>/", asked.question, name="question"),
    path("plan/undo/", plan.plan_undo, name="plan-undo"),
    path("plan/news/", plan.plan_news, name="plan-news"),
    path("plan/discreet/", plan.plan_discreet, name="plan-discreet"),
    path("plan/due-days/", due_days.plan_due_days, name="plan-due-days"),
    path("plan/optimum/", optimum.plan_optimum, name="plan-optimum"),
    path("plan/waiting/", waiting.plan_waiting, name="plan-waiting"),
    path("plan/short/", shortage.plan_short, name="plan-short"),
    path("plan/borrow/", what_if.plan_borrow, name="plan-borrow"),
    path("plan/stress/", what_if.plan_stress, name="plan-stress"),
    path("contacts/", contacts.contact_list, name="contact-list"),
    path("contacts/undo/", contacts.contact_undo, name="contact-undo"),
    path("contacts/anhuan.docx", contacts.contact_docx, name="contact-docx"),
    path("letters/", letters.letter_list, name="letter-list"),
    path("letters/<item:slug>/<slug:aim>/", letters.letter_pack, name="letter-pack"),
    path("letters/<item:slug>/<slug:aim>/anhuan.docx", letters.letter_docx, name="letter-docx"),
    path("offers/", offers.offer_check, name="offer-check"),
    path("plan/order/", order.plan_order, name="plan-order"),
    path("plan/renew/", plan.plan_renew, name="plan-renew"),
    path("plan/table.csv", calendar.plan_table, name="plan-csv"),
    path("plan/table.xlsx", calendar.plan_workbook, name="plan-xlsx"),
    path("plan/figures/<slug:name>/", plan.plan_change, name="plan-change"),
    path("plan/figures/<slug:kind>/<item:slug>/", plan.plan_edit, name="plan-edit"),
    path("plan/dues/<item:debt>/<day:due_on>/", plan.ladder, name="ladder"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<int:year>/<int:number>/", calendar.calendar, name="calendar-month"),
    path("calendar/download/", calendar.calendar_download, name="calendar-download"),
    path("calendar/feed/", feed.calendar_feed, name="calendar-feed"),
    path("calendar/feed/<str:token>.ics", feed.calendar_feed_file, name="calendar-feed-file"),
    path("calendar/anhuan.ics", calendar.calendar_ics, name="calendar-ics"),
]
