"""An evaluation from the request to its breeding values, on the real database."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import jsonschema_rs
import pytest
from bellwether.genetics.evaluations.solving import evaluate
from bellwether.genetics.traits import service as traits
from bellwether.modelling.flocks.flock_data import Animal, FlockData, Measurement, select_flock
from bellwether.modelling.flocks.plan import plan_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from bellwether.platform.settings import PlatformSettings

from .barn import Barn, Farm
from .conftest import KeptSteps, People, RunJob, WorkerDied

CONTRACTS = Path(__file__).parents[3] / "contracts" / "events"


def check_contract(event: Any) -> dict[str, Any]:
    """The data of an outbox row, checked against the committed contract of its type."""
    data: dict[str, Any] = json.loads(event["payload"])
    contract = json.loads((CONTRACTS / f"{event['type']}.json").read_text())
    jsonschema_rs.validator_for(contract, validate_formats=True).validate(data)
    assert event["farm_id"] == UUID(data["farm_id"])
    return data


async def facts_of(admin: asyncpg.Connection, run_id: UUID) -> list[Any]:
    return list(await admin.fetch("select * from genetics.outbox where key = $1 order by id", str(run_id)))


async def farm_data(admin: asyncpg.Connection, farm: Farm) -> FlockData:
    """The flock as the service sees it, read another way."""
    # the views' owner is bound by row-level security, even when a superuser looks through them
    await admin.execute("select set_config('app.farm_ids', $1, false)", str(farm.id))
    animals = await admin.fetch("select * from farm.published_animal where farm_id = $1", farm.id)
    weights = await admin.fetch("select * from farm.published_measurement where farm_id = $1", farm.id)
    return select_flock(
        str(farm.flock_id),
        [
            Animal(
                str(a["id"]), str(a["flock_id"]), a["sex"], a["birth_type"], a["rear_type"],
                a["sire_id"] and str(a["sire_id"]), a["dam_id"] and str(a["dam_id"]), a["drop_year"],
                a["reference_only"], a["tag"],
            )
            for a in animals
        ],
        [
            Measurement(
                str(w["id"]), str(w["animal_id"]), w["trait"], w["value"], w["occurred_on"].isoformat(),
                w["age_days"], w["contemporary_group"],
            )
            for w in weights
        ],
    )  # fmt: skip


async def test_a_run_gives_the_values_that_the_engine_gives(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection, database: Database
) -> None:
    farm = await barn.farm()
    await barn.season(farm)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT", "PWT"])
    queued = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    assert (queued["state"], queued["traits"]) == ("queued", None)

    job = await run_job(run_id, in_child=True)
    assert job["state"] == "succeeded", job["error"]
    assert job["progress"] == 1

    report = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    assert report["state"] == "succeeded"
    assert report["traits"] == ["WWT", "PWT"]
    assert report["counts"]["records_by_trait"] == {"WWT": 120, "PWT": 120}
    assert report["convergence"]["converged"]
    assert {effect["name"] for effect in report["model"]["effects"]} >= {"group_WWT", "sex", "age_PWT", "animal"}

    async with database.transaction(Context(user_id=farm.owner_id)) as session:
        dictionary = await traits.dictionary(session)
    data = await farm_data(admin, farm)
    run = evaluate(data, plan_of(str(farm.flock_id), dictionary, ["WWT", "PWT"], "auto"))
    solution = run.found.solution
    assert report["data_sha256"] == data.digest()
    assert report["input_sha256"] == solution.provenance.input_sha256
    stored = await admin.fetch("select * from genetics.breeding_value where run_id = $1", run_id)
    found = {(str(row["animal_id"]), row["trait"]): row for row in stored}
    assert len(found) == 2 * len(data.animals)
    for i, animal in enumerate(data.animals):
        for j, code in enumerate(("WWT", "PWT")):
            row = found[animal.id, code]
            assert (row["value"], row["inbreeding"]) == (solution.ebv[i, j], solution.inbreeding[i])
            assert solution.reliability is not None
            assert row["reliability"] == solution.reliability[i, j]


async def test_the_same_records_give_the_same_values_bit_for_bit(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection
) -> None:
    farm = await barn.farm()
    await barn.season(farm)
    owner = people(user_id=farm.owner_id)
    runs: list[UUID] = []
    for _ in range(2):
        run_id = await owner.evaluate(farm.flock_id)
        assert (await run_job(run_id, in_child=bool(runs)))["state"] == "succeeded"
        runs.append(run_id)
    reports = [(await owner.ask("GET", f"/evaluations/{run_id}")).json() for run_id in runs]
    assert reports[0]["data_sha256"] == reports[1]["data_sha256"]
    assert reports[0]["input_sha256"] == reports[1]["input_sha256"]
    statement = """
        select animal_id, trait, effect, float8send(value), float8send(reliability), float8send(inbreeding), percentile
        from genetics.breeding_value where run_id = $1 order by 1, 2, 3
    """
    first, second = [[tuple(row) for row in await admin.fetch(statement, run_id)] for run_id in runs]
    assert first == second
    listed = (await owner.ask("GET", f"/evaluations?flock_id={farm.flock_id}")).json()
    assert [item["id"] for item in listed["items"]] == [str(run_id) for run_id in runs[::-1]]


async def test_a_run_tells_its_end_and_leaves_no_files(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection, platform: PlatformSettings
) -> None:
    farm = await barn.farm()
    await barn.season(farm)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"])
    job = await run_job(run_id)
    events = await facts_of(admin, run_id)
    assert [event["type"] for event in events] == ["genetics.evaluation.completed.v1"]
    data = check_contract(events[0])
    assert data["run_id"] == str(run_id)
    assert data["n_records"] == json.loads(job["result"])["n_records"] == 120
    assert not (platform.data_dir / "work" / "genetics" / str(run_id)).exists()
    assert any("120 WWT" in line["message"] for line in json.loads(job["log"]))


async def test_a_trait_without_records_fails_by_name_and_a_retry_reads_anew(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection, platform: PlatformSettings
) -> None:
    farm = await barn.farm()
    season = await barn.season(farm)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT", "YWT"])
    steps = KeptSteps()
    job = await run_job(run_id, steps)
    assert job["state"] == "failed"
    error = json.loads(job["error"])
    assert error["code"] == "trait_without_records"
    assert "YWT" in error["detail"]
    run = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    assert (run["state"], run["error"]["errors"][0]["field"]) == ("failed", "YWT")
    data = check_contract((await facts_of(admin, run_id))[0])
    assert (data["code"], data["detail"]) == ("trait_without_records", "No usable record for YWT")
    assert not (platform.data_dir / "work" / "genetics" / str(run_id)).exists()

    first = await admin.fetchrow("select * from farm.observation where animal_id = $1 limit 1", season["lambs"][0])
    rows = [
        (animal, "YWT", 60.0 + i % 7, first["occurred_on"], 360, "S/Y") for i, animal in enumerate(season["lambs"][:20])
    ]
    await barn.weights(farm, rows)
    answer = await owner.ask("POST", f"/jobs/{run_id}/retry")
    assert answer.status_code == 202
    assert (await run_job(run_id, steps, attempt=2))["state"] == "succeeded"
    run = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    assert (run["state"], run["error"], run["traits"]) == ("succeeded", None, ["WWT", "YWT"])


async def test_a_loop_in_the_pedigree_is_told_by_tags(people: People, barn: Barn, run_job: RunJob) -> None:
    farm = await barn.farm()
    a, b = new_id(), new_id()
    await barn.animals(
        farm,
        [{"id": a, "tag": "Ann", "sex": "male", "sire_id": b}, {"id": b, "tag": "Bob", "sex": "male", "sire_id": a}],
    )
    await barn.season(farm)
    run_id = await people(user_id=farm.owner_id).evaluate(farm.flock_id, traits=["WWT"])
    error = json.loads((await run_job(run_id, in_child=True))["error"])
    assert error["code"] == "pedigree_contradiction"
    assert {row["field"] for row in error["errors"]} == {"Ann", "Bob"}


@pytest.mark.parametrize("step", ["solve", "publish"])
async def test_a_dead_worker_is_followed_up_without_repeating_steps(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection, step: str
) -> None:
    farm = await barn.farm()
    await barn.season(farm)
    run_id = await people(user_id=farm.owner_id).evaluate(farm.flock_id, traits=["WWT"])
    steps = KeptSteps(die_before=step)
    with pytest.raises(WorkerDied):
        await run_job(run_id, steps)
    steps.die_before = ""
    assert (await run_job(run_id, steps))["state"] == "succeeded"
    assert steps.made == ["extract", "solve", "publish"]
    assert len(await facts_of(admin, run_id)) == 1
    assert await admin.fetchval("select fence from genetics.evaluation_run where id = $1", run_id) == 2


async def test_a_crash_after_the_publication_doubles_nothing(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection
) -> None:
    """The transaction was committed, its step was not recorded: the worker died between the two."""
    farm = await barn.farm()
    await barn.season(farm)
    run_id = await people(user_id=farm.owner_id).evaluate(farm.flock_id, traits=["WWT"])
    steps = KeptSteps()
    await run_job(run_id, steps)
    before = await admin.fetchval("select count(*) from genetics.breeding_value where run_id = $1", run_id)
    del steps.done["publish"]
    await admin.execute("update genetics.job set state = 'running', finished_at = null where id = $1", run_id)
    assert (await run_job(run_id, steps))["state"] == "succeeded"
    assert await admin.fetchval("select count(*) from genetics.breeding_value where run_id = $1", run_id) == before
    assert len(await facts_of(admin, run_id)) == 1


async def test_an_older_execution_is_shut_out_by_the_fence(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection
) -> None:
    farm = await barn.farm()
    await barn.season(farm)
    run_id = await people(user_id=farm.owner_id).evaluate(farm.flock_id, traits=["WWT"])

    class Overtaken(KeptSteps):
        async def once(self, name: str, make: Any) -> Any:
            if name == "publish":
                await admin.execute("update genetics.evaluation_run set fence = fence + 1 where id = $1", run_id)
            return await super().once(name, make)

    job = await run_job(run_id, Overtaken())
    assert json.loads(job["error"])["code"] == "run_superseded"
    assert await admin.fetchval("select count(*) from genetics.breeding_value where run_id = $1", run_id) == 0
    assert await facts_of(admin, run_id) == []


async def test_a_cancelled_job_shows_in_its_run(people: People, barn: Barn) -> None:
    farm = await barn.farm()
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id)
    assert (await owner.ask("POST", f"/jobs/{run_id}/cancel")).json()["state"] == "cancelled"
    assert (await owner.ask("GET", f"/evaluations/{run_id}")).json()["state"] == "cancelled"


async def test_the_same_key_gives_the_same_job(people: People, barn: Barn, admin: asyncpg.Connection) -> None:
    farm = await barn.farm()
    owner = people(user_id=farm.owner_id)
    body = {"flock_id": str(farm.flock_id)}
    answers = [
        await owner.ask("POST", "/evaluations", json=body, headers={"Idempotency-Key": '"once"'}) for _ in range(2)
    ]
    assert answers[0].status_code == answers[1].status_code == 202
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["location"] == f"/api/v1/genetics/jobs/{answers[0].json()['id']}"
    assert await admin.fetchval("select count(*) from genetics.evaluation_run where farm_id = $1", farm.id) == 1
    other = await owner.ask(
        "POST", "/evaluations", json=body | {"traits": ["WWT"]}, headers={"Idempotency-Key": '"once"'}
    )
    assert other.json()["code"] == "idempotency_key_reused"
