"""Large bodies of one caller are read one after the other, and nobody else waits for them."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from bellwether.platform.http.middleware import Around
from bellwether.platform.http.turns import Turns
from starlette.types import Receive, Scope, Send

BODY = b"x" * 3_000


class Kitchen:
    """An application that counts who is in it, and lets them out one by one."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.most = 0
        self.out = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = dict(scope["headers"]).get(b"authorization", b"").decode()
        self.inside.append(name)
        self.most = max(self.most, len(self.inside))
        await receive()
        await self.out.wait()
        self.inside.remove(name)
        if scope["path"] == "/breaks":
            raise ValueError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture
async def client(kitchen: Kitchen) -> AsyncIterator[httpx.AsyncClient]:
    app = Around(kitchen, "test", 1_000_000, 64_000_000, ("/files",))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as found:
        yield found


async def ask(client: httpx.AsyncClient, path: str, token: str, body: bytes = BODY, method: str = "POST") -> int:
    return (await client.request(method, path, content=body, headers={"Authorization": token})).status_code


async def test_one_caller_has_one_large_body_read_at_a_time(client: httpx.AsyncClient, kitchen: Kitchen) -> None:
    asked = [asyncio.create_task(ask(client, "/", "anna")) for _ in range(10)]
    asked.append(asyncio.create_task(ask(client, "/", "bert")))
    await asyncio.sleep(0.05)
    assert sorted(kitchen.inside) == ["anna", "bert"]
    kitchen.out.set()
    assert await asyncio.gather(*asked) == [200] * 11
    assert kitchen.most == 2


@pytest.mark.parametrize(
    ("path", "body", "method"),
    [("/", b"x" * 100, "POST"), ("/", b"", "GET"), ("/", BODY, "GET"), ("/files", BODY, "POST")],
)
async def test_what_is_small_or_a_file_waits_for_nobody(
    client: httpx.AsyncClient, kitchen: Kitchen, path: str, body: bytes, method: str
) -> None:
    asked = [asyncio.create_task(ask(client, path, "anna", body, method)) for _ in range(5)]
    await asyncio.sleep(0.05)
    assert len(kitchen.inside) == 5
    kitchen.out.set()
    await asyncio.gather(*asked)


async def test_a_body_that_comes_in_slowly_keeps_no_other_waiting(client: httpx.AsyncClient, kitchen: Kitchen) -> None:
    kitchen.out.set()
    rest = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield BODY
        await rest.wait()
        yield BODY

    async with asyncio.timeout(5):
        slow = asyncio.create_task(client.post("/", content=pieces(), headers={"Authorization": "anna"}))
        await asyncio.sleep(0.05)
        assert await ask(client, "/", "anna") == 200
        assert not slow.done()
        rest.set()
        assert (await slow).status_code == 200


async def test_a_body_without_a_length_has_the_same_limit(client: httpx.AsyncClient, kitchen: Kitchen) -> None:
    kitchen.out.set()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield BODY

    answer = await client.post("/", content=pieces(), headers={"Authorization": "anna"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert kitchen.inside == []


async def test_a_turn_ends_with_an_error_too(client: httpx.AsyncClient, kitchen: Kitchen) -> None:
    kitchen.out.set()
    assert [await ask(client, "/breaks", "anna") for _ in range(3)] == [500] * 3
    assert await ask(client, "/", "anna") == 200


async def test_who_leaves_while_waiting_loses_nothing_for_others() -> None:
    turns = Turns()

    async def wait() -> None:
        async with turns.taken(b"anna"):
            pass

    async with turns.taken(b"anna"):
        waiting = [asyncio.create_task(wait()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.wait_for(wait(), 1)
    assert not turns._lines
