"""Addresses of connectedness."""

from fastapi import APIRouter, Response

from bellwether.genetics.connectedness import service
from bellwether.genetics.connectedness.schemas import NewConnectedness
from bellwether.platform.http.dependencies import Acting, Once, Writing, costly, need
from bellwether.platform.jobs.schemas import Job, job_headers

router = APIRouter(tags=["evaluations"])
LIMIT = costly("connectedness", per_minute=10, burst=30)


@router.post("/connectedness", status_code=202, response_model=Job, dependencies=[need("evaluation:run"), LIMIT])
async def compare_units(session: Writing, context: Acting, once: Once, body: NewConnectedness) -> Response:
    """May flocks, or contemporary groups, of a run be compared? Common sires, and how the errors of their means hang
    together, pair by pair, as a job."""
    return await once(lambda: service.compare(session, context, body), status=202, headers=job_headers)
