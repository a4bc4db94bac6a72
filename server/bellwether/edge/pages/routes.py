"""Style sheets and scripts of the pages."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from bellwether.platform.problems import NotFound

router = APIRouter(include_in_schema=False)
KINDS = {".css": "text/css", ".js": "text/javascript"}
ASSETS = {path.name: path for path in (Path(__file__).parent / "assets").iterdir() if path.suffix in KINDS}


@router.get("/docs/assets/{name}")
async def asset(name: str) -> Response:
    """One file by its exact name."""
    path = ASSETS.get(name)
    if path is None:
        raise NotFound
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(path.read_bytes(), media_type=KINDS[path.suffix], headers=headers)
