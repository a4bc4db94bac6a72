"""Who helps for a while belongs to the farm until then, above the API and below it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.platform.context import Context

from .conftest import Farmer, NewFarmer
from .test_invitations import accept, invite, tom
from .test_organisations import heard
from .test_tenancy import add_flock, counts

__all__ = ["tom"]


async def let_in(farmer: Farmer, user: Farmer, expect: int = 201, **body: Any) -> dict[str, Any]:
    """Give somebody a role."""
    sent = {"user_id": str(user.user_id), "role": "worker"} | body
    found: dict[str, Any] = (await farmer.ask("POST", f"/farms/{farmer.farm_id}/members", expect, json=sent)).json()
    return found


async def time_passes(farmer: Farmer, user: Farmer) -> None:
    """Until the end of a membership."""
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute(
        "update farm.membership set ends_at = clock_timestamp() where user_id = $1 and farm_id = $2",
        user.user_id,
        UUID(farmer.farm_id),
    )
    await connection.close()


async def test_a_membership_ends(farmer: Farmer, new_farmer: NewFarmer) -> None:
    await farmer.animal()
    vet = await new_farmer(with_farm=False)
    end = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    assert (await let_in(farmer, vet, ends_at=end))["ends_at"] is not None
    place, tables = f"/farms/{farmer.farm_id}", ("farm", "animal", "membership")
    await vet.ask("GET", place, 200)
    await vet.make("/animals", farm_id=farmer.farm_id, flock_id=farmer.flock_id)
    await time_passes(farmer, vet)
    await vet.ask("GET", place, 404)
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id}
    await vet.ask("POST", "/animals", 422, json=body)
    assert not any((await counts(vet.database, Context(user_id=vet.user_id), tables)).values())
    with pytest.raises(Exception, match="row-level security"):
        await add_flock(vet.database, Context(user_id=vet.user_id), farmer.farm_id)
    # and begins again
    assert (await let_in(farmer, vet))["ends_at"] is None
    await vet.ask("GET", place, 200)


@pytest.mark.parametrize(
    "change", [{"role": "owner", "ends_at": "2150-01-01T00:00:00Z"}, {"ends_at": "2020-01-01T00:00:00Z"}], ids=str
)
async def test_ends_that_cannot_be(farmer: Farmer, new_farmer: NewFarmer, change: dict[str, Any]) -> None:
    vet = await new_farmer(with_farm=False)
    answer = await let_in(farmer, vet, 422, **change)
    assert (answer["code"], answer["errors"][0]["field"]) == ("end_rejected", "ends_at")
    members = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/members", 200)).json()["items"]
    assert len(members) == 1


async def test_somebody_whose_time_is_over_is_invited_again(farmer: Farmer, tom: Farmer) -> None:
    end = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    await let_in(farmer, tom, ends_at=end)
    token = (await invite(farmer))["token"]
    assert (await accept(tom, token, 409))["code"] == "already_member"
    await time_passes(farmer, tom)
    assert (await accept(tom, token))["role"] == "worker"
    await tom.ask("GET", f"/farms/{farmer.farm_id}", 200)


async def test_an_owner_takes_the_own_access_away(farmer: Farmer, new_farmer: NewFarmer) -> None:
    partner = await new_farmer(with_farm=False)
    await let_in(farmer, partner, role="owner")
    await partner.ask("DELETE", f"/farms/{farmer.farm_id}/members/{partner.user_id}", 204)
    await partner.ask("GET", f"/farms/{farmer.farm_id}", 404)
    assert await heard(farmer, partner) == [("granted", "owner"), ("revoked", "owner")]
    refused = await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/members/{farmer.user_id}", 409)
    assert refused.json()["code"] == "last_owner"
