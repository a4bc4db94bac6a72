"""From the service to the lambs."""

from typing import Literal

from pydantic import AwareDatetime

from bellwether.farm.icar.resources.core import Icar, IcarAnimalEvent, IcarIdentifier, IcarMass


class IcarStraw(Icar):
    """icarReproSemenStrawResource."""

    resource_type: Literal["SemenStraw"] = "SemenStraw"
    batch: str | None = None
    date_collected: AwareDatetime | None = None
    sire_identifiers: list[IcarIdentifier]
    preservation_type: Literal["Liquid", "Frozen"]


class IcarEmbryo(Icar):
    """icarReproEmbryoResource."""

    resource_type: Literal["Embryo"] = "Embryo"
    donor_identifiers: list[IcarIdentifier]
    sire_identifiers: list[IcarIdentifier]


class IcarWeaning(IcarAnimalEvent):
    """icarWeaningEventResource, which ADE has from 1.5 on."""

    resource_type: Literal["WeaningEvent"] = "WeaningEvent"
    weaning_reason: str | None = None
    weaning_method: str | None = None
    age_in_months: int | None = None
    rearing_dam: IcarIdentifier | None = None


class IcarInsemination(IcarAnimalEvent):
    """icarReproInseminationEventResource: a service, rams that ran with a ewe, an insemination or a transfer."""

    resource_type: Literal["ReproInseminationEvent"] = "ReproInseminationEvent"
    insemination_type: Literal["NaturalService", "Insemination", "Implantation", "RunWithBull"]
    sire_identifiers: list[IcarIdentifier] | None = None
    event_end_date_time: AwareDatetime | None = None
    straw: IcarStraw | None = None
    embryo: IcarEmbryo | None = None


class IcarPregnancyCheck(IcarAnimalEvent):
    """icarReproPregnancyCheckEventResource."""

    resource_type: Literal["ReproPregnancyCheckEvent"] = "ReproPregnancyCheckEvent"
    method: Literal["Echography"] = "Echography"
    result: Literal["Empty", "Pregnant", "Multiple"]
    foetal_age: int | None = None
    foetus_count: int | None = None


class IcarProgeny(Icar):
    """icarProgenyDetailsResource."""

    resource_type: Literal["ProgenyDetails"] = "ProgenyDetails"
    identifier: IcarIdentifier
    specie: Literal["Sheep"] = "Sheep"
    gender: Literal["Male", "Female", "Unknown"]
    birth_status: Literal["Alive", "Stillborn"]
    birth_weight: IcarMass | None = None


class IcarParturition(IcarAnimalEvent):
    """icarReproParturitionEventResource."""

    resource_type: Literal["ReproParturitionEvent"] = "ReproParturitionEvent"
    is_embryo_implant: bool | None = None
    live_progeny: int
    total_progeny: int
    calving_ease: str | None = None
    progeny_details: list[IcarProgeny]
