"""What is asked about identity can be answered, and what was done can be taken back."""

from ..conftest import Farmer, animals_of, weights_of
from .conftest import codes, listed, told
from .test_parents import DAM, HEAD, RAM, SIRE, lamb_of, registered


async def test_a_weaker_parent_is_refused_or_replaces_if_its_sender_says_so(farmer: Farmer) -> None:
    before = await registered(farmer, "observed")
    rows = await listed(farmer, "L1,M,2023-08-01,R13,", on_weaker_parent="refuse")
    assert (codes(rows), rows[2]["is_accepted"]) == (["weaker_evidence"], False)
    rows = await listed(farmer, "L1,M,2023-08-01,R13,", on_weaker_parent="replace", again="true")
    assert rows[2]["is_accepted"]
    assert (await lamb_of(farmer))["sire_id"] != before["sire_id"]


async def test_a_parent_without_a_row_is_refused_if_its_sender_says_so(farmer: Farmer) -> None:
    rows = await listed(farmer, "L1,M,2023-08-01,R12,", on_unknown_parent="refuse")
    assert codes(rows) == ["unknown_parent"]
    assert await animals_of(farmer) == []


async def test_zeros_and_digits_that_are_right(farmer: Farmer) -> None:
    await listed(farmer, "0045,M,2020-08-01", head="Tag,Sex,DOB")
    rows = await listed(farmer, "45,M,2020-08-01", head="Tag,Sex,DOB", lost_zeros="keep")
    assert codes(rows) == [None]
    numbers = [f"16123420242400{n}0,F" for n in range(1, 6)]
    assert codes(await listed(farmer, *numbers, head="ID,Sex", rounded_ids="keep")) == [None] * 5


async def test_two_ancestors_that_became_one_animal_are_two_again(farmer: Farmer) -> None:
    await listed(farmer, f"L1,M,2023-08-01,{RAM},", "L2,M,2023-08-01,R12,")
    before = await animals_of(farmer)
    done = await farmer.take_in("\n".join([HEAD, SIRE, DAM, ""]).encode(), "flock")
    assert len(await animals_of(farmer)) == 4
    await farmer.undo(done["import_id"])
    plain = ("id", "tag", "sex", "reference_only", "sire_id", "dam_id", "identifiers")
    found = await animals_of(farmer)
    assert [[a[name] for name in plain] for a in found] == [[a[name] for name in plain] for a in before]


async def test_a_session_with_two_weighings_of_a_day_is_taken_back(farmer: Farmer) -> None:
    await farmer.animal(birth_date="2024-08-03", identifiers=[{"kind": "visual", "value": "12"}])
    content = b"Tag,Date,Time,Weight\n12,2024-11-11,09:17,31.5\n12,2024-11-11,09:14,33.5\n"
    done = await farmer.take_in(content, "weights", trait="WWT")
    rows = await farmer.rows(done["import_id"])
    assert told(rows[3]) == {"earlier_weighing"}
    assert [weight["weight_kg"] for weight in await weights_of(farmer)] == [31.5]
    await farmer.undo(done["import_id"])
    assert await weights_of(farmer) == []
