"""Addresses of parentage checks."""

from fastapi import APIRouter, Response

from bellwether.genetics.parentage import service
from bellwether.genetics.parentage.schemas import NewParentageCheck
from bellwether.platform.http.dependencies import Acting, Once, Writing, costly, need
from bellwether.platform.jobs.schemas import Job, job_headers

router = APIRouter(tags=["parentage"])
LIMIT = costly("parentage", per_minute=10, burst=30)


@router.post(
    "/parentage-checks",
    status_code=202,
    response_model=Job,
    dependencies=[need("evaluation:run"), need("genotype:read"), LIMIT],
)
async def check_parentage(session: Writing, context: Acting, once: Once, body: NewParentageCheck) -> Response:
    """Are recorded parents those of the genotypes, and who are the others? As a job; nothing is accepted by itself."""
    return await once(lambda: service.check(session, context, body), status=202, headers=job_headers)
