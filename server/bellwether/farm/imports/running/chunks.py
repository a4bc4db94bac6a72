"""A chunk of rows against the herd: judged, stored and counted in one transaction."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from bellwether.farm.access import one_writer
from bellwether.farm.imports import repository
from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.judging.outcomes import Outcome
from bellwether.farm.imports.models import Batch, FindingJson, Judged, JudgedRow, NewRows
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.options import Options
from bellwether.farm.imports.running.file_rows import AnyRow, FileRows, Portion
from bellwether.farm.imports.states import ImportEnded
from bellwether.farm.imports.storing.blocks import blocks
from bellwether.farm.imports.taking import TAKING
from bellwether.farm.imports.tally import Tally
from bellwether.farm.measurements import storing
from bellwether.farm.own_traits import repository as own_traits
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.problems import NotFound
from bellwether.sheep.findings import Finding

FEWEST = 100
"""As many rows make a block."""


async def open_file(database: Database, context: Context, import_id: UUID, today: date) -> FileRows:
    """The stored file, ready to be read as its sender and its farm say.

    Raises:
        NotFound: whoever asked for the import does not belong to the farm any more.
        ImportEnded: it was undone or cancelled, and its file is gone.
    """
    async with database.reading(context) as session:
        content = await repository.content_of(session, import_id)
        batch = await repository.get(session, import_id)
        if batch is None:
            raise NotFound
        if content is None:
            raise ImportEnded(batch.state)
        options = await options_of(session, batch, today)
    rows = FileRows(content, Layout.model_validate(batch.layout), FORMATS[batch.kind], options)
    await rows.open()
    return rows


async def options_of(session: Session, batch: Batch, today: date) -> Options:
    """What the sender said, with what the farm is."""
    farm = await repository.farm_context(session, batch.farm_id)
    said = {**batch.options, "farm_unit": farm.weight_unit, "time_zone": farm.time_zone, "today": today}
    said["farm_traits"] = tuple((await own_traits.known(session, batch.farm_id)).own.values())
    return Options.model_validate(said)


async def enter_herd(session: Session, batch: Batch) -> None:
    """Nobody else changes the farm's herd until the commit, and what this import changes is remembered."""
    await one_writer(session, batch.farm_id)
    await repository.plan_afresh(session)
    await repository.write_as(session, batch.id)
    said = batch.options.get("session_id")
    await storing.write_in(session, None if said is None else UUID(str(said)))


async def judge(session: Session, context: Context, batch: Batch, part: Portion) -> Judged:
    """Every row with its verdict; what is accepted is in the herd."""
    form, plain = FORMATS[batch.kind], part.plain
    taking = TAKING[form.row]
    waiting = [(row.row, row.data) for row in part.rows if row.data is not None]
    if plain is None or not len(plain) or taking.lines is None or form.whole is None:
        taken = await taking.rows(session, context, batch, waiting) if waiting else []
        return await asyncio.to_thread(in_blocks, part.rows, taken)
    found = await taking.lines(session, context, batch, plain, waiting, form.whole, part.raws_of)
    known = {row.row for row in part.rows}
    left = [AnyRow(row, part.raw(row), None) for row in (outcome.row for outcome in found.outcomes) if row not in known]
    rows = sorted([*part.rows, *left], key=lambda row: row.row)
    return Judged(with_verdicts(rows, found.outcomes), found.new)


def in_blocks(rows: Sequence[AnyRow], taken: Sequence[Outcome]) -> Judged:
    """Many rows that are new and of which nothing is said are kept together."""
    outcomes = {found.row: found for found in taken}
    new = {row.row: row for row in rows if not row.warnings and is_new(outcomes.get(row.row))}
    if len(new) < FEWEST:
        return Judged(with_verdicts(rows, taken))
    animals = b"".join(key.bytes for number in new if (key := outcomes[number].animal_id))
    packed = blocks(NewRows(list(new), [row.raw for row in new.values()], animals))
    return Judged(with_verdicts([row for row in rows if row.row not in new], taken), packed)


def is_new(outcome: Outcome | None) -> bool:
    """Whether the row is new, and that is all there is to say."""
    return outcome is not None and outcome.verdict == "new" and bool(outcome.animal_id) and not outcome.findings


def with_verdicts(rows: Sequence[AnyRow], taken: Iterable[Outcome]) -> list[JudgedRow]:
    """Rows as they are stored."""
    outcomes = {outcome.row: outcome for outcome in taken}
    return [with_verdict(row, outcomes.get(row.row)) for row in rows]


def with_verdict(row: AnyRow, outcome: Outcome | None) -> JudgedRow:
    """A row as it is stored; without an outcome it did not get as far as the herd."""
    if outcome is None:
        outcome = Outcome(row.row, row.findings[0].verdict, None, row.findings)
    elif row.warnings and outcome.is_accepted:
        outcome = outcome._replace(findings=(*row.warnings, *outcome.findings))
    head = (row.row, row.raw, outcome.verdict, outcome.is_accepted, outcome.animal_id)
    first = outcome.finding
    if first is None:
        return JudgedRow(*head, None, None, None, None, [])
    reasons = [as_json(finding) for finding in outcome.findings]
    return JudgedRow(*head, first.field, first.code, first.message, first.fix, reasons)


def as_json(finding: Finding) -> FindingJson:
    """One of perhaps several."""
    return {"code": finding.code, "field": finding.field, "message": finding.message, "fix": finding.fix}


async def keep(session: Session, batch: Batch, found: Judged, before: Sequence[JudgedRow], taken_to: int) -> None:
    """Rows and counters together; `before` are earlier verdicts on some of the same rows."""
    tally = Tally.of(batch)
    if before:
        tally.add(before, -1)
        await repository.drop_rows(session, batch, [row.row for row in before])
    tally.add(found.rows)
    tally.add_new(found.n_new)
    await repository.add_rows(session, batch, found)
    await repository.count(session, batch.id, tally, taken_to)
