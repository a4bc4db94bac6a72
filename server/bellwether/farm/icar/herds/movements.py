"""Head without tags that were born, came, left and died, each class of an event as one resource."""

from collections.abc import Callable, Iterable
from datetime import time
from functools import partial
from typing import cast
from uuid import UUID, uuid5

from bellwether.farm.icar import words
from bellwether.farm.icar.herds import rows
from bellwether.farm.icar.herds.rows import HeadsRow
from bellwether.farm.icar.moments import moment
from bellwether.farm.icar.pages import Asked, Found, Reader, total_of
from bellwether.farm.icar.repository import EVER, Within
from bellwether.farm.icar.resources.core import IcarConsignment, IcarIdentifier, IcarMeta
from bellwether.farm.icar.resources.herds import (
    IcarGroupArrival,
    IcarGroupBirth,
    IcarGroupDeath,
    IcarGroupDeparture,
    IcarInventory,
    IcarSetReference,
)
from bellwether.farm.icar.schemas import GroupMovement
from bellwether.farm.icar.writing import NOWHERE, deleted
from bellwether.farm.stock import repository as stock
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import Cursor
from bellwether.sheep.stock import StockClass

GROUP = "org.bellwether.group"
DEPARTURES = words.DEPARTURES | {"own_use": "Slaughter"}
#: by what they died where the standard asks for the means, not the cause
MEANS = {"Accident": "Accident", "Culled": "Culled", "Consumption": "Slaughter", "Missing": "Lost"}


class ByHeads(Cursor):
    """Sorted by place in the log, then by place in the event."""

    seq: int
    part: int


class Seen:
    """What a page needs beside its rows."""

    def __init__(self, location: IcarIdentifier, classes: Iterable[StockClass]) -> None:
        self.location, self.classes = location, {each.code: each for each in classes}


Write = Callable[[Seen, HeadsRow], GroupMovement]


def of_heads(kind: str, write: Write) -> Reader:
    """Reads events of a kind."""
    return partial(heads, kind, write)


async def heads(kind: str, write: Write, session: Session, asked: Asked) -> Found:
    """A page of them."""
    after = ByHeads.read(asked.cursor)
    key = (0, 0) if after is None else (after.seq, after.part)
    found = await rows.heads(session, asked.farm_id, asked.within, kind, key, asked.limit + 1)
    total = await total_of(asked, found, partial(rows.count_heads, session, asked.farm_id, asked.within, kind))
    seen = Seen(asked.location, await stock.classes(session, asked.farm_id))
    return Found([*(write(seen, row) for row in found[: asked.limit])], ByHeads.after(found, asked.limit), total)


async def stored(
    session: Session, farm_id: UUID, location: IcarIdentifier, kind: str, write: Write, seq: int
) -> GroupMovement:
    """The head of one class that one event of the log has, as others read them."""
    found = await rows.heads(session, farm_id, Within(EVER, None), kind, (seq, 0), 1)
    return write(Seen(location, await stock.classes(session, farm_id)), found[0])


def told(seen: Seen, row: HeadsRow) -> dict[str, object]:
    """What all of them say."""
    # a class stands once in an event, and keeps its number when the event is corrected
    key = str(uuid5(row.first_id, row.stock_class))
    meta = IcarMeta(source=words.SOURCE, source_id=key, modified=row.modified_at, created=row.created_at)
    group = IcarIdentifier(scheme=GROUP, id=str(row.group_id))
    values = {
        "meta": deleted(meta) if row.is_retracted else meta,
        "location": seen.location,
        "id": str(uuid5(row.id, row.stock_class)),
        "event_date_time": moment(row.occurred_on, cast(time | None, row.occurred_time), row.tz),
        "remark": text(row, "note"),
        "count_observed": row.head,
        "inventory_classification": inventory(seen.classes.get(row.stock_class), row),
        "animal_set_reference": IcarSetReference(identifier=group),
    }
    return {name: value for name, value in values.items() if value is not None}


def inventory(found: StockClass | None, row: HeadsRow) -> IcarInventory:
    """A class as the farm calls it."""
    sex = "" if found is None else found.sex or ""
    gender = words.gender(sex, "neutered" if found is not None and found.neutered else "")
    name = row.stock_class if found is None else found.name
    return IcarInventory(name=name, count=row.head, sex=None if gender == "Unknown" else gender)


def text(row: HeadsRow, name: str) -> str | None:
    """Of the payload."""
    value = row.payload.get(name)
    return value if isinstance(value, str) else None


def papers(row: HeadsRow, ours: str, theirs: str) -> IcarConsignment | None:
    """With which papers, from or to where."""
    found = {"id": text(row, "consignment"), theirs: text(row, ours)}
    known = {name: IcarIdentifier(scheme=NOWHERE, id=value) for name, value in found.items() if value is not None}
    return IcarConsignment.model_validate(known) if known else None


def birth(seen: Seen, row: HeadsRow) -> GroupMovement:
    """Lambs without tags were born."""
    return IcarGroupBirth.model_validate(told(seen, row))


def arrival(seen: Seen, row: HeadsRow) -> GroupMovement:
    """Head came."""
    reason = words.ARRIVALS.get(text(row, "reason") or "", "Other")
    consignment = papers(row, "from_location", "origin_location")
    return IcarGroupArrival.model_validate(told(seen, row) | {"arrival_reason": reason, "consignment": consignment})


def departure(seen: Seen, row: HeadsRow) -> GroupMovement:
    """Head left."""
    kind = DEPARTURES.get(text(row, "fate") or "", "Other")
    consignment = papers(row, "to_location", "destination_location")
    return IcarGroupDeparture.model_validate(told(seen, row) | {"departure_kind": kind, "consignment": consignment})


def death(seen: Seen, row: HeadsRow) -> GroupMovement:
    """Head died."""
    reason, explanation = words.death(text(row, "cause"))
    means = MEANS.get(reason, "Other" if reason in ("Other", "Unknown") else "Perished")
    values = {"death_reason": reason, "explanation": explanation, "death_method": means}
    return IcarGroupDeath.model_validate(told(seen, row) | values)
