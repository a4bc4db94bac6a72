"""A part that stays unready is started again if the fault is its own, and left alone if it waits for others."""

import asyncio
import contextlib

import pytest
from bellwether.launch.machine import lock
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import State
from bellwether.launch.plan import Part, Plan, dies_with_us
from bellwether.launch.watch import keeper as keeper_module
from bellwether.launch.watch.keeper import Keeper
from bellwether.launch.watch.line import begin


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "WATCH_SECONDS", 0.02)
    monkeypatch.setattr(keeper_module, "HOPELESS_SECONDS", 0.3)


async def lives(folders: Folders, *, stands_alone: bool, wanted: int, seconds: float) -> int:
    """How often a part was started that is ready once in each life and then never again."""
    seen: list[int] = []
    enough = asyncio.Event()

    async def ready(pid: int) -> str | None:
        if pid in seen:
            return "its disk is gone"
        seen.append(pid)
        if len(seen) == wanted:
            enough.set()
        return None

    part = Part("store", dies_with_us("sleep", "60"), ready=ready, stands_alone=stands_alone)
    line, _ = begin(folders, lock.take(folders))
    keeper = Keeper(folders, Plan((part,)), State(), line)
    running = asyncio.create_task(keeper.run())
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(enough.wait(), seconds)
    keeper.stopping.set()
    await running
    line.close()
    return len(seen)


async def test_a_store_that_does_not_mend_itself_is_started_again(folders: Folders) -> None:
    assert await lives(folders, stands_alone=True, wanted=2, seconds=20) == 2


async def test_a_part_that_waits_for_others_is_left_alone(folders: Folders) -> None:
    assert await lives(folders, stands_alone=False, wanted=2, seconds=1) == 1


async def test_what_ran_before_the_parts_is_nobody_s_orphan(folders: Folders) -> None:
    other = await asyncio.create_subprocess_exec("sleep", "60")
    assert await lives(folders, stands_alone=True, wanted=2, seconds=20) == 2
    assert other.returncode is None
    other.kill()
    await other.wait()
