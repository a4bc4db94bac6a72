"""What breeding values say beyond what relatives say: pseudo-records that give the same values and reliabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csc_array, kron

from ..arguments import checked, choice, covariance, floats, instance, integers
from ..errors import ModelError, NotConverged
from ..linear.factor import Factor
from ..model.variances import inverse
from ..pedigree.pedigree import Pedigree

Vector = NDArray[np.float64]
Positions = NDArray[np.int64]
#: relative error of a prediction error variance at which weights are found
EXACT = 1e-8
MOST_ROUNDS = 1000
#: share of the precision of the prior below which a value says nothing of its own
NOTHING = 1e-6


@dataclass(frozen=True, eq=False)
class PseudoRecords:
    """A record for each breeding value, with nothing in it that comes from relatives among them.

    Attributes
    ----------
    value : float64, shape (n_values,)
        The deregressed value; NaN where `precision` is 0.
    precision : float64, shape (n_values,)
        One over the variance of the record around the true breeding value; 0 where a value says no more than its
        relatives do.
    """

    value: Vector
    precision: Vector

    def without(self, own: PseudoRecords) -> PseudoRecords:
        """What is left when the information of `own`, records of the same animals and traits, is taken out: so that
        what both know counts once."""
        precision = self.precision - own.precision
        product = np.nan_to_num(self.value) * self.precision - np.nan_to_num(own.value) * own.precision
        has = precision > NOTHING * np.maximum(self.precision, own.precision)
        value = np.full(len(precision), np.nan)
        value[has] = product[has] / precision[has]
        return PseudoRecords(value, np.where(has, precision, 0.0))


@checked(
    pedigree=instance(Pedigree, n="n_animals"),
    additive=covariance("t", semidefinite=False),
    animal=integers("values", empty=True),
    trait=integers("values", empty=True),
    value=floats("values", empty=True),
    reliability=floats("values", low=0.0, high=1.0, empty=True),
    base=choice("given", "estimated"),
)
def deregress(
    pedigree: Pedigree,
    additive: ArrayLike,
    animal: ArrayLike,
    trait: ArrayLike,
    value: ArrayLike,
    reliability: ArrayLike,
    base: str = "given",
) -> PseudoRecords:
    """Pseudo-records of breeding values, of which the mixed-model equations give these values and reliabilities again.

    The precisions are those with which the diagonal of the inverse of the equations is the prediction error variance
    of each value; the records follow from the equations. Information that comes from relatives or from correlated
    traits among the values is in no record, so that none of it counts twice.

    Parameters
    ----------
    pedigree : Pedigree
        The animals and all their ancestors, without groups.
    additive : float64, shape (n_traits, n_traits)
        Genetic covariances of the traits.
    animal, trait : int, shape (n_values,)
        Whose value it is, and of which trait.
    value : float64, shape (n_values,)
        Breeding values as deviations from the base of the pedigree, or from an unknown one.
    reliability : float64, shape (n_values,)
        ``1 - PEV / (var_a (1 + F))``, below 1.
    base : {"given", "estimated"}
        Whether values are deviations from the base of the pedigree, or a constant of each trait has been added that
        nobody knows: it is estimated then and stays in the records, whose evaluation needs a mean of their own.

    Returns
    -------
    PseudoRecords

    Raises
    ------
    ModelError
        An argument that is wrong; ``certain_value``: a reliability of 1; ``repeated_value``: two values of an animal
        in one trait; ``groups``: the pedigree has groups; ``too_large``: above 100,000 animals times traits.
    NotConverged
        No precisions were found that give these reliabilities.

    References
    ----------
    Jairath et al. 1998, J Dairy Sci 81:550; Garrick, Taylor and Fernando 2009, Genet Sel Evol 41:55 (parents and one
    animal); Vandenplas and Gengler 2012, J Dairy Sci 95:1513 (double counting).

    Examples
    --------
    An unrelated animal: with a reliability of 0.5 its record is as uncertain as the prior, and the value is doubled.

    >>> found = deregress(Pedigree([-1], [-1]), [[20.0]], [0], [0], [3.0], [0.5])
    >>> found.value, (found.precision * 20.0).round(6)
    (array([6.]), array([1.]))
    """
    covariances = np.asarray(additive, dtype=np.float64)
    who, which = np.asarray(animal, dtype=np.int64), np.asarray(trait, dtype=np.int64)
    given, reliable = np.asarray(value, dtype=np.float64), np.asarray(reliability, dtype=np.float64)
    n, n_traits = pedigree.n_animals, len(covariances)
    _check(pedigree, n_traits, who, which, reliable)
    if not len(who):
        return PseudoRecords(np.zeros(0), np.zeros(0))
    f = pedigree.inbreeding()
    prior = csc_array(kron(inverse(covariances, "additive"), csc_array(pedigree.a_inverse(f)), format="csc"))
    at = which * n + who
    pev = (1.0 - reliable) * covariances[which, which] * (1.0 + f[who])
    precision = _find_precisions(prior, at, pev)
    constants = which if base == "estimated" else None
    return PseudoRecords(*_records(prior, at, given, precision, constants))


def _check(pedigree: Pedigree, n_traits: int, animal: Positions, trait: Positions, reliability: Vector) -> None:
    if pedigree.groups is not None:
        raise ModelError("groups", "values cannot be taken apart in groups", place="pedigree", fix="Leave groups out")
    for name, given, most in (("animal", animal, pedigree.n_animals), ("trait", trait, n_traits)):
        wrong = np.flatnonzero((given < 0) | (given >= most))
        if wrong.size:
            message = f"{name} is not a position between 0 and {most - 1}"
            raise ModelError("unknown_position", message, place=name, fix="Count from 0", positions=_first(wrong))
    certain = np.flatnonzero(reliability >= 1.0)
    if certain.size:
        message, fix = "a reliability is 1: such a value leaves nothing to estimate", "Give one below 1"
        raise ModelError("certain_value", message, place="reliability", fix=fix, positions=_first(certain))
    key = animal * n_traits + trait
    _, first = np.unique(key, return_index=True)
    again = np.setdiff1d(np.arange(len(key)), first)
    if again.size:
        message, fix = "an animal has two values of one trait", "Keep one of them"
        raise ModelError("repeated_value", message, place="value", fix=fix, positions=_first(again))


def _first(wrong: NDArray[np.intp]) -> tuple[int, ...]:
    return tuple(int(i) for i in wrong[:20])


def _find_precisions(prior: csc_array, at: Positions, pev: Vector) -> Vector:
    """Precisions w with ``diag((prior + W)^-1)[at] = pev``; 0 where the others alone make the variance as small.

    Each round corrects every precision by what its own variance lacks; where all of them together do too much, the
    step is halved.

    Raises
    ------
    NotConverged
    """
    factor = Factor(prior)
    shape, diagonal = factor.analysis, prior.diagonal()
    w = np.maximum(1.0 / pev - 1.0 / factor.inverse_diagonal()[at], 0.0)
    best, gap, worst, step = w, np.zeros(len(w)), np.inf, 1.0
    for _ in range(MOST_ROUNDS):
        now = Factor(_plus(prior, at, w, diagonal), shape).inverse_diagonal()[at]
        error = np.where((w <= 0.0) & (now < pev), 0.0, now / pev - 1.0)
        largest = float(np.abs(error).max())
        if largest < EXACT:
            return w
        if largest > worst:
            step *= 0.5
            w = np.maximum(best + step * gap, 0.0)
            continue
        best, worst, gap, step = w, largest, 1.0 / pev - 1.0 / now, min(1.0, 1.2 * step)
        w = np.maximum(w + step * gap, 0.0)
    message = f"no records give these reliabilities: the largest error of a variance is {worst:.1e} of it"
    fix = "Check the accuracies against the pedigree: relatives cannot know less together than one of them alone"
    raise NotConverged("not_deregressed", message, place="reliability", fix=fix)


def _plus(prior: csc_array, at: Positions, w: Vector, diagonal: Vector) -> csc_array:
    """`prior` with `w` on its diagonal, in the same pattern."""
    changed: csc_array = prior.copy()
    more = diagonal.copy()
    np.add.at(more, at, w)
    changed.setdiag(more)
    return changed


def _records(
    prior: csc_array, at: Positions, value: Vector, precision: Vector, constants: Positions | None
) -> tuple[Vector, Vector]:
    """The records that give these values; what says nothing of its own is predicted from the others, as is the rest."""
    has = precision > NOTHING * prior.diagonal()[at]
    known, given = at[has], value[has]
    y = np.full(len(at), np.nan)
    if known.size and constants is not None:
        _, column = np.unique(constants[has], return_inverse=True)
        means = np.eye(column.max() + 1)[column]
        products = _products(prior, known, np.column_stack([means, given]))
        constant = means @ np.linalg.solve(means.T @ products[:, :-1], means.T @ products[:, -1])
        y[has] = given + _products(prior, known, (given - constant)[:, None])[:, 0] / precision[has]
    elif known.size:
        y[has] = given + _products(prior, known, given[:, None])[:, 0] / precision[has]
    return y, np.where(has, precision, 0.0)


def _products(prior: csc_array, known: Positions, columns: Vector) -> Vector:
    """The precision of these values alone, the others averaged out, times columns of them."""
    n = prior.shape[0]
    u = np.zeros((n, columns.shape[1]))
    u[known] = columns
    rest = np.setdiff1d(np.arange(n), known)
    if rest.size:
        rows = csc_array(prior[rest])
        u[rest] = Factor(csc_array(rows[:, rest])).solve(-np.asarray(rows @ u))
    return np.asarray((prior @ u)[known])
