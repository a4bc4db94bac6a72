"""Who may do what, and whose rows anybody sees."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from bellwether.genetics.evaluations import flock_states
from bellwether.genetics.worker import consumers, kinds
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.events.consumers import Subscription
from bellwether.platform.events.facts import Event, Hopeless
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble
from sqlalchemy import text

from .barn import Barn, Farm
from .conftest import BASE, KeptSteps, People, RunJob, WorkerDied

READS = [
    ("GET", "/evaluations/{run}", None),
    ("GET", "/evaluations/{run}/tables", None),
    ("GET", "/evaluations/{run}/tables/records.csv", None),
    ("GET", "/evaluations/{run}/inputs", None),
    ("GET", "/flocks/{flock}/state", None),
    ("GET", "/breeding-values?flock_id={flock}", None),
    ("GET", "/breeding-values?run_id={run}", None),
    ("GET", "/flocks/{flock}/trend?trait=WWT", None),
    ("GET", "/jobs/{run}", None),
]
LISTS = [
    ("GET", "/evaluations?flock_id={flock}", None),
    ("POST", "/breeding-values/query", {"animal_ids": ["{animal}"]}),
    ("POST", "/breeding-values/history/query", {"animal_ids": ["{animal}"], "trait": "WWT"}),
    ("GET", "/jobs", None),
]
SCOPE = "flock:read genotype:read evaluation:read evaluation:run"
RUN = ("POST", "/evaluations", {"flock_id": "{flock}"})


@pytest.fixture(scope="module")
async def world(people: People, barn: Barn, run_job: RunJob) -> dict[str, Any]:
    """A farm with a run and its values, which no test changes."""
    return await evaluated_farm(people, barn, run_job)


async def evaluated_farm(people: People, barn: Barn, run_job: RunJob) -> dict[str, Any]:
    """A small farm with one run."""
    farm = await barn.farm()
    season = await barn.season(farm, n_drops=1, n_lambs=20)
    run_id = await people(user_id=farm.owner_id).evaluate(farm.flock_id, traits=["WWT"])
    assert (await run_job(run_id))["state"] == "succeeded"
    return {"farm": farm, "run": run_id, "flock": farm.flock_id, "animal": season["lambs"][0]}


def filled(value: Any, world: dict[str, Any]) -> Any:
    """A path or body with the ids of the world."""
    if isinstance(value, str):
        return value.format(**world)
    if isinstance(value, list):
        return [filled(item, world) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, world) for name, item in value.items()}
    return value


@pytest.mark.parametrize(("method", "path", "body"), [*READS, *LISTS, RUN, ("GET", "/traits", None)])
async def test_the_matrix(
    people: People, world: dict[str, Any], auth: AuthDouble, method: str, path: str, body: Any
) -> None:
    url, json = filled(path, world), filled(body, world)
    anonymous = await people().client.request(method, BASE + url, json=json)
    assert anonymous.status_code == 401

    wrong_role = await people("administrator").ask(method, url, json=json)
    assert wrong_role.status_code == 403

    other_farm = await people().ask(method, url, json=json)
    if path == "/traits":
        assert other_farm.status_code == 200
    elif (method, path, body) in LISTS:
        assert (other_farm.status_code, other_farm.json()["items"]) == (200, [])
    else:
        assert other_farm.status_code == 404

    of_another = auth.bearer(world["farm"].owner_id, farms=[str(new_id())], scope=SCOPE)
    as_stranger = await people().ask(method, url, json=json, headers=of_another)
    assert as_stranger.status_code == other_farm.status_code
    assert path == "/traits" or as_stranger.json().get("items") == other_farm.json().get("items")
    of_this = auth.bearer(world["farm"].owner_id, farms=[str(world["farm"].id)], scope=SCOPE)
    named = await people().ask(method, url, json=json, headers=of_this)
    assert named.status_code == (202 if (method, path, body) == RUN else 200)

    mine = await people(user_id=world["farm"].owner_id).ask(method, url, json=json)
    assert mine.status_code == (202 if (method, path, body) == RUN else 200)


async def test_a_student_reads_and_does_not_run(people: People, world: dict[str, Any], admin: Any) -> None:
    student = people("student")
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", student.id, world["farm"].id
    )
    assert (await student.ask("GET", f"/evaluations/{world['run']}")).status_code == 200
    answer = await student.ask("POST", "/evaluations", json={"flock_id": str(world["flock"])})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"flock_id": "{flock}", "traits": ["XYZ"]}, 422, "unknown_trait"),
        ({"flock_id": "{flock}", "traits": []}, 422, "invalid"),
        ({"flock_id": "{flock}", "reliability": "much"}, 422, "invalid"),
        ({"flock_id": "{flock}", "colour": "red"}, 422, "unknown_field"),
        ({"flock_id": "{animal}"}, 404, "no_such_flock"),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(
    people: People, world: dict[str, Any], admin: Any, body: Any, status: int, code: str
) -> None:
    before = await admin.fetchval("select count(*) from genetics.job")
    answer = await people(user_id=world["farm"].owner_id).ask("POST", "/evaluations", json=filled(body, world))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await admin.fetchval("select count(*) from genetics.job") == before


async def test_a_viewer_starts_no_evaluation(people: People, world: dict[str, Any], admin: Any) -> None:
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, world["farm"].id
    )
    before = await admin.fetchval("select count(*) from genetics.job")
    answer = await viewer.ask("POST", "/evaluations", json={"flock_id": str(world["flock"])})
    assert (answer.status_code, answer.json()["code"]) == (403, "read_only_member")
    assert await admin.fetchval("select count(*) from genetics.job") == before
    assert (await viewer.ask("GET", f"/evaluations/{world['run']}")).status_code == 200


@pytest.mark.parametrize("table", ["evaluation_run", "flock_state", "breeding_value"])
async def test_rows_of_other_farms_are_neither_seen_nor_written(
    database: Database, world: dict[str, Any], table: str
) -> None:
    count = text(f"select count(*) from genetics.{table} where farm_id = :farm")
    for context, expected in (
        (Context(user_id=new_id()), 0),
        (Context(), 0),
        (Context(farm_ids=(world["farm"].id,)), 1),
    ):
        async with database.transaction(context) as session:
            found = (await session.execute(count, {"farm": world["farm"].id})).scalar_one()
            assert min(found, 1) == expected
    insert = {
        "evaluation_run": "(id, farm_id, flock_id, reliability) values (:a, :farm, :a, 'auto')",
        "flock_state": "(flock_id, farm_id) values (:a, :farm)",
        "breeding_value": "(farm_id, run_id, animal_id, trait, effect, value, inbreeding) "
        "values (:farm, :run, :a, 'WWT', 'additive', 0, 0)",
    }[table]
    values = {"a": new_id(), "farm": world["farm"].id, "run": world["run"]}
    used = {name: value for name, value in values.items() if f":{name}" in insert}
    with pytest.raises(Exception, match="row-level security"):
        async with database.transaction(Context(user_id=new_id())) as session:
            await session.execute(text(f"insert into genetics.{table} {insert}"), used)


async def test_a_value_belongs_to_an_animal_of_the_same_farm(admin: asyncpg.Connection, world: dict[str, Any]) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="animal"):
        await admin.execute(
            "insert into genetics.breeding_value (farm_id, run_id, animal_id, trait, effect, value, inbreeding) "
            "values ($1, $2, $3, 'WWT', 'additive', 0, 0)",
            world["farm"].id,
            world["run"],
            new_id(),
        )


async def test_every_farm_owned_table_has_forced_row_level_security(admin: asyncpg.Connection) -> None:
    rows = await admin.fetch(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'farm_id' "
        "where c.relnamespace = 'genetics'::regnamespace and c.relkind = 'r' and c.relname <> 'outbox' "
        "and not (c.relrowsecurity and c.relforcerowsecurity)"
    )
    assert rows == []


@pytest.mark.parametrize(
    "sql",
    [
        "update genetics.breeding_value set value = 0 where run_id = '{run}'",
        "delete from genetics.breeding_value where run_id = '{run}'",
        "truncate genetics.breeding_value",
        "update genetics.evaluation_run set engine_version = 'x' where id = '{run}'",
        "update genetics.evaluation_run set state = 'running', fence = fence + 1 where id = '{run}'",
        "delete from genetics.evaluation_run where id = '{run}'",
    ],
)
async def test_results_are_never_changed_or_removed(admin: asyncpg.Connection, world: dict[str, Any], sql: str) -> None:
    """Not even by a superuser, short of dropping the triggers."""
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await admin.execute(sql.format(**world))


async def test_the_service_itself_lacks_the_right(database: Database, world: dict[str, Any]) -> None:
    for sql in ("update genetics.breeding_value set value = 0", "delete from genetics.breeding_value"):
        with pytest.raises(Exception, match="permission denied"):
            async with database.transaction(Context(user_id=world["farm"].owner_id)) as session:
                await session.execute(text(sql))


COUNT = (
    "insert into farm.outbox_key as k (key, version) values ($1, 1) "
    "on conflict (key) do update set version = k.version + 1 returning version"
)


def weight_recorded(farm: Farm, **changes: Any) -> Event:
    data = {"farm_id": str(farm.id), "flock_id": str(farm.flock_id), "trait": "WWT", "weights": []}
    fields = {"id": new_id(), "type": flock_states.WEIGHT_RECORDED, "key": str(farm.flock_id), "farm_id": farm.id}
    return Event(**{**fields, "time": datetime.now(UTC), "data": data, "key_version": 1, **changes})


async def told(admin: asyncpg.Connection, farm: Farm) -> Event:
    """A committed fact, counted as the farm service counts, that has not reached the genetics service."""
    return weight_recorded(farm, key_version=await admin.fetchval(COUNT, str(farm.flock_id)))


async def test_a_recorded_weight_makes_the_flock_stale_once_until_the_next_run(
    people: People, barn: Barn, database: Database, run_job: RunJob, admin: asyncpg.Connection
) -> None:
    world = await evaluated_farm(people, barn, run_job)
    owner, path = people(user_id=world["farm"].owner_id), f"/flocks/{world['flock']}/state"
    fresh = (await owner.ask("GET", path)).json()
    assert (fresh["is_evaluated"], fresh["is_stale"], fresh["last_run_id"]) == (True, False, str(world["run"]))
    reader = Subscription(consumers()[0], database, None)  # type: ignore[arg-type]
    first, second = await told(admin, world["farm"]), await told(admin, world["farm"])
    assert [await reader.apply(event) for event in (second, first, first, second)] == [True, True, False, False]
    stale = (await owner.ask("GET", path)).json()
    assert (stale["is_stale"], stale["stale_reason"]) == (True, str(first.id))
    assert datetime.fromisoformat(stale["stale_since"]) == first.time
    run_id = await owner.evaluate(world["flock"], traits=["WWT"])
    await run_job(run_id)
    again = (await owner.ask("GET", path)).json()
    assert (again["is_stale"], again["stale_since"], again["last_run_id"]) == (False, None, str(run_id))


async def test_a_weight_that_came_in_during_the_run_keeps_the_flock_stale(
    people: People, barn: Barn, run_job: RunJob, database: Database, admin: asyncpg.Connection
) -> None:
    world = await evaluated_farm(people, barn, run_job)
    owner, farm = people(user_id=world["farm"].owner_id), world["farm"]
    as_of: datetime = await admin.fetchval("select clock_timestamp()")
    await Subscription(consumers()[0], database, None).apply(await told(admin, farm))  # type: ignore[arg-type]
    async with database.transaction(Context(user_id=farm.owner_id)) as session:
        flock = {"flock_id": farm.flock_id, "farm_id": farm.id, "run_id": world["run"]}
        await flock_states.record_run(session, **flock, data_as_of=as_of, data_version=0)
    assert (await owner.ask("GET", f"/flocks/{farm.flock_id}/state")).json()["is_stale"]


@pytest.mark.parametrize("arrives", ["during the run", "after the run"])
async def test_a_fact_that_the_run_has_read_does_not_make_it_stale_however_late_it_arrives(
    people: People, barn: Barn, run_job: RunJob, database: Database, admin: asyncpg.Connection, arrives: str
) -> None:
    world = await evaluated_farm(people, barn, run_job)
    owner, farm = people(user_id=world["farm"].owner_id), world["farm"]
    reader, late = Subscription(consumers()[0], database, None), await told(admin, farm)  # type: ignore[arg-type]
    run_id = await owner.evaluate(world["flock"], traits=["WWT"])
    if arrives == "during the run":
        steps = KeptSteps(die_before="publish")
        with pytest.raises(WorkerDied):
            await run_job(run_id, steps)
        await reader.apply(late)
        steps.die_before = ""
        await run_job(run_id, steps)
    else:
        await run_job(run_id)
        await reader.apply(late)
    path = f"/flocks/{farm.flock_id}/state"
    assert not (await owner.ask("GET", path)).json()["is_stale"]
    await reader.apply(await told(admin, farm))
    assert (await owner.ask("GET", path)).json()["is_stale"]


async def test_a_flock_that_was_never_evaluated_says_so(people: People, barn: Barn) -> None:
    farm = await barn.farm()
    state = (await people(user_id=farm.owner_id).ask("GET", f"/flocks/{farm.flock_id}/state")).json()
    assert (state["is_evaluated"], state["is_stale"], state["last_run_at"]) == (False, False, None)


@pytest.mark.parametrize("change", [{"farm_id": None}, {"key": "x"}])
async def test_a_fact_that_breaks_its_contract_is_hopeless(barn: Barn, database: Database, change: Any) -> None:
    farm = await barn.farm()
    reader = Subscription(consumers()[0], database, None)  # type: ignore[arg-type]
    with pytest.raises(Hopeless):
        await reader.apply(weight_recorded(farm, **change))


def test_the_worker_knows_its_kind_and_consumer() -> None:
    assert {"genetics.evaluation", "genetics.pedigree_analysis", "genetics.genotype_import"} <= {
        kind.name for kind in kinds()
    }
    of_farms = {"genetics-stale", "genetics-rerun", "genetics-merges"}
    of_its_own = {"genetics-stale-genotypes", "genetics-rerun-genotypes"}
    told = {*((name, "FARM") for name in of_farms), *((name, "GENETICS") for name in of_its_own)}
    assert {(c.name, c.stream) for c in consumers()} == told | {("genetics-erased", "USERS")}
    assert flock_states.MEASUREMENT_RECORDED in consumers()[0].types


async def test_who_became_a_viewer_runs_no_evaluation_again(
    people: People, barn: Barn, run_job: RunJob, admin: Any
) -> None:
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    worker = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'worker')", worker.id, farm.id
    )
    run_id = await worker.evaluate(farm.flock_id, traits=["WWT"])
    await admin.execute("update farm.membership set role = 'viewer' where user_id = $1", worker.id)
    row = await run_job(run_id)
    assert (row["state"], row["progress"]) == ("failed", 0)
    assert "read_only_member" in row["error"]
