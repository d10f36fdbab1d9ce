"""The form of a revolving contract: a bill, asked as the lender's app shows it today."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from planner.domain.answers.bill_in_app import (
    BillAnswers,
    BillDays,
    Misfit,
    answers_of,
    bill_days,
    earlier_due_days,
    terms_of,
)
from planner.domain.household.household import parse_debt
from planner.domain.household.terms import RevolvingTerms, terms_document
from planner.domain.values.reading import InvalidDocument
from planner.forms.fields import (
    REQUIRED,
    DayOfMonthField,
    LinesField,
    PercentField,
    RateField,
    WholeField,
    YuanField,
    YuanQuestion,
    choose,
    fen_of,
    field_of,
    tell,
    yuan_text,
)
from planner.hashes import digest
from planner.pages.debts.forms import DebtForm, late_fee_entry, shown_late_fee
from planner.words.bill import LAST_PAID, bill_understood
from planner.words.days import day
from planner.words.language import spoken

INTEREST_FROM = [
    ("due", _("From the due date")),
    ("statement", _("From the statement date")),
    ("posting", _("From the day of each purchase")),
]
INTEREST_ON = [
    ("daily", _("On what is unpaid each night")),
    ("remainder", _("Only on what is left unpaid in the end")),
]
SHOWS = [
    ("growing", _("Not billed yet: it still grows")),
    ("made", _("The bill is made")),
]
BILL_KEYS = ("billed", "unbilled", "carrying", "arrears")
MOST_MISSED = 24  # due days to choose from for the oldest one that was short

MISFITS = {
    "above_bill": _("This cannot be more than the bill above. Please look at both again."),
    "above_left": _(
        "This cannot be more than what is still owed of that bill: enter that, or less."
    ),
}


class DayNumbers(TypedDict):
    """By which days a bill is made and due; one of `due_day`, `due_after` is given."""

    statement_day: int
    due_day: int | None
    due_after: int | None


class RevolvingForm(DebtForm):
    """Statement-based credit: a bill each month.

    Which bill the app shows today follows from the statement and the due day: until both are
    known, nothing is asked about it. What was understood is said back and saved once it is
    sent along as `understood`.
    """

    contract = "revolving"
    front: Sequence[str] = ("name", "statement_day", "due_day")
    bill = ("shows_made", "to_pay", "since", "last", "left", "is_left_in", "missing", "missed_on")
    # What `_contract` reads: with one of them refused there is none yet.
    agreed = (
        "statement_day", "due_day", "due_after", "rate", "monthly_spend", "minimum",
        "minimum_carried", "minimum_floor", "interest_from", "interest_on", "late_fee",
        "late_fee_floor", "purchases",
    )  # fmt: skip
    behind = ("monthly_spend", "autopay_1")
    cost_names: Sequence[str] = (
        "rate", "minimum", "minimum_floor", "minimum_carried", "interest_from",
        "interest_on", "late_fee", "late_fee_floor", "due_after", "purchases",
    )  # fmt: skip
    paths = {
        "minimum.ratio": "minimum",
        "minimum.floor": "minimum_floor",
        "minimum.carried": "minimum_carried",
        "late_fee.ratio": "late_fee",
        "late_fee.floor": "late_fee_floor",
        "billed": "to_pay",
        "unbilled": "to_pay",
        "carrying": "left",
    }
    places = {"carrying": "left", "arrears": "missing"}
    most_arrears = 0
    hidden = ("key", "version", "asked_for", "understood")

    days: BillDays | None = None
    missed_days: Mapping[int, date] = {}
    understood_terms: RevolvingTerms | None = None
    asks_to_confirm = False

    statement_day = DayOfMonthField(label=_("Statement day"), required=False)
    due_day = DayOfMonthField(label=_("Due day"), required=False)
    shows_made = forms.ChoiceField(choices=SHOWS, widget=forms.RadioSelect)
    to_pay = YuanQuestion()
    since = YuanField(
        label=_("Spent since then, not billed yet"), required=False,
        help_text=_("Empty: nothing. It comes with the bill after this one."),
    )  # fmt: skip
    last = forms.ChoiceField(choices=LAST_PAID, widget=forms.RadioSelect)
    left = YuanField(label=_("How much of that bill is still owed?"), required=False)
    is_left_in = forms.BooleanField(
        label=_("The figure above has this in it already"), required=False
    )
    missing = YuanField(label=_("How much of its minimum is missing?"), required=False)
    missed_on = forms.ChoiceField(
        label=_("Since when? The oldest bill that was short"), required=False
    )
    monthly_spend = YuanField(
        label=_("New spending each month"), required=False, help_text=_("Empty: none from now on.")
    )
    rate = RateField(label=_("Interest on what is not paid"), required=False)
    minimum = PercentField(
        label=_("Minimum payment"),
        required=False,
        unit=_("percent of the bill"),
    )
    minimum_floor = YuanField(label=_("Minimum payment, at least"), required=False)
    minimum_carried = PercentField(
        label=_("Minimum payment of what was left last time"), required=False, unit="%",
        help_text=_("Empty: the same share. 100 where it is due in full with the next bill."),
    )  # fmt: skip
    interest_from = forms.ChoiceField(
        label=_("Interest runs"), choices=INTEREST_FROM, initial="posting"
    )
    interest_on = forms.ChoiceField(label=_("Interest is counted"), choices=INTEREST_ON)
    late_fee = PercentField(
        label=_("Late fee"), required=False, unit=_("percent of the missing minimum")
    )
    late_fee_floor = YuanField(label=_("Late fee, at least"), required=False)
    due_after = WholeField(
        label=_("Or: due so many days after the statement"), low=1, high=60, unit=_("days"),
        required=False, help_text=_("Instead of a fixed due day."),
    )  # fmt: skip
    purchases = LinesField(
        label=_("Purchases one by one"), day="on", amounts=["amount"], required=False,
        help_text=_("A line each: date and amount, such as 2026-11-03 128.00."),
    )  # fmt: skip
    asked_for = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    understood = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.front = [*self.front]
        terms = self.known if self.item is None else self.item.terms
        if terms.get("due_after") and "due_day" in self.front:
            self.front[self.front.index("due_day")] = "due_after"
            self.fields["due_after"].label = _("Days from the statement to the due date")
            self.fields["due_after"].help_text = ""
            self.cost_names = [*self.cost_names[:-2], "due_day", *self.cost_names[-1:]]
        self._ask_about_the_bill()

    # --- Which bill, and what is asked of it ---

    def _ask_about_the_bill(self) -> None:
        """Put the questions that today's bill raises; none while its days are not known."""
        numbers = self._day_numbers()
        if numbers is None:
            for name in (*self.bill, "understood"):
                del self.fields[name]
            return
        self.days = days = bill_days(self.seen_on, **numbers)
        self.initial["asked_for"] = self._question(days)
        today = self.household.today()
        words = {
            "today": day(self.seen_on, today),
            "statement": day(days.statement_on, today),
            "due": day(days.due_on, today),
            "last": day(days.last_due_on, today),
        }
        fields = self.fields
        if not days.is_made_today:
            del fields["shows_made"]
        else:
            said = _("Today, %(today)s, is the statement day. What does the app show?")
            fields["shows_made"].label = said % words
        to_pay = _("The bill due on %(due)s: how much does the app show?")
        fields["to_pay"].label = to_pay % words
        self._place("to_pay", "billed" if days.is_made else "unbilled")
        self._place("since", "unbilled")
        if days.is_made:
            said = _("It was made on %(statement)s. What is left to pay of it; 0 if it is paid.")
            fields["left"].help_text = _("It is part of the bill above by now.")
            del fields["is_left_in"]
        else:
            said = _("It is made on %(statement)s. Until then it grows; take what it shows now.")
            fields["left"].help_text = _("With interest and fees.")
            del fields["since"]
        fields["to_pay"].help_text = said % words
        fields["last"].label = _("And the bill due on %(last)s: is it paid?") % words
        earlier = islice(earlier_due_days(days, **numbers), MOST_MISSED)
        # By their number, so that another due day moves them along.
        self.missed_days = dict(enumerate(earlier))
        held = self.initial.get("missed_on")
        if isinstance(held, date):
            numbers_of = {one: number for number, one in self.missed_days.items()}
            number = numbers_of.get(held, MOST_MISSED)
            self.missed_days.setdefault(number, held)
            self.initial["missed_on"] = str(number)
        numbered = [(str(number), day(one, today)) for number, one in self.missed_days.items()]
        choose(self, "missed_on", numbered)
        for name, choice in (
            ("left", "minimum short"), ("is_left_in", "minimum short"), ("missing", "short"),
            ("missed_on", "short"),
        ):  # fmt: skip
            if name in fields:
                tell(fields[name], when=choice)
        if self.is_bound and self.add_prefix("to_pay") not in self.data:
            for name in self.bill:  # they come up only now
                if name in fields:
                    fields[name].required = False

    def _place(self, name: str, key: str) -> None:
        """Say where in the app the figure stands that the product's file knows as `key`."""
        place = None if self.product is None else self.product.where.get(key)
        if place is not None:
            where = {"app": spoken(place.app), "form": spoken(place.form)}
            tell(self.fields[name], where=where)

    def _day_numbers(self) -> DayNumbers | None:
        """Statement day and due day as they are typed; as they were asked for where those
        cannot be read, so that what else was typed stays."""
        typed = {name: self._typed(name) for name in ("statement_day", "due_day", "due_after")}
        numbers = self._fitting(typed)
        if numbers is None and self.is_bound:
            parts = str(self.data.get(self.add_prefix("asked_for"), "")).split()[1:4]
            if len(parts) == 3 and all(one.isdecimal() and len(one) < 3 for one in parts):
                asked = [int(one) or None for one in parts]
                numbers = self._fitting(dict(zip(typed, asked, strict=True)))
        return numbers

    def _typed(self, name: str) -> int | None:
        field = self.fields.get(name)
        if field is None or not self.is_bound:
            value = self.initial.get(name)
            return value if isinstance(value, int) else None
        try:
            value = field.clean(self.data.get(self.add_prefix(name)))
        except ValidationError:
            return None
        known = None if name == "due_after" else self.known.get(name)
        return value or known

    def _fitting(self, typed: Mapping[str, int | None]) -> DayNumbers | None:
        """The days if they are complete and can be together."""
        due_after, due_day = typed["due_after"], typed["due_day"]
        is_products = self.item is None and due_after == self.known.get("due_after")
        if due_after and due_day and is_products:
            due_after = None  # the person's own day holds
        statement_day = typed["statement_day"]
        if not statement_day or not 1 <= statement_day <= 31 or bool(due_after) == bool(due_day):
            return None
        if due_day and (due_day == statement_day or not 1 <= due_day <= 31):
            return None
        return {"statement_day": statement_day, "due_day": due_day, "due_after": due_after}

    def _question(self, days: BillDays) -> str:
        """Of which bill the questions are, and by which days."""
        names = ("statement_day", "due_day", "due_after")
        numbers = " ".join(str(self._typed(name) or 0) for name in names)
        return f"{self._phase(days)} {numbers}"

    @staticmethod
    def _phase(days: BillDays) -> str:
        """Other days may make another bill of it."""
        return f"{days.statement_on:%Y%m}{'made' if days.is_made else 'growing'}"

    def bill_fields(self) -> list[BoundField]:
        return [self[name] for name in self.bill if name in self.fields]

    def hidden_fields(self) -> list[BoundField]:
        """Without those that stand with the questions and with what was understood."""
        apart = ("asked_for", "understood")
        return [one for one in super().hidden_fields() if one.name not in apart]

    # --- What is shown, what was understood ---

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        minimum = entry.get("minimum") or {}
        return super().shown(entry) | {
            "statement_day": entry.get("statement_day"),
            "due_day": entry.get("due_day"),
            "due_after": entry.get("due_after"),
            "monthly_spend": fen_of(entry.get("monthly_spend")) or None,
            "rate": entry.get("rate"),
            "minimum": PercentField.shown(minimum.get("ratio")),
            "minimum_floor": fen_of(minimum.get("floor")) or None,
            "minimum_carried": PercentField.shown(minimum.get("carried")),
            "interest_from": entry.get("interest_from"),
            "interest_on": entry.get("interest_on", "daily"),
            "purchases": field_of(type(self), "purchases", LinesField).shown(
                entry.get("purchases", [])
            ),
            **shown_late_fee(entry),
            **(self._shown_bill(entry) if "billed" in entry else {}),
        }

    def _shown_bill(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """What the app would show of a debt that is held already."""
        days = bill_days(
            self.seen_on, statement_day=entry["statement_day"], due_day=entry.get("due_day"),
            due_after=entry.get("due_after"),
        )  # fmt: skip
        answers = answers_of(self._terms(entry), days)
        return {
            "shows_made": "growing",
            "to_pay": answers.to_pay_fen,
            "since": answers.since_fen or None,
            "last": answers.last,
            "left": answers.left_fen or None,
            "missing": answers.missing_fen or None,
            "missed_on": answers.missed_on,
        }

    def _terms(self, entry: Mapping[str, Any]) -> RevolvingTerms:
        """Raises InvalidDocument."""
        document = {"id": "bill", "name": "bill", **entry, "autopay": [], "autopay_known": False}
        terms = parse_debt(document, as_of=self.seen_on, account_ids=set()).terms
        assert isinstance(terms, RevolvingTerms)  # a revolving debt's
        return terms

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_products = self.item is None and cleaned.get("due_after") == self.known.get("due_after")
        if is_products and cleaned.get("due_day"):
            cleaned["due_after"] = None  # the person's own day holds
        self._require_days(cleaned)
        days = self.days
        if days is None:
            return cleaned
        if self.is_bound and self.add_prefix("to_pay") not in self.data:
            self._ask_now(days, _("Now what the app shows of the bill."))
        elif self._is_another_bill(cleaned, days):
            self._ask_now(
                days, _("With these days it is another bill that comes next. Please look again.")
            )
        else:
            self._require_answers(cleaned)
            self._understand(cleaned, days)
        return cleaned

    def _ask_now(self, days: BillDays, said: Any) -> None:
        tell(self.fields["to_pay"], is_asked=True)
        for name in self.bill:
            self.errors.pop(name, None)
        self.add_error("to_pay", ValidationError(said, code="asked"))
        self.renew_hidden(asked_for=self._question(days))

    def _is_another_bill(self, cleaned: Mapping[str, Any], days: BillDays) -> bool:
        asked_for = str(cleaned.get("asked_for") or "").split(" ")[0]
        return bool(asked_for) and asked_for != self._phase(days)

    def _require_answers(self, cleaned: Mapping[str, Any]) -> None:
        needed = {"minimum": ("left",), "short": ("left", "missing")}
        for name in needed.get(cleaned.get("last", ""), ()):
            if name not in self.errors and not cleaned.get(name):
                self.add_error(name, REQUIRED)

    def _understand(self, cleaned: Mapping[str, Any], days: BillDays) -> None:
        """Find the terms that the answers lead to; ask whether they were meant."""
        self._answers = None
        if self.errors.keys() & {*self.bill, *self.agreed}:
            return
        self._answers = answers = self._said(cleaned, days)
        try:
            contract = self._terms(self._contract() | {"billed": "0.00", "unbilled": "0.00"})
        except InvalidDocument as invalid:
            paths = [replace(one, path=f"debts[0].{one.path}") for one in invalid.errors]
            self.add_document_errors(InvalidDocument(paths))
            return
        grace_days = cleaned.get("grace_days") or 0
        found = terms_of(answers, days, contract, grace_days=grace_days)
        if isinstance(found, Misfit):
            self.add_error(found.answer, ValidationError(MISFITS[found.code], code=found.code))
            return
        self.understood_terms = found
        token = digest({"days": str(days), **terms_document(found)})
        if self.errors or not self._is_told_anew() or cleaned.get("understood") == token:
            self.renew_hidden(understood=token)
            return
        self.asks_to_confirm = True
        self.add_error("understood", ValidationError("", code="confirm"))
        self.renew_hidden(understood=token)

    def _is_told_anew(self) -> bool:
        """Whether the bill is another than the one that is held."""
        names = (*self.bill, "statement_day", "due_day", "due_after")
        return self.item is None or any(map(self._is_changed, names))

    def _is_changed(self, name: str) -> bool:
        """Whether a question is answered otherwise than the form showed it."""
        if name not in self.fields:
            return False
        return (self.cleaned_data.get(name) or None) != (self.initial.get(name) or None)

    def _said(self, cleaned: Mapping[str, Any], days: BillDays) -> BillAnswers:
        to_pay, left = cleaned["to_pay"] or 0, cleaned.get("left") or 0
        missing = cleaned.get("missing") or 0
        if self.item is not None and days.is_made:
            # With a lower figure of the lender, what was not touched follows it.
            left = left if self._is_changed("left") else min(left, to_pay)
            missing = missing if self._is_changed("missing") else min(missing, left)
        last = cleaned["last"]
        if self.item is not None and not self._is_changed("last"):
            last = last if missing else "minimum" if last == "short" else last
            last = last if left or not days.is_made else "full"
        return BillAnswers(
            to_pay_fen=to_pay,
            since_fen=cleaned.get("since") or 0,
            shows_made=cleaned.get("shows_made") == "made",
            last=last,
            left_fen=left,
            is_left_in=cleaned.get("is_left_in") or False,
            missing_fen=missing,
            missed_on=self.missed_days.get(int(cleaned.get("missed_on") or 0)),
        )

    @property
    def understood_words(self) -> SafeString | None:
        """What was understood of the bill, in a sentence or two; None where it is not known."""
        if self.days is None or self.understood_terms is None or self._answers is None:
            return None
        return bill_understood(
            self.understood_terms,
            self.days,
            self._answers,
            grace_days=self.cleaned_data.get("grace_days") or 0,
            tolerance_fen=self.cleaned_data.get("tolerance") or 0,
        )

    _answers: BillAnswers | None = None

    def renew_hidden(self, **values: str) -> None:
        data: Any = self.data
        data = data.copy()
        for name, value in values.items():
            data[self.add_prefix(name)] = value
        self.data = data

    # --- The document ---

    def entry(self) -> dict[str, Any]:
        entry = super().entry() | self._contract()
        held = None if self.item is None else self.item.terms
        if held is not None and not self._is_told_anew():
            return entry | {key: held[key] for key in BILL_KEYS}
        assert self.understood_terms is not None  # else the form was not valid
        told = terms_document(self.understood_terms)
        return entry | {key: told[key] for key in BILL_KEYS}

    def _contract(self) -> dict[str, Any]:
        """What was agreed, without what is owed."""
        cleaned = self.cleaned_data
        due_after = cleaned["due_after"]
        return {
            "product": self.product and self.product.id,
            "contract": self.contract,
            "monthly_spend": yuan_text(cleaned["monthly_spend"] or 0),
            "minimum": self._minimum(),
            "interest_from": cleaned["interest_from"],
            "interest_on": cleaned["interest_on"],
            "late_fee": late_fee_entry(cleaned["late_fee"], cleaned["late_fee_floor"]),
            "purchases": cleaned["purchases"],
            "due_day": cleaned["due_day"] if due_after else self.given("due_day"),
            "due_after": due_after,
            "rate": self.given("rate"),
            "statement_day": self.given("statement_day"),
        }

    def _require_days(self, cleaned: Mapping[str, Any]) -> None:
        needed = {"statement_day": self.known.get("statement_day"), "rate": self.known.get("rate")}
        if not cleaned.get("due_after") and "due_after" not in self.errors:
            needed["due_day"] = self.known.get("due_day")
        for name, known in needed.items():
            if name not in self.errors and not cleaned.get(name) and not known:
                self.add_error(name, REQUIRED)

    def _minimum(self) -> dict[str, Any] | None:
        cleaned = self.cleaned_data
        known = self.known.get("minimum") or {}
        ratio = cleaned["minimum"] or known.get("ratio")
        if ratio is None:
            return None
        carried = cleaned["minimum_carried"] or (None if cleaned["minimum"] else known["carried"])
        floor = yuan_text(cleaned["minimum_floor"] or 0)
        return {"ratio": ratio, "floor": floor, "carried": carried or ratio}
