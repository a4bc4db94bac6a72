"""What a device has not seen yet, page by page."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.farm.collections import repository as rows
from bellwether.farm.collections.collection import Collection
from bellwether.farm.collections.registry import ALL, COLLECTIONS
from bellwether.farm.collections.repository import Numbered
from bellwether.farm.sync import repository
from bellwether.farm.sync.problems import CursorExpired, OtherCollections, UnknownCollection
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import BadCursor, Cursor


class Place(Cursor):
    """How far a device has read, and from where on rows that went have to be told of."""

    seq: int
    #: the last number that was there when the device began to read everything: what went before it never had
    began: int
    names: str
    #: numbers of all farms are drawn from one row: at another farm a place would leave out what is older there
    farm_id: UUID | None = None


def chosen(names: str | None) -> list[Collection]:
    """The collections that are asked for, or all, in the order of the registry.

    Raises:
        UnknownCollection
    """
    wanted = set(COLLECTIONS if names is None else names.split(","))
    for name in sorted(wanted - COLLECTIONS.keys()):
        raise UnknownCollection(name, COLLECTIONS)
    return [collection for name, collection in COLLECTIONS.items() if name in wanted]


async def start(session: Session, farm_id: UUID, cursor: str | None, collections: Sequence[Collection]) -> Place:
    """Where to read on; at the beginning without a cursor.

    Raises:
        BadCursor, OtherCollections
        CursorExpired: rows that went since are told of no more, or the farm never came so far: a backup was restored.
    """
    names = ",".join(one.name for one in collections)
    found = Place.read(cursor)
    if found is None:
        return Place(seq=0, began=await rows.last(session, farm_id, collections), names=names, farm_id=farm_id)
    if found.farm_id not in (None, farm_id):
        raise BadCursor
    if found.names != names:
        raise OtherCollections
    await check_age(session, farm_id, max(found.seq, found.began))
    return found


async def check_age(session: Session, farm_id: UUID, seen: int) -> None:
    """Whoever has seen all up to this number, which the farm has given, can still be told what went since.

    Raises:
        CursorExpired
    """
    horizon = await repository.horizon(session, farm_id)
    if horizon > seen or seen > max(horizon, await rows.last(session, farm_id, ALL)):
        raise CursorExpired


async def read(
    session: Session, farm_id: UUID, place: Place, collections: Sequence[Collection], limit: int
) -> tuple[list[Numbered], Place]:
    """What changed after a place, and the place after it."""
    found = await rows.changes(session, farm_id, collections, place.seq, place.began, limit)
    return found, place.model_copy(update={"seq": found[-1].seq}) if found else place
