"""The line to the holder of the parts: guardian and supervisor hold one end of it, and hand it to each other."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
from typing import Any

from bellwether.launch.machine.folders import Folders
from bellwether.launch.watch.holder import LONGEST_MESSAGE
from bellwether.launch.watch.leftovers import HOLDER
from bellwether.launch.watch.logs import open_log

ANSWER_SECONDS = 10.0


class HolderGone(Exception):
    """The holder has died, and with it every part; or it lives and does not answer."""


class Line:
    """Questions to the holder, one at a time; an answer comes within milliseconds."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        #: whoever leaves one question without an answer is not asked again, for each would cost the whole time
        self._is_silent = False

    @classmethod
    def of(cls, descriptor: int) -> Line:
        """The line that was inherited."""
        return cls(socket.socket(fileno=descriptor))

    @property
    def descriptor(self) -> int:
        return self._end.fileno()

    @property
    def is_cut(self) -> bool:
        """Whether nobody is left at the other end."""
        poll = select.poll()
        poll.register(self._end, 0)
        return bool(poll.poll(0))

    def close(self) -> None:
        self._end.close()

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """The answer to one request.

        Raises:
            HolderGone: there is none, and there will be none.
        """
        if self._is_silent:
            raise HolderGone
        # a supervisor that died may have left questions whose answers are still on the line
        asked = os.urandom(8).hex()
        self._end.settimeout(ANSWER_SECONDS)
        try:
            self._end.send(json.dumps({"id": asked, "do": do, "with": more}).encode())
            while message := self._end.recv(LONGEST_MESSAGE):
                answer: dict[str, Any] = json.loads(message)
                if answer["id"] == asked:
                    return answer
        except OSError as error:
            self._is_silent = True
            raise HolderGone from error
        raise HolderGone


def begin(folders: Folders, lock_fd: int) -> tuple[Line, subprocess.Popen[bytes]]:
    """A holder, and the only line to it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs, open_log(folders.logs / "supervisor.log") as log:
        words = ["--data", str(folders.data), "--line-fd", str(theirs.fileno()), "--lock-fd", str(lock_fd)]
        process = subprocess.Popen(
            [sys.executable, "-m", HOLDER, *words],
            pass_fds=(theirs.fileno(), lock_fd),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    return Line(ours), process
