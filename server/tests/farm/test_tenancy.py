"""Row-level security, seen from below the API."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .conftest import SAMPLES, Farmer, NewFarmer

TABLES = (
    *("farm", "flock", "animal", "identifier", "parent_claim", "accepted_parents", "observation", "group_day"),
    *("import_batch", "import_file", "import_row", "membership"),
)
VIEWS = ("published_animal", "published_measurement", "published_flock")
EXTERNAL = "published_external_value"


async def counts(database: Database, context: Context, names: tuple[str, ...]) -> dict[str, int]:
    """Visible rows of each table."""
    async with database.transaction(context) as session:
        return {name: (await session.execute(text(f"select count(*) from farm.{name}"))).scalar_one() for name in names}


@pytest.fixture
async def full(farmer: Farmer) -> Farmer:
    """A farmer with something in every table."""
    await farmer.take_in((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    return farmer


async def test_members_see_their_farm_and_nobody_else_does(full: Farmer, new_farmer: NewFarmer) -> None:
    mine = await counts(full.database, Context(user_id=full.user_id), TABLES)
    assert all(mine.values()), mine
    nobody = await counts(full.database, Context(), TABLES)
    assert not any(nobody.values()), nobody
    other = await new_farmer(with_farm=False)
    theirs = await counts(full.database, Context(user_id=other.user_id), TABLES)
    assert not any(theirs.values()), theirs
    platform = await counts(full.database, Context.system(UUID(full.farm_id)), TABLES)
    assert platform == mine


async def test_genetics_sees_the_published_views_of_the_users_farms(full: Farmer, settings_of: Any) -> None:
    database = Database(settings_of("genetics"))
    try:
        assert all((await counts(database, Context(user_id=full.user_id), VIEWS)).values())
        assert not any((await counts(database, Context(), (*VIEWS, EXTERNAL))).values())
    finally:
        await database.close()


@pytest.mark.parametrize("service", ["genetics", "research", "processing"])
async def test_other_services_see_no_more_than_they_need(full: Farmer, settings_of: Any, service: str) -> None:
    database = Database(settings_of(service))
    hidden = ("animal", "observation", "membership", *((*VIEWS, EXTERNAL) if service != "genetics" else ()))
    try:
        for name in hidden:
            with pytest.raises(Exception, match="permission denied"):
                await counts(database, Context(user_id=full.user_id), (name,))
    finally:
        await database.close()


async def test_a_viewer_cannot_write_below_the_api_either(full: Farmer, new_farmer: NewFarmer) -> None:
    viewer = await new_farmer(with_farm=False)
    await full.make(f"/farms/{full.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    context = Context(user_id=viewer.user_id)
    async with full.database.transaction(context) as session:
        changed = await session.execute(text("update farm.animal set sex = 'male'"))
        assert changed.rowcount == 0
    with pytest.raises(Exception, match="row-level security"):
        await add_flock(full.database, context, full.farm_id)


@pytest.mark.parametrize("role", ["viewer", "worker", None])
async def test_only_owners_change_farm_and_members_below_the_api(
    full: Farmer, new_farmer: NewFarmer, role: str | None
) -> None:
    other = await new_farmer(with_farm=False)
    if role is not None:
        await full.make(f"/farms/{full.farm_id}/members", user_id=str(other.user_id), role=role)
    context, before = Context(user_id=other.user_id), await members_of(full)
    async with full.database.transaction(context) as session:
        for statement in (
            "update farm.farm set name = 'mine'",
            "update farm.membership set role = 'owner'",
            "delete from farm.membership",
        ):
            assert (await session.execute(text(statement))).rowcount == 0, statement
    for user_id in (other.user_id, new_id()):
        with pytest.raises(Exception, match="row-level security"):
            await join(full.database, context, user_id, full.farm_id)
    assert await members_of(full) == before


async def test_nobody_makes_somebody_else_the_first_member(new_farmer: NewFarmer) -> None:
    other = await new_farmer(with_farm=False)
    with pytest.raises(Exception, match="row-level security"):
        await join(other.database, Context(user_id=other.user_id), new_id(), str(new_id()))


async def members_of(farmer: Farmer) -> Any:
    """Everybody on the farm, as its owner reads it."""
    return (await farmer.ask("GET", f"/farms/{farmer.farm_id}/members", 200)).json()["items"]


async def join(database: Database, context: Context, user_id: UUID, farm_id: str) -> None:
    """Past every check of the service."""
    statement = text("insert into farm.membership (user_id, farm_id, role) values (:user, :farm, 'owner')")
    async with database.transaction(context) as session:
        await session.execute(statement, {"user": user_id, "farm": farm_id})


async def add_flock(database: Database, context: Context, farm_id: str) -> None:
    """Past every check of the service."""
    statement = text("insert into farm.flock (id, farm_id, name, code) values (gen_random_uuid(), :farm, 'x', 'x')")
    async with database.transaction(context) as session:
        await session.execute(statement, {"farm": farm_id})


async def test_every_table_of_a_farm_is_under_the_policy(postgres_server: Any) -> None:
    connection = await asyncpg.connect(postgres_server.dsn)
    rows = await connection.fetch("""
        select c.relname, c.relrowsecurity and c.relforcerowsecurity as is_forced,
          exists (select 1 from pg_index i join pg_attribute f on f.attrelid = c.oid and f.attnum = i.indkey[0]
                  where i.indrelid = c.oid and f.attname = 'farm_id') as is_indexed
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'farm_id'
        where c.relnamespace = 'farm'::regnamespace and c.relkind = 'r'
          and c.relname <> 'outbox'
    """)
    await connection.close()
    assert len(rows) >= 10
    assert [row["relname"] for row in rows if not row["is_forced"]] == []
    assert [row["relname"] for row in rows if not row["is_indexed"]] == []
