"""The job `farm.import`: read every line, judge and apply a thousand rows at a time, add up.

Each step is one transaction. A step that is repeated after a crash finds its lines stored or its rows judged already,
and does nothing twice.
"""

from datetime import date
from typing import Any
from uuid import UUID

import orjson

from bellwether.farm.access import one_writer
from bellwether.farm.animals.events import animals_registered
from bellwether.farm.imports import events, repository
from bellwether.farm.imports.judging import animals as judge_animals
from bellwether.farm.imports.judging import weights as judge_weights
from bellwether.farm.imports.judging.outcomes import Outcome
from bellwether.farm.imports.reading import lines, rows
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.repeated_rows import FirstRows
from bellwether.farm.imports.storing import herd as herd_store
from bellwether.farm.imports.storing import tags as tags_store
from bellwether.farm.measurements import repository as weights
from bellwether.farm.measurements.events import weights_recorded
from bellwether.farm.measurements.ledger import Ledger
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.problems import NotFound

CHUNK = 1000
KIND = "farm.import"


async def run(job: JobRun) -> dict[str, Any]:
    """The whole import."""
    import_id = job.payload["import_id"]
    today = job.payload["today"]
    await job.progress(0.0, "reading")
    read = await job.step("read", read_lines, job.database, job.context, import_id, today)
    await job.log(f"{read['n_lines']} lines read, {read['n_rejected']} of them cannot be taken")
    chunks = range(1, read["last_row"] + 1, CHUNK)
    for number, first in enumerate(chunks):
        await job.progress(0.1 + 0.85 * number / len(chunks), "applying")
        await job.step(f"apply-{first}", apply, job.database, job.context, import_id, first, first + CHUNK - 1)
    await job.progress(0.95, "adding up")
    totals: dict[str, Any] = await job.step("finish", finish, job.database, job.context, import_id)
    return totals


async def read_lines(database: Database, context: Context, import_id: str, today: str) -> dict[str, int]:
    """Every line of the file as a row: rejected with its reason, or waiting for its verdict."""
    n_rejected = last = n_lines = 0
    async with database.transaction(context) as session:
        batch = await visible(session, import_id)
        await repository.start(session, batch["id"])
        layout = Layout.model_validate(batch["layout"])
        content = await repository.content_of(session, batch["id"])
        text, _ = lines.decode(content)
        firsts = FirstRows()
        body = lines.split(text)
        for start in range(0, len(body), CHUNK):
            part = lines.numbered(body[start : start + CHUNK], layout.delimiter, start + 1)
            found = [
                firsts.check(rows.read(line, layout, date.fromisoformat(today)))
                for line in part
                if line.number != layout.header_line
            ]
            await repository.add_rows(session, batch["farm_id"], batch["id"], found)
            n_lines += len(found)
            n_rejected += sum(row.finding is not None for row in found)
            last = found[-1].row if found else last
    return {"n_lines": n_lines, "n_rejected": n_rejected, "last_row": last}


async def apply(database: Database, context: Context, import_id: str, first: int, last: int) -> int:
    """The rows from `first` to `last` that have no verdict yet; returns how many there were."""
    async with database.transaction(context) as session:
        batch = await visible(session, import_id)
        await one_writer(session, batch["farm_id"])
        await repository.plan_afresh(session)
        waiting = await repository.pending(session, batch["farm_id"], batch["id"], first, last)
        if not waiting:
            return 0
        take = apply_weights if batch["kind"] == "weights" else apply_animals
        outcomes = await take(session, context, batch, waiting)
        await repository.judge(session, batch["farm_id"], batch["id"], outcomes)
    return len(waiting)


async def visible(session: Session, import_id: str) -> Any:
    """The import, as long as the one who asked for it still belongs to the farm."""
    batch = await repository.get(session, UUID(import_id))
    if batch is None:
        raise NotFound
    return batch


async def apply_weights(
    session: Session, context: Context, batch: Any, waiting: list[tuple[int, dict[str, Any]]]
) -> list[Outcome]:
    """Weights of a session."""
    farm_id, import_id = batch["farm_id"], batch["id"]
    tags = await tags_store.load(session, farm_id, batch["flock_id"], waiting)
    days = tags.weighed_days(waiting)
    ledger = Ledger(await weights.current(session, farm_id, import_id, days), new_id)
    outcomes = judge_weights.judge(waiting, tags, ledger)
    await store_ledger(session, context, batch, ledger)
    return outcomes


async def apply_animals(
    session: Session, context: Context, batch: Any, waiting: list[tuple[int, dict[str, Any]]]
) -> list[Outcome]:
    """Animals with their parents and measurements."""
    farm_id, import_id = batch["farm_id"], batch["id"]
    herd = await herd_store.load(session, farm_id, batch["flock_id"], import_id, waiting)
    days = herd.measured_days(waiting)
    ledger = Ledger(await weights.current(session, farm_id, import_id, days), new_id)
    outcomes = judge_animals.judge(waiting, herd, ledger)
    await herd_store.store(session, context, farm_id, import_id, herd)
    changed = [animal.id for animal in herd.sheep.values() if animal.is_changed and not animal.is_new]
    await weights.recompute(session, farm_id, changed)
    for flock_id, animal_ids in herd_store.registered(herd).items():
        await animals_registered(session, context, farm_id, flock_id, animal_ids)
    await store_ledger(session, context, batch, ledger)
    return outcomes


async def store_ledger(session: Session, context: Context, batch: Any, ledger: Ledger) -> None:
    """The measurements and the event about those that are weights."""
    farm_id, import_id = batch["farm_id"], batch["id"]
    await weights.store(
        session, context, farm_id, ledger.added, ledger.superseded, source="import", import_id=import_id
    )
    await weights_recorded(session, context, farm_id, ledger.added)


async def finish(database: Database, context: Context, import_id: str) -> dict[str, Any]:
    """The totals, and the event with them."""
    async with database.transaction(context) as session:
        found = await repository.counts(session, UUID(import_id))
        verdicts = {row["verdict"]: 0 for row in found}
        for row in found:
            verdicts[row["verdict"]] += row["n"]
        accepted = sum(row["n"] for row in found if row["is_accepted"])
        total = sum(row["n"] for row in found)
        if "pending" in verdicts:
            raise AssertionError(f"{verdicts['pending']} rows of import {import_id} have no verdict")
        totals = {"rows_in": total, "rows_accepted": accepted, "rows_rejected": total - accepted}
        stored = totals | {"verdicts": orjson.dumps(verdicts).decode()}
        done = await repository.finish(session, UUID(import_id), stored)
        if done is not None:
            await events.import_completed(session, context, UUID(import_id), done, totals)
    return {"import_id": import_id, **totals, "verdicts": verdicts}


def kind() -> JobKind:
    """For the worker."""
    return JobKind(KIND, service="farm", run=run)
