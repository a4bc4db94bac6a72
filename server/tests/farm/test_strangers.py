"""A weight of a tag that nobody has is kept on an animal to identify, until a person says whose it is."""

from typing import Any

import pytest

from .conftest import Farmer
from .dumps import dump
from .exporting import exported
from .test_measurements import listed

TAG = "982000123456789"
FILE = f"EID,Date,Weight,Trait\n{TAG},2024-11-11,31.5,WWT\n{TAG},2024-12-11,35,PWT\n982000123456788,2024-11-11,30,WWT\n"


async def strangers(farmer: Farmer) -> list[dict[str, Any]]:
    """Animals to identify."""
    asked = {"farm_id": farmer.farm_id, "to_identify": "true"}
    found: list[dict[str, Any]] = (await farmer.ask("GET", "/animals", 200, params=asked)).json()["items"]
    return found


async def head(farmer: Farmer) -> int:
    """Animals of the farm, as its stock is counted."""
    asked = {"farm_id": farmer.farm_id, "reference_only": "false"}
    return len((await farmer.ask("GET", "/animals", 200, params=asked)).json()["items"])


async def weights(farmer: Farmer, animal: str) -> list[tuple[str, float]]:
    """What counts of one animal."""
    return sorted((each["trait"], each["value"]) for each in await listed(farmer, animal_id=animal))


async def test_refused_as_long_as_nobody_asks_for_more(farmer: Farmer) -> None:
    done = await farmer.take_in(FILE.encode(), "weights")
    assert (done["rows_accepted"], done["faults"]) == (0, {"unknown_tag": 3})
    assert await strangers(farmer) == []


async def test_one_animal_for_each_tag_that_is_counted_nowhere(farmer: Farmer) -> None:
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    done = await farmer.take_in(FILE.encode(), "weights", on_unknown_tag="keep", commit="false")
    assert (done["rows_accepted"], done["warnings"]) == (3, {"to_identify": 3})
    assert await strangers(farmer) == []
    done = await farmer.take_in(FILE.encode(), "weights", on_unknown_tag="keep")
    found = {animal["tag"]: animal for animal in await strangers(farmer)}
    assert sorted(found) == ["982000123456788", TAG]
    assert await weights(farmer, found[TAG]["id"]) == [("PWT", 35), ("WWT", 31.5)]
    assert await head(farmer) == 0
    again = await farmer.take_in(FILE.replace("31.5", "32").encode(), "weights", on_unknown_tag="keep")
    assert (again["verdicts"], len(await strangers(farmer))) == ({"match": 2, "update": 1}, 2)
    _, report = await exported(farmer, "measurements")
    assert report["written"] == {"measurements": 0}
    rows = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/reports/data-quality", 200)).json()["rows"]
    assert [row["found"] for row in rows if "to identify" in row["what"]] == [2]
    for taken in (again, done):
        await farmer.undo(taken["import_id"])
    assert await strangers(farmer) == []
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before


@pytest.mark.parametrize("way", ["registered", "listed", "merged"])
async def test_the_weights_go_to_the_animal_that_it_is(farmer: Farmer, way: str) -> None:
    await farmer.take_in(FILE.encode(), "weights", on_unknown_tag="keep")
    stranger = next(animal["id"] for animal in await strangers(farmer) if animal["tag"] == TAG)
    tags = [{"kind": "eid", "value": TAG}]
    if way == "registered":
        late = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "birth_date": "2024-11-12", "identifiers": tags}
        answer = (await farmer.ask("POST", "/animals", 422, json=late)).json()
        assert answer["errors"][0]["code"] == "born_after_measurement"
        animal = (await farmer.animal(birth_date="2024-08-01", identifiers=tags))["id"]
    elif way == "listed":
        await farmer.take_in(f"EID,DOB\n{TAG},2024-08-01\n".encode(), "flock")
        animal = stranger
    else:
        animal = (await farmer.animal(birth_date="2024-08-01", identifiers=[{"kind": "visual", "value": "1"}]))["id"]
        await farmer.make("/merges", loser_id=stranger, winner_id=animal)
    assert len(await strangers(farmer)) == 1
    assert await weights(farmer, animal) == [("PWT", 35), ("WWT", 31.5)]
    found = await listed(farmer, animal_id=animal, trait="WWT")
    assert (found[0]["age_days"], found[0]["contemporary_group"]) == (102, "1234/2024/W/b0/g0")
