"""Genotypes from alleles as text, as in a PED file."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, texts
from ..errors import ModelError
from .packed import MISSING, PackedGenotypes, pack

NONE = ("0", "", "N", "-", ".")


@checked(first=texts("n", "m"), second=texts("n", "m"))
def from_alleles(first: ArrayLike, second: ArrayLike) -> tuple[PackedGenotypes, NDArray[np.str_], NDArray[np.str_]]:
    """Count the rarer allele of each marker; of two equally frequent ones, the first in the alphabet.

    Parameters
    ----------
    first, second : str, shape (n_animals, n_markers)
        The two alleles of each call, in any order; ``0``, ``N``, ``-``, ``.`` or nothing where missing. A call with one
        allele is missing (`count_half_calls` says how many there are).

    Returns
    -------
    PackedGenotypes, counted, other : str, shape (n_markers,)
        An allele that nobody has is empty.

    Raises
    ------
    ModelError
        ``shape``; ``multi_allelic``: more than two alleles.
        ``positions`` are markers.

    References
    ----------
    Purcell et al. 2007, Am J Hum Genet 81:559 (the minor allele is A1).

    Examples
    --------
    >>> packed, counted, other = from_alleles([["A"], ["G"], ["0"]], [["G"], ["G"], ["0"]])
    >>> packed.unpack().ravel(), counted, other
    (array([1, 0, 3], dtype=uint8), array(['A'], dtype='<U1'), array(['G'], dtype='<U1'))
    """
    a, b = (np.asarray(given, dtype=np.str_) for given in (first, second))
    missing = np.isin(a, NONE) | np.isin(b, NONE)
    counted, other = np.full((2, a.shape[1]), "", dtype=a.dtype if a.dtype.itemsize >= b.dtype.itemsize else b.dtype)
    codes = np.full(a.shape, MISSING, dtype=np.uint8)
    for j in range(a.shape[1]):
        called = ~missing[:, j]
        names, number = np.unique(np.concatenate([a[called, j], b[called, j]]), return_counts=True)
        if len(names) > 2:
            message = f"a marker has the alleles {', '.join(names)}"
            raise _refuse("multi_allelic", message, "Use markers with two alleles", [j])
        order = np.argsort(number, kind="stable")
        if len(names) == 2:
            counted[j] = names[order[0]]
        if len(names):
            other[j] = names[order[-1]]
        codes[called, j] = (a[called, j] == counted[j]).astype(np.uint8) + (b[called, j] == counted[j])
    return pack(codes), counted, other


@checked(first=texts("n", "m"), second=texts("n", "m"))
def count_half_calls(first: ArrayLike, second: ArrayLike) -> int:
    """How many calls have one of their two alleles only.

    Parameters
    ----------
    first, second : str, shape (n_animals, n_markers)

    Examples
    --------
    >>> count_half_calls([["A"], ["0"]], [["0"], ["0"]])
    1
    """
    return int((np.isin(first, NONE) != np.isin(second, NONE)).sum())


def _refuse(code: str, message: str, fix: str, markers: NDArray[np.intp] | list[int]) -> ModelError:
    return ModelError(code, message, place="genotypes", fix=fix, positions=tuple(int(j) for j in markers[:20]))
