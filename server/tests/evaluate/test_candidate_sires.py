"""Pedigree files in which some sires are known by probabilities only."""

import numpy as np
import pytest

PEDIGREE = """animal,sire,dam,candidate_sires
1,0,0,
2,,,
3,0,0,
4,1,0,
5,,2,3:0.7; 1:0.3
6,1,2,
7,4,5,
8,3,6,
"""
VARIANCE, RESIDUAL = 20.0, 40.0
RECORDS = {"4": ("M", 4.5), "5": ("F", 2.9), "6": ("F", 3.9), "7": ("M", 3.5), "8": ("M", 5.0)}
WEIGHTS = {5: {3: 0.35, 1: 0.15, 2: 0.5}, 4: {1: 0.5}, 6: {1: 0.5, 2: 0.5}, 7: {4: 0.5, 5: 0.5}, 8: {3: 0.5, 6: 0.5}}


def average():
    """A by the tabular method, each ram by its probability (Henderson 1988)."""
    a = np.eye(8)
    for i in range(1, 9):
        parents = WEIGHTS.get(i, {})
        for j in range(1, i):
            a[i - 1, j - 1] = a[j - 1, i - 1] = sum(w * a[p - 1, j - 1] for p, w in parents.items())
        sires = {p: w for p, w in parents.items() if p not in (2, 5, 6)}
        dam = next((p for p in parents if p in (2, 5, 6)), None)
        a[i - 1, i - 1] = 1.0 + (sum(w * a[p - 1, dam - 1] for p, w in sires.items()) if dam else 0.0)
    return a


def test_values_are_those_of_the_average_relationships(evaluate):
    found = evaluate(pedigree=PEDIGREE).table()
    sexes = sorted({sex for sex, _ in RECORDS.values()})
    x = np.array([[sex == each for each in sexes] for sex, _ in RECORDS.values()], dtype=float)
    z = np.zeros((5, 8))
    z[np.arange(5), [int(name) - 1 for name in RECORDS]] = 1.0
    y = np.array([value for _, value in RECORDS.values()])
    c = np.block([[x.T @ x, x.T @ z], [z.T @ x, z.T @ z + RESIDUAL / VARIANCE * np.linalg.inv(average())]])
    u = np.linalg.solve(c, np.concatenate([x.T @ y, z.T @ y]))[2:]
    np.testing.assert_allclose(found["ebv"].to_numpy(), u, atol=1e-8)


def test_one_certain_candidate_is_a_sire(evaluate):
    certain = evaluate(pedigree=PEDIGREE.replace("3:0.7; 1:0.3", "3:1")).table()["ebv"].to_numpy().copy()
    known = evaluate(pedigree=PEDIGREE.replace("5,,2,3:0.7; 1:0.3", "5,3,2,")).table()["ebv"].to_numpy()
    np.testing.assert_allclose(certain, known, atol=1e-10)


def test_a_candidate_without_a_row_becomes_a_founder(evaluate):
    found = evaluate(pedigree=PEDIGREE.replace("3:0.7", "R9:0.7")).table()
    assert found["animal"].to_list()[-1] == "R9"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("3; 1", "candidate_sires"),
        ("3:0.7; 1:0.6", "probabilities"),
        ("3:0.7; 2:0.3", "sire_is_dam"),
        ("3:0.7; 7:0.3", "pedigree_loop"),
        ("3:0.5; 3:0.5", "repeated_candidate"),
        ("3:70; 1:30", "candidate_sires"),
    ],
)
def test_what_cannot_be_is_refused_by_its_line(evaluate, cell, code):
    answer = evaluate(pedigree=PEDIGREE.replace("3:0.7; 1:0.3", cell), arguments=["--json"])
    assert answer.exit_code == 2
    rows = answer.problem["errors"]
    assert [row["code"] for row in rows][:1] == [code]
    assert "candidate_sires" in str(rows[0])
