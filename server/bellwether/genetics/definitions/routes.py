"""Addresses of definitions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from bellwether.genetics.definitions import service
from bellwether.genetics.definitions.schemas import (
    ByVersion,
    DefinitionVersion,
    NewDefinition,
    NewVersion,
    ReadyMadeModels,
    Start,
)
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, costly, need
from bellwether.platform.http.pagination import ById, CursorText, Limit, id_after
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import Job, job_headers

router = APIRouter(tags=["definitions"])
READ, RUN = need("evaluation:read"), need("evaluation:run")
LIMIT = costly("evaluation", per_minute=10, burst=30)
EXISTS = documented({409: "The farm has a definition of this name"})
NEWER = documented({409: "Somebody has made a newer version meanwhile"})
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post("/definitions", status_code=201, response_model=DefinitionVersion, dependencies=[RUN], responses=EXISTS)
async def define_evaluation(session: Writing, context: Acting, once: Once, body: NewDefinition) -> Response:
    """Say what is evaluated and how: traits, model, population, variances, groups, genotypes."""

    def place(made: DefinitionVersion) -> dict[str, str]:
        return {"Location": f"/api/v1/genetics/definitions/{made.id}"}

    return await once(lambda: service.define(session, context, body), status=201, headers=place)


@router.get("/definitions", dependencies=[READ])
async def list_definitions(
    session: Reading,
    farm_id: Annotated[UUID, Query(description="Definitions of this farm")],
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[DefinitionVersion]:
    """Definitions in their newest versions, the latest definition first."""
    found = await service.page(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=found[:limit], next=ById.after(found, limit))


@router.get("/ready-made-models", dependencies=[READ])
async def list_ready_made_models() -> ReadyMadeModels:
    """Models of sheep that one can take: growth, scans, fleece, worm eggs, reproduction, lambing ease."""
    return ReadyMadeModels(items=service.ready_made())


@router.get("/definitions/{definition_id}", dependencies=[READ])
async def get_definition(session: Reading, definition_id: UUID) -> DefinitionVersion:
    """One definition in its newest version."""
    return await service.get(session, definition_id)


@router.post("/definitions/{definition_id}/versions", status_code=201, dependencies=[RUN], responses=NEWER)
async def change_definition(
    session: Writing, context: Acting, definition_id: UUID, body: NewVersion
) -> DefinitionVersion:
    """A change is a new version; runs of older ones stay what they are. The same content makes no version."""
    return await service.change(session, context, definition_id, body)


@router.get("/definitions/{definition_id}/versions", dependencies=[READ])
async def list_definition_versions(
    session: Reading, definition_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[DefinitionVersion]:
    """All versions, the newest first."""
    last = ByVersion.read(cursor)
    found = await service.versions(session, definition_id, None if last is None else last.version, limit + 1)
    return Page(items=found[:limit], next=ByVersion.after(found, limit))


@router.get("/definitions/{definition_id}/versions/{number}", dependencies=[READ])
async def get_definition_version(session: Reading, definition_id: UUID, number: Number) -> DefinitionVersion:
    """One version."""
    return await service.get(session, definition_id, number)


@router.post("/definitions/{definition_id}/runs", status_code=202, response_model=Job, dependencies=[RUN, LIMIT])
async def run_definition(
    session: Writing,
    context: Acting,
    once: Once,
    definition_id: UUID,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Left out: the newest")] = None,
    start: Annotated[
        Start, Query(description="`warm`: the solver begins from the solution of the definition's last run")
    ] = "warm",
) -> Response:
    """Evaluate as the definition says; the evaluation has the job's id and names the version."""
    is_warm = start == "warm"
    return await once(
        lambda: service.run(session, context, definition_id, version, is_warm=is_warm), status=202, headers=job_headers
    )
