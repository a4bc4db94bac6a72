"""`/healthz`, `/readyz` and `/metrics`: what a process says about itself, the same in every process."""

from collections.abc import Iterable, Mapping

from prometheus_client import generate_latest
from starlette.responses import JSONResponse, PlainTextResponse, Response


def up(services: Iterable[str]) -> Response:
    """The process is there."""
    return JSONResponse({"status": "up", "services": sorted(services)})


def readiness(missing: Mapping[str, str]) -> Response:
    """200 when nothing is missing, else 503 with what is."""
    return JSONResponse(
        {"status": "not ready" if missing else "ready", "missing": dict(missing)}, 503 if missing else 200
    )


def metrics() -> Response:
    """What Prometheus reads."""
    return PlainTextResponse(generate_latest().decode())
