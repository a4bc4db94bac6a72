"""Which ram may be mated with which ewe, and how often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_fields, either, integers, number, optional, truth, whole
from ..errors import ModelError

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
PLACE = "matings"
SHOWN = 20


@dataclass(frozen=True, eq=False)
class MatingRules:
    """Limits of a mating plan; what is left out does not limit.

    Attributes
    ----------
    ram_maximum, ram_minimum : int64, shape (n_rams,), or a number
        Ewes of each ram. By default a ram may take all, and needs none.
    is_minimum_if_used : bool
        A ram may also stay out of use; its minimum holds only if it is used.
    inbreeding_limit : float, optional
        Largest inbreeding coefficient of the lambs.
    is_allowed : bool, shape (n_rams, n_ewes), optional
        False where a ram does not come to the ewe's flock.
    ram_carries, ewe_carries : bool, shapes (n_rams, n_conditions) and (n_ewes, n_conditions), optional
        Carriers of recessive conditions: two carriers of one are never mated.
    ewe_group : int64, shape (n_ewes,), optional
        Flock or mob of each ewe, with `rams_per_group`.
    rams_per_group : int, optional
        So many different rams at most in each group (1: single-sire joining).

    Examples
    --------
    >>> rules = MatingRules(ram_maximum=40, inbreeding_limit=0.0625, ram_carries=[[True], [False]],
    ...                     ewe_carries=[[True], [False], [False]])
    >>> rules.permitted(np.array([[0.0, 0.0, 0.25], [0.0, 0.0, 0.0]]))
    array([[False,  True, False],
           [ True,  True,  True]])
    """

    ram_maximum: ArrayLike | None = None
    ram_minimum: ArrayLike = 0
    is_minimum_if_used: bool = False
    inbreeding_limit: float | None = None
    is_allowed: ArrayLike | None = None
    ram_carries: ArrayLike | None = None
    ewe_carries: ArrayLike | None = None
    ewe_group: ArrayLike | None = None
    rams_per_group: int | None = None

    def __post_init__(self) -> None:
        limit, most = optional(number(low=0.0, high=1.0)), optional(whole(low=1))
        check_fields(self, PLACE, is_minimum_if_used=truth(), inbreeding_limit=limit, rams_per_group=most)

    def obstacles(self, inbreeding: NDArray[np.float64]) -> dict[str, Flags]:
        """Pairs that each rule forbids, bool of shape (n_rams, n_ewes), by the reason in words."""
        shape = inbreeding.shape
        found: dict[str, Flags] = {}
        if self.is_allowed is not None:
            found["do not come to its flock"] = ~_of_shape(self.is_allowed, shape, "is_allowed")
        if self.inbreeding_limit is not None:
            found[f"would give lambs with an inbreeding above {self.inbreeding_limit:g}"] = (
                inbreeding > self.inbreeding_limit
            )
        if (self.ram_carries is None) != (self.ewe_carries is None):
            fix = "Give ram_carries and ewe_carries, or neither"
            raise ModelError("carriers", "carriers are known of one sex only", place=PLACE, fix=fix)
        if self.ram_carries is not None:
            assert self.ewe_carries is not None
            rams, ewes = _flags(self.ram_carries, "ram_carries"), _flags(self.ewe_carries, "ewe_carries")
            if rams.ndim != 2 or ewes.ndim != 2 or (len(rams), len(ewes)) != shape or rams.shape[1] != ewes.shape[1]:
                raise _shape("ram_carries, ewe_carries", (*shape, "n_conditions"), (*rams.shape, *ewes.shape))
            found["carry a condition that it carries too"] = (rams.astype(np.int64) @ ewes.T.astype(np.int64)) > 0
        return found

    def permitted(self, inbreeding: NDArray[np.float64]) -> Flags:
        """Pairs that no rule forbids, bool of shape (n_rams, n_ewes).

        Raises
        ------
        ModelError
            ``ewe_cannot_be_mated``: some ewe has no ram left; the message says why, `positions` are the ewes.
        """
        obstacles = self.obstacles(inbreeding)
        permitted = np.ones(inbreeding.shape, dtype=np.bool_)
        for forbidden in obstacles.values():
            permitted &= ~forbidden
        alone = np.flatnonzero(~permitted.any(axis=0))
        if alone.size:
            ewe = int(alone[0])
            reasons = [f"{int(flags[:, ewe].sum())} {text}" for text, flags in obstacles.items() if flags[:, ewe].any()]
            others = f" ({len(alone) - 1} more ewes are in the same position)" if len(alone) > 1 else ""
            message = f"ewe {ewe} cannot be mated: of {len(permitted)} rams {', '.join(reasons)}{others}"
            raise refuse_ewes(message, "Add a ram for these ewes, relax that rule, or leave the ewes out", alone)
        return permitted

    def capacity(self, n_rams: int, n_ewes: int) -> tuple[Whole, Whole]:
        """Smallest and largest number of ewes of each ram, int64 of shape (n_rams,)."""
        most = n_ewes if self.ram_maximum is None else self.ram_maximum
        rule = either(whole(code="shape"), integers(n_rams, code="shape"))
        low, high = rule("ram_minimum", self.ram_minimum, {}), rule("ram_maximum", most, {})
        low, high = np.broadcast_to(low, n_rams).astype(np.int64), np.broadcast_to(high, n_rams).astype(np.int64)
        wrong = np.flatnonzero((low < 0) | (low > high))
        if wrong.size:
            message = "the ram_minimum of a ram is below 0 or above its ram_maximum"
            shown = tuple(int(i) for i in wrong[:SHOWN])
            raise ModelError("limits", message, place=PLACE, fix="Correct its limits", positions=shown)
        return low, high

    def groups(self, n_ewes: int) -> Whole:
        """The group of each ewe, coded 0, 1, ...; one group where the rams of a group are not limited."""
        if self.rams_per_group is None:
            return np.zeros(n_ewes, dtype=np.int64)
        if self.ewe_group is None:
            message = "rams_per_group needs ewe_group, one group per ewe"
            raise ModelError("shape", message, place=PLACE, fix="Give ewe_group of shape (n_ewes,)")
        group = integers(n_ewes)("ewe_group", self.ewe_group, {})
        return np.unique(group, return_inverse=True)[1].astype(np.int64)


def refuse_ewes(message: str, fix: str, ewes: NDArray[np.intp]) -> ModelError:
    """The refusal of ewes that no plan can mate."""
    shown = tuple(int(i) for i in ewes[:SHOWN])
    return ModelError("ewe_cannot_be_mated", message, place=PLACE, fix=fix, positions=shown)


def _of_shape(given: ArrayLike, shape: tuple[int, ...], name: str) -> Flags:
    flags = _flags(given, name)
    if flags.shape != shape:
        raise _shape(name, shape, flags.shape)
    return flags


def _flags(given: ArrayLike, name: str) -> Flags:
    """True and false; a missing value would read as true."""
    try:
        values = np.asarray(given)
    except ValueError as error:
        message = f"the rows of {name} differ in length"
        raise ModelError("shape", message, place=PLACE, fix="Complete them") from error
    if values.size and (values.dtype.kind not in "biu" or not ((values == 0) | (values == 1)).all()):
        raise ModelError("flags", f"{name} is neither true nor false somewhere", place=PLACE, fix="Give true or false")
    return values.astype(np.bool_)


def _shape(name: str, wanted: tuple[object, ...], given: tuple[object, ...]) -> ModelError:
    return ModelError("shape", f"{name} has shape {given}, not {wanted}", place=PLACE, fix="Rams by ewes")
