"""Indexes: versions that never change, and the flock ranked by them within one run."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import pytest
from bellwether.genetics.rankings.repository import RANKED
from bellwether.genetics.rankings.service import reliability_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .barn import Barn, Farm
from .conftest import BASE, People, Person, RunJob

WEIGHTS = [{"trait": "WWT", "weight": 2.0}, {"trait": "PWT", "weight": -0.5}]


@dataclass
class Ranked:
    """A farm with a run and an index."""

    farm: Farm
    owner: Person
    run_id: UUID
    index: dict[str, Any]


@pytest.fixture(scope="module")
async def ranked(people: People, barn: Barn, run_job: RunJob) -> Ranked:
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT", "PWT"])
    assert (await run_job(run_id))["state"] == "succeeded"
    return Ranked(farm, owner, run_id, await made(owner, farm, name="Maternal"))


async def made(owner: Person, farm: Farm, **changes: Any) -> dict[str, Any]:
    """A version of an index."""
    body = {"name": "Maternal", "currency": "AUD", "weights": WEIGHTS, **changes}
    answer = await owner.ask("POST", f"/farms/{farm.id}/indexes", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_other_weights_are_the_next_version(people: People, barn: Barn) -> None:
    farm = await barn.farm()
    owner = people(user_id=farm.owner_id)
    first = await made(owner, farm)
    assert (first["version"], first["currency"]) == (1, "AUD")
    assert (await made(owner, farm))["id"] == first["id"]
    second = await made(owner, farm, name="maternal", weights=WEIGHTS[:1])
    assert second["version"] == 2
    assert (await made(owner, farm, name="Terminal"))["version"] == 1
    found = (await owner.ask("GET", f"/farms/{farm.id}/indexes?name=MATERNAL")).json()["items"]
    assert [each["version"] for each in found] == [2, 1]
    page = (await owner.ask("GET", f"/farms/{farm.id}/indexes?limit=2")).json()
    rest = (await owner.ask("GET", f"/farms/{farm.id}/indexes?limit=2&cursor={page['next']}")).json()
    assert len(page["items"]) + len(rest["items"]) == 3
    assert (await owner.ask("GET", f"/indexes/{first['id']}")).json() == first


@pytest.mark.parametrize(
    ("weights", "field"),
    [
        ([{"trait": "XYZ", "weight": 1.0}], "weights.0.trait"),
        ([*WEIGHTS, {"trait": "WWT", "weight": 1.0}], "weights.2.trait"),
        ([{"trait": "WWT", "weight": 0.0}], "weights.0.trait"),
    ],
)
async def test_weights_that_make_no_sense_are_refused(ranked: Ranked, weights: Any, field: str) -> None:
    body = {"name": "Odd", "weights": weights}
    answer = await ranked.owner.ask("POST", f"/farms/{ranked.farm.id}/indexes", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("table", ["selection_index", "selection_index_weight"])
async def test_a_version_is_never_changed(ranked: Ranked, admin: asyncpg.Connection, table: str) -> None:
    for sql in (f"delete from genetics.{table}", f"update genetics.{table} set farm_id = farm_id"):
        with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
            await admin.execute(sql)


async def test_the_ranking_is_the_weighted_sum_of_the_values_of_one_run(ranked: Ranked) -> None:
    path = f"/rankings?index_id={ranked.index['id']}&flock_id={ranked.farm.flock_id}"
    found = (await ranked.owner.ask("GET", f"{path}&limit=1000")).json()["items"]
    values: dict[str, dict[str, float]] = {}
    for trait in ("WWT", "PWT"):
        page = await ranked.owner.ask("GET", f"/breeding-values?run_id={ranked.run_id}&trait={trait}&limit=1000")
        for item in page.json()["items"]:
            values.setdefault(item["animal_id"], {})[trait] = item["value"]
    assert {item["animal_id"]: item["value"] for item in found} == {
        key: pytest.approx(2.0 * each["WWT"] - 0.5 * each["PWT"]) for key, each in values.items()
    }
    numbers = [item["value"] for item in found]
    assert numbers == sorted(numbers, reverse=True)
    assert (found[0]["percentile"], found[-1]["percentile"]) == (100, 0)
    assert {item["run_id"] for item in found} == {str(ranked.run_id)}
    assert sum(part["part"] for part in found[0]["parts"]) == pytest.approx(found[0]["value"])
    assert all(0 <= item["reliability"] <= 1 for item in found)
    first = (await ranked.owner.ask("GET", f"{path}&limit=7")).json()
    second = (await ranked.owner.ask("GET", f"{path}&limit=1000&cursor={first['next']}")).json()
    assert [*first["items"], *second["items"]] == found
    rams = (await ranked.owner.ask("GET", f"{path}&sex=male&born_from=2019")).json()["items"]
    assert {(item["sex"], item["drop_year"]) for item in rams} == {("male", 2019)}


async def test_an_index_of_other_traits_or_farms_is_refused(ranked: Ranked, barn: Barn) -> None:
    other = await made(ranked.owner, ranked.farm, name="Adult", weights=[{"trait": "AWT", "weight": 1.0}])
    answer = await ranked.owner.ask("GET", f"/rankings?index_id={other['id']}&run_id={ranked.run_id}")
    assert (answer.status_code, answer.json()["code"]) == (422, "traits_not_in_run")
    farm = await barn.farm(owner_id=ranked.farm.owner_id)
    foreign = await made(ranked.owner, farm)
    answer = await ranked.owner.ask("GET", f"/rankings?index_id={foreign['id']}&run_id={ranked.run_id}")
    assert (answer.status_code, answer.json()["code"]) == (422, "index_of_other_farm")
    answer = await ranked.owner.ask("GET", f"/rankings?index_id={ranked.index['id']}")
    assert answer.json()["code"] == "run_or_flock"


def test_the_reliability_of_an_index() -> None:
    """Of one trait it is that trait's; of uncorrelated traits the mean, weighted by their variances in the goal."""
    assert reliability_of([3.0], [0.4], np.array([[2.0]])) == pytest.approx(0.4)
    assert reliability_of([1.0, 2.0], [0.2, 0.6], np.diag([4.0, 1.0])) == pytest.approx(0.4)
    assert reliability_of([1.0], [None], np.eye(1)) is None
    assert reliability_of([1.0], [0.5], None) is None


READS = [
    ("GET", "/rankings?index_id={index}&flock_id={flock}", None),
    ("GET", "/rankings?index_id={index}&run_id={run}", None),
    ("GET", "/indexes/{index}", None),
    ("GET", "/farms/{farm}/indexes", None),
    ("POST", "/farms/{farm}/indexes", {"name": "Maternal", "currency": "AUD", "weights": WEIGHTS}),
]


@pytest.mark.parametrize(("method", "path", "body"), READS)
async def test_the_matrix(people: People, ranked: Ranked, admin: Any, method: str, path: str, body: Any) -> None:
    names = {"index": ranked.index["id"], "flock": ranked.farm.flock_id, "run": ranked.run_id, "farm": ranked.farm.id}
    url = path.format(**names)
    assert (await people().client.request(method, BASE + url, json=body)).status_code == 401
    assert (await people("administrator").ask(method, url, json=body)).status_code == 403
    for stranger in (people(), people("researcher")):
        answer = await stranger.ask(method, url, json=body)
        if (method, path) == ("GET", "/farms/{farm}/indexes"):
            assert (answer.status_code, answer.json()["items"]) == (200, [])
        else:
            assert answer.status_code == 404
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, ranked.farm.id
    )
    writes = method == "POST"
    assert (await viewer.ask(method, url, json=body)).status_code == (403 if writes else 200)
    assert (await ranked.owner.ask(method, url, json=body)).status_code == (201 if writes else 200)


async def test_rows_of_other_farms_are_not_written(database: Database, ranked: Ranked) -> None:
    insert = text(
        "insert into genetics.selection_index (id, farm_id, name, version, created_by) values (:a, :farm, 'x', 1, :a)"
    )
    with pytest.raises(Exception, match="row-level security"):
        async with database.transaction(Context(user_id=new_id())) as session:
            await session.execute(insert, {"a": new_id(), "farm": ranked.farm.id})


async def test_a_ranking_reads_the_values_of_its_run_alone(ranked: Ranked, admin: asyncpg.Connection) -> None:
    await admin.execute("set enable_seqscan = off")
    try:
        arguments = [ranked.farm.id, ranked.run_id, ["WWT"], [1.0], None, None, None, None, None, 10, None]
        plan = await admin.fetchval(f"explain (format json) {RANKED}", *arguments)
    finally:
        await admin.execute("reset enable_seqscan")
    assert '"Index Name": "breeding_value_' in json.dumps(json.loads(plan))
