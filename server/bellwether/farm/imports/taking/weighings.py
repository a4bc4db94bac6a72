"""Rows about weights of animals that the farm has."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from bellwether.farm.imports.judging.outcomes import Outcome
from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.judging.weighings import TaggedAnimals, judge
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.storing import strangers, tags
from bellwether.farm.imports.taking.ledgers import open_ledger, store_ledger
from bellwether.farm.measurements import repository as measurements
from bellwether.farm.measurements.models import LastWeight
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.sheep.traits import weights

BLOCK = 2500


async def take(
    session: Session,
    context: Context,
    batch: Batch,
    rows: Sequence[tuple[int, Weighing]],
) -> list[Outcome]:
    """The verdicts; accepted weights are stored, each block while the next one is judged.

    A weight is held to what the animal's earlier ones foretell (I23).
    """
    animals, days = await tags.load(session, batch, rows)
    if strangers.are_kept(batch):
        await strangers.keep(session, context, batch, rows, animals)
    animals.curves = await curves(session, batch, rows, animals)
    ledger = await open_ledger(session, batch, days)
    outcomes: list[Outcome] = []
    storing: asyncio.Task[None] | None = None
    try:
        for start in range(0, len(rows), BLOCK):
            outcomes += await asyncio.to_thread(judge, rows[start : start + BLOCK], animals, ledger)
            if storing is not None:
                await storing
            storing = asyncio.create_task(store_ledger(session, context, batch, ledger.handed_over()))
    finally:
        if storing is not None:
            await storing
    await tags.remember(session, batch)
    return outcomes


async def curves(
    session: Session, batch: Batch, rows: Sequence[tuple[int, Weighing]], animals: TaggedAnimals
) -> dict[UUID, list[LastWeight]]:
    """The body weights of the animals that are weighed."""
    weighed = {row.tags for _, row in rows if any(said.trait in weights() for said in row.each())}
    ids = {animal for tags in weighed for animal in animals.candidates(tags)}
    found = await measurements.curves(session, batch.farm_id, ids)
    return {animal: found.get(animal, []) for animal in ids}
