"""Addresses of the platform's health."""

from dataclasses import asdict
from importlib.metadata import version

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from bellwether.edge.health.probe import Health
from bellwether.edge.pages.files import pages_of, wants_html
from bellwether.edge.upstream import PROBE
from bellwether.platform.http.health import readiness, up

router = APIRouter(tags=["health"])
VERSION = version("bellwether")


@router.get("/healthz")
async def healthz(request: Request) -> Response:
    """Every service with its state, version and latency; 200 as long as the edge itself is up."""
    if is_probe(request):
        return up(["edge"])
    if wants_html(request):
        return pages_of(request).page("health")
    # the services' documents tell their versions
    await request.app.state.documents.merged()
    found = await everything(request)
    return JSONResponse({"status": "up", "version": VERSION, "services": [as_json(health) for health in found]})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """200 when every service is ready, else 503 with what is missing."""
    if is_probe(request):
        return readiness({})
    found = await everything(request)
    missing = {health.service: "; ".join(health.reasons) for health in found if not health.is_ready}
    return readiness(missing)


def is_probe(request: Request) -> bool:
    """Whether an edge asks: it wants to know about this process alone."""
    return all(name.lower() in request.headers for name in PROBE)


async def everything(request: Request) -> list[Health]:
    """The health of every service."""
    state = request.app.state
    found: list[Health] = await state.probes.latest(state.documents.versions)
    return found


def as_json(health: Health) -> dict[str, object]:
    """One service for the wire."""
    return asdict(health) | {"reasons": list(health.reasons)}
