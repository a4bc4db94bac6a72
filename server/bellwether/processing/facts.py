"""The facts of other services that processing reads, as their contracts fix them; unknown fields are ignored."""

from datetime import datetime
from typing import Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError, model_validator

from bellwether.platform.events.facts import Event, Hopeless

IMPORT_COMPLETED = "farm.import.completed.v1"
IMPORT_UNDONE = "farm.import.undone.v1"
EVALUATION_COMPLETED = "genetics.evaluation.completed.v1"
EVALUATION_FAILED = "genetics.evaluation.failed.v1"


class Fact(BaseModel):
    """A fact about one farm."""

    farm_id: UUID


class ImportCompleted(Fact):
    """A file was imported, row by row."""

    import_id: UUID
    kind: str
    file_name: str
    sha256: str
    rows_in: int
    rows_accepted: int = Field(ge=0)
    rows_rejected: int = Field(ge=0)
    started_at: datetime
    finished_at: datetime

    @model_validator(mode="after")
    def nothing_lost(self) -> Self:
        """Each row has a verdict, and time runs forward."""
        if self.rows_in != self.rows_accepted + self.rows_rejected:
            raise ValueError("rows_in is not rows_accepted + rows_rejected")
        if self.finished_at < self.started_at:
            raise ValueError("finished_at is before started_at")
        return self


class ImportUndone(Fact):
    """Nothing of a file is in the herd any more."""

    import_id: UUID
    undone_at: datetime


class EvaluationCompleted(Fact):
    """A flock was evaluated."""

    flock_id: UUID
    run_id: UUID
    traits: list[str]
    n_animals: int
    n_records: int
    finished_at: datetime


class EvaluationFailed(Fact):
    """A flock could not be evaluated."""

    flock_id: UUID
    run_id: UUID
    code: str
    detail: str


F = TypeVar("F", bound=Fact)


def fact_of(event: Event, shape: type[F]) -> F:
    """The event's data.

    Raises:
        Hopeless: it breaks the contract, or speaks of another farm than the envelope.
    """
    try:
        fact = shape.model_validate(dict(event.data))
    except ValidationError as error:
        raise Hopeless(
            f"{event.type} breaks its contract: {error.errors(include_url=False, include_input=False)}"
        ) from error
    if fact.farm_id != event.farm_id:
        raise Hopeless(f"{event.type} speaks of farm {fact.farm_id} in an envelope of farm {event.farm_id}")
    return fact
