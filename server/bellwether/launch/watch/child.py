"""A running part: started in a session of its own, waited for without polling."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
from pathlib import Path
from typing import IO

from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.processes import kill_session, stat
from bellwether.launch.plan import Part

#: names the state folder in the environment of each part, so that it is found without the record
MARK = "BELLWETHER_PART_OF"


class Child:
    """One process and, when it ends, its exit code."""

    def __init__(self, part: Part, log: Path) -> None:
        try:
            self._popen = _spawn(part, log)
        except OSError as error:
            raise LaunchError(f"{part.name} cannot be started: {error}.", "See ./bellwether doctor.") from error
        self.pid = self._popen.pid
        found = stat(self.pid)
        self.start = found.start if found else 0
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._watch()

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        descriptor = os.pidfd_open(self.pid)

        def on_exit() -> None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            # before the pid is given back: what it left behind in its group
            kill_session(self.pid)
            self.ended.set_result(self._popen.wait())

        loop.add_reader(descriptor, on_exit)

    async def stop(self, number: signal.Signals, seconds: float) -> None:
        """Ask it to stop; after the time, kill it."""
        if self.ended.done():
            return
        self._popen.send_signal(number)
        try:
            await asyncio.wait_for(asyncio.shield(self.ended), seconds)
        except TimeoutError:
            self._popen.kill()
            kill_session(self.pid)
            await self.ended


def _spawn(part: Part, log: Path) -> subprocess.Popen[bytes]:
    # called in the main thread, for the death signal follows the thread that forked
    with open_log(log) as out:
        return subprocess.Popen(
            part.command,
            cwd=part.folder,
            env={**part.env, MARK: str(log.parent.parent)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # what a part writes is for its own user
            umask=0o077,
        )


def open_log(path: Path) -> IO[bytes]:
    """Append only, so that a truncation by the rotation leaves no hole; nowhere, where a full disk takes no file."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        descriptor = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    return os.fdopen(descriptor, "wb")


def describe_exit(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"
