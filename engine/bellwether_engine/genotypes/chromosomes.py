"""Chromosomes of sheep: 26 autosomes, X, Y and the mitochondrion."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, integers, many, text
from ..errors import ModelError

AUTOSOMES = 26
X, Y, XY, MT = 27, 28, 29, 30
UNPLACED = 0
_NAMED = {"X": X, "Y": Y, "XY": XY, "PAR": XY, "PAR1": XY, "PAR2": XY, "X_NONPAR": X, "MT": MT, "M": MT, "MITO": MT}
_NAMED |= {"NC_001941": MT}
# RefSeq numbers of chromosome 1 in the assemblies of sheep; the autosomes and X follow (NCBI: Oar_v3.1 and v4.0,
# Oar_rambouillet_v1.0, ARS-UI_Ramb_v2.0 and v3.0)
_REFSEQ = (19458, 40252, 56054)
_PREFIXES = ("CHROMOSOME", "CHR", "OAR")


@checked(name=text(empty=True))
def chromosome_code(name: str) -> int:
    """Number of a chromosome as PLINK writes it for sheep: 1 to 26, X 27, Y 28, pseudo-autosomal 29, MT 30.

    ``chr3``, ``OAR3`` and ``3`` are one; anything else, such as a scaffold, is unplaced: 0.

    Parameters
    ----------
    name : str
        As a map of markers writes it.

    References
    ----------
    Purcell et al. 2007, Am J Hum Genet 81:559 (``--sheep``).

    Examples
    --------
    >>> [chromosome_code(name) for name in ("1", "chr26", "OARX", "27", "Y", "MT", "KZ123.1", "31", "NC_056080.1")]
    [1, 26, 27, 27, 28, 30, 0, 0, 27]
    """
    return _code(name)


@lru_cache(maxsize=1024)
def _code(name: str) -> int:
    short = name.strip().upper()
    if short.startswith("NC_"):
        return _of_refseq(short.partition(".")[0])
    for prefix in _PREFIXES:
        short = short.removeprefix(prefix).lstrip("_")
    if short in _NAMED:
        return _NAMED[short]
    return int(short) if short.isascii() and short.isdigit() and int(short) <= MT else UNPLACED


def _of_refseq(accession: str) -> int:
    number = int(accession[3:]) if accession[3:].isdigit() else 0
    first = next((first for first in _REFSEQ if first <= number <= first + AUTOSOMES), None)
    return _NAMED.get(accession, UNPLACED) if first is None else number - first + 1


@checked(names=many(text(empty=True)))
def chromosome_codes(names: Iterable[str]) -> NDArray[np.int32]:
    """`chromosome_code` of many names, int32 of shape (n_markers,).

    Parameters
    ----------
    names : iterable of str
        As a map of markers writes them.

    Examples
    --------
    >>> chromosome_codes(["2", "X"])
    array([ 2, 27], dtype=int32)
    """
    known: dict[str, int] = {}
    return np.array([known.setdefault(name, _code(name)) for name in names], dtype=np.int32)


@checked(chromosome=integers("m", empty=True))
def is_autosomal(chromosome: ArrayLike) -> NDArray[np.bool_]:
    """Which markers lie on chromosomes 1 to 26, bool of shape (n_markers,).

    Parameters
    ----------
    chromosome : int, shape (n_markers,)
        Codes of `chromosome_codes`.

    Examples
    --------
    >>> is_autosomal([0, 1, 26, 27])
    array([False,  True,  True, False])
    """
    code = np.asarray(chromosome)
    return np.asarray((code >= 1) & (code <= AUTOSOMES))


@checked(
    chromosome=integers("m", empty=True),
    position_bp=integers("m", empty=True),
    pseudoautosomal=many(integers(2, low=0)),
)
def is_on_x(
    chromosome: ArrayLike, position_bp: ArrayLike, pseudoautosomal: Iterable[tuple[int, int]] = ()
) -> NDArray[np.bool_]:
    """Which markers lie on X outside the pseudo-autosomal regions.

    Parameters
    ----------
    chromosome : int, shape (n_markers,)
        As `chromosome_code`.
    position_bp : int, shape (n_markers,)
        Base pairs.
    pseudoautosomal : pairs of int
        First and last base pair of each region of X that males have twice; they depend on the assembly.

    Returns
    -------
    bool, shape (n_markers,)

    Raises
    ------
    ModelError
        ``shape``, or ``bad_option`` for a region that ends before it begins.

    Examples
    --------
    >>> is_on_x([26, 27, 27], [5, 5, 900], pseudoautosomal=[(1, 100)])
    array([False, False,  True])
    """
    where, bp = np.asarray(chromosome), np.asarray(position_bp)
    found = where == X
    for first, last in pseudoautosomal:
        if last < first:
            message = f"the region {first} to {last} of pseudoautosomal ends before it begins"
            raise ModelError("bad_option", message, place="pseudoautosomal", fix="Give first and last base pair")
        found &= (bp < first) | (bp > last)
    return np.asarray(found, dtype=np.bool_)
