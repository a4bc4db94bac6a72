"""Paths /serverinfo and /commoncropnames."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.routing import APIRoute, iter_route_contexts

from bellwether.farm.brapi.face import JSON, PREFIX
from bellwether.farm.brapi.filters import of_query
from bellwether.farm.brapi.server.schemas import Call, ServerInfo
from bellwether.farm.brapi.wire import CROP, Listed, Paged, Single, answer, page_of, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import need

router = APIRouter(tags=["brapi"], dependencies=[need("flock:read")])
Asked = Annotated[str | None, Query(max_length=100, description="Only calls that answer with this")]


def calls(request: Request) -> list[Call]:
    """What exists, from the routes themselves."""
    methods: dict[str, set[str]] = {}
    for found in iter_route_contexts(request.app.routes):
        path = str(found.path_format)
        if isinstance(found.original_route, APIRoute) and path.startswith(f"{PREFIX}/"):
            methods.setdefault(path.removeprefix(f"{PREFIX}/"), set()).update(found.methods or ())
    return [
        Call(service=name, methods=sorted(found), versions=["2.1"], data_types=[JSON], content_types=[JSON])
        for name, found in sorted(methods.items())
    ]


@router.get("/serverinfo", response_model=Single[ServerInfo])
async def server_info(request: Request, contentType: Asked = None, dataType: Asked = None) -> JsonText:
    """What this server answers to."""
    speaks = all(kind in (None, JSON) for kind in (contentType, dataType))
    found = ServerInfo(
        server_name="bellwether",
        server_description="Flock records, pedigree and measurements of sheep; animals are germplasm",
        calls=calls(request) if speaks else [],
    )
    return answer(single(found))


@router.get("/commoncropnames", response_model=Listed[str])
async def common_crop_names(asked: Annotated[Paged, Depends(of_query(Paged))]) -> JsonText:
    """The one species."""
    return answer(page_of([CROP], asked))
