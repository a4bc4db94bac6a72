"""Every query about chips and their maps."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from asyncpg import Record
from bellwether_engine.genotypes import Markers
from sqlalchemy import text

from bellwether.genetics.chips.models import AssemblyRow, BreedRow, ChipRow, MapRow, MarkerPlace, MarkerRow
from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.transactions import Session, driver

CHIP = """
select c.id, c.farm_id, c.code, c.name, c.created_at, m.version, m.n_markers
from genetics.chip c join lateral (
  select version, n_markers from genetics.marker_map where chip_id = c.id order by version desc limit 1) m on true
"""
ONE = text(CHIP + "where c.id = :id")
OF_FARM = text(CHIP + "where (c.farm_id = :farm or c.farm_id is null) and c.id > :after order by c.id limit :limit")
TAKEN = text("select 1 from genetics.chip where farm_id is not distinct from :farm and code = :code")
ADD = text("""
insert into genetics.chip (farm_id, code, name, created_by) values (:farm_id, :code, :name, :created_by) returning id
""")
MAP = "select chip_id, version, assembly, n_markers, sha256, file_name, created_at from genetics.marker_map "
MAPS = text(MAP + "where chip_id = :chip order by version")
MAP_OF = text(MAP + "where chip_id = :chip and version = :version")
SAME_MAP = text("select 1 from genetics.marker_map where chip_id = :chip and sha256 = :sha256")
ADD_MAP = text("""
insert into genetics.marker_map (chip_id, version, assembly, n_markers, sha256, file_name, created_by)
select :chip_id, coalesce(max(version), 0) + 1, :assembly, :n_markers, :sha256, :file_name, :created_by
from genetics.marker_map where chip_id = :chip_id returning version
""")
KEEP_COMMON = text("select set_config('app.common_chips', 'kept', true)")
LOCK = text("select pg_advisory_xact_lock(hashtextextended('chip ' || cast(:key as text), 0))")
COLUMNS = {
    "place": "int4", "ordinal": "int4", "chrom": "int2", "block": "int2", "at": "int2", "position": "int8",
    "name": "text", "written": "text", "cm": "text", "counted": "text", "other": "text",
}  # fmt: skip
ADD_MARKERS = f"""
insert into genetics.marker (chip_id, map_version, {", ".join(COLUMNS)})
select $1, $2, t.* from {{rows}} as t
"""
COUNT = text("select genetics.count_markers()")
MARKERS = text("""
select place, name, written, position, counted, other from genetics.marker
where chip_id = :chip and map_version = :version and place > :after
  and place between :first and :last order by place limit :limit
""")
REGION = text("""
select min(place) as first, max(place) as last from genetics.marker
where chip_id = :chip and map_version = :version and chrom = :chrom and position between :first_bp and :last_bp
""")
WHOLE = """
select ordinal, chrom, position, name, written, cm, counted, other from genetics.marker
where chip_id = $1 and map_version = $2 order by place
"""
PLACE = """
select place, chrom, block, at, name, position, counted, other, written from genetics.marker
where chip_id = $1 and map_version = $2
"""
PLACES = PLACE + " and name = any ($3::text[]) order by place"
AT = PLACE + " and place = any ($3::int4[]) order by place"
BETWEEN = PLACE + " and place between $3 and $4 order by place limit $5"


async def hold(session: Session, key: str) -> None:
    """One writer of this chip, or of this farm's chips, at a time."""
    await session.execute(LOCK, {"key": key})


async def keep_common(session: Session) -> None:
    """This transaction may add to chips that are everybody's: its caller was asked for the permission."""
    await session.execute(KEEP_COMMON)


async def find(session: Session, chip_id: int) -> ChipRow | None:
    """One chip."""
    row = (await session.execute(ONE, {"id": chip_id})).one_or_none()
    return None if row is None else ChipRow(*row)


async def page(session: Session, farm_id: UUID, after: int, limit: int) -> list[ChipRow]:
    """Chips of a farm and everybody's."""
    found = await session.execute(OF_FARM, {"farm": farm_id, "after": after, "limit": limit})
    return [ChipRow(*row) for row in found]


async def is_taken(session: Session, farm_id: UUID | None, code: str) -> bool:
    """Whether the farm, or everybody, has a chip of this code."""
    return (await session.execute(TAKEN, {"farm": farm_id, "code": code})).first() is not None


async def add(session: Session, values: Mapping[str, object]) -> int:
    """A new chip, without a map."""
    found: int = (await session.execute(ADD, dict(values))).scalar_one()
    return found


async def maps(session: Session, chip_id: int) -> list[MapRow]:
    """All versions, the oldest first."""
    return [MapRow(*row) for row in await session.execute(MAPS, {"chip": chip_id})]


async def find_map(session: Session, chip_id: int, version: int) -> MapRow | None:
    """One version."""
    row = (await session.execute(MAP_OF, {"chip": chip_id, "version": version})).one_or_none()
    return None if row is None else MapRow(*row)


async def has_map(session: Session, chip_id: int, sha256: str) -> bool:
    """Whether some version says the very same."""
    return (await session.execute(SAME_MAP, {"chip": chip_id, "sha256": sha256})).first() is not None


async def add_map(session: Session, values: Mapping[str, object], found: MarkerMap) -> int:
    """The next version, with its markers."""
    version: int = (await session.execute(ADD_MAP, dict(values))).scalar_one()
    marker = found.markers
    block, at = np.zeros(len(found), dtype=np.int32), np.zeros(len(found), dtype=np.int32)
    for each in found.blocks:
        block[each.first : each.last] = each.number
        at[each.first : each.last] = np.arange(each.n_markers)
    columns = (
        range(len(found)), found.ordinal.tolist(), marker.chromosome.tolist(), block.tolist(), at.tolist(),
        marker.position_bp.tolist(), marker.name.tolist(), found.written, found.cm, marker.counted.tolist(),
        marker.other.tolist(),
    )  # fmt: skip
    rows = list(zip(*columns, strict=True))
    await execute_with(session, ADD_MARKERS, COLUMNS, rows, values["chip_id"], version)
    await session.execute(COUNT)
    return version


async def whole_map(session: Session, chip_id: int, version: int) -> MarkerMap:
    """The map with all of its markers."""
    rows: Sequence[Record] = await driver(session).fetch(WHOLE, chip_id, version)
    ordinal, chrom, position, name, written, cm, counted, other = zip(*rows, strict=True)
    markers = Markers(
        np.array(name, dtype=np.str_),
        np.array(chrom, dtype=np.int32),
        np.array(position, dtype=np.int64),
        counted=np.array(counted, dtype=np.str_),
        other=np.array(other, dtype=np.str_),
    )
    return MarkerMap(markers, written, cm, np.array(ordinal, dtype=np.int32))


async def region(session: Session, chip_id: int, version: int, values: Mapping[str, int]) -> tuple[int, int] | None:
    """First and last place of a stretch of a chromosome; None where no marker lies."""
    row = (await session.execute(REGION, {"chip": chip_id, "version": version, **values})).one()
    return None if row.first is None else (row.first, row.last)


async def markers(session: Session, chip_id: int, version: int, values: Mapping[str, int]) -> list[MarkerRow]:
    """Markers of a version by their places."""
    found = await session.execute(MARKERS, {"chip": chip_id, "version": version, **values})
    return [MarkerRow(*row) for row in found]


async def places(session: Session, chip_id: int, version: int, names: Sequence[str]) -> list[MarkerPlace]:
    """Where the calls of these markers are; unknown ones are left out."""
    rows = await driver(session).fetch(PLACES, chip_id, version, list(names))
    return [MarkerPlace(*row) for row in rows]


async def places_at(session: Session, chip_id: int, version: int, places: Sequence[int]) -> list[MarkerPlace]:
    """Where the calls of the markers at these places of the map are."""
    return [MarkerPlace(*row) for row in await driver(session).fetch(AT, chip_id, version, places)]


async def places_between(
    session: Session, chip_id: int, version: int, between: tuple[int, int], limit: int
) -> list[MarkerPlace]:
    """Where the calls of neighbouring markers are."""
    rows = await driver(session).fetch(BETWEEN, chip_id, version, *between, limit)
    return [MarkerPlace(*row) for row in rows]


async def breeds(session: Session) -> list[BreedRow]:
    """All breeds."""
    found = await session.execute(text("select code, names, origin, purpose from genetics.breed order by code"))
    return [BreedRow(*row) for row in found]


async def assemblies(session: Session) -> list[AssemblyRow]:
    """All assemblies."""
    found = await session.execute(
        text("select code, accession, released_on, note from genetics.assembly order by code")
    )
    return [AssemblyRow(*row) for row in found]
