"""The inverse of the numerator relationship matrix, straight from the pedigree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array


def mendelian_variance(
    sire: NDArray[np.int32], dam: NDArray[np.int32], inbreeding: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Mendelian sampling variance d of each animal as a share of the additive variance.

    ``d_i = 1 - sum over known parents (1 + F_p) / 4``.

    Parameters
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents, -1 when unknown. Positions beyond `inbreeding` (groups) count as unknown.
    inbreeding : float64, shape (n_animals,) or longer, optional
        Coefficients F, those of metafounders after the animals; left out, all are taken as 0.

    Returns
    -------
    float64, shape (n_animals,)

    Examples
    --------
    >>> import numpy as np
    >>> mendelian_variance(np.array([-1, 0]), np.array([-1, -1]))
    array([1.  , 0.75])
    """
    f = np.zeros(len(sire)) if inbreeding is None else inbreeding
    d = np.ones(len(sire))
    for parent in (sire, dam):
        known = (parent >= 0) & (parent < len(f))
        d[known] -= 0.25 * (1.0 + f[parent[known]])
    return d


def build_a_inverse(
    sire: NDArray[np.int32], dam: NDArray[np.int32], d: NDArray[np.float64], n_groups: int = 0
) -> csr_array:
    """A-inverse by Henderson's rules: each animal adds ``w w' / d`` with w = 1 for itself, -1/2 for known parents.

    Parameters
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents in any order, -1 when unknown.
    d : float64, shape (n_animals,)
        Mendelian sampling variances, above 0.
    n_groups : int
        Groups of unknown parents, at positions ``n_animals + k`` in `sire` and `dam`.

    Returns
    -------
    csr_array of float64, shape (n_animals + n_groups, n_animals + n_groups)
        Symmetric, sorted indices.

    References
    ----------
    Henderson 1976, Biometrics 32:69; Quaas 1976, Biometrics 32:949; Quaas 1988, J Dairy Sci 71:1338.
    """
    n = len(sire)
    member = np.column_stack([np.arange(n, dtype=np.int32), sire, dam])
    weight = np.array([1.0, -0.5, -0.5])
    rows, columns, values = [], [], []
    for a in range(3):
        for b in range(3):
            known = (member[:, a] >= 0) & (member[:, b] >= 0)
            rows.append(member[known, a])
            columns.append(member[known, b])
            values.append(weight[a] * weight[b] / d[known])
    triplets = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return csr_array(coo_array(triplets, shape=(n + n_groups, n + n_groups)))
