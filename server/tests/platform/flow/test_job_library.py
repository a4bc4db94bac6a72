"""Faults that others have reported of the job library, tried on the version that we run.

The third, a database that restarts during a recovery, is in test_postgres_killed.py, which has a database to kill.
"""

import asyncio
import signal

import asyncpg
import pytest
from dbos import DBOSClient
from patience import PATIENCE_S

pytestmark = pytest.mark.faults
EXECUTOR = "select executor_id from dbos.workflow_status where workflow_uuid = $1"
DEAL = """
update dbos.workflow_status set status = 'PENDING', executor_id = $2, owner_xid = 'lost', started_at_epoch_ms = 1
where workflow_uuid = $1 and status = 'ENQUEUED' returning true
"""


@pytest.fixture
async def library(jobs_url):
    """The library's own tables."""
    connection = await asyncpg.connect(jobs_url)
    yield connection
    await connection.close()


async def test_a_recovery_that_comes_late_leaves_a_running_job_alone(research, worker, library, jobs_url) -> None:
    """dbos-transact-py issue 742: the same slot has another holder by now, and the job runs."""
    job = await research.submit("steps", {"steps": 8, "seconds": 0.4})
    await research.wait(job.id, lambda j: j.progress > 0)
    dead = await library.fetchval(EXECUTOR, str(job.id))
    worker.kill(signal.SIGKILL)
    done = (await research.look(job.id)).progress
    worker.start()
    await research.wait(job.id, lambda j: j.progress > done)
    assert await library.fetchval(EXECUTOR, str(job.id)) == worker.slot != dead
    assert worker.slot.partition(".")[0] == dead.partition(".")[0]
    client = DBOSClient(system_database_url=jobs_url)
    late = client._sys_db.reenqueue_for_recovery
    assert not await asyncio.to_thread(late, str(job.id), [dead], "bellwether")
    client.destroy()
    job = await research.wait(job.id)
    assert job.state == "succeeded"
    assert sum((await research.times(job.id)).values()) <= 9, "only the step in flight may run twice"


async def test_an_entry_that_nobody_runs_holds_up_no_queue_of_one(
    research, worker, worker_process, worker_environment, library
) -> None:
    """dbos-transact-py issues 804 and 805: dealt to a worker that died, or to one that never learnt of it."""
    worker.kill(signal.SIGTERM)
    one = worker_process(worker_environment | {"WORKER_JOBS_AT_ONCE": "1"})
    short = {"steps": 1, "seconds": 0}
    first = await research.submit("steps", {"steps": 600, "seconds": 0.2})  # it holds the queue until all are dealt
    await research.wait(first.id, lambda j: j.state == "running")
    stuck = {executor: await research.submit("steps", short) for executor in ("worker-9.dead", one.slot)}
    async with asyncio.timeout(PATIENCE_S):
        for executor, job in stuck.items():
            while not await library.fetchval(DEAL, str(job.id), executor):  # noqa: ASYNC110 - another process queues it
                await asyncio.sleep(0.02)
    last = await research.submit("steps", short)
    await research.cancel(first.id)
    for job in (last, *stuck.values()):
        ended = await research.wait(job.id)
        assert (ended.state, await research.times(job.id)) == ("succeeded", {"step 0": 1})
    one.kill(signal.SIGTERM)
    worker.start()
