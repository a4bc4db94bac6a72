"""`/healthz`, `/readyz` and `/metrics`: what a process says about itself, the same in every process."""

import hmac
from collections.abc import Iterable, Mapping
from pathlib import Path

from prometheus_client import generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bellwether.platform.http.problem_documents import render
from bellwether.platform.problems import NotAuthenticated


def up(services: Iterable[str]) -> Response:
    """The process is there."""
    return JSONResponse({"status": "up", "services": sorted(services)})


def readiness(missing: Mapping[str, str]) -> Response:
    """200 when nothing is missing, else 503 with what is."""
    return JSONResponse(
        {"status": "not ready" if missing else "ready", "missing": dict(missing)}, 503 if missing else 200
    )


def metrics(request: Request, secret_file: Path | None) -> Response:
    """What Prometheus reads: for whoever shows the secret of that file, and without a file for nobody."""
    if not shows(request, secret_file):
        return render(request, NotAuthenticated())
    return PlainTextResponse(generate_latest().decode())


def shows(request: Request, secret_file: Path | None) -> bool:
    """Whether the request carries the secret as a bearer token."""
    secret = secret_file.read_text().strip() if secret_file and secret_file.is_file() else ""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    is_same = hmac.compare_digest(given.strip().encode(), secret.encode())
    return bool(secret) and scheme.lower() == "bearer" and is_same
