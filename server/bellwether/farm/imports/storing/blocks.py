"""Rows that are new and of which nothing is said, many in one row of the database."""

import zlib
from collections.abc import Iterator, Sequence
from uuid import UUID

import asyncpg
import orjson

from bellwether.farm.imports.models import Batch, Block, JudgedRow, NewRows
from bellwether.platform.database.transactions import Session, driver

SIZE = 1000
FAST = 1
"""How hard zlib tries."""
ADD = """
insert into farm.import_block (farm_id, import_id, first_row, last_row, n_rows, content)
select $1, $2, first_row, last_row, n_rows, content
from unnest($3::int4[], $4::int4[], $5::int4[], $6::bytea[]) as b (first_row, last_row, n_rows, content)
"""
FIND = """
select last_row, content from farm.import_block
where farm_id = $1 and import_id = $2 and last_row >= $3 and first_row <= $4 order by last_row limit $5
"""
FARM = "select farm_id from farm.import_batch where id = $1"
DROP = "delete from farm.import_block where farm_id = $1 and import_id = $2"
LAST = 2**31 - 1


async def add(session: Session, batch: Batch, new: Sequence[Block]) -> None:
    """Store rows."""
    if new:
        await driver(session).execute(ADD, batch.farm_id, batch.id, *zip(*new, strict=True))


async def between(session: Session, farm_id: UUID, import_id: UUID, first: int, last: int) -> list[JudgedRow]:
    """The rows with numbers from `first` to `last`."""
    connection: asyncpg.Connection = driver(session)
    found = await connection.fetch(FIND, farm_id, import_id, first, last, None)
    return [row for each in found for row in unpacked(each["content"]) if first <= row.row <= last]


async def after(session: Session, import_id: UUID, number: int, limit: int) -> list[JudgedRow]:
    """The first rows behind a number."""
    connection: asyncpg.Connection = driver(session)
    farm_id = await connection.fetchval(FARM, import_id)
    found: list[JudgedRow] = []
    reached = number
    while len(found) < limit:
        rows = await connection.fetch(FIND, farm_id, import_id, reached + 1, LAST, 1 + limit // SIZE)
        if not rows:
            return sorted(found)
        found += [row for each in rows for row in unpacked(each["content"]) if row.row > number]
        reached = rows[-1]["last_row"]
    # what a later run has taken stands between the rows of earlier blocks
    end = sorted(found)[limit - 1].row
    return sorted(await between(session, farm_id, import_id, number + 1, end))[:limit]


async def drop(session: Session, farm_id: UUID, import_id: UUID) -> None:
    """All of an import."""
    await driver(session).execute(DROP, farm_id, import_id)


def blocks(new: NewRows) -> list[Block]:
    """The rows, whose numbers ascend, packed some at a time."""
    found = []
    for start in range(0, len(new.numbers), SIZE):
        numbers = new.numbers[start : start + SIZE]
        content = packed(numbers, new.animals[16 * start : 16 * (start + SIZE)], new.raws[start : start + SIZE])
        found.append(Block(numbers[0], numbers[-1], len(numbers), content))
    return found


def packed(numbers: Sequence[int], animals: bytes, raws: Sequence[str]) -> bytes:
    """The ids of the animals, 16 bytes each, behind the rest."""
    return zlib.compress(orjson.dumps([numbers, raws]), FAST) + animals


def unpacked(content: bytes) -> Iterator[JudgedRow]:
    """The rows of a block."""
    reader = zlib.decompressobj()
    numbers, raws = orjson.loads(reader.decompress(content))
    animals = reader.unused_data
    for place, (number, raw) in enumerate(zip(numbers, raws, strict=True)):
        yield JudgedRow(number, raw, "new", True, UUID(bytes=animals[16 * place : 16 * place + 16]), *(None,) * 4, [])
