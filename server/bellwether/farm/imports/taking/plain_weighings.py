"""Lines about weights that were read by their parts, and the rows beside them."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, cast

from bellwether.farm.imports.judging.outcomes import Outcome, Taken
from bellwether.farm.imports.judging.plain import curves
from bellwether.farm.imports.judging.plain import weighings as judging
from bellwether.farm.imports.judging.plain.lines import PlainLines
from bellwether.farm.imports.judging.plain.weighings import Plain, Rows, Whole
from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.judging.weighings import judge
from bellwether.farm.imports.models import Batch, Block, NewRows
from bellwether.farm.imports.storing import blocks, strangers, tags
from bellwether.farm.imports.taking.behind import Behind
from bellwether.farm.imports.taking.ledgers import open_ledger
from bellwether.farm.measurements import repository, storing
from bellwether.farm.measurements.columns import Columns, Kind
from bellwether.farm.measurements.events import measurements_recorded
from bellwether.farm.measurements.groups import touched
from bellwether.farm.measurements.ledger import Ledger, Made
from bellwether.farm.measurements.storing import Ready
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session

FIRST_PIECE, PIECE = 5_000, 20_000
"""As many lines are judged at once; the database waits for the first."""


async def take(
    session: Session,
    context: Context,
    batch: Batch,
    lines: PlainLines,
    rows: Sequence[tuple[int, Weighing]],
    whole: Whole,
    raws_of: Callable[[Sequence[int]], Sequence[str]],
) -> Taken:
    """The verdicts; accepted weights are stored and told, those of some lines while the next ones are judged."""
    memory, behind = await tags.recalled(session, batch), Behind()
    await ask(session, batch, memory, Piece(lines, list(rows), whole))
    found = Taken([], [])
    try:
        for piece in pieces(lines, rows, whole):
            plain, ledger, outcomes = await judged(session, context, batch, memory, behind, piece)
            made = await asyncio.to_thread(ready, plain) if len(plain) else None
            await behind.begin(store(session, context, batch, ledger.handed_over(), made))
            if made is not None:
                found.new.extend(await asyncio.to_thread(packed, plain, made.new, raws_of))
            found.outcomes.extend(outcomes)
    finally:
        await behind.end()
    await tags.remember(session, batch)
    return found


def ready(plain: Plain) -> Ready:
    """What the lines say, as it is stored and told."""
    return storing.ready(judging.columns(plain))


def packed(plain: Plain, new: Columns, raws_of: Callable[[Sequence[int]], Sequence[str]]) -> list[Block]:
    """The lines that are new and of which nothing is said, with the animal of each."""
    numbers = plain.lines.numbers.tolist()
    return blocks.blocks(NewRows(numbers, raws_of(numbers), new.animals.tobytes()))


class Piece(NamedTuple):
    """Some lines with the rows between them, and what makes rows of lines."""

    lines: PlainLines
    rows: Rows
    whole: Whole


def pieces(lines: PlainLines, rows: Sequence[tuple[int, Weighing]], whole: Whole) -> Iterator[Piece]:
    """A chunk, in its order."""
    stops = [int(number) for number in lines.numbers[FIRST_PIECE::PIECE]]
    for start, stop in pairwise([0, *stops, sys.maxsize]):
        beside = [(number, row) for number, row in rows if start <= number < stop]
        yield Piece(lines.between(start, stop), beside, whole)


async def ask(session: Session, batch: Batch, memory: tags.TagMemory, chunk: Piece) -> None:
    """What its lines may be held to, before anything of a chunk is stored: nothing hangs on where it is cut."""
    asked = await asyncio.to_thread(memory.mob.unasked, chunk.lines)
    await tags.ask(session, batch, memory, asked | {row.tags for _, row in chunk.rows})
    plain = await asyncio.to_thread(judging.found, *chunk, memory.mob, memory.tags, batch.traits)
    await tags.ask_curves(session, batch.farm_id, memory, plain.places)
    await tags.load_spans(session, batch, memory, touched([*plain.groups()[0], *judging.beside(plain, memory.tags)]))
    await tags.ask_last_days(session, batch.farm_id, memory.mob, judging.kinds(plain))


async def judged(
    session: Session,
    context: Context,
    batch: Batch,
    memory: tags.TagMemory,
    behind: Behind,
    piece: Piece,
) -> tuple[Plain, Ledger, list[Outcome]]:
    """The lines that are new without a word, what rows beside them say, and the verdicts on those.

    What earlier pieces say is in memory: nobody waits until it is stored but who reads what may be of it.
    """
    plain = await asyncio.to_thread(judging.sort_out, *piece, memory.mob, memory.tags, batch.traits)
    if memory.curves.unasked(memory.mob, plain.places):
        await behind.end()
        await tags.ask_curves(session, batch.farm_id, memory, plain.places)
    plain.keep(~await asyncio.to_thread(curves.off, plain, memory.curves))
    if plain.rows:
        await behind.end()
    if strangers.are_kept(batch):
        await strangers.keep(session, context, batch, sorted(plain.rows), memory.tags)
    plain.keep(~await asyncio.to_thread(judging.stretched, plain, memory.tags))
    ledger = await without_others(session, batch, memory, behind, plain)
    animals = curves.of_rows(plain, memory.tags)
    plain.keep(~curves.beside(plain, animals))
    if plain.rows:
        await behind.end()
    memory.tags.curves = {animal: [] for animal in animals}
    memory.tags.curves |= await repository.curves(session, batch.farm_id, animals)
    judging.count_in(plain, memory.tags)
    outcomes = await asyncio.to_thread(judge, sorted(plain.rows), memory.tags, ledger)
    curves.advance(plain, memory.curves)
    memory.curves.forget(memory.mob, animals)
    return plain, ledger, outcomes


async def without_others(
    session: Session, batch: Batch, memory: tags.TagMemory, behind: Behind, plain: Plain
) -> Ledger:
    """What counts today on the days of all rows, after the lines whose day is said twice are among them."""
    days = memory.tags.touched(plain.rows, batch.traits)[0]
    if days:
        await behind.end()
    told = await tags.doubtful(session, batch.farm_id, memory, days)
    is_doubtful = judging.doubtful(plain)
    if is_doubtful.any():
        await behind.end()
    ledger = await open_ledger(session, batch, told.union(judging.days_of(plain, is_doubtful)))
    judging.measured_last(plain, ~is_doubtful)
    plain.keep(judging.only_ones(plain, days, is_doubtful, ledger))
    return ledger


async def store(session: Session, context: Context, batch: Batch, made: Made, ready: Ready | None) -> None:
    """What the rows say, then what the lines say, told together."""
    told, superseded = made
    await storing.store(session, context, batch.farm_id, told, superseded, source="import", import_id=batch.id)
    if ready is not None:
        names = cast(dict[Kind, str], batch.memory.setdefault(Kind, {}))
        await storing.store_new(session, context, batch.farm_id, ready, import_id=batch.id, names=names)
    await measurements_recorded(session, context, batch.farm_id, told, None if ready is None else ready.told)
