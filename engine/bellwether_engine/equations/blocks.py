"""The columns of the design: fixed blocks by effect and trait, random blocks by effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..model.effect import Effect
from ..model.records import Records
from ..pedigree.pedigree import Pedigree
from ..solution.parts import Notice
from .basis import legendre
from .checks import check_positions, class_codes, covariate, refuse_rows

CONSTANT, FAR = 1e-12, 1e3


@dataclass(frozen=True, eq=False)
class FixedBlock:
    """Columns of one fixed effect on one trait (index `trait`).

    `level` (m,) are codes (class), or 0 .. m-1. `column` (n_records,) is the column of each record for classes;
    `values` (n_records, m) the regressors otherwise, of a covariate less `origin`.
    """

    effect: str
    trait: int
    kind: Literal["mean", "class", "covariate", "curve"]
    level: NDArray[np.int32]
    column: NDArray[np.int32] | None = None
    values: NDArray[np.float64] | None = None
    origin: float = 0.0

    @property
    def is_class(self) -> bool:
        """Does every record belong to exactly one of its columns?"""
        return self.column is not None


@dataclass(frozen=True, eq=False)
class Member:
    """One coefficient of a random block: it acts on `trait` through `value` at `level` (-1: not on this record)."""

    trait: int
    label: str
    level: NDArray[np.int32]
    value: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class RandomBlock:
    """Levels with `len(members)` coefficients each; their covariance matrix is found under `variance_of`."""

    effect: str
    variance_of: str
    level: NDArray[np.int32]
    members: tuple[Member, ...]
    is_genetic: bool = False


def observed_by(records: Records, effect: Effect, traits: tuple[str, ...]) -> tuple[list[int], NDArray[np.bool_]]:
    """Indices of the traits of an effect, and the records that have at least one of them."""
    acting = effect.acts_on(traits)
    return acting, np.asarray(np.isfinite(records.values[:, acting]).any(axis=1))


def fixed_blocks(effects: tuple[Effect, ...], traits: tuple[str, ...], records: Records) -> list[FixedBlock]:
    """Fixed blocks, by effect and then trait; means first, for the traits without a fixed class effect."""
    blocks: list[FixedBlock] = []
    for effect in effects:
        acting, observed = observed_by(records, effect, traits)
        if effect.kind == "fixed":
            codes = class_codes(records, effect, observed)
            blocks += [_class_block(effect.name, trait, codes, records) for trait in acting]
        elif effect.kind == "covariate":
            values = regressors(records, effect, observed)
            kind: Literal["covariate", "curve"] = "covariate" if effect.basis is None else "curve"
            level = np.arange(values.shape[1], dtype=np.int32)
            for trait in acting:
                seen = np.isfinite(records.values[:, trait])
                origin = origin_of(values[seen, 0]) if effect.basis is None else 0.0
                own = values if origin == 0.0 else np.where(seen[:, None], values - origin, 0.0)
                blocks.append(FixedBlock(effect.name, trait, kind, level, values=own, origin=origin))
    with_class = {block.trait for block in blocks if block.is_class}
    zero = np.zeros(records.n_records, np.int32)
    means = [
        FixedBlock("mean", trait, "mean", np.zeros(1, np.int32), column=zero)
        for trait in range(len(traits))
        if trait not in with_class
    ]
    return means + blocks


def origin_of(values: NDArray[np.float64]) -> float:
    """A round number near the mean of a covariate that lies 1,000 times its spread from 0, else 0: there rounding would
    mix its slope with the mean.

    Examples
    --------
    >>> origin_of(np.array([20_230.0, 20_240.0, 20_261.0])), origin_of(np.array([90.0, 100.0]))
    (20240.0, 0.0)
    """
    if values.size == 0:
        return 0.0
    spread, mean = float(np.std(values)), float(np.mean(values))
    if not abs(mean) > FAR * spread > FAR * CONSTANT * abs(mean):
        return 0.0
    step = 10.0 ** np.floor(np.log10(spread))
    return float(np.round(mean / step) * step)


def far_covariates(blocks: list[FixedBlock]) -> list[Notice]:
    """What is said of covariates whose origin was moved."""
    moved = sorted({(block.effect, block.origin) for block in blocks if block.origin != 0.0})
    message = "{} is measured from {:.12g}: the other fixed effects are solutions at that value"
    return [Notice("covariate_origin", message.format(name, origin), name) for name, origin in moved]


def _class_block(name: str, trait: int, codes: NDArray[np.int32], records: Records) -> FixedBlock:
    seen = np.isfinite(records.values[:, trait])
    level = np.unique(codes[seen])
    column = np.where(seen, np.searchsorted(level, codes), -1).astype(np.int32)
    return FixedBlock(name, trait, "class", level, column=column)


def regressors(records: Records, effect: Effect, observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Values of a covariate (n_records, 1), or of its basis (n_records, order + 1)."""
    basis = effect.basis
    if basis is None:
        return covariate(records, effect.name, effect, observed)[:, None]
    values = covariate(records, basis.on, effect, observed)
    outside = np.flatnonzero(((values < basis.lower) | (values > basis.upper)) & observed)
    if outside.size:
        message = f"{basis.on} lies outside the range {basis.lower:g} to {basis.upper:g} of the basis"
        fix = "Widen the range, or set the trait of that record to missing"
        raise refuse_rows("outside_range", message, f"effects.{effect.name}", fix, outside)
    return legendre(basis, np.where(observed, values, basis.lower))


def random_blocks(
    effects: tuple[Effect, ...], traits: tuple[str, ...], records: Records, pedigree: Pedigree
) -> tuple[list[RandomBlock], list[Notice]]:
    """Random blocks, the genetic one first, and warnings."""
    warnings: list[Notice] = []
    blocks = []
    genetic: list[Member] = []
    for kind in ("additive", "maternal"):
        for effect in (e for e in effects if e.kind == kind):
            level = records.animal if kind == "additive" else dams_of(records, effect, pedigree)
            genetic += _members(effect, traits, records, level, kind)
            _, observed = observed_by(records, effect, traits)
            orphans = int((observed & (level < 0)).sum())
            if orphans:
                message = f"{orphans} records have no known dam: the maternal effect is left out of them"
                warnings.append(Notice("unknown_dam", message, effect.name))
    if genetic:
        maternal = any(effect.kind == "maternal" for effect in effects)
        animals = np.arange(pedigree.n_animals + pedigree.n_groups, dtype=np.int32)
        name = next(effect.name for effect in effects if effect.kind == "additive")
        variance = "additive_maternal" if maternal else "additive"
        blocks.append(RandomBlock(name, variance, animals, tuple(genetic), is_genetic=True))
    for effect in effects:
        if effect.kind in ("random", "permanent", "permanent_dam"):
            block = _class_random(effect, traits, records, pedigree)
            blocks.append(block)
            warnings += _without_level(effect, traits, records, block)
    return blocks, warnings


def _without_level(effect: Effect, traits: tuple[str, ...], records: Records, block: RandomBlock) -> list[Notice]:
    """What is said of records that no level of a random effect acts on: their rows of Z are 0."""
    _, observed = observed_by(records, effect, traits)
    count = int((observed & (block.members[0].level < 0)).sum())
    if not count:
        return []
    code, what = ("unknown_dam", "known dam") if effect.kind == "permanent_dam" else ("unknown_level", effect.name)
    message = f"{count} records have no {what}: the effect {effect.name} adds nothing to them"
    return [Notice(code, message, effect.name)]


def _class_random(effect: Effect, traits: tuple[str, ...], records: Records, pedigree: Pedigree) -> RandomBlock:
    _, observed = observed_by(records, effect, traits)
    if effect.kind == "random":
        codes, variance = class_codes(records, effect, observed), f"random.{effect.name}"
    elif effect.kind == "permanent":
        codes, variance = records.animal, "permanent"
    else:
        codes, variance = dams_of(records, effect, pedigree), "permanent_dam"
    acting = observed & (codes >= 0)
    if not acting.any():
        place = f"effects.{effect.name}"
        raise ModelError("no_levels", f"effect {effect.name} has no level", place=place, fix="Fill in the column")
    level = np.unique(codes[acting])
    position = np.where(acting, np.searchsorted(level, codes), -1).astype(np.int32)
    return RandomBlock(effect.name, variance, level, tuple(_members(effect, traits, records, position, "")))


def _members(
    effect: Effect, traits: tuple[str, ...], records: Records, level: NDArray[np.int32], label: str
) -> list[Member]:
    acting, observed = observed_by(records, effect, traits)
    if effect.basis is None:
        return [Member(trait, label, level) for trait in acting]
    values = regressors(records, effect, observed)
    return [
        Member(trait, f"legendre{j}", level, np.ascontiguousarray(values[:, j]))
        for trait in acting
        for j in range(values.shape[1])
    ]


def dams_of(records: Records, effect: Effect, pedigree: Pedigree) -> NDArray[np.int32]:
    """The dam of each record: from the column of the effect, else from the pedigree, else -1."""
    of_pedigree = pedigree.dam[records.animal]
    if effect.name not in records.columns:
        return of_pedigree
    given = records.columns[effect.name]
    if given.dtype.kind not in "iu":
        message = f"the dams in {effect.name} are not positions in the pedigree"
        raise ModelError("not_integer", message, place=f"effects.{effect.name}", fix="Give positions, -1 for unknown")
    check_positions(given, pedigree.n_animals, f"effects.{effect.name}", lowest=-1)
    return np.where(given >= 0, given, of_pedigree).astype(np.int32)
