"""Messages from the service to the lambs, in our own words."""

from collections.abc import Collection
from typing import Literal
from uuid import uuid5

from bellwether.farm.icar.taking.entries import RUNNING, Entry, as_error
from bellwether.farm.icar.taking.sent import UNITS, SentIdentifier, SentMass, SentProgeny, unit
from bellwether.farm.icar.taking.translating import Translation, word
from bellwether.farm.icar.taking.when import when
from bellwether.farm.icar.words import EASES, EID
from bellwether.platform.json import JsonObject, JsonValue
from bellwether.sheep.findings import broken, warning
from bellwether.sheep.identifiers import ANIMAL, SHEEP_GENETICS

EASE = {theirs: ours for ours, theirs in EASES.items()}
SEXES = {
    "Male": "male", "MaleNeuter": "male", "MaleCryptorchid": "male", "Female": "female", "FemaleNeuter": "female",
    "Unknown": "unknown",
}  # fmt: skip
FERTILITIES: dict[str, Literal["neutered", "cryptorchid"]] = {
    "MaleNeuter": "neutered", "FemaleNeuter": "neutered", "MaleCryptorchid": "cryptorchid",
}  # fmt: skip
BORN = {
    "Alive": "alive", "DiedBeforeTaggingDate": "alive", "DiedAfterTaggingDate": "alive", "Stillborn": "dead",
    "Aborted": "dead", "SlaughteredAtBirth": "dead", "EuthanisedAtBirth": "dead",
}  # fmt: skip
PRESERVED = {"Liquid": "fresh", "Frozen": "frozen"}
KINDS = {EID: "eid", "au.nlis": "eid", "eu.animalId": "eid", "usa.ain": "eid", SHEEP_GENETICS: "registration"}
MOST_LAMBS = 12


def insemination(entry: Entry) -> Translation:
    """A service, an insemination or an embryo transfer, of one ram each; or rams that ran with the ewe.

    Raises:
        Broken: it does not say which ram, or names several.
    """
    sent, sire = entry.sent, entry.others.get("sire")
    if sent.insemination_type == RUNNING:
        return running(entry)
    kinds = {"NaturalService": "mating.observed", "Insemination": "ai.done", "Implantation": "embryo.transferred"}
    kind = word(kinds, "inseminationType", sent.insemination_type)
    if len(sent.sires) > 1:
        fix = f"send rams that ran together with the inseminationType {RUNNING}"
        raise broken("several_sires", "the message names several rams", fix, field="sireIdentifiers")
    payload: JsonObject = {"sire_id": None if sire is None else str(sire), "note": sent.remark}
    if kind == "mating.observed":
        return Translation(kind, payload)
    if sire is None:
        fix = "send the ram, who must be an animal of the farm, as sireIdentifiers"
        raise broken("sire_missing", "the message does not say whose semen it was", fix, field="sireIdentifiers")
    straw = sent.straw
    batch: JsonValue = straw.batch if straw else None
    if kind == "embryo.transferred":
        donor = entry.others.get("donor")
        if donor is None:
            fix = "send the ewe that gave the egg as embryo.donorIdentifiers"
            raise broken("donor_missing", "the message does not say whose embryo it was", fix, field="embryo")
        return Translation(kind, {**payload, "donor_id": str(donor)})
    kept = word(PRESERVED, "straw.preservationType", straw.preservation_type if straw else None)
    collected = None
    if straw is not None and straw.date_collected:
        collected = when(straw.date_collected, entry.zone, "straw.dateCollected").day.isoformat()
    # the standard does not know by which route the semen came
    return Translation(kind, {**payload, "method": f"ai_{kept}", "batch": batch, "collected_on": collected})


def running(entry: Entry) -> Translation:
    """Rams that ran with a ewe: a joining of hers; several are a syndicate (I25).

    Raises:
        Broken: it does not say which rams.
    """
    if not entry.rams:
        fix = "send the rams, who must be animals of the farm, as sireIdentifiers"
        raise broken("sire_missing", "the message does not say which rams ran with her", fix, field="sireIdentifiers")
    rams: list[JsonValue] = [str(key) for key in dict.fromkeys(entry.rams)]
    said: JsonObject = {"ewe_ids": [str(entry.animal_id)], "sire_ids": rams, "note": entry.sent.remark}
    return Translation("joining.started", said, about="payload")


def pregnancy_check(entry: Entry) -> Translation:
    """A scan.

    Raises:
        Broken: a pregnant ewe whose foetuses nobody counted may have one or more.
    """
    sent, count = entry.sent, entry.sent.foetus_count
    seen = word({"Empty": "empty", "Pregnant": "single", "Multiple": "multiple"}, "result", sent.result)
    if sent.result == "Pregnant" and count is None:
        text = "a ewe that is pregnant may have one lamb or more"
        raise broken("count_missing", text, "send foetusCount, or the result Multiple", field="foetusCount")
    if seen == "single" and count is not None and count > 1:
        seen = "multiple"
    long: JsonObject = {} if count is None else {"scan_type": "long", "count": count}
    return Translation(
        "pregscan.recorded", {**long, "result": seen, "foetal_age_days": sent.foetal_age, "note": sent.remark}
    )


def condition_score(entry: Entry) -> Translation:
    """A condition score, on the scale that its trait label says.

    Raises:
        Broken: it scores something else, or may be on either scale.
    """
    sent = entry.sent
    word({"BodyConditionScore": "BCS"}, "traitScored", sent.trait_scored)
    if sent.score is None:
        raise broken("score_missing", "the message has no score", "send score", field="score")
    scale = ((sent.trait_label.id if sent.trait_label else None) or "").removeprefix("BCS ")
    if scale not in ("1-5", "1-9"):
        text = f"{sent.score:g} may be on a scale of 5 or of 9"
        fix = "send traitLabel with scheme org.bellwether.trait and id BCS 1-5 or BCS 1-9"
        raise broken("scale_missing", text, fix, field="traitLabel")
    return Translation("condition.scored", {"score": sent.score, "scale": scale, "note": sent.remark})


def parturition(entry: Entry) -> Translation:
    """A lambing; lambs that are only counted are lambs without a number.

    Raises:
        Broken: the lambs that are counted are not those that are told of.
    """
    sent = entry.sent
    told = sent.progeny_details or sent.progeny or []
    total = sent.total_progeny if sent.total_progeny is not None else sent.live_progeny
    if total is not None and told and total != len(told):
        text = f"totalProgeny is {total}, and {len(told)} are told of"
        raise broken("progeny_differ", text, "send all lambs, live and dead, in progenyDetails", field="totalProgeny")
    if not told and not total:
        raise broken("progeny_missing", "the message has no lambs", "send progenyDetails", field="progenyDetails")
    if not told:
        told = counted(total or 0, sent.live_progeny)
    assert entry.key is not None
    name = "progenyDetails" if sent.progeny_details else "progeny"
    lambs: list[JsonValue] = [
        lamb(one, str(uuid5(entry.key, str(place))), f"{name}.{place}", entry.strange) for place, one in enumerate(told)
    ]
    if any(one.gender in FERTILITIES for one in told):
        text = "lambs are born entire: that some are castrated was not taken from here"
        fix = "send their births, or marking.recorded to /events"
        entry.told.append(as_error(entry.row, warning("castration_not_taken", text, fix, field=name)))
    ease = word(EASE, "calvingEase", sent.calving_ease) if sent.calving_ease else None
    said: JsonObject = {"lambs": lambs, "ease": ease, "embryo_transfer": sent.is_embryo_implant, "note": sent.remark}
    return Translation("lambing.recorded", said)


def counted(total: int, live: int | None) -> list[SentProgeny]:
    """Lambs of whom nothing is said but how many lived.

    Raises:
        Broken: that is not said, or cannot be.
    """
    if live is None or not live <= total <= MOST_LAMBS:
        text = f"of {total} lambs {'nobody says how many live' if live is None else f'{live} cannot live'}"
        raise broken("progeny_missing", text, "send liveProgeny and totalProgeny", field="liveProgeny")
    return [SentProgeny(birth_status="Alive" if place < live else "Stillborn") for place in range(total)]


def lamb(sent: SentProgeny, key: str, where: str, strange: Collection[str] = ()) -> JsonObject:
    """A lamb with its numbers; `where` it stands in the message, and ids that are `strange` here."""
    worn = [one for one in (sent.identifier, *(sent.alternative_identifiers or ())) if one is not None and one.id]
    numbers: list[JsonValue] = [number(one) for one in worn if one.scheme != ANIMAL]
    if sent.management_tag:
        numbers.append({"kind": "visual", "value": sent.management_tag})
    said: JsonObject = {
        "id": next((one.id for one in worn if one.scheme == ANIMAL and one.id not in strange), key),
        "sex": word(SEXES, f"{where}.gender", sent.gender or "Unknown"),
        "born": word(BORN, f"{where}.birthStatus", sent.birth_status or "Alive"),
        "identifiers": numbers,
    }
    return said if sent.birth_weight is None else {**said, "weight": kilograms(sent.birth_weight, where)}


def number(sent: SentIdentifier) -> JsonObject:
    """A number of a lamb: a scheme that is not known is kept as it is, as a registration."""
    kind = KINDS.get(sent.scheme or "")
    if kind is None:
        return {"kind": "registration", "value": sent.id, "scheme": sent.scheme}
    return {"kind": kind, "value": sent.id}


def kilograms(sent: SentMass, where: str) -> float | None:
    """A birth weight.

    Raises:
        Broken: a unit that is not known.
    """
    if sent.measurement is None:
        return None
    factor = word(
        {name: str(factor) for name, factor in UNITS.items()}, f"{where}.birthWeight.units", unit(sent.units) or "KGM"
    )
    return round(sent.measurement * float(factor), 6)
