"""The log of contacts: an entry more, or a counter-entry. Nothing in it is ever changed."""

from django.utils.translation import gettext as _

from planner.domain.household.contacts import Contact, contact_document
from planner.models import ContactEntry, HouseholdRow, User
from planner.services.changes import write
from planner.services.entries import still_to_come
from planner.services.errors import ConsentRequired, EntryRefused

MOST_ENTRIES = 10_000


def record_contact(*, user: User, contact: Contact, key: str = "", agrees: bool = False) -> None:
    """Write down what was said. Raises EntryRefused, ConsentRequired, KeyReused."""

    def record(household: HouseholdRow) -> str:
        if not household.has_consent and not agrees:
            raise ConsentRequired
        if contact.on > household.today():
            raise still_to_come()
        if ContactEntry.objects.owned_by(user).count() >= MOST_ENTRIES:
            raise EntryRefused("full", _("The log is full. Take the document along first."))
        row = ContactEntry.objects.create(
            owner=user, on=contact.on, entry=contact_document(contact)
        )
        return str(row.pk)

    write(user, record, sent=contact_document(contact), key=key, agrees=agrees)


def undo_contact(*, user: User, entry: int) -> None:
    """A counter-entry: what was wrong stays to be seen. Raises EntryRefused."""

    def undo(_household: HouseholdRow) -> None:
        row = ContactEntry.objects.owned_by(user).filter(pk=entry, undoes=None).first()
        if row is None or ContactEntry.objects.filter(undoes=row).exists():
            raise EntryRefused("undone", _("This entry is not there any more."))
        ContactEntry.objects.create(owner=user, on=row.on, entry=row.entry, undoes=row)

    write(user, undo)
