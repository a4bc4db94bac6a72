"""Asking each service whether it is ready."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from bellwether.edge.services import SERVICES
from bellwether.edge.upstream import PROBE, Upstream

TIMEOUT_S = 2.0
State = Literal["ready", "not ready", "down"]


@dataclass(frozen=True, slots=True)
class Health:
    """How one service is."""

    service: str
    state: State
    latency_ms: float | None = None
    version: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one process answered; several services may live in it."""

    status: int | None
    latency_ms: float
    body: dict[str, Any]


async def probe(upstream: Upstream, versions: dict[str, str]) -> list[Health]:
    """All services; each process is asked once."""
    addresses = sorted(set(upstream.urls.values()))
    answers = dict(zip(addresses, await asyncio.gather(*(ask(upstream, url) for url in addresses)), strict=True))
    return [health_of(name, answers.get(upstream.urls.get(name, "")), versions.get(name, "")) for name in SERVICES]


async def ask(upstream: Upstream, url: str) -> Answer:
    """One process."""
    started = time.perf_counter()
    try:
        answer = await upstream.client.get(f"{url}/readyz", headers=PROBE, timeout=TIMEOUT_S)
        body, status = body_of(answer), answer.status_code
    except httpx.HTTPError as error:
        body, status = {"missing": {"connection": f"no answer ({type(error).__name__})"}}, None
    return Answer(status, round((time.perf_counter() - started) * 1000, 1), body)


def body_of(answer: httpx.Response) -> dict[str, Any]:
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
    reasons = tuple(reasons_of(service, answer.body.get("missing")))
    if answer.status is None:
        return Health(service, "down", version=version, reasons=reasons)
    is_other = bool(answer.body.get("missing")) and not reasons
    if answer.status == 200 or is_other:
        return Health(service, "ready", answer.latency_ms, version)
    return Health(service, "not ready", answer.latency_ms, version, reasons or (f"it answered {answer.status}",))


def reasons_of(service: str, missing: Any) -> list[str]:
    """What is missing for this service: entries that name another service are that one's."""
    if not isinstance(missing, dict):
        return [str(item) for item in missing] if isinstance(missing, list) else []
    owned = {key: key.split(".", 1)[0] for key in missing}
    return [f"{key}: {missing[key]}" for key, owner in owned.items() if owner == service or owner not in SERVICES]
