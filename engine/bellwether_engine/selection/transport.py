"""Mating plans as linear and integer programs, their bounds, and why there is none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array, vstack

from ..errors import ModelError
from .linear import LinearProblem, solve_linear
from .rules import PLACE, SHOWN, Flags, MatingRules, Whole, refuse_ewes

Matrix = NDArray[np.float64]
Term = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]


def transport(worth: Matrix, ram: NDArray[np.intp], ewe: NDArray[np.intp], low: Whole, high: Whole) -> LinearProblem:
    """One variable per permitted pair; each ewe once, each ram within its limits (Hitchcock 1941, J Math Phys 20:224).

    Its matrix is totally unimodular: every vertex has whole numbers.
    """
    (n_rams, n_ewes), pair, ones = worth.shape, np.arange(len(ram)), np.ones(len(ram))
    matrix = _rows(n_ewes + n_rams, len(ram), (ewe, pair, ones), (n_ewes + ram, pair, ones))
    lower, upper = (np.concatenate([np.ones(n_ewes), limit]) for limit in (low, high))
    return LinearProblem(worth[ram, ewe], matrix, lower, upper, 0.0 * ones, ones)


def price_bound(worth: Matrix, permitted: Flags, low: Whole, high: Whole, price: Matrix) -> float:
    """A number that no plan can exceed: each ewe takes its best ram at the `price` of a place with each ram, and each
    ram is paid for its limit. True for any prices, of either sign."""
    best = np.where(permitted, worth - price[:, None], -np.inf).max(axis=0)
    return float(best.sum() + np.maximum(price * low, price * high).sum())


def set_program(
    worth: Matrix, permitted: Flags, low: Whole, high: Whole, group: Whole, rules: MatingRules
) -> LinearProblem:
    """Beside the pairs x a binary y for each ram in each group, and z for each ram in use: ``x <= y <= z``."""
    n_rams, n_ewes = worth.shape
    ram, ewe = np.nonzero(permitted)
    n_pairs, n_groups = len(ram), int(group.max()) + 1
    n_sets = n_rams * n_groups
    size = n_pairs + n_sets + n_rams
    pair, one = np.arange(n_pairs), np.ones(n_pairs)
    each, one_set = np.arange(n_sets), np.ones(n_sets)
    y, z = n_pairs + each, n_pairs + n_sets + np.arange(n_rams)
    of_ram = (ram, pair, one)
    most = n_rams if rules.rams_per_group is None else rules.rams_per_group
    blocks = [
        (n_ewes, 1.0, 1.0, [(ewe, pair, one)]),
        (n_pairs, -np.inf, 0.0, [(pair, pair, one), (pair, y[ram * n_groups + group[ewe]], -one)]),
        (n_sets, -np.inf, 0.0, [(each, y, one_set), (each, z[each // n_groups], -one_set)]),
        (n_groups, -np.inf, float(most), [(each % n_groups, y, one_set)]),
        (n_rams, 0.0, np.inf, [of_ram, (np.arange(n_rams), z, -low.astype(np.float64))]),
        (n_rams, -np.inf, 0.0, [of_ram, (np.arange(n_rams), z, -high.astype(np.float64))]),
    ]
    least = np.zeros(size)
    least[z] = 0.0 if rules.is_minimum_if_used else 1.0
    values = np.zeros(size)
    values[:n_pairs] = worth[ram, ewe]
    return LinearProblem(
        values=values,
        matrix=csc_array(vstack([_rows(n, size, *terms) for n, _, _, terms in blocks])),
        row_lower=np.concatenate([np.full(n, lower) for n, lower, _, _ in blocks]),
        row_upper=np.concatenate([np.full(n, upper) for n, _, upper, _ in blocks]),
        lower=least,
        upper=np.ones(size),
        is_integer=np.arange(size) >= n_pairs,
    )


def rams_at_groups(x: Matrix, permitted: Flags, group: Whole) -> Flags:
    """The rams of each group in a solution of `set_program`, bool of shape (n_rams, n_groups)."""
    n_pairs, n_groups = int(permitted.sum()), int(group.max()) + 1
    chosen: Flags = x[n_pairs : n_pairs + len(permitted) * n_groups].reshape(-1, n_groups) > 0.5
    return chosen


def explain(permitted: Flags, low: Whole, high: Whole) -> None:
    """Refuse with the ewes that the permitted rams have no places for, or with the rams that lack ewes.

    The ewes are those that keep each other from a place: with all their rams full, any of them could be the one left
    out (Hall 1935, J London Math Soc 10:26).
    """
    ram, ewe = np.nonzero(permitted)
    program = transport(np.ones(permitted.shape), ram, ewe, np.zeros_like(low), high)
    relaxed = LinearProblem(
        program.values,
        program.matrix,
        np.zeros(len(program.row_lower)),
        program.row_upper,
        program.lower,
        program.upper,
    )
    x = solve_linear(relaxed).x
    mated = np.zeros(permitted.shape, dtype=np.bool_)
    mated[ram[x > 0.5], ewe[x > 0.5]] = True
    short = np.asarray(~mated.any(axis=0))
    if short.any():
        ewes, rams = _rivals(permitted, mated, short)
        places = int(high[rams].sum())
        message = (
            f"ewe {int(np.flatnonzero(short)[0])} cannot be mated: {len(ewes)} ewes have no rams but "
            f"{_named(rams)}, with {places} places"
        )
        raise refuse_ewes(message, "Raise the maximum of these rams, or allow their ewes other rams", ewes)
    lacking = np.flatnonzero(permitted.sum(axis=1) < low)
    if lacking.size or int(low.sum()) > permitted.shape[1]:
        which = f"rams {_named(lacking)} may have fewer" if lacking.size else f"there are {permitted.shape[1]}"
        message = f"the minima of the rams ask for {int(low.sum())} ewes: {which}"
        shown = tuple(int(i) for i in lacking[:SHOWN])
        raise ModelError("ram_minimum", message, place=PLACE, fix="Lower the minima", positions=shown)


def _rivals(permitted: Flags, mated: Flags, short: Flags) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Unmated ewes, the rams that they may have, the ewes of those rams, and so on."""
    ewes = short.copy()
    while True:
        rams = permitted[:, ewes].any(axis=1)
        wider = np.asarray(ewes | mated[rams].any(axis=0))
        if wider.sum() == ewes.sum():
            return np.flatnonzero(ewes), np.flatnonzero(rams)
        ewes = wider


def _named(rams: NDArray[np.intp]) -> str:
    return ", ".join(str(int(i)) for i in rams[:SHOWN]) + (", ..." if len(rams) > SHOWN else "")


def _rows(n_rows: int, size: int, *terms: Term) -> csc_array:
    row, column, value = (np.concatenate(parts) for parts in zip(*terms, strict=True))
    return csc_array(coo_array((value, (row, column)), shape=(n_rows, size)))
