"""Ports on the loopback address: the default, or the next free one, always below the ephemeral range."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping

from bellwether.catalogue import PORTS
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.reservations import OURS, Reservations

# outgoing connections take theirs from 32768 up, and would clash now and then
CEILING = 32768


def is_free(port: int) -> bool:
    """True when a server may bind the port on every loopback address of this machine, for HTTP/3 too."""
    loopback = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
    return all(_binds(family, kind, host, port) for kind in kinds for family, host in loopback)


def has_ipv6() -> bool:
    """True when ::1 can be bound."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _binds(family: socket.AddressFamily, kind: socket.SocketKind, host: str, port: int) -> bool:
    try:
        with socket.socket(family, kind) as probe:
            # over the remains of closed connections; with UDP it would bind over a living socket
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
            probe.bind((host, port))
    except OSError as error:
        # a machine without IPv6 has nothing there that could be taken
        return error.errno not in (errno.EADDRINUSE, errno.EACCES)
    return True


def choose(
    names: list[str], wanted: Mapping[str, int] | None = None, held: Reservations = OURS
) -> tuple[dict[str, int], list[str]]:
    """A free port for each name and a sentence for each one that had to move.

    The ports stay reserved for this process; choosing again gives back those that are no longer among them.
    """
    chosen: dict[str, int] = {}
    moved: list[str] = []
    defaults = {PORTS[name] for name in names}
    for name in names:
        first = (wanted or {}).get(name, PORTS[name])
        port = _next_free(first, set(chosen.values()) | (defaults - {first}), held)
        chosen[name] = port
        if port != PORTS[name]:
            why = "taken" if held.take(PORTS[name]) else "reserved by another platform of this machine"
            moved.append(f"Port {PORTS[name]} is {why}; {name} listens on {port}.")
    held.keep_only(set(chosen.values()))
    return chosen, moved


def _next_free(first: int, excluded: set[int], held: Reservations) -> int:
    for port in range(first, CEILING):
        # reserved before it is looked at: nobody else can choose it in between
        if port not in excluded and held.take(port) and (port in held.served or is_free(port)):
            return port
    raise LaunchError(
        f"No port between {first} and {CEILING - 1} is free on 127.0.0.1.", "Stop a program that listens there."
    )
