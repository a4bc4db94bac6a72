"""Starts the parts in the order of their needs, restarts what dies, stops everything in reverse order.

The parts that an earlier supervisor left to the holder are taken over as they are, if they are still the plan's.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time

from bellwether.launch.errors import LaunchError, PortTaken
from bellwether.launch.machine import listening
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.ports import is_free
from bellwether.launch.machine.state import RUNNING, PartState, State, write_state
from bellwether.launch.plan import Part, Plan
from bellwether.launch.watch import logs
from bellwether.launch.watch.child import Child, Note, describe_exit, held
from bellwether.launch.watch.line import HolderGone, Line

POLL_SECONDS = 0.03
READY_SECONDS = 90.0
PORT_SECONDS = 5.0
#: a part that dies again and again is back within ten seconds all the same
FIRST_PAUSE, LONGEST_PAUSE, STABLE_SECONDS = 0.1, 5.0, 10.0
MOST_FAILURES = 5
#: a busy part may be late with an answer now and then
WATCH_SECONDS, BAD_ANSWERS = 2.0, 3
#: a part that stands alone, lives and answers nothing good for so long is started again
HOPELESS_SECONDS = 20.0
ROTATE_SECONDS = 10.0
#: EX_CONFIG of sysexits.h: what is stored does not fit, and another try would not help
REFUSED = 78


class Keeper:
    """Keeps the parts of one plan alive until it is told to stop."""

    def __init__(self, folders: Folders, plan: Plan, state: State, line: Line) -> None:
        self.folders = folders
        self.plan = plan
        self.state = state
        self.line = line
        self.children: dict[str, Child] = {}
        self.ready = {part.name: asyncio.Event() for part in plan.parts}
        self.stopping = asyncio.Event()
        #: a platform that was ready keeps trying, whatever happens to its parts
        self.was_ready = state.phase in RUNNING
        self.earlier = state.parts
        state.parts = {p.name: PartState(address=p.address, version=p.version) for p in plan.parts}

    async def run(self) -> None:
        """Run until `stopping` is set, or raise what made going on impossible; nothing runs afterwards."""
        await self._take_over()
        keepers = [asyncio.create_task(self._keep(part), name=part.name) for part in self.plan.parts]
        chores = [asyncio.create_task(self._rotate())]
        told = asyncio.create_task(self.stopping.wait())
        try:
            await self._until_told(told, keepers)
        finally:
            self.stopping.set()
            self.write("stopping")
            for task in (*chores, told, *keepers):
                task.cancel()
            await asyncio.gather(*chores, told, *keepers, return_exceptions=True)
            await self._stop_all()

    async def _until_told(self, told: asyncio.Task[bool], keepers: list[asyncio.Task[None]]) -> None:
        waiting: set[asyncio.Task[bool] | asyncio.Task[None]] = {told, *keepers}
        while not told.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def _take_over(self) -> None:
        """Find the parts that run already; those that are no longer as the plan has them are stopped."""
        found = [Child(self.line, pid, note) for pid, note in held(self.line).items()]
        wanted = {part.name: Note.of(part).digest for part in self.plan.parts}
        fits = {child.note.name: child for child in found if wanted.get(child.note.name) == child.note.digest}
        self.children |= fits
        for name in fits.keys() & self.earlier.keys():
            self.state.parts[name].restarts = self.earlier[name].restarts
        await asyncio.gather(*(child.stop() for child in found if child not in fits.values()))
        if fits:
            say(f"taken over: {', '.join(sorted(fits))}")

    async def _keep(self, part: Part) -> None:
        earlier = self.earlier.get(part.name)
        if self.was_ready and part.once and earlier and earlier.state == "done":
            self._is_ready(part, "done")
            return
        if part.name not in self.children:
            for name in part.needs:
                await self.ready[name].wait()
        if not part.command:
            self._is_ready(part, "external")
            return
        failures, pause = 0, FIRST_PAUSE
        while True:
            began = time.monotonic()
            code, reason = await self._live(part)
            if part.once and code == 0:
                self._is_ready(part, "done")
                return
            if part.once and code == REFUSED:
                raise LaunchError(logs.last_lines(self.folders.logs / f"{part.name}.log", 1))
            failures += 1
            if failures >= MOST_FAILURES and not self.was_ready:
                raise LaunchError(f"{part.name} {reason}, {failures} times.", self._why(part))
            if time.monotonic() - began > STABLE_SECONDS:
                failures, pause = 1, FIRST_PAUSE
            self._died(part, reason)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _live(self, part: Part) -> tuple[int, str]:
        """One life of a part, from its start, or from its taking over, to its end."""
        child = self.children.get(part.name)
        if child is None:
            child = self.children[part.name] = await self._start(part)
        self._set(part, state="starting", pid=child.pid, start=child.start, started_at=child.note.started_at)
        if not part.once:
            late = await self._until_ready(part, child)
            if late:
                await child.stop()
                return child.ended.result(), f"was not ready within {READY_SECONDS:.0f} s ({late})"
            await self._watch(part, child)
        code = await asyncio.shield(child.ended)
        return code, describe_exit(code)

    async def _start(self, part: Part) -> Child:
        self._set(part, state="starting")
        await self._await_ports(part)
        if part.before:
            part.before()
        return Child.begin(self.line, part, self.folders.logs / f"{part.name}.log")

    async def _await_ports(self, part: Part) -> None:
        began = time.monotonic()
        while taken := [port for port in part.ports if not is_free(port)]:
            self._give_up_port(part, taken[0], began)
            await asyncio.sleep(POLL_SECONDS)

    def _give_up_port(self, part: Part, port: int, since: float) -> None:
        """A stranger gets a moment to leave the port; then all ports are chosen again."""
        if time.monotonic() - since > PORT_SECONDS:
            raise PortTaken(f"Port {port} of {part.name} was taken by another program.")

    async def _until_ready(self, part: Part, child: Child) -> str | None:
        until = time.monotonic() + READY_SECONDS
        robbed: float | None = None
        while not child.ended.done():
            reason = await part.ready(child.pid)
            # the answer may have come from a program that listens there in its place, or beside it
            doors = None if reason else listening.look(part.ports, child.pid)
            if reason is None and doors is None:
                self._is_ready(part, "ready")
                return None
            if doors and doors.stolen:
                robbed = robbed or time.monotonic()
                self._give_up_port(part, doors.stolen[0], robbed)
            # once all was ready, a part may have to wait for another that is down: that is no reason to end it
            if time.monotonic() > until and not self.was_ready:
                return reason or str(doors)
            await asyncio.wait([child.ended], timeout=POLL_SECONDS)
        return None

    async def _watch(self, part: Part, child: Child) -> None:
        """Tell in the state when a part that lives is no longer ready, and end one that does not become so again."""
        bad, good_at = 0, time.monotonic()
        while not child.ended.done():
            await asyncio.wait([child.ended], timeout=WATCH_SECONDS)
            if child.ended.done():
                return
            reason = await part.ready(child.pid)
            bad = bad + 1 if reason else 0
            good_at = good_at if reason else time.monotonic()
            if part.stands_alone and time.monotonic() - good_at > HOPELESS_SECONDS:
                say(f"{part.name} is not ready for {HOPELESS_SECONDS:.0f} s ({reason})")
                await child.stop()
                return
            now = self.state.parts[part.name].state
            if bad >= BAD_ANSWERS and now == "ready":
                self._set(part, state="unready", reason=reason)
            elif not bad and now == "unready":
                self._is_ready(part, "ready")

    def _why(self, part: Part) -> str:
        log = self.folders.logs / f"{part.name}.log"
        return f"The end of {log}:\n{logs.last_lines(log)}"

    def _is_ready(self, part: Part, state: str) -> None:
        self.ready[part.name].set()
        self._set(part, state=state, reason="")

    def _died(self, part: Part, reason: str) -> None:
        now = self.state.parts[part.name]
        say(f"{part.name} {reason}, starting it again")
        self.children.pop(part.name)
        self.line.ask("end_orphans")
        self._set(part, state="restarting", pid=None, start=None, reason=reason, restarts=now.restarts + 1)

    def _set(self, part: Part, **changes: object) -> None:
        now = self.state.parts[part.name]
        for name, value in changes.items():
            setattr(now, name, value)
        if part.once and now.state == "done":
            now.pid = now.start = None
        self.write(self._phase())

    def _phase(self) -> str:
        if self.stopping.is_set():
            return "stopping"
        if all(part.state in ("ready", "external", "done") for part in self.state.parts.values()):
            if not self.was_ready:
                self.was_ready = True
                with contextlib.suppress(OSError):  # on a full disk the next start writes it
                    self.plan.when_ready()
            return "ready"
        return "degraded" if self.was_ready else "starting"

    def write(self, phase: str) -> None:
        self.state.phase = phase
        with contextlib.suppress(OSError):  # a full disk must not end the parts
            write_state(self.folders, self.state)

    async def _rotate(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                logs.rotate(self.folders.logs)
            await asyncio.sleep(ROTATE_SECONDS)

    async def _stop_all(self) -> None:
        for layer in reversed(layers(self.plan.parts)):
            await asyncio.gather(*(self._stop(part) for part in layer))
        with contextlib.suppress(HolderGone):
            self.line.ask("end_orphans")

    async def _stop(self, part: Part) -> None:
        child = self.children.get(part.name)
        if child:
            await child.stop()
        if self.state.parts[part.name].state != "done":
            self._set(part, state="stopped", pid=None, start=None)


def layers(parts: tuple[Part, ...]) -> list[list[Part]]:
    """The parts by how deep their needs go: what is needed stands before what needs it."""
    depth: dict[str, int] = {}
    for part in parts:
        depth[part.name] = 1 + max((depth[name] for name in part.needs), default=-1)
    found: list[list[Part]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for part in parts:
        found[depth[part.name]].append(part)
    return found


def say(sentence: str) -> None:
    """A line in the supervisor's own log; on a full disk it is lost, and nothing with it."""
    with contextlib.suppress(OSError):
        print(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {sentence}", file=sys.stderr, flush=True)  # noqa: T201
