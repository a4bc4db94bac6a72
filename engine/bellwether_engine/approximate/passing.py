"""Information that flows along a pedigree: up from progeny, down from parents, family by family."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .families import Families
from .matrices import add, first_of, invert, project, without

Floats = NDArray[np.float64]


class Inheritance(NamedTuple):
    """What animals have and hand on; kernels take it whole.

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


class Messages(NamedTuple):
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


class Ways(NamedTuple):
    """How an animal itself, its sire and its dam (k coefficients each) enter the q of its records, each (q, k)."""

    itself: Floats
    by_sire: Floats
    by_dam: Floats


class Room(NamedTuple):
    """Memory that the kernels write over: two (q, q), and (2 q + 2 k, k)."""

    s: Floats
    one: Floats
    scratch: Floats


def first_messages(inheritance: Inheritance) -> Messages:
    """Nothing known but the variances."""
    n, k = len(inheritance.d), len(inheritance.prior)
    q, n_families = k + len(inheritance.from_dam), len(inheritance.families.sire)
    around = np.zeros((n, q, q))
    around[:, range(k, q), range(k, q)] = 1.0
    _founders(inheritance, around)
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
    k = len(inheritance.prior)
    ways = ways_of(inheritance.is_inherited, inheritance.from_dam)
    total = messages.above + messages.below
    messages.below[:] = fostered
    founder = np.ones(len(own), dtype=bool)
    founder[inheritance.families.child] = False
    messages.above[founder] = messages.around[founder, :k, :k] + own[founder, :k, :k]
    _up(inheritance, ways, own, total, messages)
    _down(inheritance, ways, own, messages)


def ways_of(is_inherited: NDArray[np.bool_], from_dam: NDArray[np.int64]) -> Ways:
    """An animal has half of the inherited coefficients of each parent; of the dam, its records may take more."""
    k, more = len(is_inherited), len(from_dam)
    half = np.diag(np.where(is_inherited, 0.5, 0.0))
    nothing = np.zeros((more, k))
    return Ways(np.vstack([np.eye(k), nothing]), np.vstack([half, nothing]), np.vstack([half, np.eye(k)[from_dam]]))


@njit(cache=True, nogil=True, error_model="numpy")
def _room(q: int, k: int) -> Room:
    """Memory for one pass, so that no step asks for some."""
    return Room(np.empty((q, q)), np.empty((q, q)), np.empty((2 * q + 2 * k, k)))


@njit(cache=True, nogil=True, error_model="numpy")
def _sampling(i: int, inheritance: Inheritance, into: Floats) -> None:
    """`into` (k, k) <- the precision of what animal i does not get from its parents: ``G^-1 / d_i`` for what it
    inherits, the prior for its permanent coefficients."""
    prior, is_inherited, d = inheritance.prior, inheritance.is_inherited, inheritance.d[i]
    for a in range(len(prior)):
        for b in range(len(prior)):
            into[a, b] = prior[a, b] / d if is_inherited[a] and is_inherited[b] else prior[a, b]


@njit(cache=True, nogil=True, error_model="numpy")
def _founders(inheritance: Inheritance, around: Floats) -> None:
    """`around` (n_animals, q, q): its first k coefficients <- those of animals without known parents."""
    k = len(inheritance.prior)
    for i in range(len(inheritance.d)):
        _sampling(i, inheritance, around[i, :k, :k])


@njit(cache=True, nogil=True, error_model="numpy")
def _but(above: Floats, below: Floats, from_here: Floats, into: Floats) -> None:
    """``into = above + below - from_here``, (k, k): what is known of a parent without one of its families, which must
    not hear its own message again."""
    for a in range(len(into)):
        for b in range(len(into)):
            into[a, b] = above[a, b] + below[a, b] - from_here[a, b]


@njit(cache=True, nogil=True, error_model="numpy")
def _child(
    i: int, parent: int, inheritance: Inheritance, own: Floats, below: Floats, itself: Floats, s: Floats,
    scratch: Floats,
) -> None:  # fmt: skip
    """`s` (q, q) <- what child i says of the mean of its parents and of its dam; `scratch` (2 q + 2 k, k)."""
    q, k = itself.shape
    # What its records say, as far as it reaches the parent, and what its progeny says.
    for a in range(q):
        for b in range(q):
            s[a, b] = inheritance.reach[i, parent] * own[i, a, b]
    for a in range(k):
        for b in range(k):
            s[a, b] += below[i, a, b]
    # The child is the mean of its parents and Mendelian sampling, which is eliminated: s - s W (W's W + P)^-1 W's.
    sampling = scratch[2 * q + k :]
    _sampling(i, inheritance, sampling)
    without(s, itself, sampling, scratch[: 2 * q + k])


@njit(cache=True, nogil=True, error_model="numpy")
def _children(
    f: int, parent: int, inheritance: Inheritance, own: Floats, below: Floats, itself: Floats, room: Room
) -> None:
    """``room.s`` (q, q) <- what all children of family f say to a parent (0: sire, 1: dam): independent, given the
    parents, so that it adds up."""
    start, child = inheritance.families.start, inheritance.families.child
    room.s[:] = 0.0
    for c in range(start[f], start[f + 1]):
        _child(child[c], parent, inheritance, own, below, itself, room.one, room.scratch)
        add(room.one, room.s)


@njit(cache=True, nogil=True, error_model="numpy")
def _up(inheritance: Inheritance, ways: Ways, own: Floats, total: Floats, messages: Messages) -> None:
    """Messages of all families to their parents, the youngest family first: `total` (n_animals, k, k) is what was known
    of each animal before; fills ``to_sire``, ``to_dam`` and adds them to ``below``."""
    sire, dam = inheritance.families.sire, inheritance.families.dam
    below, to_sire, to_dam = messages.below, messages.to_sire, messages.to_dam
    q, k = ways.itself.shape
    room = _room(q, k)
    s, narrow = room.s, room.scratch[: 2 * q + k]
    of_sire, of_dam, nothing = np.empty((k, k)), np.empty((k, k)), np.zeros((k, k))
    for f in range(len(sire) - 1, -1, -1):
        if sire[f] >= 0:
            _but(total[sire[f]], nothing, to_sire[f], of_sire)
        # To the dam: what the children say, with the sire eliminated, at what is known of him.
        if dam[f] >= 0:
            _but(total[dam[f]], nothing, to_dam[f], of_dam)
            _children(f, 1, inheritance, own, below, ways.itself, room)
            if sire[f] >= 0:
                without(s, ways.by_sire, of_sire, narrow)
            to_dam[f] = 0.0
            project(s, ways.by_dam, to_dam[f])
            add(to_dam[f], below[dam[f]])
        # To the sire: the same with the dam eliminated.
        if sire[f] >= 0:
            _children(f, 0, inheritance, own, below, ways.itself, room)
            if dam[f] >= 0:
                without(s, ways.by_dam, of_dam, narrow)
            to_sire[f] = 0.0
            project(s, ways.by_sire, to_sire[f])
            add(to_sire[f], below[sire[f]])


@njit(cache=True, nogil=True, error_model="numpy")
def _down(inheritance: Inheritance, ways: Ways, own: Floats, messages: Messages) -> None:
    """From parents and full sibs to each child, the oldest family first: fills ``around`` and ``above``."""
    sire, dam = inheritance.families.sire, inheritance.families.dam
    start, child = inheritance.families.start, inheritance.families.child
    around, above, below = messages.around, messages.above, messages.below
    q, k = ways.itself.shape
    room = _room(q, k)
    s, one, sampling = room.s, room.one, np.empty((k, k))
    parents, pair = np.empty((2 * k, 2 * k)), np.empty((2 * k, 2 * k))
    both, turned = np.zeros((q, 2 * k)), np.zeros((2 * k, q))
    for f in range(len(sire)):
        # What is known of both parents without this family; a parent that is unknown has a part in nothing.
        parents[:] = 0.0
        for p in range(2 * k):
            parents[p, p] = 1.0
        if sire[f] >= 0:
            _but(above[sire[f]], below[sire[f]], messages.to_sire[f], parents[:k, :k])
        if dam[f] >= 0:
            _but(above[dam[f]], below[dam[f]], messages.to_dam[f], parents[k:, k:])
        for a in range(q):
            for b in range(k):
                both[a, b] = turned[b, a] = ways.by_sire[a, b] if sire[f] >= 0 else 0.0
                both[a, k + b] = turned[k + b, a] = ways.by_dam[a, b] if dam[f] >= 0 else 0.0
        _children(f, 0, inheritance, own, below, ways.itself, room)
        for c in range(start[f], start[f + 1]):
            i = child[c]
            # The sibs of child i, which are all children but itself, tell of the parents; then their variance.
            _child(i, 0, inheritance, own, below, ways.itself, one, room.scratch)
            for a in range(q):
                for b in range(q):
                    one[a, b] = s[a, b] - one[a, b]
            pair[:] = parents
            if start[f + 1] - start[f] > 1:
                project(one, both, pair)
            invert(pair)
            # The variance of child i: Mendelian sampling, and that of the parents on their ways to it.
            _sampling(i, inheritance, sampling)
            invert(sampling)
            one[:] = 0.0
            for a in range(k):
                for b in range(k):
                    one[a, b] = sampling[a, b]
            for a in range(k, q):
                if dam[f] < 0:
                    one[a, a] = 1.0
            project(pair, turned, one)
            # As a precision it is what surrounds the child; with its own records, what its progeny hears.
            invert(one)
            around[i] = one
            add(own[i], one)
            first_of(one, k, above[i])
