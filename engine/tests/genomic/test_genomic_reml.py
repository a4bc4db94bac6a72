"""Variances of genomic models beside a dense REML of y = Xb + Zu + e that knows G or H only: its slope is 0 there."""

import numpy as np
import pytest
from bellwether_engine import Effect, Genomic, Genotypes, Model, ModelError, Options, Records, Variances, fit
from bellwether_engine.fitting import solve
from bellwether_engine.fitting.genetic.genomic import Genotyped
from bellwether_engine.fitting.genetic.kinds import genomic_block
from bellwether_engine.genotypes import pack

from ..twins import relationship
from .test_single_step import dense_h_inverse, family
from .twins import dense_z, random_codes

N, MARKERS, GENOTYPED = 60, 70, 40
ALONE = ("gblup", "snpblup")
METHODS = {
    "gblup": Genomic("gblup", ridge=0.01),
    "snpblup": Genomic("snpblup"),
    "ssgblup": Genomic("ssgblup"),
    "ssgtblup": Genomic("ssgtblup", tune="none"),
    "sssnpblup": Genomic("sssnpblup", tune="none"),
    "apy": Genomic("apy", tune="none", core=N),
}


@pytest.fixture(scope="module")
def flock():
    """60 animals, 40 of them genotyped: pedigree, A, genotypes and their codes."""
    rng = np.random.default_rng(4)
    pedigree = family(rng, N)
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    codes = random_codes(rng, GENOTYPED, MARKERS)
    return pedigree, a, Genotypes(pack(codes), rng.permutation(N)[:GENOTYPED].astype(np.int32)), codes


def covariance(genomic, flock):
    """G or H of all animals; G is 0 where there is no genotype."""
    pedigree, a, genotypes, codes = flock
    own = genotypes.animal
    if genomic.method not in ALONE:
        return np.linalg.inv(dense_h_inverse(pedigree, a, own, codes, *genomic.blending)[0])
    z, whole = dense_z(codes), np.zeros_like(a)
    whole[np.ix_(own, own)] = z @ z.T + genomic.ridge * np.eye(len(own))
    return whole


def observations(genomic, flock):
    """Records from the model itself: of genotyped animals, in single-step of all."""
    genotypes = flock[2]
    rng = np.random.default_rng(8)
    k = covariance(genomic, flock)
    u = np.linalg.cholesky(k + 1e-9 * np.eye(N)) @ rng.normal(size=N) * np.sqrt(3.0)
    who = np.arange(N) if genomic.method not in ALONE else genotypes.animal
    animal = np.repeat(who, 4)
    herd = rng.integers(0, 4, len(animal))
    return Records(animal, u[animal] + herd + 2.0 * rng.normal(size=len(animal)), {"herd": herd}), k


def dense_reml(records, k, theta):
    """-2 log L, score and average information through V."""
    y, z, x = records.values[:, 0], np.eye(N)[records.animal], np.eye(4)[records.columns["herd"]]
    parts = [z @ k @ z.T, np.eye(len(y))]
    v = theta[0] * parts[0] + theta[1] * parts[1]
    inverse = np.linalg.inv(v)
    crossed = x.T @ inverse @ x
    p = inverse - inverse @ x @ np.linalg.solve(crossed, x.T @ inverse)
    py = p @ y
    variates = np.column_stack([part @ py for part in parts])
    score = np.array([0.5 * (py @ part @ py - np.sum(p * part)) for part in parts])
    determinants = np.linalg.slogdet(v)[1] + np.linalg.slogdet(crossed)[1]
    return (len(y) - 4) * np.log(2 * np.pi) + determinants + y @ py, score, 0.5 * variates.T @ p @ variates


def estimate(genomic, records, flock, method="ai-reml", **options):
    pedigree, _, genotypes, _ = flock
    effects = (Effect("herd", "fixed"), Effect("animal", "additive"))
    model = Model(("y",), effects, Variances(1.0, additive=1.0), Options(estimate=method, **options), genomic=genomic)
    return fit(model, records, pedigree, genotypes=genotypes)


@pytest.mark.parametrize("genomic", METHODS.values(), ids=METHODS)
def test_ai_reml(genomic, flock):
    records, k = observations(genomic, flock)
    estimates = estimate(genomic, records, flock).estimates
    found = np.array([part.estimate for part in estimates.components])
    minus2, score, information = dense_reml(records, k, found)
    assert (found > 0.3).all()
    assert score @ np.linalg.solve(information, score) < 1e-8
    assert estimates.minus2_log_likelihood == pytest.approx(minus2, abs=1e-6)
    np.testing.assert_allclose(estimates.covariance, np.linalg.inv(information), rtol=1e-5)


@pytest.mark.parametrize("name", ["snpblup", "ssgblup"])
def test_mc_reml(name, flock):
    records, _ = observations(METHODS[name], flock)
    exact = estimate(METHODS[name], records, flock).estimates
    sampled = estimate(METHODS[name], records, flock, "mc-reml", samples=20).estimates
    for a, b in zip(exact.components, sampled.components, strict=True):
        assert abs(a.estimate - b.estimate) < 4.0 * b.mc_se


@pytest.mark.parametrize("genomic", METHODS.values(), ids=METHODS)
def test_samples_have_the_covariance_of_the_structure(genomic, flock):
    pedigree, _, genotypes, _ = flock
    prepared = genomic_block(
        Genotyped.of(genomic, genotypes, pedigree, pedigree.inbreeding(), Variances(1.0, additive=1.0))
    )
    width = 10_000
    u = prepared.sampler()(np.random.default_rng(1), width)
    assert u.shape == (prepared.n_levels, width)
    expected = np.linalg.inv(prepared.structure.tocsr().toarray())
    deviation = np.sqrt(np.diag(expected))
    error = (u @ u.T / width - expected) / np.outer(deviation, deviation)
    assert np.abs(error).max() < 6.0 * np.sqrt(2.0 / width)


def test_a_large_dense_block_is_refused_for_ai_reml(flock, monkeypatch):
    records, _ = observations(METHODS["gblup"], flock)
    monkeypatch.setattr(solve, "FORMED_LIMIT", 30)
    with pytest.raises(ModelError) as caught:
        estimate(METHODS["gblup"], records, flock)
    assert (caught.value.code, caught.value.place) == ("too_large", "options.estimate")
    assert "mc-reml" in caught.value.fix
