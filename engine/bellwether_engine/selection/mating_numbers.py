"""From contributions to whole numbers of matings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from ..arguments import checked, instance, truth, whole
from ..errors import ModelError
from .candidates import Candidates
from .contributions import FEASIBLE, OptimalContributions
from .linear import LinearProblem, solve_linear

Vector = NDArray[np.float64]
Whole = NDArray[np.int64]
ROUNDS = 50
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class MatingNumbers:
    """How often each candidate is mated.

    Attributes
    ----------
    matings : int64, shape (n_candidates,)
        Each sex sums to the number of matings.
    contributions : float64, shape (n_candidates,)
        ``matings / (2 n_matings)``.
    gain, coancestry : float
        Of these whole numbers.
    is_within_limit : bool
        The coancestry holds theta, to a relative 1e-8.
    bound : float
        No whole numbers within theta have a gain above it.
    method : str
        ``apportioned`` or ``integer program``.
    """

    matings: Whole
    contributions: Vector
    gain: float
    coancestry: float
    is_within_limit: bool
    bound: float
    method: str


@checked(
    candidates=instance(Candidates),
    optimum=instance(OptimalContributions),
    n_matings=whole(low=1, code="mating_numbers"),
    exact=truth(),
)
def mating_numbers(
    candidates: Candidates, optimum: OptimalContributions, n_matings: int, *, exact: bool = False
) -> MatingNumbers:
    """Whole numbers of matings near the optimal contributions.

    By apportionment each candidate gets its contribution times ``2 n_matings``, rounded down, and the matings that are
    left go to the largest remainders. Theta is then checked again; while it is exceeded, one mating goes from one
    candidate to another, the pair that lowers the coancestry most for the gain it costs. With `exact` an integer
    program finds the numbers of largest gain within theta: the cone is replaced by the tangent at the optimum, and by
    one more at each answer that exceeds theta, until none does; that is for some dozens of candidates. Where no whole
    numbers are found that hold theta, the apportioned ones come back with `is_within_limit` false.

    Parameters
    ----------
    candidates : Candidates
    optimum : OptimalContributions
        Of these candidates.
    n_matings : int
        Matings of one sire with one dam each; a minimum is rounded up to whole matings, a maximum down.
    exact : bool

    Raises
    ------
    ModelError
        ``not_available``: the candidates have limits of groups; ``mating_numbers``: the limits of the candidates leave
        no whole numbers that sum to `n_matings`.

    References
    ----------
    Balinski and Young 2001, Fair Representation (largest remainders); Duran and Grossmann 1986, Math Program 36:307
    (outer approximation).

    Examples
    --------
    >>> from bellwether_engine import Pedigree, Relationship
    >>> pedigree = Pedigree([-1] * 4, [-1] * 4)
    >>> a = Relationship(pedigree, pedigree.inbreeding())
    >>> candidates = Candidates(a, [0, 1, 2, 3], [True, True, False, False], [2.0, 1.0, 2.0, 1.0])
    >>> from bellwether_engine.selection import optimal_contributions
    >>> numbers = mating_numbers(candidates, optimal_contributions(candidates, 0.15), 10)
    >>> numbers.matings, numbers.is_within_limit, round(numbers.gain, 6)
    (array([7, 3, 7, 3]), True, 1.7)
    """
    if optimum.contributions.shape != candidates.ebv.shape:
        message = f"optimum has {len(optimum.contributions)} contributions, there are {len(candidates.ebv)} candidates"
        raise ModelError("shape", message, place="optimum", fix="Give the optimum of these candidates")
    if len(candidates.limits[1]):
        message, fix = "whole numbers of matings with limits of groups are not available", "Leave group out"
        raise ModelError("not_available", message, place="candidates.group", fix=fix)
    low, high = _limits(candidates, n_matings)
    matings = _apportion(candidates, optimum, low, high, n_matings)
    found = _described(candidates, optimum, matings, n_matings)
    for _ in range(n_matings):
        if found.is_within_limit or not _exchange(candidates, matings, low, high, n_matings):
            break
        found = _described(candidates, optimum, matings, n_matings)
    return _by_program(candidates, optimum, low, high, n_matings, found) if exact else found


def _limits(candidates: Candidates, n_matings: int) -> tuple[Whole, Whole]:
    low = np.ceil(2 * n_matings * np.asarray(candidates.minimum) - SAME).astype(np.int64)
    high = np.floor(2 * n_matings * np.asarray(candidates.maximum) + SAME).astype(np.int64)
    for name, sex in (("males", candidates.is_male), ("females", ~candidates.is_male)):
        least, most = int(low[sex].sum()), int(high[sex].sum())
        if n_matings < 1 or (low > high).any() or not least <= n_matings <= most:
            message = f"n_matings = {n_matings} cannot be shared among the {name}: their limits allow {least} to {most}"
            fix = "Change the number of matings, or widen the limits to whole matings"
            raise ModelError("mating_numbers", message, place="candidates", fix=fix)
    return low, high


def _apportion(candidates: Candidates, optimum: OptimalContributions, low: Whole, high: Whole, n_matings: int) -> Whole:
    """Largest remainders within the limits; equal remainders go to the earlier candidate."""
    wanted = 2 * n_matings * optimum.contributions
    matings = np.clip(np.floor(wanted + SAME).astype(np.int64), low, high)
    for sex in (candidates.is_male, ~candidates.is_male):
        members = np.flatnonzero(sex)
        while (missing := n_matings - int(matings[members].sum())) != 0:
            step = 1 if missing > 0 else -1
            free = members[(matings[members] < high[members]) if step > 0 else (matings[members] > low[members])]
            nearest = np.argsort(-step * (wanted - matings)[free], kind="stable")
            matings[free[nearest[: abs(missing)]]] += step
    return matings


def _exchange(candidates: Candidates, matings: Whole, low: Whole, high: Whole, n_matings: int) -> bool:
    """Move one mating between candidates of a sex; False where no move is sure to lower the coancestry."""
    step, spread = 0.5 / n_matings, float(np.ptp(candidates.ebv)) or 1.0
    a_c, own = candidates.block.times(step * matings), candidates.block.diagonal()
    best, pair = 0.0, None
    for sex in (candidates.is_male, ~candidates.is_male):
        giving, taking = np.flatnonzero(sex & (matings > low)), np.flatnonzero(sex & (matings < high))
        if not (giving.size and taking.size):
            continue
        lowered = a_c[giving][:, None] - a_c[taking] - 0.5 * step * (own[giving][:, None] + own[taking])
        cost = np.maximum(candidates.ebv[giving][:, None] - candidates.ebv[taking], 0.0)
        ratio = np.where(lowered > 0.0, lowered / (cost + 1e-6 * spread), 0.0)
        i, j = np.unravel_index(int(ratio.argmax()), ratio.shape)
        if ratio[i, j] > best:
            best, pair = float(ratio[i, j]), (giving[i], taking[j])
    if pair is None:
        return False
    matings[pair[0]] -= 1
    matings[pair[1]] += 1
    return True


def _described(candidates: Candidates, optimum: OptimalContributions, matings: Whole, n_matings: int) -> MatingNumbers:
    c = matings / (2.0 * n_matings)
    coancestry = candidates.coancestry(c)
    is_within = coancestry <= optimum.limit * (1.0 + FEASIBLE)
    return MatingNumbers(
        matings, c, float(candidates.ebv @ c), coancestry, bool(is_within), optimum.bound, "apportioned"
    )


def _by_program(
    candidates: Candidates,
    optimum: OptimalContributions,
    low: Whole,
    high: Whole,
    n_matings: int,
    apportioned: MatingNumbers,
) -> MatingNumbers:
    """Outer approximation; the apportioned numbers where no round holds theta."""
    cuts, bound = [_tangent(candidates, optimum.contributions)], optimum.bound
    for _ in range(ROUNDS):
        answer = solve_linear(_outer_program(candidates, optimum.limit, low, high, n_matings, cuts))
        if not len(answer.x):
            break
        bound = min(bound, answer.bound / (2.0 * n_matings) + float(candidates.ebv.mean()))
        found = _described(candidates, optimum, np.round(answer.x).astype(np.int64), n_matings)
        if found.is_within_limit:
            is_worse = apportioned.is_within_limit and apportioned.gain > found.gain
            return replace(apportioned if is_worse else found, bound=bound, method="integer program")
        cuts.append(_tangent(candidates, found.contributions))
    return replace(apportioned, bound=bound)


def _outer_program(
    candidates: Candidates, limit: float, low: Whole, high: Whole, n_matings: int, cuts: list[Vector]
) -> LinearProblem:
    """The numbers of matings of largest gain with tangents instead of the cone."""
    sexes = np.array([candidates.is_male, ~candidates.is_male], dtype=np.float64)
    rows = np.vstack([sexes, np.array(cuts) / (2.0 * n_matings)])
    radius = np.sqrt(2.0 * limit) * (1.0 + FEASIBLE / 2.0)
    return LinearProblem(
        values=candidates.ebv - candidates.ebv.mean(),
        matrix=csc_array(rows),
        row_lower=np.concatenate([[n_matings, n_matings], np.full(len(cuts), -np.inf)]),
        row_upper=np.concatenate([[n_matings, n_matings], np.full(len(cuts), radius)]),
        lower=low.astype(np.float64),
        upper=high.astype(np.float64),
        is_integer=np.ones(len(low), dtype=np.bool_),
    )


def _tangent(candidates: Candidates, c: Vector) -> Vector:
    """``A c / sqrt(c'Ac)``: its product with any contributions is at most their length."""
    a_c = candidates.block.times(c)
    return np.asarray(a_c / np.sqrt(c @ a_c))
