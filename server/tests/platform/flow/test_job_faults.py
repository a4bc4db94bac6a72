"""What a job survives: the worker killed, the database's connections cut, a late old worker. Counts, not hopes."""

import asyncio
import signal
import time
from dataclasses import dataclass

import asyncpg
import psutil
import pytest
from bellwether.platform.context import Context
from bellwether.platform.jobs.journal import JobJournal
from bellwether.platform.jobs.run import Superseded
from bellwether.platform.jobs.schemas import Job

pytestmark = pytest.mark.faults
BROKEN_OFF = "update dbos.workflow_status set status = 'ERROR' where workflow_uuid = $1"
LOST = "delete from dbos.workflow_status where workflow_uuid = $1"
EXECUTOR = "select executor_id from dbos.workflow_status where workflow_uuid = $1"


@dataclass
class Killed:
    """Jobs in the middle of which their worker was killed, before and after another one ended them."""

    before: dict[str, dict[str, int]]
    after: dict[str, dict[str, int]]
    ended: dict[str, Job]
    orphans: list[psutil.Process]


@pytest.fixture(scope="module")
async def killed(worker, farm_maker, jobs_of, jobs_url) -> Killed:
    """One death for several tests: a start of the worker takes seconds."""
    research = jobs_of(await farm_maker())
    jobs = {"child": (await research.submit("compute", {"seconds": 8})).id}
    await research.wait(jobs["child"], lambda j: j.progress > 0)  # a process that starts takes seconds itself
    long = {"steps": 10, "seconds": 0.8}
    jobs |= {name: (await research.submit("steps", long)).id for name in ("plain", "broken off", "lost")}
    for job_id in jobs.values():
        await research.wait(job_id, lambda j: j.progress > 0)
    children = worker.children()
    assert len(children) == 1
    worker.kill(signal.SIGKILL)
    before = {name: await research.times(job_id) for name, job_id in jobs.items()}
    _, orphans = await asyncio.to_thread(psutil.wait_procs, children, 2)
    connection = await asyncpg.connect(jobs_url)
    await connection.execute(BROKEN_OFF, str(jobs["broken off"]))
    await connection.execute(LOST, str(jobs["lost"]))
    await connection.close()
    began = time.monotonic()
    worker.start()
    ended = {name: await research.wait(job_id) for name, job_id in jobs.items()}
    print(f"ended {time.monotonic() - began:.2f} s after the restart, worker ready after {worker.ready_s:.2f} s")
    return Killed(before, {name: await research.times(job_id) for name, job_id in jobs.items()}, ended, orphans)


def test_a_killed_worker_s_job_is_finished_by_the_next_one(killed) -> None:
    job, before, after = killed.ended["plain"], killed.before["plain"], killed.after["plain"]
    assert (job.state, job.attempt) == ("succeeded", 1)
    assert 0 < len(before) < 10
    assert len([name for name in before if after[name] > 1]) <= 1, "only the step in flight may run twice"
    assert len(after) == 10
    assert [line.message for line in job.log] == [f"did {n}" for n in range(10)]


@pytest.mark.parametrize("how", ["broken off", "lost"])
def test_a_job_that_the_runner_has_no_more_is_run_again(killed, how) -> None:
    """Its end could not be written, or the runner's database was restored to another moment."""
    job = killed.ended[how]
    assert 0 < len(killed.before[how]) < 10
    assert (job.state, job.attempt) == ("succeeded", 2)
    assert len(killed.after[how]) == 10


def test_a_child_process_dies_with_its_worker(killed) -> None:
    assert killed.orphans == []
    assert killed.ended["child"].state == "succeeded"


async def test_a_second_worker_takes_over_from_a_dead_one(
    research, worker, worker_process, worker_environment, jobs_url
) -> None:
    """D8."""
    workers = {each.slot: each for each in (worker, worker_process(worker_environment))}
    job = await research.submit("steps", {"steps": 6, "seconds": 0.8})
    await research.wait(job.id, lambda j: j.progress > 0)
    connection = await asyncpg.connect(jobs_url)
    victim = workers[await connection.fetchval(EXECUTOR, str(job.id))]
    await connection.close()
    victim.kill(signal.SIGKILL)
    before, began = await research.times(job.id), time.monotonic()
    job = await research.wait(job.id)
    print(f"finished {time.monotonic() - began:.2f} s after the first worker died")
    assert job.state == "succeeded"
    after = await research.times(job.id)
    assert len(after) == 6
    assert [name for name in before if after[name] > 1] in ([], [max(before)])
    if victim is worker:
        worker.start()


async def test_sigterm_stops_in_time_and_the_job_goes_on_later(research, worker) -> None:
    job = await research.submit("steps", {"steps": 4, "seconds": 0.8})
    await research.wait(job.id, lambda j: j.progress > 0)
    worker.kill(signal.SIGTERM)
    assert worker.process.returncode == 0
    worker.start()
    job = await research.wait(job.id)
    assert job.state == "succeeded"
    assert sum((await research.times(job.id)).values()) <= 5


async def test_cut_connections_do_not_fail_a_job(research, worker, admin) -> None:
    job = await research.submit("steps", {"steps": 5, "seconds": 0.2})
    await research.wait(job.id, lambda j: j.progress > 0)
    for _ in range(4):
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename in ('research_app', 'jobs_app')"
        )
        await asyncio.sleep(0.15)
    job = await research.wait(job.id)
    assert job.state == "succeeded", job
    assert len(await research.times(job.id)) == 5


async def test_the_fence_shuts_out_a_late_worker(research, databases, farm, admin) -> None:
    job = await research.wait((await research.submit("nobody-runs-this", {})).id)
    # as no worker of this run looks for it
    await admin.execute(
        "update research.job set state = 'running', dispatched = 0, finished_at = null where id = $1", job.id
    )
    who = Context(user_id=farm.user.user_id, farm_ids=(farm.id,))
    old, new = (JobJournal(databases["research"], "research", job.id, who) for _ in range(2))
    assert await old.start(1) is not None
    assert await new.start(1) is not None
    with pytest.raises(Superseded):
        await old.progress(0.5, "late")
    assert not await old.finish("failed")
    assert await new.finish("succeeded", result={})
    assert (await research.look(job.id)).state == "succeeded"
