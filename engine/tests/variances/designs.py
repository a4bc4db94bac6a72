"""Designs whose variances lie well inside the space: sets drawn again and again from known (co)variances."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Variances

REML = Options(estimate="ai-reml", reliability="none", inbreeding=False)
ANIMAL = Effect("animal", "additive")


@dataclass
class Drawn:
    """A design: its model and pedigree, how records are drawn, and the (co)variances that they are drawn from."""

    model: Model
    pedigree: Pedigree
    records: Callable[[np.random.Generator], Records]
    truth: dict[str, np.ndarray]

    def values(self):
        """Every reported quantity by component, row and column."""
        found = {}
        names = self.model.traits
        for component, matrix in self.truth.items():
            rows = [f"{name}{part}" for part in ("", ":maternal")[: len(matrix) // len(names)] for name in names]
            for j, row in enumerate(rows):
                for k in range(j + 1):
                    found[component, row, rows[k]] = matrix[j, k]
                    if j != k:
                        found[f"correlation.{component}", row, rows[k]] = matrix[j, k] / np.sqrt(
                            matrix[j, j] * matrix[k, k]
                        )
        return found | self._shares()

    def _shares(self):
        found = {}
        for t, name in enumerate(self.model.traits):
            inside = np.arange(len(self.model.traits)) == t
            total = sum(_of_trait(matrix, inside) for matrix in self.truth.values())
            for component, matrix in self.truth.items():
                if component == "residual":
                    continue
                genetic = component.startswith("additive")
                found["heritability" if genetic else f"ratio.{component}", name, name] = matrix[t, t] / total
                if component == "additive_maternal":
                    maternal = matrix[t + len(inside), t + len(inside)]
                    found["heritability_maternal", name, name] = maternal / total
        return found


def _of_trait(matrix, inside):
    """What a matrix adds to the phenotypic variance of a trait: half of a direct-maternal covariance, twice."""
    rows = np.resize(inside, len(matrix))
    return np.tril(matrix[np.ix_(rows, rows)]).sum()


def generations(rng, n_founders, sizes, n_sires):
    """Lambs of some generations, each of `n_sires` rams and all ewes of the one before: sires, dams, positions."""
    sire, dam = [-1] * n_founders, [-1] * n_founders
    parents = np.arange(n_founders)
    for size in sizes:
        rams, ewes = parents[: len(parents) // 2], parents[len(parents) // 2 :]
        first = len(sire)
        sire += rng.permutation(np.resize(rams[:n_sires], size)).tolist()
        dam += np.resize(ewes, size).tolist()
        parents = rng.permutation(np.arange(first, first + size))
    return np.array(sire), np.array(dam)


def breeding_values(rng, sire, dam, genetic):
    """Values of animals whose parents stand before them and are not related, shape (n, size)."""
    values = rng.normal(size=(len(sire), len(genetic))) @ np.linalg.cholesky(genetic).T
    known = np.flatnonzero(sire >= 0)
    for i in known:
        values[i] = 0.5 * (values[sire[i]] + values[dam[i]]) + np.sqrt(0.5) * values[i]
    return values


def half_sibs(rng, n_sires, n_dams, n_lambs):
    """Founders, and lambs whose dams have several each."""
    sire = np.append(np.full(n_sires + n_dams, -1), np.resize(np.arange(n_sires), n_lambs))
    dam = np.append(np.full(n_sires + n_dams, -1), n_sires + rng.permutation(np.resize(np.arange(n_dams), n_lambs)))
    return sire, dam


def animal(rng):
    """One trait of 480 lambs of 40 sires and 160 dams, heritability 0.4."""
    sire, dam = half_sibs(rng, 40, 160, 480)
    own = np.arange(200, 680)

    def records(rng):
        u = breeding_values(rng, sire, dam, np.array([[4.0]]))
        return Records(own, u[own, 0] + np.sqrt(6.0) * rng.normal(size=480))

    truth = {"additive": np.array([[4.0]]), "residual": np.array([[6.0]])}
    return Drawn(Model(("y",), (ANIMAL,), Variances(5.0, additive=5.0), REML), Pedigree(sire, dam), records, truth)


def sires(rng):
    """60 sires of 12 lambs each; their variance is an eighth of the whole."""
    of = np.repeat(np.arange(60), 12)

    def records(rng):
        y = rng.normal(size=60)[of] + np.sqrt(7.0) * rng.normal(size=720)
        return Records(np.arange(720), y, {"sire": of.astype(np.int32)})

    truth = {"random.sire": np.array([[1.0]]), "residual": np.array([[7.0]])}
    model = Model(("y",), (Effect("sire", "random"),), Variances(4.0, random={"sire": 4.0}), REML)
    return Drawn(model, Pedigree(np.full(720, -1), np.full(720, -1)), records, truth)


def repeated(rng):
    """Three records of 360 sheep of 40 sires and 90 dams: heritability 0.4, permanent environment 0.2."""
    sire, dam = half_sibs(rng, 40, 90, 360)
    own = np.repeat(np.arange(130, 490), 3)

    def records(rng):
        u = breeding_values(rng, sire, dam, np.array([[4.0]]))[:, 0] + np.sqrt(2.0) * rng.normal(size=490)
        return Records(own, u[own] + 2.0 * rng.normal(size=1080))

    truth = {"additive": np.array([[4.0]]), "permanent": np.array([[2.0]]), "residual": np.array([[4.0]])}
    effects = (ANIMAL, Effect("animal", "permanent"))
    model = Model(("y",), effects, Variances(3.0, additive=3.0, permanent=3.0), REML)
    return Drawn(model, Pedigree(sire, dam), records, truth)


def two_traits(rng):
    """Two traits of 600 lambs of 50 sires and 200 dams, genetic correlation 0.5."""
    sire, dam = half_sibs(rng, 50, 200, 600)
    own = np.arange(250, 850)
    genetic, residual = np.array([[4.0, 2.0], [2.0, 4.0]]), np.array([[6.0, -1.0], [-1.0, 5.0]])

    def records(rng):
        u = breeding_values(rng, sire, dam, genetic)
        return Records(own, u[own] + rng.normal(size=(600, 2)) @ np.linalg.cholesky(residual).T)

    start = Variances(5.0 * np.eye(2), additive=5.0 * np.eye(2))
    truth = {"additive": genetic, "residual": residual}
    return Drawn(Model(("a", "b"), (ANIMAL,), start, REML), Pedigree(sire, dam), records, truth)


def direct_maternal(rng):
    """1,000 lambs of five generations with direct and maternal values whose correlation is -0.3."""
    sire, dam = generations(rng, 100, (200,) * 5, 20)
    own = np.arange(100, 1100)
    genetic = np.array([[5.0, -1.2], [-1.2, 3.2]])

    def records(rng):
        u = breeding_values(rng, sire, dam, genetic)
        return Records(own, u[own, 0] + u[dam[own], 1] + 2.0 * rng.normal(size=1000))

    truth = {"additive_maternal": genetic, "residual": np.array([[4.0]])}
    start = Variances(4.0, additive_maternal=np.diag([4.0, 4.0]))
    model = Model(("y",), (ANIMAL, Effect("dam", "maternal")), start, REML)
    return Drawn(model, Pedigree(sire, dam), records, truth)


def litters(rng):
    """480 twins of 40 sires and 120 dams: heritability 0.4, litter 0.2."""
    sire, _ = half_sibs(rng, 40, 120, 480)
    litter = np.arange(480) // 2
    sire[160:] = np.repeat(np.resize(np.arange(40), 240), 2)
    dam = np.append(np.full(160, -1), 40 + litter % 120)
    own = np.arange(160, 640)

    def records(rng):
        u = breeding_values(rng, sire, dam, np.array([[4.0]]))
        y = u[own, 0] + np.sqrt(2.0) * rng.normal(size=240)[litter] + 2.0 * rng.normal(size=480)
        return Records(own, y, {"litter": litter.astype(np.int32)})

    truth = {"additive": np.array([[4.0]]), "random.litter": np.array([[2.0]]), "residual": np.array([[4.0]])}
    start = Variances(3.0, additive=3.0, random={"litter": 3.0})
    model = Model(("y",), (ANIMAL, Effect("litter", "random")), start, REML)
    return Drawn(model, Pedigree(sire, dam), records, truth)


DESIGNS = {
    "animal model": animal,
    "sire model": sires,
    "repeated records": repeated,
    "two traits": two_traits,
    "direct and maternal": direct_maternal,
    "litters": litters,
}
