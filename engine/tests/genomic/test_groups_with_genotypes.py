"""Groups, metafounders and ordinal traits beside genotypes: against dense algebra, and against models of the pedigree
alone, which single-step becomes when G is (nearly) all A22."""

import numpy as np
import pytest
from bellwether_engine import (
    Effect,
    Genomic,
    Genotypes,
    Groups,
    Model,
    ModelError,
    Options,
    Pedigree,
    PedigreeError,
    Records,
    Relationship,
    RelationshipBlock,
    Variances,
    fit,
)
from bellwether_engine.fitting.genetic.genomic import Genotyped
from bellwether_engine.fitting.genetic.kinds import genomic_block
from bellwether_engine.genotypes import pack
from bellwether_engine.relationships import base_frequencies
from hypothesis import given
from hypothesis import strategies as st

from ..test_groups import random_groups, relationship_of_metafounders
from ..twins import blup, incidence
from .twins import dense_z, random_codes

GAMMA = np.array([[0.5, 0.2], [0.2, 0.7]])
G = np.array([[2.0, 0.5, -0.3], [0.5, 1.0, 0.1], [-0.3, 0.1, 0.8]])
N, ALIKE = 60, 1.0 - 1e-7
PLAIN = Options()
METHODS = ("ssgblup", "ssgtblup", "sssnpblup", "apy")
seeds = st.integers(0, 2**32 - 1)


def flock(gamma=None, seed=3, n_genotyped=25):
    rng = np.random.default_rng(seed)
    pedigree = random_groups(rng, N, 2, gamma)
    animals = rng.permutation(N)[:n_genotyped].astype(np.int32)
    return rng, pedigree, Genotypes(pack(random_codes(rng, n_genotyped, 80)), animals)


def two_traits(rng):
    values = rng.normal(size=(150, 2))
    values[rng.random((150, 2)) < 0.2] = np.nan
    animal = rng.integers(0, N, 150)
    dam = rng.integers(-1, N, 150)
    columns = {"herd": rng.integers(0, 4, 150), "dam": np.where(dam == animal, -1, dam)}
    effects = (Effect("herd", "fixed"), Effect("animal", "additive"), Effect("dam", "maternal", traits=("a",)))
    variances = Variances([[2.0, 0.3], [0.3, 1.0]], additive_maternal=G)
    return effects, variances, Records(animal, values, columns)


def solved(parts, pedigree, genotypes=None, genomic=None, options=PLAIN, ordinal=()):
    effects, variances, records = parts
    traits = ("a", "b")[: records.values.shape[1]]
    model = Model(traits, effects, variances, options, genomic=genomic, ordinal=ordinal)
    return fit(model, records, pedigree, genotypes=genotypes)


@given(seeds)
def test_blocks_of_metafounders(seed):
    rng = np.random.default_rng(seed)
    pedigree = random_groups(rng, 20, 2, GAMMA)
    animals = rng.permutation(20)[: rng.integers(1, 20)]
    block = RelationshipBlock(Relationship(pedigree, pedigree.inbreeding()), animals)
    a22 = relationship_of_metafounders(pedigree)[2:, 2:][np.ix_(animals, animals)]
    v = rng.normal(size=(len(animals), 3))
    np.testing.assert_allclose(block.dense(), a22, atol=1e-10)
    np.testing.assert_allclose(block.times(v), a22 @ v, atol=1e-10)
    np.testing.assert_allclose(block.solve(v), np.linalg.solve(a22, v), atol=1e-7)
    np.testing.assert_allclose(block.diagonal(), np.diag(a22), atol=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_single_step_with_metafounders(method):
    rng, pedigree, genotypes = flock(GAMMA)
    animals = genotypes.animal
    a = np.roll(relationship_of_metafounders(pedigree), -2, (0, 1))
    a22 = a[np.ix_(animals, animals)]
    z = dense_z(genotypes.packed.unpack(), np.full(80, 0.5))
    h_inverse = np.linalg.inv(a)
    h_inverse[np.ix_(animals, animals)] += np.linalg.inv(0.9 * z @ z.T + 0.1 * a22) - np.linalg.inv(a22)
    of, y, herd = rng.integers(0, N, 90), rng.normal(size=90), rng.integers(0, 3, 90)
    _, u, _ = blup(y, incidence(herd, 3), [(incidence(of, N + 2), 0.6 * np.linalg.inv(h_inverse))], np.eye(90) * 1.5)
    effects = (Effect("herd", "fixed"), Effect("animal", "additive"))
    parts = effects, Variances(1.5, additive=0.6), Records(of, y, {"herd": herd})
    genomic = Genomic(method, blend=0.1, core=tuple(animals.tolist()) if method == "apy" else 5000)
    for solver in ("direct", "pcg"):
        found = solved(parts, pedigree, genotypes, genomic, Options(solver=solver, reliability="none"))
        np.testing.assert_allclose(found.ebv[:, 0], u[0][:N], atol=1e-5 if solver == "pcg" else 1e-9)
        np.testing.assert_allclose(found.groups.ebv[:, 0], u[0][N:], atol=1e-5 if solver == "pcg" else 1e-9)
    exact = solved(parts, pedigree, genotypes, genomic)
    assert (exact.reliability >= 0.0).all()
    assert (exact.groups.reliability[:, 0] < 1.0).all()


@pytest.mark.parametrize("kind", ["groups", "metafounders"])
@pytest.mark.parametrize("method", METHODS)
def test_a_g_that_is_a22_leaves_the_pedigree(method, kind):
    rng, pedigree, genotypes = flock(GAMMA if kind == "metafounders" else None)
    parts = two_traits(rng)
    expected = solved(parts, pedigree)
    core = tuple(genotypes.animal.tolist()) if method == "apy" else 5000
    found = solved(parts, pedigree, genotypes, Genomic(method, blend=ALIKE, tune="none", core=core))
    np.testing.assert_allclose(found.ebv, expected.ebv, atol=1e-5)
    np.testing.assert_allclose(found.reliability, expected.reliability, atol=1e-5)
    np.testing.assert_allclose(found.groups.ebv, expected.groups.ebv, atol=1e-5)
    np.testing.assert_array_equal(found.groups.is_constrained, expected.groups.is_constrained)
    assert [part.effect for part in found.fixed] == [part.effect for part in expected.fixed]
    for one, other in zip(found.fixed, expected.fixed, strict=True):
        np.testing.assert_allclose(one.estimate, other.estimate, atol=1e-5)
    if kind == "metafounders":
        np.testing.assert_allclose(found.groups.reliability, expected.groups.reliability, atol=1e-5)


@pytest.mark.parametrize("method", ["gblup", "snpblup"])
def test_groups_of_genotyped_animals_alone(method):
    """G takes no notice of the pedigree: the shares of the groups are covariates."""
    rng, pedigree, genotypes = flock(n_genotyped=50)
    animals = genotypes.animal
    z, shares = dense_z(genotypes.packed.unpack()), pedigree.group_shares()
    own = rng.integers(0, 50, 90)
    y, herd = rng.normal(size=90), rng.integers(0, 3, 90)
    x = np.column_stack([incidence(herd, 3), shares[animals[own], 1]])
    k = z @ z.T + 1e-3 * np.eye(50) if method == "gblup" else np.eye(80)
    w = incidence(own, 50) if method == "gblup" else z[own]
    b, u, _ = blup(y, x, [(w, 0.6 * k)], np.eye(90) * 1.5)
    values = u[0] if method == "gblup" else z @ u[0]
    effects, records = (Effect("herd", "fixed"), Effect("animal", "additive")), Records(animals[own], y, {"herd": herd})
    parts = effects, Variances(1.5, additive=0.6), records
    found = solved(parts, pedigree, genotypes, Genomic(method, ridge=1e-3 if method == "gblup" else 0.0))
    np.testing.assert_allclose(found.groups.ebv[:, 0], [0.0, b[3]], atol=1e-8)
    np.testing.assert_allclose(found.ebv[animals, 0], values + shares[animals, 1] * b[3], atol=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_ordinal_traits(method):
    rng, pedigree, genotypes = flock()
    plain = Pedigree(pedigree.sire, pedigree.dam)
    records = Records(rng.integers(0, N, 200), rng.integers(0, 3, 200), {"herd": np.arange(200) % 3})
    parts = (Effect("herd", "fixed"), Effect("animal", "additive")), Variances(1.0, additive=0.5), records
    core = tuple(genotypes.animal.tolist()) if method == "apy" else 5000
    genomic = Genomic(method, blend=ALIKE, tune="none", core=core)
    for of in (plain, pedigree):
        expected = solved(parts, of, ordinal=("a",))
        found = solved(parts, of, genotypes, genomic, ordinal=("a",))
        np.testing.assert_allclose(found.ebv, expected.ebv, atol=1e-5)
        np.testing.assert_allclose(found.reliability, expected.reliability, atol=1e-5)
        np.testing.assert_allclose(found.thresholds[0].threshold, expected.thresholds[0].threshold, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_samples_with_metafounders(method):
    _, pedigree, genotypes = flock(GAMMA)
    genomic = Genomic(method, blend=0.1, core=10).settled(25, with_metafounders=True)
    prepared = genomic_block(
        Genotyped.of(genomic, genotypes, pedigree, pedigree.inbreeding(), Variances(1.0, additive=1.0))
    )
    width = 10_000
    u = prepared.sampler()(np.random.default_rng(1), width)
    expected = np.linalg.inv(prepared.structure.tocsr().toarray())
    deviation = np.sqrt(np.diag(expected))
    assert np.abs((u @ u.T / width - expected) / np.outer(deviation, deviation)).max() < 6.0 * np.sqrt(2.0 / width)


def test_the_base_of_metafounders():
    genomic = Genomic("ssgblup").settled(10, with_metafounders=True)
    assert (genomic.frequencies, genomic.blending) == ("half", (0.05, "none"))
    assert Genomic("ssgblup").settled(10).frequencies == "observed"
    assert Genomic("ssgblup", tune="chen").settled(10, with_metafounders=True).blending == (0.05, "chen")
    with pytest.raises(ModelError) as caught:
        Genomic("ssgblup", frequencies="observed").settled(10, with_metafounders=True)
    assert (caught.value.code, caught.value.place) == ("bad_option", "genomic.frequencies")


def test_refusals():
    rng, pedigree, genotypes = flock(GAMMA)
    with pytest.raises(PedigreeError) as wrong:
        base_frequencies(genotypes, pedigree)
    assert wrong.value.code == "metafounders"
    records = Records(genotypes.animal, rng.integers(0, 3, 25))
    parts = (Effect("animal", "additive"),), Variances(1.0, additive=0.5), records
    with pytest.raises(ModelError) as caught:
        solved(parts, Pedigree(pedigree.sire, pedigree.dam), genotypes, Genomic("snpblup"), ordinal=("a",))
    assert (caught.value.code, caught.value.place) == ("not_available", "genomic.method")
    for method in ("gblup", "snpblup"):
        with pytest.raises(ModelError) as caught:
            solved(parts, pedigree, genotypes, Genomic(method))
        assert (caught.value.code, caught.value.place) == ("not_available", "genomic.method")
    group = np.repeat([0, 1], 15)
    split = Pedigree(np.full(30, -1), np.full(30, -1), Groups(group, group, 2))
    y = np.where(group == 1, 1.0, np.arange(30) % 2)
    parts = (Effect("animal", "additive"),), Variances(1.0, additive=0.5), Records(np.arange(30), y)
    chip = Genotypes(pack(random_codes(rng, 30, 80)), np.arange(30))
    with pytest.raises(ModelError) as caught:
        solved(parts, split, chip, Genomic("ssgblup"), ordinal=("a",))
    assert (caught.value.code, caught.value.place) == ("extreme_category", "groups")
