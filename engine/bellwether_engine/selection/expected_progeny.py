"""What a planned mating would give: expected progeny and their inbreeding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, either, floats, instance, integers
from ..errors import ModelError
from ..pedigree.relationship import Relationship


@dataclass(frozen=True, eq=False)
class Progeny:
    """Expected progeny of every sire with every dam.

    Attributes
    ----------
    ebv : float64, shape (n_sires, n_dams, n_columns)
        Parent average, in the units of the traits.
    inbreeding : float64, shape (n_sires, n_dams)
        F of the progeny: half the relationship of the parents.
    mendelian_sd : float64, shape (n_sires, n_dams, n_columns)
        Standard deviation of true breeding values among full sibs.
    """

    ebv: NDArray[np.float64]
    inbreeding: NDArray[np.float64]
    mendelian_sd: NDArray[np.float64]


@checked(
    relationship=instance(Relationship, n="n_animals"),
    ebv=either(floats("n"), floats("n", "c")),
    genetic_variance=floats("c", low=0.0, one_for_all=True, code="variance"),
    sires=integers("s", low=0, high="n"),
    dams=integers("d", low=0, high="n"),
)
def expected_progeny(
    relationship: Relationship, ebv: ArrayLike, genetic_variance: ArrayLike, sires: ArrayLike, dams: ArrayLike
) -> Progeny:
    """Parent average, inbreeding and spread of the progeny of planned matings.

    Parameters
    ----------
    relationship : Relationship
        With the inbreeding coefficients of the pedigree (without them parents count as not inbred).
    ebv : float64, shape (n_animals, n_columns) or (n_animals,)
    genetic_variance : float64, shape (n_columns,) or float
        var_a of each column.
    sires, dams : int32
        Positions.

    Raises
    ------
    ModelError
        ``shape``; ``variance``: missing or below 0.
    PedigreeError
        ``unknown_position``.

    References
    ----------
    Henderson 1976, Biometrics 32:69 (Mendelian sampling variance ``var_a (1/2 - (F_s + F_d) / 4)``).

    Examples
    --------
    A founder sire with his unrelated mate, and with his own daughter:

    >>> from bellwether_engine import Pedigree
    >>> pedigree = Pedigree(sire=[-1, -1, 0], dam=[-1, -1, 1])
    >>> planned = expected_progeny(Relationship(pedigree, pedigree.inbreeding()), [2.0, 0.0, 1.0], 4.0, [0], [1, 2])
    >>> planned.inbreeding
    array([[0.  , 0.25]])
    >>> planned.ebv[0, :, 0]
    array([1. , 1.5])
    """
    values, variance = np.asarray(ebv), np.atleast_1d(np.asarray(genetic_variance))
    values = values[:, None] if values.ndim == 1 else values
    n = relationship.n_animals
    if variance.shape != (values.shape[1],):
        message = f"genetic_variance has {len(variance)} numbers, ebv {values.shape[1]} columns"
        raise ModelError("shape", message, place="genetic_variance", fix="Give one variance per column")
    males, females = relationship.positions(sires), relationship.positions(dams)
    f = np.zeros(n) if relationship.inbreeding is None else relationship.inbreeding
    spread = 0.5 - 0.25 * (f[males][:, None] + f[females])
    return Progeny(
        ebv=0.5 * (values[males][:, None] + values[females]),
        inbreeding=0.5 * relationship.between(males, females),
        mendelian_sd=np.sqrt(spread[:, :, None] * variance),
    )
