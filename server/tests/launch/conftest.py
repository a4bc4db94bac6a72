"""State folders of their own for the launcher's tests, and the processes that belong to one."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bellwether.launch.machine import processes
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import State, read_state
from bellwether.launch.watch import platform
from patience import PATIENCE_S

HERE = str(Path(__file__).parent)


@pytest.fixture(scope="session", autouse=True)
def _stand_ins_are_found() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", HERE)
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("BELLWETHER_DATA_DIR", raising=False)
        yield


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """An empty state folder, for what starts nothing."""
    found = Folders.of(tmp_path / "data")
    found.make()
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A state folder that PostgreSQL's user can enter; whatever runs there is stopped afterwards."""
    yield from _folder()


@pytest.fixture(scope="module")
def module_folder() -> Iterator[Path]:
    yield from _folder()


def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bw-launch-", dir="/tmp", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o711)
        data = Path(place) / "data"
        yield data
        platform.down(data)


@pytest.fixture(scope="module")
def running(module_folder: Path) -> Path:
    """A running platform with stand-ins for our own services."""
    platform.ensure_up(module_folder, plan="stand_ins:plan")
    return module_folder


@pytest.fixture
def processes_of() -> Callable[[Path], dict[int, str]]:
    """Every process that has to do with a state folder, with its command line."""
    return find_processes


def find_processes(data: Path) -> dict[int, str]:
    found = {}
    for pid in processes.all_pids():
        stat = processes.stat(pid)
        if pid != os.getpid() and stat and stat.state != "Z" and belongs(pid, str(data)):
            found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def belongs(pid: int, data: str) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        return data.encode() in words or str(Path(f"/proc/{pid}/cwd").readlink()).startswith(data)
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> float:
    """Wait for a condition and return how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "waited in vain"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def wait() -> Callable[..., float]:
    return until


@pytest.fixture
def read() -> Callable[[Path], State]:
    """The recorded state of a folder."""
    return lambda data: read_state(Folders.of(data))
