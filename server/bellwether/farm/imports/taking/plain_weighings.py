"""Lines about weights that were read by their parts, and the rows beside them."""

import asyncio
from collections.abc import Sequence

from bellwether.farm.imports.judging import plain_weighings as judging
from bellwether.farm.imports.judging.outcomes import Taken
from bellwether.farm.imports.judging.plain_lines import PlainLines
from bellwether.farm.imports.judging.plain_weighings import Plain, Whole
from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.judging.weighings import judge
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.storing import strangers, tags
from bellwether.farm.imports.taking import weighings
from bellwether.farm.imports.taking.ledgers import open_ledger
from bellwether.farm.measurements import repository
from bellwether.farm.measurements.events import measurements_recorded
from bellwether.farm.measurements.groups import touched
from bellwether.farm.measurements.ledger import Ledger, Observation
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id

BLOCK = 5000


async def take(
    session: Session,
    context: Context,
    batch: Batch,
    lines: PlainLines,
    rows: Sequence[tuple[int, Weighing]],
    whole: Whole,
) -> Taken:
    """The verdicts; accepted weights are stored and told."""
    if strangers.are_kept(batch):
        single = sorted([*rows, *((number, whole(*parts)) for number, parts in lines.each())])
        return Taken([], [], await weighings.take(session, context, batch, single))
    asked = await asyncio.to_thread(judging.tags_of, lines)
    memory = await tags.recalled(session, batch, asked | {row.tags for _, row in rows})
    plain = await asyncio.to_thread(judging.sort_out, lines, list(rows), memory.tags, whole, batch.traits)
    groups = touched([*plain.groups()[0], *judging.beside(plain, memory.tags)])
    await tags.load_spans(session, batch, memory, groups)
    plain.keep(~await asyncio.to_thread(judging.stretched, plain, memory.tags))
    days, beside = plain.days(), memory.tags.touched(plain.rows, batch.traits)[0]
    ledger = await open_ledger(
        session, batch, await tags.doubtful(session, batch.farm_id, memory.last, beside | set(days))
    )
    plain.keep(judging.only_ones(days, beside, ledger))
    judging.count_in(plain, memory.tags)
    outcomes = await asyncio.to_thread(judge, sorted(plain.rows), memory.tags, ledger)
    await store(session, context, batch, ledger, plain)
    await tags.remember(session, batch)
    return Taken(plain.lines.numbers.tolist(), [animal.id for animal in plain.animals], outcomes)


async def store(session: Session, context: Context, batch: Batch, ledger: Ledger, plain: Plain) -> None:
    """What the rows say, then what the lines say, each block while the next one is made; told together."""
    told, superseded = ledger.handed_over()
    await repository.store(session, context, batch.farm_id, told, superseded, source="import", import_id=batch.id)
    told = list(told)
    storing: asyncio.Task[None] | None = None
    try:
        for block in plain.blocks(BLOCK):
            made = await asyncio.to_thread(observations, block)
            if storing is not None:
                await storing
            animals = [(animal.birth_date, animal.placed) for animal in block.animals]
            stored = repository.store_new(session, context, batch.farm_id, made, animals, import_id=batch.id)
            storing = asyncio.create_task(stored)
            told += made
    finally:
        if storing is not None:
            await storing
    await measurements_recorded(session, context, batch.farm_id, told)


def observations(plain: Plain) -> list[Observation]:
    """A measurement for each line."""
    found = []
    for animal, (number, parts) in zip(plain.animals, plain.lines.each(), strict=True):
        said = plain.whole(*parts).measured
        found.append(Observation(new_id(), animal.flock_id, animal.id, said, number, plain.traits[said.trait]))
    return found
