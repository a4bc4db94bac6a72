"""Paths under /genotype-files."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Response, UploadFile

from bellwether.genetics.genotype_files import service
from bellwether.genetics.genotype_files.schemas import GenotypeFile
from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, Reading, Writing, costly, need
from bellwether.platform.http.pagination import ById, CursorText, Limit, id_after
from bellwether.platform.http.problem_documents import form_example
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/genotype-files", tags=["genotype files"])
READ, WRITE = need("genotype:read"), need("flock:write")
LIMIT = costly("genotypes", per_minute=10, burst=30)
READING = at_once("genotype files that are being read", of_one=2, of_all=3)
SAMPLE = form_example(farm_id="0198c0de-0000-7000-8000-000000000001", file="animal,OAR1_1,OAR1_2\n240001,0,2\n")


@router.post("", status_code=201, dependencies=[WRITE, LIMIT, READING], openapi_extra=SAMPLE)
async def upload_genotypes(
    session: Writing,
    context: Acting,
    response: Response,
    file: Annotated[
        UploadFile,
        File(description="Dosages or calls (.csv), a report (.txt), VCF, BCF, or PLINK in a .zip"),
    ],
    farm_id: Annotated[UUID, Form()],
) -> GenotypeFile:
    """Keep a file of genotypes. The same file again is the same genotype file."""
    upload = service.Upload(farm_id=farm_id, name=file.filename or "", content=await file.read())
    kept = await service.take_in(session, context, upload)
    response.headers["Location"] = f"/api/v1/genetics/genotype-files/{kept.id}"
    return kept


@router.get("", dependencies=[READ])
async def list_genotypes(
    session: Reading, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[GenotypeFile]:
    """Genotype files of a farm, the latest first."""
    found = await service.page(session, farm_id, before=id_after(cursor), limit=limit + 1)
    return Page(items=found[:limit], next=ById.after(found, limit))


@router.get("/{file_id}", dependencies=[READ])
async def get_genotypes(session: Reading, file_id: UUID) -> GenotypeFile:
    """One genotype file: its digest, its size, how many animals and markers."""
    return await service.get(session, file_id)


@router.delete("/{file_id}", status_code=204, dependencies=[WRITE])
async def delete_genotypes(session: Writing, file_id: UUID) -> None:
    """Delete a genotype file. Runs that used it keep their results."""
    await service.remove(session, file_id)
