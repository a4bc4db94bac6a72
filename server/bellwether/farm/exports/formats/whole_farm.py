"""A whole farm, all of its flocks, as one archive of tables: to be taken away, and into another farm."""

import asyncio
from pathlib import Path

from bellwether.farm.archives import writing
from bellwether.farm.archives.tables import LEFT_OUT, TABLES
from bellwether.farm.exports.format import Format, Source
from bellwether.farm.exports.options import Options
from bellwether.farm.exports.report import Report


async def write(source: Source, _options: Options, path: Path) -> Report:
    """Every table, and a manifest."""
    report, found = Report(), {}
    for place, table in enumerate(TABLES):
        await source.progress(0.1 + 0.7 * place / len(TABLES), table.name)
        found[table.name] = writing.lines_of(table, await source.table(table))
        report.written[table.name] = len(found[table.name])
    report.notes += [f"not in the archive: {what}" for what in LEFT_OUT]
    await asyncio.to_thread(writing.write, path, await source.farm(), found)
    return report


FORMAT = Format(name="whole_farm", uses=frozenset(), write=write, suffix="zip")
