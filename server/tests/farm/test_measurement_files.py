"""A file of measurements is judged as a session over HTTP is: units, own curves, and births that the log knows."""

from typing import Any

from .conftest import Farmer
from .test_event_log import taken
from .test_lambing import ewe, get, lamb, lambed
from .test_measurements import listed

HEAD = "VID,Date,Trait,Value,Unit\n"


async def sheep(farmer: Farmer) -> str:
    """One with the tag 1."""
    made = await farmer.animal(birth_date="2024-08-01", identifiers=[{"kind": "visual", "value": "1"}])
    return str(made["id"])


async def test_units_are_converted_as_over_http(farmer: Farmer) -> None:
    """I22: the unit can be converted, or the row is refused."""
    animal = await sheep(farmer)
    lines = ["1,2025-03-11,PEMD,2.75,cm", "1,2024-08-01,BWT,4500,g", "1,2025-03-12,PFAT,3.5 mm,mm",
             "1,2025-03-11,PSC,280,mm", "1,2025-03-11,WEC,3,kg", "1,2025-03-13,PEMD,27,lb"]  # fmt: skip
    done = await farmer.take_in((HEAD + "\n".join(lines)).encode(), "measurements")
    assert (done["rows_accepted"], done["faults"]) == (4, {"unit_unknown": 2})
    kept = await listed(farmer, animal_id=animal)
    assert {each["trait"]: (each["value"], each["raw_value"], each["raw_unit"]) for each in kept} == {
        "PEMD": (27.5, "2.75", "cm"), "BWT": (4.5, "4500", "g"), "PFAT": (3.5, "3.5", "mm"), "PSC": (28, "280", "mm"),
    }  # fmt: skip


async def test_i23_a_weight_off_the_animals_own_curve_is_told(farmer: Farmer) -> None:
    """I23 in files, whether the weights before it stand on the farm or in the file."""
    await sheep(farmer)
    lines = ["1,2024-11-10,WWT,30,kg", "1,2024-12-10,PWT,36,kg", "1,2025-01-09,PWT,50,kg"]
    done = await farmer.take_in((HEAD + "\n".join(lines)).encode(), "measurements")
    assert done["warnings"]["off_own_curve"] == 1
    more = HEAD + "1,2025-02-08,PWT,30,kg\n"
    done = await farmer.take_in(more.encode(), "measurements")
    assert done["warnings"]["far_off_own_curve"] == 1


async def test_i23_a_weigh_session_off_the_animals_own_curve_is_told(farmer: Farmer) -> None:
    """I23 in weigh sessions; that those of long files say the same is shown with plain lines."""
    await sheep(farmer)
    content = b"VID,Date,Weight\n1,2025-01-01,30\n1,2025-01-31,36\n1,2025-03-02,50\n"
    assert (await farmer.take_in(content, "weights", trait="PWT"))["warnings"]["off_own_curve"] == 1
    more = b"VID,Date,Weight\n1,2025-04-01,30\n"
    assert (await farmer.take_in(more, "weights", trait="PWT"))["warnings"]["far_off_own_curve"] == 1


async def test_a_list_does_not_move_the_birth_that_a_lambing_tells(farmer: Farmer) -> None:
    dam = await ewe(farmer)
    one = lamb(identifiers=[{"kind": "visual", "value": "L1"}])
    await taken(farmer, lambed(dam, [one, lamb()]))
    before = await get(farmer, one["id"])

    async def listed_again(born: str, birth_type: str, **form: Any) -> dict[str, Any]:
        sheet = f"VID,DOB,Drop Year,Birth Type,Rear Type\nL1,{born},2024,{birth_type},1\n"
        return await farmer.take_in(sheet.encode(), "flock", **form)

    done = await listed_again("2024-09-01", "1")
    assert (done["rows_accepted"], done["warnings"]) == (1, {"of_a_lambing": 1})
    after = await get(farmer, one["id"])
    assert [after[name] for name in ("birth_date", "birth_type")] == [before["birth_date"], 2]
    assert after["rear_type"] == 1
    done = await listed_again("2024-09-02", "2", on_weaker_parent="refuse")
    assert (done["rows_accepted"], done["faults"]) == (0, {"of_a_lambing": 1})
    done = await listed_again(before["birth_date"], "2")
    assert (done["rows_accepted"], done["warnings"]) == (1, {})
