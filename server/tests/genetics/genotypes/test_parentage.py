"""Parentage from stored genotypes: recorded parents are confirmed or contradicted, others found and proposed."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from bellwether.genetics.parentage.checking import check_parentage
from bellwether.platform.ids import new_id

from ..conftest import BASE, People, RunJob
from .conftest import Flock, Lab


@pytest.fixture
async def lab(people: People, barn: Any, run_job: RunJob, admin: Any) -> Any:
    """A farm whose lambs have birth days; lamb 8 has no recorded sire, lamb 9 a wrong one."""
    farm = await barn.farm()
    flock = Flock.simulated(n_markers=803)
    for place, row in enumerate(flock.rows):
        row["birth_date"] = date(2024 if place >= 8 else 2020, 8, 1)
    for place in (8, 9):
        del flock.rows[place]["sire_id"]
    await barn.animals(farm, flock.rows)
    made = Lab(people(user_id=farm.owner_id), farm, run_job, flock)
    made.chip_id = await made.add_chip()
    assert (await made.take(flock.plink()))["state"] == "succeeded"
    # at an import it would have been set apart
    await admin.execute(
        "insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, source) "
        "values ($1, $2, $3, $4, 'sire', 'api')",
        new_id(), farm.id, flock.rows[9]["id"], flock.rows[0]["id"],
    )  # fmt: skip
    return made


async def test_parents_are_confirmed_contradicted_and_found(lab: Any, run_job: RunJob, admin: Any) -> None:
    lambs = [str(row["id"]) for row in lab.flock.rows[8:]]
    rams, ewes = ([str(row["id"]) for row in lab.flock.rows[a:b]] for a, b in ((0, 2), (2, 8)))
    body = {
        "farm_id": str(lab.farm.id), "chip_id": lab.chip_id, "offspring_ids": lambs, "sire_ids": rams,
        "dam_ids": ewes, "propose": True,
    }  # fmt: skip
    answer = await lab.person.ask("POST", "/parentage-checks", json=body)
    assert answer.status_code == 202, answer.text
    row = await run_job(UUID(answer.json()["id"]), of=check_parentage)
    assert row["state"] == "succeeded", row["error"]
    found = json.loads(row["result"])
    claims = {(claim["animal_id"], claim["role"]): claim for claim in found["claims"]}
    assert (found["n_offspring"], found["n_found"], found["n_contradicted"]) == (12, 1, 1)
    assert found["n_confirmed"] == 22
    assert claims[lambs[0], "sire"]["agreement"] == "found"
    assert claims[lambs[0], "sire"]["candidate_id"] == rams[0]
    assert (claims[lambs[1], "sire"]["agreement"], claims[lambs[1], "sire"]["candidate_id"]) == (
        "contradicted",
        rams[1],
    )
    assert found["n_proposed"] == 2
    told = await admin.fetchval(
        "select payload from genetics.outbox where farm_id = $1 and type = 'genetics.parentage.proposed.v1'",
        lab.farm.id,
    )
    payload = json.loads(told)
    claimed = payload.get("data", payload)["claims"]
    proposed = {(each["child_id"], each["parent_id"]) for each in claimed}
    assert proposed == {(lambs[0], rams[0]), (lambs[1], rams[1])}


async def test_who_has_no_genotypes_is_named(lab: Any, barn: Any) -> None:
    body = {"farm_id": str(lab.farm.id), "chip_id": lab.chip_id, "offspring_ids": [str(UUID(int=7))]}
    answer = await lab.person.ask("POST", "/parentage-checks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "without_genotypes")
    assert answer.json()["errors"][0]["field"] == "offspring_ids.0"


async def test_the_matrix(lab: Any, people: People, admin: Any) -> None:
    body = {"farm_id": str(lab.farm.id), "chip_id": lab.chip_id}
    path = "/parentage-checks"
    assert (await people().client.request("POST", BASE + path, json=body)).status_code == 401
    for role in ("administrator", "student"):
        assert (await people(role).ask("POST", path, json=body)).status_code == 403
    for stranger in (people(), people("researcher")):
        assert (await stranger.ask("POST", path, json=body)).status_code == 404
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, lab.farm.id
    )
    assert (await viewer.ask("POST", path, json=body)).status_code == 403
    assert (await lab.person.ask("POST", path, json=body)).status_code == 202
