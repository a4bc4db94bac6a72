"""Style sheets and scripts of the pages."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from bellwether.edge.pages.files import pages_of

router = APIRouter(include_in_schema=False)


@router.get("/docs/assets/{name}")
async def asset(name: str, request: Request) -> Response:
    """One file by its exact name."""
    return pages_of(request).asset(name)
