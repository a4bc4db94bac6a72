"""What is found wrong with an event or a weight of ours, told at the part of the message that its sender knows."""

import re
from collections.abc import Sequence

from bellwether.farm.icar.taking.sent import SentAnimal, SentEvent, SentIdentifier, SentProgeny
from bellwether.farm.season.models import ENDED
from bellwether.platform.problems import RowError
from bellwether.sheep.identifiers import ANIMAL

ROW = re.compile(r"^(events|weights)\.\d+(\.|$)")
"""Of a batch of ours, in which only sound messages are."""
OURS = re.compile(r"\b(?:events|weights)\.\d+(?:\.\w+)*")
"""Where a text names the field of ours."""
IN_LAMB = re.compile(r"\bpayload\.lambs\.(\d+)(?:\.|$)(.*)")
THEIRS = {
    "occurred_on": "eventDateTime",
    "occurred_time": "eventDateTime",
    "animal_id": "animal",
    "supersedes": "meta.sourceId",
    "id": "meta.sourceId",
    "trait": "traitLabel",
    "weight": "weight.measurement",
    "unit": "weight.units",
    "group": "contemporaryGroup",
    "payload.note": "remark",
    "payload.fate": "departureKind",
    "payload.override": "departureKind",
    "payload.from_location": "consignment.originLocation",
    "payload.to_location": "consignment.destinationLocation",
    "payload.consignment": "consignment.id",
    "payload.cause": "deathReason",
    "payload.disposal": "disposalMethod",
    "payload.finding": "diagnoses",
    "payload.severity": "diagnoses",
    "payload.product_id": "medicine.name",
    "payload.batch_id": "batches",
    "payload.dose": "dose.doseQuantity",
    "payload.unit": "dose.doseUnits",
    "payload.route": "procedure",
    "payload.off_label": "withdrawals",
    "payload.sire_id": "sireIdentifiers",
    "payload.sire_ids": "sireIdentifiers",
    "payload.ewe_ids": "animal",
    "payload.donor_id": "embryo.donorIdentifiers",
    "payload.collected_on": "straw.dateCollected",
    "payload.batch": "straw.batch",
    "payload.joining_id": "eventEndDateTime",
    "payload.result": "result",
    "payload.count": "foetusCount",
    "payload.foetal_age_days": "foetalAge",
    "payload.score": "score",
    "payload.scale": "traitLabel",
    "payload.ease": "calvingEase",
    "payload.embryo_transfer": "isEmbryoImplant",
    "payload.lambs": "totalProgeny",
    "payload.heads.0.stock_class": "inventoryClassification.name",
    "payload.heads": "countObserved",
}
OF_KIND = {
    ENDED: {"occurred_on": "eventEndDateTime"},
    "arrivals": {"payload.reason": "arrivalReason"},
    "group-arrivals": {"payload.reason": "arrivalReason"},
    "group-deaths": {"payload.cause": "deathreason"},
    "group-treatments": {"payload.dose": "dosePerAnimal.doseQuantity", "payload.unit": "dosePerAnimal.doseUnits"},
    "inseminations": {"payload.method": "straw.preservationType"},
    "weaning-events": {"payload.reason": "weaningReason", "payload.method": "weaningMethod"},
    "births": {"animal_id": "animalDetail.parentage", "payload.embryo_transfer": "animalDetail.parentage"},
}
OF_LAMB = {"sex": "gender", "born": "birthStatus", "weight": "birthWeight.measurement", "born_on": "birthDate"}


def of_sender(row: int, kind: str, sent: SentEvent, error: RowError) -> RowError:
    """The same finding by the place of the message in its request, and by the sender's own name of the field."""
    ours = ROW.sub("", error.field or "")
    name = theirs(kind, sent, ours)
    text = OURS.sub(name or "the message", error.message)
    if ours and text.startswith(f"{ours} "):
        text = f"{name or 'the message'}{text.removeprefix(ours)}"
    return error.model_copy(update={"row": row, "field": name, "message": text})


def theirs(kind: str, sent: SentEvent, ours: str) -> str | None:
    """The part of the message from which a field of ours was made; None: it was made of none."""
    if found := IN_LAMB.search(ours):
        return of_lamb(kind, sent, int(found[1]), found[2])
    names = THEIRS | OF_KIND.get(kind, {})
    while ours and ours not in names and ours != "group_id":
        ours = ours.rpartition(".")[0]
    if ours == "group_id":
        return "animalSetId" if sent.animal_set_id else "animalSetReference"
    found_name = names.get(ours)
    if found_name == "eventDateTime" and not sent.event_date_time and sent.newborn.birth_date:
        return "animalDetail.birthDate"
    return found_name


def of_lamb(kind: str, sent: SentEvent, place: int, ours: str) -> str | None:
    """A part of the lamb that a birth tells of, or of one of those that a parturition does."""
    if kind == "births":
        name = number_of([sent.newborn.identifier or sent.animal], sent.newborn, ours)
        if name == "identifier" and sent.newborn.identifier is None:
            return "animal"
        return f"animalDetail.{name}" if name else "animal"
    for word, told in (("progenyDetails", sent.progeny_details), ("progeny", sent.progeny)):
        if told:
            if place >= len(told):
                return word
            name = number_of([told[place].identifier], told[place], ours)
            return f"{word}.{place}.{name}" if name else f"{word}.{place}"
    return "totalProgeny"


def number_of(first: Sequence[SentIdentifier | None], sent: SentProgeny | SentAnimal, ours: str) -> str | None:
    """The name of a field of a lamb; its numbers stand in the order in which `breeding.lamb` puts them."""
    head, _, rest = ours.partition(".")
    if head != "identifiers":
        return OF_LAMB.get(head)
    names = ["identifier" for one in first if is_number(one)]
    others = enumerate(sent.alternative_identifiers or ())
    names += [f"alternativeIdentifiers.{place}" for place, one in others if is_number(one)]
    names += ["managementTag"] if sent.management_tag else []
    which = rest.partition(".")[0]
    return names[int(which)] if which.isdigit() and int(which) < len(names) else None


def is_number(one: SentIdentifier | None) -> bool:
    """Whether it becomes a number of the lamb, and is not our own id of it."""
    return one is not None and bool(one.id) and one.scheme != ANIMAL
