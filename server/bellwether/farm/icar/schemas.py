"""What the routes of ICAR ADE 1.3 answer: lists of resources, and what became of messages that came in."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from bellwether.farm.icar.resources.animals import (
    IcarAnimal,
    IcarArrival,
    IcarBirth,
    IcarBreedingValues,
    IcarDeath,
    IcarDeparture,
    IcarWeight,
)
from bellwether.farm.icar.resources.core import Icar, IcarIdentifier, IcarMeta
from bellwether.farm.icar.resources.health import IcarConformationScore, IcarDiagnosis, IcarTreatment
from bellwether.farm.icar.resources.herds import (
    IcarAnimalSet,
    IcarGroupArrival,
    IcarGroupBirth,
    IcarGroupDeath,
    IcarGroupDeparture,
    IcarGroupTreatment,
    IcarSetJoin,
    IcarSetLeave,
)
from bellwether.farm.icar.resources.reproduction import (
    IcarInsemination,
    IcarParturition,
    IcarPregnancyCheck,
    IcarWeaning,
)


class IcarLocation(Icar):
    """icarLocationResource: a farm with its numbers."""

    resource_type: Literal["Location"] = "Location"
    identifier: IcarIdentifier
    alternative_identifiers: list[IcarIdentifier]
    name: str
    time_zone_id: str


Group = IcarAnimalSet | IcarSetJoin | IcarSetLeave | IcarGroupTreatment


GroupMovement = IcarGroupBirth | IcarGroupArrival | IcarGroupDeparture | IcarGroupDeath


Movement = IcarArrival | IcarDeparture | IcarDeath | IcarBirth


Reproduction = IcarInsemination | IcarPregnancyCheck | IcarParturition | IcarWeaning


OfOne = IcarAnimal | IcarWeight | Movement | IcarDiagnosis | IcarTreatment | Reproduction | IcarConformationScore


Resource = OfOne | Group | GroupMovement | IcarBreedingValues


class IcarView(Icar):
    """Where in the list this page is."""

    total_items: int = Field(description="On all pages")
    total_pages: int
    page_size: int
    first: str
    next: str | None = None


class IcarCollection(Icar):
    """A page of resources of one kind."""

    view: IcarView
    member: list[Annotated[Resource, Field(discriminator="resource_type")]]


class IcarLocations(Icar):
    """A page of farms."""

    view: IcarView
    member: list[IcarLocation]


class IcarMessage(Icar):
    """What is wrong, or worth knowing."""

    id: str | None = None
    type: str
    severity: Literal["Information", "Warning", "Error"]
    status: int
    code: str | None = None
    title: str
    detail: str
    instance: str | None = None


class IcarErrors(Icar):
    """Why a request was not carried out."""

    errors: list[IcarMessage]


class IcarBatchResult(Icar):
    """icarBatchResult: what became of one message."""

    id: str | None = None
    meta: IcarMeta | None = None
    messages: list[IcarMessage]


class IcarBatchResults(RootModel[list[IcarBatchResult]]):
    """One for each message, in the order in which they were sent."""


Observed = IcarWeight | IcarDiagnosis | IcarTreatment | IcarConformationScore


Taken = Movement | Observed | Reproduction | GroupMovement | Group


class IcarTaken(RootModel[Taken]):
    """A message as it is stored."""
