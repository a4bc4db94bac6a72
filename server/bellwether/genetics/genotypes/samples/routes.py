"""Paths under /samples and /genotype-shares."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from bellwether.genetics.genotypes.samples import service
from bellwether.genetics.genotypes.samples.schemas import Decision, NewShare, Sample, SampleChange, Share, State
from bellwether.platform.http.dependencies import Acting, IfMatch, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["genotypes"])
READ, WRITE = need("genotype:read"), need("flock:write")
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
TAKEN = documented({409: "Other calls of this sample on this chip count already"})


@router.get("/samples", dependencies=[READ])
async def list_samples(
    session: Reading,
    farm_id: UUID,
    state: Annotated[State | None, Query(description="Only calls of this state")] = None,
    animal_id: UUID | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Sample]:
    """Samples of a farm with their calls on each chip."""
    return await service.page(session, farm_id, state, animal_id, cursor, limit)


@router.patch("/samples/{sample_id}", dependencies=[WRITE])
async def change_sample(
    session: Writing, context: Acting, sample_id: UUID, body: SampleChange, if_match: IfMatch
) -> Page[Sample]:
    """Give a sample to another animal, or prefer it among several samples of one."""
    return Page(items=await service.change(session, context, sample_id, body, if_match), next=None)


@router.patch("/samples/{sample_id}/genotypings/{chip_id}", dependencies=[WRITE], responses=TAKEN)
async def decide_genotyping(
    session: Writing, context: Acting, sample_id: UUID, chip_id: Number, body: Decision
) -> Sample:
    """Accept calls that were set apart, or reject calls."""
    return await service.decide(session, context, sample_id, chip_id, body)


@router.get("/genotype-shares", dependencies=[READ])
async def list_shares(session: Reading, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None) -> Page[Share]:
    """Animals whose genotypes a farm shares, or that are shared with it."""
    return await service.shares(session, farm_id, cursor, limit)


@router.post("/genotype-shares", status_code=201, dependencies=[WRITE])
async def share_genotypes(session: Writing, context: Acting, body: NewShare) -> Share:
    """Show the genotypes of an animal to another farm."""
    return await service.share(session, context, body)


@router.delete("/genotype-shares", status_code=204, dependencies=[WRITE])
async def unshare_genotypes(session: Writing, farm_id: UUID, animal_id: UUID, with_farm_id: UUID) -> None:
    """Show them no longer."""
    await service.unshare(session, farm_id, animal_id, with_farm_id)
