"""`/healthz`, `/readyz` and `/metrics` of the worker."""

import asyncio
import contextlib

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bellwether.platform.http import health as answers
from bellwether.platform.worker import gauges
from bellwether.platform.worker.worker import Worker

MEASURE_S = 2.0


def health_app(worker: Worker) -> Starlette:
    """The worker's own small address."""
    secret_file = worker.platform.metrics_secret_file

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "up"})

    async def readyz(_request: Request) -> Response:
        missing, degraded = await worker.missing(), worker.degraded()
        status = "not ready" if missing else "degraded" if degraded else "ready"
        body = {"status": status, "missing": missing, "degraded": degraded}
        return JSONResponse(body, 503 if missing else 200)

    async def metrics(request: Request) -> Response:
        if answers.shows(request, secret_file):
            await measure(worker)
        return answers.metrics(request, secret_file)

    paths = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    return Starlette(routes=[Route(path, handler) for path, handler in paths.items()])


async def measure(worker: Worker) -> None:
    """Bring the gauges up to date; what cannot be asked now keeps its last value."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(MEASURE_S):
            await gauges.measure_database(worker.databases)
    js = worker.js
    if js is not None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(MEASURE_S):
                await gauges.measure_streams(js, worker.consumers)
