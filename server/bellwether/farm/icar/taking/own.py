"""Records of this farm that come back to it: whoever sends a list of it again tells nothing new.

Our lists name each record by `org.bellwether` and an id of ours. Taken for a message of a stranger it would be one more
treatment, or as many head again.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from uuid import UUID, uuid5

from bellwether.farm.icar import repository
from bellwether.farm.icar.models import EventRow
from bellwether.farm.icar.taking.entries import RUNNING, Entry, as_error
from bellwether.farm.icar.taking.kinds import GROUPED, TAKEN
from bellwether.farm.icar.words import SOURCE
from bellwether.platform.database.transactions import Session
from bellwether.sheep.findings import warning
from bellwether.sheep.identifiers import ANIMAL


async def recognise(session: Session, farm_id: UUID, kind: str, entries: Sequence[Entry]) -> None:
    """Messages that are records of the farm are known, and change nothing."""
    ours = [entry for entry in entries if entry.is_sound and not entry.deletes and is_ours(entry)]
    if not ours or kind not in (*TAKEN, *GROUPED):
        return
    kinds = (GROUPED[kind].event,) if kind in GROUPED else TAKEN[kind].events
    rows = await repository.about(
        session,
        farm_id,
        kinds,
        [entry.animal_id for entry in ours if entry.animal_id],
        [entry.group_id for entry in ours if entry.group_id],
    )
    for entry in ours:
        said = None if entry.sent.meta is None else entry.sent.meta.source_id
        found = next((row for row in rows if said == source_id(kind, entry, row)), None)
        if found is not None:
            entry.stored_id, entry.is_known = found.id, True
            text, fix = "this is a record of the farm itself, and stays as it is", "correct it on the farm"
            entry.told.append(as_error(entry.row, warning("own_record", text, fix, field="meta.sourceId")))


async def find_strange(session: Session, farm_id: UUID, entries: Sequence[Entry]) -> None:
    """Lambs that another farm of the platform tells of by ids of its own: here they are animals of their own."""
    told = {id(entry): set(ids_of_lambs(entry)) for entry in entries if entry.is_sound}
    there = await repository.existing(session, farm_id, sorted({key for keys in told.values() for key in keys}))
    for entry in entries:
        entry.strange = frozenset(str(key) for key in told.get(id(entry), set()) - there)


def ids_of_lambs(entry: Entry) -> Iterator[UUID]:
    """Those of ours that a message has."""
    for lamb in entry.sent.progeny_details or entry.sent.progeny or ():
        for one in (lamb.identifier, *(lamb.alternative_identifiers or ())):
            if one is not None and one.scheme == ANIMAL and one.id:
                with suppress(ValueError):
                    yield UUID(one.id)


def is_ours(entry: Entry) -> bool:
    """Whether a list of a farm of this platform tells it; of rams and ewes each ewe is told for herself."""
    return entry.sent.meta is not None and entry.sent.meta.source == SOURCE and entry.sent.insemination_type != RUNNING


def source_id(kind: str, entry: Entry, row: EventRow) -> str:
    """By which our lists name a record."""
    if kind == "treatments" and entry.animal_id is not None:
        return str(uuid5(row.first_id, str(entry.animal_id)))
    return str(row.first_id if entry.heads is None else uuid5(row.first_id, entry.heads[0]))
