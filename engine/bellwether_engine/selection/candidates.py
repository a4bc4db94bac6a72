"""Candidates for selection, and what may be asked of their contributions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_fields, flags, floats, instance
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
    group : bool, shape (n_groups, n_candidates), optional
        Members of groups that have a limit together: families, flocks, farms. They may overlap.
    group_maximum : float64, shape (n_groups,), or a number
        Largest sum of the contributions of each group, 0 to 1.
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
    group: NDArray[np.bool_] | None = None
    group_maximum: Vector | float = 1.0

    def __post_init__(self) -> None:
        check_fields(self, PLACE, relationship=instance(Relationship))
        groups = self.relationship.pedigree.groups
        if groups is not None and groups.is_random:
            message, fix = "contributions with metafounders are not available", "Use a pedigree without metafounders"
            raise PedigreeError("metafounders", message, place="pedigree", fix=fix)
        block = RelationshipBlock(self.relationship, self.animals)
        n = len(block.animals)
        object.__setattr__(self, "animals", block.animals)
        check_fields(self, PLACE, is_male=flags(n, code="sex_code"), ebv=floats(n))
        share = floats(n, one_for_all=True)
        check_fields(self, PLACE, minimum=share, maximum=share)
        for name in ("minimum", "maximum"):
            object.__setattr__(self, name, np.broadcast_to(np.asarray(getattr(self, name)), n).astype(np.float64))
        if self.group is None:
            object.__setattr__(self, "group", np.zeros((0, n), dtype=np.bool_))
        most = floats("g", low=0.0, high=1.0, one_for_all=True, empty=True)
        n_groups = check_fields(self, PLACE, group=flags("g", n), group_maximum=most)["g"]
        limits = np.broadcast_to(np.asarray(self.group_maximum), n_groups).astype(np.float64)
        object.__setattr__(self, "group_maximum", limits)
        self._check()

    @property
    def limits(self) -> tuple[Vector, Vector]:
        """Groups as a matrix, float64 of shape (n_groups, n_candidates), and their maxima."""
        return np.asarray(self.group, dtype=np.float64), np.asarray(self.group_maximum)

    def holds_groups(self, contributions: Vector) -> bool:
        """Is no group above its maximum, to a relative 1e-8?"""
        members, most = self.limits
        return bool((members @ contributions <= most * (1.0 + 1e-8) + 1e-12).all())

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
        c = np.asarray(floats(len(self.animals))("contributions", contributions, {}))
        return float(0.5 * (c @ self.block.times(c)))

    def _check(self) -> None:
        low, high = np.asarray(self.minimum), np.asarray(self.maximum)
        wrong = np.flatnonzero((low < 0.0) | (low > high))
        if wrong.size:
            message = "the minimum of a candidate is below 0 or above its maximum"
            shown = tuple(int(i) for i in wrong[:20])
            raise ModelError("limits", message, place=PLACE, fix="Correct its limits", positions=shown)
        for name, sex in (("males", self.is_male), ("females", ~self.is_male)):
            least, most = float(low[sex].sum()), float(high[sex].sum())
            if not least <= HALF * (1.0 + 1e-12) or not most >= HALF * (1.0 - 1e-12):
                sums = f"their minimum and maximum allow {least:g} to {most:g}"
                message = f"the contributions of the {name} (is_male) must sum to 0.5, {sums}"
                raise ModelError("limits", message, place=PLACE, fix="Add candidates, or widen their limits")
