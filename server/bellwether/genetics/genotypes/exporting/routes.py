"""Paths under /genotype-exports."""

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from bellwether.genetics.genotypes.exporting import service
from bellwether.genetics.genotypes.exporting.schemas import GenotypeExport, NewGenotypeExport
from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, Once, Reading, Readings, Writing, costly, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import Job, job_headers

router = APIRouter(prefix="/genotype-exports", tags=["genotypes"])
READ = need("genotype:read")
LIMIT = costly("genotype export", per_minute=10, burst=20)
DOWNLOAD = at_once("downloads of genotypes", of_one=2, of_all=10)
GONE = documented({409: "The file is not written", 410: "The file was kept for its time and is gone"})


@router.post("", status_code=202, response_model=Job, dependencies=[READ, LIMIT])
async def export_genotypes(new: NewGenotypeExport, session: Writing, context: Acting, once: Once) -> Response:
    """Have the genotypes of a farm written as a file, as a job: PLINK, VCF, VCF Zarr or Parquet."""
    return await once(lambda: service.request(session, context, new), status=202, headers=job_headers)


@router.get("", dependencies=[READ])
async def list_genotype_exports(
    session: Reading, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[GenotypeExport]:
    """Exports of a farm, the latest first."""
    return await service.page(session, farm_id, cursor, limit)


@router.get("/{export_id}", dependencies=[READ])
async def get_genotype_export(session: Reading, export_id: UUID) -> GenotypeExport:
    """One export."""
    return await service.get(session, export_id)


@router.get("/{export_id}/file", dependencies=[READ, DOWNLOAD], response_class=StreamingResponse, responses=GONE)
async def get_genotype_file(look: Readings, export_id: UUID) -> Response:
    """The file."""
    found, content = await service.file(look, export_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.file_name}"'}
    return StreamingResponse(content, media_type=found.media_type, headers=headers)
