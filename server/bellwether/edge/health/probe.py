"""Asking each service whether it is ready."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import httpx

from bellwether.catalogue import TITLES
from bellwether.edge.upstream import PROBE, Upstream

TIMEOUT_S = 2.0
FRESH_S = 1.0
State = Literal["ready", "degraded", "not ready", "down"]


@dataclass(frozen=True, slots=True)
class Health:
    """How one service is."""

    service: str
    state: State
    latency_ms: float | None = None
    version: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it answers requests, be it with something missing."""
        return self.state in ("ready", "degraded")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one process answered; several services may live in it."""

    status: int | None
    latency_ms: float
    body: dict[str, object]


class Probes:
    """The health of all services; asked at most once in a second, for anybody may look."""

    def __init__(self, upstream: Upstream, clock: Callable[[], float] = time.monotonic) -> None:
        self._upstream, self._clock = upstream, clock
        self._lock = asyncio.Lock()
        self._answers: dict[str, Answer] = {}
        self._until = float("-inf")

    async def latest(self, versions: dict[str, str]) -> list[Health]:
        """All services."""
        async with self._lock:
            if self._clock() >= self._until:
                await self._ask_all()
        urls = self._upstream.urls
        return [health_of(name, self._answers.get(urls.get(name, "")), versions.get(name, "")) for name in TITLES]

    async def _ask_all(self) -> None:
        # services that share a process are asked together
        addresses = sorted(set(self._upstream.urls.values()))
        answers = await asyncio.gather(*(ask(self._upstream, url) for url in addresses))
        self._answers = dict(zip(addresses, answers, strict=True))
        self._until = self._clock() + FRESH_S


async def ask(upstream: Upstream, url: str) -> Answer:
    """One process."""
    started = time.perf_counter()
    try:
        answer = await upstream.client.get(f"{url}/readyz", headers=PROBE, timeout=TIMEOUT_S)
        body, status = body_of(answer), answer.status_code
    except httpx.HTTPError as error:
        body, status = {"missing": {"connection": f"no answer ({type(error).__name__})"}}, None
    return Answer(status, round((time.perf_counter() - started) * 1000, 1), body)


def body_of(answer: httpx.Response) -> dict[str, object]:
    """The JSON object of an answer, or an empty one."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def health_of(service: str, answer: Answer | None, version: str) -> Health:
    """One service, from the answer of the process in which it lives."""
    if answer is None:
        return Health(service, "down", reasons=("not configured",))
    version = str(answer.body.get("version", version))
    reasons = reasons_of(service, answer.body)
    if answer.status is None:
        return Health(service, "down", version=version, reasons=reasons)
    state = state_of(answer, reasons)
    if state == "not ready" and not reasons:
        reasons = (f"it answered {answer.status}",)
    return Health(service, state, answer.latency_ms, version, reasons)


def state_of(answer: Answer, reasons: tuple[str, ...]) -> State:
    """A process that is not ready for the sake of another service in it is ready for this one."""
    if answer.status == 200:
        return "degraded" if reasons else "ready"
    is_for_another = bool(answer.body.get("missing")) and not reasons
    return "ready" if is_for_another else "not ready"


def reasons_of(service: str, body: dict[str, object]) -> tuple[str, ...]:
    """What is missing for this service: Python tells `missing`, Bun tells `checks`."""
    missing, checks = body.get("missing"), body.get("checks")
    found = dict(missing) if isinstance(missing, dict) else {}
    if isinstance(checks, dict):
        found |= {name: state for name, state in checks.items() if state != "ok"}
    owners = {name: name.split(".", 1)[0] for name in found}
    # an entry that starts with another service's name is that one's
    return tuple(f"{name}: {found[name]}" for name, owner in owners.items() if owner not in TITLES or owner == service)
