"""From the service to the lambs, as resources of the standard."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import cast
from uuid import UUID

from bellwether.farm.icar import words
from bellwether.farm.icar.models import EventRow
from bellwether.farm.icar.moments import moment
from bellwether.farm.icar.resources.core import IcarIdentifier, IcarMass
from bellwether.farm.icar.resources.health import IcarConformationScore
from bellwether.farm.icar.resources.reproduction import (
    IcarEmbryo,
    IcarInsemination,
    IcarParturition,
    IcarPregnancyCheck,
    IcarProgeny,
    IcarStraw,
)
from bellwether.farm.icar.writing import UNITS, Writer, said
from bellwether.platform.json import JsonObject, JsonValue

SERVICES = ("mating.observed", "ai.done", "embryo.transferred")
"""Kinds of events by which a ewe may conceive."""


def others(row: EventRow) -> Iterator[UUID]:
    """Animals that an event names beside the one to which it happened."""
    for name in ("sire_id", "donor_id"):
        if (key := said(row, name)) is not None:
            yield UUID(key)
    for lamb in lambs(row):
        yield UUID(str(lamb["id"]))


def lambs(row: EventRow) -> list[JsonObject]:
    """Those of a lambing."""
    return cast(list[JsonObject], row.payload.get("lambs", []))


def named(writer: Writer, row: EventRow, name: str) -> list[IcarIdentifier]:
    """The animal that the payload names, if it does."""
    key = said(row, name)
    return [] if key is None else [writer.identifier(UUID(key))]


def insemination(writer: Writer, row: EventRow) -> IcarInsemination:
    """A ewe was served, was inseminated or got an embryo."""
    sires, values = named(writer, row, "sire_id"), writer.of_event(row)
    if row.kind == "mating.observed":
        return IcarInsemination.model_validate(
            values | {"insemination_type": "NaturalService", "sire_identifiers": sires or None}
        )
    if row.kind == "embryo.transferred":
        embryo = IcarEmbryo(donor_identifiers=named(writer, row, "donor_id"), sire_identifiers=sires)
        return IcarInsemination.model_validate(
            values | {"insemination_type": "Implantation", "sire_identifiers": sires, "embryo": embryo}
        )
    collected = said(row, "collected_on")
    straw = IcarStraw(
        batch=said(row, "batch"),
        date_collected=None if collected is None else moment(date.fromisoformat(collected), None, row.tz),
        sire_identifiers=sires,
        preservation_type="Frozen" if "frozen" in (said(row, "method") or "") else "Liquid",
    )
    return IcarInsemination.model_validate(
        values | {"insemination_type": "Insemination", "sire_identifiers": sires, "straw": straw}
    )


def pregnancy_check(writer: Writer, row: EventRow) -> IcarPregnancyCheck:
    """A ewe was scanned."""
    seen = {
        "result": words.SCANS[said(row, "result") or "empty"],
        "foetal_age": row.payload.get("foetal_age_days"),
        "foetus_count": row.payload.get("count"),
    }
    return IcarPregnancyCheck.model_validate(writer.of_event(row) | seen)


def parturition(writer: Writer, row: EventRow) -> IcarParturition:
    """A ewe lambed."""
    born = lambs(row)
    found = {
        "is_embryo_implant": row.payload.get("embryo_transfer"),
        "live_progeny": sum(lamb.get("born", "alive") == "alive" for lamb in born),
        "total_progeny": len(born),
        "calving_ease": words.EASES.get(said(row, "ease") or ""),
        "progeny_details": [progeny(writer, lamb, row.payload.get("weight_unit")) for lamb in born],
    }
    return IcarParturition.model_validate(writer.of_event(row) | found)


def progeny(writer: Writer, lamb: JsonObject, unit: JsonValue) -> IcarProgeny:
    """A lamb as it was born; a weight without a unit was in that of the farm then, and is told by `weights`."""
    weight = None
    with suppress(KeyError):
        weight = IcarMass.model_validate({"measurement": lamb["weight"], "units": UNITS[str(unit)]})
    return IcarProgeny(
        identifier=writer.identifier(UUID(str(lamb["id"]))),
        gender=words.SEXES.get(str(lamb.get("sex")), "Unknown"),
        birth_status="Stillborn" if lamb.get("born") == "dead" else "Alive",
        birth_weight=weight,
    )


def condition_score(writer: Writer, row: EventRow) -> IcarConformationScore:
    """The condition of an animal, with its scale: 3 of 5 is not 3 of 9."""
    label = IcarIdentifier(scheme=words.TRAIT, id=f"BCS {said(row, 'scale')}")
    return IcarConformationScore.model_validate(
        writer.of_event(row) | {"trait_label": label, "score": row.payload.get("score")}
    )
