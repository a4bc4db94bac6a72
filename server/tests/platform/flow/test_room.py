"""A stream that fills lets go of what all of its readers have taken, and of nothing else."""

from collections.abc import AsyncIterator

import pytest
from bellwether.platform.events.room import make_room as make_room_in
from bellwether.platform.events.streams import Stream
from bellwether.platform.outages import Outage
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import APIError

SMALL = Stream("SMALL", "small.>", 64_000, 3600.0)
FACT = b"x" * 2_000


@pytest.fixture
async def small(js) -> AsyncIterator[object]:
    await js.add_stream(SMALL.config())
    yield js
    await js.delete_stream("SMALL")


async def make_room(js) -> int:
    return await make_room_in(js, SMALL, Outage("room"))


async def reader(js, name: str, *subjects: str):
    config = ConsumerConfig(durable_name=name, ack_policy=AckPolicy.EXPLICIT, filter_subjects=list(subjects))
    await js.add_consumer("SMALL", config)
    return await js.pull_subscribe_bind(name, stream="SMALL")


async def read(subscription, n: int) -> None:
    for message in await subscription.fetch(n, timeout=5):
        await message.ack_sync()


async def fill(js) -> None:
    for _ in range(40):
        await js.publish("small.one", FACT)


async def left(js) -> tuple[int, int]:
    state = (await js.stream_info("SMALL")).state
    return state.first_seq, state.messages


async def test_facts_go_on_for_ever_where_all_readers_keep_up(small) -> None:
    await reader(small, "of-others", "small.never")
    everything = await reader(small, "of-all", "small.>")
    for _ in range(200):
        await small.publish("small.one", FACT)
        await read(everything, 1)
        await make_room(small)
    first, n_left = await left(small)
    assert (first + n_left, n_left < 32) == (201, True)


async def test_what_one_has_still_to_read_stays_and_a_full_stream_refuses(small) -> None:
    fast, slow = await reader(small, "fast", "small.>"), await reader(small, "slow", "small.>")
    for _ in range(20):
        await small.publish("small.one", FACT)
    await read(fast, 20)
    assert (await make_room(small), await left(small)) == (0, (1, 20))
    await read(slow, 7)
    assert (await make_room(small), await left(small)) == (7, (8, 13))
    with pytest.raises(APIError):
        await fill(small)
    assert (await left(small))[0] == 8
    await read(slow, 13)
    await read(fast, 7)
    assert await make_room(small) >= 13
    await small.publish("small.one", FACT)


async def test_a_stream_that_nobody_reads_or_that_has_room_is_left_alone(small) -> None:
    await small.publish("small.one", FACT)
    assert await make_room(small) == 0
    for _ in range(20):
        await small.publish("small.one", FACT)
    assert (await make_room(small), await left(small)) == (0, (1, 21))
