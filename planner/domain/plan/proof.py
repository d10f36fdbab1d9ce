"""How good a plan is known to be: its harm and cost beside what no plan can go below."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

from planner.domain.ledger.consequences import Harm
from planner.domain.values.money import format_yuan

PROVEN_GAP: Final = Fraction(1, 1000)
_PLACES: Final = 10_000

Status = Literal["proven", "bounded", "fallback"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of a plan. Amounts are fen.

    `cost_fen` is the money paid up to the last day that was decided (60 months at most) and
    what is left owing then, new spending not counted; no plan with so little harm has less
    cost than `cost_bound_fen` or less harm than `harm_bound`. Where nothing was proved they
    are 0, and `gap` means nothing.

    `status`: "proven" where the harm is the least there is and the gap at most 0.1 %;
    "bounded" where the gap is what is known; "fallback" where the solver failed or its time
    was up before it knew anything, and the plan is that of the best rule of thumb.
    """

    cost_fen: int
    cost_bound_fen: int
    harm: Harm
    harm_bound: Harm
    status: Status

    @property
    def gap(self) -> Fraction:
        """The share of the cost that a better plan might save, at most; 0 without cost."""
        if self.cost_fen <= self.cost_bound_fen:
            return Fraction(0)
        return Fraction(self.cost_fen - self.cost_bound_fen, self.cost_fen)

    @property
    def saving_left_fen(self) -> int:
        """What a better plan with no more harm might save, at most."""
        return max(0, self.cost_fen - self.cost_bound_fen)

    @property
    def is_least_harm(self) -> bool:
        """No plan has fewer late dues, the gravest first."""
        return self.harm.counts == self.harm_bound.counts

    @property
    def fewer_left(self) -> tuple[int, int]:
        """The gravest severity of which it is not known that no plan has fewer late dues, and how
        many fewer a better one might have at most; (0, 0) where the harm is the least there is."""
        pairs = zip(range(5, 0, -1), self.harm.counts, self.harm_bound.counts, strict=True)
        return next(((place, had - least) for place, had, least in pairs if had > least), (0, 0))


def judge_proof(
    cost_fen: int, cost_bound_fen: int, harm: Harm, harm_bound: Harm, *, solved: bool
) -> Proof:
    """The proof with the status that its figures allow; `solved`: a solver gave the bounds."""
    proof = Proof(cost_fen, cost_bound_fen, harm, harm_bound, "bounded")
    if not solved:
        status: Status = "fallback"
    elif proof.is_least_harm and proof.gap <= PROVEN_GAP:
        status = "proven"
    else:
        return proof
    return Proof(cost_fen, cost_bound_fen, harm, harm_bound, status)


def proof_document(proof: Proof) -> dict[str, Any]:
    """The plan document's `proof`: the gap as a share of the cost, to four places, up."""
    scaled = proof.gap * _PLACES
    places = -(-scaled.numerator // scaled.denominator)
    return {
        "cost": format_yuan(proof.cost_fen),
        "cost_bound": format_yuan(proof.cost_bound_fen),
        "gap": f"{places // _PLACES}.{places % _PLACES:04d}",
        "harm_bound": list(proof.harm_bound),
        "status": proof.status,
    }
