"""The plans that are kept: made where none is there, filed under the household they are of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from planner.domain.answers.ways import best_rule, ways_document
from planner.domain.household.household import (
    OPTIMAL,
    Debt,
    Household,
    household_document,
    parse_household,
)
from planner.domain.ledger.replay import stand
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.document import kept_document
from planner.domain.plan.plan import Plan
from planner.hashes import history_hash, household_hash
from planner.models import HistoryEntry, HouseholdRow, KeptPlan, User
from planner.services.documents import household_of, outline_of
from planner.services.errors import Overtaken

KEPT_PLANS = 18  # plan, ways, change, position, questions, optimum: now and of two states before

WAYS = "ways"
BEST = "best"
Record = dict[str, Any]
Beside = Callable[[Mapping[str, Record]], Record | None]


def stored_plans(
    *,
    user: User,
    names: Iterable[str],
    document: dict[str, Any] | None = None,
    position: Household | None = None,
    beside: Mapping[str, Beside] | None = None,
) -> dict[str, Record]:
    """The plan documents of the user's household by strategy, computed where none is kept.

    Under the name WAYS, what all rules of thumb come to (see `ways_document`), under BEST
    the plan of the best of them. The optimum takes long and is worked out elsewhere (see
    `planner.plans.solving`): under OPTIMAL it is in the answer only where it is kept.
    `document` asks for another household of the same user, such as the one before a change;
    or it is the outline of the user's own. `position`: see `kept`. `beside`: what else is to be
    kept with them, by name, and how it is made from them: None where it cannot be yet.
    """
    beside = beside or {}

    def compute(
        household: Household, missing: list[str], found: Mapping[str, Record]
    ) -> dict[str, Record]:
        plans = [name for name in missing if name not in beside]
        needs_all = WAYS in plans or BEST in plans
        made = make_plans(household, RULES_OF_THUMB if needs_all else plans)
        computed = {name: to_keep(made, name) for name in plans}
        together = {**found, **computed}
        made_beside = {name: beside[name](together) for name in missing if name in beside}
        return computed | {name: one for name, one in made_beside.items() if one is not None}

    return kept(user, [*names, *beside], document, compute, position)


def stored_plan(
    *, user: User, strategy: str | None = None, document: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One of them; without a strategy, the one that is shown (see `shown_of`)."""
    document = outline_of(household_of(user)) if document is None else document
    names = [strategy] if strategy else names_of(document["strategy"])
    return shown_of(stored_plans(user=user, names=names, document=document), names)


def names_of(strategy: str) -> list[str]:
    """Under which names the plan by a way of repaying is kept, the one that is shown first."""
    return [OPTIMAL, BEST] if strategy == OPTIMAL else [strategy]


def shown_of(found: Mapping[str, dict[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    """Of what was found: the optimum once it is there, until then the best rule of thumb."""
    return next(found[name] for name in names if name in found)


def to_keep(made: Mapping[str, Plan], name: str) -> Record:
    """The record under a name, of the plans by all rules of thumb (see `stored_plans`)."""
    if name == WAYS:
        return ways_document(made)
    return kept_document(made[best_rule(made) if name == BEST else name])


STANDING = "standing"


def standing_household(user: User, document: dict[str, Any] | None = None) -> Household:
    """The household as it stands today, its history laid onto its figures.

    Accounts may stand below zero. `document` as for `stored_plans`.
    """
    document = outline_of(household_of(user)) if document is None else document
    if "planned_from" not in document:
        return parse_household(document)

    def compute(household: Household, names: list[str], _found: object) -> dict[str, Record]:
        return {name: standing_record(stand(household)) for name in names}

    record = kept(user, [STANDING], document, compute)[STANDING]
    position = parse_household(record["household"] | {"strategy": document["strategy"]})
    accounts = tuple(
        replace(account, balance_fen=record["balances"][account.id])
        for account in position.accounts
    )
    return replace(position, accounts=accounts)


def standing_record(position: Household) -> Record:
    """The household as it stands, and the balance of each account in fen, also below zero."""
    balances = {account.id: account.balance_fen for account in position.accounts}
    accounts = tuple(
        replace(account, balance_fen=max(0, account.balance_fen)) for account in position.accounts
    )
    return {
        "household": household_document(replace(position, accounts=accounts)),
        "balances": balances,
    }


def kept(
    user: User,
    names: Iterable[str],
    document: dict[str, Any] | None,
    compute: Callable[[Household, list[str], Mapping[str, Record]], dict[str, Record]],
    position: Household | None = None,
) -> dict[str, Record]:
    """What is worked out of a household, by name; computed and kept where it is missing.

    `compute` gets the household, the missing names and what was found. `position` is the document
    parsed, where that was done already.
    """
    document = outline_of(household_of(user)) if document is None else document
    filed_under = household_hash(document)
    wanted = list(dict.fromkeys(names))
    rows = KeptPlan.objects.owned_by(user).filter(household_hash=filed_under, strategy__in=wanted)
    found = dict(rows.values_list("strategy", "document"))
    missing = [name for name in wanted if name not in found and name != OPTIMAL]
    if missing:
        whole = whole_document(user, document)
        is_whole = position is not None and whole is document
        computed = compute(position if is_whole else parse_household(whole), missing, found)
        if computed:
            keep(user.pk, filed_under, computed)
        found |= computed
    return {name: found[name] for name in wanted if name in found}


def whole_document(user: User, document: dict[str, Any]) -> dict[str, Any]:
    """The document with its history, where it is the outline of the user's own.

    Only the history is read: what is worked out of it is filed under this outline. Raises
    Overtaken where the history is another by now.
    """
    if "history_hash" not in document:
        return document
    entries = [row.entry for row in HistoryEntry.objects.owned_by(user).standing()]
    if history_hash(entries) != document["history_hash"]:
        raise Overtaken
    rest = {key: value for key, value in document.items() if key != "history_hash"}
    return rest | {"history": entries}


def keep(owner: int, filed_under: str, records: Mapping[str, dict[str, Any]]) -> None:
    """Keep what was worked out of a household of the user with that key, and let go what is old.

    The newest optimum of an earlier day stays: what is asked about those days is asked by it.
    """
    # Two requests may compute the same at once: the same bytes, so either may stay.
    KeptPlan.objects.bulk_create(
        [
            KeptPlan(owner_id=owner, household_hash=filed_under, strategy=name, document=one)
            for name, one in records.items()
        ],
        ignore_conflicts=True,
    )
    held = KeptPlan.objects.owned_by(owner).order_by("-pk")
    rows = list(held.values_list("pk", "strategy", "created_on"))
    today = timezone.localdate()
    followed = next(
        (pk for pk, name, on in rows if name == OPTIMAL and timezone.localdate(on) < today), None
    )
    too_old = [pk for pk, _name, _on in rows[KEPT_PLANS:] if pk != followed]
    if too_old:
        held.filter(pk__in=too_old).delete()


def standing_debt(household: HouseholdRow, slug: str) -> Debt:
    """The debt as it stands on the day the plan runs from."""
    standing = standing_household(household.owner, outline_of(household))
    return next(one for one in standing.debts if one.id == slug)
