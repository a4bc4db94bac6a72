"""Events under fire: the broker, the worker and connections are killed while writers write. Sets are compared."""

import asyncio
import random
import time
import urllib.request

import pytest
from bellwether.platform.context import Context
from bellwether.platform.events.facts import emit
from bellwether.platform.ids import new_id
from patience import PATIENCE_S

pytestmark = pytest.mark.faults
TYPE = "farm.flow.process.v1"
CONTEXT = Context(user_id=new_id(), request_id="fire")
OUTBOX = "select event_id from farm.outbox where type = $1 and (payload->>'run')::int = $2"

INBOX = "select event_id from research.inbox where consumer = 'flow-process'"
CUT = "select pg_terminate_backend(pid) from pg_stat_activity where usename in ('farm_app', 'research_app')"


async def write(databases, run: int, n: int, key: str):
    """One fact; its id once the commit is acknowledged, None when that is not known."""
    try:
        async with databases["farm"].transaction(CONTEXT) as session:
            return await emit(session, CONTEXT, type=TYPE, key=key, data={"n": n, "run": run})
    except Exception:
        return None


async def converged(admin, run: int, seconds: float = PATIENCE_S) -> float:
    """Until every fact of a run has had its effect; returns how long that took."""
    began = time.monotonic()
    left = f"select count(*) from ({OUTBOX}) o where event_id not in (select event_id from flow.effect)"
    while await admin.fetchval(left, TYPE, run):
        assert time.monotonic() - began < seconds, await admin.fetchval(left, TYPE, run)
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def check_sets(admin, run: int, acknowledged: set) -> int:
    """Outbox = inbox = effects, each once, and nothing acknowledged is missing."""
    outbox = {row["event_id"] for row in await admin.fetch(OUTBOX, TYPE, run)}
    inbox = {
        r["event_id"] for r in await admin.fetch("select event_id from research.inbox where consumer = 'flow-process'")
    }
    effects = [row["event_id"] for row in await admin.fetch("select event_id from flow.effect")]
    mine = [event for event in effects if event in outbox]
    assert len(mine) == len(set(mine)), "an effect twice"
    assert set(mine) == outbox == inbox & outbox
    assert acknowledged <= outbox
    return len(outbox)


async def check_order(admin, run: int) -> None:
    """Effects of each key follow its versions."""
    rows = await admin.fetch(
        f"select key, key_version from flow.effect where event_id in ({OUTBOX}) order by id", TYPE, run
    )
    by_key: dict[str, list[int]] = {}
    for row in rows:
        by_key.setdefault(row["key"], []).append(row["key_version"])
    assert all(versions == sorted(versions) for versions in by_key.values())


async def test_kills_of_everything_lose_and_double_nothing(databases, admin, broker, worker) -> None:
    """D4."""
    random.seed(4)
    acknowledged: set = set()
    is_over = asyncio.Event()

    async def writer(name: int) -> None:
        n = 0
        while not is_over.is_set():
            event_id = await write(databases, 4, 1000 * name + n, f"fire-{name}-{n % 5}")
            acknowledged.update({event_id} - {None})
            n += 1
            await asyncio.sleep(0.01)

    async def killer() -> None:
        for what in ("broker", "back-ends", "worker", "broker", "back-ends"):
            await asyncio.sleep(random.uniform(0.3, 0.7))
            if what == "broker":
                await asyncio.to_thread(broker.kill)
                await asyncio.sleep(0.3)
                await asyncio.to_thread(broker.start)
            elif what == "worker":
                await asyncio.to_thread(worker.kill)
                await asyncio.to_thread(worker.start)
            else:
                await admin.execute(CUT)
        await asyncio.sleep(0.3)
        is_over.set()

    await asyncio.gather(killer(), *(writer(name) for name in range(4)))
    took = await converged(admin, 4)
    total = await check_sets(admin, 4, acknowledged)
    print(f"{total} facts, {len(acknowledged)} acknowledged, converged {took:.2f} s after the last write")
    assert total > 300


async def test_without_a_broker_writes_go_on_and_drain_in_order(databases, admin, broker, worker, scraping) -> None:
    """D15."""
    broker.kill()
    made = {await write(databases, 15, n, f"down-{n % 5}") for n in range(60)}
    assert None not in made
    await asyncio.sleep(1)

    def ask(path: str) -> tuple[int, str]:
        asked = urllib.request.Request(f"http://127.0.0.1:{worker.port}/{path}", headers=scraping)
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return answer.status, answer.read().decode()

    status, ready = await asyncio.to_thread(ask, "readyz")
    _, metrics = await asyncio.to_thread(ask, "metrics")
    broker.start()
    assert status == 200
    assert '"degraded":{"nats"' in ready
    values = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if not line.startswith("#"))
    assert float(values['bellwether_outbox_rows{service="farm"}']) >= 60
    assert float(values['bellwether_outbox_oldest_seconds{service="farm"}']) >= 1
    took = await converged(admin, 15)
    print(f"drained {took:.2f} s after the broker came back")
    assert await check_sets(admin, 15, made) == 60
    await check_order(admin, 15)
