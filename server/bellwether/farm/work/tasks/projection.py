"""Tasks that follow from events as rows, which phones see: written anew where events, families or rules changed."""

from collections.abc import Collection
from uuid import UUID

from bellwether.farm.work.tasks import repository
from bellwether.farm.work.tasks.models import FollowingRow
from bellwether.farm.work.tasks.rules import rules_of, task_id
from bellwether.platform.database.transactions import Session

#: events of these say that something was done, or whom a joining or a treatment was about
MATTER = frozenset({"joining.ended", "pregscan.recorded", "lambing.recorded", "marking.recorded", "weaning.recorded"})
#: whoever does not own the farm finds no costs in the log, and so no task that follows from one
OF_OWNERS = frozenset({"cost.recorded"})
MOVING = frozenset({"group.assigned", "group.left", "group.moved", "animal.arrived", "animal.departed", "animal.died"})


async def follow(
    session: Session,
    farm_id: UUID,
    kinds: Collection[str],
    events: Collection[UUID],
    groups: Collection[UUID] = (),
) -> None:
    """What follows from new events of these kinds; of one that was taken back, `kinds` has that of the event."""
    rules = await repository.rules(session, farm_id)
    counted = {rule.kind for rule in rules_of(rules)}
    if not (counted | MATTER | MOVING).isdisjoint(kinds):
        is_known = await repository.follow_already(session, farm_id)
        places = await repository.places(session, farm_id, events, groups) if is_known else None
        await project(session, farm_id, places)


async def follow_animals(session: Session, farm_id: UUID, animals: Collection[UUID]) -> None:
    """What follows once parents of animals are others, or two animals are one."""
    await project(session, farm_id, await repository.places_of(session, farm_id, animals))


async def touched_by(session: Session, farm_id: UUID, import_id: UUID) -> list[int]:
    """Places of the log from which other tasks follow with the parents that an import tells, or without them."""
    animals = await repository.claimed_by(session, farm_id, import_id)
    return await repository.places_of(session, farm_id, animals) if animals else []


async def project(session: Session, farm_id: UUID, places: Collection[int] | None) -> None:
    """What follows from the events at these places of the log, or from all of them; the farm's lock must be held."""
    if places is not None and not places:
        return
    rules = [rule for rule in rules_of(await repository.rules(session, farm_id)) if rule.is_on]
    sources = await repository.sources(session, farm_id, {rule.kind for rule in rules} - OF_OWNERS, places)
    rows = [
        FollowingRow(
            *(task_id(farm_id, rule.name, event.place), rule.name, event.place, event.id, rule.title, due),
            *(rule.told_on(event), rule.passes),
        )
        for rule in rules
        for event in sources
        if event.kind == rule.kind and (due := rule.due(event)) is not None
    ]
    await repository.show(session, farm_id, rows, places)
