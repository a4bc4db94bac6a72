"""Running a consumer: inbox row and effect in one transaction, acknowledged after the commit, retried with back-off."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Sequence

import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError
from opentelemetry import trace
from pydantic import ValidationError
from sqlalchemy import text

from bellwether.platform.database.transactions import Database
from bellwether.platform.events.dead_letters import bury, replay_subject
from bellwether.platform.events.facts import Consumer, Event, Hopeless
from bellwether.platform.outages import patiently
from bellwether.platform.telemetry import PROPAGATOR

log = structlog.get_logger()
tracer = trace.get_tracer("bellwether.events")
BATCH = 64
FETCH_S = 2.0

TAKE_IN = """
insert into {schema}.inbox (consumer, event_id) values (:consumer, :event_id) on conflict do nothing returning 1
"""


class Subscription:
    """One durable consumer at work."""

    def __init__(self, consumer: Consumer, database: Database, js: JetStreamContext) -> None:
        self.consumer, self._database, self._js = consumer, database, js

    async def run(self) -> None:
        """Handle messages until the broker goes away for longer than a fetch."""
        consumer = self.consumer
        await self._js.add_consumer(consumer.stream, config_of(consumer))
        subscription = await self._js.pull_subscribe_bind(consumer.name, consumer.stream)
        try:
            while True:
                try:
                    messages = await subscription.fetch(BATCH, timeout=FETCH_S)
                except TimeoutError:  # the client's own, or the loop's: there is nothing to do
                    continue
                await self._handle_all(messages)
        finally:
            with contextlib.suppress(Exception):
                await subscription.unsubscribe()

    async def _handle_all(self, messages: Sequence[Msg]) -> None:
        async with kept_alive(messages, self.consumer.backoff_s[0] / 3) as waiting:
            for message in messages:
                await self._handle(message)
                waiting.popleft()

    async def _handle(self, message: Msg) -> None:
        consumer, tries = self.consumer, message.metadata.num_delivered
        try:
            event = await self._event(message)
            await patiently(lambda: self.apply(event), what=consumer.name)
        except (Hopeless, ValidationError) as error:
            await self._bury(message, error)
        except Exception as error:
            log.warning("event_failed", consumer=consumer.name, tries=tries, exc_info=error)
            if tries >= consumer.max_deliver:
                await self._bury(message, error)
            else:
                await message.nak(delay=consumer.backoff_s[min(tries, len(consumer.backoff_s)) - 1])
        else:
            await message.ack()

    async def _event(self, message: Msg) -> Event:
        """By its head, if that is enough and stands in its headers."""
        event = None if self.consumer.reads_data else Event.of_head(message.headers or {})
        return event or Event.parse(await self._body(message))

    async def _body(self, message: Msg) -> bytes:
        """All of a message, also where only its headers were sent; nothing when the stream has let go of it."""
        if self.consumer.reads_data:
            return message.data
        try:
            found = await self._js.get_msg(self.consumer.stream, message.metadata.sequence.stream)
        except NotFoundError:
            return b""
        return found.data or b""

    async def _bury(self, message: Msg, error: Exception) -> None:
        message.data = await self._body(message)
        await bury(self._js, self.consumer.stream, self.consumer.name, message, error)

    async def apply(self, event: Event) -> bool:
        """Take the event in and let it have its effect, both or neither; false when it was in already."""
        carrier = PROPAGATOR.extract({"traceparent": event.traceparent})
        values = {"consumer": self.consumer.name, "event_id": event.id}
        statement = text(TAKE_IN.format(schema=self.consumer.service))
        with tracer.start_as_current_span(f"consume {event.type}", carrier, kind=trace.SpanKind.CONSUMER):
            async with self._database.transaction(event.context) as session:
                if (await session.execute(statement, values)).scalar() is None:
                    return False
                await self.consumer.handle(session, event)
        return True


def config_of(consumer: Consumer) -> ConsumerConfig:
    """The durable consumer in JetStream; its own replay subject brings dead letters back to it alone."""
    return ConsumerConfig(
        durable_name=consumer.name,
        ack_policy=AckPolicy.EXPLICIT,
        filter_subjects=[*consumer.types, replay_subject(consumer.stream, consumer.name)],
        max_deliver=consumer.max_deliver,
        backoff=list(consumer.backoff_s),
        max_ack_pending=4 * BATCH,
        headers_only=not consumer.reads_data,
    )


@contextlib.asynccontextmanager
async def kept_alive(messages: Sequence[Msg], every_s: float) -> AsyncIterator[deque[Msg]]:
    """Tell the broker that work goes on for those messages that are still in the queue."""
    waiting = deque(messages)

    async def beat() -> None:
        while waiting:
            await asyncio.sleep(every_s)
            for message in list(waiting):
                with contextlib.suppress(Exception):
                    await message.in_progress()

    task = asyncio.create_task(beat())
    try:
        yield waiting
    finally:
        task.cancel()
