"""Jobs whose work runs in a child process of a real worker."""

import pytest

MEMBER = "insert into farm.membership (farm_id, user_id, role) values ($1, $2, 'viewer')"
pytestmark = pytest.mark.usefixtures("worker")


async def test_cancel_of_a_child_process(research) -> None:
    job = await research.submit("compute", {"seconds": 60})
    await research.wait(job.id, lambda j: j.progress == 0.5)
    await research.cancel(job.id)
    assert (await research.wait(job.id)).state == "cancelled"


async def test_a_child_process_gives_its_result(research) -> None:
    job = await research.wait((await research.submit("compute", {"seconds": 0.2})).id)
    assert job.result == {"burned": 0.2}
