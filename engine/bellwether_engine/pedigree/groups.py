"""Unknown parents that belong somewhere: genetic groups and metafounders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import block_diag, csr_array

from ..arguments import checked, covariance
from ..errors import ModelError, PedigreeError
from .positions import as_positions


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of unknown parents, or metafounders where they are related to each other.

    Without `gamma` the groups are fixed effects by the transformation of Quaas and Pollak; with it each group is a
    metafounder: one random parent with relationship ``gamma[k, k]`` to itself, so that founders are related.

    Attributes
    ----------
    sire, dam : int32, shape (n_animals,)
        Group of the unknown sire and dam, 0 .. n_groups - 1; -1 where the parent is known, or unknown without a group
        (such founders belong to the base, whose effect is 0).
    n_groups : int
    gamma : float64, shape (n_groups, n_groups), optional
        Relationships of the metafounders, symmetric and positive definite, diagonal below 2.

    Raises
    ------
    PedigreeError
        ``unknown_group`` for a number outside the groups, ``no_groups``, ``gamma`` for a matrix that is none.

    References
    ----------
    Quaas 1988, J Dairy Sci 71:1338; Westell et al. 1988, J Dairy Sci 71:1310; Legarra et al. 2015, Genetics 200:455.

    Examples
    --------
    >>> Groups(sire=[0, -1], dam=[1, 1], n_groups=2).is_random
    False
    >>> Groups(sire=[0, -1], dam=[0, 0], n_groups=1, gamma=0.4).gamma
    array([[0.4]])
    """

    sire: NDArray[np.int32]
    dam: NDArray[np.int32]
    n_groups: int
    gamma: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for name in ("sire", "dam"):
            object.__setattr__(self, name, as_positions(name, getattr(self, name), "pedigree", PedigreeError))
        if isinstance(self.n_groups, bool) or not isinstance(self.n_groups, int | np.integer) or self.n_groups < 1:
            message = f"n_groups is {self.n_groups!r}: there is no group"
            raise _refuse("no_groups", message, "Name at least one group, or leave groups out")
        for name, group in (("sire", self.sire), ("dam", self.dam)):
            wrong = np.flatnonzero((group < -1) | (group >= self.n_groups))
            if wrong.size:
                message = f"a group in {name} is not between 0 and {self.n_groups - 1}"
                raise _refuse("unknown_group", message, "Use -1 where there is no group", wrong)
        if self.gamma is not None:
            object.__setattr__(self, "gamma", _checked_gamma(self.gamma, self.n_groups))

    def of(self, animals: NDArray[np.intp]) -> Groups:
        """The same groups of some animals, in their order."""
        return Groups(self.sire[animals], self.dam[animals], self.n_groups, self.gamma)

    @property
    def is_random(self) -> bool:
        """Are the groups metafounders?"""
        return self.gamma is not None


def _refuse(code: str, message: str, fix: str, positions: NDArray[np.intp] | None = None) -> PedigreeError:
    shown = () if positions is None else tuple(int(i) for i in positions[:20])
    return PedigreeError(code, message, place="pedigree", fix=fix, positions=shown)


def _checked_gamma(gamma: ArrayLike, n_groups: int) -> NDArray[np.float64]:
    try:
        matrix = np.array(covariance(n_groups)("gamma", gamma, {}), dtype=np.float64)
    except ModelError as error:
        raise _refuse("gamma", error.message, error.fix) from error
    if np.linalg.eigvalsh(matrix)[0] <= 1e-10 or (np.diag(matrix) >= 2.0).any():
        fix = "Self-relationships lie between 0 and 2; add a little to the diagonal where metafounders are alike"
        raise _refuse("gamma", "gamma is not positive definite, or a diagonal element is 2 or more", fix)
    return matrix


def with_groups(
    sire: NDArray[np.int32], dam: NDArray[np.int32], groups: Groups | None
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Parents with unknown ones replaced by their group at position ``n_animals + k``.

    Raises
    ------
    PedigreeError
        ``shape`` (lengths differ) or ``parent_and_group`` (a known parent that has a group as well).
    """
    if groups is None:
        return sire, dam
    if groups.sire.shape != sire.shape or groups.dam.shape != dam.shape:
        raise _refuse("shape", "groups and pedigree differ in length", "Give one group per parent of each animal")
    both = np.flatnonzero(((sire >= 0) & (groups.sire >= 0)) | ((dam >= 0) & (groups.dam >= 0)))
    if both.size:
        raise _refuse("parent_and_group", "a known parent has a group", "Use -1 where the parent is known", both)
    n = np.int32(len(sire))
    parents = [
        np.where(group >= 0, n + group, parent).astype(np.int32)
        for parent, group in ((sire, groups.sire), (dam, groups.dam))
    ]
    return parents[0], parents[1]


def group_shares(
    sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32], n_groups: int
) -> NDArray[np.float64]:
    """Expected share Q of each group in each animal: the mean of its parents' shares.

    Parameters
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents, ``n_animals + k`` for group k, -1 for unknown without a group.
    order : int32, shape (n_animals,)
        Parents before offspring.
    n_groups : int

    Returns
    -------
    float64, shape (n_animals, n_groups)
        Rows sum to 1 where all unknown ancestors have a group.

    References
    ----------
    Quaas 1988, J Dairy Sci 71:1338.

    Examples
    --------
    An animal by two groups, and its offspring by a dam of the second:

    >>> import numpy as np
    >>> group_shares(np.array([2, 0], np.int32), np.array([3, 3], np.int32), np.arange(2, dtype=np.int32), 2)
    array([[0.5 , 0.5 ],
           [0.25, 0.75]])
    """
    shares = np.zeros((len(order) + n_groups, n_groups))
    shares[len(order) :] = np.eye(n_groups)
    _pass_down(sire, dam, order, shares)
    return shares[: len(order)]


@njit(cache=True)
def _pass_down(
    sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32], shares: NDArray[np.float64]
) -> None:
    """``Q_i = (Q_sire + Q_dam) / 2``, parents first (Quaas 1988)."""
    for i in order:
        for p in (sire[i], dam[i]):
            if p >= 0:
                shares[i] += 0.5 * shares[p]


def gamma_block(n_animals: int, gamma: NDArray[np.float64]) -> csr_array:
    """Gamma^-1 in the block of the metafounders, which A(Gamma)-inverse adds to the rules of Henderson."""
    return csr_array(block_diag([csr_array((n_animals, n_animals)), np.linalg.inv(gamma)], format="csr"))


@checked(gamma=covariance("g"))
def metafounder_scale(gamma: ArrayLike) -> float:
    """``1 + mean(diag Gamma) / 2 - mean(Gamma)``: what an additive variance of unrelated founders is divided by.

    Parameters
    ----------
    gamma : float64, shape (n_metafounders, n_metafounders)

    Returns
    -------
    float

    References
    ----------
    Legarra et al. 2015, Genetics 200:455.

    Examples
    --------
    >>> round(metafounder_scale(0.4), 12)
    0.8
    """
    matrix = np.atleast_2d(np.asarray(gamma, dtype=np.float64))
    return float(1.0 + 0.5 * np.diag(matrix).mean() - matrix.mean())
