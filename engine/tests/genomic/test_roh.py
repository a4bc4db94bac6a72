"""Runs of homozygosity against plain searches, and detectRUNS' runs of 100 real sheep (the data are not shipped)."""

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genotypes import pack
from bellwether_engine.homozygosity import RunRules, WindowRules, runs_by_windows, runs_of_homozygosity
from hypothesis import given
from hypothesis import strategies as st

from ..twins import shared_file
from .test_quality import sheep


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


def plain_windows(codes, chromosome, bp, rules):
    """Every window and every marker by itself."""
    m, w = len(codes), rules.window_markers
    joined = [chromosome[k] == chromosome[k - 1] and bp[k] - bp[k - 1] <= rules.max_gap_bp for k in range(1, m)]
    over, windows = np.zeros((2, m))
    for k in range(m - w + 1):
        windows[k : k + w] += chromosome[k] == chromosome[k + w - 1]
        part = codes[k : k + w]
        if (part == 1).sum() <= rules.max_heterozygous and (part == 3).sum() <= rules.max_missing:
            over[k : k + w] += all(joined[k : k + w - 1])
    inside = over > rules.window_share * windows
    runs = []
    for j in range(m):
        if inside[j]:
            if runs and runs[-1][1] == j - 1 and joined[j - 1]:
                runs[-1] = (runs[-1][0], j)
            else:
                runs.append((j, j))
    return [r for r in runs if r[1] - r[0] + 1 >= rules.min_markers and bp[r[1]] - bp[r[0]] >= rules.min_length_bp]


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.sampled_from([0.0, 0.1, 0.34, 0.7]))
def test_windows_against_a_plain_search(seed, window, share):
    rng = np.random.default_rng(seed)
    codes = rng.choice(4, size=(4, 60), p=[0.4, 0.12, 0.4, 0.08]).astype(np.uint8)
    chromosome = np.repeat([1, 2], [25, 35])
    bp = np.concatenate([np.cumsum(rng.integers(1, 12, 25)), np.cumsum(rng.integers(1, 12, 35))])
    rules = WindowRules(3, 10, 10, 1, 1, window, share)
    found = runs_by_windows(pack(codes), chromosome, bp, rules)
    expected = [(i, *run) for i in range(4) for run in plain_windows(codes[i], chromosome, bp, rules)]
    assert list(zip(found.animal.tolist(), found.first.tolist(), found.last.tolist(), strict=True)) == expected


def test_runs_of_real_sheep():
    """detectRUNS: slidingRUNS.run with windowSize = 15, threshold = 0.1, minSNP = 15, maxOppWindow = maxMissWindow = 1.

    1,794 of its 1,796 runs are found to the marker; the three below, near the ends of chromosomes, it has one shorter.
    """
    packed, names, bim = sheep()
    table = shared_file("datasets/sheep_kijas2016/Kijas2016_Sheep_subset.sliding.csv").read_text().split()[1:]
    chromosome, bp = (np.array([int(row[k]) for row in bim]) for k in (0, 3))
    found = runs_by_windows(packed, chromosome, bp, WindowRules(min_length_bp=100_000))
    columns = (found.chromosome, found.n_markers, found.start_bp, found.end_bp, found.end_bp - found.start_bp)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    got = {";".join([names[i], *map(str, row)]) for i, row in zip(found.animal, rows, strict=True)}
    theirs = {line.split(";", 1)[1] for line in table}
    assert (len(got), len(theirs), len(got & theirs)) == (1797, 1796, 1794)
    assert {tuple(row.split(";")[:3]) for row in got - theirs} == {
        ("H134", "24", "24"),
        ("H16", "2", "16"),
        ("H19", "24", "15"),
    }
    lengths = dict.fromkeys(names, 0)
    for line in table:
        cells = line.split(";")
        lengths[cells[1]] += int(cells[6])
    covered = sum(np.ptp(bp[chromosome == c]) for c in (2, 24))
    np.testing.assert_allclose(found.f_roh, [lengths[name] / covered for name in names], atol=0.005)


@pytest.mark.parametrize(
    ("chromosome", "bp", "rules", "code"),
    [
        ([1, 1], [1, 2], {}, "shape"),
        ([1, 1, 1], [1, 3, 2], {}, "marker_order"),
        ([1, 2, 1], [1, 2, 3], {}, "marker_order"),
        ([1, 1, 1], [1, 2, 3], {"min_markers": 0}, "bad_option"),
    ],
)
def test_refused(chromosome, bp, rules, code):
    with pytest.raises(ModelError) as refusal:
        runs_of_homozygosity(pack([[0, 1, 2]]), chromosome, bp, RunRules(**rules))
    assert refusal.value.code == code


@pytest.mark.parametrize("rules", [{"window_markers": 0}, {"window_share": 1.0}])
def test_refused_windows(rules):
    with pytest.raises(ModelError) as refusal:
        runs_by_windows(pack([[0, 1, 2]]), [1, 1, 1], [1, 2, 3], WindowRules(**rules))
    assert refusal.value.code == "bad_option"
