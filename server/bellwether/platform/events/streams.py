"""The JetStream streams of the platform and the connection to them."""

from dataclasses import dataclass

import nats
import structlog
from nats import errors as nats_errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bellwether import catalogue
from bellwether.platform.outages import Outage
from bellwether.platform.settings import PlatformSettings

log = structlog.get_logger()
AWAY = (nats_errors.NoServersError, nats_errors.StaleConnectionError, nats_errors.UnexpectedEOF)

MB = catalogue.MB
DAY_S = 86_400.0
DUPLICATE_WINDOW_S = 600.0
ADVISORIES = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES"
RECONNECT_WAIT_S = 0.25


@dataclass(frozen=True, slots=True)
class Stream:
    """What a stream holds, how much and how long."""

    name: str
    subject: str
    max_bytes: int
    max_age_s: float

    def config(self) -> StreamConfig:
        """As JetStream wants it: on file, by limits, refusing rather than forgetting when full."""
        return StreamConfig(
            name=self.name,
            subjects=[self.subject],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_bytes=self.max_bytes,
            max_age=self.max_age_s,
            duplicate_window=DUPLICATE_WINDOW_S,
            allow_direct=True,
        )


STREAMS = (
    *(Stream(name, f"{name.lower()}.>", max_bytes, 30 * DAY_S) for name, max_bytes in catalogue.STREAMS.items()),
    Stream("ADV", f"{ADVISORIES}.>", 16 * MB, 30 * DAY_S),
    Stream("DLQ", "dlq.>", 128 * MB, 90 * DAY_S),
)


class NatsLogin(BaseSettings):
    """One NATS user; the prefix is the name of the part in capitals."""

    model_config = SettingsConfigDict(frozen=True)

    nats_user: str = ""
    nats_password: SecretStr = SecretStr("")

    @classmethod
    def of(cls, name: str) -> "NatsLogin":
        """The user of the part called `name`, for example `WORKER_NATS_USER`."""
        return cls(_env_prefix=f"{name.upper()}_")


async def connect(url: str, login: NatsLogin, name: str) -> Client:
    """A connection that comes back by itself for ever; the first one must succeed.

    Raises:
        OSError: nobody answers at the address.
    """

    outage = Outage("nats")

    async def on_error(error: Exception) -> None:
        # what else the broker says, of rights that are missing for example, is told each time
        if isinstance(error, (OSError, TimeoutError, *AWAY)):
            outage.seen(error)
        else:
            log.warning("nats_error", error=repr(error))

    async def on_return() -> None:
        outage.over()

    return await nats.connect(
        url,
        name=name,
        user=login.nats_user or None,
        password=login.nats_password.get_secret_value() or None,
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_WAIT_S,
        connect_timeout=2,
        ping_interval=5,
        max_outstanding_pings=2,
        error_cb=on_error,
        reconnected_cb=on_return,
    )


async def ensure_streams(js: JetStreamContext) -> int:
    """Make or adjust every stream; returns how many were new."""
    new = 0
    for stream in STREAMS:
        try:
            found = await js.stream_info(stream.name)
        except NotFoundError:
            await js.add_stream(stream.config())
            new += 1
            continue
        if differs(found.config, stream.config()):
            await js.update_stream(stream.config())
    return new


def differs(found: StreamConfig, wanted: StreamConfig) -> bool:
    """Whether a setting that we care about is another one."""
    names = ("subjects", "max_bytes", "max_age", "duplicate_window", "discard", "allow_direct")
    return any(getattr(found, name) != getattr(wanted, name) for name in names)


async def ensure_from_environment(platform: PlatformSettings) -> int:
    """The streams, as the worker's NATS user: for `migrate`.

    Raises:
        OSError: NATS does not answer.
    """
    client = await connect(platform.nats_url, NatsLogin.of("worker"), "migrate")
    try:
        return await ensure_streams(client.jetstream(timeout=10))
    finally:
        await client.close()
