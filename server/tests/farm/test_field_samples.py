"""Samples of the field through the API: what is stored is what their right answers say."""

from typing import Any

from .conftest import SAMPLES, Farmer

TAGS = ("240001", "240002")


async def with_lambs(farmer: Farmer, *tags: str) -> dict[str, str]:
    """Lambs that the weigh sessions name."""
    made = {}
    for tag in tags:
        identifiers = [{"kind": "visual", "value": tag}]
        made[tag] = (await farmer.animal(sex="female", birth_date="2024-08-03", identifiers=identifiers))["id"]
    return made


async def weights(farmer: Farmer) -> list[tuple[str, float, str, str]]:
    """Day, weight, and how it was written."""
    found = (await farmer.ask("GET", "/weights", 200, params={"flock_id": farmer.flock_id})).json()["items"]
    return sorted((w["occurred_on"], round(w["weight_kg"], 2), w["raw_value"], w["raw_unit"]) for w in found)


async def animals(farmer: Farmer) -> list[dict[str, Any]]:
    """All of the farm, ancestors too."""
    items: list[dict[str, Any]] = (
        await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id, "limit": 1000})
    ).json()["items"]
    return items


async def in_pounds(farmer: Farmer) -> None:
    """The farm works in pounds."""
    path = f"/farms/{farmer.farm_id}"
    found = await farmer.ask("GET", path, 200)
    headers = {"if-match": found.headers["etag"]}
    await farmer.ask("PATCH", path, 200, json={"weight_unit": "lb"}, headers=headers)


def sample(name: str) -> bytes:
    """A file."""
    return (SAMPLES / name).read_bytes()


async def test_a_column_twice_stores_nothing(farmer: Farmer) -> None:
    for name in ("weights.csv", "two_names.csv"):
        problem = await farmer.upload(sample(f"columns-twice/{name}"), "weights", 422, trait="WWT")
        assert problem["code"] == "column_twice"
        assert "column" in problem["errors"][0]["message"]
    assert await weights(farmer) == []


async def test_a_farm_in_pounds(farmer: Farmer) -> None:
    await in_pounds(farmer)
    await with_lambs(farmer, *TAGS)
    done = await farmer.take_in(sample("farm-in-pounds/weights.csv"), "weights", trait="WWT")
    assert done["rows_accepted"] == 2
    assert await weights(farmer) == [("2024-11-25", 27.22, "60", "lb"), ("2024-11-25", 31.75, "70", "lb")]
    assert "pounds" in (await farmer.an_import(done["import_id"]))["told"]


async def test_a_list_of_a_farm_in_pounds(farmer: Farmer) -> None:
    await in_pounds(farmer)
    await farmer.take_in(sample("farm-in-pounds/nsip.csv"), "sg")
    assert [row[1] for row in await weights(farmer)] == [4.31, 31.75]


async def test_a_total_row_becomes_no_sheep(farmer: Farmer) -> None:
    done = await farmer.take_in(sample("total-row-becomes-sheep/flock.csv"), "flock")
    assert (done["rows_in"], done["rows_accepted"], done["rows_rejected"]) == (5, 2, 3)
    assert {row["code"] for row in (await farmer.rows(done["import_id"], accepted=False)).values()} == {"not_an_animal"}
    assert len(await animals(farmer)) == 2


async def test_words_for_unknown_are_no_parents(farmer: Farmer) -> None:
    done = await farmer.take_in(sample("unknown-parent-words/flock.csv"), "flock")
    rows = await farmer.rows(done["import_id"])
    assert {n: row["code"] for n, row in rows.items() if not row["is_accepted"]} == {
        6: "syndicate_parent", 7: "syndicate_parent",
    }  # fmt: skip
    found = await animals(farmer)
    assert sorted(animal["tag"] for animal in found) == ["A1", "A2", "A3", "A4", "A7"]
    assert {animal["sire_id"] for animal in found} == {animal["dam_id"] for animal in found} == {None}
    warned = await farmer.rows(done["import_id"], code="unknown_parent")
    assert sorted(warned) == [4, 5, 8]


async def test_an_unquoted_decimal_comma_is_no_weight(farmer: Farmer) -> None:
    await with_lambs(farmer, *TAGS, "240004", "240005")
    done = await farmer.take_in(sample("unquoted-decimal-comma/weights.csv"), "weights", trait="WWT")
    assert {row["code"] for row in (await farmer.rows(done["import_id"])).values()} == {"ragged_line"}
    done = await farmer.take_in(sample("unquoted-decimal-comma/note_comma.csv"), "weights", trait="WWT")
    assert {n: row["code"] for n, row in (await farmer.rows(done["import_id"])).items()} == {2: "ragged_line", 3: None}
    assert await weights(farmer) == [("2024-11-25", 30.5, "30.5", "kg")]


async def test_the_order_of_dates_is_proved_by_the_last_line(farmer: Farmer) -> None:
    await with_lambs(farmer, "L2001", "L2002")
    lines = [f"L{n},08/08/2024,30" for n in range(1, 2001)] + ["L2001,07/08/2024,30", "L2002,07/25/2024,30"]
    content = "VID,Date,Weight\n" + "\n".join(lines) + "\n"
    moved = content.replace("2024,30", "2025,30")
    done = await farmer.take_in(moved.encode(), "weights", trait="WWT")
    assert done["rows_accepted"] == 2
    assert [row[0] for row in await weights(farmer)] == ["2025-07-08", "2025-07-25"]
    assert "month first" in (await farmer.an_import(done["import_id"]))["told"]
