"""What a model and its records must fulfil before anything is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_fields, choice, number, optional, truth, whole
from ..errors import ModelError
from ..model.effect import Effect, Kind
from ..model.records import Records
from ..pedigree.pedigree import Pedigree

SHOWN = 20
LEAST = {"threads": 0, "samples": 10, "seed": 0, "maximum_iterations": 1, "checked": 10}
ONCE: tuple[Kind, ...] = ("additive", "maternal", "permanent", "permanent_dam")


def check_traits(traits: tuple[str, ...], records: Records) -> None:
    """Refuse repeated traits, a wrong number of columns and a trait without any record."""
    if not traits or len(set(traits)) < len(traits):
        raise ModelError("traits", "traits must be named once each", place="traits", fix="Name every trait once")
    if records.values.shape[1] != len(traits):
        message = f"values has {records.values.shape[1]} columns, the model {len(traits)} traits"
        raise ModelError("shape", message, place="records", fix="Give one column of values per trait")
    for k, trait in enumerate(traits):
        if not np.isfinite(records.values[:, k]).any():
            message = f"trait {trait} has no record"
            raise ModelError("no_records", message, place=f"traits.{trait}", fix="Add records or drop the trait")


def constant_traits(traits: tuple[str, ...], records: Records) -> list[str]:
    """Traits of several records that are all equal."""
    known = [values[np.isfinite(values)] for values in records.values.T]
    return [trait for trait, values in zip(traits, known, strict=True) if len(values) > 1 and np.ptp(values) == 0.0]


def check_effects(effects: tuple[Effect, ...], traits: tuple[str, ...]) -> None:
    """Refuse effects that repeat each other or act on traits that do not exist."""
    for kind in ONCE:
        if sum(effect.kind == kind for effect in effects) > 1:
            message = f"kind {kind} appears more than once"
            raise ModelError("repeated_effect", message, place="effects", fix="List all its traits in one effect")
    seen: set[tuple[str, str]] = set()
    for effect in effects:
        group = "class" if effect.kind in ("fixed", "random") else effect.kind
        if (effect.name, group) in seen:
            message = f"effect {effect.name} appears twice"
            raise ModelError("repeated_effect", message, place=f"effects.{effect.name}", fix="Keep one of them")
        seen.add((effect.name, group))
        unknown = [trait for trait in effect.traits or () if trait not in traits]
        if unknown or effect.traits == ():
            message = f"effect {effect.name} acts on {', '.join(unknown) or 'no trait'}, which the model does not have"
            fix = "Name traits of the model, or leave traits out"
            raise ModelError("unknown_trait", message, place=f"effects.{effect.name}", fix=fix)
    if any(e.kind == "maternal" for e in effects) and not any(e.kind == "additive" for e in effects):
        fix = "Add an effect of kind additive"
        raise ModelError("maternal_alone", "a maternal effect needs the direct one", place="effects", fix=fix)


def check_options(options: Any) -> None:
    """Refuse options outside their choices."""
    hints: dict[str, tuple[str, ...]] = {"estimate": ("none", "ai-reml", "mc-reml")}
    hints |= {"reliability": ("none", "exact", "approximate", "auto"), "solver": ("direct", "pcg", "auto")}
    for name, choices in hints.items():
        check_fields(options, "options", **{name: choice(*choices)})
    number_of = {name: whole(low=low, code=name) for name, low in LEAST.items()}
    limit = optional(number(above=0.0, code="memory_limit"))
    tolerance = number(above=0.0, below=1.0, code="tolerance")
    check_fields(options, "options", inbreeding=truth(), tolerance=tolerance, memory_limit_gib=limit, **number_of)


def check_positions(positions: NDArray[np.integer[Any]], n_animals: int, place: str, lowest: int) -> None:
    """Refuse animals that the pedigree does not have."""
    wrong = np.flatnonzero((positions < lowest) | (positions >= n_animals))
    if wrong.size:
        message = "a record names an animal that is not in the pedigree"
        raise refuse_rows("unknown_animal", message, place, "Add the animal to the pedigree or drop the record", wrong)


def check_inbreeding(inbreeding: NDArray[np.float64], pedigree: Pedigree) -> None:
    """Refuse coefficients that cannot be those of the pedigree: another length, not finite, a founder that is inbred,
    or parents so inbred that nothing is left to Mendelian sampling."""
    fix = "Give the coefficients of Pedigree.inbreeding, or leave them out"
    if inbreeding.shape != (pedigree.n_animals,):
        message = f"inbreeding has shape {inbreeding.shape}, the pedigree {pedigree.n_animals} animals"
        raise ModelError("shape", message, place="inbreeding", fix=fix)
    gamma = None if pedigree.groups is None else pedigree.groups.gamma
    wrong = ~np.isfinite(inbreeding) | (np.abs(inbreeding) > 1.0)
    if gamma is None:
        wrong |= (inbreeding < 0.0) | ((inbreeding != 0.0) & ((pedigree.sire < 0) | (pedigree.dam < 0)))
    if not wrong.any():
        wrong = ~(pedigree.mendelian_variance(inbreeding) > 0.0)
    if wrong.any():
        message = "an inbreeding coefficient is not that of an animal of this pedigree"
        raise refuse_rows("inbreeding", message, "inbreeding", fix, np.flatnonzero(wrong))


def class_codes(records: Records, effect: Effect, observed: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The codes of a class effect; -1 where a random effect has no level, refused where a fixed one has none."""
    column = _column(records, effect.name, f"effects.{effect.name}")
    if column.dtype.kind not in "iu":
        message = f"the levels of {effect.name} are not integer codes"
        raise ModelError("not_integer", message, place=f"effects.{effect.name}", fix="Code the levels 0, 1, 2, ...")
    wrong = np.flatnonzero((column < 0) & observed)
    if wrong.size and effect.kind == "fixed":
        message = f"{effect.name} is missing on {wrong.size} record(s) with the trait: a fixed effect needs a level"
        fix = "Fill it in, give these records a level of their own by name, or set their trait to missing"
        raise refuse_rows("missing_level", message, f"effects.{effect.name}", fix, wrong)
    wrong = np.flatnonzero(column > np.iinfo(np.int32).max)
    if wrong.size:
        message = f"a code of {effect.name} is too large for int32"
        raise refuse_rows("large_code", message, f"effects.{effect.name}", "Code the levels 0, 1, 2, ...", wrong)
    return np.maximum(column.astype(np.int64), -1).astype(np.int32)


def covariate(records: Records, name: str, effect: Effect, observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The values of a covariate, 0 where no trait of the effect is observed; refused where missing."""
    column = _column(records, name, f"effects.{effect.name}")
    if column.dtype.kind not in "iuf":
        message = f"the values of {name} are not numbers"
        raise ModelError("not_numeric", message, place=f"effects.{effect.name}", fix="Give numbers")
    values = column.astype(np.float64)
    wrong = np.flatnonzero(~np.isfinite(values) & observed)
    if wrong.size:
        message = f"{name} is missing on a record that has the trait"
        fix = "Fill it in, or set the trait of that record to missing"
        raise refuse_rows("missing_covariate", message, f"effects.{effect.name}", fix, wrong)
    return np.where(observed, values, 0.0)


def refuse_rows(code: str, message: str, place: str, fix: str, rows: NDArray[np.intp]) -> ModelError:
    """A ModelError about rows of the records."""
    shown = tuple(int(i) for i in rows[:SHOWN])
    return ModelError(code, message, place=place, fix=fix, positions=shown, total=len(rows))


def _column(records: Records, name: str, place: str) -> NDArray[Any]:
    if name not in records.columns:
        fix = f"Add the column {name} to the records, or correct the name of the effect"
        raise ModelError("missing_column", f"the records have no column {name}", place=place, fix=fix)
    return records.columns[name]
