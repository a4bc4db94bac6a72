"""A pedigree in which some sires are known by probabilities only: syndicates, several rams with one mob."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from ...arguments import check_fields, floats
from ...errors import ModelError, PedigreeError
from ..pedigree import Pedigree
from ..positions import as_positions
from .average import Sides, average_inbreeding, order_of

MOST = 10
#: probabilities may have been rounded to a few decimals
ROUNDED = 1e-6
Matrix = NDArray[np.float64]
Positions = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class UncertainPedigree(Pedigree):
    """A pedigree with candidate sires: A is the average of those that are possible, each by its probability.

    Functions that ask for a `Pedigree` do not take it, but for `fit`: they would read an uncertain sire as unknown.

    Attributes
    ----------
    sire, dam : int32, shape (n_animals,)
        As of `Pedigree`; the sire of an animal with candidates is -1.
    animal, candidate : int32, shape (n_rows,)
        Who may be the sire of whom, a row for each possibility.
    probability : float64, shape (n_rows,)
        Of each row, above 0; for an animal they sum to 1, or to less where the sire may be none of them.

    Raises
    ------
    PedigreeError
        ``groups``: groups and metafounders are not available; ``known_sire``: an animal has a sire and candidates;
        ``repeated_candidate``; ``too_many_candidates``: more than 10; ``probabilities``: above 1 in sum; and what
        `Pedigree` refuses.

    References
    ----------
    Henderson 1988, J Anim Sci 66:1614; Famula 1992, J Anim Sci 70:1423 (small inverse of it).

    Examples
    --------
    Animal 3 is by ram 0 or, less likely, by ram 1:

    >>> pedigree = UncertainPedigree(
    ...     sire=[-1, -1, -1, -1], dam=[-1, -1, -1, 2], animal=[3, 3], candidate=[0, 1], probability=[0.75, 0.25],
    ... )
    >>> pedigree.mendelian_variance(pedigree.inbreeding())
    array([1.     , 1.     , 1.     , 0.59375])
    """

    animal: Positions = ()  # type: ignore[assignment]
    candidate: Positions = ()  # type: ignore[assignment]
    probability: Matrix = ()  # type: ignore[assignment]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.groups is not None:
            message = "groups and metafounders beside candidate sires are not available"
            raise PedigreeError("groups", message, place="pedigree.groups", fix="Leave groups out")
        for name in ("animal", "candidate"):
            positions = as_positions(name, getattr(self, name), "pedigree", PedigreeError)
            object.__setattr__(self, name, positions)
        try:
            check_fields(self, "pedigree", probability=floats("r", low=0.0, high=1.0, empty=True))
        except ModelError as error:
            raise PedigreeError(error.code, error.message, place=error.place, fix=error.fix) from error
        self._check_rows()

    def _check_rows(self) -> None:
        animal, candidate, n = self.animal, self.candidate, self.n_animals
        if not len(animal) == len(candidate) == len(self.probability):
            message = "animal, candidate and probability differ in length"
            raise PedigreeError("shape", message, place="pedigree", fix="Give one row for each possible sire")
        for name, given in (("animal", animal), ("candidate", candidate)):
            message = f"{name} is not a position between 0 and {n - 1}"
            self._refuse(given[(given < 0) | (given >= n)], "unknown_position", message, "Count positions from 0")
        is_dam = np.zeros(n, dtype=bool)
        is_dam[self.dam[self.dam >= 0]] = True
        fix = "Correct the parents of its offspring"
        self._refuse(candidate[is_dam[candidate]], "sire_is_dam", "a candidate is used as dam", fix)
        fix = "Leave out its sire, or its candidates"
        self._refuse(animal[self.sire[animal] >= 0], "known_sire", "an animal has a sire and candidates", fix)
        rows, count = np.unique(np.column_stack([animal, candidate]), axis=0, return_counts=True)
        fix = "Give one row for each candidate"
        self._refuse(rows[count > 1, 0], "repeated_candidate", "a candidate stands twice", fix)
        many = np.flatnonzero(np.bincount(animal, minlength=n) > MOST)
        self._refuse(many, "too_many_candidates", f"more than {MOST} candidates", "Leave the sire unknown")
        total = np.bincount(animal, self.probability, n)
        message, fix = "the probability of an animal's candidates is above 1 in sum", "Divide them by their sum"
        self._refuse(np.flatnonzero(total > 1.0 + ROUNDED), "probabilities", message, fix)
        self._refuse(animal[self.probability <= 0.0], "probabilities", "a probability is 0", "Leave the row out")

    def _refuse(self, wrong: NDArray[np.integer], code: str, message: str, fix: str) -> None:
        if wrong.size:
            shown = tuple(int(i) for i in wrong[:20])
            raise PedigreeError(code, message, place="pedigree", fix=fix, positions=shown)

    @property
    def is_founder(self) -> NDArray[np.bool_]:
        """Animals of whose parents nothing is known, candidates among them; bool of shape (n_animals,)."""
        has_candidates = np.isin(np.arange(self.n_animals), self.animal)
        return np.asarray(super().is_founder & ~has_candidates)

    @cached_property
    def sides(self) -> Sides:
        """Possible sires of each animal, one syndicate for all animals with the same."""
        return Sides.of(self.sire, self.animal, self.candidate, self.probability)

    @cached_property
    def order(self) -> Positions:
        """Positions with all possible parents before offspring.

        Raises
        ------
        PedigreeError
            ``pedigree_loop``: an animal that may be its own ancestor; ``positions`` are the animals of the loop.
        """
        order, waiting = order_of(self.sides, self.dam)
        if len(order) < self.n_animals:
            positions = tuple(int(i) for i in np.flatnonzero(waiting)[:20])
            message = f"{int((waiting > 0).sum())} animals are, or may be, their own ancestors or descend from such"
            fix = "Correct or remove one parent, or one candidate"
            raise PedigreeError("pedigree_loop", message, place="pedigree", fix=fix, positions=positions)
        return order

    @cached_property
    def _average(self) -> tuple[Matrix, Matrix]:
        """F and d of each animal."""
        return average_inbreeding(self.sides, self.dam, self.order)

    def inbreeding(self, threads: int = 0) -> Matrix:  # noqa: ARG002 - as of `Pedigree`
        """Average inbreeding coefficients, float64 of shape (n_animals,): half the average relationship of the dam with
        the candidates."""
        return self._average[0].copy()

    def mendelian_variance(self, inbreeding: Matrix | None = None) -> Matrix:
        """``d_i = 1 - (1 + F_dam) / 4 - p'A p / 4`` with A among the candidates; without `inbreeding` they count as
        unrelated. Float64 of shape (n_animals,).

        Raises
        ------
        PedigreeError
            ``inbreeding``: other coefficients than its own.
        """
        if inbreeding is None:
            of_sires = np.bincount(self.sides.of_row, self.sides.probability**2, self.sides.n_sides)
            return np.asarray(1.0 - 0.25 * (self.dam >= 0) - 0.25 * of_sires[self.sides.side])
        if not np.array_equal(inbreeding, self._average[0]):
            message = "inbreeding with candidate sires comes from the pedigree itself"
            raise PedigreeError("inbreeding", message, place="inbreeding", fix="Leave it out")
        return self._average[1].copy()

    def a_inverse(self, inbreeding: Matrix | None = None) -> csr_array:
        """Inverse of the average relationships: each animal adds ``w w' / d`` with w = 1 for itself, -1/2 for its dam
        and -p/2 for each candidate, float64 CSR of shape (n_animals, n_animals)."""
        n, sides = self.n_animals, self.sides
        known = np.flatnonzero(self.dam >= 0)
        count = np.diff(sides.start)[sides.side]
        animal = np.repeat(np.arange(n), count)
        at = np.arange(len(animal)) - np.repeat(np.cumsum(count) - count, count) + sides.start[sides.side[animal]]
        rows = np.concatenate([np.arange(n), known, animal])
        columns = np.concatenate([np.arange(n), self.dam[known], sides.sire[at]])
        weights = np.concatenate([np.ones(n), np.full(len(known), -0.5), -0.5 * sides.probability[at]])
        w = coo_array((weights, (rows, columns)), shape=(n, n)).tocsr()
        scaled = coo_array((1.0 / self.mendelian_variance(inbreeding), (np.arange(n), np.arange(n))), shape=(n, n))
        return csr_array(w.T @ scaled.tocsr() @ w)
