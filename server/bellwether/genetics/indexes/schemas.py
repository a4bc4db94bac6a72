"""What crosses the wire about indexes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from bellwether.genetics.traits.schemas import TraitCode
from bellwether.platform.http.schemas import Schema

IndexName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Weight(Schema):
    """What one unit of a trait is worth."""

    trait: TraitCode
    weight: float = Field(
        ge=-1e9, le=1e9, description="Per unit of the breeding value, in the currency of the index; not 0"
    )


class NewIndex(Schema):
    """Weights of traits: a new index, or the next version of the one of this name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Maternal",
                    "currency": "AUD",
                    "weights": [{"trait": "WWT", "weight": 1.2}, {"trait": "AWT", "weight": -0.3}],
                    "note": "prices of 2025",
                }
            ]
        }
    )

    name: IndexName
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = Field(
        default=None, description="ISO 4217; left out: points"
    )
    weights: Annotated[list[Weight], Field(min_length=1, max_length=50)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] | None = None


class Index(NewIndex):
    """A version of an index; it is never changed."""

    id: UUID
    farm_id: UUID
    version: int
    created_by: UUID
    created_at: datetime
