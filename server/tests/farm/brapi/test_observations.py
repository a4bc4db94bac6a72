"""Measurements as observations."""

from typing import Any

import pytest
from bellwether.platform.ids import new_id

from .conftest import Breeder, Family, NewBreeder

WEIGHED = ((0, "WWT", 31.5, "2024-11-11"), (1, "WWT", 30, "2024-11-11"), (0, "PWT", 40.25, "2025-03-20"))


@pytest.fixture
async def weights(breeder: Breeder, family: Family) -> list[str]:
    """Ids of three weights of two lambs."""
    sent = [
        {"animal_id": family.lambs[n], "trait": trait, "weight": kg, "occurred_on": day}
        for n, trait, kg, day in WEIGHED
    ]
    made = await breeder.farmer.make("/weights", farm_id=breeder.farmer.farm_id, weights=sent)
    by_what = {(item["animal_id"], item["trait"]): item["id"] for item in made["items"]}
    return [by_what[family.lambs[n], trait] for n, trait, _, _ in WEIGHED]


async def test_a_weight_is_an_observation(breeder: Breeder, family: Family, weights: list[str]) -> None:
    template = "/observations/{observationDbId}"
    found = (await breeder.ask("GET", template, observationDbId=weights[0]))["result"]
    assert (found["observationVariableDbId"], found["observationVariableName"]) == ("WWT", "weaning weight")
    assert found["value"] == "31.5"
    assert found["germplasmDbId"] == found["observationUnitDbId"] == family.lambs[0]
    assert found["season"] == {"seasonDbId": "2024", "seasonName": "2024 drop", "year": 2024}
    assert found["additionalInfo"]["date"] == "2024-11-11"
    assert found["additionalInfo"]["unit"] == "kg"
    # noon in Sydney, where the farm is
    assert found["observationTimeStamp"] == "2024-11-11T01:00:00Z"
    whole = (await breeder.ask("GET", template, observationDbId=weights[1]))["result"]
    assert whole["value"] == "30"
    await breeder.ask("GET", template, 404, observationDbId=str(new_id()))
    await breeder.ask("GET", template, 404, observationDbId="nothing")


async def test_observations_by_what_they_are_of(breeder: Breeder, family: Family, weights: list[str]) -> None:
    async def ids(**asked: Any) -> set[str]:
        return {each["observationDbId"] for each in await breeder.data("/observations", **asked)}

    assert await ids() == set(weights)
    assert await ids(observationVariableDbId="WWT") == set(weights[:2])
    assert (
        await ids(germplasmDbId=family.lambs[0])
        == {weights[0], weights[2]}
        == await ids(observationUnitDbId=family.lambs[0])
    )
    assert await ids(germplasmDbId=family.lambs[0], observationVariableDbId="PWT") == {weights[2]}
    assert await ids(seasonDbId="2024", locationDbId=breeder.farmer.farm_id) == set(weights)
    assert await ids(seasonDbId="2023") == set()
    assert await ids(observationTimeStampRangeStart="2025-01-01T00:00:00Z") == {weights[2]}
    assert await ids(observationTimeStampRangeEnd="2024-11-11T01:00:00Z") == set(weights[:2])
    assert await ids(observationUnitLevelName="animal") == set(weights)
    for asked in ({"observationUnitLevelName": "plot"}, {"observationUnitLevelCode": "1"}, {"studyDbId": "1"}):
        assert await ids(**asked) == set(), asked
    assert "observationTimeStampRangeEnd" in await breeder.ask(
        "GET", "/observations", 400, observationTimeStampRangeEnd="x"
    )


async def test_a_search_for_observations(breeder: Breeder, weights: list[str], new_breeder: NewBreeder) -> None:
    wanted = {"observationVariableNames": ["weaning weight"], "observationLevels": [{"levelName": "animal"}]}
    found = await breeder.ask("POST", "/search/observations", germplasmNames=["L0", "L1"], **wanted)
    assert {each["observationDbId"] for each in found["result"]["data"]} == set(weights[:2])
    kept = await breeder.ask("POST", "/search/observations", 202, pageSize=1, **wanted)
    of_kept = {"searchResultsDbId": kept["result"]["searchResultsDbId"]}
    template = "/search/observations/{searchResultsDbId}"
    pages = [await breeder.data(template, page=page, pageSize=1, **of_kept) for page in range(2)]
    assert {page[0]["observationDbId"] for page in pages} == set(weights[:2])
    stranger = await new_breeder()
    assert await stranger.data("/observations", observationDbId=weights[0]) == []
    await stranger.ask("GET", "/observations/{observationDbId}", 404, observationDbId=weights[0])


async def test_what_was_superseded_is_no_observation(breeder: Breeder, family: Family, weights: list[str]) -> None:
    again = {"animal_id": family.lambs[0], "trait": "WWT", "weight": 32, "occurred_on": "2024-11-11"}
    await breeder.farmer.make("/weights", farm_id=breeder.farmer.farm_id, weights=[again])
    found = await breeder.data("/observations", germplasmDbId=family.lambs[0], observationVariableDbId="WWT")
    assert [each["value"] for each in found] == ["32"]
    await breeder.ask("GET", "/observations/{observationDbId}", 404, observationDbId=weights[0])
