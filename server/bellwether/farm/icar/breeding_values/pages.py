"""Imported breeding values: of each animal and run one resource, so that no page mixes runs in one of them."""

from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID, uuid5

from bellwether.farm.icar import words
from bellwether.farm.icar.pages import Asked, Found, total_of, writer_of
from bellwether.farm.icar.repository import FIRST, WITHIN, Within, count
from bellwether.farm.icar.resources.animals import IcarBreedingValue, IcarBreedingValues
from bellwether.farm.icar.resources.core import IcarIdentifier, IcarMeta
from bellwether.farm.icar.writing import Writer
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.http.pagination import Cursor

VALUES = f"""
select run_name, animal_id, max(created_at) as modified, array_agg(trait order by trait) as traits,
  array_agg(value order by trait) as estimates, array_agg(accuracy order by trait) as accuracies
from farm.imported_value
where farm_id = $1 and (run_name, animal_id) > (coalesce($4, ''), coalesce($5::uuid, {FIRST}))
group by run_name, animal_id having {WITHIN.format(column="max(created_at)")} order by run_name, animal_id limit $6
"""


class ByRun(Cursor):
    """Sorted by run, then by animal."""

    run_name: str
    animal_id: UUID


class ValuedRow(NamedTuple):
    """What a run says of an animal."""

    run_name: str
    animal_id: UUID
    modified: datetime
    traits: list[str]
    estimates: list[float]
    accuracies: list[float | None]


async def breeding_values(session: Session, asked: Asked) -> Found:
    """A page of them."""
    after = ByRun.read(asked.cursor)
    key = (None, None) if after is None else (after.run_name, after.animal_id)
    values = (asked.farm_id, *asked.within, *key, asked.limit + 1)
    rows = [ValuedRow(*row.values()) for row in await driver(session).fetch(VALUES, *values)]
    writer = await writer_of(session, asked, [row.animal_id for row in rows])
    total = await total_of(asked, rows, partial(count_values, session, asked.farm_id, asked.within))
    return Found([valued(writer, row) for row in rows[: asked.limit]], ByRun.after(rows, asked.limit), total)


async def count_values(session: Session, farm_id: UUID, within: Within) -> int:
    """How many are on all pages."""
    return await count(session, VALUES, farm_id, *within, None, None, None)


def valued(writer: Writer, row: ValuedRow) -> IcarBreedingValues:
    """The standard asks for the reliability, which is the square of the accuracy; it fixes no scale: 0 to 1."""
    key = str(uuid5(row.animal_id, row.run_name))
    each = zip(row.traits, row.estimates, row.accuracies, strict=True)
    return IcarBreedingValues(
        meta=IcarMeta(source=words.SOURCE, source_id=key, modified=row.modified),
        location=writer.location,
        id=key,
        animal=writer.identifier(row.animal_id),
        version=row.run_name,
        breeding_values=[
            IcarBreedingValue(
                trait_label=IcarIdentifier(scheme=words.TRAIT, id=trait),
                value=value,
                reliability=None if accuracy is None else accuracy**2,
            )
            for trait, value, accuracy in each
        ],
    )
