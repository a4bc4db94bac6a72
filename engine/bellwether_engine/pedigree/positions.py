"""Positions: integers that point into the pedigree."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import EngineError


def as_positions(name: str, values: ArrayLike, place: str, error: type[EngineError]) -> NDArray[np.int32]:
    """`values` of the argument `name` as contiguous int32 of one dimension.

    Raises
    ------
    EngineError
        Of class `error`: ``not_integer`` for other types (a float would be cut off in silence), ``shape`` for more
        than one dimension, ``unknown_position`` for a number that int32 cannot hold.

    Examples
    --------
    >>> as_positions("sire", [2, -1], "pedigree", EngineError)
    array([ 2, -1], dtype=int32)
    """
    try:
        given = np.asarray(values)
    except ValueError:
        given = np.zeros((0, 0))
    if given.ndim != 1:
        message = f"{name} has {given.ndim} dimensions, or rows that differ in length"
        raise error("shape", message, place=place, fix="Give one position per animal or record")
    if given.size and given.dtype.kind not in "iu":
        message = f"{name} is of type {given.dtype}, not integers"
        raise error("not_integer", message, place=place, fix="Give integers, -1 for unknown")
    limits = np.iinfo(np.int32)
    if given.size and (given.min() < limits.min or given.max() > limits.max):
        message = f"a position in {name} is too large"
        raise error("unknown_position", message, place=place, fix="Count positions from 0")
    return np.ascontiguousarray(given, dtype=np.int32)
