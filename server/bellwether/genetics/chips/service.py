"""Use-cases of chips."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bellwether_engine.genotypes import chromosome_code

from bellwether.genetics.access import may_read, may_write
from bellwether.genetics.chips import repository
from bellwether.genetics.chips.models import ChipRow, MarkerPlace
from bellwether.genetics.chips.problems import (
    ChipExists,
    CommonChip,
    MapExists,
    NoSuchChip,
    NoSuchMap,
    NoSuchMarker,
    UnknownAssembly,
    UnusableMap,
    WrongStretch,
)
from bellwether.genetics.chips.schemas import Assembly, Breed, Chip, Marker, MarkerMap
from bellwether.modelling.chips import map_files
from bellwether.modelling.chips.marker_map import MarkerMap as ReadMap
from bellwether.modelling.findings import BadInput
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.schemas import Page
from bellwether.platform.problems import RowError

EVERYWHERE = 2**62
LAST_PLACE = 2**31 - 1


class ByNumber(Cursor):
    """Sorted by a number that the database gave."""

    id: int


class ByPlace(Cursor):
    """Sorted by the place on the map."""

    place: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A map as it was sent."""

    name: str
    content: bytes
    assembly: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a chromosome."""

    chromosome: str
    first: int | None = None
    last: int | None = None


def stretch(chromosome: str | None, first: int | None, last: int | None) -> Stretch | None:
    """What a request names; None is the whole map.

    Raises:
        WrongStretch
    """
    if chromosome is None:
        if first is not None or last is not None:
            raise WrongStretch("chromosome", "first and last are base pairs of a chromosome, which is not named")
        return None
    return named_stretch(chromosome, first, last)


def named_stretch(chromosome: str, first: int | None, last: int | None) -> Stretch:
    """A part of a chromosome.

    Raises:
        WrongStretch
    """
    if first is not None and last is not None and last < first:
        raise WrongStretch("last", "the stretch ends before it begins")
    return Stretch(chromosome, first, last)


async def add(session: Session, context: Context, farm_id: UUID, code: str, name: str, upload: Upload) -> Chip:
    """A farm's own chip with its first map.

    Raises:
        NotFound, ReadOnlyMember, ChipExists, UnknownAssembly, UnusableMap
    """
    await may_write(session, farm_id)
    return await add_for(session, context, farm_id, code, name, upload)


async def add_common(session: Session, context: Context, code: str, name: str, upload: Upload) -> Chip:
    """Everybody's chip with its first map; the caller may keep such chips.

    Raises:
        ChipExists, UnknownAssembly, UnusableMap
    """
    await repository.keep_common(session)
    return await add_for(session, context, None, code, name, upload)


async def add_for(
    session: Session, context: Context, farm_id: UUID | None, code: str, name: str, upload: Upload
) -> Chip:
    """A chip of a farm, or of everybody, with its first map.

    Raises:
        ChipExists, UnknownAssembly, UnusableMap
    """
    await repository.hold(session, str(farm_id or "everybody"))
    if await repository.is_taken(session, farm_id, code):
        raise ChipExists
    found = await read(session, upload)
    values = {"farm_id": farm_id, "code": code, "name": name, "created_by": context.user_id}
    chip_id = await repository.add(session, values)
    await keep(session, context, chip_id, upload, found)
    return await get(session, chip_id)


async def add_map(session: Session, context: Context, chip_id: int, upload: Upload) -> MarkerMap:
    """A further version of the map of a farm's chip.

    Raises:
        NoSuchChip, ReadOnlyMember, CommonChip, MapExists, UnknownAssembly, UnusableMap
    """
    chip = await visible(session, chip_id)
    if chip.farm_id is None:
        raise CommonChip
    await may_write(session, chip.farm_id)
    return await add_version(session, context, chip_id, upload)


async def add_common_map(session: Session, context: Context, chip_id: int, upload: Upload) -> MarkerMap:
    """A further version of the map of everybody's chip; the caller may keep such chips.

    Raises:
        NoSuchChip, MapExists, UnknownAssembly, UnusableMap
    """
    if (await visible(session, chip_id)).farm_id is not None:
        raise NoSuchChip
    await repository.keep_common(session)
    return await add_version(session, context, chip_id, upload)


async def add_version(session: Session, context: Context, chip_id: int, upload: Upload) -> MarkerMap:
    """The next version of a map.

    Raises:
        MapExists, UnknownAssembly, UnusableMap
    """
    await repository.hold(session, str(chip_id))
    found = await read(session, upload)
    if await repository.has_map(session, chip_id, found.digest()):
        raise MapExists
    return await get_map(session, chip_id, await keep(session, context, chip_id, upload, found))


async def read(session: Session, upload: Upload) -> ReadMap:
    """The map of a file.

    Raises:
        UnknownAssembly, UnusableMap
    """
    known = {row.code for row in await repository.assemblies(session)}
    if upload.assembly is not None and upload.assembly not in known:
        raise UnknownAssembly(upload.assembly)
    ending = next((e for e in map_files.MAP_ENDINGS if upload.name.lower().endswith(e)), None)
    if ending is None:
        message, fix = f"{upload.name[:60]!r} does not end as a map does", ", ".join(map_files.MAP_ENDINGS)
        row = RowError(field="file", code="unknown_kind", message=message, fix=f"Name it by its kind: {fix}")
        raise UnusableMap(message, errors=[row])
    with tempfile.TemporaryDirectory(prefix="bellwether-map-") as folder:
        path = Path(folder) / f"map{ending}"
        path.write_bytes(upload.content)
        try:
            return await asyncio.to_thread(map_files.read_map, path)
        except BadInput as error:
            rows = [
                RowError(row=each.line, field=each.field, code=each.code, message=each.message, fix=each.fix)
                for each in error.findings
            ]
            raise UnusableMap(rows[0].message, errors=rows) from error


async def keep(session: Session, context: Context, chip_id: int, upload: Upload, found: ReadMap) -> int:
    """Write the next version of a map."""
    values = {
        "chip_id": chip_id,
        "assembly": upload.assembly,
        "n_markers": len(found),
        "sha256": found.digest(),
        "file_name": "".join(sign for sign in upload.name if sign.isprintable())[-200:] or "map",
        "created_by": context.user_id,
    }
    return await repository.add_map(session, values, found)


async def visible(session: Session, chip_id: int) -> ChipRow:
    """The row of a chip.

    Raises:
        NoSuchChip
    """
    found = await repository.find(session, chip_id)
    if found is None:
        raise NoSuchChip
    return found


async def get(session: Session, chip_id: int) -> Chip:
    """One chip.

    Raises:
        NoSuchChip
    """
    return Chip.model_validate(await visible(session, chip_id))


async def page(session: Session, farm_id: UUID, cursor: str | None, limit: int) -> Page[Chip]:
    """The farm's own chips and everybody's.

    Raises:
        NotFound
    """
    await may_read(session, farm_id)
    last = ByNumber.read(cursor)
    found = await repository.page(session, farm_id, 0 if last is None else last.id, limit + 1)
    return Page(items=[Chip.model_validate(row) for row in found[:limit]], next=ByNumber.after(found, limit))


async def maps(session: Session, chip_id: int) -> list[MarkerMap]:
    """All versions of a chip's map.

    Raises:
        NoSuchChip
    """
    await visible(session, chip_id)
    return [MarkerMap.model_validate(row) for row in await repository.maps(session, chip_id)]


async def get_map(session: Session, chip_id: int, version: int) -> MarkerMap:
    """One version of a map.

    Raises:
        NoSuchChip, NoSuchMap
    """
    await visible(session, chip_id)
    found = await repository.find_map(session, chip_id, version)
    if found is None:
        raise NoSuchMap
    return MarkerMap.model_validate(found)


async def markers(
    session: Session, chip_id: int, version: int, stretch: Stretch | None, cursor: str | None, limit: int
) -> Page[Marker]:
    """Markers of a version by chromosome and position, of a stretch where one is given.

    Raises:
        NoSuchChip, NoSuchMap
    """
    await get_map(session, chip_id, version)
    places = await places_of(session, chip_id, version, stretch)
    if places is None:
        return Page(items=[], next=None)
    last = ByPlace.read(cursor)
    after = -1 if last is None else last.place
    values = {"after": after, "first": places[0], "last": places[1], "limit": limit + 1}
    found = await repository.markers(session, chip_id, version, values)
    return Page(items=[Marker.model_validate(row) for row in found[:limit]], next=ByPlace.after(found, limit))


async def places_of(session: Session, chip_id: int, version: int, stretch: Stretch | None) -> tuple[int, int] | None:
    """First and last place of a stretch, or of the whole map; None where no marker lies."""
    if stretch is None:
        return 0, LAST_PLACE
    values = {
        "chrom": chromosome_code(stretch.chromosome),
        "first_bp": stretch.first or 0,
        "last_bp": EVERYWHERE if stretch.last is None else stretch.last,
    }
    return await repository.region(session, chip_id, version, values)


async def marker(session: Session, chip_id: int, version: int, name: str) -> MarkerPlace:
    """Where the calls of a marker are.

    Raises:
        NoSuchMarker
    """
    found = await repository.places(session, chip_id, version, [name])
    if not found:
        raise NoSuchMarker
    return found[0]


async def breeds(session: Session) -> list[Breed]:
    """All breeds."""
    return [Breed.model_validate(row) for row in await repository.breeds(session)]


async def assemblies(session: Session) -> list[Assembly]:
    """All assemblies."""
    return [Assembly.model_validate(row) for row in await repository.assemblies(session)]
