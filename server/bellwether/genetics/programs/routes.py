"""Paths under /program-steps and /programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response

from bellwether.genetics.programs import service
from bellwether.genetics.programs.schemas import (
    SAMPLE,
    Name,
    NewStep,
    ProgramResult,
    Programs,
    Step,
    StepWithFiles,
)
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, costly, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import Job, job_headers

router = APIRouter(tags=["programs"])
READ, WRITE = need("genotype:read"), need("flock:write")
LIMIT = costly("step of a program", per_minute=10, burst=30)
NewStepBody = Annotated[NewStep, Body(examples=[SAMPLE])]
Digest = Annotated[str | None, Query(pattern="^[0-9a-f]{64}$", description="Only of what has this digest")]
Version = Annotated[str | None, Query(min_length=1, max_length=80, description="Only of this version")]


@router.post("/program-steps", status_code=202, response_model=Job, dependencies=[WRITE, LIMIT])
async def run_program(new: NewStepBody, session: Writing, context: Acting, once: Once) -> Response:
    """Have a program of others work on genotypes, as a job: what it makes is kept as a genotype file and tables."""
    return await once(lambda: service.request(session, context, new), status=202, headers=job_headers)


@router.get("/program-steps", dependencies=[READ])
async def list_program_steps(
    session: Reading, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Step]:
    """Steps of a farm, the latest first."""
    return await service.page(session, farm_id, cursor, limit)


@router.get("/program-steps/{step_id}", dependencies=[READ])
async def get_program_step(session: Reading, step_id: UUID) -> StepWithFiles:
    """One step: the program with its version and digest, its arguments, its report and its files."""
    return await service.get(session, step_id)


@router.get("/program-steps/{step_id}/files/{name}", dependencies=[READ], response_class=Response)
async def get_program_step_file(session: Reading, step_id: UUID, name: str) -> Response:
    """A table or another file of a step."""
    content = await service.content(session, step_id, name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=service.media_type(name), headers=headers)


@router.get("/programs", dependencies=[READ])
async def list_programs(session: Reading, farm_id: UUID) -> Programs:
    """Programs of others on this machine, and those that steps of the farm have used, by version and digest; panels."""
    return await service.programs(session, farm_id)


@router.get("/programs/{program}/results", dependencies=[READ])
async def list_program_results(
    session: Reading,
    program: Name,
    farm_id: UUID,
    version: Version = None,
    sha256: Digest = None,
    panel_sha256: Digest = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[ProgramResult]:
    """What stands on a program, on one version of it or on a panel: its steps and what came of their files."""
    return await service.results(session, farm_id, (program, version, sha256, panel_sha256), cursor, limit)
