"""What holds for every job runner: the real one on PostgreSQL and DBOS, and its double in memory."""

import asyncio

import flow_kinds
import pytest
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.memory import MemoryJobs
from bellwether.platform.jobs.problems import JobKeyReused, JobNotYours, JobUnfinished
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.problems import NotFound

MEMBER = "insert into farm.membership (farm_id, user_id, role) values ($1, $2, 'viewer')"


def said(job: Job, word: str) -> list[str]:
    """The lines of the job's log that begin with a word."""
    return [line.message for line in job.log if line.message.startswith(word)]


@pytest.fixture
async def member(admin, farm) -> Context:
    """Somebody who may look at the farm."""
    user = new_id()
    await admin.execute(MEMBER, farm.id, user)
    return Context(user_id=user)


@pytest.fixture(params=["real", "memory"])
async def jobs(request, research, farm, member):
    if request.param == "real":
        request.getfixturevalue("worker")
        yield research
        return
    memory = MemoryJobs(flow_kinds.kinds(), {farm.user.user_id: {farm.id}, member.user_id: {farm.id}})
    work = asyncio.create_task(memory.work())
    yield type(research)(memory, memory.transaction, farm, research.admin)
    assert not work.done(), work.result()
    work.cancel()


async def test_a_job_runs_to_its_end(jobs) -> None:
    job = await jobs.submit("contract", {"steps": 3})
    assert (job.state, job.progress, job.service) == ("queued", 0, "research")
    job = await jobs.wait(job.id)
    assert (job.state, job.progress, job.stage) == ("succeeded", 1, "step 2")
    assert job.result == {"done": ["step 0", "step 1", "step 2"]}
    assert said(job, "did") == ["did 0", "did 1", "did 2"]
    assert job.started_at is not None
    assert job.finished_at is not None


async def test_the_same_key_gives_the_same_job(jobs) -> None:
    many = await asyncio.gather(*(jobs.submit("contract", {"steps": 1}, key="today") for _ in range(5)))
    assert len({job.id for job in many}) == 1
    with pytest.raises(JobKeyReused):
        await jobs.submit("contract", {"steps": 2}, key="today")
    assert said(await jobs.wait(many[0].id), "began") == ["began 0 in attempt 1"]
    again = await jobs.submit("contract", {"steps": 1}, key="today")
    assert (again.id, again.state) == (many[0].id, "succeeded")


async def test_a_problem_becomes_the_error_and_a_retry_goes_on_where_it_stopped(jobs) -> None:
    job = await jobs.wait((await jobs.submit("contract", {"steps": 4, "fail_at": 2})).id)
    assert job.state == "failed"
    assert job.error is not None
    assert (job.error["code"], job.error["detail"]) == ("no_sheep", "none in the yard")
    assert job.error["errors"][0]["row"] == 1
    assert (await jobs.retry(job.id)).attempt == 2
    job = await jobs.wait(job.id)
    assert job.state == "succeeded", job
    assert job.result == {"done": ["step 0", "step 1", "step 2", "step 3"]}
    assert said(job, "began") == [f"began {n} in attempt {t}" for n, t in ((0, 1), (1, 1), (2, 1), (2, 2), (3, 2))]
    assert said(job, "did") == ["did 0", "did 1", "did 2", "did 3"]


async def test_an_unexpected_error_keeps_its_text_to_the_log(jobs) -> None:
    job = await jobs.wait((await jobs.submit("broken", {})).id)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] == "internal"
    assert "secret text" not in str(job.error)


async def test_an_unknown_kind_fails_and_says_so(jobs) -> None:
    job = await jobs.wait((await jobs.submit("no-such-kind", {})).id)
    assert job.error is not None
    assert job.error["code"] == "unknown_kind"


async def test_cancel_between_steps_and_retry_of_the_rest(jobs) -> None:
    job = await jobs.submit("contract", {"steps": 5, "seconds": 0.3})
    await jobs.wait(job.id, lambda j: j.progress > 0)
    await jobs.cancel(job.id)
    job = await jobs.wait(job.id)
    assert job.state == "cancelled"
    assert 1 <= len(said(job, "began")) <= 3
    await jobs.retry(job.id)
    job = await jobs.wait(job.id)
    assert job.state == "succeeded"
    assert len(said(job, "began")) == 5, "no finished step is repeated"


async def test_an_ended_job_is_not_cancelled_and_a_good_one_not_retried(jobs) -> None:
    job = await jobs.wait((await jobs.submit("contract", {"steps": 1})).id)
    assert (await jobs.cancel(job.id)).state == "succeeded"
    with pytest.raises(JobUnfinished):
        await jobs.retry(job.id)


async def test_members_of_the_farm_see_it_strangers_do_not(jobs, farm, admin, member) -> None:
    job, stranger = await jobs.submit("contract", {"steps": 1}), Context(user_id=new_id())
    async with jobs.transaction(member) as session:
        assert (await jobs.store.find(session, "research", job.id)).id == job.id
        assert [each.id for each in await jobs.store.listing(session, "research")] == [job.id]
        with pytest.raises(JobNotYours):
            await jobs.store.cancel(session, member, "research", job.id)
    async with jobs.transaction(stranger) as session:
        assert await jobs.store.listing(session, "research") == []
        with pytest.raises(NotFound):
            await jobs.store.find(session, "research", job.id)


async def test_who_has_left_the_farm_sees_the_own_job_no_more(jobs, farm, admin) -> None:
    leaver = Context(user_id=new_id())
    await join(jobs, admin, farm, leaver)
    async with jobs.transaction(leaver) as session:
        job = await jobs.store.submit(session, leaver, kind="research.contract", payload={"steps": 1}, farm_id=farm.id)
    await leave(jobs, admin, farm, leaver)
    async with jobs.transaction(leaver) as session:
        assert await jobs.store.listing(session, "research") == []
        with pytest.raises(NotFound):
            await jobs.store.find(session, "research", job.id)
    assert (await jobs.wait(job.id)).state == "succeeded", "the run itself goes on"


async def join(jobs, admin, farm, somebody: Context) -> None:
    """Make somebody a member, for either runner."""
    await admin.execute(MEMBER, farm.id, somebody.user_id)
    if isinstance(jobs.store, MemoryJobs):
        jobs.store.farms[somebody.user_id] = {farm.id}


async def leave(jobs, admin, farm, somebody: Context) -> None:
    """End the membership, for either runner."""
    await admin.execute("delete from farm.membership where user_id = $1", somebody.user_id)
    if isinstance(jobs.store, MemoryJobs):
        jobs.store.farms[somebody.user_id] = set()


async def test_the_list_is_newest_first_and_pages(jobs, farm) -> None:
    made = [(await jobs.submit("contract", {"steps": 0})).id for _ in range(3)]
    async with jobs.transaction(farm.user) as session:
        first = await jobs.store.listing(session, "research", limit=2)
        rest = await jobs.store.listing(session, "research", before=first[-1].id)
        assert [job.id for job in (*first, *rest)] == made[::-1]
        assert await jobs.store.listing(session, "research", kind="research.other") == []


async def test_a_queued_job_is_cancelled_at_once(jobs, farm) -> None:
    async with jobs.transaction(farm.user) as session:
        job = await jobs.store.submit(
            session, farm.user, kind="research.contract", payload={"steps": 1}, farm_id=farm.id
        )
        assert (await jobs.store.cancel(session, farm.user, "research", job.id)).state == "cancelled"
    await asyncio.sleep(0.1)
    assert said(await jobs.look(job.id), "began") == []
