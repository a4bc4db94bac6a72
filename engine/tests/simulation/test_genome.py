"""Genes that drop: recombination beside a plain twin, Mendel, linkage, and values that are sums over QTL."""

import numpy as np
import pytest
from bellwether_engine import ModelError, Relationship
from bellwether_engine.genotypes import genotype_bits, mendelian_conflicts, opposing_homozygotes
from bellwether_engine.simulation import FlockDesign, GeneMap, GenomeDesign, TraitDesign, gene_drop, simulate_flocks
from bellwether_engine.simulation.genome import recombine
from hypothesis import given, settings
from hypothesis import strategies as st

TRAIT = TraitDesign(("WWT",), genetic=3.0, residual=6.0)
SMALL = GenomeDesign(n_chromosomes=4, markers=40, qtl=10)


def plain(haplotypes, parent, first, position, start, begin, place):
    """One locus at a time: the strand has changed once for each crossover before it."""
    gametes = np.empty((len(parent), haplotypes.shape[2]), dtype=np.uint8)
    for g, p in enumerate(parent):
        for c in range(len(first) - 1):
            segment = g * (len(first) - 1) + c
            crossovers = place[begin[segment] : begin[segment + 1]]
            for k in range(first[c], first[c + 1]):
                strand = (start[g, c] + (crossovers < position[k]).sum()) % 2
                gametes[g, k] = haplotypes[p, strand, k]
    return gametes


@given(st.integers(0, 2**32 - 1))
def test_recombination_is_that_of_the_plain_twin(seed):
    rng = np.random.default_rng(seed)
    first = np.array([0, 4, 4, 9])
    position = np.concatenate([np.sort(rng.uniform(0, 2, 4)), np.sort(rng.uniform(0, 2, 5))])
    haplotypes = rng.integers(0, 2, (3, 2, 9)).astype(np.uint8)
    parent, start = rng.integers(0, 3, 5), rng.integers(0, 2, (5, 3)).astype(np.int8)
    counts = rng.poisson(2.0, 15)
    begin, place = np.concatenate([[0], np.cumsum(counts)]), rng.uniform(0, 2, counts.sum())
    gametes = np.empty((5, 9), dtype=np.uint8)
    expected = plain(haplotypes, parent, first, position, start, begin, place)
    recombine(haplotypes, parent, first, position, start, begin, place.copy(), gametes)
    np.testing.assert_array_equal(gametes, expected)


def test_recombination_fractions_are_those_of_haldane():
    """``r = (1 - exp(-2 d)) / 2`` at a distance of d Morgans."""
    position = np.array([0.0, 0.1, 0.5, 1.5])
    genes = GeneMap(np.array([0, 4]), position, np.zeros(4, dtype=bool), np.full(4, 0.5))
    parent = np.stack([np.zeros((1, 4)), np.ones((1, 4))], axis=1).astype(np.uint8)
    zero = np.zeros(20_000, dtype=np.int32)
    gamete = gene_drop(parent, genes, zero, zero, np.random.default_rng(1))[:, 0]
    for k in range(1, 4):
        expected = 0.5 * (1.0 - np.exp(-2.0 * position[k]))
        assert (gamete[:, 0] != gamete[:, k]).mean() == pytest.approx(expected, abs=0.015)
    assert gamete.mean() == pytest.approx(0.5, abs=0.01)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.sampled_from([None, 10]))
def test_no_lamb_has_a_gene_that_its_parents_lack(seed, n_ancestors):
    design = GenomeDesign(n_chromosomes=3, markers=30, n_ancestors=n_ancestors)
    found = simulate_flocks(FlockDesign(2, 20, 2, 4), TRAIT, genome=design, seed=seed)
    codes = found.genotypes.unpack().astype(int)
    sire, dam = found.true_pedigree.sire, found.true_pedigree.dam
    born = np.flatnonzero(sire >= 0)
    for parent in (sire, dam):
        assert not (np.abs(codes[born] - codes[parent[born]]) == 2).any()
    least = (codes[sire[born]] == 2).astype(int) + (codes[dam[born]] == 2)
    most = (codes[sire[born]] > 0).astype(int) + (codes[dam[born]] > 0)
    assert ((codes[born] >= least) & (codes[born] <= most)).all()


def test_the_quality_control_finds_no_conflict():
    found = simulate_flocks(FlockDesign(2, 20, 2, 4), TRAIT, genome=SMALL, seed=2)
    sire, dam = found.true_pedigree.sire, found.true_pedigree.dam
    born = np.flatnonzero(sire >= 0)
    conflicts = mendelian_conflicts(found.genotypes, born, sire[born], dam[born])
    assert conflicts.by_trio.sum() == 0
    assert (conflicts.compared == 160).all()
    wrong = mendelian_conflicts(found.genotypes, born, np.roll(sire[born], 1), dam[born])
    opposing, _ = opposing_homozygotes(genotype_bits(found.genotypes), born, sire[born])
    assert wrong.by_trio.sum() > 0
    assert opposing.sum() == 0


def test_true_values_are_sums_over_qtl_with_the_asked_variance():
    trait = TraitDesign(("a", "b"), genetic=[[3.0, 1.0], [1.0, 2.0]], residual=np.eye(2))
    design = GenomeDesign(n_chromosomes=10, markers=5, qtl=20)
    found = simulate_flocks(FlockDesign(10, 200, 4, 2), trait, genome=design, seed=3)
    p = found.genes.frequency[found.genes.is_qtl]
    values = (found.qtl_genotypes.unpack() - 2.0 * p) @ found.qtl_effects
    np.testing.assert_allclose(found.true_values, values, atol=1e-9)
    weight = 2.0 * p * (1.0 - p)
    np.testing.assert_allclose((found.qtl_effects * weight[:, None]).T @ found.qtl_effects, trait.genetic, atol=1e-9)
    np.testing.assert_allclose(np.cov(found.true_values[:2040].T), trait.genetic, atol=0.35)


def test_markers_trace_the_relationships_of_the_pedigree():
    design = GenomeDesign(markers=60)
    found = simulate_flocks(FlockDesign(1, 30, 2, 4, link_share=0.0), TRAIT, genome=design, seed=5)
    p = found.genes.frequency[~found.genes.is_qtl]
    z = found.genotypes.unpack() - 2.0 * p
    g = z @ z.T / (2.0 * p * (1.0 - p)).sum()
    a = Relationship(found.true_pedigree, found.inbreeding).between(*[np.arange(len(g))] * 2)
    upper = np.triu_indices(len(g))
    assert np.polyfit(a[upper], g[upper], 1) == pytest.approx([1.0, 0.0], abs=0.05)


def neighbours(found):
    """Mean squared correlation of neighbouring markers among founders."""
    codes = found.genotypes.unpack()[: (found.pedigree.sire < 0).sum()].astype(float)
    polymorphic = codes[:, codes.std(axis=0) > 0.3]
    return np.mean([np.corrcoef(pair.T)[0, 1] ** 2 for pair in np.split(polymorphic[:, :100], 50, axis=1)])


def test_ancestral_mosaics_give_linkage_disequilibrium():
    flat, linked = (
        simulate_flocks(FlockDesign(2, 100, 5, 1), TRAIT, genome=GenomeDesign(1, 200, n_ancestors=n), seed=1)
        for n in (None, 4)
    )
    assert neighbours(flat) < 0.05
    assert neighbours(linked) > 0.15


@pytest.mark.parametrize("change", [{"markers": 0}, {"n_chromosomes": 0}, {"morgans": 0.0}, {"n_ancestors": 1}])
def test_refused_genomes(change):
    with pytest.raises(ModelError) as caught:
        GenomeDesign(**change)
    assert caught.value.code == "bad_design"


def test_too_few_qtl_and_too_many_haplotypes_are_refused():
    two = TraitDesign(("a", "b"), genetic=np.eye(2), residual=np.eye(2))
    for design, place in [
        (GenomeDesign(n_chromosomes=1, qtl=1), "simulation.qtl"),
        (GenomeDesign(markers=10_000_000), "simulation.genome"),
    ]:
        with pytest.raises(ModelError) as caught:
            simulate_flocks(FlockDesign(2, 20, 2, 2), two, genome=design, seed=1)
        assert caught.value.place == place
