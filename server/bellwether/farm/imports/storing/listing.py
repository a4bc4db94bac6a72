"""The rows of a file that other rows cite, before any of them is judged."""

from collections import OrderedDict
from uuid import UUID

import asyncpg

from bellwether.farm.imports.judging.animal_row import Written
from bellwether.farm.imports.judging.listing import Listed, Listing
from bellwether.farm.imports.models import Batch
from bellwether.platform.database.transactions import Session, driver

CITED = """
select distinct cell from farm.import_row, lateral (values (parsed->'sire'->>3), (parsed->'dam'->>3),
  (parsed->'recipient'->>3)) as c (cell)
where import_id = $1 and parsed is not null and cell is not null
"""
LISTED = """
select row, parsed->'identifiers' as identifiers, parsed->>'sex' as sex,
  (parsed->>'birth_date')::date as birth_date, (parsed->>'drop_year')::int as drop_year
from farm.import_row where import_id = $1 and parsed is not null order by row
"""
KEPT = 2
_kept: OrderedDict[UUID, Listing] = OrderedDict()


async def load(session: Session, batch: Batch) -> Listing:
    """Read once for all chunks of a file: what is read from a file never changes."""
    found = _kept.get(batch.id)
    if found is None:
        connection: asyncpg.Connection = driver(session)
        cited = [row["cell"] for row in await connection.fetch(CITED, batch.id)]
        rows = await connection.fetch(LISTED, batch.id)
        found = _kept[batch.id] = Listing.of(cited, map(as_listed, rows))
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def as_listed(row: asyncpg.Record) -> Listed:
    """A row as the database gives it."""
    items = tuple(Written(*item) for item in row["identifiers"])
    return Listed(row["row"], items, row["sex"], row["birth_date"], row["drop_year"])
