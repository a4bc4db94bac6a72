"""Files through the API and the job, on a real PostgreSQL."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.farm.imports.running import chunks, committing
from bellwether.platform.context import Context

from .conftest import SAMPLES, Farmer, NewFarmer

HEAD = "ID,SIRE,DAM,SEX,DOB\n"
A, B, C = "1612342018180001", "1612342019190002", "1612342020200003"


def animals(*rows: str) -> bytes:
    """A submission file."""
    return (HEAD + "\n".join(rows) + "\n").encode()


async def test_samples_end_to_end(farmer: Farmer) -> None:
    done = await farmer.take_in((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    assert (done["rows_in"], done["rows_accepted"], done["rows_rejected"]) == (5, 5, 0)
    page = (await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    recorded = [animal for animal in page if not animal["reference_only"]]
    assert (len(recorded), len(page)) == (5, 10)
    first = next(animal for animal in page if animal["tag"] == "240001")
    parents = {animal["id"]: animal for animal in page}
    assert parents[first["sire_id"]]["tag"] == "1699992022220077"
    assert parents[first["sire_id"]]["sex"] == "male"
    of_syndicate = next(animal for animal in page if animal["tag"] == "240003")
    assert (of_syndicate["sire_id"], of_syndicate["drop_year"]) == (None, 2024)
    assert done["warnings"] == {"parent_not_listed": 4, "syndicate_sire": 1, "death_not_recorded": 1}
    weights = (await farmer.ask("GET", "/weights", 200, params={"animal_id": first["id"]})).json()["items"]
    by_trait = {weight["trait"]: weight for weight in weights}
    assert set(by_trait) == {"BWT", "WWT", "PWT"}
    assert by_trait["WWT"]["age_days"] == 100
    assert by_trait["WWT"]["contemporary_group"] == "1234/2024/W/b1/g1"

    done = await farmer.take_in((SAMPLES / "weigh_session_dirty.csv").read_bytes(), "weights", trait="WWT")
    assert (done["rows_in"], done["rows_accepted"], done["rows_rejected"]) == (8, 4, 4)
    rows = await farmer.rows(done["import_id"])
    verdicts = {number: row["verdict"] for number, row in rows.items()}
    assert verdicts == {
        2: "match", 3: "match", 4: "match", 5: "out_of_range", 6: "reweigh", 7: "no_tag", 8: "unknown_tag", 9: "blank",
    }  # fmt: skip
    assert rows[2]["code"] == "eid_not_registered"
    assert rows[8]["raw"].startswith("982000999999999,,11/11/2024")
    assert all(row["fix"] and row["message"] for row in rows.values() if not row["is_accepted"])
    rejected = await farmer.rows(done["import_id"], accepted=False)
    assert sorted(rejected) == [5, 7, 8, 9]


async def test_the_same_file_again_is_the_same_import(farmer: Farmer) -> None:
    content = (SAMPLES / "sg_submission_like.csv").read_bytes()
    first = await farmer.upload(content, "sg")
    again = await farmer.upload(content, "sg")
    assert (first["id"], first["import_id"]) == (again["id"], again["import_id"])
    one = await farmer.run_import(first["import_id"])
    two = await farmer.run_import(first["import_id"])
    assert one == two
    assert one["state"] == "committed"
    imports = (await farmer.ask("GET", "/imports", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert [found["rows_in"] for found in imports] == [5]
    page = (await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert len(page) == 10


async def test_another_file_with_the_same_animals_changes_nothing(farmer: Farmer) -> None:
    content = (SAMPLES / "sg_submission_like.csv").read_bytes()
    await farmer.take_in(content, "sg")
    done = await farmer.take_in(content.replace(b"\r\n", b"\n"), "sg")
    assert done["verdicts"] == {"match": 5}


async def test_a_step_repeated_at_the_same_time_doubles_nothing(farmer: Farmer) -> None:
    await farmer.take_in(animals(*(f"16123420242400{n:02},,,1,2024-08-03" for n in range(50))), "sg")
    content = "VID,Date,Weight\n" + "".join(f"2400{n:02},2024-11-11,{20 + n / 10}\n" for n in range(50))
    sent = await farmer.upload(content.encode(), "weights", trait="WWT")
    context, import_id, today = Context(user_id=farmer.user_id), UUID(sent["import_id"]), date(2026, 1, 1)
    await committing.begin(farmer.database, context, import_id)
    rows = await chunks.open_file(farmer.database, context, import_id, today)
    (part,) = [part async for part in rows.chunks()]
    steps = [committing.apply(farmer.database, context, import_id, part, rows) for _ in range(4)]
    assert sorted(await asyncio.gather(*steps)) == [0, 0, 0, 50]
    done = await committing.finish(farmer.database, context, import_id)
    assert done["verdicts"] == {"new": 50}
    params = {"flock_id": farmer.flock_id}
    assert len((await farmer.ask("GET", "/weights", 200, params=params)).json()["items"]) == 50


async def test_every_import_tells_its_facts_once(farmer: Farmer, postgres_server: Any) -> None:
    sent = await farmer.upload((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    for _ in range(2):
        await farmer.run_import(sent["import_id"])
    connection = await asyncpg.connect(postgres_server.dsn)
    query = "select type, count(*) as n from farm.outbox where farm_id = $1 group by 1"
    found = {row["type"]: row["n"] for row in await connection.fetch(query, farmer.farm_id)}
    await connection.close()
    assert found == {
        "farm.farm.created.v1": 1,
        "farm.membership.granted.v1": 1,
        "farm.animal.registered.v1": 1,
        "farm.weight.recorded.v1": 3,
        "farm.measurement.recorded.v1": 6,
        "farm.import.completed.v1": 1,
    }


async def test_pedigree_rules(farmer: Farmer) -> None:
    done = await farmer.take_in(
        animals(
            f"{A},,,1,2018-08-01",
            f"{B},{A},,2,2019-08-01",
            f"{C},{B},,1,2020-08-01",
            f"1612342018180009,{A},,1,2018-07-01",
            f"1612342020200010,,{A},1,2020-07-01",
            f"1612342019190011,,{B},1,2019-09-01",
            "1612342020200012,12,,1,2020-07-01",
            "1612342020200013,1612342020200013,,1,2020-07-01",
            "1612342020200014,,,1,2021-07-01",
            f"1612342020200015,1612342022220001,{B},1,2020-07-01",
        ),
        "sg",
    )
    rows = await farmer.rows(done["import_id"], accepted=False)
    assert {number: row["code"] for number, row in rows.items()} == {
        4: "sex_clash",
        5: "born_before_parent",
        6: "sex_clash",
        7: "dam_too_young",
        8: "id_shape",
        9: "own_parent",
        10: "id_year_mismatch",
        11: "born_before_parent",
    }
    assert {row["verdict"] for row in rows.values()} == {"conflict", "bad_format"}


async def test_a_loop_is_rejected_with_its_path(farmer: Farmer) -> None:
    done = await farmer.take_in(animals(f"{A},{C},,1,", f"{B},{A},,1,", f"{C},{B},,1,"), "flock")
    rows = await farmer.rows(done["import_id"], accepted=False)
    assert [row["code"] for row in rows.values()] == ["born_before_parent"]
    late = [item[:6] + "2024" + item[10:] for item in (A, B, C)]
    one, two, three = late
    done = await farmer.take_in(animals(f"{one},{three},,1,", f"{two},{one},,1,", f"{three},{two},,1,"), "flock")
    rows = await farmer.rows(done["import_id"], accepted=False)
    assert [(number, row["code"]) for number, row in rows.items()] == [(4, "pedigree_loop")]
    assert rows[4]["message"].endswith(f"{three} -> {two[-6:]} -> {one[-6:]} -> {three}")


async def test_a_loop_across_imports_is_rejected(farmer: Farmer) -> None:
    one, two = "1612342024240001", "1612342024240002"
    await farmer.take_in(animals(f"{one},{two},,1,"), "sg")
    done = await farmer.take_in(animals(f"{two},{one},,1,"), "sg")
    rows = await farmer.rows(done["import_id"])
    assert (rows[2]["verdict"], rows[2]["code"]) == ("conflict", "pedigree_loop")


async def test_an_ancestor_becomes_a_recorded_animal(farmer: Farmer) -> None:
    await farmer.take_in(animals(f"{B},{A},,2,2019-08-01"), "sg")
    done = await farmer.take_in(animals(f"{A},,,1,2018-08-01"), "sg")
    assert done["verdicts"] == {"update": 1}
    done = await farmer.take_in(animals(f"{A},,,2,2018-08-01"), "sg")
    assert (await farmer.rows(done["import_id"]))[2]["code"] == "sex_clash"
    done = await farmer.take_in(animals(f"{A},,,1,2018-08-02", f"{C},{B},,1,2020-08-01"), "sg")
    rows = await farmer.rows(done["import_id"])
    codes = [(row["verdict"], row["code"]) for row in rows.values()]
    assert codes == [("update", "fact_replaced"), ("conflict", "sex_clash")]


async def test_parents_may_come_after_their_offspring(farmer: Farmer) -> None:
    done = await farmer.take_in(animals(f"{B},{A},,2,2019-08-01", f"{A},,,1,2018-08-01"), "sg")
    assert done["verdicts"] == {"new": 2}
    done = await farmer.take_in(animals(f"{C},,{B},1,2020-08-01", f"{B},,,2,2019-08-01"), "sg")
    assert done["verdicts"] == {"new": 1, "match": 1}


async def test_a_corrected_birth_date_moves_the_ages(farmer: Farmer) -> None:
    head = b"ID,DOB,WWT,WWTDATE,WWTGRP\n"
    await farmer.take_in(head + b"1612342024240001,2024-08-03,30,2024-11-11,1\n", "sg")
    await farmer.take_in(head + b"1612342024240001,2024-08-13,,,\n", "sg")
    weights = (await farmer.ask("GET", "/weights", 200, params={"flock_id": farmer.flock_id})).json()["items"]
    assert [weight["age_days"] for weight in weights] == [90]


async def test_two_animals_with_one_visual_tag_are_ambiguous(farmer: Farmer) -> None:
    await farmer.take_in(animals("1612342023000777,,,1,2023-08-01", "1612342024000777,,,1,2024-08-01"), "sg")
    done = await farmer.take_in(b"VID,Date,Weight\n000777,2024-11-11,30\n", "weights", trait="WWT")
    rows = await farmer.rows(done["import_id"])
    assert (rows[2]["verdict"], rows[2]["code"]) == ("ambiguous", "ambiguous_tag")


async def test_weights_by_registration(farmer: Farmer) -> None:
    await farmer.take_in(animals("1612342024000777,,,1,2024-08-01"), "sg")
    done = await farmer.take_in(b"ID,Date,Weight lb,Trait\n1612342024000777,2024-11-11,70,W\n", "weights")
    assert done["verdicts"] == {"new": 1}


async def test_files_that_cannot_be_taken(farmer: Farmer, new_farmer: NewFarmer) -> None:
    for content, kind, code in (
        (b"", "sg", "file_empty"),
        (b"a,b\n1,2\n", "sg", "header_unknown"),
        (b"VID,Date,Weight\n1,03/04/2024,30\n", "weights", "trait_missing"),
        (b"VID,Date,Weight,Stage\n1,03/04/2024,30,W\n", "weights", "date_order_ambiguous"),
    ):
        assert (await farmer.upload(content, kind, 422))["code"] == code
    other = await new_farmer()
    stolen = await farmer.upload(b"ID\n1\n", "flock", 422, farm_id=other.farm_id)
    assert (stolen["code"], stolen["errors"][0]["field"]) == ("reference_not_found", "farm_id")
    assert (await farmer.upload(b"ID\n1\n", "flock", 422, flock="nowhere"))["errors"][0]["field"] == "flock"
    assert (await farmer.upload(b"ID\n1\n", "goats", 422))["code"] == "invalid"
    imports = (await farmer.ask("GET", "/imports", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert imports == []


@pytest.mark.parametrize("more", [("colour", "red"), ("farm_id", "another"), ("\u00e9" * 200, "")])
async def test_a_form_with_unknown_or_repeated_fields(farmer: Farmer, more: tuple[str, str]) -> None:
    known = {"farm_id": farmer.farm_id, "flock": farmer.flock_id, "kind": "weights", "trait": "WWT"}
    parts = [more, *known.items()]
    form = [(name, (None, value)) for name, value in parts] + [("file", ("f.csv", b"VID,Date,Weight\n"))]
    answer = await farmer.ask("POST", "/imports", 422, files=form)
    assert answer.json()["code"] == "unknown_field", answer.text


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "raw_unicode_escape", "utf-16"])
async def test_a_file_name_in_a_strange_character_set(farmer: Farmer, charset: str) -> None:
    fields = {"farm_id": farmer.farm_id, "flock": farmer.flock_id, "kind": "weights", "trait": "WWT"}
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts.append('Content-Disposition: form-data; name="file"; filename="\\ud800+2AA-.csv"\r\n\r\nVID,Date,Weight\n')
    body = "".join(f"--x\r\n{part}\r\n" for part in parts) + "--x--\r\n"
    headers = {"content-type": f"multipart/form-data; charset={charset}; boundary=x"}
    answer = await farmer.ask("POST", "/imports", headers=headers, content=body.encode())
    assert answer.status_code in (202, 422), answer.text


async def test_another_farm_sees_no_import(farmer: Farmer, new_farmer: NewFarmer) -> None:
    sent = await farmer.upload(b"ID\n1612342024240001\n", "sg")
    other = await new_farmer()
    await other.ask("GET", f"/imports/{sent['import_id']}", 404)
    await other.ask("GET", f"/imports/{sent['import_id']}/rows", 404)
    await other.ask("GET", f"/jobs/{sent['id']}", 404)
    await farmer.ask("GET", f"/jobs/{sent['id']}", 200)
