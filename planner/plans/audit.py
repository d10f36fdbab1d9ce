"""Whether what is stored is what figures and history lead to."""

from collections.abc import Mapping
from typing import Any

from planner.domain.household.household import parse_household
from planner.domain.ledger.replay import PaymentRefused, stand
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.values.reading import InvalidDocument
from planner.hashes import history_hash, household_hash
from planner.models import HistoryEntry, KeptPlan, User
from planner.plans.kept import BEST, STANDING, WAYS, standing_record, to_keep
from planner.services.documents import columns_of, document_of, household_of


def check_books(user: User) -> list[str]:
    """What of the user's stored results differs from what figures and history lead to."""
    household = household_of(user)
    document = document_of(household)
    found = []
    standing = HistoryEntry.objects.owned_by(user).standing()
    if household.history_hash != history_hash([row.entry for row in standing]):
        found.append("the hash of the history is not that of its entries")
    for row in standing:
        if (row.on.isoformat(), row.kind, row.slug) != columns_of(row.entry):
            found.append(f"entry {row.pk} is filed under another day, kind or item")
    rows = KeptPlan.objects.owned_by(user).filter(household_hash=household_hash(document))
    stored = {row.strategy: row.document for row in rows}
    try:
        parsed = parse_household(document)
        position = standing_record(stand(parsed))
        made = make_plans(parsed, RULES_OF_THUMB)
    except InvalidDocument as invalid:
        return [*found, f"the household cannot be read: {invalid.errors[0].path}"]
    except PaymentRefused as refused:
        paid = refused.entry
        return [*found, f"a payment of {paid.on} to debt {paid.debt} cannot be reckoned any more"]
    for name in sorted(stored.keys() & {*RULES_OF_THUMB, WAYS, BEST}):
        computed = to_keep(made, name)
        for key in sorted(key for key in computed if stored[name].get(key) != computed[key]):
            found.append(f"{key} of the stored plan {name} is another")
    if STANDING in stored:
        found += _differences(stored[STANDING], position)
    return found


def _differences(stored: Mapping[str, Any], position: Mapping[str, Any]) -> list[str]:
    found = [
        f"the stored balance of account {account} is another"
        for account, fen in position["balances"].items()
        if stored["balances"].get(account) != fen
    ]
    held = {one["id"]: one for one in stored["household"]["debts"]}
    return found + [
        f"what stands of debt {debt['id']} is another"
        for debt in position["household"]["debts"]
        if held.get(debt["id"]) != debt
    ]
