"""`python -m bellwether.launch.watch.guardian`: starts the supervisor again when it dies, until it was told to stop."""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from bellwether.launch.machine import processes
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.processes import Identity
from bellwether.launch.machine.state import ENDED, last_state
from bellwether.launch.watch.child import open_log
from bellwether.launch.watch.supervisor import DEFAULT_PLAN, arguments, command

FIRST_PAUSE, LONGEST_PAUSE, STABLE_SECONDS = 0.1, 30.0, 60.0
TICK_SECONDS = 0.1
ORPHAN_SECONDS = 5.0


class Guardian:
    """Watches one supervisor at a time."""

    def __init__(self, folders: Folders, split: bool, lock_fd: int, plan: str = DEFAULT_PLAN) -> None:
        self.folders, self.split, self.lock_fd, self.plan = folders, split, lock_fd, plan
        self.supervisor: Identity | None = None
        self.child: subprocess.Popen[bytes] | None = None
        self.told_to_stop = False

    def run(self, watch: int | None = None, tick: Callable[[], None] = lambda: None) -> int:
        """Return 0 after a clean stop, 1 when the supervisor gave up."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        processes.adopt_orphans()
        self.supervisor = Identity.of(watch) if watch else None
        pause, began = FIRST_PAUSE, time.monotonic()
        if not self.supervisor:
            self._start()
        while not self._over(tick):
            pause = FIRST_PAUSE if time.monotonic() - began > STABLE_SECONDS else min(pause * 2, LONGEST_PAUSE)
            self._sleep(pause)
            if self.told_to_stop:
                return 0
            began = time.monotonic()
            self._start()
        return 1 if last_state(self.folders).phase == "failed" else 0

    def _over(self, tick: Callable[[], None]) -> bool:
        """Wait for the end of the supervisor; True when it ended on purpose."""
        while self.supervisor and self.supervisor.alive:
            self._wait(self.supervisor.pid)
            tick()
        if self.child:
            self.child.wait()
        _end_descendants()
        return last_state(self.folders).phase in ENDED

    def _wait(self, pid: int) -> None:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:
            select.select([descriptor], [], [], TICK_SECONDS)
        finally:
            os.close(descriptor)

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.told_to_stop and time.monotonic() < until:
            time.sleep(0.05)

    def _start(self) -> None:
        words = command("supervisor", self.folders, self.split, self.lock_fd, self.plan, "--guardian", str(os.getpid()))
        with open_log(self.folders.logs / "supervisor.log") as log:
            self.child = subprocess.Popen(
                words,
                pass_fds=(self.lock_fd,),
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.supervisor = Identity.of(self.child.pid)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.told_to_stop = True
        if self.supervisor:
            self.supervisor.send(signal.SIGTERM)


def _end_descendants() -> None:
    """What the dead supervisor's parts forked has become our children: end it, and leave no zombie in the way."""
    until = time.monotonic() + ORPHAN_SECONDS
    while (orphans := processes.children()) and time.monotonic() < until:
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            processes.reap(pid)
        time.sleep(0.01)


def main() -> int:
    parser = arguments(argparse.ArgumentParser(prog="guardian"))
    parser.add_argument("--watch", type=int)
    given = parser.parse_args()
    return Guardian(Folders.of(given.data), given.split, given.lock_fd, given.plan).run(given.watch)


if __name__ == "__main__":
    sys.exit(main())
