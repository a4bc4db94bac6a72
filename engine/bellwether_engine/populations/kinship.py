"""Kinship within and between groups of animals, without the matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import checked, instance, integers, optional
from ..pedigree.relationship import Relationship


@checked(
    relationship=instance(Relationship, n="n_animals"),
    animals=integers("k", low=0, high="n"),
    others=optional(integers("l", low=0, high="n")),
)
def mean_kinship(relationship: Relationship, animals: ArrayLike, others: ArrayLike | None = None) -> float:
    """Mean coefficient of kinship (half the relationship) of all pairs of two groups, or of one with itself.

    Within a group each animal is paired with itself too, as genes are drawn with replacement: ``(1 + F) / 2``.

    Parameters
    ----------
    relationship : Relationship
        With the inbreeding coefficients of the pedigree.
    animals, others : int32, shapes (m,) and (k,)
        Positions of the groups; `others` left out: the group itself.

    Returns
    -------
    float
        ``1 / (2 mean kinship)`` of a group are its founder genome equivalents.

    Raises
    ------
    ModelError
        ``empty``: a group without animals; ``unknown_position``: one of the animals is not in the pedigree.

    References
    ----------
    Ballou and Lacy 1995, in Population Management for Survival and Recovery (mean kinship); Caballero and Toro 2000,
    Genet Res 75:331 (founder genome equivalents).

    Examples
    --------
    Full sibs:

    >>> from bellwether_engine import Pedigree
    >>> pedigree = Pedigree(sire=[-1, -1, 0, 0], dam=[-1, -1, 1, 1])
    >>> a = Relationship(pedigree, pedigree.inbreeding())
    >>> mean_kinship(a, [2], [3]), mean_kinship(a, [2, 3])
    (0.25, 0.375)
    """
    first = np.asarray(animals)
    second = first if others is None else np.asarray(others)
    share = np.bincount(second, minlength=relationship.n_animals) / len(second)
    return float(0.5 * relationship.times(share)[first].mean())
