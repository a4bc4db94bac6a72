"""Evaluations of several farms: the same bits as of their files put together, and to each farm its own."""

import asyncio
import csv
import io
import zipfile
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from bellwether.modelling.from_files import run as evaluate_files

from .agreeing import Agreed, agree, agreed, define, hand_out, number, place, run_of, step
from .barn import Barn
from .conftest import KeptSteps, People, Person, RunJob, WorkerDied


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


async def test_a_farm_that_leaves_is_in_no_later_run_and_what_was_handed_out_stays(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection
) -> None:
    """A run that has read its records is handed out to nobody once it has left; the next is of those that are in."""
    found = await agreed(barn, people, admin)
    third = await place(barn, people, 9)
    found.agreement = await agree(found.first, found.second, third)
    found.definition = await define(found)
    assert (await run_of(found, run_job))["state"] == "succeeded"
    await hand_out(found)
    statement = "select animal_id, value from genetics.breeding_value where run_id = $1 order by 1"
    before = await admin.fetch(statement, found.second.share)
    assert (await run_of(found, run_job))["state"] == "succeeded"
    assert (await step(found.second, found.agreement, "leaving", 2)).status_code == 200
    refused = await found.first.owner.ask("POST", f"/evaluations/{found.run}/shares")
    assert (refused.status_code, refused.json()["code"]) == (409, "farm_has_left")
    assert await admin.fetchval("select count(*) from genetics.evaluation_run where joint_run_id = $1", found.run) == 0
    assert await admin.fetch(statement, found.second.share) == before
    assert (await run_of(found, run_job))["state"] == "succeeded"
    report = (await found.first.owner.ask("GET", f"/evaluations/{found.run}")).json()
    assert {each["farm_id"] for each in report["across"]["farms"]} == {str(found.first.farm.id), str(third.farm.id)}
    assert (await third.owner.ask("POST", f"/definitions/{found.definition}/runs")).status_code == 404
    # alone there is nobody to be evaluated with
    assert (await step(third, found.agreement, "leaving", 2)).status_code == 200
    alone = await found.first.owner.ask("POST", f"/definitions/{found.definition}/runs")
    assert (alone.status_code, alone.json()["code"]) == (409, "not_in_agreement")


async def test_handing_out_and_leaving_race_and_one_wins(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection
) -> None:
    """Either all farms have their share and the farm has left after, or nobody has one; several publish once."""
    found = await agreed(barn, people, admin)
    assert (await run_of(found, run_job))["state"] == "succeeded"
    asked = [found.first.owner.ask("POST", f"/evaluations/{found.run}/shares") for _ in range(4)]
    left, *handed = await asyncio.gather(step(found.second, found.agreement, "leaving", 2), *asked)
    assert left.status_code == 200, left.text
    assert len({answer.status_code for answer in handed} - {200, 409}) == 0
    made = await admin.fetchval("select count(*) from genetics.evaluation_run where joint_run_id = $1", found.run)
    assert made == (2 if any(answer.status_code == 200 for answer in handed) else 0)


async def test_a_worker_that_dies_leaves_nothing_half_done(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection
) -> None:
    found = await agreed(barn, people, admin)
    answer = await found.first.owner.ask("POST", f"/definitions/{found.definition}/runs")
    found.run = answer.json()["id"]
    steps = KeptSteps(die_before="store")
    with pytest.raises(WorkerDied):
        await run_job(UUID(found.run), steps)
    assert await admin.fetchval("select count(*) from genetics.joint_table where run_id = $1", found.run) == 0
    early = await found.first.owner.ask("POST", f"/evaluations/{found.run}/shares")
    assert (early.status_code, early.json()["code"]) == (409, "run_not_succeeded")
    steps.die_before = ""
    assert (await run_job(UUID(found.run), steps))["state"] == "succeeded"
    assert steps.made == ["extract", "solve", "store"]
    await hand_out(found)


async def test_doubts_are_told_to_each_farm_by_the_names_of_its_own_animals(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection
) -> None:
    found = await agreed(barn, people, admin)
    ewe, ram = found.first.season["ewes"][0], found.second.season["rams"][1]
    for place_of, animal in ((found.first, ewe), (found.second, ram)):
        await number(admin, place_of.farm, animal, "985000000000099")
    assert (await run_of(found, run_job))["state"] == "succeeded"
    await hand_out(found)
    for each, tag in ((found.first, "E0"), (found.second, "R1")):
        report = (await each.owner.ask("GET", f"/evaluations/{each.share}")).json()
        (doubt,) = [verdict for verdict in report["verdicts"] if verdict["code"] == "other_sex"]
        assert (doubt["count"], doubt["examples"]) == (1, [tag])
    joint = (await found.first.owner.ask("GET", f"/evaluations/{found.run}")).json()
    assert (joint["across"]["n_doubts"], joint["fixed"]) == (1, [])
    assert all(verdict["examples"] == [] for verdict in joint["verdicts"])


async def test_what_does_not_go_across_farms_is_refused_by_name(
    people: People, barn: Barn, admin: asyncpg.Connection
) -> None:
    found = await agreed(barn, people, admin)
    whole = {"farm_id": str(found.first.farm.id), "agreement_id": found.agreement, "name": "Not this"}
    for body, code, name in (
        ({"genotypes": "stored"}, "not_across_farms", "genotypes"),
        ({"sires": "by_probability"}, "not_across_farms", "sires"),
        ({"flock_ids": [str(found.first.farm.flock_id)]}, "wrong_model", "flock_ids"),
        ({"rerun": "when_stale"}, "wrong_model", "rerun"),
        ({"publishing": "at_once"}, "wrong_model", "publishing"),
    ):
        answer = await found.first.owner.ask("POST", "/definitions", json=whole | body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        assert answer.json()["errors"][0]["field"] == name
    answer = await found.first.owner.ask("POST", "/definitions", json={**whole, "agreement_id": None})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "flock_ids")
    other = await agreed(barn, people, admin)
    answer = await found.first.owner.ask("POST", "/definitions", json=whole | {"agreement_id": other.agreement})
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_agreement")
