"""Why a breeding value is what it is: parent average, own records, progeny."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, floats, instance, integers, number, optional
from ..errors import ModelError
from ..pedigree.pedigree import Pedigree

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EbvParts:
    """Parts of each breeding value; ``ebv = w_pa PA + w_yd YD + w_pc PC`` with weights that sum to 1.

    Attributes
    ----------
    parent_average : float64, shape (n_animals,)
        PA: half the sum of the known parents' breeding values.
    yield_deviation : float64, shape (n_animals,)
        YD: weighted mean of the records less all other effects; NaN without records.
    progeny : float64, shape (n_animals,)
        PC: weighted mean of ``2 u_j - u_mate`` (mate unknown: ``2 u_j``); NaN without progeny.
    weights : float64, shape (n_animals, 3)
        Of PA, YD and PC.
    """

    parent_average: Vector
    yield_deviation: Vector
    progeny: Vector
    weights: NDArray[np.float64]

    def rebuilt(self) -> Vector:
        """The breeding values that the parts add up to."""
        parts = np.column_stack([self.parent_average, self.yield_deviation, self.progeny])
        return np.asarray((np.nan_to_num(parts) * self.weights).sum(axis=1))


@checked(
    pedigree=instance(Pedigree, n="n_animals"),
    ebv=floats("n"),
    animal=integers("k", low=0, high="n", empty=True),
    adjusted=floats("k", empty=True),
    variance_ratio=number(above=0.0),
    inbreeding=optional(floats("n")),
    weights=optional(floats("k", low=0.0, empty=True)),
)
def ebv_parts(
    pedigree: Pedigree,
    ebv: ArrayLike,
    animal: ArrayLike,
    adjusted: ArrayLike,
    variance_ratio: float,
    *,
    inbreeding: Vector | None = None,
    weights: ArrayLike | None = None,
) -> EbvParts:
    """Split the breeding values of a single-trait animal model by the animal's own equation.

    Parameters
    ----------
    pedigree : Pedigree
        Without groups.
    ebv : float64, shape (n_animals,)
    animal : int32, shape (n_records,)
        Position of the animal of each record.
    adjusted : float64, shape (n_records,)
        Records less all effects but the breeding value.
    variance_ratio : float
        ``var_e / var_a``.
    inbreeding : float64, shape (n_animals,), optional
        As used in the A-inverse of the evaluation; left out, inbreeding was ignored.
    weights : float64, shape (n_records,), optional
        Weights of the records in the evaluation.

    Raises
    ------
    ModelError
        ``not_available`` for groups and metafounders, ``shape``.

    References
    ----------
    VanRaden and Wiggans 1991, J Dairy Sci 74:2737.

    Examples
    --------
    A founder with a record of 3 and a daughter of unknown dam with a record of 0:

    >>> parts = ebv_parts(Pedigree([-1, 0], [-1, -1]), [1.0, 0.2], [0, 1], [3.0, 0.0], 2.0)
    >>> parts.parent_average
    array([0. , 0.5])
    >>> parts.progeny
    array([0.4, nan])
    """
    u, rows = np.asarray(ebv, dtype=np.float64), np.asarray(animal)
    values = np.asarray(adjusted, dtype=np.float64)
    n = pedigree.n_animals
    if pedigree.groups is not None:
        message, fix = "parts of breeding values with groups are not available", "Use a pedigree without groups"
        raise ModelError("not_available", message, place="pedigree", fix=fix)
    share = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
    padded = np.append(u, 0.0)
    d = pedigree.mendelian_variance(inbreeding)
    own = np.bincount(rows, share, n).astype(np.float64)
    of_progeny, progeny = np.zeros(n), np.zeros(n)
    for parent, mate in ((pedigree.sire, pedigree.dam), (pedigree.dam, pedigree.sire)):
        known = parent >= 0
        weight = variance_ratio / (4.0 * d[known])
        of_progeny += np.bincount(parent[known], weight, n)
        progeny += np.bincount(parent[known], weight * (2.0 * u - padded[mate])[known], n)
    n_parts = np.column_stack([variance_ratio / d, own, of_progeny])
    return EbvParts(
        parent_average=0.5 * (padded[pedigree.sire] + padded[pedigree.dam]),
        yield_deviation=_mean(np.bincount(rows, share * values, n).astype(np.float64), own),
        progeny=_mean(progeny, of_progeny),
        weights=n_parts / n_parts.sum(axis=1, keepdims=True),
    )


def _mean(total: Vector, weight: Vector) -> Vector:
    return np.asarray(np.divide(total, weight, out=np.full(len(total), np.nan), where=weight > 0.0))
