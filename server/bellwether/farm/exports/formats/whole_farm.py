"""A whole farm, all of its flocks, as one archive of tables: to be taken away, and into another farm."""

import asyncio
from pathlib import Path

from bellwether.farm.archives import writing
from bellwether.farm.archives.tables import LEFT_OUT, TABLES
from bellwether.farm.exports.format import Format, Source
from bellwether.farm.exports.options import Options
from bellwether.farm.exports.report import Report
from bellwether.platform.json import JsonObject


async def write(source: Source, options: Options, path: Path) -> Report:
    """Every table, and a manifest."""
    report, found = Report(), {}
    for place, table in enumerate(TABLES):
        await source.progress(0.1 + 0.7 * place / len(TABLES), table.name)
        found[table.name] = writing.lines_of(table, await source.table(table))
        report.written[table.name] = len(found[table.name])
    photos = await photos_of(source, path) if options.photos else []
    report.written["attachment"] = len(photos)
    report.notes += [f"not in the archive: {what}" for what in LEFT_OUT]
    await asyncio.to_thread(writing.write, path, await source.farm(), found, photos)
    return report


async def photos_of(source: Source, path: Path) -> list[JsonObject]:
    """Photos and papers go into the file one after the other: no more than one is held."""
    return [await asyncio.to_thread(writing.add_photo, path, *one) async for one in source.photos()]


FORMAT = Format(name="whole_farm", uses=frozenset({"photos"}), write=write, suffix="zip")
