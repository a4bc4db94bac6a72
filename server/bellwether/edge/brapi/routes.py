"""Path /serverinfo."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from bellwether.edge.brapi.schemas import Call, ServerInfo
from bellwether.edge.openapi.merge import METHODS, OpenApi
from bellwether.platform.brapi.face import JSON, PREFIX, face
from bellwether.platform.brapi.wire import Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import need

router = APIRouter(tags=["brapi"], dependencies=[need("flock:read")])
Asked = Annotated[str | None, Query(max_length=100, description="Only calls that answer with this")]


def calls(merged: OpenApi) -> list[Call]:
    """What exists, from the documents of the services, which are made from their routes."""
    found = {
        path.removeprefix(f"{PREFIX}/"): sorted(name.upper() for name in METHODS if name in item)
        for path, item in merged["paths"].items()
        if path.startswith(f"{PREFIX}/")
    }
    return [
        Call(service=name, methods=methods, versions=["2.1"], data_types=[JSON], content_types=[JSON])
        for name, methods in sorted(found.items())
    ]


@router.get("/serverinfo", response_model=Single[ServerInfo])
async def server_info(request: Request, contentType: Asked = None, dataType: Asked = None) -> JsonText:
    """What this server answers to."""
    speaks = all(kind in (None, JSON) for kind in (contentType, dataType))
    found = ServerInfo(
        server_name="bellwether",
        server_description="Flock records, pedigree, measurements and genotypes of sheep; animals are germplasm",
        calls=calls(await request.app.state.documents.merged()) if speaks else [],
    )
    return answer(single(found))


BRAPI = face(router)
