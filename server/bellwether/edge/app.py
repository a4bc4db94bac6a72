"""The edge as an application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import httpx
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bellwether.edge.brapi.routes import BRAPI
from bellwether.edge.graph.routes import router as graph
from bellwether.edge.graph.schema import sdl
from bellwether.edge.health.probe import Probes
from bellwether.edge.health.routes import router as health
from bellwether.edge.openapi.document import Documents
from bellwether.edge.openapi.routes import router as openapi
from bellwether.edge.pages.files import Pages
from bellwether.edge.pages.routes import router as pages
from bellwether.edge.settings import EdgeSettings
from bellwether.edge.upstream import Upstream
from bellwether.platform.http import health as health_answers
from bellwether.platform.http import problem_documents
from bellwether.platform.http.documents import describe
from bellwether.platform.http.middleware import Around
from bellwether.platform.http.rate_limits import Buckets
from bellwether.platform.http.service_app import RESPONSES, serve
from bellwether.platform.http.strict.as_written import AS_WRITTEN, hold_to_what_is_written
from bellwether.platform.identity.tokens import Verifier
from bellwether.platform.settings import PlatformSettings

__all__ = ["create", "sdl"]

REQUESTS_PER_SECOND, BURST = 20.0, 100.0


def create(platform: PlatformSettings, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The edge; tests give a `transport` that leads to doubles of the services."""
    upstream = Upstream(platform, transport)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await upstream.close()

    app = FastAPI(
        title="bellwether edge",
        version=version("bellwether"),
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.name, app.state.upstream = "edge", upstream
    verifier = Verifier(platform)
    app.state.verifier, app.state.buckets = verifier, Buckets(REQUESTS_PER_SECOND, BURST)
    app.state.documents = Documents(upstream, platform, lambda: app.openapi())
    app.state.probes = Probes(upstream)
    app.state.pages = Pages(EdgeSettings().pages_dir)
    app.state.ready, app.state.faces = nothing_missing, (BRAPI,)
    problem_documents.install(app)
    app.include_router(graph, responses=RESPONSES, dependencies=[AS_WRITTEN])
    for router in (health, pages, openapi):
        app.include_router(router, dependencies=[AS_WRITTEN])
    serve(app, BRAPI.routers, BRAPI.prefix, BRAPI.responses)

    async def metrics(request: Request) -> Response:
        """What Prometheus reads."""
        return health_answers.metrics(request, platform.metrics_secret_file)

    app.add_api_route("/metrics", metrics, include_in_schema=False, dependencies=[AS_WRITTEN])
    hold_to_what_is_written(app, answering_themselves=("/graphql",))
    describe(app)
    limit = platform.body_limit
    # a short query can ask for as much as a long one
    app.add_middleware(Around, service="edge", limit=limit, upload_limit=limit, user_of=verifier.known, all_heavy=True)
    return app


async def nothing_missing() -> dict[str, str]:
    """The edge itself needs nothing: what its services need, /readyz says."""
    return {}
