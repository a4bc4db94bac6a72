"""How much of one kind runs at once: of one user, and of all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from bellwether.platform.http.at_once import Places, TooManyAtOnce
from bellwether.platform.problems import Busy


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """Places that are held to the end of a test."""
    async with AsyncExitStack() as found:
        yield found


async def test_one_user_has_so_many_places(stack: AsyncExitStack) -> None:
    places = Places("streams", of_one=2, of_all=10)
    for _ in range(2):
        await stack.enter_async_context(places.taken("anna"))
    with pytest.raises(TooManyAtOnce, match="2 streams of one user") as found:
        await stack.enter_async_context(places.taken("anna"))
    assert (found.value.status, found.value.headers["Retry-After"]) == (429, "2")
    await stack.enter_async_context(places.taken("bert"))


async def test_a_place_is_given_back_whatever_happens() -> None:
    places = Places("streams", of_one=1, of_all=1)
    for error in (ValueError, asyncio.CancelledError, KeyError):
        with pytest.raises(error):
            async with places.taken("anna"):
                raise error
    async with places.taken("anna"):
        pass
    assert not places._of


async def test_who_finds_none_waits_for_a_while() -> None:
    places = Places("streams", of_one=1, of_all=1, patience_s=0.2)
    async with places.taken("anna"):
        with pytest.raises(Busy, match="Too many streams"):
            async with places.taken("bert"):
                pass
        assert set(places._of) == {"anna"}
        waiting = asyncio.create_task(hold(places, "carl"))
        await asyncio.sleep(0.05)
    assert await waiting


async def hold(places: Places, user: str) -> bool:
    async with places.taken(user):
        return True
