"""What the merging slice tells the other services."""

from uuid import UUID

from bellwether.farm.merging.models import MergeRow
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit


async def animals_merged(session: Session, context: Context, merge: MergeRow) -> None:
    """Whatever is told of the loser is told of the winner from now on."""
    await emit(session, context, type="farm.animal.merged.v1", key=merge.id, farm_id=merge.farm_id, data=about(merge))


async def merge_undone(session: Session, context: Context, merge: MergeRow) -> None:
    """They are two animals again."""
    await emit(session, context, type="farm.animal.unmerged.v1", key=merge.id, farm_id=merge.farm_id, data=about(merge))


def about(merge: MergeRow) -> dict[str, UUID]:
    """Which two."""
    return {
        "farm_id": merge.farm_id,
        "merge_id": merge.id,
        "loser_id": merge.loser_id,
        "winner_id": merge.winner_id,
    }
