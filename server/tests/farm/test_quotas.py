"""What one user and one farm may have waiting, and keep: the answer names the limit and the way on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import httpx
import pytest
from apps import Apps, calling
from bellwether.farm.imports.undoing.undo import cancel
from bellwether.platform.jobs import service as jobs

from .conftest import Farmer, NewFarmer

QUOTAS = {
    "quota_jobs_of_user": 3,
    "quota_jobs_of_farm": 4,
    "quota_farms_of_user": 2,
    "quota_stored_mb_of_farm": 1,
}
MEMBER = "insert into farm.membership (farm_id, user_id, role) values ($1, $2, 'owner')"


@pytest.fixture(scope="module")
async def client(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    """The service with small quotas."""
    async with calling(apps("farm", **QUOTAS)) as client:
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
    assert (refused["code"], refused["detail"][:54]) == (
        "quota_reached",
        "With this file the farm would keep more than 1 MB of i",
    )
    assert "undo an import" in refused["detail"]
    assert (await farmer.upload(weights(1, 24_000), "weights", trait="WWT"))["id"] == first["id"]


@pytest.mark.parametrize("commit", ["true", "false"])
async def test_an_import_that_was_taken_back_makes_room(farmer: Farmer, commit: str) -> None:
    """Undone when it was committed, cancelled when it was only previewed: its file is gone."""
    done = await farmer.take_in(weights(1, 24_000), "weights", trait="WWT", commit=commit)
    await farmer.upload(weights(2, 24_000), "weights", 409, trait="WWT")
    await farmer.undo(done["import_id"])
    second = await farmer.upload(weights(2, 24_000), "weights", trait="WWT")
    await farmer.upload(weights(1, 24_000), "weights", 409, trait="WWT")
    await farmer.end(second)


async def test_a_cancelled_import_makes_room(farmer: Farmer) -> None:
    sent = await farmer.upload(weights(1, 24_000), "weights", trait="WWT")
    await farmer.upload(weights(2, 24_000), "weights", 409, trait="WWT")
    assert await cancel(farmer.database, farmer.job(sent["import_id"]).context, UUID(sent["import_id"]))
    await farmer.upload(weights(2, 24_000), "weights", trait="WWT")


async def statuses(*requests: Awaitable[httpx.Response]) -> Counter[int]:
    """Of requests that are sent at the same moment."""
    return Counter(answer.status_code for answer in await asyncio.gather(*requests))


def sending(farmer: Farmer, content: bytes) -> Awaitable[httpx.Response]:
    """An upload, whatever its answer is."""
    data = {"farm_id": farmer.farm_id, "flock": farmer.flock_id, "kind": "weights", "trait": "WWT"}
    return farmer.ask("POST", "/imports", data=data, files={"file": ("file.csv", content)})


async def test_requests_of_the_same_moment_do_not_overrun_a_quota(farmer: Farmer, new_farmer: NewFarmer) -> None:
    other = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(other.user_id), role="worker")
    other.farm_id, other.flock_id = farmer.farm_id, farmer.flock_id
    farms = [other.ask("POST", "/farms", json={"name": f"Farm {n}"}) for n in range(5)]
    assert await statuses(*farms) == {201: 2, 409: 3}
    files = [sending(farmer, weights(n, 24_000)) for n in range(3)]
    assert await statuses(*files) == {202: 1, 409: 2}
    # one job of hers waits; three of a user may, four of the farm, whoever asks first
    small = [sending(each, weights(10 + n)) for n, each in enumerate([farmer, other] * 4)]
    assert await statuses(*small) == {202: 3, 429: 5}


async def test_retries_of_the_same_moment_do_not_overrun_a_quota(farmer: Farmer) -> None:
    failed = []
    for n in range(4):
        failed.append(await farmer.upload(weights(n), "weights", trait="WWT"))
        await farmer.end(failed[-1], "failed")
    assert await statuses(*(farmer.ask("POST", f"/jobs/{job['id']}/retry") for job in failed)) == {202: 3, 429: 1}


@asynccontextmanager
async def counting(farmer: Farmer) -> AsyncIterator[None]:
    """Another request of the user has counted and has not ended: further ones wait for it."""
    context = farmer.job(str(UUID(int=0))).context
    async with farmer.database.transaction(context) as session:
        await jobs.submit(session, context, kind="farm.import", farm_id=UUID(farmer.farm_id), payload={})
        yield


async def begun(request: Awaitable[httpx.Response]) -> "asyncio.Future[httpx.Response]":
    """A request that waits for somebody else."""
    task = asyncio.ensure_future(request)
    done, _ = await asyncio.wait({task}, timeout=0.5)
    assert not done, task.result().text
    return task


async def test_readers_wait_for_nobody_who_counts(farmer: Farmer) -> None:
    async with counting(farmer):
        waiting = await begun(sending(farmer, weights(1)))
        for path in ("/farms", f"/imports?farm_id={farmer.farm_id}", "/jobs"):
            await asyncio.wait_for(farmer.ask("GET", path, 200), 5)
    assert (await waiting).status_code == 202


async def test_a_file_that_comes_again_and_its_commit_do_not_wait_for_each_other(farmer: Farmer) -> None:
    content = weights(1)
    done = await farmer.take_in(content, "weights", trait="WWT", commit="false")
    async with counting(farmer):
        again = await begun(sending(farmer, content))
        commit = await begun(farmer.ask("POST", f"/imports/{done['import_id']}/commit"))
    assert (await again).json()["id"] == (await commit).json()["id"]
