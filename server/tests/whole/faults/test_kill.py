"""`kill -9` of each process in turn while 20,000 weights are imported and single weights are recorded.

The invariant is counted: every acknowledged row is there once, none twice; every import ends.
"""

import contextlib
import os
import signal
import threading
import time
from datetime import date, timedelta

import asyncpg
import httpx
import pytest
from bellwether.commands.demo.client import JOB_ENDS, Client, Refused
from bellwether.platform.ids import new_id
from patience import PATIENCE_S
from whole.flock import Flock, make_flock, sheep_file, until, weights_file

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]
N_SHEEP, N_DAYS = 2000, 10
VICTIMS = (
    "worker",
    "postgres",
    "nats",
    "services",
    "gateway",
    "users",
    "dynoxide",
    "dynoxide-keys",
    "supervisor",
    "guardian",
)


class Recorder(threading.Thread):
    """Records one weight after the other with idempotency keys, and remembers what was acknowledged."""

    def __init__(self, flock: Flock, animals: list[dict]) -> None:
        super().__init__(daemon=True)
        self.flock, self.animals = flock, animals
        self.acknowledged: list[str] = []
        self.is_over = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.is_over.is_set():
            self.record(number)
            number += 1
            time.sleep(0.02)

    def record(self, number: int) -> None:
        weight_id = str(new_id())
        weight = {
            "id": weight_id, "animal_id": self.animals[number % N_SHEEP]["id"], "trait": "AWT", "weight": 61.5,
            "unit": "kg", "occurred_on": (date(2025, 1, 1) + timedelta(days=number // N_SHEEP)).isoformat(),
        }  # fmt: skip
        body = {"farm_id": self.flock.farm_id, "weights": [weight]}
        while not self.is_over.is_set():
            with contextlib.suppress(httpx.HTTPError, Refused):
                self.flock.owner.post("/api/v1/farm/weights", body, headers={"Idempotency-Key": weight_id})
                self.acknowledged.append(weight_id)
                return
            time.sleep(0.2)


def kill(platform, victim: str, during: str) -> None:
    """SIGKILL, then wait until another process stands in its place and the platform is ready."""
    pid = platform.pid_of(victim)
    print(f"kill -9 {victim} ({pid}) during {during}")
    os.kill(pid, signal.SIGKILL)
    until(lambda: platform.pid_of(victim) not in (pid, None))
    platform.wait_ready()


def wait_for(client: Client, job: dict, seconds: float = PATIENCE_S) -> dict:
    """The job at its end, through outages of whatever answers."""
    ends, found = time.monotonic() + seconds, None
    while time.monotonic() < ends:
        with contextlib.suppress(httpx.HTTPError, Refused):
            found = client.get(f"/api/v1/farm/jobs/{job['id']}")
            if found["state"] in JOB_ENDS:
                return found
        time.sleep(0.2)
    raise AssertionError(f"the import did not end within {seconds} s: {found}")


async def count(dsn: str, sql: str, *arguments: object) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql, *arguments)
    finally:
        await connection.close()


async def test_every_process_in_turn(start, tmp_path) -> None:
    platform = start()
    flock = make_flock(platform.user("farmer"))
    flock.load(sheep_file(tmp_path, flock.code, N_SHEEP), "sg")
    recorder = Recorder(flock, flock.animals())
    recorder.start()
    waiting, jobs = list(VICTIMS), []
    while waiting:
        days = [f"{1 + n:02d}/{1 + len(jobs):02d}/2024" for n in range(N_DAYS)]
        path = weights_file(tmp_path, f"weights{len(jobs)}.csv", N_SHEEP, days)
        job = upload(flock, path)
        while waiting and not is_over(flock.owner, job):
            kill(platform, waiting.pop(0), f"import {len(jobs)}")
        jobs.append(job | wait_for(flock.owner, job))
    recorder.is_over.set()
    recorder.join(30)

    assert [(job["state"], job["error"]) for job in jobs] == [("succeeded", None)] * len(jobs)
    for job in jobs:
        done = flock.owner.get(f"/api/v1/farm/imports/{job['import_id']}")
        assert (done["rows_in"], done["rows_accepted"], done["rows_rejected"]) == (
            N_SHEEP * N_DAYS,
            N_SHEEP * N_DAYS,
            0,
        )
    await everything_is_there_once(platform.admin_dsn(), flock, recorder, len(jobs))


async def everything_is_there_once(dsn: str, flock: Flock, recorder: Recorder, n_imports: int) -> None:
    active = "from farm.observation where flock_id = $1 and state = 'active'"
    weights = f"select count(*) {active} and trait = $2"
    assert await count(dsn, weights, flock.id, "PWT") == N_SHEEP * N_DAYS * n_imports
    twice = f"select count(*) from (select 1 {active} group by animal_id, trait, occurred_on having count(*) > 1) twice"
    assert await count(dsn, twice, flock.id) == 0
    there = "select count(*) from farm.observation where id = any($1::uuid[])"
    assert len(recorder.acknowledged) > 20
    assert await count(dsn, there, recorder.acknowledged) == len(recorder.acknowledged)
    assert await count(dsn, weights, flock.id, "AWT") - len(recorder.acknowledged) in (0, 1)


def upload(flock: Flock, path) -> dict:
    """The same file again is the same import, so an upload that got no answer is simply sent again."""
    while True:
        with contextlib.suppress(httpx.HTTPError, Refused):
            return flock.upload(path, "weights", trait="PWT", date_order="dmy")
        time.sleep(0.2)


def is_over(client: Client, job: dict) -> bool:
    with contextlib.suppress(httpx.HTTPError, Refused):
        found = client.get(f"/api/v1/farm/jobs/{job['id']}")
        assert "state" in found, found
        return found["state"] in JOB_ENDS
    return False
