"""The block A22 of some animals of a pedigree, and its inverse, as operators."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csc_array, csr_array, diags_array
from scipy.sparse.linalg import cg

from ..arguments import check_fields, instance
from ..errors import NotConverged, PedigreeError
from ..linear.factor import EXACT_LIMIT, Factor
from ..linear.symmetric import mirror
from .inbreeding import ancestry
from .pedigree import Pedigree
from .relationship import BATCH, Relationship

TOLERANCE = 1e-12
Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RelationshipBlock:
    """A22 of `animals`: products with it and with its inverse cost O(n) and never form it.

    ``A22^-1 v = A^22 v - A^21 (A^11)^-1 A^12 v`` in the pedigree of the animals and their ancestors; ``A^11`` is
    factorised once (up to 100,000 ancestors), above that solved by conjugate gradients to a relative 1e-12.

    Attributes
    ----------
    relationship : Relationship
    animals : int32, shape (n_block,)
        Positions, each once.

    Raises
    ------
    PedigreeError
        ``unknown_position``, ``repeated_animal``.

    References
    ----------
    Colleau 2002, GSE 34:409; Stranden et al. 2017, J Anim Breed Genet 134:14; Masuda et al. 2017, J Anim Sci 95:49.

    Examples
    --------
    >>> pedigree = Pedigree(sire=[-1, -1, 0, 0], dam=[-1, -1, 1, 1])
    >>> block = RelationshipBlock(Relationship(pedigree, pedigree.inbreeding()), [2, 3])
    >>> block.times([1.0, 0.0])
    array([1. , 0.5])
    >>> block.solve([1.0, 0.5]).round(12)
    array([1., 0.])
    >>> block.dense()
    array([[1. , 0.5],
           [0.5, 1. ]])
    """

    relationship: Relationship
    animals: NDArray[np.int32]

    def __post_init__(self) -> None:
        check_fields(self, "block", relationship=instance(Relationship))
        animals = self.relationship.positions(self.animals)
        if len(np.unique(animals)) < len(animals):
            raise PedigreeError(
                "repeated_animal", "one of the animals stands twice in a block", place="pedigree", fix="Drop one"
            )
        object.__setattr__(self, "animals", animals)

    @property
    def n_animals(self) -> int:
        """Rows of A22."""
        return len(self.animals)

    def times(self, v: ArrayLike) -> Matrix:
        """``A22 v``, float64 of shape (n_block,) or (n_block, m)."""
        given = self._checked(v)
        padded = np.zeros((self.part.pedigree.n_animals, *given.shape[1:]))
        padded[self.own] = given
        return self.part.times(padded)[self.own]

    def solve(self, v: ArrayLike) -> Matrix:
        """``A22^-1 v``, float64 of shape (n_block,) or (n_block, m).

        Raises
        ------
        NotConverged
            Conjugate gradients among the ancestors stopped short.
        """
        given = self._checked(v)
        own, crossed, ancestors = self._inverse
        result: Matrix = own @ given
        if ancestors.shape[0]:
            result = result - crossed.T @ self._solve_ancestors(crossed @ given)
        return result

    def dense(self) -> Matrix:
        """A22 in full, float64 of shape (n_block, n_block)."""
        return mirror(self.part.between(self.own, self.own))

    def diagonal(self) -> Matrix:
        """Diagonal of A22, float64 of shape (n_block,): 1 + F, or that of ``T D T'`` where inbreeding is ignored."""
        f = self.relationship.inbreeding
        if f is not None:
            return 1.0 + f[self.animals]
        own = [self.own[first : first + BATCH] for first in range(0, self.n_animals, BATCH)]
        return np.concatenate([np.diag(self.part.between(some, some)) for some in own] or [np.empty(0)])

    def inverse_diagonal(self) -> Matrix:
        """Roughly the diagonal of A22-inverse (A^11 taken as diagonal): good enough to precondition with."""
        own, crossed, ancestors = self._inverse
        rough = np.asarray(own.diagonal())
        lost = crossed.multiply(crossed).T @ (1.0 / ancestors.diagonal())
        return np.asarray(np.maximum(rough - lost, 0.1 * rough))

    def _checked(self, v: ArrayLike) -> Matrix:
        given = np.asarray(v, dtype=np.float64)
        if given.ndim not in (1, 2) or len(given) != self.n_animals:
            message = f"v has shape {given.shape}, the block {len(self.animals)} animals"
            raise PedigreeError("shape", message, place="pedigree", fix="Give one row per animal of the block")
        return given

    @cached_property
    def _members(self) -> NDArray[np.intp]:
        """The animals and their ancestors, ascending."""
        whole = self.relationship.pedigree
        return np.flatnonzero(ancestry(whole.sire, whole.dam, self.animals))

    @cached_property
    def own(self) -> NDArray[np.intp]:
        """Positions of the animals among themselves and their ancestors, int of shape (n_block,)."""
        return np.searchsorted(self._members, self.animals)

    @cached_property
    def part(self) -> Relationship:
        """A of the animals and their ancestors alone, with their metafounders."""
        whole, members = self.relationship.pedigree, self._members
        position = np.full(whole.n_animals + 1, -1, np.int32)
        position[members] = np.arange(len(members), dtype=np.int32)
        f = self.relationship.inbreeding
        groups = whole.groups if whole.groups is not None and whole.groups.is_random else None
        own = None if groups is None else groups.of(members)
        part = Pedigree(position[whole.sire[members]], position[whole.dam[members]], own)
        return Relationship(part, None if f is None else f[members])

    @cached_property
    def _inverse(self) -> tuple[csr_array, csr_array, csc_array]:
        """Blocks of A-inverse: own with own, ancestors (and metafounders) with own, and among themselves."""
        a_inverse = self.part.pedigree.a_inverse(self.part.inbreeding)
        rest = np.setdiff1d(np.arange(a_inverse.shape[0]), self.own)
        by_ancestors = csr_array(a_inverse[rest])
        own = csr_array(a_inverse[self.own][:, self.own])
        return own, csr_array(by_ancestors[:, self.own]), csc_array(by_ancestors[:, rest])

    @cached_property
    def _factor(self) -> Factor | None:
        ancestors = self._inverse[2]
        return Factor(ancestors) if ancestors.shape[0] <= EXACT_LIMIT else None

    def _solve_ancestors(self, rhs: Matrix) -> Matrix:
        if self._factor is not None:
            return self._factor.solve(rhs)
        ancestors = self._inverse[2]
        conditioner = diags_array(1.0 / ancestors.diagonal())
        columns = []
        for column in rhs.reshape(len(rhs), -1).T:
            found, failed = cg(ancestors, column, rtol=TOLERANCE, maxiter=10_000, M=conditioner)
            if failed:
                message = "the ancestors of the block could not be solved for"
                raise NotConverged("not_converged", message, place="pedigree", fix="Report the pedigree as a defect")
            columns.append(found)
        return np.column_stack(columns).reshape(rhs.shape)
