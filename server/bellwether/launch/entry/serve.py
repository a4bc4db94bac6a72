"""Serve one or several services from one process.

python -m bellwether.launch.entry.serve farm,genetics,research,processing,edge --port 18101
"""

import argparse
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from bellwether.catalogue import BY_NAME, EDGE, PYTHON_SERVICES
from bellwether.launch.entry.collector import spare_collector
from bellwether.platform.http.connection.patient_protocol import PatientProtocol
from bellwether.platform.http.service_app import health_routes
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.telemetry import configure_logs, configure_traces

# the edge and the launcher send it when they ask one process about itself
PROBE = b"x-bellwether-probe"


class Mounted:
    """Several services in one process: each keeps its own prefix and its other paths, the edge takes the rest."""

    def __init__(self, apps: dict[str, FastAPI], platform: PlatformSettings) -> None:
        self.apps = apps
        self.shared = Starlette(routes=health_routes(apps, platform), lifespan=self.lifespan)
        self.rest = apps.get(EDGE.name, self.shared)
        others = {path.removesuffix("*"): apps[name] for name in apps for path in BY_NAME[name].other_paths}
        self.others = dict(sorted(others.items(), key=lambda each: -len(each[0])))

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Start and stop each service."""
        async with AsyncExitStack() as stack:
            for app in self.apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            # seconds of work: beside the first requests, not in front of whoever asks for the documents first
            threading.Thread(target=self.describe, name="openapi", daemon=True).start()
            yield

    def describe(self) -> None:
        """Make the OpenAPI document of each service, which keeps it."""
        for app in self.apps.values():
            app.openapi()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """To the service whose prefix the path has."""
        await self._target(scope)(scope, receive, send)

    def _target(self, scope: Scope) -> FastAPI | Starlette:
        if scope["type"] == "lifespan" or scope["path"] == "/metrics" or is_probe(scope):
            return self.shared
        parts = scope["path"].split("/", 4)
        if parts[1:3] == ["api", "v1"] and len(parts) > 3 and parts[3] in self.apps:
            return self.apps[parts[3]]
        return next((app for prefix, app in self.others.items() if scope["path"].startswith(prefix)), self.rest)


def is_probe(scope: Scope) -> bool:
    """Whether somebody asks for the health of this process, not for that of the whole platform."""
    is_health = scope["path"] in ("/healthz", "/readyz")
    return is_health and any(name == PROBE for name, _ in scope["headers"])


def build(names: list[str], platform: PlatformSettings) -> FastAPI | Mounted:
    """The application of these services."""
    apps: dict[str, FastAPI] = {name: import_module(f"bellwether.{name}.app").create(platform) for name in names}
    return next(iter(apps.values())) if len(apps) == 1 else Mounted(apps, platform)


def service_names(text: str) -> list[str]:
    """A comma separated list of known names."""
    known = (*PYTHON_SERVICES, EDGE.name)
    names = text.split(",")
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"unknown service {name!r}: choose from {', '.join(known)}")
    return names


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bellwether.launch.entry.serve", description=__doc__)
    parser.add_argument("names", type=service_names, help="service names, comma separated")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    platform = PlatformSettings()
    configure_logs(platform.log_level)
    configure_traces("+".join(arguments.names), platform.otlp_endpoint)
    app = build(arguments.names, platform)
    spare_collector()
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=arguments.port,
        http=PatientProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=4,
        timeout_keep_alive=75,
    )


if __name__ == "__main__":
    main()
