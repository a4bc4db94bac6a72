"""Everything that a worker process runs, each part in a loop of its own that outlives outages of the others."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import TypeVar

import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from tenacity import AsyncRetrying, retry_if_exception_type, wait_fixed

from bellwether.platform.database.notifications import Notifications
from bellwether.platform.database.transactions import Database, url_of
from bellwether.platform.events import dead_letters
from bellwether.platform.events.consumers import Subscription
from bellwether.platform.events.facts import Consumer
from bellwether.platform.events.relay import Relay
from bellwether.platform.events.retention import prune_for_ever
from bellwether.platform.events.room import make_room_for_ever
from bellwether.platform.events.streams import NatsLogin, connect, ensure_streams
from bellwether.platform.jobs.dbos_runner import Runner
from bellwether.platform.jobs.dispatcher import Dispatcher
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.jobs.lost_jobs import LostJobs
from bellwether.platform.outages import Outage, for_ever
from bellwether.platform.settings import PlatformSettings, ServiceSettings
from bellwether.platform.worker.timers import Timer
from bellwether.platform.worker.worker_slots import WorkerSlots

log = structlog.get_logger()
RETRY_S = 0.5
T = TypeVar("T")


class Worker:
    """Relays, consumers, dead-letter mover, timers and jobs of these services."""

    def __init__(
        self,
        platform: PlatformSettings,
        services: Mapping[str, ServiceSettings],
        consumers: Sequence[Consumer],
        kinds: Sequence[JobKind],
        jobs_url: str,
        *,
        jobs_at_once: int = 2,
        timers: Sequence[Timer] = (),
    ) -> None:
        self.consumers, self._timers = consumers, timers
        self.databases = {name: Database(settings) for name, settings in services.items()}
        self.runner = Runner(kinds, self.databases, jobs_url, concurrency=jobs_at_once)
        self.slots = WorkerSlots(jobs_url, self.runner)
        self.client: Client | None = None
        self.platform = platform
        self._dsns = {name: dsn_of(settings) for name, settings in services.items()}
        self._notifications = Notifications(next(iter(self._dsns.values())))
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def js(self) -> JetStreamContext | None:
        """JetStream while the broker is connected."""
        return self.client.jetstream() if self.client is not None and self.client.is_connected else None

    def start(self) -> None:
        """Start every loop; none of them needs anything to be there yet."""
        self._begin(for_ever("notifications", self._notifications.run))
        self._begin(for_ever("retention", lambda: prune_for_ever(self.databases)))
        for timer in self._timers:
            self._begin(for_ever(f"timer {timer.name}", partial(timer.tick, self.databases[timer.service])))
        self._begin(self._start_events())
        self._begin(self._start_jobs())

    async def stop(self) -> None:
        """Stop taking in work and let go of the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.client is not None:
            with contextlib.suppress(Exception):
                await self.client.close()

    async def missing(self) -> dict[str, str]:
        """What keeps the worker from working; a broker that is away only delays events."""
        answers = await asyncio.gather(*(database.is_ready() for database in self.databases.values()))
        missing = {
            f"{name}.database": "PostgreSQL does not answer"
            for name, is_there in zip(self.databases, answers, strict=True)
            if not is_there
        }
        if not self.runner.is_ready:
            missing["jobs"] = "the job runner has not started yet"
        return missing

    def degraded(self) -> dict[str, str]:
        """What is slower than it should be."""
        return {} if self.js is not None else {"nats": "NATS does not answer: facts wait in the outbox"}

    def _begin(self, loop: Coroutine[None, None, None]) -> None:
        self._tasks.append(asyncio.create_task(loop))

    async def _start_events(self) -> None:
        client = self.client = await self._connected()
        js = client.jetstream(timeout=5)
        await until_done("streams", lambda: ensure_streams(js))
        self._begin(for_ever("room of streams", lambda: make_room_for_ever(js)))
        for schema, dsn in self._dsns.items():
            self._begin(for_ever(f"relay {schema}", Relay(schema, dsn, js, self._notifications).run))
        for consumer in self.consumers:
            subscription = Subscription(consumer, self.databases[consumer.service], js)
            self._begin(for_ever(f"consumer {consumer.name}", subscription.run))
        self._begin(for_ever(dead_letters.MOVER, lambda: dead_letters.move(js)))

    async def _connected(self) -> Client:
        login = NatsLogin.of("worker")
        return await until_done("nats", lambda: connect(self.platform.nats_url, login, "worker"))

    async def _start_jobs(self) -> None:
        slot = await until_done("slot", self.slots.claim)
        await until_done("job runner", lambda: self.runner.launch(slot))
        log.info("worker_ready", slot=slot)
        self._begin(for_ever("worker slots", self.slots.watch))
        for schema, database in self.databases.items():
            dispatcher = Dispatcher(schema, database, self.runner, self._notifications)
            self._begin(for_ever(f"dispatcher {schema}", dispatcher.run))
            self._begin(for_ever(f"lost jobs {schema}", LostJobs(schema, database, self.runner).watch))


async def until_done(what: str, make: Callable[[], Awaitable[T]]) -> T:
    """Try until it succeeds: at the start of a worker nothing else need be there yet."""
    outage = Outage(what)

    # tenacity awaits what an `async def` gives, and a lambda is none
    async def attempt() -> T:
        made = await make()
        outage.over()
        return made

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(Exception), wait=wait_fixed(RETRY_S), before_sleep=outage.tried
    )
    return await retrying(attempt)


def dsn_of(settings: ServiceSettings) -> str:
    """A direct connection, which LISTEN and the relay need even where a pooler serves the rest."""
    url = url_of(settings.database_url, settings.database_password.get_secret_value(), "postgresql")
    return url.render_as_string(hide_password=False)
