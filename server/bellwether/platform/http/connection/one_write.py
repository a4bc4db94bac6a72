"""A transport that sends what is written in one round of the event loop with one call.

Uvicorn writes the head of an answer and then its body. In two calls the head alone may have left when the process is
killed: whoever is behind the gateway gets half an answer, and could have been told to try again. It costs more too.
"""

import asyncio
from collections.abc import Callable

MOST_KEPT = 64 * 1024


class OneWrite:
    """Around the transport of one connection; `call_soon` is its loop's."""

    def __init__(self, transport: asyncio.Transport, call_soon: Callable[[Callable[[], None]], object]) -> None:
        self._transport, self._call_soon = transport, call_soon
        self._kept: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Send it before the loop goes on; at once when much is kept, so that a fast stream is slowed by its reader."""
        if not self._kept:
            self._call_soon(self._send)
        self._kept.append(data)
        self._size += len(data)
        if self._size > MOST_KEPT:
            self._send()

    def close(self) -> None:
        """Send what is kept, and end the connection."""
        self._send()
        self._transport.close()

    def write_eof(self) -> None:
        """Send what is kept, and say that nothing comes after it."""
        self._send()
        self._transport.write_eof()

    def _send(self) -> None:
        if self._kept and not self._transport.is_closing():
            self._transport.write(b"".join(self._kept))
        self._kept.clear()
        self._size = 0

    def __getattr__(self, name: str) -> object:
        """All the rest is the transport's own."""
        return getattr(self._transport, name)
