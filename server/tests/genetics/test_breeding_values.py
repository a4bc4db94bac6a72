"""Ranking, values by animal, trend: within one run."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from bellwether.genetics.breeding_values.repository import OfDrop
from bellwether.genetics.breeding_values.service import points_of, slope_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .barn import Barn, Farm
from .conftest import People, Person, RunJob


@dataclass
class Evaluated:
    """A farm with one run."""

    farm: Farm
    owner: Person
    run_id: UUID
    season: dict[str, list[UUID]]


@pytest.fixture
async def evaluated(people: People, barn: Barn, run_job: RunJob) -> Evaluated:
    farm = await barn.farm()
    season = await barn.season(farm)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT", "PWT"])
    assert (await run_job(run_id))["state"] == "succeeded"
    return Evaluated(farm, owner, run_id, season)


async def everything(owner: Person, query: str, limit: int) -> list[dict[str, Any]]:
    """All pages."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await owner.ask("GET", f"/breeding-values?{query}&limit={limit}{cursor}")).json()
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = f"&cursor={page['next']}"


async def test_animals_are_ranked_within_a_run(evaluated: Evaluated) -> None:
    found = await everything(evaluated.owner, f"flock_id={evaluated.farm.flock_id}&trait=PWT", 50)
    assert len(found) == len({item["animal_id"] for item in found}) == 144
    values = [item["value"] for item in found]
    assert values == sorted(values, reverse=True)
    assert found[0]["percentile"] == 100
    assert found[-1]["percentile"] == 0
    best = found[0]
    assert best["run_id"] == str(evaluated.run_id)
    assert 0 < best["reliability"] < 1
    assert best["accuracy"] == pytest.approx(best["reliability"] ** 0.5)
    lamb = next(item for item in found if item["animal_id"] == str(evaluated.season["lambs"][0]))
    assert (lamb["tag"], lamb["sex"], lamb["drop_year"]) == ("190000", "male", 2019)
    assert lamb["sire_id"] == str(evaluated.season["rams"][0])
    assert await everything(evaluated.owner, f"run_id={evaluated.run_id}&trait=PWT", 1000) == found


async def test_a_ranking_can_be_turned_and_narrowed(evaluated: Evaluated) -> None:
    up = await everything(evaluated.owner, f"flock_id={evaluated.farm.flock_id}&trait=WWT&sex=male&sort=value", 7)
    assert len(up) == 64
    assert {item["sex"] for item in up} == {"male"}
    values = [item["value"] for item in up]
    assert values == sorted(values)


async def test_pages_stay_in_the_run_that_they_began_with(evaluated: Evaluated, run_job: RunJob) -> None:
    owner, query = evaluated.owner, f"flock_id={evaluated.farm.flock_id}&trait=WWT"
    page = (await owner.ask("GET", f"/breeding-values?{query}&limit=5")).json()
    newer = await owner.evaluate(evaluated.farm.flock_id, traits=["WWT"])
    await run_job(newer)
    second = (await owner.ask("GET", f"/breeding-values?{query}&limit=5&cursor={page['next']}")).json()
    assert {item["run_id"] for item in second["items"]} == {str(evaluated.run_id)}
    first_again = (await owner.ask("GET", f"/breeding-values?{query}&limit=5")).json()
    assert {item["run_id"] for item in first_again["items"]} == {str(newer)}


async def test_the_latest_value_of_each_animal_and_trait(evaluated: Evaluated, run_job: RunJob) -> None:
    lambs = [str(key) for key in evaluated.season["lambs"][:3]]
    newer = await evaluated.owner.evaluate(evaluated.farm.flock_id, traits=["WWT"])
    await run_job(newer)
    ask = {"animal_ids": [*lambs, str(new_id()), lambs[0]]}
    items = (await evaluated.owner.ask("POST", "/breeding-values/query", json=ask)).json()["items"]
    assert {(item["animal_id"], item["trait"]): item["run_id"] for item in items} == {
        (lamb, trait): str(run) for lamb in lambs for trait, run in (("WWT", newer), ("PWT", evaluated.run_id))
    }
    one = (await evaluated.owner.ask("POST", "/breeding-values/query", json=ask | {"trait": "PWT"})).json()["items"]
    assert {item["trait"] for item in one} == {"PWT"}


async def test_values_of_a_run_stay_and_runs_are_compared_only_when_asked(
    evaluated: Evaluated, run_job: RunJob, barn: Barn, database: Database
) -> None:
    """I27: breeding values of a run never change, and those of two runs are not mixed without a word."""
    owner, query = evaluated.owner, f"run_id={evaluated.run_id}&trait=WWT"
    before = await everything(owner, query, 1000)
    newer = await owner.evaluate(evaluated.farm.flock_id, traits=["WWT"])
    await run_job(newer)
    assert await everything(owner, query, 1000) == before
    for statement in ("update genetics.breeding_value set value = 0", "delete from genetics.breeding_value"):
        with pytest.raises(Exception, match="permission denied"):
            async with database.transaction(Context(user_id=owner.id)) as session:
                await session.execute(text(statement))
    # the older run of another flock of the same owner
    other = await barn.farm(owner_id=evaluated.farm.owner_id)
    lambs = (await barn.season(other))["lambs"]
    await run_job(await owner.evaluate(other.flock_id, traits=["WWT"]))
    ask = {"animal_ids": [str(evaluated.season["lambs"][0]), str(lambs[0])], "trait": "WWT"}
    answer = await owner.ask("POST", "/breeding-values/query", json=ask)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "animal_ids")
    assert answer.json()["code"] == "several_runs"
    items = (await owner.ask("POST", "/breeding-values/query", json=ask | {"across_runs": True})).json()["items"]
    assert len({item["run_id"] for item in items}) == 2


async def test_the_trend_shows_each_drop(evaluated: Evaluated) -> None:
    trend = (await evaluated.owner.ask("GET", f"/flocks/{evaluated.farm.flock_id}/trend?trait=WWT")).json()
    assert [(point["drop_year"], point["n"]) for point in trend["points"]] == [
        (2015, 20),
        (2019, 40),
        (2020, 40),
        (2021, 40),
    ]
    assert trend["unit"] == "kg"
    assert trend["slope_se"] >= 0


def drop(year: int, n: int, mean: float) -> list[OfDrop]:
    """Animals of one drop, half of them above the mean."""
    return [OfDrop(mean + (0.5 if i % 2 else -0.5) * (i < n - n % 2), year) for i in range(n)]


def test_the_slope_is_that_of_weighted_least_squares() -> None:
    line = [*drop(2019, 10, 1.0), *drop(2020, 30, 1.5), *drop(2021, 20, 2.0), *drop(2022, 4, 99.0)]
    assert slope_of(line) == pytest.approx((0.5, 0), abs=1e-12)
    # R: summary(lm(y ~ x, weights = c(1, 1, 1, 1), data.frame(x = 1:4, y = c(1, 3, 2, 4))))
    bent = [*drop(2019, 5, 1.0), *drop(2020, 5, 3.0), *drop(2021, 5, 2.0), *drop(2022, 5, 4.0)]
    assert slope_of(bent) == pytest.approx((0.8, 0.4242640687))
    assert slope_of(line[:40]) is None
    assert [(p.drop_year, p.n, p.is_in_slope) for p in points_of(line)][-1] == (2022, 4, False)
    assert points_of(line)[0].mean == pytest.approx(1.0)
    assert (points_of([]), slope_of([])) == ([], None)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("trait=WWT", 422, "run_or_flock"),
        ("flock_id={flock}&run_id={run}", 422, "run_or_flock"),
        ("flock_id={flock}&trait=YWT", 404, "not_evaluated"),
        ("run_id={run}&trait=YWT", 404, "not_evaluated"),
        ("flock_id={flock}&cursor=nonsense", 422, "bad_cursor"),
        ("flock_id={flock}&sort=name", 422, "invalid"),
        ("flock_id={flock}&limit=1001", 422, "invalid"),
        ("flock_id={flock}&trait=w", 422, "invalid"),
    ],
)
async def test_a_ranking_that_makes_no_sense_is_refused(
    evaluated: Evaluated, query: str, status: int, code: str
) -> None:
    text = query.format(flock=evaluated.farm.flock_id, run=evaluated.run_id)
    answer = await evaluated.owner.ask("GET", f"/breeding-values?{text}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_too_many_animals_at_once_are_refused(evaluated: Evaluated) -> None:
    ids = [str(new_id()) for _ in range(1001)]
    answer = await evaluated.owner.ask("POST", "/breeding-values/query", json={"animal_ids": ids})
    assert answer.status_code == 422
