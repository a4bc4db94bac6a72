"""`python -m bellwether.launch.watch.supervisor`: has the parts started by the holder, and sees to it that they run."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping

from bellwether.launch.errors import LaunchError, PortTaken
from bellwether.launch.install.debian_packages import Say
from bellwether.launch.machine import processes
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.processes import Identity
from bellwether.launch.machine.reservations import OURS
from bellwether.launch.machine.state import ENDED, RUNNING, State, as_pair, last_state, write_state
from bellwether.launch.plan import Plan
from bellwether.launch.watch import leftovers
from bellwether.launch.watch.child import VERSION, held, stop_all
from bellwether.launch.watch.keeper import Keeper, say
from bellwether.launch.watch.line import HolderGone, Line

DEFAULT_PLAN = "bellwether.launch.composition.platform_plan:plan"
GUARDIAN_PAUSE = 1.0

Planner = Callable[[Folders, bool, Mapping[str, int], Say], Plan]


def arguments(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The words that guardian and supervisor hand to each other."""
    parser.add_argument("--data", required=True)
    parser.add_argument("--split", action="store_true")
    parser.add_argument("--lock-fd", type=int, required=True)
    # of a guardian that is the first of all there is none yet
    parser.add_argument("--line-fd", type=int)
    parser.add_argument("--plan", default=DEFAULT_PLAN)
    return parser


def command(role: str, folders: Folders, split: bool, lock_fd: int, plan: str, *more: str) -> list[str]:
    words = ["--data", str(folders.data), "--lock-fd", str(lock_fd), "--plan", plan, *more]
    return [sys.executable, "-m", f"bellwether.launch.watch.{role}", *words, *(["--split"] if split else [])]


def load(plan: str) -> Planner:
    module, _, name = plan.partition(":")
    found: Planner = getattr(importlib.import_module(module), name)
    return found


def main() -> int:
    parser = arguments(argparse.ArgumentParser(prog="supervisor"))
    parser.add_argument("--guardian", type=int, required=True)
    given = parser.parse_args()
    folders, line = Folders.of(given.data), Line.of(given.line_fd)
    return Supervisor(folders, given.split, given.lock_fd, given.plan, given.guardian, line).run()


class Supervisor:
    """One life of the supervisor."""

    def __init__(self, folders: Folders, split: bool, lock_fd: int, plan: str, guardian: int, line: Line) -> None:
        self.folders, self.split, self.lock_fd, self.plan, self.line = folders, split, lock_fd, plan, line
        self.guardian = Identity.of(guardian)
        self.guardian_process: subprocess.Popen[bytes] | None = None
        self.state = State(phase="starting", data=str(folders.data), split=split, boot=processes.boot_id())

    def run(self) -> int:
        # until the parts are there, nothing needs to be stopped in order
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
        earlier = last_state(self.folders)
        try:
            running = held(self.line)
            if running and earlier.phase in RUNNING:
                self.state.phase = "degraded"
            self._introduce(earlier)
            if any(note.version != VERSION for note in running.values()):
                say("another version of the platform has started the parts: they are stopped, and all starts anew")
                asyncio.run(stop_all(self.line, running, list(earlier.parts)))
                return self._begin_anew()
            # what the holder holds is taken over, and a new holder's predecessor may have left anything
            left = 0 if running else leftovers.end(self.folders, earlier)
            if left:
                say(f"ended {left} processes that an earlier supervisor left behind")
            OURS.served = {port for note in running.values() for port in note.ports}
            # after a crash everything comes back where it was
            wanted = {} if earlier.phase in ENDED else earlier.ports
            self._plan_and_run(wanted)
        except LaunchError as error:
            say(f"giving up: {error}")
            return self._end("failed", str(error))
        except HolderGone:
            say("the holder of the parts is gone, or does not answer; they end with it")
            return self._begin_anew()
        except SystemExit:
            return self._end("stopped")
        return self._end("stopped")

    def _introduce(self, earlier: State) -> None:
        mine = Identity.of(os.getpid())
        assert mine
        self.state.supervisor = as_pair(mine)
        self.state.guardian = as_pair(self.guardian) if self.guardian else None
        # until the leftovers have ended, the record of them is all that we know them by
        self.state.parts, self.state.ports = earlier.parts, earlier.ports
        if earlier.boot != self.state.boot:
            self.state.parts = {}
        write_state(self.folders, self.state)

    def _plan_and_run(self, wanted: Mapping[str, int]) -> None:
        while True:
            plan = load(self.plan)(self.folders, self.split, wanted, say)
            self.state.ports, self.state.notes = dict(plan.ports), list(plan.notes)
            self.state.public_url, self.state.public_url_https = plan.public_url, plan.public_url_https
            try:
                asyncio.run(self._keep_parts(plan))
                return
            except PortTaken as error:
                say(f"{error} Choosing ports again.")
                wanted = plan.ports

    def _begin_anew(self) -> int:
        """Without the holder there are no parts: leave, and let the guardian start both of us again."""
        for holder in leftovers.holders(self.folders):
            holder.send(signal.SIGKILL)
        if not (self.guardian and self.guardian.alive):
            self._start_guardian()
        return 1

    async def _keep_parts(self, plan: Plan) -> None:
        # what is written from now on is for our own user; PostgreSQL's packages, fetched before, are for its user too
        os.umask(0o077)
        keeper = Keeper(self.folders, plan, self.state, self.line)
        OURS.served = set()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, keeper.stopping.set)
        watch = asyncio.create_task(self._keep_guardian(keeper))
        try:
            await keeper.run()
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _keep_guardian(self, keeper: Keeper) -> None:
        """The guardian restarts us, we restart it: only both at once can be lost."""
        while True:
            if self.guardian and self.guardian.alive:
                await _ended(self.guardian)
                await asyncio.sleep(GUARDIAN_PAUSE)
            if self.guardian_process:
                with contextlib.suppress(ChildProcessError):
                    self.guardian_process.wait(timeout=5)
            say("starting a guardian")
            self._start_guardian()
            keeper.write(self.state.phase)

    def _start_guardian(self) -> None:
        more = ("--watch", str(os.getpid()), "--line-fd", str(self.line.descriptor))
        words = command("guardian", self.folders, self.split, self.lock_fd, self.plan, *more)
        descriptors = (self.lock_fd, self.line.descriptor)
        self.guardian_process = subprocess.Popen(words, pass_fds=descriptors, start_new_session=True)
        self.guardian = Identity.of(self.guardian_process.pid)
        self.state.guardian = as_pair(self.guardian) if self.guardian else None

    def _end(self, phase: str, failure: str = "") -> int:
        self.state.phase, self.state.failure = phase, failure
        self.state.supervisor = None
        write_state(self.folders, self.state)
        return 1 if failure else 0


async def _ended(identity: Identity) -> None:
    try:
        descriptor = os.pidfd_open(identity.pid)
    except ProcessLookupError:
        return
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


if __name__ == "__main__":
    sys.exit(main())
