"""Adding a trait touches one file: the entry of docs/how-to/add-a-trait.md, from the dictionary to a breeding value."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import numpy as np
import pytest
from bellwether.genetics.traits.following import follow_dictionary
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.sheep.traits import dictionary
from sqlalchemy import text

from .barn import Barn
from .conftest import People, RunJob
from .farm_files import take_in

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-trait.md"
HEAD = "ID,SEX,DOB,BTYPE,RTYPE,SIRE,DAM,PBCS,PBCSDATE,PBCSGRP"


@pytest.fixture
async def added(admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dictionary.Trait]:
    """The page's entry in the dictionary, and what migrate does with it."""
    block = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]
    trait: dictionary.Trait = eval(block, vars(dictionary).copy())
    monkeypatch.setitem(dictionary.TRAITS, trait.code, trait)
    await follow_dictionary(admin)
    yield trait
    monkeypatch.undo()
    await follow_dictionary(admin)


def file_of(n_lambs: int, best: str) -> str:
    """Lambs of four rams with their scores; those of one ram are the best."""
    rng = np.random.default_rng(3)
    lines = [HEAD]
    for i in range(n_lambs):
        born, sire = date(2024, 8, 1) + timedelta(days=i % 25), f"R{i % 4}"
        score = round(float(np.clip(2.8 + 0.8 * (sire == best) + rng.normal(0, 0.3), 1.5, 4.5)), 1)
        lines.append(f"L{i},{1 + i % 2},{born},1,1,{sire},E{i // 3},{score},{born + timedelta(days=220)},{i % 2}")
    return "\n".join([*lines, "L999,1,2024-08-01,1,1,R0,E1,7.5,2025-03-01,1"])


async def test_a_new_trait_goes_from_a_column_to_breeding_values(
    added: dictionary.Trait,
    people: People,
    barn: Barn,
    admin: asyncpg.Connection,
    farm_database: Database,
    database: Database,
    run_job: RunJob,
) -> None:
    farm = await barn.farm()
    totals = await take_in(farm_database, farm, file_of(60, "R2"))
    assert (totals["rows_accepted"], totals["verdicts"]["out_of_range"]) == (60, 1)
    async with database.transaction(Context(user_id=farm.owner_id)) as session:
        published = text("select trait, stage, unit, age_days from farm.published_measurement where farm_id = :farm")
        told = Counter(tuple(row) for row in await session.execute(published, {"farm": farm.id}))
    assert told == {("PBCS", "P", "score", 220): 60}

    owner = people(user_id=farm.owner_id)
    listed = {item["code"]: item for item in (await owner.ask("GET", "/traits")).json()["items"]}
    assert listed[added.code]["additive_variance"] == pytest.approx(0.05)
    run_id = await owner.evaluate(farm.flock_id, traits=[added.code])
    assert (await run_job(run_id))["state"] == "succeeded"
    report = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    assert report["counts"]["records_by_trait"] == {"PBCS": 60}
    assert {found["effect"] for found in report["fixed"]} >= {"group_PBCS", "age_PBCS", "sex"}
    values = await admin.fetch(
        "select a.tag, v.value, v.reliability from genetics.breeding_value v join farm.animal a on a.id = v.animal_id "
        "where v.run_id = $1 and a.tag like 'R%' order by v.value desc",
        run_id,
    )
    assert [len(values), values[0]["tag"]] == [4, "R2"]
    assert values[0]["value"] > 0.1
    assert all(0 < row["reliability"] < 1 for row in values)
    best = (await owner.ask("GET", f"/breeding-values?flock_id={farm.flock_id}&trait=PBCS")).json()["items"]
    assert len(best) == 60
    trend = (await owner.ask("GET", f"/flocks/{farm.flock_id}/trend?trait=PBCS")).json()
    assert trend["unit"] == "score"
