"""An empty cell changes nothing; what is known is taken back by a word, and comes back when the import is undone."""

from typing import Any

import pytest

from .conftest import Farmer, animals_of
from .dumps import dump
from .reading import codes, read_all

HEAD = b"VID,Sire,Dam,Sex,DOB,BTYPE,RTYPE,BGROUP\n"
LISTED = HEAD + b"R1,,,1,2020-08-01,,,\nE1,,,2,2020-08-01,,,\nL1,R1,E1,2,2024-08-03,2,1,top\n"


async def the_lamb(farmer: Farmer) -> dict[str, Any]:
    """As it is."""
    return next(animal for animal in await animals_of(farmer) if animal["tag"] == "L1")


async def test_an_empty_cell_changes_nothing_and_clear_takes_back(farmer: Farmer) -> None:
    await farmer.take_in(LISTED, "flock")
    before, rows = await the_lamb(farmer), await dump(farmer.admin_dsn, farmer.farm_id)
    assert (await farmer.take_in(HEAD + b"L1,,,,,,,\n", "flock"))["verdicts"] == {"match": 1}
    assert await the_lamb(farmer) == before
    done = await farmer.take_in(HEAD + b"L1,<clear>,<CLEAR>,<clear>,,<clear>,<clear>,<clear>\n", "flock")
    assert done["verdicts"] == {"update": 1}
    lamb = await the_lamb(farmer)
    assert (lamb["sex"], lamb["birth_type"], lamb["rear_type"]) == ("unknown", None, None)
    assert (lamb["sire_id"], lamb["dam_id"], lamb["birth_date"]) == (None, None, "2024-08-03")
    await farmer.undo(done["import_id"])
    assert await dump(farmer.admin_dsn, farmer.farm_id) == rows


async def test_a_birth_date_is_taken_back_and_the_drop_stays(farmer: Farmer) -> None:
    await farmer.take_in(LISTED, "flock")
    done = await farmer.take_in(HEAD + b"L1,,,,<clear>,,,\n", "flock")
    assert (done["verdicts"], done["warnings"]) == ({"update": 1}, {"fact_replaced": 1})
    lamb = await the_lamb(farmer)
    assert (lamb["birth_date"], lamb["drop_year"]) == (None, 2024)


async def test_stronger_evidence_than_a_list_stays(farmer: Farmer) -> None:
    await farmer.take_in(LISTED, "flock")
    lamb = await the_lamb(farmer)
    sire = {"parent_id": lamb["sire_id"], "parent_type": "sire", "method": "dna", "replace": True}
    await farmer.ask("POST", f"/animals/{lamb['id']}/parents", 201, json=sire)
    content = HEAD + b"L1,<clear>,,,,,,\n"
    done = await farmer.take_in(content, "flock")
    assert (done["verdicts"], done["warnings"]) == ({"match": 1}, {"weaker_evidence": 1})
    assert (await the_lamb(farmer))["sire_id"] == lamb["sire_id"]
    again = await farmer.take_in(content, "flock", on_weaker_parent="replace", again="true")
    assert again["verdicts"] == {"update": 1}
    assert (await the_lamb(farmer))["sire_id"] is None


@pytest.mark.parametrize("line", ["<clear>,1,2024-11-11", "L1,<clear>,2024-11-11"])
def test_what_a_list_does_not_take_back_is_refused(line: str) -> None:
    _, rows = read_all(f"VID,WWT,WWTDATE\n{line}\n".encode(), "flock")
    assert "cannot_clear" in codes(rows)[2]
