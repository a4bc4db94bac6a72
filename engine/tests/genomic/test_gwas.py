"""GWAS against dense restricted likelihood, and what it finds."""

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.association import associate, associate_leaving_out
from bellwether_engine.genotypes import pack
from bellwether_engine.relationships import centre, genomic_relationship
from scipy.optimize import minimize_scalar
from scipy.stats import f as f_distribution

from .twins import dense_z, random_codes


def dense_test(g, k, y, x):
    """Effect, standard error, ratio and p by V in full (Zhou and Stephens 2012, equations 2 to 5)."""
    w = np.column_stack([x, g])
    n, c = w.shape

    def parts(log_ratio):
        v = np.exp(log_ratio) * k + np.eye(n)
        inverse = np.linalg.inv(v)
        inner = w.T @ inverse @ w
        b = np.linalg.solve(inner, w.T @ inverse @ y)
        rest = (y - w @ b) @ inverse @ (y - w @ b)
        fit = np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1] + (n - c) * np.log(rest)
        return fit, b[-1], np.sqrt(rest / (n - c) * np.linalg.inv(inner)[-1, -1])

    grid = np.linspace(-11.5, 11.5, 47)
    best = grid[np.argmin([parts(at)[0] for at in grid])]
    bounds = (max(-11.5, best - 0.5), min(11.5, best + 0.5))
    at = minimize_scalar(lambda r: parts(r)[0], bounds=bounds, method="bounded", options={"xatol": 1e-9}).x
    _, effect, se = parts(at)
    return effect, se, np.exp(at), f_distribution.sf((effect / se) ** 2, 1, n - c)


@pytest.fixture
def example():
    rng = np.random.default_rng(8)
    codes = random_codes(rng, 70, 40, missing=0.03)
    codes[35:] = np.where(rng.random((35, 40)) < 0.6, codes[:35], codes[35:])
    k = genomic_relationship(centre(pack(random_codes(rng, 70, 300))))
    x = np.column_stack([np.ones(70), rng.integers(0, 2, 70), rng.normal(size=70)])
    u = np.linalg.cholesky(k + 0.01 * np.eye(70)) @ rng.normal(size=70)
    calls = np.where(codes[:, 4] == 3, 1, codes[:, 4])
    return pack(codes), k, 1.2 * calls + u + rng.normal(size=70), x


def test_against_dense_likelihood(example):
    packed, k, y, x = example
    z = centre(packed)
    found = associate(z, k, y, x)
    plain = z.decode(0, 40) / z.scale
    for j in range(40):
        effect, se, ratio, p = dense_test(plain[:, j], k, y, x)
        assert found.effect[j] == pytest.approx(effect, rel=1e-5, abs=1e-6)
        assert found.se[j] == pytest.approx(se, rel=1e-5)
        assert found.p[j] == pytest.approx(p, rel=1e-4)
        if 1e-4 < ratio < 1e4:
            assert found.variance_ratio[j] == pytest.approx(ratio, rel=1e-3)
    assert np.argmin(found.p) == 4


def test_a_relationship_that_says_nothing_gives_least_squares(example):
    packed, _, y, x = example
    z = centre(packed)
    found = associate(z, np.eye(70), y, x)
    plain = z.decode(0, 40) / z.scale
    for j in range(40):
        w = np.column_stack([x, plain[:, j]])
        b, rest, *_ = np.linalg.lstsq(w, y, rcond=None)
        assert found.effect[j] == pytest.approx(b[-1], abs=1e-9)
        assert found.se[j] == pytest.approx(np.sqrt(rest[0] / 66 * np.linalg.inv(w.T @ w)[-1, -1]), rel=1e-9)


def test_markers_that_say_nothing_have_no_answer(example):
    packed, k, y, _ = example
    codes = packed.unpack()
    codes[:, 3] = 2
    codes[:, 7] = np.where(np.arange(70) < 30, 2, 0)
    x = np.column_stack([np.ones(70), np.arange(70) < 30])
    found = associate(centre(pack(codes)), k, y, x)
    assert np.flatnonzero(np.isnan(found.p)).tolist() == [3, 7]
    assert found.inflation > 0


def test_threads_do_not_change_the_answer(example, monkeypatch):
    packed, k, y, x = example
    several = associate(centre(packed), k, y, x)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    np.testing.assert_array_equal(associate(centre(packed), k, y, x).p, several.p)


@pytest.mark.parametrize("wrong", ["shape", "not_finite", "rank"])
def test_refused(example, wrong):
    packed, k, y, x = example
    if wrong == "shape":
        y = y[:-1]
    elif wrong == "not_finite":
        y = np.where(np.arange(70) == 2, np.nan, y)
    else:
        x = np.column_stack([x, x[:, 0] + x[:, 1]])
    with pytest.raises(ModelError) as refusal:
        associate(centre(packed), k, y, x)
    assert refusal.value.code == wrong


def test_leaving_the_chromosome_out(example):
    packed, _, y, x = example
    chromosome = np.arange(40) % 3
    z, full = centre(packed), dense_z(packed.unpack())
    found = associate_leaving_out(z, chromosome, y, x)
    level = (full**2).sum()
    for code in range(3):
        own, others = chromosome == code, full[:, chromosome != code]
        k = others @ others.T * level / (others**2).sum()
        alone = associate(centre(packed.markers(own)), k, y, x)
        np.testing.assert_allclose(found.effect[own], alone.effect, rtol=1e-6)
        np.testing.assert_allclose(found.p[own], alone.p, rtol=1e-5)
        np.testing.assert_array_equal(found.frequency[own], alone.frequency)
    assert np.isfinite(found.inflation)


@pytest.mark.parametrize(("chromosome", "code"), [(np.zeros(40, int), "chromosomes"), (np.zeros(39, int), "shape")])
def test_chromosomes_that_cannot_be_left_out(example, chromosome, code):
    packed, _, y, x = example
    with pytest.raises(ModelError) as refusal:
        associate_leaving_out(centre(packed), chromosome, y, x)
    assert refusal.value.code == code


def test_all_that_varies_on_one_chromosome(example):
    packed, _, y, x = example
    codes = packed.unpack()
    codes[:, 20:] = 1
    with pytest.raises(ModelError) as refusal:
        associate_leaving_out(centre(pack(codes)), np.arange(40) // 20, y, x)
    assert refusal.value.code == "chromosomes"


def test_what_is_no_test_is_refused():
    """A trait that does not vary beside the fixed effects, and relationships that are no covariances."""
    rng = np.random.default_rng(5)
    z = centre(pack(random_codes(rng, 60, 20)))
    k, y = genomic_relationship(z), rng.normal(size=60)
    sexes = np.column_stack([np.ones(60), np.arange(60) % 2])
    for given, fixed, relationship, code in (
        (np.ones(60), None, k, "constant_trait"),
        (3.0 + 2.0 * sexes[:, 1], sexes, k, "constant_trait"),
        (y, None, k - 2.0 * np.eye(60), "not_positive_definite"),
        (y, None, k + np.triu(rng.normal(size=(60, 60)), 1), "not_symmetric"),
    ):
        with pytest.raises(ModelError) as refusal:
            associate(z, relationship, given, fixed)
        assert refusal.value.code == code
    assert np.isfinite(associate(z, k, y).p).any()
