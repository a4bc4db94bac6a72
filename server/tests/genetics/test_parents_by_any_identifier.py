"""The example flock with its parents given by registration, tag, EID and print form: the same values to the bit."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from bellwether.platform.database.transactions import Database

from .barn import Barn, Farm
from .conftest import People, RunJob
from .farm_files import take_in

FLOCK = Path(__file__).parents[3] / "examples" / "flock" / "animals.csv"
Row = dict[str, str]


def printed(eid: str) -> str:
    """As it stands on a British tag."""
    return f"UK {eid[3:10]} {eid[10:]}"


SPELLINGS: dict[str, Callable[[Row], str]] = {
    "registration": lambda row: row["ID"],
    "tag": lambda row: row["VID"],
    "EID": lambda row: f"{row['EID'][:3]} {row['EID'][3:]}",
    "print form": lambda row: printed(row["EID"]),
}


def spelled(spelling: str) -> str:
    """The example flock with every parent cell written so; with British EIDs where the print form is asked for."""
    rows = list(csv.DictReader(io.StringIO(FLOCK.read_text())))
    if spelling == "print form":
        for row in rows:
            row["EID"] = "826" + row["EID"][3:] if len(row["EID"]) == 15 else row["EID"]
    named = {row["ID"]: SPELLINGS[spelling](row) for row in rows if row["VID"] and row["EID"]}
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        parents = {role: named.get(row[role], row[role]) for role in ("SIRE", "DAM", "RECIPIENT")}
        writer.writerow(row | parents)
    return out.getvalue()


async def values(admin: asyncpg.Connection, run_id: UUID) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Breeding values of a run by tag and trait, as the bits of their numbers."""
    statement = """
        select a.tag, a.drop_year, v.trait, v.effect, float8send(v.value), float8send(v.reliability),
               float8send(v.inbreeding)
        from genetics.breeding_value v join farm.animal a on a.id = v.animal_id where v.run_id = $1
    """
    return {tuple(row)[:4]: tuple(row)[4:] for row in await admin.fetch(statement, run_id)}


async def test_the_same_values_to_the_bit_by_whatever_identifier_parents_are_given(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection, farm_database: Database
) -> None:
    found: dict[str, dict[tuple[Any, ...], tuple[Any, ...]]] = {}
    for spelling in SPELLINGS:
        farm: Farm = await barn.farm()
        owner = people(user_id=farm.owner_id)
        done = await take_in(farm_database, farm, spelled(spelling))
        assert done["rows_accepted"] > 2000, done
        run_id = await owner.evaluate(farm.flock_id, traits=["WWT"])
        job = await run_job(run_id)
        assert job["state"] == "succeeded", job["error"]
        found[spelling] = await values(admin, run_id)
    first = found.pop("registration")
    assert len(first) > 2000
    for spelling, others in found.items():
        assert others.keys() == first.keys(), spelling
        assert others == first, spelling
