"""What the function of a job kind is given: its payload, who it acts for, durable steps, progress, a child process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import isawaitable, iscoroutinefunction
from typing import Protocol, TypeVar, TypeVarTuple, cast, overload
from uuid import UUID

import orjson

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.jobs.child_process import in_child
from bellwether.platform.json import JsonObject, JsonValue, json_text

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
PROGRESS_EVERY_S = 0.2
CANCEL_POLL_S = 1.0


class JobStopped(BaseException):
    """Ends the run from outside. Not an Exception, so that neither the job nor a step's record swallows it."""


class JobCancelled(JobStopped):
    """Somebody cancelled the job."""


class Superseded(JobStopped):
    """Another run holds the fence: this one must not write any more."""


class Journal(Protocol):
    """Where a run writes what its watchers see."""

    async def progress(self, fraction: float | None, stage: str | None) -> bool:
        """Store it; true when the job is to be cancelled. Raises Superseded."""

    async def log(self, message: str) -> None:
        """Append a line."""


class Steps(Protocol):
    """Where finished steps are kept."""

    async def once(self, name: str, make: Callable[[], Awaitable[T]]) -> T:
        """The stored result of this step, or that of `make()`, stored."""


@dataclass(eq=False)
class JobRun:
    """One run of one job. Code between the steps runs again after a crash and must come to the same steps."""

    id: UUID
    kind: str
    attempt: int
    payload: JsonObject
    farm_id: UUID | None
    context: Context
    database: Database
    journal: Journal
    steps: Steps
    _told_at: float = 0.0
    _told: tuple[float | None, str | None] = (None, None)

    @overload
    async def step(self, name: str, fn: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T: ...
    @overload
    async def step(self, name: str, fn: Callable[[*Ts], T], *args: *Ts) -> T: ...
    async def step(self, name: str, fn: Callable[..., object], *args: object) -> object:
        """Run `fn(*args)` once for this job, however often the worker dies; its result is plain JSON.

        A plain function runs in a thread. A step that died half-way is repeated from its start, so make it repeatable.
        """
        await self._stop_if_cancelled()

        async def make() -> object:
            return plain(await call(fn, *args))

        return await self.steps.once(name, make)

    async def progress(self, fraction: float, stage: str | None = None) -> None:
        """Tell the watchers; raises JobCancelled when the job is to stop. Cheap enough for every iteration."""
        now, new_stage = time.monotonic(), stage is not None and stage != self._told[1]
        if not new_stage and now - self._told_at < PROGRESS_EVERY_S:
            return
        self._told_at, self._told = now, (fraction, stage or self._told[1])
        await self._tell(min(1.0, max(0.0, fraction)), stage)

    async def log(self, message: str) -> None:
        """A line for the reader of the job; the last few hundred are kept."""
        await self.journal.log(message)

    async def compute(self, fn: Callable[..., T], *args: object, reports: bool = False) -> T:
        """Run `fn(*args)` of an importable module in a child process and return what it returns.

        With `reports` the function also gets `report=`, to call as `report(fraction, stage)`. The child ends with the
        job, with its cancellation and with the worker.
        """
        on_report = self.progress if reports else None
        child = asyncio.ensure_future(in_child(fn, *args, on_report=on_report))
        try:
            while not child.done():
                await asyncio.wait([child], timeout=CANCEL_POLL_S)
                if not child.done():
                    await self._stop_if_cancelled()
            return child.result()
        finally:
            if not child.done():
                child.cancel()
                await asyncio.wait([child])

    async def _stop_if_cancelled(self) -> None:
        await self._tell(None, None)

    async def _tell(self, fraction: float | None, stage: str | None) -> None:
        if await self.journal.progress(fraction, stage):
            raise JobCancelled


async def call(fn: Callable[..., object], *args: object) -> object:
    """Await a coroutine function; a plain one runs in a thread."""
    if iscoroutinefunction(fn):
        return await fn(*args)
    made = await asyncio.to_thread(fn, *args)
    return await made if isawaitable(made) else made


def plain(value: object) -> JsonValue:
    """What the value is after a trip through JSON: the same in the first run and in a repeated one."""
    return cast(JsonValue, orjson.loads(json_text(value)))
