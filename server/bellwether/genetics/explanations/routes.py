"""Addresses of explanations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.genetics.explanations import service
from bellwether.genetics.explanations.schemas import Change, Why
from bellwether.genetics.traits.schemas import TraitCode
from bellwether.platform.http.dependencies import Reading, costly, need

router = APIRouter(tags=["breeding values"])
READ, LIMIT = need("evaluation:read"), costly("explanations", per_minute=60, burst=120)
Code = Annotated[TraitCode, Query(description="For example WWT")]


@router.get("/evaluations/{run_id}/animals/{animal_id}/why", dependencies=[READ, LIMIT])
async def get_why(session: Reading, run_id: UUID, animal_id: UUID, trait: Code) -> Why:
    """Why a breeding value is what it is: parents, own records, progeny, and how much each of them weighs."""
    return await service.why(session, run_id, animal_id, trait)


@router.get("/animals/{animal_id}/breeding-value-change", dependencies=[READ, LIMIT])
async def get_change(session: Reading, animal_id: UUID, from_run: UUID, to_run: UUID, trait: Code) -> Change:
    """Why a breeding value changed between two runs: base and model, parents, own records and progeny."""
    return await service.changed(session, animal_id, trait, from_run, to_run)
