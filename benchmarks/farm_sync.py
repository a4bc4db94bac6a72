"""Sync in `bench farm`: everything for a new phone, and what changed for one that was here, beside the bare query."""

import asyncio
import time
from typing import cast
from uuid import UUID

import orjson
from bellwether.commands.demo.client import Client
from farm_ground import Ground, Row, row
from farm_writing import pedigree_file

FLOCK, CHANGED, PAGE = 10_000, 1_000, 1_000
BARE = "select * from farm.animal where farm_id = $1 and seq > $2 order by seq limit $3"
TOUCH = """
update farm.animal set rear_type = coalesce(rear_type, 0) % 3 + 1
where id in (select id from farm.animal where farm_id = $1 order by id limit $2)
"""


def sync(ground: Ground) -> list[Row]:
    """Animals of a flock of 10,000 in pages, then 1,000 of them that were changed."""
    flock, code = ground.flock("sync")
    ground.send(pedigree_file(code, ground.size(FLOCK)), flock, "sg")
    first, cursor, n_first = pulled(ground.client, ground.farm_id, None)
    asyncio.run(change(ground, CHANGED))
    later, _, n_later = pulled(ground.client, ground.farm_id, cursor)
    bare = asyncio.run(bare_rows(ground))
    peer = ("bare query", bare)
    return [
        row("first sync", f"{n_first:,} animals", n_first / first, "rows/s", peer=peer, remark="through the gateway"),
        row("sync of what changed", f"{n_later:,} animals", n_later / later, "rows/s", peer=peer),
    ]


def pulled(client: Client, farm_id: str, cursor: str | None) -> tuple[float, str, int]:
    """Seconds, the cursor after it, and rows."""
    began, n_rows = time.perf_counter(), 0
    while True:
        query = {"collections": "animals", "limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
        page = client.get(f"/api/v1/farm/farms/{farm_id}/sync/changes", **query)
        n_rows += len(cast(list[object], page["documents"]))
        cursor = str(page["cursor"])
        if not page["has_more"]:
            return time.perf_counter() - began, cursor, n_rows


async def change(ground: Ground, n_rows: int) -> None:
    """So many animals are changed."""
    connection = await ground.database()
    await connection.execute(TOUCH, UUID(ground.farm_id), n_rows)
    await connection.close()


async def bare_rows(ground: Ground) -> float:
    """Rows a second of the table itself, page by page, as JSON."""
    connection = await ground.database()
    began, after, n_rows = time.perf_counter(), 0, 0
    while rows := await connection.fetch(BARE, UUID(ground.farm_id), after, PAGE):
        orjson.dumps([dict(one) for one in rows], default=str)
        after, n_rows = rows[-1]["seq"], n_rows + len(rows)
    await connection.close()
    return n_rows / (time.perf_counter() - began)
