"""Asks a part whether it is ready, over plain sockets so that asking costs next to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

#: answers None when ready, else the reason why not
Probe = Callable[[], Awaitable[str | None]]

ANSWER_SECONDS = 2.0


def http(place: int | Path, path: str, *, below: int = 300) -> Probe:
    """Ready when GET answers with a status below the given one; the place is a port or a Unix socket."""

    async def probe() -> str | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, body = await get(place, path)
        except (OSError, TimeoutError, ValueError) as error:
            return f"no answer on {_named(place)} ({type(error).__name__})"
        return None if status < below else f"answers {status}: {body[:300]}"

    return probe


def _named(place: int | Path) -> str:
    return f"port {place}" if isinstance(place, int) else str(place)


async def get(place: int | Path, path: str) -> tuple[int, str]:
    """The status and the beginning of the body of one GET."""
    if isinstance(place, int):
        reader, writer = await asyncio.open_connection("127.0.0.1", place)
    else:
        reader, writer = await asyncio.open_unix_connection(place)
    try:
        # the header asks a process about itself: the edge would otherwise speak for the whole platform
        lines = (f"GET {path} HTTP/1.1", "Host: localhost", "X-Bellwether-Probe: launcher", "Connection: close")
        writer.write("\r\n".join((*lines, "", "")).encode())
        answer = await reader.read(4096)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if len(words) < 2:
        raise ValueError("not an HTTP answer")
    return int(words[1]), body.decode(errors="replace").strip()
