"""Slow plain-numpy twins of the genomic kernels, and the published bulls."""

import numpy as np
from bellwether_engine.genotypes import pack

from ..twins import column


def dense_z(codes, p=None, relationship="vanraden1"):
    """Z in full; a missing call is the mean."""
    calls = np.where(codes == 3, np.nan, codes.astype(float))
    p = np.nanmean(calls, axis=0) / 2 if p is None else p
    z = np.nan_to_num(calls - 2 * p, nan=0.0)
    h = 2 * p * (1 - p)
    if relationship == "vanraden1":
        return z / np.sqrt(h.sum())
    return np.divide(z, np.sqrt(h), where=h > 1e-12, out=np.zeros_like(z)) / np.sqrt((h > 1e-12).sum())


def random_codes(rng, n, m, missing=0.05):
    p = rng.uniform(0.1, 0.9, m)
    codes = rng.binomial(2, p, size=(n, m)).astype(np.uint8)
    codes[rng.random((n, m)) < missing] = 3
    codes[0] = 1
    return codes


def bulls(data):
    """Packed genotypes of a published case, and the ids of their animals."""
    return pack(np.array(column(data, "genotype"))), column(data, "animal")
