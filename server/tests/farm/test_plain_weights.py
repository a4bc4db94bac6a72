"""Lines of a long file are judged together as they are one by one: the same verdicts, words, weights and counters."""

import random
from typing import Any

import pytest
from bellwether.farm.imports.running import chunks, file_rows
from bellwether.farm.imports.storing import blocks
from bellwether.farm.imports.taking import plain_weighings
from bellwether.farm.measurements import storing
from bellwether.sheep.reading import lines as texts

from .conftest import Farmer, NewFarmer, animals_of, weights_of
from .test_random_imports import Rounds

CELLS = {
    "eid": ["", "982 000000000001", "982000000000099", "9.82E+14", "nonsense"],
    "vid": ["", "12", "9", "n/a", "twin", "ended"],
    "date": ["2024-11-11 09:30", "2023-01-01", "2027-01-01", "", "2025-06-01", "2024-12-24"],
    "time": ["", "25:99", "10:00"],
    "weight": ["0", "", "99.9", "999", "x", "2"],
    "group": ["B", "-"],
}
N_LAMBS = 30


async def with_lambs(farmer: Farmer) -> None:
    """Some with two tags, two of one name, one that left, one whose birth is not known."""
    for number in range(N_LAMBS):
        tags = [{"kind": "eid", "value": f"98200000000{number:04d}"}, {"kind": "visual", "value": f"{number:03d}"}]
        if number in (3, 4):
            tags.append({"kind": "name", "value": "twin"})
        born = {} if number == 5 else {"birth_date": f"2024-0{7 + number % 3}-15"}
        made = await farmer.animal(sex="female" if number % 2 else "male", identifiers=tags, **born)
        if number == 6:
            sale = {
                "kind": "animal.sold",
                "farm_id": farmer.farm_id,
                "animal_id": made["id"],
                "occurred_on": "2024-12-01",
            }
            await farmer.ask("POST", "/events", json={"farm_id": farmer.farm_id, "events": [sale]})


def a_file(chance: random.Random) -> bytes:
    """A session or two, tidy for the most part; each cell may be something else. Some programs quote every cell."""
    fields = chance.sample(list(CELLS), len(CELLS))
    if chance.random() < 0.5:
        fields.remove(chance.choice(["eid", "vid"]))
    for name in ("time", "group"):
        if chance.random() < 0.3:
            fields.remove(name)
    dirt = chance.choice([0.0, 0.02, 0.1])
    days = ["2024-11-11", "2024-11-18", "2024-11-22", "2025-01-20"]
    days = chance.sample(days, 4) if dirt else days
    quotes = chance.choice([dirt / 4, dirt / 4, 1.0])
    lines = [fields]
    for place in range(chance.randrange(20, 120)):
        number = chance.randrange(N_LAMBS) if chance.random() < dirt else place % N_LAMBS
        tidy = {
            "eid": f"98200000000{number:04d}", "vid": f"{number:03d}", "date": days[place // N_LAMBS],
            "time": f"08:{chance.randrange(60):02d}", "weight": f"{chance.randrange(30, 34)}.5", "group": "A",
        }  # fmt: skip
        cells = [chance.choice(CELLS[name]) if chance.random() < dirt else tidy[name] for name in fields]
        cells = [f'"{cell}"' if chance.random() < quotes else cell for cell in cells]
        lines.append(cells if chance.random() > dirt / 4 else cells[:-1])
    return "\n".join(",".join(cells) for cells in lines).encode()


async def imported(farmer: Farmer, content: bytes, unknown: str) -> dict[str, Any]:
    """All that is to be seen of an import."""
    data = {"farm_id": farmer.farm_id, "flock": farmer.flock_id, "kind": "weights", "trait": "WWT"}
    data |= {"on_unknown_tag": unknown}
    answer = await farmer.ask("POST", "/imports", data=data, files={"file": ("file.csv", content)})
    if answer.status_code != 202:
        return {"errors": answer.json().get("errors")}
    sent = answer.json()
    done = await farmer.run_import(sent["import_id"])
    tags = {item["id"]: item["tag"] for item in await animals_of(farmer)}
    rows = (await farmer.rows(sent["import_id"])).values()
    seen = await farmer.an_import(sent["import_id"])
    await farmer.end(sent)
    return {
        "totals": [done[name] for name in ("rows_in", "rows_accepted", "verdicts", "faults", "warnings")],
        "layout": seen["layout"],
        "rows": [{**row, "animal_id": row["animal_id"] and tags[row["animal_id"]]} for row in rows],
        "weights": sorted(str(stripped(item, tags)) for item in await weights_of(farmer)),
    }


def stripped(item: dict[str, Any], tags: dict[str, str]) -> dict[str, Any]:
    """A measurement as two farms have it alike."""
    flock = {"contemporary_group": "/".join((item["contemporary_group"] or "").split("/")[1:])}
    own = {name: value for name, value in item.items() if name != "id" and not name.endswith("_id")}
    return own | flock | {"animal": tags[item["animal_id"]]}


async def test_lines_are_judged_together_as_one_by_one(
    new_farmer: NewFarmer, monkeypatch: pytest.MonkeyPatch, chance: random.Random, rounds: Rounds
) -> None:
    """Whatever the file, and wherever a chunk ends; later files meet what the earlier ones have stored."""
    for _ in range(rounds(2, 60)):
        together, alone = await new_farmer(), await new_farmer()
        await with_lambs(together)
        await with_lambs(alone)
        for _ in range(4):
            content = a_file(chance)
            monkeypatch.setattr(file_rows, "FIRST_CHUNK", chance.choice([1, 7, 500]))
            monkeypatch.setattr(file_rows, "CHUNK", chance.choice([2, 5, 5000]))
            monkeypatch.setattr(plain_weighings, "FIRST_PIECE", chance.choice([1, 6, 5_000]))
            monkeypatch.setattr(plain_weighings, "PIECE", chance.choice([1, 4, 15, 20_000]))
            monkeypatch.setattr(storing, "AT_ONCE", chance.choice([2, 10_000]))
            monkeypatch.setattr(blocks, "SIZE", chance.choice([3, 1000]))
            monkeypatch.setattr(chunks, "FEWEST", 10**9)
            unknown = chance.choice(["refuse", "refuse", "keep"])
            monkeypatch.setattr(texts, "LONG", 0)
            found = await imported(together, content, unknown)
            monkeypatch.setattr(texts, "LONG", 10**9)
            assert found == await imported(alone, content, unknown), (unknown, content.decode())
