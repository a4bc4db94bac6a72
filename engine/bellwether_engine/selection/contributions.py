"""Optimal contributions: the most gain within a limit on group coancestry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array, diags_array, hstack, vstack

from ..arguments import checked, instance, number
from ..errors import ModelError, NotConverged
from ..pedigree.relationship import pass_down
from .candidates import Candidates
from .certificate import HALF, coancestry_bound, gain_bound
from .conic import ConicAnswer, ConicProblem, solve_conic

Vector = NDArray[np.float64]
FEASIBLE = 1e-8
OPTIMAL = 1e-6


@dataclass(frozen=True, eq=False)
class OptimalContributions:
    """Contributions with the proof that no others do better.

    Attributes
    ----------
    contributions : float64, shape (n_candidates,)
        c: share of each candidate in the genes of the next lambs; each sex sums to one half.
    gain : float
        ``c'u``, in the unit of the breeding values: their expected mean in the lambs.
    coancestry, limit : float
        ``c'Ac / 2``, and theta.
    bound : float
        No contributions within the limits have a gain above it: `certificate.gain_bound`, which asks no solver.
    gap : float
        ``bound - gain``.
    coancestry_price : float
        Gain per unit of theta, 0 where the limit does not bind.
    sex_price : float64, shape (2,)
        Value of the last share of a male and of a female: ``u - coancestry_price A c`` of the last chosen.
    group_price : float64, shape (n_groups,)
        Gain per unit of the maximum of each group.
    limit_price : float64, shape (n_candidates,)
        Gain per unit of a candidate's maximum (above 0) or minimum (below 0); about 0 between them.
    status : str
        ``optimal``: the limits hold to a relative 1e-8, and the gap is below 1e-6 standard deviations of the breeding
        values of the candidates. Nothing else is given back.
    """

    contributions: Vector
    gain: float
    coancestry: float
    limit: float
    bound: float
    gap: float
    coancestry_price: float
    sex_price: Vector
    limit_price: Vector
    group_price: Vector
    status: str = "optimal"


@dataclass(frozen=True, eq=False)
class MinimumCoancestry:
    """The most diverse group of parents.

    Attributes
    ----------
    contributions : float64, shape (n_candidates,)
    gain, coancestry : float
    bound : float
        No contributions have a coancestry below it.
    """

    contributions: Vector
    gain: float
    coancestry: float
    bound: float


@checked(candidates=instance(Candidates), theta=number(above=0.0, code="theta"))
def optimal_contributions(candidates: Candidates, theta: float) -> OptimalContributions:
    """``max c'u`` with one half from each sex, each contribution within its limits, and ``c'Ac / 2 <= theta``.

    The constraint is a second-order cone ``norm(D^(1/2) t) <= sqrt(2 theta)`` in the gene flow t of the candidates'
    ancestors, ``t = T'c``, where ``A = T D T'``: it is as sparse as the pedigree. The answer is checked and its bound
    computed without the solver.

    Parameters
    ----------
    candidates : Candidates
    theta : float
        Limit of the group coancestry, above 0. For a rate of inbreeding dF per generation take
        ``C + dF (1 - C)`` with C the mean coancestry of the present generation.

    Raises
    ------
    ModelError
        ``theta``; ``coancestry_unreachable``: even the most diverse parents exceed theta; the message says what they
        reach (see `minimum_coancestry`).
    NotConverged
        No answer with a proof was found.

    References
    ----------
    Meuwissen 1997, J Anim Sci 75:934; Pong-Wong and Woolliams 2007, GSE 39:3; Yamashita et al. 2018, Optim Lett
    12:1683 (sparse second-order cone).

    Examples
    --------
    Two unrelated rams and two unrelated ewes; the better ones may not give everything:

    >>> from bellwether_engine import Pedigree, Relationship
    >>> pedigree = Pedigree([-1] * 4, [-1] * 4)
    >>> a = Relationship(pedigree, pedigree.inbreeding())
    >>> candidates = Candidates(a, [0, 1, 2, 3], [True, True, False, False], [2.0, 1.0, 2.0, 1.0])
    >>> best = optimal_contributions(candidates, theta=0.15)
    >>> best.contributions.round(4)
    array([0.3618, 0.1382, 0.3618, 0.1382])
    >>> round(best.gain, 4), round(best.coancestry, 4), round(best.coancestry_price, 4), best.gap < 1e-6
    (1.7236, 0.15, 4.4721, True)
    """
    greedy, _ = candidates.box.best(candidates.ebv)
    if candidates.coancestry(greedy) <= theta and candidates.holds_groups(greedy):
        return _certified(candidates, greedy, np.zeros(0), theta, np.zeros(len(candidates.limits[1])))
    scale = _spread(candidates.ebv)
    answer = solve_conic(_gain_problem(candidates, (candidates.ebv - candidates.ebv.mean()) / scale, theta))
    if len(answer.x) and np.isfinite(answer.x).all():
        c = candidates.box.nearest(answer.x[: len(candidates.animals)])
        result = _certified(candidates, c, answer.cone_pull * scale, theta, _group_prices(candidates, answer) * scale)
        if (
            candidates.holds_groups(c)
            and result.coancestry <= theta * (1.0 + FEASIBLE)
            and result.gap <= OPTIMAL * scale
        ):
            return result
    raise _refusal(candidates, theta, answer.status)


@checked(candidates=instance(Candidates))
def minimum_coancestry(candidates: Candidates) -> MinimumCoancestry:
    """The smallest group coancestry that the limits of the contributions allow.

    Parameters
    ----------
    candidates : Candidates

    Raises
    ------
    NotConverged
        No answer with a proof was found.

    Examples
    --------
    >>> from bellwether_engine import Pedigree, Relationship
    >>> pedigree = Pedigree([-1] * 3, [-1] * 3)
    >>> a = Relationship(pedigree, pedigree.inbreeding())
    >>> least = minimum_coancestry(Candidates(a, [0, 1, 2], [True, False, False], [2.0, 1.0, 0.0]))
    >>> least.contributions.round(6), round(least.coancestry, 6)
    (array([0.5 , 0.25, 0.25]), 0.1875)
    """
    answer = solve_conic(_coancestry_problem(candidates))
    if len(answer.x) and np.isfinite(answer.x).all():
        c = candidates.box.nearest(answer.x[: len(candidates.animals)])
        a_c = candidates.block.times(c)
        members, most = candidates.limits
        prices = _group_prices(candidates, answer)
        bound = coancestry_bound(candidates.box, c, a_c, prices @ members) - float(prices @ most)
        least = MinimumCoancestry(c, float(candidates.ebv @ c), float(0.5 * (c @ a_c)), bound)
        if candidates.holds_groups(c) and least.coancestry - least.bound <= OPTIMAL * least.coancestry:
            return least
    raise _unproved(answer.status)


def _group_prices(candidates: Candidates, answer: ConicAnswer) -> Vector:
    """Gain per unit of the maximum of each group."""
    n_groups = len(candidates.limits[1])
    return np.maximum(answer.below_price[len(answer.below_price) - n_groups :], 0.0)


def _certified(
    candidates: Candidates, c: Vector, pull: Vector, theta: float, group_prices: Vector
) -> OptimalContributions:
    """The whole result from contributions and the multipliers of the cone and of the groups (any vector, and any that
    is not negative, give a true bound)."""
    members, most = candidates.limits
    radius, price = float(np.sqrt(2.0 * theta)), float(np.linalg.norm(pull))
    cost = _gene_flow_down(candidates, pull) if pull.size else np.zeros(len(c))
    cost = cost + group_prices @ members
    bound, prices = gain_bound(candidates.ebv, candidates.box, cost, price, radius)
    bound += float(group_prices @ most)
    gain = float(candidates.ebv @ c)
    return OptimalContributions(
        contributions=c,
        gain=gain,
        coancestry=candidates.coancestry(c),
        limit=theta,
        bound=bound,
        gap=bound - gain,
        coancestry_price=price / radius,
        sex_price=prices,
        group_price=group_prices,
        limit_price=candidates.ebv - cost - prices[np.where(candidates.is_male, 0, 1)],
    )


def _gene_flow_down(candidates: Candidates, pull: Vector) -> Vector:
    """``T D^(1/2) y`` of the candidates."""
    part = candidates.block.part
    values = (np.sqrt(part.pedigree.mendelian_variance(part.inbreeding)) * pull)[:, None]
    pass_down(part.pedigree.sire, part.pedigree.dam, part.pedigree.order, values)
    return np.asarray(values[candidates.block.own, 0])


def _refusal(candidates: Candidates, theta: float, status: str) -> ModelError | NotConverged:
    least = minimum_coancestry(candidates)
    if theta >= least.coancestry:
        return _unproved(status)
    message = f"a group coancestry of {theta:g} cannot be reached: the most diverse parents have {least.coancestry:.6g}"
    fix = f"Give theta above {least.coancestry:.6g}, add less related candidates, or widen their limits"
    return ModelError("coancestry_unreachable", message, place="theta", fix=fix)


def _unproved(status: str) -> NotConverged:
    message = f"no contributions with a proof of optimality were found (the solver says {status})"
    fix = "Choose theta a little above the smallest reachable one, or widen the limits of the contributions"
    return NotConverged("not_converged", message, place="theta", fix=fix)


def _spread(ebv: Vector) -> float:
    return float(ebv.std()) or 1.0


def _gain_problem(candidates: Candidates, values: Vector, theta: float) -> ConicProblem:
    equal, equal_to, below, at_most, cone = _constraints(candidates)
    q = np.zeros(equal.shape[1])
    q[: len(values)] = -values
    return ConicProblem(q, equal, equal_to, below, at_most, cone, float(np.sqrt(2.0 * theta)))


def _coancestry_problem(candidates: Candidates) -> ConicProblem:
    equal, equal_to, below, at_most, cone = _constraints(candidates)
    q = np.zeros(equal.shape[1])
    return ConicProblem(q, equal, equal_to, below, at_most, quadratic=csc_array(cone.T @ cone))


def _constraints(candidates: Candidates) -> tuple[csc_array, Vector, csc_array, Vector, csc_array]:
    """Equalities, upper limits and the root of A in the variables (c, t).

    ``(I - P)'t = S c``: the genes that flow through an animal are its own contribution and half of what flows through
    each of its offspring.
    """
    part, own, n = candidates.block.part, candidates.block.own, len(candidates.animals)
    pedigree = part.pedigree
    m = pedigree.n_animals
    offspring = [np.flatnonzero(parent >= 0) for parent in (pedigree.sire, pedigree.dam)]
    parents = np.concatenate([pedigree.sire[offspring[0]], pedigree.dam[offspring[1]]])
    rows = np.concatenate([np.arange(m), parents, own])
    columns = np.concatenate([n + np.arange(m), n + np.concatenate(offspring), np.arange(n)])
    values = np.concatenate([np.ones(m), np.full(len(parents), -0.5), np.full(n, -1.0)])
    flow = coo_array((values, (rows, columns)), shape=(m, n + m))
    sexes = np.where(candidates.is_male, 0, 1)
    sums = coo_array((np.ones(n), (sexes, np.arange(n))), shape=(2, n + m))
    eye = hstack([diags_array(np.ones(n)), csc_array((n, m))], format="csc")
    members, most = candidates.limits
    groups = hstack([csc_array(members), csc_array((len(most), m))], format="csc")
    root = diags_array(np.sqrt(pedigree.mendelian_variance(part.inbreeding)))
    return (
        csc_array(vstack([flow, sums])),
        np.concatenate([np.zeros(m), [HALF, HALF]]),
        csc_array(vstack([-eye, eye, groups])),
        np.concatenate([-np.asarray(candidates.minimum), np.asarray(candidates.maximum), most]),
        csc_array(hstack([csc_array((m, n)), root])),
    )
