"""What `report.json` says, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from bellwether.modelling.findings import Warned
from bellwether.modelling.genotypes.sections import GenotypeSection
from bellwether.modelling.genotypes.source import FileDigest
from bellwether.modelling.statistics.shapes import Statistics


class StepDone(TypedDict):
    """One step of a run."""

    step: str
    seconds: float
    peak_memory_mib: float


class InputFile(TypedDict):
    """One input."""

    file: str
    sha256: str
    rows: NotRequired[int]


class Memory(TypedDict):
    """What the engine said that it would need, what the process held before, and what it reached."""

    stated_mib: float | None
    before_mib: float
    peak_mib: NotRequired[float]


class Inputs(TypedDict):
    """What was read."""

    pedigree: InputFile
    records: NotRequired[InputFile]
    model: NotRequired[InputFile]
    genotypes: NotRequired[list[FileDigest]]


class Scheduler(TypedDict):
    """Who took part from other machines."""

    address: str
    workers: int
    threads: int


class Convergence(TypedDict):
    """How well the equations were solved: `bellwether_engine.Convergence` as JSON."""

    method: str
    converged: bool
    iterations: int
    largest_change: float
    relative_residual: float
    error_estimate: float | None
    direct_difference: float | None


class CheckClass(TypedDict):
    """Approximate reliabilities beside exact ones, between two bounds."""

    lower: float
    upper: float
    n_checked: int
    n_values: int
    bias: float
    sd: float | None
    maximum: float


class Check(TypedDict):
    """Approximate reliabilities beside exact ones."""

    n_checked: int
    bias: float
    sd: float
    maximum: float
    classes: list[CheckClass]


class Report(TypedDict):
    """`report.json`; what is not required is there for some runs only."""

    engine_version: str
    inputs: Inputs
    read: dict[str, list[str]]
    statistics: Statistics
    input_sha256: NotRequired[str]
    model: NotRequired[Mapping[str, object]]
    seed: NotRequired[int | None]
    counts: dict[str, int]
    method: str
    mean_inbreeding: NotRequired[float]
    converged: bool
    iterations: NotRequired[int]
    convergence: NotRequired[Convergence]
    estimation: NotRequired[dict[str, object] | None]
    minus2_log_likelihood: NotRequired[float | None]
    reliability: NotRequired[str]
    reliability_check: NotRequired[Check | None]
    reliability_base: NotRequired[str]
    fixed_effects_constraint: NotRequired[str]
    steps: list[StepDone]
    warnings: list[Warned]
    memory: NotRequired[Memory]
    genotypes: NotRequired[GenotypeSection]
    genomic: NotRequired[Mapping[str, float | None]]
    scheduler: NotRequired[Scheduler]
