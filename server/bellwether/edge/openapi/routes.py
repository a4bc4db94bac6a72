"""Addresses of the merged document."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from bellwether.catalogue import BY_NAME
from bellwether.edge.pages.files import pages_of
from bellwether.platform.problems import NotFound

router = APIRouter(include_in_schema=False)


class NoSuchService(NotFound):
    """The page of a service that does not exist."""

    code, title = "service_not_found", "There is no such service: see /docs"


@router.get("/openapi.json")
async def openapi(request: Request) -> dict[str, object]:
    """The merged OpenAPI 3.1 document."""
    found: dict[str, object] = await request.app.state.documents.merged()
    return found


@router.get("/docs")
async def docs(request: Request) -> Response:
    """All operations of all services."""
    return pages_of(request).page("docs")


@router.get("/docs/{service}")
async def docs_of_service(service: str, request: Request) -> Response:
    """The operations of one service."""
    if service not in BY_NAME:
        raise NoSuchService
    return pages_of(request).page("docs")
