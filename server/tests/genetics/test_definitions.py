"""Definitions with their versions, runs that name them, and publication as a step of its own."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.genetics.definitions import rerunning
from bellwether.genetics.worker import consumers
from bellwether.platform.database.transactions import Database
from bellwether.platform.events.consumers import Subscription

from .barn import Barn
from .conftest import BASE, KeptSteps, People, RunJob, WorkerDied
from .test_access import filled, told

NEW = {"farm_id": "{farm_id}", "name": "Weaning", "flock_ids": ["{flock}"], "traits": ["WWT"]}


@pytest.fixture(scope="module")
async def world(people: People, barn: Barn, run_job: RunJob) -> dict[str, Any]:
    """A farm with a definition and a run of it."""
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    found: dict[str, Any] = {"farm": farm, "farm_id": farm.id, "flock": farm.flock_id, "owner": owner}
    answer = await owner.ask("POST", "/definitions", json=filled(NEW, found))
    assert answer.status_code == 201, answer.text
    found["definition"] = answer.json()["id"]
    assert answer.headers["location"] == f"/api/v1/genetics/definitions/{found['definition']}"
    found["run"] = await run_of(found, run_job)
    return found


async def run_of(world: dict[str, Any], run_job: RunJob, steps: KeptSteps | None = None) -> str:
    answer = await world["owner"].ask("POST", f"/definitions/{world['definition']}/runs")
    assert answer.status_code == 202, answer.text
    job = await run_job(UUID(answer.json()["id"]), steps)
    assert job["state"] == "succeeded", job["error"]
    return str(answer.json()["id"])


ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "/definitions?farm_id={farm_id}", None),
    ("GET", "/definitions/{definition}", None),
    ("GET", "/definitions/{definition}/versions", None),
    ("GET", "/definitions/{definition}/versions/1", None),
    ("POST", "/definitions", {**NEW, "name": "Of the matrix"}),
    ("POST", "/definitions/{definition}/versions", {"based_on": 1, "flock_ids": ["{flock}"], "traits": ["WWT"]}),
    ("POST", "/definitions/{definition}/runs", None),
    ("POST", "/evaluations/{run}/publication", {"replaces": None}),
    ("GET", "/publications?flock_id={flock}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_the_matrix(
    people: People, world: dict[str, Any], admin: asyncpg.Connection, method: str, path: str, body: Any
) -> None:
    url, json = filled(path, world), filled(body, world)
    anonymous = await people().client.request(method, BASE + url, json=json)
    assert anonymous.status_code == 401
    assert (await people("administrator").ask(method, url, json=json)).status_code == 403
    stranger = await people().ask(method, url, json=json)
    if path.startswith("/publications"):
        assert (stranger.status_code, stranger.json()["items"]) == (200, [])
    else:
        assert stranger.status_code == 404
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, world["farm"].id
    )
    assert (await viewer.ask(method, url, json=json)).status_code == (200 if method == "GET" else 403)
    mine = await world["owner"].ask(method, url, json=json)
    assert mine.status_code in (200, 201, 202), mine.text


async def test_a_change_is_a_new_version_and_a_run_names_its_version(
    people: People, barn: Barn, run_job: RunJob
) -> None:
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    world: dict[str, Any] = {"farm_id": farm.id, "flock": farm.flock_id, "owner": people(user_id=farm.owner_id)}
    ask = world["owner"].ask
    made = (await ask("POST", "/definitions", json=filled(NEW, world))).json()
    world["definition"] = made["id"]
    first = await run_of(world, run_job)
    change = {"based_on": 1, "flock_ids": [str(farm.flock_id)], "traits": ["PWT"], "note": "post-weaning counts"}
    path = f"/definitions/{made['id']}/versions"
    changed = (await ask("POST", path, json=change)).json()
    assert (changed["version"], changed["content"]["traits"]) == (2, ["PWT"])
    assert changed["sha256"] != made["sha256"]
    late = await ask("POST", path, json=change)
    assert (late.status_code, late.json()["code"]) == (409, "other_version")
    same = await ask("POST", path, json={**change, "based_on": 2})
    assert same.json()["version"] == 2
    second = await run_of(world, run_job)
    runs = [(await ask("GET", f"/evaluations/{run_id}")).json() for run_id in (first, second)]
    assert [(run["definition_id"], run["definition_version"], run["traits"]) for run in runs] == [
        (made["id"], 1, ["WWT"]), (made["id"], 2, ["PWT"]),
    ]  # fmt: skip
    listed = (await ask("GET", path)).json()["items"]
    assert [item["version"] for item in listed] == [2, 1]
    again = await ask("POST", "/definitions", json=filled({**NEW, "name": "WEANING"}, world))
    assert (again.status_code, again.json()["code"]) == (409, "definition_exists")


async def test_flocks_are_evaluated_together_and_ranked_apart(people: People, barn: Barn, run_job: RunJob) -> None:
    farm = await barn.farm()
    season = await barn.season(farm, n_drops=1, n_lambs=20)
    other = barn.__class__(barn.connection)
    second = farm.__class__(id=farm.id, owner_id=farm.owner_id)
    await other.flock(farm, second.flock_id)
    season_of_second = await other.season(second, n_drops=1, n_lambs=20, seed=8)
    owner = people(user_id=farm.owner_id)
    flocks = [str(farm.flock_id), str(second.flock_id)]
    body = {"farm_id": str(farm.id), "name": "Both", "flock_ids": flocks, "traits": ["WWT"], "publishing": "at_once"}
    world = {"owner": owner, "definition": (await owner.ask("POST", "/definitions", json=body)).json()["id"]}
    run_id = await run_of(world, run_job)
    report = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    assert (report["flock_ids"], report["counts"]["records_by_trait"]) == (flocks, {"WWT": 40})
    for flock_id, lambs in zip(flocks, (season["lambs"], season_of_second["lambs"]), strict=True):
        ranked = (await owner.ask("GET", f"/breeding-values?flock_id={flock_id}&trait=WWT")).json()["items"]
        animals = {item["animal_id"] for item in ranked}
        assert {str(key) for key in lambs} <= animals
        assert len(animals) == 20 + 10 + 4
        state = (await owner.ask("GET", f"/flocks/{flock_id}/state")).json()
        assert (state["published_run_id"], state["last_run_id"]) == (run_id, run_id)
        trend = (await owner.ask("GET", f"/flocks/{flock_id}/trend?trait=WWT")).json()
        assert [point["n"] for point in trend["points"] if point["drop_year"] == 2019] == [20]


async def test_nobody_sees_values_by_flock_before_somebody_publishes_them(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection
) -> None:
    farm = await barn.farm()
    season = await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    by_flock = f"/breeding-values?flock_id={farm.flock_id}"
    query = {"animal_ids": [str(season["lambs"][0])]}
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"], publishing="by_hand")
    early = await owner.ask("POST", f"/evaluations/{run_id}/publication", json={"replaces": None})
    assert (early.status_code, early.json()["code"]) == (409, "run_not_succeeded")
    assert (await run_job(run_id))["state"] == "succeeded"
    assert (await owner.ask("GET", by_flock)).json()["code"] == "not_evaluated"
    assert (await owner.ask("POST", "/breeding-values/query", json=query)).json()["items"] == []
    assert (await owner.ask("GET", f"/breeding-values?run_id={run_id}")).json()["items"]
    published = await owner.ask("POST", f"/evaluations/{run_id}/publication", json={"replaces": None})
    assert published.status_code == 200, published.text
    assert (await owner.ask("GET", by_flock)).json()["items"][0]["run_id"] == str(run_id)
    assert (await owner.ask("POST", "/breeding-values/query", json=query)).json()["items"]
    facts = await admin.fetch("select type from genetics.outbox where key = $1 order by id", str(farm.flock_id))
    assert [row["type"] for row in facts] == ["genetics.evaluation.published.v1"]


async def test_two_publishers_who_race_publish_one_run(people: People, barn: Barn, run_job: RunJob) -> None:
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    runs = [await owner.evaluate(farm.flock_id, traits=["WWT"], publishing="by_hand") for _ in range(2)]
    for run_id in runs:
        await run_job(run_id)
    body = {"replaces": None}
    answers = await asyncio.gather(
        *(owner.ask("POST", f"/evaluations/{run_id}/publication", json=body) for run_id in (*runs, *runs))
    )
    codes = [answer.status_code for answer in answers]
    assert sorted(codes) == [200, 200, 409, 409]
    # the same run twice is one publication
    listed = (await owner.ask("GET", f"/publications?flock_id={farm.flock_id}")).json()["items"]
    won = runs[codes.index(200)]
    assert [(item["number"], item["run_id"], item["replaces"]) for item in listed] == [(1, str(won), None)]
    lost = next(run_id for run_id in runs if run_id != won)
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["errors"][0]["field"]) == ("other_run_published", "replaces")
    after = await owner.ask("POST", f"/evaluations/{lost}/publication", json={"replaces": str(won)})
    assert after.json()["items"][0]["number"] == 2
    back = await owner.ask("POST", f"/evaluations/{won}/publication", json={"replaces": str(lost)})
    assert back.json()["items"][0]["number"] == 3
    assert (await owner.ask("GET", f"/flocks/{farm.flock_id}/state")).json()["published_run_id"] == str(won)
    ranked = (await owner.ask("GET", f"/breeding-values?run_id={won}")).json()["items"][0]["animal_id"]
    asked = {"animal_ids": [ranked], "trait": "WWT"}
    history = (await owner.ask("POST", "/breeding-values/history/query", json=asked)).json()["items"]
    # each run once, at its first publication
    assert [item["run_id"] for item in history] == [str(won), str(lost)]


async def test_an_older_run_that_ends_late_takes_nobody_back(people: People, barn: Barn, run_job: RunJob) -> None:
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    older, newer = [await owner.evaluate(farm.flock_id, traits=["WWT"]) for _ in range(2)]
    steps = KeptSteps(die_before="publish")
    with pytest.raises(WorkerDied):
        await run_job(older, steps)
    state = f"/flocks/{farm.flock_id}/state"
    assert (await owner.ask("GET", state)).json()["published_run_id"] is None
    await run_job(newer)
    steps.die_before = ""
    assert (await run_job(older, steps))["state"] == "succeeded"
    assert (await owner.ask("GET", state)).json()["published_run_id"] == str(newer)


async def test_a_stale_flock_is_evaluated_anew_once(
    people: People, barn: Barn, run_job: RunJob, database: Database, admin: asyncpg.Connection
) -> None:
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    body = {**filled(NEW, {"farm_id": farm.id, "flock": farm.flock_id}), "rerun": "when_stale", "publishing": "at_once"}
    made = (await owner.ask("POST", "/definitions", json=body)).json()
    reader = Subscription(rerunning.CONSUMERS[0], database, None)  # type: ignore[arg-type]
    assert set(rerunning.CONSUMERS) <= set(consumers())
    for _ in range(3):
        assert await reader.apply(await told(admin, farm))
    waiting = (await owner.ask("GET", f"/evaluations?flock_id={farm.flock_id}")).json()["items"]
    assert [(run["definition_id"], run["requested_by"]) for run in waiting] == [(made["id"], str(farm.owner_id))]
    assert (await run_job(UUID(waiting[0]["id"])))["state"] == "succeeded"
    state = (await owner.ask("GET", f"/flocks/{farm.flock_id}/state")).json()
    assert state["published_run_id"] == waiting[0]["id"]
    change = {**body, "based_on": 1, "rerun": "on_demand"}
    del change["farm_id"], change["name"]
    assert (await owner.ask("POST", f"/definitions/{made['id']}/versions", json=change)).status_code == 201
    await reader.apply(await told(admin, farm))
    assert len((await owner.ask("GET", f"/evaluations?flock_id={farm.flock_id}")).json()["items"]) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "update genetics.definition_version set note = 'x' where definition_id = '{definition}'",
        "delete from genetics.definition where id = '{definition}'",
        "update genetics.publication set number = 9 where flock_id = '{flock}'",
    ],
)
async def test_what_was_said_is_never_changed(admin: asyncpg.Connection, world: dict[str, Any], sql: str) -> None:
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await admin.execute(sql.format(**world))
