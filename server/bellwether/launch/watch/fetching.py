"""Before there is a guardian, everything that is missing is fetched, unless somebody says `down` meanwhile."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from bellwether.launch.errors import LaunchError
from bellwether.launch.install.debian_packages import Say
from bellwether.launch.machine import lock, processes
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.processes import Identity
from bellwether.launch.machine.state import ENDED, State, as_pair, last_state, write_state
from bellwether.launch.watch import leftovers
from bellwether.launch.watch.supervisor import DEFAULT_PLAN


class ToldToStop(BaseException):
    """Whoever fetches has got the signal; no error of a fetch, so that nobody takes it for one."""


def make_ready(folders: Folders, plan: str, say: Say) -> None:
    """Fetch what is missing, for the holder of the lock.

    Raises:
        AlreadyRunning: somebody removed the lock of a platform that runs.
        LaunchError: something cannot be had, or `down` was said.
    """
    if processes.wait_gone(leftovers.watchers(folders), 5.0):
        raise lock.running_already(folders)
    earlier = last_state(folders)
    if earlier.phase in ENDED or not earlier.running:
        boot = processes.boot_id()
        parts = earlier.parts if earlier.boot == boot else {}
        write_state(folders, State(phase="starting", data=str(folders.data), boot=boot, parts=parts))
    if plan == DEFAULT_PLAN:
        from bellwether.launch.composition.platform_plan import prepare

        with stoppable(folders):
            prepare(folders, say)


@contextlib.contextmanager
def stoppable(folders: Folders) -> Iterator[None]:
    """`down` finds this process by the record, and its signal ends at once what goes on in here.

    Raises:
        LaunchError: the signal came.
    """
    # elsewhere Python hears no signals, and the process ends by it as any other
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        record(folders, Identity.of(os.getpid()))
        yield
    except ToldToStop:
        raise LaunchError("The platform was told to stop while it still fetched what it needs.") from None
    finally:
        signal.signal(signal.SIGTERM, before)
        record(folders, None)


def record(folders: Folders, fetching: Identity | None) -> None:
    """Who fetches, for those who say `down`; on a full disk they do not find out."""
    state = last_state(folders)
    state.fetching = as_pair(fetching) if fetching else None
    with contextlib.suppress(OSError):
        write_state(folders, state)


def stop(_number: int, _frame: FrameType | None) -> None:
    """End what fetches for us, for somebody waits for it, and whatever we do ourselves."""
    for pid in processes.children():
        # not waited for: whoever started it is to see that it was killed
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    raise ToldToStop
