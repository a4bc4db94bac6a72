"""Matings: expected progeny, plans that keep their limits, contributions; by the values of one run."""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from bellwether.genetics.matings.planning import plan_contributions, plan_matings
from bellwether.platform.ids import new_id

from .barn import Barn, Farm
from .conftest import BASE, People, Person, RunJob


@dataclass
class Stud:
    """A farm with a run, its rams, and lambs by sex."""

    farm: Farm
    owner: Person
    run_id: UUID
    rams: list[str]
    ram_lambs: list[str]
    ewe_lambs: list[str]


@pytest.fixture(scope="module")
async def stud(people: People, barn: Barn, run_job: RunJob) -> Stud:
    farm = await barn.farm()
    season = await barn.season(farm, n_drops=1, n_lambs=24)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"])
    assert (await run_job(run_id))["state"] == "succeeded"
    lambs = [str(key) for key in season["lambs"]]
    return Stud(farm, owner, run_id, [str(key) for key in season["rams"]], lambs[::2], lambs[1::2])


async def planned(stud: Stud, run_job: RunJob, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a job gives."""
    answer = await stud.owner.ask("POST", path, json={"flock_id": str(stud.farm.flock_id), "trait": "WWT", **body})
    assert answer.status_code == 202, answer.text
    job = {"/mating-plans": plan_matings, "/contribution-plans": plan_contributions}[path]
    return await run_job(UUID(answer.json()["id"]), of=job)


async def test_the_inbreeding_of_a_planned_mating(stud: Stud) -> None:
    sire = stud.rams[1]
    body = {"run_id": str(stud.run_id), "trait": "WWT", "ram_ids": [sire], "ewe_ids": stud.ewe_lambs}
    found = (await stud.owner.ask("POST", "/matings/query", json=body)).json()["items"]
    page = (await stud.owner.ask("GET", f"/breeding-values?run_id={stud.run_id}&limit=1000")).json()["items"]
    value = {item["animal_id"]: item for item in page}
    daughters = {key for key in stud.ewe_lambs if value[key]["sire_id"] == sire}
    assert {m["ewe_id"] for m in found if m["inbreeding"] == 0.25} == daughters
    assert {m["inbreeding"] for m in found} == {0.0, 0.25}
    first = found[0]
    assert first["value"] == pytest.approx((value[sire]["value"] + value[first["ewe_id"]]["value"]) / 2)
    assert first["mendelian_sd"] == pytest.approx((0.5 * 5.5) ** 0.5)


async def test_a_plan_keeps_its_limits(stud: Stud, run_job: RunJob) -> None:
    forbidden = {"ram_id": stud.rams[0], "ewe_id": stud.ewe_lambs[0]}
    body = {
        "ram_ids": stud.rams, "ewe_ids": stud.ewe_lambs, "ram_maximum": 5, "inbreeding_limit": 0.2,
        "forbidden": [forbidden],
    }  # fmt: skip
    row = await planned(stud, run_job, "/mating-plans", body)
    assert row["state"] == "succeeded", row["error"]
    found = json.loads(row["result"])
    assert {m["ewe_id"] for m in found["matings"]} == set(stud.ewe_lambs)
    assert all(m["inbreeding"] <= 0.2 for m in found["matings"])
    assert max(ram["n_ewes"] for ram in found["rams"]) <= 5
    assert forbidden not in [{"ram_id": m["ram_id"], "ewe_id": m["ewe_id"]} for m in found["matings"]]
    assert found["gap"] == pytest.approx(0.0, abs=1e-6)
    assert found["run_id"] == str(stud.run_id)


async def test_all_ewes_of_a_flock(stud: Stud, run_job: RunJob) -> None:
    row = await planned(stud, run_job, "/mating-plans", {"ram_ids": stud.rams[:1]})
    found = json.loads(row["result"])
    assert len(found["matings"]) == len(stud.ewe_lambs) + 12
    assert found["rams"] == [{"ram_id": stud.rams[0], "n_ewes": len(found["matings"])}]


async def test_limits_that_no_plan_keeps_are_named(stud: Stud, run_job: RunJob) -> None:
    body = {"ram_ids": stud.rams[:1], "ewe_ids": stud.ewe_lambs, "ram_maximum": 3}
    row = await planned(stud, partial(run_job, in_child=True), "/mating-plans", body)
    assert row["state"] == "failed"
    assert json.loads(row["error"])["errors"][0]["code"] == "no_plan"


async def test_contributions_keep_their_limits(stud: Stud, run_job: RunJob) -> None:
    # with a family_maximum that binds
    body = {
        "ram_ids": stud.ram_lambs, "ewe_ids": stud.ewe_lambs, "coancestry_limit": 0.25,
        "ram_maximum": 0.5, "family_maximum": 0.3,
    }  # fmt: skip
    row = await planned(stud, run_job, "/contribution-plans", body)
    assert row["state"] == "succeeded", row["error"]
    found = json.loads(row["result"])
    assert sum(each["share"] for each in found["rams"]) == pytest.approx(0.5)
    assert sum(each["share"] for each in found["ewes"]) == pytest.approx(0.5)
    assert max(each["share_of_lambs"] for each in found["rams"]) <= 0.5 + 1e-8
    page = (await stud.owner.ask("GET", f"/breeding-values?run_id={stud.run_id}&limit=1000")).json()["items"]
    sire = {item["animal_id"]: item["sire_id"] for item in page}
    shares: dict[str, float] = {}
    for each in (*found["rams"], *found["ewes"]):
        shares[sire[each["animal_id"]]] = shares.get(sire[each["animal_id"]], 0.0) + each["share"]
    assert max(shares.values()) <= 0.3 + 1e-6
    assert found["coancestry"] <= 0.25 * (1 + 1e-8)
    cautious = json.loads((await planned(stud, run_job, "/contribution-plans", body | {"caution": 1.0}))["result"])
    assert cautious["gain"] < found["gain"]


async def test_a_limit_that_cannot_be_reached_is_named(stud: Stud, run_job: RunJob) -> None:
    body = {"ram_ids": stud.ram_lambs, "ewe_ids": stud.ewe_lambs, "coancestry_limit": 0.01}
    row = await planned(stud, run_job, "/contribution-plans", body)
    assert "cannot be reached" in row["error"]


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"ram_ids": ["{ewe}"]}, 422, "wrong_sex", "ram_ids.0"),
        ({"ram_ids": [str(UUID(int=5))]}, 404, "no_such_animal", "ram_ids.0"),
        ({"trait": None}, 422, "index_or_trait", None),
        ({"trait": "YWT"}, 404, "not_evaluated", None),
        ({"run_id": None}, 422, "run_or_flock", None),
    ],
)
async def test_matings_that_make_no_sense_are_refused(
    stud: Stud, change: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    body = {"run_id": str(stud.run_id), "trait": "WWT", "ram_ids": stud.rams[:1], "ewe_ids": stud.ewe_lambs[:1]}
    sent = json.loads(json.dumps(body | change).replace("{ewe}", stud.ewe_lambs[0]))
    for path in ("/matings/query", "/mating-plans"):
        answer = await stud.owner.ask("POST", path, json=sent)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        if field is not None:
            assert answer.json()["errors"][0]["field"] == field


async def test_an_animal_that_was_not_evaluated_is_named(stud: Stud, barn: Barn) -> None:
    late = new_id()
    await barn.animals(stud.farm, [{"id": late, "sex": "male", "tag": "late"}])
    body = {"run_id": str(stud.run_id), "trait": "WWT", "ram_ids": [str(late)], "ewe_ids": stud.ewe_lambs[:1]}
    answer = await stud.owner.ask("POST", "/matings/query", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "without_breeding_value")


PATHS = [
    ("/matings/query", {}),
    ("/mating-plans", {}),
    ("/contribution-plans", {"coancestry_limit": 0.5}),
]


@pytest.mark.parametrize(("path", "more"), PATHS)
async def test_the_matrix(people: People, stud: Stud, admin: Any, path: str, more: dict[str, Any]) -> None:
    body = {"run_id": str(stud.run_id), "trait": "WWT", "ram_ids": stud.rams[:2], "ewe_ids": stud.ewe_lambs[:2], **more}
    assert (await people().client.request("POST", BASE + path, json=body)).status_code == 401
    assert (await people("administrator").ask("POST", path, json=body)).status_code == 403
    for stranger in (people(), people("researcher")):
        assert (await stranger.ask("POST", path, json=body)).status_code == 404
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, stud.farm.id
    )
    asks = path.endswith("/query")
    assert (await viewer.ask("POST", path, json=body)).status_code == (200 if asks else 403)
    assert (await stud.owner.ask("POST", path, json=body)).status_code == (200 if asks else 202)
