"""Mobs that were treated, each treatment as one resource; their tagged animals are in `treatments`, too."""

from functools import partial
from uuid import UUID

from bellwether.farm.icar import words
from bellwether.farm.icar.herds import rows
from bellwether.farm.icar.herds.movements import GROUP
from bellwether.farm.icar.models import TreatedGroupRow
from bellwether.farm.icar.moments import moment
from bellwether.farm.icar.pages import Asked, BySeq, Found, total_of
from bellwether.farm.icar.repository import EVER, Within
from bellwether.farm.icar.resources.core import IcarIdentifier, IcarMeta
from bellwether.farm.icar.resources.health import IcarBatch, IcarMedicine
from bellwether.farm.icar.resources.herds import IcarGroupTreatment, IcarSetReference
from bellwether.farm.icar.treatments import day, dose, withdrawals
from bellwether.farm.icar.writing import deleted
from bellwether.platform.database.transactions import Session


async def treatments(session: Session, asked: Asked) -> Found:
    """A page of them."""
    found = BySeq.read(asked.cursor)
    after = 0 if found is None else found.seq
    page = await rows.treated_groups(session, asked.farm_id, asked.within, after, asked.limit + 1)
    total = await total_of(asked, page, partial(rows.count_treated_groups, session, asked.farm_id, asked.within))
    shown = [treatment(asked.location, asked.zone, row) for row in page[: asked.limit]]
    return Found([*shown], BySeq.after(page, asked.limit), total)


async def stored(session: Session, farm_id: UUID, location: IcarIdentifier, zone: str, seq: int) -> IcarGroupTreatment:
    """The one at a place of the log, also when it was taken back."""
    found = await rows.treated_groups(session, farm_id, Within(EVER, None), seq - 1, 1)
    return treatment(location, zone, found[0])


def treatment(location: IcarIdentifier, zone: str, row: TreatedGroupRow) -> IcarGroupTreatment:
    """A mob that was treated."""
    meta = IcarMeta(source=words.SOURCE, source_id=str(row.first_id), modified=row.modified_at, created=row.created_at)
    batch = None if row.lot is None else IcarBatch(identifier=row.lot, expiry_date=day(row.expires_on, zone))
    group = IcarIdentifier(scheme=GROUP, id=str(row.group_id))
    values = {
        "meta": deleted(meta) if row.is_retracted else meta,
        "location": location,
        "id": str(row.id),
        "event_date_time": moment(row.occurred_on, row.occurred_time, row.tz),
        "remark": row.payload.get("note"),
        "animal_set_reference": IcarSetReference(identifier=group),
        "count_observed": row.head,
        "medicine": IcarMedicine(name=row.product),
        "procedure": row.payload.get("route"),
        "batches": None if batch is None else [batch],
        "withdrawals": [] if row.is_retracted else withdrawals(row, zone),
        "dose_per_animal": dose(row),
    }
    return IcarGroupTreatment.model_validate(values)
