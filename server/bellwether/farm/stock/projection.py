"""What follows from events of head without tags."""

from collections.abc import Collection, Iterable
from uuid import UUID

from bellwether.farm.stock import repository
from bellwether.farm.stock.models import KINDS, Heads, Known, opened
from bellwether.platform.database.transactions import Session


async def known(session: Session, farm_id: UUID, said: Iterable[Heads | None], kinds: Collection[str]) -> Known:
    """What the farm knows, if any of the events is of head without tags; `kinds` are those of corrected ones."""
    heads = [each for each in said if each is not None]
    if not heads and not (set(kinds) & KINDS.keys()):
        return Known(frozenset(), {})
    classes = await repository.classes(session, farm_id)
    groups = await repository.groups(session, farm_id, {each.into_group for each in heads if each.into_group})
    return opened(classes, await repository.steps(session, farm_id), groups)


async def follow(session: Session, farm_id: UUID, stock: Known) -> None:
    """The changes are written anew when one of the events was of head without tags."""
    if stock.is_touched:
        await repository.project(session, farm_id, stock.changes)
