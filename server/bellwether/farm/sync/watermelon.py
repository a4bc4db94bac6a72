"""The words of WatermelonDB: tables with changes, all or nothing when somebody was faster, ids of rows that stay."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from bellwether.farm.collections import repository as stored
from bellwether.farm.collections.collection import Collection
from bellwether.farm.collections.registry import ALL, COLLECTIONS
from bellwether.farm.collections.repository import Document, Numbered
from bellwether.farm.sync import pulling, repository, rows
from bellwether.farm.sync.problems import BadMigration, RowsChanged, UnknownCollection
from bellwether.farm.sync.pulling import Place
from bellwether.farm.sync.pushing import Pushing, rejected
from bellwether.farm.sync.schemas import Mutation, RejectedRow, Result, TableChanges, WatermelonPushed
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.strict.rows import Row
from bellwether.platform.problems import Problem

NAMES = {collection.relation: collection.name for collection in ALL}
FIRST = 1
"""The client takes no 0 for a timestamp, and no number of a change is as low as this."""


async def pull(
    session: Session, farm_id: UUID, names: str | None, after: int | None, began: int | None, limit: int,
    migration: str | None,
) -> bytes:  # fmt: skip
    """What changed after a number, as JSON.

    Raises:
        UnknownCollection, CursorExpired, BadMigration
    """
    collections = pulling.chosen(names)
    if after is None:
        place = await pulling.start(session, farm_id, None, collections)
    else:
        place = Place(seq=after, began=began or 0, names="")
        await pulling.check_age(session, farm_id, max(place.seq, place.began))
    found, reached = await pulling.read(session, farm_id, place, collections, limit)
    more = await anew(session, farm_id, migration, place.seq) if migration else []
    timestamp = max(reached.seq, FIRST)
    tail = {"timestamp": timestamp, "began": place.began, "has_more": len(found) == limit}
    return b'{"changes":{' + as_tables(collections, [*more, *found]) + b"}," + orjson.dumps(tail)[1:]


async def anew(session: Session, farm_id: UUID, migration: str, up_to: int) -> list[Numbered]:
    """Rows of tables that the client has only now, or has with more columns.

    Raises:
        BadMigration, UnknownCollection
    """
    try:
        said = orjson.loads(migration)
        wanted = {*said["tables"], *(one["table"] for one in said["columns"])} if said is not None else set()
    except (ValueError, KeyError, TypeError) as error:
        raise BadMigration from error
    if not wanted:
        return []
    collections = pulling.chosen(",".join(sorted(map(str, wanted))))
    found, place = [], Place(seq=0, began=up_to, names="")
    while place.seq < up_to:
        page, place = await pulling.read(session, farm_id, place, collections, 1000)
        found += [row for row in page if row.seq <= up_to and row.doc is not None]
        if not page:
            break
    return found


def as_tables(collections: Sequence[Collection], found: Sequence[Numbered]) -> bytes:
    """Every row as `updated`: the client makes what it does not have."""
    updated: dict[str, list[str]] = {one.name: [] for one in collections}
    deleted: dict[str, list[str]] = {one.name: [] for one in collections}
    for row in found:
        name = NAMES[row.relation]
        if row.doc is None:
            deleted.setdefault(name, []).append(f'"{row.id}"')
        else:
            updated.setdefault(name, []).append(flat(COLLECTIONS[name], row.doc))
    tables = (
        f'"{name}":{{"created":[],"updated":[{",".join(updated[name])}],"deleted":[{",".join(deleted.get(name, ()))}]}}'
        for name in updated
    )
    return ",".join(tables).encode()


def flat(collection: Collection, doc: str) -> str:
    """A document whose columns hold text, numbers and truths alone: what is nested is JSON text."""
    if not collection.nested:
        return doc
    found = orjson.loads(doc)
    for name in collection.nested:
        if found[name] is not None:
            found[name] = orjson.dumps(found[name]).decode()
    return orjson.dumps(found).decode()


async def push(pushing: Pushing, changes: Mapping[str, TableChanges], after: int) -> WatermelonPushed:
    """All rows, or none when one of them was changed since the client pulled; bad rows stay on the device.

    Raises:
        UnknownCollection, RowsChanged
    """
    for name in sorted(changes.keys() - COLLECTIONS.keys()):
        raise UnknownCollection(name, COLLECTIONS)
    waiting: list[tuple[int, Mutation]] = []
    places: list[tuple[str, str]] = []
    early: dict[int, Result] = {}
    for name, collection in COLLECTIONS.items():
        if name not in changes:
            continue
        table = changes[name]
        known = await current(pushing, collection, table, after)
        for sent, is_update in [*((row, False) for row in table.created), *((row, True) for row in table.updated)]:
            place = len(places)
            places.append((name, str(sent.get("id"))))
            try:
                waiting.append((place, meant(collection, sent, known, after, is_update=is_update)))
            except Problem as problem:
                early[place] = rejected(place, None, problem)
        for key in table.deleted:
            place = len(places)
            places.append((name, key))
            try:
                waiting.append((place, rows.mutation(collection, rows.row_id(key), None, after)))
            except Problem as problem:
                early[place] = rejected(place, None, problem)
    await pushing.take_all(waiting)
    for place, one in waiting:
        # the client has put the row away already: it gets it back
        if one.op == "delete" and pushing.results[place].status == "rejected":
            await stored.touch(pushing.session, pushing.farm_id, COLLECTIONS[one.collection], one.id)
    return answer(places, pushing.results | early)


async def current(pushing: Pushing, collection: Collection, table: TableChanges, after: int) -> dict[UUID, Document]:
    """The rows as they are.

    Raises:
        RowsChanged: one of them was changed or removed since.
    """
    ids = []
    for sent in [*(row.get("id") for row in (*table.created, *table.updated)), *table.deleted]:
        try:
            ids.append(rows.row_id(sent))
        except Problem:
            continue
    known = await stored.documents(pushing.session, pushing.farm_id, collection, ids)
    gone = await repository.buried_after(pushing.session, pushing.farm_id, collection.relation, ids, after)
    if gone or any(found.seq > after for found in known.values()):
        raise RowsChanged
    return known


def meant(
    collection: Collection, sent: Row, known: Mapping[UUID, Document], after: int, *, is_update: bool
) -> Mutation:
    """One row: of one that was changed, the columns that were.

    Raises:
        BadRow, NotEditable, ReadOnlyCollection
    """
    key = rows.row_id(sent.get("id"))
    found = known.get(key)
    changed = str(sent.get("_changed") or "")
    if found is not None and is_update and changed:
        sent = {name: sent[name] for name in changed.split(",") if name in sent}
    doc = rows.written(collection, sent, found.doc if found else None)
    return rows.mutation(collection, key, doc, after if found else None)


def answer(places: Sequence[tuple[str, str]], results: Mapping[int, Result]) -> WatermelonPushed:
    """Which rows stay on the device."""
    ids: dict[str, list[str]] = {}
    told = []
    for place, (table, key) in enumerate(places):
        problem = results[place].problem
        if problem is not None:
            ids.setdefault(table, []).append(key)
            told.append(RejectedRow(table=table, id=key, problem=problem))
    return WatermelonPushed(experimentalRejectedIds=ids, rejected=told)
