"""Lambings as they are to be after the births that other systems tell of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast
from uuid import UUID, uuid3

from bellwether.farm.icar.models import EventRow
from bellwether.farm.icar.taking.breeding import lamb as lamb_of
from bellwether.farm.icar.taking.entries import Entry
from bellwether.farm.icar.taking.events import RETRACTED
from bellwether.farm.icar.taking.fields import IN_LAMB, of_sender
from bellwether.farm.icar.taking.newborn.parents import Newborn, lamb_key
from bellwether.farm.icar.taking.sent import SentProgeny
from bellwether.farm.icar.taking.translating import without_nothing
from bellwether.platform.http.strict.rows import Row
from bellwether.platform.ids import new_id
from bellwether.platform.json import JsonObject, JsonValue
from bellwether.platform.problems import RowError
from bellwether.sheep.breeding import LITTER
from bellwether.sheep.findings import broken

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
    versions: frozenset[UUID] = frozenset()
    """Ids of the lambing since it was first told."""
    key: UUID | None = None
    """The id of what is told now, if a message has named a lamb of it."""

    @property
    def lambs(self) -> list[JsonObject]:
        """Live and dead."""
        return cast(list[JsonObject], self.payload["lambs"])

    def named(self, key: UUID) -> list[JsonObject]:
        """The lamb with this id, if it has one."""
        return [each for each in self.lambs if str(each["id"]) == str(key)]

    def is_of(self, one: Newborn) -> bool:
        """Whether a newborn of this dam and day belongs to it."""
        return self.dam == one.dam and abs(self.on - one.on) <= LITTER

    def named_by(self, entry: Entry) -> list[JsonObject]:
        """The lamb that a lambing counted and this message has named before."""
        keys = {naming(entry, version, lamb): lamb for version in self.versions for lamb in self.lambs}
        return [keys[key] for key in sorted(keys.keys() & self.versions)][:1]

    def without(self, key: UUID, entry: Entry) -> None:
        """A lamb was not born in it, as a message says."""
        self.payload["lambs"] = [each for each in self.lambs if str(each["id"]) != str(key)]
        self.is_changed = True
        self.entries.append(entry)

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
        # but who has named a lamb may say later that it has another number
        return {"id": str(self.key or new_id()), **before, **said}


def naming(entry: Entry, before: UUID, lamb: JsonObject) -> UUID:
    """The id of what names a lamb; those of version 5 are what the sender of the lambing itself has said."""
    assert entry.key is not None
    return uuid3(entry.key, f"{before} {lamb['id']}")


def litters_of(rows: Iterable[EventRow]) -> list[Litter]:
    """Those that are in the log."""
    found: list[Litter] = []
    for row in rows:
        payload = {**row.payload, "lambs": [dict(each) for each in cast(list[JsonObject], row.payload["lambs"])]}
        litter = Litter(row.animal_id, row.occurred_on, cast(JsonObject, payload), row)
        litter.of_log = frozenset(str(each["id"]) for each in litter.lambs)
        found.append(litter)
    return found


def put(one: Newborn, litters: list[Litter]) -> None:
    """A newborn into its litter.

    Raises:
        Broken: it is an animal already that no lambing made, or may be one of several lambs.
    """
    entry, key = one.entry, one.known or one.key
    litter = next((each for each in litters if each.is_of(one)), None)
    own = [] if litter is None else litter.named(key)
    named = [] if litter is None or (own and lamb_key(entry) == key) else litter.named_by(entry)
    if not own and one.known is None:
        own = named
    if one.known is not None and not own:
        if one.is_told:
            entry.animal_id = key
            return
        if one.fault is not None:
            raise one.fault
        text = "the animal is there already, and not of a lambing of this dam within two days"
        fix = "send its dam and its day as they were told first, or correct the animal here"
        raise broken("animal_exists", text, fix, field="animal")
    if one.fault is not None:
        raise one.fault
    assert one.dam is not None
    if litter is None:
        litter = Litter(one.dam, one.on, {"lambs": []})
        litters.append(litter)
    entry.animal_id = UUID(str(own[0]["id"])) if own else key
    said = born(one, litter)
    if own:
        is_own = key == lamb_key(entry) or own[0] in named
        update(litter, own[0], said, entry, is_own=is_own)
    elif (nameless := unnamed(litter, said)) is not None:
        if litter.key is not None:
            one.waits = True
            return
        assert litter.before is not None
        litter.key = naming(entry, litter.before.id, nameless)
        entry.animal_id = UUID(str(nameless["id"]))
        update(litter, nameless, said, entry, is_own=True)
    else:
        litter.payload["lambs"] = [*cast(list[JsonValue], litter.payload["lambs"]), said]
        if one.is_transfer:
            litter.payload["embryo_transfer"] = True
        litter.is_changed = True
        litter.entries.append(entry)


def born(one: Newborn, litter: Litter) -> JsonObject:
    """As the lambing tells it."""
    said = without_nothing(lamb_of(told_lamb(one.entry), str(one.known or one.key), "animalDetail"))
    said["id"] = str(one.known or one.key)
    return said if one.on == litter.on else {**said, "born_on": one.on.isoformat()}


def told_lamb(entry: Entry) -> SentProgeny:
    """What a message says of its newborn, as a parturition says it of a lamb."""
    detail = entry.sent.newborn
    return SentProgeny(
        identifier=detail.identifier or entry.sent.animal,
        alternative_identifiers=detail.alternative_identifiers,
        management_tag=detail.management_tag,
        gender=detail.gender,
    )


def update(litter: Litter, lamb: JsonObject, said: Mapping[str, JsonValue], entry: Entry, *, is_own: bool) -> None:
    """What the message knows more than the lambing; what the lambing knows more stays."""
    fresh = {name: value for name, value in said.items() if name not in ("id", "born") and value not in ([], "unknown")}
    if lamb.get("identifiers") and "identifiers" in fresh:
        fresh["identifiers"] = merged(lamb["identifiers"], fresh["identifiers"], is_own=is_own)
    if "born_on" in lamb:
        fresh.setdefault("born_on", litter.on.isoformat())
    if all(lamb.get(name) == value for name, value in fresh.items()):
        return
    lamb |= fresh
    litter.is_changed = True
    litter.entries.append(entry)


def merged(known: JsonValue, sent: JsonValue, *, is_own: bool) -> list[JsonValue]:
    """What the lamb wears, and what is new of what it is said to wear; the message that made or named it corrects the
    numbers of which it has one at a time."""
    old, new = cast(list[JsonObject], known), cast(list[JsonObject], sent)
    if is_own:
        said = {one_of(each) for each in new if each["kind"] in ("eid", "registration")}
        old = [each for each in old if one_of(each) not in said or plain(each) in map(plain, new)]
    values = {plain(each) for each in old}
    return [*old, *(each for each in new if plain(each) not in values)]


def one_of(identifier: JsonObject) -> tuple[JsonValue, JsonValue]:
    """Of what kind of number it is one."""
    return identifier["kind"], identifier.get("scheme")


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


def of_message(litter: Litter, entry: Entry, error: RowError) -> RowError:
    """A finding about a lambing by what one of its messages said; of another lamb it said nothing but whose it is."""
    found = IN_LAMB.search(error.field or "")
    if found is None:
        return of_sender(entry.row, "births", entry.sent, error)
    place, part = int(found[1]), found[2]
    lamb = litter.lambs[place] if place < len(litter.lambs) else None
    if lamb is None or str(lamb["id"]) != str(entry.animal_id):
        return of_sender(entry.row, "births", entry.sent, error.model_copy(update={"field": "animal_id"}))
    head, _, which = part.partition(".")
    worn = cast(list[JsonObject], lamb.get("identifiers") or [])
    if head == "identifiers" and (number := which.partition(".")[0]).isdigit() and int(number) < len(worn):
        told = lamb_of(told_lamb(entry), str(lamb["id"]), "animalDetail")
        said = list(map(plain, cast(list[JsonObject], told["identifiers"])))
        value = plain(worn[int(number)])
        part = f"identifiers.{said.index(value)}" if value in said else "id"
    field_name = f"payload.lambs.{place}.{part}"
    return of_sender(entry.row, "births", entry.sent, error.model_copy(update={"field": field_name}))
