"""Ports on the loopback address: the default, or the next free one, always below the ephemeral range."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping

from bellwether.launch.errors import LaunchError

# outgoing connections take theirs from 32768 up, and would clash now and then
CEILING = 32768

DEFAULTS: dict[str, int] = {
    "gateway": 8080, "gateway-https": 8443, "postgres": 15432, "dynoxide": 18000, "dynoxide-keys": 18001,
    "nats": 14222, "nats-monitor": 14223, "services": 18101, "farm": 18101, "genetics": 18102, "research": 18103,
    "processing": 18104, "edge": 18105, "worker": 18109, "users": 18201, "auth": 18201, "sessions": 18202,
    "profiles": 18203, "chats": 18204,
}  # fmt: skip


def is_free(port: int) -> bool:
    """True when a server may bind the port on every loopback address of this machine."""
    return _binds(socket.AF_INET, "127.0.0.1", port) and _binds(socket.AF_INET6, "::1", port)


def has_ipv6() -> bool:
    """True when ::1 can be bound."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _binds(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        # a machine without IPv6 has nothing there that could be taken
        return error.errno not in (errno.EADDRINUSE, errno.EACCES)
    return True


def choose(names: list[str], wanted: Mapping[str, int] | None = None) -> tuple[dict[str, int], list[str]]:
    """A free port for each name and a sentence for each one that had to move."""
    chosen: dict[str, int] = {}
    moved: list[str] = []
    reserved = {DEFAULTS[name] for name in names}
    for name in names:
        first = (wanted or {}).get(name, DEFAULTS[name])
        port = _next_free(first, set(chosen.values()), reserved)
        chosen[name] = port
        if port != DEFAULTS[name]:
            moved.append(f"Port {DEFAULTS[name]} is taken; {name} listens on {port}.")
    return chosen, moved


def _next_free(first: int, used: set[int], reserved: set[int]) -> int:
    for port in range(first, CEILING):
        wanted_by_another = port in reserved and port != first
        if port not in used and not wanted_by_another and is_free(port):
            return port
    raise LaunchError(
        f"No port between {first} and {CEILING - 1} is free on 127.0.0.1.", "Stop a program that listens there."
    )
