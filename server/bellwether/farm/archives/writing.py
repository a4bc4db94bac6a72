"""Tables of a farm into an archive: a CSV file each, and a manifest that says what they hold."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from uuid import UUID

from bellwether.farm.archives.tables import FORMAT, LEFT_OUT, TABLES, VERSION, Table
from bellwether.farm.attachments.kinds import KINDS
from bellwether.platform.json import JsonObject

WHEN = (2000, 1, 1, 0, 0, 0)
"""Of every file, so that the same farm gives the same bytes."""
Line = list[str]


def lines_of(table: Table, rows: Iterable[Mapping[str, object]]) -> list[Line]:
    """Rows as cells."""
    return [[cell(row[name]) for name in table.columns] for row in rows]


def cell(value: object) -> str:
    """A value as text; nothing is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    if isinstance(value, str | int | UUID):
        return str(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def text_of(table: Table, lines: Iterable[Line]) -> bytes:
    """The file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([list(table.columns), *lines])
    return out.getvalue().encode()


def manifest(
    farm: Mapping[str, object], files: Mapping[str, bytes], counts: Mapping[str, int], photos: Sequence[JsonObject]
) -> JsonObject:
    """What the archive holds, and what it does not."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "farm": {name: cell(value) for name, value in farm.items()},
        "tables": [
            {
                "name": table.name,
                "file": f"{table.name}.csv",
                "says": table.says,
                "rows": counts[table.name],
                "sha256": hashlib.sha256(files[table.name]).hexdigest(),
                "columns": [{"name": name, "says": says} for name, says in table.columns.items()],
            }
            for table in TABLES
        ],
        "attachments": list(photos),
        "left_out": list(LEFT_OUT),
    }


def add_photo(path: Path, sha256: str, media_type: str, content: bytes) -> JsonObject:
    """One more photo or paper into the archive, as it is; what the manifest says of it."""
    name = f"attachments/{sha256}.{KINDS[media_type].ending}"
    with zipfile.ZipFile(path, "a") as out:
        out.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_STORED)
    return {"file": name, "sha256": sha256, "media_type": media_type, "size_bytes": len(content)}


def write(
    path: Path, farm: Mapping[str, object], found: Mapping[str, Sequence[Line]], photos: Sequence[JsonObject]
) -> None:
    """The tables and the manifest, after the photos."""
    files = {table.name: text_of(table, found[table.name]) for table in TABLES}
    said = manifest(farm, files, {name: len(lines) for name, lines in found.items()}, photos)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
        text = json.dumps(said, indent=2, ensure_ascii=False) + "\n"
        for name, content in (("manifest.json", text.encode()), *((f"{key}.csv", one) for key, one in files.items())):
            out.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_DEFLATED)
