"""A service that was taken over reaches its own streams and consumers, and nothing of another's."""

import asyncio

import nats
import pytest
from bellwether.catalogue import SERVICES
from bellwether.launch.machine import keys
from nats.errors import Error
from whole.conftest import Platform

NAMES = [service.name for service in SERVICES]


async def connected(whole: Platform, user: str, refusals: asyncio.Queue[str]) -> nats.NATS:
    """The broker as one service's user, whose refusals are kept."""

    async def hear(error: Exception) -> None:
        await refusals.put(str(error).lower())

    port = whole.state.ports["nats"]
    return await nats.connect(
        f"nats://127.0.0.1:{port}",
        user=user,
        password=keys.password(whole.folders, f"nats-{user}"),
        inbox_prefix=f"_INBOX_{user}".encode(),
        allow_reconnect=False,
        error_cb=hear,
    )


@pytest.mark.parametrize("user", NAMES)
async def test_a_service_speaks_and_hears_in_its_own_name_only(whole: Platform, user: str) -> None:
    refusals: asyncio.Queue[str] = asyncio.Queue()
    own = next(service.stream.lower() for service in SERVICES if service.name == user)
    client = await connected(whole, user, refusals)
    try:
        others = {service.stream.lower() for service in SERVICES} - {own}
        forbidden = [f"{other}.weight.recorded.v1" for other in sorted(others)]
        forbidden += [f"$JS.API.STREAM.{verb}.{own.upper()}" for verb in ("DELETE", "PURGE", "UPDATE", "MSG.GET")]
        forbidden += ["$JS.API.CONSUMER.DELETE.FARM.genetics-stale", "$JS.API.CONSUMER.CREATE.FARM.spy", "dlq.x"]
        deaf = (">", "_INBOX.>", "$JS.>", f"{sorted(others)[0]}.>")
        for subject in forbidden:
            await client.publish(subject, b"{}")
        for subject in deaf:
            await client.subscribe(subject)
        refused = [await asyncio.wait_for(refusals.get(), 10) for _ in (*forbidden, *deaf)]
        missed = [s for s in forbidden if not any(f'publish to "{s.lower()}"' in line for line in refused)]
        assert missed == []
        assert len([line for line in refused if "subscription to" in line]) == len(deaf)
    finally:
        await client.close()
    port = whole.state.ports["nats"]
    with pytest.raises((Error, OSError)):
        await nats.connect(f"nats://127.0.0.1:{port}", user=user, password="guess", allow_reconnect=False)
