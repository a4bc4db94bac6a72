"""The child process: results, errors, reports, death and cancellation."""

import asyncio
import time
from pathlib import Path

import compute_cases
import psutil
import pytest
import uvloop
from bellwether.modelling.findings import BadInput
from bellwether.platform.jobs.child_process import ChildDied, ChildFailed, Limits, in_child
from patience import PATIENCE_S

HERE = str(Path(__file__).parent)


@pytest.fixture(autouse=True)
def importable(monkeypatch) -> None:
    monkeypatch.setenv("PYTHONPATH", HERE)


async def test_a_result_comes_back() -> None:
    assert await in_child(compute_cases.add, 2, 3) == 5


def test_it_comes_back_to_the_loop_that_services_have_too() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(in_child(compute_cases.add, 2, 3)) == 5


async def test_a_problem_comes_back_whole() -> None:
    with pytest.raises(compute_cases.TooFewSheep) as found:
        await in_child(compute_cases.refuse)
    assert (found.value.detail, found.value.errors[0].row) == ("only three", 3)


async def test_a_problem_whose_class_is_made_of_other_words_comes_back_whole() -> None:
    with pytest.raises(compute_cases.NoShed) as found:
        await in_child(compute_cases.refuse_by_two)
    assert (found.value.detail, found.value.code, found.value.errors[0].fix) == ("no shed", "no_shed", "build one")
    with pytest.raises(BadInput) as fault:
        await in_child(compute_cases.find_fault)
    assert (fault.value.total, fault.value.findings[0].line, fault.value.findings[0].fix) == (1, 3, "write one")


async def test_an_error_that_cannot_travel_comes_as_text() -> None:
    with pytest.raises(ChildFailed, match="1 and 2"):
        await in_child(compute_cases.odd)


async def test_a_dead_child_is_an_error() -> None:
    with pytest.raises(ChildDied, match="status 9"):
        await in_child(compute_cases.die)


async def test_reports_come_in_order() -> None:
    told: list[tuple[float, str | None]] = []

    async def hear(fraction: float, stage: str | None) -> None:
        told.append((fraction, stage))

    assert await in_child(compute_cases.tell, 4, on_report=hear) == 4
    assert told == [(n / 4, f"round {n}") for n in range(4)]


async def test_cancelling_kills_the_child() -> None:
    before = psutil.Process().children()
    task = asyncio.create_task(in_child(time.sleep, 60))
    await asyncio.sleep(0.5)
    (child,) = [process for process in psutil.Process().children() if process not in before]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not child.is_running()


async def test_cancelling_kills_what_the_child_has_started() -> None:
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def hear(_fraction: float, stage: str | None) -> None:
        started.set_result(int(stage or 0))

    task = asyncio.create_task(in_child(compute_cases.wait_for_another, on_report=hear))
    other = psutil.Process(await started)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(other.wait, PATIENCE_S)
    assert not other.is_running()


async def test_a_function_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="can only run what it can import"):
        await in_child(lambda: 1)


async def test_a_child_keeps_within_its_memory() -> None:
    small = Limits(cpu_s=60, memory_bytes=300_000_000)
    assert await in_child(compute_cases.fill, 10_000_000, limits=small) == 10_000_000
    with pytest.raises(MemoryError):
        await in_child(compute_cases.fill, 1_000_000_000, limits=small)


async def test_a_child_keeps_within_its_time() -> None:
    with pytest.raises(ChildDied):
        await in_child(compute_cases.spin, limits=Limits(cpu_s=1, memory_bytes=1_000_000_000))
