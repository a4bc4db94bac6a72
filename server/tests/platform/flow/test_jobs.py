"""Jobs in a real worker process: their end, failure, cancel and retry, keys, and who sees them."""

import asyncio

import pytest
from bellwether.platform import jobs
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from bellwether.platform.job_model import JobKeyReused, JobNotYours, JobUnfinished
from bellwether.platform.problems import NotFound

MEMBER = "insert into farm.membership (farm_id, user_id, role) values ($1, $2, 'viewer')"
pytestmark = pytest.mark.usefixtures("worker")


async def test_a_job_runs_to_its_end(research) -> None:
    job = await research.submit("steps", {"steps": 3})
    assert (job.state, job.progress, job.service) == ("queued", 0, "research")
    job = await research.wait(job.id)
    assert (job.state, job.progress, job.stage) == ("succeeded", 1, "step 2")
    assert job.result == {"done": ["step 0", "step 1", "step 2"]}
    assert [line.message for line in job.log] == ["did 0", "did 1", "did 2"]
    assert job.started_at is not None
    assert job.finished_at is not None


async def test_the_same_key_gives_the_same_job(research) -> None:
    many = await asyncio.gather(*(research.submit("steps", {"steps": 1}, key="today") for _ in range(5)))
    assert len({job.id for job in many}) == 1
    with pytest.raises(JobKeyReused):
        await research.submit("steps", {"steps": 2}, key="today")
    await research.wait(many[0].id)
    assert await research.times(many[0].id) == {"step 0": 1}
    again = await research.submit("steps", {"steps": 1}, key="today")
    assert (again.id, again.state) == (many[0].id, "succeeded")


async def test_a_problem_becomes_the_error_and_a_retry_goes_on_where_it_stopped(research) -> None:
    job = await research.wait((await research.submit("steps", {"steps": 4, "fail_once": 2})).id)
    assert job.state == "failed"
    assert job.error is not None
    assert (job.error["code"], job.error["detail"]) == ("no_sheep", "none in the yard")
    assert job.error["errors"][0]["row"] == 1
    assert (await research.retry(job.id)).attempt == 2
    job = await research.wait(job.id)
    assert job.state == "succeeded", job
    assert job.result == {"done": ["step 0", "step 1", "step 2", "step 3"]}
    assert await research.times(job.id) == {"step 0": 1, "step 1": 1, "step 2": 2, "step 3": 1}
    assert [line.message for line in job.log] == ["did 0", "did 1", "did 2", "did 3"]


async def test_an_unexpected_error_keeps_its_text_to_the_log(research) -> None:
    job = await research.wait((await research.submit("broken", {})).id)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] == "internal"
    assert "secret text" not in str(job.error)


async def test_an_unknown_kind_fails_and_says_so(research) -> None:
    job = await research.wait((await research.submit("no-such-kind", {})).id)
    assert job.error is not None
    assert job.error["code"] == "unknown_kind"


async def test_cancel_between_steps_and_retry_of_the_rest(research) -> None:
    job = await research.submit("steps", {"steps": 5, "seconds": 0.3})
    await research.wait(job.id, lambda j: j.progress > 0)
    await research.cancel(job.id)
    job = await research.wait(job.id)
    assert job.state == "cancelled"
    done = await research.times(job.id)
    assert 1 <= len(done) <= 3
    await research.retry(job.id)
    job = await research.wait(job.id)
    assert job.state == "succeeded"
    assert set((await research.times(job.id)).values()) == {1}


async def test_cancel_of_a_child_process(research) -> None:
    job = await research.submit("compute", {"seconds": 60})
    await research.wait(job.id, lambda j: j.progress == 0.5)
    await research.cancel(job.id)
    assert (await research.wait(job.id)).state == "cancelled"


async def test_a_child_process_gives_its_result(research) -> None:
    job = await research.wait((await research.submit("compute", {"seconds": 0.2})).id)
    assert job.result == {"burned": 0.2}


async def test_an_ended_job_is_not_cancelled_and_a_good_one_not_retried(research) -> None:
    job = await research.wait((await research.submit("steps", {"steps": 1})).id)
    assert (await research.cancel(job.id)).state == "succeeded"
    with pytest.raises(JobUnfinished):
        await research.retry(job.id)


async def test_members_of_the_farm_see_it_strangers_do_not(research, databases, farm, admin) -> None:
    job = await research.submit("steps", {"steps": 1})
    member, stranger = Context(user_id=new_id()), Context(user_id=new_id())
    await admin.execute(MEMBER, farm.id, member.user_id)
    async with databases["research"].transaction(member) as session:
        assert (await jobs.find(session, "research", job.id)).id == job.id
        with pytest.raises(JobNotYours):
            await jobs.cancel(session, member, "research", job.id)
    async with databases["research"].transaction(stranger) as session:
        assert await jobs.listing(session, "research") == []
        with pytest.raises(NotFound):
            await jobs.find(session, "research", job.id)
