"""Services of ewes in one list: those that were seen or done, and rams that ran with them, each ewe for herself."""

from datetime import time
from functools import partial
from uuid import UUID, uuid5

from bellwether.farm.icar.herds import rows
from bellwether.farm.icar.herds.rows import ServedRow
from bellwether.farm.icar.moments import moment
from bellwether.farm.icar.pages import Asked, Found, total_of, writer_of
from bellwether.farm.icar.repository import EVER, Within
from bellwether.farm.icar.reproduction import SERVICES, insemination, others
from bellwether.farm.icar.resources.reproduction import IcarInsemination
from bellwether.farm.icar.writing import Writer
from bellwether.farm.season.models import STARTED
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import Cursor

KINDS = (*SERVICES, STARTED)


class ByService(Cursor):
    """Sorted by place in the log, then by ewe."""

    seq: int
    animal_id: UUID


async def services(session: Session, asked: Asked) -> Found:
    """A page of them."""
    after = ByService.read(asked.cursor)
    key = (0, None) if after is None else (after.seq, after.animal_id)
    found = await rows.served(session, asked.farm_id, asked.within, KINDS, key, asked.limit + 1)
    shown = found[: asked.limit]
    ids = [key for row in shown for key in (row.event.animal_id, *others(row.event), *sires(row))]
    writer = await writer_of(session, asked, ids)
    total = await total_of(asked, found, partial(rows.count_served, session, asked.farm_id, asked.within, KINDS))
    resources = [ran(writer, row) if row.event.kind == STARTED else insemination(writer, row.event) for row in shown]
    return Found([*resources], ByService.after([row.event for row in found], asked.limit), total)


async def at(session: Session, farm_id: UUID, seq: int) -> ServedRow | None:
    """The joining of one ewe at a place of the log as it is now, also when it was taken back."""
    found = await rows.served(session, farm_id, Within(EVER, None), [STARTED], (seq, None), 1)
    return next((row for row in found if row.event.seq == seq), None)


def sires(row: ServedRow) -> list[UUID]:
    """The rams of a joining, those that came later too: several are a syndicate."""
    named = row.event.payload.get("sire_ids")
    first = [UUID(str(key)) for key in named] if isinstance(named, list) else []
    return list(dict.fromkeys((*first, *row.rams)))


def ran(writer: Writer, row: ServedRow) -> IcarInsemination:
    """Rams ran with a ewe until they were taken out; she may have come to them later, which no word says."""
    event = row.event
    values = writer.of_event(event)
    own = uuid5(event.first_id, str(event.animal_id))
    end = None if row.ended_on is None else moment(row.ended_on, time(12), event.tz)
    said = {
        "id": str(uuid5(event.id, str(event.animal_id))),
        "meta": writer.meta(event).model_copy(update={"source_id": str(own)}),
        "insemination_type": "RunWithBull",
        "sire_identifiers": [writer.identifier(key) for key in sires(row)],
        "event_end_date_time": end,
    }
    return IcarInsemination.model_validate(values | said)
