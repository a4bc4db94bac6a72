"""Lines about weights that were read by their parts, and the rows beside them."""

import asyncio
from collections.abc import Sequence

from bellwether.farm.imports.judging.outcomes import Taken
from bellwether.farm.imports.judging.plain import curves
from bellwether.farm.imports.judging.plain import weighings as judging
from bellwether.farm.imports.judging.plain.lines import PlainLines
from bellwether.farm.imports.judging.plain.weighings import Plain, Whole
from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.judging.weighings import judge
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.storing import strangers, tags
from bellwether.farm.imports.taking.ledgers import open_ledger
from bellwether.farm.measurements import repository
from bellwether.farm.measurements.events import measurements_recorded, of_columns
from bellwether.farm.measurements.groups import touched
from bellwether.farm.measurements.ledger import Ledger
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session


async def take(
    session: Session,
    context: Context,
    batch: Batch,
    lines: PlainLines,
    rows: Sequence[tuple[int, Weighing]],
    whole: Whole,
) -> Taken:
    """The verdicts; accepted weights are stored and told."""
    memory = await tags.recalled(session, batch)
    asked = await asyncio.to_thread(memory.mob.unasked, lines)
    await tags.ask(session, batch, memory, asked | {row.tags for _, row in rows})
    plain = await asyncio.to_thread(judging.sort_out, lines, list(rows), memory.mob, memory.tags, whole, batch.traits)
    await tags.ask_curves(session, batch.farm_id, memory, plain.places)
    plain.keep(~await asyncio.to_thread(curves.off, plain, memory.curves))
    if strangers.are_kept(batch):
        await strangers.keep(session, context, batch, sorted(plain.rows), memory.tags)
    groups = touched([*plain.groups()[0], *judging.beside(plain, memory.tags)])
    await tags.load_spans(session, batch, memory, groups)
    plain.keep(~await asyncio.to_thread(judging.stretched, plain, memory.tags))
    ledger = await without_others(session, batch, memory, plain)
    animals = curves.of_rows(plain, memory.tags)
    plain.keep(~curves.beside(plain, animals))
    memory.tags.curves = {animal: [] for animal in animals}
    memory.tags.curves |= await repository.curves(session, batch.farm_id, animals)
    judging.count_in(plain, memory.tags)
    outcomes = await asyncio.to_thread(judge, sorted(plain.rows), memory.tags, ledger)
    animal_ids = await store(session, context, batch, ledger, plain)
    curves.advance(plain, memory.curves)
    memory.curves.forget(memory.mob, animals)
    await tags.remember(session, batch)
    return Taken(plain.lines.numbers.tolist(), animal_ids, outcomes)


async def without_others(session: Session, batch: Batch, memory: tags.TagMemory, plain: Plain) -> Ledger:
    """What counts today on the days of all rows, after the lines whose day is said twice are among them."""
    days = memory.tags.touched(plain.rows, batch.traits)[0]
    told = await tags.doubtful(session, batch.farm_id, memory, days)
    await tags.ask_last_days(session, batch.farm_id, memory.mob, judging.kinds(plain))
    is_doubtful = judging.doubtful(plain)
    ledger = await open_ledger(session, batch, told.union(judging.days_of(plain, is_doubtful)))
    judging.measured_last(plain, ~is_doubtful)
    plain.keep(judging.only_ones(plain, days, is_doubtful, ledger))
    return ledger


async def store(session: Session, context: Context, batch: Batch, ledger: Ledger, plain: Plain) -> bytes:
    """What the rows say, then what the lines say, told together; the animals of the lines."""
    told, superseded = ledger.handed_over()
    await repository.store(session, context, batch.farm_id, told, superseded, source="import", import_id=batch.id)
    if not len(plain):
        await measurements_recorded(session, context, batch.farm_id, told)
        return b""
    new = await asyncio.to_thread(judging.columns, plain)
    storing = asyncio.create_task(repository.store_new(session, context, batch.farm_id, new, import_id=batch.id))
    try:
        beside = await asyncio.to_thread(of_columns, new)
    finally:
        await storing
    await measurements_recorded(session, context, batch.farm_id, told, beside)
    return new.animals.tobytes()
