"""What one caller asks for takes turns: while this process works for one request it works for nobody else.

Ten large bodies at once would be ten such whiles in a row, and a page that needs five rounds of the loop would wait
for fifty; the same holds for ten pages of a thousand animals. Small writes take none, for they may wait for a lock.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum, auto
from urllib.parse import unquote_to_bytes

from starlette.types import Message, Receive, Scope

LARGE_BYTES, LARGE_PAGE = 2_000, 200
LENGTH = re.compile(rb"(?:^|&)(?:limit|pageSize)=0*(\d{1,9})(?:&|$)")
#: each value of JSON follows one of them, and reading it costs more than its letters; an object costs as much as ten
MARKS = {b",": 1, b"[": 1, b"{": 10}
READS = ("GET", "HEAD")


class Lane(Enum):
    """A kind of request. Bodies may wait for a lock of the database, so they keep no read waiting."""

    READS = auto()
    LONG_READS = auto()
    BODIES = auto()


#: of one caller at the same time
PLACES = {Lane.READS: 2, Lane.LONG_READS: 1, Lane.BODIES: 1}


class Turns:
    """A few at a time for each caller; nobody is refused."""

    def __init__(self) -> None:
        self._lines: dict[tuple[bytes, Lane], tuple[asyncio.Semaphore, list[None]]] = {}

    @asynccontextmanager
    async def taken(self, caller: bytes, lane: Lane) -> AsyncIterator[None]:
        """While it is this caller's turn; those who came before go first, and others of the loop go between."""
        line = caller, lane
        places, waiting = self._lines.setdefault(line, (asyncio.Semaphore(PLACES[lane]), []))
        waiting.append(None)
        try:
            async with places:
                if len(waiting) > 1:
                    await asyncio.sleep(0)
                yield
        finally:
            waiting.pop()
            if not waiting:
                del self._lines[line]


def caller_of(headers: dict[bytes, bytes], client: tuple[str, int] | None, user: str | None) -> bytes:
    """Whose turn it is: the user whose token has been verified before, else the address."""
    address = client[0].encode() if client else b""
    return user.encode() if user else headers.get(b"x-forwarded-for") or address


def lane_of(scope: Scope, headers: dict[bytes, bytes], *, all_heavy: bool) -> Lane | None:
    """Reads of somebody, and bodies of more than a few lines or of a length that is not said; None for the others.

    `all_heavy` counts every body as a large one.
    """
    method = scope["method"]
    if method in READS:
        length = LENGTH.search(unquote_to_bytes(scope["query_string"]))
        is_long = length is not None and int(length[1]) > LARGE_PAGE
        return None if b"authorization" not in headers else Lane.LONG_READS if is_long else Lane.READS
    if method == "OPTIONS":
        return None
    said = headers.get(b"content-length", b"")
    is_heavy = all_heavy or (int(said) > LARGE_BYTES if said.isdigit() else b"transfer-encoding" in headers)
    if not is_heavy:
        return None
    # what is asked for by many ids is a read, though the ids come as a body
    return Lane.LONG_READS if scope["path"].endswith("/query") else Lane.BODIES


async def whole(receive: Receive) -> tuple[Receive, int]:
    """The same messages once the body is there, and how many values it has if it is JSON.

    A body that a slow line carries keeps no other of its caller waiting.
    """
    found = [await receive()]
    while found[-1].get("more_body"):
        found.append(await receive())
    values = sum(n * message.get("body", b"").count(mark) for message in found for mark, n in MARKS.items())
    kept = iter(found)

    async def again() -> Message:
        return next(kept, None) or await receive()

    return again, values
