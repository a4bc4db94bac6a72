"""Samples and results of single genes go with their animals when the farm makes one of two, and come back."""

from uuid import UUID

from bellwether.genetics.genotypes.merges import repository
from bellwether.genetics.genotypes.merges.models import Merge
from bellwether.genetics.genotypes.samples.events import genotypes_changed
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import Consumer, Event, Hopeless

MERGED, UNMERGED = "farm.animal.merged.v1", "farm.animal.unmerged.v1"


async def follow(session: Session, event: Event) -> None:
    """Of several facts about one merge the latest counts, in whatever order they come.

    Raises:
        Hopeless: the fact breaks its contract.
    """
    merge = read(event)
    if not await repository.is_news(session, merge, event.key_version):
        return
    if merge.is_undone:
        await repository.take_back(session, merge)
    else:
        await repository.move(session, merge)
    if await repository.has_samples(session, merge):
        await genotypes_changed(session, event.context, merge.farm_id, [merge.winner_id, merge.loser_id])


def read(event: Event) -> Merge:
    """The merge that a fact is about.

    Raises:
        Hopeless
    """
    try:
        farm_id, merge_id, loser_id, winner_id = (
            UUID(str(event.data[name])) for name in ("farm_id", "merge_id", "loser_id", "winner_id")
        )
    except (KeyError, ValueError) as error:
        raise Hopeless(f"{event.type} without its ids: {error!r}") from error
    if farm_id != event.farm_id or event.key != str(merge_id):
        raise Hopeless(f"{event.type} speaks of merge {merge_id} of farm {farm_id} in the envelope of another one")
    return Merge(farm_id, merge_id, loser_id, winner_id, event.type == UNMERGED)


CONSUMER = Consumer(service="genetics", name="genetics-merges", stream="FARM", types=(MERGED, UNMERGED), handle=follow)
