"""Room in the streams: what every reader has taken leaves a stream that fills, for its outbox keeps it longer.

A full stream refuses, so that nothing unread is lost. Without this it would refuse for weeks after many imports.
"""

import asyncio

import structlog
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo

from bellwether.platform.events.streams import STREAMS, Stream
from bellwether.platform.outages import Outage

log = structlog.get_logger()
EVERY_S = 10.0
FULL = 0.5
"""The share of its room from which on a stream lets go."""


async def make_room_for_ever(js: JetStreamContext) -> None:
    """Every few seconds, every stream."""
    shortage = {stream.name: Outage(f"room in {stream.name}") for stream in STREAMS}
    while True:
        for stream in STREAMS:
            await make_room(js, stream, shortage[stream.name])
        await asyncio.sleep(EVERY_S)


async def make_room(js: JetStreamContext, stream: Stream, shortage: Outage) -> int:
    """Remove what nobody has still to read from a stream that is more than half full; how many facts went.

    A stream that nobody reads keeps everything, and so does one with a reader that has begun with nothing yet.
    """
    before = await js.stream_info(stream.name)
    if before.state.bytes < FULL * stream.max_bytes:
        return 0
    readers = await js.consumers_info(stream.name)
    read_to = min((taken_by(reader, before.state.last_seq) for reader in readers), default=0)
    if read_to < before.state.first_seq:
        slowest = [reader.name for reader in readers if taken_by(reader, before.state.last_seq) == read_to]
        shortage.seen(None, bytes=before.state.bytes, waits_for=slowest)
        return 0
    shortage.over()
    await js.purge_stream(stream.name, seq=read_to + 1)
    gone = read_to - before.state.first_seq + 1
    log.info("stream_has_room", stream=stream.name, facts=gone)
    return gone


def taken_by(reader: ConsumerInfo, last_seq: int) -> int:
    """Up to where a reader needs nothing any more: the last fact for it, or all of them when none waits."""
    if not reader.num_pending and not reader.num_ack_pending:
        return last_seq
    return reader.ack_floor.stream_seq if reader.ack_floor is not None else 0
