"""Reliabilities without the inverse of the equations: information from records, parents, sibs and progeny."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..pedigree.pedigree import Pedigree
from .clusters import answer, gather, speak
from .links import Links, links_of
from .passing import Messages, first_messages, sweep

Floats = NDArray[np.float64]
ROUNDS = 30
SETTLED = 1e-4
ROUNDING = 1e-12


def approximate_reliabilities(
    equations: Equations, observed: NDArray[np.bool_], pedigree: Pedigree, inbreeding: Floats | None
) -> tuple[Floats, Floats]:
    """Reliabilities of all animals, in time and memory that grow with their number.

    Every record tells each level that it belongs to what is left of its residual precision once the uncertainty of all
    its other levels is taken off; parents, offspring and full sibs tell each other likewise, family by family. This
    repeats until no reliability changes by more than 1e-4. It is exact where the graph of records, levels and families
    has no loop. Beyond that: parents of an inbred animal count as unrelated, metafounders and groups as known, and
    offspring of one parent in the same fixed class tell of it only by what sets them apart from the other records.

    Parameters
    ----------
    equations : Equations
        With a genetic block.
    observed : bool, shape (n_records, t)
        Traits that a record has.
    pedigree : Pedigree
    inbreeding : float64, shape (n_animals,), optional
        Left out where the equations ignore it.

    Returns
    -------
    reliability : float64, shape (n_animals, n_columns)
        At least 0 and below 1 by construction; 0 without any information.
    variance : float64, shape (n_animals, n_columns)
        ``var_a (1 + F)``, by which the prediction error variances were divided.

    References
    ----------
    Misztal and Wiggans 1988, J Dairy Sci 71 (Suppl 2):27; Strabel et al. 2001, J Dairy Sci 84:523; Tier and Meyer 2004,
    J Anim Breed Genet 121:77; belief propagation: Weiss and Freeman 2001, Neural Comput 13:2173.
    """
    links = links_of(equations.design, observed, pedigree, inbreeding)
    state = first_messages(links.inheritance)
    clusters = [links.animal, *([links.fostered] if links.fostered else []), *links.classes]
    messages = np.zeros((len(clusters), len(observed), *(2 * observed.shape[1:])))
    gathered = [np.zeros((cluster.n_levels, *cluster.precision.shape)) for cluster in clusters]
    r_inverse, reliability = equations.residual_inverse, np.zeros(links.variance.shape)
    for round_ in range(ROUNDS):
        acting = len(clusters) if round_ else len(clusters) - len(links.classes)
        outside = _outside(links, state, gathered)
        for k in range(acting):
            answer(clusters[k], gathered[k], outside[k], messages[k])
        speak(observed, r_inverse.indptr, r_inverse.indices, r_inverse.data, messages)
        gathered = [gather(cluster, at) for cluster, at in zip(clusters, messages, strict=True)]
        sweep(links.inheritance, _own(links, gathered[0]), _fostered(links, gathered), state)
        before, reliability = reliability, _reliability(links, state)
        if np.abs(reliability - before).max(initial=0.0) < SETTLED:
            break
    return reliability, links.variance


def _reliability(links: Links, state: Messages) -> Floats:
    columns = range(links.variance.shape[1])
    pev = np.linalg.inv(state.above + state.below)[:, columns, columns]
    reliability: Floats = 1.0 - pev / links.variance
    reliability[np.abs(reliability) < ROUNDING] = 0.0
    return reliability


def _own(links: Links, gathered: Floats) -> Floats:
    """What the records of each animal say of it and its dam, (n_animals, q, q), the permanent environment absorbed."""
    q, a = len(links.inheritance.prior) + len(links.inheritance.from_dam), len(links.place)
    into, rows = np.zeros((len(gathered), q, q)), (links.place[:, None], links.place)
    into[:, *rows] = gathered[:, :a, :a]
    if a < gathered.shape[1]:
        across = gathered[:, :a, a:]
        lasting = gathered[:, a:, a:] + links.animal.precision[a:, a:]
        into[:, *rows] -= across @ np.linalg.inv(lasting) @ across.transpose(0, 2, 1)
    return into


def _fostered(links: Links, gathered: list[Floats]) -> Floats:
    """What records of others than its offspring say of each animal, (n_animals, k, k)."""
    k, of_dam = len(links.inheritance.prior), links.inheritance.from_dam
    into = np.zeros((len(links.variance), k, k))
    if links.fostered is not None:
        into[:, of_dam[:, None], of_dam] = gathered[1]
    return into


def _outside(links: Links, state: Messages, gathered: list[Floats]) -> list[Floats]:
    """What is known of the levels of each cluster without the records that act on them."""
    k, a = len(links.inheritance.prior), len(links.place)
    around = state.around.copy()
    around[:, :k, :k] += state.below
    known = np.zeros((len(around), *links.animal.precision.shape)) + links.animal.precision
    known[:, :a, :a] += _of_some(around, links.place)
    outside = [known]
    if links.fostered is not None:
        outside.append(_of_some(state.above + state.below - _fostered(links, gathered), links.inheritance.from_dam))
    return outside + [cluster.precision[None] for cluster in links.classes]


def _of_some(precision: Floats, some: NDArray[np.int64]) -> Floats:
    """The information of `precision` (n, q, q) on some of its coefficients alone."""
    if np.array_equal(some, np.arange(precision.shape[1])):
        return precision
    return np.asarray(np.linalg.inv(np.linalg.inv(precision)[:, some[:, None], some]))
