"""Who bore a newborn, and whether the farm has it already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from bellwether.farm.icar import repository
from bellwether.farm.icar.pages import named
from bellwether.farm.icar.taking.entries import Entry, as_error
from bellwether.farm.icar.taking.sent import SentIdentifier, SentParent
from bellwether.farm.icar.taking.translating import word
from bellwether.farm.identifiers.wearers import Asked, wearers
from bellwether.platform.database.transactions import Session
from bellwether.sheep.findings import Broken, Finding, broken, warning
from bellwether.sheep.identifiers import ANIMAL

BORE = ("dam", "et_recipient_dam")
SOON = timedelta(days=100)
"""Nobody else wears the number of a lamb before it is weaned."""


@dataclass
class Newborn:
    """A sound message with its dam; `known` is the animal that wears one of its numbers."""

    entry: Entry
    dam: UUID | None
    on: date
    key: UUID
    known: UUID | None = None
    is_transfer: bool = False
    waits: bool = False
    """Whether another message has named a lamb of its litter, so that this one comes after it."""
    shares: bool = False
    """Whether other messages of the request tell of the same litter."""
    fault: Broken | None = None
    """Why nobody knows its dam, which is a fault if it is no animal yet."""
    is_told: bool = False
    """Whether the farm has the animal with this dam and day, which no lambing has to say."""


def lamb_key(entry: Entry) -> UUID:
    """The id of the lamb that a message makes."""
    assert entry.key is not None
    return uuid5(entry.key, "lamb")


async def find_newborns(
    session: Session, farm_id: UUID, entries: Sequence[Entry], *, is_known_only: bool = False
) -> list[Newborn]:
    """Of each sound message the dam and the animal; what has none of its own dam is told so.

    `is_known_only`: those who are animals of the farm, whoever bore them.
    """
    sound = [entry for entry in entries if entry.is_sound]
    found = [Newborn(entry, None, entry.moment.day, lamb_key(entry)) for entry in sound if entry.moment]
    if not is_known_only:
        await find_dams(session, farm_id, found)
    await find_known(session, farm_id, [one for one in found if one.entry.is_sound])
    await find_told(session, farm_id, found)
    if is_known_only:
        return [one for one in found if one.known is not None and one.entry.is_sound]
    return [one for one in found if one.entry.is_sound]


async def find_dams(session: Session, farm_id: UUID, newborns: Sequence[Newborn]) -> None:
    """Who bore them."""
    asked: list[tuple[Newborn, SentParent]] = []
    for one in newborns:
        try:
            check_kind(one.entry)
            asked.append((one, told_dam(one.entry)))
        except NoDam as error:
            one.fault = error
        except Broken as error:
            one.entry.fail(*error.findings)
    dams = await wearers(session, farm_id, [of_day(one.entry, dam.identifier) for one, dam in asked])
    for (one, dam), meant in zip(asked, dams, strict=True):
        if isinstance(meant, Finding):
            said = f"of its dam: {meant.message}"
            one.entry.fail(Finding(meant.verdict, meant.code, said, meant.fix, "animalDetail.parentage"))
        else:
            one.dam, one.is_transfer = meant, dam.relation == "Recipient"


async def find_told(session: Session, farm_id: UUID, newborns: Sequence[Newborn]) -> None:
    """Which of them the farm has with the dam and the day that are said."""
    known = [one for one in newborns if one.known is not None]
    ids = [one.known for one in known if one.known is not None]
    rows = await named(session, ids)
    bore: dict[UUID, set[UUID]] = {}
    for claim in await repository.parents(session, farm_id, ids) if ids else ():
        if claim.parent_type in BORE:
            bore.setdefault(claim.child_id, set()).add(claim.parent_id)
    for one in known:
        assert one.known is not None
        row = rows.get(one.known)
        dams = set() if one.dam is None else {one.dam}
        one.is_told = row is not None and row["birth_date"] == one.on and dams == bore.get(one.known, set())


class NoDam(Broken):
    """A message that names no dam."""


def check_kind(entry: Entry) -> None:
    """It is the birth of a sheep.

    Raises:
        Broken
    """
    if entry.sent.newborn.specie:
        word({"Sheep": "sheep"}, "animalDetail.specie", entry.sent.newborn.specie)
    if entry.sent.registration_reason == "Registered":
        text = "an animal that was there before is no birth"
        raise broken("not_born", text, "register it under /animals", field="registrationReason")


def told_dam(entry: Entry) -> SentParent:
    """The one recipient, else the one genetic mother.

    Raises:
        NoDam: there is none.
        Broken: there are several.
    """
    parents = [one for one in entry.sent.newborn.parentage or () if one.identifier is not None and one.identifier.id]
    mothers = [one for one in parents if one.gender == "Female" and one.relation in (None, "Genetic")]
    bore = [one for one in parents if one.gender == "Female" and one.relation == "Recipient"] or mothers
    if any(one.gender == "Male" for one in parents):
        text = "the sire follows from joinings and services, and was not taken from here"
        fix = "send the service as an insemination"
        entry.told.append(as_error(entry.row, warning("sire_not_taken", text, fix, field="animalDetail.parentage")))
    names = {(one.identifier.scheme, one.identifier.id) for one in bore if one.identifier is not None}
    if len(names) != 1:
        text = "the message has no dam" if not names else f"the message has {len(names)} dams"
        fix = "send the ewe that bore it in animalDetail.parentage, gender Female; one without a dam goes to /animals"
        error = broken("dam_missing" if not names else "several_dams", text, fix, field="animalDetail.parentage")
        raise error if names else NoDam(*error.findings)
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
    told = {id(one): {key for key in (own_id(one.entry), one.key) if key is not None} for one in newborns}
    there = await repository.existing(session, farm_id, sorted({key for keys in told.values() for key in keys}))
    asked = [(one, number) for one in newborns for number in numbers(one.entry) if number.scheme != ANIMAL]
    found = await wearers(session, farm_id, [of_day(one.entry, number) for one, number in asked])
    # a newborn that is told again with an earlier day wears its numbers from the day that was told first
    days = [of_day(one.entry, number) for one, number in asked]
    later = await wearers(session, farm_id, [day._replace(day=day.day + SOON) for day in days])
    found = [soon if is_unknown(now) else now for now, soon in zip(found, later, strict=True)]
    meant = {key: ids & there for key, ids in told.items()}
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
