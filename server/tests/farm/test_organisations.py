"""Who belongs to an organisation belongs to its farms, above the API and below it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.farm.organisations.service import MOST
from bellwether.platform.context import Context
from sqlalchemy import text

from .conftest import BASE, Farmer, NewFarmer
from .test_invitations import accept, invite, tom
from .test_tenancy import add_flock, counts

__all__ = ["tom"]
TABLES = ("farm", "flock", "membership", "organisation", "organisation_member", "organisation_farm")


async def society(owner: Farmer, *, with_farm: bool = True) -> str:
    """An organisation of this farmer, with the farm."""
    made: str = (await owner.make("/organisations", name="Hill Sheep Society", country="NZ"))["id"]
    if with_farm:
        await owner.make(f"/organisations/{made}/farms", farm_id=owner.farm_id)
    return made


async def join(owner: Farmer, organisation: str, user: Farmer, role: str = "worker", **body: Any) -> None:
    """Somebody becomes a member."""
    await owner.make(f"/organisations/{organisation}/members", user_id=str(user.user_id), role=role, **body)


async def role_of(user: Farmer, farm: Farmer) -> str | None:
    """What somebody is on a farm, as the API tells it."""
    answer = await user.ask("GET", f"/farms/{farm.farm_id}")
    return str(answer.json()["role"]) if answer.status_code == 200 else None


@pytest.mark.parametrize(("role", "writes"), [("owner", True), ("worker", True), ("viewer", False)])
async def test_a_member_is_the_same_on_every_farm(
    farmer: Farmer, new_farmer: NewFarmer, role: str, writes: bool
) -> None:
    organisation, user = await society(farmer), await new_farmer(with_farm=False)
    assert await role_of(user, farmer) is None
    await join(farmer, organisation, user, role)
    assert await role_of(user, farmer) == role
    body = {"farm_id": farmer.farm_id, "name": "Other", "code": "OT"}
    await user.ask("POST", "/flocks", 201 if writes else 403, json=body)
    if not writes:
        with pytest.raises(Exception, match="row-level security"):
            await add_flock(user.database, Context(user_id=user.user_id), farmer.farm_id)
    members = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/members", 200)).json()["items"]
    assert {(m["user_id"], m["role"], m["organisation_id"]) for m in members} == {
        (str(farmer.user_id), "owner", None),
        (str(farmer.user_id), "owner", organisation),
        (str(user.user_id), role, organisation),
    }
    await farmer.ask("DELETE", f"/organisations/{organisation}/members/{user.user_id}", 204)
    assert await role_of(user, farmer) is None
    assert not any((await counts(user.database, Context(user_id=user.user_id), TABLES)).values())


async def heard(farmer: Farmer, user: Farmer) -> list[tuple[str, str]]:
    """What the other services hear of somebody's part in the farm, the first first."""
    connection = await asyncpg.connect(farmer.admin_dsn)
    rows = await connection.fetch(
        """select type, payload ->> 'role' from farm.outbox
        where payload ->> 'user_id' = $1 and payload ->> 'farm_id' = $2 order by id""",
        str(user.user_id), farmer.farm_id,
    )  # fmt: skip
    await connection.close()
    return [(row[0].split(".")[2], row[1]) for row in rows]


async def test_a_member_is_told_of_as_one_of_the_farm(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """So that notifications come: as long as any membership lasts. Tasks and calendars are theirs, too."""
    organisation, user = await society(farmer), await new_farmer(with_farm=False)
    path = f"/farms/{farmer.farm_id}"
    await join(farmer, organisation, user, "viewer")
    await farmer.make(f"{path}/members", user_id=str(user.user_id), role="worker")
    await farmer.make(f"{path}/tasks", title="Mend the gate", due_on="2026-07-01", assigned_to=str(user.user_id))
    await farmer.ask("DELETE", f"{path}/members/{user.user_id}", 204)
    await farmer.make(f"{path}/tasks", title="Dip the rams", due_on="2026-07-02", assigned_to=str(user.user_id))
    address = (await user.make(f"{path}/calendar-feeds", name="Phone"))["address"]
    place = BASE + address.partition("/api/v1/farm")[2]
    shown = await farmer.client.get(place)
    assert (shown.status_code, "Dip the rams" in shown.text) == (200, True)
    await farmer.ask("DELETE", f"/organisations/{organisation}/farms/{farmer.farm_id}", 204)
    await farmer.make(f"/organisations/{organisation}/farms", farm_id=farmer.farm_id)
    await farmer.ask("DELETE", f"/organisations/{organisation}/members/{user.user_id}", 204)
    assert (await farmer.client.get(place)).status_code == 404
    assert await heard(farmer, user) == [
        ("granted", "viewer"), ("granted", "worker"), ("granted", "viewer"), ("revoked", "viewer"),
        ("granted", "viewer"), ("revoked", "viewer"),
    ]  # fmt: skip


async def test_the_strongest_role_counts_and_one_by_itself_stays(farmer: Farmer, new_farmer: NewFarmer) -> None:
    organisation, user = await society(farmer), await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(user.user_id), role="viewer")
    await join(farmer, organisation, user, "worker")
    assert await role_of(user, farmer) == "worker"
    listed = (await user.ask("GET", "/farms", 200)).json()["items"]
    assert [farm["role"] for farm in listed] == ["worker"]
    await farmer.ask("DELETE", f"/organisations/{organisation}/farms/{farmer.farm_id}", 204)
    assert await role_of(user, farmer) == "viewer"
    await farmer.ask("DELETE", f"/organisations/{organisation}/farms/{farmer.farm_id}", 404)


async def test_who_brings_a_farm_in_owns_both(farmer: Farmer, new_farmer: NewFarmer) -> None:
    organisation, other = await society(farmer), await new_farmer()
    await join(farmer, organisation, other, "worker")
    place, body = f"/organisations/{organisation}/farms", {"farm_id": other.farm_id}
    await other.ask("POST", place, 403, json=body)
    await farmer.ask("POST", place, 404, json=body)
    async with other.database.transaction(Context(user_id=other.user_id)) as session:
        with pytest.raises(Exception, match="row-level security"):
            await session.execute(
                text("insert into farm.organisation_farm (organisation_id, farm_id) values (:organisation, :farm)"),
                {"organisation": UUID(organisation), "farm": UUID(other.farm_id)},
            )
    await join(farmer, organisation, other, "owner")
    await other.ask("POST", place, 201, json=body)
    assert (await other.ask("POST", place, 409, json=body)).json()["code"] == "farm_in_organisation"
    assert await role_of(farmer, other) == "owner"
    # an owner through the organisation owns the farm: takes part in what owners decide, and may take it out again
    await farmer.ask("PATCH", f"/farms/{other.farm_id}", 200, json={"name": "Ours"}, headers={"If-Match": '"1"'})
    await farmer.ask("DELETE", f"{place}/{other.farm_id}", 204)
    assert await role_of(farmer, other) is None


async def test_an_owner_through_an_organisation_invites(farmer: Farmer, new_farmer: NewFarmer, tom: Farmer) -> None:
    organisation, other = await society(farmer), await new_farmer(with_farm=False)
    await join(farmer, organisation, other, "owner")
    token = (await other.make(f"/farms/{farmer.farm_id}/invitations", email="tom@hillfarm.example", role="worker"))[
        "token"
    ]
    await farmer.ask("DELETE", f"/organisations/{organisation}/members/{other.user_id}", 204)
    await accept(tom, token, 404)
    await accept(tom, (await invite(farmer))["token"])


async def test_a_membership_ends_and_one_owner_stays(farmer: Farmer, new_farmer: NewFarmer) -> None:
    organisation, user = await society(farmer), await new_farmer(with_farm=False)
    end = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    await join(farmer, organisation, user, ends_at=end)
    assert await role_of(user, farmer) == "worker"
    connection = await asyncpg.connect(farmer.admin_dsn)
    statement = "update farm.organisation_member set ends_at = clock_timestamp() where user_id = $1"
    await connection.execute(statement, user.user_id)
    await connection.close()
    assert await role_of(user, farmer) is None
    await user.ask("GET", f"/organisations/{organisation}", 404)
    place = f"/organisations/{organisation}/members"
    for body in ({"role": "owner", "ends_at": end}, {"role": "worker", "ends_at": "2020-01-01T00:00:00Z"}):
        answer = await farmer.ask("POST", place, 422, json={"user_id": str(user.user_id)} | body)
        assert answer.json()["code"] == "end_rejected"
    answer = await farmer.ask("DELETE", f"{place}/{farmer.user_id}", 409)
    assert answer.json()["code"] == "last_owner"
    await farmer.ask("POST", place, 409, json={"user_id": str(farmer.user_id), "role": "worker"})


async def test_what_others_see_of_an_organisation(farmer: Farmer, new_farmer: NewFarmer) -> None:
    organisation, stranger, worker = await society(farmer), await new_farmer(), await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(worker.user_id), role="worker")
    place = f"/organisations/{organisation}"
    for path in (place, f"{place}/members", f"{place}/farms"):
        await stranger.ask("GET", path, 404)
        await worker.ask("GET", path, 200)
    assert (await worker.ask("GET", place, 200)).json()["role"] is None
    body = {"user_id": str(worker.user_id), "role": "owner"}
    for user, expect in ((worker, 403), (stranger, 404)):
        await user.ask("POST", f"{place}/members", expect, json=body)
        await user.ask("PATCH", place, expect, json={"name": "Mine"}, headers={"If-Match": '"1"'})
        await user.ask("DELETE", f"{place}/members/{farmer.user_id}", expect)
        await user.ask("DELETE", f"{place}/farms/{farmer.farm_id}", expect)
        context = Context(user_id=user.user_id)
        async with user.database.transaction(context) as session:
            for statement in (
                "update farm.organisation set name = 'mine'",
                "update farm.organisation_member set role = 'viewer'",
                "delete from farm.organisation_member",
                "delete from farm.organisation_farm",
            ):
                assert (await session.execute(text(statement))).rowcount == 0, statement
    assert (await farmer.ask("GET", place, 200)).json()["name"] == "Hill Sheep Society"


async def test_making_and_changing_one(farmer: Farmer, new_farmer: NewFarmer) -> None:
    organisation = await society(farmer, with_farm=False)
    place = f"/organisations/{organisation}"
    await farmer.ask("PATCH", place, 428, json={"name": "New"})
    changed = (await farmer.ask("PATCH", place, 200, json={"name": "New"}, headers={"If-Match": '"1"'})).json()
    assert (changed["name"], changed["country"], changed["rev"], changed["role"]) == ("New", "NZ", 2, "owner")
    await farmer.ask("PATCH", place, 412, json={"name": "Newer"}, headers={"If-Match": '"1"'})
    other = await new_farmer(with_farm=False)
    answer = await other.ask("POST", "/organisations", 409, json={"id": organisation, "name": "Mine"})
    assert answer.json()["code"] == "organisation_exists"
    assert (await other.ask("GET", "/organisations", 200)).json()["items"] == []
    for number in range(MOST):
        await other.make("/organisations", name=f"No. {number}")
    await other.ask("POST", "/organisations", 409, json={"name": "One more"})
