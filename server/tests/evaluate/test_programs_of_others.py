"""Programs of others against our own numbers, on families whose true calls are known."""

import os
from pathlib import Path

import numpy as np
import pytest
from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.modelling.chips.writing import Given
from bellwether.modelling.programs import beagle, plink
from bellwether.modelling.programs.finding import needed
from bellwether.modelling.programs.running import Bounds, ProgramFailed, Runner
from bellwether_engine.genotypes import Markers, count_animals, count_markers, pack
from numpy.typing import NDArray
from programs import needs_java, onto_the_path

N_FOUNDERS, N_ANIMALS, N_MARKERS = 12, 100, 240
HIDDEN = 0.05


@pytest.fixture
def families(monkeypatch: pytest.MonkeyPatch) -> tuple[Given, NDArray[np.uint8]]:
    """Genotypes of three generations on two chromosomes with few crossovers, one call in twenty hidden; all calls."""
    onto_the_path(monkeypatch)
    rng = np.random.default_rng(8)
    haplotypes = [(rng.random((2, N_MARKERS)) < rng.uniform(0.05, 0.5, N_MARKERS)) for _ in range(N_FOUNDERS)]
    while len(haplotypes) < N_ANIMALS:
        parents = rng.choice(len(haplotypes), 2, replace=False)
        haplotypes.append(np.array([gamete(rng, haplotypes[i]) for i in parents]))
    true = np.array([pair.sum(axis=0) for pair in haplotypes], dtype=np.uint8)
    seen = true.copy()
    seen[rng.random(true.shape) < HIDDEN] = 3
    seen[3, :100] = 3
    seen[:60, 7] = 3
    chromosome = ["1"] * (N_MARKERS // 2) + ["2"] * (N_MARKERS // 2)
    position = [10_000 + 100_000 * (i % (N_MARKERS // 2)) for i in range(N_MARKERS)]
    names = [f"m {i}" for i in range(N_MARKERS)]
    markers = Markers.of(names, chromosome, position, ["A"] * N_MARKERS, ["G"] * N_MARKERS)
    samples = [f"sheep {i}" for i in range(N_ANIMALS)]
    fam = [("0", "0", "0", "0", "-9")] * N_ANIMALS
    return Given(pack(seen), MarkerMap.of(markers, chromosome), samples, fam), true


def gamete(rng: np.random.Generator, pair: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """One haplotype, which changes over at one place in a hundred."""
    side = (np.cumsum(rng.random(N_MARKERS) < 0.01) + rng.integers(2)) % 2
    return np.where(side == 0, pair[0], pair[1])


def test_plink_leaves_out_what_our_counts_say(families: tuple[Given, NDArray[np.uint8]], tmp_path: Path) -> None:
    """Call rates, frequencies and squared correlations of the engine and of numpy give the same reasons; the principal
    components are those of the relationships by standardised markers."""
    given, _ = families
    options = plink.Pruning(min_frequency=0.1, r2=0.3, n_components=3)
    found = plink.prune(given, Runner(needed("plink2"), tmp_path), options)
    reason = np.array(found.tables["markers.csv"]["left_out"].to_list())
    is_kept = count_animals(given.packed)[:, 3] <= options.max_missing_animal * N_MARKERS
    assert [not each for each in found.tables["animals.csv"]["left_out"].to_list()] == is_kept.tolist()
    packed = given.packed.animals(np.flatnonzero(is_kept))
    counts = count_markers(packed)
    missing = counts[:, 3] / packed.n_animals
    p = (counts[:, 1] + 2 * counts[:, 2]) / (2 * counts[:, :3].sum(axis=1))
    rare = np.minimum(p, 1 - p) < options.min_frequency
    assert ((reason == "call_rate") == (missing > options.max_missing_marker)).all()
    assert ((reason == "frequency") == (rare & (reason != "call_rate"))).all()
    assert (reason == "linked").sum() > 20
    left = np.flatnonzero(reason == "")
    codes = np.ma.masked_equal(packed.unpack()[:, left].astype(float), 3)
    for here, there in zip(range(len(left) - 1), range(1, len(left)), strict=True):
        assert np.ma.corrcoef(codes[:, here], codes[:, there])[0, 1] ** 2 <= options.r2 + 1e-9
    q = p[left]
    z = (codes - 2 * q) / np.sqrt(2 * q * (1 - q))
    both = (~codes.mask).astype(float)
    relationships = (z.filled(0) @ z.filled(0).T) / (both @ both.T)
    largest = np.linalg.eigvalsh(relationships)[::-1][:3]
    np.testing.assert_allclose(found.tables["eigenvalues.csv"]["eigenvalue"].to_numpy(), largest, rtol=1e-3)


@needs_java
def test_beagle_brings_hidden_calls_back(families: tuple[Given, NDArray[np.uint8]], tmp_path: Path) -> None:
    """Known calls stay; of those that were hidden nearly all come back, as the step's own check says."""
    given, true = families
    found = beagle.impute(given, Runner(needed("beagle"), tmp_path), beagle.Imputing(effective_size=100))
    assert isinstance(found.genotypes, Given)
    before, after = given.packed.unpack(), found.genotypes.packed.unpack()
    assert (before == after)[before != 3].all()
    assert found.report["n_missing_after"] == 0
    concordance = float((after == true)[before == 3].mean())
    told = found.report["concordance"]
    assert told is not None
    assert concordance > 0.8
    assert abs(told - concordance) < 0.1


def test_a_program_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends at the bound of its time; one that fails tells its last lines, and no word of ours reaches a shell."""
    onto_the_path(monkeypatch)
    os.mkfifo(tmp_path / "never.vcf")
    runner = Runner(needed("bcftools"), tmp_path, Bounds(wall_s=0.1))
    with pytest.raises(ProgramFailed, match="ended after"):
        runner.run("view", "never.vcf")
    with pytest.raises(ProgramFailed, match="No such file") as failed:
        Runner(needed("bcftools"), tmp_path).run("view", "$(touch x); none.vcf")
    assert failed.value.program == "bcftools"
    assert not list(tmp_path.glob("x"))
