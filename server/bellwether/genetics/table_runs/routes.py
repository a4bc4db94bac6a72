"""Addresses of evaluations of tables."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Response, UploadFile

from bellwether.genetics.table_runs import service
from bellwether.genetics.table_runs.schemas import SentTables
from bellwether.platform.http.dependencies import Acting, Once, Writing, costly, need
from bellwether.platform.http.problem_documents import documented, form_example
from bellwether.platform.jobs.schemas import Job, job_headers

router = APIRouter(prefix="/evaluations", tags=["evaluations"])
RUN = need("evaluation:run")
LIMIT = costly("evaluation", per_minute=10, burst=30)
SAMPLE = form_example(
    farm_id="0198c0de-0000-7000-8000-000000000001",
    pedigree="animal,sire,dam\n1,,\n2,,\n3,1,2\n",
    records="animal,sex,WWG\n3,M,4.5\n",
    model='traits = ["WWG"]\n[[effects]]\nname = "animal"\nkind = "additive"\n'
    "[variances]\nadditive = 20.0\nresidual = 40.0\n",
)
NOT_KEPT = documented({409: "The run has not kept all of its inputs"})


@router.post("/of-tables", status_code=202, response_model=Job, dependencies=[RUN, LIMIT], openapi_extra=SAMPLE)
async def evaluate_tables(
    session: Writing,
    context: Acting,
    farm_id: Annotated[UUID, Form(description="The farm that keeps them")],
    pedigree: Annotated[UploadFile, File(description="animal, sire, dam")],
    records: Annotated[UploadFile, File(description="One row for each record")],
    model: Annotated[UploadFile, File(description="A model file, TOML or JSON")],
    genotypes: Annotated[UUID | None, Form(description="A genotype file with dosages, for `genomic`")] = None,
) -> Job:
    """Evaluate tables as `./bellwether evaluate` does, with the same bits; the results are tables of the evaluation."""
    sent = SentTables(farm_id, await pedigree.read(), await records.read(), await model.read(), genotypes)
    return await service.evaluate_tables(session, context, sent)


@router.post("/{run_id}/repeat", status_code=202, response_model=Job, dependencies=[RUN, LIMIT], responses=NOT_KEPT)
async def repeat_evaluation(run_id: UUID, session: Writing, context: Acting, once: Once) -> Response:
    """Make a run again from the tables that it has kept; the job's result says whether they gave the same bits."""
    return await once(lambda: service.repeat(session, context, run_id), status=202, headers=job_headers)
