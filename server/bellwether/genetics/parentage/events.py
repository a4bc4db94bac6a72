"""Facts that this slice tells."""

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit

PROPOSED = "genetics.parentage.proposed.v1"
MOST = 500


class ProposedParent(TypedDict):
    """What the genotypes say of one parent."""

    child_id: str
    parent_id: str
    parent_type: str
    lod: float
    delta: float


async def parentage_proposed(
    session: Session, context: Context, *, farm_id: UUID, check_id: UUID, claims: Sequence[ProposedParent]
) -> None:
    """Parents that the genotypes have found: claims, which nobody has accepted yet."""
    for first in range(0, len(claims), MOST):
        data = {"farm_id": str(farm_id), "check_id": str(check_id), "claims": list(claims[first : first + MOST])}
        await emit(session, context, type=PROPOSED, key=check_id, farm_id=farm_id, data=data)
