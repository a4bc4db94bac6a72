"""Resources of ICAR ADE 1.3 as we send them: what the standard asks for, held to its types, and never a null."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel, model_serializer
from pydantic.alias_generators import to_camel


class Icar(BaseModel):
    """What the standard defines; what is not known is left out, because it has no nulls."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True)

    @model_serializer(mode="wrap")
    def without_nulls(self, plain: Callable[["Icar"], dict[str, object]]) -> dict[str, object]:
        """Only what is known."""
        return {name: value for name, value in plain(self).items() if value is not None}


class IcarIdentifier(Icar):
    """A thing by the number that some scheme has given it."""

    scheme: str
    id: str


class IcarMeta(Icar):
    """Where a resource is from and when it was changed: of a source and sourceId the last one counts."""

    source: str
    source_id: str | None = None
    modified: AwareDatetime
    created: AwareDatetime | None = None
    is_deleted: bool | None = None


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


class IcarAnimalEvent(Icar):
    """What all events of an animal say."""

    meta: IcarMeta
    location: IcarIdentifier
    id: str
    animal: IcarIdentifier
    event_date_time: AwareDatetime
    trait_label: IcarIdentifier | None = None
    contemporary_group: str | None = None
    remark: str | None = None


class IcarMass(Icar):
    """A weight; kilograms or pounds, as it was read off."""

    measurement: float
    units: Literal["KGM", "LBR"]


class IcarWeight(IcarAnimalEvent):
    """icarWeightEventResource."""

    resource_type: Literal["WeightEvent"] = "WeightEvent"
    weight: IcarMass


class IcarConsignment(Icar):
    """With which papers animals travelled, and from or to where."""

    id: IcarIdentifier | None = None
    origin_location: IcarIdentifier | None = None
    destination_location: IcarIdentifier | None = None


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


class IcarFinding(Icar):
    """icarDiagnosisType."""

    id: str
    name: str
    severity: Literal["Light", "Moderate", "Severe"] | None = None


class IcarDiagnosis(IcarAnimalEvent):
    """icarDiagnosisEventResource."""

    resource_type: Literal["DiagnosisEvent"] = "DiagnosisEvent"
    diagnoses: list[IcarFinding]


class IcarMedicine(Icar):
    """icarMedicineReferenceType."""

    name: str


class IcarBatch(Icar):
    """icarMedicineBatchType."""

    identifier: str
    expiry_date: AwareDatetime | None = None


class IcarDose(Icar):
    """icarMedicineDoseType."""

    dose_quantity: float
    dose_units: Literal["MLT", "LTR", "MGM", "GRM"]


class IcarWithdrawal(Icar):
    """icarMedicineWithdrawalType; without an end nobody knows one."""

    product_type: Literal["Meat", "Milk"]
    market: str | None = None
    end_date: AwareDatetime | None = None


class IcarTreatment(IcarAnimalEvent):
    """icarTreatmentEventResource."""

    resource_type: Literal["TreatmentEvent"] = "TreatmentEvent"
    medicine: IcarMedicine
    procedure: str | None = None
    batches: list[IcarBatch] | None = None
    withdrawals: list[IcarWithdrawal]
    dose: IcarDose | None = None


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


class IcarConformationScore(IcarAnimalEvent):
    """icarConformationScoreEventResource; the scale of a condition score is its trait label."""

    resource_type: Literal["ConformationScoreEvent"] = "ConformationScoreEvent"
    trait_scored: Literal["BodyConditionScore"] = "BodyConditionScore"
    score: float


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
    """What all events of head without tags say."""

    meta: IcarMeta
    location: IcarIdentifier
    id: str
    event_date_time: AwareDatetime
    remark: str | None = None
    group_method: Literal["InventoryClassification"] = "InventoryClassification"
    count_observed: int
    inventory_classification: IcarInventory
    animal_set_reference: IcarSetReference


class IcarGroupBirth(IcarGroupEvent):
    """icarGroupMovementBirthEventResource."""

    resource_type: Literal["GroupMovementBirthEvent"] = "GroupMovementBirthEvent"
    registration_reason: Literal["Born"] = "Born"


class IcarGroupArrival(IcarGroupEvent):
    """icarGroupMovementArrivalEventResource."""

    resource_type: Literal["GroupMovementArrivalEvent"] = "GroupMovementArrivalEvent"
    arrival_reason: str
    consignment: IcarConsignment | None = None


class IcarGroupDeparture(IcarGroupEvent):
    """icarGroupMovementDepartureEventResource."""

    resource_type: Literal["GroupMovementDepartureEvent"] = "GroupMovementDepartureEvent"
    departure_kind: str
    consignment: IcarConsignment | None = None


class IcarGroupDeath(IcarGroupEvent):
    """icarGroupMovementDeathEventResource; the standard writes one of its names in small letters."""

    resource_type: Literal["GroupMovementDeathEvent"] = "GroupMovementDeathEvent"
    death_reason: str = Field(alias="deathreason")
    explanation: str | None = None
    death_method: str


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


class IcarLocation(Icar):
    """icarLocationResource: a farm with its numbers."""

    resource_type: Literal["Location"] = "Location"
    identifier: IcarIdentifier
    alternative_identifiers: list[IcarIdentifier]
    name: str
    time_zone_id: str


Group = IcarAnimalSet | IcarSetJoin | IcarSetLeave
GroupMovement = IcarGroupBirth | IcarGroupArrival | IcarGroupDeparture | IcarGroupDeath
Movement = IcarArrival | IcarDeparture | IcarDeath | IcarBirth
Reproduction = IcarInsemination | IcarPregnancyCheck | IcarParturition
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
Taken = Movement | Observed | Reproduction


class IcarTaken(RootModel[Taken]):
    """A message as it is stored."""
