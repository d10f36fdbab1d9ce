"""What is kept of a person's second factor; setting it up and asking for it is allauth's."""

from typing import Any

from allauth.mfa.models import Authenticator

from planner.encryption import decrypt, encrypt
from planner.models import User

# Keys within `Authenticator.data` whose values are encrypted: the secret of an app, and what the
# recovery codes are made of. Of a passkey only the public half is here.
SECRETS = ("secret", "seed")


def listed(user: User) -> list[dict[str, Any]]:
    """Kind and days of each factor, for the person; never a secret."""
    return [
        {
            "kind": one.type,
            "device": one.data.get("name", ""),  # of a passkey: on what it was added
            "added_on": one.created_at.isoformat(),
            "used_on": one.last_used_at and one.last_used_at.isoformat(),
        }
        for one in Authenticator.objects.filter(user=user).order_by("pk")
    ]


def write_again(user: User) -> None:
    """With the newest of DATA_KEYS. Within a transaction: no code is used up meanwhile."""
    for one in Authenticator.objects.filter(user=user).select_for_update():
        secrets = {key: one.data[key] for key in SECRETS if key in one.data}
        if secrets:
            one.data |= {key: encrypt(decrypt(held)) for key, held in secrets.items()}
            one.save(update_fields=["data"])


def remove_all(user: User) -> int:
    """For who has lost all of them; the password is enough again. Returns how many there were."""
    removed, _by_model = Authenticator.objects.filter(user=user).delete()
    return int(removed)
