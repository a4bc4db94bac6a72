"""Paddocks in the database; areas come and go as GeoJSON."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import orjson

from bellwether.farm.places.models import FaultRow, NearRow, PaddockRow, VersionRow
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.json import JsonValue

# RFC 7946, section 3.1.6: outer rings against the clock; two numbers to a position
READ = "st_multi(st_forcepolygonccw(st_force2d(st_setsrid(st_geomfromgeojson({}), 4326))))"
WRITTEN = """st_asgeojson(case st_numgeometries(v.geometry) when 1 then st_geometryn(v.geometry, 1)
  else v.geometry end, 15) as geometry"""
SHOWN = f"""p.id, p.farm_id, p.name, v.id as version_id, v.valid_from, v.valid_to, v.area_ha, {WRITTEN}, p.rev,
  p.created_at, p.updated_at"""
ON_DAY = """from farm.paddock p join farm.paddock_version v on v.farm_id = p.farm_id and v.paddock_id = p.id
where p.farm_id = $1 and v.valid_from <= $2 and (v.valid_to is null or v.valid_to > $2)"""
# as it was sent, so that the numbers of rings and vertices are those of the sender
FAULT = """
with drawn as (select st_force2d(st_setsrid(st_geomfromgeojson($1), 4326)) as g),
  detail as (select g, st_isvaliddetail(g) as d from drawn),
  judged as (select g, d, st_setsrid((d).location, 4326) as place from detail)
select coalesce((d).reason, 'the area is empty'), st_x(place), st_y(place),
  path[1] - 1, path[2] - 1, path[3] - 1
from judged left join lateral (
  select path from st_dumppoints(g) as p where place is not null order by p.geom <-> place limit 1
) as nearest on true
where not (d).valid or not st_area(g::geography) > 0
"""
ADD = "insert into farm.paddock (id, farm_id, name, recorded_by) values ($1, $2, $3, $4)"
DRAW = f"""
insert into farm.paddock_version (id, farm_id, paddock_id, valid_from, period, geometry, recorded_by)
values ($1, $2, $3, $4, tstzrange($5, null), {READ.format("$6")}, $7)
"""
END = """
update farm.paddock_version set valid_to = $3, period = tstzrange(lower(period), $4)
where farm_id = $1 and paddock_id = $2 and valid_to is null
"""
REVISED = "update farm.paddock set rev = rev + 1, updated_at = clock_timestamp() where farm_id = $1 and id = $2"
RENAME = """
update farm.paddock set name = $3, rev = rev + 1, updated_at = clock_timestamp() where id = $1 and rev = $2 returning id
"""
# the drawing of today, or the last before it
GET = f"""
select {SHOWN} from farm.paddock p join lateral (
  select * from farm.paddock_version v where v.farm_id = p.farm_id and v.paddock_id = p.id
  order by valid_from desc limit 1
) as v on true where p.id = $1
"""
PAGE = f"select {SHOWN} {ON_DAY} and ($3::uuid is null or p.id > $3) order by p.id limit $4"
# RFC 7946, section 5.2: a box whose west is greater than its east goes over the antimeridian
BOX = """(select case when $5::float8 <= $7::float8 then st_multi(st_makeenvelope($5, $6, $7, $8, 4326))
  else st_multi(st_collect(st_makeenvelope($5, $6, 180, $8, 4326), st_makeenvelope(-180, $6, $7, $8, 4326))) end)"""
WITHIN = f"""
select {SHOWN} {ON_DAY} and ($3::uuid is null or p.id > $3)
  and case when $9 then st_within(v.geometry, {BOX}) else st_intersects(v.geometry, {BOX}) end
order by p.id limit $4
"""
NEAREST = f"""
select {SHOWN}, st_distance(v.geometry::geography, st_setsrid(st_makepoint($3, $4), 4326)::geography) as distance_m
{ON_DAY} order by distance_m, p.id limit $5
"""
VERSIONS = f"""
select v.id, v.paddock_id, v.valid_from, v.valid_to, v.area_ha, {WRITTEN}, v.recorded_by, v.created_at
from farm.paddock_version v where v.farm_id = $1 and v.paddock_id = $2 order by valid_from
"""
SAME = f"""
select p.id from farm.paddock p join farm.paddock_version v on v.farm_id = p.farm_id and v.paddock_id = p.id
where p.farm_id = $1 and lower(p.name) = lower($2) and ($3::uuid is null or p.id = $3) and v.valid_to is null
  and st_equals(v.geometry, {READ.format("$4")})
"""


class Box(NamedTuple):
    """Part of a map, in degrees; one with its west in the east of its east goes over the antimeridian."""

    west: float
    south: float
    east: float
    north: float


async def fault(session: Session, drawn: str) -> FaultRow | None:
    """Why an area bounds nothing; None when it does."""
    row = await driver(session).fetchrow(FAULT, drawn)
    return None if row is None else FaultRow(*row.values())


async def add(session: Session, farm_id: UUID, paddock_id: UUID, name: str, by: UUID | None) -> None:
    """A paddock that is yet to be drawn.

    Raises:
        asyncpg.UniqueViolationError
    """
    await driver(session).execute(ADD, paddock_id, farm_id, name, by)


async def draw(
    session: Session, farm_id: UUID, paddock_id: UUID, version_id: UUID, since: tuple[date, datetime], drawn: str,
    by: UUID | None,
) -> None:  # fmt: skip
    """A drawing, true from a day and the moment in which it begins."""
    await driver(session).execute(DRAW, version_id, farm_id, paddock_id, *since, drawn, by)


async def end_last(session: Session, farm_id: UUID, paddock_id: UUID, until: tuple[date, datetime]) -> None:
    """The last drawing is true no more from then on."""
    await driver(session).execute(END, farm_id, paddock_id, *until)
    await driver(session).execute(REVISED, farm_id, paddock_id)


async def rename(session: Session, paddock_id: UUID, rev: int, name: str) -> bool:
    """Another name, if the paddock still is at `rev`.

    Raises:
        asyncpg.UniqueViolationError
    """
    return await driver(session).fetchval(RENAME, paddock_id, rev, name) is not None


async def get(session: Session, paddock_id: UUID) -> PaddockRow | None:
    """One paddock with its last drawing, or None."""
    row = await driver(session).fetchrow(GET, paddock_id)
    return None if row is None else paddock(row)


async def same(session: Session, farm_id: UUID, paddock_id: UUID | None, name: str, drawn: str) -> UUID | None:
    """The paddock of this name that is drawn just so."""
    found: UUID | None = await driver(session).fetchval(SAME, farm_id, name, paddock_id, drawn)
    return found


async def listing(session: Session, farm_id: UUID, day: date, after: UUID | None, limit: int) -> list[PaddockRow]:
    """Paddocks of a farm, as they were drawn for a day."""
    return [paddock(row) for row in await driver(session).fetch(PAGE, farm_id, day, after, limit)]


async def within(
    session: Session, farm_id: UUID, day: date, box: Box, after: UUID | None, limit: int, *, whole: bool
) -> list[PaddockRow]:
    """Those of them that lie in a box, wholly or in part."""
    rows = await driver(session).fetch(WITHIN, farm_id, day, after, limit, *box, whole)
    return [paddock(row) for row in rows]


async def nearest(
    session: Session, farm_id: UUID, day: date, longitude: float, latitude: float, limit: int
) -> list[NearRow]:
    """Those next to a point."""
    rows = await driver(session).fetch(NEAREST, farm_id, day, longitude, latitude, limit)
    return [NearRow(paddock(row), row["distance_m"]) for row in rows]


async def versions(session: Session, farm_id: UUID, paddock_id: UUID) -> list[VersionRow]:
    """Every drawing of a paddock, the first one first."""
    rows = await driver(session).fetch(VERSIONS, farm_id, paddock_id)
    return [VersionRow(*row.values())._replace(geometry=area(row["geometry"])) for row in rows]


def paddock(row: asyncpg.Record) -> PaddockRow:
    """A row whose area is text."""
    return PaddockRow(*(row[name] for name in PaddockRow._fields))._replace(geometry=area(row["geometry"]))


def area(text: str) -> dict[str, JsonValue]:
    """GeoJSON from its text."""
    found: dict[str, JsonValue] = orjson.loads(text)
    return found
