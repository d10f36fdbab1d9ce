"""The covering core: what a due that waits asks for, and patterns that the ledger can follow."""

import json

from benchmarks.households import LADDER
from benchmarks.mixed import mixed_household
from planner.domain.household.household import parse_household
from planner.domain.ledger.consequences import weigh_harm
from planner.domain.ledger.ledger import Ledger
from planner.domain.ledger.replay import replay
from planner.domain.optimum.carry_out import CarryingOut, Intention
from planner.domain.optimum.cash import Cash
from planner.domain.optimum.core import Core
from planner.domain.optimum.search import horizon
from planner.domain.paying.triage import LeastHarm
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.plan import read_off
from tests.paths import EXAMPLES


def start(household, end=None):
    """The household once replayed, its books, a ledger on its first day and its cash."""
    opened, books = replay(household)
    ledger = Ledger(opened, lambda ledger: None, books)
    ledger.run_to(ledger.day)
    return opened, books, ledger, Cash(ledger, min(horizon(opened.as_of, end), ledger.last_day))


def follow(opened, books, cash, until):
    """A pattern carried out, and the finished ledger."""
    intended = [Intention((), (), None, one) for one in until]
    following = CarryingOut(intended, cash.last, LeastHarm(opened))
    return following, Ledger(opened, following, books).run()


def pattern(core, cash, *, in_parts=False):
    return core.pattern(lambda: 20.0, [0.0] * len(cash.starts), in_parts=in_parts)


def test_a_due_that_waits_asks_for_what_the_contract_then_asks_for():
    """Late fee and penalty on the day on which money comes, to the fen that is rounded."""
    document = json.loads((EXAMPLES / "short.json").read_text())
    document["debts"] = [
        {
            "id": "loan",
            "name": "loan",
            "contract": "instalment",
            "principal": "12000.00",
            "method": "level",
            "periods_left": 12,
            "next_due": "2026-12-12",
            "rate": {"rate": "0.0005", "per": "day"},
            "overdue": {"multiplier": "1.5"},
            "late_fee": {"ratio": "0.05", "floor": "10.00"},
            "ladder": LADDER,
        }
    ]
    document.pop("triage_order", None)
    household = parse_household(document)
    _opened, _books, ledger, cash = start(household)
    due = Core(ledger, cash)._debts[0][0]
    contract = ledger.contracts[0]
    seen = {}
    for stretch, day in enumerate(cash.starts):
        if day <= due.due_on:
            continue
        clone = contract.clone()
        while clone.next_day <= day:
            clone.morning(clone.next_day)
        seen[stretch] = next(fen for due_on, fen in clone.demands(day) if due_on == due.due_on)
        if len(seen) == 2:
            break
    assert due.amounts[due.fallen] < due.amounts[min(seen)] < due.amounts[max(seen)]
    for stretch, fen in seen.items():
        assert abs(due.amounts[stretch] - fen / 100) < 0.02


def test_the_ledger_can_follow_a_pattern():
    """Nothing lacks where large dues are paid at once; five dues fewer are late than by rule."""
    household = mixed_household(11, 12, 24, 0.95)
    best = min(plan.harm.counts for plan in make_plans(household, RULES_OF_THUMB).values())
    opened, books, ledger, cash = start(household)
    following, finished = follow(opened, books, cash, pattern(Core(ledger, cash), cash))
    assert following.lacked == {}
    assert weigh_harm(finished).counts[3] <= best[3] - 5


def test_large_dues_paid_bit_by_bit_leave_fewer_late():
    household = mixed_household(3, 12, 24, 1.05)
    opened, books, ledger, cash = start(household)
    core = Core(ledger, cash)
    counts = []
    for in_parts in (False, True):
        _following, finished = follow(opened, books, cash, pattern(core, cash, in_parts=in_parts))
        counts.append(weigh_harm(finished).counts)
    assert counts[1] < counts[0]


def test_what_is_kept_back_leaves_more_to_wait():
    _opened, _books, ledger, cash = start(mixed_household(11, 12, 24, 0.95))
    core = Core(ledger, cash)
    more = [0.0 if stretch < 10 else 200.0 for stretch in range(len(cash.starts))]
    waiting = []
    for kept in ([0.0] * len(cash.starts), more):
        until = core.pattern(lambda: 20.0, kept, in_parts=False)
        waiting.append(sum(last - due for one in until for due, last in one.items()))
    assert waiting[1] > waiting[0]


def test_what_may_stay_unpaid_gets_no_money_that_later_dues_need():
    """Of two loans one is given up; all that is left over goes to the other, month by month."""
    household = mixed_household(12, 12, 24, 1.0)
    plans = make_plans(household, RULES_OF_THUMB)
    end = min(plans.values(), key=lambda plan: plan.harm.counts).debt_free_on
    opened, books, ledger, cash = start(household, end)
    following, finished = follow(opened, books, cash, pattern(Core(ledger, cash), cash))
    assert following.lacked == {}
    plan = read_off(finished, "optimal")
    assert plan.harm.counts[0] < min(one.harm.counts[0] for one in plans.values())
