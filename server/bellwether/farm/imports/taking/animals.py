"""Rows about animals with their parents and measurements."""

import asyncio
from collections.abc import Iterator, Sequence

from bellwether.farm.animals import ghosts
from bellwether.farm.animals.events import animals_registered
from bellwether.farm.imports.judging.animal_row import AnimalRow
from bellwether.farm.imports.judging.animals import judge
from bellwether.farm.imports.judging.herd import Herd
from bellwether.farm.imports.judging.listing import Listing
from bellwether.farm.imports.judging.outcomes import Outcome
from bellwether.farm.imports.judging.sheep import Made
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.storing import herd as stored
from bellwether.farm.imports.storing import loading
from bellwether.farm.imports.taking.ledgers import open_ledger, store_ledger
from bellwether.farm.measurements import ledger as measured
from bellwether.farm.measurements import storing
from bellwether.farm.measurements.ledger import Ledger
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.memory import uncollected

FIRST_BLOCK, BLOCK = 500, 2000
"""As many as one event tells of."""


async def take(
    session: Session, context: Context, batch: Batch, rows: Sequence[tuple[int, AnimalRow]]
) -> list[Outcome]:
    """The verdicts; what a block of rows has made of the herd is stored while the next one is judged."""
    listing = batch.survey if isinstance(batch.survey, Listing) else Listing()
    memory = await loading.load(session, batch, rows, listing)
    herd = memory.herd
    ledger = await open_ledger(session, batch, herd.measured_days(rows))
    outcomes: list[Outcome] = []
    storing: asyncio.Task[None] | None = None
    try:
        for start, stop in blocks(len(rows)):
            found, made, packed = await asyncio.to_thread(judged, rows[start:stop], herd, ledger)
            outcomes += found
            if storing is not None:
                await storing
            memory.lived.update(key for key, *_ in made.added)
            storing = asyncio.create_task(store(session, context, batch, made, packed, ledger.handed_over()))
    finally:
        if storing is not None:
            await storing
    await loading.remember(session, batch, memory)
    return outcomes


def blocks(n_rows: int) -> Iterator[tuple[int, int]]:
    """Start and end of each: the first are short, so that the database need not wait long for them."""
    start, size = 0, min(FIRST_BLOCK, BLOCK)
    while start < n_rows:
        yield start, min(start + size, n_rows)
        start, size = start + size, min(2 * size, BLOCK)


def judged(
    rows: Sequence[tuple[int, AnimalRow]], herd: Herd, ledger: Ledger
) -> tuple[list[Outcome], Made, stored.Rows]:
    """The verdicts on a block, and what it has made of the herd."""
    with uncollected():
        outcomes = judge(rows, herd, ledger)
        made = herd.handed_over()
        return outcomes, made, stored.packed(made)


async def store(
    session: Session, context: Context, batch: Batch, made: Made, packed: stored.Rows, weighed: measured.Made
) -> None:
    """Accepted animals with their parents and measurements, and the events that tell of them."""
    await stored.store(session, context, batch.farm_id, batch.id, made, packed)
    for kept in dict.fromkeys(kept for _, kept in made.merged):
        ghosts_of = [ghost for ghost, animal in made.merged if animal == kept]
        await ghosts.hand_over(session, context, batch.farm_id, ghosts_of, kept)
    if made.changed:
        changed = [key for key, *_ in made.changed]
        await storing.recompute(session, batch.farm_id, changed)
    for flock_id, animal_ids in stored.registered([*made.added, *made.changed]).items():
        await animals_registered(session, context, batch.farm_id, flock_id, animal_ids)
    await store_ledger(session, context, batch, weighed)
