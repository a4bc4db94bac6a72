"""A stranger's file is stored right or refused, all the way to the tables: never accepted and different.

Files are written by `random_files`, which knows what they mean and nothing of the reader. What is asked (the order of
dates, the unit, the decimal mark) is answered with the truth, and the answer has to be right as well.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from .conftest import Farmer, NewFarmer
from .random_files.damage import DAMAGES
from .random_files.dialect import SEXES, Dialect, any_dialect

FIRST = date(2024, 3, 1)
# each user may send some dozens of files at once
FILES_OF_A_FARM = 20
Rounds = Callable[[int, int], int]


@dataclass
class Lamb:
    """One animal of the farm."""

    id: str
    eid: str
    vid: str


async def with_lambs(farmer: Farmer) -> list[Lamb]:
    """Twelve lambs of a farm; no two tags are equal but for their zeros."""
    lambs = []
    for number in range(1, 13):
        eid, vid = f"982{number:012d}", f"{'0' * (number % 3)}{number + 100}"
        tags = [{"kind": "eid", "value": eid}, {"kind": "visual", "value": vid}]
        made = await farmer.animal(sex="female", birth_date="2023-08-01", identifiers=tags)
        lambs.append(Lamb(made["id"], eid, vid))
    return lambs


async def send(farmer: Farmer, content: bytes, kind: str, dialect: Dialect, **form: str) -> tuple[str | None, str]:
    """The import's id, or None and the code of the refusal; a question is answered once."""
    data = {"farm_id": farmer.farm_id, "flock": farmer.flock_id, "kind": kind} | form
    answers = {"date_order": dialect.order, "unit": dialect.unit, "decimal": dialect.decimal}
    for extra in ({}, answers if kind == "weights" else {"date_order": dialect.order}):
        files = {"file": ("file.csv", content)}
        answer = await farmer.ask("POST", "/imports", data=data | extra, files=files)
        if answer.status_code == 202:
            import_id: str = answer.json()["import_id"]
            await farmer.run_import(import_id)
            return import_id, ""
        assert answer.status_code in (409, 422), answer.text
    return None, answer.json()["code"]


def session(dialect: Dialect, lambs: list[Lamb], day: date, chance: random.Random) -> Session:
    """A weigh session of this program: some lambs, by EID, by tag or by both, in any order of columns."""
    fields = [*chance.choice([["eid"], ["vid"], ["eid", "vid"]]), "date", "weight"]
    fields += ["unit"] if dialect.unit_place == "column" else []
    fields += ["note"] if chance.random() < 0.4 else []
    chance.shuffle(fields)
    chosen = chance.sample(lambs, chance.randrange(4, len(lambs) + 1))
    rows, meant, days = [], [], []
    for lamb in chosen:
        days.append(day + timedelta(days=chance.randrange(25)))
        is_missing = chance.random() < 0.1
        written = dialect.missing if is_missing else dialect.number(chance.uniform(25, 60))
        meant.append(None if is_missing else dialect.kilograms(written))
        cells = {"eid": lamb.eid, "vid": lamb.vid, "date": dialect.day(days[-1]), "weight": written}
        cells |= {"unit": dialect.unit, "note": chance.choice(["", "left", 'said "ok"', "a; b, c"])}
        rows.append([cells[field] for field in fields])
    header = ["Unit" if f == "unit" else "Note" if f == "note" else dialect.header(f, chance) for f in fields]
    return Session(header, fields, rows, chosen, days, meant)


@dataclass
class Session:
    """A weigh session: what is written, and of whom, when and how heavy it is meant."""

    header: list[str]
    fields: list[str]
    rows: list[list[str]]
    lambs: list[Lamb]
    days: list[date]
    meant: list[float | None]


async def check_weights(farmer: Farmer, import_id: str, made: Session, first_row: int) -> int:
    """Every accepted row says of the right animal, the right day and the right weight; returns how many there are."""
    found = await farmer.rows(import_id)
    n_accepted = 0
    for number, lamb in enumerate(made.lambs):
        row = found.get(first_row + number)
        if row is None or not row["is_accepted"]:
            continue
        n_accepted += 1
        assert row["animal_id"] == lamb.id, (row, lamb)
        stored = (await farmer.ask("GET", "/weights", 200, params={"animal_id": lamb.id, "limit": 1000})).json()
        of_day = [w["weight_kg"] for w in stored["items"] if w["import_id"] == import_id]
        days = [w["occurred_on"] for w in stored["items"] if w["import_id"] == import_id]
        assert made.meant[number] is not None, row
        assert of_day == [pytest.approx(made.meant[number], abs=1e-5)], row
        assert days == [made.days[number].isoformat()], row
    others = [row for row in found.values() if not first_row <= row["row"] < first_row + len(made.lambs)]
    assert not [row for row in others if row["is_accepted"]]
    return n_accepted


async def test_a_random_weigh_session_is_right_or_refused(
    new_farmer: NewFarmer, chance: random.Random, rounds: Rounds
) -> None:
    seen: Counter[str] = Counter()
    for number in range(rounds(60, 2_000)):
        if number % FILES_OF_A_FARM == 0:
            farmer = await new_farmer()
            lambs = await with_lambs(farmer)
        dialect = any_dialect(chance)
        if dialect.unit_place == "farm":
            dialect = replace(dialect, unit="kg")
        made = session(dialect, lambs, FIRST + timedelta(days=27 * (number % 20)), chance)
        damage = chance.choice(DAMAGES) if chance.random() < 0.5 else None
        if damage is not None:
            damage(made.rows, made.meant, {field: place for place, field in enumerate(made.fields)}, chance)
        content = dialect.write(made.header, made.rows)
        import_id, code = await send(farmer, content, "weights", dialect, trait="WWT")
        kind = damage.__name__ if damage else "whole"
        if import_id is None:
            seen[f"{kind}: refused {code}"] += 1
            continue
        first_row = 2 + dialect.has_sep_line + len(dialect.preamble)
        try:
            n_accepted = await check_weights(farmer, import_id, made, first_row)
        except AssertionError as error:
            raise AssertionError(f"file {number}, {kind}, {dialect}:\n{content!r}") from error
        seen[f"{kind}: read"] += 1
        if damage is None and n_accepted == sum(value is not None for value in made.meant):
            seen["whole: all rows taken"] += 1
    print(dict(seen))
    whole = sum(n for what, n in seen.items() if what.startswith("whole:") and what != "whole: all rows taken")
    assert seen["whole: all rows taken"] >= 0.8 * whole, seen


def parent_cell(dialect: Dialect, parent: dict[str, Any] | None, by: str) -> str:
    """How this program names a parent."""
    return dialect.missing if parent is None else str(parent[by])


def family(dialect: Dialect, serial: int, chance: random.Random) -> list[dict[str, Any]]:
    """Two rams, three ewes and their lambs; parents may stand after their offspring."""

    def one(number: int, is_male: bool, born: date, sire: Any = None, dam: Any = None) -> dict[str, Any]:
        eid, vid = f"984{serial * 100 + number:012d}", f"F{serial}N{number}"
        return {"eid": eid, "vid": vid, "male": is_male, "born": born, "sire": sire, "dam": dam}

    rams = [one(n, True, FIRST - timedelta(days=900 + 17 * n)) for n in range(2)]
    ewes = [one(2 + n, False, FIRST - timedelta(days=1000 + 19 * n)) for n in range(3)]
    lambs = [
        one(
            *(5 + n, chance.random() < 0.5, FIRST + timedelta(days=chance.randrange(60))),
            *(chance.choice([None, *rams]), chance.choice([None, *ewes])),
        )
        for n in range(chance.randrange(2, 7))
    ]
    found = rams + ewes + lambs
    chance.shuffle(found)
    return found


async def check_family(farmer: Farmer, import_id: str, found: list[dict[str, Any]], first_row: int) -> int:
    """Every accepted row is stored as it is meant; a ghost is made only where the parent's own row was refused."""
    rows = await farmer.rows(import_id)
    ids = {n: rows[first_row + n]["animal_id"] for n in range(len(found)) if rows[first_row + n]["is_accepted"]}
    taken = {found[n]["vid"]: animal_id for n, animal_id in ids.items()}
    for number, animal_id in ids.items():
        meant = found[number]
        stored = (await farmer.ask("GET", f"/animals/{animal_id}", 200)).json()
        assert stored["sex"] in ("male" if meant["male"] else "female", "unknown"), (meant, stored)
        assert stored["fertility"] != "neutered", (meant, stored)
        assert stored["birth_date"] == meant["born"].isoformat(), (meant, stored)
        for role in ("sire", "dam"):
            parent = meant[role]
            if parent is None:
                assert stored[f"{role}_id"] is None, (meant, stored)
            elif parent["vid"] in taken:
                assert stored[f"{role}_id"] == taken[parent["vid"]], (meant, stored)
    return len(ids)


async def test_a_random_flock_list_is_right_or_refused(
    new_farmer: NewFarmer, chance: random.Random, rounds: Rounds
) -> None:
    seen: Counter[str] = Counter()
    for serial in range(rounds(60, 2_000)):
        if serial % FILES_OF_A_FARM == 0:
            farmer = await new_farmer()
        dialect = any_dialect(chance)
        found = family(dialect, serial, chance)
        male, female = chance.choice(SEXES[dialect.language])
        by = chance.choice(["eid", "vid"])
        fields = ["eid", "vid", "sex", "born", "sire", "dam"]
        chance.shuffle(fields)
        rows = []
        for animal in found:
            cells = {"eid": animal["eid"], "vid": animal["vid"], "sex": male if animal["male"] else female}
            cells |= {"born": dialect.day(animal["born"])}
            cells |= {role: parent_cell(dialect, animal[role], by) for role in ("sire", "dam")}
            rows.append([cells[field] for field in fields])
        content = dialect.write([dialect.header(field, chance) for field in fields], rows)
        import_id, code = await send(farmer, content, "flock", dialect)
        if import_id is None:
            seen[f"refused {code}"] += 1
            continue
        try:
            n_accepted = await check_family(farmer, import_id, found, 2 + dialect.has_sep_line + len(dialect.preamble))
        except AssertionError as error:
            raise AssertionError(f"file {serial}, {dialect}:\n{content!r}") from error
        seen["read"] += 1
        seen["all rows taken"] += n_accepted == len(found)
    print(dict(seen))
    assert seen["all rows taken"] >= 0.8 * sum(n for what, n in seen.items() if what != "all rows taken"), seen
