"""The frame of every FastAPI service."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import Route

from bellwether.catalogue import BY_NAME
from bellwether.platform.database.transactions import Database
from bellwether.platform.http import health, problem_documents
from bellwether.platform.http.dependencies import idempotent
from bellwether.platform.http.documents import describe
from bellwether.platform.http.middleware import Around
from bellwether.platform.http.persons import Held
from bellwether.platform.http.persons import routes as persons_routes
from bellwether.platform.http.preconditions import precondition
from bellwether.platform.http.problem_documents import Face, Responses, documented
from bellwether.platform.http.rate_limits import Buckets
from bellwether.platform.http.strict.as_written import AS_WRITTEN, hold_to_what_is_written
from bellwether.platform.identity.addresses import Addresses
from bellwether.platform.identity.tokens import Verifier
from bellwether.platform.settings import PlatformSettings, ServiceSettings
from bellwether.platform.telemetry import POOL

RESPONSES = documented(
    {
        400: "The body is not JSON",
        401: "No valid access token",
        403: "The permission is missing",
        404: "Not there, or not yours to see",
        413: "The body is too large",
        415: "The body is not of the kind that this address reads",
        422: "Some values break a rule",
        429: "Too many requests",
        503: "At its limit, or the database is away: try again as Retry-After says",
    }
)
#: what a route may answer because of what it asks for
ASKED: dict[object, Responses] = {
    idempotent: documented({409: "The id is taken, or a request with this Idempotency-Key is still running"}),
    precondition: documented({412: "If-Match names an older revision", 428: "If-Match is missing"}),
}


def create_app(
    name: str,
    routers: Sequence[APIRouter],
    platform: PlatformSettings,
    settings: ServiceSettings,
    *,
    title: str = "",
    upload_paths: tuple[str, ...] = (),
    faces: tuple[Face, ...] = (),
    held: Held | None = None,
) -> FastAPI:
    """A service under `/api/v1/<name>` with its database, token verification, problems, health and metrics."""
    database, verifier, prefix = Database(settings), Verifier(platform), BY_NAME[name].prefix

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app = FastAPI(
        title=title or BY_NAME[name].title,
        version="1",
        lifespan=lifespan,
        openapi_url=f"{prefix}/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        redirect_slashes=False,
    )
    app.state.name, app.state.database, app.state.verifier = name, database, verifier
    app.state.addresses, app.state.public_url = Addresses(platform), platform.public_url
    app.state.buckets = Buckets(settings.requests_per_second, settings.request_burst)
    app.state.places, app.state.quotas, app.state.faces = {}, platform.quotas, faces
    app.state.ready = lambda: missing_of(name, database, verifier)
    problem_documents.install(app)
    serve(app, routers, prefix, RESPONSES)
    for face in faces:
        serve(app, face.routers, face.prefix, face.responses)
    hold_to_what_is_written(app)
    describe(app)
    app.router.routes.extend(health_routes({name: app}, platform))
    app.router.routes.extend(persons_routes(prefix, name, held or Held({}), database, platform))
    app.add_middleware(
        Around,
        service=name,
        limit=platform.body_limit,
        upload_limit=platform.upload_limit,
        upload_paths=upload_paths,
        user_of=verifier.known,
    )
    return app


def serve(app: FastAPI, routers: Sequence[APIRouter], prefix: str, responses: Responses) -> None:
    """These routers under a prefix, with the errors that all of their routes may give."""
    for router in routers:
        document_what_is_asked(router, responses)
        app.include_router(router, prefix=prefix, responses=responses, dependencies=[AS_WRITTEN])


def document_what_is_asked(router: APIRouter, responses: Responses) -> None:
    """Idempotency-Key and If-Match have answers of their own; what all routes or a route itself say comes first."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            for dependency in route.dependant.dependencies:
                asked = ASKED.get(dependency.call, {})
                left = {status: answer for status, answer in asked.items() if status not in responses}
                route.responses = left | route.responses


async def missing_of(name: str, database: Database, verifier: Verifier) -> dict[str, str]:
    """What is missing before this service can answer; empty when nothing is."""
    missing = {}
    if not await database.is_ready():
        missing[f"{name}.database"] = "PostgreSQL does not answer"
    if not await verifier.is_ready():
        missing[f"{name}.auth"] = "the auth service has not given its permission table yet"
    return missing


def health_routes(apps: dict[str, FastAPI], platform: PlatformSettings) -> list[Route]:
    """`/healthz`, `/readyz` and `/metrics` for the services in one process."""

    async def healthz(_request: Request) -> Response:
        return health.up(apps)

    async def readyz(_request: Request) -> Response:
        missing: dict[str, str] = {}
        for app in apps.values():
            missing |= await app.state.ready()
        return health.readiness(missing)

    async def metrics(request: Request) -> Response:
        for name, app in apps.items():
            if hasattr(app.state, "database"):
                POOL.labels(name).set(app.state.database.pool_in_use())
        return health.metrics(request, platform.metrics_secret_file)

    paths = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    return [Route(path, handler, include_in_schema=False) for path, handler in paths.items()]
