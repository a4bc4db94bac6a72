"""A lean HTTP/1.1 load generator on asyncio: keep-alive connections, fixed requests, exact latencies.

It sends only to loopback, and stops by itself.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Result:
    """What one run saw."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Good answers per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile_ms(self, share: float) -> float:
        """The latency below which `share` of the answers lie, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


@dataclass
class Connection:
    """One keep-alive connection."""

    host: str
    port: int
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> int:
        """Send and read one answer to its end; the status."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        assert self.reader is not None
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        await self.reader.readexactly(length)
        return int(head[9:12])

    def close(self) -> None:
        """Drop the connection; the next request makes a new one."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


def get(url: str, headers: dict[str, str]) -> bytes:
    """The bytes of a GET."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"GET {target} HTTP/1.1", f"Host: {parts.netloc}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


async def one(connection: Connection, request: bytes, result: Result) -> None:
    """One timed request."""
    started = time.perf_counter()
    try:
        status = await asyncio.wait_for(connection.ask(request), 20)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, StopIteration, RuntimeError) as error:
        connection.close()
        result.errors.append(repr(error))
        return
    if status == 200:
        result.latencies.append(time.perf_counter() - started)
    else:
        result.errors.append(f"status {status}")


def connect(url: str) -> Connection:
    """To the server of `url`, which must be on this machine."""
    parts = urlsplit(url)
    assert parts.hostname in ("127.0.0.1", "localhost"), "load goes to loopback only"
    return Connection("127.0.0.1", parts.port or 80)


async def flat_out(url: str, requests: Sequence[bytes], seconds: float, callers: int = 16) -> Result:
    """`callers` connections, each asking again as soon as it is answered."""
    result = Result()
    ends = time.perf_counter() + seconds

    async def caller(number: int) -> None:
        connection, turn = connect(url), number
        while time.perf_counter() < ends:
            await one(connection, requests[turn % len(requests)], result)
            turn += callers
        connection.close()

    started = time.perf_counter()
    await asyncio.gather(*(caller(number) for number in range(callers)))
    result.seconds = time.perf_counter() - started
    return result


async def users(url: str, requests: Sequence[bytes], seconds: float, every: float) -> Result:
    """One connection per user, each asking every `every` seconds, starting spread over one such period."""
    result = Result()
    began = time.perf_counter()

    async def user(number: int) -> None:
        connection = connect(url)
        due = began + every * number / len(requests)
        while due < began + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await one(connection, requests[number], result)
            due += every
        connection.close()

    await asyncio.gather(*(user(number) for number in range(len(requests))))
    result.seconds = time.perf_counter() - began
    return result
