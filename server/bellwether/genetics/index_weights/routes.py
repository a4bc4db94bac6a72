"""Addresses of index weights."""

from fastapi import APIRouter

from bellwether.genetics.index_weights import service
from bellwether.genetics.index_weights.schemas import IndexWeights, WeightsOf
from bellwether.platform.http.dependencies import Reading, need

router = APIRouter(tags=["indexes"])


@router.post("/index-weights/query", dependencies=[need("evaluation:read")])
async def query_index_weights(body: WeightsOf, session: Reading) -> IndexWeights:
    """Weights of breeding values for the most profit, for some traits left as they are, or for desired gains; and what
    selection by them would bring."""
    return await service.weights(session, body)
