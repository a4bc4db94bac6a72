"""What is kept of a run besides its breeding values: enough to judge it and to compute it again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import TypedDict, cast

import numpy as np
import polars as pl
from bellwether_engine import Effect, FixedSolution, Notice, Solution, ThresholdSolution

from bellwether.modelling.flocks.chosen_records import Chosen
from bellwether.modelling.flocks.flock_data import FlockData
from bellwether.modelling.flocks.flock_evaluation import Equations, FlockEvaluation
from bellwether.modelling.flocks.plan import Plan
from bellwether.modelling.flocks.verdicts import SHOWN, Verdict

MAX_FIXED = 2000
Labels = Mapping[str, pl.Series]


class FixedRow(TypedDict):
    """The estimate of one level."""

    trait: str
    effect: str
    level: str
    estimate: float
    se: float | None
    is_constrained: bool


class VerdictRow(TypedDict):
    """A verdict as plain JSON."""

    code: str
    level: str
    message: str
    count: int
    trait: str | None
    examples: Sequence[str]


class Counts(TypedDict):
    """How many took part; the engine counts more."""

    animals: int
    observations: int
    own_animals: int
    weights_read: int
    records_by_trait: dict[str, int]


class Convergence(TypedDict):
    """How well the equations were solved."""

    method: str
    relative_residual: float


class FlockReport(TypedDict):
    """The report of a flock's evaluation, as plain JSON."""

    traits: list[str]
    model: dict[str, object]
    variances: dict[str, object]
    data_sha256: str
    input_sha256: str
    engine_version: str
    seed: int | None
    convergence: Convergence
    counts: Counts
    verdicts: list[VerdictRow]
    fixed: list[FixedRow]


def report_of(data: FlockData, run: FlockEvaluation) -> FlockReport:
    """The report as plain JSON."""
    solution, labels = run.found.solution, run.equations.observations.labels
    notices = notice_verdicts(solution.warnings, labels)
    provenance = solution.provenance
    return {
        "traits": list(run.plan.codes),
        "model": model_of(run.equations, solution, run.plan),
        "variances": variances_of(run.plan),
        "data_sha256": data.digest(),
        "input_sha256": provenance.input_sha256,
        "engine_version": provenance.engine_version,
        "seed": provenance.seed,
        "convergence": cast(Convergence, asdict(solution.convergence)),
        "counts": cast(Counts, {**solution.counts, **counts_by_trait(data, run.chosen)}),
        "verdicts": [cast(VerdictRow, asdict(found)) for found in (*run.chosen.verdicts, *notices)],
        "fixed": [*fixed_of(solution.fixed, labels), *thresholds_of(solution.thresholds)][:MAX_FIXED],
    }


def variances_of(plan: Plan) -> dict[str, object]:
    """The variances that the run began with, and where they come from."""
    if plan.told is not None:
        return {**plan.told.variances.model_dump(exclude_defaults=True), "source": plan.variance_source}
    return {"additive": plan.additive, "residual": plan.residual, "source": plan.variance_source}


def model_of(equations: Equations, solution: Solution, plan: Plan) -> dict[str, object]:
    """The effects with their numbers of levels, how the reliability was computed, and a told model in its words."""
    model = equations.model.model
    told = {} if plan.told is None else {"told": plan.told.model_dump(exclude_defaults=True)}
    return {
        "traits": list(model.traits),
        "effects": [effect_of(effect, equations) for effect in model.effects],
        "options": {
            **asdict(model.options),
            "reliability_base": solution.reliability_base,
            "constraint": solution.constraint,
        },
        **told,
    }


def effect_of(effect: Effect, equations: Equations) -> dict[str, object]:
    """One effect of the model."""
    levels = equations.observations.labels.get(effect.name)
    traits = list(effect.traits or equations.model.model.traits)
    return {
        "name": effect.name,
        "kind": effect.kind,
        "traits": traits,
        "n_levels": None if levels is None else len(levels),
    }


def counts_by_trait(data: FlockData, chosen: Chosen) -> dict[str, object]:
    """How many animals and records took part."""
    return {
        "own_animals": sum(data.is_own(animal) for animal in data.animals),
        "weights_read": len(data.measurements),
        "records_by_trait": {code: len(weights) for code, weights in chosen.by_trait.items()},
    }


def fixed_of(solutions: Sequence[FixedSolution], labels: Labels) -> list[FixedRow]:
    """Estimates of the fixed effects by the names of their levels."""
    return [
        {
            "trait": solution.trait,
            "effect": solution.effect,
            "level": label(labels, solution, int(level)),
            "estimate": float(solution.estimate[i]),
            "se": None if solution.se is None or np.isnan(solution.se[i]) else float(solution.se[i]),
            "is_constrained": bool(solution.is_constrained[i]),
        }
        for solution in solutions
        for i, level in enumerate(solution.level)
    ]


def label(labels: Labels, solution: FixedSolution, level: int) -> str:
    """The name of a level; a covariate has one slope, a curve its degrees."""
    names = labels.get(solution.effect)
    if names is not None:
        return str(names[level])
    return "slope" if len(solution.level) == 1 else f"legendre{level}"


def thresholds_of(solutions: Sequence[ThresholdSolution]) -> list[FixedRow]:
    """Thresholds of ordinal traits; the level names the categories on both sides."""
    return [
        {
            "trait": solution.trait,
            "effect": "threshold",
            "level": f"{low:g}|{high:g}",
            "estimate": float(solution.threshold[i]),
            "se": None if solution.se is None or np.isnan(solution.se[i]) else float(solution.se[i]),
            "is_constrained": False,
        }
        for solution in solutions
        for i, (low, high) in enumerate(pairwise(solution.category))
    ]


def notice_verdicts(notices: Sequence[Notice], labels: Labels) -> list[Verdict]:
    """The engine's warnings, those that say the same in one, their levels by name."""
    alike: dict[tuple[str, str], list[str]] = {}
    for notice in notices:
        named = notice.effect in labels and notice.level >= 0
        level = f"{notice.effect} = {labels[notice.effect][notice.level]}" if named else notice.effect
        alike.setdefault((notice.code, notice.message), []).append(level)
    return [
        Verdict(code, "warning", message, len(levels), None, tuple(level for level in levels if level)[:SHOWN])
        for (code, message), levels in alike.items()
    ]
