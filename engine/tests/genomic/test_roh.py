"""Runs of homozygosity against a plain search."""

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genomic import RunRules, pack, runs_of_homozygosity
from hypothesis import given
from hypothesis import strategies as st


def plain_runs(codes, chromosome, bp, rules):
    runs, j = [], 0
    while j < len(codes):
        if codes[j] in (1, 3):
            j += 1
            continue
        inside = [j]
        for k in range(j + 1, len(codes)):
            gap = chromosome[k] != chromosome[j] or bp[k] - bp[k - 1] > rules.max_gap_bp
            part = codes[j : k + 1]
            if gap or (part == 1).sum() > rules.max_heterozygous or (part == 3).sum() > rules.max_missing:
                break
            inside.append(k)
        last = max(k for k in inside if codes[k] in (0, 2))
        if last - j + 1 >= rules.min_markers and bp[last] - bp[j] >= rules.min_length_bp:
            runs.append((j, last))
        j = inside[-1] + 1
    return runs


@given(st.integers(0, 2**32 - 1), st.integers(0, 2), st.integers(0, 2))
def test_against_a_plain_search(seed, heterozygous, missing):
    rng = np.random.default_rng(seed)
    codes = rng.choice(4, size=(5, 60), p=[0.4, 0.15, 0.4, 0.05]).astype(np.uint8)
    chromosome = np.repeat([1, 2], 30)
    bp = np.concatenate([np.cumsum(rng.integers(1, 12, 30)), np.cumsum(rng.integers(1, 12, 30))])
    rules = RunRules(4, 10, 9, heterozygous, missing)
    found = runs_of_homozygosity(pack(codes), chromosome, bp, rules)
    expected = [(i, *run) for i in range(5) for run in plain_runs(codes[i], chromosome, bp, rules)]
    assert list(zip(found.animal.tolist(), found.first.tolist(), found.last.tolist(), strict=True)) == expected
    assert ((found.f_roh >= 0) & (found.f_roh <= 1)).all()
    np.testing.assert_array_equal(found.n_markers, found.last - found.first + 1)


@pytest.mark.parametrize(
    ("chromosome", "bp", "rules", "code"),
    [
        ([1, 1], [1, 2], RunRules(), "shape"),
        ([1, 1, 1], [1, 3, 2], RunRules(), "marker_order"),
        ([1, 2, 1], [1, 2, 3], RunRules(), "marker_order"),
        ([1, 1, 1], [1, 2, 3], RunRules(min_markers=0), "bad_option"),
    ],
)
def test_refused(chromosome, bp, rules, code):
    with pytest.raises(ModelError) as refusal:
        runs_of_homozygosity(pack([[0, 1, 2]]), chromosome, bp, rules)
    assert refusal.value.code == code
