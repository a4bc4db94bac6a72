"""What trickles, what is no HTTP and what is too large, at a service's own port, over real sockets."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

import pytest
import uvicorn
from bellwether.platform.http.connection import patient_protocol
from bellwether.platform.http.connection.one_write import OneWrite
from bellwether.platform.http.connection.patient_protocol import PatientProtocol
from fastapi import FastAPI, Request
from starlette.responses import StreamingResponse

app = FastAPI()
heard: list[int] = []


@app.post("/body")
async def take(request: Request) -> dict[str, int]:
    heard.append(len(await request.body()))
    return {"bytes": heard[-1]}


@app.post("/unread")
async def leave(_request: Request) -> dict[str, str]:
    return {"said": "nothing"}


@app.post("/slow")
async def slow(request: Request) -> dict[str, int]:
    """Reads later than the client would be allowed to send."""
    await asyncio.sleep(1)
    return {"bytes": len(await request.body())}


@app.get("/stream")
async def stream() -> StreamingResponse:
    async def parts() -> AsyncIterator[str]:
        for _ in range(8):
            yield "data: x\n\n"
            await asyncio.sleep(0.1)

    return StreamingResponse(parts())


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server with short patience."""
    monkeypatch.setattr(patient_protocol, "HEAD_S", 0.4)
    monkeypatch.setattr(patient_protocol, "BODY_S", 0.4)
    heard.clear()
    options = uvicorn.Config(
        app, port=0, http=PatientProtocol, ws="none", log_config=None, lifespan="off", timeout_keep_alive=1
    )
    server = uvicorn.Server(options)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, object], float]:
    """Status, body and seconds until the server closed; status 0 for a close without a word."""
    began = time.monotonic()
    text = await asyncio.wait_for(reader.read(), 5)
    head, _, body = text.partition(b"\r\n\r\n")
    status = int(head.split()[1]) if head else 0
    return status, json.loads(body or b"{}"), time.monotonic() - began


async def talk(port: int, *parts: bytes, every_s: float = 0.1) -> tuple[int, dict[str, object], float]:
    """Send these parts, the last one again and again, until the server ends it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def send() -> None:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(every_s)
        while not writer.is_closing():
            writer.write(parts[-1])
            await asyncio.sleep(every_s)

    sending = asyncio.create_task(send())
    try:
        return await answer(reader)
    finally:
        sending.cancel()
        writer.close()


POST = b"POST /body HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        (b"G", b""),
        (b"\r\n",),
        (b"GET / HTTP/1.1\r\n", b"X: y\r\n"),
        (POST + b"Content-Length: 10000\r\n\r\n", b"x"),
        (CHUNKED, b"1\r\nx\r\n"),
        (CHUNKED, b"0"),
    ],
)
async def test_what_trickles_is_cut(port: int, parts: tuple[bytes, ...]) -> None:
    status, body, seconds = await talk(port, *parts)
    assert (status, body["code"]) == (408, "request_timeout")
    assert seconds < 2
    assert heard == []


async def test_a_body_that_nobody_reads_is_cut_without_a_second_answer(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx")
    text = await asyncio.wait_for(reader.read(), 5)
    assert text.count(b"HTTP/1.1") == 1
    assert text.endswith(b'{"said":"nothing"}')
    writer.close()


async def test_who_says_nothing_is_let_go(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await answer(reader) == (0, {}, pytest.approx(1, abs=0.5))
    writer.close()


async def test_a_body_that_comes_fast_enough_may_take_its_time(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(POST + b"Content-Length: 60000\r\nConnection: close\r\n\r\n")
    for _ in range(12):
        writer.write(b"x" * 5000)
        await asyncio.sleep(0.1)
    assert (await answer(reader))[:2] == (200, {"bytes": 60_000})
    writer.close()


async def test_a_service_that_reads_late_is_not_the_clients_fault(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\nConnection: close\r\n\r\n")
    writer.write(b"x" * 4_000_000)
    assert (await answer(reader))[:2] == (200, {"bytes": 4_000_000})
    writer.close()


async def test_an_answer_may_last_longer_than_a_request(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    text = await asyncio.wait_for(reader.read(), 5)
    assert text.count(b"data: x") == 8
    writer.close()


async def test_a_connection_serves_one_request_after_the_other(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for n in (1, 70_000, 3):
        writer.write(POST + b"Content-Length: %d\r\n\r\n" % n + b"x" * n)
        await asyncio.sleep(0.5)
        assert f'{{"bytes":{n}}}'.encode() in await reader.read(10_000)
    writer.close()


async def test_the_body_of_one_request_is_no_part_of_the_head_of_the_next(port: int) -> None:
    """Sent without waiting for the answer, so that one read ends amid the second head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    large = POST + b"Content-Length: 70000\r\n\r\n" + b"x" * 70_000
    writer.write(large + POST)
    await asyncio.sleep(0.1)
    writer.write(b"Content-Length: 1\r\nConnection: close\r\n\r\nx")
    text = await asyncio.wait_for(reader.read(), 5)
    assert text.count(b"HTTP/1.1 200") == 2
    assert heard == [70_000, 1]
    writer.close()


@pytest.mark.parametrize("empty", [(b"\r\n",), (b"\r", b"\n"), (b"\n",)])
@pytest.mark.parametrize("at_once", [True, False])
async def test_an_empty_line_between_requests_is_no_beginning_of_one(
    port: int, empty: tuple[bytes, ...], at_once: bool
) -> None:
    """Each pause is longer than a head may take."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = POST + b"Content-Length: 1\r\n\r\nx"
    for n in range(3):
        writer.write(request + empty[0] if at_once else request)
        await asyncio.sleep(0.05)
        for part in empty[at_once:]:
            writer.write(part)
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.6)
        text = await reader.read(10_000)
        assert (text[:12], text[-11:]) == (b"HTTP/1.1 200", b'{"bytes":1}'), n
    writer.close()


async def test_an_empty_line_does_not_keep_a_connection(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\r\n")
    assert await answer(reader) == (0, {}, pytest.approx(1, abs=0.5))
    writer.close()


@pytest.mark.parametrize(
    "rest",
    [
        b"zz\r\nx\r\n",
        b"-1\r\n",
        b"FFFFFFFFFFFFFFFFF\r\n",
        b"1\r\nxx\r\n0\r\n\r\n",
        b"1;\x00\r\nx\r\n",
        b"\r\n",
        b"0x1\r\nx\r\n",
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_malformed_chunks_are_400(port: int, rest: bytes, at_once: bool) -> None:
    parts = (CHUNKED + rest,) if at_once else (CHUNKED, rest)
    status, body, _ = await talk(port, *parts, every_s=0.05)
    assert (status, body["code"]) == (400, "malformed_request")
    assert heard == []


@pytest.mark.parametrize(
    "head",
    [
        b"no http\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        POST + b"A b: c\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_400(port: int, head: bytes) -> None:
    status, body, _ = await talk(port, head)
    assert (status, body["code"]) == (400, "malformed_request")


@pytest.mark.parametrize(
    "make",
    [
        lambda n: b"GET /?" + b"x" * n + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        lambda n: b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * n + b"\r\n\r\n",
        lambda n: b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * (n // 6) + b"\r\n",
    ],
)
async def test_a_head_of_a_megabyte_is_431(port: int, make: Callable[[int], bytes]) -> None:
    status, body, _ = await talk(port, make(1_000_000))
    assert (status, body["code"]) == (431, "head_too_large")


async def test_an_answer_leaves_as_a_whole(port: int) -> None:
    """What a client reads first holds all of it: no half of it is left when the process ends then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(50):
        writer.write(b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx")
        assert (await reader.read(65_536)).endswith(b'{"bytes":1}')
    writer.close()


async def test_a_long_stream_waits_for_its_reader() -> None:
    written: list[int] = []

    class Line(asyncio.Transport):
        def write(self, data: object) -> None:
            written.append(len(bytes(data)))  # type: ignore[call-overload]

        def is_closing(self) -> bool:
            return False

    later: list[Callable[[], None]] = []
    line = OneWrite(Line(), later.append)
    for _ in range(10):
        line.write(b"x" * 30_000)
    assert written == [90_000] * 3, "much is not kept until the loop goes on"
    for each in later:
        each()
    assert sum(written) == 300_000
