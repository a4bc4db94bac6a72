"""Addresses of the trait dictionary."""

from fastapi import APIRouter

from bellwether.genetics.traits import service
from bellwether.genetics.traits.schemas import TraitList
from bellwether.platform.http.dependencies import Write, need

router = APIRouter(prefix="/traits", tags=["traits"])


@router.get("", dependencies=[need("evaluation:read")])
async def list_traits(session: Write) -> TraitList:
    """Traits that can be evaluated, with their starting variances and where these come from."""
    return TraitList(items=await service.dictionary(session))
