"""What crosses the wire about definitions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.genetics.evaluations.schemas import How, Publishing
from bellwether.modelling.model_file.schema import ModelTable
from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.schemas import Schema

Rerun = Literal["on_demand", "when_stale"]
Start = Literal["warm", "cold"]
FLOCK = "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69"


class Content(How):
    """Everything that a version says."""

    flock_ids: Annotated[list[UUID], Field(max_length=50)] = Field(
        default=[],
        description="The population: flocks of the farm that are evaluated together; of an agreement none, for each of "
        "its farms names its own",
    )
    ready_made: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, description="The ready-made model that this one was taken from; give no model of your own then"
    )
    publishing: Publishing = Field(
        default="by_hand", description="`at_once`: a run is published at its end, unless a newer one is"
    )
    rerun: Rerun = Field(
        default="on_demand", description="`when_stale`: evaluated anew when records of a flock have changed"
    )


class NewDefinition(Content):
    """A definition, and its first version."""

    farm_id: UUID
    agreement_id: UUID | None = Field(
        default=None, description="Of all farms that are in this agreement when a run reads their records"
    )
    name: Annotated[str, Field(min_length=1, max_length=100)]
    note: Annotated[str, Field(max_length=1000)] = ""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"farm_id": FLOCK, "name": "Growth", "flock_ids": [FLOCK], "traits": ["WWT", "PWT"]}]
        }
    )


class NewVersion(Content):
    """A change: the whole content anew."""

    based_on: int = Field(ge=1, description="The version that was changed; refused when there is a newer one")
    note: Annotated[str, Field(max_length=1000)] = Field(default="", description="Why")

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"based_on": 1, "flock_ids": [FLOCK], "traits": ["WWT"], "note": "few PWT"}]}
    )


class DefinitionVersion(Schema):
    """A version, which is never changed."""

    id: UUID
    farm_id: UUID
    agreement_id: UUID | None
    name: str
    version: int
    sha256: str = Field(description="Of the content: the same content has the same digest")
    content: Content
    note: str
    created_by: UUID
    created_at: datetime


class ReadyMadeModel(Schema):
    """A model that one can take."""

    name: str = Field(description="Name it as `ready_made` in a definition")
    title: str
    takes: Literal["flocks", "tables"] = Field(description="Flocks as they are recorded, or tables that you prepare")
    note: str
    model: ModelTable


class ReadyMadeModels(Schema):
    """All of them."""

    items: list[ReadyMadeModel]
    next: None = None


class ByVersion(Cursor):
    """The last version of a page."""

    version: int
