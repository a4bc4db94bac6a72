"""Who listens on the ports of a part: itself, or a stranger that would answer in its place."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bellwether.launch.machine import processes

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
LISTEN = "0A"
#: the inode of a listening socket and the user that made it
Listeners = dict[int, int]


@dataclass(frozen=True)
class Doors:
    """Those of a part's ports where something is wrong."""

    stolen: tuple[int, ...] = ()
    silent: tuple[int, ...] = ()

    def __str__(self) -> str:
        words = [f"port {port} is answered by another program" for port in self.stolen]
        return ", ".join(words + [f"port {port} is not listened on yet" for port in self.silent])


def look(ports: Iterable[int], pid: int) -> Doors | None:
    """None when the process or one of its session listens on each port, and nobody else does."""
    wanted = set(ports)
    found = listeners(wanted)
    if found is None or not wanted:
        return None
    silent = tuple(sorted(port for port in wanted if not found[port]))
    stolen = tuple(sorted(port for port in wanted if _of_others(found[port], pid)))
    return Doors(stolen, silent) if stolen or silent else None


def listeners(ports: set[int]) -> dict[int, Listeners] | None:
    """Port -> who is listening there for this machine itself; None when the kernel does not tell."""
    found: dict[int, Listeners] = {port: {} for port in ports}
    readable = [path for path in TABLES if os.access(path, os.R_OK)]
    for path in readable:
        for line in path.read_text().splitlines()[1:]:
            words = line.split()
            address, _, port = words[1].partition(":")
            if words[3] == LISTEN and int(port, 16) in ports and address in LOOPBACK:
                found[int(port, 16)][int(words[9])] = int(words[7])
    return found if readable else None


def _of_others(found: Listeners, pid: int) -> Listeners:
    left = found
    for member in _family(pid):
        if not left:
            break
        left = _without(left, member)
    return left


def _family(pid: int) -> Iterator[int]:
    """The process, and only when that is not enough whoever else is in its session."""
    yield pid
    yield from processes.in_session(pid)


def _without(found: Listeners, pid: int) -> Listeners:
    try:
        own = _sockets(pid)
    except PermissionError:
        # root without ptrace, as in a container, sees of PostgreSQL only the user that it runs as
        user = _user(pid)
        return {inode: uid for inode, uid in found.items() if uid != user}
    except FileNotFoundError:
        return found
    return {inode: uid for inode, uid in found.items() if f"socket:[{inode}]" not in own}


def _user(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except FileNotFoundError:
        return None


def _sockets(pid: int) -> set[str]:
    names = set()
    with os.scandir(f"/proc/{pid}/fd") as descriptors:
        for each in descriptors:
            try:
                names.add(os.readlink(each.path))  # noqa: PTH115 - much faster
            except FileNotFoundError:
                continue
    return names


def _as_the_kernel_writes(address: str) -> str:
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    return "".join(f"{word:08X}" for word in struct.unpack(f"={len(packed) // 4}I", packed))


#: what a connection to localhost can reach
ADDRESSES = ("127.0.0.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1")  # noqa: S104 - read, not bound
LOOPBACK = {_as_the_kernel_writes(each) for each in ADDRESSES}
