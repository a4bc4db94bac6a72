"""What is kept of a run besides its breeding values: enough to judge it and to compute it again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from bellwether_engine import Effect, FixedSolution, Notice, Solution

from bellwether.modelling.flocks.animal_model import Equations
from bellwether.modelling.flocks.chosen_records import Chosen
from bellwether.modelling.flocks.flock_data import FlockData
from bellwether.modelling.flocks.plan import Plan
from bellwether.modelling.flocks.verdicts import SHOWN, Verdict

MAX_FIXED = 2000


def report_of(data: FlockData, chosen: Chosen, equations: Equations, solution: Solution, plan: Plan) -> dict[str, Any]:
    """The report as plain JSON."""
    notices = notice_verdicts(solution.warnings, equations.labels)
    provenance = solution.provenance
    return {
        "traits": list(plan.codes),
        "model": model_of(equations, solution),
        "variances": {"additive": plan.additive, "residual": plan.residual, "source": plan.variance_source},
        "data_sha256": data.digest(),
        "input_sha256": provenance.input_sha256,
        "engine_version": provenance.engine_version,
        "seed": provenance.seed,
        "convergence": asdict(solution.convergence),
        "counts": {**solution.counts, **counts_by_trait(data, chosen)},
        "verdicts": [asdict(found) for found in (*chosen.verdicts, *notices)],
        "fixed": fixed_of(solution.fixed, equations.labels),
    }


def model_of(equations: Equations, solution: Solution) -> dict[str, Any]:
    """The effects, how many levels each has, and how the reliability was computed."""
    options = equations.model.options
    return {
        "traits": list(equations.model.traits),
        "effects": [effect_of(effect, equations) for effect in equations.model.effects],
        "options": {
            **asdict(options),
            "reliability_base": solution.reliability_base,
            "constraint": solution.constraint,
        },
    }


def effect_of(effect: Effect, equations: Equations) -> dict[str, Any]:
    """One effect of the model."""
    levels = equations.labels.get(effect.name)
    traits = list(effect.traits or equations.model.traits)
    return {
        "name": effect.name,
        "kind": effect.kind,
        "traits": traits,
        "n_levels": None if levels is None else len(levels),
    }


def counts_by_trait(data: FlockData, chosen: Chosen) -> dict[str, Any]:
    """How many animals and records took part."""
    return {
        "own_animals": sum(data.is_own(animal) for animal in data.animals),
        "weights_read": len(data.weights),
        "records_by_trait": {code: len(weights) for code, weights in chosen.by_trait.items()},
    }


def fixed_of(solutions: Sequence[FixedSolution], labels: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Estimates of the fixed effects by the names of their levels; of a very long list the first part."""
    found = [
        {
            "trait": solution.trait,
            "effect": solution.effect,
            "level": label(labels, solution.effect, int(level)),
            "estimate": float(solution.estimate[i]),
            "se": None if solution.se is None or np.isnan(solution.se[i]) else float(solution.se[i]),
            "is_constrained": bool(solution.is_constrained[i]),
        }
        for solution in solutions
        for i, level in enumerate(solution.level)
    ]
    return found[:MAX_FIXED]


def label(labels: Mapping[str, Sequence[str]], effect: str, level: int) -> str:
    """The name of a level; a covariate has one slope."""
    names = labels.get(effect)
    return "slope" if names is None else names[level]


def notice_verdicts(notices: Sequence[Notice], labels: Mapping[str, Sequence[str]]) -> list[Verdict]:
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
