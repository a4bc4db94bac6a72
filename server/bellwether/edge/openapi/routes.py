"""Addresses of the merged document."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from bellwether.edge.openapi.page import docs_page
from bellwether.platform.problems import NotFound

router = APIRouter(include_in_schema=False)


class NoSuchService(NotFound):
    """The page of a service that does not exist or does not answer."""

    code, title = "service_not_found", "There is no such service, or it does not answer now: see /healthz"


@router.get("/openapi.json")
async def openapi(request: Request) -> dict[str, Any]:
    """The merged OpenAPI 3.1 document."""
    found: dict[str, Any] = await request.app.state.documents.merged()
    return found


@router.get("/docs")
async def docs(request: Request) -> Response:
    """All operations of all services."""
    return docs_page(await request.app.state.documents.merged(), None)


@router.get("/docs/{service}")
async def docs_of_service(service: str, request: Request) -> Response:
    """The operations of one service."""
    document = await request.app.state.documents.merged()
    if service not in [item["name"] for item in document["tags"]]:
        raise NoSuchService
    return docs_page(document, service)
