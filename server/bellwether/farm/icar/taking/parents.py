"""Who bore a newborn, and whether the farm has it already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from bellwether.farm.icar import repository
from bellwether.farm.icar.taking.entries import Entry, as_error
from bellwether.farm.icar.taking.sent import SentIdentifier, SentParent
from bellwether.farm.icar.taking.translating import word
from bellwether.farm.identifiers.wearers import Asked, wearers
from bellwether.platform.database.transactions import Session
from bellwether.sheep.findings import Broken, Finding, broken, warning
from bellwether.sheep.identifiers import ANIMAL

SOON = timedelta(days=100)
"""Nobody else wears the number of a lamb before it is weaned."""


@dataclass
class Newborn:
    """A sound message with its dam; `known` is the animal that wears one of its numbers."""

    entry: Entry
    dam: UUID
    on: date
    key: UUID
    known: UUID | None = None
    is_transfer: bool = False
    shares: bool = False
    """Whether other messages of the request tell of the same litter."""


async def find_newborns(session: Session, farm_id: UUID, entries: Sequence[Entry]) -> list[Newborn]:
    """Of each sound message the dam and the animal; what has none of its own dam is told so."""
    asked = [(entry, dam) for entry in entries if (dam := dam_of(entry)) is not None]
    dams = await wearers(session, farm_id, [of_day(entry, dam.identifier) for entry, dam in asked])
    found = []
    for (entry, dam), meant in zip(asked, dams, strict=True):
        if isinstance(meant, Finding):
            said = f"of its dam: {meant.message}"
            entry.fail(Finding(meant.verdict, meant.code, said, meant.fix, "animalDetail.parentage"))
        else:
            assert entry.moment is not None
            key = own_id(entry) or uuid5(entry.key or farm_id, "lamb")
            found.append(Newborn(entry, meant, entry.moment.day, key, is_transfer=dam.relation == "Recipient"))
    await find_known(session, farm_id, found)
    return [one for one in found if one.entry.is_sound]


def dam_of(entry: Entry) -> SentParent | None:
    """The ewe that gave birth; None when something is wrong with the message."""
    if not entry.is_sound:
        return None
    try:
        return told_dam(entry)
    except Broken as error:
        entry.fail(*error.findings)
        return None


def told_dam(entry: Entry) -> SentParent:
    """The one recipient, else the one genetic mother.

    Raises:
        Broken: there is none, or several; or it is no birth of a sheep.
    """
    detail = entry.sent.newborn
    if detail.specie:
        word({"Sheep": "sheep"}, "animalDetail.specie", detail.specie)
    if entry.sent.registration_reason == "Registered":
        text = "an animal that was there before is no birth"
        raise broken("not_born", text, "register it under /animals", field="registrationReason")
    parents = [one for one in detail.parentage or () if one.identifier is not None and one.identifier.id]
    mothers = [one for one in parents if one.gender == "Female" and one.relation in (None, "Genetic")]
    bore = [one for one in parents if one.gender == "Female" and one.relation == "Recipient"] or mothers
    if any(one.gender == "Male" for one in parents):
        text = "the sire follows from joinings and services, and was not taken from here"
        entry.told.append(as_error(entry.row, warning("sire_not_taken", text, "send the service as an insemination")))
    names = {(one.identifier.scheme, one.identifier.id) for one in bore if one.identifier is not None}
    if len(names) != 1:
        text = "the message has no dam" if not names else f"the message has {len(names)} dams"
        fix = "send the ewe that bore it in animalDetail.parentage, gender Female; one without a dam goes to /animals"
        raise broken("dam_missing" if not names else "several_dams", text, fix, field="animalDetail.parentage")
    return bore[0]


def of_day(entry: Entry, identifier: SentIdentifier | None) -> Asked:
    """A number as it was worn on the day of the birth."""
    assert entry.moment is not None
    assert identifier is not None
    return Asked(identifier.id or "", identifier.scheme, entry.moment.day)


def numbers(entry: Entry) -> list[SentIdentifier]:
    """By which the newborn is called."""
    detail = entry.sent.newborn
    sent = (entry.sent.animal, detail.identifier, *(detail.alternative_identifiers or ()))
    return [one for one in sent if one is not None and one.id]


def own_id(entry: Entry) -> UUID | None:
    """The id of an animal of ours, if the message has one."""
    try:
        return next((UUID(one.id) for one in numbers(entry) if one.scheme == ANIMAL), None)
    except ValueError:
        return None


def is_unknown(worn: UUID | Finding) -> bool:
    """Whether nobody wears a number."""
    return isinstance(worn, Finding) and worn.code == "unknown_tag"


async def find_known(session: Session, farm_id: UUID, newborns: Sequence[Newborn]) -> None:
    """The animals that the newborns are, where the farm has them."""
    there = await repository.existing(session, farm_id, [one.key for one in newborns])
    asked = [(one, number) for one in newborns for number in numbers(one.entry) if number.scheme != ANIMAL]
    found = await wearers(session, farm_id, [of_day(one.entry, number) for one, number in asked])
    # a newborn that is told again with an earlier day wears its numbers from the day that was told first
    days = [of_day(one.entry, number) for one, number in asked]
    later = await wearers(session, farm_id, [day._replace(day=day.day + SOON) for day in days])
    found = [soon if is_unknown(now) else now for now, soon in zip(found, later, strict=True)]
    meant = {id(one): {one.key} & there for one in newborns}
    for (one, _), worn in zip(asked, found, strict=True):
        if isinstance(worn, UUID):
            meant[id(one)].add(worn)
        elif not is_unknown(worn):
            one.entry.fail(worn)
    for one in newborns:
        if len(meant[id(one)]) > 1:
            text, fix = "its numbers are those of several animals", "send the numbers of one animal"
            one.entry.fail(Finding("ambiguous", "ambiguous", text, fix, "animal"))
        one.known = next(iter(meant[id(one)]), None)
