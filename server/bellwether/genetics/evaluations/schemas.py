"""What crosses the wire about evaluations."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.genetics.traits.schemas import TraitCode
from bellwether.modelling.model_file.schema import ModelTable
from bellwether.platform.http.schemas import Schema

State = Literal["queued", "running", "succeeded", "failed", "cancelled"]
Reliability = Literal["auto", "exact", "approximate", "none"]


Publishing = Literal["at_once", "by_hand"]


class ExternalRun(Schema):
    """Breeding values of another service that the farm has imported."""

    run_name: Annotated[str, Field(min_length=1, max_length=100)]
    includes_own: bool = Field(
        description="Did that service use records of these flocks? Then what they say is taken out, and counts once"
    )
    traits: dict[TraitCode, Annotated[str, Field(min_length=1, max_length=40)]] = Field(
        default={}, description="What our traits are called there, where it differs"
    )


class How(Schema):
    """How to evaluate: everything that a run follows besides the animals."""

    traits: Annotated[list[TraitCode], Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="Evaluated together; left out: every trait of the flock with enough records"
    )
    reliability: Reliability = Field(
        default="auto",
        description="`auto` is exact while the flock is not too large, and none above; `approximate` is for any size",
    )
    model: ModelTable | None = Field(
        default=None,
        description="A model in the schema of the model file, over the columns of the flock's records; left out: the "
        "animal model of the trait dictionary",
    )
    genotypes: UUID | Literal["stored", "if_stored"] | None = Field(
        default=None,
        description="`stored`: of each animal of the farm the sample that counts, in single step unless the model says "
        "otherwise; `if_stored`: so where there are any, else by pedigree; or a genotype file, for a model with "
        "`genomic`, which takes the stored ones when this is left out",
    )
    chip_id: int | None = Field(
        default=None, ge=1, description="Whose stored genotypes, where the farm has those of several chips"
    )
    external: ExternalRun | None = Field(
        default=None,
        description="Values of another service that enter as records, weighted by what their accuracies say beyond "
        "relatives; for models of fixed effects, covariates and the animal",
    )
    sires: Literal["known", "by_probability"] = Field(
        default="known",
        description="`by_probability`: an animal of a syndicate descends from each of its rams by their shares, "
        "instead of from an unknown sire; by pedigree alone, without groups",
    )
    variances: Literal["given", "own_if_enough"] = Field(
        default="given",
        description="`own_if_enough`: estimated from the flock's own records, where the heritability of each trait "
        "would have a standard error of at most 0.1; else those of the model or the trait dictionary, and a verdict",
    )


class NewEvaluation(How):
    """A flock to evaluate."""

    flock_id: UUID
    publishing: Publishing = Field(
        default="at_once", description="`by_hand`: nobody sees the values by flock until somebody publishes the run"
    )

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"flock_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69", "traits": ["WWT", "PWT"]}]}
    )


class Evaluation(Schema):
    """One evaluation of one flock. Its id is also the id of its job."""

    id: UUID
    farm_id: UUID
    kind: Literal["flocks", "tables", "repeat", "joint", "share"] = Field(
        description="Of flocks; of tables that somebody sent; once more of the tables of another run; of the flocks of "
        "all farms of an agreement; or what of such a run is the farm's to see"
    )
    of_run_id: UUID | None = Field(description="The run that was repeated")
    agreement_id: UUID | None = Field(description="Of a joint run")
    joint_run_id: UUID | None = Field(description="The joint run that this is the farm's share of")
    flock_id: UUID | None = Field(description="Null for tables, and for a joint run")
    flock_ids: list[UUID] | None = Field(description="All flocks that were evaluated together; null for one")
    definition_id: UUID | None
    definition_version: int | None
    publishing: Publishing
    requested_by: UUID | None
    asked_traits: list[str] | None
    reliability: Reliability
    state: State
    traits: list[str] | None
    snapshot_sha256: str | None = Field(
        description="Of everything that the run read, table by table: the same snapshot gives the same bits"
    )
    started_from: UUID | None = Field(description="The run from whose solution this one's solver began")
    data_sha256: str | None = Field(description="The same records and model give the same digests and the same values")
    input_sha256: str | None
    engine_version: str | None
    seed: int | None
    convergence: dict[str, object] | None
    counts: dict[str, object] | None
    error: dict[str, object] | None
    created_at: datetime
    started_at: datetime | None
    data_as_of: datetime | None
    finished_at: datetime | None


class Finding(Schema):
    """Something noticed about the data: a warning, or records that were set aside."""

    code: str
    level: Literal["warning", "set_aside"]
    message: str
    count: int
    trait: str | None
    examples: list[str]


class FixedEstimate(Schema):
    """The estimate of one level of a fixed effect; only differences of levels have a meaning."""

    trait: str
    effect: str
    level: str
    estimate: float
    se: float | None
    is_constrained: bool


class ColumnBase(Schema):
    """The flock's own animals in one column of the values."""

    trait: str
    effect: str
    n: int
    mean: float | None
    sd: float | None


class Base(Schema):
    """What 0 means in a run, and where the flock's own animals lie from it."""

    zero: str
    n_founders: int
    own_animals: list[ColumnBase]


class Change(Schema):
    """How one column of values has changed, over the animals of both runs."""

    trait: str
    effect: str
    n: int
    correlation: float | None
    mean_change: float
    sd_change: float
    largest_change: float
    largest_animal: UUID


class Comparison(Schema):
    """A run beside the one before it, each with a base of its own."""

    run_id: UUID
    n_both: int
    n_new: int
    n_gone: int
    columns: list[Change]


class FarmInIt(Schema):
    """A farm that was in a joint run, and what it brought."""

    farm_id: UUID
    name: str
    step: int = Field(description="By which step it was in the agreement")
    n_animals: int
    n_records: int


class FarmOfTrait(Schema):
    """A farm in a joint run; farms of different components must not be compared."""

    unit: UUID
    n_animals: int
    component: int
    n_link_progeny: int
    mean_correlation: float | None


class FarmPair(Schema):
    """Two farms: common sires, correlation of the prediction errors of their means, CD and PEV of the difference."""

    a: UUID
    b: UUID
    common_sires: int
    correlation: float | None
    cd: float | None
    pevd: float


class FarmsConnected(Schema):
    """Whether farms may be compared for a trait."""

    run_id: UUID
    trait: str
    of: Literal["farm"]
    relationships: str
    n_in_several: int
    n_components: int
    units: list[FarmOfTrait]
    pairs: list[FarmPair]


class Across(Schema):
    """Who was in a joint run, how well the farms hang together, and how much was in doubt between them."""

    farms: list[FarmInIt]
    connectedness: list[FarmsConnected]
    n_same_animals: int = Field(description="Animals that several farms have, by a common official identifier")
    n_shared_sires: int
    n_doubts: int = Field(description="Told by name in the verdicts of each farm's share")


class EvaluationReport(Evaluation):
    """An evaluation with everything needed to judge it and to compute it again."""

    model: dict[str, object] | None
    variances: dict[str, object] | None
    verdicts: list[Finding] | None
    base: Base | None
    comparison: Comparison | None = Field(description="To the run of the same flocks before")
    fixed: list[FixedEstimate] | None
    across: Across | None = Field(description="Of a joint run and its shares")


class EvaluationTable(Schema):
    """A table that a run was made of, or gave, under the name of its file."""

    name: str = Field(examples=["records.csv"])
    n_bytes: int
    sha256: str


class EvaluationTables(Schema):
    """The tables of a run."""

    items: list[EvaluationTable]
    next: None = None


class FlockState(Schema):
    """Whether a flock's breeding values are behind its records."""

    flock_id: UUID
    farm_id: UUID
    is_evaluated: bool
    is_stale: bool
    stale_since: datetime | None
    stale_reason: UUID | None = Field(description="Id of the first event since the last run")
    last_run_id: UUID | None
    last_run_at: datetime | None
    last_run_traits: list[str] | None
    published_run_id: UUID | None = Field(description="The run that the flock goes by")
