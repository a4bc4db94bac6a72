"""Flocks whose lambs have a syndicate of rams for a sire."""

import csv
import json
from pathlib import Path
from uuid import UUID

import asyncpg
from bellwether.commands.evaluate import app
from bellwether.commands.evaluations.inputs import write_inputs
from bellwether.platform.ids import new_id
from typer.testing import CliRunner

from .barn import Barn
from .conftest import People, RunJob

CLAIM = """
insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, method, probability, status, source,
  syndicate_id) values ($1, $2, $3, $4, 'sire', 'derived', $5, 'proposed', 'api', $6)
"""


async def test_lambs_of_a_syndicate_descend_from_its_rams_by_their_shares(
    people: People, barn: Barn, admin: asyncpg.Connection, run_job: RunJob, tmp_path: Path
) -> None:
    farm = await barn.farm()
    season = await barn.season(farm, n_drops=1, n_lambs=40)
    rams, some = season["rams"], season["lambs"][:8]
    syndicate = new_id()
    async with admin.transaction():
        await admin.execute("delete from farm.parent_claim where parent_type = 'sire' and child_id = any($1)", some)
        await admin.execute("update farm.accepted_parents set sire_id = null where animal_id = any($1)", some)
        insert = "insert into farm.syndicate (id, farm_id, code, year) values ($1, $2, 'S1', 2019)"
        await admin.execute(insert, syndicate, farm.id)
        for lamb in some[:7]:
            for ram, share in zip(rams[:2], (0.6, 0.4), strict=True):
                await admin.execute(CLAIM, new_id(), farm.id, lamb, ram, share, syndicate)
        await admin.execute(CLAIM, new_id(), farm.id, some[7], rams[0], None, syndicate)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"], sires="by_probability")
    job = await run_job(run_id)
    assert job["state"] == "succeeded", job["error"]
    write_inputs((await owner.ask("GET", f"/evaluations/{run_id}/inputs")).content, tmp_path)
    rows = list(csv.reader((tmp_path / "ped.csv").read_text().splitlines()))
    cells = {row[0]: row[3] for row in rows}
    assert cells["animal"] == "candidate_sires"
    assert sum(bool(cell) for cell in cells.values()) == 8
    assert cells[str(some[0])].count(":") == 2
    assert cells[str(some[7])] == ""
    options = [f"--{name}={tmp_path / file}" for name, file in
               (("pedigree", "ped.csv"), ("records", "rec.csv"), ("model", "model.toml"))]  # fmt: skip
    result = CliRunner().invoke(app, [*options, f"--out={tmp_path / 'out'}"])
    assert result.exit_code == 0, result.output
    table = (await owner.ask("GET", f"/evaluations/{run_id}/tables/breeding_values.csv")).content
    assert (tmp_path / "out" / "breeding_values.csv").read_bytes() == table
    again = await run_job(UUID((await owner.ask("POST", f"/evaluations/{run_id}/repeat")).json()["id"]))
    assert json.loads(again["result"])["is_same"]
    without = await owner.evaluate(farm.flock_id, traits=["WWT"])
    assert (await run_job(without))["state"] == "succeeded"
    assert (await owner.ask("GET", f"/evaluations/{without}/tables/breeding_values.csv")).content != table
