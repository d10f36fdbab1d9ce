"""find_optimum(): the best plan there is, with proof of how good it is.

Solving takes up to `seconds`; pages show a rule of thumb first and ask for this once. The
solver is loaded with the first call, not with this module.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.household.household import Household
from planner.domain.ledger.consequences import Harm, weigh_harm
from planner.domain.ledger.ledger import Ledger, last_day_of
from planner.domain.ledger.replay import replay
from planner.domain.optimum.carry_out import CarryingOut
from planner.domain.optimum.clock import Deadline, OutOfTime
from planner.domain.optimum.late_search import LateSearch
from planner.domain.optimum.search import FalseBound, Search, horizon
from planner.domain.paying.tidying import tidy
from planner.domain.paying.triage import Amounts
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.plan import Plan, cost_until, read_off, worth
from planner.domain.plan.proof import Proof, judge_proof

NO_HARM: Final = Harm(0, 0, 0, 0, 0, 0)
SECONDS: Final = 10  # as long as a solve may take unless the caller says otherwise


@dataclass(frozen=True, slots=True)
class Optimum:
    """The best plan found, executed by the ledger, under the name "optimal".

    `rule` is the best rule of thumb and `rule_plan` its plan; `rules` are the plans of all
    rules that were compared, by name. `plan` is never worse than any of them by harm, then
    cost. `cost_fen` of any of them: see `cost_of`. `fault` is what broke the search, if anything
    did: a fault of ours, never of the household.
    """

    plan: Plan
    proof: Proof
    rule: str
    rule_plan: Plan
    rules: dict[str, Plan]
    fault: Exception | None = None


def never() -> bool:
    return False


def find_optimum(
    household: Household, *, seconds: int = SECONDS, cancelled: Callable[[], bool] = never
) -> Optimum:
    """The plan with the least harm, then the least cost, and its proof.

    Returns the best known when `seconds` are up, or soon after `cancelled` says True; never
    raises because of the solver. Raises PaymentRefused as make_plan does.
    """
    deadline = Deadline(seconds, cancelled)
    rules = make_plans(household, RULES_OF_THUMB)
    rule = min(rules, key=lambda name: worth(rules[name]))
    best = replace(rules[rule], strategy="optimal")
    finder = _Finder(household, rules, best, deadline)
    plan, proof = finder.find()
    return Optimum(plan, proof, rule, rules[rule], rules, finder.fault)


class _Finder:
    """One search: the best plan so far, and what has been proved."""

    def __init__(
        self,
        household: Household,
        rules: dict[str, Plan],
        best: Plan,
        deadline: Deadline,
    ) -> None:
        self._opened, self._books = replay(household)
        self._rules = rules
        self._best = best
        self._deadline = deadline
        self._late: LateSearch | None = None
        self._search: Search | None = None
        self.fault: Exception | None = None

    def find(self) -> tuple[Plan, Proof]:
        first = self._opened.as_of
        last = min(horizon(first, self._best.debt_free_on), last_day_of(first).toordinal())
        try:
            paths = [plan.cash for plan in self._rules.values()]
            on_time = [plan.cash for plan in self._rules.values() if not any(plan.harm.counts)]
            steady = next(iter(on_time), None)
            search = self._search = Search(
                self._opened, self._books, paths, steady, last, self._deadline, self._execute
            )
            search.find_on_time(lambda: self._judge(last).status == "proven")
            if any(self._best.harm.counts) or not search.may_be_on_time:
                self._find_late(search, last)
        except OutOfTime:
            pass  # what is known by now holds
        except Exception as fault:  # whatever a solver does, the person has a plan
            self.fault = fault
        try:
            return self._best, self._judge(last)
        except FalseBound as fault:
            self.fault = fault
        cost = cost_until(self._best, last)
        return self._best, judge_proof(cost, 0, self._best.harm, NO_HARM, solved=False)

    def _find_late(self, search: Search, last: int) -> None:
        """Payments with the least harm, and what harm and cost cannot go below."""
        search.cost_bound_fen = None  # what is on time may cost more
        late = self._late = LateSearch(
            search.ledger,
            search.cash,
            self._deadline,
            self._execute,
            lambda: self._best,
            lambda: self._judge(last).status == "proven",
        )
        late.find_patterns()
        late.prove()

    def _judge(self, last: int) -> Proof:
        """What is proved of the best plan by now. Raises FalseBound."""
        best = self._best
        owed = sum(sum(contract.balances()) for contract in self._books.contracts)
        bound = None if self._search is None else self._search.cost_bound_fen
        harm = NO_HARM
        if self._late is not None:
            bound = self._late.cost_bound_fen
            harm = Harm._make((*self._late.harm_bound, 0))
        is_solved = bound is not None
        bound = max(owed, bound or 0)
        for plan in (best, *self._rules.values()):
            is_as_good = plan.harm.counts == best.harm.counts
            if plan.harm.counts < harm.counts or (is_as_good and cost_until(plan, last) < bound):
                raise FalseBound(plan.strategy, plan.harm, harm, cost_until(plan, last), bound)
        return judge_proof(cost_until(best, last), bound, best.harm, harm, solved=is_solved)

    def _execute(self, proposal: CarryingOut) -> tuple[Plan, Ledger]:
        """Let the ledger run a proposal, and keep the plan if it is better.

        Where nothing is late, dues are paid on their days; they wait within their grace only
        where nothing else is on time.
        """
        deadline = self._deadline

        def in_time(ledger: Ledger) -> Amounts | None:
            deadline.check()
            return proposal(ledger)

        made = Ledger(self._opened, in_time, self._books).run()
        ledger = tidy(made)
        if ledger is not made and weigh_harm(made).counts < weigh_harm(ledger).counts:
            ledger = made  # a later due needs the money to stay where it is
        plan = read_off(ledger, "optimal")
        search = self._search
        assert search is not None
        is_late = any(plan.harm.counts)
        if not is_late and proposal.has_waited and not search.needs_grace:
            return plan, ledger
        if worth(plan) < worth(self._best) and (is_late or search.leaves_enough(plan)):
            self._best = plan
        return plan, ledger
