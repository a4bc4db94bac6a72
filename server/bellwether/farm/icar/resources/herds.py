"""Sets of animals, and head without tags."""

from typing import Literal

from pydantic import AwareDatetime, Field

from bellwether.farm.icar.resources.core import Icar, IcarAnimalEvent, IcarConsignment, IcarIdentifier, IcarMeta
from bellwether.farm.icar.resources.health import IcarBatch, IcarDose, IcarMedicine, IcarWithdrawal


class IcarAnimalSet(Icar):
    """icarAnimalSetResource."""

    resource_type: Literal["AnimalSet"] = "AnimalSet"
    meta: IcarMeta
    location: IcarIdentifier
    id: str
    name: str
    purpose: str
    member: list[IcarIdentifier]


class IcarSetJoin(IcarAnimalEvent):
    """icarAnimalSetJoinEventResource."""

    resource_type: Literal["AnimalSetJoinEvent"] = "AnimalSetJoinEvent"
    animal_set_id: str


class IcarSetLeave(IcarAnimalEvent):
    """icarAnimalSetLeaveEventResource."""

    resource_type: Literal["AnimalSetLeaveEvent"] = "AnimalSetLeaveEvent"
    animal_set_id: str


class IcarInventory(Icar):
    """icarInventoryClassificationType."""

    name: str
    count: int
    species: Literal["Sheep"] = "Sheep"
    sex: str | None = None


class IcarSetReference(Icar):
    """icarAnimalSetReferenceType."""

    identifier: IcarIdentifier


class IcarGroupEvent(Icar):
    """What all events of a group say."""

    meta: IcarMeta
    location: IcarIdentifier
    id: str
    event_date_time: AwareDatetime
    remark: str | None = None
    animal_set_reference: IcarSetReference


class IcarHeadEvent(IcarGroupEvent):
    """What all events of head without tags say."""

    group_method: Literal["InventoryClassification"] = "InventoryClassification"
    count_observed: int
    inventory_classification: IcarInventory


class IcarTreatedSet(Icar):
    """icarAnimalSetResource within an event: the tagged animals of a group as it was then."""

    resource_type: Literal["AnimalSet"] = "AnimalSet"
    id: str
    member: list[IcarIdentifier]


class IcarGroupTreatment(IcarGroupEvent):
    """icarGroupTreatmentEventResource: a group as it was at that moment."""

    resource_type: Literal["GroupTreatmentEvent"] = "GroupTreatmentEvent"
    group_method: Literal["ExistingAnimalSet"] = "ExistingAnimalSet"
    count_observed: int | None = None
    embedded_animal_set: IcarTreatedSet | None = None
    medicine: IcarMedicine
    procedure: str | None = None
    batches: list[IcarBatch] | None = None
    withdrawals: list[IcarWithdrawal]
    dose_per_animal: IcarDose | None = None


class IcarGroupBirth(IcarHeadEvent):
    """icarGroupMovementBirthEventResource."""

    resource_type: Literal["GroupMovementBirthEvent"] = "GroupMovementBirthEvent"
    registration_reason: Literal["Born"] = "Born"


class IcarGroupArrival(IcarHeadEvent):
    """icarGroupMovementArrivalEventResource."""

    resource_type: Literal["GroupMovementArrivalEvent"] = "GroupMovementArrivalEvent"
    arrival_reason: str
    consignment: IcarConsignment | None = None


class IcarGroupDeparture(IcarHeadEvent):
    """icarGroupMovementDepartureEventResource."""

    resource_type: Literal["GroupMovementDepartureEvent"] = "GroupMovementDepartureEvent"
    departure_kind: str
    consignment: IcarConsignment | None = None


class IcarGroupDeath(IcarHeadEvent):
    """icarGroupMovementDeathEventResource; the standard writes one of its names in small letters."""

    resource_type: Literal["GroupMovementDeathEvent"] = "GroupMovementDeathEvent"
    death_reason: str = Field(alias="deathreason")
    explanation: str | None = None
    death_method: str
