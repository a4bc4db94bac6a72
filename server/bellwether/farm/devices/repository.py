"""Devices in the database."""

from uuid import UUID

from bellwether.farm.devices.models import DeviceRow
from bellwether.platform.database.transactions import Session, driver

COLUMNS = ", ".join(DeviceRow._fields)
REPORT = f"""
insert into farm.device as d (farm_id, id, user_id, name, unsent, rev) values ($1, $2, $3, $4, $5, $6)
on conflict (farm_id, id) do update set name = excluded.name, unsent = excluded.unsent,
  rev = coalesce(excluded.rev, d.rev), reported_at = clock_timestamp(), signed_out_at = null
returning {COLUMNS}
"""
GET = f"select {COLUMNS} from farm.device where farm_id = $1 and id = $2"
LIST = f"""
select {COLUMNS} from farm.device
where farm_id = $1 and ($2::uuid is null or user_id = $2) and ($3::uuid is null or id > $3) order by id limit $4
"""
HELD = f"select {COLUMNS} from farm.device where farm_id = $1 and user_id = $2 and signed_out_at is null order by id"
SIGN_OUT = f"""
update farm.device set unsent = $3, signed_out_at = clock_timestamp(), reported_at = clock_timestamp()
where farm_id = $1 and id = $2 returning {COLUMNS}
"""
WAS_HERE = "select exists (select from farm.device where farm_id = $1 and user_id = $2)"


async def get(session: Session, farm_id: UUID, device_id: UUID) -> DeviceRow | None:
    """One of them."""
    row = await driver(session).fetchrow(GET, farm_id, device_id)
    return None if row is None else DeviceRow(*row.values())


async def report(session: Session, farm_id: UUID, device_id: UUID, user_id: UUID, *said: object) -> DeviceRow:
    """A device, new or known, and what it says."""
    row = await driver(session).fetchrow(REPORT, farm_id, device_id, user_id, *said)
    return DeviceRow(*row.values())


async def listing(
    session: Session, farm_id: UUID, user_id: UUID | None, after: UUID | None, limit: int
) -> list[DeviceRow]:
    """Of a farm or of one of its users, by id."""
    return [DeviceRow(*row.values()) for row in await driver(session).fetch(LIST, farm_id, user_id, after, limit)]


async def held(session: Session, farm_id: UUID, user_id: UUID) -> list[DeviceRow]:
    """Those that a user has not left."""
    return [DeviceRow(*row.values()) for row in await driver(session).fetch(HELD, farm_id, user_id)]


async def sign_out(session: Session, farm_id: UUID, device_id: UUID, unsent: int) -> DeviceRow:
    """The user has left it."""
    row = await driver(session).fetchrow(SIGN_OUT, farm_id, device_id, unsent)
    return DeviceRow(*row.values())


async def was_here(session: Session, farm_id: UUID, user_id: UUID) -> bool:
    """Whether somebody who is no member had a device here."""
    found: bool = await driver(session).fetchval(WAS_HERE, farm_id, user_id)
    return found
