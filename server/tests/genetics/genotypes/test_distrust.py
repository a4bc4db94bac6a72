"""A geneticist who distrusts the service: what cannot be is refused by name, and nothing is half there."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from ..barn import Barn
from ..conftest import KeptSteps, People, RunJob

HEAD = (
    '##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
    '##FORMAT=<ID=DS,Number=1,Type=Float,Description="d">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
)
SITE = "1\t5\trs9\tA\tG\t.\t.\t.\t"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.vcf", HEAD + f"T000\n{SITE}GT:DS\t0/1:2.5\n"),
        ("x.vcf", HEAD + f"T000\n{SITE}GT:DS\t0/1:-0.25\n"),
        ("x.vcf", HEAD + f"T000\tT000\n{SITE}GT\t0/1\t0/0\n"),
        ("x.vcf", HEAD + f"T000\n{SITE}GT\t0/7\n"),
        ("x.vcf", HEAD + f"T000\n{SITE}GT\t0/1\t0/0\n"),
        ("x.vcf", HEAD + f"T000\tT001\n{SITE}GT\t0/1\n"),
        ("x.bcf", "BCF\2\2 and nothing more"),
        ("x.csv", "animal,m1\nT000,2.4\n"),
        ("x.csv", "animal,m1\nT000,-1\n"),
        ("x.csv", "animal,m1\nT000,inf\n"),
        ("x.csv", "animal,m1,m1\nT000,1,0\n"),
    ],
)
async def test_a_file_that_says_what_cannot_be_is_refused(new_lab: Any, name: str, content: str) -> None:
    lab = await new_lab()
    sent = {"file": (name, content.encode("latin-1"))}
    answer = await lab.person.ask("POST", "/genotype-files", data={"farm_id": str(lab.farm.id)}, files=sent)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["code"]
    assert answer.json()["errors"][0]["fix"]
    assert (await lab.person.ask("GET", f"/genotype-files?farm_id={lab.farm.id}")).json()["items"] == []


@pytest.mark.parametrize("n", [0, 1, 2])
async def test_a_flock_of_nobody_of_one_and_of_two(people: People, barn: Barn, run_job: RunJob, n: int) -> None:
    farm = await barn.farm()
    rows: list[dict[str, Any]] = [
        {"id": UUID(int=farm.id.int ^ i + 1), "sex": "female", "tag": f"A{i}"} for i in range(n)
    ]
    if n:
        await barn.animals(farm, rows)
        await barn.weights(farm, [(row["id"], "WWT", 30.0, date(2024, 11, 1), 90, "S/2024") for row in rows])
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"])
    job = await run_job(run_id)
    assert job["state"] == "failed", job
    assert json.loads(job["error"])["code"] in (
        "trait_without_records",
        "trait_without_variance",
        "nothing_to_evaluate",
    )
    assert (await owner.ask("GET", f"/breeding-values?run_id={run_id}")).status_code in (200, 404, 409)


@pytest.mark.parametrize("place", ["before", "after"])
async def test_a_run_that_is_cancelled_while_it_publishes_is_whole_or_not_there(
    people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection, place: str
) -> None:
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"], publishing="at_once")

    class Cancelled(KeptSteps):
        async def once(self, name: str, make: Any) -> Any:
            if name == "publish" and place == "before":
                await owner.ask("POST", f"/jobs/{run_id}/cancel")
            done = await super().once(name, make)
            if name == "publish" and place == "after":
                await owner.ask("POST", f"/jobs/{run_id}/cancel")
            return done

    job = await run_job(run_id, Cancelled())
    run = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    n = await admin.fetchval("select count(*) from genetics.breeding_value where run_id = $1", run_id)
    n_published = await admin.fetchval("select count(*) from genetics.publication where run_id = $1", run_id)
    is_whole = run["state"] == "succeeded" and job["state"] == "succeeded" and n > 0 and n_published == 1
    is_not_there = run["state"] == "cancelled" and job["state"] == "cancelled" and n == n_published == 0
    assert is_whole or is_not_there, (place, run["state"], job["state"], n, n_published)
