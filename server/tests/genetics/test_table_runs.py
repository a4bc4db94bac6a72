"""Evaluations of tables, and runs that are made again from what they have kept."""

import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from .barn import Barn
from .conftest import BASE, KeptSteps, People, Person, RunJob, WorkerDied

PEDIGREE = "animal,sire,dam\n1,,\n2,,\n3,,\n4,1,\n5,3,2\n6,1,2\n7,4,5\n8,3,6\n"
RECORDS = "animal,sex,WWG\n4,M,4.5\n5,F,2.9\n6,F,3.9\n7,M,3.5\n8,M,5.0\n"
MODEL = """traits = ["WWG"]
effects = [{name = "sex", kind = "fixed"}, {name = "animal", kind = "additive"}]
[variances]
additive = 20.0
residual = 40.0
"""


def parts(**changes: str) -> dict[str, Any]:
    files = {"pedigree": PEDIGREE, "records": RECORDS, "model": MODEL} | changes
    return {name: (f"{name}.csv", content) for name, content in files.items()}


@pytest.fixture(scope="module")
async def world(people: People, barn: Barn, run_job: RunJob) -> dict[str, Any]:
    """A farm with a run of its flock."""
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"])
    assert (await run_job(run_id))["state"] == "succeeded"
    return {"farm": farm, "owner": owner, "run": run_id}


async def sent(person: Person, world: dict[str, Any], **changes: str) -> Any:
    data = {"farm_id": str(world["farm"].id)}
    return await person.ask("POST", "/evaluations/of-tables", data=data, files=parts(**changes))


async def test_tables_are_evaluated_and_belong_to_no_flock(
    world: dict[str, Any], run_job: RunJob, admin: asyncpg.Connection
) -> None:
    answer = await sent(world["owner"], world)
    assert answer.status_code == 202, answer.text
    run_id = UUID(answer.json()["id"])
    job = await run_job(run_id, in_child=True)
    assert job["state"] == "succeeded", job["error"]
    run = (await world["owner"].ask("GET", f"/evaluations/{run_id}")).json()
    assert (run["kind"], run["flock_id"], run["traits"], run["state"]) == ("tables", None, ["WWG"], "succeeded")
    table = await world["owner"].ask("GET", f"/evaluations/{run_id}/tables/breeding_values.csv")
    # Mrode and Pocrnic 2023, example 4.1
    assert "1,WWG,additive,0.0984" in table.text
    refused = await world["owner"].ask("POST", f"/evaluations/{run_id}/publication", json={"replaces": None})
    assert (refused.status_code, refused.json()["code"]) == (409, "run_without_flock")
    assert await admin.fetchval("select count(*) from genetics.breeding_value where run_id = $1", run_id) == 0


async def test_a_run_is_repeated_to_the_bit(world: dict[str, Any], run_job: RunJob, barn: Barn) -> None:
    """From what it has kept, whatever the farm says by now."""
    owner, farm = world["owner"], world["farm"]
    before = (await owner.ask("GET", f"/evaluations/{world['run']}")).json()
    await barn.season(farm, n_drops=1, n_lambs=20, seed=9)
    answer = await owner.ask("POST", f"/evaluations/{world['run']}/repeat")
    assert answer.status_code == 202, answer.text
    job = await run_job(UUID(answer.json()["id"]))
    assert job["state"] == "succeeded", job["error"]
    result = json.loads(job["result"])
    assert (result["is_same"], result["differing"]) == (True, [])
    assert result["snapshot_sha256"] == before["snapshot_sha256"]
    run = (await owner.ask("GET", f"/evaluations/{answer.json()['id']}")).json()
    assert (run["kind"], run["of_run_id"]) == ("repeat", str(world["run"]))


@pytest.mark.parametrize("step", ["solve", "store"])
async def test_a_dead_worker_is_followed_up(
    world: dict[str, Any], run_job: RunJob, admin: asyncpg.Connection, step: str
) -> None:
    run_id = UUID((await sent(world["owner"], world)).json()["id"])
    steps = KeptSteps(die_before=step)
    with pytest.raises(WorkerDied):
        await run_job(run_id, steps)
    assert await admin.fetchval("select count(*) from genetics.evaluation_table where run_id = $1", run_id) == 0
    steps.die_before = ""
    assert (await run_job(run_id, steps))["state"] == "succeeded"
    assert steps.made == ["solve", "store"]


WRONG = [
    ({"model": "traits = ["}, "not_a_model", "model"),
    ({"model": MODEL.replace("residual = 40.0", 'residual = "x"')}, None, "model.variances.residual"),
    ({"model": MODEL + '[options]\nscheduler = "tcp://10.0.0.1:8786"\n'}, "not_available", "model.options.scheduler"),
    ({"model": MODEL + '[genomic]\nmethod = "gblup"\nfrequencies = "/etc/passwd"\n'}, "not_available", None),
]


@pytest.mark.parametrize(("changes", "code", "field"), WRONG)
async def test_a_wrong_model_starts_no_job(
    world: dict[str, Any], admin: asyncpg.Connection, changes: dict[str, str], code: str | None, field: str | None
) -> None:
    before = await admin.fetchval("select count(*) from genetics.job")
    answer = await sent(world["owner"], world, **changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_tables"), answer.text
    row = answer.json()["errors"][0]
    assert code is None or row["code"] == code
    assert field is None or row["field"].startswith(field)
    assert await admin.fetchval("select count(*) from genetics.job") == before


async def test_a_loop_is_told_with_its_line_and_no_folder_of_ours(world: dict[str, Any], run_job: RunJob) -> None:
    answer = await sent(world["owner"], world, pedigree="animal,sire,dam\n4,5,\n5,4,\n")
    job = await run_job(UUID(answer.json()["id"]))
    error = json.loads(job["error"])
    assert (job["state"], error["code"]) == ("failed", "evaluation_refused")
    assert "4 -> 5" in job["error"] or "5 -> 4" in job["error"]
    assert "/work/genetics" not in job["error"]


async def test_the_matrix(people: People, world: dict[str, Any], admin: asyncpg.Connection) -> None:
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, world["farm"].id
    )
    repeat = f"/evaluations/{world['run']}/repeat"
    for person, expected in ((people("administrator"), 403), (people(), 404), (viewer, 403), (world["owner"], 202)):
        assert (await sent(person, world)).status_code == expected
        assert (await person.ask("POST", repeat)).status_code == expected
    data = {"farm_id": str(world["farm"].id)}
    for path, options in (("/evaluations/of-tables", {"data": data, "files": parts()}), (repeat, {})):
        assert (await people().client.request("POST", BASE + path, **options)).status_code == 401
