"""What users own. Every row carries its owner, and every read starts from `owned_by`."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from planner.domain.household.entries import KINDS as HISTORY_KINDS
from planner.domain.household.household import FORMAT, VERSION, WAYS, Household
from planner.domain.values.money import format_yuan
from planner.encryption import EncryptedIntegerField, EncryptedJSONField, EncryptedTextField

if TYPE_CHECKING:  # a lookup is generic in the stubs only
    from planner.sessions import SessionStore

    TextLookup = models.Lookup[Any]
else:
    TextLookup = models.Lookup

Row = TypeVar("Row", bound=models.Model)

GUEST_DAYS = 7  # that figures of somebody without an account are kept
TIME_ZONES = [
    # A fixed list: ZoneInfo accepts names that are no places, and fails on others.
    ("Asia/Shanghai", _("Mainland China")),
    ("Asia/Hong_Kong", _("Hong Kong")),
    ("Asia/Taipei", _("Taipei")),
    ("Asia/Singapore", _("Singapore")),
    ("Asia/Tokyo", _("Tokyo")),
    ("Australia/Sydney", _("Sydney")),
    ("Europe/London", _("London")),
    ("Europe/Berlin", _("Berlin, Paris, Rome")),
    ("America/New_York", _("New York")),
    ("America/Los_Angeles", _("Los Angeles")),
]


def normalise_email(email: str) -> str:
    """The one spelling under which an address is stored and compared."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None) -> "User":
        user = self.model(email=normalise_email(email))
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return super().get_by_natural_key(normalise_email(email or ""))

    def guests_before(self, moment: datetime) -> models.QuerySet["User"]:
        """Longest there first: the order of the index that finds them."""
        return self.filter(guest_since__lt=moment).order_by("guest_since")


class User(AbstractBaseUser):
    """A member signs in by e-mail; a guest has no address, and is gone after a week."""

    # Null for guests: addresses are unique, and the empty one would be too.
    email = models.EmailField(_("e-mail address"), unique=True, null=True)  # noqa: DJ001
    guest_since = models.DateTimeField(null=True, db_index=True)
    joined_on = models.DateTimeField(default=timezone.now)
    used_on = models.DateField(
        default=timezone.localdate, db_index=True, help_text="the last day that they were here"
    )
    notices = models.PositiveSmallIntegerField(
        default=0, help_text="of being deleted, that the mail server has taken since then"
    )
    noticed_on = models.DateTimeField(null=True, help_text="when it took the last of them")
    new_device = models.JSONField(
        null=True, help_text="that signed in and is not told of yet, where no mail tells it"
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_is_member_or_guest",
                condition=Q(email__isnull=False, guest_since__isnull=True)
                | Q(email__isnull=True, guest_since__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.email or f"guest {self.pk}"

    @property
    def is_guest(self) -> bool:
        return self.guest_since is not None

    @property
    def guest_days_left(self) -> int:
        """Days until a guest's figures are deleted, the last one counted whole."""
        if self.guest_since is None:
            return 0
        left = self.guest_since + timedelta(days=GUEST_DAYS) - timezone.now()
        return max(0, -(-left // timedelta(days=1)))

    # The same phrase typed on another keyboard (full width, composed) is the same password.
    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password and unicodedata.normalize("NFKC", raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(raw_password and unicodedata.normalize("NFKC", raw_password))


class Session(AbstractBaseSession):
    """Django's session, with its user as a column: erasing the user ends all of them."""

    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> type["SessionStore"]:
        from planner.sessions import SessionStore

        return SessionStore


class OwnedQuerySet(models.QuerySet[Row]):
    def owned_by(self, user: "User | int") -> Self:
        """Rows of the user, or of the user with that key."""
        return self.filter(owner=user)


class HouseholdRow(models.Model):
    """A person's settings and the head of their document; one row per user."""

    owner = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="household")
    as_of = models.DateField(help_text="the day of whose morning the figures are")
    known_to = models.DateField(
        null=True, blank=True, help_text="the day up to which all that was planned is answered"
    )
    history_hash = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="of the history, keyed",
    )
    buffer_fen = EncryptedIntegerField(default=0)
    strategy = models.CharField(max_length=20, default="optimal")
    order = models.JSONField(default=list, blank=True)
    triage_order = models.JSONField(default=list, blank=True)
    revision = models.PositiveBigIntegerField(default=0, help_text="raised by every change")
    rules_told = models.CharField(
        max_length=10, blank=True, default="", help_text="the last rules the person was told of"
    )
    is_sample = models.BooleanField(default=False)
    is_discreet = models.BooleanField(_("hide amounts"), default=False)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    time_zone = models.CharField(
        _("time zone"), max_length=40, choices=TIME_ZONES, default=settings.TIME_ZONE
    )
    consented_on = models.DateTimeField(null=True, blank=True)
    consent_version = models.CharField(max_length=20, blank=True)

    # The document before the last change, where that was made through this very object.
    before: dict[str, Any] | None = None
    stood: Household | None = None  # how that stood, where it was looked at
    # What the rows say as the core reads it, once that was asked for or written.
    parsed: Household | None = None
    position: Household | None = None  # how that stands today
    has_reach = False  # of one that is locked: whether its plan reaches somebody without a visit

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "planner_household"
        constraints = [
            models.CheckConstraint(name="household_strategy_known", condition=Q(strategy__in=WAYS)),
            models.CheckConstraint(
                name="household_consent_has_version",
                condition=Q(consented_on__isnull=True, consent_version="")
                | (Q(consented_on__isnull=False) & ~Q(consent_version="")),
            ),
        ]

    def __str__(self) -> str:
        return f"household of {self.owner_id}"

    @property
    def has_consent(self) -> bool:
        return self.consented_on is not None

    def today(self) -> date:
        """The date where the person lives."""
        return timezone.localdate(timezone=self.zone)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def planned_from(self) -> date:
        """The day from whose morning the plan runs: today, for all but made-up figures.

        Never before the last entry: a clock may jump, and a journey may lead into yesterday.
        """
        if self.is_sample:
            return self.as_of
        return max(self.as_of, self.today(), self._last_entry_on)

    @cached_property
    def _last_entry_on(self) -> date:
        if not self.history_hash:
            return date.min
        if "entries" in self.__dict__:
            return max((one.on for one in self.entries), default=date.min)
        days = HistoryEntry.objects.owned_by(self.owner_id).standing().values_list("on", flat=True)
        return days.last() or date.min

    @property
    def is_lived(self) -> bool:
        """Whether days passed since `as_of`, or anything was entered."""
        return bool(self.history_hash) or self.planned_from != self.as_of

    @property
    def answered_to(self) -> date:
        """The day up to which all that was planned is answered: before `as_of` at the earliest."""
        return max(self.as_of - timedelta(days=1), self.known_to or date.min)

    @cached_property
    def items(self) -> dict[str, list["Item"]]:
        """The rows of each of the document's lists, read once."""
        return {
            kind: list(model.objects.owned_by(self.owner_id)) for kind, model in ITEM_MODELS.items()
        }

    @cached_property
    def entries(self) -> list["HistoryEntry"]:
        """The history that stands, read once."""
        if not self.history_hash:
            return []
        return list(HistoryEntry.objects.owned_by(self.owner_id).standing())

    def enter(self, entries: list["HistoryEntry"]) -> None:
        """The history that stands is this one now."""
        self.entries = entries
        self.__dict__.pop("_last_entry_on", None)

    def take_over(self, held: "HouseholdRow") -> None:
        """The rows that another object of the same row has read already, at the same revision."""
        for name in ("items", "entries", "_last_entry_on", "parsed", "position"):
            if name in held.__dict__:
                self.__dict__[name] = held.__dict__[name]

    def head(self) -> dict[str, Any]:
        """What stands above the lists in the document."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "as_of": self.as_of.isoformat(),
            "currency": "CNY",
            "buffer": format_yuan(self.buffer_fen),
            "strategy": self.strategy,
            "order": self.order,
            "triage_order": self.triage_order,
        }


@models.CharField.register_lookup
class IsId(TextLookup):
    """Whether a text is an id of the document, told so that any program can check a copy of the
    database: REGEXP is a function of Django's that no other SQLite has."""

    lookup_name = "is_id"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        text, parameters = self.process_lhs(compiler, connection)
        sql = f"({text} GLOB '[a-z0-9]*' AND {text} NOT GLOB '*[^a-z0-9_-]*')"
        return sql, [*parameters, *parameters]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        text, parameters = self.process_lhs(compiler, connection)
        return f"{text} ~ '^[a-z0-9][a-z0-9_-]*$'", [*parameters]


class Item(models.Model):
    """One entry of one of the document's lists, its slug being the entry's id there.

    `terms` is the document's own JSON without the id and the `texts`; the domain's parser is the
    only validator, so rows are written through `planner.services` alone.
    """

    texts: ClassVar[tuple[str, ...]] = ("name",)

    owner = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="+")
    slug = models.CharField(max_length=64)
    position = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    name = EncryptedTextField()
    terms = EncryptedJSONField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self._meta.db_table.removeprefix('planner_')} {self.slug}"

    def document(self) -> dict[str, Any]:
        return {"id": self.slug, **{key: getattr(self, key) for key in self.texts}, **self.terms}


def _item_constraints(noun: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=["owner", "slug"], name=f"{noun}_slug_once_per_owner"),
        models.CheckConstraint(condition=Q(slug__is_id=True), name=f"{noun}_slug_is_id"),
        models.CheckConstraint(condition=Q(version__gte=1), name=f"{noun}_version_counts"),
    ]


class AccountRow(Item):
    """Money at hand."""

    class Meta(Item.Meta):
        db_table = "planner_account"
        constraints = _item_constraints("account")


class IncomeRow(Item):
    """Money that arrives."""

    class Meta(Item.Meta):
        db_table = "planner_income"
        constraints = _item_constraints("income")


class ExpenseRow(Item):
    """Living costs."""

    class Meta(Item.Meta):
        db_table = "planner_expense"
        constraints = _item_constraints("expense")


class DebtRow(Item):
    """A contract to repay."""

    texts = ("name", "note")

    note = EncryptedTextField(blank=True, default="")

    class Meta(Item.Meta):
        db_table = "planner_debt"
        constraints = _item_constraints("debt")


ITEM_MODELS: Mapping[str, type[Item]] = {
    "accounts": AccountRow,
    "incomes": IncomeRow,
    "expenses": ExpenseRow,
    "debts": DebtRow,
}


class HistoryQuerySet(OwnedQuerySet["HistoryEntry"]):
    def standing(self) -> Self:
        """Entries that hold: no counter-entries, and nothing that one of them undoes."""
        return self.filter(undoes=None, undone_by=None).order_by("on", "pk")


class HistoryEntry(models.Model):
    """Something that happened, as the document holds it. Rows are only ever added.

    An entry that was wrong stays and gets a counter-entry, which `undoes` it.
    """

    UNDO = "undo"

    owner = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="+")
    on = models.DateField()
    kind = models.CharField(max_length=20)
    slug = models.CharField(max_length=64, help_text="the debt, account, income or expense")
    entry = EncryptedJSONField(help_text="the document's own; of a counter-entry, what it undoes")
    created_on = models.DateTimeField(default=timezone.now)
    undoes = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="undone_by"
    )

    objects = HistoryQuerySet.as_manager()

    class Meta:
        ordering = ["on", "pk"]
        indexes = [
            models.Index(fields=["owner", "on", "id"], name="history_by_day"),
            models.Index(fields=["owner", "kind", "slug"], name="history_by_item"),
        ]
        constraints = [
            models.CheckConstraint(
                name="history_kind_known", condition=Q(kind__in=[*HISTORY_KINDS, "undo"])
            ),
            models.CheckConstraint(
                name="history_counter_entry_undoes",
                condition=Q(kind="undo", undoes__isnull=False)
                | (~Q(kind="undo") & Q(undoes__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of {self.owner_id}"


class Arrangement(models.Model):
    """What was asked of a lender, and what came of it."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        OFFERED = "offered", _("offered")
        AGREED = "agreed", _("agreed")
        KEPT = "kept", _("kept")
        BROKEN = "broken", _("broken")

    owner = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="+")
    debt = models.CharField(max_length=64, help_text="the debt's slug")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_on = models.DateField()
    offered_on = models.DateField(null=True, blank=True)
    agreed_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True, help_text="kept to the end, or broken")
    confirmed_by = EncryptedTextField(blank=True, default="", help_text="how it was confirmed")
    note = EncryptedTextField(blank=True, default="")
    terms = EncryptedJSONField(null=True, blank=True, help_text="the schedule, with its contract")
    created_on = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-pk"]
        indexes = [models.Index(fields=["owner", "debt"], name="arrangement_by_debt")]
        constraints = [
            models.CheckConstraint(
                name="arrangement_state_known",
                condition=Q(state__in=["asked", "offered", "agreed", "kept", "broken"]),
            ),
            models.CheckConstraint(
                name="arrangement_state_has_dates",
                condition=Q(state="asked")
                | Q(state="offered", offered_on__isnull=False)
                | Q(state="agreed", agreed_on__isnull=False, ended_on__isnull=True)
                | Q(state__in=["kept", "broken"], agreed_on__isnull=False, ended_on__isnull=False),
            ),
            models.UniqueConstraint(
                name="arrangement_agreed_once_per_debt",
                fields=["owner", "debt"],
                condition=Q(state="agreed"),
            ),
        ]

    def __str__(self) -> str:
        return f"arrangement {self.pk} of {self.owner_id}"

    def document(self) -> dict[str, Any]:
        days = ("asked_on", "offered_on", "agreed_on", "ended_on")
        return {
            "debt": self.debt,
            "state": self.state,
            **{name: getattr(self, name) and getattr(self, name).isoformat() for name in days},
            "confirmed_by": self.confirmed_by,
            "note": self.note,
            "terms": self.terms,
        }


class ContactEntry(models.Model):
    """What a lender or collector said when. Only added to: what was wrong gets a counter-entry."""

    owner = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="+")
    on = models.DateField()
    entry = EncryptedJSONField(help_text="of a counter-entry, what it undoes")
    created_on = models.DateTimeField(default=timezone.now)
    undoes = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="undone_by"
    )

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["owner", "on", "id"], name="contact_by_day")]

    def __str__(self) -> str:
        return f"contact {self.pk} of {self.owner_id}"


class Revision(models.Model):
    """The household as it stood before a change, for undo."""

    owner = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="+")
    number = models.PositiveBigIntegerField(help_text="the household's counter at that time")
    created_on = models.DateTimeField(default=timezone.now)
    document = EncryptedJSONField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "number"], name="revision_once_per_owner")
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of {self.owner_id}"


class KeptPlan(models.Model):
    """A computed plan, kept so that a page view need not compute it; may be deleted any time."""

    owner = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="+")
    household_hash = models.CharField(max_length=64, help_text="keyed")
    strategy = models.CharField(max_length=20)
    created_on = models.DateTimeField(default=timezone.now)
    document = EncryptedJSONField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "planner_storedplan"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "household_hash", "strategy"], name="stored_plan_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.strategy} plan of {self.owner_id}"


class Reckoning(models.Model):
    """What is to be worked out of a person's household beside the pages, or is right now.

    One row a person, so one that runs at a time: whoever holds it may keep it until `held_until`,
    and longer by saying so; after that it was killed, and another takes over. A newer edit raises
    `revision`, and what runs for an older one ends. Once all is worked out the row is gone.
    """

    owner = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    revision = models.PositiveBigIntegerField(help_text="the household's counter")
    wants = models.CharField(max_length=40, help_text="plan, shortage, optimum")
    asked_on = models.DateTimeField(default=timezone.now)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True, blank=True, db_index=True)
    fault = models.CharField(max_length=100, blank=True, help_text="the exception's class")

    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"reckoning of {self.owner_id}"


class InstallationKey(models.Model):
    """A random key of this installation, made once. What it keys can be told from the database
    only with DATA_KEYS, and whether DATA_KEYS fit is told by it."""

    name = models.CharField(max_length=20, primary_key=True)
    secret = EncryptedTextField(help_text="hexadecimal")

    def __str__(self) -> str:
        return self.name


class Attempt(models.Model):
    """A wrong password, or one that is being looked at; who and from where as keyed digests.

    `device` is of a browser that the account knows; then there is no `sender`.
    """

    account = models.CharField(max_length=64)
    device = models.CharField(max_length=64, blank=True)
    sender = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="attempt_by_account"),
            models.Index(fields=["sender", "at"], name="attempt_by_sender"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class ImportDraft(models.Model):
    """What was read of a file and waits to be confirmed; gone then, or after an hour.

    Only what may become rows: no name, number or sentence of the file stands in it.
    """

    owner = models.OneToOneField(User, models.CASCADE, related_name="+")
    created_on = models.DateTimeField(default=timezone.now, db_index=True)
    document = EncryptedJSONField()

    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"draft of {self.owner_id}"


class IdempotencyKey(models.Model):
    """A form that has had its effect; sending it again leads to what it made then."""

    owner = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="+")
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, help_text="what was sent, hashed, keyed")
    slug = models.CharField(max_length=64, help_text="the item it concerned")
    created_on = models.DateTimeField(default=timezone.now, db_index=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once_per_owner")
        ]

    def __str__(self) -> str:
        return f"key of {self.owner_id}"


class Reach(models.Model):
    """That somebody's plan is to reach them without a visit, and when that is made anew next.

    Whoever makes it moves `renew_on` on first: so one does it, and after a kill another.
    """

    owner = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    renew_on = models.DateTimeField(default=timezone.now, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="that failed, one after another")

    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"reach of {self.owner_id}"


class CalendarFeed(models.Model):
    """A person's calendar under a private address, as it was last written.

    Of the address only a keyed digest is kept. One that was revoked stays without content, so that
    a calendar which goes on asking for it is not taken for somebody who guesses.
    """

    KINDS: ClassVar[tuple[str, ...]] = ("pay", "move", "consequence", "statement", "income")
    MONTHS: ClassVar[tuple[int, ...]] = (3, 6, 12)

    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    token = models.CharField(max_length=64, unique=True, help_text="keyed digest")
    created_on = models.DateTimeField(default=timezone.now)
    revoked_on = models.DateTimeField(null=True, blank=True, db_index=True)
    fetched_on = models.DateTimeField(null=True, blank=True)
    kinds = models.JSONField(default=list)
    months = models.PositiveSmallIntegerField(default=12, help_text="how far ahead")
    is_discreet = models.BooleanField(default=True)
    written_of = models.CharField(
        max_length=40, blank=True, help_text="the household's counter, and its day"
    )
    written_on = models.DateTimeField(null=True, blank=True)
    etag = models.CharField(max_length=64, blank=True)
    content = EncryptedTextField(blank=True, default="", help_text="the .ics file")
    events = EncryptedJSONField(default=dict, help_text="what was told, by UID")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="feed_once_per_owner", fields=["owner"], condition=Q(revoked_on=None)
            )
        ]

    def __str__(self) -> str:
        return f"calendar feed of {self.owner_id}"


class Reminding(models.Model):
    """When and how plainly a member wants to be reminded."""

    owner = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    days_before = models.PositiveSmallIntegerField(default=3)
    at_hour = models.PositiveSmallIntegerField(default=9, help_text="where the person lives")
    quiet_from = models.PositiveSmallIntegerField(default=22)
    quiet_to = models.PositiveSmallIntegerField(default=8, help_text="the same: never quiet")
    is_discreet = models.BooleanField(default=True)
    told_on = models.DateField(null=True, blank=True, help_text="their day of the last digest")

    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"reminders of {self.owner_id}"


class Channel(models.Model):
    """A way on which a person is reminded, once they have seen that it reaches them."""

    MAIL, PUSH = "mail", "push"
    # Of each, one a person.
    BARK, SERVERCHAN, SERVERCHAN3, NTFY = "bark", "serverchan", "sc3", "ntfy"

    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    device = models.CharField(max_length=64, blank=True, help_text="a digest, of push alone")
    host = models.CharField(
        max_length=255, blank=True, help_text="to which it is handed; none of mail, which we send"
    )
    target = EncryptedJSONField(default=dict, help_text="a push subscription, or a key")
    secret = models.CharField(max_length=32, help_text="in the address that stops it")
    consented_on = models.DateTimeField(default=timezone.now)
    consent_version = models.CharField(max_length=20)
    code = EncryptedTextField(blank=True, default="", help_text="of the last test")
    code_tries = models.PositiveSmallIntegerField(default=0)
    confirmed_on = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="channel_once_per_device", fields=["owner", "kind", "device"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.owner_id}"


class Reminder(models.Model):
    """Something to be said of a person's plan at a moment; written anew with the plan until then.

    `key` is a digest of what it is about: said once, it is not said again.
    """

    owner = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="+")
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    on = models.DateField(help_text="the day that it is about")
    send_on = models.DateTimeField()
    is_urgent = models.BooleanField(default=False)
    told_on = models.DateTimeField(null=True, blank=True)
    content = EncryptedJSONField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="reminder_once_per_owner")
        ]
        indexes = [
            models.Index(fields=["send_on"], name="reminder_to_tell", condition=Q(told_on=None))
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk} of {self.owner_id}"


class Message(models.Model):
    """What goes out on one channel, once: claimed before it is sent, its outcome written after.

    Claimed means `due_on` moved on; one without an outcome by then is sent again under the same
    `message_id`.
    """

    SENT, FAILED = "sent", "failed"

    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    # One that is gone leaves what was not sent on it, with the reason.
    channel = models.ForeignKey(Channel, models.SET_NULL, null=True, related_name="+")
    message_id = models.CharField(max_length=64)
    made_on = models.DateTimeField(default=timezone.now, db_index=True)
    due_on = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    is_test = models.BooleanField(default=False)
    outcome = models.CharField(max_length=10, blank=True)
    fault = models.CharField(max_length=40, blank=True, help_text="a code, see planner.words")
    content = EncryptedJSONField(help_text="subject and text; of a push its path")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_on"], name="message_to_send", condition=Q(outcome=""))]

    def __str__(self) -> str:
        return f"message {self.pk} to {self.owner_id}"
