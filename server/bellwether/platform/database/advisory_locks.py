"""Counting what is there and adding to it as one act: locks of PostgreSQL that stand for no row."""

from sqlalchemy import text

from bellwether.platform.database.transactions import Session

LOCK = text("select pg_advisory_xact_lock(hashtextextended(:name, 13))")


async def one_at_a_time(session: Session, name: str) -> None:
    """Of all transactions that ask for this name, one goes on until its end while the others wait; readers never do.

    What is counted after this stays true until the commit, if whoever adds to it asks for the same name first.
    """
    await session.execute(LOCK, {"name": name})
