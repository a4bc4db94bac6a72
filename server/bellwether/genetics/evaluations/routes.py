"""Addresses of evaluations and of the state of flocks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from bellwether.genetics.evaluations import service
from bellwether.genetics.evaluations.schemas import (
    Evaluation,
    EvaluationReport,
    EvaluationTables,
    FlockState,
    NewEvaluation,
)
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, costly, need
from bellwether.platform.http.pagination import ById, CursorText, Limit, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import Job, job_headers

router = APIRouter(tags=["evaluations"])
READ, RUN = need("evaluation:read"), need("evaluation:run")
TableName = Annotated[str, Path(pattern=r"^[a-z_]{1,40}\.(csv|json)$", examples=["records.csv"])]
# named twice: generators of clients know bytes by the second alone
ZIP = {
    "content": {"application/zip": {}, "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
}
LIMIT = costly("evaluation", per_minute=10, burst=30)


@router.post("/evaluations", status_code=202, response_model=Job, dependencies=[RUN, LIMIT])
async def evaluate(new: NewEvaluation, session: Writing, context: Acting, once: Once) -> Response:
    """Evaluate a flock as a job; the evaluation has the job's id."""
    return await once(lambda: service.request(session, context, new), status=202, headers=job_headers)


@router.get("/evaluations", dependencies=[READ])
async def list_evaluations(
    session: Reading,
    flock_id: Annotated[UUID | None, Query(description="Only evaluations of this flock")] = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Evaluation]:
    """Evaluations, newest first."""
    found = await service.page(session, flock_id=flock_id, before=id_after(cursor), limit=limit + 1)
    return Page(items=found[:limit], next=ById.after(found, limit))


@router.get("/evaluations/{run_id}", dependencies=[READ])
async def get_evaluation(run_id: UUID, session: Reading) -> EvaluationReport:
    """One evaluation with its model, variances, verdicts, fixed effects and convergence."""
    return await service.get(session, run_id)


@router.get("/evaluations/{run_id}/tables", dependencies=[READ])
async def list_tables(run_id: UUID, session: Reading) -> EvaluationTables:
    """The tables and the model that an evaluation was made of, and those that it gave."""
    return EvaluationTables(items=await service.tables(session, run_id))


@router.get(
    "/evaluations/{run_id}/tables/{name}",
    dependencies=[READ],
    response_class=Response,
    responses={200: {"content": {"text/csv": {}, "application/json": {}}}},
)
async def get_table(run_id: UUID, name: TableName, session: Reading) -> Response:
    """One table of an evaluation as a file: `./bellwether evaluate` makes the same results of its inputs."""
    kind = "application/json" if name.endswith(".json") else "text/csv; charset=utf-8"
    return Response(await service.table(session, run_id, name), media_type=kind)


@router.get(
    "/evaluations/{run_id}/inputs",
    dependencies=[READ],
    response_class=Response,
    responses={200: ZIP},
)
async def get_inputs(run_id: UUID, session: Reading) -> Response:
    """What an evaluation was made of: `./bellwether evaluate` gives the same breeding values, to the bit, of its
    `ped.csv`, `rec.csv` and `model.toml`."""
    name = {"Content-Disposition": f'attachment; filename="evaluation-{run_id}.zip"'}
    return Response(await service.inputs(session, run_id), media_type="application/zip", headers=name)


@router.get("/flocks/{flock_id}/state", dependencies=[READ])
async def get_flock_state(flock_id: UUID, session: Reading) -> FlockState:
    """Whether the flock's breeding values are behind its records."""
    return await service.flock_state(session, flock_id)
