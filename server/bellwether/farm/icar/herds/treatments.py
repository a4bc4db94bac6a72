"""Mobs that were treated, each treatment as one resource with the tagged animals whom it reached."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid5

from bellwether.farm.icar import repository, words
from bellwether.farm.icar.herds import rows
from bellwether.farm.icar.herds.movements import GROUP
from bellwether.farm.icar.models import TreatedGroupRow
from bellwether.farm.icar.moments import moment
from bellwether.farm.icar.pages import Asked, BySeq, Found, named, total_of
from bellwether.farm.icar.repository import EVER, Within
from bellwether.farm.icar.resources.core import IcarIdentifier, IcarMeta
from bellwether.farm.icar.resources.health import IcarBatch, IcarMedicine
from bellwether.farm.icar.resources.herds import IcarGroupTreatment, IcarSetReference, IcarTreatedSet
from bellwether.farm.icar.treatments import day, dose, withdrawals
from bellwether.farm.icar.writing import Writer, deleted
from bellwether.platform.database.transactions import Session


async def treatments(session: Session, asked: Asked) -> Found:
    """A page of them."""
    found = BySeq.read(asked.cursor)
    after = 0 if found is None else found.seq
    page = await rows.treated_groups(session, asked.farm_id, asked.within, after, asked.limit + 1)
    total = await total_of(asked, page, partial(rows.count_treated_groups, session, asked.farm_id, asked.within))
    shown = await written(session, asked.farm_id, asked.location, asked.zone, page[: asked.limit])
    return Found([*shown], BySeq.after(page, asked.limit), total)


async def written(
    session: Session, farm_id: UUID, location: IcarIdentifier, zone: str, rows: Sequence[TreatedGroupRow]
) -> list[IcarGroupTreatment]:
    """As resources."""
    reached = await repository.reached(session, farm_id, [row.id for row in rows])
    names = await named(session, [key for keys in reached.values() for key in keys])
    writer = Writer(location, zone, names)
    return [treatment(writer, row, reached.get(row.id, ())) for row in rows]


async def stored(session: Session, farm_id: UUID, location: IcarIdentifier, zone: str, seq: int) -> IcarGroupTreatment:
    """The one at a place of the log, also when it was taken back."""
    found = await rows.treated_groups(session, farm_id, Within(EVER, None), seq - 1, 1)
    (shown,) = await written(session, farm_id, location, zone, found)
    return shown


def treatment(writer: Writer, row: TreatedGroupRow, reached: Sequence[UUID]) -> IcarGroupTreatment:
    """A mob that was treated."""
    zone = writer.zone
    members = [writer.identifier(key) for key in reached]
    animals = IcarTreatedSet(id=str(uuid5(row.id, "treated")), member=members) if members else None
    meta = IcarMeta(source=words.SOURCE, source_id=str(row.first_id), modified=row.modified_at, created=row.created_at)
    batch = None if row.lot is None else IcarBatch(identifier=row.lot, expiry_date=day(row.expires_on, zone))
    group = IcarIdentifier(scheme=GROUP, id=str(row.group_id))
    values = {
        "meta": deleted(meta) if row.is_retracted else meta,
        "location": writer.location,
        "id": str(row.id),
        "event_date_time": moment(row.occurred_on, row.occurred_time, row.tz),
        "remark": row.payload.get("note"),
        "animal_set_reference": IcarSetReference(identifier=group),
        "count_observed": row.head,
        "embedded_animal_set": animals,
        "medicine": IcarMedicine(name=row.product),
        "procedure": row.payload.get("route"),
        "batches": None if batch is None else [batch],
        "withdrawals": [] if row.is_retracted else withdrawals(row, zone),
        "dose_per_animal": dose(row),
    }
    return IcarGroupTreatment.model_validate(values)
