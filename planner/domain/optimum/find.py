"""find_optimum(): the best plan there is, with proof of how good it is.

Solving takes up to `seconds`; pages show a rule of thumb first and ask for this once. The
solver is loaded with the first call, not with this module.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import Any, Final

from planner.domain.household.household import Household
from planner.domain.ledger.consequences import Harm
from planner.domain.ledger.ledger import Ledger, last_day_of
from planner.domain.ledger.replay import replay
from planner.domain.optimum.carry_out import CarryingOut
from planner.domain.optimum.clock import Deadline, OutOfTime
from planner.domain.optimum.polish import LATE_SHARE, PAIRED_DEBTS, SHARE, Retracing, polish
from planner.domain.optimum.sacrifice import Sacrificing, search_order
from planner.domain.optimum.search import Search, SearchStep, horizon
from planner.domain.paying.proposals import Proposal
from planner.domain.paying.triage import Amounts, LeastHarm
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
        self._household = household
        self._rules = rules
        self._best = best
        self._deadline = deadline
        self._bound = self._owed = 0
        self._harm = NO_HARM
        self._is_solved = False
        self.fault: Exception | None = None

    def find(self) -> tuple[Plan, Proof]:
        first = self._opened.as_of
        owed = sum(sum(contract.balances()) for contract in self._books.contracts)
        ends = [plan.debt_free_on for plan in self._rules.values()]
        last = min(horizon(first, ends), last_day_of(first).toordinal())
        self._bound = self._owed = owed
        try:
            paths = [plan.cash for plan in self._rules.values()]
            on_time = [plan.cash for plan in self._rules.values() if plan.harm == NO_HARM]
            steady = next(iter(on_time), None)
            search = Search(self._opened, self._books, paths, steady, last, self._deadline)
            may_be_on_time = False
            for answer in search.on_time():
                may_be_on_time = True
                self._execute(answer, search)
                self._prove(answer.cost_bound_fen)
                if self._judge(last).status == "proven":
                    break
            if not may_be_on_time or self._best.harm != NO_HARM:
                self._find_late(search)
            if self._judge(last).status != "proven":
                self._polish(search)
        except OutOfTime:
            pass  # what is known by now holds
        except Exception as fault:
            self.fault = fault
        return self._best, self._judge(last)

    def _judge(self, last: int) -> Proof:
        """What is proved of the best plan by now."""
        cost = cost_until(self._best, last)
        bound = min(self._bound, cost)
        return judge_proof(cost, bound, self._best.harm, self._harm, solved=self._is_solved)

    def _prove(self, cost_bound_fen: int | None) -> None:
        if cost_bound_fen is not None:
            self._is_solved = True
            self._bound = max(self._bound, cost_bound_fen)

    def _find_late(self, search: Search) -> None:
        """Payments with the least harm, and what harm cannot go below."""
        self._is_solved = False
        self._bound = self._owed  # what is on time may cost more
        for answer in search.propose(_late_debts(self._best)):
            self._execute(answer, search)
        self._bound_harm(search)
        if self._harm[:5] != self._best.harm[:5]:
            found = self._best.harm
            self._sacrifice(search)
            if self._best.harm != found:
                self._bound_harm(search)

    def _bound_harm(self, search: Search) -> None:
        """What harm and cost cannot go below, and is not known yet."""
        for fewest, yuan_days, cost_bound in search.prove(self._best.harm):
            self._harm = max(self._harm, Harm._make((*fewest, yuan_days)))
            self._prove(cost_bound)

    def _sacrifice(self, search: Search) -> None:
        """Try which debts had better wait, in a quarter of the time."""

        def judge(order: Sequence[int], in_part: bool) -> tuple[Any, ...]:
            plan = self._read_off(Sacrificing(order, pays_part=in_part), self._deadline)
            self._keep(plan, search)
            return worth(plan)

        search_order(range(len(self._opened.debts)), judge, self._deadline, part=4)

    def _polish(self, search: Search) -> None:
        """Change plans day by day, the best one first: longer where something is late."""
        deadline = self._deadline.part(SHARE if self._best.harm == NO_HARM else LATE_SHARE)

        def judge(proposal: Retracing) -> Plan:
            return self._read_off(proposal, deadline)

        def is_better(tried: Plan, known: Plan) -> bool:
            is_late = known.harm != NO_HARM
            return worth(tried) < worth(known) and search.leaves_enough(tried.cash, is_late=is_late)

        triage = LeastHarm(self._opened)
        for start in self._starts(deadline):
            found = polish(start, triage, judge, is_better)
            if is_better(found, self._best):
                self._best = found

    def _starts(self, deadline: Deadline) -> Iterator[Plan]:
        """The best plan, those of the rules, and of few debts each order in which they may wait."""
        yield self._best
        yield from self._rules.values()
        debts = range(len(self._opened.debts))
        if len(debts) < PAIRED_DEBTS:
            for order, pays_part in product(permutations(debts), (True, False)):
                yield self._read_off(Sacrificing(order, pays_part=pays_part), deadline)

    def _keep(self, plan: Plan, search: Search) -> None:
        """Keep a plan if it is better than the best so far, and leaves what is to be left."""
        is_late = self._best.harm != NO_HARM
        if worth(plan) < worth(self._best) and search.leaves_enough(plan.cash, is_late=is_late):
            self._best = plan

    def _execute(self, answer: SearchStep, search: Search) -> None:
        """Let the ledger run what was found, and keep it if it is better.

        Dues are paid on their days; they wait within their grace only where nothing else is on
        time.
        """
        if answer.intentions is None:
            return
        triage = LeastHarm(self._opened)
        proposal = CarryingOut(answer.intentions, answer.until, triage, answer.kept)
        plan = self._read_off(proposal, self._deadline)
        foreseen = tuple(answer.counts)
        search.learn(
            plan.cash, is_late=any(foreseen), is_later=plan.harm[: len(foreseen)] > foreseen
        )
        if search.needs_grace or not proposal.has_waited or self._best.harm != NO_HARM:
            self._keep(plan, search)

    def _read_off(self, proposal: Proposal, deadline: Deadline) -> Plan:
        """The plan of a proposal. Raises OutOfTime where time is up before the ledger ends."""

        def in_time(ledger: Ledger) -> Amounts | None:
            deadline.check()
            return proposal(ledger)

        return read_off(Ledger(self._opened, in_time, self._books).run(), "optimal")


def _late_debts(plan: Plan) -> dict[int, set[int]]:
    """Severity to the indices of debts that start it."""
    places = {debt.id: index for index, debt in enumerate(plan.household.debts)}
    found: dict[int, set[int]] = {}
    for one in plan.consequences:
        if one.state == "will_start" and one.rung.event is None:
            found.setdefault(one.rung.severity, set()).add(places[one.debt])
    return found
