"""An animal, what it weighs, where it came from and went, and what others have estimated of it."""

from typing import Literal

from pydantic import AwareDatetime

from bellwether.farm.icar.resources.core import (
    Icar,
    IcarAnimalEvent,
    IcarConsignment,
    IcarIdentifier,
    IcarMass,
    IcarMeta,
)


class IcarParentage(Icar):
    """A parent."""

    parent_of: IcarIdentifier
    gender: Literal["Male", "Female"]
    relation: Literal["Genetic", "Recipient", "Adoptive"]
    identifier: IcarIdentifier


class IcarAnimal(Icar):
    """icarAnimalCoreResource."""

    resource_type: Literal["Animal"] = "Animal"
    meta: IcarMeta
    location: IcarIdentifier
    identifier: IcarIdentifier
    alternative_identifiers: list[IcarIdentifier]
    specie: Literal["Sheep"] = "Sheep"
    gender: str
    birth_date: AwareDatetime | None = None
    management_tag: str | None = None
    name: str | None = None
    status: Literal["Alive", "Dead", "OffFarm", "Unknown"]
    parentage: list[IcarParentage]


class IcarWeight(IcarAnimalEvent):
    """icarWeightEventResource."""

    resource_type: Literal["WeightEvent"] = "WeightEvent"
    weight: IcarMass


class IcarArrival(IcarAnimalEvent):
    """icarMovementArrivalEventResource."""

    resource_type: Literal["MovementArrivalEvent"] = "MovementArrivalEvent"
    arrival_reason: str
    consignment: IcarConsignment | None = None


class IcarDeparture(IcarAnimalEvent):
    """icarMovementDepartureEventResource."""

    resource_type: Literal["MovementDepartureEvent"] = "MovementDepartureEvent"
    departure_kind: str
    consignment: IcarConsignment | None = None


class IcarDeath(IcarAnimalEvent):
    """icarMovementDeathEventResource."""

    resource_type: Literal["MovementDeathEvent"] = "MovementDeathEvent"
    death_reason: str
    explanation: str | None = None
    disposal_method: str | None = None


class IcarBirth(IcarAnimalEvent):
    """icarMovementBirthEventResource."""

    resource_type: Literal["MovementBirthEvent"] = "MovementBirthEvent"
    registration_reason: Literal["Born"] = "Born"
    animal_detail: IcarAnimal | None = None


class IcarBreedingValue(Icar):
    """icarBreedingValueType."""

    trait_label: IcarIdentifier
    calculation_type: Literal["BreedingValue"] = "BreedingValue"
    value: float
    reliability: float | None = None


class IcarBreedingValues(Icar):
    """icarBreedingValueResource: what one run says of an animal; `version` is the run."""

    resource_type: Literal["BreedingValue"] = "BreedingValue"
    meta: IcarMeta
    location: IcarIdentifier
    id: str
    animal: IcarIdentifier
    version: str
    breeding_values: list[IcarBreedingValue]
