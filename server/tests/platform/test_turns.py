"""What one caller asks for takes turns, and nobody else waits for it."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from bellwether.platform.http.middleware import Around
from bellwether.platform.http.turns import Lane, Turns
from starlette.types import Message, Receive, Scope, Send

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
    # whoever has a name is known; a made-up token is not
    app = Around(kitchen, "test", 1_000_000, 64_000_000, ("/files",), lambda name: None if "?" in name else name)
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
    [("/", b"x" * 100, "POST"), ("/", b"", "DELETE"), ("/", BODY, "OPTIONS"), ("/files", BODY, "POST")],
)
async def test_a_small_write_or_a_file_waits_for_nobody(
    client: httpx.AsyncClient, kitchen: Kitchen, path: str, body: bytes, method: str
) -> None:
    asked = [asyncio.create_task(ask(client, path, "anna", body, method)) for _ in range(5)]
    await asyncio.sleep(0.05)
    assert len(kitchen.inside) == 5
    kitchen.out.set()
    await asyncio.gather(*asked)


async def test_one_caller_has_two_reads_at_a_time(client: httpx.AsyncClient, kitchen: Kitchen) -> None:
    asked = [asyncio.create_task(ask(client, "/", name, b"", "GET")) for name in ["anna"] * 10 + ["bert"] * 3]
    asked.append(asyncio.create_task(ask(client, "/", "anna")))
    await asyncio.sleep(0.05)
    assert sorted(kitchen.inside) == ["anna", "anna", "anna", "bert", "bert"]
    kitchen.out.set()
    assert await asyncio.gather(*asked) == [200] * 14
    assert kitchen.most == 5


@pytest.mark.parametrize(
    ("query", "inside"),
    [
        ("limit=201", 1),
        ("pageSize=201", 1),
        ("a=b&limit=1000", 1),
        ("l%69mit=%31000", 1),
        ("limit=200", 2),
        ("a=b", 2),
    ],
)
async def test_one_caller_has_one_long_page_at_a_time(
    client: httpx.AsyncClient, kitchen: Kitchen, query: str, inside: int
) -> None:
    asked = [asyncio.create_task(ask(client, f"/?{query}", "anna", b"", "GET")) for _ in range(5)]
    await asyncio.sleep(0.05)
    assert len(kitchen.inside) == inside
    kitchen.out.set()
    await asyncio.gather(*asked)


async def test_a_large_body_keeps_no_read_waiting(client: httpx.AsyncClient, kitchen: Kitchen) -> None:
    asked = [asyncio.create_task(ask(client, "/", "anna")) for _ in range(3)]
    asked.append(asyncio.create_task(ask(client, "/?limit=50", "anna", b"", "GET")))
    asked += [asyncio.create_task(ask(client, "/animals/query", "anna")) for _ in range(3)]
    await asyncio.sleep(0.05)
    assert len(kitchen.inside) == 3
    kitchen.out.set()
    await asyncio.gather(*asked)


async def test_made_up_tokens_of_one_address_are_one_caller(client: httpx.AsyncClient, kitchen: Kitchen) -> None:
    asked = [asyncio.create_task(ask(client, "/", f"{number}?")) for number in range(10)]
    await asyncio.sleep(0.05)
    assert len(kitchen.inside) == 1
    kitchen.out.set()
    assert await asyncio.gather(*asked) == [200] * 10


async def test_a_second_token_is_no_second_caller(client: httpx.AsyncClient, kitchen: Kitchen) -> None:
    both = [("Authorization", "anna"), ("Authorization", "bert?")]
    asked = [asyncio.create_task(client.post("/", content=BODY, headers=both)) for _ in range(2)]
    asked.append(asyncio.create_task(client.post("/", content=BODY, headers=both[:1])))
    await asyncio.sleep(0.05)
    assert len(kitchen.inside) == 1
    kitchen.out.set()
    await asyncio.gather(*asked)


async def test_an_application_may_count_every_body_as_a_large_one(kitchen: Kitchen) -> None:
    app = Around(kitchen, "test", 1_000_000, 1_000_000, user_of=lambda name: name, all_heavy=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        asked = [asyncio.create_task(ask(client, "/", "anna", b"x")) for _ in range(5)]
        await asyncio.sleep(0.05)
        assert len(kitchen.inside) == 1
        kitchen.out.set()
        assert await asyncio.gather(*asked) == [200] * 5


async def test_a_stream_gives_its_turn_back_when_it_begins() -> None:
    begun, end = [], asyncio.Event()

    async def stream(scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        begun.append(scope["path"])
        await end.wait()
        await send({"type": "http.response.body", "body": b""})

    app = Around(stream, "test", 1_000, 1_000, user_of=lambda name: name)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        watched = [asyncio.create_task(ask(client, "/", "anna", b"", "GET")) for _ in range(5)]
        await asyncio.sleep(0.05)
        assert len(begun) == 5
        end.set()
        assert await asyncio.gather(*watched) == [200] * 5


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


async def test_a_body_of_too_many_values_is_not_read(client: httpx.AsyncClient, kitchen: Kitchen) -> None:
    kitchen.out.set()
    lists, names = b"[" + b"{}," * 16_000 + b"{}]", b'{"a":"' + b"a" * 200_000 + b'"}'
    for body in (b"[" * 200_001, lists * 2, b"[" + b"1," * 200_001 + b"1]"):
        answer = await client.post("/", content=body, headers={"Authorization": "anna"})
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert (
            answer.json()["detail"]
            == "The limit here is 200,000 values (an object counts as ten): send less, or in several parts"
        )
    assert kitchen.most == 0
    assert [await ask(client, "/", "anna", body) for body in (lists, names)] == [200, 200]


async def test_a_turn_ends_with_an_error_too(client: httpx.AsyncClient, kitchen: Kitchen) -> None:
    kitchen.out.set()
    assert [await ask(client, "/breaks", "anna") for _ in range(3)] == [500] * 3
    assert await ask(client, "/", "anna") == 200


async def test_who_leaves_while_waiting_loses_nothing_for_others() -> None:
    turns = Turns()

    async def wait() -> None:
        async with turns.taken(b"anna", Lane.BODIES):
            pass

    async with turns.taken(b"anna", Lane.BODIES):
        waiting = [asyncio.create_task(wait()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.wait_for(wait(), 1)
    assert not turns._lines


async def test_who_leaves_at_any_moment_leaves_no_line_behind(
    chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    async def some() -> None:
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)

    async def work(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await some()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Message:
        await some()
        return {"type": "http.request" if chance.random() < 0.8 else "http.disconnect"}

    async def send(_message: Message) -> None:
        await some()

    app = Around(work, "test", 1_000_000, 1_000_000, user_of=lambda name: name)

    def asked() -> asyncio.Task[None]:
        headers = [(b"authorization", chance.choice([b"anna", b"bert"])), (b"content-length", b"3000")]
        query = chance.choice([b"", b"limit=1000"])
        scope = {"type": "http", "method": chance.choice(["GET", "POST"]), "path": "/", "query_string": query}
        return asyncio.create_task(app({**scope, "headers": headers, "client": ("here", 1)}, receive, send))

    for _ in range(rounds(20, 500)):
        tasks = [asked() for _ in range(30)]
        for _ in range(40):
            await asyncio.sleep(0)
            chance.choice(tasks).cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        assert not app.turns._lines
