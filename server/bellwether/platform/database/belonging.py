"""Which platform a database belongs to: it carries the id that the keys and the users' tables carry too."""

import asyncpg

TABLE = """
create table if not exists public.platform (
  id uuid not null,
  one boolean primary key default true check (one)
)
"""


class ForeignDatabase(Exception):
    """The database belongs to another platform: its users and keys are not ours."""

    def __init__(self, found: str, own: str) -> None:
        super().__init__(
            f"The database belongs to the platform {found}, the keys here to {own}: put the keys and the users' tables "
            "of that platform beside it, or give this one an empty database. If keys/installation.json alone was lost, "
            f'write {{"id": "{found}", "made": []}} into it. Nothing was changed.'
        )


async def claim(connection: asyncpg.Connection, platform_id: str) -> None:
    """Write our id into a database that has none; without an id nothing is held to one.

    Raises:
        ForeignDatabase: it has another.
    """
    if not platform_id:
        return
    await connection.execute(TABLE)
    await connection.execute("insert into public.platform (id) values ($1) on conflict do nothing", platform_id)
    found = str(await connection.fetchval("select id from public.platform"))
    if found != platform_id:
        raise ForeignDatabase(found, platform_id)
