"""I1 where birth dates are missing: a parent is of an earlier drop than its offspring."""

from datetime import date
from typing import Any

import pytest
from bellwether.sheep.findings import Broken
from bellwether.sheep.pedigree import Kin, check_births
from hypothesis import given
from hypothesis import strategies as st

from .conftest import Farmer

YEARS = st.integers(2000, 2030)


@given(YEARS, YEARS, st.sampled_from(["drop", "date", "both"]), st.sampled_from(["drop", "both"]))
def test_i1_holds_of_drops_as_of_dates(child: int, parent: int, said: str, of_parent: str) -> None:
    """I1 by the years alone, whichever of them is known."""
    born = date(child, 8, 1)
    young = Kin("lamb", "female", "unknown", None if said == "drop" else born, None if said == "date" else child)
    dated = of_parent == "both" and said == "drop"
    old = Kin("ram", "male", "fertile", date(parent, 8, 1) if dated else None, parent)
    if parent < child:
        check_births(young, old, "sire", field="parents")
    else:
        with pytest.raises(Broken, match=f"of {parent}"):
            check_births(young, old, "sire", field="parents")
    check_births(young, old, "excluded_sire", field="parents")


async def test_an_animal_is_not_registered_below_a_younger_parent(farmer: Farmer) -> None:
    ram = (await farmer.animal(sex="male", drop_year=2024, identifiers=[{"kind": "visual", "value": "R1"}]))["id"]

    async def lamb(year: int, expect: int) -> Any:
        parents = [{"parent_type": "sire", "parent_id": ram, "method": "observed"}]
        body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "drop_year": year, "parents": parents}
        return (await farmer.ask("POST", "/animals", expect, json=body)).json()

    for year in (2023, 2024):
        assert (await lamb(year, 422))["errors"][0]["code"] == "born_before_parent"
    made = await lamb(2025, 201)
    head = {"If-Match": f'"{made["rev"]}"'}
    answer = await farmer.ask("PATCH", f"/animals/{made['id']}", 422, json={"drop_year": 2024}, headers=head)
    assert answer.json()["errors"][0]["code"] == "born_before_parent"
