"""SNP-BLUP: the animals' columns of the design become columns of markers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, kron

from ..equations.blocks import RandomBlock
from ..equations.design import Design
from ..errors import ModelError
from ..relationships.centred import Centred

CELLS = 60_000_000


def marker_design(design: Design, z: Centred, animals: NDArray[np.int32]) -> Design:
    """`design` with Z in the place of the animals of its genetic block (the first random one).

    Raises
    ------
    ModelError
        ``too_large`` above 60 million cells (observations times markers).
    """
    block, start = design.random[0], design.random_start[0]
    size = len(block.members)
    if design.n_observations * z.n_markers * size > CELLS or len(animals) * z.n_markers > CELLS:
        message = f"{design.n_observations:,} observations of {z.n_markers:,} markers are above the limit of {CELLS:,}"
        fix = "Use gblup, which gives the same breeding values and marker effects, or sssnpblup"
        raise ModelError("too_large", message, place="genomic.method", fix=fix)
    n_levels = len(block.level)
    end = start + n_levels * size
    counts = np.zeros(n_levels, np.int64)
    counts[animals] = z.n_markers
    order = np.argsort(animals)
    starts = np.concatenate([[0], np.cumsum(counts)])
    columns = np.tile(np.arange(z.n_markers), len(animals))
    values = np.asarray(z.decode(0, z.n_markers))[order].ravel()
    full = csr_array((values, columns, starts), shape=(n_levels, z.n_markers))
    of_markers = design.w[:, start:end] @ kron(full, np.eye(size), format="csr")
    w = csr_array(hstack([design.w[:, :start], of_markers, design.w[:, end:]], format="csr"))
    shift = (z.n_markers - n_levels) * size
    return replace(
        design,
        given_w=w,
        random=(with_levels(block, z.n_markers), *design.random[1:]),
        random_start=(start, *(at + shift for at in design.random_start[1:])),
    )


def with_levels(block: RandomBlock, n_levels: int) -> RandomBlock:
    """The genetic block with another number of levels; what its records point to stays."""
    return replace(block, level=np.arange(n_levels, dtype=np.int32))
