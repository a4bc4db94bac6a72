"""What is tried again after an error, and what is not."""

from collections.abc import Awaitable, Callable

import pytest
from bellwether.platform.outages import patiently
from bellwether.platform.worker.worker import until_done


def failing(*errors: Exception) -> Callable[[], Awaitable[int]]:
    """Raises each error once, then answers how often it was asked."""
    left, asked = list(errors), []

    async def make() -> int:
        asked.append(1)
        if left:
            raise left.pop(0)
        return len(asked)

    # as most callers write it
    return lambda: make()


async def test_an_outage_is_waited_out() -> None:
    assert await patiently(failing(ConnectionError("away"), ConnectionError("still"))) == 3


async def test_an_error_is_no_outage() -> None:
    make = failing(ConnectionError("away"), ValueError("wrong"))
    with pytest.raises(ValueError, match="wrong"):
        await patiently(make)
    assert await make() == 3, "it was asked twice"


async def test_patience_ends_with_the_outage_itself() -> None:
    with pytest.raises(ConnectionError, match="away"):
        await patiently(failing(ConnectionError("away")), for_s=0)


async def test_a_worker_that_starts_waits_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bellwether.platform.worker.worker.RETRY_S", 0.01)
    assert await until_done("slot", failing(ValueError("no database yet"), RuntimeError("all taken"))) == 3
