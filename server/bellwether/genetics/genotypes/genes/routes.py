"""Paths under /genes and /gene-results."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.genetics.genotypes.genes import service
from bellwether.genetics.genotypes.genes.schemas import Genes, NewResults, Result, Results, Summary
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["single genes"])
READ, WRITE = need("genotype:read"), need("flock:write")


@router.get("/genes", dependencies=[READ])
async def list_genes(_session: Reading) -> Genes:
    """Single genes that are tested in sheep, with their alleles."""
    return Genes(items=service.genes())


@router.post("/gene-results", status_code=201, dependencies=[WRITE])
async def add_results(session: Writing, context: Acting, body: NewResults) -> Results:
    """Keep what a laboratory found: all rows, or none."""
    return await service.add(session, context, body)


@router.get("/gene-results", dependencies=[READ])
async def list_results(
    session: Reading,
    farm_id: UUID,
    gene: Annotated[str | None, Query(max_length=20)] = None,
    animal_id: UUID | None = None,
    meaning: Annotated[str | None, Query(max_length=20, description="Such as R1, carrier or affected")] = None,
    with_past: Annotated[bool, Query(description="With results that others have superseded")] = False,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Result]:
    """Results of a farm."""
    asked: dict[str, object] = {"gene": gene, "animal": animal_id, "meaning": meaning, "with_past": with_past}
    return await service.page(session, farm_id, asked, cursor, limit)


@router.get("/gene-results/summary", dependencies=[READ])
async def get_gene_summary(session: Reading, farm_id: UUID) -> Summary:
    """Genotypes and allele frequencies of each gene in the tested animals of a farm."""
    return Summary(items=await service.summary(session, farm_id))
