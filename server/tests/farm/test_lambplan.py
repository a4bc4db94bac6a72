"""Results of LAMBPLAN: pairs with irregular names, empty is not 0, unknown columns told, a run never changes."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.farm.imports.judging.results import Estimate, ResultRow, judge
from bellwether.farm.imports.judging.weighing import Tags
from bellwether.farm.imports.judging.weighings import TaggedAnimals, Weighed
from bellwether.farm.measurements.groups import Placed
from bellwether.platform.ids import new_id
from hypothesis import given
from hypothesis import strategies as st

from .conftest import Farmer, NewFarmer
from .dumps import dump
from .reading import codes, detected, read_all, refusal

HEAD = "ID,SEX,DATE,RUN_NAME,WWT,ACC_WWT,PFAT,ACC_PWCF,MWWT,ACC_MLWT,INDEX_14,A_INDEX_14,USERINDEX,SHINY\n"
FILE = (
    HEAD
    + "1612342024240001,1,2025-11-15,LP2025_11,8.41,72,-0.35,61,0.9,40,148.2,65,12.5,x\n"
    + "1612342024240002,2,2025-11-15,LP2025_11,0,55,,,-1,38,,,,\n"
).encode()


def test_pairs_are_read_by_their_own_names_and_empty_is_not_estimated() -> None:
    layout, rows = read_all(FILE, "lambplan")
    assert (layout.kind, layout.ignored, detected(FILE, None).kind) == ("lambplan", ["SHINY"], "lambplan")
    assert rows[2].data.estimates == (
        Estimate("WWT", 8.41, 0.72), Estimate("MWWT", 0.9, 0.4), Estimate("PFAT", -0.35, 0.61),
        Estimate("INDEX_14", 148.2, 0.65), Estimate("USERINDEX", 12.5, None),
    )  # fmt: skip
    assert rows[3].data.estimates == (Estimate("WWT", 0.0, 0.55), Estimate("MWWT", -1.0, 0.38))
    assert refusal(FILE, "flock") == ["other_kind"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1612342024240001,1,2025-11-15,,8.4,72,,,,,,,,", "run_missing"),
        ("1612342024240001,1,2025-11-15,R,8.4,0.72,,,,,,,,", "accuracy_is_share"),
        ("1612342024240001,1,2025-11-15,R,8.4,172,,,,,,,,", "out_of_range"),
        ("1612342024240001,1,2025-11-15,R,abc,72,,,,,,,,", "not_a_number"),
        (",1,2025-11-15,R,8.4,72,,,,,,,,", "no_tag"),
    ],
)
def test_what_is_refused(line: str, code: str) -> None:
    _, rows = read_all((HEAD + line + "\n").encode(), "lambplan")
    assert codes(rows) == {2: [code]}


async def values_of(farmer: Farmer, run: str = "LP2025_11", **query: Any) -> list[dict[str, Any]]:
    """Of one run."""
    params = {"farm_id": farmer.farm_id, "run_name": run} | query
    found: list[dict[str, Any]] = (await farmer.ask("GET", "/imported-values", 200, params=params)).json()["items"]
    return found


async def test_results_are_kept_run_by_run_and_go_with_their_import(farmer: Farmer, new_farmer: NewFarmer) -> None:
    ewes = b"ID,SEX,DOB\n1612342024240001,1,2024-08-03\n1612342024240002,2,2024-08-03\n"
    await farmer.take_in(ewes, "sg")
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    done = await farmer.take_in(FILE, "lambplan")
    assert done["verdicts"] == {"new": 2}
    found = {(value["tag"], value["trait"]): (value["value"], value["accuracy"]) for value in await values_of(farmer)}
    assert found["240001", "PFAT"] == (-0.35, 0.61)
    assert ("240002", "PFAT") not in found
    assert len(await values_of(farmer, trait="WWT")) == 2
    runs = (await farmer.ask("GET", "/imported-runs", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert [(run["run_name"], run["n_animals"]) for run in runs] == [("LP2025_11", 2)]
    again = await farmer.take_in(FILE.replace(b"SHINY", b"DULL"), "lambplan")
    assert again["verdicts"] == {"match": 2}
    other = await farmer.take_in(FILE.replace(b"8.41", b"8.5"), "lambplan")
    assert (other["verdicts"], other["faults"]) == ({"conflict": 1, "match": 1}, {"run_value_differs": 1})
    stranger = await new_farmer()
    assert await values_of(stranger, farm_id=farmer.farm_id) == []
    assert (await farmer.ask("GET", "/imported-values", params={"farm_id": farmer.farm_id})).status_code == 422
    await farmer.undo(done["import_id"])
    assert await values_of(farmer) == []
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before
    query = """
    select payload ->> 'run_names' from farm.outbox where farm_id = $1 and type = 'farm.external_values.changed.v1'
    """
    connection = await asyncpg.connect(farmer.admin_dsn)
    told = [row[0] for row in await connection.fetch(query, UUID(farmer.farm_id))]
    await connection.close()
    assert told == ['["LP2025_11"]'] * 2, "once when they came, once when they went"


async def test_nobody_changes_a_stored_value(farmer: Farmer) -> None:
    """I27, below the API as well."""
    connection = await asyncpg.connect(farmer.admin_dsn)
    allowed = await connection.fetchval("select has_table_privilege('farm_app', 'farm.imported_value', 'update')")
    await connection.close()
    assert not allowed


said = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["WWT", "PFAT"]), st.sampled_from([1.0, 2.0, 0.0])), max_size=12
)


@given(said)
def test_whatever_comes_a_value_of_a_run_is_what_was_said_first(rows: list[tuple[str, str, float]]) -> None:
    """I27."""
    sheep = Weighed(new_id(), new_id(), None, None, Placed("1", 2024, None, False))
    animals = TaggedAnimals(animals={sheep.id: sheep})
    animals.add("visual", "1", sheep.id)
    tags = Tags("", "1", "", None)
    lines = [
        (n, ResultRow(tags, run, None, (Estimate(trait, value, None),))) for n, (run, trait, value) in enumerate(rows)
    ]
    outcomes, added = judge(lines, animals, {})
    first = {}
    for (run, trait, value), outcome in zip(rows, outcomes, strict=True):
        assert outcome.is_accepted == (first.setdefault((run, trait), value) == value)
    assert {(new.run_name, new.trait): new.value for new in added} == first
    assert len(added) == len(first)
