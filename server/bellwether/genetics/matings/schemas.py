"""What crosses the wire about matings."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from bellwether.genetics.traits.schemas import TraitCode
from bellwether.platform.http.schemas import Schema

RAM, EWE = "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69", "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a70"
FLOCK = "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a71"
Rams = Annotated[list[UUID], Field(min_length=1, max_length=500)]
Ewes = Annotated[list[UUID], Field(min_length=1, max_length=5000)]
Share = Annotated[float, Field(gt=0, le=1)]


class Goal(Schema):
    """What is to be improved: an index or one trait, by the breeding values of one run."""

    run_id: UUID | None = Field(default=None, description="This very run; or flock_id")
    flock_id: UUID | None = Field(default=None, description="The run that this flock goes by")
    index_id: UUID | None = Field(default=None, description="A version of an index; or trait")
    trait: TraitCode | None = None


class MatingsOf(Goal):
    """Rams and ewes of which every pair is looked at."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"flock_id": FLOCK, "trait": "WWT", "ram_ids": [RAM], "ewe_ids": [EWE]}]}
    )

    ram_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]
    ewe_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class Mating(Schema):
    """What lambs of a pair may be expected to be."""

    ram_id: UUID
    ewe_id: UUID
    value: float = Field(description="Mean of the parents' indexes, or breeding values of the trait")
    inbreeding: float = Field(description="Of the lambs: the kinship of the parents")
    mendelian_sd: float | None = Field(
        description="Standard deviation of true values among full sibs; null where the run tells no genetic variances"
    )


class Matings(Schema):
    """Every pair, ram by ram."""

    run_id: UUID
    items: list[Mating]
    next: None = None


class Pair(Schema):
    """A ram and a ewe."""

    ram_id: UUID
    ewe_id: UUID


class NewMatingPlan(Goal):
    """Which ewe should go to which ram."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "flock_id": FLOCK,
                    "trait": "WWT",
                    "ram_ids": [RAM],
                    "ewe_ids": [EWE],
                    "ram_maximum": 60,
                    "inbreeding_limit": 0.0625,
                }
            ]
        }
    )

    ram_ids: Rams
    ewe_ids: Ewes | None = Field(
        default=None, description="Left out: all ewes of the flock with a breeding value in the run"
    )
    ram_maximum: int | None = Field(default=None, ge=1, le=100_000, description="Ewes of one ram at most")
    ram_minimum: int = Field(default=0, ge=0, le=100_000, description="Ewes of each ram that is used at least")
    inbreeding_limit: float | None = Field(default=None, ge=0, le=1, description="Of the lambs")
    inbreeding_penalty: float = Field(
        default=0, ge=0, le=1e9, description="What a fully inbred lamb would lose, in the unit of the value"
    )
    forbidden: Annotated[list[Pair], Field(default_factory=list, max_length=10_000)]


class NewContributions(Goal):
    """How much each candidate should give to the next lambs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "flock_id": FLOCK,
                    "trait": "WWT",
                    "ram_ids": [RAM],
                    "ewe_ids": [EWE],
                    "inbreeding_rate": 0.01,
                    "family_maximum": 0.2,
                }
            ]
        }
    )

    ram_ids: Rams
    ewe_ids: Ewes
    coancestry_limit: Share | None = Field(default=None, description="Of the parents as a group; or inbreeding_rate")
    inbreeding_rate: Annotated[float, Field(gt=0, lt=0.5)] | None = Field(
        default=None, description="Per generation: the limit is C + rate (1 - C), C the mean kinship of the candidates"
    )
    ram_maximum: Share | None = Field(default=None, description="Share of all lambs of one ram")
    ewe_maximum: Share | None = Field(default=None, description="Share of all lambs of one ewe")
    family_maximum: Share | None = Field(
        default=None, description="Share of genes that come from the offspring of one sire together"
    )
    flock_maximum: Share | None = Field(default=None, description="Share of genes from the candidates of one flock")
    caution: float = Field(
        default=0,
        ge=0,
        le=5,
        description="Standard errors that are taken off each value: the plan is the best for the worst case in them",
    )

    @model_validator(mode="after")
    def one_limit(self) -> "NewContributions":
        """Exactly one limit of kinship."""
        if (self.coancestry_limit is None) == (self.inbreeding_rate is None):
            raise ValueError("give either coancestry_limit or inbreeding_rate")
        return self
