"""Master data: of two changes of a field the later one counts and both are kept; changes of other fields both count."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.collections import repository as rows
from bellwether.farm.collections.collection import Collection, Master, Write
from bellwether.farm.collections.repository import Document
from bellwether.farm.conflict_facts import Told
from bellwether.farm.conflicts import repository as conflicts
from bellwether.farm.conflicts.models import ConflictRow, Said
from bellwether.farm.sync import clock, repository
from bellwether.farm.sync.models import FieldChange, Outcome
from bellwether.farm.sync.problems import CannotClear, NotDeletable, NotEditable, NotVersionSeven
from bellwether.farm.sync.schemas import Mutation
from bellwether.platform.ids import new_id
from bellwether.platform.json import JsonObject, JsonValue

MERGED_INTO = "merged_into"


class Kept(NamedTuple):
    """A conflict, and whether it is known only now."""

    told: Told
    is_new: bool


async def take(write: Write, collection: Collection, written: Master, one: Mutation) -> Outcome:
    """One mutation of a row, whatever became of the row since.

    Raises:
        Problem: it breaks a rule of its room.
    """
    found = await find(write, collection, one.id)
    if found is not None and (kept := found.doc.get(MERGED_INTO)):
        write = write._replace(id=UUID(str(kept)))
        found = await find(write, collection, write.id)
    if one.op == "delete":
        return await remove(write, collection, written, one, found)
    if found is None:
        return await create(write, collection, written, one)
    return await change(write, collection, written, one, found)


async def find(write: Write, collection: Collection, row_id: UUID) -> Document | None:
    """The row, or None."""
    return (await rows.documents(write.session, write.farm_id, collection, [row_id])).get(row_id)


async def create(write: Write, collection: Collection, written: Master, one: Mutation) -> Outcome:
    """A new row; what was deleted before it came stays deleted, and is a conflict if somebody had edited it.

    Raises:
        NotVersionSeven
    """
    doc = one.doc or {}
    if one.id.version != 7:
        raise NotVersionSeven
    if await rows.is_buried(write.session, write.farm_id, collection, one.id):
        gone, mine = Said(None), said(write, one, as_json(doc))
        return in_conflict([await keep(write, collection, "deleted", None, gone, mine)])
    await written.create.take(write, doc)
    made = await find(write, collection, one.id)
    if made is None:
        # it turned out to be there already, under another id
        await rows.bury(write.session, write.farm_id, collection, one.id)
        return Outcome("merged")
    is_as_sent = all(made.doc.get(name) == value for name, value in doc.items())
    return Outcome("applied", made.seq, None if is_as_sent else made.doc)


async def change(write: Write, collection: Collection, written: Master, one: Mutation, found: Document) -> Outcome:
    """Fields of a row; of a field that somebody else changed since, the later value counts."""
    differs = {name: value for name, value in as_json(one.doc or {}).items() if found.doc.get(name) != value}
    if strange := differs.keys() - written.editable:
        raise NotEditable(sorted(strange), written.editable)
    if emptied := sorted(name for name, value in differs.items() if value is None):
        raise CannotClear(emptied)
    base = one.base_rev or 0
    others = await repository.fields_changed(
        write.session, write.farm_id, collection.relation, write.id, base, differs.keys()
    )
    others = {name: other for name, other in others.items() if other.device_id != write.device_id}
    mine = clock.order(one.clock or clock.at(write.now), write.device_id)
    lost = {name for name, other in others.items() if clock.order(other.clock, other.device_id) > mine}
    wanted = {name: value for name, value in differs.items() if name not in lost}
    if wanted and written.change is not None:
        await written.change.take(write, dict(wanted))
    kept = [await clash(write, collection, one, name, other, name in lost) for name, other in others.items()]
    now = await find(write, collection, write.id)
    assert now is not None
    if kept:
        return in_conflict(kept, now)
    is_merged = found.seq > base or write.id != one.id
    return Outcome("merged" if is_merged else "applied", now.seq, now.doc if is_merged else None)


async def clash(
    write: Write, collection: Collection, one: Mutation, name: str, other: FieldChange, is_lost: bool
) -> Kept:
    """Two values of one field."""
    mine = said(write, one, as_json(one.doc or {})[name])
    theirs = Said(other.after, other.clock, other.changed_by)
    kept, lost = (theirs, mine) if is_lost else (mine, theirs)
    return await keep(write, collection, "field", name, kept, lost)


def said(write: Write, one: Mutation, value: JsonValue) -> Said:
    """By this device, at the time of its clock."""
    return Said(value, one.clock or clock.at(write.now), write.context.user_id)


async def keep(write: Write, collection: Collection, kind: str, name: str | None, kept: Said, other: Said) -> Kept:
    """A conflict for a person to look at."""
    row = ConflictRow(
        *(new_id(), write.farm_id, kind, collection.name, write.id, name, kept.value, other.value),
        *(kept.by, other.by, "open", None, write.now, None),
    )
    found = await conflicts.add(write.session, row, kept, other, write.device_id)
    return Kept(Told(found, kind, collection.name, write.id, name), is_new=found == row.id)


def in_conflict(kept: Sequence[Kept], row: Document | None = None) -> Outcome:
    """What became of a row that somebody else had changed."""
    new = [one.told for one in kept if one.is_new]
    return Outcome("conflict", row and row.seq, row and row.doc, [one.told.id for one in kept], new)


async def remove(
    write: Write, collection: Collection, written: Master, one: Mutation, found: Document | None
) -> Outcome:
    """A row goes, unless somebody has changed it since: then it stays, and a person decides.

    Raises:
        NotDeletable
    """
    if found is None:
        if not await rows.is_buried(write.session, write.farm_id, collection, one.id):
            await rows.bury(write.session, write.farm_id, collection, one.id)
        return Outcome("applied")
    if written.remove is None:
        raise NotDeletable
    base = one.base_rev or 0
    others = await repository.fields_changed(
        write.session, write.farm_id, collection.relation, write.id, base, written.editable
    )
    if any(other.device_id != write.device_id for other in others.values()):
        kept = await keep(write, collection, "deleted", None, Said(found.doc), said(write, one, None))
        return in_conflict([kept], found)
    await written.remove(write)
    return Outcome("applied")


def as_json(doc: dict[str, object]) -> JsonObject:
    """What came as JSON is JSON."""
    return doc  # type: ignore[return-value]  # values of a parsed body
