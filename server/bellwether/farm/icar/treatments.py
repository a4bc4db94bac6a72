"""Who was treated by itself, as resources of the standard; a treatment of a group is one resource of its own.

Until when an animal is withheld follows from more than its event, and what was taken back is simply gone: partners read
the list whole.
"""

from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID, uuid5

from bellwether.farm.icar import repository, words
from bellwether.farm.icar.models import EventRow, TreatedGroupRow, TreatedRow
from bellwether.farm.icar.moments import moment
from bellwether.farm.icar.pages import Asked, Found, total_of, writer_of
from bellwether.farm.icar.resources.core import IcarMeta
from bellwether.farm.icar.resources.health import IcarBatch, IcarDose, IcarMedicine, IcarTreatment, IcarWithdrawal
from bellwether.farm.icar.writing import Writer
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import Cursor
from bellwether.sheep.withdrawals import NEVER

UNITS = {"ml": "MLT", "l": "LTR", "mg": "MGM", "g": "GRM"}
#: as the standard writes them; a withholding period and an export slaughter interval are both of meat
ESI = "au.gov.apvma.esi"
MARKETS = (("Meat", "au.gov.apvma.whp"), ("Meat", ESI), ("Milk", None))


class ByTreatment(Cursor):
    """Sorted by place in the log, then by animal."""

    seq: int
    animal_id: UUID


async def treatments(session: Session, asked: Asked) -> Found:
    """A page of them."""
    found = ByTreatment.read(asked.cursor)
    after = None if found is None else (found.seq, found.animal_id)
    rows = await repository.treated(session, asked.farm_id, asked.within, after, asked.limit + 1)
    writer = await writer_of(session, asked, [row.animal_id for row in rows])
    total = await total_of(asked, rows, partial(repository.count_treated, session, asked.farm_id, asked.within))
    return Found([treatment(writer, row) for row in rows[: asked.limit]], ByTreatment.after(rows, asked.limit), total)


def treatment(writer: Writer, row: TreatedRow) -> IcarTreatment:
    """One animal that was treated."""
    # the first of its versions names it, so that a correction replaces what it corrects
    own, key = (str(uuid5(one, str(row.animal_id))) for one in (row.first_id, row.event_id))
    batch = None if row.lot is None else IcarBatch(identifier=row.lot, expiry_date=day(row.expires_on, writer.zone))
    values = {
        "meta": IcarMeta(source=words.SOURCE, source_id=own, modified=row.modified_at),
        "location": writer.location,
        "id": key,
        "animal": writer.identifier(row.animal_id),
        "event_date_time": moment(row.occurred_on, row.occurred_time, row.tz),
        "remark": row.payload.get("note"),
        "medicine": IcarMedicine(name=row.product),
        "procedure": row.payload.get("route"),
        "batches": None if batch is None else [batch],
        "withdrawals": withdrawals(row, writer.zone),
        "dose": dose(row),
    }
    return IcarTreatment.model_validate(values)


def of_event(writer: Writer, row: EventRow) -> IcarTreatment:
    """A treatment that was taken back: what it said, without what followed from it."""
    own = str(uuid5(row.first_id, str(row.animal_id)))
    meta = writer.meta(row).model_copy(update={"source_id": own})
    name = writer.remedies.get(UUID(str(row.payload["product_id"])), "")
    return IcarTreatment.model_validate(
        writer.of_event(row) | {"meta": meta, "medicine": IcarMedicine(name=name), "withdrawals": []}
    )


async def stored(session: Session, farm_id: UUID, writer: Writer, row: EventRow) -> IcarTreatment:
    """One that was sent, as others read it."""
    found = await repository.treatment(session, farm_id, row.id)
    if found:
        return treatment(writer, found[0])
    product_id = UUID(str(row.payload["product_id"]))
    name = await repository.remedy_name(session, farm_id, product_id)
    return of_event(replace(writer, remedies={product_id: name or ""}), row)


def withdrawals(row: TreatedRow | TreatedGroupRow, zone: str) -> list[IcarWithdrawal]:
    """For each market the end; of milk only where a label says one."""
    ends = (row.meat_until, row.export_until, row.milk_until)
    found = [
        {"product_type": kind, "market": market, "end_date": day(end, zone)}
        for (kind, market), end in zip(MARKETS, ends, strict=True)
        if kind == "Meat" or end != NEVER
    ]
    return [IcarWithdrawal.model_validate(values) for values in found]


def day(found: date | None, zone: str) -> object:
    """A day as the standard writes it; None: nobody knows it."""
    return None if found is None or found == NEVER else moment(found, None, zone)


def dose(row: TreatedRow | TreatedGroupRow) -> IcarDose | None:
    """One dose, where the standard has its unit."""
    units = UNITS.get(str(row.payload["unit"]))
    values = {"dose_quantity": row.payload["dose"], "dose_units": units}
    return None if units is None else IcarDose.model_validate(values)
