"""Kinds of jobs and a consumer made for the tests; importable, so that a child process finds `burn`."""

import asyncio
import time

from bellwether.platform.events.facts import Consumer, Event
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.problems import Problem, RowError
from sqlalchemy import text

SERVICE = "research"


class NoSheep(Problem):
    status, code, title = 422, "no_sheep", "There are no sheep"


async def note(run: JobRun, name: str) -> str:
    """Count that a step was done."""
    async with run.database.transaction(run.context) as session:
        await session.execute(
            text("insert into flow.step (job_id, name) values (:id, :name)"), {"id": run.id, "name": name}
        )
    return name


async def seen(run: JobRun, name: str) -> int:
    """How often a step of this job was begun."""
    statement = text("select count(*) from flow.step where job_id = :id and name = :name")
    async with run.database.transaction(run.context) as session:
        return int((await session.execute(statement, {"id": run.id, "name": name})).scalar_one())


async def steps(run: JobRun) -> dict[str, object]:
    """As many steps as asked for, each of some length."""
    done = []
    for index in range(run.payload["steps"]):
        done.append(await run.step(f"step {index}", one_step, run, index))
        await run.progress((index + 1) / run.payload["steps"], f"step {index}")
        await run.log(f"did {index}")
    return {"done": done}


async def one_step(run: JobRun, index: int) -> str:
    name = await note(run, f"step {index}")
    if run.payload.get("fail_once") == index and await seen(run, name) == 1:
        raise NoSheep("none in the yard", errors=[RowError(row=1, code="x", message="y")])
    await asyncio.sleep(run.payload.get("seconds", 0))
    return name


async def contract(run: JobRun) -> dict[str, object]:
    """Steps that need no database: what ran is told by the log."""

    async def one(index: int) -> str:
        await run.log(f"began {index} in attempt {run.attempt}")
        if run.payload.get("fail_at") == index and run.attempt == 1:
            raise NoSheep("none in the yard", errors=[RowError(row=1, code="x", message="y")])
        await asyncio.sleep(run.payload.get("seconds", 0))
        return f"step {index}"

    done = []
    for index in range(run.payload["steps"]):
        done.append(await run.step(f"step {index}", one, index))
        await run.progress((index + 1) / run.payload["steps"], f"step {index}")
        await run.log(f"did {index}")
    return {"done": done}


def burn(seconds: float, report) -> dict[str, float]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        report(0.5, "burning")
        time.sleep(0.05)
    return {"burned": seconds}


async def compute(run: JobRun) -> dict[str, object]:
    return await run.compute(burn, run.payload["seconds"], reports=True)


async def broken(run: JobRun) -> dict[str, object]:
    raise RuntimeError("secret text")


def kinds() -> list[JobKind]:
    return [JobKind(f"{SERVICE}.{fn.__name__}", SERVICE, fn) for fn in (steps, contract, compute, broken)]


async def effect(session, event: Event) -> None:
    await session.execute(
        text("insert into flow.effect (n, event_id, key, key_version) values (:n, :id, :key, :version)"),
        {"n": event.data["n"], "id": event.id, "key": event.key, "version": event.key_version},
    )


def consumers() -> list[Consumer]:
    return [Consumer(SERVICE, "flow-process", "FARM", ["farm.flow.process.v1"], effect)]
