"""Which flocks are joined by common sires: what can be said before any evaluation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from ..arguments import checked, instance, integers, optional, truth
from ..errors import ModelError
from ..pedigree.pedigree import Pedigree
from ..pedigree.positions import as_positions

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FlockLinks:
    """Flocks joined by the sires that have recorded progeny in both.

    Attributes
    ----------
    component : int64, shape (n_flocks,)
        Flocks of the same number are joined, directly or by a chain of others; numbers by falling size, flocks without
        recorded animals last, each by itself.
    n_components : int
        Of flocks with recorded animals. Breeding values of different components are not comparable.
    link_sires : int64 csr_array, shape (n_flocks, n_flocks)
        Common sires of each pair; on the diagonal the sires of each flock.
    link_progeny : int64, shape (n_flocks,)
        Recorded animals whose sire (or dam, with dams) has progeny in another flock too.
    progeny : int64, shape (n_flocks,)
        Recorded animals.
    """

    component: Whole
    n_components: int
    link_sires: csr_array
    link_progeny: Whole
    progeny: Whole


@checked(
    pedigree=instance(Pedigree, n="n_animals"),
    flock=integers("n", empty=True),
    recorded=optional(integers("k", low=0, high="n", empty=True, code="unknown_animal")),
    with_dams=truth(),
)
def flock_links(
    pedigree: Pedigree, flock: ArrayLike, recorded: ArrayLike | None = None, *, with_dams: bool = False
) -> FlockLinks:
    """Graph of flocks and common sires.

    Parameters
    ----------
    pedigree : Pedigree
    flock : int, shape (n_animals,)
        Flock (or management unit) in which each animal was recorded, 0, 1, ...; -1 for none.
    recorded : int32, shape (m,), optional
        Positions of the animals with records; by default all that have a flock.
    with_dams : bool
        Common dams (moved ewes, embryo transfer) link too.

    Raises
    ------
    ModelError
        ``shape``, ``not_integer``.
    PedigreeError
        ``unknown_position``.

    References
    ----------
    Fernando et al. 1983, J Dairy Sci 66:1399 (connected groups); Kennedy and Trus 1993, J Anim Sci 71:2341.

    Examples
    --------
    Sire 0 has progeny in flocks 0 and 1, sire 1 in flock 2 alone:

    >>> pedigree = Pedigree(sire=[-1, -1, 0, 0, 1], dam=[-1] * 5)
    >>> found = flock_links(pedigree, [-1, -1, 0, 1, 2])
    >>> found.component, found.n_components
    (array([0, 0, 1]), 2)
    >>> found.link_sires.toarray()
    array([[1, 1, 0],
           [1, 1, 0],
           [0, 0, 1]])
    """
    of = flock_codes(flock, pedigree.n_animals)
    chosen = (
        np.arange(pedigree.n_animals) if recorded is None else as_positions("recorded", recorded, "records", ModelError)
    )
    if chosen.size and (chosen.min() < 0 or chosen.max() >= pedigree.n_animals):
        message = "a recorded animal is not in the pedigree"
        raise ModelError("unknown_animal", message, place="records", fix="Count positions from 0")
    animals = np.unique(chosen[of[chosen] >= 0])
    n_flocks = int(of.max(initial=-1)) + 1
    progeny = np.bincount(of[animals], minlength=n_flocks)
    parents = (pedigree.sire, pedigree.dam) if with_dams else (pedigree.sire,)
    rows = np.concatenate([of[animals[parent[animals] >= 0]] for parent in parents])
    columns = np.concatenate([parent[animals][parent[animals] >= 0] for parent in parents])
    used = coo_array((np.ones(len(rows), np.int64), (rows, columns)), shape=(n_flocks, pedigree.n_animals)).tocsr()
    used.data[:] = 1
    is_link = np.asarray(used.sum(axis=0)) > 1
    links = csr_array(used @ used.T)
    component = _by_size(connected_components(links, directed=False)[1], progeny)
    is_linked = np.any([np.append(is_link, False)[parent[animals]] for parent in parents], axis=0)
    return FlockLinks(
        component=component,
        n_components=len(np.unique(component[progeny > 0])),
        link_sires=links,
        link_progeny=np.bincount(of[animals[is_linked]], minlength=n_flocks),
        progeny=progeny,
    )


def flock_codes(flock: ArrayLike, n_animals: int) -> NDArray[np.int32]:
    """`flock` as checked codes, int32 of shape (n_animals,), -1 for none."""
    of = as_positions("flock", flock, "flock", ModelError)
    if of.shape != (n_animals,):
        message = f"{n_animals} animals, but flocks of shape {of.shape}"
        raise ModelError("shape", message, place="flock", fix="Give one flock per animal, -1 for none")
    return np.maximum(of, -1)


def _by_size(component: NDArray[np.int32], progeny: Whole) -> Whole:
    """Components numbered by falling number of animals."""
    size = np.bincount(component, progeny, minlength=int(component.max(initial=-1)) + 1)
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
    return rank[component]
