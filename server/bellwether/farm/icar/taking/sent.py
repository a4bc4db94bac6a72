"""What other systems send, read as tolerantly as can be: names that are not known here are passed over, null is
nothing, a number may be text, and what every message of the standard should say may be missing until it is needed.
"""

from typing import Annotated, NamedTuple

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

UNITS = {"KGM": 1.0, "GRM": 0.001, "LBR": 0.45359237, "TNE": 1000.0}
SPELLINGS = {
    "KG": "KGM", "G": "GRM", "LB": "LBR", "LBS": "LBR", "T": "TNE", "ML": "MLT", "L": "LTR", "MG": "MGM",
}  # fmt: skip
"""What systems write that do not know the codes of the standard, each of which means one unit."""


def unit(sent: str | None) -> str | None:
    """A unit in the code of the standard, if it is one."""
    return None if sent is None else SPELLINGS.get(sent.upper(), sent.upper())


def no_truth(sent: object) -> object:
    """Pass for all but true and false, which a tolerant reader would take for 1 and 0.

    Raises:
        ValueError
    """
    if isinstance(sent, bool):
        raise ValueError("must be a number, not true or false")
    return sent


Number = Annotated[float, BeforeValidator(no_truth)]
Count = Annotated[int, BeforeValidator(no_truth)]


class Sent(BaseModel):
    """A part of a message."""

    model_config = ConfigDict(
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        coerce_numbers_to_str=True,
        str_strip_whitespace=True,
    )


class SentIdentifier(Sent):
    """A number and whose it is."""

    scheme: str | None = None
    id: str | None = None


class SentMeta(Sent):
    """By which the sender knows a resource."""

    source: str | None = None
    source_id: str | None = None
    modified: str | None = None
    is_deleted: bool | None = None


class SentMass(Sent):
    """A weight."""

    measurement: Number | None = None
    units: str | None = None


class SentConsignment(Sent):
    """Papers."""

    id: SentIdentifier | None = None
    origin_location: SentIdentifier | None = None
    destination_location: SentIdentifier | None = None


class SentFinding(Sent):
    """A diagnosis."""

    name: str | None = None
    severity: str | None = None


class SentStraw(Sent):
    """Semen."""

    batch: str | None = None
    date_collected: str | None = None
    sire_identifiers: list[SentIdentifier] | None = None
    preservation_type: str | None = None


class SentEmbryo(Sent):
    """An embryo."""

    donor_identifiers: list[SentIdentifier] | None = None
    sire_identifiers: list[SentIdentifier] | None = None


class SentProgeny(Sent):
    """A lamb."""

    identifier: SentIdentifier | None = None
    alternative_identifiers: list[SentIdentifier] | None = None
    management_tag: str | None = None
    gender: str | None = None
    birth_status: str | None = None
    birth_weight: SentMass | None = None


class SentMedicine(Sent):
    """A remedy."""

    name: str | None = None


class SentBatch(Sent):
    """A lot of it."""

    identifier: str | None = None


class SentDose(Sent):
    """How much."""

    dose_quantity: Number | None = None
    dose_units: str | None = None


class SentWithdrawal(Sent):
    """Until when an animal is withheld."""

    product_type: str | None = None
    end_date: str | None = None
    market: str | None = None


class SentTreatment(NamedTuple):
    """What is said of a remedy."""

    name: str | None
    lot: str | None
    dose: SentDose | None


class SentParent(Sent):
    """A parent."""

    gender: str | None = None
    relation: str | None = None
    identifier: SentIdentifier | None = None


class SentAnimal(Sent):
    """An animal that is told of in an event."""

    identifier: SentIdentifier | None = None
    alternative_identifiers: list[SentIdentifier] | None = None
    specie: str | None = None
    gender: str | None = None
    birth_date: str | None = None
    management_tag: str | None = None
    parentage: list[SentParent] | None = None


class SentInventory(Sent):
    """A class of stock."""

    name: str | None = None
    count: Count | None = None


class SentSet(Sent):
    """A group."""

    identifier: SentIdentifier | None = None


class SentMembers(Sent):
    """Who was in a group."""

    member: list[SentIdentifier] | None = None


class SentEvent(Sent):
    """An event of an animal, of any kind that is taken."""

    meta: SentMeta | None = None
    animal: SentIdentifier | None = None
    event_date_time: str | None = None
    trait_label: SentIdentifier | None = None
    contemporary_group: str | None = None
    remark: str | None = None
    weight: SentMass | None = None
    arrival_reason: str | None = None
    departure_kind: str | None = None
    departure_reason: str | None = None
    # the standard writes it in small letters for groups
    death_reason: str | None = Field(None, validation_alias=AliasChoices("deathReason", "deathreason"))
    explanation: str | None = None
    disposal_method: str | None = None
    consignment: SentConsignment | None = None
    diagnoses: list[SentFinding] | None = None
    insemination_type: str | None = None
    event_end_date_time: str | None = None
    sire_identifiers: list[SentIdentifier] | None = None
    straw: SentStraw | None = None
    embryo: SentEmbryo | None = None
    result: str | None = None
    foetal_age: Count | None = None
    foetus_count: Count | None = None
    is_embryo_implant: bool | None = None
    live_progeny: Count | None = None
    total_progeny: Count | None = None
    calving_ease: str | None = None
    progeny_details: list[SentProgeny] | None = None
    progeny: list[SentProgeny] | None = None
    trait_scored: str | None = None
    score: Number | None = None
    medicine: SentMedicine | None = None
    procedure: str | None = None
    batches: list[SentBatch] | None = None
    dose: SentDose | None = None
    withdrawals: list[SentWithdrawal] | None = None
    dose_per_animal: SentDose | None = None
    group_method: str | None = None
    count_observed: Count | None = None
    inventory_classification: SentInventory | None = None
    animal_set_reference: SentSet | None = None
    animal_set_id: str | None = None
    embedded_animal_set: SentMembers | None = None
    id: str | None = None
    name: str | None = None
    purpose: str | None = None
    member: list[SentIdentifier] | None = None
    weaning_reason: str | None = None
    weaning_method: str | None = None
    age_in_months: Count | None = None
    rearing_dam: SentIdentifier | None = None
    registration_reason: str | None = None
    animal_detail: SentAnimal | None = None

    @property
    def happened(self) -> str | None:
        """When; of a birth the birth date does."""
        return self.event_date_time or self.newborn.birth_date

    @property
    def newborn(self) -> SentAnimal:
        """What is told of an animal that was born."""
        return self.animal_detail or SentAnimal()

    @property
    def treatment(self) -> SentTreatment:
        """The remedy, and the first of its batches."""
        lots = [one.identifier for one in self.batches or () if one.identifier]
        name = self.medicine.name if self.medicine else None
        return SentTreatment(name, lots[0] if lots else None, self.dose or self.dose_per_animal)

    @property
    def sires(self) -> list[SentIdentifier]:
        """Wherever they are named."""
        of_straw = self.straw.sire_identifiers if self.straw else None
        of_embryo = self.embryo.sire_identifiers if self.embryo else None
        return self.sire_identifiers or of_straw or of_embryo or []

    @property
    def sires_field(self) -> str:
        """Where they are named."""
        in_straw = self.straw is not None and bool(self.straw.sire_identifiers)
        part = "straw." if in_straw else "embryo." if self.embryo is not None and self.embryo.sire_identifiers else ""
        return "sireIdentifiers" if self.sire_identifiers else f"{part}sireIdentifiers"

    @property
    def donors(self) -> list[SentIdentifier]:
        """Of an embryo."""
        return (self.embryo.donor_identifiers if self.embryo else None) or []
