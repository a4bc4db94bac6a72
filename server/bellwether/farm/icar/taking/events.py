"""Messages into the log of the farm: what comes twice is stored once, what its sender has changed is a correction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from bellwether.farm.events import repository as log
from bellwether.farm.events import service as events
from bellwether.farm.events.models import StoredEvent
from bellwether.farm.events.schemas import EventVerdict, NewEvents
from bellwether.farm.icar.taking.entries import RUNNING, Entry
from bellwether.farm.icar.taking.fields import of_sender
from bellwether.farm.icar.taking.kinds import GROUPED, MEMBERSHIPS, TAKEN
from bellwether.farm.icar.taking.translating import Translation, without_nothing
from bellwether.farm.icar.taking.when import when
from bellwether.farm.season.models import ENDED, STARTED
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.strict.rows import Row
from bellwether.platform.json import fingerprint
from bellwether.sheep.findings import Broken

RETRACTED = "event.retracted"
OF_SENDERS = 5
"""The version of the ids that are made of what a sender calls its message."""
WHOSE = {"animal": ("animal",), "group": ("group",), "member": ("animal", "group"), "payload": ()}
"""What an event is about, by the word of its translation."""


class End(NamedTuple):
    """The end of a joining, which is an event beside that of its message; `key` is the id of its first version."""

    entry: Entry
    key: UUID
    versions: list[StoredEvent]


class HalfTaken(Exception):
    """Of some messages only a part could be taken, so that none of those may be."""


async def take_events(
    session: Session, context: Context, farm_id: UUID, kind: str, entries: Sequence[Entry], now: datetime
) -> None:
    """Sound messages into the log; each gets its stored id, or what is wrong with it and nothing of it is there."""
    told = [list(entry.told) for entry in entries]
    while True:
        try:
            async with session.begin_nested():
                fresh = [entry for entry in entries if entry.is_sound and not entry.is_known]
                await all_of(session, context, farm_id, kind, fresh, now)
            return
        except HalfTaken:
            for entry, before in zip(entries, told, strict=True):
                entry.stored_id, entry.told = entry.stored_id if entry.is_known else None, list(before)


async def all_of(
    session: Session, context: Context, farm_id: UUID, kind: str, entries: Sequence[Entry], now: datetime
) -> None:
    """Events of the messages, and the ends of joinings, each of which is an event beside its message.

    Raises:
        HalfTaken
    """
    chains = await standing(session, farm_id, [one.key for one in entries if one.key])
    for entry in entries:
        recall(entry, chains.get(entry.key, []) if entry.key else [])
    ends = await ends_of(session, farm_id, [entry for entry in entries if entry.runs])
    # what is taken back loses its end first; else its end comes after it
    await append(session, context, farm_id, kind, ended([one for one in ends if one.entry.deletes], now), now)
    rows = []
    for entry in entries:
        if entry.is_sound and (row := event_of(entry, kind, chains, now)) is not None:
            rows.append((entry, row))
    for entry, verdict in await append(session, context, farm_id, kind, rows, now):
        entry.stored_id = verdict.id
    sound = [one for one in ends if one.entry.is_sound]
    await append(session, context, farm_id, kind, ended([one for one in sound if not one.entry.deletes], now), now)
    if not all(one.entry.is_sound for one in sound):
        raise HalfTaken


def recall(entry: Entry, chain: Sequence[StoredEvent]) -> None:
    """What a message that takes something back need not say: of whom that was."""
    entry.runs = entry.sent.insemination_type == RUNNING
    last = next((one for one in reversed(chain) if one.kind != RETRACTED), None)
    if entry.deletes and last is not None:
        entry.animal_id, entry.group_id, entry.runs = last.animal_id, last.group_id, last.kind == STARTED


async def append(
    session: Session, context: Context, farm_id: UUID, kind: str, rows: Sequence[tuple[Entry, Row]], now: datetime
) -> list[tuple[Entry, EventVerdict]]:
    """Rows into the log; each message hears what is wrong with its own."""
    if not rows:
        return []
    body = NewEvents(farm_id=farm_id, events=[row for _, row in rows])
    answer = await events.append(session, context, body, now)
    found = [(entry, verdict) for (entry, _), verdict in zip(rows, answer.items, strict=True)]
    for (entry, verdict), (_, row) in zip(found, rows, strict=True):
        of = ENDED if row["kind"] == ENDED else kind
        entry.faults += [of_sender(entry.row, of, entry.sent, error) for error in verdict.errors]
        entry.told += [of_sender(entry.row, of, entry.sent, told) for told in verdict.warnings]
    return found


async def ends_of(session: Session, farm_id: UUID, entries: Sequence[Entry]) -> list[End]:
    """What was said of the end of each joining; after an end that was taken back another one begins anew."""
    found = [End(entry, uuid5(entry.key, "end"), []) for entry in entries if entry.key]
    while True:
        chains = await chains_of(session, farm_id, [one.key for one in found if not one.versions])
        found = [one._replace(versions=chains.get(one.key, one.versions)) for one in found]
        again = [one.versions[-1].id if one.versions and one.versions[-1].kind == RETRACTED else None for one in found]
        if not any(again):
            return found
        found = [
            one if gone is None else End(one.entry, uuid5(gone, "end"), [])
            for one, gone in zip(found, again, strict=True)
        ]


def day_of(entry: Entry, now: datetime) -> date:
    """The day that a message says; what is taken back without one, or with one to come, is so today."""
    today = now.astimezone(ZoneInfo(entry.zone)).date()
    if not entry.deletes and entry.moment is not None:
        return entry.moment.day
    return today if entry.moment is None else min(entry.moment.day, today)


def ended(ends: Sequence[End], now: datetime) -> list[tuple[Entry, Row]]:
    """When rams were taken out, or that nobody says so any more."""
    rows = []
    for entry, key, versions in ends:
        end = None if entry.deletes else entry.sent.event_end_date_time
        if not entry.is_sound or not (end or versions):
            continue
        row: Row = {"kind": RETRACTED, "payload": {}, "occurred_on": day_of(entry, now).isoformat()}
        if end:
            try:
                day = when(end, entry.zone, "eventEndDateTime").day.isoformat()
            except Broken as error:
                entry.fail(*error.findings)
                continue
            row = {"kind": ENDED, "payload": {"joining_id": str(entry.stored_id)}, "occurred_on": day}
        rows.append((entry, versioned(row, key, versions)))
    return rows


async def standing(session: Session, farm_id: UUID, keys: Sequence[UUID]) -> dict[UUID, list[StoredEvent]]:
    """Of each message its versions; after one that was taken back those of what was said anew."""
    found = await chains_of(session, farm_id, keys)
    while True:
        gone = {anew(chain[-1]): key for key, chain in found.items() if chain[-1].kind == RETRACTED}
        again = await chains_of(session, farm_id, list(gone))
        if not again:
            return found
        found |= {gone[first]: chain for first, chain in again.items()}


def anew(gone: StoredEvent) -> UUID:
    """The id of what is said after something was taken back."""
    return uuid5(gone.id, "again")


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


def event_of(entry: Entry, kind: str, chains: dict[UUID, list[StoredEvent]], now: datetime) -> Row | None:
    """A message as a row of the log; None when there is nothing to do, or something is wrong."""
    assert entry.key is not None
    chain = chains.get(entry.key, [])
    deletes = entry.deletes
    if deletes and (not chain or chain[-1].kind == RETRACTED):
        entry.stored_id = chain[-1].id if chain else None
        return None
    try:
        said = Translation(RETRACTED, {}) if deletes else (TAKEN | GROUPED | MEMBERSHIPS)[kind].translate(entry)
    except Broken as error:
        entry.fail(*error.findings)
        return None
    row: Row = {"kind": said.kind, "payload": without_nothing(said.payload)}
    row["occurred_on"] = day_of(entry, now).isoformat()
    if not deletes and entry.moment is not None:
        row |= {f"{one}_id": str(entry.animal_id if one == "animal" else entry.group_id) for one in WHOSE[said.about]}
        row |= {"occurred_time": entry.moment.at.isoformat()} if entry.moment.at else {}
    row = versioned(row, entry.key, chain)
    if any(row["id"] == str(one.id) for one in chain[:-1]):
        # others corrected since what is said here again
        entry.stored_id = chain[-1].id
        return None
    return row


def versioned(row: Row, key: UUID, chain: Sequence[StoredEvent]) -> Row:
    """The row under its id: that of the last version when it says the same, a correction of that one else."""
    if not chain:
        return {"id": str(key), **row}
    last = chain[-1]
    if last.kind == RETRACTED and row["kind"] != RETRACTED:
        return {"id": str(anew(last)), **row}
    # what others made of it since has ids of their own, and is not taken back by the same again
    said = max(place for place, one in enumerate(chain) if place == 0 or one.id.version == OF_SENDERS)
    for place in {said, len(chain) - 1}:
        before = {"supersedes": str(chain[place - 1].id)} if place else {}
        same = {"id": str(chain[place].id), **before, **row}
        if digest(same) == chain[place].sent_sha256:
            return same
    return {"id": str(uuid5(last.id, digest(row).hex())), "supersedes": str(last.id), **row}


def digest(row: Row) -> bytes:
    """As the log makes it of what is sent."""
    return fingerprint(row)
