"""From the outbox to the stream: nothing is skipped, nothing is doubled, each key keeps its order."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import asyncpg
import orjson
import pytest
from bellwether.platform.context import Context
from bellwether.platform.database.notifications import Notifications
from bellwether.platform.events.facts import Event, emit
from bellwether.platform.events.relay import Relay
from bellwether.platform.events.retention import prune
from bellwether.platform.ids import new_id
from bellwether.platform.worker.worker import dsn_of
from patience import PATIENCE_S
from sqlalchemy.exc import DBAPIError

USER = new_id()
CONTEXT = Context(user_id=USER, request_id="r-9", traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


@asynccontextmanager
async def relaying(settings_of, js, schema="farm"):
    dsn = dsn_of(settings_of(schema))
    notifications = Notifications(dsn)
    tasks = [asyncio.create_task(each) for each in (notifications.run(), Relay(schema, dsn, js, notifications).run())]
    await asyncio.sleep(0.1)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def stored(js, type_: str) -> list[Event]:
    """All events of a type in the stream, in its order."""
    found, seq = [], 1
    while True:
        try:
            message = await js.get_msg("FARM", seq, subject=type_, next=True)
        except Exception:
            return found
        found.append(Event.parse(message.data))
        seq = message.seq + 1


async def emit_one(databases, type_: str, n: int, key: str = "a") -> UUID:
    async with databases["farm"].transaction(CONTEXT) as session:
        return await emit(session, CONTEXT, type=type_, key=key, data={"n": n})


async def drained(admin, type_: str, seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    question = "select count(*) from farm.outbox where type = $1 and published_at is null"
    while await admin.fetchval(question, type_):
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


async def test_an_event_arrives_as_a_cloudevent(databases, settings_of, js, admin) -> None:
    type_, farm_id = "farm.flow.one.v1", new_id()
    context = replace(CONTEXT, farm_ids=(farm_id,))
    async with databases["farm"].transaction(context) as session:
        event_id = await emit(session, context, type=type_, key=farm_id, farm_id=farm_id, data={"n": 1, "kg": 2.5})
    async with relaying(settings_of, js):
        await drained(admin, type_)
    message = await js.get_last_msg("FARM", type_)
    body = orjson.loads(message.data)
    assert body["specversion"] == "1.0"
    assert (body["id"], body["source"], body["type"], body["subject"]) == (str(event_id), "/farm", type_, str(farm_id))
    assert (body["actor"], body["farmid"], body["keyversion"]) == (str(USER), str(farm_id), 1)
    assert body["data"] == {"n": 1, "kg": 2.5}
    assert body["traceparent"] == CONTEXT.traceparent
    assert body["time"].endswith("Z")
    assert message.headers["Nats-Msg-Id"] == str(event_id)
    assert Event.of_head(message.headers) == replace(Event.parse(message.data), data={})


@pytest.mark.parametrize("key", ["Größe", "a\nb", " a"])
async def test_a_key_that_no_header_holds_leaves_the_head_out(databases, settings_of, js, admin, key) -> None:
    type_ = f"farm.flow.{key.strip()[0].lower()}key.v1"
    event_id = await emit_one(databases, type_, 1, key)
    async with relaying(settings_of, js):
        await drained(admin, type_)
    message = await js.get_last_msg("FARM", type_)
    assert Event.of_head(message.headers) is None
    assert (Event.parse(message.data).id, Event.parse(message.data).key) == (event_id, key)


async def test_nobody_speaks_for_a_farm_that_is_not_theirs(databases) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with databases["farm"].transaction(CONTEXT) as session:
            await emit(session, CONTEXT, type="farm.flow.never.v1", key="a", farm_id=new_id(), data={})


async def test_nothing_leaves_when_the_transaction_fails(databases, admin) -> None:
    async def fail() -> None:
        async with databases["farm"].transaction(CONTEXT) as session:
            await emit(session, CONTEXT, type="farm.flow.never.v1", key="a", data={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await admin.fetchval("select count(*) from farm.outbox where type = 'farm.flow.never.v1'") == 0


async def test_a_notification_wakes_the_relay(databases, settings_of, js, admin) -> None:
    type_ = "farm.flow.wake.v1"
    async with relaying(settings_of, js):
        waits = []
        for n in range(5):
            await asyncio.sleep(0.15)
            began = time.monotonic()
            await emit_one(databases, type_, n)
            await drained(admin, type_)
            waits.append(time.monotonic() - began)
    print("emit to published, s:", [round(wait, 3) for wait in waits])
    assert sorted(waits)[2] < 0.3, "slower than a notification; the fallback poll takes a second"


async def test_transactions_that_commit_out_of_order_lose_nothing(databases, settings_of, js, admin) -> None:
    """D9: the first id commits last; a cursor on ids would never see it."""
    type_ = "farm.flow.order.v1"
    async with relaying(settings_of, js):
        async with databases["farm"].transaction(CONTEXT) as slow:
            await emit(slow, CONTEXT, type=type_, key="slow", data={"n": 0})
            for n in range(1, 20):
                await emit_one(databases, type_, n, key=f"fast {n}")
            await asyncio.sleep(0.3)
            assert len(await stored(js, type_)) == 19
        await drained(admin, type_)
    assert sorted(event.data["n"] for event in await stored(js, type_)) == list(range(20))


async def test_versions_of_a_key_follow_its_commits(databases, settings_of, js, admin) -> None:
    type_ = "farm.flow.versions.v1"

    async def writer(name: int) -> None:
        for n in range(15):
            await emit_one(databases, type_, 100 * name + n, key="one key")

    async with relaying(settings_of, js), relaying(settings_of, js):
        await asyncio.gather(*(writer(name) for name in range(4)))
        await drained(admin, type_)
    versions = [event.key_version for event in await stored(js, type_)]
    assert versions == list(range(1, 61))


async def test_the_app_role_may_not_rewrite_facts(settings_of, databases) -> None:
    await emit_one(databases, "farm.flow.fixed.v1", 1)
    connection = await asyncpg.connect(dsn_of(settings_of("farm")))
    try:
        for statement in ("delete from farm.outbox", "update farm.outbox set payload = '{}'"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_old_published_facts_go_and_unpublished_ones_stay(databases, admin) -> None:
    type_ = "farm.flow.old.v1"
    for n in range(2):
        await emit_one(databases, type_, n)
    await admin.execute(
        "update farm.outbox set created_at = now() - interval '90 days', "
        "published_at = case when payload->>'n' = '0' then now() - interval '90 days' end where type = $1",
        type_,
    )
    await prune("farm", databases["farm"])
    assert [row["payload"] for row in await admin.fetch("select payload from farm.outbox where type = $1", type_)] == [
        '{"n":1}'
    ]
    await admin.execute("delete from farm.outbox where type = $1", type_)


async def test_a_fact_too_large_for_the_broker_is_refused_at_once(databases) -> None:
    with pytest.raises(ValueError, match="split the fact"):
        async with databases["farm"].transaction(CONTEXT) as session:
            await emit(session, CONTEXT, type="farm.flow.large.v1", key="a", data={"text": "x" * 1_000_000})


async def test_throughput(settings_of, js, admin) -> None:
    type_, n = "farm.flow.many.v1", 1500
    await admin.execute(
        "insert into farm.outbox (event_id, type, key, key_version, payload, headers) "
        "select gen_random_uuid(), $1, 'k' || i % 100, i, jsonb_build_object('n', i), '{}' "
        "from generate_series(1, $2) i",
        type_,
        n,
    )
    began = time.monotonic()
    async with relaying(settings_of, js):
        await drained(admin, type_)
    print(f"relay: {n / (time.monotonic() - began):.0f} events/s")
    assert {event.data["n"] for event in await stored(js, type_)} == set(range(1, n + 1))
