"""Ports that a platform of this machine has chosen, also while nobody listens on them yet.

A reservation is a name among the kernel's abstract sockets. It reaches exactly as far as the port does (every user of
one network), there is no file to forge, to remove or to leave behind, and the kernel frees it when its holder dies.
"""

from __future__ import annotations

import socket
from collections.abc import Collection


class Reservations:
    """What one process holds; programs that it starts do not inherit it."""

    def __init__(self) -> None:
        self._held: dict[int, socket.socket] = {}
        #: ports on which parts of ours listen already: they are not free, and may be chosen
        self.served: set[int] = set()

    def take(self, port: int) -> bool:
        """Hold the port; False when another platform holds it."""
        if port in self._held:
            return True
        holder = socket.socket(socket.AF_UNIX)
        try:
            holder.bind(f"\0bellwether-port/{port}")
        except OSError:
            holder.close()
            return False
        self._held[port] = holder
        return True

    def keep_only(self, ports: Collection[int]) -> None:
        """Give back every other port."""
        for port in self._held.keys() - ports:
            self._held.pop(port).close()


#: of this process, until it ends
OURS = Reservations()
