"""Evaluations of several farms: the same bits as of their files put together, and to each farm its own."""

import csv
import io
import zipfile
from pathlib import Path

import asyncpg
import pytest
from bellwether.modelling.from_files import run as evaluate_files

from .agreeing import Agreed, agreed, hand_out, run_of
from .barn import Barn
from .conftest import People, Person, RunJob


@pytest.fixture(scope="module")
async def world(people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection) -> Agreed:
    """Two farms with a joint run that was handed out, which no test changes."""
    found = await agreed(barn, people, admin)
    job = await run_of(found, run_job)
    assert job["state"] == "succeeded", job["error"]
    await hand_out(found)
    return found


async def archive(person: Person, run_id: str) -> dict[str, str]:
    """What a run was made of."""
    answer = await person.ask("GET", f"/evaluations/{run_id}/inputs")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


async def test_a_joint_run_gives_the_bits_of_evaluate_on_the_merged_exports(
    people: People, world: Agreed, run_job: RunJob, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    """Each farm exports its own files; put together by hand they are what the joint run read, and give its values."""
    ram, same = (str(each.season["rams"][0]) for each in (world.first, world.second))
    merged: dict[str, list[dict[str, str]]] = {"ped.csv": [], "rec.csv": []}
    model = ""
    for each in (world.first, world.second):
        own = await each.owner.evaluate(each.farm.flock_id, traits=["WWT"], publishing="by_hand")
        assert (await run_job(own))["state"] == "succeeded"
        files = await archive(each.owner, str(own))
        model = files["model.toml"]
        for row in rows(files["ped.csv"]):
            merged["ped.csv"].append({name: ram if cell == same else cell for name, cell in row.items()})
        for row in rows(files["rec.csv"]):
            group = f"{each.farm.id}/{row['group_WWT']}"
            merged["rec.csv"].append({**{n: ram if c == same else c for n, c in row.items()}, "group_WWT": group})
    both = people()
    for each in (world.first, world.second):
        await admin.execute(
            "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", both.id, each.farm.id
        )
    joint = await archive(both, world.run)
    for name, of in merged.items():
        once = {(row["animal"]): row for row in of}
        assert [once[animal] for animal in sorted(once)] == rows(joint[name])
    assert joint["model.toml"] == model

    for name, text in joint.items():
        (tmp_path / name).write_text(text)
    paths = (tmp_path / name for name in ("ped.csv", "rec.csv", "model.toml"))
    evaluate_files(*paths, None, tmp_path / "results", lambda _share, _step: None)
    made = {row["animal"]: row for row in rows((tmp_path / "results" / "breeding_values.csv").read_text())}
    for each in (world.first, world.second):
        stored = await admin.fetch(
            "select animal_id, value, reliability from genetics.breeding_value where run_id = $1", each.share
        )
        assert {str(row["animal_id"]) for row in stored} == each.animals
        for row in stored:
            told = made[ram if str(row["animal_id"]) == same else str(row["animal_id"])]
            assert row["value"] == float(told["ebv"])
