"""A running part: started by the holder or taken over from it, waited for without polling."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.processes import kill_session, stat
from bellwether.launch.plan import Part
from bellwether.launch.watch.leftovers import MARK
from bellwether.launch.watch.line import HolderGone, Line

#: for a part that another version has started and says nothing of
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Note:
    """What the holder keeps of a part for the next supervisor.

    That one may be of other code, which reads of it no more than `name`, `stop_signal` and `stop_seconds`.
    """

    name: str
    #: of everything that it was started with: another digest, another part
    digest: str
    ports: tuple[int, ...]
    stop_signal: int
    stop_seconds: float
    started_at: float
    version: str

    @classmethod
    def of(cls, part: Part) -> Self:
        told = (part.command, sorted(part.env.items()), str(part.folder), part.ports, part.version)
        digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        return cls(part.name, digest, part.ports, part.stop_signal, part.stop_seconds, time.time(), VERSION)

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        """One that the holder kept; of another version, what is needed to end its part."""
        if told.get("version") == VERSION:
            return cls(**{**told, "ports": tuple(told["ports"])})
        stop = (told.get("stop_signal", signal.SIGTERM), told.get("stop_seconds", STOP_SECONDS))
        return cls(told.get("name", ""), "", (), *stop, 0.0, "another")


#: changes by itself when a note holds something else
VERSION = hashlib.sha256(repr([(field.name, field.type) for field in fields(Note)]).encode()).hexdigest()[:12]


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
    return {one["pid"]: Note.read(one["note"]) for one in line.ask("list")["held"]}


async def stop_all(line: Line, notes: Mapping[int, Note], order: Sequence[str]) -> None:
    """End every part: what this order does not name, its last to its first, and what they have left behind."""
    rank = {name: place for place, name in enumerate(order)}
    children = [Child(line, pid, note) for pid, note in notes.items()]
    for child in sorted(children, key=lambda child: rank.get(child.note.name, len(rank)), reverse=True):
        await child.stop()
    with contextlib.suppress(HolderGone):
        line.ask("end_orphans")


def describe_exit(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"
