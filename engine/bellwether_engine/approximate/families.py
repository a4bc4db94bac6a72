"""Information that flows along a pedigree: up from progeny, down from parents, family by family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .matrices import add, first_of, invert, project, without

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Families:
    """Full sibs with their parents.

    Attributes
    ----------
    sire, dam : int32, shape (n_families,)
        Of each family, -1 where unknown; never both. A family stands after those of its parents.
    start : int64, shape (n_families + 1,)
    child : int32, shape (n_children,)
        Children of family f are ``child[start[f]:start[f + 1]]``.
    """

    sire: Ints
    dam: Ints
    start: NDArray[np.int64]
    child: Ints


def nuclear_families(sire: Ints, dam: Ints, order: Ints) -> Families:
    """Group animals by their parents.

    Parameters
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents, -1 when unknown.
    order : int32, shape (n_animals,)
        Parents before offspring.

    Examples
    --------
    >>> families = nuclear_families(np.array([-1, -1, 0, 0, 2]), np.array([-1, -1, 1, 1, 1]), np.arange(5))
    >>> families.sire, families.start, families.child
    (array([0, 2], dtype=int32), array([0, 2, 3]), array([2, 3, 4], dtype=int32))
    """
    rank = np.empty(len(order) + 1, np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = -1
    child = np.flatnonzero((sire >= 0) | (dam >= 0))
    s, d = sire[child], dam[child]
    sorting = np.lexsort((child, d, s, np.maximum(rank[s], rank[d])))
    child, s, d = child[sorting], s[sorting], d[sorting]
    new = np.ones(len(child), dtype=bool)
    new[1:] = (s[1:] != s[:-1]) | (d[1:] != d[:-1])
    first = np.flatnonzero(new)
    start = np.append(first, len(child)).astype(np.int64)
    return Families(s[first].astype(np.int32), d[first].astype(np.int32), start, child.astype(np.int32))


@dataclass(frozen=True, eq=False)
class Inheritance:
    """What animals have and hand on.

    An animal has k coefficients: those that it inherits, then permanent ones of its own. A record depends on the k of
    its animal and on some of its dam: q together.

    Attributes
    ----------
    families : Families
    d : float64, shape (n_animals,)
        Mendelian sampling variance of each animal, as a share of the additive variance.
    prior : float64, shape (k, k)
        Inverse of the covariance matrix of a founder; zero between inherited and permanent coefficients.
    is_inherited : bool, shape (k,)
    from_dam : int64, shape (q - k,)
        Coefficients of the dam that act on the records of her offspring.
    reach : float64, shape (n_animals, 2)
        Share of the information of an animal's records that reaches its sire and its dam: what sets it apart from
        their other offspring in the same class of a fixed effect says nothing of them.
    """

    families: Families
    d: Floats
    prior: Floats
    is_inherited: NDArray[np.bool_]
    from_dam: NDArray[np.int64]
    reach: Floats


@dataclass(frozen=True, eq=False)
class Messages:
    """Precisions in the pedigree.

    Attributes
    ----------
    around : float64, shape (n_animals, q, q)
        Of an animal and of what its records take from the dam, without its own records and progeny.
    above : float64, shape (n_animals, k, k)
        Of an animal without its progeny.
    below : float64, shape (n_animals, k, k)
        What its progeny (and foster progeny) say.
    to_sire, to_dam : float64, shape (n_families, k, k)
        The share of `below` that comes from each family.
    """

    around: Floats
    above: Floats
    below: Floats
    to_sire: Floats
    to_dam: Floats


def first_messages(inheritance: Inheritance) -> Messages:
    """Nothing known but the variances."""
    n, k = len(inheritance.d), len(inheritance.prior)
    q, n_families = k + len(inheritance.from_dam), len(inheritance.families.sire)
    around = np.zeros((n, q, q))
    around[:, range(k, q), range(k, q)] = 1.0
    _founders(inheritance.d, inheritance.prior, inheritance.is_inherited, around)
    above = around[:, :k, :k].copy()
    nothing = np.zeros((n_families, k, k))
    return Messages(around, above, np.zeros((n, k, k)), nothing, nothing.copy())


def sweep(inheritance: Inheritance, own: Floats, fostered: Floats, messages: Messages) -> None:
    """Carry information up to all ancestors and down to all descendants, once.

    Parameters
    ----------
    inheritance : Inheritance
    own : float64, shape (n_animals, q, q)
        What the records of each animal say of it and of its dam.
    fostered : float64, shape (n_animals, k, k)
        What records of others than its offspring say of it.
    messages : Messages
        Changed in place.

    Notes
    -----
    Gaussian belief propagation on the graph of nuclear families (the peeling of Elston and Stewart 1971): exact after
    a few sweeps where families form no loops; where they do, what goes round a loop counts more than once.
    """
    families, k = inheritance.families, len(inheritance.prior)
    tree = families.sire, families.dam, families.start, families.child
    passing = inheritance.d, inheritance.prior, inheritance.is_inherited, inheritance.reach
    ways = ways_of(inheritance.is_inherited, inheritance.from_dam)
    total = messages.above + messages.below
    messages.below[:] = fostered
    founder = np.ones(len(own), dtype=bool)
    founder[families.child] = False
    messages.above[founder] = messages.around[founder, :k, :k] + own[founder, :k, :k]
    _up(tree, passing, ways, own, total, messages.below, messages.to_sire, messages.to_dam)
    state = messages.around, messages.above, messages.below, messages.to_sire, messages.to_dam
    _down(tree, passing, ways, own, state)


Tree = tuple[Ints, Ints, NDArray[np.int64], Ints]
Passing = tuple[Floats, Floats, NDArray[np.bool_], Floats]
Ways = tuple[Floats, Floats, Floats]
State = tuple[Floats, Floats, Floats, Floats, Floats]


def ways_of(is_inherited: NDArray[np.bool_], from_dam: NDArray[np.int64]) -> Ways:
    """How an animal itself, its sire and its dam (k each) enter the q of its records, float64 of shape (q, k)."""
    k, more = len(is_inherited), len(from_dam)
    half = np.diag(np.where(is_inherited, 0.5, 0.0))
    nothing = np.zeros((more, k))
    return np.vstack([np.eye(k), nothing]), np.vstack([half, nothing]), np.vstack([half, np.eye(k)[from_dam]])


@njit(cache=True, nogil=True, error_model="numpy")
def _sampling(d: float, prior: Floats, is_inherited: NDArray[np.bool_], into: Floats) -> None:
    """Precision of what an animal does not get from its parents."""
    for a in range(len(prior)):
        for b in range(len(prior)):
            into[a, b] = prior[a, b] / d if is_inherited[a] and is_inherited[b] else prior[a, b]


@njit(cache=True, nogil=True, error_model="numpy")
def _founders(d: Floats, prior: Floats, is_inherited: NDArray[np.bool_], around: Floats) -> None:
    k = len(prior)
    for i in range(len(d)):
        _sampling(d[i], prior, is_inherited, around[i, :k, :k])


@njit(cache=True, nogil=True, error_model="numpy")
def _but(above: Floats, below: Floats, from_here: Floats, into: Floats) -> None:
    """What is known of a parent without one of its families."""
    for a in range(len(into)):
        for b in range(len(into)):
            into[a, b] = above[a, b] + below[a, b] - from_here[a, b]


@njit(cache=True, nogil=True, error_model="numpy")
def _child(
    i: int, parent: int, passing: Passing, own: Floats, below: Floats, itself: Floats, s: Floats, scratch: Floats
) -> None:
    """``s <-`` what child i says of the mean of its parents and of its dam; `scratch` (2 q + 2 k, k)."""
    d, prior, is_inherited, reach = passing
    q, k = itself.shape
    for a in range(q):
        for b in range(q):
            s[a, b] = reach[i, parent] * own[i, a, b]
    for a in range(k):
        for b in range(k):
            s[a, b] += below[i, a, b]
    sampling = scratch[2 * q + k :]
    _sampling(d[i], prior, is_inherited, sampling)
    without(s, itself, sampling, scratch[: 2 * q + k])


@njit(cache=True, nogil=True, error_model="numpy")
def _children(
    f: int, parent: int, tree: Tree, passing: Passing, own: Floats, below: Floats, itself: Floats, s: Floats,
    one: Floats, scratch: Floats,
) -> None:  # fmt: skip
    """``s <-`` what all children of family f say to a parent (0: sire, 1: dam)."""
    _, _, start, child = tree
    s[:] = 0.0
    for c in range(start[f], start[f + 1]):
        _child(child[c], parent, passing, own, below, itself, one, scratch)
        add(one, s)


@njit(cache=True, nogil=True, error_model="numpy")
def _up(
    tree: Tree, passing: Passing, ways: Ways, own: Floats, total: Floats, below: Floats, to_sire: Floats, to_dam: Floats
) -> None:
    sire, dam, _, _ = tree
    itself, by_sire, by_dam = ways
    q, k = itself.shape
    s, one, nothing = np.empty((q, q)), np.empty((q, q)), np.zeros((k, k))
    scratch, of_sire, of_dam = np.empty((2 * q + 2 * k, k)), np.empty((k, k)), np.empty((k, k))
    for f in range(len(sire) - 1, -1, -1):
        if sire[f] >= 0:
            _but(total[sire[f]], nothing, to_sire[f], of_sire)
        if dam[f] >= 0:
            _but(total[dam[f]], nothing, to_dam[f], of_dam)
            _children(f, 1, tree, passing, own, below, itself, s, one, scratch)
            if sire[f] >= 0:
                without(s, by_sire, of_sire, scratch[: 2 * q + k])
            to_dam[f] = 0.0
            project(s, by_dam, to_dam[f])
            add(to_dam[f], below[dam[f]])
        if sire[f] >= 0:
            _children(f, 0, tree, passing, own, below, itself, s, one, scratch)
            if dam[f] >= 0:
                without(s, by_dam, of_dam, scratch[: 2 * q + k])
            to_sire[f] = 0.0
            project(s, by_sire, to_sire[f])
            add(to_sire[f], below[sire[f]])


@njit(cache=True, nogil=True, error_model="numpy")
def _down(tree: Tree, passing: Passing, ways: Ways, own: Floats, state: State) -> None:
    sire, dam, start, child = tree
    d, prior, is_inherited, _ = passing
    around, above, below, to_sire, to_dam = state
    itself, by_sire, by_dam = ways
    q, k = itself.shape
    s, one, scratch, sampling = np.empty((q, q)), np.empty((q, q)), np.empty((2 * q + 2 * k, k)), np.empty((k, k))
    parents, pair = np.empty((2 * k, 2 * k)), np.empty((2 * k, 2 * k))
    both, turned = np.zeros((q, 2 * k)), np.zeros((2 * k, q))
    for f in range(len(sire)):
        parents[:] = 0.0
        for p in range(2 * k):
            parents[p, p] = 1.0
        if sire[f] >= 0:
            _but(above[sire[f]], below[sire[f]], to_sire[f], parents[:k, :k])
        if dam[f] >= 0:
            _but(above[dam[f]], below[dam[f]], to_dam[f], parents[k:, k:])
        for a in range(q):
            for b in range(k):
                both[a, b] = turned[b, a] = by_sire[a, b] if sire[f] >= 0 else 0.0
                both[a, k + b] = turned[k + b, a] = by_dam[a, b] if dam[f] >= 0 else 0.0
        _children(f, 0, tree, passing, own, below, itself, s, one, scratch)
        for c in range(start[f], start[f + 1]):
            i = child[c]
            _child(i, 0, passing, own, below, itself, one, scratch)
            for a in range(q):
                for b in range(q):
                    one[a, b] = s[a, b] - one[a, b]
            pair[:] = parents
            if start[f + 1] - start[f] > 1:
                project(one, both, pair)
            invert(pair)
            _sampling(d[i], prior, is_inherited, sampling)
            invert(sampling)
            one[:] = 0.0
            for a in range(k):
                for b in range(k):
                    one[a, b] = sampling[a, b]
            for a in range(k, q):
                if dam[f] < 0:
                    one[a, a] = 1.0
            project(pair, turned, one)
            invert(one)
            around[i] = one
            add(own[i], one)
            first_of(one, k, above[i])
