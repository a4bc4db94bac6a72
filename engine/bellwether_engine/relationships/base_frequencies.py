"""Allele frequencies in the base of a pedigree, and the relationships of metafounders from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked, floats, instance, optional
from ..errors import ModelError, PedigreeError
from ..model.genomic import Genotypes
from ..pedigree.pedigree import Pedigree
from ..pedigree.relationship import Relationship
from ..pedigree.subset import RelationshipBlock
from .centred import Centred, allele_frequencies

Matrix = NDArray[np.float64]


@checked(genotypes=instance(Genotypes), pedigree=instance(Pedigree, n="n_animals"), inbreeding=optional(floats("n")))
def base_frequencies(
    genotypes: Genotypes, pedigree: Pedigree, inbreeding: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Allele frequencies of the founders of each group, by generalised least squares on gene content.

    ``2 p = (Q' C Q)^-1 Q' C m`` at each marker, m the copies of the genotyped animals (missing: the mean), Q their
    shares of the groups and ``C = A22^-1``, which is never formed: one product with C for each group.

    Parameters
    ----------
    genotypes : Genotypes
    pedigree : Pedigree
        With fixed groups, that every founder of a genotyped animal belongs to; without groups there is one base.
    inbreeding : float64, shape (n_animals,), optional
        None: A22 ignores inbreeding.

    Returns
    -------
    float64, shape (n_groups, n_markers)
        From 0 to 1: an estimate outside is drawn to the edge.

    Raises
    ------
    ModelError
        ``no_group``: a genotyped animal has founders without a group; ``confounded_groups``; ``no_calls``.
    PedigreeError
        ``metafounders``: give groups without gamma.

    References
    ----------
    Gengler et al. 2007, Animal 1:21; Garcia-Baccino et al. 2017, Genet Sel Evol 49:34.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> pedigree = Pedigree(sire=[-1, -1, 0], dam=[-1, -1, 1])
    >>> base_frequencies(Genotypes(pack([[0, 2], [1, 2], [1, 2]]), [0, 1, 2]), pedigree).round(6)
    array([[0.25, 1.  ]])
    """
    packed, animals = genotypes.packed, genotypes.animal
    if pedigree.groups is not None and pedigree.groups.is_random:
        message = "frequencies in the bases of metafounders are estimated before Gamma is known"
        raise PedigreeError("metafounders", message, place="pedigree", fix="Give groups without gamma")
    share = _shares(pedigree)[animals]
    loose = np.flatnonzero(np.abs(share.sum(axis=1) - 1.0) > 1e-9)
    if loose.size:
        message = f"{loose.size} genotyped animals have founders without a group"
        positions = tuple(int(animals[i]) for i in loose[:20])
        raise ModelError(
            "no_group", message, place="pedigree", fix="Give every unknown parent one", positions=positions
        )
    solved = RelationshipBlock(Relationship(pedigree, inbreeding), animals).solve(share)
    crossed = share.T @ solved
    if np.linalg.cond(crossed) > 1e12:
        message = "the genotyped animals cannot tell the groups apart"
        raise ModelError("confounded_groups", message, place="pedigree", fix="Merge groups, or genotype their progeny")
    weight = np.asarray(np.linalg.solve(crossed, solved.T).T, dtype=np.float64)
    mean = allele_frequencies(packed)
    deviation = Centred(packed, mean, np.ones(packed.n_markers)).transposed_product(weight)
    return np.asarray(np.clip(mean + 0.5 * deviation.T, 0.0, 1.0))


@checked(frequency=floats("g", "m", low=0.0, high=1.0))
def metafounder_gamma(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relationships of metafounders ``Gamma = 8 cov(p)`` from the frequencies in their bases.

    Covariances are taken around 0.5, so that they do not depend on which allele of a marker is counted: the reference
    of ``frequencies = "half"``, which G of a model with metafounders has.

    Parameters
    ----------
    frequency : float64, shape (n_groups, n_markers)
        As `base_frequencies` gives it, of markers that were not chosen for a high frequency of the rarer allele.

    Returns
    -------
    float64, shape (n_groups, n_groups)
        Symmetric; for ``Groups(gamma=...)``.

    References
    ----------
    Legarra et al. 2015, Genetics 200:455; Garcia-Baccino et al. 2017, Genet Sel Evol 49:34.

    Examples
    --------
    >>> metafounder_gamma(np.array([[0.25, 0.75], [0.5, 0.75]]))
    array([[0.5 , 0.25],
           [0.25, 0.25]])
    """
    centred = np.asarray(frequency, dtype=np.float64) - 0.5
    return np.asarray(8.0 * (centred @ centred.T) / centred.shape[1])


def _shares(pedigree: Pedigree) -> Matrix:
    """Shares of the groups, (n_animals, n_groups); one base without groups."""
    if pedigree.groups is None:
        return np.ones((pedigree.n_animals, 1))
    return pedigree.group_shares()
