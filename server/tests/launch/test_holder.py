"""The parent of the parts, asked as supervisors ask it."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
from bellwether.launch.machine import lock, processes
from bellwether.launch.machine.folders import Folders
from bellwether.launch.watch.child import held, stop_all
from bellwether.launch.watch.line import Line, begin

Wait = Callable[..., float]


@pytest.fixture
def line(folders: Folders) -> Iterator[Line]:
    """The line to a holder of nothing."""
    descriptor = lock.take(folders)
    line, process = begin(folders, descriptor)
    yield line
    line.close()
    assert process.wait(20) == 0
    os.close(descriptor)


def started(line: Line, folders: Folders, *command: str) -> int:
    log = str(folders.logs / "part.log")
    note = {"name": "part", "at": time.time()}
    told = line.ask("start", command=command, env={}, folder="/", log=log, note=note)
    return int(told["pid"])


def test_what_has_ended_keeps_its_pid_until_somebody_asks_how(line: Line, folders: Folders, wait: Wait) -> None:
    pid = started(line, folders, "/bin/sh", "-c", "exit 3")
    wait(lambda: not processes.is_running(pid))
    # another part has died, and its supervisor too
    line.ask("end_orphans")
    assert [one["pid"] for one in line.ask("list")["held"]] == [pid]
    os.close(os.pidfd_open(pid))
    assert line.ask("end_of", pid=pid)["code"] == 3
    assert line.ask("list")["held"] == []


async def test_parts_of_whatever_version_end_from_the_last_to_the_first(
    line: Line, folders: Folders, wait: Wait
) -> None:
    log = folders.logs / "part.log"
    for name in ("first", "stranger", "last"):
        words = f"trap 'echo {name}; exit 0' TERM; echo up; while :; do sleep 0.02; done"
        note = {"name": name, "of another version": True}
        line.ask("start", command=["/bin/sh", "-c", words], env={}, folder="/", log=str(log), note=note)
    wait(lambda: log.read_text().split() == ["up"] * 3)
    await stop_all(line, held(line), ["first", "last"])
    assert log.read_text().split()[3:] == ["stranger", "last", "first"]
    assert held(line) == {}


def test_a_program_that_is_not_there_is_told(line: Line, folders: Folders) -> None:
    log = str(folders.logs / "part.log")
    told = line.ask("start", command=["/nowhere/program"], env={}, folder="/", log=log, note={})
    assert "/nowhere/program" in told["error"]
    assert line.ask("list")["held"] == []
