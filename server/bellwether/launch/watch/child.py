"""A running part: started by the holder or taken over from it, waited for without polling."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.processes import kill_session, stat
from bellwether.launch.plan import Part
from bellwether.launch.watch.leftovers import MARK
from bellwether.launch.watch.line import HolderGone, Line


@dataclass(frozen=True)
class Note:
    """What the holder keeps of a part for the next supervisor."""

    name: str
    #: of everything that it was started with: another digest, another part
    digest: str
    ports: tuple[int, ...]
    stop_signal: int
    stop_seconds: float
    started_at: float

    @classmethod
    def of(cls, part: Part) -> Self:
        told = (part.command, sorted(part.env.items()), str(part.folder), part.ports, part.version)
        digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        return cls(part.name, digest, part.ports, part.stop_signal, part.stop_seconds, time.time())


class Child:
    """One process and, when it ends, its exit code."""

    def __init__(self, line: Line, pid: int, note: Note) -> None:
        self._line, self.pid, self.note = line, pid, note
        found = stat(pid)
        self.start = found.start if found else 0
        self._process = os.pidfd_open(pid)
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(self._process, self._on_exit)

    @classmethod
    def begin(cls, line: Line, part: Part, log: Path) -> Self:
        """Start a part.

        Raises:
            LaunchError: there is no such program, or no more processes.
            HolderGone: nobody is left who could start it.
        """
        note = Note.of(part)
        told = line.ask(
            "start",
            command=part.command,
            env={**part.env, MARK: str(log.parent.parent)},
            folder=str(part.folder),
            log=str(log),
            note=vars(note),
        )
        if "error" in told:
            raise LaunchError(f"{part.name} cannot be started: {told['error']}.", "See ./bellwether doctor.")
        return cls(line, told["pid"], note)

    def _on_exit(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process)
        os.close(self._process)
        # before the pid is given back: what it left behind in its group
        kill_session(self.pid)
        try:
            self.ended.set_result(self._line.ask("end_of", pid=self.pid)["code"])
        except HolderGone:
            # killed with its parent, by the kernel
            self.ended.set_result(-signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to stop; after its time, kill it."""
        if self.ended.done():
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, self.note.stop_signal)
        try:
            await asyncio.wait_for(asyncio.shield(self.ended), self.note.stop_seconds)
        except TimeoutError:
            kill_session(self.pid)
            await self.ended


def held(line: Line) -> dict[int, Note]:
    """What an earlier supervisor started, by pid, also what has ended since."""
    return {
        one["pid"]: Note(**{**one["note"], "ports": tuple(one["note"]["ports"])}) for one in line.ask("list")["held"]
    }


def describe_exit(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"
