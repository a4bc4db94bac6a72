"""`report.json`: what was done to what, how well, how long and with how much memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import cast

import numpy as np
from bellwether_engine import Estimates, Notice, ReliabilityCheck, Solution, StructureEstimate, estimate_memory
from bellwether_engine.version import engine_version
from numpy.typing import NDArray

from bellwether.modelling.findings import Warned
from bellwether.modelling.genotypes.quality import Quality
from bellwether.modelling.genotypes.samples import Samples
from bellwether.modelling.genotypes.used_markers import Used
from bellwether.modelling.model_file.model_file import ModelFile
from bellwether.modelling.results.sections import (
    Check,
    Convergence,
    InputFile,
    Inputs,
    Memory,
    Report,
    StepDone,
)
from bellwether.modelling.statistics.describing import describe
from bellwether.modelling.tables.pedigree import Animals
from bellwether.modelling.tables.records import Observations
from bellwether.modelling.text_table import Table


@dataclass
class Steps:
    """Clock and memory by step; passes progress on."""

    tell: Callable[[float, str], None]
    done: list[StepDone] = field(default_factory=list)
    _name: str = ""
    _since: float = 0.0

    def __call__(self, share: float, name: str) -> None:
        """Note that step `name` runs."""
        if name != self._name:
            self.close()
            self._name, self._since = name, time.perf_counter()
        self.tell(share, name)

    def close(self) -> None:
        """End the running step."""
        if self._name and self._name != "done":
            seconds = round(time.perf_counter() - self._since, 4)
            self.done.append({"step": self._name, "seconds": seconds, "peak_memory_mib": peak_mib()})
        self._name = ""


def peak_mib() -> float:
    """Peak memory of this process so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def stated_memory(model: ModelFile, observations: Observations, animals: Animals) -> Memory:
    """What the engine says that it will need, beside what the process has held so far; null for genotypes."""
    held = peak_mib()
    if model.model.genomic is not None:
        return {"stated_mib": None, "before_mib": held}
    stated = estimate_memory(model.model, observations.records, animals.pedigree)
    return {"stated_mib": round(stated.peak / 2**20, 1), "before_mib": held}


def inbreeding_report(animals: Animals, inbreeding: NDArray[np.float64], steps: Steps) -> Report:
    """The report of a run without records."""
    counts = {"animals": len(animals.ids), "founders_added": animals.n_added, "inbred": int((inbreeding > 0).sum())}
    return {
        "engine_version": engine_version(),
        "inputs": {"pedigree": _input(animals.table)},
        "read": {"pedigree": animals.table.told()},
        "statistics": describe(animals),
        "counts": counts,
        "method": "inbreeding",
        "mean_inbreeding": float(inbreeding.mean()) if len(inbreeding) else 0.0,
        "converged": True,
        "steps": steps.done,
        "warnings": list(animals.told),
    }


def evaluation_report(
    animals: Animals, model: ModelFile, observations: Observations, solution: Solution, steps: Steps
) -> Report:
    """The report of a run with records."""
    convergence, provenance = solution.convergence, solution.provenance
    inputs: Inputs = {
        "pedigree": _input(animals.table),
        "records": _input(observations.table),
        "model": {"file": str(model.path), "sha256": model.sha256},
    }
    return {
        "engine_version": provenance.engine_version,
        "inputs": inputs,
        "read": {"pedigree": animals.table.told(), "records": observations.table.told()},
        "statistics": describe(animals, model, observations),
        "input_sha256": provenance.input_sha256,
        "model": dict(provenance.parameters),
        "seed": model.seed,
        "counts": dict(solution.counts) | {"founders_added": animals.n_added},
        "method": convergence.method,
        "converged": convergence.converged,
        "iterations": convergence.iterations,
        "convergence": cast(Convergence, asdict(convergence)),
        "estimation": _estimation(solution.estimates),
        "minus2_log_likelihood": _or_none(solution.estimates.minus2_log_likelihood) if solution.estimates else None,
        "reliability": _reliability(solution),
        "reliability_check": _check(solution.reliability_check),
        "reliability_base": solution.reliability_base,
        "fixed_effects_constraint": solution.constraint,
        "steps": steps.done,
        "warnings": [
            *animals.told,
            *observations.told,
            *(_warning(notice, observations, animals) for notice in solution.warnings),
        ],
    }


def _reliability(solution: Solution) -> str:
    if solution.reliability is None:
        return "none"
    return "exact" if solution.reliability_check is None else "approximate"


def _check(check: ReliabilityCheck | None) -> Check | None:
    if check is None:
        return None
    classes = [asdict(part) | {"sd": _or_none(part.sd)} for part in check.classes]
    return cast(Check, asdict(check) | {"classes": classes})


def _estimation(estimates: Estimates | None) -> dict[str, object] | None:
    if estimates is None:
        return None
    return {
        "method": estimates.method,
        "rounds": len(estimates.rounds),
        "samples": estimates.samples,
        "seed": estimates.seed,
        "mc_excess": estimates.mc_excess,
        "mc_excess_99": estimates.mc_excess_99,
        "gradient": estimates.gradient,
        "largest_change": _or_none(estimates.largest_change),
        "minus2_log_likelihood": _or_none(estimates.minus2_log_likelihood),
        "n_parameters": estimates.n_parameters,
        "aic": _or_none(estimates.aic),
        "bic": _or_none(estimates.bic),
        "structures": [_structure(part) for part in estimates.structures],
        "boundary": list(estimates.boundary),
        "inverse_average_information": [[_or_none(x) for x in row] for row in estimates.covariance],
        "history": [
            asdict(step) | {"minus2_log_likelihood": _or_none(step.minus2_log_likelihood)} for step in estimates.rounds
        ],
    }


def _structure(part: StructureEstimate) -> dict[str, object]:
    """What a matrix is made of, without its loadings, which stand in `loadings.csv`."""
    rows = zip(part.rows, part.specific, part.specific_se, part.communality, strict=True)
    return {
        "component": part.component,
        "structure": part.structure,
        "factors": part.loadings.shape[1],
        "n_parameters": part.n_parameters,
        "share": [_or_none(x) for x in part.share],
        "rows": [
            {"row": row, "specific": _or_none(own), "specific_se": _or_none(se), "communality": _or_none(shared)}
            for row, own, se, shared in rows
        ],
    }


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def add_genotypes(report: Report, samples: Samples, quality: Quality) -> None:
    """Genotype files, their quality, and what contradicts the pedigree."""
    report["inputs"]["genotypes"] = samples.digests
    report["genotypes"] = quality.section
    report["warnings"] += quality.warnings


def add_genomic(report: Report, solution: Solution, used: Used | None) -> None:
    """How G was blended and tuned, and which markers it is made of."""
    genomic = solution.genomic
    assert genomic is not None
    if used is not None:
        report["genotypes"]["relationships"] = used.section
        report["warnings"] += used.warnings
    report["genomic"] = {"blend": genomic.blend, "shift": genomic.shift, "factor": genomic.factor}


def _input(table: Table) -> InputFile:
    return {"file": str(table.path), "sha256": table.sha256, "rows": table.frame.height}


def _warning(notice: Notice, observations: Observations, animals: Animals) -> Warned:
    labels = observations.labels.get(notice.effect)
    level = str(labels[notice.level]) if labels is not None and notice.level >= 0 else None
    if notice.effect == "groups" and notice.level >= 0 and animals.groups:
        level = animals.groups[notice.level]
    return {"code": notice.code, "message": notice.message, "effect": notice.effect or None, "level": level}
