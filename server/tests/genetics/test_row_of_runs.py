"""A row of runs: each is compared to the one before, begins where that ended, and can be made again to the bit."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.commands.evaluate import app
from bellwether.genetics.snapshots.names import INPUTS, snapshot_sha256
from typer.testing import CliRunner

from .barn import Barn
from .conftest import People, RunJob

MODEL = {
    "traits": ["WWT", "PWT"],
    "effects": [
        {"name": "group_WWT", "kind": "fixed", "traits": ["WWT"]},
        {"name": "group_PWT", "kind": "fixed", "traits": ["PWT"]},
        {"name": "sex", "kind": "fixed"},
        {"name": "age_WWT", "kind": "covariate", "traits": ["WWT"]},
        {"name": "dam", "kind": "random"},
        {"name": "animal", "kind": "additive"},
    ],
    "variances": {
        "additive": [[5.5, 6.0], [6.0, 15.75]],
        "residual": [[14.5, 12.0], [12.0, 27.25]],
        "random": {"dam": [[2.0, 0.5], [0.5, 2.0]]},
    },
    "options": {"solver": "pcg", "reliability": "approximate"},
}
VALUES = "select animal_id, trait, effect, value from genetics.breeding_value where run_id = $1"


@pytest.fixture(scope="module")
async def row(people: People, barn: Barn, run_job: RunJob) -> dict[str, Any]:
    """A cold run, then one weight more and a warm run."""
    farm = await barn.farm()
    season = await barn.season(farm)
    owner = people(user_id=farm.owner_id)
    body = {"farm_id": str(farm.id), "name": "Growth", "flock_ids": [str(farm.flock_id)], "model": MODEL}
    made = (await owner.ask("POST", "/definitions", json={**body, "publishing": "at_once"})).json()
    found: dict[str, Any] = {"owner": owner, "runs": [], "farm": farm, "definition": made["id"]}
    for start in ("warm", "warm", "cold"):
        answer = await owner.ask("POST", f"/definitions/{made['id']}/runs?start={start}")
        assert answer.status_code == 202, answer.text
        job = await run_job(UUID(answer.json()["id"]))
        assert job["state"] == "succeeded", job["error"]
        found["runs"].append(answer.json()["id"])
        found.setdefault("logs", []).append([line["message"] for line in json.loads(job["log"])])
        if len(found["runs"]) == 1:
            heavy = [(season["lambs"][0], "WWT", 60.0, date(2019, 12, 1), 100, "S/2019/W/b0/g0")]
            await barn.weights(farm, heavy)
    found["changed"] = season["lambs"][0]
    return found


async def test_a_warm_run_begins_where_the_last_one_ended(row: dict[str, Any], admin: asyncpg.Connection) -> None:
    first, warm, cold = [(await row["owner"].ask("GET", f"/evaluations/{run}")).json() for run in row["runs"]]
    assert (first["started_from"], warm["started_from"], cold["started_from"]) == (None, first["id"], None)
    assert any(first["id"] in line for line in row["logs"][1])
    assert warm["convergence"]["iterations"] <= cold["convergence"]["iterations"]
    values = [{tuple(v)[:3]: v["value"] for v in await admin.fetch(VALUES, run)} for run in row["runs"][1:]]
    assert values[0].keys() == values[1].keys()
    # the tolerance is 1e-6 genetic standard deviations
    assert max(abs(values[0][key] - values[1][key]) for key in values[0]) < 1e-4
    assert warm["data_sha256"] == cold["data_sha256"]
    assert warm["snapshot_sha256"] != cold["snapshot_sha256"]
    tables = (await row["owner"].ask("GET", f"/evaluations/{warm['id']}/tables")).json()["items"]
    digests = {table["name"]: table["sha256"] for table in tables}
    assert snapshot_sha256(digests) == warm["snapshot_sha256"]
    assert sum(name.startswith("start_") for name in digests) == 3


async def test_a_run_says_its_base_and_how_it_differs_from_the_one_before(row: dict[str, Any]) -> None:
    first, warm, cold = [(await row["owner"].ask("GET", f"/evaluations/{run}")).json() for run in row["runs"]]
    assert first["comparison"] is None
    assert (warm["comparison"]["run_id"], cold["comparison"]["run_id"]) == (first["id"], warm["id"])
    changes = {change["trait"]: change for change in warm["comparison"]["columns"]}
    assert changes["WWT"]["largest_animal"] == str(row["changed"])
    assert changes["WWT"]["largest_change"] > 0.1
    assert 0.9 < changes["PWT"]["correlation"] < 1
    assert all(abs(change["largest_change"]) < 1e-4 for change in cold["comparison"]["columns"])
    assert first["base"]["own_animals"][0]["n"] == 144
    listed = (await row["owner"].ask("GET", f"/evaluations?flock_id={row['farm'].flock_id}")).json()["items"]
    assert "comparison" not in listed[0]


async def test_the_inputs_of_a_warm_run_give_the_same_bits(row: dict[str, Any], tmp_path: Path) -> None:
    warm = row["runs"][1]
    answer = await row["owner"].ask("GET", f"/evaluations/{warm}/inputs")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(tmp_path)
    assert "OPENBLAS_NUM_THREADS" in (tmp_path / "README.txt").read_text()
    command = next(line for line in (tmp_path / "README.txt").read_text().splitlines() if "evaluate" in line)
    words = [str(tmp_path / word) if (tmp_path / word).exists() else word for word in command.split()[2:]]
    assert str(tmp_path / "start") in words
    result = CliRunner().invoke(app, [*words[:-1], str(tmp_path / "results")])
    assert result.exit_code == 0, result.output
    for table in ("breeding_values.csv", "fixed_effects.csv", "random_effects.csv"):
        kept = await row["owner"].ask("GET", f"/evaluations/{warm}/tables/{table}")
        assert (tmp_path / "results" / table).read_bytes() == kept.content, table
    lost = CliRunner().invoke(app, [*words[:-4], "--start", str(tmp_path / "nowhere"), "--out", str(tmp_path / "no")])
    assert (lost.exit_code, "no table of an earlier evaluation" in lost.output) == (2, True), lost.output
    assert not (tmp_path / "no").exists()


async def test_what_runs_have_in_common_is_kept_once(row: dict[str, Any], admin: asyncpg.Connection) -> None:
    rows = await admin.fetch(
        "select name, count(*) as runs, count(distinct sha256) as contents from genetics.evaluation_table "
        "where run_id = any ($1::uuid[]) group by name",
        row["runs"],
    )
    found = {line["name"]: (line["runs"], line["contents"]) for line in rows}
    assert (found["pedigree.csv"], found["records.csv"]) == ((3, 1), (3, 2))
    kept = await admin.fetchval("select count(*) from genetics.kept_content where farm_id = $1", row["farm"].id)
    # the start of a warm run is the result of the run before it
    assert kept == await admin.fetchval(
        "select count(distinct sha256) from genetics.evaluation_table where farm_id = $1", row["farm"].id
    )
    assert found["start_breeding_values.csv"] == (1, 1)
    same = "select sha256 from genetics.evaluation_table where run_id = $1 and name = $2"
    begun = await admin.fetchval(same, row["runs"][1], "start_breeding_values.csv")
    assert begun == await admin.fetchval(same, row["runs"][0], "breeding_values.csv")


async def test_other_traits_are_no_start(row: dict[str, Any], run_job: RunJob) -> None:
    owner, farm = row["owner"], row["farm"]
    change = {"based_on": 1, "flock_ids": [str(farm.flock_id)], "traits": ["WWT"], "reliability": "none"}
    answer = await owner.ask("POST", f"/definitions/{row['definition']}/versions", json=change)
    assert answer.status_code == 201, answer.text
    run_id = (await owner.ask("POST", f"/definitions/{row['definition']}/runs")).json()["id"]
    job = await run_job(UUID(run_id))
    assert job["state"] == "succeeded", job["error"]
    found = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    assert (found["started_from"], found["definition_version"], found["traits"]) == (None, 2, ["WWT"])


def test_a_snapshot_is_its_inputs() -> None:
    digests = {name: f"{i:064x}" for i, name in enumerate(INPUTS)}
    assert snapshot_sha256(digests) == snapshot_sha256(dict(reversed(digests.items())))
    assert snapshot_sha256({**digests, "report.json": "x"}) == snapshot_sha256(digests)
    assert len({snapshot_sha256({**digests, name: "f" * 64}) for name in INPUTS}) == len(INPUTS)
