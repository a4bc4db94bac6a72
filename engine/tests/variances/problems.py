"""Random problems whose best variances often lie at the edge: each with the dense model that belongs to it."""

import numpy as np
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Variances

from ..twins import permute, relationship
from .twin import Rotated, Whole, part_of, random_psd

REML = Options(estimate="ai-reml", reliability="none")
ANIMAL = Effect("animal", "additive")
HERD = Effect("herd", "fixed")


def flock(rng, n_sires, n_dams, n_lambs):
    """Founders and lambs of random matings; A with it."""
    n = n_sires + n_dams + n_lambs
    sire, dam = np.full(n, -1), np.full(n, -1)
    sire[-n_lambs:] = rng.integers(0, n_sires, n_lambs)
    dam[-n_lambs:] = n_sires + rng.integers(0, n_dams, n_lambs)
    pedigree = Pedigree(*permute(sire, dam, np.arange(n)))
    return pedigree, relationship(sire, dam, range(n))


def herds(rng, n, count=3):
    """Herds of records and their columns."""
    herd = rng.integers(0, count, n).astype(np.int32)
    herd[:count] = np.arange(count)
    return herd, np.eye(count)[herd]


def start(y):
    """Half of the variance of each trait for each of two matrices."""
    return np.diag(np.nanvar(y, axis=0) / 2.0)


def of_traits(rng, genetic, residual, n_lambs):
    """An animal model in which every lamb has every trait."""
    t = len(genetic)
    pedigree, a = flock(rng, max(4, n_lambs // 20), n_lambs // 3, n_lambs)
    n = len(a)
    values, vectors = np.linalg.eigh(genetic)
    loads = vectors * np.sqrt(np.maximum(values, 0.0))
    u = np.linalg.cholesky(a) @ rng.normal(size=(n, t)) @ loads.T
    animal = np.arange(n - n_lambs, n)
    herd, x = herds(rng, n_lambs)
    y = 10.0 + herd[:, None] + u[animal] + rng.normal(size=(n_lambs, t)) @ np.linalg.cholesky(residual).T
    traits = tuple(f"t{i}" for i in range(t))
    model = Model(traits, (HERD, ANIMAL), Variances(start(y), additive=start(y)), REML)
    dense = Rotated(a[np.ix_(animal, animal)], x, y)
    return model, Records(animal, y, {"herd": herd}), pedigree, dense


def correlations(rng, size):
    """A random matrix with variances between 1 and 10."""
    matrix = random_psd(rng, size)
    deviation = np.sqrt(rng.uniform(1.0, 10.0, size) / np.diag(matrix))
    return matrix * np.outer(deviation, deviation)


def some_traits(rng):
    """1 to 6 traits, heritabilities between 0 and 0.6."""
    t = int(rng.integers(1, 7))
    genetic, residual = correlations(rng, t), correlations(rng, t)
    share = np.sqrt(rng.uniform(0.0, 1.5, t) * np.diag(residual) / np.diag(genetic))
    return of_traits(rng, genetic * np.outer(share, share), residual, int(rng.integers(60, 200)))


def two_factors(n_traits):
    """400 lambs of 20 sires and 133 dams, whose genetic covariances come from two factors."""

    def drawn(rng):
        loads = rng.normal(size=(n_traits, 2)) * 1.5
        return of_traits(rng, loads @ loads.T, correlations(rng, n_traits), 400)

    return drawn


def one_without(rng):
    """2 to 4 traits, one of them without genetic variance."""
    t = int(rng.integers(2, 5))
    genetic = correlations(rng, t)
    none = int(rng.integers(0, t))
    genetic[none] = genetic[:, none] = 0.0
    return of_traits(rng, genetic, correlations(rng, t), int(rng.integers(80, 200)))


def generations(rng, n_sires, n_dams, n_lambs, count):
    """Lambs of some generations, whose parents are founders and lambs of the one before; A with it."""
    n, size = n_sires + n_dams + n_lambs, n_lambs // count
    sire, dam = np.full(n, -1), np.full(n, -1)
    males, females = np.arange(n_sires), np.arange(n_sires, n_sires + n_dams)
    for first in range(n_sires + n_dams, n, size):
        sire[first : first + size] = rng.choice(rng.choice(males, min(n_sires, len(males)), replace=False), size)
        dam[first : first + size] = rng.choice(rng.choice(females, min(n_dams, len(females)), replace=False), size)
        males, females = np.arange(first, first + size, 2), np.arange(first + 1, first + size, 2)
    return Pedigree(*permute(sire, dam, np.arange(n))), relationship(sire, dam, range(n))


def direct_maternal(rng):
    """150 lambs with direct and maternal values, in a third of the tries correlated with -1."""
    pedigree, a = generations(rng, 5, 15, 150, 5)
    n, animal = len(a), np.arange(20, 170)
    direct, maternal = rng.uniform(0.5, 4.0, 2)
    r = rng.choice([-1.0, -0.5, rng.uniform(-1.0, 1.0)])
    g = np.array([[direct, r * np.sqrt(direct * maternal)], [r * np.sqrt(direct * maternal), maternal]])
    values, vectors = np.linalg.eigh(g)
    u = np.linalg.cholesky(a) @ rng.normal(size=(n, 2)) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    herd, x = herds(rng, 150)
    y = 20.0 + herd + u[animal, 0] + u[pedigree.dam[animal], 1] + rng.normal(size=150) * np.sqrt(rng.uniform(2.0, 8.0))
    third = float(np.var(y)) / 3.0
    variances = Variances(third, additive_maternal=np.diag([third, third]))
    model = Model(("y",), (HERD, ANIMAL, Effect("dam", "maternal")), variances, REML)
    z = [np.eye(n)[animal], np.eye(n)[pedigree.dam[animal]]]
    dense = Whole((2, 1), [*part_of(z, a, 2), np.eye(150)], x, y)
    return model, Records(animal, y, {"herd": herd}), pedigree, dense


def repeated(rng):
    """Repeated records with a permanent environment: the permanent or the genetic variance is 0, or both are."""
    pedigree, a = flock(rng, 6, 20, 60)
    n, animal = len(a), np.repeat(np.arange(26, 86), 3)
    genetic, permanent = rng.choice([(2.0, 0.0), (2.0, 0.0), (0.0, 1.5), (0.0, 0.0)])
    u = np.linalg.cholesky(a) @ rng.normal(size=n) * np.sqrt(genetic)
    herd, x = herds(rng, 180)
    y = 5.0 + herd + (u + np.sqrt(permanent) * rng.normal(size=n))[animal] + 2.0 * rng.normal(size=180)
    third = float(np.var(y)) / 3.0
    model = Model(("y",), (HERD, ANIMAL, Effect("animal", "permanent")),
                  Variances(third, additive=third, permanent=third), REML)  # fmt: skip
    z = np.eye(n)[animal]
    dense = Whole((1, 1, 1), [z @ a @ z.T, z @ z.T, np.eye(180)], x, y)
    return model, Records(animal, y, {"herd": herd}), pedigree, dense


def missing(rng):
    """Two traits, the second missing on a third of the lambs; a correlation of 1 in half of the tries."""
    pedigree, a = flock(rng, 5, 20, 60)
    n, animal = len(a), np.arange(25, 85)
    loads = rng.normal(size=(2, int(rng.integers(1, 3))))
    u = np.linalg.cholesky(a) @ rng.normal(size=(n, loads.shape[1])) @ loads.T
    herd, of_herd = herds(rng, 60)
    y = 5.0 + herd[:, None] + u[animal] + rng.normal(size=(60, 2)) @ np.linalg.cholesky(correlations(rng, 2)).T
    y[rng.random(60) < 0.33, 1] = np.nan
    rows, traits = np.nonzero(np.isfinite(y))
    x = np.column_stack([of_herd[rows] * (traits == t)[:, None] for t in range(2)])
    z = [np.eye(n)[animal[rows]] * (traits == t)[:, None] for t in range(2)]
    e = [np.eye(60)[rows] * (traits == t)[:, None] for t in range(2)]
    dense = Whole((2, 2), [*part_of(z, a, 2), *part_of(e, np.eye(60), 2)], x, y[rows, traits])
    model = Model(("a", "b"), (HERD, ANIMAL), Variances(start(y), additive=start(y)), REML)
    return model, Records(animal, y, {"herd": herd}), pedigree, dense


KINDS = {
    "1 to 6 traits": some_traits,
    "two factors of 4 traits": two_factors(4),
    "two factors of 6 traits": two_factors(6),
    "a trait without genetic variance": one_without,
    "direct and maternal": direct_maternal,
    "repeated records": repeated,
    "missing records": missing,
}
