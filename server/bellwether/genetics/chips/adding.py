"""Chips and maps as they are taken in, of a farm or of everybody."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bellwether.genetics.access import may_write
from bellwether.genetics.chips import repository
from bellwether.genetics.chips.problems import (
    ChipExists,
    CommonChip,
    MapExists,
    NoSuchChip,
    UnknownAssembly,
    UnusableMap,
)
from bellwether.genetics.chips.schemas import Chip, MarkerMap
from bellwether.genetics.chips.service import get, get_map, visible
from bellwether.modelling.chips import map_files
from bellwether.modelling.chips.marker_map import MarkerMap as ReadMap
from bellwether.modelling.findings import BadInput
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import RowError


@dataclass(frozen=True, slots=True)
class Upload:
    """A map as it was sent."""

    name: str
    content: bytes
    assembly: str | None


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
