"""Addresses of matings."""

from fastapi import APIRouter, Response

from bellwether.genetics.matings import service
from bellwether.genetics.matings.schemas import Matings, MatingsOf, NewContributions, NewMatingPlan
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, costly, need
from bellwether.platform.jobs.schemas import Job, job_headers

router = APIRouter(tags=["matings"])
READ, RUN = need("evaluation:read"), need("evaluation:run")
LIMIT = costly("matings", per_minute=60, burst=120)


@router.post("/matings/query", dependencies=[READ, LIMIT])
async def query_matings(body: MatingsOf, session: Reading) -> Matings:
    """What lambs of every pair of some rams and ewes may be expected to be, and how inbred they would be."""
    return await service.expected(session, body)


@router.post("/mating-plans", status_code=202, response_model=Job, dependencies=[RUN, LIMIT])
async def plan_matings(session: Writing, context: Acting, once: Once, body: NewMatingPlan) -> Response:
    """A ram for each ewe, with the proof that no other plan within the limits is better, as a job."""
    return await once(lambda: service.plan(session, context, body), status=202, headers=job_headers)


@router.post("/contribution-plans", status_code=202, response_model=Job, dependencies=[RUN, LIMIT])
async def plan_contributions(session: Writing, context: Acting, once: Once, body: NewContributions) -> Response:
    """How much each candidate should give to the next lambs for the most gain within a limit of kinship, as a job."""
    return await once(lambda: service.contributions(session, context, body), status=202, headers=job_headers)
