"""`python -m bellwether.launch.watch.holder`: the parent of all parts, so that a supervisor can die without them.

It starts what it is asked to, keeps what has ended until somebody asks how, and knows nothing of platforms. Supervisor
and guardian have the other end of its line: when both are gone it is cut, and the holder ends everything and itself.
When it is killed, the kernel kills its parts.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from bellwether.launch.machine import processes
from bellwether.launch.watch.logs import open_log

LONGEST_MESSAGE = 1 << 20
#: orphans that ended by themselves are waited for so often
REAP_SECONDS = 1.0
END_SECONDS = 10.0


class Holder:
    """What was started and nobody has asked the end of yet: by pid, with what the asker wants to know of it later."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.held: dict[int, tuple[subprocess.Popen[bytes], dict[str, Any]]] = {}

    def serve(self) -> None:
        """Answer until the line is cut; nothing is left then."""
        self.line.settimeout(REAP_SECONDS)
        while True:
            try:
                request = self.line.recv(LONGEST_MESSAGE)
            except TimeoutError:
                self._reap_orphans()
                continue
            except ConnectionError:
                # cut with an answer on it that nobody has read
                request = b""
            if not request:
                break
            # whoever asked may be dead already; an answer that nobody reads may not stop us
            with contextlib.suppress(OSError):
                self.line.send(json.dumps(self.answer(json.loads(request))).encode(), socket.MSG_DONTWAIT)
        processes.end_children(END_SECONDS)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request has the name of a method below and what it takes."""
        made: dict[str, Any] = getattr(self, f"do_{request['do']}")(**request["with"])
        return {"id": request["id"], **made}

    def do_start(self, command: list[str], env: dict[str, str], folder: str, log: str, note: dict[str, Any]) -> Any:
        """Start a process in a session of its own."""
        try:
            # in the main thread, for the death signal follows the thread that forked
            with open_log(Path(log)) as out:
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    # what a part writes is for its own user
                    umask=0o077,
                )
        except OSError as error:
            return {"error": str(error)}
        self.held[process.pid] = (process, note)
        return {"pid": process.pid}

    def do_list(self) -> Any:
        """Everything that is held, also what has ended."""
        return {"held": [{"pid": pid, "note": note} for pid, (_, note) in self.held.items()]}

    def do_end_of(self, pid: int) -> Any:
        """How a process ended, which nobody else may learn: it is held no longer."""
        process, _ = self.held.pop(pid)
        return {"code": process.wait()}

    def do_end_orphans(self) -> Any:
        """Kill what dead parts left to us; what is in the session of a living part is that part's affair."""
        # seen without waiting for it: the pid of a part stays its own until somebody asks for its end
        sessions = {pid for pid in self.held if processes.is_running(pid)}
        for pid in self._orphans():
            found = processes.stat(pid)
            if found and found.state != "Z" and found.session not in sessions:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        return {}

    def _orphans(self) -> list[int]:
        return [pid for pid in processes.children() if pid not in self.held]

    def _reap_orphans(self) -> None:
        for pid in self._orphans():
            processes.reap(pid)


def main() -> int:
    parser = argparse.ArgumentParser(prog="holder")
    parser.add_argument("--data", required=True)
    parser.add_argument("--line-fd", type=int, required=True)
    # held as long as anything runs: whoever gets the lock finds nothing of ours
    parser.add_argument("--lock-fd", type=int, required=True)
    given = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # a handler, for what is ignored would be ignored by the parts as well
        signal.signal(number, lambda _number, _frame: None)
    processes.adopt_orphans()
    processes.allow_many_files()
    Holder(socket.socket(fileno=given.line_fd)).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
