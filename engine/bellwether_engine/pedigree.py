"""Pedigree: who is whose parent, as positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Pedigree:
    """Parents of each animal, in any order.

    Attributes
    ----------
    sire, dam : int32, shape (n_animals,)
        Position of the parent, -1 when unknown.
    """

    sire: NDArray[np.int32]
    dam: NDArray[np.int32]
