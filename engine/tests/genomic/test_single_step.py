"""Pedigree and genomic relationships against dense algebra on random data."""

import numpy as np
import pytest
from bellwether_engine import Genomic, Genotypes, ModelError, Pedigree, Relationship, RelationshipBlock
from bellwether_engine.fitting.genetic.genomic import Genotyped
from bellwether_engine.fitting.genetic.kinds import genomic_block
from bellwether_engine.genotypes import pack
from bellwether_engine.model.variances import Variances
from bellwether_engine.parallel.workers import Workers
from bellwether_engine.relationships import centre
from bellwether_engine.relationships.blending import Tuning
from bellwether_engine.relationships.inverses import LowRank

from ..twins import relationship
from .twins import dense_z, random_codes

VARIANCES = Variances(1.0, additive=1.0)


def family(rng, n=60):
    """A pedigree in which males are even and females odd, in a random order."""
    sire, dam = np.full(n, -1), np.full(n, -1)
    for i in range(12, n):
        if rng.random() < 0.9:
            sire[i] = 2 * rng.integers(0, i // 2)
        if rng.random() < 0.9:
            dam[i] = 2 * rng.integers(0, i // 2) + 1
    place = rng.permutation(n)
    order = np.argsort(place)
    return Pedigree(np.where(sire >= 0, place[sire], -1)[order], np.where(dam >= 0, place[dam], -1)[order])


def dense_h_inverse(pedigree, a, animals, codes, beta, tune):
    a22, z = a[np.ix_(animals, animals)], dense_z(codes)
    g = (1 - beta) * z @ z.T + beta * a22
    if tune == "chen":
        off = ~np.eye(len(g), dtype=bool)
        factor = (np.diag(a22).mean() - a22[off].mean()) / (np.diag(g).mean() - g[off].mean())
        g = np.diag(a22).mean() - factor * np.diag(g).mean() + factor * g
    h = np.linalg.inv(a)
    h[np.ix_(animals, animals)] += np.linalg.inv(g) - np.linalg.inv(a22)
    return h, g


@pytest.fixture(params=[1, 2])
def example(request):
    rng = np.random.default_rng(request.param)
    pedigree = family(rng)
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    animals = rng.permutation(60)[:25].astype(np.int32)
    return rng, pedigree, a, animals, random_codes(rng, 25, 80)


def test_pedigree_block(example):
    rng, pedigree, a, animals, _ = example
    f = pedigree.inbreeding()
    block, a22 = RelationshipBlock(Relationship(pedigree, f), animals), a[np.ix_(animals, animals)]
    v = rng.normal(size=(25, 3))
    np.testing.assert_allclose(block.dense(), a22, atol=1e-12)
    np.testing.assert_allclose(block.diagonal(), np.diag(a22), atol=1e-12)
    without = RelationshipBlock(Relationship(pedigree), animals)
    np.testing.assert_allclose(without.diagonal(), np.diag(without.dense()), atol=1e-12)
    np.testing.assert_allclose(block.times(v), a22 @ v, atol=1e-12)
    np.testing.assert_allclose(block.solve(v), np.linalg.solve(a22, v), atol=1e-10)
    np.testing.assert_allclose(block.solve(v[:, 0]), np.linalg.solve(a22, v[:, 0]), atol=1e-10)
    rough, exact = block.inverse_diagonal(), np.diag(np.linalg.inv(a22))
    assert (rough >= 0.5 * exact).all()
    assert (rough <= 2.0 * exact).all()


@pytest.mark.parametrize("tune", ["none", "chen"])
@pytest.mark.parametrize("method", ["ssgblup", "ssgtblup", "apy"])
def test_inverse_of_h(example, method, tune):
    rng, pedigree, a, animals, codes = example
    h, _ = dense_h_inverse(pedigree, a, animals, codes, 0.1, tune)
    genotypes = Genotypes(pack(codes), animals)
    core = tuple(int(i) for i in animals) if method == "apy" else 5000
    prepared = genomic_block(
        Genotyped.of(
            Genomic(method, blend=0.1, tune=tune, core=core), genotypes, pedigree, pedigree.inbreeding(), VARIANCES
        )
    )
    v = rng.normal(size=(60, 2))
    np.testing.assert_allclose(prepared.structure @ v, h @ v, atol=1e-10)
    np.testing.assert_allclose(prepared.structure.tocsr().toarray(), h, atol=1e-10)
    assert (prepared.structure.diagonal() > 0).all()


@pytest.mark.parametrize("tune", ["none", "chen"])
def test_joint_precision_hides_the_inverse_of_h(example, tune):
    """Eliminating the markers from the ssSNPBLUP precision leaves H-inverse."""
    rng, pedigree, a, animals, codes = example
    h, _ = dense_h_inverse(pedigree, a, animals, codes, 0.1, tune)
    genomic = Genomic("sssnpblup", blend=0.1, tune=tune)
    prepared = genomic_block(
        Genotyped.of(genomic, Genotypes(pack(codes), animals), pedigree, pedigree.inbreeding(), VARIANCES)
    )
    joint = prepared.structure.tocsr().toarray()
    v = rng.normal(size=(len(joint), 2))
    np.testing.assert_allclose(prepared.structure @ v, joint @ v, atol=1e-9)
    schur = joint[:60, :60] - joint[:60, 60:] @ np.linalg.solve(joint[60:, 60:], joint[60:, :60])
    np.testing.assert_allclose(schur, h, atol=1e-9)
    np.testing.assert_array_less(0.0, prepared.structure.diagonal())


@pytest.mark.parametrize("tune", ["none", "chen"])
def test_coordinates_of_pcg_are_a_congruence(example, tune):
    """A prior makes S'(gradient + K S v G^-1), `reduce` is S', `expand` S; blocks for PCG are positive."""
    rng, pedigree, _, animals, codes = example
    genomic = Genomic("sssnpblup", blend=0.1, tune=tune)
    joint = genomic_block(
        Genotyped.of(genomic, Genotypes(pack(codes), animals), pedigree, pedigree.inbreeding(), VARIANCES)
    ).structure
    k = joint.tocsr().toarray()
    s = joint.expand(np.eye(len(k)))
    v, gradient = rng.normal(size=(2, len(k), 3))
    gradient[60:] = 0.0
    np.testing.assert_allclose(joint.expand(v), s @ v, atol=1e-12)
    np.testing.assert_allclose(joint.reduce(v), s.T @ v, atol=1e-12)
    result = gradient[:, None, :].copy()
    joint.prior(np.array([[2.0]]), Workers(2)).add(v[:, None, :], (s @ v)[:, None, :], result)
    np.testing.assert_allclose(result[:, 0], s.T @ (gradient + 2.0 * k @ s @ v), atol=1e-8)
    data = np.einsum("nij,nkj->nik", *[rng.normal(size=(len(k), 2, 2))] * 2)
    blocks = joint.diagonal_blocks(data, np.array([[2.0, 0.5], [0.5, 1.0]]))
    assert (np.linalg.eigvalsh(blocks) > 0).all()


@pytest.mark.parametrize("tune", ["none", "chen"])
def test_core_of_some_animals_is_the_published_formula(example, tune):
    _, pedigree, a, animals, codes = example
    _, g = dense_h_inverse(pedigree, a, animals, codes, 0.1, tune)
    genotypes = Genotypes(pack(codes), animals)
    core, rest = np.arange(10), np.arange(10, 25)
    genomic = Genomic("apy", blend=0.1, tune=tune, core=tuple(int(i) for i in animals[:10]))
    prepared = genomic_block(Genotyped.of(genomic, genotypes, pedigree, pedigree.inbreeding(), VARIANCES))
    p = g[np.ix_(rest, core)] @ np.linalg.inv(g[np.ix_(core, core)])
    m = np.diag(g)[rest] - np.einsum("ij,ij->i", p, g[np.ix_(rest, core)])
    wide = np.hstack([-p, np.eye(15)])
    expected = wide.T @ np.diag(1 / m) @ wide
    expected[:10, :10] += np.linalg.inv(g[np.ix_(core, core)])
    np.testing.assert_allclose(prepared.inverse.dense(), expected, atol=1e-9)
    np.testing.assert_allclose(prepared.inverse.diagonal(), np.diag(expected), atol=1e-9)


def test_a_shift_below_zero(example):
    rng, pedigree, a, animals, codes = example
    block = RelationshipBlock(Relationship(pedigree, pedigree.inbreeding()), animals)
    a22, z = a[np.ix_(animals, animals)], dense_z(codes)
    g = -0.005 + 0.9 * (0.8 * z @ z.T + 0.2 * a22)
    low = LowRank(centre(pack(codes)), block, Tuning(0.2, -0.005, 0.9))
    v = rng.normal(size=(25, 2))
    np.testing.assert_allclose(low.product(v), np.linalg.solve(g, v), atol=1e-9)


@pytest.mark.parametrize("method", ["ssgblup", "ssgtblup", "sssnpblup"])
def test_a_shift_that_leaves_no_inverse_is_refused(example, method):
    """Half as frequencies makes G too large here, and one animal stands in the centre."""
    _, pedigree, _, animals, codes = example
    genomic, genotypes = Genomic(method, frequencies="half"), Genotypes(pack(codes), animals)
    with pytest.raises(ModelError) as refusal:
        genomic_block(Genotyped.of(genomic, genotypes, pedigree, pedigree.inbreeding(), VARIANCES))
    assert refusal.value.code == ("tuning" if method == "sssnpblup" else "singular_g")


def test_inbreeding_switch_reaches_a22(example):
    _, pedigree, _, animals, codes = example
    genotypes = Genotypes(pack(codes), animals)
    genomic = Genomic("ssgblup")
    with_f = genomic_block(Genotyped.of(genomic, genotypes, pedigree, pedigree.inbreeding(), VARIANCES)).structure
    without = Genotyped.of(genomic, genotypes, pedigree, None, VARIANCES)
    a22 = without.a22.dense()
    expected = np.linalg.inv(pedigree.a_inverse(None).toarray())[np.ix_(animals, animals)]
    np.testing.assert_allclose(a22, expected, atol=1e-10)
    v = np.eye(with_f.tocsr().shape[0])
    assert np.abs(genomic_block(without).structure @ v - with_f @ v).max() > 1e-3


def test_centred_has_the_right_scale():
    codes = random_codes(np.random.default_rng(0), 9, 5)
    np.testing.assert_allclose(centre(pack(codes)).decode(0, 5), dense_z(codes), atol=1e-15)


@pytest.mark.parametrize("ridge", [-1.0, np.nan, np.inf])
def test_a_ridge_is_a_number(ridge):
    with pytest.raises(ModelError) as caught:
        Genomic("gblup", ridge=ridge)
    assert (caught.value.code, caught.value.place) == ("bad_option", "genomic.ridge")
