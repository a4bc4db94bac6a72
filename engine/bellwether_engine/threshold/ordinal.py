"""What an ordinal trait must fulfil."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..equations.design import Design
from ..errors import ModelError
from ..model.records import Records

CATEGORIES = 50


def check_ordinal(
    traits: tuple[str, ...], ordinal: tuple[str, ...], residual: NDArray[np.float64], records: Records
) -> None:
    """Refuse what the threshold model does not carry out.

    Raises
    ------
    ModelError
        ``unknown_trait``, ``not_available`` (more than one trait, weights, residual classes), ``residual_not_one``,
        ``categories``.
    """
    if not ordinal:
        return
    place = f"traits.{ordinal[0]}"
    if set(ordinal) - set(traits):
        message = f"{ordinal[0]} is ordinal, but no trait of the model"
        raise ModelError("unknown_trait", message, place=place, fix="Name a trait of the model")
    _check_alone(traits, records, place)
    if not np.allclose(residual, 1.0):
        message = "the residual variance of an ordinal trait is 1"
        fix = "Set residual = 1: liability is measured in residual standard deviations"
        raise ModelError("residual_not_one", message, place="variances.residual", fix=fix)
    count = len(np.unique(records.values[np.isfinite(records.values)]))
    if not 2 <= count <= CATEGORIES:
        message = f"{ordinal[0]} has {count} categories"
        raise ModelError("categories", message, place=place, fix=f"2 to {CATEGORIES} categories; else a linear trait")


def _check_alone(traits: tuple[str, ...], records: Records, place: str) -> None:
    """Refuse what the likelihood of one liability with residual variance 1 has no place for."""
    if len(traits) > 1:
        message = "not available in this version: categories are fitted to one liability, without residual covariances"
        fix = "Fit the ordinal trait alone, or code it as a linear trait beside the others"
        raise ModelError("not_available", message, place=place, fix=fix)
    if records.weights is not None or records.residual_class is not None:
        message = "every liability has residual variance 1: weights and residual classes have no place in it"
        fix = "Leave them out; give an animal seen several times one row for each"
        raise ModelError("not_available", message, place=place, fix=fix)


def refuse_extremes(design: Design, category: NDArray[np.int64], highest: int) -> None:
    """Refuse a fixed level with all its records in the lowest or the highest category: its estimate is infinite."""
    for block in design.fixed:
        if block.column is None:
            continue
        rows = np.flatnonzero(design.observed[:, block.trait])
        level = block.column[rows]
        for end in (0, highest):
            others = np.bincount(level[category != end], minlength=len(block.level))
            for k in np.flatnonzero(others == 0):
                word = "lowest" if end == 0 else "highest"
                message = f"a level of {block.effect} has all its records in the {word} category: it has no estimate"
                fix = "Merge the level with another one, or make the effect random"
                shown = tuple(int(i) for i in rows[level == k][:20])
                raise ModelError("extreme_category", message, place=f"effects.{block.effect}", fix=fix, positions=shown)
