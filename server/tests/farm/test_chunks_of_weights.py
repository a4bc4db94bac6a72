"""A long file of weights is taken in chunks: what one looked up serves the next, unless somebody wrote in between."""

import re
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.farm.imports.running import chunks, committing
from bellwether.farm.measurements import repository
from bellwether.platform.database import many_rows

from .conftest import Farmer, NewFarmer, weights_of
from .test_import_life import DAY, lambs, small_chunks

__all__ = ["small_chunks"]
FIRST, SECOND = "2024-11-18", "2024-11-25"


def sessions(*days: str, count: int = 3) -> bytes:
    """A weighing of the lambs of `test_import_life` on each day, one after the other."""
    lines = [f"2400{n:02},{day},{31 + place + n % 3}\n" for place, day in enumerate(days) for n in range(count)]
    return ("VID,Date,Weight\n" + "".join(lines)).encode()


@pytest.mark.usefixtures("small_chunks")
async def test_another_writer_between_two_chunks(farmer: Farmer) -> None:
    """The last day of the animal is not the one that the chunk before has seen: the new weight replaces the other."""
    await farmer.take_in(lambs(3), "sg")
    animal = (await weights_of(farmer))[0]["animal_id"]
    sent = await farmer.upload(sessions(FIRST, SECOND), "weights", trait="WWT")
    import_id, context = UUID(sent["import_id"]), farmer.job(sent["import_id"]).context
    rows = await chunks.open_file(farmer.database, context, import_id, DAY)
    await committing.begin(farmer.database, context, import_id)
    parts = [part async for part in rows.chunks()]
    assert [len(part) for part in parts] == [3, 3]
    await committing.apply(farmer.database, context, import_id, parts[0], rows)
    weight = {"animal_id": animal, "trait": "WWT", "weight": 50, "occurred_on": SECOND}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weight])
    await committing.apply(farmer.database, context, import_id, parts[1], rows)
    found = await farmer.rows(sent["import_id"])
    assert sorted(row["verdict"] for row in found.values()) == ["new"] * 5 + ["update"]
    (updated,) = [row for row in found.values() if row["verdict"] == "update"]
    assert (updated["animal_id"], updated["code"]) == (animal, "two_weighings")


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("days", [(FIRST, SECOND, FIRST), (SECOND, FIRST, SECOND), (FIRST, FIRST)])
async def test_a_day_that_comes_again_in_a_later_chunk(farmer: Farmer, days: tuple[str, ...]) -> None:
    """Sessions in any order: a day counts once for each animal, and the value that was said last counts."""
    await farmer.take_in(lambs(3), "sg")
    done = await farmer.take_in(sessions(*days), "weights", trait="WWT")
    assert done["verdicts"] == {"new": 3 * len(set(days)), "reweigh": 3 * (len(days) - len(set(days)))}
    last = {day: place for place, day in enumerate(days)}
    counts = [item for item in await weights_of(farmer) if item["occurred_on"] in last]
    assert sorted((item["occurred_on"], item["weight_kg"]) for item in counts) == sorted(
        (day, 31.0 + place + n) for day, place in last.items() for n in range(3)
    )


@pytest.mark.usefixtures("small_chunks")
async def test_many_rows_are_stored_as_few_are(new_farmer: NewFarmer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Previewed, where all chunks share a transaction, and committed."""
    found = []
    for many in (1, 1_000_000):
        monkeypatch.setattr(many_rows, "MANY", many)
        farmer, content = await new_farmer(), sessions(FIRST, "", FIRST, SECOND, count=6)
        await farmer.take_in(lambs(5), "sg")
        previewed = await farmer.take_in(content, "weights", trait="WWT", commit="false")
        done = await farmer.take_in(content, "weights", trait="WWT")
        assert (previewed["verdicts"], previewed["faults"]) == (done["verdicts"], done["faults"])
        weights = [without_ids(item) for item in await weights_of(farmer)]
        rows = [without_ids(row) for row in (await farmer.rows(done["import_id"])).values()]
        found.append((done["verdicts"], weights, rows))
    assert len(found[0][2]) == 24
    assert found[0] == found[1]


def without_ids(item: dict[str, Any]) -> dict[str, Any]:
    """What two farms have alike."""
    return {name: value for name, value in item.items() if name != "id" and not name.endswith("_id")}


@pytest.mark.parametrize("statement", [repository.CURRENT, repository.EARLIER, repository.LAST])
async def test_a_look_up_walks_through_no_farm(farmer: Farmer, statement: str) -> None:
    """However little the statistics know of a farm, its animals are found by an index that begins with them."""
    await farmer.take_in(lambs(3), "sg")
    asked = [[UUID(int=1)], ["WWT"], [date(2024, 11, 18)]][: 3 if "$4" in statement else 2]
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin")
    # of a table of a few rows any index is as good as another
    await connection.execute(
        "update pg_class set reltuples = 1000000, relpages = 10000 where oid = 'farm.observation'::regclass"
    )
    await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
    plan = await connection.fetch("explain " + statement, UUID(farmer.farm_id), *asked)
    await connection.close()
    shown = "\n".join(row[0] for row in plan)
    assert re.search(r"Index Cond: \(+animal_id = d\.animal_id", shown), shown
    assert not re.search(r"Index Cond: \(+farm_id", shown), shown
