"""How good a plan is known to be: what its figures allow to be said."""

from fractions import Fraction

import pytest

from planner.domain.ledger.consequences import Harm
from planner.domain.plan.document import read_proof
from planner.domain.plan.proof import judge_proof, proof_document

BOUND = Harm(0, 0, 0, 2, 2, 0)


def harm(*counts, days=5_000):
    return Harm(*counts, days)


@pytest.mark.parametrize(
    ("cost", "counts", "solved", "status"),
    [
        (100_000, (0, 0, 0, 2, 2), True, "proven"),
        (100_100, (0, 0, 0, 2, 2), True, "proven"),  # less than 0.1 % of it
        (100_101, (0, 0, 0, 2, 2), True, "bounded"),
        (100_000, (0, 0, 0, 2, 3), True, "bounded"),
        (100_000, (0, 0, 1, 2, 2), True, "bounded"),
        (100_000, (0, 0, 0, 2, 2), False, "fallback"),
    ],
)
def test_proven_are_five_counts_and_a_gap_of_a_thousandth(cost, counts, solved, status):
    proof = judge_proof(cost, 100_000, harm(*counts), BOUND, solved=solved)

    assert proof.status == status


def test_yuan_days_are_no_part_of_what_is_proved():
    assert judge_proof(100, 100, harm(0, 0, 0, 2, 2, days=10**9), BOUND, solved=True).is_least_harm


@pytest.mark.parametrize(
    ("counts", "left"),
    [
        ((0, 0, 0, 2, 2), (0, 0)),
        ((0, 0, 0, 2, 5), (1, 3)),
        ((0, 0, 3, 9, 9), (3, 3)),  # of what is less grave nothing is said
    ],
)
def test_how_many_fewer_could_be_late_is_told_of_the_gravest(counts, left):
    assert judge_proof(100, 100, harm(*counts), BOUND, solved=True).fewer_left == left


def test_a_proof_survives_being_kept():
    proof = judge_proof(100_207, 100_000, harm(0, 0, 0, 2, 2), BOUND, solved=True)

    kept = read_proof(proof_document(proof), proof.harm)

    assert kept == proof
    most = judge_proof(
        10**13, 10**13, proof.harm, BOUND, solved=True
    )  # more than one amount may be
    assert read_proof(proof_document(most), most.harm) == most
    assert (kept.saving_left_fen, kept.gap) == (207, Fraction(207, 100_207))
