"""What one user and one farm may have waiting, and keep: the answer names the limit and the way on."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import httpx
import pytest
from bellwether.farm.app import create
from bellwether.platform.settings import PlatformSettings

from .conftest import Farmer, NewFarmer

QUOTAS = {
    "quota_jobs_of_user": 3,
    "quota_jobs_of_farm": 4,
    "quota_farms_of_user": 2,
    "quota_stored_mb_of_farm": 1,
}
MEMBER = "insert into farm.membership (farm_id, user_id, role) values ($1, $2, 'owner')"


@pytest.fixture
async def client(service_environment: None, platform: PlatformSettings) -> AsyncIterator[httpx.AsyncClient]:
    """The service with small quotas."""
    app = create(platform.model_copy(update=QUOTAS))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False)) as client,
    ):
        yield client


def weights(number: int, lines: int = 1) -> bytes:
    """A file unlike the others."""
    return b"VID,Date,Weight\n" + b"".join(b"%d,2024-11-11,31.5\n" % (number * 100_000 + n) for n in range(lines))


async def test_jobs_of_a_user_and_of_a_farm(farmer: Farmer, new_farmer: NewFarmer) -> None:
    sent = [await farmer.upload(weights(n), "weights", trait="WWT") for n in range(3)]
    refused = await farmer.upload(weights(3), "weights", 429, trait="WWT")
    assert (refused["code"], refused["detail"][:21]) == ("too_many_jobs", "3 jobs of yours wait ")
    assert "cancel one" in refused["detail"]
    again = await farmer.upload(weights(0), "weights", trait="WWT")
    assert again["id"] == sent[0]["id"]
    await farmer.end(sent[0])
    await farmer.upload(weights(3), "weights", trait="WWT")
    await farmer.end(sent[1])

    other = await new_farmer()
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute(MEMBER, UUID(farmer.farm_id), other.user_id)
    await connection.close()
    other.farm_id, other.flock_id = farmer.farm_id, farmer.flock_id
    for n in (4, 5):
        await other.upload(weights(n), "weights", trait="WWT")
    refused = await other.upload(weights(6), "weights", 429, trait="WWT")
    assert refused["detail"][:21] == "4 jobs of the farm wa"
    kept = (await farmer.ask("GET", "/imports", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert len(kept) == 6


async def test_a_job_that_is_tried_again_counts_too(farmer: Farmer) -> None:
    failed = await farmer.upload(weights(0), "weights", trait="WWT")
    await farmer.end(failed, "failed")
    for n in (1, 2, 3):
        await farmer.upload(weights(n), "weights", trait="WWT")
    refused = await farmer.ask("POST", f"/jobs/{failed['id']}/retry", 429)
    assert refused.json()["code"] == "too_many_jobs"
    assert int(refused.headers["retry-after"]) > 0
    assert (await farmer.ask("GET", f"/jobs/{failed['id']}", 200)).json()["state"] == "failed"


async def test_farms_of_a_user(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """Those that she made; nobody else can use them up by making her a member."""
    other = await new_farmer()
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute(MEMBER, UUID(other.farm_id), farmer.user_id)
    await connection.close()
    await farmer.make("/farms", name="The second")
    refused = (await farmer.ask("POST", "/farms", 409, json={"name": "The third"})).json()
    assert (refused["code"], refused["detail"][:25]) == ("quota_reached", "You have made 2 farms, wh")


async def test_files_of_a_farm(farmer: Farmer) -> None:
    first = await farmer.upload(weights(1, 24_000), "weights", trait="WWT")
    refused = await farmer.upload(weights(2, 24_000), "weights", 409, trait="WWT")
    assert (refused["code"], refused["detail"][:21]) == ("quota_reached", "The farm keeps 1 MB o")
    assert (await farmer.upload(weights(1, 24_000), "weights", trait="WWT"))["id"] == first["id"]
