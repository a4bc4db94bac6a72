"""Messages that no try could handle: kept in the stream DLQ with the reason, listed, replayed to one consumer."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import orjson
import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, RawStreamMsg
from nats.js.errors import NotFoundError

from bellwether.platform.ids import new_id

log = structlog.get_logger()
MOVER = "dead-letter-mover"
FETCH_S = 2.0
MAX_ERROR_TEXT = 1000


class NoDeadLetter(LookupError):
    """There is no dead letter with this number."""


class ConsumerGone(LookupError):
    """The consumer that gave the message up is not there any more."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message that was given up."""

    seq: int
    stream: str
    consumer: str
    origin_subject: str
    error: str
    trace_id: str
    at: str
    body: bytes


def dead_subject(stream: str, consumer: str) -> str:
    """Where the dead letters of a consumer lie."""
    return f"dlq.{stream}.{consumer}"


def replay_subject(stream: str, consumer: str) -> str:
    """A subject of the stream that only this consumer reads."""
    return f"{stream.lower()}.replay.{consumer}"


async def bury(js: JetStreamContext, stream: str, consumer: str, message: Msg, error: Exception) -> None:
    """Keep the message as a dead letter, then end its deliveries."""
    headers = dict(message.headers or {})
    text = f"{type(error).__name__}: {error}"
    await keep(js, stream, consumer, message.metadata.sequence.stream, message.subject, message.data, headers, text)
    await message.term()


async def keep(
    js: JetStreamContext,
    stream: str,
    consumer: str,
    seq: int,
    subject: str,
    data: bytes,
    headers: dict[str, str],
    error: str,
) -> None:
    """Store one dead letter; the message id makes a second attempt harmless."""
    trace_id = headers.get("traceparent", "").partition("-")[2].partition("-")[0]
    log.error("dead_letter", stream=stream, consumer=consumer, seq=seq, error=error, trace_id=trace_id)
    kept = {
        **headers,
        "Nats-Msg-Id": f"dlq-{stream}-{seq}-{consumer}",
        # a letter that was replayed and comes back tells where it came from at first
        "Origin-Subject": headers.get("Origin-Subject", subject),
        "Error": " ".join(error.split())[:MAX_ERROR_TEXT],
        "Trace-Id": trace_id,
    }
    await js.publish(dead_subject(stream, consumer), data, headers=kept)


async def move(js: JetStreamContext) -> None:
    """Follow the server's max-delivery advisories: what a dying consumer could not bury itself is kept all the same."""
    config = ConsumerConfig(durable_name=MOVER, ack_policy=AckPolicy.EXPLICIT, ack_wait=10)
    await js.add_consumer("ADV", config)
    subscription = await js.pull_subscribe_bind(MOVER, "ADV")
    try:
        while True:
            try:
                advisories = await subscription.fetch(16, timeout=FETCH_S)
            except TimeoutError:  # the client's own, or the loop's: there is nothing to do
                continue
            for advisory in advisories:
                await move_one(js, orjson.loads(advisory.data))
                await advisory.ack()
    finally:
        with contextlib.suppress(Exception):
            await subscription.unsubscribe()


async def move_one(js: JetStreamContext, advisory: dict[str, object]) -> None:
    """The message that one advisory names, if its stream still has it."""
    stream, consumer, seq = str(advisory["stream"]), str(advisory["consumer"]), int(str(advisory["stream_seq"]))
    if stream in ("ADV", "DLQ"):
        return
    try:
        found = await js.get_msg(stream, seq)
    except NotFoundError:
        log.error("dead_letter_expired", stream=stream, consumer=consumer, seq=seq)
        return
    error = f"given up after {advisory.get('deliveries')} deliveries"
    await keep(js, stream, consumer, seq, found.subject or "", found.data or b"", found.headers or {}, error)


async def count(js: JetStreamContext) -> tuple[int, datetime | None]:
    """How many dead letters there are, and since when the oldest lies there."""
    state = (await js.stream_info("DLQ")).state
    if state.messages == 0:
        return 0, None
    first = await js.get_msg("DLQ", state.first_seq)
    return state.messages, first.time


async def list_letters(js: JetStreamContext, *, consumer: str | None = None, limit: int = 100) -> list[DeadLetter]:
    """The oldest dead letters, of one consumer or of all."""
    found: list[DeadLetter] = []
    async for message in stored(js, f"dlq.*.{consumer or '*'}"):
        found.append(letter_of(message))
        if len(found) >= limit:
            break
    return found


async def replay_letter(js: JetStreamContext, seq: int) -> DeadLetter:
    """Send one dead letter to its consumer again, under a new message id; returns the letter, which is gone then.

    Raises:
        NoDeadLetter: there is none with this number.
        ConsumerGone: nobody would receive it; the letter stays.
    """
    try:
        message = await js.get_msg("DLQ", seq)
    except NotFoundError as error:
        raise NoDeadLetter(f"There is no dead letter {seq}") from error
    letter, kept = letter_of(message), message.headers or {}
    again = {"Origin-Subject", "traceparent"}
    headers = {name: value for name, value in kept.items() if name in again or name.startswith("ce-")}
    headers["Nats-Msg-Id"] = str(new_id())
    await js.publish(await way_back(js, letter), letter.body, headers=headers)
    await js.delete_msg("DLQ", seq)
    return letter


async def way_back(js: JetStreamContext, letter: DeadLetter) -> str:
    """The consumer's own replay subject where it listens to one, or the subject by which the message came: the other
    readers of that one know the event by its id."""
    try:
        config = (await js.consumer_info(letter.stream, letter.consumer)).config
    except NotFoundError as error:
        raise ConsumerGone(f"{letter.stream} has no consumer {letter.consumer} any more") from error
    own = replay_subject(letter.stream, letter.consumer)
    return own if own in (config.filter_subjects or [config.filter_subject]) else letter.origin_subject


async def stored(js: JetStreamContext, subject: str) -> AsyncIterator[RawStreamMsg]:
    """The messages of DLQ under a subject, oldest first."""
    seq = 1
    while True:
        try:
            message = await js.get_msg("DLQ", seq, subject=subject, next=True)
        except NotFoundError:
            return
        yield message
        seq = (message.seq or 0) + 1


def letter_of(message: RawStreamMsg) -> DeadLetter:
    """A stored message as a dead letter."""
    _, stream, consumer = (message.subject or "").split(".", 2)
    headers = message.headers or {}
    return DeadLetter(
        seq=message.seq or 0,
        stream=stream,
        consumer=consumer,
        origin_subject=headers.get("Origin-Subject", ""),
        error=headers.get("Error", ""),
        trace_id=headers.get("Trace-Id", ""),
        at="" if message.time is None else message.time.isoformat(),
        body=message.data or b"",
    )
