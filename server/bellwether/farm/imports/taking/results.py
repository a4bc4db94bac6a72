"""Rows about breeding values of others."""

from collections.abc import Sequence

from bellwether.farm.imported_values import repository
from bellwether.farm.imported_values.events import values_added
from bellwether.farm.imports.judging.outcomes import Outcome
from bellwether.farm.imports.judging.results import ResultRow, judge
from bellwether.farm.imports.judging.weighings import TaggedAnimals, cells_of
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.storing import tags
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session


async def take(
    session: Session, context: Context, batch: Batch, rows: Sequence[tuple[int, ResultRow]]
) -> list[Outcome]:
    """The verdicts; what is new is stored."""
    animals = TaggedAnimals()
    await tags.look_up(session, batch, {cell for _, row in rows for cell, _ in cells_of(row.tags)}, animals)
    runs = sorted({row.run_name for _, row in rows})
    known = await repository.known(session, batch.farm_id, runs, list(animals.animals))
    outcomes, added = judge(rows, animals, known)
    await repository.add(session, batch.farm_id, batch.id, added)
    names = [value.run_name for value in added]
    await values_added(session, context, batch.farm_id, [value.animal_id for value in added], names)
    return outcomes
