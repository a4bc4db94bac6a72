"""Scores and fleeces of events are measurements: once, corrected and taken back with the event."""

from typing import Any

from bellwether.farm.season.models import SCORED, SHORN, WEANED, Fact, told_of
from bellwether.platform.ids import new_id
from bellwether.sheep.traits import TRAITS
from hypothesis import given
from hypothesis import strategies as st

from .conftest import Farmer
from .season import ewe, of
from .test_event_log import refused, send, taken
from .test_mobs import taken_back


async def counted(farmer: Farmer, animal: str) -> dict[tuple[str, str], float]:
    """What counts of an animal, by trait and day."""
    found = (await farmer.ask("GET", "/measurements", 200, params={"animal_id": animal})).json()["items"]
    return {(row["trait"], row["occurred_on"]): row["value"] for row in found}


def score(animal: str, value: float, day: str = "2024-02-01", scale: str = "1-5", **more: Any) -> dict[str, Any]:
    """Of its body condition."""
    return of(animal, SCORED, day, score=value, scale=scale, **more)


async def test_a_score_counts_once_and_goes_with_its_event(farmer: Farmer) -> None:
    key = await ewe(farmer)
    (first,) = await taken(farmer, score(key, 3))
    assert await counted(farmer, key) == {("BCS", "2024-02-01"): 3}
    (other,) = await taken(farmer, score(key, 6, scale="1-9"))
    assert await counted(farmer, key) == {("BCS", "2024-02-01"): 3, ("BCS9", "2024-02-01"): 6}
    (better,) = await taken(farmer, score(key, 3.5, supersedes=first))
    await taken(farmer, taken_back(other))
    assert await counted(farmer, key) == {("BCS", "2024-02-01"): 3.5}
    (second,) = await taken(farmer, score(key, 2))
    assert await counted(farmer, key) == {("BCS", "2024-02-01"): 2}, "the one that was said last"
    await taken(farmer, taken_back(second))
    assert await counted(farmer, key) == {("BCS", "2024-02-01"): 3.5}, "what others said counts again"
    await taken(farmer, score(key, 3.5, "2024-02-03", supersedes=better))
    assert await counted(farmer, key) == {("BCS", "2024-02-03"): 3.5}


async def test_a_fleece_of_a_stage_is_a_measurement(farmer: Farmer) -> None:
    key = await ewe(farmer)
    (item,) = (await send(farmer, of(key, SHORN, "2024-10-01", fleece_weight=4.5)))["items"]
    assert [one["code"] for one in item["warnings"]] == ["stage_missing"]
    assert await counted(farmer, key) == {}
    said = {"fleece_weight": 10, "weight_unit": "lb", "stage": "A", "supersedes": item["id"]}
    (shorn,) = await taken(farmer, of(key, SHORN, "2024-10-01", **said))
    assert await counted(farmer, key) == {("AGFW", "2024-10-01"): 4.535924}
    assert await refused(farmer, of(key, SHORN, "2024-11-01", fleece_weight=90, stage="A")) == "out_of_range"
    await taken(farmer, taken_back(shorn))
    assert await counted(farmer, key) == {}


@given(st.sampled_from([SCORED, SHORN, WEANED]), st.sampled_from(["1-5", "1-9"]), st.sampled_from("YHA"))
def test_i22_what_an_event_measures_is_in_the_dictionary(kind: str, scale: str, stage: str) -> None:
    """I22: trait, unit and range are those of the dictionary."""
    said: dict[str, Any] = {"score": 3, "scale": scale, "fleece_weight": 4, "stage": stage, "weight": 30}
    told = told_of(Fact(new_id(), 1, kind, None, new_id(), None, said, (), None))  # type: ignore[arg-type]  # no day
    assert told is not None
    low, high = TRAITS[told.trait].hard
    assert low <= float(str(told.value)) <= high
