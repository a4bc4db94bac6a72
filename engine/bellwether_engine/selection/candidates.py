"""Candidates for selection, and what may be asked of their contributions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ModelError, PedigreeError
from ..pedigree.relationship import Relationship
from ..pedigree.subset import RelationshipBlock
from .certificate import HALF, Box

Vector = NDArray[np.float64]
PLACE = "candidates"


@dataclass(frozen=True, eq=False)
class Candidates:
    """Animals that may become parents of the next lambs.

    Attributes
    ----------
    relationship : Relationship
        Of the whole pedigree, with the inbreeding coefficients; only the candidates' ancestors are looked at.
    animals : int32, shape (n_candidates,)
        Positions, each once.
    is_male : bool, shape (n_candidates,)
    ebv : float64, shape (n_candidates,)
        Breeding value or index, in any unit.
    minimum, maximum : float64, shape (n_candidates,), or a number
        Limits of each contribution, a share of the genes of all lambs: 0 to 1/2. A ram that must sire 10 of 200 lambs
        has a minimum of ``10 / 400``; a ewe that can have 2 of them a maximum of ``2 / 400``.

    Raises
    ------
    ModelError
        ``shape``; ``not_finite``; ``sex_code``: neither true nor false; ``limits``: a minimum above the maximum, or
        limits with which the contributions of a sex cannot sum to one half.
    PedigreeError
        ``unknown_position``, ``repeated_animal``; ``metafounders``.

    Examples
    --------
    >>> from bellwether_engine import Pedigree
    >>> pedigree = Pedigree(sire=[-1, -1, 0], dam=[-1, -1, 1])
    >>> a = Relationship(pedigree, pedigree.inbreeding())
    >>> candidates = Candidates(a, [0, 1, 2], [True, False, False], [1.0, 2.0, 3.0])
    >>> candidates.coancestry([0.5, 0.0, 0.5])
    0.375
    """

    relationship: Relationship
    animals: NDArray[np.int32]
    is_male: NDArray[np.bool_]
    ebv: Vector
    minimum: Vector | float = 0.0
    maximum: Vector | float = HALF

    def __post_init__(self) -> None:
        groups = self.relationship.pedigree.groups
        if groups is not None and groups.is_random:
            message, fix = "contributions with metafounders are not available", "Use a pedigree without metafounders"
            raise PedigreeError("metafounders", message, place="pedigree", fix=fix)
        block = RelationshipBlock(self.relationship, self.animals)
        n = len(block.animals)
        object.__setattr__(self, "animals", block.animals)
        object.__setattr__(self, "is_male", _flags(self.is_male))
        for name in ("ebv", "minimum", "maximum"):
            value = np.asarray(getattr(self, name), dtype=np.float64)
            limits = name != "ebv" and value.ndim == 0
            object.__setattr__(self, name, np.full(n, value) if limits else value)
        self._check(n)

    @cached_property
    def block(self) -> RelationshipBlock:
        """A among the candidates."""
        return RelationshipBlock(self.relationship, self.animals)

    @property
    def box(self) -> Box:
        """The limits of the contributions."""
        return Box(self.is_male, np.asarray(self.minimum), np.asarray(self.maximum))

    def coancestry(self, contributions: ArrayLike) -> float:
        """Group coancestry ``c'Ac / 2``: expected inbreeding of lambs of parents that are mated at random.

        Own inbreeding and mating with oneself are counted, as in Meuwissen 1997, J Anim Sci 75:934.
        """
        c = np.asarray(contributions, dtype=np.float64)
        return float(0.5 * (c @ self.block.times(c)))

    def _check(self, n: int) -> None:
        limits = np.array([self.ebv, self.minimum, self.maximum, self.is_male], dtype=object)
        if any(np.shape(part) != (n,) for part in limits):
            message = f"{n} candidates, but sex, breeding values or limits have other lengths"
            raise ModelError("shape", message, place=PLACE, fix="Give one value per candidate")
        low, high = np.asarray(self.minimum), np.asarray(self.maximum)
        if not all(np.isfinite(part).all() for part in (self.ebv, low, high)):
            message = "a breeding value or a limit is missing or infinite"
            raise ModelError("not_finite", message, place=f"{PLACE}.ebv", fix="Leave candidates without values out")
        wrong = np.flatnonzero((low < 0.0) | (low > high))
        if wrong.size:
            message = "the minimum of a candidate is below 0 or above its maximum"
            shown = tuple(int(i) for i in wrong[:20])
            raise ModelError("limits", message, place=PLACE, fix="Correct its limits", positions=shown)
        for name, sex in (("males", self.is_male), ("females", ~self.is_male)):
            least, most = float(low[sex].sum()), float(high[sex].sum())
            if not least <= HALF * (1.0 + 1e-12) or not most >= HALF * (1.0 - 1e-12):
                message = f"the contributions of the {name} must sum to 0.5, their limits allow {least:g} to {most:g}"
                raise ModelError("limits", message, place=PLACE, fix="Add candidates, or widen their limits")


def _flags(is_male: ArrayLike) -> NDArray[np.bool_]:
    """True and false; other codes of sex would all read as true."""
    given = np.asarray(is_male)
    if given.dtype.kind not in "biu" or not ((given == 0) | (given == 1)).all():
        raise ModelError("sex_code", "a sex is neither true nor false", place=PLACE, fix="Give true for males")
    return given.astype(np.bool_)
