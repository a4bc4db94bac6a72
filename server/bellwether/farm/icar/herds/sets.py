"""Mobs and other groups as sets of animals, and who joined and left them.

Who is in a group follows from all that moves animals, so a membership is told as it is now known to have been: what was
taken back is gone, and partners read these lists whole.
"""

from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid5

from bellwether.farm.icar import words
from bellwether.farm.icar.herds import rows
from bellwether.farm.icar.herds.rows import MembershipRow, SetRow
from bellwether.farm.icar.models import EventRow
from bellwether.farm.icar.pages import Asked, Found, Reader, total_of, writer_of
from bellwether.farm.icar.resources.core import IcarMeta
from bellwether.farm.icar.resources.herds import IcarAnimalSet, IcarSetJoin, IcarSetLeave
from bellwether.farm.icar.writing import Writer, deleted
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, Cursor, id_after

#: what the standard has words for; a mob is what grazes together, a list is for the day on which it goes
PURPOSES = {"lambing": "Reproduction", "joining": "Reproduction", "finishing": "Finishing", "health": "Health",
            "feeding": "Feeding", "rearing": "Rearing", "growing": "Growing", "lactation": "Lactation",
            "session": "Session"}  # fmt: skip
TYPES = {"physical": "Enclosure", "planned": "Movement"}


class ByMember(Cursor):
    """Sorted by group, animal and beginning."""

    group_id: UUID
    animal_id: UUID
    since: datetime


async def one(session: Session, asked: Asked, group_id: UUID) -> IcarAnimalSet:
    """A group with all who are in it."""
    row = await rows.one_set(session, asked.farm_id, group_id)
    return animal_set(await writer_of(session, asked, row.members), row)


async def sets(session: Session, asked: Asked) -> Found:
    """A page of groups with all who are in them."""
    found = await rows.sets(session, asked.farm_id, asked.within, id_after(asked.cursor), asked.limit + 1)
    shown = found[: asked.limit]
    writer = await writer_of(session, asked, [key for row in shown for key in row.members])
    total = await total_of(asked, found, partial(rows.count_sets, session, asked.farm_id, asked.within))
    return Found([animal_set(writer, row) for row in shown], ById.after(found, asked.limit), total)


def animal_set(writer: Writer, row: SetRow) -> IcarAnimalSet:
    """A group."""
    key = str(row.id)
    meta = IcarMeta(source=words.SOURCE, source_id=key, modified=row.modified, created=row.created_at)
    purpose = PURPOSES.get((row.purpose or "").lower(), TYPES.get(row.type, "Other"))
    member = [writer.identifier(animal_id) for animal_id in row.members]
    values = {"meta": meta, "location": writer.location, "id": key, "name": row.name, "purpose": purpose}
    return IcarAnimalSet.model_validate(values | {"member": member})


def of_memberships(page: str) -> Reader:
    """Reads joins, or leaves."""
    return partial(memberships, page)


async def memberships(page: str, session: Session, asked: Asked) -> Found:
    """A page of them."""
    after = ByMember.read(asked.cursor)
    key = (None, None, None) if after is None else (after.group_id, after.animal_id, after.since)
    found = await rows.memberships(session, page, asked.farm_id, asked.within, key, asked.limit + 1)
    writer = await writer_of(session, asked, [row.animal_id for row in found])
    total = await total_of(asked, found, partial(rows.count_memberships, session, page, asked.farm_id, asked.within))
    write = join if page is rows.JOINS else leave
    return Found([write(writer, row) for row in found[: asked.limit]], ByMember.after(found, asked.limit), total)


def told(writer: Writer, row: MembershipRow, what: str, at: datetime) -> dict[str, object]:
    """What joins and leaves say alike."""
    key = str(uuid5(row.group_id, f"{what} {row.animal_id} {row.since.astimezone(UTC).isoformat()}"))
    return {
        "meta": IcarMeta(source=words.SOURCE, source_id=key, modified=row.modified),
        "location": writer.location,
        "id": key,
        "animal": writer.identifier(row.animal_id),
        "event_date_time": at.astimezone(UTC),
        "animal_set_id": str(row.group_id),
    }


def join(writer: Writer, row: MembershipRow) -> IcarSetJoin:
    """An animal came into a group."""
    return IcarSetJoin.model_validate(told(writer, row, "join", row.since))


def leave(writer: Writer, row: MembershipRow) -> IcarSetLeave:
    """It is in the group no longer: it went to another one, left the farm or died."""
    assert row.until is not None
    return IcarSetLeave.model_validate(told(writer, row, "leave", row.until))


async def stored(
    session: Session, asked: Asked, row: EventRow, group_id: UUID, at: datetime
) -> IcarSetJoin | IcarSetLeave:
    """What was sent of an animal and a group, as others read it; of what was taken back, what it said."""
    found = await rows.membership(session, asked.farm_id, group_id, row.animal_id, at)
    since = at if found is None or row.kind == "group.assigned" else found.since
    meant = MembershipRow(group_id, row.animal_id, since, at, row.modified_at if found is None else found.modified)
    writer = await writer_of(session, asked, [row.animal_id])
    shown = join(writer, meant) if row.kind == "group.assigned" else leave(writer, meant)
    return shown.model_copy(update={"meta": deleted(shown.meta)}) if row.is_retracted else shown
