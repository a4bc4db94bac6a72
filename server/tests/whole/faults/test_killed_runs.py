"""`kill -9` of the worker in the middle of an evaluation: the run goes on and ends, and is never half published.

Killed while its solver works, and again while its values are written and nobody may see them; in the long form at
random moments. At every moment a run has all of its values, tables, publication and facts, or none of them.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.commands.demo.client import JOB_ENDS
from bellwether.commands.demo.steps import EXAMPLE, FILES, FLOCK_CODE
from bellwether.genetics.evaluations.solving import READ
from patience import PATIENCE_S
from whole.conftest import PASSWORD, Platform
from whole.faults.test_kill import kill
from whole.flock import Flock

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]
TRAITS = ["WWT", "PWT"]
LEFT = """
select (select state from genetics.evaluation_run where id = $1::uuid) as state,
  (select count(*) from genetics.breeding_value where run_id = $1::uuid) as n_values,
  (select count(*) from genetics.evaluation_table where run_id = $1::uuid) as n_tables,
  (select count(*) from genetics.publication where run_id = $1::uuid) as n_publications,
  (select count(*) from genetics.outbox where payload::text like '%' || $1::uuid::text || '%') as n_facts
"""
# as the service itself asks for it before it publishes (`platform/database/advisory_locks.py`)
HOLD = "select pg_advisory_lock(hashtextextended($1, 13))"
RELEASE = "select pg_advisory_unlock(hashtextextended($1, 13))"
WAITS = """
select exists (select from pg_locks l join pg_database d on d.oid = l.database
               where l.locktype = 'advisory' and not l.granted and d.datname = current_database())
"""
EMAIL = "killed@example.org"


def example_flock(platform: Platform) -> Flock:
    """The demo's flock on a farm of its own."""
    owner = platform.user("farmer", email=EMAIL)
    farm = owner.post("/api/v1/farm/farms", {"name": "Killed"})
    made = owner.post("/api/v1/farm/flocks", {"farm_id": farm["id"], "name": "Stud", "code": FLOCK_CODE})
    flock = Flock(owner, farm["id"], made["id"], FLOCK_CODE)
    for name, options in FILES:
        flock.load(EXAMPLE / name, **options)
    return flock


def evaluate(flock: Flock) -> UUID:
    """Queue a run."""
    # tokens end sooner than a long test
    flock.owner.login(EMAIL, PASSWORD)
    body = {"flock_id": flock.id, "traits": TRAITS, "reliability": "exact"}
    return UUID(flock.owner.post("/api/v1/genetics/evaluations", body)["id"])


async def left_behind(database: asyncpg.Connection, run_id: UUID) -> asyncpg.Record:
    """What there is of a run: all of it once it has succeeded, and until then nothing."""
    found = await database.fetchrow(LEFT, run_id)
    counts = [found[name] for name in ("n_values", "n_tables", "n_publications", "n_facts")]
    assert all(counts) if found["state"] == "succeeded" else not any(counts), dict(found)
    return found


async def wait_for(check: Callable[[], Any]) -> None:
    """Until it is true."""
    ends = time.monotonic() + PATIENCE_S
    while not await check():
        assert time.monotonic() < ends
        time.sleep(0.01)


async def ended(database: asyncpg.Connection, run_id: UUID) -> bool:
    state = await database.fetchval("select state from genetics.job where id = $1", run_id)
    return state in JOB_ENDS


def in_solver(worker: int) -> list[int]:
    """Child processes of the worker."""
    children = Path(f"/proc/{worker}/task/{worker}/children")
    return [int(pid) for pid in children.read_text().split()]


async def kill_in_solver(platform: Platform, database: asyncpg.Connection, run_id: UUID) -> None:
    """As soon as the engine has begun; the solver stands still meanwhile, so that it cannot be too late."""

    async def has_begun() -> bool:
        row = await database.fetchrow("select progress from genetics.job where id = $1", run_id)
        return bool(row["progress"] >= READ)

    await wait_for(has_begun)
    worker = platform.pid_of("worker")
    assert worker is not None
    solvers = in_solver(worker)
    for pid in solvers:
        os.kill(pid, signal.SIGSTOP)
    await left_behind(database, run_id)
    kill(platform, "worker", "the solver")
    assert not [pid for pid in solvers if is_running(pid)]


def is_running(pid: int) -> bool:
    """Neither gone nor waiting to be reaped."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


async def test_a_run_that_is_killed_ends_and_is_never_half_published(
    whole: Platform, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    flock = example_flock(whole)
    database, publisher = [await asyncpg.connect(whole.admin_dsn()) for _ in range(2)]
    try:
        name = f"publication of flock {flock.id}"
        await publisher.execute(HOLD, name)
        run_id = evaluate(flock)
        await kill_in_solver(whole, database, run_id)
        await wait_for(lambda: database.fetchval(WAITS))
        await left_behind(database, run_id)
        kill(whole, "worker", "publishing")
        assert (await left_behind(database, run_id))["state"] == "running"
        await publisher.execute(RELEASE, name)
        await wait_for(lambda: ended(database, run_id))
        found = await left_behind(database, run_id)
        flock.owner.login(EMAIL, PASSWORD)
        report = flock.owner.get(f"/api/v1/genetics/evaluations/{run_id}")
        assert (found["state"], found["n_publications"]) == ("succeeded", 1)
        assert found["n_values"] == report["counts"]["animals"] * len(TRAITS)
        # evaluation completed and published, each told once
        assert found["n_facts"] == 2
        again = flock.owner.wait(flock.owner.post(f"/api/v1/genetics/evaluations/{run_id}/repeat"), lambda _: None)
        assert again["result"]["is_same"] is True
        for _ in range(rounds(0, 20)):
            await killed_at_random(whole, database, flock, chance)
    finally:
        await publisher.close()
        await database.close()


async def killed_at_random(
    platform: Platform, database: asyncpg.Connection, flock: Flock, chance: random.Random
) -> None:
    """One to three kills, whatever the run is doing."""
    run_id = evaluate(flock)
    for _ in range(chance.randint(1, 3)):
        ends = time.monotonic() + chance.uniform(0.0, 6.0)
        while time.monotonic() < ends:
            await left_behind(database, run_id)
        kill(platform, "worker", "a run")
        await left_behind(database, run_id)
    await wait_for(lambda: ended(database, run_id))
    found = await left_behind(database, run_id)
    assert (found["state"], found["n_publications"], found["n_facts"]) == ("succeeded", 1, 2)
