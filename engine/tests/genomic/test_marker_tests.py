"""Single-step GWAS against dense algebra: variances of back-solved effects, and the fixed-effect test they equal."""

import numpy as np
import pytest
from bellwether_engine import Effect, Genomic, Genotypes, Model, Options, Records, Variances, fit
from bellwether_engine.genotypes import pack
from scipy.special import erfc

from ..twins import relationship
from .test_single_step import dense_h_inverse, family
from .twins import dense_z, random_codes

VAR_A, VAR_E = 1.3, 2.0


def model_of(method, **options):
    effects = (Effect("mean", "fixed"), Effect("animal", "additive"))
    settings = Options(reliability="exact", solver="direct")
    return Model(("y",), effects, Variances(VAR_E, additive=VAR_A), settings, genomic=Genomic(method, **options))


@pytest.fixture
def flock():
    rng = np.random.default_rng(5)
    pedigree = family(rng)
    animals = rng.permutation(60)[:25].astype(np.int32)
    codes = random_codes(rng, 25, 40)
    codes[:, 7] = 2
    records = Records(np.arange(60), rng.normal(size=60), {"mean": np.zeros(60, np.int64)})
    return pedigree, animals, codes, records


def dense_effects(pedigree, animals, codes, y):
    """Effects and their standard deviations from H, V and P in full."""
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    h_inverse, g = dense_h_inverse(pedigree, a, animals, codes, 0.1, "none")
    h, z = np.linalg.inv(h_inverse), dense_z(codes)
    v = np.linalg.inv(VAR_A * h + VAR_E * np.eye(60))
    one = np.ones((60, 1))
    p = v - v @ one @ np.linalg.solve(one.T @ v @ one, one.T @ v)
    calls = np.where(codes == 3, np.nan, codes.astype(float))
    f = np.nanmean(calls, axis=0) / 2
    scale = 1 / np.sqrt((2 * f * (1 - f)).sum())
    back = 0.9 * scale * z.T @ np.linalg.inv(g) @ (VAR_A * h[animals]) @ p
    return back @ y, np.sqrt(np.diag(back @ (VAR_A * h + VAR_E * np.eye(60)) @ back.T))


@pytest.mark.parametrize("method", ["ssgblup", "ssgtblup", "sssnpblup", "apy"])
def test_against_dense_projection(flock, method):
    pedigree, animals, codes, records = flock
    core = tuple(int(i) for i in animals) if method == "apy" else 5000
    found = fit(
        model_of(method, blend=0.1, tune="none", core=core),
        records,
        pedigree,
        genotypes=Genotypes(pack(codes), animals),
    ).genomic
    effect, se = dense_effects(pedigree, animals, codes, records.values[:, 0])
    np.testing.assert_allclose(found.effect[:, 0], effect, atol=1e-9)
    np.testing.assert_allclose(found.se[:, 0], se, atol=1e-9)
    varies = np.arange(40) != 7
    np.testing.assert_allclose(found.p[varies, 0], erfc(np.abs(effect[varies] / se[varies]) / np.sqrt(2)), rtol=1e-6)
    assert np.isnan(found.p[7, 0])


@pytest.mark.parametrize("method", ["gblup", "snpblup"])
def test_equals_the_test_of_a_fixed_marker(flock, method):
    """Gualdron Duarte 2014: z of the back-solved effect is that of x'P y over its standard deviation."""
    pedigree, animals, codes, _ = flock
    rng = np.random.default_rng(6)
    y, z = rng.normal(size=25), dense_z(codes)
    records = Records(animals, y, {"mean": np.zeros(25, np.int64)})
    ridge = {"ridge": 0.0 if method == "snpblup" else 1e-6}
    found = fit(model_of(method, **ridge), records, pedigree, genotypes=Genotypes(pack(codes), animals)).genomic
    v = np.linalg.inv(VAR_A * z @ z.T + VAR_E * np.eye(25))
    one = np.ones((25, 1))
    p = v - v @ one @ np.linalg.solve(one.T @ v @ one, one.T @ v)
    score = (z.T @ p @ y) / np.sqrt(np.einsum("ij,ik,kj->j", z, p, z) + (np.arange(40) == 7))
    varies = np.arange(40) != 7
    np.testing.assert_allclose(found.effect[varies, 0] / found.se[varies, 0], score[varies], atol=1e-4)


def test_two_traits_have_their_own(flock):
    """Traits without covariances: the tests are those of each trait alone."""
    pedigree, animals, codes, records = flock
    rng = np.random.default_rng(7)
    y = np.column_stack([records.values[:, 0], rng.normal(size=60)])
    both = Records(np.arange(60), y, dict(records.columns))
    one = model_of("ssgblup", blend=0.1)
    variances = Variances(np.diag([VAR_E, 1.0]), additive=np.diag([VAR_A, 0.4]))
    two = Model(("y", "x"), one.effects, variances, one.options, genomic=one.genomic)
    genotypes = Genotypes(pack(codes), animals)
    found = fit(two, both, pedigree, genotypes=genotypes).genomic
    alone = fit(one, records, pedigree, genotypes=genotypes).genomic
    np.testing.assert_allclose(found.se[:, 0], alone.se[:, 0], atol=1e-10)


def test_none_without_the_inverse(flock):
    pedigree, animals, codes, records = flock
    one = model_of("ssgblup")
    quick = Model(
        one.traits, one.effects, one.variances, Options(reliability="none", solver="pcg"), genomic=one.genomic
    )
    assert fit(quick, records, pedigree, genotypes=Genotypes(pack(codes), animals)).genomic.se is None
