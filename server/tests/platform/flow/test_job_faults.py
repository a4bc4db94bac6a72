"""What a job survives: the worker killed, the database's connections cut, a late old worker. Counts, not hopes."""

import asyncio
import signal
import time

import asyncpg
import pytest
from bellwether.platform.context import Context
from bellwether.platform.job_journal import JobJournal
from bellwether.platform.job_run import Superseded

pytestmark = pytest.mark.faults
RUNNER_HAS = "select count(*) from dbos.workflow_status where workflow_uuid like $1 || '%' and status = 'PENDING'"
BROKEN_OFF = "update dbos.workflow_status set status = 'ERROR' where workflow_uuid = $1"
LOST = "delete from dbos.workflow_status where workflow_uuid = $1"
EXECUTOR = "select executor_id from dbos.workflow_status where workflow_uuid = $1"


async def test_a_killed_worker_s_job_is_finished_by_the_next_one(research, worker) -> None:
    job = await research.submit("steps", {"steps": 6, "seconds": 0.4})
    await research.wait(job.id, lambda j: j.progress >= 0.3)
    worker.kill(signal.SIGKILL)
    before = await research.times(job.id)
    began = time.monotonic()
    worker.start()
    job = await research.wait(job.id)
    print(f"finished {time.monotonic() - began:.2f} s after the restart, worker ready after {worker.ready_s:.2f} s")
    assert job.state == "succeeded"
    after = await research.times(job.id)
    repeated = [name for name in before if after[name] > 1]
    assert len(repeated) <= 1, "only the step in flight may run twice"
    assert len(after) == 6
    assert [line.message for line in job.log] == [f"did {n}" for n in range(6)]


async def test_a_second_worker_takes_over_from_a_dead_one(
    research, worker, worker_process, worker_environment, jobs_url
) -> None:
    """D8."""
    workers = {each.slot: each for each in (worker, worker_process(worker_environment))}
    job = await research.submit("steps", {"steps": 6, "seconds": 0.3})
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


@pytest.mark.parametrize("how", [BROKEN_OFF, LOST], ids=["ended", "lost"])
async def test_a_job_that_the_runner_has_no_more_is_run_again(research, worker, jobs_url, how) -> None:
    """Its end could not be written, or the runner's database was restored to another moment."""
    job = await research.submit("steps", {"steps": 4, "seconds": 0.3})
    await research.wait(job.id, lambda j: j.progress > 0)
    worker.kill(signal.SIGKILL)
    connection = await asyncpg.connect(jobs_url)
    await connection.execute(how, str(job.id))
    worker.start()
    job = await research.wait(job.id)
    assert (job.state, job.attempt) == ("succeeded", 2)
    assert await connection.fetchval(RUNNER_HAS, str(job.id)) == 0
    await connection.close()


async def test_a_child_process_dies_with_its_worker(research, worker, admin) -> None:
    job = await research.submit("compute", {"seconds": 2.5})
    await research.wait(job.id, lambda j: j.progress == 0.5)
    children = worker.children()
    assert len(children) == 1
    worker.kill(signal.SIGKILL)
    end = time.monotonic() + 2
    while any(child.is_running() and child.status() != "zombie" for child in children):
        assert time.monotonic() < end
    worker.start()
    assert (await research.wait(job.id)).state == "succeeded"


async def test_sigterm_stops_in_time_and_the_job_goes_on_later(research, worker) -> None:
    job = await research.submit("steps", {"steps": 4, "seconds": 0.5})
    await research.wait(job.id, lambda j: j.progress > 0)
    assert worker.kill(signal.SIGTERM) < 5
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
    job = await research.submit("nobody-runs-this", {})
    await admin.execute(
        "update research.job set state = 'queued', dispatched = 99, finished_at = null where id = $1", job.id
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
