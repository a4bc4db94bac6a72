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
from bellwether.launch.watch import line as line_module
from bellwether.launch.watch.line import Line
from bellwether.launch.watch.logs import open_log
from bellwether.launch.watch.supervisor import DEFAULT_PLAN, arguments, command

FIRST_PAUSE, LONGEST_PAUSE, STABLE_SECONDS = 0.1, 30.0, 60.0
TICK_SECONDS = 0.1
ORPHAN_SECONDS = 5.0
HOLDER_SECONDS = 15.0


class Guardian:
    """Watches one supervisor at a time."""

    def __init__(
        self, folders: Folders, split: bool, lock_fd: int, plan: str = DEFAULT_PLAN, line: Line | None = None
    ) -> None:
        self.folders, self.split, self.lock_fd, self.plan, self.line = folders, split, lock_fd, plan, line
        #: the parent of the parts, if it is our own child
        self.holder: subprocess.Popen[bytes] | None = None
        self.supervisor: Identity | None = None
        self.child: subprocess.Popen[bytes] | None = None
        self.told_to_stop = False

    def run(self, watch: int | None = None, tick: Callable[[], None] = lambda: None) -> int:
        """Return 0 after a clean stop, 1 when the supervisor gave up."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        processes.adopt_orphans()
        try:
            return self._watch(watch, tick)
        finally:
            self._let_go()

    def _watch(self, watch: int | None, tick: Callable[[], None]) -> int:
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
        # the parts are the holder's; what the supervisor itself had started has become our child
        spared = self.holder.pid if self.holder and self.holder.poll() is None else None
        processes.end_children(ORPHAN_SECONDS, spared)
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
        if self.line is None or self.line.is_cut:
            self._let_go()
            self.line, self.holder = line_module.begin(self.folders, self.lock_fd)
        more = ("--guardian", str(os.getpid()), "--line-fd", str(self.line.descriptor))
        words = command("supervisor", self.folders, self.split, self.lock_fd, self.plan, *more)
        with open_log(self.folders.logs / "supervisor.log") as log:
            self.child = subprocess.Popen(
                words,
                pass_fds=(self.lock_fd, self.line.descriptor),
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.supervisor = Identity.of(self.child.pid)

    def _let_go(self) -> None:
        """Leave the line; without a supervisor on it the holder ends whatever is left, and itself."""
        if self.line:
            self.line.close()
        if self.holder:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.holder.wait(HOLDER_SECONDS)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.told_to_stop = True
        if self.supervisor:
            self.supervisor.send(signal.SIGTERM)


def main() -> int:
    parser = arguments(argparse.ArgumentParser(prog="guardian"))
    parser.add_argument("--watch", type=int)
    given = parser.parse_args()
    line = None if given.line_fd is None else Line.of(given.line_fd)
    return Guardian(Folders.of(given.data), given.split, given.lock_fd, given.plan, line).run(given.watch)


if __name__ == "__main__":
    sys.exit(main())
