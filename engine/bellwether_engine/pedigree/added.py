"""Inbreeding coefficients of animals that are added to a pedigree."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, floats
from ..errors import PedigreeError
from .inbreeding import ancestry, inbreeding
from .pedigree import Pedigree, check_parents
from .positions import as_positions


@checked(known=floats("k", low=-1.0, high=1.0, empty=True))
def inbreeding_of_new(sire: ArrayLike, dam: ArrayLike, known: ArrayLike) -> NDArray[np.float64]:
    """Inbreeding coefficients when animals were added: only the ancestors of the new ones are looked at.

    Parameters
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents, -1 when unknown.
    known : float64, shape (n_known,)
        Coefficients of the first `n_known` animals, whose parents have not changed.

    Returns
    -------
    float64, shape (n_animals,)
        `known`, then the coefficients of the new animals.

    Raises
    ------
    PedigreeError
        ``known`` for more coefficients than animals, or missing ones; ``pedigree_loop`` among the new animals and
        their ancestors; and what `Pedigree` refuses.

    Examples
    --------
    >>> import numpy as np
    >>> sire, dam = np.array([-1, -1, 0, 0], np.int32), np.array([-1, -1, 1, 2], np.int32)
    >>> inbreeding_of_new(sire, dam, np.zeros(3))
    array([0.  , 0.  , 0.  , 0.25])
    """
    sire, dam = (as_positions(name, of, "pedigree", PedigreeError) for name, of in (("sire", sire), ("dam", dam)))
    check_parents(sire, dam)
    known = np.asarray(known)
    n, old = len(sire), len(known)
    if old > n:
        message = f"known has {old} coefficients, there are {n} animals"
        raise PedigreeError("known", message, place="known", fix="Give F of the first animals, or none")
    members = np.flatnonzero(ancestry(sire, dam, np.arange(old, n, dtype=np.int32)))
    position = np.full(n + 1, -1, np.int32)
    position[members] = np.arange(len(members), dtype=np.int32)
    part = Pedigree(position[sire[members]], position[dam[members]])
    before = np.full(len(members), np.nan)
    before[members < old] = known[members[members < old]]
    found = inbreeding(part.sire, part.dam, part.order, known=before)
    return np.concatenate([known, found[members >= old]])
