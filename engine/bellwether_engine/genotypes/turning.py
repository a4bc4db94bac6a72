"""Genotypes turned around: rows of markers to rows of animals, and back, without leaving two bits a call."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, integers, whole
from ..errors import ModelError
from ..parallel.workers import Workers, even_pieces

FOURS = 64
PAD = np.uint8(0xFF)


@checked(data=integers("rows", "bytes", low=0, high=255), n_columns=whole(low=1))
def turn(data: ArrayLike, n_columns: int) -> NDArray[np.uint8]:
    """Rows become columns.

    Parameters
    ----------
    data : uint8, shape (n_rows, ceil(n_columns / 4))
        Four codes to a byte, low bits first, as `PackedGenotypes`.
    n_columns : int
        Codes of a row.

    Returns
    -------
    uint8, shape (n_columns, ceil(n_rows / 4))
        Places beyond the last row hold 3.

    Raises
    ------
    ModelError
        ``shape``: rows of another width.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> turn(pack([[0, 2], [1, 3], [2, 2]]).data, 3)
    array([[248],
           [253],
           [250]], dtype=uint8)
    """
    given = np.ascontiguousarray(data, dtype=np.uint8)
    if given.shape[1] != -(-n_columns // 4):
        message = f"data of {n_columns} columns must have shape (n_rows, {-(-n_columns // 4)})"
        raise ModelError("shape", message, place="data", fix="Pack four codes to a byte")
    wide = -(-len(given) // 4)
    out = np.empty((4 * given.shape[1], wide), dtype=np.uint8)
    Workers().run(lambda first, last: _turn_fours(given, out, first, last), even_pieces(wide, FOURS))
    return out[:n_columns]


@njit(cache=True, nogil=True)
def _turn_fours(data: NDArray[np.uint8], out: NDArray[np.uint8], first: int, last: int) -> None:
    """Rows 4 `first` to 4 `last` of `data`, four by four codes at a time, to columns `first` to `last` of `out`."""
    for b in range(data.shape[1]):
        for q in range(first, last):
            x = np.uint32(0)
            for k in range(4):
                byte = data[4 * q + k, b] if 4 * q + k < data.shape[0] else PAD
                x |= np.uint32(byte) << np.uint32(8 * k)
            # code (row, column) changes places with (column, row): neighbours first, then pairs of them
            t = (x ^ (x >> np.uint32(6))) & np.uint32(0x00CC00CC)
            x ^= t ^ (t << np.uint32(6))
            t = (x ^ (x >> np.uint32(12))) & np.uint32(0x0000F0F0)
            x ^= t ^ (t << np.uint32(12))
            for k in range(4):
                out[4 * b + k, q] = np.uint8((x >> np.uint32(8 * k)) & np.uint32(0xFF))
