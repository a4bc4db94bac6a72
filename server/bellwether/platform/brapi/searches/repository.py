"""Kept searches in the schema of the service; row-level security shows each user their own."""

from uuid import UUID

from bellwether.platform.database.transactions import Session, driver

ADD = "insert into kept_search (id, user_id, kind, wanted) values ($1, $2, $3, $4::text::jsonb)"
FORGET = """
delete from kept_search where user_id = $1 and id in (
  select id from kept_search where user_id = $1 order by id desc offset $2)
"""
WANTED = "select wanted::text from kept_search where id = $1 and kind = $2"


async def add(session: Session, search_id: UUID, user_id: UUID | None, kind: str, wanted: str, most: int) -> None:
    """Keep a search, and no more than `most` of its user."""
    await driver(session).execute(ADD, search_id, user_id, kind, wanted)
    await driver(session).execute(FORGET, user_id, most)


async def wanted(session: Session, search_id: UUID, kind: str) -> str | None:
    """What was searched for, as JSON."""
    found: str | None = await driver(session).fetchval(WANTED, search_id, kind)
    return found
