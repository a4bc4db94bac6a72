"""Pedigree: who is whose parent, as positions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..arguments import check_fields, instance, optional
from ..errors import PedigreeError
from .a_inverse import build_a_inverse, mendelian_variance
from .groups import Groups, gamma_block, group_shares, with_groups
from .inbreeding import inbreeding
from .positions import as_positions
from .tabular import TABULAR_LIMIT, tabular_relationship

SHOWN = 20


@dataclass(frozen=True, eq=False)
class Pedigree:
    """Parents of each animal, in any order.

    Attributes
    ----------
    sire, dam : int32, shape (n_animals,)
        Position of the parent, -1 when unknown.
    groups : Groups, optional
        Groups or metafounders of the unknown parents.

    Raises
    ------
    PedigreeError
        ``shape`` (lengths differ), ``parent_and_group`` (a known parent with a group),
        ``unknown_position`` (a parent outside the pedigree) or ``sire_is_dam`` (an animal
        used as sire and as dam). Loops are found by `order` and by everything that needs it (``pedigree_loop``).

    Examples
    --------
    Animal 0 is the daughter of sire 1 and dam 2; animal 3 comes from 1 and its own daughter:

    >>> pedigree = Pedigree(sire=[1, -1, -1, 1], dam=[2, -1, -1, 0])
    >>> pedigree.order
    array([1, 2, 0, 3], dtype=int32)
    >>> pedigree.inbreeding()
    array([0.  , 0.  , 0.  , 0.25])
    """

    sire: NDArray[np.int32]
    dam: NDArray[np.int32]
    groups: Groups | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "sire", as_positions("sire", self.sire, "pedigree", PedigreeError))
        object.__setattr__(self, "dam", as_positions("dam", self.dam, "pedigree", PedigreeError))
        check_parents(self.sire, self.dam)
        check_fields(self, "pedigree", groups=optional(instance(Groups)))
        _ = self.parents

    @property
    def n_animals(self) -> int:
        """Number of animals."""
        return len(self.sire)

    @property
    def n_groups(self) -> int:
        """Number of groups or metafounders."""
        return 0 if self.groups is None else self.groups.n_groups

    @property
    def is_founder(self) -> NDArray[np.bool_]:
        """Animals of whose parents nothing is known, bool of shape (n_animals,)."""
        return np.asarray((self.sire < 0) & (self.dam < 0))

    @cached_property
    def parents(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Sires and dams with group k of an unknown one at position ``n_animals + k``."""
        return with_groups(self.sire, self.dam, self.groups)

    @cached_property
    def order(self) -> NDArray[np.int32]:
        """Positions with parents before offspring, int32 of shape (n_animals,); stable (Kahn 1962, CACM 5:558).

        Raises
        ------
        PedigreeError
            ``pedigree_loop``; ``positions`` is the path from an animal through its ancestors back to itself.
        """
        order, waiting = topological_order(self.sire, self.dam)
        if len(order) < self.n_animals:
            path = tuple(int(i) for i in loop_path(self.sire, self.dam, waiting))
            message = f"{len(path) - 1} animals are their own ancestors"
            fix = "Correct or remove one parent on the path"
            raise PedigreeError("pedigree_loop", message, place="pedigree", fix=fix, positions=path)
        return order

    def inbreeding(self, threads: int = 0) -> NDArray[np.float64]:
        """Inbreeding coefficients F, float64 of shape (n_animals,), by `inbreeding.inbreeding`; up to 500 animals by
        the tabular method, which needs no compilation.

        `threads` 0: as many as there are cores; the coefficients have the same bits for any number.

        With metafounders in the base of Gamma: a founder of metafounder k has ``gamma[k, k] / 2``.
        """
        gamma = None if self.groups is None else self.groups.gamma
        parents = (self.sire, self.dam) if gamma is None else self.parents
        if self.n_animals <= TABULAR_LIMIT:
            f: NDArray[np.float64] = (
                tabular_relationship(*parents, self.order, gamma).diagonal()[: self.n_animals] - 1.0
            )
            return f
        return inbreeding(*parents, self.order, gamma, threads=threads)

    @property
    def without_fixed_groups(self) -> Pedigree:
        """The same with unknown parents where it has fixed groups; metafounders stay."""
        return self if self.groups is None or self.groups.is_random else Pedigree(self.sire, self.dam)

    def group_shares(self) -> NDArray[np.float64]:
        """Share Q of each group in each animal, float64 of shape (n_animals, n_groups) (Quaas 1988)."""
        return group_shares(*self.parents, self.order, self.n_groups)

    def mendelian_variance(self, inbreeding: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Mendelian sampling variance of each animal, float64 of shape (n_animals,); only real parents and metafounders
        reduce it."""
        if self.groups is None or self.groups.gamma is None:
            return mendelian_variance(self.sire, self.dam, inbreeding)
        f = self.inbreeding() if inbreeding is None else inbreeding
        return mendelian_variance(*self.parents, np.concatenate([f, np.diag(self.groups.gamma) - 1.0]))

    def a_inverse(self, inbreeding: NDArray[np.float64] | None = None) -> csr_array:
        """Inverse of the numerator relationship matrix, float64 CSR of shape (n_animals, n_animals).

        Groups follow the animals: ``n_animals + n_groups`` rows, for fixed groups the singular A*-inverse of Quaas
        and Pollak, for metafounders A(Gamma)-inverse, which always uses inbreeding.

        Parameters
        ----------
        inbreeding : float64, shape (n_animals,), optional
            The coefficients F to use; left out, inbreeding is ignored (d is 1, 3/4 or 1/2).

        Examples
        --------
        >>> Pedigree(sire=[-1, -1, 0], dam=[-1, -1, 1]).a_inverse().toarray()
        array([[ 1.5,  0.5, -1. ],
               [ 0.5,  1.5, -1. ],
               [-1. , -1. ,  2. ]])
        """
        _ = self.order
        a_inverse = build_a_inverse(*self.parents, self.mendelian_variance(inbreeding), self.n_groups)
        if self.groups is None or self.groups.gamma is None:
            return a_inverse
        return csr_array(a_inverse + gamma_block(self.n_animals, self.groups.gamma))


def check_parents(sire: NDArray[np.int32], dam: NDArray[np.int32]) -> None:
    """Refuse lengths that differ, positions outside the pedigree, and an animal used as sire and as dam."""
    n = len(sire)
    if sire.shape != dam.shape:
        message = f"sire has shape {sire.shape}, dam {dam.shape}"
        raise PedigreeError("shape", message, place="pedigree", fix="Give one sire and one dam per animal")
    for name, parent in (("sire", sire), ("dam", dam)):
        outside = np.flatnonzero((parent < -1) | (parent >= n))
        if outside.size:
            message = f"a {name} is not a position between 0 and {n - 1}, or -1"
            raise _error("unknown_position", message, "Use -1 for an unknown parent", outside)
    is_sire, is_dam = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    is_sire[sire[sire >= 0]] = True
    is_dam[dam[dam >= 0]] = True
    both = np.flatnonzero(is_sire & is_dam)
    if both.size:
        message = "an animal is used as sire and as dam"
        raise _error("sire_is_dam", message, "Correct the parents of its offspring", both)


def _error(code: str, message: str, fix: str, positions: NDArray[np.intp]) -> PedigreeError:
    shown = tuple(int(i) for i in positions[:SHOWN])
    return PedigreeError(code, message, place="pedigree", fix=fix, positions=shown)


@njit(cache=True)
def topological_order(sire: NDArray[np.int32], dam: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Positions with parents first, as far as they can be sorted, and the number of unsorted parents of each animal."""
    n = len(sire)
    # offspring by parent: counted, then filled in
    start = np.zeros(n + 1, np.int32)
    waiting = np.zeros(n, np.int32)
    for parent in (sire, dam):
        for i in range(n):
            if parent[i] >= 0:
                start[parent[i] + 1] += 1
                waiting[i] += 1
    start = np.cumsum(start)
    offspring = np.empty(start[n], np.int32)
    free = start[:-1].copy()
    for i in range(n):
        for p in (sire[i], dam[i]):
            if p >= 0:
                offspring[free[p]] = i
                free[p] += 1
    # an animal follows when the last of its parents has (Kahn 1962); in a loop nobody ever does
    order = np.empty(n, np.int32)
    done = 0
    for i in range(n):
        if waiting[i] == 0:
            order[done] = i
            done += 1
    head = 0
    while head < done:
        p = order[head]
        head += 1
        for k in range(start[p], start[p + 1]):
            waiting[offspring[k]] -= 1
            if waiting[offspring[k]] == 0:
                order[done] = offspring[k]
                done += 1
    return order[:done], waiting


def loop_path(sire: NDArray[np.int32], dam: NDArray[np.int32], waiting: NDArray[np.int32]) -> list[int]:
    """One loop among the animals that still wait for a parent: each is followed by a parent, the last is the first."""
    animal = int(np.flatnonzero(waiting)[0])
    seen: dict[int, int] = {}
    path: list[int] = []
    while animal not in seen:
        seen[animal] = len(path)
        path.append(animal)
        s, d = int(sire[animal]), int(dam[animal])
        animal = s if s >= 0 and waiting[s] > 0 else d
    return [*path[seen[animal] :], animal]
