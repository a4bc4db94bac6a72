"""Why a value is what it is, and why it changed: the parts rebuild it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from bellwether.platform.ids import new_id

from .barn import Barn, Farm
from .conftest import BASE, People, Person, RunJob


@dataclass
class TwoRuns:
    """A farm with a run, and another one after new records."""

    farm: Farm
    owner: Person
    first: UUID
    second: UUID
    sire: str
    lamb: str


@pytest.fixture(scope="module")
async def two_runs(people: People, barn: Barn, run_job: RunJob) -> TwoRuns:
    farm = await barn.farm()
    season = await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    first = await owner.evaluate(farm.flock_id, traits=["WWT"])
    assert (await run_job(first))["state"] == "succeeded"
    late = new_id()
    born = date(2019, 8, 10)
    parents = {"sire_id": season["rams"][0], "dam_id": season["ewes"][0], "birth_type": 1, "rear_type": 1}
    await barn.animals(farm, [{"id": late, "sex": "male", "birth_date": born, "drop_year": 2019, **parents}])
    weighed = date(2019, 11, 20)
    await barn.weights(farm, [(late, "WWT", 48.0, weighed, (weighed - born).days, "S/2019/W/b0/g0")])
    second = await owner.evaluate(farm.flock_id, traits=["WWT"])
    row = await run_job(second)
    assert row["state"] == "succeeded", row["error"]
    return TwoRuns(farm, owner, first, second, str(season["rams"][0]), str(season["lambs"][0]))


async def why(two_runs: TwoRuns, run: UUID, animal: str) -> dict[str, Any]:
    """The parts of a value."""
    answer = await two_runs.owner.ask("GET", f"/evaluations/{run}/animals/{animal}/why?trait=WWT")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_the_parts_rebuild_the_value(two_runs: TwoRuns) -> None:
    lamb = await why(two_runs, two_runs.first, two_runs.lamb)
    assert (lamb["n_records"], lamb["n_progeny"], lamb["progeny"]) == (1, 0, None)
    assert sum(lamb["weights"]) == pytest.approx(1.0)
    assert lamb["weights"][2] == 0
    parts = lamb["weights"][0] * lamb["parent_average"] + lamb["weights"][1] * lamb["yield_deviation"]
    assert parts == pytest.approx(lamb["value"])
    assert lamb["parent_average"] == pytest.approx((lamb["sire_value"] + lamb["dam_value"]) / 2)
    sire = await why(two_runs, two_runs.first, two_runs.sire)
    assert (sire["n_records"], sire["n_progeny"], sire["yield_deviation"]) == (0, 5, None)
    assert sire["weights"][2] * sire["progeny"] == pytest.approx(sire["value"], abs=1e-6)
    # own records less other effects: near what the lamb weighed beyond its group
    assert abs(lamb["yield_deviation"]) < 20


async def test_the_parts_of_a_change_sum_to_it(two_runs: TwoRuns) -> None:
    path = (
        f"/animals/{two_runs.sire}/breeding-value-change?from_run={two_runs.first}&to_run={two_runs.second}&trait=WWT"
    )
    found = (await two_runs.owner.ask("GET", path)).json()
    assert found["change"] == pytest.approx(found["after"]["value"] - found["before"]["value"])
    parts = found["from_base"] + found["from_parents"] + found["from_own_and_progeny"]
    assert parts == pytest.approx(found["change"])
    assert (found["n_new_records"], found["n_new_progeny"], found["is_other_model"]) == (0, 1, False)
    same = path.replace(str(two_runs.second), str(two_runs.first))
    assert (await two_runs.owner.ask("GET", same)).json()["code"] == "same_run"


async def test_what_a_run_has_not_is_not_explained(two_runs: TwoRuns) -> None:
    for animal, trait in ((str(new_id()), "WWT"), (two_runs.lamb, "PWT")):
        answer = await two_runs.owner.ask("GET", f"/evaluations/{two_runs.first}/animals/{animal}/why?trait={trait}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_breeding_value")


async def test_the_matrix(people: People, two_runs: TwoRuns, admin: Any) -> None:
    runs = f"from_run={two_runs.first}&to_run={two_runs.second}"
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, two_runs.farm.id
    )
    for url in (
        f"/evaluations/{two_runs.first}/animals/{two_runs.lamb}/why?trait=WWT",
        f"/animals/{two_runs.lamb}/breeding-value-change?{runs}&trait=WWT",
    ):
        assert (await people().client.request("GET", BASE + url)).status_code == 401
        assert (await people("administrator").ask("GET", url)).status_code == 403
        assert (await people().ask("GET", url)).status_code == 404
        assert (await people("researcher").ask("GET", url)).status_code == 404
        assert (await viewer.ask("GET", url)).status_code == 200
