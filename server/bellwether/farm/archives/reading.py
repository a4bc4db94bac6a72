"""An archive back into tables, when it is whole and true; and its ids as those of another farm."""

import csv
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast
from uuid import UUID, uuid5

from bellwether.farm.archives.problems import ArchiveBroken
from bellwether.farm.archives.tables import FORMAT, SINCE, TABLES, VERSION, Table
from bellwether.platform.json import JsonObject, JsonValue

MOST_BYTES = 400_000_000
"""Of all files unpacked."""
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Cells = dict[str, str]
Later = Mapping[str, frozenset[str]]


class Photo(NamedTuple):
    """A photo or paper."""

    media_type: str
    content: bytes


class Archive(NamedTuple):
    """What was read: the farm as the manifest tells it, the rows of each table, and photos and papers by their hash."""

    farm: dict[str, str]
    rows: dict[str, list[Cells]]
    photos: dict[str, Photo]


def read(content: bytes) -> Archive:
    """Every table, as the manifest says it is.

    Raises:
        ArchiveBroken
    """
    csv.field_size_limit(MOST_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MOST_BYTES:
                raise ArchiveBroken("manifest.json", f"the archive holds more than {MOST_BYTES:,} bytes")
            said = json.loads(archive.read("manifest.json"))
            known = (*(version - 1 for version in SINCE), VERSION)
            if not isinstance(said, dict) or said.get("format") != FORMAT or said.get("version") not in known:
                raise ArchiveBroken("manifest.json", f"the archive is not of the format {FORMAT} {VERSION}")
            told = {str(one["name"]): one for one in said["tables"]}
            later = [more for version, more in SINCE.items() if said["version"] < version]
            rows = {table.name: table_of(archive, table, told, later) for table in TABLES}
            photos = dict(photo_of(archive, one) for one in said["attachments"])
            return Archive({name: str(value) for name, value in said["farm"].items()}, rows, photos)
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        zlib.error,
    ) as error:
        raise ArchiveBroken("manifest.json", "the file is no archive of a farm, or is not whole") from error


def table_of(
    archive: zipfile.ZipFile, table: Table, tables: Mapping[str, Mapping[str, object]], later: Sequence[Later]
) -> list[Cells]:
    """One table; what archives have since a later version is not in it.

    Raises:
        ArchiveBroken: its bytes, its heading or its number of rows are not as the manifest says.
    """
    name, missing = f"{table.name}.csv", {column for more in later for column in more.get(table.name, ())}
    if table.name not in tables and any(not more.get(table.name, {""}) for more in later):
        return []
    told = tables[table.name]
    content = archive.read(name)
    if hashlib.sha256(content).hexdigest() != told["sha256"]:
        raise ArchiveBroken(name, "its bytes are not those that the manifest tells: it was changed or cut off")
    head, *lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
    if head != [column for column in table.columns if column not in missing]:
        raise ArchiveBroken(name, f"its heading is not {', '.join(table.columns)}")
    if len(lines) != told["rows"] or any(len(line) != len(head) for line in lines):
        raise ArchiveBroken(name, f"it has {len(lines)} rows, and the manifest tells of {told['rows']}")
    return [dict.fromkeys(table.columns, "") | dict(zip(head, line, strict=True)) for line in lines]


def photo_of(archive: zipfile.ZipFile, told: Mapping[str, str]) -> tuple[str, Photo]:
    """One photo or paper by its hash.

    Raises:
        ArchiveBroken: its bytes are not those of its hash.
    """
    content = archive.read(told["file"])
    if hashlib.sha256(content).hexdigest() != told["sha256"]:
        raise ArchiveBroken(told["file"], "its bytes are not those that the manifest tells: it was changed or cut off")
    return told["sha256"], Photo(told["media_type"], content)


class Renaming:
    """Ids of an archive as those of a farm: the same archive in the same farm gives the same ids."""

    def __init__(self, farm_id: UUID, merged: Mapping[str, str]) -> None:
        self.farm_id, self.merged = farm_id, merged

    def id(self, value: str) -> str:
        """Of one thing; of an animal that turned out to be another one that of the other."""
        return str(uuid5(self.farm_id, self.merged.get(value, value)))

    def row(self, cells: Cells) -> Cells:
        """All ids of a row, those in JSON too."""
        return {name: self.cell(name, value) for name, value in cells.items()}

    def cell(self, name: str, value: str) -> str:
        """An id is one by the name of its column."""
        if name == "payload":
            return json.dumps(self.deep(json.loads(value)), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return self.id(value) if value and (name == "id" or name.endswith("_id") or name == "supersedes") else value

    def deep(self, value: JsonValue) -> JsonValue:
        """Whatever is an id in a payload names something of the farm."""
        if isinstance(value, dict):
            return {name: self.deep(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self.deep(part) for part in value]
        return self.id(value) if isinstance(value, str) and UUID_TEXT.fullmatch(value) else value


def renamed(archive: Archive, farm_id: UUID) -> dict[str, list[Cells]]:
    """The rows as those of a farm; what was merged is what it was merged into."""
    merged = {row["id"]: row["merged_into"] for row in archive.rows["merge"]}
    names = Renaming(farm_id, merged)
    return {name: [names.row(row) for row in rows] for name, rows in archive.rows.items() if name != "merge"}


def payload_of(cells: Cells) -> JsonObject:
    """Of an event."""
    return cast(JsonObject, json.loads(cells["payload"]))
