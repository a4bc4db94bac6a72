"""Farms and paddocks as locations."""

from typing import Any

import pytest

from .conftest import Breeder, NewBreeder


def square(west: float, size: float) -> list[list[list[float]]]:
    """A square near Orange."""
    south, east, north = -33.3, round(west + size, 6), round(-33.3 + size, 6)
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


@pytest.fixture
async def paddocks(breeder: Breeder) -> dict[str, Any]:
    """Ids of a paddock in one part and of one in two."""
    make, farm = breeder.farmer.make, breeder.farmer.farm_id
    one = {"type": "Polygon", "coordinates": square(149.1, 0.01)}
    two = {"type": "MultiPolygon", "coordinates": [square(149.2, 0.01), square(149.3, 0.02)]}
    return {
        "one": (await make("/paddocks", farm_id=farm, name="Creek", geometry=one))["id"],
        "two": (await make("/paddocks", farm_id=farm, name="Hills", geometry=two))["id"],
    }


async def test_a_farm_and_its_paddocks_are_locations(breeder: Breeder, paddocks: dict[str, Any]) -> None:
    found = {each["locationDbId"]: each for each in await breeder.data("/locations")}
    farm = found[breeder.farmer.farm_id]
    assert set(found) == {farm["locationDbId"], *paddocks.values()}
    assert (farm["locationName"], farm["locationType"]) == ("Long Gully", "Farm")
    assert farm["additionalInfo"]["country"] == "AU"
    assert "coordinates" not in farm
    creek = found[paddocks["one"]]
    assert (creek["parentLocationDbId"], creek["parentLocationName"]) == (breeder.farmer.farm_id, "Long Gully")
    assert creek["coordinates"]["geometry"]["type"] == "Polygon"
    corners = {tuple(corner) for corner in creek["coordinates"]["geometry"]["coordinates"][0]}
    assert corners == {tuple(corner) for corner in square(149.1, 0.01)[0]}
    assert float(creek["additionalInfo"]["areaHa"]) == pytest.approx(103, abs=2)


async def test_of_several_parts_the_largest_is_shown(breeder: Breeder, paddocks: dict[str, Any]) -> None:
    hills = (await breeder.ask("GET", "/locations/{locationDbId}", locationDbId=paddocks["two"]))["result"]
    assert min(corner[0] for corner in hills["coordinates"]["geometry"]["coordinates"][0]) == 149.3
    assert hills["additionalInfo"]["parts"] == "2"
    await breeder.ask("GET", "/locations/{locationDbId}", 404, locationDbId="nothing")


async def test_locations_by_what_they_are(breeder: Breeder, paddocks: dict[str, Any], new_breeder: NewBreeder) -> None:
    async def ids(**asked: str) -> set[str]:
        return {each["locationDbId"] for each in await breeder.data("/locations", **asked)}

    farm = breeder.farmer.farm_id
    assert await ids(locationType="Farm") == {farm} == await ids(locationName="Long Gully")
    assert await ids(parentLocationDbId=farm) == set(paddocks.values()) == await ids(parentLocationName="Long Gully")
    assert await ids(locationName="Creek", commonCropName="sheep") == {paddocks["one"]}
    assert await ids(externalReferenceId="1") == set()
    found = await breeder.ask("POST", "/search/locations", locationTypes=["Paddock"])
    assert {each["locationDbId"] for each in found["result"]["data"]} == set(paddocks.values())
    kept = await breeder.ask("POST", "/search/locations", 202, pageSize=2)
    of_kept = {"searchResultsDbId": kept["result"]["searchResultsDbId"]}
    assert len(await breeder.data("/search/locations/{searchResultsDbId}", page=1, pageSize=2, **of_kept)) == 1
    stranger = await new_breeder()
    assert await stranger.data("/locations", locationDbId=paddocks["one"]) == []
