"""Large bodies of one caller take turns: reading and judging one keeps this process from everybody else.

Ten of them at once would be ten such whiles in a row, and a page that needs five rounds of the loop would wait for
fifty.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Message, Receive

LARGE_BYTES = 2_000


class Turns:
    """One at a time for each caller; nobody is refused."""

    def __init__(self) -> None:
        self._lines: dict[bytes, tuple[asyncio.Lock, list[None]]] = {}

    @asynccontextmanager
    async def taken(self, caller: bytes) -> AsyncIterator[None]:
        """While it is this caller's turn; those who came before go first, and others of the loop go between."""
        lock, waiting = self._lines.setdefault(caller, (asyncio.Lock(), []))
        waiting.append(None)
        try:
            async with lock:
                await asyncio.sleep(0)
                yield
        finally:
            waiting.pop()
            if not waiting:
                del self._lines[caller]


def caller_of(headers: dict[bytes, bytes], client: tuple[str, int] | None) -> bytes:
    """Whose turn it is: the token that was sent, else the address."""
    address = client[0].encode() if client else b""
    return headers.get(b"authorization") or headers.get(b"x-forwarded-for") or address


def is_large(method: str, headers: dict[bytes, bytes]) -> bool:
    """Whether a request has a body of more than a few lines, or does not say how long it is."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return False
    length = headers.get(b"content-length", b"")
    return int(length) > LARGE_BYTES if length.isdigit() else b"transfer-encoding" in headers


async def whole(receive: Receive) -> Receive:
    """The same messages once the body is there: one that a slow line carries keeps no other of its caller waiting."""
    found = [await receive()]
    while found[-1].get("more_body"):
        found.append(await receive())
    kept = iter(found)

    async def again() -> Message:
        return next(kept, None) or await receive()

    return again
