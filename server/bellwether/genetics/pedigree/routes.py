"""Addresses of relatives."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from bellwether.genetics.pedigree import service
from bellwether.genetics.pedigree.schemas import Drawing, Findings, Inbreeding, Kinship, KinshipOf, NewAnalysis
from bellwether.platform.http.dependencies import Acting, Reading, Writing, costly, need
from bellwether.platform.jobs.schemas import Job, job_headers

router = APIRouter(tags=["pedigree"])
READ, RUN = need("evaluation:read"), need("evaluation:run")
LIMIT = costly("pedigrees", per_minute=120, burst=240)


@router.get("/animals/{animal_id}/pedigree", dependencies=[READ])
async def get_pedigree(
    session: Reading,
    animal_id: UUID,
    up: Annotated[int, Query(ge=0, le=20, description="Generations of ancestors")] = 5,
    down: Annotated[int, Query(ge=0, le=10, description="Generations of descendants")] = 0,
) -> Drawing:
    """An animal with its ancestors and descendants as nodes, edges and generations, ready to be drawn."""
    return await service.drawing(session, animal_id, up, down)


@router.get("/animals/{animal_id}/inbreeding", dependencies=[READ, LIMIT])
async def get_inbreeding(session: Reading, animal_id: UUID) -> Inbreeding:
    """How inbred an animal is, from which founders, and how complete its pedigree is."""
    return await service.inbreeding(session, animal_id)


@router.post("/kinship/query", dependencies=[READ, LIMIT])
async def query_kinship(body: KinshipOf, session: Reading) -> Kinship:
    """The kinship of every animal of a group with every one of another, and its mean."""
    return await service.kinship(session, body)


@router.get("/flocks/{flock_id}/pedigree-findings", dependencies=[READ])
async def get_findings(session: Reading, flock_id: UUID) -> Findings:
    """How complete the pedigree of a flock is, by drop, and which parents cannot be."""
    return await service.findings(session, flock_id)


@router.post("/pedigree-analyses", status_code=202, dependencies=[RUN])
async def analyse(session: Writing, context: Acting, response: Response, body: NewAnalysis) -> Job:
    """Founders and ancestors of some drops of a flock, their effective numbers, inbreeding and kinship, as a job."""
    job = await service.analyse(session, context, body)
    response.headers.update(job_headers(job))
    return job
