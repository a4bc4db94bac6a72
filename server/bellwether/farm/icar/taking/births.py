"""Births of other systems become lambs of a lambing of their dam, by the rules of the season and never beside them.

Births of one dam within two days are one litter: the first makes the lambing, or finds it; each further one is a
correction of it, which gives all its lambs the birth type of the litter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast
from uuid import UUID, uuid5

from bellwether.farm.events import service as events
from bellwether.farm.events.schemas import NewEvents
from bellwether.farm.icar import repository
from bellwether.farm.icar.models import EventRow
from bellwether.farm.icar.taking.breeding import lamb as lamb_of
from bellwether.farm.icar.taking.entries import Entry
from bellwether.farm.icar.taking.events import RETRACTED
from bellwether.farm.icar.taking.parents import Newborn, find_newborns
from bellwether.farm.icar.taking.sent import SentProgeny
from bellwether.farm.icar.taking.translating import without_nothing
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.strict.rows import Row
from bellwether.platform.ids import new_id
from bellwether.platform.json import JsonObject, JsonValue
from bellwether.sheep.breeding import LITTER
from bellwether.sheep.findings import Broken, broken

LAMBING = "lambing.recorded"


@dataclass
class Litter:
    """A lambing as it is to be after the messages of it."""

    dam: UUID
    on: date
    payload: JsonObject
    before: EventRow | None = None
    entries: list[Entry] = field(default_factory=list)
    is_changed: bool = False
    of_log: frozenset[str] = frozenset()
    """Ids of the lambs that the log has."""

    @property
    def lambs(self) -> list[JsonObject]:
        """Live and dead."""
        return cast(list[JsonObject], self.payload["lambs"])

    def named(self, key: UUID) -> list[JsonObject]:
        """The lamb with this id, if it has one."""
        return [each for each in self.lambs if str(each["id"]) == str(key)]

    def row(self) -> Row:
        """As an event: a new one, a correction, or what takes it back."""
        before = {} if self.before is None else {"supersedes": str(self.before.id)}
        if not self.lambs:
            said: Row = {"kind": RETRACTED, "payload": {}, "occurred_on": self.on.isoformat()}
        else:
            said = {"kind": LAMBING, "payload": self.payload, "occurred_on": self.on.isoformat()}
            said |= {"animal_id": str(self.dam)}
            at = None if self.before is None else self.before.occurred_time
            said |= {"occurred_time": at.isoformat()} if at else {}
        # what comes twice is known by its lamb, under the lock of the farm: the event needs no id that says what it is
        return {"id": str(new_id()), **before, **said}


async def take_births(
    session: Session, context: Context, farm_id: UUID, entries: Sequence[Entry], now: datetime
) -> None:
    """Sound messages into the log; each gets the id of its lamb, or what is wrong with it."""
    newborns = await find_newborns(session, farm_id, entries)
    await store(session, context, farm_id, newborns, now)
    # what is wrong with one lamb of a litter is no matter of the others
    for one in newborns:
        if one.entry.faults and one.shares:
            one.entry.faults.clear()
            await store(session, context, farm_id, [one], now)
    for one in newborns:
        if one.entry.is_sound and one.entry.animal_id is not None:
            one.entry.stored_id = uuid5(one.entry.animal_id, "birth")


async def store(session: Session, context: Context, farm_id: UUID, newborns: Sequence[Newborn], now: datetime) -> None:
    """Litters of these newborns as they are now, with them."""
    sound = [one for one in newborns if one.entry.is_sound]
    dams = sorted({one.dam for one in sound})
    litters = litters_of(await repository.lambings(session, farm_id, dams) if dams else [])
    for one in sound:
        try:
            put(one, litters.setdefault(one.dam, []))
        except Broken as error:
            one.entry.fail(*error.findings)
    changed = [each for of_dam in litters.values() for each in of_dam if each.is_changed]
    if not changed:
        return
    body = NewEvents(farm_id=farm_id, events=[each.row() for each in changed])
    answer = await events.append(session, context, body, now)
    for each, verdict in zip(changed, answer.items, strict=True):
        for entry in each.entries:
            entry.faults += [error.model_copy(update={"row": entry.row}) for error in verdict.errors]
            entry.told += [told.model_copy(update={"row": entry.row}) for told in verdict.warnings]
    for one in sound:
        one.shares = any(one.entry in each.entries and len(each.entries) > 1 for each in changed)


def litters_of(rows: Iterable[EventRow]) -> dict[UUID, list[Litter]]:
    """Those of each dam that are in the log."""
    found: dict[UUID, list[Litter]] = {}
    for row in rows:
        payload = {**row.payload, "lambs": [dict(each) for each in cast(list[JsonObject], row.payload["lambs"])]}
        litter = Litter(row.animal_id, row.occurred_on, cast(JsonObject, payload), row)
        litter.of_log = frozenset(str(each["id"]) for each in litter.lambs)
        found.setdefault(row.animal_id, []).append(litter)
    return found


def put(one: Newborn, litters: list[Litter]) -> None:
    """A newborn into its litter, or out of it.

    Raises:
        Broken: it is an animal already that no lambing made, or may be one of several lambs.
    """
    entry, key = one.entry, one.key
    if entry.deletes:
        take_back(one, litters)
        return
    litter = next((each for each in litters if abs(each.on - one.on) <= LITTER), None)
    own = [] if litter is None else litter.named(one.known or key)
    if one.known is not None and not own:
        text = "the animal is there already, and not of a lambing of this dam within two days"
        fix = "send its dam and its day as they were told first, or correct the animal here"
        raise broken("animal_exists", text, fix, field="animal")
    if litter is None:
        litter = Litter(one.dam, one.on, {"lambs": []})
        litters.append(litter)
    entry.animal_id = one.known or key
    said = born(one, litter)
    if own:
        update(litter, own[0], said, entry)
    elif (nameless := unnamed(litter, said)) is not None:
        entry.animal_id = UUID(str(nameless["id"]))
        update(litter, nameless, said, entry)
    else:
        litter.payload["lambs"] = [*cast(list[JsonValue], litter.payload["lambs"]), said]
        if one.is_transfer:
            litter.payload["embryo_transfer"] = True
        litter.is_changed = True
        litter.entries.append(entry)


def born(one: Newborn, litter: Litter) -> JsonObject:
    """As the lambing tells it."""
    detail = one.entry.sent.newborn
    sent = SentProgeny(
        identifier=detail.identifier or one.entry.sent.animal,
        alternative_identifiers=detail.alternative_identifiers,
        management_tag=detail.management_tag,
        gender=detail.gender,
    )
    said = without_nothing(lamb_of(sent, str(one.known or one.key)))
    return said if one.on == litter.on else {**said, "born_on": one.on.isoformat()}


def update(litter: Litter, lamb: JsonObject, said: Mapping[str, JsonValue], entry: Entry) -> None:
    """What the message knows more than the lambing; what the lambing knows more stays."""
    fresh = {name: value for name, value in said.items() if name not in ("id", "born") and value not in ([], "unknown")}
    if lamb.get("identifiers") and "identifiers" in fresh:
        is_own = entry.key is not None and str(lamb["id"]) == str(uuid5(entry.key, "lamb"))
        fresh["identifiers"] = merged(lamb["identifiers"], fresh["identifiers"], is_own=is_own)
    if "born_on" in lamb:
        fresh.setdefault("born_on", litter.on.isoformat())
    if all(lamb.get(name) == value for name, value in fresh.items()):
        return
    lamb |= fresh
    litter.is_changed = True
    litter.entries.append(entry)


def merged(known: JsonValue, sent: JsonValue, *, is_own: bool) -> list[JsonValue]:
    """What the lamb wears, and what is new of what it is said to wear; the message that made it corrects its EID."""
    old, new = cast(list[JsonObject], known), cast(list[JsonObject], sent)
    if is_own and any(each["kind"] == "eid" for each in new):
        old = [each for each in old if each["kind"] != "eid" or plain(each) in map(plain, new)]
    values = {plain(each) for each in old}
    return [*old, *(each for each in new if plain(each) not in values)]


def plain(identifier: JsonObject) -> str:
    """A number without what only separates its digits."""
    return "".join(letter for letter in str(identifier["value"]).lower() if letter.isalnum())


def unnamed(litter: Litter, said: JsonObject) -> JsonObject | None:
    """The lamb without a number that the newborn is: one that a lambing counted and nobody named.

    Raises:
        Broken: it may be one of several that differ.
    """
    if not said.get("identifiers"):
        return None
    found = [
        each for each in litter.lambs
        if str(each["id"]) in litter.of_log and not each.get("identifiers") and each.get("born", "alive") == "alive"
        and {str(each.get("sex", "unknown")), str(said["sex"])} - {"unknown"} != {"male", "female"}
    ]  # fmt: skip
    same = [each for each in found if each.get("sex") == said["sex"]] or found
    if len({str(each.get("weight")) for each in same}) > 1:
        text = f"the lambing of {litter.on} has {len(same)} lambs without a number that it may be"
        raise broken("litter_unclear", text, "send the id of the lamb as org.bellwether.animal", field="animal")
    return same[0] if same else None


def take_back(one: Newborn, litters: Iterable[Litter]) -> None:
    """The lamb was not born, if this message had made it.

    Raises:
        Broken: a lambing had.
    """
    for litter in litters:
        if own := litter.named(one.key):
            litter.payload["lambs"] = [each for each in litter.lambs if each is not own[0]]
            litter.is_changed = True
            litter.entries.append(one.entry)
            one.entry.animal_id = one.key
            return
    if one.known is not None:
        text, fix = "the lamb is of a lambing that was recorded here", "take back or correct that, under parturitions"
        raise broken("not_deleted", text, fix, field="meta.isDeleted")
