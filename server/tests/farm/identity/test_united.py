"""Animals that were weighed before anybody registered them turn out to be one: nothing that was weighed is lost."""

from typing import Any

import pytest

from ..conftest import Farmer, animals_of, weights_of
from ..dumps import dump
from .conftest import listed, told

EID = "982000000000077"
WEIGHED = f"EID,VID,Date,Weight\n{EID},,2024-11-10,31\n{EID},,2024-11-20,33\n,V77,2024-11-20,34\n,V77,2024-11-25,35\n"
HEAD = "EID,VID,Sex,DOB"


async def weighed(farmer: Farmer) -> None:
    """Two unknown tags, one by the reader and one by eye."""
    await farmer.take_in(WEIGHED.encode(), "weights", trait="WWT", on_unknown_tag="keep")


async def by_day(farmer: Farmer) -> dict[str, tuple[float, str]]:
    """What counts of each day."""
    return {row["occurred_on"]: (row["weight_kg"], row["animal_id"]) for row in await weights_of(farmer)}


@pytest.mark.parametrize("is_recorded", [True, False])
async def test_both_ghosts_of_one_animal_in_a_list_bring_their_weights(farmer: Farmer, is_recorded: bool) -> None:
    if is_recorded:
        await farmer.animal(identifiers=[{"kind": "eid", "value": EID}], birth_date="2024-07-01", sex="female")
    await weighed(farmer)
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    sent = await farmer.upload(f"{HEAD}\n{EID},V77,F,2024-07-01\n".encode(), "flock")
    await farmer.run_import(sent["import_id"])
    await farmer.end(sent)
    (animal,) = await animals_of(farmer)
    assert await by_day(farmer) == {
        "2024-11-10": (31, animal["id"]),
        "2024-11-20": (34, animal["id"]),
        "2024-11-25": (35, animal["id"]),
    }
    await farmer.undo(sent["import_id"])
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before


async def test_nobody_is_born_after_the_first_weight_of_a_ghost(farmer: Farmer) -> None:
    await weighed(farmer)
    rows: dict[int, Any] = await listed(farmer, f"{EID},V77,F,2024-11-15", head=HEAD)
    assert told(rows[2]) == {"born_after_measurement"}
    rows = await listed(farmer, f"{EID},V77,F,2024-11-01", head=HEAD)
    assert rows[2]["verdict"] == "update"


async def test_a_row_that_weighs_on_the_day_of_a_ghost_counts(farmer: Farmer) -> None:
    await weighed(farmer)
    await listed(farmer, f"{EID},V77,F,2024-07-01,36,2024-11-20", head=f"{HEAD},WWT,WWT Date")
    assert {day: value for day, (value, _) in (await by_day(farmer)).items()} == {
        "2024-11-10": 31, "2024-11-20": 36, "2024-11-25": 35,
    }  # fmt: skip
