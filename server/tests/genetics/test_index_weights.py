"""Weights of an index from what traits are worth, must not change, or should gain."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from .barn import Barn, Farm
from .conftest import BASE, People, Person, RunJob

PATH = "/index-weights/query"
BOTH = [{"trait": "WWT", "value": 2.0}, {"trait": "PWT", "value": 0.5}]


@dataclass
class Stud:
    """A farm with a run of two traits."""

    farm: Farm
    owner: Person
    run_id: str

    async def weights(self, method: str, traits: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """What is answered."""
        body = {"run_id": self.run_id, "method": method, "traits": traits, **more}
        answer = await self.owner.ask("POST", PATH, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture(scope="module")
async def stud(people: People, barn: Barn, run_job: RunJob) -> Stud:
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT", "PWT"])
    assert (await run_job(run_id))["state"] == "succeeded"
    return Stud(farm, owner, str(run_id))


def by_trait(items: list[dict[str, Any]], name: str) -> dict[str, float]:
    return {item["trait"]: item[name] for item in items}


async def test_of_breeding_values_the_economic_weights_are_the_values_themselves(stud: Stud) -> None:
    """Henderson 1963: what is known of animals stands in their breeding values already."""
    found = await stud.weights("economic", BOTH)
    assert by_trait(found["weights"], "weight") == pytest.approx({"WWT": 2.0, "PWT": 0.5})
    report = (await stud.owner.ask("GET", f"/evaluations/{stud.run_id}")).json()
    genetic = np.array(report["variances"]["additive"])
    order = report["traits"]
    value = np.array([{"WWT": 2.0, "PWT": 0.5}[trait] for trait in order])
    r = np.sqrt([by_trait(found["response"], "mean_reliability")[trait] for trait in order])
    seen = r[:, None] * genetic * r
    deviation = np.sqrt(value @ seen @ value)
    assert found["standard_deviation"] == pytest.approx(deviation)
    gains = by_trait(found["response"], "gain")
    assert [gains[trait] for trait in order] == pytest.approx(seen @ value / deviation)
    assert found["accuracy"] == pytest.approx(deviation / np.sqrt(value @ genetic @ value))


async def test_a_trait_stays_as_it_is_and_the_index_can_be_kept(stud: Stud) -> None:
    held = [BOTH[0], {"trait": "PWT", "is_unchanged": True}]
    found = await stud.weights("restricted", held)
    gains = by_trait(found["response"], "gain")
    assert gains["WWT"] > 0.0
    assert gains["PWT"] == pytest.approx(0.0, abs=1e-9)
    assert by_trait(found["weights"], "weight")["PWT"] < 0.0
    assert found["accuracy"] < (await stud.weights("economic", BOTH))["accuracy"]
    index = {"name": "Held", "weights": found["weights"]}
    assert (await stud.owner.ask("POST", f"/farms/{stud.farm.id}/indexes", json=index)).status_code == 201


async def test_desired_gains_come_in_their_proportions(stud: Stud) -> None:
    wanted = [{"trait": "WWT", "gain": 1.0}, {"trait": "PWT", "gain": 3.0}]
    found = await stud.weights("desired_gains", wanted, born_from=2019)
    gains = by_trait(found["response"], "gain")
    assert gains["PWT"] == pytest.approx(3.0 * gains["WWT"])
    assert gains["WWT"] > 0.0
    assert (found["accuracy"], found["n_animals"]) == (None, 20)
    twice = await stud.weights("desired_gains", [{**each, "gain": 2 * each["gain"]} for each in wanted], born_from=2019)
    assert by_trait(twice["response"], "gain") == pytest.approx(gains)


@pytest.mark.parametrize(
    ("method", "traits", "code", "field"),
    [
        ("economic", [{"trait": "WWT"}], "wrong_wishes", "traits.0.value"),
        ("economic", [*BOTH, BOTH[0]], "wrong_wishes", "traits.2.trait"),
        ("economic", [{**BOTH[0], "is_unchanged": True}], "wrong_wishes", "traits.0.is_unchanged"),
        ("economic", [{"trait": "WWT", "gain": 1.0}], "wrong_wishes", "traits.0.gain"),
        ("restricted", BOTH, "wrong_wishes", "traits.0.is_unchanged"),
        ("desired_gains", BOTH, "wrong_wishes", "traits.0.gain"),
        ("economic", [{"trait": "AWT", "value": 1.0}], "traits_not_in_run", "traits"),
        ("restricted", [{"trait": "WWT", "is_unchanged": True}], "no_such_weights", "traits"),
        ("desired_gains", [{"trait": "WWT", "gain": 0.0}], "no_such_weights", "traits"),
        ("economic", [{"trait": "WWT", "value": 0.0}], "no_such_weights", "traits"),
    ],
)
async def test_what_no_index_can_do_is_refused_by_trait(
    stud: Stud, method: str, traits: Any, code: str, field: str
) -> None:
    body = {"run_id": stud.run_id, "method": method, "traits": traits}
    answer = await stud.owner.ask("POST", PATH, json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["field"]) == (422, code, field)


async def test_without_reliabilities_there_are_no_weights(stud: Stud, run_job: RunJob) -> None:
    run_id = await stud.owner.evaluate(stud.farm.flock_id, traits=["WWT"], reliability="none", publishing="by_hand")
    assert (await run_job(run_id))["state"] == "succeeded"
    body = {"run_id": str(run_id), "method": "economic", "traits": BOTH[:1]}
    answer = await stud.owner.ask("POST", PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_variances")


async def test_who_may_ask(stud: Stud, people: People) -> None:
    body = {"flock_id": str(stud.farm.flock_id), "method": "economic", "traits": BOTH}
    assert (await people().client.post(BASE + PATH, json=body)).status_code == 401
    assert (await people("administrator").ask("POST", PATH, json=body)).status_code == 403
    assert (await people().ask("POST", PATH, json=body)).status_code == 404
    assert (await stud.owner.ask("POST", PATH, json=body)).status_code == 200
