"""What persons let research see holds within the farm service, however it is told, and who is gone is forgotten."""

import random
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.farm.persons import sharing
from bellwether.farm.worker import consumers
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.events.consumers import Subscription
from bellwether.platform.events.facts import Event, Hopeless
from bellwether.platform.ids import new_id
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.testing.auth_double import AuthDouble
from bellwether.platform.worker.persons import ERASED

from .conftest import Farmer, NewFarmer

SHOWN = "select farm.consented_farms(array[$1]::uuid[], $2)"


class World:
    """A farm that has consented to show genotypes and breeding values to a project."""

    def __init__(self, farmer: Farmer, admin: asyncpg.Connection, database: Database) -> None:
        self.farmer, self.admin, self.project = farmer, admin, new_id()
        by_type = {kind: one for one in consumers() for kind in one.types}
        self._readers = {
            kind: Subscription(by_type[kind], database, None)  # type: ignore[arg-type]
            for kind in (sharing.CHANGED, ERASED)
        }

    async def consent(self, scope: str) -> None:
        """The farm consents."""
        path = f"/farms/{self.farmer.farm_id}/consents"
        await self.farmer.ask("POST", path, 201, json={"project_id": str(self.project), "scope": scope})

    def told(self, version: int, *withdrawn: str) -> Event:
        """What the profiles service tells of the owner."""
        data: dict[str, Any] = {"user_id": str(self.farmer.user_id), "version": version, "withdrawn": list(withdrawn)}
        return event(sharing.CHANGED, data)

    async def apply(self, told: Event) -> None:
        """As the worker does."""
        await self._readers[told.type].apply(told)

    async def shown(self) -> set[str]:
        """What the project sees of the farm."""
        scopes = ("genotypes", "breeding_values")
        return {scope for scope in scopes if await self.admin.fetchval(SHOWN, self.project, scope)}


def event(kind: str, data: dict[str, Any]) -> Event:
    """A fact of the user services."""
    return Event(id=new_id(), type=kind, key=str(data.get("user_id")), time=datetime.now(UTC), data=data, key_version=1)


@pytest.fixture
async def world(farmer: Farmer, database: Database, postgres_server: Any) -> Any:
    """One of them."""
    admin = await asyncpg.connect(postgres_server.dsn)
    made = World(farmer, admin, database)
    for scope in ("genotypes", "breeding_values"):
        await made.consent(scope)
    yield made
    await admin.close()


async def test_what_is_withdrawn_is_shown_to_nobody_until_it_counts_again(world: World) -> None:
    assert await world.shown() == {"genotypes", "breeding_values"}
    await world.apply(world.told(1, "genotypes"))
    assert await world.shown() == {"breeding_values"}
    await world.apply(world.told(2))
    assert await world.shown() == {"genotypes", "breeding_values"}


async def test_events_in_any_order_and_twice_leave_the_newest(world: World) -> None:
    told = [world.told(n, *(("genotypes",) if n % 2 else ())) for n in range(1, 8)]
    random.Random(13).shuffle(told)
    for each in [*told, *told]:
        await world.apply(each)
    again = [event(each.type, dict(each.data)) for each in told]
    for each in again:
        await world.apply(each)
    assert await world.shown() == {"breeding_values"}


async def test_a_fact_that_breaks_its_contract_is_hopeless(world: World) -> None:
    with pytest.raises(Hopeless):
        await world.apply(event(sharing.CHANGED, {"user_id": str(new_id()), "version": 1}))
    with pytest.raises(Hopeless):
        await world.apply(event(ERASED, {}))


async def test_what_stands_at_the_profiles_service_is_caught_up_with(
    world: World, auth: AuthDouble, database: Database, platform: PlatformSettings
) -> None:
    settings = platform.model_copy(update={"profiles_url": auth.url})
    auth.persons["consents"] = [{"user_id": str(world.farmer.user_id), "version": 4, "withdrawn": ["breeding_values"]}]
    try:
        await sharing.timer(settings).run(database, datetime.now(UTC))
    finally:
        auth.persons.clear()
    assert await world.shown() == {"genotypes"}
    await world.apply(world.told(3))
    assert await world.shown() == {"genotypes"}


async def test_who_is_gone_belongs_to_no_farm_and_what_they_recorded_stays(
    world: World, new_farmer: NewFarmer, database: Database
) -> None:
    farmer, admin = world.farmer, world.admin
    animal = await farmer.animal()
    await world.apply(world.told(1, "genotypes"))
    gone = event(ERASED, {"user_id": str(farmer.user_id)})
    await world.apply(gone)
    await world.apply(event(ERASED, dict(gone.data)))
    left = "select count(*) from farm.membership where user_id = $1"
    assert await admin.fetchval(left, farmer.user_id) == 0
    assert await admin.fetchval("select count(*) from farm.idempotency_key where user_id = $1", farmer.user_id) == 0
    assert await admin.fetchval("select count(*) from farm.animal where id = $1", UUID(animal["id"])) == 1
    assert (await farmer.ask("GET", f"/farms/{farmer.farm_id}")).status_code == 404
    # what was held back stays so, though nobody is there any more to say it
    await admin.execute("delete from farm.sharing_held_back where user_id = $1", farmer.user_id)
    assert await world.shown() == {"breeding_values"}
    async with database.transaction(Context.system()) as session:
        await sharing.forget(session, new_id())


async def test_what_is_held_on_a_person_is_told_to_the_user_services_alone(
    farmer: Farmer, new_farmer: NewFarmer, auth: AuthDouble
) -> None:
    await farmer.animal()
    path = f"http://farm/api/v1/farm/internal/persons/{farmer.user_id}"
    assert (await farmer.client.get(path, headers=farmer.headers)).status_code == 401
    trusted = {"Authorization": f"Service {auth.secret}"}
    held = (await farmer.client.get(path, headers=trusted)).json()
    documents = {each["name"]: each["content"]["items"] for each in held["documents"]}
    assert [(each["farm_id"], each["role"]) for each in documents["memberships"]] == [(farmer.farm_id, "owner")]
    assert {each["kind"]: each["n"] for each in documents["recorded"]}["animal"] == 1
    assert held["obstacles"] == []
    other = await new_farmer(with_farm=False)
    members = f"/farms/{farmer.farm_id}/members"
    await farmer.ask("POST", members, json={"user_id": str(other.user_id), "role": "worker"})
    (obstacle,) = (await farmer.client.get(path, headers=trusted)).json()["obstacles"]
    assert obstacle["code"] == "sole_owner"
    assert obstacle["fix"]
    await farmer.ask("POST", members, json={"user_id": str(other.user_id), "role": "owner"})
    assert (await farmer.client.get(path, headers=trusted)).json()["obstacles"] == []


EVERY_TEXT = """
select table_schema, table_name, column_name, data_type from information_schema.columns
where table_schema in ('farm', 'genetics', 'research', 'processing', 'dbos')
  and data_type in ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY')
  and (table_schema, table_name) in
    (select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE')
"""


async def found_in_the_database(admin: asyncpg.Connection, marker: str) -> list[str]:
    """Every column that holds it, read as the administrator whom no policy holds."""
    found = []
    for schema, table, column, kind in await admin.fetch(EVERY_TEXT):
        told = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
        if await admin.fetchval(f'select exists (select from {schema}."{table}" where {told} like $1)', f"%{marker}%"):
            found.append(f"{schema}.{table}.{column}")
    return found


async def test_no_column_of_any_schema_holds_what_an_erased_person_had_left(
    world: World, new_farmer: NewFarmer, auth: AuthDouble, database: Database
) -> None:
    gone, admin = await new_farmer(), world.admin
    marker = f"mk{gone.user_id.hex}"
    own, others = f"{marker}-own@hill.example", f"{marker}-friend@hill.example"
    await gone.ask("PATCH", f"/farms/{gone.farm_id}", 200, json={"name": f"{marker} farm"}, headers={"If-Match": "*"})
    device = f"/farms/{gone.farm_id}/sync/devices/{new_id()}"
    await gone.ask("PUT", device, 200, json={"name": f"{marker}'s phone", "unsent": 0})
    invited = {"email": others, "role": "viewer"}
    await gone.ask("POST", f"/farms/{gone.farm_id}/invitations", 201, json=invited)
    invited = {"email": own.upper(), "role": "worker"}
    sent = await world.farmer.ask("POST", f"/farms/{world.farmer.farm_id}/invitations", 201, json=invited)
    expected = {"farm.farm.name", "farm.device.name", "farm.invitation.email"}
    assert expected <= set(await found_in_the_database(admin, marker))
    path, trusted = "http://farm/api/v1/farm/internal/addresses/forget", {"Authorization": f"Service {auth.secret}"}
    for _twice in range(2):
        told = await gone.client.post(path, headers=trusted, json={"address": own})
        assert told.status_code == 204
        await world.apply(event(ERASED, {"user_id": str(gone.user_id)}))
    assert (await gone.client.post(path, json={"address": own})).status_code == 401
    assert await found_in_the_database(admin, marker) == []
    listed = (await world.farmer.ask("GET", f"/farms/{world.farmer.farm_id}/invitations", 200)).json()["items"]
    assert [(each["state"], each["email"]) for each in listed] == [("withdrawn", f"{sent.json()['id']}@erased.invalid")]
