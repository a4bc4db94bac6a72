"""Rows as resources of the standard."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from bellwether.farm.animals.models import AnimalRow
from bellwether.farm.icar import words
from bellwether.farm.icar.models import EventRow, KeptRow, ParentRow, WeightRow
from bellwether.farm.icar.moments import moment
from bellwether.farm.icar.resources.animals import (
    IcarAnimal,
    IcarArrival,
    IcarBirth,
    IcarDeath,
    IcarDeparture,
    IcarParentage,
    IcarWeight,
)
from bellwether.farm.icar.resources.core import IcarConsignment, IcarIdentifier, IcarMass, IcarMeta
from bellwether.farm.icar.resources.health import IcarDiagnosis, IcarFinding
from bellwether.sheep.identifiers import ANIMAL
from bellwether.sheep.traits import kilograms

NOWHERE = "org.bellwether.text"
"""Scheme of a place or paper that somebody has written down without saying whose number it is."""
UNITS = {"kg": "KGM", "lb": "LBR"}
NEAR = 1e-4


@dataclass(frozen=True)
class Writer:
    """What resources of one farm need beside their rows."""

    location: IcarIdentifier
    zone: str
    animals: Mapping[UUID, AnimalRow]
    parents: Mapping[UUID, Sequence[ParentRow]] = field(default_factory=dict)
    remedies: Mapping[UUID, str] = field(default_factory=dict)

    def identifier(self, animal_id: UUID) -> IcarIdentifier:
        """By what an animal is known best."""
        return self.identifiers(animal_id)[0]

    def identifiers(self, animal_id: UUID) -> list[IcarIdentifier]:
        """By what an animal is known, the best first; always by its id."""
        found = self.animals.get(animal_id)
        known = [] if found is None else [item for item in found["identifiers"] if item["scheme"] in words.NAMING]
        known.sort(key=lambda item: (words.NAMING.index(item["scheme"]), item["value"]))
        shown = [IcarIdentifier(scheme=item["scheme"], id=item["value"]) for item in known]
        return [*shown, IcarIdentifier(scheme=ANIMAL, id=str(animal_id))]

    def animal(self, kept: KeptRow) -> IcarAnimal:
        """An animal of the farm."""
        row = self.animals[kept.id]
        first, *others = self.identifiers(kept.id)
        tags = {item["kind"]: item["value"] for item in row["identifiers"]}
        born = row["birth_date"]
        meta = IcarMeta(
            source=words.SOURCE, source_id=str(kept.id), modified=row["updated_at"], created=kept.created_at
        )
        return IcarAnimal(
            meta=deleted(meta) if kept.merged_into else meta,
            location=self.location,
            identifier=first,
            alternative_identifiers=others,
            gender=words.gender(row["sex"], row["fertility"]),
            birth_date=None if born is None else moment(born, None, self.zone),
            management_tag=tags.get("visual"),
            name=tags.get("name"),
            status=words.STATUS[row["fate"]],
            parentage=[self.parent(first, claim) for claim in self.parents.get(kept.id, ())],
        )

    def parent(self, child: IcarIdentifier, claim: ParentRow) -> IcarParentage:
        """A parent of an animal."""
        relation, gender = words.PARENTS[claim.parent_type]
        values = {"parent_of": child, "relation": relation, "gender": gender}
        return IcarParentage.model_validate(values | {"identifier": self.identifier(claim.parent_id)})

    def birth(self, kept: KeptRow) -> IcarBirth:
        """That an animal was born on the farm."""
        animal = self.animal(kept)
        assert animal.birth_date is not None
        key = str(uuid5(kept.id, "birth"))
        return IcarBirth(
            meta=animal.meta.model_copy(update={"source_id": key}),
            location=self.location,
            id=key,
            animal=animal.identifier,
            event_date_time=animal.birth_date,
            animal_detail=animal,
        )

    def weight(self, row: WeightRow) -> IcarWeight:
        """A weight. Of an animal, trait and day one counts: that which counts now replaces what did before."""
        key = uuid5(row.animal_id, f"{row.trait} {row.occurred_on}")
        return IcarWeight(
            meta=IcarMeta(source=words.SOURCE, source_id=str(key), modified=row.created_at),
            location=self.location,
            id=str(row.id),
            animal=self.identifier(row.animal_id),
            event_date_time=moment(row.occurred_on, row.occurred_time, self.zone),
            trait_label=IcarIdentifier(scheme=words.TRAIT, id=row.trait),
            contemporary_group=row.contemporary_group,
            weight=mass(row),
        )

    def meta(self, row: EventRow) -> IcarMeta:
        """Where an event is from; the first of its versions names it."""
        meta = IcarMeta(
            source=words.SOURCE, source_id=str(row.first_id), modified=row.modified_at, created=row.created_at
        )
        return deleted(meta) if row.is_retracted else meta

    def of_event(self, row: EventRow) -> dict[str, object]:
        """What every event says."""
        return {
            "meta": self.meta(row),
            "location": self.location,
            "id": str(row.id),
            "animal": self.identifier(row.animal_id),
            "event_date_time": moment(row.occurred_on, row.occurred_time, row.tz),
            "remark": said(row, "note"),
        }

    def arrival(self, row: EventRow) -> IcarArrival:
        """An animal came."""
        reason = words.ARRIVALS.get(said(row, "reason") or "", "Other")
        papers = consignment(row, "from_location", "origin_location")
        return IcarArrival.model_validate(self.of_event(row) | {"arrival_reason": reason, "consignment": papers})

    def departure(self, row: EventRow) -> IcarDeparture:
        """An animal left."""
        kind = words.DEPARTURES.get(said(row, "fate") or "", "Other")
        papers = consignment(row, "to_location", "destination_location")
        return IcarDeparture.model_validate(self.of_event(row) | {"departure_kind": kind, "consignment": papers})

    def death(self, row: EventRow) -> IcarDeath:
        """An animal died."""
        reason, explanation = words.death(said(row, "cause"))
        values = {"death_reason": reason, "explanation": explanation}
        disposal = {"disposal_method": words.disposal(said(row, "disposal"))}
        return IcarDeath.model_validate(self.of_event(row) | values | disposal)

    def diagnosis(self, row: EventRow) -> IcarDiagnosis:
        """Somebody found out what an animal has."""
        severity = words.SEVERITIES.get(said(row, "severity") or "")
        finding = {"id": str(row.id), "name": said(row, "finding"), "severity": severity}
        return IcarDiagnosis.model_validate(self.of_event(row) | {"diagnoses": [IcarFinding.model_validate(finding)]})


def deleted(meta: IcarMeta) -> IcarMeta:
    """Of what is no longer so."""
    return meta.model_copy(update={"is_deleted": True})


def said(row: EventRow, name: str) -> str | None:
    """A text of the payload."""
    value = row.payload.get(name)
    return value if isinstance(value, str) else None


def consignment(row: EventRow, ours: str, theirs: str) -> IcarConsignment | None:
    """With which papers, from or to where."""
    place, paper = said(row, ours), said(row, "consignment")
    if place is None and paper is None:
        return None
    values = {"id": paper, theirs: place}
    return IcarConsignment.model_validate(
        {name: IcarIdentifier(scheme=NOWHERE, id=value) for name, value in values.items() if value is not None}
    )


def mass(row: WeightRow) -> IcarMass:
    """As it was read off, if that is the value in a unit of the standard; in kilograms else."""
    with suppress(ValueError, KeyError):
        value, units = float(row.raw_value), UNITS[row.raw_unit]
        if abs(kilograms(value, row.raw_unit) - row.value) < NEAR:
            return IcarMass.model_validate({"measurement": value, "units": units})
    return IcarMass(measurement=row.value, units="KGM")
