"""Runs a server that asks nobody for a secret where nobody else can reach it: in a network of its own.

unshare --net python -I -S walled.py SOCKET PORT PROGRAM [WORD...]

The program listens on PORT of its loopback as ever, but that loopback is its own; what comes to the Unix socket, which
the file system opens to our user alone, is passed on to it. Each store has one of these, so the standard library has to
be enough.
"""

import contextlib
import fcntl
import os
import signal
import socket
import struct
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
LOOPBACK = b"lo"
CHUNK = 1 << 16
POLL_SECONDS = 0.005
MOST_WAITING = 1024


def raise_loopback() -> None:
    """A new network has a loopback that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        answer = fcntl.ioctl(asking, SIOCGIFFLAGS, struct.pack("16sH14x", LOOPBACK, 0))
        _, flags = struct.unpack("16sH14x", answer)
        if not flags & IFF_UP:
            fcntl.ioctl(asking, SIOCSIFFLAGS, struct.pack("16sH14x", LOOPBACK, flags | IFF_UP))


def start(words: list[str]) -> int:
    """The program as our child; asked to stop when we are."""
    child = os.fork()
    if not child:
        os.execv(words[0], words)  # noqa: S606 - the launcher's own words
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    return child


def lead_in(path: Path, port: int) -> None:
    """Open the socket once the program listens: until then a caller is refused and knows that nothing was sent."""
    door = None
    while door is None:
        with contextlib.suppress(OSError):  # it does not listen yet, or the disk is full
            connect(port).close()
            door = opened(path)
        time.sleep(POLL_SECONDS)
    while True:
        try:
            join(door.accept()[0], port)
        except (OSError, RuntimeError):  # neither files nor threads are left: later there are again
            time.sleep(POLL_SECONDS)


def opened(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(path))
    door.listen(MOST_WAITING)
    return door


def join(caller: socket.socket, port: int) -> None:
    """Two threads for each connection, of which a service has a few and keeps them."""
    try:
        program = connect(port)
        for ends in ((caller, program), (program, caller)):
            threading.Thread(target=pass_on, args=ends, daemon=True).start()
    except BaseException:
        caller.close()
        raise


def connect(port: int) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", port))
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def pass_on(one: socket.socket, other: socket.socket) -> None:
    """Bytes from one to the other; the end of either is the end of both."""
    with contextlib.suppress(OSError):
        while data := one.recv(CHUNK):
            other.sendall(data)
    for end in (one, other):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def main() -> NoReturn:
    """The command; without words it only says whether this kernel lets us have a network."""
    raise_loopback()
    if len(sys.argv) == 1:
        sys.exit(0)
    child = start(sys.argv[3:])
    threading.Thread(target=lead_in, args=(Path(sys.argv[1]), int(sys.argv[2])), daemon=True).start()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    # as a shell says it; threads that pass bytes on hold nothing up
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
