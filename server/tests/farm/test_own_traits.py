"""A farm's own traits are recorded, imported, exported and evaluated where those of the dictionary are."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from bellwether.farm.own_traits.defining import Said, faults
from bellwether.sheep.traits import OWN, TRAITS, Known

from .conftest import Farmer, NewFarmer
from .dumps import dump
from .exporting import exported
from .test_measurements import listed, record

FLIGHT = {
    "code": "XFLIGHT", "name": "flight time", "kind": "number", "unit": "s", "hard": {"low": 0, "high": 60},
    "soft": {"low": 0.3, "high": 10}, "decimals": 2, "stage": "W", "heritability": 0.3, "phenotypic_variance": 1.5,
}  # fmt: skip
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-trait.md"
TEMPER = {"code": "XTEMPER", "name": "temper", "kind": "category", "words": ["calm", "nervous", "wild"]}
HORNED = {"code": "XHORNED", "name": "horned", "kind": "yes_no"}
DAY = {"occurred_on": "2024-12-10"}


async def define(farmer: Farmer, *bodies: dict[str, Any]) -> None:
    """Traits of the farm."""
    for body in bodies:
        await farmer.make(f"/farms/{farmer.farm_id}/traits", **body)


async def change(farmer: Farmer, code: str, expect: int = 200, **body: Any) -> Any:
    """Say something anew of a trait, as it is now."""
    path = f"/farms/{farmer.farm_id}/traits/{code}"
    match = (await farmer.ask("GET", path, 200)).headers["etag"]
    return (await farmer.ask("PATCH", path, expect, json=body, headers={"If-Match": match})).json()


def test_no_code_of_the_dictionary_can_be_one_of_a_farm() -> None:
    assert not [code for code in TRAITS if code.startswith(OWN)]
    assert not [name for trait in TRAITS.values() for name in trait.aliases if name.startswith(OWN)]
    assert list(Known()) == list(TRAITS)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": "Weaning weight"}, "name", "name_taken"),
        ({"name": "Ear tag"}, "name", "name_taken"),
        ({"unit": None}, "unit", "unit_missing"),
        ({"hard": None}, "hard", "range_missing"),
        ({"hard": (5, 5), "soft": None}, "hard", "range_empty"),
        ({"soft": (0, 99)}, "soft", "range_outside"),
        ({"kind": "category", "unit": None, "hard": None, "words": ()}, "words", "words_missing"),
        ({"words": ("calm", "wild")}, "words", "words_unused"),
        ({"kind": "category", "unit": None, "words": ("calm", "Calm")}, "words", "word_twice"),
        ({"kind": "category", "unit": None, "words": ("calm", "unknown")}, "words", "word_unfit"),
    ],
)
def test_a_definition_that_contradicts_itself_or_the_dictionary(changes: dict[str, Any], field: str, code: str) -> None:
    good = Said("flight time", "number", "s", (0, 60), (0, 10), None, (), (None, None))
    assert faults(good) == []
    assert [(error.field, error.code) for error in faults(good._replace(**changes))] == [(field, code)]


async def test_an_own_trait_is_judged_as_those_of_the_dictionary_are(farmer: Farmer) -> None:
    """I22 for a farm's own traits."""
    await define(farmer, FLIGHT, TEMPER, HORNED)
    path = f"/farms/{farmer.farm_id}/traits"
    assert [t["code"] for t in (await farmer.ask("GET", path, 200)).json()["items"]] == [
        "XFLIGHT",
        "XTEMPER",
        "XHORNED",
    ]
    for body in (FLIGHT | {"name": "other"}, FLIGHT | {"code": "XOTHER", "name": "Flight-Time"}):
        assert (await farmer.ask("POST", path, 409, json=body)).json()["code"] == "trait_exists"
    for code in ("FLIGHT", "XDATE", "WWT", "xflight"):
        await farmer.ask("POST", path, 422, json=FLIGHT | {"code": code})
    animal = (await farmer.animal(birth_date="2024-08-01"))["id"]
    sent = DAY | {"animal_id": animal}
    made = await record(
        farmer,
        sent | {"trait": "XFLIGHT", "value": 12.5},
        sent | {"trait": "XTEMPER", "word": "Nervous"},
        sent | {"trait": "XHORNED", "word": "yes"},
    )
    assert [(m["trait"], m["value"], m["unit"], m["raw_value"]) for m in made["items"]] == [
        ("XFLIGHT", 12.5, "s", "12.5"), ("XTEMPER", 2, "category", "Nervous"), ("XHORNED", 1, "yes/no", "yes"),
    ]  # fmt: skip
    assert [(w["row"], w["code"]) for w in made["warnings"]] == [(0, "soft_range")]
    assert made["items"][0]["contemporary_group"].endswith("/2024/W/b0/g0")
    rows = [
        {"trait": "XFLIGHT", "value": 61},
        {"trait": "XNOBODY", "value": 1},
        {"trait": "XTEMPER", "word": "mad"},
        {"trait": "XTEMPER", "value": 1.5},
        {"trait": "XFLIGHT", "word": "fast"},
        {"trait": "XFLIGHT"},
        {"trait": "XFLIGHT", "value": 3, "unit": "kg"},
    ]
    answer = await record(farmer, *(sent | row for row in rows), expect=422)
    assert [(e["row"], e["code"]) for e in answer["errors"]] == [
        (0, "out_of_range"), (1, "trait_unknown"), (2, "word_unknown"), (3, "word_unknown"), (4, "word_unknown"),
        (5, "value_missing"), (6, "unit_unknown"),
    ]  # fmt: skip


async def test_what_has_records_is_ended_and_what_was_said_stays(farmer: Farmer) -> None:
    await define(farmer, FLIGHT, TEMPER)
    animal = (await farmer.animal(birth_date="2024-08-01"))["id"]
    sent = DAY | {"animal_id": animal, "trait": "XFLIGHT"}
    await record(farmer, sent | {"value": 12.5})
    before = await listed(farmer, animal_id=animal)
    changed = await change(farmer, "XFLIGHT", hard={"low": 0, "high": 11}, valid_to="2025-01-01")
    assert (changed["soft"], changed["rev"]) == ({"low": 0.3, "high": 10}, 2)
    assert await listed(farmer, animal_id=animal) == before
    answer = await record(farmer, sent | {"value": 12.5, "occurred_on": "2024-12-11"}, expect=422)
    assert [e["code"] for e in answer["errors"]] == ["out_of_range"]
    answer = await record(farmer, sent | {"value": 5, "occurred_on": "2025-02-01"}, expect=422)
    assert [e["code"] for e in answer["errors"]] == ["trait_not_valid"]
    for code, expect in (("XFLIGHT", 409), ("XTEMPER", 204)):
        path = f"/farms/{farmer.farm_id}/traits/{code}"
        await farmer.ask("DELETE", path, 428)
        match = (await farmer.ask("GET", path, 200)).headers["etag"]
        await farmer.ask("DELETE", path, expect, headers={"If-Match": match})


async def test_the_page_says_how(farmer: Farmer) -> None:
    body = json.loads(PAGE.read_text().split("```json\n")[1].split("```")[0])
    made = await farmer.make(f"/farms/{farmer.farm_id}/traits", **body)
    assert (made["hard"], made["unit"], made["stage"]) == ({"low": 1, "high": 3}, "category", "W")


async def test_words_are_only_added(farmer: Farmer) -> None:
    await define(farmer, TEMPER)
    assert (await change(farmer, "XTEMPER", 422, words=["wild", "calm"]))["errors"][0]["code"] == "words_changed"
    found = await change(farmer, "XTEMPER", words=[*TEMPER["words"], "mad"])
    assert (found["words"][-1], found["hard"]) == ("mad", {"low": 1, "high": 4})


async def test_only_owners_define_and_may_keep_recording_for_themselves(farmer: Farmer, new_farmer: NewFarmer) -> None:
    path = f"/farms/{farmer.farm_id}/traits"
    worker, viewer, other = [await new_farmer(with_farm=False) for _ in range(3)]
    for who, role in ((worker, "worker"), (viewer, "viewer")):
        await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(who.user_id), role=role)
    for who, status in ((worker, 403), (viewer, 403), (other, 404)):
        await who.ask("POST", path, status, json=FLIGHT)
    await define(farmer, FLIGHT | {"may_record": "owners"})
    for who, statuses in ((worker, (200, 403)), (viewer, (200, 403)), (other, (404, 404))):
        await who.ask("GET", f"{path}/XFLIGHT", statuses[0])
        await who.ask("DELETE", f"{path}/XFLIGHT", statuses[1], headers={"If-Match": "*"})
        await who.ask("PATCH", f"{path}/XFLIGHT", statuses[1], json={"name": "mine"}, headers={"If-Match": "*"})
    animal = (await farmer.animal(birth_date="2024-08-01"))["id"]
    body = {"farm_id": farmer.farm_id, "measurements": [DAY | {"animal_id": animal, "trait": "XFLIGHT", "value": 3}]}
    answer = (await worker.ask("POST", "/measurements", 422, json=body)).json()
    assert [e["code"] for e in answer["errors"]] == ["trait_not_yours"]
    await farmer.ask("POST", "/measurements", 201, json=body)


async def test_files_in_and_out_say_the_same(farmer: Farmer) -> None:
    await define(farmer, FLIGHT, TEMPER, HORNED)
    for tag in ("1", "2"):
        await farmer.animal(birth_date="2024-08-01", identifiers=[{"kind": "visual", "value": tag}])
    lines = ["VID,Date,Trait,Value", "1,2024-12-10,XFLIGHT,2.25", "2,2024-12-10,flight time,3.5",
             "1,2024-12-10,XTEMPER,wild", "2,2024-12-10,XTEMPER,mad", "1,2024-12-10,XHORNED,no",
             "1,2024-12-10,XNOBODY,1"]  # fmt: skip
    done = await farmer.take_in("\n".join(lines).encode(), "measurements")
    assert (done["rows_accepted"], done["faults"]) == (4, {"word_unknown": 1, "trait_unknown": 1})
    sheet = b"VID,DOB,XTEMPER,XTEMPERDATE,Horned,Horned Date\n2,2024-08-01,calm,2024-12-10,yes,2024-12-10\n"
    assert (await farmer.take_in(sheet, "flock"))["rows_accepted"] == 1
    counted = {(m["trait"], m["value"]) for m in await listed(farmer, flock_id=farmer.flock_id)}
    assert counted == {
        ("XFLIGHT", 2.25), ("XFLIGHT", 3.5), ("XTEMPER", 3), ("XTEMPER", 1), ("XHORNED", 0), ("XHORNED", 1),
    }  # fmt: skip
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    for options in ({}, {"file": "xlsx"}, {"delimiter": ";", "decimal": ","}):
        content, report = await exported(farmer, "measurements", **options)
        assert report["written"] == {"measurements": 6}
        assert (await farmer.take_in(content, "measurements"))["rows_accepted"] == 6
        assert await dump(farmer.admin_dsn, farmer.farm_id) == before
    content, _ = await exported(farmer, "measurements", traits=["XTEMPER"])
    assert b"XTEMPER,wild,category" in content


async def test_evaluation_files_hold_it_with_its_contemporary_group(farmer: Farmer) -> None:
    await define(farmer, FLIGHT)
    for n in range(12):
        tags = [{"kind": "visual", "value": f"{n + 1}"}]
        animal = await farmer.animal(birth_date="2024-08-01", identifiers=tags)
        await record(farmer, DAY | {"animal_id": animal["id"], "trait": "XFLIGHT", "value": 1 + n / 4})
    content, report = await exported(farmer, "evaluate", traits=["XFLIGHT"])
    assert report["written"]["records_XFLIGHT"] == 12
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        records = files.read("rec.csv").decode()
    assert "group_XFLIGHT" in records
    assert "/2024/W/b0/g0" in records


async def test_templates_and_reports_know_it(farmer: Farmer) -> None:
    await define(farmer, FLIGHT)
    path = f"/farms/{farmer.farm_id}/session-templates"
    bad = {"name": "Handling", "kind": "yard", "traits": ["WWT", "XNOBODY"]}
    answer = (await farmer.ask("POST", path, 422, json=bad)).json()
    assert (answer["code"], answer["errors"][0]["field"]) == ("trait_unknown", "traits.1")
    made = await farmer.make(path, **bad | {"traits": ["WWT", "XFLIGHT"]})
    day = await farmer.make(
        f"/farms/{farmer.farm_id}/sessions", template_id=made["id"], name="Weaners", held_on="2024-12-10"
    )
    animal = (await farmer.animal(birth_date="2024-08-01"))["id"]
    await record(farmer, DAY | {"animal_id": animal, "trait": "XFLIGHT", "value": 12})
    summary = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/sessions/{day['id']}/summary", 200)).json()
    assert (summary["means"], summary["unusual"][0]["why"]) == ({"XFLIGHT": 12}, "outside_usual_range")
    report = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/reports/data-quality", 200)).json()
    assert "XFLIGHT" in {row["of"] for row in report["rows"]}
    path = f"/farms/{farmer.farm_id}/reports/trait-distribution?trait=XFLIGHT&width=5"
    rows = (await farmer.ask("GET", path, 200)).json()["rows"]
    assert [(row["from_value"], row["to_value"], row["animals"]) for row in rows] == [(10, 15, 1)]
