"""What a pedigree says about a population: completeness, contributions, generation intervals, effective size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, floats, instance, integers, whole
from ..errors import PedigreeError
from ..pedigree.pedigree import Pedigree
from ..pedigree.relationship import pass_up

PATHS = ("sire to son", "sire to daughter", "dam to son", "dam to daughter")
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Completeness:
    """How much of the pedigree of each animal is known.

    Attributes
    ----------
    known : float64, shape (n_animals, n_generations)
        Share of the ancestors that are known 1, 2, ... generations back.
    index : float64, shape (n_animals,)
        ``4 C_s C_d / (C_s + C_d)`` of the mean shares of both sides; 0 where one parent is unknown.
    equivalent_generations : float64, shape (n_animals,)
        Sum of the shares over all generations.
    """

    known: NDArray[np.float64]
    index: Vector
    equivalent_generations: Vector


@checked(pedigree=instance(Pedigree), n_generations=whole(low=1, code="generations"))
def completeness(pedigree: Pedigree, n_generations: int = 5) -> Completeness:
    """Completeness of the pedigree.

    Parameters
    ----------
    pedigree : Pedigree
    n_generations : int
        Generations behind `known` and `index`, at least 1.

    Raises
    ------
    ModelError
        ``generations``: `n_generations` is below 1.

    References
    ----------
    MacCluer et al. 1983, J Hered 74:394 (index); Maignel et al. 1996, Interbull Bulletin 14:49 (equivalents).

    Examples
    --------
    >>> found = completeness(Pedigree(sire=[-1, -1, 0, 2], dam=[-1, -1, 1, -1]), n_generations=2)
    >>> found.known[3]
    array([0.5, 0.5])
    >>> found.equivalent_generations
    array([0., 0., 1., 1.])
    >>> found.index
    array([0. , 0. , 0.5, 0. ])
    """
    shares = np.ones((pedigree.n_animals + 1, n_generations + 1))
    shares[-1] = 0.0
    for back in range(1, n_generations + 1):
        shares[:-1, back] = 0.5 * (shares[pedigree.sire, back - 1] + shares[pedigree.dam, back - 1])
    side = shares[:, :n_generations].mean(axis=1)
    c_s, c_d = side[pedigree.sire], side[pedigree.dam]
    total = c_s + c_d
    index = np.divide(2.0 * c_s * c_d, total, out=np.zeros(pedigree.n_animals), where=total > 0.0)
    equivalents = _equivalents(pedigree.sire, pedigree.dam, pedigree.order)
    return Completeness(shares[:-1, 1:].copy(), index, equivalents)


@njit(cache=True)
def _equivalents(sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32]) -> Vector:
    """Equivalent complete generations: half of one more than each known parent's."""
    result = np.zeros(len(order))
    for i in order:
        for p in (sire[i], dam[i]):
            if p >= 0:
                result[i] += 0.5 * (result[p] + 1.0)
    return result


@checked(pedigree=instance(Pedigree, n="n_animals"), animals=integers("k", low=0, high="n"))
def genetic_contributions(pedigree: Pedigree, animals: ArrayLike) -> Vector:
    """Expected share of each animal's genes in the genes of `animals`, themselves included.

    Parameters
    ----------
    pedigree : Pedigree
    animals : int32, shape (m,)
        Positions of the cohort.

    Returns
    -------
    float64, shape (n_animals,)
        The contributions of founders (and of unknown parents) sum to 1.

    Raises
    ------
    ModelError
        ``empty``: there is no cohort; ``unknown_position``: one of the animals is not in the pedigree.

    References
    ----------
    James and McBride 1958, J Genet 56:55.

    Examples
    --------
    >>> genetic_contributions(Pedigree(sire=[-1, -1, 0, 0], dam=[-1, -1, 1, 1]), [2, 3])
    array([0.5, 0.5, 0.5, 0.5])
    """
    chosen = np.asarray(animals)
    share = np.zeros((pedigree.n_animals, 1))
    np.add.at(share[:, 0], chosen, 1.0 / len(chosen))
    pass_up(pedigree.sire, pedigree.dam, pedigree.order, share)
    return share[:, 0]


@checked(pedigree=instance(Pedigree, n="n_animals"), animals=integers("k", low=0, high="n"))
def effective_founders(pedigree: Pedigree, animals: ArrayLike) -> float:
    """Effective number of founders of `animals`: ``1 / sum p_k^2`` over founders.

    An unknown parent beside a known one counts as a founder of its own.

    Parameters
    ----------
    pedigree : Pedigree
    animals : int32, shape (m,)
        Positions of the cohort.

    References
    ----------
    Lacy 1989, Zoo Biol 8:111.

    Examples
    --------
    >>> effective_founders(Pedigree(sire=[-1, -1, 0, 0], dam=[-1, -1, 1, 1]), [2, 3])
    2.0
    """
    share = genetic_contributions(pedigree, animals)
    n_unknown = (pedigree.sire < 0).astype(int) + (pedigree.dam < 0)
    weight = np.where(n_unknown == 2, share, 0.5 * share * n_unknown)
    return float(1.0 / (weight**2).sum())


@dataclass(frozen=True)
class GenerationIntervals:
    """Mean age of parents at the birth of offspring that became parents themselves.

    `mean` and `count` by path, in the order of `PATHS`; NaN where there is none. `overall` is the mean of the paths.
    """

    mean: tuple[float, ...]
    count: tuple[int, ...]
    overall: float


@checked(pedigree=instance(Pedigree, n="n_animals"), birth=floats("n", missing=True))
def generation_intervals(pedigree: Pedigree, birth: ArrayLike) -> GenerationIntervals:
    """Generation intervals by the four paths.

    Parameters
    ----------
    pedigree : Pedigree
    birth : float64, shape (n_animals,)
        Time of birth, for example in years; NaN where unknown.

    Raises
    ------
    PedigreeError
        ``born_before_parent``, with the animals.

    References
    ----------
    James 1977, J Anim Breed Genet 94:121.

    Examples
    --------
    >>> pedigree = Pedigree(sire=[-1, -1, 0, 2], dam=[-1, -1, 1, 1])
    >>> generation_intervals(pedigree, [2015.0, 2016.0, 2018.0, 2021.0]).mean
    (3.0, nan, 2.0, nan)
    """
    born = np.asarray(birth, dtype=np.float64)
    is_parent = {name: np.zeros(pedigree.n_animals + 1, dtype=bool) for name in ("sire", "dam")}
    is_parent["sire"][pedigree.sire[pedigree.sire >= 0]] = True
    is_parent["dam"][pedigree.dam[pedigree.dam >= 0]] = True
    means, counts = [], []
    for parent in (pedigree.sire, pedigree.dam):
        age = np.where(parent >= 0, born - born[parent], np.nan)
        early = np.flatnonzero(age <= 0.0)
        if early.size:
            shown = tuple(int(i) for i in early[:20])
            fix = "Correct the birth or the parent"
            raise PedigreeError(
                "born_before_parent",
                "by its birth an animal is not younger than its parent",
                place="pedigree",
                fix=fix,
                positions=shown,
            )
        for child in ("sire", "dam"):
            chosen = age[is_parent[child][:-1] & np.isfinite(age)]
            counts.append(len(chosen))
            means.append(float(chosen.mean()) if len(chosen) else float("nan"))
    present = [mean for mean in means if not np.isnan(mean)]
    return GenerationIntervals(tuple(means), tuple(counts), float(np.mean(present)) if present else float("nan"))


@checked(inbreeding=floats("k", low=-1.0, high=1.0), equivalent_generations=floats("k", low=0.0))
def effective_size(inbreeding: ArrayLike, equivalent_generations: ArrayLike) -> tuple[float, float]:
    """Effective population size from individual increases of inbreeding, and its standard error.

    ``dF_i = 1 - (1 - F_i)^(1 / (t_i - 1))``, ``Ne = 1 / (2 mean dF)``.

    Parameters
    ----------
    inbreeding : float64, shape (m,)
        F of the animals of a cohort.
    equivalent_generations : float64, shape (m,)
        t of `completeness`; animals with t up to 1 are left out.

    Returns
    -------
    size, standard_error : float
        Infinite and NaN where inbreeding does not rise.

    References
    ----------
    Gutierrez et al. 2009, GSE 40:359.

    Examples
    --------
    >>> size, _ = effective_size([0.019, 0.019], [3.0, 3.0])
    >>> round(size, 1)
    52.4
    """
    f, t = (np.asarray(x, dtype=np.float64) for x in (inbreeding, equivalent_generations))
    old = t > 1.0
    rise = 1.0 - (1.0 - f[old]) ** (1.0 / (t[old] - 1.0))
    if not rise.size or rise.mean() <= 0.0:
        return float("inf"), float("nan")
    size = 1.0 / (2.0 * rise.mean())
    error = 2.0 * size**2 * float(rise.std(ddof=1)) / np.sqrt(len(rise)) if len(rise) > 1 else float("nan")
    return float(size), float(error)
