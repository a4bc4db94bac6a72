"""From the stream to the effect: once, whatever is sent twice, dies in between or cannot be handled."""

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import orjson
import pytest
from bellwether.platform.context import Context
from bellwether.platform.events import dead_letters
from bellwether.platform.events.consumers import Subscription
from bellwether.platform.events.facts import Consumer, Event, Hopeless
from bellwether.platform.ids import new_id
from patience import PATIENCE_S
from sqlalchemy import text

QUICK = (0.2, 0.3, 0.3)
TRACE = "0af7651916cd43dd8448eb211c80319c"


async def effect(session, event) -> None:
    await session.execute(
        text("insert into flow.effect (n, event_id, key, key_version) values (:n, :id, :key, :version)"),
        {"n": event.data["n"], "id": event.id, "key": event.key, "version": event.key_version},
    )


def consumer_of(name: str, handle=effect) -> Consumer:
    return Consumer("research", name, "FARM", [f"farm.{name}.v1"], handle, backoff_s=QUICK, max_deliver=3)


@asynccontextmanager
async def consuming(consumer: Consumer, databases, js):
    task = asyncio.create_task(Subscription(consumer, databases["research"], js).run())
    try:
        yield
    finally:
        assert not task.done() or task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def body(name: str, n: int, event_id=None) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(event_id or new_id()),
            "source": "/farm",
            "type": f"farm.{name}.v1",
            "subject": "k",
            "time": "2026-01-01T00:00:00Z",
            "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
            "data": {"n": n},
            "unknown": "ignored",
        }
    )


async def send(js, name: str, n: int, event_id=None, message_id: str = "") -> None:
    headers = {"Nats-Msg-Id": message_id or str(new_id()), "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    await js.publish(f"farm.{name}.v1", body(name, n, event_id), headers=headers)


async def effects(admin, low: int, high: int) -> list[int]:
    rows = await admin.fetch("select n from flow.effect where n between $1 and $2 order by id", low, high)
    return [row["n"] for row in rows]


async def until(check, seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


async def test_an_event_sent_twice_has_one_effect(databases, js, admin) -> None:
    """D5: inside the duplicate window by its message id, outside of it by the inbox."""
    event_id = new_id()
    async with consuming(consumer_of("twice"), databases, js):
        await send(js, "twice", 100, event_id, str(event_id))
        await send(js, "twice", 100, event_id, str(event_id))
        await send(js, "twice", 100, event_id, "outside the window")
        await send(js, "twice", 101)

        async def both() -> bool:
            return 101 in await effects(admin, 100, 101)

        async def acknowledged() -> bool:
            return (await js.consumer_info("FARM", "twice")).num_ack_pending == 0

        await until(both)
        await until(acknowledged)
    assert await effects(admin, 100, 101) == [100, 101]


async def test_dying_between_commit_and_ack_has_no_second_effect(databases, js, admin) -> None:
    """D6."""
    consumer = consumer_of("dies")
    await send(js, "dies", 200)
    dying = Subscription(consumer, databases["research"], js)
    await js.add_consumer("FARM", durable_name="dies", filter_subjects=["farm.dies.v1", "farm.replay.dies"],
                          ack_policy="explicit", backoff=list(QUICK), max_deliver=3)  # fmt: skip
    pulled = await js.pull_subscribe_bind("dies", "FARM")
    (message,) = await pulled.fetch(1)
    assert await dying.apply(Event.parse(message.data))
    await pulled.unsubscribe()
    async with consuming(consumer, databases, js):

        async def acknowledged() -> bool:
            return (await js.consumer_info("FARM", "dies")).ack_floor.stream_seq >= message.metadata.sequence.stream

        await until(acknowledged)
    assert await effects(admin, 200, 200) == [200]


async def test_a_poison_message_ends_as_a_dead_letter_and_holds_nobody_up(databases, js, admin) -> None:
    """D7."""
    tries: list[float] = []
    healthy = False

    async def handle(session, event) -> None:
        if event.data["n"] == 305 and not healthy:
            tries.append(time.monotonic())
            raise RuntimeError("cannot weigh a goat")
        await effect(session, event)

    async def dead() -> bool:
        return bool(await dead_letters.list_letters(js, consumer="poison"))

    async def all_done() -> bool:
        return len(await effects(admin, 300, 309)) == 10

    async with consuming(consumer_of("poison", handle), databases, js):
        for n in range(300, 310):
            await send(js, "poison", n)
        await until(dead)
        assert await effects(admin, 300, 309) == [n for n in range(300, 310) if n != 305]
        assert len(tries) == 3
        assert tries[1] - tries[0] >= 0.18
        (letter,) = await dead_letters.list_letters(js, consumer="poison")
        assert letter.error == "RuntimeError: cannot weigh a goat"
        assert (letter.trace_id, letter.origin_subject, letter.stream) == (TRACE, "farm.poison.v1", "FARM")
        assert (await dead_letters.count(js))[0] >= 1
        healthy = True
        await dead_letters.replay_letter(js, letter.seq)
        await until(all_done)
    assert await dead_letters.list_letters(js, consumer="poison") == []
    assert (await effects(admin, 300, 309)).count(305) == 1


async def test_a_letter_that_comes_back_still_tells_where_it_came_from(databases, js) -> None:
    async def handle(_session, _event) -> None:
        raise Hopeless("a goat for ever")

    async def dead_after(seq: int) -> bool:
        return any(letter.seq > seq for letter in await dead_letters.list_letters(js, consumer="comes-back"))

    async with consuming(consumer_of("comes-back", handle), databases, js):
        await send(js, "comes-back", 450)
        await until(lambda: dead_after(0))
        (first,) = await dead_letters.list_letters(js, consumer="comes-back")
        await dead_letters.replay_letter(js, first.seq)
        await until(lambda: dead_after(first.seq))
    (second,) = await dead_letters.list_letters(js, consumer="comes-back")
    assert (second.origin_subject, second.trace_id) == (first.origin_subject, TRACE) == ("farm.comes-back.v1", TRACE)


async def test_a_consumer_without_a_subject_of_its_own_gets_the_letter_by_the_old_one(js) -> None:
    await js.add_consumer("FARM", durable_name="plain", filter_subject="farm.plain.v1", ack_policy="explicit")
    await dead_letters.keep(js, "FARM", "plain", 1, "farm.plain.v1", body("plain", 460), {}, "given up")
    (letter,) = await dead_letters.list_letters(js, consumer="plain")
    await dead_letters.replay_letter(js, letter.seq)
    pulled = await js.pull_subscribe_bind("plain", "FARM")
    (message,) = await pulled.fetch(1, timeout=PATIENCE_S)
    assert (message.subject, orjson.loads(message.data)["data"]) == ("farm.plain.v1", {"n": 460})
    await pulled.unsubscribe()


async def test_a_letter_that_nobody_would_receive_stays(js) -> None:
    await dead_letters.keep(js, "FARM", "retired", 1, "farm.retired.v1", b"{}", {}, "given up")
    (letter,) = await dead_letters.list_letters(js, consumer="retired")
    with pytest.raises(dead_letters.ConsumerGone, match="FARM has no consumer retired"):
        await dead_letters.replay_letter(js, letter.seq)
    assert await dead_letters.list_letters(js, consumer="retired") == [letter]
    with pytest.raises(dead_letters.NoDeadLetter, match="no dead letter 987654"):
        await dead_letters.replay_letter(js, 987_654)


async def test_a_hopeless_message_is_not_tried_again(databases, js) -> None:
    tries = 0

    async def handle(_session, _event) -> None:
        nonlocal tries
        tries += 1
        raise Hopeless("a weight without an animal")

    async def two_dead() -> bool:
        return len(await dead_letters.list_letters(js, consumer="hopeless")) == 2

    async with consuming(consumer_of("hopeless", handle), databases, js):
        await send(js, "hopeless", 400)
        await js.publish("farm.hopeless.v1", b"not json")
        await until(two_dead)
    assert tries == 1


async def test_a_consumer_that_dies_each_time_is_buried_by_the_mover(js) -> None:
    await js.add_consumer("FARM", durable_name="dying", filter_subject="farm.dying.v1", ack_policy="explicit",
                          max_deliver=2, backoff=[0.2, 0.2])  # fmt: skip
    await send(js, "dying", 500)
    pulled = await js.pull_subscribe_bind("dying", "FARM")
    mover = asyncio.create_task(dead_letters.move(js))
    for _ in range(2):
        assert len(await pulled.fetch(1, timeout=PATIENCE_S)) == 1

    async def buried() -> bool:
        # the server counts the last delivery as failed when somebody asks for more
        with suppress(TimeoutError):
            await pulled.fetch(1, timeout=0.3)
        return bool(await dead_letters.list_letters(js, consumer="dying"))

    await until(buried)
    mover.cancel()
    (letter,) = await dead_letters.list_letters(js, consumer="dying")
    assert letter.error == "given up after 2 deliveries"
    assert orjson.loads(letter.body)["data"] == {"n": 500}


async def test_work_longer_than_the_wait_is_not_delivered_again(databases, js, admin) -> None:
    tries = 0

    async def slow(session, event) -> None:
        nonlocal tries
        tries += 1
        await asyncio.sleep(3 * QUICK[0])
        await effect(session, event)

    async def done() -> bool:
        return len(await effects(admin, 600, 601)) == 2

    async with consuming(consumer_of("slow", slow), databases, js):
        await send(js, "slow", 600)
        await send(js, "slow", 601)
        await until(done)
    assert tries == 2


async def test_a_handler_acts_for_the_farm_of_the_event_only(databases, js, admin, farm) -> None:
    seen: list[tuple[str, str]] = []

    async def handle(session, event) -> None:
        row = await session.execute(text("select current_setting('app.user_id'), current_setting('app.farm_ids')"))
        seen.append(tuple(row.one()))

    async def handled() -> bool:
        return bool(seen)

    async with consuming(consumer_of("acting", handle), databases, js):
        raw = orjson.loads(body("acting", 700)) | {"farmid": str(farm.id)}
        await js.publish("farm.acting.v1", orjson.dumps(raw))
        await until(handled)
    assert seen == [("", str(farm.id))]
    assert Context.system(farm.id).farm_ids == (farm.id,)


async def test_an_event_reaches_its_handler_soon(databases, js, admin) -> None:
    waits = []
    async with consuming(consumer_of("soon"), databases, js):
        await asyncio.sleep(0.3)
        for n in range(800, 806):
            began = time.monotonic()
            await send(js, "soon", n)

            async def there(n: int = n) -> bool:
                return n in await effects(admin, 800, 809)

            await until(there)
            waits.append(time.monotonic() - began)
            await asyncio.sleep(0.05)
    print("publish to effect, s:", [round(wait, 3) for wait in waits])
    assert sorted(waits)[3] < 0.3


HEAD = {"ce-type": "farm.heads.v1", "ce-source": "/farm", "ce-subject": "k", "ce-time": "2026-01-01T00:00:00+00:00"}


async def test_to_a_reader_of_heads_no_data_are_sent_and_a_message_without_a_head_is_looked_up(databases, js) -> None:
    read: list[tuple[int, object]] = []

    async def handle(session, event) -> None:
        read.append((event.key_version, event.data.get("n")))

    consumer = replace(consumer_of("heads", handle), reads_data=False)
    event_id = new_id()
    head = {**HEAD, "ce-id": str(event_id), "ce-keyversion": "7", "Nats-Msg-Id": str(event_id)}
    async with consuming(consumer, databases, js):
        await js.publish("farm.heads.v1", body("heads", 700, event_id), headers=head)
        await send(js, "heads", 701)

        async def both() -> bool:
            return len(read) == 2

        await until(both)
        assert (await js.consumer_info("FARM", "heads")).config.headers_only
    assert read == [(7, None), (0, 701)]


async def test_a_dead_letter_of_a_reader_of_heads_has_its_data_and_comes_back(databases, js) -> None:
    read: list[object] = []
    healthy = False

    async def handle(session, event) -> None:
        if not healthy:
            raise Hopeless("no")
        read.append((event.id, event.data.get("n")))

    async def dead() -> bool:
        return bool(await dead_letters.list_letters(js, consumer="headless"))

    async def came_back() -> bool:
        return bool(read)

    event_id = new_id()
    head = {**HEAD, "ce-type": "farm.headless.v1", "ce-id": str(event_id), "ce-keyversion": "1"}
    async with consuming(replace(consumer_of("headless", handle), reads_data=False), databases, js):
        await js.publish("farm.headless.v1", body("headless", 710), headers=head)
        await until(dead)
        (letter,) = await dead_letters.list_letters(js, consumer="headless")
        assert orjson.loads(letter.body)["data"] == {"n": 710}
        healthy = True
        await dead_letters.replay_letter(js, letter.seq)
        await until(came_back)
    # by its head alone, which came back with it
    assert read == [(event_id, None)]
