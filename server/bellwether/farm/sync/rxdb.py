"""The words of RxDB: a collection at a time, whole documents, the master's documents where the two disagree."""

from collections.abc import Mapping, Sequence, Set
from uuid import UUID

import orjson

from bellwether.farm.collections import repository as stored
from bellwether.farm.collections.collection import Collection, Master
from bellwether.farm.collections.registry import COLLECTIONS
from bellwether.farm.collections.repository import Document, Numbered
from bellwether.farm.sync import pulling, repository, rows
from bellwether.farm.sync.problems import UnknownCollection
from bellwether.farm.sync.pulling import Place
from bellwether.farm.sync.pushing import Pushing, rejected
from bellwether.farm.sync.schemas import Mutation, Result, RxdbRow
from bellwether.platform.database.transactions import Session
from bellwether.platform.json import JsonObject
from bellwether.platform.problems import Problem


def collection_of(name: str) -> Collection:
    """By its name.

    Raises:
        UnknownCollection
    """
    if name not in COLLECTIONS:
        raise UnknownCollection(name, COLLECTIONS)
    return COLLECTIONS[name]


async def pull(session: Session, farm_id: UUID, name: str, after: int | None, began: int | None, limit: int) -> bytes:
    """A page of one collection, as JSON.

    The client keeps no checkpoint of a page without rows, and pushes: without a checkpoint it may have a row that went.

    Raises:
        UnknownCollection, CursorExpired
    """
    collections = [collection_of(name)]
    if after is None:
        place = Place(seq=0, began=await repository.horizon(session, farm_id), names="")
    else:
        place = Place(seq=after, began=began or 0, names="")
        await pulling.check_age(session, farm_id, max(place.seq, place.began))
    found, reached = await pulling.read(session, farm_id, place, collections, limit)
    documents = ",".join(map(document, found))
    checkpoint = orjson.dumps({"checkpoint": {"seq": reached.seq, "began": reached.began}})
    return f'{{"documents":[{documents}],'.encode() + checkpoint[1:]


def document(row: Numbered) -> str:
    """A row as RxDB keeps it."""
    if row.doc is None:
        return f'{{"id":"{row.id}","rev":{row.seq},"_deleted":true}}'
    return row.doc.rstrip()[:-1] + ',"_deleted":false}'


async def push(pushing: Pushing, name: str, sent: Sequence[RxdbRow]) -> list[JsonObject]:
    """The master's documents of the rows that were changed meanwhile, and why others stay on the device.

    Raises:
        UnknownCollection
    """
    collection = collection_of(name)
    waiting: list[tuple[int, Mutation]] = []
    keys: dict[int, UUID] = {}
    early: dict[int, Result] = {}
    conflicting: list[int] = []
    for place, row in enumerate(sent):
        try:
            keys[place] = rows.row_id(row.newDocumentState.get("id"))
        except Problem as problem:
            early[place] = rejected(place, None, problem)
    known = await stored.documents(pushing.session, pushing.farm_id, collection, list(keys.values()))
    for place, key in keys.items():
        found = known.get(key)
        try:
            if is_behind(sent[place], found):
                conflicting.append(place)
            else:
                waiting.append((place, meant(collection, key, sent[place], found)))
        except Problem as problem:
            early[place] = rejected(place, None, problem)
    await pushing.take_all(waiting)
    results = pushing.results | early
    conflicting += [place for place, one in results.items() if one.status in ("conflict", "merged")]
    now = await stored.documents(pushing.session, pushing.farm_id, collection, [keys[place] for place in conflicting])
    made = await as_made(pushing, collection, {keys[place] for place in conflicting if is_unknowing(sent[place])}, now)
    masters = [master(keys[place], now.get(keys[place])) | made.get(keys[place], {}) for place in sorted(conflicting)]
    stay = [
        staying(sent[place], one, known.get(keys[place]) if place in keys else None)
        for place, one in sorted(results.items())
        if one.status == "rejected"
    ]
    return masters + stay


def is_unknowing(sent: RxdbRow) -> bool:
    """Whether the client knows of no row on the farm: it is new, or the answer to its making was lost."""
    return sent.assumedMasterState is None


def is_behind(sent: RxdbRow, found: Document | None) -> bool:
    """Whether the row is another one than the client knows.

    What is to go is judged as on every way: it goes unless somebody else changed it, and then a person decides.
    """
    if found is None or sent.newDocumentState.get("_deleted"):
        return False
    return sent.assumedMasterState is None or sent.assumedMasterState.get("rev") != found.seq


async def as_made(
    pushing: Pushing, collection: Collection, ids: Set[UUID], now: Mapping[UUID, Document]
) -> dict[UUID, JsonObject]:
    """What rows were at first, for clients that make them once more: only what differs from it was edited since."""
    written = collection.written
    if not ids or not isinstance(written, Master):
        return {}
    first = await repository.first_values(pushing.session, pushing.farm_id, collection.relation, ids)
    made = {key: now[key].doc | first.get(key, {}) for key in ids if key in now}
    return {key: {"_made": {name: doc.get(name) for name in sorted(written.editable)}} for key, doc in made.items()}


def meant(collection: Collection, key: UUID, sent: RxdbRow, found: Document | None) -> Mutation:
    """One row: of one that is there, the fields that the client changed.

    Raises:
        BadRow, NotEditable, ReadOnlyCollection
    """
    before, after = sent.assumedMasterState or {}, sent.newDocumentState
    base = before.get("rev")
    if after.get("_deleted"):
        return rows.mutation(collection, key, None, base if isinstance(base, int) else None)
    if isinstance(base, int):
        after = {name: value for name, value in after.items() if value != before.get(name)}
    doc = rows.written(collection, after, found.doc if found else None)
    return rows.mutation(collection, key, doc, base if isinstance(base, int) else None)


def master(key: UUID, found: Document | None) -> JsonObject:
    """The row as it is."""
    return {"id": str(key), "_deleted": True} if found is None else found.doc | {"_deleted": False}


def staying(sent: RxdbRow, result: Result, found: Document | None) -> JsonObject:
    """A row that the farm does not take, with the reason; one that cannot be deleted comes back."""
    assert result.problem is not None
    told: JsonObject = {"id": str(sent.newDocumentState.get("id")), "_rejected": result.problem.model_dump(mode="json")}
    return told | master(UUID(str(found.doc["id"])), found) if found and sent.newDocumentState.get("_deleted") else told
