"""Feeds in the database."""

from uuid import UUID

from bellwether.farm.work.feeds.models import FeedRow, Opened
from bellwether.platform.database.transactions import Session, driver

SHOWN = ", ".join(FeedRow._fields)
ADD = f"""
insert into farm.calendar_feed (id, farm_id, user_id, name, secret_sha256) values ($1, $2, $3, $4, $5) returning {SHOWN}
"""
OWN = "select count(*) from farm.calendar_feed where farm_id = $1 and user_id = $2"
PAGE = f"""
select {SHOWN} from farm.calendar_feed where farm_id = $1 and ($2::uuid is null or id > $2) order by id limit $3
"""
END = "delete from farm.calendar_feed where farm_id = $1 and id = $2 returning id"
OPEN = "select farm_id, user_id from farm.feed_of($1)"


async def add(session: Session, values: tuple[UUID, UUID, UUID, str, bytes]) -> FeedRow:
    """A new feed: id, farm, user, name, hash of the secret."""
    return FeedRow(*(await driver(session).fetchrow(ADD, *values)).values())


async def count(session: Session, farm_id: UUID, user_id: UUID) -> int:
    """Feeds that a user has of a farm."""
    found: int = await driver(session).fetchval(OWN, farm_id, user_id)
    return found


async def page(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[FeedRow]:
    """The user's own feeds of a farm; an owner sees all."""
    return [FeedRow(*row.values()) for row in await driver(session).fetch(PAGE, farm_id, after, limit)]


async def end(session: Session, farm_id: UUID, feed_id: UUID) -> bool:
    """Its address opens nothing any more."""
    return await driver(session).fetchval(END, farm_id, feed_id) is not None


async def opened(session: Session, digest: bytes) -> Opened | None:
    """What the secret of this hash opens."""
    row = await driver(session).fetchrow(OPEN, digest)
    return None if row is None else Opened(*row.values())
