"""The plans that are kept: made where none is there, filed under the household they are of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from planner.domain.answers.ways import best_rule, ways_document
from planner.domain.household.household import (
    OPTIMAL,
    Debt,
    Household,
    household_document,
    parse_beside,
    parse_household,
)
from planner.domain.ledger.replay import stand
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.document import kept_document
from planner.domain.plan.plan import Plan
from planner.hashes import history_hash, household_hash
from planner.models import HistoryEntry, HouseholdRow, User
from planner.plans.foreseen import PLAN, NotYet, foreseen, reckoned_here_ms
from planner.plans.shelf import Record, Shelf, keep
from planner.plans.work import is_asked
from planner.services.documents import household_from, household_of, outline_of, position_of
from planner.services.errors import Overtaken

WAYS = "ways"
BEST = "best"
Beside = Callable[[Mapping[str, Record]], Record | None]
Compute = Callable[[Household, list[str], Mapping[str, Record]], dict[str, Record]]


def stored_plans(
    *,
    user: User,
    names: Iterable[str],
    document: dict[str, Any] | None = None,
    beside: Mapping[str, Beside] | None = None,
    parsed: Callable[[], Household] | None = None,
    shelf: Shelf | None = None,
    leaves: str = PLAN,
) -> dict[str, Record]:
    """The plan documents of the user's household by strategy, computed where none is kept.

    Under the name WAYS, what all rules of thumb come to (see `ways_document`), under BEST
    the plan of the best of them. The optimum takes long and is worked out elsewhere (see
    `planner.plans.solving`): under OPTIMAL it is in the answer only where it is kept.
    `document` asks for another household of the same user, such as the one before a change;
    or it is the outline of the user's own. `beside`: what else is to be kept with them, by
    name, and how it is made from them: None where it cannot be yet. `parsed`, `shelf`: see `kept`.
    `leaves`: see `leave_what_is_long`. Raises NotYet.
    """
    beside = beside or {}

    def compute(
        household: Household, missing: list[str], found: Mapping[str, Record]
    ) -> dict[str, Record]:
        plans = [name for name in missing if name not in beside]
        needs_all = WAYS in plans or BEST in plans
        if plans:
            leave_what_is_long(user, household, document, leaves)
        made = make_plans(household, RULES_OF_THUMB if needs_all else plans)
        computed = {name: to_keep(made, name) for name in plans}
        together = {**found, **computed}
        made_beside = {name: beside[name](together) for name in missing if name in beside}
        return computed | {name: one for name, one in made_beside.items() if one is not None}

    return kept(user, [*names, *beside], document, compute, parsed=parsed, shelf=shelf)


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


def standing_household(
    user: User,
    document: dict[str, Any] | None = None,
    *,
    beside: Household | None = None,
    shelf: Shelf | None = None,
) -> Household:
    """The household as it stands today, its history laid onto its figures.

    Accounts may stand below zero. `document` as for `stored_plans`, `shelf` as for `kept`;
    `beside` is how another household of that day stands, much the same.
    """
    if document is None:
        return position_today(household_of(user))
    if "planned_from" not in document:
        return parse_household(document)

    def compute(household: Household, names: list[str], _found: object) -> dict[str, Record]:
        return {name: standing_record(stand(household)) for name in names}

    record = kept(user, [STANDING], document, compute, shelf=shelf)[STANDING]
    return _read_standing(record, document["strategy"], beside)


def position_today(row: HouseholdRow, shelf: Shelf | None = None) -> Household:
    """The same of the person's own, whose row remembers it."""
    if not row.is_lived:
        return position_of(row)
    if row.position is not None and row.position.as_of == row.planned_from:
        return row.position
    row.position = None

    def compute(_household: Household, names: list[str], _found: object) -> dict[str, Record]:
        return dict.fromkeys(names, standing_record(position_of(row)))

    found = kept(
        row.owner,
        [STANDING],
        outline_of(row),
        compute,
        parsed=lambda: household_from(row),
        shelf=shelf,
    )
    if row.position is None:
        row.position = _read_standing(found[STANDING], row.strategy)
    return row.position


def _read_standing(record: Record, strategy: str, beside: Household | None = None) -> Household:
    document = record["household"] | {"strategy": strategy}
    if beside is None:
        position = parse_household(document)
    else:
        position = parse_beside(document, _without_debit(beside))
    accounts = tuple(
        replace(account, balance_fen=record["balances"][account.id])
        for account in position.accounts
    )
    return replace(position, accounts=accounts)


def standing_record(position: Household) -> Record:
    """The household as it stands, and the balance of each account in fen, also below zero."""
    balances = {account.id: account.balance_fen for account in position.accounts}
    return {"household": household_document(_without_debit(position)), "balances": balances}


def _without_debit(position: Household) -> Household:
    """Accounts below zero stand as empty: no document says otherwise."""
    accounts = tuple(
        replace(account, balance_fen=max(0, account.balance_fen)) for account in position.accounts
    )
    return replace(position, accounts=accounts)


def kept(
    user: User,
    names: Iterable[str],
    document: dict[str, Any] | None,
    compute: Compute,
    *,
    parsed: Callable[[], Household] | None = None,
    shelf: Shelf | None = None,
) -> dict[str, Record]:
    """What is worked out of a household, by name; computed and kept where it is missing.

    `compute` gets the household, the missing names and what was found. `parsed` gives the document
    with its history as the core reads it, where a row holds that already; `shelf` is that of the
    request, where it asks for more than this.
    """
    shelf = shelf or Shelf(user)
    document = outline_of(household_of(user)) if document is None else document
    filed_under = household_hash(document)
    wanted = list(dict.fromkeys(names))
    found = shelf.find(filed_under, wanted)
    missing = [name for name in wanted if name not in found and name != OPTIMAL]
    if missing:
        whole = parsed() if parsed else parse_household(whole_document(user, document))
        computed = compute(whole, missing, found)
        if computed:
            shelf.put(filed_under, computed)
        found |= computed
    return {name: found[name] for name in wanted if name in found}


def leave_what_is_long(
    user: User, household: Household, document: Mapping[str, Any] | None, what: str = PLAN
) -> None:
    """To be asked before plans of a household are made, whose document, or outline, this is.

    Raises NotYet where they take longer than a page may wait, so that a worker is asked for `what`.
    The plan that told so is kept, for what can be shown meanwhile.
    """
    limit = reckoned_here_ms()
    if limit is None:
        return
    if is_asked(user, what):
        raise NotYet(what)
    took, plan = foreseen(household)
    if took > limit:
        if plan is not None:
            filed_under = household_hash(document or outline_of(household_of(user)))
            keep(user.pk, {filed_under: {"minimum": kept_document(plan)}})
        raise NotYet(what)


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


def standing_debt(household: HouseholdRow, slug: str) -> Debt:
    """The debt as it stands on the day the plan runs from."""
    return next(one for one in position_today(household).debts if one.id == slug)
