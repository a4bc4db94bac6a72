"""Whether flocks, or groups, of a run may be compared."""

import json
from typing import Any
from uuid import UUID

import pytest
from bellwether.genetics.connectedness.job import compare
from bellwether.modelling.connectedness import Asked, connectedness
from bellwether.modelling.findings import BadInput

from .barn import Barn, Farm
from .conftest import BASE, People, Person, RunJob

MODEL = {
    "traits": ["w"],
    "effects": [{"name": "flock", "kind": "fixed"}, {"name": "animal", "kind": "additive"}],
    "variances": {"additive": 1.0, "residual": 3.0},
}
RECORDS = "animal,flock,drop_year,w\nc,A,2020,1.0\nd,A,2021,2.0\ne,B,2020,3.0\nf,B,2021,4.0\n"
PATH = "/connectedness"


def texts(sires: str, records: str = RECORDS) -> dict[str, str]:
    """Two flocks with two lambs each, of the sires a and b."""
    rows = [f"{animal},{sire},\n" for animal, sire in zip("cdef", sires, strict=True)]
    pedigree = "animal,sire,dam\na,,\nb,,\n" + "".join(rows)
    return {"pedigree.csv": pedigree, "records.csv": records, "model.json": json.dumps(MODEL)}


def test_common_sires_connect_flocks() -> None:
    """The example of `flock_connectedness`, which is computed by hand: a correlation of 1/4, and none without."""
    asked = Asked("w", "flock", None, 10)
    found = connectedness(texts("abab"), asked)
    assert (found.units, found.n_animals, found.links.n_components) == (["A", "B"], [2, 2], 1)
    assert found.found.correlation[0, 1] == pytest.approx(0.25)
    assert found.links.link_sires.toarray()[0, 1] == 2
    apart = connectedness(texts("aabb"), asked)
    assert (apart.links.n_components, apart.found.correlation[0, 1]) == (2, pytest.approx(0.0))


def test_who_counts_and_what_is_refused() -> None:
    late = connectedness(texts("abab"), Asked("w", "flock", 2021, 10))
    assert (late.n_animals, late.n_in_several) == ([1, 1], 0)
    twice = connectedness(texts("abab", RECORDS + "c,B,2020,1.5\n"), Asked("w", "flock", None, 10))
    assert (twice.n_animals, twice.n_in_several) == ([1, 2], 1)
    for asked, code in (
        (Asked("w", "group_w", None, 10), "no_unit"),
        (Asked("w", "flock", 2030, 10), "units"),
        (Asked("w", "flock", None, 1), "units"),
        (Asked("x", "flock", None, 10), "not_available"),
    ):
        with pytest.raises(BadInput) as refused:
            connectedness(texts("abab"), asked)
        assert refused.value.findings[0].code == code


@pytest.fixture(scope="module")
async def two_flocks(people: People, barn: Barn, run_job: RunJob) -> dict[str, Any]:
    """Two flocks of a farm without a common sire, evaluated together."""
    farm = await barn.farm()
    second = farm.__class__(id=farm.id, owner_id=farm.owner_id)
    await barn.season(farm, n_drops=1, n_lambs=20)
    other = barn.__class__(barn.connection)
    await other.flock(farm, second.flock_id)
    await other.season(second, n_drops=1, n_lambs=20, seed=8)
    owner = people(user_id=farm.owner_id)
    flocks = [str(farm.flock_id), str(second.flock_id)]
    body = {"farm_id": str(farm.id), "name": "Both", "flock_ids": flocks, "traits": ["WWT"], "publishing": "at_once"}
    made = (await owner.ask("POST", "/definitions", json=body)).json()
    run = (await owner.ask("POST", f"/definitions/{made['id']}/runs")).json()["id"]
    assert (await run_job(UUID(run)))["state"] == "succeeded"
    return {"farm": farm, "owner": owner, "run": run, "flocks": flocks}


async def answered(owner: Person, run_job: RunJob, body: dict[str, Any]) -> dict[str, Any]:
    """The row of the job."""
    answer = await owner.ask("POST", PATH, json=body)
    assert answer.status_code == 202, answer.text
    return await run_job(UUID(answer.json()["id"]), of=compare)


async def test_flocks_and_groups_of_a_run(two_flocks: dict[str, Any], run_job: RunJob) -> None:
    owner, run = two_flocks["owner"], two_flocks["run"]
    row = await answered(owner, run_job, {"run_id": run, "trait": "WWT", "of": "flock"})
    assert row["state"] == "succeeded", row["error"]
    found = json.loads(row["result"])
    assert [unit["unit"] for unit in found["units"]] == sorted(two_flocks["flocks"])
    assert (found["n_components"], [unit["n_animals"] for unit in found["units"]]) == (2, [20, 20])
    # effects of sex and birth type are estimated from both: errors hang together, and nothing compares the animals
    assert (found["pairs"][0]["common_sires"], found["units"][0]["n_link_progeny"]) == (0, 0)
    body = {"flock_id": two_flocks["flocks"][0], "trait": "WWT", "of": "group", "born_from": 2019}
    found = json.loads((await answered(owner, run_job, body))["result"])
    n = len(found["units"])
    assert (sum(unit["n_animals"] for unit in found["units"]), len(found["pairs"])) == (40, n * (n - 1) // 2)
    assert all(pair["pevd"] > 0.0 and -1e-9 < pair["cd"] <= 1.0 for pair in found["pairs"])


async def test_too_many_or_no_units_are_refused_by_the_job(two_flocks: dict[str, Any], run_job: RunJob) -> None:
    body = {"run_id": two_flocks["run"], "trait": "WWT", "of": "flock", "born_from": 2150}
    row = await answered(two_flocks["owner"], run_job, body)
    error = json.loads(row["error"])
    assert (row["state"], error["code"], error["errors"][0]["field"]) == ("failed", "not_comparable", "born_from")


async def test_who_may_ask(two_flocks: dict[str, Any], people: People, admin: Any) -> None:
    farm: Farm = two_flocks["farm"]
    body = {"run_id": two_flocks["run"], "trait": "WWT", "of": "flock"}
    assert (await people().client.post(BASE + PATH, json=body)).status_code == 401
    assert (await people("administrator").ask("POST", PATH, json=body)).status_code == 403
    assert (await people().ask("POST", PATH, json=body)).status_code == 404
    assert (await two_flocks["owner"].ask("POST", PATH, json={**body, "trait": "PWT"})).status_code == 404
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, farm.id
    )
    assert (await viewer.ask("POST", PATH, json=body)).status_code == 403
