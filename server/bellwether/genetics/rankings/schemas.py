"""What crosses the wire about rankings."""

from datetime import date
from uuid import UUID

from pydantic import Field

from bellwether.genetics.breeding_values.schemas import Sex
from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.schemas import Schema


class TraitPart(Schema):
    """What a trait adds to the index of an animal."""

    trait: str
    value: float = Field(description="Breeding value, in the unit of the trait")
    reliability: float | None
    part: float = Field(description="Weight times breeding value; the index is their sum")


class Indexed(Schema):
    """An animal by its index."""

    run_id: UUID
    index_id: UUID
    animal_id: UUID
    tag: str | None
    sex: Sex
    birth_date: date | None
    drop_year: int | None
    sire_id: UUID | None
    dam_id: UUID | None
    value: float = Field(description="The index: sum of weights times breeding values, from the base of the run")
    reliability: float | None = Field(
        ge=0,
        le=1,
        description="Of the index, as if prediction errors of two traits went together as their breeding values do; "
        "null where a reliability or the genetic variances are not known",
    )
    percentile: float = Field(ge=0, le=100, description="Share of the flock's other animals with a lower index")
    inbreeding: float
    parts: list[TraitPart]


class ByIndex(Cursor):
    """The last animal of a page; the run too, for a newer one must not slip in between two pages."""

    run_id: UUID
    value: float
    animal_id: UUID
