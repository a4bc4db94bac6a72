"""What crosses the wire about relatives."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from bellwether.platform.http.schemas import Schema

ID = "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69"
OTHER = "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a70"
MOST_OF_GROUP = 200
Group = Annotated[list[UUID], Field(min_length=1, max_length=MOST_OF_GROUP)]
Year = Annotated[int, Field(ge=1900, le=2200)]
Role = Literal["sire", "dam"]


class Node(Schema):
    """An animal of a drawing."""

    id: UUID
    generation: int = Field(description="0 the animal itself, -1 its parents, 1 its offspring, and so on")
    is_seen: bool = Field(description="False: only its id is known to you, as it is another farm's")
    tag: str | None
    sex: str | None
    birth_date: date | None
    inbreeding: float | None = Field(description="Of ancestors, and of the animal itself; null where it is not seen")


class Edge(Schema):
    """A parent and its offspring."""

    parent_id: UUID
    child_id: UUID
    role: Role


class Drawing(Schema):
    """An animal with its ancestors and descendants, each once, the nearest generation of it."""

    animal_id: UUID
    nodes: list[Node]
    edges: list[Edge]
    is_complete: bool = Field(description="False: there are more descendants than are shown")


class FounderPart(Schema):
    """How much of the inbreeding comes from one founder."""

    founder_id: UUID
    share: float = Field(description="Probability that both genes at a locus are copies of one gene of this founder")


class Inbreeding(Schema):
    """How inbred an animal is, from whom, and how much of its pedigree is known."""

    animal_id: UUID
    inbreeding: float
    partial: list[FounderPart] = Field(description="By founder, the largest first; unknown parents have the rest")
    n_ancestors: int
    equivalent_generations: float
    completeness: float = Field(
        description="Of five generations, by both sides; 0 where a parent is unknown (MacCluer et al. 1983)"
    )


class KinshipOf(Schema):
    """Two groups of animals, or one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"animal_ids": [ID, OTHER]}]})

    animal_ids: Group
    other_ids: Group | None = Field(default=None, description="Left out: the group with itself")


class Kinship(Schema):
    """Coefficients of kinship: half the relationship, which is the inbreeding of an offspring of the two."""

    animal_ids: list[UUID]
    other_ids: list[UUID]
    kinship: list[list[float]] = Field(description="A row for each of animal_ids, a number for each of other_ids")
    mean_kinship: float
    founder_genome_equivalents: float | None = Field(description="1 / (2 mean kinship), of one group with itself")


class Drop(Schema):
    """One drop of a flock."""

    drop_year: int | None
    n: int
    n_sire: int
    n_dam: int
    n_both: int


class Conflict(Schema):
    """A parent that cannot be one."""

    animal_id: UUID
    tag: str | None
    role: Role
    parent_id: UUID
    parent_tag: str | None
    code: Literal["parent_of_wrong_sex", "parent_too_young"]
    message: str
    fix: str


class Findings(Schema):
    """What is missing in the pedigree of a flock, and what contradicts itself."""

    flock_id: UUID
    drops: list[Drop]
    conflicts: list[Conflict]
    is_complete: bool = Field(description="False: there are more conflicts than are shown")


class NewAnalysis(Schema):
    """Founders, ancestors and inbreeding of the animals of some drops of a flock."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"flock_id": ID, "born_from": 2023, "born_to": 2024}]})

    flock_id: UUID
    born_from: Year | None = None
    born_to: Year | None = None

    @model_validator(mode="after")
    def years_run_forward(self) -> "NewAnalysis":
        """The last drop is not before the first."""
        if self.born_from is not None and self.born_to is not None and self.born_from > self.born_to:
            raise ValueError("born_from is after born_to")
        return self
