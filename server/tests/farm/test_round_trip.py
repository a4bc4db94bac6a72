"""What is exported can be imported again and changes nothing, whatever animals are called."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from .conftest import Farmer, NewFarmer
from .dumps import dump
from .exporting import exported

NAMES = (
    "Rosie", "ROSIE", "Üwe Müller", "'t Hof", "=1+1", "+cmd|' /C calc'!A0", "-5", "@sum(A1)", "'=x", 'said "ba"',
    "a;b,c", "007", "1.031,5", "TRUE", "Sire", "Total", "unknown", "NA", "total 5", "0x1F", "1e5", "# comment",
    "Señor Ñu", "x\ty",
)  # fmt: skip
TAGS = (
    "0012", "12", "007", "R1", "r 2", "240001", "=7", "-3", "+4", "'5", "A/1", "T;9", 'Q"1', "UK0713393 00045", "TOTAL",
    "1.5", "1e5", "3 kg", "Ü1", "@x", "99999", "x", "no", "MOB 1", "R1/R2", "12-Mar", "1,200", "TW", "=\"08\"",
)  # fmt: skip
NUMBERS = ("1612342024{:06d}", "LOC{}", "00{}", "{}", "A-{}", "1612342024{:05d}0")
FORMS: tuple[dict[str, Any], ...] = (
    {},
    {"file": "xlsx"},
    {"delimiter": ";", "decimal": ","},
    {"delimiter": "tab", "encoding": "utf-16"},
    {"delimiter": "|", "decimal": ",", "encoding": "cp1252"},
)


async def a_random_flock(farmer: Farmer, chance: random.Random) -> None:
    """Animals with awkward names, tags and numbers, some with parents, some of another flock, some only cited."""
    other = await farmer.make("/flocks", farm_id=farmer.farm_id, name="Other", code="9999")
    known: list[tuple[str, str, date]] = []
    for n in range(chance.randint(3, 14)):
        sex = chance.choice(["male", "female", "unknown"])
        born = date(2018, 8, 1) + timedelta(days=chance.randrange(2300))
        body = a_random_animal(chance, n, sex, born)
        body["parents"] = parents_of(chance, known, born, is_transfer=bool(body.get("is_embryo_transfer")))
        flock = other["id"] if chance.random() < 0.2 else farmer.flock_id
        sent = {"farm_id": farmer.farm_id, "flock_id": flock, **body}
        answer = await farmer.ask("POST", "/animals", json=sent)
        if answer.status_code != 201:
            # the tag or number is taken, or no tag at all
            assert answer.status_code in (409, 422), answer.text
            continue
        made = answer.json()
        known.append((made["id"], sex, date(made["drop_year"] or born.year, born.month, 1)))
        is_weighed = flock == farmer.flock_id and not body.get("reference_only")
        if is_weighed and chance.random() < 0.6:
            await weigh(farmer, chance, made["id"], born)


def a_random_animal(chance: random.Random, n: int, sex: str, born: date) -> dict[str, Any]:
    """All but its parents."""
    body: dict[str, Any] = {"sex": sex, "identifiers": []}
    number = chance.choice(NUMBERS).format(n + chance.randrange(30))
    kinds = [("visual", chance.choice(TAGS)), ("name", chance.choice(NAMES)), ("registration", number)]
    kinds += [("eid", f"98200{chance.randrange(10**9):010d}"), ("visual", chance.choice(TAGS))]
    for kind, value in kinds:
        if chance.random() < 0.5:
            body["identifiers"].append({"kind": kind, "value": value})
    if chance.random() < 0.7 and not number.startswith("1612342024"):
        body["birth_date"] = str(born)
        if chance.random() < 0.3:
            body["drop_year"] = born.year - chance.choice([0, 1])
    if sex == "male" and chance.random() < 0.3:
        body["fertility"] = chance.choice(["neutered", "fertile"])
    if chance.random() < 0.5:
        size = chance.randint(1, 12)
        body |= {"birth_type": size, "rear_type": chance.randint(0, size)}
    if chance.random() < 0.2:
        body["is_embryo_transfer"] = True
    if chance.random() < 0.4:
        body["birth_group"] = chance.choice(["1", "top", "=2", "NA", "ä,b", "0"])
    if chance.random() < 0.1:
        body["reference_only"] = True
    return body


def parents_of(
    chance: random.Random, known: list[tuple[str, str, date]], born: date, *, is_transfer: bool
) -> list[dict[str, Any]]:
    """Of those that are old enough, some sire and dam."""
    old = [each for each in known if (born - each[2]).days > 400]
    found = []
    dam = "et_donor_dam" if is_transfer and chance.random() < 0.8 else "dam"
    for role, sex in (("sire", "male"), (dam, "female"), ("et_recipient_dam", "female"), ("rearing_dam", "female")):
        able = [each for each in old if each[1] == sex]
        if able and chance.random() < 0.5:
            found.append({"parent_id": chance.choice(able)[0], "parent_type": role})
    return found


async def weigh(farmer: Farmer, chance: random.Random, animal_id: str, born: date) -> None:
    """Some weights, some of them on one day."""
    for _ in range(chance.randint(1, 3)):
        day = born + timedelta(days=chance.choice([100, 100, 120, 250]))
        weight = chance.choice([31.5, 28, 30.125, 31.751466, 1 / 3 + 30, 33.3])
        said = {
            "animal_id": animal_id,
            "trait": chance.choice(["WWT", "PWT", "AWT"]),
            "weight": weight,
            "occurred_on": str(day),
            "group": chance.choice(["", "1", "=top", "ü"]),
        }
        answer = await farmer.ask("POST", "/weights", json={"farm_id": farmer.farm_id, "weights": [said]})
        assert answer.status_code in (201, 409, 422), answer.text


@pytest.mark.parametrize("options", FORMS, ids=str)
async def test_what_is_exported_changes_nothing_when_it_is_imported(
    new_farmer: NewFarmer, chance: random.Random, rounds: Callable[[int, int], int], options: dict[str, Any]
) -> None:
    for _ in range(rounds(2, 60)):
        farmer = await new_farmer()
        await a_random_flock(farmer, chance)
        before = await dump(farmer.admin_dsn, farmer.farm_id)
        for name, kind in (("animals", "flock"), ("measurements", "measurements")):
            content, report = await exported(farmer, name, **options)
            n = report["written"][name]
            answers = {"again": "true"} | ({"encoding": "cp1252"} if options.get("encoding") == "cp1252" else {})
            if n:
                done = await farmer.take_in(content, kind, **answers)
                rows = await farmer.rows(done["import_id"])
                assert [
                    (row["raw"], row["verdict"], row["findings"]) for row in rows.values() if row["verdict"] != "match"
                ] == []
                assert len(rows) == n
            assert await dump(farmer.admin_dsn, farmer.farm_id) == before


async def test_no_cell_is_a_formula(farmer: Farmer) -> None:
    """A spreadsheet computes what begins with =, +, - or @; with an apostrophe before it, it is text."""
    named = [{"kind": "visual", "value": "1"}, {"kind": "name", "value": "=HYPERLINK(1)"}]
    await farmer.animal(identifiers=named, birth_group="@x")
    content, _ = await exported(farmer, "animals")
    cells = content.decode("utf-8-sig").splitlines()[1].split(",")
    assert cells[3] == "'=HYPERLINK(1)"
    assert cells[13] == "'@x"
