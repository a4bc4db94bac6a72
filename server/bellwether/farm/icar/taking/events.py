"""Messages into the log of the farm: what comes twice is stored once, what its sender has changed is a correction."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

import orjson

from bellwether.farm.events import repository as log
from bellwether.farm.events import service as events
from bellwether.farm.events.models import StoredEvent
from bellwether.farm.events.schemas import NewEvents
from bellwether.farm.icar.taking.entries import Entry
from bellwether.farm.icar.taking.kinds import TAKEN
from bellwether.farm.icar.taking.translating import Translation, without_nothing
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.strict.rows import Row
from bellwether.sheep.findings import Broken

RETRACTED = "event.retracted"


async def take_events(
    session: Session, context: Context, farm_id: UUID, kind: str, entries: Sequence[Entry], now: datetime
) -> None:
    """Sound messages into the log; each gets its stored id, or what is wrong with it."""
    chains = await chains_of(session, farm_id, [entry.key for entry in entries if entry.key])
    rows = []
    for entry in entries:
        if entry.is_sound and (row := event_of(entry, kind, chains)) is not None:
            rows.append((entry, row))
    if not rows:
        return
    body = NewEvents(farm_id=farm_id, events=[row for _, row in rows])
    answer = await events.append(session, context, body, now)
    for (entry, _), verdict in zip(rows, answer.items, strict=True):
        entry.stored_id = verdict.id
        entry.faults += verdict.errors
        entry.told += verdict.warnings


async def chains_of(session: Session, farm_id: UUID, keys: Sequence[UUID]) -> dict[UUID, list[StoredEvent]]:
    """Of each message that was stored before all its versions, the last of them last."""
    chains: dict[UUID, list[StoredEvent]] = {}
    wanted = {key: key for key in keys}
    while wanted:
        found = await log.stored(session, farm_id, list(wanted))
        for event_id, stored in found.items():
            chains.setdefault(wanted[event_id], []).append(stored)
        wanted = {stored.superseded_by: wanted[key] for key, stored in found.items() if stored.superseded_by}
    return chains


def event_of(entry: Entry, kind: str, chains: dict[UUID, list[StoredEvent]]) -> Row | None:
    """A message as a row of the log; None when there is nothing to do, or something is wrong."""
    assert entry.key is not None
    assert entry.moment is not None
    chain = chains.get(entry.key, [])
    deletes = entry.deletes
    if deletes and (not chain or chain[-1].kind == RETRACTED):
        entry.stored_id = chain[-1].id if chain else None
        return None
    try:
        said = Translation(RETRACTED, {}) if deletes else TAKEN[kind].translate(entry)
    except Broken as error:
        entry.fail(*error.findings)
        return None
    row: Row = {"kind": said.kind, "payload": without_nothing(said.payload)}
    row["occurred_on"] = entry.moment.day.isoformat()
    if not deletes:
        row["animal_id"] = str(entry.animal_id)
        row |= {"occurred_time": entry.moment.at.isoformat()} if entry.moment.at else {}
    return versioned(row, entry.key, chain)


def versioned(row: Row, key: UUID, chain: Sequence[StoredEvent]) -> Row:
    """The row under its id: that of the last version when it says the same, a correction of that one else."""
    if not chain:
        return {"id": str(key), **row}
    last = chain[-1]
    before = {"supersedes": str(chain[-2].id)} if len(chain) > 1 else {}
    same = {"id": str(last.id), **before, **row}
    if digest(same) == last.sent_sha256:
        return same
    return {"id": str(uuid5(last.id, digest(row).hex())), "supersedes": str(last.id), **row}


def digest(row: Row) -> bytes:
    """As the log makes it of what is sent."""
    return hashlib.sha256(orjson.dumps(row, option=orjson.OPT_SORT_KEYS)).digest()
