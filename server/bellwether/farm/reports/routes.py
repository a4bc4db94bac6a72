"""Paths under /farms/{id}/reports: one for each report of the catalogue, with the parameters that its file declares."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from inspect import signature
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from bellwether.farm.reports import service
from bellwether.farm.reports.catalogue import REPORTS
from bellwether.farm.reports.declaring import Report
from bellwether.farm.reports.schemas import Format, ReportAnswer, ReportIndex
from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, Reading, Readings, need
from bellwether.platform.http.problem_documents import Responses, documented

router = APIRouter(prefix="/farms/{farm_id}/reports", tags=["reports"])
MAKING = at_once("reports", of_one=4, of_all=16)
FILES: dict[str, dict[str, object]] = {
    media.partition(";")[0]: {} for name, media in service.MEDIA_TYPES.items() if name != "json"
}
ANSWERS: Responses = documented({406: "Accept names none of the forms of a report"}) | {200: {"content": FILES}}
Wanted = Annotated[Format | None, Query(alias="format", description="Counts before Accept")]


@router.get("", dependencies=[need("flock:read")])
async def list_reports(session: Reading, context: Acting, farm_id: UUID) -> ReportIndex:
    """Every report: what it says, what may be asked of it, what its columns mean."""
    return await service.index(session, context, farm_id)


def reader(parameters: type) -> Callable[..., Awaitable[object]]:
    """Reads them from the address; a plain class would have a thread for each request."""

    async def read(**values: object) -> object:
        return parameters(**values)

    read.__signature__ = signature(parameters)  # type: ignore[attr-defined]  # what FastAPI asks a function for
    return read


def serve(report: Report) -> None:
    """The route of a report."""

    async def get_report(
        request: Request,
        look: Readings,
        context: Acting,
        farm_id: UUID,
        parameters: Annotated[object, Depends(reader(report.parameters))],
        wanted: Wanted = None,
    ) -> Response:
        kind = service.wanted(request.headers.get("accept"), wanted)
        body = await service.answer(look, context, report, farm_id, parameters, kind, datetime.now(UTC))
        return Response(body, media_type=service.MEDIA_TYPES[kind], headers=headers_of(report, kind))

    get_report.__doc__ = f"{report.title}. {report.says}"
    get_report.__name__ = f"get_{report.name.replace('-', '_')}_report"
    guards = [need("flock:read"), MAKING]
    router.get(f"/{report.name}", response_model=ReportAnswer, dependencies=guards, responses=ANSWERS)(get_report)


def headers_of(report: Report, kind: Format) -> dict[str, str]:
    """A file has a name."""
    if kind == "json":
        return {"Vary": "Accept"}
    how = "attachment" if kind in ("csv", "xlsx") else "inline"
    return {"Vary": "Accept", "Content-Disposition": f'{how}; filename="{report.name}.{kind}"'}


for _report in REPORTS:
    serve(_report)
