"""One sheep is one animal, whatever it is called by; what may be two is asked about."""

from typing import Any

import asyncpg
import pytest

from ..conftest import Farmer, animals_of, weights_of
from .conftest import codes, listed, told

EID = "982000123456701"
WEIGHTS = "Tag,Date,Weight"


async def weighed(farmer: Farmer, *rows: str, head: str = WEIGHTS, **form: str) -> dict[int, dict[str, object]]:
    """A weigh session; its rows with their verdicts."""
    done = await farmer.take_in("\n".join([head, *rows, ""]).encode(), "weights", trait="WWT", **form)
    return await farmer.rows(done["import_id"])


async def test_two_rows_of_one_sheep_by_different_identifiers(farmer: Farmer) -> None:
    head = "EID,Tag,Sex,DOB"
    rows = await listed(farmer, f"{EID},12,F,2024-08-01", f"{EID},,F,2024-08-01", head=head)
    assert len(await animals_of(farmer)) == 1
    rows = await listed(farmer, f"{EID},,F,", ",12,,2024-08-01", head=head)
    assert codes(rows) == [None, None]
    assert len(await animals_of(farmer)) == 1


async def test_two_rows_of_one_sheep_that_disagree(farmer: Farmer) -> None:
    rows = await listed(farmer, f"{EID},12,F,2024-08-01", ",12,M,2024-08-01", head="EID,Tag,Sex,DOB")
    assert codes(rows) == [None, "rows_disagree"]


async def test_a_list_with_another_kind_of_column_doubles_nothing(farmer: Farmer) -> None:
    await listed(farmer, "12,F,2024-08-01", "13,M,2024-08-02", head="Tag,Sex,DOB")
    for head in ("ID,Sex,DOB", "Tag,Sex", "ID,Sex", "Tag,Sex,DOB"):
        cut = head.count(",") == 1
        rows = await listed(
            farmer, *(row[:4] if cut else row for row in ("12,F,2024-08-01", "13,M,2024-08-02")), head=head
        )
        assert all(row["is_accepted"] for row in rows.values()), head
        assert len(await animals_of(farmer)) == 2, head
    await listed(farmer, "20,F,2024-08-01", head="Tag,Sex,DOB")
    rows = await listed(farmer, "20,M", head="ID,Sex")
    assert codes(rows) == ["identifier_taken"]


async def test_identifiers_that_differ_by_case_and_blanks_are_one(farmer: Farmer) -> None:
    await listed(farmer, "ab 12,F,2024-08-01", head="Tag,Sex,DOB")
    await listed(farmer, "AB12,F,2024-08-01", " Ab 1 2 ,F,", head="Tag,Sex,DOB")
    assert len(await animals_of(farmer)) == 1


async def test_a_tag_in_use_again_in_another_year(farmer: Farmer) -> None:
    await listed(farmer, "12,F,2020-08-01", head="Tag,Sex,DOB")
    rows = await listed(farmer, "12,M,2024-08-01", head="Tag,Sex,DOB")
    assert codes(rows) == [None]
    assert len(await animals_of(farmer)) == 2
    rows = await listed(farmer, "12,", head="Tag,Sex")
    assert (codes(rows), rows[2]["verdict"]) == (["identifier_taken"], "ambiguous")
    rows = await weighed(farmer, "12,2024-11-11,31", "12,2020-11-11,31")
    assert codes(rows) == ["ambiguous_tag", None]


async def test_the_key_of_the_keeper_is_kept_and_matched(farmer: Farmer) -> None:
    """Holding and number as the farm's own program writes them."""
    key = {"kind": "registration", "value": "12/345/6789-00045", "scheme": "uk.cph.number"}
    made = await farmer.animal(sex="female", birth_date="2024-08-01", identifiers=[key])
    rows = await weighed(farmer, "12/345/6789-00045,2024-11-11,31", head="ID,Date,Weight")
    assert rows[2]["animal_id"] == made["id"]
    rows = await listed(farmer, "12/345/6789-00045,F,2024-08-01", head="ID,Sex,DOB")
    assert rows[2]["animal_id"] == made["id"]
    assert len(await animals_of(farmer)) == 1


async def test_an_animal_that_leaves_and_returns(farmer: Farmer) -> None:
    """Its numbers are the same, so it is the same animal with the same history."""
    await listed(farmer, f"{EID},12,F,2024-08-01", head="EID,Tag,Sex,DOB")
    await weighed(farmer, f"{EID},2024-11-11,31", head="EID,Date,Weight")
    other = await farmer.make("/flocks", farm_id=farmer.farm_id, name="Away", code="2")
    await listed(farmer, f"{EID},77,F,2024-08-01", head="EID,Tag,Sex,DOB", flock=other["id"])
    await listed(farmer, f"{EID},12,F,2024-08-01", head="EID,Tag,Sex,DOB")
    (animal,) = await animals_of(farmer)
    assert {item["value"] for item in animal["identifiers"]} >= {EID, "12", "77"}
    assert len(await weights_of(farmer)) == 1


async def ended(server: Any, farmer: Farmer, value: str) -> None:
    """The use of an identifier ended on the first of October, as an administrator writes it down."""
    connection = await asyncpg.connect(server.dsn)
    statement = """
        update farm.identifier set state = 'closed', validity = tstzrange(null, '2024-10-01 12:00')
        where farm_id = $1 and value = $2
    """
    await connection.execute(statement, farmer.farm_id, value)
    await connection.close()


async def test_a_tag_in_use_again_after_its_first_use_has_ended(farmer: Farmer, postgres_server: Any) -> None:
    await listed(farmer, "12,F,2024-08-01", head="Tag,Sex,DOB")
    await ended(postgres_server, farmer, "12")
    rows = await listed(farmer, "12,M,2024-08-02", head="Tag,Sex,DOB")
    assert (codes(rows), len(await animals_of(farmer))) == ([None], 2)
    rows = await weighed(farmer, "12,2024-11-11,31", "12,2024-09-11,25", "12,2024-10-02,28", "12,2024-10-01,27")
    worn = {animal["sex"]: animal["id"] for animal in await animals_of(farmer)}
    assert [rows[n]["animal_id"] for n in (2, 3, 4, 5)] == [worn[sex] for sex in ("male", "female", "male", "female")]
    # whatever the order of the rows, and whatever else is said of them
    for day, sex in (("2024-09-12", "female"), ("2024-10-03", "male")):
        assert (await weighed(farmer, f"12,{day},29"))[2]["animal_id"] == worn[sex]


async def test_a_number_whose_last_use_has_ended_leads_to_its_animal_and_a_tag_does_not(
    farmer: Farmer, postgres_server: Any
) -> None:
    tags = [{"kind": "eid", "value": EID}, {"kind": "visual", "value": "12"}]
    made = await farmer.animal(birth_date="2024-08-01", identifiers=tags)
    for value in (EID, "12"):
        await ended(postgres_server, farmer, value)
    rows = await weighed(farmer, f"{EID},2024-11-11,31", "12,2024-11-12,31", "12,2024-09-12,31")
    assert [row["animal_id"] for row in rows.values()] == [made["id"], None, made["id"]]
    assert codes(rows)[1] == "unknown_tag"


async def test_an_animal_whose_number_had_ended_returns(farmer: Farmer, postgres_server: Any) -> None:
    made = await farmer.animal(birth_date="2024-08-01", identifiers=[{"kind": "eid", "value": EID}])
    await ended(postgres_server, farmer, EID)
    assert (await weighed(farmer, f"{EID},2024-11-11,31", head="EID,Date,Weight"))[2]["animal_id"] == made["id"]
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "identifiers": [{"kind": "eid", "value": EID}]}
    assert (await farmer.ask("POST", "/animals", 409, json=body)).json()["code"] == "duplicate_identifier"
    rows = await listed(farmer, f"{EID},2024-08-01", head="EID,DOB")
    assert rows[2]["animal_id"] == made["id"]
    (animal,) = await animals_of(farmer)
    assert [item["value"] for item in animal["identifiers"]] == [EID]


@pytest.mark.parametrize("column", ["ID", "Tag"])
async def test_an_animal_of_a_weigh_session_is_looked_up_by_every_identifier(farmer: Farmer, column: str) -> None:
    tags = [
        {"kind": "eid", "value": EID}, {"kind": "registration", "value": "1612342024240001"},
        {"kind": "visual", "value": "240001"}, {"kind": "name", "value": "Dolly"},
    ]  # fmt: skip
    made = await farmer.animal(sex="female", birth_date="2024-08-03", identifiers=tags)
    cells = (EID, "982 000123456701", "1612342024240001", "240001", "dolly")
    days = [f"{cell},2024-11-1{place},31" for place, cell in enumerate(cells)]
    rows = await weighed(farmer, *days, head=f"{column},Date,Weight")
    assert [row["animal_id"] for row in rows.values()] == [made["id"]] * 5


async def test_weights_before_animals(farmer: Farmer) -> None:
    """The remedy of the row is right: register the animal, and the row may come again."""
    assert codes(await weighed(farmer, "240001,25/11/2024,31", date_order="dmy")) == ["unknown_tag"]
    await farmer.animal(birth_date="2024-08-03", identifiers=[{"kind": "visual", "value": "240001"}])
    rows = await weighed(farmer, "240001,25/11/2024,31", "", date_order="dmy")
    assert codes(rows)[0] is None
    assert len(await weights_of(farmer)) == 1


async def test_repeated_weights_of_a_day_are_both_kept(farmer: Farmer) -> None:
    """No time tells which is the later one: the last counts, and nobody is left without a word."""
    await farmer.animal(birth_date="2024-08-03", identifiers=[{"kind": "visual", "value": "12"}])
    rows = await weighed(farmer, "12,2024-11-11,31.5", "12,2024-11-11,33.5")
    assert [row["is_accepted"] for row in rows.values()] == [True, True]
    assert told(rows[3]) == {"two_weighings"}
    assert "31.5" in str(rows[3]["message"])
    rows = await weighed(farmer, "12,2024-11-11,31.5", "12,2024-11-11,33.5", "")
    assert [weight["weight_kg"] for weight in await weights_of(farmer)] == [33.5]
    assert told(rows[2]) == {"two_weighings"}


async def test_a_group_that_was_weighed_weeks_apart_is_told(farmer: Farmer) -> None:
    for tag in ("1", "2", "3"):
        await farmer.animal(birth_date="2024-08-03", identifiers=[{"kind": "visual", "value": tag}])
    assert codes(await weighed(farmer, "1,2024-11-11,31")) == [None]
    assert codes(await weighed(farmer, "2,2024-11-25,32")) == [None]
    rows = await weighed(farmer, "3,2024-12-09,33")
    assert codes(rows) == ["group_over_weeks"]
    assert rows[2]["is_accepted"] is True
    animal = (await animals_of(farmer))[0]
    weight = {"animal_id": animal["id"], "trait": "WWT", "weight": 34, "occurred_on": "2024-12-10"}
    told_back = await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weight])
    assert [warning["code"] for warning in told_back["warnings"]] == ["group_over_weeks"]


async def test_a_group_of_a_list_that_was_weighed_weeks_apart_is_told(farmer: Farmer) -> None:
    head = "Tag,DOB,BWT,WWT,WWTDATE"
    rows = await listed(farmer, "1,2024-08-03,4,31,2024-11-11", "2,2024-09-20,4,31,2024-12-11", head=head)
    assert codes(rows) == [None, "group_over_weeks"]
    rows = await listed(farmer, "3,2024-09-20,4,31,2024-12-20", head=head)
    assert codes(rows) == ["group_over_weeks"]


async def test_a_farm_in_pounds(farmer: Farmer) -> None:
    tag = (await farmer.ask("GET", f"/farms/{farmer.farm_id}", 200)).headers["etag"]
    unit = {"weight_unit": "lb"}
    await farmer.ask("PATCH", f"/farms/{farmer.farm_id}", 200, json=unit, headers={"If-Match": tag})
    animal = await farmer.animal(birth_date="2024-08-03")
    weight = {"animal_id": animal["id"], "trait": "WWT", "weight": 70, "occurred_on": "2024-11-11"}
    (made,) = (await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weight]))["items"]
    assert (round(made["weight_kg"], 2), made["raw_value"], made["raw_unit"]) == (31.75, "70", "lb")
